"""Font programs as evidence: of every kind, damaged and hostile ones, and a real one."""

from itertools import product

import pytest
from fontTools.ttLib import TTFont
from pdfminer.pdftypes import PDFStream
from pdfminer.psparser import LIT

from extract.pdf.fonts import MAX_CODE, FontManager, bounded_widths
from extract.pdf.programs import Effort, read_program
from tests.extract.font_bytes import (
    BLANK,
    GO,
    HIGH_HOOK,
    HOOK,
    RING,
    cff,
    cid_font,
    meanings,
    moved,
    opentype,
    simple_font,
    subroutines,
    table,
    truetype,
)
from tests.extract.pdf_bytes import SARABUN

# other programs


def test_outlines_of_cff_are_evidence_too():
    glyphs = {"ga": (HOOK, 0), "gb": HIGH_HOOK, "gc": (RING, 0), "uni0E19": GO, "gd": (BLANK, 300)}
    spec = cid_font(cff(glyphs), table((1, "้"), (3, "้"), (4, "")), kind="CIDFontType0")
    assert meanings(spec, [1, 2, 3, 4, 5, 9]) == ["้", "้", "ํ", "น", " ", None]


def test_an_opentype_program_has_a_character_map():
    program = opentype({"ga": (HOOK, 0), "gb": (RING, 0)}, {0x0E49: "ga"})
    assert meanings(cid_font(program, table((1, "ู"), (2, "้")), kind="CIDFontType0"), [1, 2]) == ["้", "ํ"]


def test_the_names_in_a_cff_program_are_the_letters_of_a_simple_font_without_an_encoding():
    program = cff({"uni0E01": GO, "A": GO, "ge": (RING, 0)})
    assert meanings(simple_font(program, kind="Type1"), [65]) == ["A"]
    encoding = {"Differences": [1, LIT("uni0E01"), LIT("ge")]}
    assert meanings(simple_font(program, kind="Type1", Encoding=encoding), [1, 2]) == ["ก", "ํ"]


def test_parts_of_a_glyph_are_put_together():
    parts = {"ga": [("hook", (1, 0, 0, 1, 0, 220))], "gb": [("hook", (0.85, 0, 0, 0.8, 0, 220))]}
    glyphs = {"hook": (HOOK, 0), "ga": (HOOK, 0), "gb": (HOOK, 0)}
    program = truetype(glyphs, composites=parts)
    assert meanings(cid_font(program, table((1, "้"))), [2, 3]) == ["้", "้"]
    outline = read_program(program, Effort()).outline(3)
    assert outline[1] == [pytest.approx((x * 0.85 / 1000, (y * 0.8 + 220) / 1000), abs=0.001) for x, y in HOOK[1]]


# hostile and damaged fonts


PROGRAMS = {
    "truetype": truetype({"ga": (HOOK, 0), "gb": HIGH_HOOK, "gc": (RING, 0)}, {0x0E49: "ga"}, names=True),
    "opentype": opentype({"ga": (HOOK, 0), "gb": HIGH_HOOK, "gc": (RING, 0)}, {0x0E49: "ga"}),
    "cff": cff({"ga": (HOOK, 0), "gb": HIGH_HOOK, "gc": (RING, 0)}),
}


@pytest.mark.parametrize(("kind", "tenth"), [*product(PROGRAMS, range(10))])
def test_a_program_cut_off_anywhere_leaves_the_tables_as_they_are(kind, tenth):
    program = PROGRAMS[kind][: len(PROGRAMS[kind]) * tenth // 10]
    texts = meanings(cid_font(program, table((1, "้"), (3, "ก"))), [1, 2, 3, 4])
    assert texts[0] == "้"
    assert texts[1] in ("้", None)
    assert texts[2:] == ["ก", None]


@pytest.mark.parametrize("kind", PROGRAMS)
def test_a_program_with_any_byte_wrong_raises_nothing(kind):
    program = PROGRAMS[kind]
    for place in range(0, len(program), 3):
        damaged = program[:place] + b"\xff" + program[place + 1 :]
        for glyph in range(5):
            read = read_program(damaged, Effort())
            if read is not None:
                read.named(), read.box(glyph), read.outline(glyph), read.advance(glyph), read.glyph_of_code(glyph)


def test_a_damaged_stream_of_a_program_does_not_cost_the_text():
    spec = cid_font(PROGRAMS["truetype"], table((1, "้")))
    descriptor = spec["DescendantFonts"][0]["FontDescriptor"]
    descriptor["FontFile2"] = PDFStream({"Filter": LIT("FlateDecode")}, b"no zlib")
    assert meanings(spec, [1, 2]) == ["้", None]


def test_a_glyph_made_of_itself_is_not_drawn_for_ever():
    glyphs = {"ga": (HOOK, 0), "gb": (HOOK, 0)}
    program = bytearray(truetype(glyphs, composites={"gb": [("ga", (1, 0, 0, 1, 0, 0))]}))
    font = read_program(bytes(program), Effort())
    assert font.outline(2) == font.outline(1)
    part = font._place(2)[0] + 12  # the number of the glyph that it is made of
    assert program[part : part + 2] == b"\x00\x01"
    program[part : part + 2] = b"\x00\x02"
    assert read_program(bytes(program), Effort()).outline(2) is None


@pytest.mark.parametrize(("calls", "depth"), [(1, 100), (10, 10)])
def test_subroutines_that_call_each_other_are_not_followed_for_ever(calls, depth):
    # by ones they go too deep, by tens they would be called ten thousand million times
    codes = [[*[index + 1 - 107, "callgsubr"] * calls, "return"] for index in range(depth)]
    assert read_program(subroutines([*codes, ["return"]]), Effort()).outline(1) is None


def test_evidence_ends_with_the_effort():
    font = read_program(PROGRAMS["truetype"], Effort(20))
    assert (font.outline(1), font.box(1) is not None) == (None, True)


def test_many_glyphs_without_meaning_cost_little():
    glyphs = {f"g{number}": (moved(HOOK, number % 50, number // 50), 0) for number in range(3_000)}
    spec = cid_font(truetype(glyphs), table(*((code, "้") for code in range(1, 1_000))))
    texts = meanings(spec, range(1, 3_001))
    assert texts[:999] == ["้"] * 999
    assert set(texts[999:]) <= {"้", None}
    assert texts[-1] is None  # the effort was spent


@pytest.mark.parametrize(("key", "numbers"), [("W", 3), ("W2", 5)])
def test_ranges_of_widths_are_bounded(key, numbers):
    array = [0, 10**12, *[500] * (numbers - 2)] * 1_000
    assert bounded_widths(array, numbers)[:2] == [0, MAX_CODE]
    assert len(bounded_widths(array, numbers)) <= 3 * numbers
    fonts = FontManager()
    font = fonts.get_font(None, cid_font(None, table((1, "ก")), outer={"Encoding": LIT("Identity-V")}, **{key: array}))
    assert fonts.glyph_text(font, 1) == "ก"


def test_widths_of_codes_one_by_one_are_kept_among_damaged_ones():
    assert bounded_widths([5, [1, 2], 7, 9, 300, 8]) == [5, [1, 2], 7, 9, 300]


# a real font


@pytest.mark.skipif(not SARABUN.is_file(), reason="data/samples/fonts/Sarabun-Regular.ttf is not there")
def test_every_small_or_shifted_mark_of_a_thai_font_is_known_by_its_outline_or_not_at_all():
    names = TTFont(SARABUN, lazy=True).getGlyphOrder()
    plain = {f"uni{code:04X}": chr(code) for code in (0x0E31, *range(0x0E34, 0x0E3B), *range(0x0E47, 0x0E4F))}
    variants = {
        glyph: plain[name.partition(".")[0]]
        for glyph, name in enumerate(names)
        if "." in name and name.partition(".")[0] in plain
    }
    known = [(names.index(name), letter) for name, letter in plain.items() if name in names]
    program = SARABUN.read_bytes()
    cut = program.replace(b"post", b"xxxx", 1).replace(b"cmap", b"xxxx", 1)  # no names, no map: outlines alone
    spec = cid_font(cut, table(*known))
    texts = dict(zip(variants, meanings(spec, variants), strict=True))
    assert {glyph: text for glyph, text in texts.items() if text not in (variants[glyph], None)} == {}
    assert sum(text is not None for text in texts.values()) >= 0.8 * len(variants) > 10
    assert meanings(spec, [glyph for glyph, _ in known]) == [letter for _, letter in known]
