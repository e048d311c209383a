"""Reviewed corrections: which line applies to which readings, whole values and pieces of texts, and what has no effect."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given as holds_for
from hypothesis import strategies as st

from tests.transform.forms import CODE, FORM, PLAIN, REGISTERS, Lost, between, context, correction, decided, told
from transform.corrections import as_compared, effects
from transform.records import Evidence, Reading
from transform.registers import Correction, Registers
from transform.thai import squash

LONG = "ชุมชนริมคลองต้องการที่อ่านหนังสือ และขอให้สำนักงานเขตดูแลการจัดห้องสมุดทุกสัปดาห์ เพื่อให้เด็ก 190 คนมีที่อ่านหลังเลิกเรียน"
SHORT = LONG.replace("ดูแลการจัด", "ดูแลจัด")


def registers(*lines: tuple[str, str, str]) -> Registers:
    """The registers with corrections (address, printed, right), in this order."""
    made = tuple(Correction(CODE, *line, "ตรวจกับต้นฉบับ", "ผู้ตรวจ", "2026-01-05", n) for n, line in enumerate(lines, 2))
    return replace(REGISTERS, corrections=made)


def effect_of(printed: str, right: str, *values: str, address: str = "rationale") -> str:
    [effect] = effects(registers((address, printed, right)).corrections, readings(*values), FORM.field_of(address))
    return effect


def readings(*values: str, address: str = "rationale", copies: tuple[int, ...] = ()) -> tuple[Reading, ...]:
    numbers = copies or tuple(range(1, len(values) + 1))
    return tuple(
        Reading(f"x-{n}", address, None, Evidence(1, line, line, 0, len(v), v), v)
        for line, (n, v) in enumerate(zip(numbers, values, strict=True), 1)
    )


def test_without_a_line_the_long_text_is_contested():
    assert told(between("rationale", LONG, SHORT))[1:] == ("first_complete_copy", "contested")


@pytest.mark.parametrize(("values", "chosen"), [((LONG, SHORT), LONG), ((SHORT, LONG), LONG), ((SHORT, SHORT), LONG)])
def test_a_piece_is_replaced_wherever_it_is_printed(values, chosen):
    given = context(correction("rationale", "สำนักงานเขตดูแลจัด", "สำนักงานเขตดูแลการจัด"))
    assert told(between("rationale", *values, given=given)) == (chosen, "correction", "resolved")


def test_all_readings_and_what_differed_stay_on_the_decision():
    given = context(correction("rationale", "เขตดูแลจัดห้อง", "เขตดูแลการจัดห้อง"))
    decision, before = between("rationale", LONG, SHORT, given=given), between("rationale", LONG, SHORT)
    assert (decision.readings, decision.alternatives) == (before.readings, before.alternatives)


def test_what_else_is_contested_in_the_text_stays_contested():
    other = SHORT.replace("หลังเลิกเรียน", "ก่อนเลิกงาน")
    one = ("rationale", "เขตดูแลจัดห้อง", "เขตดูแลการจัดห้อง")
    two = ("rationale", "ก่อนเลิกงาน", "หลังเลิกเรียน")
    assert told(between("rationale", SHORT, other.replace("ดูแลจัด", "ดูแลการจัด"), given=context(registers(one))))[1:] == (
        "first_complete_copy",
        "contested",
    )
    assert told(between("rationale", LONG, other, given=context(registers(one, two)))) == (
        LONG,
        "correction",
        "resolved",
    )


def test_a_piece_fills_in_letters_that_were_lost():
    lost = LONG.replace("อ่านหนังสือ", "อ่าน\ufffd\ufffdังสือ")
    given = context(correction("rationale", "ที่อ่าน\ufffd\ufffdังสือ", "ที่อ่านหนังสือ"))
    assert told(between("rationale", Lost(lost), given=given)) == (LONG, "correction", "resolved")


def test_a_piece_of_a_list_item_is_replaced():
    given = context(correction("targets[1]", "40 คน", "48 คน"))
    assert told(between("targets[1]", PLAIN["targets[1]"], given=given)) == (
        "เด็กในชุมชน 48 คน เข้าใช้ห้องสมุด",
        "correction",
        "resolved",
    )


def test_a_whole_value_goes_before_a_piece_of_it():
    lines = (("project_name", "ห้องสมุด", "ห้องอ่าน"), ("project_name", "พัฒนาห้องสมุดชุมชน", "พัฒนาหอสมุดชุมชน"))
    assert between("project_name", "พัฒนาห้องสมุดชุมชน", given=context(registers(*lines))).value == "พัฒนาหอสมุดชุมชน"
    found = effects(registers(*lines).corrections, readings("พัฒนาห้องสมุดชุมชน"), FORM.field_of("project_name"))
    assert found == ("overruled", "applied")


@pytest.mark.parametrize(
    ("printed", "right", "why"),
    [
        ("อ่าน", "อ่านดู", "ambiguous"),  # stands twice
        ("เด็ก 19", "เด็ก 18", "unmatched"),  # a part of the number 190
        ("90 คน", "80 คน", "unmatched"),
        ("ห้องสมุดทุกส", "ห้องสมุดทุกษ", "unmatched"),  # parts a consonant from its vowel
        ("ั", "ิ", "unmatched"),
        ("ไม่มีในข้อความ", "x", "unmatched"),
        ("-", "x", "unmatched"),
        ("การจัดห้อง", "ดูแลการจัดห้อง", "unmatched"),  # is right already
        ("เด็ก ๑๙๐ คน", "เด็ก 180 คน", "applied"),  # digits' script and spaces do not count
    ],
)
def test_what_a_piece_needs_to_apply(printed, right, why):
    assert effect_of(printed, right, LONG) == why
    value, rule, _ = told(between("rationale", LONG, LONG, given=context(correction("rationale", printed, right))))
    assert (rule == "correction") == (why == "applied") == (value != LONG)


def test_numbers_dates_and_names_are_never_corrected_by_a_piece():
    for address, printed in (("budget_received", "180"), ("start_date", "2019"), ("fiscal_year_be", "25")):
        given = context(correction(address, printed, "2564" if address == "fiscal_year_be" else "1"))
        assert decided(PLAIN, PLAIN, given=given)[address].rule == "agreed"


def test_pieces_of_a_list_item_are_one_reading():
    field = FORM.field_of("targets[1]")
    stored = readings("บันทึกการ", "การเติบโตของพืช", "บันทึกการเติบโตของพืช", address="targets[1]", copies=(1, 1, 2))
    assert [r.value for r in as_compared(stored, field)] == ["บันทึกการเติบโตของพืช"] * 2
    assert [r.value for r in as_compared(stored[:2], field)] == ["บันทึกการเติบโตของพืช"]


LETTERS = st.text(alphabet="กขคงจ 12่ั", min_size=1, max_size=12)


@holds_for(LETTERS, LETTERS, LETTERS, LETTERS)
def test_a_piece_changes_nothing_but_itself(before, piece, after, right):
    text = before + piece + after
    decision = between("rationale", text, text, given=context(correction("rationale", piece, right)))
    if decision.rule == "correction" and squash(piece) != squash(text):
        key, length = squash(text), len(squash(piece))
        made = {
            key[:at] + squash(right) + key[at + length :]
            for at in range(len(key))
            if key[at:].startswith(squash(piece))
        }
        assert squash(decision.value or "") in {squash(text) for text in made}
