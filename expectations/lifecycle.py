"""Findings over the nights: new, open, resolved, regressed. Pure: tonight's findings and those known before."""

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


def findings_in(frame: pd.DataFrame) -> list[Finding]:
    """Rows of quality.finding as values."""
    names = [f.name for f in fields(Finding)]
    return [
        Finding(**dict(zip(names, (_plain(v) for v in row), strict=True)))
        for row in frame[names].itertuples(index=False, name=None)
    ]


def follow(
    tonight: Iterable[Finding], previous: Iterable[Finding], night: date, is_judged: Callable[[Finding], bool]
) -> list[Finding]:
    """Tonight's findings with their history, and those that are resolved tonight, by finding_id.

    A finding that is not found again is resolved only when `is_judged`: its project or file was delivered tonight.
    Findings that do not change tonight are left out; they stay as they are. A repeated night gives the same states:
    what an earlier run of this very night had found for the first time, and this one does not, was never there.
    """
    known: Mapping[str, Finding] = {f.finding_id: f for f in previous}
    found: dict[str, Finding] = {}
    for finding in tonight:
        found.setdefault(finding.finding_id, _continued(finding, known.get(finding.finding_id), night))
    for finding_id, finding in known.items():
        is_open = finding.state != "resolved" and finding.first_seen < night and finding.last_seen <= night
        if finding_id not in found and is_open and is_judged(finding):
            found[finding_id] = replace(finding, state="resolved")
    return [found[finding_id] for finding_id in sorted(found)]


def _continued(finding: Finding, before: Finding | None, night: date) -> Finding:
    if before is None:
        return finding
    first, last = min(before.first_seen, night), max(before.last_seen, night)
    state: State = before.state  # an earlier night, or this one run again, changes nothing
    if night >= before.last_seen and before.state == "resolved":
        state = "regressed"
    elif night > before.last_seen:
        state = "open"
    return replace(finding, first_seen=first, last_seen=last, days_open=(last - first).days, state=state)


def _plain(value: Any) -> Any:
    """A cell of a frame as a Python value; None for every kind of null."""
    if value is None or value is pd.NaT or (not isinstance(value, str) and pd.isna(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date()
    return value if isinstance(value, (str, date)) else int(value)
