"""Sources that are suddenly empty, lost a fifth of their files, or could not be listed: the findings, and the letter.

The history of these findings comes from the stored nights of the source, not from the findings before: a night on which
a source was not asked says nothing of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

import pandas as pd

from expectations.catalogue import load_catalogue
from expectations.items import plain, render
from expectations.lifecycle import Finding, State
from expectations.mail_content import MailContent
from expectations.phrases import in_thai
from expectations.words import thai_date
from transform.form import Form
from transform.source_nights import SourceNight, SourceTonight
from transform.tables import frame_of

SHRANK, UNAVAILABLE = "source_shrank", "source_unavailable"


def with_sources(found: pd.DataFrame, sources: Iterable[SourceTonight], night: date, form: Form) -> pd.DataFrame:
    """Rows of quality.finding with those about the sources asked tonight among them, by finding_id."""
    told = source_findings(sources, night)
    if not told:
        return found
    table = form.tables["finding"]
    rows = frame_of(table, [{name: getattr(f, name) for name in table.column_names} for f in told])
    return pd.concat([found, rows]).sort_values("finding_id", ignore_index=True)


def source_findings(sources: Iterable[SourceTonight], night: date) -> list[Finding]:
    """What is found of sources tonight, and what is resolved tonight, in order of sources."""
    found = []
    for source in sources:
        found += [_followed(rule, source, night) for rule in (SHRANK, UNAVAILABLE)]
    return [finding for finding in found if finding is not None]


def _is_found(rule: str, past: SourceNight) -> bool | None:
    """Whether a rule objects to a source on a night; None where that night says nothing of it."""
    if rule == UNAVAILABLE:
        return past.files is None
    return None if past.files is None else not past.is_believed


def _followed(rule: str, source: SourceTonight, night: date) -> Finding | None:
    """A finding with its history; None where there is nothing to say: never found, or resolved before tonight."""
    told = [past for past in source.before if _is_found(rule, past) is not None]
    found = [past for past in told if _is_found(rule, past)]
    was_open = bool(told) and bool(_is_found(rule, told[-1]))
    tonight = _is_found(rule, source.now)
    if tonight:
        state: State = "open" if was_open else "regressed" if found else "new"
        return _finding(rule, source.now, found[0].night if found else night, state)
    if tonight is not None and found and was_open:
        return replace(_finding(rule, found[-1], found[0].night, "resolved"), resolved_on=night)
    return None


def _finding(rule_id: str, last: SourceNight, first: date, state: State) -> Finding:
    """The finding as it was seen last."""
    rule = load_catalogue()[rule_id]
    finding_id = hashlib.sha256("|".join((rule_id, "", "", "", "", last.source)).encode()).hexdigest()[:16]
    words = {
        "file": last.source, "value": _number(last.files), "against": _number(last.files_before),
        "detail": _number(last.files_gone),
    }  # fmt: skip
    return Finding(
        finding_id=finding_id, rule=rule_id, dimension=rule.dimension, severity=rule.severity, project_code=None,
        report_no=None, field=None, value=None if last.files is None else str(last.files), uri=last.source,
        page=None, line=None, message_th=rule.message_th.format(**words), message_en=rule.message_en.format(**words),
        first_seen=first, last_seen=last.night, days_open=(last.night - first).days, state=state,
    )  # fmt: skip


def _number(files: int | None) -> str:
    return "-" if files is None else f"{files:,}"


def sources_mail(night: date, sources: Sequence[SourceTonight]) -> MailContent | None:
    """The mail to the operator about sources that are not believed, could not be listed, or brought nothing that can be
    read; None when there is none."""
    named = [source for source in sources if source.unread or not source.now.is_believed]
    if not named:
        return None
    is_whole = all(source.now.is_believed for source in named)
    title = "อ่านไฟล์ใหม่ไม่ได้เลยสักไฟล์" if is_whole else "แหล่งข้อมูลบางแห่งไม่ครบ"
    subject = title if is_whole else "แหล่งข้อมูลไม่ครบ"
    names = ", ".join(plain(source.now.source) for source in named)
    values = {
        "night": night, "title": title, "subject": f"kaona: {subject}", "is_whole": is_whole,
        "told": [_told(source, night) for source in named],
    }  # fmt: skip
    return MailContent(
        subject=f"kaona: {subject} คืน {thai_date(night.isoformat())} ({names})",
        text=render("sources.txt.j2", **values),
        html=render("sources.html.j2", **values),
    )


def _told(source: SourceTonight, night: date) -> tuple[str, str, str]:
    """What the mail says of a source: what is wrong, why, and what to do."""
    catalogue = load_catalogue()
    if source.now.is_believed:
        message = f"แหล่งข้อมูล {source.now.source} ส่งไฟล์ใหม่มา {source.unread:,} ไฟล์ แต่อ่านไม่ได้เลยสักไฟล์"
        return plain(message), "เหตุของแต่ละไฟล์อยู่ในรายงานคุณภาพ", catalogue["file_rejected"].todo_th
    found = _finding(SHRANK if source.unavailable is None else UNAVAILABLE, source.now, night, "new")
    why = "" if source.unavailable is None else plain(in_thai("unavailable", source.unavailable))
    if source.unreadable:
        message = f"แหล่งข้อมูล {source.now.source} มีไฟล์ที่อ่านได้น้อยลง {source.unreadable:,} ไฟล์จากครั้งก่อน จึงถือว่าแบบเดิมยังอยู่"
        return plain(message), "เหตุของแต่ละไฟล์อยู่ในรายงานคุณภาพ", catalogue[found.rule].todo_th
    if source.unread:
        why = f"มีไฟล์ {source.unread:,} ไฟล์ แต่อ่านไม่ได้เลยสักไฟล์ จึงถือเหมือนไม่มีไฟล์"
    return plain(found.message_th), why, catalogue[found.rule].todo_th
