"""Where copies and sections begin: titles and page numbers anywhere, headings in every wording, lost and unknown ones."""

from __future__ import annotations

import re
from itertools import permutations

import pytest

from data.samples.generator.dump import STYLE_2, Copy, copy_text
from data.samples.generator.printed import THAI_DIGITS
from tests.transform.reading import (
    OTHER,
    PROJECT,
    THIRD,
    TITLE,
    assert_reads,
    differences,
    document,
    documents,
    only,
    pages,
    printed,
    read_document,
    read_text,
    unread,
)  # fmt: skip
from transform.copies import split
from transform.form import load_form

FORM = load_form()
HEADING_2 = "**2. รายงานความก้าวหน้าของโครงการและการใช้จ่ายงบประมาณ{}**"
MARKS = (
    TITLE,
    "แบบแสดงรายงานความก้าวหน้าและข้อมูลเกี่ยวกับโครงการ",
    "** แบบแสดงรายงานความก้าวหน้าและ\nข้อมูลเกี่ยวกับโครงการ **",
    "แบบแสดงรายงานความก้าวหนาและข้อมลเกี่ยวกบโครงการ",
    f"3\n{TITLE}",
    f"{TITLE}\n\n๓",
    f"{TITLE} หน้า 3/12",
    "หน้า 3/12",
    "- 4 -",
    "Page 2 of 5",
    "หน้าที่ ๓ จาก ๑๒",
)


def sections(text: str) -> list[list[str | None]]:
    """Ids of the sections of each copy."""
    return [[b.section.id if b.section else None for b in c.blocks] for c in split(document(text), FORM).copies]


@pytest.mark.parametrize("style", [1, 2])
@pytest.mark.parametrize("mark", MARKS)
def test_titles_and_page_numbers_change_nothing_wherever_they_fall(mark: str, style: int) -> None:
    lines = printed(style).split("\n")
    for n in range(1, len(lines)):
        if lines[n - 1].strip() or lines[n].strip():
            assert_reads("\n".join([*lines[:n], "", mark, "", *lines[n:]]))


@pytest.mark.parametrize("style", [1, 2])
def test_a_title_or_page_number_in_one_line_with_a_value_is_no_part_of_it(style: int) -> None:
    text = printed(style)
    for value in ("ปีงบประมาณ พ.ศ. : 2563", "ของงานฯ = 20.00", "(ครั้งที่ 1) = 9,568 บาท", "23/10/2562 : ลงพื้นที่", "โทร.1935"):
        assert value in text
        assert_reads(text.replace(value, f"{value} {TITLE} ", 1))
    assert_reads(text.replace("ปีงบประมาณ พ.ศ. : ", f"{TITLE} ปีงบประมาณ พ.ศ. : "))
    assert_reads(text.replace("ปีงบประมาณ พ.ศ. : 2563", "ปีงบประมาณ พ.ศ. : 2563 หน้า 3/12"))


def test_a_number_alone_after_a_label_is_a_value_even_beside_a_title() -> None:
    text = printed(1).replace("งบประมาณที่ใช้ไป : 95,675 บาท", f"งบประมาณที่ใช้ไป :\n\n0\n\n{TITLE}")
    assert only(text)["budget_spent"] == 0


@pytest.mark.parametrize("style", [1, 2])
@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.replace("*", "").replace("\\", ""),
        lambda t: re.sub(r"\*\*[\d.]+ ", "**", t),
        lambda t: re.sub(r"\*\*[\d.]+ ", "", t).replace("*", ""),
        lambda t: re.sub(r"\*\*([\d.]+) ", lambda m: f"**{m[1].translate(THAI_DIGITS)} ", t),
        lambda t: re.sub(r"\*\*([\d.]+) ", lambda m: f"**({m[1]}) ", t),
        lambda t: re.sub(r"(?m)^\*\*(\d.*)\*\*$", r"**\1 :**", t),
        lambda t: re.sub(r"(?m)^\*\*(\d.*)\*\*$", r"## \1", t),
        lambda t: t.replace("กลยุทธ์ตามแผนฯ /ตัวชี้วัด)**", "กลยุทธ์ตามแผนฯ\n/ตัวชี้วัด)**"),
        lambda t: t.replace("โครงการและการใช้จ่ายงบประมาณ", "โครงการและ\nการใช้จ่ายงบประมาณ"),
    ],
    ids=["bare", "no number", "no number, bare", "Thai digits", "parentheses", "colon", "other markdown", "two lines", "2 on two lines"],
)  # fmt: skip
def test_headings_are_recognised_however_they_are_dressed(change, style: int) -> None:
    assert_reads(change(printed(style)))


@pytest.mark.parametrize(
    "heading",
    ["หลักการและเหตุผล**", "วัตถุประสงค์ของโครงการ**", "เป้าหมายของโครงการ..", "หน่วยงานที่รับผิดชอบ**", "สนับสนุนแผนพัฒนา",
     "รายงานความก้าวหน้าของโครงการ", "ชื่อโครงการและหน่วยงาน", "รหัสโครงการและชื่อ"],
)  # fmt: skip
def test_a_heading_with_a_damaged_letter_is_that_heading(heading: str) -> None:
    for n, letter in enumerate(heading.strip("*.")):
        if "ก" <= letter <= "ฮ":
            assert_reads(printed(1).replace(heading, f"{heading[:n]}ฅ{heading[n + 1 :]}"))
            assert_reads(printed(1).replace(heading, heading[:n] + heading[n + 1 :]))


@pytest.mark.parametrize("style", [1, 2])
def test_a_heading_repeated_after_a_page_break_goes_on(style: int) -> None:
    for ending in ("", " (ต่อ)", "(ต่อ)", " ต่อ"):
        again = f"\n{TITLE}\n\n{HEADING_2.format(ending)}\n\n"
        assert_reads(re.sub(r"(?m)^(?=รายงานครั้งที่ ?3)", again, printed(style)))
        assert_reads(printed(style).replace("**1.6", f"{TITLE}\n\n**1.5 เป้าหมายของโครงการ..{ending}**\n\n**1.6"))


@pytest.mark.parametrize("style", [1, 2])
@pytest.mark.parametrize("heading", ["**9. ปัญหาและอุปสรรค**", "**๙. ปัญหาและอุปสรรค**", "**ปัญหาและอุปสรรค**"])
def test_an_unknown_section_is_unread_and_everything_else_is_read(heading: str, style: int) -> None:
    block = f"\n{heading}\n\nฝนตกหลายวัน\n\n"
    lines = (heading, "ฝนตกหลายวัน")
    text = printed(style)
    assert_reads(re.sub(r"(?m)^(?=\*\*2\. )", block, text), unread_lines=lines)
    assert_reads(re.sub(r"(?m)^(?=รายงานครั้งที่ ?3)", block, text), unread_lines=lines)
    assert_reads(re.sub(r"(?m)^(?=ชื่อผู้รับผิดชอบ)", block, text), unread_lines=lines)
    assert_reads(text.split("ขอรับรอง")[0] + block, unread_lines=lines)


@pytest.mark.parametrize("heading", ["3. ปัญหาและอุปสรรค", "๓. ปัญหาและอุปสรรค", "ปัญหาและอุปสรรค"])
def test_what_follows_the_report_rows_is_no_part_of_the_last_one(heading: str) -> None:
    assert_reads(f"{printed(1)}\n{heading}\n\nฝนตกหลายวัน\n", unread_lines=(heading, "ฝนตกหลายวัน"))


def test_a_section_keeps_its_lists_and_rows_whole_when_something_interrupts_it() -> None:
    project_text = printed(1).replace(
        "- เพื่อลดค่าไฟฟ้า", "**8. แทรก**\n\nข้อความ\n\n**1.4 วัตถุประสงค์ของโครงการ**\n\n- เพื่อลดค่าไฟฟ้า"
    )
    assert_reads(project_text, unread_lines=("**8. แทรก**", "ข้อความ"))


@pytest.mark.parametrize("style", [1, 2])
@pytest.mark.parametrize("lost", ["1\\.1", "1\\.2", "1\\.6", "2\\."])
def test_what_only_one_section_prints_stands_for_its_lost_heading(lost: str, style: int) -> None:
    assert_reads(re.sub(rf"(?m)^\*\*{lost}.*\n", "", printed(style)))


def test_a_text_without_its_heading_is_unread() -> None:
    text = re.sub(r"(?m)^\*\*1\.3.*\n", "", printed(1))
    assert unread(text) == list(PROJECT.rationale)
    assert [a for a, _, _ in differences(PROJECT, only(text))] == ["rationale"]


def test_a_missing_section_leaves_its_fields_empty_and_the_others_right() -> None:
    parts = re.split(r"(?m)^(?=\*\*(?:1\.\d|2\.) )", printed(1))
    missing = {
        2: {"agency_path", "responsible", "coordinator"}, 3: {"rationale"}, 4: {"objectives"}, 5: {"targets"},
        7: {"reports", "strategy.indicators"},  # a copy that ends before section 2 was cut, and its last value with it
    }  # fmt: skip
    for n, fields in missing.items():
        found = only("".join(parts[:n] + parts[n + 1 :]))
        assert {a for a, _, _ in differences(PROJECT, found)} == fields
        assert all(not found[name] for name in fields if name in found)


def test_sections_are_read_in_any_order() -> None:
    parts = re.split(r"(?m)^(?=\*\*(?:1\.\d|2\.) )", printed(1))
    assert_reads(parts[0] + "".join(reversed(parts[1:])))


def test_several_projects_in_one_file_are_read_in_any_order() -> None:
    copies = [Copy(PROJECT), Copy(OTHER, STYLE_2), Copy(PROJECT, STYLE_2), Copy(THIRD), Copy(OTHER)]
    for order in list(permutations(range(5)))[::11]:
        file = read_text("\n".join(copy_text(copies[n]) for n in order))
        found = documents(file)
        assert {code: d["n_copies"] for code, d in found.items()} == {PROJECT.code: 2, OTHER.code: 2, THIRD.code: 1}
        assert [differences(p, found[p.code]) for p in (PROJECT, OTHER, THIRD)] == [[], [], []]
        assert file.outcome.unread == ()


@pytest.mark.parametrize("style", [1, 2])
def test_another_code_begins_another_copy_where_all_headings_are_lost(style: int) -> None:
    headless = re.sub(r"(?m)^\*\*.*\n", "", printed(style, OTHER))
    file = read_text(f"{printed(style)}\n{headless}")
    found = documents(file)
    assert differences(PROJECT, found[PROJECT.code]) == []
    prose = {"rationale", "objectives", "targets"}  # nothing says where they begin
    assert {a.split("[")[0] for a, _, _ in differences(OTHER, found[OTHER.code])} == prose
    assert [
        u.text
        for u in file.outcome.unread
        if u.text.strip("- ") in (*OTHER.rationale, *OTHER.objectives, *OTHER.targets)
    ] == [u.text for u in file.outcome.unread]


def test_another_code_named_in_a_sentence_begins_nothing() -> None:
    text = printed(1).replace(PROJECT.rationale[0], f"{PROJECT.rationale[0]}\nรหัสโครงการ : 50390000-9999 เป็นโครงการเดิม")
    assert list(documents(read_text(text))) == [PROJECT.code]
    assert sections(text) == sections(printed(1))


def test_a_form_without_any_heading_is_still_a_form() -> None:
    file = read_text(re.sub(r"(?m)^\*\*.*\n", "", printed(1)))
    assert file.outcome.status == "read"
    assert list(documents(file)) == [PROJECT.code]


def test_a_copy_begins_at_the_title_above_it() -> None:
    cut = split(document(f"\n{printed(1)}\n{printed(2)}"), FORM)
    lines = f"\n{printed(1)}\n{printed(2)}".split("\n")
    assert [lines[c.first[1] - 1] for c in cut.copies] == [TITLE, "**1. ชื่อโครงการและหน่วยงานที่รับผิดชอบโครงการ**"]


def test_a_numbered_item_that_begins_like_a_heading_is_an_item() -> None:
    text = printed(1).replace("- เพื่อลดค่าไฟฟ้า", "2. วัตถุประสงค์ของโครงการนี้คือเพื่อลดค่าไฟฟ้า")
    assert len(only(text)["objectives"]) == 2


def test_lines_before_the_first_copy_belong_to_none() -> None:
    assert_reads(f"บันทึกข้อความนำส่ง\n\n{printed(1)}", unread_lines=("บันทึกข้อความนำส่ง",))


def test_pages_of_a_pdf_are_one_text() -> None:
    lines = [line for line in printed(1).split("\n") if line.strip()]
    for n in range(5, len(lines), 4):
        file = read_document(pages("\n".join(lines[:n]), "\n".join([TITLE, "หน้า 2/2", *lines[n:]])))
        assert differences(PROJECT, documents(file)[PROJECT.code]) == []
        assert file.outcome.unread == ()


def test_any_other_document_is_no_form() -> None:
    for text in ("", "\n\n", "บันทึกข้อความ\nเรื่อง ขอเชิญประชุม", "a,b,c\n1,2,3", TITLE, f"{TITLE}\n" * 3):
        assert read_text(text).outcome.code == "not_a_form"
