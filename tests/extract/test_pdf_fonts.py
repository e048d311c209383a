"""What a glyph means: by the tables of the PDF, and by the font program where these are silent or wrong."""

import pytest
from pdfminer.psparser import LIT

from extract.encodings import LOST
from extract.pdf.fonts import FontManager
from extract.pdf.outlines import is_copy, is_ring
from extract.pdf.reader import read_pdf
from extract.pdf.repair import REST, UNMAPPED
from tests.extract.font_bytes import (
    AA,
    BLANK,
    FOOT,
    GO,
    HIGH_HOOK,
    HOOK,
    LETTER,
    RING,
    ROOF,
    SMALL_HOOK,
    TALL,
    cff,
    cid_font,
    circle,
    meaning,
    meanings,
    moved,
    pdf,
    table,
    truetype,
)

# what the program itself says


def test_a_glyph_mapped_to_nothing_is_what_the_map_of_the_program_calls_it():
    program = truetype({"ga": (RING, 0), "gb": (LETTER, 600)}, {0x0E4D: "ga", 0x0E19: "gb"})
    spec = cid_font(program, table((1, ""), (2, "")))
    assert meanings(spec, [1, 2]) == ["ํ", "น"]


def test_a_glyph_without_an_entry_is_what_its_name_says():
    program = truetype({"uni0E49.small": (HOOK, 0), "maieklowleftthai": (TALL, 0), "g7": GO}, names=True)
    assert meanings(cid_font(program, table((9, "ก"))), [1, 2, 3]) == ["้", "่", None]


def test_a_mark_named_like_a_latin_letter_is_not_that_letter():
    spec = cid_font(cff({"b": (HOOK, 0), "c": GO}), table((9, "ก")), kind="CIDFontType0")
    assert meanings(spec, [1, 2]) == [None, "c"]


def test_a_font_without_a_table_is_read_by_the_map_of_its_program():
    program = truetype({"ga": GO, "gb": (BLANK, 300)}, {0x0E01: "ga", 0x20: "gb", 0xA0: "gb"})
    assert meanings(cid_font(program), [1, 2, 0, 7]) == ["ก", " ", None, None]


def test_the_program_overrules_a_table_that_calls_a_thai_letter_another():
    # WeasyPrint: the first word is สำ, so the glyph of า is called ำ ever after
    program = truetype({"ga": (AA, 400), "gb": (HOOK, 0)}, {0x0E32: "ga", 0x0E49: "gb"})
    assert meanings(cid_font(program, table((1, "ำ"), (2, "ู"))), [1, 2]) == ["า", "้"]


def test_a_glyph_of_two_characters_may_be_either():
    program = truetype({"ga": (AA, 400)}, {0x0E32: "ga", 0x0E45: "ga"})
    assert meanings(cid_font(program, table((1, "ๅ"))), [1]) == ["ๅ"]
    assert meanings(cid_font(program), [1]) == ["า"]


def test_a_font_that_is_no_thai_font_does_not_overrule_thai():
    program = truetype({"ga": GO}, {0xA1: "ga"})  # ก in the place of a Latin letter
    assert meaning(cid_font(program, table((1, "ก"))), 1) == "ก"


# nikhahit is a ring


@pytest.mark.parametrize("claim", ["้", "่", "", "้ำ", "้\u4933", "ำ"])
def test_a_ring_above_the_letters_is_nikhahit_whatever_the_table_says(claim):
    assert meaning(cid_font(truetype({"ga": (RING, 0)}), table((1, claim))), 1) == "ํ"


def test_a_ring_without_an_entry_is_nikhahit():
    assert meaning(cid_font(truetype({"ga": (RING, 0)}), table((2, "ก"))), 1) == "ํ"


@pytest.mark.parametrize(
    ("shape", "advance"),
    [
        (moved(RING, 300, -600), 300),  # the letter o
        (moved(RING, 300, -700), 0),  # on the line
        (moved(RING, 300), 300),  # a degree sign
    ],
)
def test_other_rings_are_not_nikhahit(shape, advance):
    assert meaning(cid_font(truetype({"ga": (shape, advance)}), table((2, "ก"))), 1) is None


def test_a_ring_below_the_line_is_not_nikhahit():
    below = {"ga": (moved(RING, 0, -900), 0)}
    assert meaning(cid_font(truetype(below), table((1, "ฺ"))), 1) == "ฺ"


def test_a_mark_that_is_no_ring_is_what_the_table_says():
    marks = {"ga": (HOOK, 0), "gb": (ROOF, 0), "gc": (TALL, 0), "gd": (FOOT, 0)}
    assert meanings(cid_font(truetype(marks), table(*enumerate("้ิุ่", 1))), [1, 2, 3, 4]) == list("้ิุ่")


def test_only_concentric_round_contours_are_a_ring():
    outer, inner = RING
    assert is_ring([outer, inner])
    assert is_ring([inner, outer])
    assert not is_ring([outer])
    assert not is_ring([outer, moved([inner], 40)[0]])
    assert not is_ring([outer, moved([inner], 400)[0]])
    assert not is_ring([circle(0, 0, 100, 4), circle(0, 0, 50, 4)])
    assert not is_ring(moved(RING, across=1.6))
    assert not is_ring(HOOK)
    assert not is_ring([])


# sara am is a ring and sara aa


def test_sara_aa_called_sara_am_is_sara_aa():
    assert meaning(cid_font(truetype({"ga": (AA, 400)}), table((1, "ำ"))), 1) == "า"


def test_sara_am_has_a_ring_of_its_own():
    program = truetype({"ga": (RING + AA, 400)})
    assert [meaning(cid_font(program, table((1, claim))), 1) for claim in "ำา"] == ["ำ", "ำ"]


# copies


def test_a_copy_of_a_known_mark_drawn_elsewhere_means_the_same():
    program = truetype({"ga": (HOOK, 0), "gb": HIGH_HOOK, "gc": (moved(HOOK, -200), 0)})
    assert meanings(cid_font(program, table((1, "้"))), [2, 3]) == ["้", "้"]


def test_a_smaller_copy_of_a_known_mark_means_the_same():
    marks = {"ga": (HOOK, 0), "gb": (TALL, 0), "gc": SMALL_HOOK, "gd": (moved(TALL, 0, 220, 1, 0.8), 0)}
    assert meanings(cid_font(truetype(marks), table((1, "้"), (2, "่"))), [3, 4]) == ["้", "่"]


def test_a_mark_like_no_known_one_means_nothing():
    marks = {"ga": (HOOK, 0), "gb": (ROOF, 0), "gc": (TALL, 0)}
    assert meaning(cid_font(truetype(marks), table((1, "้"))), 2) is None
    assert meaning(cid_font(truetype(marks), table((1, "้"), (2, ""))), 3) is None


def test_a_bar_lying_down_is_not_like_one_standing():
    flat = [[(-140, 640), (-140, 680), (30, 680), (30, 640)]]  # sara i of a modern font
    marks = {"ga": (TALL, 0), "gb": (flat, 0)}
    assert meaning(cid_font(truetype(marks), table((1, "่"))), 2) is None


def test_a_copy_of_two_marks_means_nothing():
    marks = {"ga": (HOOK, 0), "gb": HIGH_HOOK, "gc": SMALL_HOOK}
    assert meaning(cid_font(truetype(marks), table((1, "้"), (2, "่"))), 3) is None


@pytest.mark.parametrize("vowel", ["ี", "ื"])
def test_the_two_vowels_that_are_drawn_alike_are_told_apart_by_exact_copies_only(vowel):
    marks = {"ga": (ROOF, 0), "gb": (moved(ROOF, -100), 0), "gc": (moved(ROOF, 0, 80, 0.9, 0.9), 0)}
    assert meanings(cid_font(truetype(marks), table((1, vowel))), [2, 3]) == [vowel, None]


def test_a_copy_of_a_latin_letter_is_not_taken_for_it():
    bar = [[(100, 0), (100, 700), (180, 700), (180, 0)]]  # l and I are one bar in many fonts
    program = truetype({"ga": (bar, 280), "gb": (bar, 300)})
    assert meaning(cid_font(program, table((1, "l"))), 2) is None


def test_letters_are_copies_only_point_for_point():
    program = truetype({"ga": GO, "gb": (LETTER, 650), "gc": (moved(LETTER, across=0.97), 600)})
    assert meanings(cid_font(program, table((1, "ก"))), [2, 3]) == ["ก", None]
    assert not is_copy(HOOK, ROOF)


def test_a_mark_below_is_no_copy_of_one_above():
    marks = {"ga": (TALL, 0), "gb": (moved(TALL, 0, -900), 0)}
    assert meaning(cid_font(truetype(marks), table((1, "่"))), 2) is None


def test_what_is_drawn_like_a_disputed_mark_is_not_decided_by_it():
    rings = {"ga": (RING, 0), "gb": (moved(RING, 400), 500)}  # a mark, and a letter or a sign
    assert meanings(cid_font(truetype(rings), table((1, "้"))), [1, 2]) == ["ํ", None]


def test_a_letter_of_a_private_code_is_known_by_it():
    program = truetype({"ga": (HOOK, 0), "gb": HIGH_HOOK})
    spec = cid_font(program, table((1, "\uf70b")), widths=[1, [0, 0]])
    assert meanings(spec, [1, 2]) == ["\uf70b", "้"]


def test_a_range_of_a_table_tells_what_its_glyphs_are():
    marks = b"1 beginbfrange <0001> <0004> <0E48> endbfrange"
    program = truetype({"ga": (TALL, 0), "gb": (HOOK, 0), "gc": GO, "gd": GO, "ge": HIGH_HOOK})
    assert meaning(cid_font(program, marks), 5) == "้"


# claims that cannot be


def test_a_sign_drawn_as_a_mark_is_no_sign():
    # Ghostscript: the glyph of mai tho above a vowel is called )
    program = truetype({"ga": (HOOK, 0), "gb": HIGH_HOOK, "gc": (ROOF, 0), "gd": (LETTER, 0)})
    spec = cid_font(program, table((1, "้"), (2, ")"), (3, " "), (4, ")")), widths=[1, [0, 0, 0, 0]])
    assert meanings(spec, [1, 2, 3, 4]) == ["้", "้", None, ")"]
    assert meanings(cid_font(None, table((2, ")")), widths=[2, [0]]), [2]) == [")"]


def test_thai_mixed_with_letters_of_another_script_is_no_text():
    program = truetype({"ga": (ROOF, 0)})
    assert meaning(cid_font(program, table((1, "้\u4933"))), 1) is None
    assert meaning(cid_font(program, table((1, "\u4933"))), 1) == "\u4933"


def test_a_mark_on_the_wrong_side_of_the_line_is_doubted_only_where_nobody_checked_the_table():
    marks = {"ga": (FOOT, 0), "gb": (moved(FOOT, -120), 0), "gc": (ROOF, 0)}
    spec = cid_font(truetype(marks), table((1, "้"), (2, "ู"), (3, "่")))
    assert meanings(spec, [1, 2, 3], checked=True) == ["้", "ู", "่"]
    assert meanings(spec, [1, 2, 3], checked=False) == ["ู", "ู", "่"]
    alone = cid_font(truetype({"ga": (HOOK, 0), "gb": (ROOF, 0)}), table((1, "ุ"), (2, "่")))
    assert meanings(alone, [1, 2], checked=True) == ["ุ", "่"]
    assert meanings(alone, [1, 2], checked=False) == [None, "่"]


@pytest.mark.parametrize("checked", [True, False])
def test_two_marks_with_each_other_s_entries_are_exchanged(checked):
    # LibreOffice: the glyphs of ปุ๋ย have the entries of ปุ๋ย
    marks = {"ga": (FOOT, 0), "gb": (HOOK, 0), "gc": (ROOF, 0)}
    spec = cid_font(truetype(marks), table((1, "๋"), (2, "ุ"), (3, "่")))
    assert meanings(spec, [1, 2, 3], checked=checked) == ["ุ", "๋", "่"]


def test_more_than_two_marks_on_the_wrong_side_are_not_exchanged():
    marks = {"ga": (FOOT, 0), "gb": (HOOK, 0), "gc": (moved(ROOF, 0, -800), 0)}
    spec = cid_font(truetype(marks), table((1, "๋"), (2, "ุ"), (3, "่")))
    assert meanings(spec, [1, 2, 3], checked=True) == ["๋", "ุ", "่"]


def test_what_draws_nothing_is_a_space_or_nothing():
    program = truetype({"ga": (BLANK, 300), "gb": (BLANK, 0), "gc": GO})
    assert meanings(cid_font(program, table((2, ""), (3, "ก"))), [1, 2, 0, 9]) == [" ", "", None, None]


def test_a_mark_said_to_be_nothing_leaves_its_own_trace():
    program = truetype({"ga": (ROOF, 0), "gb": GO})
    assert meanings(cid_font(program, table((1, ""), (2, "")), widths=[1, [0, 600]]), [1, 2]) == [UNMAPPED, None]


# syllables


def test_a_font_with_codes_of_its_own_gives_a_syllable_to_one_and_the_rest_to_others():
    # fpdf2: น้ำ is น and ้ำ, drawn as ring, hook and า; the code of the ring stands for both letters
    program = truetype({"ga": GO, "gb": (RING, 0), "gc": (HOOK, 0), "gd": (AA, 400)}, {0x0E19: "ga", 0x0E32: "gd"})
    spec = cid_font(program, table((1, "น"), (2, "้ำ"), (5, "า")), places=[0, 1, 2, 3, 4, 4])
    assert meanings(spec, [1, 2, 3, 4, 5]) == ["น", "้ำ", REST, REST, "า"]


def test_without_syllables_a_code_of_its_own_is_looked_up_in_the_program():
    program = truetype({"ga": GO, "gb": (HOOK, 0)}, {0x0E49: "gb"})
    spec = cid_font(program, table((7, "ก")), places=[0, 0, 2, 0, 0, 0, 0, 1])
    assert meanings(spec, [7, 2, 3, 99]) == ["ก", "้", None, None]


def test_a_syllable_given_to_its_last_glyph_is_taken_apart():
    # WeasyPrint: น้ำ is nothing, nothing, nothing and น้ำ
    names = {0x0E19: "ga", 0x0E4D: "gb", 0x0E49: "gc", 0x0E32: "gd"}
    program = truetype({"ga": GO, "gb": (RING, 0), "gc": (HOOK, 0), "gd": (AA, 400)}, names)
    spec = cid_font(program, table((1, ""), (2, ""), (3, ""), (4, "น้ำ")))
    assert meanings(spec, [1, 2, 3, 4]) == ["น", "ํ", "้", "า"]


def test_a_ligature_keeps_its_letters():
    program = truetype({"ga": GO, "gb": GO}, {0xFB01: "ga"})
    assert meanings(cid_font(program, table((1, "fi"), (2, "ffi"))), [1, 2]) == ["fi", "ffi"]


# what is done only when it is needed


def test_a_program_is_not_unpacked_for_a_font_that_needs_no_evidence():
    spec = cid_font(truetype({"ga": GO}), table((1, "A"), (2, "1"), (3, "\uf70b")), widths=[3, [0]])
    program = spec["DescendantFonts"][0]["FontDescriptor"]["FontFile2"]
    assert meanings(spec, [1, 2, 3]) == ["A", "1", "\uf70b"]
    assert program.data is None
    assert meaning(spec, 4) is None
    assert program.data is not None


def test_a_font_is_built_once_for_its_object_number():
    fonts = FontManager()
    first = fonts.get_font(7, cid_font(None, table((1, "ก"))))
    assert fonts.get_font(7, cid_font(None, table((1, "ข")))) is first


def test_a_font_that_is_no_font_is_unreadable():
    fonts = FontManager()
    for spec in (
        {"Subtype": LIT("Type0")},
        {"Subtype": LIT("Type0"), "DescendantFonts": [5]},
        {"Subtype": LIT("Type3")},
    ):
        font = fonts.get_font(None, spec)
        assert [fonts.glyph_text(font, code) for code in font.decode(b"ab")] == [None, None]


# in a page


def test_a_page_reads_with_the_letters_that_its_table_lost():
    # น้ำ, and a mark above that is like no other: known to be one, but not which
    glyphs = {"ga": GO, "gb": (RING, 0), "gc": (HOOK, 0), "gd": (AA, 400), "ge": HIGH_HOOK, "gf": (ROOF, 0)}
    entries = table((1, "น"), (2, "้"), (3, "้"), (4, "า"), (5, ""), (6, ""))
    data = pdf([1, 2, 5, 4, 1, 3, 4, 1, 6, 4], truetype(glyphs), entries, widths="[1 [600 0 0 400 0 0]]")
    document = read_pdf(data)
    assert [line.text for line in document.lines()] == [f"น้ำน้าน{LOST}า"]
    assert "lost letters: 1" in document.notes


def test_a_page_of_syllables_reads_each_of_them_once():
    glyphs = {"ga": GO, "gb": (RING, 0), "gc": (HOOK, 0), "gd": (AA, 400)}
    entries = table((1, "น"), (2, "้ำ"), (5, "า"), (6, "ำ"))
    places = [0, 1, 2, 3, 4, 4, 2]
    data = pdf(
        [1, 2, 3, 4, 1, 5, 1, 6, 4, 1], truetype(glyphs), entries, widths="[1 [600 0 0 400 400 0]]", places=places
    )
    assert [line.text for line in read_pdf(data).lines()] == ["น้ำนานำน"]
