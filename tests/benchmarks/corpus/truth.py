"""What is true of a project, under kaona's addresses, and whether a chosen value says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

from rapidfuzz import fuzz

from data.samples.generator.facts import Project
from data.samples.generator.people import CANONICAL_TITLE, Party
from tests.benchmarks.corpus.pipeline import list_addresses, same_text

LISTS = ("objectives", "targets", "strategy.indicators")
_NUMBERS = frozenset({"baht", "percent", "integer", "year"})
# an item that reads less like each true item than this stands for none of them (0-100)
_LIKE = 55


def true_values(project: Project) -> dict[str, str | None]:
    """Every value of the form by address; what the form prints as nothing is None or left out."""
    values: dict[str, str | None] = {
        "project_code": project.code,
        "project_name": project.name,
        "fiscal_year_be": str(project.fiscal_year_be),
        "start_date": project.start.isoformat(),
        "end_date": project.end.isoformat(),
        "budget_received": str(project.budget_received),
        "budget_spent": str(project.budget_spent),
        "rationale": "\n".join(project.rationale),
        "reports": ",".join(str(report.seq) for report in project.reports),
    }
    values |= {f"agency_path[{n}]": unit for n, unit in enumerate(project.agency_path, start=1)}
    values |= _party("responsible", project.responsible) | _party("coordinator", project.coordinator)
    for base, items in (("objectives", project.objectives), ("targets", project.targets)):
        values |= {f"{base}[{n}]": item for n, item in enumerate(items, start=1)}
    for n, indicator in enumerate(project.indicators, start=1):
        values[f"strategy.indicators[{n}]"] = indicator.text
        values[f"strategy.indicators[{n}].dimension"] = str(indicator.dimension)
    if project.strategy:
        names = ("issue_no", "issue_name", "issue_name_en", "sub_issue_no", "sub_issue_name", "goal_no", "goal_text")
        values |= {f"strategy.{name}": getattr(project.strategy, name) for name in names}
    for report in project.reports:
        row = f"reports[{report.seq}]"
        values |= {
            f"{row}.seq": str(report.seq),
            f"{row}.date": report.day.isoformat(),
            f"{row}.status_text": report.status_text,
            f"{row}.progress_pct": str(report.progress_pct),
            f"{row}.disbursed_baht": str(report.disbursed_baht),
            f"{row}.plan_status": report.plan_status,
            f"{row}.target_status": report.target_status,
        }
    return values


def _party(base: str, party: Party | None) -> dict[str, str | None]:
    if party is None:
        return {}
    if party.unit is not None:
        return {f"{base}.unit": party.unit, f"{base}.phone": party.phone}
    return {f"{base}.title": CANONICAL_TITLE[party.title], f"{base}.name": party.name, f"{base}.phone": party.phone}


def says(kind: str, value: str | None, truth: str | None) -> bool:
    """Whether a value is the true one: numbers as numbers, text without what is lossless."""
    if value is None or truth is None:
        return value is truth
    if kind in _NUMBERS:
        try:
            return Decimal(value) == Decimal(truth)
        except InvalidOperation:
            return False
    return same_text(value, truth)


def addressed(truth: Mapping[str, str | None], decided: Mapping[str, str | None]) -> tuple[dict[str, str | None], int]:
    """The truth under the addresses of the decided values, and how many true list items have no decided one.

    An item more or less moves those below it, so lists are laid beside each other in order first.
    """
    values = {a: v for a, v in truth.items() if not a.startswith(LISTS)}
    lost = 0
    for base in LISTS:
        true_items, items = list_addresses(base, truth), list_addresses(base, decided)
        pairs = _aligned([truth[a] or "" for a in true_items], [decided[a] or "" for a in items])
        lost += len(true_items) - len(pairs)
        for true_at, at in pairs:
            values[items[at]] = truth[true_items[true_at]]
            values[f"{items[at]}.dimension"] = truth.get(f"{true_items[true_at]}.dimension")
    return values, lost


def _aligned(true_items: Sequence[str], items: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs (true item, item) in the order of both lists that are most alike together."""
    if len(true_items) == len(items) and all(map(same_text, true_items, items)):
        return [(n, n) for n in range(len(items))]
    best: dict[tuple[int, int], tuple[float, tuple[tuple[int, int], ...]]] = {}
    for i in range(len(true_items) + 1):
        for j in range(len(items) + 1):
            options = [(0.0, ())] if not i or not j else [best[i - 1, j], best[i, j - 1]]
            if i and j and (likeness := fuzz.ratio(true_items[i - 1], items[j - 1])) >= _LIKE:
                score, pairs = best[i - 1, j - 1]
                options.append((score + likeness, (*pairs, (i - 1, j - 1))))
            best[i, j] = max(options, key=lambda option: option[0])
    return list(best[len(true_items), len(items)][1])
