"""What is new to a reader: tonight's findings and late projects against what this reader was told last.

A night that failed, a night without mail, a mail that never arrived or a new coordinator therefore swallows nothing:
a finding is new to the reader when the reader first hears of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from expectations.corrections_told import RULES as CORRECTION_RULES
from expectations.items import cell
from expectations.lifecycle import Finding, findings_in
from expectations.mail_facts import CoordinatorFacts, Frame

# lines of reference files, sources of files and nights as a whole are in other hands
NOT_OF_COORDINATORS = (
    *CORRECTION_RULES, "reference_line_refused", "source_shrank", "source_unavailable", "volume_unusual",
    "fill_rate_unusual",
)  # fmt: skip


@dataclass(frozen=True)
class Mute:
    """A finding that was acknowledged until a day, that day included."""

    finding_id: str
    until: date
    reason: str
    by: str


@dataclass(frozen=True)
class News:
    """The findings of one reader: new to them, known and open, known and resolved, acknowledged.

    `gone` counts those they were told of that are no longer theirs: another coordinator's, or known no more.
    """

    fresh: tuple[Finding, ...]
    standing: tuple[Finding, ...]
    resolved: tuple[Finding, ...]
    muted: tuple[tuple[Finding, Mute], ...]
    gone: int

    @property
    def told(self) -> list[str]:
        """Ids of what is unresolved and spoken of."""
        return sorted(f.finding_id for f in (*self.fresh, *self.standing))


def news_of(facts: CoordinatorFacts, night: date) -> News:
    """Sort the findings of a reader's own projects by what is new to them; each in order of ids."""
    findings = sorted(_own(facts), key=lambda f: f.finding_id)
    told = frozenset((facts.told or {}).get("findings", ()))
    mutes = _mutes(facts.muted)
    fresh, standing, resolved, muted = [], [], [], []
    for finding in findings:
        mute = mutes.get(finding.finding_id)
        if finding.state == "resolved":
            if finding.finding_id in told:
                resolved.append(finding)
        elif mute is not None and mute.until >= night:
            muted.append((finding, mute))
        elif finding.finding_id not in told or (mute is not None and _has_lapsed(mute, facts.told_night)):
            fresh.append(finding)
        else:
            standing.append(finding)
    gone = len(told - {f.finding_id for f in findings})
    return News(tuple(fresh), tuple(standing), tuple(resolved), tuple(muted), gone)


def newly_late(codes: list[str], told: Mapping[str, Any] | None) -> frozenset[str]:
    """Codes of late projects that the reader was not told of."""
    return frozenset(codes) - frozenset((told or {}).get("late", ()))


def snapshot(night: date, findings: list[str], late: list[str]) -> dict[str, Any]:
    """What the reader knows once a mail has arrived, as plain JSON values."""
    return {"night": night.isoformat(), "findings": sorted(findings), "late": sorted(late)}


def _has_lapsed(mute: Mute, told_night: date | None) -> bool:
    """Whether the mute still held when the reader last heard of anything."""
    return told_night is not None and told_night <= mute.until


def _own(facts: CoordinatorFacts) -> list[Finding]:
    """Findings of the reader's own projects; without a project only in the box."""
    rows = facts.findings
    is_own = rows["project_code"].isin(facts.projects["project_code"])
    if facts.name is None:
        is_own |= rows["project_code"].isna()
    return findings_in(rows[is_own & ~rows["rule"].isin(NOT_OF_COORDINATORS)])


def _mutes(muted: Frame) -> dict[str, Mute]:
    """Mutes by finding; of several the one that lasts longest."""
    found: dict[str, Mute] = {}
    for row in muted.to_dict("records"):
        until = pd.Timestamp(row["until"]).date()
        mute = Mute(str(row["finding_id"]), until, str(cell(row["reason"]) or ""), str(cell(row["by"]) or ""))
        known = found.get(mute.finding_id)
        if known is None or (known.until, known.reason, known.by) < (mute.until, mute.reason, mute.by):
            found[mute.finding_id] = mute
    return found
