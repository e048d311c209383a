"""The letter to the operator about mails that cannot be delivered: which contact to correct, never whose it is."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from html import escape

from expectations.words import thai_date
from flows.dispatch import HANDED_OVER_TWICE, NO_ADDRESS
from flows.letters import Letter, operator_of
from flows.mail_files import place_of
from flows.settings import BANGKOK, Settings
from load.mail_store import Mail

KIND = "undelivered"
CONTACTS = "contacts.csv"
# in the place of a letter's Message-ID, where an earlier letter had told the same
TOLD_BEFORE = "told before"
# a wrong contact refuses a new mail every night; the operator hears of it once a week
_TOLD_AGAIN = timedelta(days=7)
_KINDS_TH = {
    "coordinator": "ผู้ประสานงาน",
    "box": "กล่องกลางของโครงการที่ไม่มีผู้ประสานงาน",
    "head": "ผู้บริหาร",
    "adopted": "ผู้รับของไฟล์จากรุ่นก่อน",
}
_STYLE = "font:16px/1.6 'Leelawadee UI','Noto Sans Thai',Tahoma,sans-serif"
_CODE = re.compile(r"\b[45]\d\d(?: [45]\.\d+\.\d+)?\b")


def undelivered_letter(
    lost: Sequence[Mail], reported: Sequence[Mail], settings: Settings, moment: datetime
) -> tuple[Letter | None, list[Mail]]:
    """The letter about mails lost since the last one, None when it would say nothing new, and the mails so settled.

    `reported`: mails of which letters told already. Mails to the operator are told by the summary of the night only.
    """
    of_others = [mail for mail in lost if not _is_of_operator(mail, settings)]
    recent = {_whom(m) for m in reported if m.reported_in != TOLD_BEFORE and moment - m.changed_at < _TOLD_AGAIN}
    fresh = sorted((m for m in of_others if _whom(m) not in recent), key=lambda m: (m.night, m.file, m.message_id))
    if not fresh:
        return None, of_others
    lines = _lines_of_contacts(settings)
    items = [_item(mail, lines.get(mail.address.strip().lower(), []), settings) for mail in fresh]
    night = thai_date(moment.astimezone(BANGKOK).date().isoformat())
    opening = f"อีเมล {len(fresh)} ฉบับส่งไม่ถึงผู้รับ ข้อสังเกตในอีเมลเหล่านี้ยังไม่มีใครทราบ และจะแจ้งใหม่ในอีเมลฉบับถัดไป"
    closing = f"แก้ที่อยู่อีเมลในไฟล์ data/reference/{CONTACTS} ตามบรรทัดที่ระบุ ไม่ต้องสั่งอะไรเพิ่ม คืนถัดไปจะใช้ที่อยู่ใหม่"
    told = "\n".join(f"- {first}\n" + "".join(f"  {line}\n" for line in others) for first, *others in items)
    shown = "".join(f"<li>{'<br>'.join(escape(line) for line in item)}</li>" for item in items)
    digest = hashlib.sha256("\0".join(m.message_id for m in fresh).encode()).hexdigest()[:12]
    letter = Letter(
        kind=KIND,
        recipient=f"operator:{KIND}:{digest}",
        name="kaona operator",
        address=operator_of(settings),
        subject=f"kaona: ส่งอีเมลไม่ถึงผู้รับ {len(fresh)} ฉบับ ({night})",
        text=f"{opening}\n\n{told}\n{closing}\n",
        html=f'<html lang="th"><head><meta charset="utf-8"></head><body style="{_STYLE}"><p>{opening}</p>'
        f"<ul>{shown}</ul><p>{escape(closing)}</p></body></html>",
    )
    return letter, of_others


def _is_of_operator(mail: Mail, settings: Settings) -> bool:
    return mail.recipient.startswith("operator") or mail.address.lower() == operator_of(settings).lower()


def _whom(mail: Mail) -> tuple[str, str]:
    return mail.recipient, mail.address.lower()


def _item(mail: Mail, lines: Sequence[int], settings: Settings) -> list[str]:
    """What the operator needs to correct one contact."""
    file = place_of(mail, settings.outbox).relative_to(settings.home).as_posix()
    where = f"{CONTACTS} บรรทัดที่ {', '.join(map(str, lines))}" if lines else f"ไม่พบที่อยู่นี้ใน {CONTACTS} แล้ว"
    return [
        f"อีเมลของคืนวันที่ {thai_date(mail.night.isoformat())} ถึง{_KINDS_TH.get(mail.kind, 'ผู้รับ')}",
        f"สาเหตุ: {_reason(mail, settings)}",
        f"ที่ต้องแก้: {where}",
        f"ไฟล์: {file}",
    ]


def _reason(mail: Mail, settings: Settings) -> str:
    code = _CODE.search(mail.answer)
    if mail.answer == NO_ADDRESS:
        return "ที่อยู่ไม่ใช่ที่อยู่อีเมล ต้องเป็นรูปแบบ name@example.go.th"
    if mail.answer == HANDED_OVER_TWICE:
        return "ส่งแล้วสองครั้ง แต่เซิร์ฟเวอร์อีเมลไม่ยืนยันการรับ ผู้รับอาจได้รับแล้ว"
    if mail.state == "expired":
        said = f" (คำตอบล่าสุดของเซิร์ฟเวอร์อีเมล {code[0]})" if code else ""
        return f"เซิร์ฟเวอร์อีเมลไม่รับภายใน {settings.mail_max_age_days:g} วัน{said}"
    return f"เซิร์ฟเวอร์อีเมลปฏิเสธผู้รับ ({code[0]})" if code else "เซิร์ฟเวอร์อีเมลปฏิเสธผู้รับ"


def _lines_of_contacts(settings: Settings) -> dict[str, list[int]]:
    """Lines of contacts.csv by the address that stands there, counted as an editor counts."""
    try:
        text = settings.registers().get(CONTACTS, "")
    except ValueError:
        return {}
    rows = csv.reader(io.StringIO(text))
    found: dict[str, list[int]] = {}
    for row in rows:
        if len(row) >= 3:
            found.setdefault(row[2].strip().lower(), []).append(rows.line_num)
    return found
