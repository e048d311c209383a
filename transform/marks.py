"""What stands beside the code of a copy, and what it says on whether two copies are of one project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from rapidfuzz import fuzz

from transform.dates import fiscal_year_of
from transform.records import FormCopy
from transform.registers import Registers
from transform.thai import squash, to_arabic_digits

# likenesses (0-100). District names without สำนักงานเขต: with it, siblings look 80 % alike
DISTRICT_SAME = 75
DISTRICT_NEAR = 50
NAME_SAME = 80
NAME_OTHER = 60
JOIN_LIKENESS = 85
# of district, name, budget and first report: this many speak for one project where the district alone does not
WITNESSES_NEEDED = 3
# the fields that tell projects apart beside the code
BESIDE_THE_CODE = (
    "project_code", "fiscal_year_be", "start_date", "agency_path[1]", "project_name", "budget_received",
    "reports[1].date",
)  # fmt: skip
_BESIDE = frozenset(BESIDE_THE_CODE)
_DISTRICT_OFFICE = squash("สำนักงานเขต")
_OFFICE_LIKENESS = 60
# where เขต itself is damaged
_DAMAGED_OFFICE_LIKENESS = 80


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


def marks_of(copy: FormCopy) -> Marks:
    """What a copy prints beside its code. Where the fiscal year is unreadable, the first day tells it."""
    values: dict[str, str] = {}
    for reading in copy.readings:
        if reading[1] in _BESIDE and reading.value is not None and not reading.is_cut:
            values.setdefault(reading[1], reading.value)
    return marks_from(values)


def marks_from(values: Mapping[str, str]) -> Marks:
    """The same from values by field address, such as those that were chosen for an earlier delivery."""
    start = values.get("start_date")
    year = values.get("fiscal_year_be")
    return Marks(
        code=values.get("project_code"),
        fiscal_year=int(year) if year else fiscal_year_of(date.fromisoformat(start)) if start else None,
        start=start,
        district=district_of(values["agency_path[1]"]) if "agency_path[1]" in values else None,
        name=squash(values["project_name"]) if "project_name" in values else None,
        budget=values.get("budget_received"),
        first_report=values.get("reports[1].date"),
    )


@lru_cache(maxsize=16384)
def district_of(name: str) -> str:
    """The name that tells districts apart; the office's own words before it can be damaged too.

    >>> district_of("สำนักงานเขตวัฒนา"), district_of("สำนกงานเชตวัฒนา"), district_of("สำนักการโยธา")
    ('วัฒนา', 'วัฒนา', 'สำนักการโยธา')
    """
    key = squash(name)
    end = key.find("เขต", 0, 2 * len(_DISTRICT_OFFICE)) + len("เขต")
    if end >= len("เขต") and fuzz.ratio(key[:end], _DISTRICT_OFFICE) >= _OFFICE_LIKENESS:
        return key[end:] or key
    usual = len(_DISTRICT_OFFICE)
    likeness = {end: fuzz.ratio(key[:end], _DISTRICT_OFFICE) for end in (usual, usual - 1, usual + 1)}
    end = max(likeness, key=likeness.__getitem__)
    return key[end:] if likeness[end] >= _DAMAGED_OFFICE_LIKENESS and key[end:] else key


def same_project(a: Marks, b: Marks, registers: Registers) -> bool | None:
    """Whether two copies that print one code are of one project; None where one prints too little to tell."""
    years = a.fiscal_year, b.fiscal_year
    if None not in years and years[0] != years[1] and not _one_misread_year(a, b):
        return False
    if a.district is None or b.district is None:
        return None
    if _both_known(a, b, registers) and a.district != b.district:
        return False  # two districts that exist are two districts, however alike their names
    if _is_another_project(a, b):
        return False
    likeness = _likeness(a.district, b.district)
    witnesses = (
        likeness >= DISTRICT_NEAR,
        is_like(a.name, b.name, NAME_SAME),
        _is_equal(a.budget, b.budget),
        _is_equal(a.first_report, b.first_report),
    )
    return likeness >= DISTRICT_SAME or sum(witnesses) >= WITNESSES_NEEDED


def _is_another_project(a: Marks, b: Marks) -> bool:
    """Whether the name is another, and of budget and first report what both print: the code of a project next door."""
    if a.name is None or b.name is None or _likeness(a.name, b.name) >= NAME_OTHER:
        return False
    if _is_equal(a.budget, b.budget) or _is_equal(a.first_report, b.first_report):
        return False
    return _differ(a.budget, b.budget) or _differ(a.first_report, b.first_report)


def _differ(a: object, b: object) -> bool:
    return a is not None and b is not None and a != b


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


def form_of(marks: Marks) -> tuple[int | None, str | None, str | None]:
    """What the copies of one form have in common to the letter: fiscal year, budget, first report."""
    return marks.fiscal_year, marks.budget, marks.first_report


def is_the_same_form(a: Marks, b: Marks) -> bool:
    """Whether everything beside two different codes agrees, so that one of the codes is misread."""
    if None in form_of(a) or form_of(a) != form_of(b):
        return False
    alike = is_like(a.district, b.district, JOIN_LIKENESS) and is_like(a.name, b.name, JOIN_LIKENESS)
    return alike and _digits(a.name or "") == _digits(b.name or "")  # กิจกรรมที่ 1 is not กิจกรรมที่ 2


def is_nearly_the_same_form(a: Marks, b: Marks) -> bool:
    """The same, but that budget or first report may be misread, and district and name more damaged."""
    if a.fiscal_year is None or a.fiscal_year != b.fiscal_year:
        return False
    if not (_is_equal(a.budget, b.budget) or _is_equal(a.first_report, b.first_report)):
        return False
    alike = is_like(a.district, b.district, DISTRICT_SAME) and is_like(a.name, b.name, NAME_SAME)
    return alike and _digits(a.name or "") == _digits(b.name or "")


def is_nothing_else(a: Marks, b: Marks) -> bool:
    """Whether all that a copy prints beside its code is another's, district and name among it (as of a cut copy)."""
    alike = is_like(a.district, b.district, DISTRICT_SAME) and is_like(a.name, b.name, NAME_SAME)
    return alike and may_be(a, b) and _digits(a.name or "") == _digits(b.name or "")


def may_be(a: Marks, b: Marks) -> bool:
    """Nothing that both print objects."""
    pairs = ((a.fiscal_year, b.fiscal_year), (a.budget, b.budget), (a.start, b.start), (a.first_report, b.first_report))
    if any(x is not None and y is not None and x != y for x, y in pairs):
        return False
    return a.district is None or b.district is None or _likeness(a.district, b.district) >= DISTRICT_SAME


@lru_cache(maxsize=65536)
def _likeness(a: str, b: str) -> float:
    return fuzz.ratio(a, b)


def is_like(a: str | None, b: str | None, least: float) -> bool:
    """Whether both are printed and this much alike (0-100)."""
    return a is not None and b is not None and _likeness(a, b) >= least


def _is_equal(a: object, b: object) -> bool:
    return a is not None and a == b


def _digits(text: str) -> str:
    return "".join(c for c in to_arabic_digits(text) if c.isdigit())
