"""Mails and the report: whose projects, what changed, in Thai, and nothing in them that could act or tell too much."""

import io
import re
from datetime import date, timedelta
from html.parser import HTMLParser

import pytest
from openpyxl import load_workbook

from expectations.report import coordinator_mail, operator_mail, quality_report_html
from expectations.validate import Validation
from transform.form import load_form
from transform.tables import frame_of

NIGHT = date(2020, 3, 1)
CODE = "50390000-9001"
HOSTILE = "<img src=x onerror=alert(1)>\"'\u202e\x00\r\nBcc: all@kaona.invalid {{ 7*7 }}"


def finding(**changes):
    return {
        "finding_id": "00aa", "rule": "spent_exceeds_budget", "dimension": "consistency", "severity": "check", "project_code": CODE,
        "report_no": None, "field": "budget_spent", "value": "2.00", "uri": "sftp://host/in/dump.txt", "page": 1, "line": 23,
        "message_th": "งบประมาณที่ใช้ไป 2 บาท เกินงบประมาณที่ได้รับ 1 บาท", "message_en": "…",
        "first_seen": NIGHT, "last_seen": NIGHT, "days_open": 0, "state": "new",
    } | changes  # fmt: skip


def findings(*rows):
    return frame_of(load_form().tables["finding"], rows)


@pytest.fixture
def projects(office):
    return frame_of(load_form().tables["dim_project"], [office.project()])


@pytest.fixture
def mail(projects):
    def mail(*rows, projects=projects, name="ทดสอบ ระบบงาน"):
        return coordinator_mail(name, findings(*rows), projects, NIGHT, load_form())

    return mail


class Page(HTMLParser):
    """Tags and attributes of a page, and its text."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.text = [], [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *attr) for attr in attrs]

    def handle_data(self, data):
        self.text += data


def rows_of(mail):
    sheet = load_workbook(io.BytesIO(mail.attachment_bytes)).active
    header, *rows = sheet.iter_rows()
    return [{h.value: cell for h, cell in zip(header, row, strict=True)} for row in rows]


def test_a_mail_says_what_where_why_and_what_to_do(mail):
    made = mail(finding())
    assert made.subject == "รายงานความก้าวหน้าโครงการ: ใหม่ 1 ค้าง 0 แก้แล้ว 0 (1 มี.ค. 2563)"
    for text in (made.text, Page(made.html).text):
        for said in (
            "เรียน คุณทดสอบ ระบบงาน", CODE, "โครงการตัวอย่าง", "ใช้เกินงบประมาณที่ได้รับ", "งบประมาณที่ใช้ไป",
            "งบประมาณที่ใช้ไป 2 บาท เกินงบประมาณที่ได้รับ 1 บาท", "dump.txt หน้า 1 บรรทัด 23",
            "ตรวจสอบจำนวนเงินทั้งสองช่อง", "00aa",
        ):  # fmt: skip
            assert said in text
        assert "sftp://" not in text


def test_a_mail_tells_new_open_and_resolved_apart_gravest_first(mail):
    made = mail(
        finding(finding_id="1", rule="responsible_phone_missing", severity="note", field="responsible.phone"),
        finding(finding_id="2"),
        finding(finding_id="3", state="open", days_open=6, rule="zero_reports", field="reports"),
        finding(finding_id="4", state="resolved", rule="end_before_start", field="end_date"),
        finding(finding_id="5", state="regressed", rule="strategy_missing", field="strategy.issue_no"),
    )
    headings = [line for line in made.text.splitlines() if line.startswith(("==", "  ["))]
    assert headings == [
        "== พบใหม่ (3) ==",
        "  [ควรตรวจ] ใช้เกินงบประมาณที่ได้รับ",
        "  [ควรตรวจ] ไม่มีประเด็นยุทธศาสตร์ — พบอีกครั้ง",
        "  [เพื่อทราบ] ไม่มีโทรศัพท์ผู้รับผิดชอบ",
        "== ยังค้างจากครั้งก่อน (1) ==",
        "  [ควรตรวจ] ไม่มีรายงานความก้าวหน้า — ยังค้าง (วันที่ 7)",
        "== แก้ไขแล้วตั้งแต่ครั้งก่อน (1) ==",
        "  [ควรตรวจ] วันสิ้นสุดก่อนวันเริ่มต้น",
    ]


def test_findings_of_one_rule_stand_as_in_the_file(mail):
    made = mail(
        finding(finding_id="1", rule="unknown_heading", field=None, line=44),
        finding(finding_id="2", rule="unknown_heading", field=None, line=9),
    )
    assert re.findall(r"ดูที่: dump\.txt หน้า 1 บรรทัด (\d+)", made.text) == ["9", "44"]


def test_there_is_no_mail_when_nothing_changed(mail):
    assert mail() is None
    assert mail(finding(state="open", days_open=1)) is None
    assert mail(finding(state="resolved")) is not None


def test_findings_of_other_projects_never_appear(mail):
    other = finding(finding_id="zz", project_code="50390000-9002", message_th="ความลับของโครงการอื่น")
    assert mail(other) is None
    assert mail(finding(project_code=None, rule="file_rejected", severity="check")) is None
    made = mail(finding(), other)
    assert "ความลับ" not in made.text + made.html
    assert "9002" not in made.text + made.html
    assert [row["รหัสโครงการ"].value for row in rows_of(made)] == [CODE]


def test_the_default_box_is_addressed_as_an_office(mail):
    assert mail(finding(), name=None).text.startswith("เรียน เจ้าหน้าที่ผู้ดูแลโครงการที่ไม่มีชื่อผู้ประสานงาน")


def test_what_each_copy_says_is_in_the_mail(mail):
    lines = "สำเนาของแบบไม่ตรงกัน 1 แห่ง\n• ชื่อ: สำเนาที่ 1 “ก” / สำเนาที่ 2 “ข” → ใช้ “ข”"
    made = mail(finding(rule="copies_conflict", severity="note", field=None, message_th=lines))
    assert "    • ชื่อ: สำเนาที่ 1 “ก” / สำเนาที่ 2 “ข” → ใช้ “ข”\n" in made.text
    assert "สำเนาที่ 2 “ข”" in Page(made.html).text


def test_a_long_list_is_written_out_in_part_and_attached_whole(mail):
    made = mail(*(finding(finding_id=f"{n:04}", report_no=n) for n in range(40)))
    assert "และอีก 10 รายการในไฟล์แนบ" in made.text
    assert "และอีก 10 รายการในไฟล์แนบ" in Page(made.html).text
    assert len(rows_of(made)) == 40


def test_hostile_text_is_shown_and_does_nothing(mail, office):
    projects = frame_of(load_form().tables["dim_project"], [office.project(project_name=HOSTILE)])
    made = mail(finding(message_th=HOSTILE, uri=f"inbox/{HOSTILE}"), projects=projects, name=HOSTILE)
    page = Page(made.html)
    assert "img" not in page.tags
    assert not [a for a in page.attributes if a[1].startswith("on") or a[1] == "src"]
    assert "<img src=x onerror=alert(1)>" in page.text
    assert "{{ 7*7 }}" in page.text
    for text in (made.subject, made.text, made.html):
        assert not re.search("[\x00-\x09\x0b-\x1f\u202a-\u202e]", text)
    assert "\nBcc:" not in made.text
    assert "\n" not in made.subject


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "＝1+1", '=HYPERLINK("http://x")'])
def test_nothing_in_the_attachment_is_a_formula(mail, office, text):
    projects = frame_of(load_form().tables["dim_project"], [office.project(project_name=text)])
    row = rows_of(mail(finding(message_th=text), projects=projects))[0]
    for header in ("ชื่อโครงการ", "รายละเอียด"):
        assert (row[header].value, row[header].data_type, row[header].quotePrefix) == (text, "s", True)
    assert (row["หน้า"].value, row["หน้า"].data_type) == (1, "n")


def test_no_telephone_number_appears_anywhere(mail, office):
    projects = frame_of(load_form().tables["dim_project"], [office.project(project_name="โครงการ โทร. 0 2281 3965")])
    made = mail(finding(message_th="ติดต่อ โทร.7037 หรือ 081-566-1151"), projects=projects)
    everything = made.text + made.html + " ".join(str(cell.value) for row in rows_of(made) for cell in row.values())
    for number in ("7037", "081-566-1151", "2281", "3965", "7001", "1599"):
        assert number not in everything


def test_the_same_findings_give_the_same_mail_to_the_byte(mail):
    rows = [finding(finding_id=str(n), report_no=n) for n in range(3)]
    assert mail(*rows) == mail(*rows[::-1])


def test_the_operator_learns_where_it_failed_and_what_blocks():
    made = operator_mail(
        NIGHT, stage="validate", error="<b>ล้ม\r\nเหลว</b>", blocking=["dim_project.rows: failed"], run_id="r1"
    )
    assert made.subject == "kaona: การทำงานคืน 1 มี.ค. 2563 ไม่สำเร็จ (ขั้น validate)"
    for text in (made.text, Page(made.html).text):
        assert "<b>ล้ม เหลว</b>" in text
        assert "dim_project.rows: failed" in text
        assert "ไม่มีการเผยแพร่ข้อมูลใหม่" in text
    assert "b" not in Page(made.html).tags
    assert made.attachment_bytes is None


# ---------------------------------------------------------------- the report


@pytest.fixture
def report(office):
    def report(*rows, night=None, blocking=()):
        night = night or office.night()
        results = frame_of(load_form().tables["expectation_result"], [])
        verdict = Validation(results, results, bool(blocking), blocking)
        return quality_report_html(night, office.build(), findings(*rows), verdict, load_form())

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


def test_the_report_counts_and_lists_by_severity(report):
    page = Page(
        report(
            finding(finding_id="1", rule="zero_reports", field="reports"),
            finding(finding_id="2", rule="code_unreadable", severity="block", project_code=None, message_th="ไม่มีรหัส"),
            finding(
                finding_id="3", rule="copies_conflict", severity="note", field=None, message_th="ต่างกัน\n• สำเนาที่ 1 “ก”"
            ),
            finding(finding_id="4", rule="end_before_start", state="resolved"),
        )
    )
    text = re.sub(r"\s+", " ", page.text)
    assert text.index("ไม่มีรหัส") < text.index("ไม่มีรายงานความก้าวหน้า (1)") < text.index("• สำเนาที่ 1 “ก”")
    assert "dump.txt หน้า 1 บรรทัด 23" in text
    assert "✓ 50390000-9001 วันสิ้นสุดก่อนวันเริ่มต้น" in text
    for counted in ("2ไฟล์ที่อ่านได้", "2สำเนาของแบบ", "1โครงการ ", "3รายงานความก้าวหน้า", "1ต้องแก้", "1ควรตรวจ", "1เพื่อทราบ"):
        assert counted in text


def test_a_blocked_night_says_so_and_why(report):
    text = Page(report(blocking=("decision.rows: failed",))).text
    assert "ไม่เผยแพร่ข้อมูลคืนนี้" in text
    assert "decision.rows: failed" in text
    assert "ไม่เผยแพร่" not in Page(report()).text


def test_hostile_text_in_the_report_is_only_text(report, office):
    rejected = office.night().files[0]
    fields = {n: getattr(rejected, n) for n in rejected.__dataclass_fields__}
    bad = type(rejected)(**fields | {"uri": f"inbox/{HOSTILE}", "status": "rejected", "code": "c", "reason": HOSTILE})
    page = Page(report(finding(message_th=HOSTILE), night=office.night(files=[bad])))
    assert "img" not in page.tags
    assert page.text.count("<img src=x onerror=alert(1)>") == 3
    assert "\u202e" not in page.text


def test_a_report_of_many_findings_stays_readable(report):
    page = Page(report(*(finding(finding_id=f"{n:05}") for n in range(250))))
    assert page.tags.count("tr") == 201
    assert "และอีก 50 รายการใน quality.finding" in page.text


def test_an_empty_night_has_a_report(report, office):
    night = type(office.night())(NIGHT + timedelta(days=1), (), (), ())
    assert "0ไฟล์ที่อ่านได้" in re.sub(r"\s+", "", Page(report(night=night)).text)
