"""The rows of one project in every table that belongs to it, from its decisions over all nights. Pure.

Current rows come from the last delivery, histories from all of them in the order of their nights.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from transform.addresses import field_base, list_addresses, row_key, split_row_key
from transform.dates import fiscal_year_of
from transform.form import Form
from transform.past import LANGUAGE
from transform.records import CONFIDENCE_ORDER, Confidence, delivery_id_of
from transform.register_files import plan_period

Row = dict[str, Any]
State = Mapping[str, tuple[str | None, Confidence]]  # field address → chosen value, confidence

PROJECT_TABLES = (
    "dim_project", "dim_project_history", "project_objective", "project_target", "project_indicator", "project_person",
    "project_strategy", "fact_progress_report", "fact_progress_report_history", "fact_project_budget", "delivery",
    "project_text",
)  # fmt: skip
ROLES = ("responsible", "coordinator")


@dataclass(frozen=True)
class DecidedDelivery:
    """One project on one night, as its decisions say. `conflicts`: values on which its copies differ."""

    night: date
    copies: int
    state: State
    conflicts: int


def typed(value: str | None, sql_type: str) -> Any:
    """Canonical text as the Python value of a column type; None stays None."""
    if value is None:
        return None
    if sql_type in ("INTEGER", "BIGINT"):
        return int(value)
    if sql_type == "DATE":
        return date.fromisoformat(value)
    if sql_type.startswith("DECIMAL"):
        return Decimal(value)
    return value


def project_rows(form: Form, code: str, deliveries: Sequence[DecidedDelivery]) -> dict[str, list[Row]]:
    """Rows by table. `deliveries`: all of the project's, in order of their nights; at least one."""
    current = deliveries[-1]
    history = [_project_row(form, code, d) for d in deliveries]
    reports = [_report_rows(form, code, d.state) for d in deliveries]
    nights = [d.night for d in deliveries]
    descriptive = ("copies", "confidence")
    seen = {"first_seen": nights[0], "last_seen": nights[-1]}
    budgets = [
        {"project_code": code, "as_of": night, **{k: row[k] for k in ("budget_received_baht", "budget_spent_baht")}}
        for night, row in zip(nights, history, strict=True)
    ]
    return {
        "dim_project": [history[-1] | seen],
        "dim_project_history": _intervals([{(): row} for row in history], nights, descriptive),
        "project_objective": _list_rows(form, "project_objective", "objectives", code, current.state),
        "project_target": _list_rows(form, "project_target", "targets", code, current.state),
        "project_indicator": _list_rows(form, "project_indicator", "strategy.indicators", code, current.state),
        "project_person": _person_rows(code, current.state),
        "project_strategy": _strategy_rows(form, code, history[-1], current.state),
        "fact_progress_report": [row | {"is_latest": key == max(reports[-1])} for key, row in reports[-1].items()],
        "fact_progress_report_history": _intervals(reports, nights, ("confidence",)),
        "fact_project_budget": [b for i, b in enumerate(budgets) if i == 0 or _amounts(b) != _amounts(budgets[i - 1])],
        "delivery": [_delivery_row(code, d, is_latest=d is current) for d in deliveries],
        "project_text": _text_rows(form, code, deliveries),
    }


def _amounts(budget: Row) -> tuple[Decimal | None, Decimal | None]:
    return budget["budget_received_baht"], budget["budget_spent_baht"]


def _weakest(confidences: Iterable[Confidence]) -> Confidence:
    return max(confidences, key=CONFIDENCE_ORDER.index, default="single")


def _project_row(form: Form, code: str, delivered: DecidedDelivery) -> Row:
    state = delivered.state
    row: Row = {}
    for column in form.tables["dim_project"].columns:
        if column.field is not None:
            row[column.name] = typed(state.get(column.field, (None, "single"))[0], column.type)
    confidence = _weakest(c for address, (_, c) in state.items() if form.field_of(address).policy != "whole")
    return row | {"project_code": code, "agency_code": code[:4], "copies": delivered.copies, "confidence": confidence}


def _list_rows(form: Form, table: str, base: str, code: str, state: State) -> list[Row]:
    columns = [c for c in form.tables[table].columns if c.field is not None]
    rows = []
    for ordinal, address in enumerate(list_addresses(base, state), start=1):
        row: Row = {"project_code": code, "ordinal": ordinal}
        for column in columns:
            suffix = (column.field or "").removeprefix(base)
            row[column.name] = typed(state.get(address + suffix, (None, "single"))[0], column.type)
        rows.append(row)
    return rows


def _person_rows(code: str, state: State) -> list[Row]:
    rows = []
    for role in ROLES:
        parts = {
            column: state.get(f"{role}.{part}", (None, "single"))[0]
            for column, part in (("person_name", "name"), ("title", "title"), ("unit", "unit"), ("phone", "phone"))
        }
        if any(parts.values()):
            rows.append({"project_code": code, "role": role, **parts})
    return rows


def _strategy_rows(form: Form, code: str, project: Row, state: State) -> list[Row]:
    """What the project names as its strategy. A number that is not named is an empty text, so that keys are whole."""
    numbers = [k for k in form.tables["dim_strategy"].key if k != "plan_period"]
    year = project["fiscal_year_be"]
    if year is None or all(project[n] is None for n in numbers):
        return []
    texts = {f.column or "": state.get(f.field, (None, "single"))[0] for f in form.columns_of("dim_strategy")}
    named = {n: project[n] or "" for n in numbers}
    return [{"project_code": code, "plan_period": plan_period(year), **named, **texts}]


def _delivery_row(code: str, delivered: DecidedDelivery, *, is_latest: bool) -> Row:
    return {
        "project_code": code,
        "night": delivered.night,
        "delivery_id": delivery_id_of(code, delivered.night),
        "copies": delivered.copies,
        "values_decided": len(delivered.state),
        "values_in_conflict": delivered.conflicts,
        "values_contested": sum(1 for _, confidence in delivered.state.values() if confidence == "contested"),
        "is_latest": is_latest,
    }


def _text_rows(form: Form, code: str, deliveries: Sequence[DecidedDelivery]) -> list[Row]:
    """Each text of a field of language once, with the first night on which no copy disputed it.

    A value that votes once decided is left out: it must not vote itself.
    """
    first: dict[tuple[str, str], date] = {}
    for delivered in deliveries:
        for address, (value, confidence) in delivered.state.items():
            if value is not None and confidence in ("agreed", "single") and form.field_of(address).policy in LANGUAGE:
                first.setdefault((field_base(address), value), delivered.night)
    return [
        {"project_code": code, "field": field, "text": text, "first_night": night}
        for (field, text), night in sorted(first.items())
    ]


def _report_rows(form: Form, code: str, state: State) -> dict[tuple[int, int], Row]:
    """Rows of section 2 by (number, occurrence), in printed order."""
    columns = [c for c in form.tables["fact_progress_report"].columns if c.field is not None]
    rows: dict[tuple[int, int], Row] = {}
    printed = (state.get("reports", (None, "single"))[0] or "").split(",")
    for order, key in enumerate((k for k in printed if k), start=1):
        number, occurrence = split_row_key(key)
        address = f"reports[{row_key(number, occurrence)}]"
        confidences = []
        row: Row = {"project_code": code, "occurrence": occurrence, "printed_order": order}
        for column in columns:
            value, confidence = state.get(f"{address}.{(column.field or '').split('.')[-1]}", (None, "agreed"))
            row[column.name] = typed(value, column.type)
            confidences.append(confidence)
        row["report_no"] = number
        row["confidence"] = _weakest(confidences)
        reported = row["report_date"]
        row["fiscal_year_be"] = fiscal_year_of(reported) if reported else None
        row["fiscal_quarter"] = (reported.month + 2) % 12 // 3 + 1 if reported else None
        rows[number, occurrence] = row
    return rows


def _intervals(by_night: Sequence[Mapping[Any, Row]], nights: Sequence[date], descriptive: Sequence[str]) -> list[Row]:
    """Rows with the nights between which they held; a change only in `descriptive` columns is no new state."""
    closed: list[Row] = []
    open_rows: dict[Any, Row] = {}
    for rows, night in zip(by_night, nights, strict=True):
        for key in [k for k in open_rows if k not in rows]:
            closed.append(open_rows.pop(key) | {"valid_to": night, "is_current": False})
        for key, row in rows.items():
            before = open_rows.get(key)
            if before is not None and all(before[c] == row[c] for c in row if c not in descriptive):
                continue
            if before is not None:
                closed.append(before | {"valid_to": night, "is_current": False})
            open_rows[key] = row | {"valid_from": night, "valid_to": None, "is_current": True}
    return closed + list(open_rows.values())
