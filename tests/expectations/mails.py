"""Facts for mails to test: invented projects, people and sentences."""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pandas as pd
from openpyxl import load_workbook

from expectations.coordinator_mail import coordinator_mail
from expectations.mail_content import MailContent
from expectations.mail_facts import (
    AGENCIES,
    CHANGES,
    DIMENSIONS,
    LATE,
    MUTED,
    PRINTED,
    RULES,
    TREND,
    CoordinatorFacts,
    HeadFacts,
)
from transform.form import load_form
from transform.tables import frame_of

NIGHT = date(2026, 11, 28)
CODE, OTHER = "50390000-9001", "50390000-9002"
NAMES = {CODE: "สวนผักลอยฟ้าบนดาดฟ้าโรงเรียน", OTHER: "ห้องสมุดริมคลองหลังเลิกเรียน", "50390000-9003": "ตลาดนัดปลอดโฟม"}
FORM = load_form()
HOSTILE = "<img src=x onerror=alert(1)>\"'\u202e\x00\r\nBcc: all@kaona.invalid {{ 7*7 }}"


def finding(**changes: Any) -> dict[str, Any]:
    """A row of quality.finding."""
    return {
        "finding_id": "00aa", "rule": "spent_exceeds_budget", "dimension": "consistency", "severity": "check", "project_code": CODE,
        "report_no": None, "field": "budget_spent", "value": "2.00", "uri": "sftp://host/in/dump.txt", "page": 1, "line": 23,
        "message_th": "งบประมาณที่ใช้ไป 2 บาท เกินงบประมาณที่ได้รับ 1 บาท", "message_en": "…",
        "first_seen": NIGHT, "last_seen": NIGHT, "days_open": 0, "state": "new", "resolved_on": None,
    } | changes  # fmt: skip


def findings(*rows: dict[str, Any]) -> pd.DataFrame:
    """Rows of quality.finding as a frame."""
    return frame_of(FORM.tables["finding"], rows)


def frame(columns: tuple[str, ...], *rows: tuple[Any, ...]) -> pd.DataFrame:
    """Rows of a frame of the facts."""
    return pd.DataFrame([dict(zip(columns, row, strict=True)) for row in rows], columns=list(columns))


def facts(*rows: dict[str, Any], **changes: Any) -> CoordinatorFacts:
    """Facts of one coordinator with these findings."""
    names = changes.pop("names", NAMES)
    projects = pd.DataFrame({"project_code": list(names), "project_name": list(names.values())})
    base = {"name": "ทดสอบ ระบบงาน", "projects": projects, "findings": findings(*rows)}
    return CoordinatorFacts(**{**base, **changes})


def mail(*rows: dict[str, Any], is_reminder: bool = False, **changes: Any) -> MailContent | None:
    """The mail to one coordinator with these findings."""
    return coordinator_mail(facts(*rows, **changes), NIGHT, FORM, is_reminder=is_reminder)


def sheet_of(made: MailContent, title: str = "ข้อสังเกต") -> list[dict[str, Any]]:
    """Rows of a sheet of the attachment, cells by their headers."""
    header, *rows = load_workbook(io.BytesIO(made.attachment_bytes or b""))[title].iter_rows()
    return [{str(h.value): cell for h, cell in zip(header, row, strict=True)} for row in rows]


def everything(made: MailContent) -> str:
    """All that a mail says anywhere."""
    book = load_workbook(io.BytesIO(made.attachment_bytes or b""))
    cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
    return "\n".join([made.subject, made.text, made.html, *cells])


def told(*ids: str, late: tuple[str, ...] = ()) -> dict[str, Any]:
    """The snapshot of a mail before."""
    return {"night": "2026-11-21", "findings": list(ids), "late": list(late)}


def full_facts() -> CoordinatorFacts:
    """Facts with something in every section of the mail."""
    third = "50390000-9003"
    week = NIGHT - timedelta(days=7)
    conflict = (
        "หลักการและเหตุผล: สำเนาที่ 1 (หน้า 1 บรรทัด 35–41) “…จับต้องได้ เด็กได้ชั่ง ตวง…” / "
        "สำเนาที่ 2 (หน้า 1 บรรทัด 116–122) “…จับต้องเด็กได้ชั่ง ตวง…” → ใช้ “…จับต้องได้ เด็กได้ชั่ง ตวง…” "
        "(ไม่มีหลักฐานตัดสิน จึงใช้สำเนาแรกที่ครบ)"
    )
    wrapped = (
        "เป้าหมายของโครงการ ข้อที่ 1: สำเนาที่ 1 (หน้า 1 บรรทัด 51) “…บันทึกการ | การเติบโตของพืช…” / "
        "สำเนาที่ 2 (หน้า 1 บรรทัด 132) “…บันทึกการเติบโตของพืช…” → ใช้ “…บันทึกการเติบโตของพืช…” (อีกสำเนาถูกตัดบรรทัดเป็นสองส่วน)"
    )
    rows = [
        finding(finding_id="11aa22bb33cc44d1", rule="spent_exceeds_budget", value="240000.00", line=23,
                message_th="งบประมาณที่ใช้ไป 240,000 บาท เกินงบประมาณที่ได้รับ 180,000 บาท"),
        finding(finding_id="11aa22bb33cc44d2", rule="contested_value", field="rationale", line=35,
                message_th=f"สำเนาพิมพ์ต่างกันและไม่มีหลักฐานตัดสิน จึงใช้ค่าจากสำเนาแรกไปก่อน\n• {conflict}",
                first_seen=NIGHT - timedelta(days=12), last_seen=week, days_open=5, state="open"),
        finding(finding_id="11aa22bb33cc44d3", rule="copies_conflict", severity="note", field=None, line=5, value="2",
                message_th=f"สำเนาของแบบไม่ตรงกัน 2 แห่ง\n• {conflict}\n• {wrapped}",
                first_seen=NIGHT - timedelta(days=12), last_seen=week, days_open=5, state="open"),
        finding(finding_id="11aa22bb33cc44d4", rule="end_before_start", field="end_date", project_code=OTHER, line=14,
                message_th="วันสิ้นสุดโครงการ 30 ก.ย. 2568 อยู่ก่อนวันเริ่มต้นโครงการ 1 ต.ค. 2568", state="regressed",
                first_seen=NIGHT - timedelta(days=60), days_open=60, uri="inbox/library.pdf", page=1),
        finding(finding_id="11aa22bb33cc44d5", rule="strategy_missing", field="strategy.issue_no", project_code=OTHER,
                message_th="ไม่พบประเด็นยุทธศาสตร์ที่โครงการสนับสนุนในข้อ 1.6", state="resolved", resolved_on=NIGHT),
        finding(finding_id="11aa22bb33cc44d6", rule="responsible_phone_missing", severity="note", project_code=third,
                field="responsible.phone", message_th="ไม่พบหมายเลขโทรศัพท์ของผู้รับผิดชอบโครงการ", uri="inbox/market.txt",
                line=30, state="open", first_seen=NIGHT - timedelta(days=30)),
        *(finding(finding_id=f"11aa22bb33cc55{n:02}", rule="unknown_status_word", severity="note", project_code=third,
                  field=f"reports[{n}].plan_status", report_no=n, value="กำลังเร่ง", uri="inbox/market.txt", line=60 + 2 * n,
                  message_th=f"รายงานครั้งที่ {n} พิมพ์ สถานะเทียบกับแผน ของรายงานครั้งที่ {n} ว่า “กำลังเร่ง” ซึ่งยังไม่อยู่ในรายการคำที่รู้จัก")
          for n in range(1, 13)),
    ]  # fmt: skip
    return facts(
        *rows,
        muted=frame(MUTED, ("11aa22bb33cc44d6", date(2027, 1, 31), "รอผลการแต่งตั้งผู้รับผิดชอบ", "กองยุทธศาสตร์")),
        late=frame(
            LATE,
            (OTHER, "silent", 63, Decimal("40.00"), Decimal("86.00"), date(2026, 9, 26)),
            (OTHER, "behind", 30, Decimal("40.00"), Decimal("86.00"), date(2026, 10, 29)),
            (third, "ended_unfinished", 59, Decimal("95.50"), Decimal("100.00"), date(2026, 9, 30)),
        ),
        changes=frame(
            CHANGES,
            (CODE, "budget_spent", None, "180000.00", "240000.00", NIGHT),
            (CODE, "reports[6].date", 6, None, "2026-11-25", NIGHT),
            (CODE, "reports[6].progress_pct", 6, None, "60.00", NIGHT),
            (CODE, "reports[6].disbursed_baht", 6, None, "60000.00", NIGHT),
            (OTHER, "end_date", None, "2026-09-30", "2025-09-30", NIGHT),
            (OTHER, "coordinator.name", None, "สมมติ คนก่อน", "ทดสอบ ระบบงาน", NIGHT),
        ),
        printed=frame(
            PRINTED,
            (CODE, "budget_spent", 1, "dump.txt", 1, 23, 23, "240,000 บาท"),
            (CODE, "budget_spent", 2, "dump.txt", 1, 104, 104, "240,000  บาท"),
            (OTHER, "end_date", 1, "library.pdf", 1, 14, 14, "2025-09-30 00:00:00"),
        ),
        counts={"received": 3, "new": 0, "changed": 2, "unchanged": 1, "unreadable": 0},
        told=told("11aa22bb33cc44d2", "11aa22bb33cc44d3", "11aa22bb33cc44d5", "11aa22bb33cc44d6", late=(third,)),
        told_night=week,
    )


def many_facts(count: int = 120) -> CoordinatorFacts:
    """Facts with many findings that are not one thing."""
    codes = [f"50390000-{9000 + n}" for n in range(40)]
    names = {code: f"โครงการตัวอย่างลำดับที่ {n} ของฝ่ายทดลองงาน" for n, code in enumerate(codes, 1)}
    rows = [
        finding(
            finding_id=f"{n:016x}", project_code=codes[n % 40], value=f"{n + 2}.00", line=20 + n,
            severity=("check", "check", "note")[n % 3], first_seen=NIGHT - timedelta(days=n % 9),
            message_th=f"งบประมาณที่ใช้ไป {n + 2:,} บาท เกินงบประมาณที่ได้รับ 1 บาท",
        )
        for n in range(count)
    ]  # fmt: skip
    return facts(*rows, names=names)


def head_facts(**changes: Any) -> HeadFacts:
    """Facts of the head's summary with something in every section."""
    agencies = [
        ("สำนักงานเขตบางสมมติ", 12, 2, 8, 4, 3, 1, 2, 1, 34, 7),
        ("สำนักงานเขตคลองตัวอย่าง", 40, 0, 12, 9, 0, 6, 5, 0, 61, 18),
        ("สำนักทดลองงาน", 66, 0, 3, 20, 1, 0, 0, 2, 12, 3),
        ("สำนักงานเขตทุ่งทดสอบ", 9, 0, 0, 0, 0, 2, 0, 0, None, 2),
    ]
    days = [(NIGHT - timedelta(days=13 - n), 40 - n + (n % 4) * 3, n % 4, (n + 2) % 5) for n in range(14)]
    base = {
        "agencies": frame(AGENCIES, *agencies),
        "trend": frame(TREND, *days),
        "rules": frame(
            RULES,
            ("spent_unreconciled_with_reports", 11, 11, 3),
            ("zero_reports", 6, 6, 2),
            ("unknown_status_word", 33, 9, 3),
        ),
        "dimensions": frame(DIMENSIONS, ("consistency", 14), ("completeness", 8), ("validity", 33), ("timeliness", 3)),
        "late_projects": 9,
        "notes": ("แหล่งข้อมูล inbox มีไฟล์น้อยลงผิดปกติ", "อ่านไฟล์ไม่ได้ 2 ไฟล์"),
    }
    return HeadFacts(**{**base, **changes})


class Page(HTMLParser):
    """Tags and attributes of a page, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.text = ""
        self._quiet = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._quiet += tag in ("style", "title")
        self.attributes += [(tag, *attr) for attr in attrs]

    def handle_endtag(self, tag: str) -> None:
        self._quiet -= tag in ("style", "title")

    def handle_data(self, data: str) -> None:
        if not self._quiet:
            self.text += data

    @property
    def words(self) -> str:
        """Text with single spaces."""
        return " ".join(self.text.split())
