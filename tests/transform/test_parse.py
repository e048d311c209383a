"""Labels and their values, lists, texts; and copies cut off anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, permutations
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.samples.generator.dump import IN_1_1, STYLE_1, STYLE_2, Copy, Layout, copy_text, dump_text, encode
from data.samples.generator.facts import Indicator, Project, invent_project
from data.samples.generator.people import Party
from data.samples.generator.printed import THAI_DIGITS
from extract.document import Document
from extract.dump import read_dump
from tests.transform.reading import (
    FORM,
    OTHER,
    PROJECT,
    TITLE,
    assert_reads,
    compare,
    differences,
    document,
    documents,
    only,
    printed,
    read_document,
    read_text,
    unread,
)  # fmt: skip
from transform.copies import split
from transform.parse import mark_cut, parse_copy

LABELS = (
    "ชื่อโครงการ/กิจกรรม", "รหัสโครงการ...", "ปีงบประมาณ พ.ศ.", "เริ่มต้นโครงการ", "งบประมาณที่ได้รับ", "สิ้นสุดโครงการ",
    "งบประมาณที่ใช้ไป", "หน่วยงานที่รับผิดชอบ.", "ชื่อผู้รับผิดชอบ...", "ผู้ประสานงาน สยป", "ประเด็นยุทธศาสตร์ย่อย",
    "ประเด็นยุทธศาสตร์", "เป้าหมายที่", "ตัวชี้วัด...",
)  # fmt: skip


def relabelled(text: str, change: Any) -> str:
    """The text with `label : ` of every field replaced by what `change` makes of the label."""
    for label in LABELS:
        text = re.sub(rf"(?m)^{re.escape(label)}\s*:\s*", lambda m, label=label: change(label), text)
    return text


# ---- labels


@pytest.mark.parametrize("style", [1, 2])
@pytest.mark.parametrize(
    "separator",
    [":", "::", " : ", " ： ", "：", "\t:\t", " = ", "..... : ", " ...... :\n", "\n\n\n: ", " :\n\n\n", f"\n\n{TITLE}\n\n: ", f" :\n\n{TITLE}\n\n"],
)  # fmt: skip
def test_whatever_stands_between_label_and_value_is_no_part_of_it(separator: str, style: int) -> None:
    assert_reads(relabelled(printed(style), lambda label: label + separator))
    assert_reads(relabelled(printed(style), lambda label: label.strip(".") + separator))


@pytest.mark.parametrize("style", [1, 2])
def test_a_label_without_any_separator_begins_its_line(style: int) -> None:
    assert_reads(relabelled(printed(style), lambda label: f"{label} "))
    text = printed(style)
    for label in ("ปีงบประมาณ พ.ศ.", "เริ่มต้นโครงการ", "งบประมาณที่ใช้ไป", "ชื่อผู้รับผิดชอบ...", "หน่วยงานที่รับผิดชอบ."):
        assert_reads(re.sub(rf"(?m)^{re.escape(label)} : ", label.strip("."), text))


@pytest.mark.parametrize("mark", ["- ", "• ", "☐ ", "> ", "**", "\t"])
def test_dressing_before_a_label_does_not_hide_it(mark: str) -> None:
    assert_reads(relabelled(printed(1), lambda label: f"{mark}{label} : "))


@pytest.mark.parametrize("label", LABELS)
def test_a_label_with_one_damaged_letter_or_mark_is_still_that_label(label: str) -> None:
    word = label.strip(".")
    for style in (1, 2):
        for n, letter in enumerate(word):
            if letter in " /.":
                continue
            lost = word[:n] + word[n + 1 :]
            wrong = word[:n] + ("ฅ" if "ก" <= letter <= "ฮ" else "๊") + word[n + 1 :]
            for damaged in (lost, wrong):
                assert_reads(re.sub(rf"(?m)^{re.escape(word)}(?=[. ])", damaged, printed(style)))


@pytest.mark.fault(54)
def test_a_label_the_form_does_not_have_is_unread_and_swallowed_by_no_value() -> None:
    for line in ("งบประมาณที่ขอรับ : 999 บาท", "สถานะโครงการ : เสร็จ", "หมายเหตุ... : ไม่มี"):
        assert_reads(printed(1).replace("ปีงบประมาณ พ.ศ.", f"{line}\n\nปีงบประมาณ พ.ศ.", 1), unread_lines=(line,))
        assert_reads(printed(2).replace("สิ้นสุดโครงการ", f"{line}\nสิ้นสุดโครงการ", 1), unread_lines=(line,))


@pytest.mark.fault(54)
def test_fields_are_read_in_any_order_on_their_own_lines_or_on_one() -> None:
    text = printed(1)
    begin, end = text.index("ชื่อโครงการ/"), text.index("**1.2")
    lines = [line for line in text[begin:end].split("\n") if line]
    for order in islice(permutations(lines), 0, None, 400):
        assert_reads(text[:begin] + "\n".join(order) + "\n\n" + text[end:])
        assert_reads(text[:begin] + "  ".join(order) + "\n\n" + text[end:])


def test_a_label_broken_over_lines_is_found() -> None:
    text = printed(1)
    for label, broken in (
        ("งบประมาณที่ได้รับ", "งบประมาณ\nที่ได้รับ"),
        ("หน่วยงานที่รับผิดชอบ.", "หน่วยงานที่\nรับผิดชอบ."),
        ("สิ้นสุดโครงการ", "สิ้นสุด\nโครง\nการ"),
    ):
        assert_reads(re.sub(rf"(?m)^{re.escape(label)} :", f"{broken} :", text))


def test_a_label_word_inside_a_value_is_no_label() -> None:
    project = replace(PROJECT, name="อบรมผู้ประสานงาน สยป และหน่วยงานที่รับผิดชอบตัวชี้วัดประจำปี")
    assert_reads(printed(1, project), project)
    position = replace(PROJECT, responsible=Party(unit="ฝ่ายปกครอง ตำแหน่งว่าง", phone="7021"))
    assert only(printed(1, position))["coordinator"]["phone"] == PROJECT.coordinator.phone


# ---- values over lines and pages


@pytest.mark.parametrize("style", [1, 2])
@pytest.mark.parametrize("gap", ["\n", f"\n\n{TITLE}\n\n", f"\n{TITLE}\nหน้า 2/3\n"])
def test_a_value_goes_on_over_a_line_end_or_a_page_break(gap: str, style: int) -> None:
    text = printed(style)
    words = (
        "สายด่วนว่า", "ทางเดิน", "ลดค่าไฟฟ้า", "ความสว่างหลัง", "แสงสว่างเพียง", "ประหยัดพลังงานใน", "สำนักงานเขต", "/ ฝ่าย",
        "นายปุณณวิช ", "โทร.", "ปลอดอาชญากรรม", "ร้อยละของ", "การเปลี่ยน", "กรรมการ", "ของงานฯ =", "20.00", "งบประมาณที่เบิก",
        "(ครั้งที่ 2) =", ": เป็นไปตามแผน", ": เป็นไปตาม", "อยู่ระหว่างหา", "107,", "50340000-", "9,", "20.",
    )  # fmt: skip
    for word in words:
        assert word in text
        assert_reads(text.replace(word, word + gap, 1))


def test_a_blank_line_ends_a_value() -> None:
    assert_reads(printed(1).replace("**1.3", "บันทึกที่ไม่มีหัวข้อ\n\n**1.3"), unread_lines=("บันทึกที่ไม่มีหัวข้อ",))
    assert_reads(printed(2).replace("\n**1.6", "\n**1.6", 1))


def test_a_certification_is_dots_or_who_signed_and_a_name_below_it_is_unread() -> None:
    text = printed(2)
    assert [r.value for r in read_text(text).copies[0].readings if r.field.startswith("certification")] == [None, None]
    signed = text.replace("ลงชื่อ.....", "ลงชื่อ สมมติ ใจดี ").replace("ตำแหน่ง .....", "ตำแหน่ง นักวิชาการ")
    (copy,) = read_text(signed).copies
    found = {r.field: r.value for r in copy.readings if r.field.startswith("certification")}
    assert found == {"certification.signed": "สมมติ ใจดี", "certification.position": "นักวิชาการ"}
    assert_reads(text.replace("ตำแหน่ง .....", "(นายสมมติ ใจดี)\n\nตำแหน่ง ....."), unread_lines=("(นายสมมติ ใจดี)",))


# ---- lists and texts


@pytest.mark.parametrize("style", [1, 2])
@pytest.mark.parametrize("mark", ["", "- ", "• ", "– ", "☐ ", "* ", "{}. ", "{}) ", "({}) ", "{}.", "๐{}. "])
def test_lists_are_read_with_any_mark_and_with_none(mark: str, style: int) -> None:
    for digits in ({}, THAI_DIGITS):
        text = printed(style)
        for name in ("1.4", "1.5"):
            begin = text.index(f"**{name}")
            end = text.index("**1.", begin + 5)
            numbers = iter(range(1, 9))
            items = re.sub(
                r"(?m)^- ", lambda _, n=numbers, d=digits: mark.format(str(next(n)).translate(d)), text[begin:end]
            )
            text = text[:begin] + items + text[end:]
        if mark != "๐{}. ":
            assert_reads(text)
        else:  # whatever it is, the words are all there
            assert "".join(only(text)["objectives"]).count("เพื่อ") == 2


def test_a_whole_list_on_one_line_is_taken_apart() -> None:
    text = printed(1)
    begin, end = text.index("- " + PROJECT.objectives[0]), text.index("**1.5")
    for form in ("{}. {}", "{}) {}", "({}) {}"):
        line = " ".join(form.format(n, o) for n, o in enumerate(PROJECT.objectives, start=1))
        assert_reads(f"{text[:begin]}{line}\n\n{text[end:]}")


def test_several_indicators_are_read_with_and_without_their_label() -> None:
    project = replace(PROJECT, indicators=tuple(Indicator(n, f"ร้อยละที่ {n}") for n in (1, 2, 3)))
    for style in (1, 2):
        text = printed(style, project)
        assert_reads(text, project)
        label = r"(?m)^ตัวชี้วัด\.\.\. : "
        first = re.search(label, text)
        assert first is not None
        assert_reads(text[: first.end()] + re.sub(label, "", text[first.end() :]), project)


def test_several_people_and_phones_and_a_unit_in_place_of_people() -> None:
    text = printed(1).replace(
        "นายปุณณวิช สุวรรณบรรพต โทร.1935", "นายสมมติ ใจดี และนางสาวทดสอบ รักเรียน โทร. 0 2281 3965 ต่อ 6417-8"
    )
    party = only(text)["responsible"]
    assert party["people"] == [{"title": "นาย", "name": "สมมติ ใจดี"}, {"title": "นางสาว", "name": "ทดสอบ รักเรียน"}]
    assert party["phone"] == "0 2281 3965 ต่อ 6417-8"
    unit = replace(PROJECT, responsible=Party(unit="ฝ่ายการศึกษา", phone="6227-8"))
    assert_reads(printed(1, unit), unit)


@pytest.mark.parametrize("nothing", ["-", "–", ".....", "…", "(ไม่ได้ตั้ง)", "(not set)", ""])
@pytest.mark.parametrize("style", [1, 2])
def test_a_placeholder_means_nothing(nothing: str, style: int) -> None:
    project = replace(
        PROJECT, budget_received=None, budget_spent=None, coordinator=None, rationale=(), strategy=None, indicators=(), objectives=(), targets=(),
    )  # fmt: skip
    layout = replace((STYLE_1, STYLE_2)[style - 1], placeholder=nothing)
    found = only(
        copy_text(Copy(project, layout)).replace("**1.5", f"{nothing}\n\n**1.5").replace("**1.6", f"{nothing}\n\n**1.6")
    )
    for name in ("budget_received", "budget_spent", "coordinator", "rationale"):
        assert found[name] is None
    assert found["objectives"] == found["targets"] == found["strategy"]["indicators"] == []
    assert found["strategy"]["issue_name"] is None


# ---- evidence


@pytest.mark.parametrize("style", [1, 2])
def test_every_reading_stands_where_it_says(style: int) -> None:
    text = printed(style)
    lines = text.split("\n")
    (copy,) = read_text(text).copies
    assert len(copy.readings) > 60
    for reading in copy.readings:
        e = reading.evidence
        shown = lines[e.line_first - 1 : e.line_last]
        shown[-1] = shown[-1][: e.char_to]
        shown[0] = shown[0][e.char_from :]
        assert "".join("".join(shown).split()) == "".join(e.raw.split())


# ---- cut copies


def cut_values(text: str, project: Project) -> Iterator[tuple[str, Any, Any]]:
    """Values of a cut dump that are neither the truth nor empty."""
    found = documents(read_text(text)).get(project.code)
    if found is None:
        return
    contested = {c["field"] for c in found["conflicts"] if not c["decidable"]}
    for address, truth, value in differences(project, found):
        if address not in contested:
            yield from wrong_parts(address, truth, value)


def wrong_parts(address: str, truth: Any, value: Any) -> Iterator[tuple[str, Any, Any]]:
    if value is None or value == []:
        return
    if isinstance(truth, dict) and isinstance(value, dict):
        for name in value.keys() - {"raw"}:
            yield from wrong_parts(f"{address}.{name}", truth.get(name), value[name])
    elif isinstance(truth, list) and isinstance(value, list):
        for n, part in enumerate(value):
            yield from wrong_parts(f"{address}[{n}]", truth[n] if n < len(truth) else None, part)
    elif list(compare(truth, value)):
        yield address, truth, value


LONG = replace(PROJECT, reports=tuple(replace(PROJECT.reports[n % 5], seq=n + 1) for n in range(12)))


@pytest.mark.parametrize(
    "layouts", [(STYLE_1, STYLE_2), (STYLE_2, STYLE_1), (STYLE_1, STYLE_1)], ids=["1-2", "2-1", "1-1"]
)
def test_a_copy_cut_anywhere_never_gives_a_wrong_value(layouts: tuple[Layout, Layout]) -> None:
    text = dump_text([Copy(LONG, layout) for layout in layouts])
    wrong = [(text[k - 12 : k], *each) for k in range(60, len(text), 7) for each in cut_values(text[:k], LONG)]
    assert wrong == []


def test_a_cut_in_the_first_of_two_copies_costs_nothing() -> None:
    first, second = printed(1), printed(2)
    for k in range(60, len(first), 29):
        assert differences(PROJECT, only(f"{first[:k]}\n{second}")) == []


def test_only_the_reading_that_ends_last_is_cut() -> None:
    text = printed(1)
    cut = text[: text.index("บาท\n\nสิ้นสุดโครงการ") - 3]
    (copy,) = read_text(cut).copies
    assert [(r.field, r.evidence.raw) for r in copy.readings if r.is_cut] == [("budget_received", "107,5")]
    assert mark_cut(copy.readings, False) == copy.readings
    assert mark_cut((), True) == ()


# ---- properties

projects = st.builds(
    lambda seed, year, reports: invent_project(Random(seed), fiscal_year_be=year, n_reports=reports),
    st.integers(0, 10_000), st.integers(2562, 2569), st.integers(1, 14),
)  # fmt: skip
layouts = st.builds(
    Layout,
    style=st.sampled_from([1, 2]),
    titles=st.lists(
        st.sampled_from(["start", "before code", "after code", IN_1_1, "signature", "report:1", "report:2"]),
        unique=True,
    ).map(tuple),
    dash=st.sampled_from(["?", "–", "-"]),
    box=st.booleans(),
    thai_digits=st.booleans(),
    certified=st.sampled_from([None, True, False]),
)


@settings(max_examples=120, deadline=None)
@given(projects, st.lists(layouts, min_size=1, max_size=3), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp874"]))
def test_what_is_printed_is_read_back(project: Project, printings: list[Layout], encoding: str) -> None:
    if encoding == "cp874":
        printings = [replace(layout, box=False) for layout in printings]
    dump = read_dump(encode(dump_text([Copy(project, layout) for layout in printings]), encoding))
    file = read_document(dump)
    found = documents(file)[project.code]
    assert differences(project, found) == []
    assert found["n_copies"] == len(printings)
    assert found["conflicts"] == []
    assert file.outcome.unread == ()


_PIECES = (
    TITLE, "**1. ชื่อโครงการและหน่วยงานที่รับผิดชอบโครงการ**", "**1.1 รหัสโครงการและชื่อโครงการ**", "**1.2 หน่วยงานที่รับผิดชอบ**",
    "**1.3 หลักการและเหตุผล**", "1.4 วัตถุประสงค์ของโครงการ", "**1.5 เป้าหมายของโครงการ..**", "**1.6 สนับสนุนแผนพัฒนา กทม.**",
    "**2. รายงานความก้าวหน้าของโครงการและการใช้จ่ายงบประมาณ**", "รหัสโครงการ... : 50390000-3367", "รหัสโครงการ...", ":", ": ๑", "=",
    "รายงานครั้งที่ 1 :: 25/10/2562 : ก", ":: ความก้าวหน้าของงานฯ = 10.00 %", "งบประมาณที่เบิกใช้ (ครั้งที่ ๑) = 0 บาท", "หน้า 3/4", "5",
    "ขอรับรองว่า ข้อมูลที่ปรากฏในเอกสารฉบับนี้ หน่วยงานได้จัดพิมพ์จากระบบงานจริง", "ลงชื่อ.....(ผู้รับผิดชอบโครงการ)", "มิติที่ 1", "", "\u0e33", "็",
    "ตัวชี้วัด... : มิติที่ 99999", "งบประมาณที่ใช้ไป : 1,00 บาท", "ชื่อผู้รับผิดชอบ : นาย", "หน่วยงาน : / / ", "\ud800", "\x00", "\u2028", "٣", "１/１/２５６３",
)  # fmt: skip
soup = st.lists(st.sampled_from(_PIECES) | st.sampled_from(printed(1).split("\n")) | st.text(max_size=30), max_size=40)


def assert_survives(text: Document) -> None:
    file = read_document(text)
    lines = list(text.lines())
    assert file.outcome.lines.total == len(lines)
    if file.outcome.status == "read":
        places = {line.place for line in lines}
        for copy in file.copies:
            assert all(r.evidence.place[:2] in places for r in copy.readings)
        documents(file)
    for cut in split(text, FORM).copies:
        parse_copy(cut, "x", FORM)


@settings(max_examples=300, deadline=None)
@given(soup)
def test_no_soup_of_lines_stops_the_parser(lines: list[str]) -> None:
    assert_survives(document("\n".join(lines)))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=400))
def test_no_text_stops_the_parser(text: str) -> None:
    assert_survives(document(f"{TITLE}\n" + printed(1)[:900] + text))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**9), st.integers(1, 40), st.sampled_from([1, 2]))
def test_no_mutated_form_stops_the_parser(seed: int, edits: int, style: int) -> None:
    rng = Random(seed)
    letters = list(printed(style) + printed(3 - style, OTHER))
    for _ in range(edits):
        at = rng.randrange(len(letters))
        other = rng.randrange(len(letters))
        kind = rng.randrange(4)
        if kind == 0:
            del letters[at : at + rng.randrange(1, 60)]
        elif kind == 1:
            letters[at] = letters[other]
        elif kind == 2:
            letters[at:at] = letters[other : other + rng.randrange(1, 200)]
        else:
            letters[at:at] = "\n"
    assert_survives(document("".join(letters)))


def test_unread_lines_are_quoted_with_their_place() -> None:
    text = printed(1).replace("**1.2", "ข้อความแปลก\n\n**1.2", 1)
    assert unread(text) == ["ข้อความแปลก"]
    (line,) = read_text(text).outcome.unread
    assert (line.page, line.line) == (1, text.split("\n").index("ข้อความแปลก") + 1)
