import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.dump import read_dump


def texts(data):
    return [line.text for line in read_dump(data).lines()]


def test_lines_are_numbered_as_an_editor_counts_them_blank_ones_included():
    document = read_dump("** แบบแสดง **\n\n1.1 รหัส\r\n2563\rจบ\n".encode())
    assert [(line.page, line.number, line.text) for line in document.lines()] == [
        (1, 1, "** แบบแสดง **"),
        (1, 2, ""),
        (1, 3, "1.1 รหัส"),
        (1, 4, "2563"),
        (1, 5, "จบ"),
    ]


@pytest.mark.parametrize("character", ["\f", "\v", "\x1c", "\x85", "\u2028", "\u2029"])
def test_only_real_line_ends_end_a_line(character):
    assert texts(f"ปี{character}2563\nจบ".encode()) == [f"ปี{character}2563", "จบ"]


def test_the_text_is_kept_exactly():
    line = "  สํานัก\u200bงาน\u00a0เเผน\t ๒๕๖๓  "
    assert texts(line.encode()) == [line]


def test_the_byte_order_mark_is_no_part_of_the_first_line():
    document = read_dump("ปีงบประมาณ".encode("utf-8-sig"))
    assert next(document.lines()).text == "ปีงบประมาณ"
    assert document.encoding == "utf-8-sig"


def test_a_repaired_double_encoding_is_noted():
    document = read_dump("สำนักงานเขต".encode("cp874").decode("latin-1").encode())
    assert next(document.lines()).text == "สำนักงานเขต"
    assert document.notes == ("line 1: cp874 read as Latin-1, repaired",)


@given(st.text(alphabet="กข่ 12:\t\r\n\f\v\x85\u2028\u200b\xa0", max_size=40))
def test_no_line_is_lost_and_none_is_made(text):
    lines = texts(text.encode())
    ends = re.findall("\r\n|\n|\r", text)
    assert len(lines) - len(ends) in (0, 1)
    assert "".join(line + end for line, end in zip(lines, [*ends, ""], strict=False)) == text


@pytest.mark.parametrize("hole", ["\0", "\0\0\0", "\x1a"])
def test_a_hole_in_a_number_is_marked_and_noted(hole):
    document = read_dump(("ปีงบประมาณ\n" * 20 + f"งบประมาณ : 18{hole},000 บาท\n").encode())
    assert [line.text for line in document.lines()][-1] == "งบประมาณ : 18\ufffd,000 บาท"
    assert document.notes == (
        f"line 21: NUL or 0x1A inside the text, up to {len(hole)} in a row",
        "line 21: characters that cannot be read, shown as U+FFFD",
    )


@pytest.mark.parametrize("tail", ["\x1a", "\0" * 4096, "\r\n\x1a\n\0\0"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp874"])
def test_padding_behind_the_text_is_left_out(tail, encoding):
    document = read_dump(f"ปีงบประมาณ\nงบ{tail}".encode(encoding))
    assert [line.text for line in document.lines()] == ["ปีงบประมาณ", "งบ"]
    left_out = len(tail.lstrip())
    assert document.notes == (f"{left_out:,} characters from a NUL or 0x1A on, behind the text, left out",)


@pytest.mark.parametrize("mark", ["\x1a", "\ufeff", "\x1a\ufeff"])
def test_marks_between_files_that_were_put_together_are_left_out(mark):
    document = read_dump(f"ปีงบประมาณ\n{mark}- ข้อแรก\n".encode())
    assert [line.text for line in document.lines()] == ["ปีงบประมาณ", "- ข้อแรก"]
    assert document.notes == ("line 2: begins with an end mark (0x1A) or a byte-order mark, left out",)


def test_a_file_of_holes_is_left_to_be_rejected():
    data = b"MThd\0\0\0\6\0\1" * 50
    assert texts(data) == [data.decode().rstrip("\0")]


def test_characters_lost_before_the_file_came_are_noted_by_line():
    assert read_dump("ปีงบ\ufffdระมาณ\n\n256\ufffd\n".encode()).notes == (
        "lines 1, 3: characters that cannot be read, shown as U+FFFD",
    )


def test_a_clean_dump_has_no_notes():
    assert read_dump("ปีงบประมาณ ๒๕๖๓ – “เมือง”\n\n☐ ค่า\u200b\xa0\n".encode()).notes == ()
