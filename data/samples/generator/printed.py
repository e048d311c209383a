"""The words the form itself prints and how it writes dates, amounts and strategy lines; dump and PDF share them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from .facts import Project, Report

TITLE = "แบบแสดงรายงานความก้าวหน้าและข้อมูลเกี่ยวกับโครงการ"
SECTION_1 = "1. ชื่อโครงการและหน่วยงานที่รับผิดชอบโครงการ"
SECTION_1_1 = "1.1 รหัสโครงการและชื่อโครงการ"
SECTION_1_2 = "1.2 หน่วยงานที่รับผิดชอบ"
SECTION_1_3 = "1.3 หลักการและเหตุผล"
SECTION_1_4 = "1.4 วัตถุประสงค์ของโครงการ"
SECTION_1_5 = "1.5 เป้าหมายของโครงการ.."
SECTION_1_6 = "1.6 สนับสนุนแผนพัฒนา กทม. ระยะ 20 ปี (ยุทธศาสตร์-ประเด็นยุทธศาสตร์-กลยุทธ์ตามแผนฯ /ตัวชี้วัด)"
SECTION_2 = "2. รายงานความก้าวหน้าของโครงการและการใช้จ่ายงบประมาณ"
CERTIFICATION = "ขอรับรองว่า ข้อมูลที่ปรากฏในเอกสารฉบับนี้ หน่วยงานได้จัดพิมพ์จากระบบงานจริง เพื่อเป็นหลักฐานไว้ตรวจสอบ"
SIGNATURE = "ลงชื่อ.....(ผู้รับผิดชอบโครงการ)"
POSITION = "ตำแหน่ง ....."
ROUTINE = "**** ภารกิจงานประจำของหน่วยงาน ****"

THAI_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")


def be_date(day: date) -> str:
    """Day and month without leading zeros, year of the Buddhist era.

    >>> be_date(date(2020, 1, 28))
    '28/1/2563'
    """
    return f"{day.day}/{day.month}/{day.year + 543}"


def amount(value: Decimal) -> str:
    """Thousands with commas; satang only where there are any.

    >>> amount(Decimal("180000.00")), amount(Decimal("1250.50"))
    ('180,000', '1,250.50')
    """
    return f"{value:,.0f}" if value == value.to_integral_value() else f"{value:,.2f}"


def header_values(project: Project, placeholder: str) -> dict[str, str]:
    """Label → printed value of sections 1.1 and 1.2, each once; the layouts choose the order."""

    def baht(value: Decimal | None) -> str:
        return placeholder if value is None else f"{amount(value)} บาท"

    return {
        "ชื่อโครงการ/กิจกรรม": project.name,
        "รหัสโครงการ...": project.code,
        "ปีงบประมาณ พ.ศ.": str(project.fiscal_year_be),
        "เริ่มต้นโครงการ": f"{project.start.isoformat()} 00:00:00",
        "สิ้นสุดโครงการ": f"{project.end.isoformat()} 00:00:00",
        "งบประมาณที่ได้รับ": baht(project.budget_received),
        "งบประมาณที่ใช้ไป": baht(project.budget_spent),
        "หน่วยงานที่รับผิดชอบ.": " / ".join(project.agency_path),
        "ชื่อผู้รับผิดชอบ...": project.responsible.printed(),
        "ผู้ประสานงาน สยป": project.coordinator.printed() if project.coordinator else placeholder,
    }


def strategy_lines(
    project: Project, *, dash: str, placeholder: str, routine: bool = False, joined_dimension: bool = False
) -> Iterator[str]:
    """The lines of section 1.6; numbers in Thai digits, as the system prints them.

    Without a strategy the form prints a placeholder or, with `routine`, that the project is the unit's daily work.
    """
    plan = project.strategy
    if plan is None:
        yield f"ประเด็นยุทธศาสตร์ : {ROUTINE if routine else placeholder}"
        yield f"ประเด็นยุทธศาสตร์ย่อย : {ROUTINE if routine else placeholder}"
        yield f"เป้าหมายที่ : {placeholder}"
    else:
        english = f" : {plan.issue_name_en}" if plan.issue_name_en else ""
        issue_no = plan.issue_no.translate(THAI_DIGITS)
        yield f"ประเด็นยุทธศาสตร์ : ด้านที่ {issue_no} {dash} {plan.issue_name}{english}"
        yield f"ประเด็นยุทธศาสตร์ย่อย : {plan.sub_issue_no.translate(THAI_DIGITS)} - {plan.sub_issue_name}"
        yield f"เป้าหมายที่ : {plan.goal_no.translate(THAI_DIGITS)} {plan.goal_text}"
    gap = "" if joined_dimension else " "
    for indicator in project.indicators:
        yield f"ตัวชี้วัด... : มิติที่{gap}{indicator.dimension} {indicator.text}"
    if not project.indicators:
        yield f"ตัวชี้วัด... : {placeholder}"


def report_head(report: Report) -> str:
    """The right-hand part of a report's first line."""
    return f":: {be_date(report.day)} : {report.status_text}"


def report_amount(report: Report) -> str:
    """What was disbursed, with the report's number repeated as the form does."""
    return f"งบประมาณที่เบิกใช้ (ครั้งที่ {report.seq}) = {amount(report.disbursed_baht)} บาท"
