"""What people read after a night: the quality report, the mail to a coordinator, the mail to the operator.

Pages and mails load nothing from outside, run nothing, and show no telephone number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from expectations.attachment import workbook
from expectations.catalogue import SEVERITY_ORDER, load_catalogue
from expectations.corrections_told import RULES as CORRECTION_RULES
from expectations.items import SEVERITY_TH, Item, by_project, items_of, plain, project_names, render
from expectations.validate import Validation
from expectations.words import thai_date
from transform.form import Form
from transform.records import Night

_MAIL_ITEMS = 30  # findings written out in one section of a mail; the attachment has all
_SHOWN_APART = ("copies_conflict", "file_rejected")  # in sections of their own
_NOT_OF_COORDINATORS = CORRECTION_RULES  # lines of a file that coordinators do not keep
_REPORT_ITEMS = 200  # findings of one rule written out on the page; quality.finding has all


@dataclass(frozen=True)
class MailContent:
    """What a mail says; who it goes to and its identity are not known here."""

    subject: str
    text: str
    html: str
    attachment_name: str | None = None
    attachment_bytes: bytes | None = None


def coordinator_mail(
    name: str | None, findings: pd.DataFrame, projects: pd.DataFrame, night: date, form: Form
) -> MailContent | None:
    """The mail to one coordinator about their own projects, in Thai; None when nothing changed for them.

    `findings` are rows of quality.finding, `projects` the coordinator's rows of dim_project: findings of other projects
    are left out whatever is passed. `name` is None for the default box, which gets the projects without a coordinator.
    """
    names = project_names(projects)
    own = findings["project_code"].isin(names.keys()) & ~findings["rule"].isin(_NOT_OF_COORDINATORS)
    items = items_of(findings[own], names, form)
    if all(item.state == "open" for item in items):
        return None
    sections = [
        ("new", "พบใหม่", [i for i in items if i.state in ("new", "regressed")]),
        ("open", "ยังค้างจากครั้งก่อน", [i for i in items if i.state == "open"]),
        ("resolved", "แก้ไขแล้วตั้งแต่ครั้งก่อน", [i for i in items if i.state == "resolved"]),
    ]
    counts = {key: len(found) for key, _, found in sections}
    values = {
        "name": plain(name) if name else None,
        "night": night,
        "counts": counts,
        "projects": len({i.project_code for i in items}),
        "sections": [_Section(key, title, found[:_MAIL_ITEMS], len(found)) for key, title, found in sections if found],
    }
    subject = (
        f"รายงานความก้าวหน้าโครงการ: ใหม่ {counts['new']} ค้าง {counts['open']} แก้แล้ว {counts['resolved']} "
        f"({thai_date(night.isoformat())})"
    )
    return MailContent(
        subject=subject,
        text=render("coordinator.txt.j2", **values),
        html=render("coordinator.html.j2", **values),
        attachment_name=f"kaona-{night.isoformat()}.xlsx",
        attachment_bytes=workbook(items),
    )


@dataclass(frozen=True)
class _Section:
    """Findings of one state, those that are written out by project."""

    key: str
    title: str
    items: Sequence[Item]
    total: int

    @property
    def projects(self) -> list[tuple[str, str, list[Item]]]:
        """Items of each project; projects with the gravest findings first."""
        return by_project(self.items)

    @property
    def more(self) -> int:
        """How many are only in the attachment."""
        return self.total - len(self.items)


def operator_mail(
    night: date, *, stage: str, error: str, blocking: Sequence[str] = (), run_id: str | None = None
) -> MailContent:
    """The mail to the operator about a run that failed: where, why, what forbids publishing."""
    values = {
        "night": night,
        "stage": plain(stage),
        "error": plain(error),
        "blocking": [plain(sentence) for sentence in blocking],
        "run_id": run_id or "-",
    }
    return MailContent(
        subject=f"kaona: การทำงานคืน {thai_date(night.isoformat())} ไม่สำเร็จ (ขั้น {plain(stage)})",
        text=render("operator.txt.j2", **values),
        html=render("operator.html.j2", **values),
    )


def quality_report_html(
    night: Night, frames: Mapping[str, pd.DataFrame], findings: pd.DataFrame, validation: Validation, form: Form
) -> str:
    """The quality report of a night: one page in Thai, whole in itself. `findings` are those of `collect`."""
    names = project_names(frames["dim_project"])
    items = items_of(findings, names, form)
    standing = [i for i in items if i.state != "resolved"]
    conflicts = [i for i in standing if i.rule == "copies_conflict"]
    others = [i for i in standing if i.rule not in _SHOWN_APART]
    rejected = [f for f in night.files if f.status == "rejected"]
    return render(
        "report.html.j2",
        night=night.night,
        numbers=_numbers(night, frames, standing, conflicts),
        verdict=_verdict(validation),
        rejected=[(plain(f.uri.rsplit("/", 1)[-1]), f.code, plain(f.reason or "")) for f in rejected],
        severities=[(s, SEVERITY_TH[s], _groups([i for i in others if i.severity == s])) for s in SEVERITY_ORDER],
        conflicts=conflicts[:_REPORT_ITEMS],
        more_conflicts=max(0, len(conflicts) - _REPORT_ITEMS),
        resolved=[i for i in items if i.state == "resolved"][:_REPORT_ITEMS],
    )


def _numbers(
    night: Night, frames: Mapping[str, pd.DataFrame], standing: Sequence[Item], conflicts: Sequence[Item]
) -> list[tuple[str, int]]:
    return [
        ("ไฟล์ที่อ่านได้", sum(1 for f in night.files if f.status == "read")),
        ("ไฟล์ที่อ่านไม่ได้", sum(1 for f in night.files if f.status == "rejected")),
        ("สำเนาของแบบ", len(night.copies)),
        ("โครงการ", len(frames["dim_project"])),
        ("รายงานความก้าวหน้า", len(frames["fact_progress_report"])),
        ("โครงการที่สำเนาไม่ตรงกัน", len(conflicts)),
        ("บรรทัดที่ไม่ได้อ่าน", sum(f.lines.unread for f in night.files if f.status == "read")),
        *((f"{SEVERITY_TH[s]}", sum(1 for i in standing if i.severity == s)) for s in SEVERITY_ORDER),
    ]


def _verdict(validation: Validation) -> dict[str, object]:
    return {
        "checks": len(validation.results),
        "passed": int(validation.results["is_success"].sum()),
        "is_blocked": validation.is_blocked,
        "blocking": [plain(sentence) for sentence in validation.blocking],
    }


def _groups(items: Sequence[Item]) -> list[tuple[str, str, list[Item], int]]:
    """Items by rule in the order of the catalogue: title, what to do, those written out, how many in all."""
    groups = []
    for rule in load_catalogue().values():
        found = [item for item in items if item.rule == rule.id]
        if found:
            groups.append((rule.title_th, rule.todo_th, found[:_REPORT_ITEMS], len(found)))
    return groups
