"""The letter to the operator about mails that did not reach their readers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from expectations.items import plain, render
from expectations.mail_content import MailContent
from expectations.text_layout import reflow
from expectations.words import thai_date

_READERS_TH: Mapping[str, str] = {
    "coordinator": "ผู้ประสานงาน",
    "box": "กล่องกลางของโครงการที่ไม่มีผู้ประสานงาน",
    "head": "ผู้บริหาร",
    "adopted": "ผู้รับของไฟล์จากรุ่นก่อน",
}


@dataclass(frozen=True)
class Undelivered:
    """One mail that could not be delivered: to which kind of reader, why, where their contact and the file stand."""

    night: date
    kind: str
    reason: str
    lines: tuple[int, ...]
    file: str

    @property
    def title(self) -> str:
        """Which mail it is, without a name."""
        return f"อีเมลของคืนวันที่ {thai_date(self.night.isoformat())} ถึง{_READERS_TH.get(self.kind, 'ผู้รับ')}"

    @property
    def where(self) -> str:
        """Which line of contacts.csv to correct."""
        numbers = ", ".join(str(number) for number in self.lines)
        return f"contacts.csv บรรทัดที่ {numbers}" if numbers else "ไม่พบที่อยู่นี้ใน contacts.csv แล้ว"


def undelivered_mail(night: date, mails: Sequence[Undelivered]) -> MailContent:
    """The mail about these mails, in their order."""
    subject = f"kaona: ส่งอีเมลไม่ถึงผู้รับ {len(mails):,} ฉบับ ({thai_date(night.isoformat())})"
    told = [(mail.title, plain(mail.reason), mail.where, plain(mail.file)) for mail in mails]
    values = {"night": night, "told": told, "subject": subject, "preheader": told[0][0] if told else subject}
    return MailContent(
        subject=subject,
        text=reflow(render("undelivered.txt.j2", **values)),
        html=render("undelivered.html.j2", **values),
    )
