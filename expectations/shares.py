"""What the mails to coordinators are made of, as values: a night reads each frame once, for all of its readers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from expectations.cards import PrintedAt
from expectations.changes_told import Changed
from expectations.items import cell, project_names
from expectations.late_projects import Lateness, lateness_in
from expectations.lifecycle import Finding, findings_in
from expectations.mail_facts import PRINTED, CoordinatorFacts, Frame
from expectations.news import Mute


@dataclass(frozen=True, eq=False)
class Share:
    """All that one reader's mail is made of; the fields are those of CoordinatorFacts.

    `names`: project names by code; `late`: of these projects only, most pressing first.
    """

    name: str | None
    names: Mapping[str, str]
    findings: Sequence[Finding]
    mutes: Sequence[Mute]
    late: Sequence[Lateness]
    changes: Sequence[Changed]
    printed: Sequence[PrintedAt]
    counts: Mapping[str, int]
    told: Mapping[str, Any] | None
    told_night: date | None
    moved: int | None


def share_of(facts: CoordinatorFacts) -> Share:
    """The facts of one reader as values."""
    names = project_names(facts.projects)
    return Share(
        name=facts.name,
        names=names,
        findings=findings_in(facts.findings),
        mutes=mutes_in(facts.muted),
        late=[each for each in lateness_in(facts.late) if each.project_code in names],
        changes=changes_in(facts.changes),
        printed=printed_in(facts.printed),
        counts=facts.counts,
        told=facts.told,
        told_night=facts.told_night,
        moved=facts.moved,
    )


def mutes_in(muted: Frame) -> list[Mute]:
    """Rows of acknowledged findings as values, in their order."""
    return [
        Mute(str(row["finding_id"]), pd.Timestamp(row["until"]).date(), str(cell(row["reason"]) or ""),
             str(cell(row["by"]) or ""))
        for row in muted.to_dict("records")
    ]  # fmt: skip


def changes_in(changes: Frame) -> list[Changed]:
    """Rows of changes as values, in their order."""
    return [
        Changed(str(row["project_code"]), str(row["field"]), pd.Timestamp(row["night"]), cell(row["before"]),
                cell(row["after"]))
        for row in changes.to_dict("records")
    ]  # fmt: skip


def printed_in(printed: Frame) -> list[PrintedAt]:
    """Rows of what copies print as values, in their order."""
    columns = [printed[name].to_numpy(object) for name in PRINTED]
    found = []
    for code, field, copy_no, file, page, line_first, line_last, raw in zip(*columns, strict=True):
        first = int(line_first)
        last = int(cell(line_last) or first)
        at = str(code), str(field), int(copy_no), str(file), int(page), first, last, str(cell(raw) or "")
        found.append(PrintedAt(*at))
    return found
