import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.encodings import decode, read_text, repair_mojibake
from extract.mojibake import in_lines, repair

ACCIDENTS = [("cp874", "latin-1"), ("cp874", "cp1252"), ("utf-8", "latin-1"), ("utf-8", "cp1252"), ("utf-8", "cp874")]
LINES = ["ชื่อโครงการ/กิจกรรม : ปรับปรุงถนน", "ด้านที่ ๗ – “เมือง”", "ปี 2563", "เขต", "– “", "1.2", "180,000 บาท"]


def wrongly(text, written, read):
    """What a program shows that reads bytes of `written` as `read`, filling the table's gaps with the byte."""
    return "".join(bytes([byte]).decode(read, "ignore") or chr(byte) for byte in text.encode(written))


@pytest.mark.parametrize(("written", "read"), ACCIDENTS)
def test_each_line_of_a_garbled_file_comes_back_the_short_ones_too(written, read):
    text = "\n".join(LINES)
    assert repair_mojibake(wrongly(text, written, read)) == text


@pytest.mark.parametrize(("written", "read"), ACCIDENTS)
def test_garbled_lines_between_good_ones_come_back(written, read):
    lines = ["รหัสโครงการ", *LINES, "ปีงบประมาณ"]
    garbled = [lines[0], *(wrongly(line, written, read) for line in LINES), lines[-1]]
    text, notes = repair("\n".join(garbled))
    assert text == "\n".join(lines)
    assert len(notes) == 1
    assert re.match("lines 2-[58]", notes[0])  # dashes and quotes are the same in cp874 and cp1252
    assert notes[0].endswith(", repaired")


@pytest.mark.parametrize(("written", "read"), ACCIDENTS)
@pytest.mark.parametrize("end", ["", " (ต่อ)", "\t: เป็นไปตามแผน", "”"])
def test_a_garbled_value_behind_a_good_label_comes_back(written, read, end):
    """A database that was fed through the wrong table, in a template that was not."""
    value = "ปรับปรุงถนนสายหลัก 12 สาย"
    assert repair_mojibake(f"ชื่อโครงการ : {wrongly(value, written, read)}{end}") == f"ชื่อโครงการ : {value}{end}"


@pytest.mark.parametrize(("written", "read"), ACCIDENTS)
def test_a_second_accident_on_top_is_turned_back_too(written, read):
    text = "\n".join(LINES)
    again = wrongly(wrongly(text, written, read), "utf-8", read)
    assert again != wrongly(text, written, read)
    assert repair_mojibake(again) == text


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends_stay_and_lines_are_counted_by_all_of_them(line_end):
    lines = ["รหัสโครงการ", wrongly("สำนักงานเขต", "cp874", "latin-1"), "café"]
    text, notes = repair(line_end.join(lines))
    assert text == line_end.join(["รหัสโครงการ", "สำนักงานเขต", "café"])
    assert notes == (
        "line 2: cp874 read as Latin-1, repaired",
        "line 3: letters that are not Thai, left as they came",
    )


@pytest.mark.parametrize(
    "text",
    [
        "·····",
        "ชื่อ ····· ตำแหน่ง",
        "§§§",
        "«»«»",
        "¼½¾ ของงาน",
        "åäö",
        "ค่า PM2.5 ≤ 37.5 µg/m³",
        "25 °C ± 3",
        "Ã¶",
        "ดำเนินการเนื่องจากเธอ",
        "เนตรนภา เนตร เธอเธอ ธนเนตร",
        "“…” ‘–’",
        "\ufeffปี",
        "ส านักงาน ด าเนินการ",
    ],
)
def test_what_only_looks_like_an_accident_is_left(text):
    assert repair(text) == (text, ())


def test_a_byte_order_mark_that_became_letters_is_one_again():
    assert repair_mojibake("ï»¿ปีงบประมาณ") == "\ufeffปีงบประมาณ"
    assert repair_mojibake(wrongly("ชื่อ\n\ufeffปี", "utf-8", "latin-1")) == "ชื่อ\n\ufeffปี"


def test_two_letters_garbled_twice_are_no_other_thai():
    """ปี became »Õ and then Â»Ã•, which cp874 would show as ยปร•."""
    assert repair_mojibake("ถนน, Â»Ã\x95") == "ถนน, Â»Ã\x95"


def test_a_file_of_character_references_is_thai():
    assert decode(b"&#xE1B;&#x0e35; &#3647;&#3643;&#955;") == ("ปี ฿&#3643;&#955;", "utf-8")
    text = "ปีงบประมาณ\n&amp; 2563"
    assert read_text(text.encode("ascii", "xmlcharrefreplace")) == (
        text,
        "utf-8",
        ("Thai as HTML character references, repaired",),
    )


def test_character_references_inside_thai_are_left_to_the_normaliser():
    assert repair("ชื่อ : &#3611;&#3637;") == ("ชื่อ : &#3611;&#3637;", ())


def test_a_span_of_lines_may_hold_lines_in_ascii():
    assert in_lines([2, 5], ["ก", "ข", "", "1.2", "ค"]) == "lines 2-5"
    assert in_lines([2, 5], ["ก", "ข", "", "ฃ", "ค"]) == "lines 2, 5"


PIECES = st.one_of(
    st.sampled_from([*LINES, "เนตร", "เธอเธอ", "café", "·····", "½", "åäö", "☐", "\ufffd", "\xa0", "\n", "\r\n", " "]),
    st.builds(lambda text, accident: wrongly(text, *accident), st.sampled_from(LINES), st.sampled_from(ACCIDENTS)),
    st.text(alphabet="áÃÐ·¡à¸¹Â»เธนกขต\x81\x95… ab1", max_size=8),
)


@given(st.lists(PIECES, max_size=8).map("".join))
def test_repairing_twice_changes_no_more(text):
    once = repair_mojibake(text)
    assert repair_mojibake(once) == once


@given(
    st.lists(st.sampled_from([*LINES, "เนตร", "เธอเธอ", "ดำเนินการ", "café", "·····", "ö", "½", "☐", "\n", "\t"])).map(
        " ".join
    )
)
def test_clean_thai_ascii_and_accented_words_are_never_changed(text):
    assert repair(text) == (text, ())
