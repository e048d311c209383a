"""Small dumps that a careful person reads and the reader did not when the printer of layouts first drew them.

A case whose name is in layout_choices.NOT_READ_YET is expected to fail. Once it is read, take its name out there: the
case becomes an ordinary test, and the properties of test_layouts.py print such layouts too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from data.samples.generator.agencies import strategy
from data.samples.generator.facts import Indicator, Project, Report, invent_project
from data.samples.generator.people import Party
from data.samples.generator.printed import TITLE
from tests.transform.layouts import FIELDS, Layout, People, RowStyle, print_form

ROWS = (
    Report(1, date(2019, 10, 23), "ลงพื้นที่นับจุด", Decimal("20.00"), Decimal("9568.00")),
    Report(2, date(2019, 11, 20), "ส่งแบบให้ตรวจสอบ", Decimal("60.00"), Decimal("95675.00")),
)
COORDINATOR, SECOND = Party("นางสาว", "รมิดา ชัยภูผา", phone="4443"), Party("นาย", "ภูริภัทร อรุณทิวากร", phone="2230")
SMALL = replace(
    invent_project(Random(5), fiscal_year_be=2563),
    code="50340000-9001",
    name="ติดตั้งโคมไฟในตรอกเปลี่ยว",
    budget_received=Decimal(107500),
    budget_spent=Decimal(95675),
    agency_path=("สำนักงานเขตประเวศ", "ฝ่ายโยธา", "ฝ่ายโยธา"),
    responsible=Party("นาย", "ปุณณวิช สุวรรณบรรพต", phone="1935"),
    coordinator=COORDINATOR,
    rationale=("ตรอกหลายแห่งมืดและโคมชำรุด",),
    objectives=("เพื่อให้ตรอกสว่าง", "เพื่อลดค่าไฟฟ้า"),
    targets=("ติดตั้งโคม 450 ชุด",),
    strategy=strategy("1.2.2"),
    indicators=(Indicator(1, "ร้อยละของจุดที่สว่าง"),),
    reports=ROWS,
)
PLAIN = print_form(SMALL, Layout())
STARRED = f"**\\*\\* {TITLE} \\*\\***"


@dataclass(frozen=True)
class Case:
    """A dump, the project that is read from it, and the lines that are left (without their edges)."""

    name: str
    text: str
    project: Project = SMALL
    unread: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cut:
    """A dump cut off by the end of the file, and the project it is the beginning of."""

    name: str
    text: str
    project: Project = SMALL


def changed(*changes: tuple[str, str], text: str = PLAIN) -> str:
    """The plain dump with some words printed otherwise."""
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


def layout(project: Project = SMALL, **choices: Any) -> str:
    return print_form(project, replace(Layout(), **choices))


def row(**choices: Any) -> str:
    return layout(row=replace(RowStyle(), **choices))


def with_status(text: str) -> Project:
    return replace(SMALL, reports=(replace(ROWS[0], status_text=text), ROWS[1]))


def _order(section: str, seed: int) -> list[str]:
    """The order in which a layout of this seed prints the fields of a section."""
    names = list(FIELDS[section])
    Random(seed).shuffle(names)
    return names


def _pages() -> Iterator[Case]:
    without = replace(SMALL, indicators=())
    empty = changed(("ตัวชี้วัด : ", f"ตัวชี้วัด :\n\n{STARRED}\n2\n"), text=layout(without, nothing=""))
    yield Case("lone_number_below_an_empty_value", empty, without)
    lost = layout(lost_headings=("1.1",), title=False, tails=(" :\n",))
    title = f"\n\n** {TITLE[:28]}\n{TITLE[28:]} **\n\nรหัสโครงการ"
    yield Case("two_line_title_near_lost_heading", changed(("\n\nรหัสโครงการ", title), text=lost))
    unknown = replace(SMALL, strategy=None)
    dotted = changed(
        ("ประเด็นยุทธศาสตร์ : .....", f"ประเด็นยุทธศาสตร์..... .....\n{STARRED}\n๒"), text=layout(unknown, nothing=".....")
    )
    yield Case("lone_number_below_a_dotted_placeholder", dotted, unknown)
    three = replace(SMALL, objectives=(*SMALL.objectives, "เพื่อความปลอดภัย"))
    text = changed(("ไฟฟ้า\nเพื่อความ", "ไฟฟ้า\n\n๒\n\nเพื่อความ"), text=layout(three, bullet=""))
    yield Case("lone_number_in_an_unmarked_list", text, three, ("๒",))
    bare = layout(heading="**{words}**")
    number = changed(("**หน่วยงานที่รับผิดชอบ**", f"{STARRED}\n๒\n\n**หน่วยงานที่รับผิดชอบ**"), text=bare)
    yield Case("unnumbered_heading_below_a_page_number", number)
    bare = layout(heading="**{words}**", lost_headings=("1.1",))
    number = changed(("**หน่วยงานที่รับผิดชอบ**", f"{TITLE}\n๒\n\n**หน่วยงานที่รับผิดชอบ**"), text=bare)
    yield Case("unnumbered_heading_and_a_lost_one", number)
    lost = layout(lost_headings=("1.1",), tails=("\n\n: ",))
    numbers = changed(("ชื่อโครงการ/กิจกรรม\n\n: ", "ชื่อโครงการ/กิจกรรม\n\n๒\n\n๒\n\n: "), text=lost)
    yield Case("lone_numbers_near_lost_heading", numbers, unread=("๒", "๒"))
    lost = layout(
        lost_headings=("1.1",),
        orders=(next(n for n in range(1, 999) if _order("1.1", n)[:2] == ["spent", "code"]), 0, 0),
    )
    behind = changed((" บาท\n\nรหัส", "\nบาท\tรหัส"), text=lost)
    yield Case("code_behind_another_field_without_heading", behind)
    page = f"ระยะ 20 ปี\n{STARRED}\n(ยุทธศาสตร์-"
    yield Case("page_break_inside_heading", changed(("ระยะ 20 ปี (ยุทธศาสตร์-", page)))


def _labels() -> Iterator[Case]:
    yield Case("dash_for_colon", layout(tails=(" - ",)))
    yield Case("semicolon", layout(tails=("; ",)))
    yield Case("colon_dash_with_no_break_spaces", layout(tails=(" :- ",), space="\u00a0"))
    yield Case("label_with_words_in_parentheses", changed(("ผู้ประสานงาน สยป :", "ผู้ประสานงาน (สยป.) :")))
    yield Case("damaged_second_label", changed(("\n\nปีงบประมาณ พ.ศ.", "\tปีงบปยะมาณ พ.ศ.")))
    yield Case("colon_below_a_dotted_label", changed(("\n\nชื่อผู้รับผิดชอบ : ", "   ชื่อผู้รับผิดชอบ...\n: ")))
    yield Case("underscored_label_below_a_value", layout(label="__{label}__{tail}{value}", gap=0))
    yield Case("numbered_label_on_its_own_line", layout(label="1.1.1 {label}{tail}{value}", tails=("\n",)))
    yield Case("numbered_label_without_colon", layout(label="(๒) {label}{tail}{value}", tails=("  ",)))
    yield Case("bold_value_on_its_own_line", layout(label="{label}{tail}**{value}**", tails=(" :\n",)))
    yield Case("bold_value_below_a_label_without_colon", layout(label="{label}{tail}**{value}**", tails=("\n",)))
    yield Case(
        "bold_value_below_a_dotted_label",
        changed(("กิจกรรม : ติดตั้งโคมไฟในตรอกเปลี่ยว", "กิจกรรม.....\n**ติดตั้งโคมไฟในตรอกเปลี่ยว**")),
    )
    timed = changed((": 2019-10-01 00:00:00", ": 2019-10-01\n00:00:00"), text=layout(label="__{label}__{tail}{value}"))
    yield Case("time_over_lines_above_an_underscored_label", timed)
    yield Case("label_broken_after_one_letter", changed(("มหานครปลอดภัย\n\nประเด็น", "มหานครปลอดภัย\tป\nระเด็น")))
    unknown = replace(SMALL, strategy=None)
    text = changed(("เป้าหมายที่ : -\n\nตัวชี้วัด : ", "เป้าหมายที่\t-   ตัวชี้วัด :"), text=layout(unknown))
    yield Case("placeholder_between_two_labels", text, unknown)
    wrapped = changed(
        ("ระยะ 20 ปี ", "ระยะ 20 ปี\n"), text=layout(heading="__{n} {words}__", tails=(" :\n",), orders=(0, 0, 3))
    )
    yield Case("label_of_an_underscored_heading_above", wrapped)
    yield Case("dash_of_an_indicator_on_the_next_line", changed(("มิติที่ 1 ร้อยละ", "มิติที่ 1\n- ร้อยละ")))
    yield Case("dotted_value_over_lines", changed((": 2019-10-01 00:00:00", ": .....2019-10-01\n00:00:00.....")))
    yield Case("colon_dash_at_a_line_end", changed(("ชื่อโครงการ/กิจกรรม : ", "ชื่อโครงการ/กิจกรรม :-\n")))
    yield Case("label_of_the_heading_above", layout(heading="{n} {words}..", tails=("\n\n: ",), orders=(0, 0, 10)))


def _people() -> Iterator[Case]:
    silent = replace(SMALL, coordinator=replace(COORDINATOR, phone=None))
    two = People("นางสาวรมิดา ชัยภูผา, นายภูริภัทร อรุณทิวากร โทร. 4443", (COORDINATOR, SECOND), "4443")
    both = replace(SMALL, coordinator=two)
    text = changed(("ผู้ประสานงาน สยป", "ผู้ประสานงาน สสยป"), text=layout(both, indent="\t"))
    yield Case("damaged_second_word_of_a_label", text, both)
    listed = layout(label="1) {label}{tail}{value}")
    yield Case("damaged_numbered_label", changed(("หน่วยงานที่รับผิดชอบ :", "หน่วยงานที่รับผิชอบ :"), text=listed))
    table = layout(label="| {label} | {value} |")
    yield Case("damaged_label_in_a_table", changed(("เป้าหมายที่", "เป้าหายที่"), text=table))
    tagged = changed(("รมิดา ชัยภูผา", "รมิดา\nชัยภูผา<br>"), text=layout(silent))
    yield Case("name_over_line_end_before_a_tag", tagged, silent)
    moved = layout(orders=(0, next(n for n in range(1, 99) if _order("1.2", n)[:2] == ["responsible", "agency"]), 0))
    phone = changed(("โทร.1935\n\nหน่วยงานที่รับผิดชอบ : ", "โทร.\n1935   หน่วยงานที่รับผิดชอบ :\n"), text=moved)
    yield Case("phone_before_a_label", phone)
    two = People("นางสาวรมิดา ชัยภูผา โทร.4443 และนายภูริภัทร อรุณทิวากร โทร.2230", (COORDINATOR, SECOND), "4443, 2230")
    both = replace(SMALL, coordinator=two)
    yield Case("second_person_over_line_end", changed(("ภูริภัทร อ", "ภูริภัทร\nอ"), text=layout(both)), both)
    two = People("นางสาวรมิดา ชัยภูผา นายภูริภัทร อรุณทิวากร โทร. 4443", (COORDINATOR, SECOND), "4443")
    both = replace(SMALL, coordinator=two)
    yield Case("first_of_two_people_over_line_end", changed(("รมิดา ชัย", "รมิดา\nชัย"), text=layout(both)), both)


def _headings() -> Iterator[Case]:
    yield Case("abbreviated_heading", layout(heading="{n} {words}ฯ"))
    yield Case("doubled_letter_at_the_end", changed(("วัตถุประสงค์ของโครงการ", "วัตถุประสงค์ของโครงการร")))
    yield Case("content_after_heading_colon", changed(("โครงการ**\n\n- เพื่อให้", "โครงการ** : - เพื่อให้")))
    bare = layout(heading="**{words}**")
    yield Case("damaged_unnumbered_heading", changed(("วัตถุประสงค์ของ", "วัตถุประสสงค์ของ"), text=bare))
    yield Case("damaged_heading_over_lines", changed(("1.6 สนับสนุน", "1.6 สนัถสนุน"), text=layout(width=60)))
    for name, dress in {
        "plain": "{n} {words}", "hashed": "## {n} {words}", "bracketed": "**({n}) {words}**", "table": "| {n} {words} |", "two_line": "{n}\n{words}",
        "worded": "ข้อ {n} {words}", "dashed": "{n} - {words}", "zero_width": "\u200b{n} {words}",
    }.items():  # fmt: skip
        heading = dress.format(n="1.7", words="ปัญหาและอุปสรรค")
        text = changed(("450 ชุด\n", f"450 ชุด\n\n{heading}\n\nฝนตกหลายวัน\n"), text=layout(heading=dress))
        yield Case(f"unknown_{name}_heading", text, unread=(*heading.split("\n"), "ฝนตกหลายวัน"))
    heading = "1.7 ปัญหาและอุปสรรค :-"
    text = changed(("ไฟฟ้า\n", f"ไฟฟ้า\n\n{heading}\n\nฝนตกหลายวัน\n"), text=layout(heading="{n} {words} :-"))
    yield Case("unknown_colon_dashed_heading", text, unread=(heading, "ฝนตกหลายวัน"))
    heading = "**1.7ปัญหาและอุปสรรค**"
    text = changed(("\n\n**1.4", f"\n\n{heading}\n\nฝนตกหลายวัน\n\n**1.4"), text=layout(heading="**{n}{words}**"))
    yield Case("unknown_glued_heading", text, unread=(heading, "ฝนตกหลายวัน"))
    yield Case("abbreviated_heading_without_blank_lines", layout(heading="{n} {words}ฯ", gap=0))
    yield Case(
        "heading_words_on_the_next_line",
        changed(("/ตัวชี้วัด) ดังนี้", "/ตัวชี้วัด)\nดังนี้"), text=layout(heading="{n} {words} ดังนี้")),
    )
    yield Case(
        "table_heading_over_lines",
        changed(("ระยะ 20 ปี ", "ระยะ 20 ปี\n"), text=layout(heading="| {n} {words} |", gap=0)),
    )
    again = f"สว่าง\n\n{STARRED}\n\n1.4\nวัตถุประสงค์ของโครงการ (ต่อ)\n\n- เพื่อลด"
    yield Case("two_line_heading_continued", changed(("สว่าง\n- เพื่อลด", again), text=layout(heading="{n}\n{words}")))
    few = replace(SMALL, targets=("ติดตั้งโคมในตรอก 8 แห่ง",))
    plain = layout(few, heading="{n} {words}", gap=0)
    yield Case("short_line_that_begins_with_a_number", changed(("ตรอก 8 แห่ง", "ตรอก\n8 แห่ง"), text=plain), few)
    yield Case(
        "percent_on_its_own_line", changed((" = 20.00 %", " =\n20.00"), text=layout(heading="{n} {words}", gap=0))
    )
    tabbed = layout(heading="{n}\t{words}", gap=0)
    yield Case("percent_before_a_tab", changed((" = 20.00 % งบ", " = ร้อยละ\n20.00\tงบ"), text=tabbed))
    yield Case("date_in_words_on_its_own_line", layout(heading="- {n} {words}", tails=("\n\n",), day="words"))


def _lists() -> Iterator[Case]:
    three = replace(SMALL, objectives=(*SMALL.objectives, "เพื่อความปลอดภัย"))
    text = changed(("- เพื่อให้", "เพื่อให้"), ("- เพื่อลด", "เพื่อลด"), text=layout(three))
    yield Case("one_marked_line_in_an_unmarked_list", text, three)

    numbered = replace(SMALL, indicators=tuple(Indicator(n, f"ร้อยละของงานที่ {n}") for n in (1, 2, 3)))
    text = layout(numbered, indicator_label=False)
    lone = changed(("มิติที่ 2", "2\n\nมิติที่ 2"), text=text)
    yield Case("number_between_unlabelled_indicators", lone, numbered, ("2",))
    dotted = layout(numbered, indicator_label=False, label="{label}{tail}.....{value}.....")
    yield Case("unlabelled_indicators_on_dotted_lines", dotted, numbered)


def _rows() -> Iterator[Case]:
    for name, choices in {
        "html_row_label": {"label": "<b>รายงานครั้งที่ {}</b>"},
        "progress_without_equals": {"equals": "  "},
        "doubled_letter_in_progress_label": {"progress": "คความก้าวหน้าของงานฯ"},
        "damaged_progress_label_with_colon": {"progress": "ทวามก้าวหน้าของงานฯ", "equals": " : "},
        "doubled_letter_in_amount_label": {"disbursed": "งบประมาณที่เบิกใใช้ (ครั้งที่ {})"},
    }.items():
        yield Case(name, row(**choices))
    yield Case("rows_on_one_line", changed(("เป้าหมาย\nรายงาน", "เป้าหมาย\tรายงาน")))
    bare = RowStyle(before_progress="\n")
    good = with_status("ความก้าวหน้าของงานฯ = ดี")
    yield Case("status_that_begins_with_the_progress_label", layout(good, row=bare), good)
    colon = with_status("ประชุม :: สรุป : ผล")
    yield Case("status_with_colons_above_a_bare_progress_line", layout(colon, row=bare), colon)
    wrapped = changed(("ลงพื้นที่นับจุด", "ลงพื้นที่นับ\nจุด"), text=layout(row=bare))
    yield Case("wrapped_status_above_a_bare_progress_line", wrapped)
    yield Case(
        "damaged_row_label_with_year", changed(("รายงานครั้งที่", "รางานครั้งที่"), text=row(label="รายงานครั้งที่ {}/2563"))
    )
    last = layout(sections=("1.1", "1.2", "1.4", "1.5", "1.6", "2", "1.3"))
    wrapped = changed(("ระบบงาน", "ระบบงงาน"), ("หน่วยงานได้จัดพิมพ์", "\nหน่วยงานได้จัดพิมพ์"), text=last)
    yield Case("damaged_certification_over_lines", wrapped)
    yield Case("damaged_certification_below_a_text", changed(("ระบบงาน", "ระบบงงาน"), text=last))
    amount = changed(("ประมาณที่เบิกใช้", "ขระมาณที่เบิกใช้"), text=row(disbursed="งบประมาณที่เบิกใช้ ครั้งที่ {}"))
    yield Case("damaged_amount_label_without_brackets", amount)
    words = row(progress="ความก้าวหน้าของงานฯ ร้อยละ")
    yield Case("damaged_progress_label_with_words", changed(("ความก้าวหน้าของงาน", "ความก้าวหน้าขนงงาน"), text=words))
    worded = layout(row_day="words short")
    yield Case("damaged_row_label_with_a_worded_date", changed(("รายงานครั้งที่ 2", "รายงานครั้ที่ 2"), text=worded))


def _cuts() -> Iterator[Cut]:
    rows = tuple(replace(r, plan_status="ล่าช้ากว่าแผน", target_status="ต่ำกว่าเป้าหมาย") for r in ROWS)
    behind = replace(SMALL, reports=rows)
    yield Cut("cut_target_status", layout(behind, certified=False)[:-9], behind)
    colon = with_status("ประชุม : ครั้งแรก")
    text = layout(colon)
    yield Cut("cut_after_a_colon_in_a_status", text[: text.index(" ครั้งแรก")], colon)
    yield Cut("cut_inside_heading_2", PLAIN[: PLAIN.index("และการใช้จ่าย")])
    path = replace(SMALL, agency_path=("สำนักงานเขตประเวศ", "ฝ่ายรักษาความสะอาด", "ฝ่ายรักษาความสะอาด"))
    text = changed((" / ฝ่ายรักษาความสะอาด / ", " / ฝ่ายรัก\nษาความสะอาด / "), text=layout(path))
    yield Cut("cut_after_a_wrapped_part", text[: text.rindex("รักษาความสะอาด")], path)
    wide = replace(SMALL, agency_path=("สำนักวัฒนธรรม กีฬา และการท่องเที่ยว", "กองการสังคีต"))
    text = layout(wide, space="\u00a0")
    yield Cut("cut_after_a_part_with_no_break_space", text[: text.index("องการสังคีต")], wide)
    first, second = Indicator(1, "ร้อยละของเวลาที่เครื่องวัดส่งค่าได้"), Indicator(2, "ร้อยละความพึงพอใจ")
    measured = replace(SMALL, indicators=(first, second))
    text = changed(("ส่งค่าได้", "ส่ง\nค่าได้"), text=layout(measured, indicator_label=False))
    yield Cut("cut_after_a_wrapped_indicator", text[: text.index(" 2 ร้อยละความพึงพอใจ")], measured)
    text = row(label="- รายงานครั้งที่ {}")
    yield Cut("cut_row_label_with_a_mark", text[: text.rindex(" 2\t::")])
    text = row(label="รายงานครั้งที่ ({})")
    yield Cut("cut_row_label_in_brackets", text[: text.rindex("2)\t::")])
    text = row(label="รายงานครั้งที่ {}/2563")
    yield Cut("cut_row_label_with_year", text[: text.rindex("63\t::")])
    called = replace(SMALL, coordinator=replace(COORDINATOR, title="น.ส.", phone="0 2281 3965 ต่อ 6417-8"))
    text = layout(called)
    yield Cut("cut_in_a_phone_extension", text[: text.index("6417-8")], called)
    yield Cut("cut_title_of_a_name", text[: text.index("ส.รมิดา")], called)
    text = changed(("- เพื่อให้", "เพื่อให้"), ("- เพื่อลด", "เพื่อลด"))
    yield Cut("cut_heading_below_an_unmarked_list", text[: text.index("าหมายของโครงการ")])


CASES = [*_pages(), *_labels(), *_people(), *_headings(), *_lists(), *_rows()]
CUTS = list(_cuts())
