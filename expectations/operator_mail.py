"""The mail to the operator about a night that failed: where, why, what forbids publishing, what to do next.

It carries no personal data and no secret: telephone numbers, addresses and what looks like a password are hidden.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from expectations.items import plain, render
from expectations.mail_content import MailContent
from expectations.phrases import in_thai
from expectations.text_layout import reflow
from expectations.words import HIDDEN, hide_phones, thai_date

_LONGEST, _SENTENCES = 600, 12
# stage of a night (flows/nightly.py, flows/run.py) → what it does, and where to look when it fails
_STAGES: Mapping[str, tuple[str, str]] = {
    "pull_sources": ("ดึงไฟล์จากแหล่งข้อมูล", "ตรวจสอบที่อยู่ สิทธิ์ และเครือข่ายของแหล่งข้อมูล (การตั้งค่า sources)"),
    "read": ("อ่านไฟล์", "ไฟล์ที่เสียถูกข้ามเองอยู่แล้ว หากยังไม่ผ่าน ให้ตรวจสอบพื้นที่ดิสก์และหน่วยความจำ"),
    "reconcile": ("เทียบสำเนา", "แจ้งผู้ดูแลระบบพร้อมสาเหตุข้างต้น"),
    "build_tables": ("สร้างตาราง", "แจ้งผู้ดูแลระบบพร้อมสาเหตุข้างต้น"),
    "validate": ("ตรวจคุณภาพข้อมูล", "แก้สิ่งที่ห้ามเผยแพร่ข้างต้น รายละเอียดอยู่ใน Data Docs และรายงานคุณภาพ"),
    "load": ("บันทึกลงคลังข้อมูล", "ตรวจสอบพื้นที่ดิสก์ และไม่มีโปรแกรมอื่นเปิดไฟล์ในโฟลเดอร์ work"),
    "decide_again": ("ตัดสินคืนก่อนหน้าใหม่", "สั่ง kaona run --rebuild หากยังไม่ผ่าน ให้แจ้งผู้ดูแลระบบ"),
    "make_up": ("โหลดคืนที่ยังโหลดไม่เสร็จ", "แจ้งผู้ดูแลระบบพร้อมสาเหตุข้างต้น"),
    "set_aside": ("กันคืนที่โหลดไม่ได้ไว้ต่างหาก", "แก้สาเหตุข้างต้น คืนนี้จะถูกลองใหม่เองเมื่อโปรแกรมหรือ data/reference เปลี่ยน"),
    "publish": ("เผยแพร่", "ตรวจสอบพื้นที่ดิสก์และสิทธิ์เขียนโฟลเดอร์ published"),
    "report": ("เขียนรายงานคุณภาพ", "ตรวจสอบพื้นที่ดิสก์และสิทธิ์เขียน"),
    "mail": ("เขียนจดหมาย", "ตรวจสอบสิทธิ์เขียนโฟลเดอร์ outbox และแฟ้ม contacts.csv"),
}
_UNKNOWN = "แจ้งผู้ดูแลระบบพร้อมสาเหตุข้างต้น"
# after these stages the facts of the night are published already
_PUBLISHED = ("report", "mail", "pages")
_SECRETS = (
    (re.compile(r"(\w+://)[^/\s@]+@"), rf"\1{HIDDEN}@"),
    (re.compile(r"(?<![\w/@])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), HIDDEN),
    (
        re.compile(r"(?i)((?:password|passwd|pwd|secret|token|api_?key|access_?key|signature|sig)[\"']?\s*[=:]\s*[\"']?)[^\s&\"',;]+"),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"(?i)\b(bearer|basic) [\w.~+/=-]{8,}"), rf"\1 {HIDDEN}"),
)  # fmt: skip


def operator_mail(
    night: date, *, stage: str, error: str, blocking: Sequence[str] = (), run_id: str | None = None
) -> MailContent:
    """The mail to the operator about a run that failed."""
    known = stage.replace(" ", "_")
    name, todo = _STAGES.get(known, (plain(stage), _UNKNOWN))
    values = {
        "night": night,
        "stage": f"{name} ({plain(stage)})" if known in _STAGES else name,
        "error": harmless(error),
        "blocking": [harmless(in_thai("blocking", sentence)) for sentence in blocking[:_SENTENCES]],
        "more": max(0, len(blocking) - _SENTENCES),
        "is_set_aside": known == "set_aside",
        "is_published": known in _PUBLISHED,
        "todo": todo,
        "run_id": plain(run_id or "-"),
    }
    subject = f"kaona: การทำงานคืน {thai_date(night.isoformat())} ไม่สำเร็จ (ขั้น {plain(stage)})"
    values |= {"subject": subject, "preheader": values["error"]}
    return MailContent(
        subject=subject, text=reflow(render("operator.txt.j2", **values)), html=render("operator.html.j2", **values)
    )


def harmless(text: str) -> str:
    """An error as a mail may carry it: one line, of bounded length, without addresses, telephones and secrets.

    >>> harmless("sftp://kaona:s3cret@host/in refused\\nAuthorization: Bearer abcdefgh12 for clerk@office.invalid")
    'sftp://•••@host/in refused Authorization: Bearer ••• for •••'
    """
    said = plain(text)
    for pattern, shown in _SECRETS:
        said = pattern.sub(shown, said)
    said = hide_phones(said)
    return said if len(said) <= _LONGEST else f"{said[:_LONGEST]}…"
