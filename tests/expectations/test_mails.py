"""The mail to a coordinator: whose projects, what is new to this reader, what to do, and nothing that could act or tell too much."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pandas as pd
import pytest
from openpyxl import load_workbook

from expectations.coordinator_mail import coordinator_mail
from expectations.mail_facts import CHANGES, LATE, MUTED, PRINTED
from expectations.news import is_news_late, late_keys
from tests.expectations.mails import (
    CODE,
    FORM,
    HOSTILE,
    NAMES,
    NIGHT,
    OTHER,
    Page,
    facts,
    finding,
    findings,
    frame,
    full_facts,
    many_facts,
    told,
)


def mail(*rows, is_reminder=False, **changes):
    return coordinator_mail(facts(*rows, **changes), NIGHT, FORM, is_reminder=is_reminder)


def sheet_of(made, title="ข้อสังเกต"):
    header, *rows = load_workbook(io.BytesIO(made.attachment_bytes))[title].iter_rows()
    return [{h.value: cell for h, cell in zip(header, row, strict=True)} for row in rows]


def everything(made):
    book = load_workbook(io.BytesIO(made.attachment_bytes))
    cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
    return "\n".join([made.subject, made.text, made.html, *cells])


# ---------------------------------------------------------------- what it says


def test_a_mail_says_which_project_what_is_wrong_where_and_what_to_do():
    made = mail(finding())
    assert made.subject == "แก้ 1 รายการ (ใหม่ 1) — รายงานความก้าวหน้าโครงการ 28 พ.ย. 2569"
    for text in (" ".join(made.text.split()), Page(made.html).words):
        for said in (
            "เรียน คุณทดสอบ ระบบงาน", CODE, NAMES[CODE], "ใช้เกินงบประมาณที่ได้รับ", "ใหม่",
            "งบประมาณที่ใช้ไป 2 บาท เกินงบประมาณที่ได้รับ 1 บาท", "dump.txt หน้า 1 บรรทัด 23",
            "ตรวจสอบจำนวนเงินทั้งสองช่อง", "00aa",
        ):  # fmt: skip
            assert said in text
        assert "sftp://" not in text


def test_the_subject_counts_what_is_to_correct_what_is_new_what_is_done_and_who_is_late():
    assert coordinator_mail(full_facts(), NIGHT, FORM).subject == (
        "แก้ 3 รายการ (ใหม่ 2) · แก้แล้ว 1 · ล่าช้า 2 — รายงานความก้าวหน้าโครงการ 28 พ.ย. 2569"
    )
    note = finding(severity="note", rule="responsible_phone_missing")
    assert mail(note).subject.startswith("เพื่อทราบ 1 รายการ (ใหม่ 1) — ")
    assert mail(finding(state="resolved"), told=told("00aa")).subject.startswith("ไม่มีรายการต้องแก้ · แก้แล้ว 1 — ")


def test_the_gravest_come_first_then_the_new_then_the_oldest():
    def row(finding_id, **changes):
        return finding(finding_id=finding_id, message_th=f"เรื่อง {finding_id}", **changes)

    made = mail(
        row("1", severity="note"),
        row("2"),
        row("3", first_seen=NIGHT - timedelta(days=3)),
        row("4", first_seen=NIGHT - timedelta(days=30), state="open"),
        row("5", severity="block", first_seen=NIGHT - timedelta(days=9), state="open"),
        told=told("4", "5"),
    )
    assert re.findall(r"^ +เรื่อง (\d)|— เรื่อง (\d)", made.text, re.MULTILINE) == [
        ("5", ""), ("3", ""), ("2", ""), ("4", ""), ("", "1"),
    ]  # fmt: skip
    assert re.findall(r"\[(\S+) · (.+)\]", made.text) == [
        ("ต้องแก้", "ค้างวันที่ 10"), ("ควรตรวจ", "ใหม่"), ("ควรตรวจ", "ใหม่"), ("ควรตรวจ", "ค้างวันที่ 31"),
    ]  # fmt: skip


def test_what_was_resolved_and_is_wrong_again_says_so():
    assert "[ควรตรวจ · พบอีกครั้ง]" in mail(finding(state="regressed", first_seen=NIGHT - timedelta(days=9))).text


def test_each_copy_is_quoted_with_its_place():
    printed = frame(
        PRINTED,
        (CODE, "budget_spent", 2, "b.pdf", 2, 4, 5, "3 บาท"),
        (CODE, "budget_spent", 1, "a.txt", 1, 23, 23, "2 บาท"),
        (CODE, "budget_spent", 3, "b.pdf", 5, 4, 4, "2  บาท"),
        (OTHER, "budget_spent", 1, "a.txt", 1, 23, 23, "ของโครงการอื่น"),
    )
    text = " ".join(mail(finding(), printed=printed).text.split())
    assert "สำเนาที่ 1 (a.txt หน้า 1 บรรทัด 23), สำเนาที่ 3 (b.pdf หน้า 5 บรรทัด 4) พิมพ์ “2 บาท”" in text
    assert "สำเนาที่ 2 (b.pdf หน้า 2 บรรทัด 4–5) พิมพ์ “3 บาท”" in text
    assert "ของโครงการอื่น" not in text


def test_a_conflict_is_told_copy_by_copy():
    made = coordinator_mail(full_facts(), NIGHT, FORM)
    assert "     • สำเนาที่ 2 (หน้า 1 บรรทัด 116–122) “…จับต้องเด็กได้ชั่ง ตวง…”\n" in made.text
    assert "     → ใช้ “…จับต้องได้ เด็กได้ชั่ง ตวง…”" in made.text
    assert made.text.count("116–122") == 1


def test_one_thing_in_many_reports_is_one_item_and_every_row_of_the_attachment():
    made = coordinator_mail(full_facts(), NIGHT, FORM)
    assert made.text.count("กำลังเร่ง") == 1
    assert sum("กำลังเร่ง" in row["รายละเอียด"].value for row in sheet_of(made)) == 12


def test_a_long_list_is_written_out_in_part_and_attached_whole():
    made = coordinator_mail(many_facts(), NIGHT, FORM)
    assert made.subject.startswith("แก้ 80 รายการ (ใหม่ 80)")
    for text in (made.text, Page(made.html).words):
        assert "และอีก 50 รายการในไฟล์แนบ" in text
    assert len(sheet_of(made)) == 120


def test_a_page_that_a_mail_program_would_cut_off_says_less():
    long = "• หน้า 1 บรรทัด 9: “" + "ข้อความยาว" * 60 + "”"
    rows = (finding(finding_id=f"{n:04}", message_th=f"เรื่อง {n}\n" + f"{long}\n" * 6 + "จบ") for n in range(60))
    made = mail(*rows)
    assert len(made.html.encode()) < 102_000
    assert len(sheet_of(made)) == 60
    assert len(made.told["findings"]) == 60


def test_the_text_part_fits_a_terminal_and_misses_nothing_that_the_page_writes_out():
    made = coordinator_mail(full_facts(), NIGHT, FORM)
    assert all(len(re.sub(r"[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]", "", line)) <= 76 for line in made.text.splitlines())
    words = re.sub(r"\s+", "", made.text)
    for line in Page(made.html).text.split("\n"):
        for part in re.split(r"[·—]|ดูที่|สิ่งที่ต้องทำ|^\d+\.", line):
            if re.search(r"บาท|บรรทัด|อ้างอิง|วัน \(|→", part):
                assert re.sub(r"\s+", "", part) in words


def test_late_and_silent_projects_are_one_line_each_the_most_pressing_first():
    text = " ".join(coordinator_mail(full_facts(), NIGHT, FORM).text.split())
    ended = "50390000-9003 ตลาดนัดปลอดโฟม สิ้นสุดแล้ว 59 วัน (วันที่ 30 ก.ย. 2569) ความก้าวหน้า 95.5 %"
    late = f"{OTHER} {NAMES[OTHER]} [ใหม่] เวลาผ่านไป 86 % แต่ความก้าวหน้า 40 % · ไม่มีรายงานใหม่ 63 วัน"
    assert text.index(ended) < text.index(late)


def test_a_finding_that_the_list_of_late_projects_tells_is_not_told_twice():
    late = frame(LATE, (CODE, "behind", 30, Decimal(40), Decimal(86), None))
    rule = {"rule": "progress_behind_time", "severity": "note", "message_th": "ใช้เวลาไปแล้วร้อยละ 86"}
    made = mail(finding(**rule), late=late)
    assert "ใช้เวลาไปแล้วร้อยละ 86" not in everything(made)
    assert made.told == {"night": "2026-11-28", "findings": ["00aa"], "late": [f"{CODE} behind"]}
    assert "ใช้เวลาไปแล้วร้อยละ 86" in mail(finding(**rule)).text


def test_what_is_told_as_late_is_neither_new_again_nor_resolved_with_the_finding_that_says_so():
    ended = frame(LATE, (CODE, "ended_unfinished", 4, Decimal(60), Decimal(100), None))
    known = {"late": ended, "told": told("old", late=(f"{CODE} ended_unfinished", f"{CODE} behind"))}
    found = finding(rule="ended_unfinished", severity="note")
    over = finding(finding_id="old", rule="progress_behind_time", severity="note", state="resolved", resolved_on=NIGHT)
    assert mail(found, over, **known) is None
    assert "แก้แล้ว" in mail(over, told=told("old")).subject


def test_what_changed_is_told_in_words_before_and_after():
    text = " ".join(coordinator_mail(full_facts(), NIGHT, FORM).text.split())
    assert "- งบประมาณที่ใช้ไป: 180,000 บาท → 240,000 บาท" in text
    assert "- รายงานครั้งที่ 6 (ใหม่): วันที่รายงาน 25 พ.ย. 2569 · ความก้าวหน้าของงาน 60 %" in text
    assert "- วันสิ้นสุดโครงการ: 30 ก.ย. 2569 → 30 ก.ย. 2568" in text


def test_several_changes_of_a_value_are_one_and_what_came_back_is_none():
    days = [NIGHT - timedelta(days=n) for n in (2, 1, 0)]
    rows = [(CODE, "budget_spent", None, str(n), str(n + 1), day) for n, day in enumerate(days, 1)]
    back = [(CODE, "end_date", None, a, b, d) for a, b, d in (("2026-09-30", "2026-09-29", days[0]), ("2026-09-29", "2026-09-30", days[1]))]  # fmt: skip
    text = mail(finding(), changes=frame(CHANGES, *rows, *back)).text
    assert "งบประมาณที่ใช้ไป: 1 บาท → 4 บาท" in text
    assert "วันสิ้นสุดโครงการ:" not in text


def test_forms_of_the_night_are_counted_and_nothing_is_said_when_none_came():
    counts = {"received": 3, "changed": 2, "unreadable": 0}
    assert "คืนนี้ได้รับ 3 โครงการ (เปลี่ยนแปลง 2)\n" in mail(finding(), counts=counts).text
    assert "คืนนี้มีไฟล์ที่อ่านไม่ได้ 1 ไฟล์\n" in mail(finding(), counts={"received": 0, "unreadable": 1}).text
    assert "คืนนี้" not in mail(finding(), counts={"received": 0}).text


# ---------------------------------------------------------------- what is new to whom


def test_what_a_reader_never_heard_of_is_new_whenever_it_was_found():
    row = finding(state="open", first_seen=NIGHT - timedelta(days=5), days_open=5)
    assert mail(row).subject.startswith("แก้ 1 รายการ (ใหม่ 1)")
    assert mail(row, told=told()).subject.startswith("แก้ 1 รายการ (ใหม่ 1)")
    assert mail(row, told=told("00aa")) is None


def test_a_reader_hears_what_is_resolved_only_of_what_they_were_told():
    assert mail(finding(state="resolved", resolved_on=NIGHT)) is None
    made = mail(finding(state="resolved", resolved_on=NIGHT), told=told("00aa"))
    assert "✓ 50390000-9001 สวนผักลอยฟ้าบนดาดฟ้าโรงเรียน: ใช้เกินงบประมาณที่ได้รับ" in made.text
    assert "28 พ.ย. 2569" in made.text
    assert made.told["findings"] == []


def test_what_is_no_longer_the_readers_is_counted_and_not_called_resolved():
    def about(moved, *rows):
        made = mail(*rows, told=told("00aa", "x", "y", "z"), moved=moved)
        assert "แก้แล้ว" not in made.subject
        return made.subject.split(" — ")[0], " ".join(made.text.split())

    known = finding(state="open", first_seen=NIGHT - timedelta(days=7))
    subject, text = about(2, known)
    assert subject == "แก้ 1 รายการ · ย้ายออก 2 · ไม่พบแล้ว 1"
    assert "2 รายการที่เคยแจ้งเป็นของโครงการที่ย้ายออกจากความดูแลของท่านแล้ว" in text
    assert "1 รายการที่เคยแจ้งไม่พบแล้ว" in text
    subject, text = about(None, known)
    assert subject == "แก้ 1 รายการ · พ้นรายการ 3"
    assert "3 รายการที่เคยแจ้งไม่อยู่ในรายการของท่านแล้ว" in text
    subject, text = about(3, known, finding(finding_id="new"))
    assert subject == "แก้ 2 รายการ (ใหม่ 1)"  # says why it comes without them
    assert "ย้ายออกจากความดูแล" in text


def test_who_has_lost_all_projects_hears_of_that_and_is_told_nothing_more():
    made = mail(names={}, told=told("00aa", late=(f"{CODE} silent",)), moved=1)
    assert made.subject.startswith("ไม่มีรายการต้องแก้ · ย้ายออก 1 — ")
    assert "ขณะนี้ไม่มีโครงการในความดูแลของท่าน" in made.text
    assert (made.told["findings"], made.told["late"]) == ([], [])


def test_there_is_no_mail_when_nothing_is_new_but_a_reminder_of_what_is_to_correct():
    row = finding(state="open", first_seen=NIGHT - timedelta(days=7))
    assert mail(row, told=told("00aa")) is None
    made = mail(row, told=told("00aa"), told_night=date(2026, 11, 21), is_reminder=True)
    assert made.is_reminder
    assert made.subject == "เตือน: แก้ 1 รายการ — รายงานความก้าวหน้าโครงการ 28 พ.ย. 2569"
    assert "ไม่มีเรื่องใหม่ตั้งแต่จดหมายครั้งก่อน (21 พ.ย. 2569)" in made.text
    assert "ค้างวันที่ 8" in made.text
    note = finding(state="open", severity="note")
    assert mail(note, told=told("00aa"), is_reminder=True) is None
    assert mail(is_reminder=True) is None


def test_a_mail_with_news_is_no_reminder():
    made = mail(finding(), is_reminder=True)
    assert not made.is_reminder
    assert "เตือน" not in made.subject + made.text


def test_a_newly_late_project_is_news_once():
    late = frame(LATE, (CODE, "silent", 63, None, None, date(2026, 9, 26)))
    made = mail(late=late)
    assert made.subject == "ไม่มีรายการต้องแก้ · ล่าช้า 1 (ใหม่ 1) — รายงานความก้าวหน้าโครงการ 28 พ.ย. 2569"
    assert made.told["late"] == [f"{CODE} silent"]
    for known in (f"{CODE} silent", CODE):  # a snapshot once kept the code alone
        assert mail(late=late, told=told(late=(known,))) is None
        reminder = mail(late=late, told=told(late=(known,)), is_reminder=True)
        assert reminder.subject == "เตือน: ล่าช้า 1 — รายงานความก้าวหน้าโครงการ 28 พ.ย. 2569"


@pytest.mark.parametrize(
    ("before", "now", "is_news"),
    [
        ("silent", "behind", True), ("behind", "ended_unfinished", True), ("ended_unfinished", "missing", True),
        ("missing", "ended_unfinished", False), ("behind", "silent", False),
    ],
)  # fmt: skip
def test_a_late_project_is_news_again_when_it_is_late_in_a_graver_way(before, now, is_news):
    late = frame(LATE, (CODE, now, 3, None, None, NIGHT - timedelta(days=3)))
    made = mail(late=late, told=told(late=(f"{CODE} {before}",)))
    assert (made is not None) is is_news
    assert is_news_late(late_keys(late), (f"{CODE} {before}",)) is is_news
    if is_news:
        assert "[ใหม่]" in made.text
        assert made.told["late"] == [f"{CODE} {now}"]


def test_a_project_that_is_missing_says_since_when_and_for_how_long():
    def text(days, since):
        return mail(late=frame(LATE, (CODE, "missing", days, None, None, since))).text

    assert "ไม่พบแบบในการส่งออกตั้งแต่ 26 พ.ย. 2569 (2 วัน)\n" in text(2, date(2026, 11, 26))
    assert "ไม่พบแบบในการส่งออกตั้งแต่ 28 พ.ย. 2569\n" in text(0, NIGHT)
    assert "ไม่พบแบบในการส่งออก\n" in text(None, None)


def test_what_is_muted_is_counted_apart_until_its_day_and_new_again_after_it():
    def muted(until):
        return frame(MUTED, ("00aa", until, "รอเอกสาร", "กองตัวอย่าง"))

    assert mail(finding(), muted=muted(NIGHT)) is None
    made = mail(finding(), finding(finding_id="2"), muted=muted(NIGHT))
    assert "พักไว้ตามที่รับทราบแล้ว 1 รายการ" in made.text
    assert made.told["findings"] == ["2"]
    assert [row["เหตุผล"].value for row in sheet_of(made, "พักไว้")] == ["รอเอกสาร"]
    lapsed = muted(NIGHT - timedelta(days=1))
    known = {"told": told("00aa"), "muted": lapsed}
    assert "[ควรตรวจ · ใหม่]" in mail(finding(), told_night=NIGHT - timedelta(days=7), **known).text
    assert mail(finding(), told_night=NIGHT, **known) is None


def test_the_snapshot_holds_all_that_is_unresolved_and_spoken_of():
    assert coordinator_mail(full_facts(), NIGHT, FORM).told == {
        "night": "2026-11-28",
        "findings": sorted(
            ["11aa22bb33cc44d1", "11aa22bb33cc44d2", "11aa22bb33cc44d3", "11aa22bb33cc44d4"]
            + [f"11aa22bb33cc55{n:02}" for n in range(1, 13)]
        ),
        "late": ["50390000-9002 behind", "50390000-9002 silent", "50390000-9003 ended_unfinished"],
    }


# ---------------------------------------------------------------- whose projects, and what never appears


def test_findings_of_other_projects_never_appear():
    other = finding(finding_id="zz", project_code="50390000-9999", message_th="ความลับของโครงการอื่น")
    late = frame(LATE, ("50390000-9999", "silent", 9, None, None, None))
    changes = frame(CHANGES, ("50390000-9999", "project_name", None, "ก", "ความลับ", NIGHT))
    assert mail(other, late=late, changes=changes) is None
    assert mail(finding(project_code=None, rule="file_rejected")) is None
    made = mail(finding(), other, late=late, changes=changes)
    assert "ความลับ" not in everything(made)
    assert "9999" not in everything(made)


def test_the_box_is_addressed_as_an_office_and_gets_what_has_no_project():
    made = mail(finding(project_code=None, rule="code_unreadable", severity="block", field=None), name=None)
    assert made.text.startswith("เรียน เจ้าหน้าที่ผู้ดูแลโครงการที่ไม่มีชื่อผู้ประสานงาน")
    assert "ไฟล์ที่ไม่รู้โครงการ" in made.text
    for rule in ("correction_unmatched", "source_shrank"):
        assert mail(finding(project_code=None, rule=rule), name=None) is None


def test_no_telephone_number_and_no_other_coordinator_appears_anywhere():
    made = mail(
        finding(message_th="ติดต่อ โทร.7037 หรือ 081-566-1151"),
        names={CODE: "โครงการ โทร. 0 2281 3965"},
        printed=frame(PRINTED, (CODE, "budget_spent", 1, "a.txt", 1, 2, 2, "02 245 4743")),
        changes=frame(
            CHANGES,
            (CODE, "coordinator.name", None, "สมมติ คนอื่น", "ทดสอบ ระบบงาน", NIGHT),
            (CODE, "responsible.phone", None, "7001", "7002", NIGHT),
            (CODE, "responsible", None, "นายก โทร.7001", "นายก โทร.7002", NIGHT),
        ),
        muted=frame(MUTED, ("x", NIGHT, "โทร. 6610", "ก")),
    )
    for secret in ("7037", "081-566-1151", "2281", "3965", "245 4743", "7001", "7002", "6610", "สมมติ คนอื่น"):
        assert secret not in everything(made)


def test_hostile_text_is_shown_and_does_nothing():
    made = mail(
        finding(message_th=f"{HOSTILE}\n• {HOSTILE}", uri=f"inbox/{HOSTILE}"),
        name=HOSTILE,
        names={CODE: HOSTILE},
        late=frame(LATE, (CODE, HOSTILE, 1, None, None, None)),
        changes=frame(CHANGES, (CODE, "project_name", None, HOSTILE[:30], None, NIGHT)),
        printed=frame(PRINTED, (CODE, "budget_spent", 1, HOSTILE, 1, 1, 1, HOSTILE)),
    )
    page = Page(made.html)
    assert not {"img", "script", "a", "form"} & set(page.tags)
    assert not [a for a in page.attributes if a[1].startswith("on") or a[1] in ("src", "href")]
    assert "<img src=x onerror=alert(1)>" in page.text
    assert "{{ 7*7 }}" in page.text
    for text in (made.subject, made.text, made.html):
        assert not re.search("[\x00-\x09\x0b-\x1f\u202a-\u202e]", text)
    assert "\nBcc:" not in made.text
    assert "\n" not in made.subject


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "＝1+1", '=HYPERLINK("http://x")'])
def test_nothing_in_the_attachment_is_a_formula(text):
    made = mail(
        finding(message_th=text),
        names={CODE: text},
        changes=frame(CHANGES, (CODE, "rationale", None, text, f"{text} แล้ว", NIGHT)),
        late=frame(LATE, (CODE, "silent", 9, Decimal("1.5"), None, NIGHT)),
    )
    row = sheet_of(made)[0]
    for header in ("ชื่อโครงการ", "รายละเอียด"):
        assert (row[header].value, row[header].data_type, row[header].quotePrefix) == (text, "s", True)
    assert (row["หน้า"].value, row["หน้า"].data_type) == (1, "n")
    change = sheet_of(made, "การเปลี่ยนแปลง")[0]
    assert (change["ก่อน"].data_type, change["ก่อน"].quotePrefix) == ("s", True)
    with zipfile.ZipFile(io.BytesIO(made.attachment_bytes)) as book:
        assert not [name for name in book.namelist() if b"<f>" in book.read(name)]


# ---------------------------------------------------------------- how it is made


def test_a_page_loads_nothing_and_is_ready_for_narrow_dark_and_old_programs():
    made = coordinator_mail(full_facts(), NIGHT, FORM)
    page = Page(made.html)
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(page.tags)
    assert "url(" not in made.html
    assert ("html", "lang", "th") in page.attributes
    assert ("meta", "content", "light dark") in page.attributes
    for said in ("prefers-color-scheme: dark", "<!--[if mso]>", "max-width:640px", 'name="viewport"'):
        assert said in made.html
    assert all(("role" in dict(attrs)) for attrs in tables(made.html))
    assert page.words.startswith("วันสิ้นสุดก่อนวันเริ่มต้น — ห้องสมุดริมคลองหลังเลิกเรียน: ")  # beside the subject in an inbox


def test_every_element_of_a_page_is_closed_where_it_belongs():
    for made in (coordinator_mail(full_facts(), NIGHT, FORM), coordinator_mail(many_facts(), NIGHT, FORM)):
        open_elements = []
        for closing, tag in re.findall(r"<(/?)(\w+)[^>]*>", re.sub(r"<!--.*?-->|<!DOCTYPE[^>]*>", "", made.html)):
            if closing:
                assert open_elements.pop() == tag
            elif tag not in ("meta", "br"):
                open_elements.append(tag)
        assert not open_elements


def tables(html):
    return [re.findall(r"(\w+)=\"([^\"]*)\"", tag) for tag in re.findall(r"<table ([^>]*)>", html)]


def test_every_colour_of_writing_can_be_read_on_its_ground():
    made = coordinator_mail(full_facts(), NIGHT, FORM).html
    inks = set(re.findall(r"[;\"]color:(#[0-9a-f]{6})", made)) - {"#ffffff", "#eef1f5"}
    assert len(inks) >= 6
    for ink in inks:
        assert min(contrast(ink, ground) for ground in ("#ffffff", "#f4f6f9")) >= 4.5, ink
    assert contrast("#ffffff", "#0b57d0") >= 4.5
    dark = re.search(r"dark\) \{(.*?)</style>", made, re.DOTALL)[1]
    for ink in re.findall(r"\{ color: (#[0-9a-f]{6})", dark):
        assert min(contrast(ink, ground) for ground in ("#1c222b", "#262e39")) >= 4.5, ink


def contrast(one, other):
    def light(colour):
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        red, green, blue = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, bright = sorted((light(one), light(other)))
    return (bright + 0.05) / (dark + 0.05)


def test_the_attachment_has_everything_that_the_mail_counts():
    made = coordinator_mail(full_facts(), NIGHT, FORM)
    book = load_workbook(io.BytesIO(made.attachment_bytes))
    assert {sheet.title: sheet.max_row - 1 for sheet in book} == {
        "ข้อสังเกต": 16, "ล่าช้า": 3, "การเปลี่ยนแปลง": 4, "แก้ไขแล้ว": 1, "พักไว้": 1,
    }  # fmt: skip


def test_the_same_facts_in_any_order_give_the_same_mail_to_the_byte():
    ordered = full_facts()
    frames = {n: v for n, v in vars(ordered).items() if isinstance(v, pd.DataFrame)}
    turned = replace(ordered, **{name: rows.iloc[::-1] for name, rows in frames.items()})
    assert coordinator_mail(turned, NIGHT, FORM) == coordinator_mail(ordered, NIGHT, FORM)


def test_a_whole_mail_is_as_it_was_looked_at(golden):
    made = coordinator_mail(full_facts(), NIGHT, FORM)
    lines = {"text": made.text.splitlines(), "html": made.html.splitlines()}
    golden("mails/coordinator", {"subject": made.subject, "told": made.told, **lines})


def test_facts_without_rows_are_no_mail():
    assert mail() is None
    assert coordinator_mail(facts(findings=findings()), NIGHT, FORM) is None


def lacking_budget(number):
    codes = {f"50390000-{9100 + n}": f"โครงการที่ {n}" for n in range(1, number + 1)}
    rows = [
        finding(
            finding_id=f"{n:04}", project_code=code, rule="budget_received_missing", field="budget_received",
            message_th="ไม่พบจำนวนเงินงบประมาณที่ได้รับ", uri=f"inbox/{n}.txt",
        )
        for n, code in enumerate(codes, 1)
    ]  # fmt: skip
    return codes, rows


def test_one_thing_in_many_projects_names_how_many_and_where_the_first_are():
    codes, rows = lacking_budget(40)
    made = mail(*rows, names=codes)
    assert made.subject.startswith("แก้ 40 รายการ (1 เรื่อง, ใหม่ 40)")
    for text in (" ".join(made.text.split()), Page(made.html).words):
        assert "สิ่งที่ต้องแก้หรือตรวจสอบ (40 รายการ ใน 1 เรื่อง)" in text
        assert "40 แห่งใน 40 โครงการ เช่น • 50390000-9101 โครงการที่ 1 (1.txt หน้า 1 บรรทัด 23)" in text
        assert "0001, 0002, 0003 และอีก 37" in text
    assert "50390000-9104" not in made.text
    assert len(sheet_of(made)) == 40


def test_of_a_few_projects_with_the_same_all_are_named():
    codes, rows = lacking_budget(15)
    over = [{**row, "state": "resolved", "resolved_on": NIGHT} for row in rows[:6]]
    made = mail(*over, *rows[6:], names=codes, told=told(*(row["finding_id"] for row in rows)))
    assert made.subject.startswith("แก้ 9 รายการ (1 เรื่อง) · แก้แล้ว 6")
    for text in (" ".join(made.text.split()), Page(made.html).words):
        assert f"9 แห่งใน 9 โครงการ ได้แก่ {', '.join(list(codes)[6:])} เช่น" in text
        assert f"✓ 6 โครงการ: ไม่มีงบประมาณที่ได้รับ — 6 รายการ (28 พ.ย. 2569) ได้แก่ {', '.join(list(codes)[:6])}" in text


def test_what_is_told_with_an_item_of_another_section_is_counted_where_it_belongs():
    line = "• หลักการ: สำเนาที่ 1 “ก” / สำเนาที่ 2 “ข”"
    contested = finding(rule="contested_value", message_th=f"ตัดสินไม่ได้\n{line}")
    conflicts = finding(finding_id="2", rule="copies_conflict", severity="note", message_th=f"ไม่ตรงกัน 1 แห่ง\n{line}")
    made = mail(contested, conflicts)
    assert made.subject.startswith("แก้ 1 รายการ (ใหม่ 1) — ")
    for text in (made.text, Page(made.html).words):
        assert "เพื่อทราบ (1 รายการ)" in text
        assert "1 รายการแจ้งไว้กับรายการในหัวข้ออื่นแล้ว" in text
    assert len(sheet_of(made)) == 2


def test_the_items_of_a_project_stand_together_the_project_with_the_oldest_first():
    def row(finding_id, code, days):
        at = {"state": "open", "first_seen": NIGHT - timedelta(days=days)}
        return finding(finding_id=finding_id, project_code=code, message_th=f"เรื่อง {finding_id}", **at)

    made = mail(row("1", CODE, 2), row("2", OTHER, 3), row("3", CODE, 9), told=told("1", "2", "3"), is_reminder=True)
    assert re.findall(r"^ +เรื่อง (\d)", made.text, re.MULTILINE) == ["3", "1", "2"]
    assert [row["รหัสอ้างอิง"].value for row in sheet_of(made)] == ["3", "1", "2"]
    assert made.text.count(CODE) == 1


def test_a_change_in_many_reports_is_told_once_and_attached_one_by_one():
    rows = [(CODE, f"reports[{n}].plan_status", n, "ช้ากว่าแผน", "เป็นไปตามแผน", NIGHT) for n in range(1, 5)]
    other = (CODE, "reports[5].plan_status", 5, "ช้ากว่าแผน", "เร็วกว่าแผน", NIGHT)
    made = mail(finding(), changes=frame(CHANGES, *rows, other))
    assert "- สถานะเทียบกับแผน ของรายงานครั้งที่ 1, 2, 3, 4: ช้ากว่าแผน → เป็นไปตามแผน\n" in made.text
    assert "เปลี่ยนแปลงตั้งแต่จดหมายครั้งก่อน (5 รายการ ใน 2 เรื่อง)" in made.text
    assert len(sheet_of(made, "การเปลี่ยนแปลง")) == 5


def test_a_value_that_cannot_be_read_any_more_is_not_said_to_be_missing():
    unreadable = finding(rule="value_not_well_formed", field="budget_received", message_th="พิมพ์ว่า “ห้าแสน”")
    lost = frame(CHANGES, (CODE, "budget_received", None, "651500.00", None, NIGHT))
    assert "งบประมาณที่ได้รับ: 651,500 บาท → อ่านไม่ได้\n" in mail(unreadable, changes=lost).text
    assert "งบประมาณที่ได้รับ: 651,500 บาท → ไม่มี\n" in mail(finding(), changes=lost).text
    found = frame(CHANGES, (CODE, "budget_received", None, None, "651500.00", NIGHT))
    over = {**unreadable, "state": "resolved", "resolved_on": NIGHT}
    assert "งบประมาณที่ได้รับ: อ่านไม่ได้ → 651,500 บาท\n" in mail(over, changes=found, told=told("00aa")).text


def test_the_box_without_projects_says_of_what_it_speaks():
    made = mail(finding(project_code=None, rule="file_rejected", field=None), name=None, names={})
    assert "ไฟล์และแบบที่ยังไม่รู้ว่าเป็นของโครงการใด" in made.text
    assert "0 โครงการ" not in made.text
