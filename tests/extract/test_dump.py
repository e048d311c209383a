import pytest

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
    assert len(document.notes) == 1
