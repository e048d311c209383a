"""Decisions → the frames that are validated and loaded. Pure, and a function of all nights of the touched projects.

Everything published about a project follows from its decisions over all nights, so a night rebuilds the rows of
the projects it touches and nothing else, and nights replayed in any order end in the same tables.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from transform.form import Form, Table, load_form
from transform.lineage import Columns, lineage_columns
from transform.project_rows import PROJECT_TABLES, DecidedDelivery, Row, project_rows
from transform.records import Confidence, Night, delivery_id_of


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
    made = {c.name: _values(table, c.name, c.type, [row.get(c.name) for row in listed]) for c in table.columns}
    return pd.DataFrame(made, copy=False)


def _values(table: Table, name: str, sql_type: str, values: list[Any]) -> Any:
    """Return one column as pandas stores it; no Series of its own, which a frame would only take apart again."""
    if sql_type in ("INTEGER", "BIGINT"):
        numbers = np.array(values)
        return pd.array(numbers if numbers.dtype.kind == "i" else values, dtype="Int64")
    if sql_type == "BOOLEAN":
        return pd.array(values, dtype="boolean")
    if sql_type == "DATE":
        distinct = {value: number for number, value in enumerate(dict.fromkeys(values))}  # few of many
        for value in distinct:
            if value is not None and value.year >= 2400:
                raise ValueError(
                    f"{table.qualified}.{name}: {value.isoformat()} lies past the year 2400; "
                    "a Buddhist year was not converted"
                )
        return pd.array(list(distinct), dtype="datetime64[us]").take([distinct[value] for value in values])
    if sql_type.startswith("DECIMAL"):
        return pd.Series(values, dtype="object")
    return pd.array(values, dtype="str")


def build_frames(night: Night, earlier: Earlier, form: Form | None = None) -> dict[str, pd.DataFrame]:
    """All rows of the touched projects, current and historical, and tonight's lineage, by table name.

    Touched is what is delivered tonight, and what `earlier` names besides: a second run of a night may recognise a
    copy as another project's, and the one it was taken for keeps its other nights.
    """
    form = form or load_form()
    lineage = lineage_frames(night, form)
    return joined([project_frames(night, lineage["decision"], earlier, form)], form) | lineage


def project_frames(night: Night, decisions: pd.DataFrame, earlier: Earlier, form: Form) -> dict[str, pd.DataFrame]:
    """The rows of the touched projects by table, project by project, for `joined`; `decisions`: those of tonight, as
    in lineage.decision."""
    states = _states(night, decisions, earlier)
    rows: dict[str, list[Row]] = defaultdict(list)
    for code in sorted(states):
        for table, made in project_rows(form, code, states.pop(code)).items():
            rows[table].extend(made)
    return {name: frame_of(form.tables[name], rows.pop(name, [])) for name in PROJECT_TABLES}


def joined(parts: Sequence[Mapping[str, pd.DataFrame]], form: Form) -> dict[str, pd.DataFrame]:
    """The frames of several `project_frames`, each project in one of them, as one; rows in order of the key."""
    return {
        name: _sorted(pd.concat([part[name] for part in parts], ignore_index=True), form.tables[name])
        for name in PROJECT_TABLES
    }


def lineage_frames(night: Night, form: Form) -> dict[str, pd.DataFrame]:
    """What was read and decided of the files, copies and projects of `night`: a whole one, or a part of it."""
    lineage = lineage_columns(night, form.tables["form_copy"].column_names)
    return {name: _frame_of_columns(form.tables[name], columns) for name, columns in lineage.items()}


def _frame_of_columns(table: Table, columns: Columns) -> pd.DataFrame:
    """The frame that `frame_of` makes of rows, from columns that come one after the other; rows in order of the key."""
    types = {c.name: c.type for c in table.columns}
    made = {name: _values(table, name, types[name], values) for name, values in columns}
    return pd.DataFrame({name: made[name] for name in types}, copy=False)


def _sorted(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    return frame.sort_values(list(table.key), ignore_index=True, na_position="first") if len(frame) else frame


def _states(night: Night, decisions: pd.DataFrame, earlier: Earlier) -> dict[str, list[DecidedDelivery]]:
    """Deliveries of every touched project in order of their nights."""
    found: dict[str, list[DecidedDelivery]] = defaultdict(list)
    by_delivery: dict[str, dict[str, tuple[str | None, Confidence]]] = defaultdict(dict)
    conflicts_of: dict[str, int] = defaultdict(int)
    columns = ("delivery_id", "field", "value", "confidence", "distinct_readings")
    anew = {delivery.delivery_id for delivery in night.deliveries}
    for frame, decided_again in ((decisions, frozenset[str]()), (earlier.decisions, anew)):
        lists = (frame[c].tolist() for c in columns)  # a Series gives its values one by one ten times as slowly
        for delivery_id, address, value, confidence, distinct in zip(*lists, strict=True):
            if delivery_id in decided_again:
                continue
            by_delivery[delivery_id][address] = (value if isinstance(value, str) else None, confidence)
            conflicts_of[delivery_id] += distinct > 1

    def add(code: str, when: date, copies: int) -> None:
        delivery_id = delivery_id_of(code, when)
        state = by_delivery.pop(delivery_id, {})
        found[code].append(DecidedDelivery(when, copies, state, conflicts_of[delivery_id]))

    for delivery in night.deliveries:
        add(delivery.project_code, night.night, len(delivery.copies))
    for code, when, copies in zip(*(earlier.deliveries[c] for c in ("project_code", "night", "copies")), strict=True):
        if pd.Timestamp(when).date() != night.night:
            add(code, pd.Timestamp(when).date(), int(copies))
    return {code: sorted(deliveries, key=lambda d: d.night) for code, deliveries in found.items()}
