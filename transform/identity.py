"""Which project each copy of a night belongs to: by its full code, and never by its text.

The same programme runs in dozens of districts, in the same words, under codes one digit apart. So the code groups,
and what stands beside it (fiscal year, district, name, budget, first report) only ever objects: two programmes that
print one code are not merged, and a code with one digit misread is joined to its project only when everything
beside it agrees. What cannot be told stays visible as a copy without a project.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from transform.candidates import copy_order
from transform.marks import DISTRICT_SAME, Marks, district_of, is_like, is_the_same_form, marks_of, may_be, same_project
from transform.records import FormCopy, Reading
from transform.registers import Registers
from transform.thai import squash

# how much a copy without a readable code must read like a project of its file (0-100)
HEADLESS_LIKENESS = 70
# letters of a copy without a code that are enough to compare
_HEADLESS_LEAST = 40
_CODE_PREFIX = 4


@dataclass(frozen=True, slots=True)
class _Seen:
    """A copy with its marks; `place` is its position in the fixed order, which does not depend on file names."""

    copy: FormCopy
    marks: Marks
    place: int


Group = tuple[_Seen, ...]


def recognise(copies: Iterable[FormCopy], registers: Registers) -> tuple[FormCopy, ...]:
    """Return the copies of one night with the project each belongs to, noting where that is not its printed code.

    A pure function of what the copies print: an earlier recognition of them does not count, nor does their order.
    """
    seen = [_Seen(copy, marks_of(copy), place) for place, copy in enumerate(sorted(copies, key=copy_order))]
    agencies = _agencies(seen, registers)
    by_code: dict[str, list[_Seen]] = defaultdict(list)
    for one in seen:
        if one.marks.code:
            by_code[one.marks.code].append(one)
    kept: dict[str, Group] = {}
    apart: list[tuple[Group, str]] = []
    for code in sorted(by_code):
        groups, undecided = _groups(by_code[code], registers)
        owner = _owner(code, groups, agencies)
        shared = f"code {code} is printed by {len(groups)} different projects"
        for group in groups:
            if group is owner:
                kept[code] = group
            else:
                apart.append((group, shared))
        apart += [((one,), f"{shared}, and too little of this copy is left to tell which it is") for one in undecided]
    joined = _misread(kept, apart, agencies, registers)
    result = {one.place: _as(one, code) for code, group in kept.items() for one in group}
    for group, reason in apart:
        result |= {one.place: _without(one, reason) for one in group}
    for place, (code, printed) in joined.items():
        note = f"prints {printed}, one digit from {code}; everything beside the code is that project's"
        result[place] = replace(seen[place].copy, project_code=code, identity_note=note)
    result |= _all_headless(seen, result, registers)
    return tuple(sorted(result.values(), key=lambda c: (c.uri, c.source_sha256, c.ordinal)))


def _as(one: _Seen, code: str) -> FormCopy:
    return replace(one.copy, project_code=code, identity_note=None)


def _without(one: _Seen, reason: str) -> FormCopy:
    return replace(one.copy, project_code=None, identity_note=f"{reason}; correct the code in the source document")


# ---------------------------------------------------------------- copies that print one code


def _groups(seen: Sequence[_Seen], registers: Registers) -> tuple[list[Group], list[_Seen]]:
    """The projects among copies that print one code, and the copies that could be of any of them.

    A copy that prints too little goes to the only project it could belong to.
    """
    with_district = [one for one in seen if one.marks.district is not None]
    full = [one for one in with_district if one.marks.fiscal_year is not None] or with_district
    groups = _agreeing(full, registers)
    placed = {one.place for one in full}
    scraps = [one for one in seen if one.place not in placed]
    if not groups:
        return _scraps_by_year(scraps)
    additions: dict[int, list[_Seen]] = defaultdict(list)
    undecided: list[_Seen] = []
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
    return [tuple(sorted((*g, *additions[n]), key=lambda s: s.place)) for n, g in enumerate(groups)], undecided


def _agreeing(full: Sequence[_Seen], registers: Registers) -> list[Group]:
    """Copies that agree directly or through a third one, unless two of them object to each other.

    A damaged copy can look like two projects at once; it must not join them. Then only likeness of the district
    counts, and where that joins what objects, only the very same district and year.
    """

    def agree(a: _Seen, b: _Seen) -> bool:
        return same_project(a.marks, b.marks, registers) is True

    def alike(a: _Seen, b: _Seen) -> bool:
        return agree(a, b) and is_like(a.marks.district, b.marks.district, DISTRICT_SAME)

    def equal(a: _Seen, b: _Seen) -> bool:
        return (a.marks.district, a.marks.fiscal_year) == (b.marks.district, b.marks.fiscal_year)

    groups = [tuple(full)] if full else []
    for link in (agree, alike, equal):
        groups = [
            part
            for group in groups
            for part in ([group] if _is_without_objection(group, registers) else _linked(group, link))
        ]
    return sorted(groups, key=lambda group: group[0].place)


def _is_without_objection(group: Group, registers: Registers) -> bool:
    pairs = ((a, b) for n, a in enumerate(group) for b in group[n + 1 :])
    return all(same_project(a.marks, b.marks, registers) is not False for a, b in pairs)


def _linked(group: Group, link: Callable[[_Seen, _Seen], bool]) -> list[Group]:
    """Connected parts of a group, each in the fixed order of copies."""
    parts: list[list[_Seen]] = []
    for one in group:
        near = [part for part in parts if any(link(one, other) for other in part)]
        parts = [part for part in parts if part not in near] + [[*(o for part in near for o in part), one]]
    return [tuple(sorted(part, key=lambda s: s.place)) for part in parts]


def _scrap_fits(scrap: Marks, other: Marks) -> bool:
    """Whether a copy without a district still prints something that only one of several projects prints."""
    compared = [(scrap.budget, other.budget), (scrap.first_report, other.first_report)]
    given = [(a, b) for a, b in compared if a is not None]
    return bool(given) and all(a == b for a, b in given)


def _scraps_by_year(scraps: Sequence[_Seen]) -> tuple[list[Group], list[_Seen]]:
    """Copies of one code that are all cut before the agency: one project for each fiscal year they print."""
    years = sorted({s.marks.fiscal_year for s in scraps if s.marks.fiscal_year is not None})
    if len(years) < 2:
        return [tuple(scraps)], []
    groups: list[Group] = [tuple(s for s in scraps if s.marks.fiscal_year == year) for year in years]
    return groups, [s for s in scraps if s.marks.fiscal_year is None]


def _agencies(seen: Sequence[_Seen], registers: Registers) -> dict[str, str]:
    """Code prefix → district: the verified ones of the register, else the one that most codes of the night print."""
    printed: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for one in seen:
        if one.marks.code and one.marks.district:
            printed[one.marks.code[:_CODE_PREFIX]][one.marks.district].add(one.marks.code)
    learned: dict[str, str] = {}
    for prefix, districts in printed.items():
        votes = Counter({district: len(codes) for district, codes in districts.items()}).most_common()
        if len(votes) == 1 or votes[0][1] > sum(count for _, count in votes[1:]):
            learned[prefix] = votes[0][0]
    return learned | {a.prefix: district_of(a.agency) for a in registers.agency_codes if a.status == "VERIFIED"}


def _owner(code: str, groups: Sequence[Group], agencies: Mapping[str, str]) -> Group | None:
    """The project a shared code belongs to: the one in the agency of its prefix, else the one most copies print."""
    if len(groups) == 1:
        return groups[0]
    agency = agencies.get(code[:_CODE_PREFIX])
    at_home = [g for g in groups if _is_at_home(g, agency)]
    if len(at_home) == 1:
        return at_home[0]
    rivals = at_home or list(groups)
    rivals.sort(key=len, reverse=True)
    return rivals[0] if rivals and len(rivals[0]) > len(rivals[1]) else None


def _is_at_home(group: Group, agency: str | None) -> bool:
    return agency is not None and any(is_like(one.marks.district, agency, DISTRICT_SAME) for one in group)


# ---------------------------------------------------------------- codes with one digit misread


def _misread(
    kept: dict[str, Group], apart: list[tuple[Group, str]], agencies: Mapping[str, str], registers: Registers
) -> dict[int, tuple[str, str]]:
    """Place of a copy → (project it is joined to, code it prints). Removes what it joins from `kept` and `apart`."""
    alone = {code: group[0] for code, group in kept.items() if len(group) == 1}
    hits = {code: _hits(one.marks, code, kept, registers) for code, one in alone.items()}
    joined: dict[int, tuple[str, str]] = {}
    for code in sorted(alone):
        target = hits[code][0] if len(hits[code]) == 1 else None
        if target is None or target not in kept or code not in kept:
            continue
        if target in alone:
            if hits[target] != [code]:
                continue
            code, target = _weaker(code, target, alone, agencies)
        joined[alone[code].place] = target, code
        del kept[code]
    for group, reason in list(apart):
        code = group[0].marks.code or ""
        found = _hits(group[0].marks, code, kept, registers) if len(group) == 1 else []
        if len(found) == 1:
            joined[group[0].place] = found[0], code
            apart.remove((group, reason))
    return joined


def _weaker(a: str, b: str, alone: Mapping[str, _Seen], agencies: Mapping[str, str]) -> tuple[str, str]:
    """Of two codes printed once each for one project: (misread, right): by text, agency, order."""

    def rank(code: str) -> tuple[bool, bool, int]:
        agency = agencies.get(code[:_CODE_PREFIX])
        return (
            alone[code].copy.is_ocr,
            not is_like(alone[code].marks.district, agency, DISTRICT_SAME),
            alone[code].place,
        )

    return (a, b) if rank(a) > rank(b) else (b, a)


def _hits(marks: Marks, code: str, kept: Mapping[str, Group], registers: Registers) -> list[str]:
    """Codes one digit from `code` whose project agrees with everything beside it, and no copy of which objects."""
    found = []
    for at, digit in enumerate(code):
        if digit.isdigit():
            for other in (code[:at] + d + code[at + 1 :] for d in "0123456789" if d != digit):
                others = [one.marks for one in kept.get(other, ())]
                if any(is_the_same_form(marks, o) for o in others) and not _objects(marks, others, registers):
                    found.append(other)
    return found


# ---------------------------------------------------------------- copies without a readable code


def _objects(marks: Marks, others: Iterable[Marks], registers: Registers) -> bool:
    return any(same_project(marks, other, registers) is False for other in others)


def _all_headless(
    seen: Sequence[_Seen], recognised: Mapping[int, FormCopy], registers: Registers
) -> dict[int, FormCopy]:
    """Copies without a readable code, by place; of two that read like one project but object to each other, neither."""
    attached: dict[str, list[_Seen]] = defaultdict(list)
    result = {}
    for one in seen:
        if one.marks.code is None:
            copy = result[one.place] = _headless(one, seen, recognised, registers)
            if copy.project_code is not None:
                attached[copy.project_code].append(one)
    for code, group in attached.items():
        if not _is_without_objection(tuple(group), registers):
            reason = f"no readable code is printed; several copies read like {code} but are not of one project"
            result |= {one.place: _without(one, reason) for one in group}
    return result


def _headless(one: _Seen, seen: Sequence[_Seen], recognised: Mapping[int, FormCopy], registers: Registers) -> FormCopy:
    """A copy without a readable code belongs to the only project of its own file that it reads like, or to none."""
    projects: dict[str, list[_Seen]] = defaultdict(list)
    for other in seen:
        code = recognised[other.place].project_code if other.marks.code else None
        if code is not None:
            projects[code].append(other)
    text = _text(one.copy)
    reads_like = [
        code
        for code, copies in sorted(projects.items())
        if len(text) >= _HEADLESS_LEAST
        and not _objects(one.marks, (c.marks for c in copies), registers)
        and any(
            c.copy.source_sha256 == one.copy.source_sha256
            and may_be(one.marks, c.marks)
            and fuzz.partial_ratio(text, _text(c.copy)) >= HEADLESS_LIKENESS
            for c in copies
        )
    ]
    if len(reads_like) == 1:
        code = reads_like[0]
        note = f"no readable code is printed; reads like {code} in the same file, and like no other project there"
        return replace(one.copy, project_code=code, identity_note=note)
    why = (
        "reads like no project of its file" if not reads_like else f"reads like {len(reads_like)} projects of its file"
    )
    return _without(one, f"no readable code is printed, and the copy {why}")


def _text(copy: FormCopy) -> str:
    return "".join(squash(r.evidence.raw) for r in copy.readings if not _is_part(r))


def _is_part(reading: Reading) -> bool:
    """Parts repeat what their whole prints."""
    return reading.field.endswith((".name", ".title", ".phone", ".unit", ".dimension")) or reading.field == "reports"
