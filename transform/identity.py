"""Which project each copy of a night belongs to: by its full code, and never by its text.

The same programme runs in dozens of districts, in the same words, under codes one digit apart. So the code groups,
and what stands beside it (fiscal year, district, name, budget, first report) only ever objects: two programmes that
print one code are not merged, and a code with one digit misread is joined to its project only when everything
beside it agrees. What cannot be told stays visible as a copy without a project. Thresholds: docs/methodology.md.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from rapidfuzz import fuzz

from transform.dates import fiscal_year_of
from transform.records import FormCopy, Reading
from transform.registers import Registers
from transform.thai import squash, to_arabic_digits

# likenesses (0-100). District names without สำนักงานเขต: with it, siblings look 80 % alike
DISTRICT_SAME = 75
DISTRICT_NEAR = 50
NAME_SAME = 80
JOIN_LIKENESS = 85
HEADLESS_LIKENESS = 70
# of district, name, budget and first report: this many speak for one project where the district alone does not
WITNESSES_NEEDED = 3
_DISTRICT_OFFICE = squash("สำนักงานเขต")
_OFFICE_LIKENESS = 60
# letters of a copy without a code that are enough to compare
_HEADLESS_LEAST = 40
_CODE_PREFIX = 4


@dataclass(frozen=True, slots=True)
class Marks:
    """What stands beside the code on one copy; None where it does not print it or the reading is no value."""

    code: str | None
    fiscal_year: int | None
    start: str | None
    district: str | None
    name: str | None
    budget: str | None
    first_report: str | None


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
    ordered = sorted(copies, key=lambda c: (c.is_truncated, c.media_type != "text/plain", c.source_sha256, c.ordinal))
    seen = [_Seen(copy, marks_of(copy), place) for place, copy in enumerate(ordered)]
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
    joined = _misread(kept, apart, agencies)
    result = {one.place: _as(one, code) for code, group in kept.items() for one in group}
    for group, reason in apart:
        result |= {one.place: _without(one, reason) for one in group}
    for place, (code, printed) in joined.items():
        note = f"prints {printed}, one digit from {code}; everything beside the code is that project's"
        result[place] = replace(seen[place].copy, project_code=code, identity_note=note)
    for one in seen:
        if one.marks.code is None:
            result[one.place] = _headless(one, seen, result)
    return tuple(sorted(result.values(), key=lambda c: (c.uri, c.source_sha256, c.ordinal)))


def marks_of(copy: FormCopy) -> Marks:
    """What a copy prints beside its code. Where the fiscal year is unreadable, the first day tells it."""
    values: dict[str, str] = {}
    for reading in copy.readings:
        if reading.value is not None and not reading.is_cut:
            values.setdefault(reading.field, reading.value)
    start = values.get("start_date")
    year = values.get("fiscal_year_be")
    return Marks(
        code=values.get("project_code"),
        fiscal_year=int(year) if year else fiscal_year_of(date.fromisoformat(start)) if start else None,
        start=start,
        district=_district(values["agency_path[1]"]) if "agency_path[1]" in values else None,
        name=squash(values["project_name"]) if "project_name" in values else None,
        budget=values.get("budget_received"),
        first_report=values.get("reports[1].date"),
    )


def _district(name: str) -> str:
    """The name that tells districts apart; the office's own words before it can be damaged too."""
    key = squash(name)
    end = key.find("เขต", 0, 2 * len(_DISTRICT_OFFICE)) + len("เขต")
    is_office = end >= len("เขต") and fuzz.ratio(key[:end], _DISTRICT_OFFICE) >= _OFFICE_LIKENESS
    return key[end:] if is_office and key[end:] else key


def _as(one: _Seen, code: str) -> FormCopy:
    return replace(one.copy, project_code=code, identity_note=None)


def _without(one: _Seen, reason: str) -> FormCopy:
    return replace(one.copy, project_code=None, identity_note=f"{reason}; correct the code in the source document")


# ---------------------------------------------------------------- copies that print one code


def same_project(a: Marks, b: Marks, registers: Registers) -> bool | None:
    """Whether two copies that print one code are of one project; None where one prints too little to tell."""
    if (
        a.fiscal_year is not None
        and b.fiscal_year is not None
        and a.fiscal_year != b.fiscal_year
        and not _one_misread_year(a, b)
    ):
        return False
    if a.district is None or b.district is None:
        return None
    likeness = _likeness(a.district, b.district)
    if likeness >= DISTRICT_SAME and not (a.district != b.district and _both_known(a, b, registers)):
        return True
    if _both_known(a, b, registers):  # two districts that exist are two districts, however alike their names
        return a.district == b.district
    witnesses = (
        likeness >= DISTRICT_NEAR,
        _is_like(a.name, b.name, NAME_SAME),
        _is_equal(a.budget, b.budget),
        _is_equal(a.first_report, b.first_report),
    )
    return sum(witnesses) >= WITNESSES_NEEDED


def _one_misread_year(a: Marks, b: Marks) -> bool:
    """A year field with a wrong digit: the first day, or budget and first report, still agree."""
    return _is_equal(a.start, b.start) or (_is_equal(a.budget, b.budget) and _is_equal(a.first_report, b.first_report))


def _both_known(a: Marks, b: Marks, registers: Registers) -> bool:
    known = _known_districts(registers)
    return a.district in known and b.district in known


@lru_cache(maxsize=4)
def _districts(agencies: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name.removeprefix(_DISTRICT_OFFICE) for name in agencies)


def _known_districts(registers: Registers) -> frozenset[str]:
    return _districts(registers.agencies)


def _groups(seen: Sequence[_Seen], registers: Registers) -> tuple[list[Group], list[_Seen]]:
    """The projects among copies that print one code, and the copies that could be of any of them.

    Copies that agree directly or through a third one are of one project; a copy that prints too little goes to the
    only project it could belong to.
    """
    with_district = [one for one in seen if one.marks.district is not None]
    full = [one for one in with_district if one.marks.fiscal_year is not None] or with_district
    group_of = {one.place: one.place for one in full}
    for n, a in enumerate(full):
        for b in full[n + 1 :]:
            if group_of[a.place] != group_of[b.place] and same_project(a.marks, b.marks, registers):
                new, old = sorted((group_of[a.place], group_of[b.place]))
                group_of = {place: new if group == old else group for place, group in group_of.items()}
    groups = [tuple(one for one in full if group_of[one.place] == g) for g in sorted(set(group_of.values()))]
    scraps = [one for one in seen if one.place not in group_of]
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
    return learned | {a.prefix: _district(a.agency) for a in registers.agency_codes if a.status == "VERIFIED"}


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
    return agency is not None and any(_is_like(one.marks.district, agency, DISTRICT_SAME) for one in group)


# ---------------------------------------------------------------- codes with one digit misread


def _misread(
    kept: dict[str, Group], apart: list[tuple[Group, str]], agencies: Mapping[str, str]
) -> dict[int, tuple[str, str]]:
    """Place of a copy → (project it is joined to, code it prints). Removes what it joins from `kept` and `apart`."""
    alone = {code: group[0] for code, group in kept.items() if len(group) == 1}
    hits = {code: _hits(one.marks, code, kept) for code, one in alone.items()}
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
        found = _hits(group[0].marks, code, kept) if len(group) == 1 else []
        if len(found) == 1:
            joined[group[0].place] = found[0], code
            apart.remove((group, reason))
    return joined


def _weaker(a: str, b: str, alone: Mapping[str, _Seen], agencies: Mapping[str, str]) -> tuple[str, str]:
    """Of two codes printed once each for one project: (misread, right), by the agency of the prefix, else by order."""

    def rank(code: str) -> tuple[bool, int]:
        agency = agencies.get(code[:_CODE_PREFIX])
        return not _is_like(alone[code].marks.district, agency, DISTRICT_SAME), alone[code].place

    return (a, b) if rank(a) > rank(b) else (b, a)


def _hits(marks: Marks, code: str, kept: Mapping[str, Group]) -> list[str]:
    """Codes one digit from `code` whose project agrees with everything beside it."""
    found = []
    for at, digit in enumerate(code):
        if digit.isdigit():
            for other in (code[:at] + d + code[at + 1 :] for d in "0123456789" if d != digit):
                if other in kept and any(_is_the_same_form(marks, one.marks) for one in kept[other]):
                    found.append(other)
    return found


def _is_the_same_form(a: Marks, b: Marks) -> bool:
    equal = _is_equal(a.budget, b.budget) and _is_equal(a.first_report, b.first_report)
    equal = equal and a.fiscal_year is not None and a.fiscal_year == b.fiscal_year
    alike = _is_like(a.district, b.district, JOIN_LIKENESS) and _is_like(a.name, b.name, JOIN_LIKENESS)
    return equal and alike and _digits(a.name or "") == _digits(b.name or "")  # กิจกรรมที่ 1 is not กิจกรรมที่ 2


# ---------------------------------------------------------------- copies without a readable code


def _headless(one: _Seen, seen: Sequence[_Seen], recognised: Mapping[int, FormCopy]) -> FormCopy:
    """A copy without a readable code belongs to the only project of its own file that it reads like, or to none."""
    reads_like = set()
    text = _text(one.copy)
    text = text if len(text) >= _HEADLESS_LEAST else ""
    for other in seen:
        copy = recognised.get(other.place)
        if other.marks.code is None or copy is None or copy.project_code is None:
            continue
        if copy.source_sha256 == one.copy.source_sha256 and _may_be(one.marks, other.marks):
            likeness = fuzz.partial_ratio(text, _text(copy)) if text else 0
            if likeness >= HEADLESS_LIKENESS:
                reads_like.add(copy.project_code)
    if len(reads_like) == 1:
        code = min(reads_like)
        note = f"no readable code is printed; reads like {code} in the same file, and like no other project there"
        return replace(one.copy, project_code=code, identity_note=note)
    why = (
        "reads like no project of its file" if not reads_like else f"reads like {len(reads_like)} projects of its file"
    )
    return _without(one, f"no readable code is printed, and the copy {why}")


def _may_be(a: Marks, b: Marks) -> bool:
    """Nothing that both print objects."""
    pairs = ((a.fiscal_year, b.fiscal_year), (a.budget, b.budget), (a.start, b.start), (a.first_report, b.first_report))
    if any(x is not None and y is not None and x != y for x, y in pairs):
        return False
    return a.district is None or b.district is None or _likeness(a.district, b.district) >= DISTRICT_SAME


def _text(copy: FormCopy) -> str:
    return "".join(squash(r.evidence.raw) for r in copy.readings if not _is_part(r))


def _is_part(reading: Reading) -> bool:
    """Parts repeat what their whole prints."""
    return reading.field.endswith((".name", ".title", ".phone", ".unit", ".dimension")) or reading.field == "reports"


# ---------------------------------------------------------------- comparing


@lru_cache(maxsize=65536)
def _likeness(a: str, b: str) -> float:
    return fuzz.ratio(a, b)


def _is_like(a: str | None, b: str | None, least: float) -> bool:
    return a is not None and b is not None and _likeness(a, b) >= least


def _is_equal(a: object, b: object) -> bool:
    return a is not None and a == b


def _digits(text: str) -> str:
    return "".join(c for c in to_arabic_digits(text) if c.isdigit())
