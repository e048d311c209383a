"""The same form printed oddly gives the same record, with every line accounted for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.transform.odd_prints import ODD_PRINTS, TEXT, Print
from tests.transform.reading import TITLE, documents, only, read_text, unread


def facts(found: dict[str, Any]) -> dict[str, Any]:
    """The documents without the lines of people as printed."""
    return {
        code: {
            name: {k: v for k, v in x.items() if k != "raw"} if isinstance(x, dict) else x for name, x in each.items()
        }
        for code, each in found.items()
    }


@pytest.mark.parametrize("printed", ODD_PRINTS.values(), ids=ODD_PRINTS.keys())
def test_an_odd_print_says_the_same(printed: Print) -> None:
    text = printed(TEXT)
    assert text != TEXT
    file = read_text(text)
    assert [u.text for u in file.outcome.unread] == []
    assert file.outcome.lines.total == len(text.split("\n"))
    assert [(r.field, r.problem) for c in file.copies for r in c.readings if r.problem] == []
    assert facts(documents(file)) == facts(documents(read_text(TEXT)))


def test_a_number_alone_in_running_text_is_named_and_no_word_of_it() -> None:
    text = TEXT.replace("- เพื่อลดค่าไฟ", "\n2\n\n- เพื่อลดค่าไฟ")
    assert unread(text) == ["2"]
    assert only(text)["objectives"] == only(TEXT)["objectives"]


def test_a_sentence_that_begins_like_a_row_is_a_sentence() -> None:
    text = TEXT.replace("23/10/2562 : ลงพื้นที่", "23/10/2562 :\nรายงานครั้งที่ 9 ลงพื้นที่")
    assert [r["seq"] for r in only(text)["reports"]] == [1, 2, 3, 4, 5]
    assert only(text)["reports"][0]["status_text"].startswith("รายงานครั้งที่ 9 ลงพื้นที่")
    assert only(text)["reports"][0]["progress_pct"] == 20


@pytest.mark.parametrize(
    ("there", "here", "field"),
    [
        ("มิติที่ 1 ร้อยละ", "มิติที่ 1 ผู้ประสานงาน : ร้อยละ", "coordinator"),
        ("กิจกรรม : ติดตั้ง", "กิจกรรม : อบรม ประเด็นยุทธศาสตร์ : ติดตั้ง", "strategy"),
    ],
)
def test_another_sections_label_inside_a_value_is_text(there: str, here: str, field: str) -> None:
    found, plain = only(TEXT.replace(there, here)), only(TEXT)
    if field == "strategy":
        assert found["project_name"].startswith("อบรม ประเด็นยุทธศาสตร์")
    assert found["strategy"]["issue_no"] == plain["strategy"]["issue_no"]
    assert found["coordinator"] == plain["coordinator"]


def test_the_english_half_of_a_name_goes_over_lines() -> None:
    strategy = only(TEXT.replace("ด้านที่ ๑ ? มหานครปลอดภัย", "ด้านที่ ๑ ?\nมหานครปลอดภัย : Safe\nCity"))["strategy"]
    assert (strategy["issue_name"], strategy["issue_name_en"]) == ("มหานครปลอดภัย", "Safe City")


def test_a_fraction_at_the_end_of_a_sentence_is_no_page_number() -> None:
    assert only(TEXT.replace("ออกซ่อม", "ออกซ่อม\n5/2563"))["rationale"].endswith("5/2563")


def test_a_bold_line_among_marked_items_is_a_heading_nobody_knows() -> None:
    text = TEXT.replace("**1.5", "**ประโยชน์ที่คาดว่าจะได้รับ**\n\nชุมชนปลอดภัย\n\n**1.5")
    assert unread(text) == ["**ประโยชน์ที่คาดว่าจะได้รับ**", "ชุมชนปลอดภัย"]
    assert only(text)["objectives"] == only(TEXT)["objectives"]


def test_text_below_a_page_break_is_no_part_of_a_whole_status() -> None:
    text = f"{TEXT}\n{TITLE}\n\nหมายเหตุ ข้อมูลจากระบบติดตาม\n"
    assert unread(text) == ["หมายเหตุ ข้อมูลจากระบบติดตาม"]
    assert only(text)["reports"] == only(TEXT)["reports"]


def test_an_unknown_label_below_a_long_value_is_named() -> None:
    long = "๑.๒.๒ ตรอกซอยและทางเดินเท้ามีแสงสว่างเพียงพอตลอดคืนและประชาชนเดินทางกลับบ้านได้อย่างปลอดภัยทุกคืน"
    text = TEXT.replace("๑.๒.๒ ตรอกซอยและทางเดินเท้ามีแสงสว่างเพียงพอตลอดคืน", f"{long}\nสถานะโครงการ : แล้วเสร็จ")
    assert unread(text) == ["สถานะโครงการ : แล้วเสร็จ"]
    assert only(text)["strategy"]["goal_text"] == long.removeprefix("๑.๒.๒ ")


def test_rows_whose_line_end_was_lost_are_two_rows() -> None:
    text = TEXT.replace("เป็นไปตามเป้าหมาย\nรายงานครั้งที่ 4", "เป็นไปตามเป้าหมายรายงานครั้งที่ 4")
    assert text != TEXT
    assert only(text)["reports"] == only(TEXT)["reports"]


@pytest.mark.parametrize(
    ("there", "here", "field"),
    [
        ("21/1/2563", "21/1/25\ufffd3", "reports[4].date"),
        ("๑.๒.๒ ", "๑.๒.\ufffd ", "strategy.goal_no"),
        ("9,568 บาท", "9,5\ufffd8 บาท", "reports[1].disbursed_baht"),
    ],
)
def test_no_number_code_or_date_is_read_across_a_lost_character(there: str, here: str, field: str) -> None:
    file = read_text(TEXT.replace(there, here))
    (copy,) = file.copies
    (reading,) = [r for r in copy.readings if r.field == field]
    assert reading.value is None
    assert reading.problem is not None


@pytest.mark.parametrize(
    ("there", "here"),
    [
        ("สิ้นสุดโครงการ", "สิ)นสุดโครงการ"), ("รายงานครั้งที่", "รายงานครังที่"), ("งบประมาณที่ได้รับ", "งบประมาณที\ufffdได้รับ"),
        ("รายงานครั้งที่", "รายงานคร\ufffdงที\ufffd"), ("งบประมาณที่ใช้ไป", "งบประมาณท\ufffd\ufffdใช้ไป"), ("ผู้รับผิดชอบ", "ผ\ufffd\ufffdรับผิดชอบ"),
        ("งบประมาณที่เบิกใช้", "งบประมาณที\ufffdเบิกใช้"), ("ประเด็นยุทธศาสตร์", "ประเด\ufffdนยุทธศาสตร\ufffd"),
        ("หลักการและเหตุผล", "หล\ufffdกการและเหต\ufffdผล"), ("ตัวชี้วัด", "ต\ufffdวชี\ufffdวัด"),
    ],
)  # fmt: skip
def test_a_label_that_lost_letters_is_the_only_one_that_fits(there: str, here: str) -> None:
    assert there in TEXT
    file = read_text(TEXT.replace(there, here))
    assert only(TEXT.replace(there, here)) == only(TEXT)
    assert file.outcome.unread == ()


def test_a_report_number_beside_a_lost_character_is_none() -> None:
    (copy,) = read_text(TEXT.replace("รายงานครั้งที่ 4", "รายงานครั้งที่ 4\ufffd")).copies
    assert [r.value for r in copy.readings if r.field == "reports[4].seq"] in ([None], [])


def test_a_text_keeps_the_marks_of_its_lost_letters_and_is_not_sound() -> None:
    (copy,) = read_text(TEXT.replace("ปุณณวิช", "ปุณ\ufffdวิช")).copies
    (reading,) = [r for r in copy.readings if r.field == "responsible.name"]
    assert (reading.value or "").startswith("ปุณ\ufffdวิช")
    assert "lost" in (reading.problem or "")


def test_a_copy_that_ends_inside_the_last_heading_is_cut() -> None:
    text = TEXT[: TEXT.index("โครงการและการใช้จ่ายงบประมาณ**")]
    assert [c.is_truncated for c in read_text(text).copies] == [True]


@pytest.mark.parametrize("status", ["ยังไม่ดำเนิ", "ต่ำกว่าเป", "สูงก"])
def test_a_copy_that_ends_inside_a_status_is_cut(status: str) -> None:
    text = TEXT.rstrip().removesuffix("เป็นไปตามเป้าหมาย") + status
    (copy,) = read_text(text).copies
    assert copy.is_truncated
    assert [r.value for r in copy.readings if r.field == "reports[5].target_status"] == [None]


def test_a_status_that_may_go_on_behind_its_colon_is_no_reading() -> None:
    text = TEXT[: TEXT.index("ส่งแบบให้สำนัก")] + "ประชุม :"
    (copy,) = read_text(text).copies
    assert [(r.value, r.is_cut) for r in copy.readings if r.field == "reports[2].status_text"] == [(None, True)]


@pytest.mark.fault(55)
@pytest.mark.parametrize(
    "heading", ["1.7 ปัญหาและอุปสรรค", "3. ปัญหาและอุปสรรค", "**(1.7) ปัญหาและอุปสรรค**", "**3.) ปัญหา**"]
)
@pytest.mark.parametrize("below", ["1.3", "1.4", "1.5", "1.6"])
def test_a_section_the_form_does_not_have_is_named(heading: str, below: str) -> None:
    plain = TEXT if "*" in heading else TEXT.replace("**", "")
    after = plain.index("**" * ("*" in heading) + {"1.3": "1.4", "1.4": "1.5", "1.5": "1.6", "1.6": "2."}[below])
    text = f"{plain[:after]}{heading}\n\nฝนตกหลายวัน\n\n{plain[after:]}"
    assert unread(text) == [heading, "ฝนตกหลายวัน"]
    assert {**only(text), "unread_lines": []} == {**only(plain), "unread_lines": []}


@pytest.mark.parametrize(
    ("there", "here"),
    [
        ("ความก้าวหน้าของงานฯ", "คความก้าวหน้าของงานฯ"),
        ("ความก้าวหน้าของงานฯ", "ความก้าวหน้าขอองงานฯ"),
        ("งบประมาณที่เบิกใช้", "งบประมาณที่เบิกใใช้"),
        ("**1.5 เป้าหมายของโครงการ..**", "**1.5 เป้าหมายของโครงการร**"),
        ("**1.4 วัตถุประสงค์ของโครงการ**", "**วัตถุประสสงค์ของโครงการ**"),
        ("ระยะ 20 ปี (ยุทธ", "ระยะะ 20 ปี\n(ยุทธ"),
        ("ผู้ประสานงาน สยป : ", "ผู้ประคานงาน สยป\t"),
        ("งบประมาณที่ใช้ไป : ", "งบประมาณที่ไช้ไป..... "),
    ],
)
def test_a_letter_too_many_or_wrong_in_a_label_or_heading_changes_nothing(there: str, here: str) -> None:
    text = TEXT.replace(there, here)
    assert text != TEXT
    assert unread(text) == []
    assert only(text) == only(TEXT)


def test_a_wrapped_part_of_a_path_has_its_own_place() -> None:
    text = TEXT.replace("ฝ่ายโยธา / ฝ่ายโยธา", "ฝ่าย\nโยธา / ฝ่ายโยธา")
    (copy,) = read_text(text).copies
    places = {r.field: r.evidence for r in copy.readings if r.field.startswith("agency_path")}
    assert (places["agency_path[2]"].raw, places["agency_path[3]"].raw) == ("ฝ่าย\nโยธา", "ฝ่ายโยธา")
    assert places["agency_path[3]"].line_first == places["agency_path[2]"].line_last


def test_a_short_status_that_other_rows_print_too_is_not_cut() -> None:
    text = TEXT.replace("เป็นไปตามเป้าหมาย", "เป็นไปตามเป้า")
    (copy,) = read_text(text).copies
    assert not copy.is_truncated
    assert only(text)["reports"][4]["target_status"] == "เป็นไปตามเป้า"


def test_a_number_that_may_be_an_amount_or_a_page_is_neither_and_is_named() -> None:
    text = TEXT.replace("ใช้ไป : 95,675 บาท", f"ใช้ไป :\n\n2\n\n{TITLE}")
    assert unread(text) == ["2"]
    assert only(text)["budget_spent"] is None


@pytest.mark.parametrize("above", ["โทร.4443", "ฝ่ายโยธา / ฝ่ายโยธา", "เป็นไปตามเป้าหมาย"])
def test_a_list_mark_at_the_end_of_a_cut_copy_is_no_part_of_the_value_above(above: str) -> None:
    end = TEXT.index(above) + len(above)
    read = [
        [(r.field, r.evidence.raw) for r in read_text(TEXT[:end] + tail).copies[0].readings if r.field != "reports"]
        for tail in ("\n", "\n-")
    ]
    assert read[0] == read[1]
