"""The facts of one planned project on each night; they know nothing of copies and damage."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random

from data.samples.generator.facts import ON_PLAN, ON_TARGET, Indicator, Project, Report
from data.samples.generator.people import Party
from tests.benchmarks.corpus import phrases
from tests.benchmarks.corpus.offices import coordinators, staff
from tests.benchmarks.corpus.plans import Plan
from tests.benchmarks.corpus.programmes import Programme

_MOST_REPORTS = 8
_STOCK_STATUS = 0.4
# the head and the reports agree on what was spent; or the reports say nothing; or the head does not
_SPENDING, _SPENDING_WEIGHTS = ("agrees", "no report", "no head"), (6, 3, 1)
_LATE, _UNKNOWN_WORD = 0.12, 0.02


def invent_project(seed: int, plan: Plan, programme: Programme, night: int) -> Project:
    """What the project's form says on a night (0 or 1); the second adds or restates a report as planned."""
    rng = Random(f"{seed} project {plan.number}")
    money = Random(f"{seed} money {plan.family} {plan.fiscal_year_be}") if plan.has_flat_budget else rng
    budget = Decimal(money.choice((money.randrange(60, 900) * 1000, money.randrange(600, 9000) * 100)))
    days = [money.randrange(20, 29) for _ in range(_MOST_REPORTS + 1)]
    count = rng.randrange(1, _MOST_REPORTS + 1)
    spending = rng.choices(_SPENDING, _SPENDING_WEIGHTS)[0]
    fill = _slots(seed, plan)
    reports = _reports(plan, programme, days, budget, spending, fill, rng)
    printed = reports[: count + 1 if night and plan.change == "more" else count]
    if night and plan.change == "restated":
        printed = _restated(printed, budget, rng)
    last = printed[-1].disbursed_baht
    return Project(
        code=plan.code,
        name=programme.name,
        fiscal_year_be=plan.fiscal_year_be,
        start=date(plan.fiscal_year_be - 544, 10, 1),
        end=date(plan.fiscal_year_be - 543, 9, 30),
        budget_received=budget,
        budget_spent=_spent(spending, last, budget),
        agency_path=(plan.agency.name, plan.division[1], plan.division[1]),
        responsible=rng.choice(staff(seed, plan.agency.prefix)),
        coordinator=_coordinator(seed, plan),
        rationale=tuple(fill(text) for text in programme.rationale),
        objectives=tuple(fill(text) for text in programme.objectives),
        targets=tuple(fill(text) for text in programme.targets),
        strategy=programme.strategy,
        indicators=tuple(Indicator(dimension, fill(text)) for dimension, text in programme.indicators),
        reports=printed,
    )


def _coordinator(seed: int, plan: Plan) -> Party:
    own = coordinators(seed, plan.agency.prefix)
    return own[plan.family % len(own)]


def _slots(seed: int, plan: Plan) -> _Slots:
    """Next year's project of an agency keeps the figures in its texts, as was seen."""
    rng = Random(f"{seed} figures {plan.family} {plan.agency.prefix}")
    return _Slots(
        plan.agency.place, str(rng.randrange(3, 16)), str(rng.randrange(12, 48) * 10), str(rng.randrange(5, 90))
    )


class _Slots:
    """Fills the slots of one project."""

    def __init__(self, place: str, n: str, m: str, pct: str):
        self._pairs = (("{place}", place), ("{n}", n), ("{m}", m), ("{pct}", pct))

    def __call__(self, text: str) -> str:
        for slot, value in self._pairs:
            text = text.replace(slot, value)
        return text


def _spent(spending: str, last: Decimal, budget: Decimal) -> Decimal:
    if spending == "no head":
        return Decimal(0)
    return last if spending == "agrees" else (budget * 3 / 4).quantize(Decimal(1))


def _reports(
    plan: Plan, programme: Programme, days: list[int], budget: Decimal, spending: str, fill: _Slots, rng: Random
) -> tuple[Report, ...]:
    """One more than the most that a first night prints: monthly, never falling."""
    made = []
    progress, paid = Decimal(0), Decimal(0)
    for index, day in enumerate(days):
        month = 10 + index
        year = plan.fiscal_year_be - 544 + (month - 1) // 12
        step = Decimal(rng.randrange(0, 4) * 5) if rng.random() < 0.8 else Decimal(rng.randrange(0, 1200)) / 100
        progress = min(progress + step, Decimal(100))
        if spending != "no report":
            paid = min(paid + (budget * rng.randrange(0, 25) / 100).quantize(Decimal(1)), budget)
        status = rng.choice(phrases.STOCK_STATUSES if rng.random() < _STOCK_STATUS else programme.statuses)
        plan_word, target_word = _words(rng)
        report = Report(
            index + 1, date(year, (month - 1) % 12 + 1, day), fill(status), progress, paid, plan_word, target_word
        )
        made.append(report)
    return tuple(made)


def _words(rng: Random) -> tuple[str, str]:
    drawn = rng.random()
    if drawn < _UNKNOWN_WORD:
        return "ชะลอไว้ก่อน", "ยังไม่ประเมิน"
    return ("ล่าช้ากว่าแผน", "ต่ำกว่าเป้าหมาย") if drawn < _UNKNOWN_WORD + _LATE else (ON_PLAN, ON_TARGET)


def _restated(reports: tuple[Report, ...], budget: Decimal, rng: Random) -> tuple[Report, ...]:
    """One report says something else than the night before."""
    at = rng.randrange(len(reports))
    changed = reports[at]
    if rng.random() < 0.5:
        changed = replace(changed, progress_pct=min(changed.progress_pct + 5, Decimal(100)))
    else:
        changed = replace(changed, disbursed_baht=min(changed.disbursed_baht + 1000, budget))
    if rng.random() < 0.3:
        changed = replace(changed, status_text=f"{changed.status_text} (แก้ไข)")
    return (*reports[:at], changed, *reports[at + 1 :])
