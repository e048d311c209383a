import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.encodings import decode, repair_mojibake

FORM = "ปีงบประมาณ พ.ศ. : 2563\r\nด้านที่ ๗ – การบริหารจัดการ “เมือง”\tGreen City\n"
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "cp874"]

THAI_CHARACTERS = "".join(map(chr, (*range(0x0E01, 0x0E3B), *range(0x0E3F, 0x0E5C))))
THAI_WORDS = st.text(alphabet=THAI_CHARACTERS, min_size=1)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_each_encoding_is_recognised_and_named(encoding):
    assert decode(FORM.encode(encoding)) == (FORM, encoding)


@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be"])
def test_a_byte_order_mark_names_utf_16_and_is_dropped(name):
    assert decode(("\ufeff" + FORM).encode(name)) == (FORM, name)


@pytest.mark.parametrize("alias", ["tis-620", "iso8859_11"])
def test_older_thai_encodings_are_read_as_cp874(alias):
    text = "สำนักงานเขตคลองบัวคล้ำ 2563"
    assert decode(text.encode(alias)) == (text, "cp874")


def test_a_dash_of_cp874_is_no_control_character():
    text, _ = decode("ด้านที่ ๗ – ปลอดภัย".encode("cp874"))
    assert "–" in text


@pytest.mark.parametrize("word", ["เขต", "ลง"])
def test_a_mostly_ascii_cp874_file_that_is_valid_utf_8_is_read_as_cp874(word):
    data = b"code,name,district\n50410000-0952,road,"
    assert decode(data + word.encode("cp874")) == (data.decode() + word, "cp874")


def test_real_utf_8_that_looks_like_cp874_stays_utf_8_when_it_holds_thai():
    text = "เขต ߀ࡀ"
    assert decode(text.encode()) == (text, "utf-8")


@pytest.mark.parametrize("text", ["", "50410000-0952", "café – naïve", "© 2020"])
def test_text_without_thai_is_left_as_utf_8(text):
    assert decode(text.encode()) == (text, "utf-8")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_a_character_cut_by_the_end_of_the_file_is_marked(encoding):
    data = FORM.strip().encode(encoding) + "ก".encode(encoding)[:1]
    assert decode(data) == (FORM.strip() + "\ufffd", encoding)


def test_a_fault_in_the_middle_is_not_mistaken_for_a_cut():
    with pytest.raises(ValueError, match="neither UTF-8, UTF-16 nor cp874"):
        decode("ปี".encode() + b"\xff" + "งบ".encode())


@pytest.mark.parametrize(
    "data", [bytes(range(128, 256)), "naïve café".encode("latin-1"), b"\x96\x96", b"\xef\xbb\xbf\xff"]
)
def test_what_fits_no_rule_is_refused_with_what_was_expected(data):
    with pytest.raises(ValueError, match="expected a text dump"):
        decode(data)


@given(THAI_WORDS)
def test_thai_survives_every_encoding_that_says_what_it_is(word):
    text = "โครงการ " + word
    for encoding in ("utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "cp874"):
        assert decode(text.encode(encoding)) == (text, encoding)


@given(st.text())
def test_utf_8_with_a_byte_order_mark_is_never_refused(text):
    decode(b"\xef\xbb\xbf" + text.encode("utf-8", "ignore"))


def _wrongly(text, written, read):
    """What a program shows that reads bytes of `written` as `read`, filling the table's gaps with the byte."""
    return "".join(bytes([byte]).decode(read, "ignore") or chr(byte) for byte in text.encode(written))


@pytest.mark.parametrize(
    ("written", "read"),
    [("cp874", "latin-1"), ("cp874", "cp1252"), ("utf-8", "latin-1"), ("utf-8", "cp1252"), ("utf-8", "cp874")],
)
def test_text_that_was_decoded_wrongly_is_repaired(written, read):
    garbled = _wrongly(FORM, written, read)
    assert garbled != FORM
    assert repair_mojibake(garbled) == FORM
    assert decode(garbled.encode()) == (FORM, "utf-8")


def test_one_garbled_line_among_good_ones_is_repaired():
    garbled = _wrongly("สำนักงานเขต", "cp874", "latin-1")
    assert repair_mojibake(f"ปี 2563\n{garbled}\ncafé") == "ปี 2563\nสำนักงานเขต\ncafé"


@pytest.mark.parametrize("text", ["เธอเธอ", "เธอเนรเทศ", "เขตวัฒนา", "café", "ö", "Müller & Söhne", "สํานัก", "½ ±"])
def test_good_text_is_not_repaired(text):
    assert repair_mojibake(text) == text


@given(THAI_WORDS)
def test_thai_is_never_changed_by_the_repair(word):
    text = "งบประมาณที่ได้รับ " + word
    assert repair_mojibake(text) == text


@given(st.text(alphabet=THAI_CHARACTERS + "áÃÐ·¡à¸ ab1\n"))
def test_repairing_twice_changes_no_more(text):
    once = repair_mojibake(text)
    assert repair_mojibake(once) == once or not re.search("[\u0080-\u00ff]", text)
