"""Decisions → the frames that are validated and loaded. Pure, and a function of all nights of the touched projects.

Everything published about a project follows from its decisions over all nights, so a night rebuilds the rows of
the projects it touches and nothing else, and nights replayed in any order end in the same tables.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from transform.addresses import list_addresses, row_key, split_row_key
from transform.dates import fiscal_year_of
from transform.form import Form, Table, load_form
from transform.records import CONFIDENCE_ORDER, Confidence, Night

Row = dict[str, Any]
State = Mapping[str, tuple[str | None, Confidence]]  # field address → chosen value, confidence


@dataclass(frozen=True)
class Earlier:
    """What the warehouse already holds of the touched projects, of nights other than tonight.

    `decisions`: rows of lineage.decision; `deliveries`: project_code, night, copies.
    """

    decisions: pd.DataFrame
    deliveries: pd.DataFrame

    @classmethod
    def nothing(cls) -> Earlier:
        """The state before the first night."""
        decisions = frame_of(load_form().tables["decision"], [])
        deliveries = pd.DataFrame(
            {
                "project_code": pd.Series(dtype="str"),
                "night": pd.Series(dtype="datetime64[us]"),
                "copies": pd.Series(dtype="Int64"),
            }
        )
        return cls(decisions, deliveries)


def frame_of(table: Table, rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows as a frame with exactly the table's columns and types, also when there are none.

    VARCHAR → str, INTEGER/BIGINT → Int64, BOOLEAN → boolean, DATE → datetime64[us], DECIMAL → Decimal objects.
    Raises ValueError naming table, column and value when a date lies past the year 2400.
    """
    listed = list(rows)
    return pd.DataFrame(
        {c.name: _series(table, c.name, c.type, [row.get(c.name) for row in listed]) for c in table.columns}
    )


def _series(table: Table, name: str, sql_type: str, values: list[Any]) -> pd.Series[Any]:
    if sql_type in ("INTEGER", "BIGINT"):
        return pd.Series(values, dtype="Int64")
    if sql_type == "BOOLEAN":
        return pd.Series(values, dtype="boolean")
    if sql_type == "DATE":
        for value in values:
            if value is not None and value.year >= 2400:
                raise ValueError(
                    f"{table.qualified}.{name}: {value.isoformat()} lies past the year 2400; "
                    "a Buddhist year was not converted"
                )
        return pd.Series(pd.array(values, dtype="datetime64[us]"))
    if sql_type.startswith("DECIMAL"):
        return pd.Series(values, dtype="object")
    return pd.Series(values, dtype="str")


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


def build_frames(night: Night, earlier: Earlier, form: Form | None = None) -> dict[str, pd.DataFrame]:
    """All rows of the touched projects, current and historical, and tonight's lineage, by table name.

    Touched is what is delivered tonight, and what `earlier` names besides: a second run of a night may recognise a
    copy as another project's, and the one it was taken for keeps its other nights.
    """
    form = form or load_form()
    states = _states(night, earlier)
    rows: dict[str, list[Row]] = defaultdict(list)
    for code in sorted(states):
        for table, made in _project_rows(form, code, states[code]).items():
            rows[table].extend(made)
    for table, made in _lineage_rows(night).items():
        rows[table].extend(made)
    names = (*_PROJECT_TABLES, *_LINEAGE_TABLES)
    return {name: _sorted(frame_of(form.tables[name], rows[name]), form.tables[name]) for name in names}


_PROJECT_TABLES = (
    "dim_project", "dim_project_history", "project_objective", "project_target", "project_indicator",
    "fact_progress_report", "fact_progress_report_history", "fact_project_budget",
)  # fmt: skip
_LINEAGE_TABLES = ("source_file", "form_copy", "unread_line", "reading", "decision", "rejected_file")


def _sorted(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    return frame.sort_values(list(table.key), ignore_index=True, na_position="first") if len(frame) else frame


@dataclass(frozen=True)
class _Delivered:
    """One project on one night, as its decisions say."""

    night: date
    copies: int
    state: State


def _states(night: Night, earlier: Earlier) -> dict[str, list[_Delivered]]:
    """Deliveries of every touched project in order of their nights."""
    found: dict[str, list[_Delivered]] = defaultdict(list)
    for delivery in night.deliveries:
        state = {d.field: (d.value, d.confidence) for d in delivery.decisions}
        found[delivery.project_code].append(_Delivered(night.night, len(delivery.copies), state))
    by_delivery: dict[str, dict[str, tuple[str | None, Confidence]]] = defaultdict(dict)
    columns = ("delivery_id", "field", "value", "confidence")
    for delivery_id, address, value, confidence in zip(*(earlier.decisions[c] for c in columns), strict=True):
        by_delivery[delivery_id][address] = (None if pd.isna(value) else value, confidence)
    for code, when, copies in zip(*(earlier.deliveries[c] for c in ("project_code", "night", "copies")), strict=True):
        delivered = pd.Timestamp(when).date()
        if delivered != night.night:
            state = by_delivery.get(f"{code}@{delivered.isoformat()}", {})
            found[code].append(_Delivered(delivered, int(copies), state))
    return {code: sorted(deliveries, key=lambda d: d.night) for code, deliveries in found.items()}


def _project_rows(form: Form, code: str, deliveries: Sequence[_Delivered]) -> dict[str, list[Row]]:
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
        "fact_progress_report": list(reports[-1].values()),
        "fact_progress_report_history": _intervals(reports, nights, ("confidence",)),
        "fact_project_budget": [b for i, b in enumerate(budgets) if i == 0 or _amounts(b) != _amounts(budgets[i - 1])],
    }


def _amounts(budget: Row) -> tuple[Decimal | None, Decimal | None]:
    return budget["budget_received_baht"], budget["budget_spent_baht"]


def _weakest(confidences: Iterable[Confidence]) -> Confidence:
    return max(confidences, key=CONFIDENCE_ORDER.index, default="single")


def _project_row(form: Form, code: str, delivered: _Delivered) -> Row:
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


def _lineage_rows(night: Night) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = {name: [] for name in _LINEAGE_TABLES}
    for file in night.files:
        common = {
            "source_sha256": file.source_sha256,
            "uri": file.uri,
            "night": file.night,
            "reader_version": file.reader_version,
        }
        rows["source_file"].append(
            common
            | {
                "media_type": file.media_type, "bytes": file.size, "pages": file.pages, "encoding": file.encoding,
                "status": file.status, "reason": file.reason, "lines": file.lines.total,
                "lines_consumed": file.lines.consumed, "lines_furniture": file.lines.furniture,
                "lines_unread": file.lines.unread,
                "notes": "\n".join(file.notes) or None,
            }
        )  # fmt: skip
        rows["unread_line"].extend(
            {"source_sha256": file.source_sha256, "page": u.page, "line": u.line, "text": u.text} for u in file.unread
        )
        if file.status == "rejected":
            rows["rejected_file"].append(common | {"code": file.code, "reason": file.reason})
    for copy in night.copies:
        rows["form_copy"].append({name: getattr(copy, name) for name in load_form().tables["form_copy"].column_names})
        rows["reading"].extend(
            {
                "copy_id": r.copy_id, "field": r.field, "report_seq": r.report_seq, "page": r.evidence.page,
                "line_first": r.evidence.line_first, "line_last": r.evidence.line_last,
                "char_from": r.evidence.char_from, "char_to": r.evidence.char_to, "raw": r.evidence.raw,
                "value": r.value, "problem": r.problem, "is_cut": r.is_cut, "doubt": r.doubt,
            }
            for r in copy.readings
        )  # fmt: skip
    for delivery in night.deliveries:
        rows["decision"].extend(
            {
                "project_code": d.project_code, "delivery_id": d.delivery_id, "field": d.field,
                "report_seq": d.report_seq,
                "value": d.value, "rule": d.rule, "confidence": d.confidence, "readings": len(d.readings),
                "distinct_readings": len(d.alternatives), "is_decidable": d.is_decidable,
                "grounds": d.grounds,
            }
            for d in delivery.decisions
        )  # fmt: skip
    return rows
