"""What the tables and encodings of a font say of its codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pdfminer.pdftypes import PDFStream
from pdfminer.psparser import LIT

from extract.pdf.fonts import FontManager, UnreadableFont
from extract.pdf.streams import TooMuch
from extract.pdf.unicode_map import MAX_CODE, MAX_TABLES_BYTES, LazyUnicodeMap, UnicodeMaps
from tests.extract.font_bytes import (
    GO,
    HIGH_HOOK,
    HOOK,
    cid_font,
    meanings,
    simple_font,
    table,
    truetype,
)


def test_a_code_left_out_of_the_table_is_not_the_latin_letter_of_that_number():
    # LibreOffice: code 41 is a mark; 41 is ) in Latin
    program = truetype({"ga": (HOOK, 0), "gb": HIGH_HOOK}, symbol={0xF001: "ga", 0xF029: "gb"})
    assert meanings(simple_font(program, table((1, "้"))), [1, 41, 42]) == ["้", "้", None]


def test_a_simple_font_without_a_table_is_latin_as_it_says():
    assert meanings(simple_font(truetype({"ga": GO}), Encoding=LIT("WinAnsiEncoding")), [65, 161]) == ["A", "¡"]


def test_the_names_of_an_encoding_are_letters_and_numbers_are_none():
    encoding = {
        "Type": LIT("Encoding"),
        "Differences": [65, LIT("uni0E01"), LIT("g12"), LIT("kokaithai"), 70, LIT("uni0E49.low")],
    }
    assert meanings(simple_font(Encoding=encoding), [65, 66, 67, 68, 70]) == ["ก", None, "ก", "D", "้"]


def test_a_type_3_font_is_read_by_the_names_of_its_glyphs_alone():
    spec = {
        "Type": LIT("Font"),
        "Subtype": LIT("Type3"),
        "FontBBox": [0, 0, 10, 10],
        "FontMatrix": [0.1, 0, 0, 0.1, 0, 0],
        "FirstChar": 65,
        "Widths": [5, 0, 7],
        "CharProcs": {},
        "Encoding": {"Differences": [65, LIT("uni0E01"), LIT("uni0E49"), LIT("a3")]},
    }
    fonts = FontManager()
    font = fonts.get_font(None, spec)
    assert [fonts.glyph_text(font, code) for code in (65, 66, 67, 68)] == ["ก", "้", None, None]
    assert [font.char_width(code) for code in (65, 66, 67)] == [0.5, 0.0, pytest.approx(0.7)]


def test_a_standard_font_has_its_letters_and_widths_without_being_embedded():
    fonts = FontManager()
    font = fonts.get_font(None, {"Subtype": LIT("Type1"), "BaseFont": LIT("Helvetica")})
    assert [fonts.glyph_text(font, code) for code in b"A1 "] == ["A", "1", " "]
    assert [font.char_width(code) for code in b"A1 "] == [pytest.approx(width) for width in (0.667, 0.556, 0.278)]


# tables


@given(st.lists(st.tuples(st.integers(0, 90), st.integers(0, 90), st.integers(0x0E01, 0x0E30)), max_size=12))
def test_of_very_many_ranges_the_last_one_wins_as_it_does_of_few(ranges):
    few, many = LazyUnicodeMap(), LazyUnicodeMap()
    few.ranges = [(first, last, value.to_bytes(2, "big")) for first, last, value in ranges]
    many.ranges = [(200, 300, b"\x0e\x01")] * 400 + few.ranges
    for code in [*range(100), MAX_CODE]:
        assert said(many, code) == said(few, code)
    assert said(many, 201) == "ข"


def said(unicode_map, code):
    try:
        return unicode_map.get_unichr(code)
    except KeyError:
        return None


def test_a_table_of_several_fonts_is_read_once():
    tables, stream = UnicodeMaps(), PDFStream({}, table((1, "ก")))
    assert tables.read(stream) is tables.read(stream)


@pytest.mark.parametrize(("oddity", "share", "fitting"), [(b"", 3, 3), (b"/Other usecmap ", 20, 1)])
def test_tables_longer_than_any_font_needs_are_too_much(oddity, share, fitting):
    long = oddity + b" " * (MAX_TABLES_BYTES // share - len(oddity))
    tables = UnicodeMaps()
    for _ in range(fitting):
        tables.read(PDFStream({}, long))
    with pytest.raises(TooMuch, match="ToUnicode tables are longer"):
        tables.read(PDFStream({}, long))


# composite fonts


@pytest.mark.parametrize(("encoding", "is_vertical"), [("Identity-H", False), ("Identity-V", True)])
def test_a_vertical_font_is_said_to_be_one_and_has_the_heights_of_its_letters(encoding, is_vertical):
    fonts = FontManager()
    spec = cid_font(
        None,
        table((1, "ก"), (2, "ข")),
        widths=[1, [600]],
        outer={"Encoding": LIT(encoding)},
        W2=[1, 1, -700, 250, 800],
        DW2=[880, -900],
    )
    font = fonts.get_font(None, spec)
    assert (font.is_vertical(), font.is_multibyte()) == (is_vertical, True)
    assert list(font.decode(b"\0\1\0\2")) == [1, 2]
    assert [fonts.glyph_text(font, code) for code in (1, 2)] == ["ก", "ข"]
    assert [font.char_width(code) for code in (1, 2)] == pytest.approx([-0.7, -0.9] if is_vertical else [0.6, 0.5])


def test_a_known_encoding_of_another_script_is_read_without_a_table():
    fonts = FontManager()
    system = {"Registry": b"Adobe", "Ordering": b"Japan1", "Supplement": 2}
    font = fonts.get_font(None, cid_font(outer={"Encoding": LIT("UniJIS-UCS2-H")}, CIDSystemInfo=system))
    assert [fonts.glyph_text(font, cid) for cid in font.decode("日1".encode("utf-16-be"))] == ["日", "1"]


def embedded_encoding(body, **entries):
    return PDFStream({"CMapName": LIT("Made"), **entries}, body)


def test_an_encoding_embedded_in_the_pdf_cuts_strings_into_codes():
    body = b"""2 begincodespacerange <20> <7F> <8000> <80FF> endcodespacerange
        1 begincidrange <8000> <80FF> 1 endcidrange 1 begincidchar <41> 9 endcidchar"""
    fonts = FontManager()
    program = truetype({"ga": GO, "gb": (HOOK, 0)}, {0x0E01: "ga", 0x0E49: "gb"})
    spec = cid_font(
        program, table((0x41, "A")), widths=[1, [600, 0], 9, [250]], outer={"Encoding": embedded_encoding(body)}
    )
    font = fonts.get_font(None, spec)
    codes = list(font.decode(b"A\x80\x00\x80\x01"))
    assert codes == [0x41, 0x8000, 0x8001]
    assert [fonts.glyph_text(font, code) for code in codes] == ["A", "ก", "้"]
    assert [font.char_width(code) for code in codes] == [0.25, 0.6, 0.0]


def test_an_embedded_encoding_may_be_vertical_and_built_on_identity():
    fonts = FontManager()
    encoding = embedded_encoding(b"/Identity-V usecmap 1 begincidchar <0005> 1 endcidchar", WMode=1)
    font = fonts.get_font(None, cid_font(truetype({"ga": GO}, {0x0E01: "ga"}), outer={"Encoding": encoding}))
    assert font.is_vertical()
    assert [fonts.glyph_text(font, code) for code in font.decode(b"\0\5\0\1\0\2")] == ["ก", "ก", None]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"/Other-H usecmap",
        b"1 begincidrange <00> 7 <05> endcidrange",
        b"6000 begincidchar " + b"<41> 1 " * 6000 + b"endcidchar",
    ],
    ids=["empty", "built on an unknown one", "damaged", "of thousands"],
)
def test_an_embedded_encoding_that_cannot_be_read_makes_the_font_unreadable_and_loses_no_glyph(body):
    fonts = FontManager()
    font = fonts.get_font(None, cid_font(None, table((1, "ก")), outer={"Encoding": embedded_encoding(body)}))
    assert isinstance(font, UnreadableFont)
    assert [fonts.glyph_text(font, code) for code in font.decode(b"\0\1")] == [None, None]


# cost
