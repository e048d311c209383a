"""Printed values become canonical text; whatever is no value comes back with the reason."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transform.amounts import parse_baht
from transform.thai import is_placeholder
from transform.values import (
    PARSERS,
    bullet_length,
    code,
    correct,
    day,
    inline_items,
    is_bullet,
    looks_like_label,
    money,
    percent,
    unbroken,
    values_of,
    year,
)

ISSUE = ("strategy.issue_no", "strategy.issue_name", "strategy.issue_name_en")


def read(parser: str, names: tuple[str, ...], text: str) -> dict[str, str | None]:
    return {v.field: v.problem or v.value for v in values_of(parser, names, text)}


@pytest.mark.parametrize(
    ("text", "value"),
    [("180,000 บาท", "180000.00"), ("๑๘๐,๐๐๐ บาท", "180000.00"), ("0", "0.00"), ("1,250.50", "1250.50"), ("80,900.-", "80900.00"),
     ("หนึ่งแสนบาทถ้วน", "100000.00"), ("-", None), ("-5", "-5.00")],
)  # fmt: skip
def test_money_is_plain_text_with_satang(text: str, value: str | None) -> None:
    if text == "-5":
        assert money("(5)") == value
    else:
        assert money(text) == value


@settings(max_examples=300)
@given(
    st.decimals(0, 10**9, places=2),
    st.sampled_from(["{:,.2f}", "{:.2f}", "{:,.0f}", "{:.0f}"]),
    st.sampled_from(["", " บาท", "บาท"]),
)
def test_usual_amounts_are_read_as_the_parser_of_amounts_reads_them(amount: Decimal, printed: str, unit: str) -> None:
    text = printed.format(amount) + unit
    assert money(text) == f"{parse_baht(text):.2f}"


@settings(max_examples=300)
@given(st.text("0123456789,. บาท", max_size=14))
def test_what_the_parser_of_amounts_refuses_is_no_amount(text: str) -> None:
    try:
        expected = parse_baht(text)
    except ValueError:
        with pytest.raises(ValueError, match=r".+"):
            money(text)
    else:
        assert money(text) == (None if expected is None else f"{expected:.2f}")


@pytest.mark.parametrize("text", ["1,80,000", "180,00", "1OO,OOO", "5 6", "12 13 บาท"])
def test_a_damaged_amount_is_a_problem_that_quotes_it(text: str) -> None:
    assert text in str(read("baht", ("budget_spent",), text)["budget_spent"])


@pytest.mark.parametrize(
    "text", ["50390000-3367", "๕๐๓๙๐๐๐๐–๓๓๖๗", "50390000 - 3367", "5039 0000-3367", "50390000-\n3367"]
)
def test_a_code_is_eight_digits_a_dash_and_four(text: str) -> None:
    assert code(text) == "50390000-3367"


@pytest.mark.parametrize(
    "text", ["50390000-336", "5039000-3367", "503900003367", "5O390000-3367", "50390000-33677", "-"]
)
def test_anything_else_is_no_code(text: str) -> None:
    with pytest.raises(ValueError, match="8 digits"):
        code(text)


def test_other_typed_values() -> None:
    assert year("พ.ศ. ๒๕๖๓") == "2563"
    assert day("2019-10-01 00:00:00") == day("1 ต.ค. 2562") == "2019-10-01"
    assert percent("10.00") == percent("๑๐.๐๐ %") == "10.00"


@pytest.mark.parametrize(
    ("text", "whole"),
    [("1,234,\n567 บาท", "1,234,567 บาท"), ("1,234\n,567", "1,234,567"), ("12.\n50", "12.50"), ("2019-10-\n01", "2019-10-01"),
     ("500\n3", "500 3"), ("2019-10-01\n00:00:00", "2019-10-01 00:00:00"), ("180,000\n\nบาท", "180,000 บาท")],
)  # fmt: skip
def test_a_number_broken_at_its_signs_is_whole_again_and_two_numbers_stay_two(text: str, whole: str) -> None:
    assert unbroken(text) == whole


@pytest.mark.parametrize("dash", ["?", "–", "-", "—", ":", ""])
def test_the_strategic_issue_in_every_printing(dash: str) -> None:
    for number in ("๗", "7"):
        found = read("strategy_issue", ISSUE, f"ด้านที่ {number} {dash} การบริหารจัดการเมืองมหานคร : Management Strategy")
        assert found == dict(zip(ISSUE, ("7", "การบริหารจัดการเมืองมหานคร", "Management Strategy"), strict=True))


def test_strategy_without_numbers_and_routine_work() -> None:
    assert read("strategy_issue", ISSUE, "มหานครปลอดภัย") == {ISSUE[1]: "มหานครปลอดภัย"}
    assert read("strategy_issue", ISSUE, "-") == {ISSUE[0]: None, ISSUE[1]: None}
    routine = read("strategy_issue", ISSUE, "**** ภารกิจงานประจำของหน่วยงาน ****")
    assert routine == {ISSUE[1]: "ภารกิจงานประจำของหน่วยงาน"}
    goal = ("strategy.goal_no", "strategy.goal_text")
    assert read("strategy_goal", goal, "๗.๒.๑ กรุงเทพมหานครมีระบบ") == dict(
        zip(goal, ("7.2.1", "กรุงเทพมหานครมีระบบ"), strict=True)
    )
    assert read("strategy_goal", goal, "เป้าประสงค์ที่ ๗.๒.๑.๑ ข") == dict(zip(goal, ("7.2.1.1", "ข"), strict=True))


def test_indicators_with_and_without_dimension() -> None:
    name = ("strategy.indicators", "strategy.indicators.dimension")
    assert read("indicator", name, "มิติที่1 ร้อยละ") == {
        "strategy.indicators[1]": "ร้อยละ",
        "strategy.indicators[1].dimension": "1",
    }
    assert read("indicator", name, "ร้อยละ") == {"strategy.indicators[1]": "ร้อยละ"}
    assert read("indicator", name, "มิติที่ 1 ก\nมิติที่ 2 ข") == {
        "strategy.indicators[1]": "ก", "strategy.indicators[1].dimension": "1",
        "strategy.indicators[2]": "ข", "strategy.indicators[2].dimension": "2",
    }  # fmt: skip
    assert read("indicator", name, ".....") == {}


def test_the_agency_path_keeps_the_unit_that_is_printed_twice() -> None:
    found = read("agency_path", ("agency_path",), "สำนักงานเขตวัฒนา / ฝ่ายการศึกษา / ฝ่ายการศึกษา")
    assert list(found.values()) == ["สำนักงานเขตวัฒนา", "ฝ่ายการศึกษา", "ฝ่ายการศึกษา"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("นายสมมติ ใจดี โทร.7037", {"name": "สมมติ ใจดี", "title": "นาย", "phone": "7037"}),
        ("น.ส.ทดสอบ รักเรียน", {"name": "ทดสอบ รักเรียน", "title": "นางสาว"}),
        ("ฝ่ายการศึกษา โทร. 6227-8", {"unit": "ฝ่ายการศึกษา", "phone": "6227-8"}),
        ("-", {}),
    ],
)
def test_people_units_and_placeholders(text: str, expected: dict[str, str]) -> None:
    found = read("people", ("responsible",), text)
    assert found.pop("responsible") == (None if text == "-" else text)
    assert found == {f"responsible.{name}": value for name, value in expected.items()}


@pytest.mark.parametrize("line", ["- ก", "• ก", "☐ ก", "1. ก", "๑) ก", "(2) ก", "– ก", "10.ก"])
def test_list_marks_and_numbers_are_bullets(line: str) -> None:
    assert is_bullet(line)
    assert line[bullet_length(line) :] == "ก"


@pytest.mark.parametrize("line", ["ก", "2.5 ล้านบาท", "2563 ก", "เพื่อ - ก"])
def test_other_lines_are_none(line: str) -> None:
    assert not is_bullet(line)
    assert bullet_length(line) == 0


def test_only_a_list_that_counts_from_one_is_taken_apart() -> None:
    assert [("1. ก 2. ข 3. ค")[a:b].strip() for a, b in inline_items("1. ก 2. ข 3. ค")] == ["ก", "ข", "ค"]
    assert inline_items("1. ก มาตรา 3. ข") == inline_items("ก 1. ข 2. ค") == inline_items("1. ก") == []


def test_labels_the_form_does_not_have_look_like_labels() -> None:
    assert looks_like_label("สถานะโครงการ : เสร็จ")
    assert not looks_like_label("เวลา 09:30 น.")
    assert not looks_like_label("ไม่มีเครื่องหมาย")


@pytest.mark.parametrize("text", ["", "-", "–", ".....", "…", "(ไม่ได้ตั้ง)", "(not set)"])
def test_a_placeholder_is_none_in_any_dressing_and_a_letter_ends_it(text: str) -> None:
    assert is_placeholder(f" **{text}**\t")
    assert not is_placeholder(f"{text}ก")
    assert not is_placeholder(f"ก{text}")


def test_a_reviewed_value_is_held_to_its_kind() -> None:
    assert correct("baht", "๑,๒๕๐") == "1250.00"
    assert correct("text", " ก  ข ") == "ก ข"
    assert correct("date", "-") is None
    with pytest.raises(ValueError, match="18O"):
        correct("baht", "18O")


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(sorted(PARSERS)),
    st.text(max_size=60) | st.text("0123456789๐๑/-:.,() นางสาวโทรมิติที่ด้าน%?\n", max_size=60),
)
def test_no_parser_raises_on_any_text(parser: str, text: str) -> None:
    names = ("a", "b", "c")[: {"strategy_issue": 3, "strategy_sub_issue": 2, "strategy_goal": 2}.get(parser, 1)]
    for value in PARSERS[parser](names, text):
        assert value.value is None or value.problem is None


def test_a_position_alone_stands_in_the_place_of_a_person():
    names = ("responsible",)
    read = {v.field: v.value for v in values_of("people", names, "(นักจัดการงานทั่วไป โทร.5338)")}
    assert read["responsible.unit"] == "นักจัดการงานทั่วไป"
    assert read["responsible.phone"] == "5338"
    assert "responsible.name" not in read
