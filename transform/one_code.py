"""The projects among copies that print one code: nearly always one, and never two merged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from transform.marks import DISTRICT_SAME, Marks, is_like, same_project
from transform.registers import Registers
from transform.sightings import Group, Sighting, in_order


def groups_of(seen: Sequence[Sighting], registers: Registers) -> tuple[list[Group], list[Sighting]]:
    """The projects among copies that print one code, and the copies that could be of any of them.

    A copy that prints too little goes to the only project it could belong to.
    """
    with_district = [one for one in seen if one.marks.district is not None]
    full = [one for one in with_district if one.marks.fiscal_year is not None] or with_district
    groups = _agreeing(full, registers)
    placed = {one.copy_id for one in full}
    scraps = [one for one in seen if one.copy_id not in placed]
    if not groups:
        return _scraps_by_year(scraps)
    additions: dict[int, list[Sighting]] = defaultdict(list)
    undecided: list[Sighting] = []
    for one in scraps:
        fits = [
            n for n, g in enumerate(groups) if all(same_project(one.marks, o.marks, registers) is not False for o in g)
        ]
        if len(fits) > 1:
            fits = [n for n in fits if any(_scrap_fits(one.marks, o.marks) for o in groups[n])]
        if len(fits) == 1:
            additions[fits[0]].append(one)
        else:
            undecided.append(one)
    return [in_order((*g, *additions[n])) for n, g in enumerate(groups)], undecided


def _agreeing(full: Sequence[Sighting], registers: Registers) -> list[Group]:
    """Copies that agree directly or through a third one, unless two of them object to each other.

    A damaged copy can look like two projects at once; it must not join them. Then only likeness of the district
    counts, and where that joins what objects, only the very same district and year.
    """

    def agree(a: Sighting, b: Sighting) -> bool:
        return same_project(a.marks, b.marks, registers) is True

    def alike(a: Sighting, b: Sighting) -> bool:
        return agree(a, b) and is_like(a.marks.district, b.marks.district, DISTRICT_SAME)

    def equal(a: Sighting, b: Sighting) -> bool:
        return (a.marks.district, a.marks.fiscal_year) == (b.marks.district, b.marks.fiscal_year)

    if not full or is_without_objection(tuple(full), registers):  # nearly always
        return [tuple(full)] if full else []
    groups: list[Group] = [tuple(full)]
    for link in (agree, alike, equal):
        groups = [
            part
            for group in groups
            for part in ([group] if is_without_objection(group, registers) else _linked(group, link))
        ]
    return sorted(groups, key=lambda group: group[0].order)


def is_without_objection(group: Group, registers: Registers) -> bool:
    """Whether no copy of a group objects to another."""
    pairs = ((a, b) for n, a in enumerate(group) for b in group[n + 1 :])
    return all(same_project(a.marks, b.marks, registers) is not False for a, b in pairs)


def _linked(group: Group, link: Callable[[Sighting, Sighting], bool]) -> list[Group]:
    """Connected parts of a group, each in the fixed order of copies."""
    parts: list[list[Sighting]] = []
    for one in group:
        near = [part for part in parts if any(link(one, other) for other in part)]
        parts = [part for part in parts if part not in near] + [[*(o for part in near for o in part), one]]
    return [in_order(part) for part in parts]


def _scrap_fits(scrap: Marks, other: Marks) -> bool:
    """Whether a copy without a district still prints something that only one of several projects prints."""
    compared = [(scrap.budget, other.budget), (scrap.first_report, other.first_report)]
    given = [(a, b) for a, b in compared if a is not None]
    return bool(given) and all(a == b for a, b in given)


def _scraps_by_year(scraps: Sequence[Sighting]) -> tuple[list[Group], list[Sighting]]:
    """Copies of one code that are all cut before the agency: one project for each fiscal year they print."""
    years = sorted({s.marks.fiscal_year for s in scraps if s.marks.fiscal_year is not None})
    if len(years) < 2:
        return [tuple(scraps)], []
    groups: list[Group] = [tuple(s for s in scraps if s.marks.fiscal_year == year) for year in years]
    return groups, [s for s in scraps if s.marks.fiscal_year is None]
