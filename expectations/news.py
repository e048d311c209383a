"""What is new to a reader: tonight's findings and late projects against what this reader was told last.

A night that failed, a night without mail, a mail that never arrived or a new coordinator therefore swallows nothing:
a finding is new to the reader when the reader first hears of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from expectations.corrections_told import RULES as CORRECTION_RULES
from expectations.late_projects import RANK, late_key
from expectations.lifecycle import Finding
from expectations.mail_facts import Frame

if TYPE_CHECKING:
    from expectations.shares import Share

# lines of reference files, sources of files and nights as a whole are in other hands
NOT_OF_COORDINATORS = (
    *CORRECTION_RULES, "reference_line_refused", "source_shrank", "source_unavailable", "volume_unusual",
    "fill_rate_unusual",
)  # fmt: skip
# what the list of late projects tells better: how it stands tonight, not when the form came
LATE_RULES = ("ended_unfinished", "progress_behind_time")


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

    `as_late`: open ones that the list of late projects speaks of. `gone` counts those they were told of that are theirs
    no longer; of these `moved` those whose project is another reader's now, None when that is not known.
    """

    fresh: tuple[Finding, ...]
    standing: tuple[Finding, ...]
    resolved: tuple[Finding, ...]
    muted: tuple[tuple[Finding, Mute], ...]
    as_late: tuple[Finding, ...]
    gone: int
    moved: int | None

    @property
    def told(self) -> list[str]:
        """Ids of what is unresolved and spoken of."""
        return sorted(f.finding_id for f in (*self.fresh, *self.standing, *self.as_late))


def news_of(share: Share, night: date) -> News:
    """Sort the findings of a reader's own projects by what is new to them; each in order of ids."""
    findings = sorted(_own(share), key=lambda f: f.finding_id)
    told = frozenset((share.told or {}).get("findings", ()))
    mutes = _lasting_longest(share.mutes)
    late = frozenset(each.project_code for each in share.late)
    fresh, standing, resolved, muted, as_late = [], [], [], [], []
    for finding in findings:
        mute = mutes.get(finding.finding_id)
        is_of_late = finding.rule in LATE_RULES and finding.project_code in late
        if finding.state == "resolved":
            if finding.finding_id in told and not is_of_late:
                resolved.append(finding)
        elif mute is not None and mute.until >= night:
            muted.append((finding, mute))
        elif is_of_late:
            as_late.append(finding)
        elif finding.finding_id not in told or (mute is not None and _has_lapsed(mute, share.told_night)):
            fresh.append(finding)
        else:
            standing.append(finding)
    gone = len(told - {f.finding_id for f in findings})
    moved = None if share.moved is None else min(share.moved, gone)
    return News(tuple(fresh), tuple(standing), tuple(resolved), tuple(muted), tuple(as_late), gone, moved)


def late_keys(late: Frame) -> frozenset[str]:
    """What a snapshot keeps of late projects: code and kind of each row, as in the facts."""
    pairs = zip(late["project_code"], late["kind"], strict=True)
    return frozenset(late_key(code, kind) for code, kind in pairs)


def newly_late(keys: Iterable[str], told_late: Collection[str]) -> frozenset[str]:
    """Codes of projects that are late in a graver way than any that the reader was told of.

    `keys` and `told_late` are those of late_keys; a code alone, as snapshots once kept it, means all its kinds.

    >>> told = ["1-1 silent", "1-2 behind", "1-3"]
    >>> sorted(newly_late(["1-1 behind", "1-2 silent", "1-3 missing", "1-4 silent"], told))
    ['1-1', '1-4']
    """
    known: dict[str, int] = {}
    for key in told_late:
        code, _, kind = key.partition(" ")
        known[code] = min(_gravity(kind) if kind else -1, known.get(code, len(RANK) + 1))
    found = (key.partition(" ") for key in keys)
    return frozenset(code for code, _, kind in found if _gravity(kind) < known.get(code, len(RANK) + 1))


def is_news_late(keys: Iterable[str], told_late: Collection[str]) -> bool:
    """Whether some project is late that was not, or in a graver way than the reader was told."""
    return bool(newly_late(keys, told_late))


def _gravity(kind: str) -> int:
    return RANK.get(kind, len(RANK))


def snapshot(night: date, findings: Iterable[str], late: Iterable[str]) -> dict[str, Any]:
    """What the reader knows once a mail has arrived, as plain JSON values."""
    return {"night": night.isoformat(), "findings": sorted(findings), "late": sorted(late)}


def _has_lapsed(mute: Mute, told_night: date | None) -> bool:
    """Whether the mute still held when the reader last heard of anything."""
    return told_night is not None and told_night <= mute.until


def _own(share: Share) -> list[Finding]:
    """Findings of the reader's own projects; without a project only in the box."""
    return [
        f
        for f in share.findings
        if f.rule not in NOT_OF_COORDINATORS
        and (f.project_code in share.names or (f.project_code is None and share.name is None))
    ]


def _lasting_longest(mutes: Iterable[Mute]) -> dict[str, Mute]:
    """Mutes by finding; of several the one that lasts longest."""
    found: dict[str, Mute] = {}
    for mute in mutes:
        known = found.get(mute.finding_id)
        if known is None or (known.until, known.reason, known.by) < (mute.until, mute.reason, mute.by):
            found[mute.finding_id] = mute
    return found
