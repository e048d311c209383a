"""lineage.correction: every reviewed line with what it does, from the stored readings alone."""

from __future__ import annotations

import pytest

from load.corrections import codes_delivered
from load.explain import as_json, as_text, why
from tests.load.conftest import CODE, FIRST, SECOND, SHA, VALUES, agreed, make_night, second_values
from transform.registers import Correction

TARGET = ("targets[2]", "ดูแลจัด", "ดูแลการจัด")


def line(number, field, printed, right, code=CODE):
    return Correction(code, field, printed, right, "ตรวจต้นฉบับ", "ผู้ตรวจ", "2026-01-05", number)


def states(warehouse):
    return {
        n: (state, night)
        for n, state, night in warehouse.rows("SELECT line, state, last_applied FROM lineage.correction")
    }


@pytest.mark.parametrize(
    ("correction", "state"),
    [
        (line(2, *TARGET), "applied"),
        (line(2, "targets[2]", "จัด", "จัดการ"), "applied"),
        (line(2, "rationale", "ย่อหน้า", "ตอน"), "ambiguous"),
        (line(2, "budget_received", "๑๙๐,๐๐๐", "170,000"), "unmatched"),
        (line(2, "budget_received", "๑๘๐๐๐๐.๐๐", "170,000"), "applied"),
        (line(2, "targets[3]", "ก", "ข"), "unmatched"),
        (line(2, "targets[2]", "ก", "ข", "50390000-1111"), "unknown_project"),
        (line(2, "project_code", CODE, CODE, f"{SHA[:16]}-1"), "applied"),
        (line(2, "project_code", CODE, "50390000-1111", f"{SHA[:16]}-1"), "unmatched"),
        (line(2, "project_code", "-", CODE, f"{'d' * 16}-1"), "unknown_project"),
    ],
)
def test_each_line_has_its_state(one_night, correction, state):
    one_night.load(make_night(FIRST, {CODE: VALUES}), corrections=(correction,))
    assert states(one_night) == {2: (state, FIRST if state == "applied" else None)}


def test_a_line_that_matches_no_more_keeps_the_night_on_which_it_did(one_night):
    one_night.load(make_night(SECOND, {CODE: second_values()}, sha="c" * 64), corrections=(line(2, *TARGET),))
    assert states(one_night) == {2: ("unmatched", FIRST)}
    one_night.load(make_night(SECOND, {CODE: second_values()}, sha="c" * 64))
    assert states(one_night) == {}


def test_of_two_lines_about_one_value_the_first_decides(one_night):
    lines = (line(2, *TARGET), line(3, "targets[2]", "ดูแลการจัด", "ดูแลจัดหา"))
    one_night.load(make_night(FIRST, {CODE: VALUES}), corrections=lines)
    assert states(one_night) == {2: ("applied", FIRST), 3: ("overruled", None)}


def test_which_codes_were_delivered(one_night):
    asked = [CODE, "50390000-1111", f"{SHA[:16]}-1", f"{SHA[:16]}-9"]
    assert codes_delivered(one_night.con, asked) == {CODE, f"{SHA[:16]}-1"}
    assert codes_delivered(one_night.con, []) == frozenset()


def test_why_says_who_reviewed_a_value(one_night):
    values = {**VALUES, "targets[2]": ("ดูแลการจัด", "ดูแลจัด", "ดูแลการจัด", "correction", "resolved")}
    one_night.load(make_night(SECOND, {CODE: values}, sha="c" * 64), corrections=(line(7, *TARGET),))
    path = one_night.publish().path
    explained = why(path, CODE, "targets[2]")
    said = (
        "  reviewed ผู้ตรวจ 2026-01-05: ดูแลจัด → ดูแลการจัด\n           ตรวจต้นฉบับ (data/reference/corrections.csv line 7)\n"
    )
    assert said in as_text(explained)
    assert as_json(explained)["fields"][0]["corrections"] == [
        {
            "line": 7,
            "printed": "ดูแลจัด",
            "right": "ดูแลการจัด",
            "reason": "ตรวจต้นฉบับ",
            "who": "ผู้ตรวจ",
            "when": "2026-01-05",
        }
    ]
    assert why(path, CODE, "targets[1]").fields[0].corrections == ()


def test_why_says_who_placed_a_copy(one_night):
    placed = line(2, "project_code", "-", CODE, f"{SHA[:16]}-1")
    one_night.load(make_night(FIRST, {CODE: {**VALUES, "targets[2]": agreed("ข")}}), corrections=(placed,))
    assert why(one_night.publish().path, CODE, "project_code").fields[0].corrections[0].printed == "-"
