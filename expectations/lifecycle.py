"""Findings over the nights: new, open, resolved, regressed. Pure: tonight's findings and those known before it.

The warehouse keeps how a finding stood on every night (quality.finding_history). So a night that runs again is given
what was known before it, whatever an earlier run of it had found, and gives the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Literal

import pandas as pd

State = Literal["new", "open", "resolved", "regressed"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding as quality.finding publishes it."""

    finding_id: str
    rule: str
    dimension: str
    severity: str
    project_code: str | None
    report_no: int | None
    field: str | None
    value: str | None
    uri: str | None
    page: int | None
    line: int | None
    message_th: str
    message_en: str
    first_seen: date
    last_seen: date
    days_open: int = 0
    state: State = "new"
    resolved_on: date | None = None


def findings_in(frame: pd.DataFrame) -> list[Finding]:
    """Rows of quality.finding as values."""
    columns = [_plain(frame[f.name]) for f in fields(Finding)]
    return [Finding(*row) for row in zip(*columns, strict=True)]


def follow(
    tonight: Iterable[Finding], previous: Iterable[Finding], night: date, is_judged: Callable[[Finding], bool]
) -> list[Finding]:
    """Tonight's findings with their history, and those that are resolved tonight, by finding_id.

    `previous`: findings as they stood before this night. One that is not found again is resolved only when
    `is_judged`: its project or file was delivered tonight. Findings that do not change tonight are left out.
    """
    known: Mapping[str, Finding] = {f.finding_id: f for f in previous}
    found: dict[str, Finding] = {}
    for finding in tonight:
        found.setdefault(finding.finding_id, _continued(finding, known.get(finding.finding_id), night))
    for finding_id, finding in known.items():
        if finding_id not in found and finding.state != "resolved" and is_judged(finding):
            found[finding_id] = replace(finding, state="resolved", resolved_on=night)
    return [found[finding_id] for finding_id in sorted(found)]


def _continued(finding: Finding, before: Finding | None, night: date) -> Finding:
    if before is None:
        return finding
    state: State = "regressed" if before.state == "resolved" else "open"
    first = before.first_seen
    return replace(finding, first_seen=first, last_seen=night, days_open=(night - first).days, state=state)


def _plain(column: pd.Series) -> list[Any]:
    """The cells of a column as Python values; None for every kind of null."""
    values = column.dt.date if pd.api.types.is_datetime64_any_dtype(column) else column
    return [
        None if is_null else _value(value)
        for value, is_null in zip(values.to_numpy(object), column.isna().to_numpy(), strict=True)
    ]


def _value(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return value.date()
    return value if isinstance(value, (str, date)) else int(value)
