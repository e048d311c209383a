"""The quality report: one page that loads nothing, counts everything, folds what is one thing and does nothing."""

import re
from datetime import timedelta

import pytest

from expectations.report import quality_report_html
from expectations.validate import Validation
from tests.expectations.mails import HOSTILE, Page, finding, findings
from transform.brief import in_numbers
from transform.form import load_form
from transform.tables import frame_of


@pytest.fixture
def report(office):
    def report(*rows, night=None, blocking=()):
        night = night or office.night()
        results = frame_of(load_form().tables["expectation_result"], [])
        verdict = Validation(results, results, bool(blocking), blocking)
        return quality_report_html(in_numbers(night), office.build(), findings(*rows), verdict, load_form())

    return report


def test_the_report_is_one_page_that_loads_nothing(report):
    page = Page(report(finding(message_th="ดู http://example.invalid")))
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(page.tags)
    assert not [a for a in page.attributes if a[1] in ("src", "href", "srcset", "action")]
    html = report(finding())
    assert "url(" not in html
    assert "@import" not in html
    assert ("meta", "name", "viewport") in page.attributes
    assert "@media print" in html
    assert "prefers-color-scheme: dark" in html


def test_the_report_counts_and_lists_by_severity(report):
    page = Page(
        report(
            finding(finding_id="1", rule="zero_reports", field="reports"),
            finding(finding_id="2", rule="code_unreadable", severity="block", project_code=None, message_th="ไม่มีรหัส"),
            finding(finding_id="3", rule="copies_conflict", severity="note", field=None, message_th="ต่างกัน\n• คำ “ก”"),
            finding(finding_id="4", rule="end_before_start", state="resolved"),
        )
    )
    text = page.words
    assert text.index("ไม่มีรหัส") < text.index("ไม่มีรายงานความก้าวหน้า (1)") < text.index("• คำ “ก”")
    assert "dump.txt หน้า 1 บรรทัด 23" in text
    assert "✓ 50390000-9001 โครงการตัวอย่าง: วันสิ้นสุดก่อนวันเริ่มต้น" in text
    for counted in ("2ไฟล์ที่อ่านได้", "2สำเนาของแบบ", "1โครงการ ", "3รายงานความก้าวหน้า", "1ต้องแก้", "1ควรตรวจ", "1เพื่อทราบ"):
        assert counted in text


def test_a_blocked_night_says_so_and_why(report):
    text = Page(report(blocking=("decision.rows: ExpectTableRowCountToBeBetween failed for 1 of 1 rows",))).text
    assert "ไม่เผยแพร่ข้อมูลคืนนี้" in text
    assert "decision.rows ไม่ผ่านการตรวจ 1 จาก 1 แถว" in text
    assert "ไม่เผยแพร่" not in Page(report()).text


def test_hostile_text_in_the_report_is_only_text(report, office):
    rejected = office.night().files[0]
    fields = {n: getattr(rejected, n) for n in rejected.__dataclass_fields__}
    bad = type(rejected)(**fields | {"uri": f"inbox/{HOSTILE}", "status": "rejected", "code": "c", "reason": HOSTILE})
    page = Page(report(finding(message_th=HOSTILE), night=office.night(files=[bad])))
    assert "img" not in page.tags
    assert page.text.count("<img src=x onerror=alert(1)>") >= 2
    assert "\u202e" not in page.text


def test_what_is_one_thing_is_one_row_of_the_report(report):
    page = Page(report(*(finding(finding_id=f"{n:05}") for n in range(250))))
    assert page.tags.count("tr") == 2
    assert "250 แห่ง เช่น" in page.text
    assert "ใช้เกินงบประมาณที่ได้รับ (250)" in page.text


def test_a_report_of_many_findings_stays_readable(report):
    rows = (finding(finding_id=f"{n:05}", message_th=f"เกิน {n} บาท") for n in range(250))
    page = Page(report(*rows))
    assert page.tags.count("tr") == 201
    assert "และอีก 50 รายการใน quality.finding" in page.text


def test_an_empty_night_has_a_report(report, office):
    night = type(office.night())(office.NIGHT + timedelta(days=1), (), (), ())
    assert "0ไฟล์ที่อ่านได้" in re.sub(r"\s+", "", Page(report(night=night)).text)
