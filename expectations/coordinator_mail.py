"""The mail to a coordinator, in Thai: which line of which form to correct, once, and what is done.

It speaks of the reader's own projects only, and of what is new to this reader.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from expectations.cards import Card, Cards, Printed
from expectations.changes_told import Unreadable, changes_in
from expectations.coordinator_parts import Part, parts_of
from expectations.coordinator_sheets import sheets_of
from expectations.folding import fold
from expectations.items import in_order, item_of, render, shown
from expectations.late_projects import LateProject, late_projects
from expectations.mail_content import MailContent
from expectations.mail_facts import CoordinatorFacts
from expectations.news import News, newly_late, news_of, snapshot
from expectations.shares import Share, share_of
from expectations.text_layout import reflow
from expectations.words import thai_date
from expectations.workbook import workbook
from transform.form import Form

# Gmail cuts a page off after 102 kB: of a longer one less is written out, in percent
_CLIPPED, _SHARES = 98_000, (100, 70, 45, 25, 10)
_COUNTS_TH = {"new": "ใหม่", "changed": "เปลี่ยนแปลง", "unchanged": "เหมือนเดิม"}


def coordinator_mail(
    facts: CoordinatorFacts | Share, night: date, form: Form, *, is_reminder: bool = False
) -> MailContent | None:
    """The mail to one coordinator; None when nothing is new to them.

    `is_reminder`: when nothing is new either, what is still to be corrected and who is late is told once more.
    """
    share = facts if isinstance(facts, Share) else share_of(facts)
    names, news = share.names, news_of(share, night)
    keys = frozenset(each.key for each in share.late)
    late = late_projects(share.late, names, newly_late(keys, (share.told or {}).get("late", ())))
    unresolved = [
        item_of(f, names, form, night, is_fresh=is_fresh)
        for findings, is_fresh in ((news.fresh, True), (news.standing, False))
        for f in findings
    ]
    is_news = bool(news.fresh or news.resolved or news.gone or any(project.is_fresh for project in late))
    is_pending = bool(late) or any(item.severity != "note" for item in unresolved)
    if not is_news and not (is_reminder and is_pending):
        return None
    resolved = [item_of(f, names, form, night, is_fresh=False) for f in news.resolved]
    muted_items = [(item_of(f, names, form, night, is_fresh=False), mute) for f, mute in news.muted]
    changes = changes_in(share.changes, names, form, _unreadable(share))
    gone = _gone(news)
    values: dict[str, Any] = {
        "name": shown(share.name) if share.name else None,
        "night": night,
        "since": share.told_night,
        "is_reminder": not is_news,
        "scope": _scope(share.name, len(names)),
        "received": _received(share.counts),
        "muted": len(news.muted),
        "muted_until": min((mute.until for _, mute in news.muted), default=None),
        "gone": [sentence for _, sentence in gone],
    }
    folds, resolved_folds, cards = fold(unresolved), fold(resolved), Cards(Printed(share.printed, form))
    for percent in _SHARES:
        parts = parts_of(folds, resolved_folds, late, changes, cards, percent)
        subject = _subject(parts, [short for short, _ in gone], night, is_reminder=not is_news)
        values |= {"parts": parts, "subject": subject, "preheader": _preheader(parts, values["gone"])}
        html = render("coordinator.html.j2", **values)
        if len(html.encode()) <= _CLIPPED:
            break
    return MailContent(
        subject=subject,
        text=reflow(render("coordinator.txt.j2", **values)),
        html=html,
        attachment_name=f"kaona-{night.isoformat()}.xlsx",
        attachment_bytes=workbook(
            sheets_of(in_order(unresolved), in_order(resolved), muted_items, changes, share.late, names)
        ),
        told=snapshot(night, news.told, keys),
        is_reminder=not is_news,
    )


def _unreadable(share: Share) -> Unreadable:
    """Where a form prints what is no value now, and where one did that the reader was told of."""
    found = [f for f in share.findings if f.rule == "value_not_well_formed"]
    now, before = (
        {(str(f.project_code), str(f.field)) for f in found if (f.state == "resolved") is is_over}
        for is_over in (False, True)
    )
    return Unreadable(now, before)


def _gone(news: News) -> list[tuple[str, str]]:
    """What became of told findings that are the reader's no longer: in the subject, and in a sentence."""
    if not news.gone:
        return []
    if news.moved is None:
        return [(f"พ้นรายการ {news.gone:,}", f"{news.gone:,} รายการที่เคยแจ้งไม่อยู่ในรายการของท่านแล้ว")]
    settled = news.gone - news.moved
    found = []
    if news.moved:
        moved = f"{news.moved:,} รายการที่เคยแจ้งเป็นของโครงการที่ย้ายออกจากความดูแลของท่านแล้ว"
        found.append((f"ย้ายออก {news.moved:,}", moved))
    if settled:
        found.append((f"ไม่พบแล้ว {settled:,}", f"{settled:,} รายการที่เคยแจ้งไม่พบแล้ว (ตัดสินค่าแล้ว หรือแจ้งรวมกับรายการอื่น)"))
    return found


def _subject(parts: Mapping[str, Part], gone: list[str], night: date, *, is_reminder: bool) -> str:
    """How many to correct, how many of them are new, how many are done; who is late; which night.

    Where nothing is new, what else the letter comes for.
    """
    to_fix, notes, late, resolved = parts["to_fix"], parts["notes"], parts["late"], parts["resolved"]
    said = []
    if to_fix.total:
        said.append(f"แก้ {to_fix.total:,} รายการ{_aside(to_fix)}")
    elif notes.fresh:
        said.append(f"เพื่อทราบ {notes.total:,} รายการ{_aside(notes)}")
    elif not is_reminder:
        said.append("ไม่มีรายการต้องแก้")
    if resolved.total:
        said.append(f"แก้แล้ว {resolved.total:,}")
    if late.total:
        said.append(f"ล่าช้า {late.total:,}" + (f" (ใหม่ {late.fresh:,})" if late.fresh and not to_fix.fresh else ""))
    if not (to_fix.fresh or notes.fresh or late.fresh or resolved.total):
        said += gone
    title = f"รายงานความก้าวหน้าโครงการ {thai_date(night.isoformat())}"
    return f"{'เตือน: ' if is_reminder else ''}{' · '.join(said)} — {title}"


def _aside(part: Part) -> str:
    said = [f"{part.topics:,} เรื่อง"] if part.is_folded else []
    said += [f"ใหม่ {part.fresh:,}"] if part.fresh else []
    return f" ({', '.join(said)})" if said else ""


def _preheader(parts: Mapping[str, Part], gone: list[str]) -> str:
    """What an inbox shows behind the subject: the most urgent item."""
    for key in ("to_fix", "notes"):
        for card in parts[key].written:
            assert isinstance(card, Card)
            return f"{card.title} — {card.project_name or card.project_code}: {card.sentence}"
    for project in parts["late"].written:
        assert isinstance(project, LateProject)
        return f"{project.project_name}: {project.sentence}"
    return gone[0] if gone else f"แก้ไขแล้ว {parts['resolved'].total:,} รายการ"


def _scope(name: str | None, projects: int) -> str:
    """Of what the mail speaks."""
    if projects:
        return f"เฉพาะโครงการในความดูแลของท่าน {projects:,} โครงการ"
    return "ไฟล์และแบบที่ยังไม่รู้ว่าเป็นของโครงการใด" if name is None else "ขณะนี้ไม่มีโครงการในความดูแลของท่าน"


def _received(counts: Mapping[str, int]) -> str | None:
    """The forms of tonight in one line; None when none came or nothing is known of them."""
    known = {key: int(number) for key, number in counts.items() if number}
    received, unreadable = known.get("received"), known.get("unreadable")
    kinds = " · ".join(f"{said} {known[key]:,}" for key, said in _COUNTS_TH.items() if key in known)
    said = [f"ได้รับ {received:,} โครงการ" + (f" ({kinds})" if kinds else "")] if received else [kinds] if kinds else []
    said += [f"{'' if said else 'มีไฟล์ที่'}อ่านไม่ได้ {unreadable:,} ไฟล์"] if unreadable else []
    return f"คืนนี้{' · '.join(said)}" if said else None
