"""A code whose label cannot be recognised is read by its own shape, where nothing else can be meant."""

from __future__ import annotations

import pytest

from tests.transform.reading import OTHER, PROJECT, night_of, printed, read_text
from transform.lost_label import code_without_label
from transform.passage import Segment
from transform.records import Evidence

CODE = "50390000-9001"


def read(*lines: str) -> str | None:
    found = code_without_label((Segment(1, n, 0, text) for n, text in enumerate(lines, start=1)), "c-1")
    return found.value if found else None


@pytest.mark.parametrize(
    "line",
    [
        CODE, f": {CODE}", f"รxัx xครงxx... : {CODE}", f"  **{CODE}** ", f"รหัx {CODE} \\", "๕๐๓๙๐๐๐๐-๙๐๐๑", f"xxx ： {CODE}  ",
    ],
)  # fmt: skip
def test_a_code_at_the_end_of_a_line_is_read_whatever_is_left_of_its_label(line):
    assert read("ปีงบประมาณ", line) == CODE


@pytest.mark.parametrize(
    "line",
    [
        f"ตามโครงการ {CODE} ที่ได้รับอนุมัติ", f"รหัส : เดิม : {CODE}", f"{'ก' * 31} {CODE}", f"{CODE}, 50390000-9002",
        f"1{CODE}", f"{CODE}1", f"2-{CODE}", f"{CODE}-2", "5039000-9001", "50390000 9001", "",
    ],
)  # fmt: skip
def test_a_code_within_a_sentence_or_a_longer_number_is_none(line):
    assert read(line) is None


def test_two_codes_are_none_and_one_printed_twice_is_that_code():
    assert read(CODE, "50390000-9002") is None
    assert read(CODE, f": {CODE}") == CODE
    assert read() is None


def test_the_reading_stands_where_the_code_is_printed():
    text = "รxัส... : ๕๐๓๙๐๐๐๐-๙๐๐๑ "
    reading = code_without_label([Segment(2, 7, 4, text)], "c-1")
    assert reading is not None
    assert (reading.copy_id, reading.field, reading.value, reading.problem) == ("c-1", "project_code", CODE, None)
    assert reading.evidence == Evidence(2, 7, 7, 14, 27, "๕๐๓๙๐๐๐๐-๙๐๐๑")


# ---------------------------------------------------------------- in a whole copy

DAMAGED_LABEL = "รxxxxxxงxxx..."


@pytest.mark.parametrize("style", [1, 2])
def test_a_copy_with_a_damaged_label_has_its_code_and_no_line_is_left_unread(style):
    text = printed(style).replace("รหัสโครงการ...", DAMAGED_LABEL)
    (copy,) = read_text(text).copies
    assert (copy.printed_code, copy.project_code) == (PROJECT.code, PROJECT.code)
    assert PROJECT.code not in "".join(line.text for line in read_text(text).outcome.unread)


def test_a_copy_whose_code_has_its_label_takes_no_other_number_for_it():
    text = printed(1).replace(PROJECT.name, f"{PROJECT.name}\n{OTHER.code}\n")
    assert [d.project_code for d in night_of(read_text(text)).deliveries] == [PROJECT.code]


def test_a_code_in_another_section_is_not_the_project_s():
    lines = printed(1).replace("รหัสโครงการ...", DAMAGED_LABEL).replace(PROJECT.code, "-").split("\n")
    at = next(n for n, line in enumerate(lines) if line.startswith("**1.4"))
    (copy,) = read_text("\n".join([*lines[:at], OTHER.code, "", *lines[at:]])).copies
    assert copy.project_code is None
