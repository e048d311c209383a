"""What Great Expectations is to check, planned from the registry and the catalogue as plain data.

Column checks come from the `expect` of the registry's fields, keys from its tables, cross-checks from the catalogue:
each becomes one expectation on a boolean column of the frame it judges, because Great Expectations cannot
run multi-row SQL on pandas. This module does not import Great Expectations; `to_expectation` is given it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as default
from datetime import datetime
from decimal import Decimal
from types import ModuleType
from typing import Any

import pandas as pd

from expectations.catalogue import FAMILIES, RULE_PREFIX, Dimension, Severity, load_catalogue
from transform.form import Column, Form, Table

GX_SEVERITY: Mapping[Severity, str] = {"block": "critical", "check": "warning", "note": "info"}
# the columns by which a cross-check names the rows it objects to
RULE_KEYS: Mapping[str, tuple[str, ...]] = {
    "dim_project": ("project_code",),
    "fact_progress_report": ("project_code", "report_no", "occurrence"),
    "decision": ("project_code", "field"),
}


@dataclass(frozen=True)
class Check:
    """One expectation: its class in Great Expectations, its arguments, and the rule that a failure falls under."""

    expectation: str
    target: str
    rule: str
    severity: Severity
    arguments: Mapping[str, Any] = default(default_factory=dict)
    against: str | None = None
    when: str | None = None
    """Column that must be filled, or hold what `equals` says, for a row to be judged."""
    equals: str | None = None

    @property
    def dimension(self) -> Dimension:
        """Dimension of quality, from the catalogue."""
        return load_catalogue()[self.rule].dimension

    @property
    def column(self) -> str | None:
        """The column whose values it judges, None for a check of whole rows."""
        return self.arguments.get("column") or self.arguments.get("column_A")

    @property
    def is_crosscheck(self) -> bool:
        """Whether it judges by the objections of a cross-check."""
        return self.expectation in FAMILIES


def checks_of(table: Table, rows_due: int = 0) -> list[Check]:
    """Every check of one frame: rows, key, columns where the table is a current one, cross-checks."""
    checks = [*_row_checks(table, rows_due), *_key_checks(table)]
    if table.schema == "main" and not table.name.endswith("_history"):
        for column in table.columns:
            checks.extend(_column_checks(table, column))
    checks.extend(
        Check(rule.expectation, rule.id, rule.id, rule.severity, {"rule": rule.id})
        for rule in load_catalogue().values()
        if rule.frame == table.name and rule.expectation is not None
    )
    return checks


def rows_due(form: Form, frames: Mapping[str, pd.DataFrame]) -> dict[str, int]:
    """How many rows each frame must have at least, given the forms that the night brought.

    A night with a copy of a known project has decisions, one project for each of their codes, and a report row where a
    report was decided on; a frame that lost them would pass every other check.
    """
    due = dict.fromkeys(form.tables, 0)
    copies, decisions = frames.get("form_copy"), frames.get("decision")
    if copies is not None and copies["project_code"].notna().any():
        due |= {"decision": 1, "dim_project": 1}
    if decisions is not None:
        due["dim_project"] = max(due["dim_project"], int(decisions["project_code"].nunique()))
        due["fact_progress_report"] = int(decisions["field"].str.match(r"reports\[").any())
    return due


def to_expectation(number: int, check: Check, gx: ModuleType, classes: ModuleType) -> Any:
    """A check as an expectation of Great Expectations; `classes` holds the expectation classes of kaona.

    Raises what Great Expectations raises when the class is unknown or the arguments make no sense.
    """
    cls = getattr(classes, check.expectation, None) or getattr(gx.expectations, check.expectation)
    meta = {"check": number, "rule": check.rule, "dimension": check.dimension, "severity": check.severity}
    condition = {"row_condition": classes.condition(check.when, check.equals)} if check.when else {}
    return classes.remembering(cls)(**check.arguments, **condition, severity=GX_SEVERITY[check.severity], meta=meta)


def columns_of(check: Check) -> set[str]:
    """The columns of a frame that a check looks at."""
    arguments = check.arguments
    named = {arguments.get(name) for name in ("column", "column_A", "column_B")} | {check.when}
    named |= {RULE_PREFIX + check.rule} if check.is_crosscheck else set()
    return {str(name) for name in (*named, *arguments.get("column_list", ())) if name is not None}


def rows_concerned(check: Check, frame: pd.DataFrame) -> int:
    """How many rows of a frame a check must have looked at."""
    if check.when is None:
        return len(frame)
    held = frame[check.when].notna() if check.equals is None else frame[check.when] == check.equals
    return int(held.sum())


def with_rule_columns(frame: pd.DataFrame, table: str, objections: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
    """The frame with a boolean column for each cross-check that judges it; and objections that name no row, counted."""
    keys = list(RULE_KEYS.get(table, ()))
    rules = [rule.id for rule in load_catalogue().values() if rule.frame == table]
    if not rules:
        return frame, {}
    present = pd.MultiIndex.from_frame(frame[keys])
    columns, lost = {}, {}
    for rule in rules:
        objected = pd.MultiIndex.from_frame(objections.loc[objections["rule"] == rule, keys].drop_duplicates())
        columns[RULE_PREFIX + rule] = ~present.isin(objected)
        lost[rule] = int((~objected.isin(present)).sum())
    return pd.concat([frame, pd.DataFrame(columns, index=frame.index)], axis=1), {r: n for r, n in lost.items() if n}


def _row_checks(table: Table, rows_due: int) -> Iterator[Check]:
    arguments = {"min_value": rows_due}
    yield Check("ExpectTableRowCountToBeBetween", "rows", "rows_missing", "block", arguments, str(rows_due))


def _key_checks(table: Table) -> Iterator[Check]:
    for column in table.key:
        yield Check("ExpectColumnValuesToNotBeNull", column, "key_missing", "block", {"column": column})
    if len(table.key) == 1:
        yield Check("ExpectColumnValuesToBeUnique", table.key[0], "key_duplicate", "block", {"column": table.key[0]})
    else:
        arguments = {"column_list": list(table.key)}
        yield Check("ExpectCompoundColumnsToBeUnique", ", ".join(table.key), "key_duplicate", "block", arguments)


def _column_checks(table: Table, column: Column) -> Iterator[Check]:
    about, severity = {"column": column.name}, _severity(column)
    if column.type.startswith("DECIMAL"):  # money is never float
        arguments = about | {"type_": "Decimal"}
        yield Check("ExpectColumnValuesToBeOfType", column.name, "column_wrong_type", "block", arguments, "Decimal")
    expect = column.expect
    if expect.get("required") and column.name not in table.key:
        yield Check("ExpectColumnValuesToNotBeNull", column.name, "column_required_missing", severity, about)
    if "required_when" in expect:
        other = next(c for c in table.columns if c.name == expect["required_when"])
        name, target = "ExpectColumnValuesToNotBeNull", f"{column.name} when {other.name}"
        yield Check(name, target, "value_missing_beside", severity, about, other.field or other.name, other.name)
    if "nests_in" in expect:
        pair = {"column_A": column.name, "column_B": expect["nests_in"]}
        target = f"{column.name} in {expect['nests_in']}"
        yield Check("ExpectNumberToNest", target, "number_not_nested", severity, pair)
    if "min" in expect or "max" in expect:
        bounds = {f"{end}_value": _typed(column, expect[end]) for end in ("min", "max") if end in expect}
        against = f"{expect.get('min', '…')} – {expect.get('max', '…')}"
        name = "ExpectColumnValuesToBeBetween"
        yield Check(name, column.name, "column_out_of_range", severity, about | bounds, against)
    if "regex" in expect:
        arguments = about | {"regex": expect["regex"]}
        yield Check(
            "ExpectColumnValuesToMatchRegex", column.name, "column_bad_format", severity, arguments, expect["regex"]
        )
    if "set" in expect:
        allowed: Mapping[str, Any] = {**about, "value_set": list(expect["set"])}
        against = ", ".join(str(word) for word in expect["set"])
        yield Check("ExpectColumnValuesToBeInSet", column.name, "column_bad_format", severity, allowed, against)
    if expect.get("unique") and (column.name,) != table.key:
        yield Check("ExpectColumnValuesToBeUnique", column.name, "key_duplicate", severity, about)


def _severity(column: Column) -> Severity:
    for severity in GX_SEVERITY:
        if severity == column.severity:
            return severity
    known = ", ".join(GX_SEVERITY)
    raise ValueError(f"data/form/progress.toml: severity {column.severity!r} of {column.name} is not one of {known}")


def _typed(column: Column, bound: Any) -> Any:
    if column.type == "DATE":
        return datetime.fromisoformat(str(bound))
    return Decimal(str(bound)) if column.type.startswith("DECIMAL") else bound
