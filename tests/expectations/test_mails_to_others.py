"""The summary for the head of the department, and the mail to the operator."""

import io
from dataclasses import replace

import pandas as pd
import pytest
from openpyxl import load_workbook

from expectations.head_mail import head_mail
from expectations.mail_facts import AGENCIES
from expectations.operator_mail import operator_mail
from tests.expectations.mails import FORM, HOSTILE, NIGHT, Page, frame, head_facts


def agency(name, projects=10, check=0, **changes):
    row = {"agency_name": name, "projects": projects, "open_check": check, **changes}
    return tuple(row.get(column, None if column in ("oldest_days", "open_before") else 0) for column in AGENCIES)


def head(*agencies, **changes):
    return head_mail(head_facts(agencies=frame(AGENCIES, *agencies), **changes), NIGHT, FORM)


# ---------------------------------------------------------------- the head


def test_the_head_sees_the_agency_with_most_to_correct_for_each_project_first():
    made = head(agency("ใหญ่", 100, 20), agency("เล็ก", 4, 3), agency("ว่าง", 9, 0), agency("เท่ากัน", 8, 6, oldest_days=9))
    assert [line.split(" — ")[0] for line in made.text.splitlines() if " ต่อโครงการ" in line] == [
        "1. เท่ากัน", "2. เล็ก", "3. ใหญ่",
    ]  # fmt: skip
    assert "✓ อีก 1 หน่วยงานไม่มีรายการใด" in made.text
    assert "0.75 ต่อโครงการ" in made.text


def test_the_head_sees_which_way_it_goes_against_seven_days_ago():
    made = head(agency("ก", check=5, open_before=3), agency("ข", check=2, open_before=8))
    assert made.subject == (
        "ค้างแก้ 7 รายการ (↓4) · ล่าช้าหรือเงียบ 9 โครงการ — สรุปคุณภาพรายงานความก้าวหน้า 28 พ.ย. 2569"
    )  # fmt: skip
    assert "ก — 0.50 ต่อโครงการ (↑2)" in made.text
    assert "(↓4)" not in head(agency("ก", check=5), agency("ข", check=2, open_before=8)).subject


def test_the_summary_has_agencies_trend_rules_dimensions_and_notes():
    made = head_mail(head_facts(), NIGHT, FORM)
    for text in (made.text, Page(made.html).words):
        for said in (
            "สำนักงานเขตบางสมมติ", "ค้างนานสุดวันที่ 35", "รายการค้าง 14 คืนล่าสุด", "งบประมาณที่ใช้ไปไม่ตรงกับรายงาน",
            "ความสอดคล้อง", "แหล่งข้อมูล inbox มีไฟล์น้อยลงผิดปกติ",
        ):  # fmt: skip
            assert said in text
    book = load_workbook(io.BytesIO(made.attachment_bytes))
    assert {sheet.title: sheet.max_row - 1 for sheet in book} == {
        "หน่วยงาน": 4, "แนวโน้ม": 14, "กฎ": 3, "มิติคุณภาพ": 4, "หมายเหตุของคืน": 2,
    }  # fmt: skip


def test_many_agencies_are_written_out_in_part_and_attached_whole():
    made = head(*(agency(f"หน่วยงาน {n:02}", check=n) for n in range(1, 78)))
    assert "และอีก 62 หน่วยงานในไฟล์แนบ" in made.text
    assert "และอีก 62 หน่วยงานในไฟล์แนบ" in Page(made.html).words
    assert len(made.html.encode()) < 102_000


def test_there_is_no_summary_when_nothing_changed_since_the_last():
    rows = (agency("ก", check=5, oldest_days=3), agency("ข", check=2))
    first = head(*rows)
    assert head(*rows, told=first.told) is None
    older = (agency("ก", check=5, oldest_days=4), agency("ข", check=2))
    assert head(*older, told=first.told) is None
    assert head(agency("ก", check=6), agency("ข", check=2), told=first.told) is not None
    assert head(agency("ก", check=5, new=1, resolved=1), agency("ข", check=2), told=first.told) is not None


def test_a_note_that_was_not_told_is_news_and_one_that_is_gone_is_none():
    def noted(*notes, **changes):
        return head(agency("ก", check=5), notes=notes, **changes)

    first = noted("อ่านไฟล์ไม่ได้ 1 ไฟล์", "ติดต่อ โทร. 7037")
    for notes in ((), ("อ่านไฟล์ไม่ได้ 1 ไฟล์",), ("ติดต่อ โทร. 7037",)):
        assert noted(*notes, told=first.told) is None
    assert noted("อ่านไฟล์ไม่ได้ 9 ไฟล์", told=first.told) is not None
    assert "7037" not in str(first.told)


def test_agencies_in_which_nobody_has_to_act_take_no_place_in_the_list():
    made = head(
        agency("ก", check=5), agency("ข", open_note=8), agency("ค", open_note=1), agency("ง"), agency("จ", silent=1),
        agency("ฉ", resolved=4, open_note=1),
    )  # fmt: skip
    assert [line.split(" — ")[0] for line in made.text.splitlines() if " ต่อโครงการ" in line] == ["1. ก", "2. จ"]
    for text in (made.text, Page(made.html).words):
        for said in ("✓ แก้ครบแล้ว: ฉ (แก้แล้ว 4)", "✓ อีก 2 หน่วยงานมีเฉพาะเรื่องเพื่อทราบ", "✓ อีก 1 หน่วยงานไม่มีรายการใด"):
            assert said in text


def test_a_project_that_is_late_and_silent_is_counted_once_and_the_words_are_explained():
    rows = (agency("ก", check=1, late=5, silent=6),)
    made = head(*rows, late_projects=6)
    assert "ล่าช้าหรือเงียบ 6 โครงการ" in made.subject
    for text in (" ".join(made.text.split()), Page(made.html).words):
        assert "ล่าช้าหรือเงียบ 6 โครงการ (ล่าช้า 5 · เงียบ 6)" in text
        assert "เงียบ: ไม่มีรายงานใหม่เกินหนึ่งเดือน" in text
    assert "ล่าช้า 5 โครงการ" in head(*rows, late_projects=None).subject


def test_the_same_facts_in_any_order_give_the_same_summary_to_the_byte():
    ordered = head_facts()
    frames = {n: v for n, v in vars(ordered).items() if isinstance(v, pd.DataFrame)}
    turned = replace(ordered, **{name: rows.iloc[::-1] for name, rows in frames.items()})
    assert head_mail(turned, NIGHT, FORM) == head_mail(ordered, NIGHT, FORM)


@pytest.mark.fault(46)
def test_hostile_text_in_a_summary_is_only_text():
    made = head(agency(HOSTILE, check=1), agency("=1+1", check=2), notes=(HOSTILE, "โทร. 7037"))
    page = Page(made.html)
    assert "img" not in page.tags
    assert "7037" not in made.text + made.html
    assert "\u202e" not in made.text + made.html
    cell = load_workbook(io.BytesIO(made.attachment_bytes))["หน่วยงาน"]["B2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=1+1", "s", True)


def test_a_whole_summary_is_as_it_was_looked_at(golden):
    made = head_mail(head_facts(), NIGHT, FORM)
    golden("mails/head", {"subject": made.subject, "told": made.told, "text": made.text.splitlines()})


# ---------------------------------------------------------------- the operator


def test_the_operator_learns_where_it_failed_what_blocks_what_stands_and_what_to_do():
    made = operator_mail(
        NIGHT,
        stage="validate",
        error="<b>ล้ม\r\nเหลว</b>",
        blocking=["dim_project.rows: ExpectTableRowCountToBeBetween failed for 1 of 1 rows"],
        run_id="r1",
    )
    assert made.subject == "kaona: การทำงานคืน 28 พ.ย. 2569 ไม่สำเร็จ (ขั้น validate)"
    for text in (" ".join(made.text.split()), Page(made.html).words):
        for said in (
            "<b>ล้ม เหลว</b>", "dim_project.rows ไม่ผ่านการตรวจ 1 จาก 1 แถว", "ไม่มีการเผยแพร่ข้อมูลใหม่", "ตรวจคุณภาพข้อมูล (validate)", "Data Docs", "r1",
        ):  # fmt: skip
            assert said in text
    assert "b" not in Page(made.html).tags
    assert (made.attachment_bytes, made.told) == (None, None)


def test_a_stage_after_publishing_says_that_the_facts_are_published():
    assert "ข้อมูลของคืนนี้เผยแพร่แล้ว" in operator_mail(NIGHT, stage="mail", error="x").text
    assert "ไม่มีการเผยแพร่ข้อมูลใหม่" in operator_mail(NIGHT, stage="build tables", error="x").text
    assert "สร้างตาราง (build tables)" in operator_mail(NIGHT, stage="build tables", error="x").text


@pytest.mark.parametrize(
    ("error", "secret"),
    [
        ("sftp://kaona:s3cret@host/in: refused", "s3cret"),
        ("login failed for clerk@office.invalid", "clerk"),
        ("https://host/x?token=abc123&y=1", "abc123"),
        ("{'password': 'hunter2'}", "hunter2"),
        ("ติดต่อ โทร. 7037", "7037"),
        ("Authorization: Bearer abcdef123456", "abcdef123456"),
    ],
)
def test_the_operators_mail_hides_secrets_addresses_and_telephones(error, secret):
    made = operator_mail(NIGHT, stage="pull", error=error, blocking=[error])
    assert secret not in made.text + made.html + made.subject


def test_a_long_error_and_many_sentences_are_told_in_part():
    made = operator_mail(NIGHT, stage="load", error="ย" * 5000, blocking=[f"ข้อ {n}" for n in range(40)])
    assert len(made.text) < 2500
    assert "และอีก 28 ข้อ" in made.text
