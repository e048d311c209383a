"""The letter to the operator about mails that cannot be delivered: which contact to correct, never whose it is."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flows.dispatch import HANDED_OVER_TWICE, NO_ADDRESS
from flows.letters import Letter, operator_of
from flows.mail_files import place_of
from flows.settings import BANGKOK, Settings
from load.mail_store import Mail
from transform.register_files import CONTACTS
from transform.registers import read_registers

if TYPE_CHECKING:
    from expectations.undelivered_told import Undelivered

KIND = "undelivered"
# in the place of a letter's Message-ID, where an earlier letter had told the same
TOLD_BEFORE = "told before"
# a wrong contact refuses a new mail every night; the operator hears of it once a week
_TOLD_AGAIN = timedelta(days=7)
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
    from expectations.undelivered_told import undelivered_mail

    lines = _lines_of_contacts(settings)
    items = [_item(mail, lines.get(mail.address.strip().lower(), []), settings) for mail in fresh]
    digest = hashlib.sha256("\0".join(m.message_id for m in fresh).encode()).hexdigest()[:12]
    content = undelivered_mail(moment.astimezone(BANGKOK).date(), items)
    letter = Letter(
        KIND, f"operator:{KIND}:{digest}", "kaona operator", operator_of(settings),
        content.subject, content.text, content.html,
    )  # fmt: skip
    return letter, of_others


def _is_of_operator(mail: Mail, settings: Settings) -> bool:
    return mail.recipient.startswith("operator") or mail.address.lower() == operator_of(settings).lower()


def _whom(mail: Mail) -> tuple[str, str]:
    return mail.recipient, mail.address.lower()


def _item(mail: Mail, lines: Sequence[int], settings: Settings) -> Undelivered:
    """What the operator needs to correct one contact."""
    from expectations.undelivered_told import Undelivered

    return Undelivered(
        night=mail.night, kind=mail.kind, reason=_reason(mail, settings), lines=tuple(lines),
        file=place_of(mail, settings.outbox).relative_to(settings.home).as_posix(),
    )  # fmt: skip


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
    contacts = read_registers({CONTACTS.name: settings.registers().get(CONTACTS.name, "")}).contacts
    found: dict[str, list[int]] = {}
    for contact in contacts:
        if contact.line is not None:
            found.setdefault(contact.email.lower(), []).append(contact.line)
    return found
