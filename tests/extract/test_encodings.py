import random
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from data.samples.generator.dump import STYLE_1, STYLE_2, Copy, copy_text, dump_text
from data.samples.generator.facts import invent_project
from extract.encodings import decode, read_text, repair_mojibake

FORM = "ปีงบประมาณ พ.ศ. : 2563\r\nด้านที่ ๗ – การบริหารจัดการ “เมือง”\tGreen City\n"
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "cp874"]

THAI_CHARACTERS = "".join(map(chr, (*range(0x0E01, 0x0E3B), *range(0x0E3F, 0x0E5C))))
THAI_WORDS = st.text(alphabet=THAI_CHARACTERS, min_size=1)
THAI_TEXTS = st.lists(
    st.sampled_from(
        ["โครงการ", "เขต", "ด้านที่ ๗ – ปลอดภัย", "“เมือง” …", "2563", " : ", "\t", "\n", "\r\n", "180,000 บาท"]
    ),
    max_size=12,
).map(lambda pieces: "รหัสโครงการ" + "".join(pieces))

_PROJECT = invent_project(random.Random(9), fiscal_year_be=2563)
TWO_COPIES = [copy_text(Copy(_PROJECT, style)) for style in (STYLE_1, STYLE_2)]
DUMP = dump_text([Copy(_PROJECT, STYLE_1), Copy(_PROJECT, STYLE_2)])


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


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "tis-620", *ENCODINGS])
def test_a_whole_dump_survives_every_encoding_without_a_note(encoding):
    text, _, notes = read_text(DUMP.encode(encoding))
    assert text == DUMP
    assert notes == ()


@given(THAI_TEXTS, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp874"]))
def test_decoding_undoes_encoding(text, encoding):
    assert decode(text.encode(encoding))[0] == text


@given(st.one_of(st.binary(max_size=80), st.builds(bytes.__add__, st.binary(max_size=9), THAI_TEXTS.map(str.encode))))
def test_decoding_returns_or_raises_a_value_error(data):
    try:
        text, encoding, notes = read_text(data)
    except ValueError as error:
        text, encoding, notes = str(error), "none", ()
        assert "expected a text dump" in text
    assert encoding == "none" or decode(data) == (text, encoding)
    assert all(re.match("line|the file|Thai", note) for note in notes)


def test_dashes_and_quotes_prove_nothing_against_cp874():
    text = "ด้านที่ ๗ – “เมือง” … ‘ก’"
    assert decode(text.encode("cp874")) == (text, "cp874")


@pytest.mark.parametrize("text", ["œuvre", "Ɛ"])
def test_valid_utf_8_is_taken_for_cp874_only_when_that_is_thai_throughout(text):
    assert decode(text.encode()) == (text, "utf-8")


# --- two encodings in one file ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("utf-8", "cp874"),
        ("cp874", "utf-8"),
        ("utf-8-sig", "cp874"),
        ("utf-8", "utf-16"),
        ("cp874", "utf-16"),
        ("utf-16", "utf-8"),
        ("utf-16", "cp874"),
    ],
)
def test_two_files_put_together_are_each_read_in_their_encoding(first, second):
    one, two = TWO_COPIES
    text, main, notes = read_text(one.encode(first) + two.encode(second))
    assert text == one + two
    names = [name.replace("utf-16", "utf-16-le") for name in (first, second)]
    other = names[names[0] == main]
    boundary = one.count("\n")
    (note,) = notes
    assert note.endswith(f": {other}, the other lines: {main}")
    numbers = [int(number) for number in re.findall("[0-9]+", note.partition(":")[0])]
    assert all((number > boundary) == (other == names[1]) for number in numbers)


def test_utf_16_in_both_byte_orders_is_read_by_its_marks():
    data = "รหัสโครงการ\n".encode("utf-16") + "\ufeffปีงบประมาณ\n".encode("utf-16-be")
    assert read_text(data) == (
        "รหัสโครงการ\nปีงบประมาณ\n",
        "utf-16-le",
        ("lines 2-3: utf-16-be, the other lines: utf-16-le",),
    )


def test_short_lines_are_read_like_the_line_before_them():
    utf8, cp874 = "รหัสโครงการ\n๑\n– “\n", "ปีงบประมาณ\n๒\n– “\nเขต\nลง\n"
    text, encoding, notes = read_text(utf8.encode() + cp874.encode("cp874"))
    assert (text, encoding) == (utf8 + cp874, "cp874")
    assert notes == ("lines 1-3: utf-8, the other lines: cp874",)


def test_a_byte_lost_in_utf_16_is_no_reason_to_read_every_second_letter():
    """Behind the gap each low byte meets the high byte of another letter: 1 becomes ั and a space ภ."""
    data = DUMP.encode("utf-16")
    for at in (1001, 1002, 3000):
        with pytest.raises(ValueError, match="a byte is missing"):
            decode(data[:at] + data[at + 1 :])


# --- damage -----------------------------------------------------------------------------------------------------


def test_a_cut_end_is_noted():
    assert read_text("งบประมาณ 180,000 บาท".encode()[:-1]).notes == ("the file ends inside a character",)
    assert read_text("งบประมาณ 180,000 บาท".encode("utf-16")[:-1]).notes == ("the file ends inside a character",)


@given(st.integers(0, 10**6), st.integers(0x80, 0xFF), st.sampled_from(["utf-8", "cp874"]))
def test_one_broken_byte_costs_its_own_line_at_most(place, byte, encoding):
    data = bytearray(DUMP.encode(encoding))
    at = place % len(data)
    assume(data[at] != 0x0A)
    data[at] = byte
    text, name, _ = read_text(bytes(data))
    assert name == encoding
    before, after = DUMP.split("\n"), text.split("\n")
    assert len(before) == len(after)
    assert sum(a != b for a, b in zip(before, after, strict=True)) <= 1


def test_a_damaged_digit_is_marked_and_not_dropped():
    data = DUMP.encode().replace("งบประมาณ พ.ศ. : 2563".encode(), "งบประมาณ พ.ศ. : 2".encode() + b"\xb5" + b"63")
    assert "งบประมาณ พ.ศ. : 2\ufffd63" in decode(data)[0]


def test_a_damaged_block_leaves_the_rest_of_its_line_readable():
    data = DUMP.encode()
    at = data.index("รายงานครั้งที่".encode()) + 60
    text, encoding, _ = read_text(data[:at] + random.Random(1).randbytes(200).replace(b"\n", b"") + data[at:])
    assert encoding == "utf-8"
    assert DUMP.encode()[:at].decode("utf-8", "ignore") in text


def test_a_systematically_wrong_encoding_is_not_mistaken_for_damage():
    """The Thai encoding of the Macintosh has its tone marks where cp874 has nothing."""
    mac = bytes({0xE8: 0x83, 0xE9: 0x84}.get(byte, byte) for byte in DUMP.encode("cp874"))
    with pytest.raises(ValueError, match="neither UTF-8, UTF-16 nor cp874"):
        decode(mac)


def test_padding_behind_utf_16_does_not_hide_it():
    assert decode(DUMP.encode("utf-16-le") + bytes(4096))[0].rstrip("\0") == DUMP


def test_what_no_form_prints_is_named_by_line():
    assert read_text("ปี\nคำ\u0e3dว่า\n中文\n".encode()).notes == (
        "line 3: letters of another script, left as they came",
        "line 2: characters that stand for nothing, left as they came",
    )
