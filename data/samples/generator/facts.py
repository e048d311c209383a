"""One invented project as facts, before anything prints it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random

from .agencies import Agency, Strategy, strategy, verified_agencies
from .people import Party, invent_person
from .words import PROGRAMMES, Programme

ON_PLAN, ON_TARGET = "เป็นไปตามแผน", "เป็นไปตามเป้าหมาย"
# Codes that are printed somewhere for a real project: never given to an invented one.
REAL_CODES = frozenset({"50390000-3367", "50150000-6433", "50500000-6138", "50220000-6976", "50420000-3536"})


@dataclass(frozen=True)
class Report:
    """One progress report: `day` in the common era, money in baht."""

    seq: int
    day: date
    status_text: str
    progress_pct: Decimal
    disbursed_baht: Decimal
    plan_status: str = ON_PLAN
    target_status: str = ON_TARGET


@dataclass(frozen=True)
class Indicator:
    """One indicator of success and its dimension (มิติ)."""

    dimension: int
    text: str


@dataclass(frozen=True)
class Project:
    """All facts of one form. None stands where the form prints a placeholder; `reports` are in printed order."""

    code: str
    name: str
    fiscal_year_be: int
    start: date
    end: date
    budget_received: Decimal | None
    budget_spent: Decimal | None
    agency_path: tuple[str, ...]
    responsible: Party
    coordinator: Party | None
    rationale: tuple[str, ...]
    objectives: tuple[str, ...]
    targets: tuple[str, ...]
    strategy: Strategy | None
    indicators: tuple[Indicator, ...]
    reports: tuple[Report, ...]


def invent_project(
    rng: Random,
    *,
    fiscal_year_be: int = 2563,
    programme: Programme | None = None,
    agency: Agency | None = None,
    n_reports: int | None = None,
) -> Project:
    """A project whose facts agree with each other; what is not given is drawn from `rng`.

    Disbursements are cumulative and the last one equals the budget spent, progress never falls, and each report
    lies within the fiscal year: a flag of the reader is wrong until a test breaks one of these on purpose.
    """
    programme = programme or rng.choice(PROGRAMMES)
    agency = agency or _agency_for(programme, rng)
    slots = {"place": agency.place, "n": str(rng.randrange(4, 16)), "m": str(rng.randrange(12, 48) * 10)}
    budget = Decimal(rng.randrange(600, 9000) * 100)
    spent = (budget * rng.randrange(60, 101) / 100).quantize(Decimal("0.01"))
    reports = _invent_reports(rng, programme, fiscal_year_be, spent, n_reports or len(programme.statuses))
    return Project(
        code=_invent_code(rng, agency, programme, fiscal_year_be),
        name=programme.name,
        fiscal_year_be=fiscal_year_be,
        start=date(fiscal_year_be - 544, 10, 1),
        end=date(fiscal_year_be - 543, 9, 30),
        budget_received=budget,
        budget_spent=spent,
        agency_path=(agency.name, *programme.units),
        responsible=invent_person(rng),
        coordinator=invent_person(rng),
        rationale=tuple(text.format(**slots) for text in programme.rationale),
        objectives=tuple(text.format(**slots) for text in programme.objectives),
        targets=tuple(text.format(**slots) for text in programme.targets),
        strategy=strategy(programme.goal_no),
        indicators=tuple(Indicator(*pair) for pair in programme.indicators),
        reports=reports,
    )


def _agency_for(programme: Programme, rng: Random) -> Agency:
    """The department that owns the programme, or any district with a verified code."""
    agencies = verified_agencies()
    if programme.owner != "district":
        return agencies[programme.owner]
    return rng.choice([agency for agency in agencies.values() if agency.is_district])


def _invent_code(rng: Random, agency: Agency, programme: Programme, fiscal_year_be: int) -> str:
    """A code of the agency: running numbers passed 6000 with the fiscal year 2565."""
    first = 6100 if fiscal_year_be >= 2565 else 3100
    while True:
        code = f"{agency.prefix}{programme.unit_digits}-{first + rng.randrange(800)}"
        if code not in REAL_CODES:
            return code


def _invent_reports(rng: Random, programme: Programme, year_be: int, spent: Decimal, count: int) -> tuple[Report, ...]:
    """`count` monthly reports from October on, rising to 100 % and to the whole sum spent."""
    reports = []
    for index in range(count):
        share = Decimal(index + 1) / count
        status = programme.statuses[min(index * len(programme.statuses) // count, len(programme.statuses) - 1)]
        month = 10 + index
        day = date(year_be - 544 + (month - 1) // 12, (month - 1) % 12 + 1, rng.randrange(20, 29))
        progress = (share * 100).quantize(Decimal("0.01")) if index + 1 == count else Decimal(int(share * 20) * 5)
        money = spent if index + 1 == count else (spent * share / 2).quantize(Decimal("1"))
        reports.append(Report(index + 1, day, status, progress, money))
    return tuple(reports)
