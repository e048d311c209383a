"""The mail to a coordinator, in Thai: which line of which form to correct, once, and what is done.

It speaks of the reader's own projects only, and of what is new to this reader.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from expectations.cards import Card, Printed, cards_of, resolved_line
from expectations.changes_told import Change, changes_in
from expectations.coordinator_sheets import sheets_of
from expectations.folding import Fold, fold
from expectations.items import Item, item_of, project_names, render, shown
from expectations.late_projects import LateProject, late_projects, lateness_in
from expectations.lifecycle import Finding
from expectations.mail_content import MailContent
from expectations.mail_facts import CoordinatorFacts
from expectations.news import newly_late, news_of, snapshot
from expectations.text_layout import reflow
from expectations.words import thai_date
from expectations.workbook import workbook
from transform.form import Form

# written out at most; the attachment has all
_CARDS, _NOTES, _LATE, _CHANGES, _RESOLVED = 30, 20, 20, 20, 20
# Gmail cuts a page off after 102 kB: of a longer one less is written out, in percent
_CLIPPED, _SHARES = 98_000, (100, 70, 45, 25, 10)
# findings that the list of late projects tells already, by its kinds
_TOLD_AS_LATE = {"ended_unfinished": "ended_unfinished", "progress_behind_time": "behind"}
_COUNTS_TH = {
    "received": "ได้รับ", "new": "ใหม่", "changed": "เปลี่ยนแปลง", "unchanged": "เหมือนเดิม", "unreadable": "อ่านไม่ได้",
}  # fmt: skip


@dataclass(frozen=True)
class Part:
    """One section of a mail: what is written out of it, and how many there are in all."""

    total: int
    fresh: int
    written: Sequence[Card | LateProject | Change | str]

    @property
    def more(self) -> int:
        """How many are only in the attachment."""
        return self.total - len(self.written)


def coordinator_mail(
    facts: CoordinatorFacts, night: date, form: Form, *, is_reminder: bool = False
) -> MailContent | None:
    """The mail to one coordinator; None when nothing is new to them.

    `is_reminder`: when nothing is new either, what is still to be corrected and who is late is told once more.
    """
    names = project_names(facts.projects)
    news = news_of(facts, night)
    late_now = {(each.project_code, each.kind) for each in lateness_in(facts.late, names)}

    def is_told_as_late(finding: Finding) -> bool:
        return (finding.project_code, _TOLD_AS_LATE.get(finding.rule)) in late_now

    worse = {f.project_code or "" for f in news.fresh if is_told_as_late(f)}
    late = late_projects(facts.late, names, newly_late([code for code, _ in late_now], facts.told) | worse)
    unresolved = [
        item_of(f, names, form, night, is_fresh=is_fresh)
        for findings, is_fresh in ((news.fresh, True), (news.standing, False))
        for f in findings
    ]
    told_as_late = {f.finding_id for f in (*news.fresh, *news.standing) if is_told_as_late(f)}
    folds = fold(item for item in unresolved if item.finding_id not in told_as_late)
    to_fix = [each for each in folds if each.first.severity != "note"]
    is_news = bool(news.fresh or news.resolved or news.gone or any(project.is_fresh for project in late))
    if not is_news and not (is_reminder and (to_fix or late)):
        return None
    resolved_items = [item_of(f, names, form, night, is_fresh=False) for f in news.resolved]
    muted_items = [(item_of(f, names, form, night, is_fresh=False), mute) for f, mute in news.muted]
    values: dict[str, Any] = {
        "name": shown(facts.name) if facts.name else None,
        "night": night,
        "since": facts.told_night,
        "is_reminder": not is_news,
        "projects": len(names),
        "received": _received(facts.counts),
        "muted": len(news.muted),
        "muted_until": min((mute.until for _, mute in news.muted), default=None),
        "gone": news.gone,
    }
    printed, resolved, changes = (
        Printed(facts.printed, form),
        fold(resolved_items),
        changes_in(facts.changes, names, form),
    )
    for share in _SHARES:
        parts = _parts(folds, resolved, late, changes, printed, share)
        subject = _subject(parts, night, is_reminder=not is_news)
        values |= {"parts": parts, "subject": subject, "preheader": _preheader(parts)}
        html = render("coordinator.html.j2", **values)
        if len(html.encode()) <= _CLIPPED:
            break
    return MailContent(
        subject=subject,
        text=reflow(render("coordinator.txt.j2", **values)),
        html=html,
        attachment_name=f"kaona-{night.isoformat()}.xlsx",
        attachment_bytes=workbook(
            sheets_of(_in_order(unresolved), _in_order(resolved_items), muted_items, facts, names, form)
        ),
        told=snapshot(night, news.told, [project.project_code for project in late]),
        is_reminder=not is_news,
    )


def _parts(
    folds: Sequence[Fold],
    resolved: Sequence[Fold],
    late: Sequence[LateProject],
    changes: Sequence[Change],
    printed: Printed,
    share: int,
) -> dict[str, Part]:
    """The sections; of each, the given percentage of what may be written out at most is written out."""
    to_fix = [each for each in folds if each.first.severity != "note"]
    notes = [each for each in folds if each.first.severity == "note"]
    return {
        "to_fix": Part(len(to_fix), _fresh(to_fix), cards_of(to_fix[: _CARDS * share // 100], printed)),
        "notes": Part(len(notes), _fresh(notes), cards_of(notes[: _NOTES * share // 100], printed)),
        "late": Part(len(late), sum(1 for project in late if project.is_fresh), late[: _LATE * share // 100]),
        "changes": Part(len(changes), 0, changes[: _CHANGES * share // 100]),
        "resolved": Part(len(resolved), 0, [resolved_line(each) for each in resolved[: _RESOLVED * share // 100]]),
    }


def _fresh(folds: Sequence[Fold]) -> int:
    return sum(1 for each in folds if each.first.is_fresh)


def _subject(parts: Mapping[str, Part], night: date, *, is_reminder: bool) -> str:
    """How many to correct, how many of them are new, how many are done; who is late; which night."""
    to_fix, notes, late, resolved = parts["to_fix"], parts["notes"], parts["late"], parts["resolved"]
    said = []
    if to_fix.total:
        said.append(f"แก้ {to_fix.total} รายการ" + (f" (ใหม่ {to_fix.fresh})" if to_fix.fresh else ""))
    elif notes.fresh:
        said.append(f"เพื่อทราบ {notes.total} รายการ (ใหม่ {notes.fresh})")
    else:
        said.append("ไม่มีรายการต้องแก้")
    if resolved.total:
        said.append(f"แก้แล้ว {resolved.total}")
    if late.total:
        said.append(f"ล่าช้า {late.total}" + (f" (ใหม่ {late.fresh})" if late.fresh and not to_fix.fresh else ""))
    title = f"รายงานความก้าวหน้าโครงการ {thai_date(night.isoformat())}"
    return f"{'เตือน: ' if is_reminder else ''}{' · '.join(said)} — {title}"


def _preheader(parts: Mapping[str, Part]) -> str:
    """What an inbox shows behind the subject: the most urgent item."""
    for key in ("to_fix", "notes"):
        for card in parts[key].written:
            assert isinstance(card, Card)
            return f"{card.title} — {card.project_name or card.project_code}: {card.sentence}"
    for project in parts["late"].written:
        assert isinstance(project, LateProject)
        return f"{project.project_name}: {project.sentence}"
    return "รายการที่เคยแจ้งแก้ไขครบแล้ว"


def _received(counts: Mapping[str, int]) -> str | None:
    """The forms of tonight in one line; None when none came or nothing is known of them."""
    known = [(key, int(counts[key])) for key in _COUNTS_TH if counts.get(key) is not None]
    if not any(number for _, number in known):
        return None
    (first, number), *rest = known
    said = " · ".join(f"{_COUNTS_TH[key]} {number:,}" for key, number in rest)
    head = f"คืนนี้{_COUNTS_TH[first]} {number:,} ฉบับ" if first == "received" else f"คืนนี้ {_COUNTS_TH[first]} {number:,}"
    return f"{head}: {said}" if said else head


def _in_order(items: Sequence[Item]) -> list[Item]:
    return sorted(items, key=lambda item: item.order)
