import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pdfminer.glyphlist import glyphname2unicode

from extract.encodings import LOST
from extract.pdf.repair import PRIVATE_USE, REST, UNDEFINED, UNMAPPED, repair


@pytest.mark.parametrize(
    ("printed", "meant", "rule"),
    [
        ("ส\u0e4dานัก", "สำนัก", "nikhahit_aa"),
        ("น\u0e49\u0e4dา", "น้ำ", "nikhahit_aa"),
        ("น\u0e4d\u0e49า", "น้ำ", "nikhahit_aa"),
        ("ส\u0e33\u0e32นัก", "สำนัก", "am_aa"),
        ("น\u0e33\u0e49", "น้ำ", "am_before_tone"),
        ("น\u0e4d\u0e49\u0e33", "น้ำ", "nikhahit_aa"),
        (f"ส{UNMAPPED}านัก", f"ส{LOST}านัก", "lost letters"),
        (f"ส{UNDEFINED}านัก", f"ส{LOST}านัก", "lost letters"),
        (f"น{UNMAPPED}\u0e49า", "น้ำ", "unmapped_nikhahit"),
        (f"น\u0e49{UNMAPPED}า", "น้ำ", "unmapped_nikhahit"),
        (f"น้ำ{REST}{REST}ตาล", "น้ำตาล", "rest_of_syllable"),
        (f"ที่{REST}{REST}", "ที่", "rest_of_syllable"),
        ("เริ ่มต้น", "เริ่มต้น", "space_before_mark"),
        ("เป้ าหมาย", "เป้าหมาย", "space_before_aa"),
        ("ท่ี", "ที่", "mark_order"),
        ("พันธ์ุ", "พันธุ์", "mark_order"),
        ("เเผน", "แผน", "double_e"),
        ("ผ้้รับ", "ผู้รับ", "doubled_tone"),
        ("น้้ำ", "น้ำ", "nikhahit_as_tone"),
        ("ต้่ำ", "ต่ำ", "nikhahit_as_tone"),
        ("ที่่", "ที่", "repeated_tone"),
        ("1,234,567.\u200b50", "1,234,567.50", "invisible"),
        ("งบ\u00ad\u2060ประมาณ", "งบประมาณ", "invisible"),
        ("ปี\u00a02563\tบาท", "ปี 2563 บาท", "space"),
        ("ท\uf701\uf70a", "ทิ่", "private_use"),
        ("\uf70f\uf700", "ญฐ", "private_use"),
        ("น\uf899\uf88cา", "น่ำ", "private_use"),
        ("ป\uf71fน", "ป็น", "private_use"),
    ],
)
def test_each_fault_is_undone_and_counted(printed, meant, rule):
    counts = Counter()
    assert repair(printed, counts) == meant
    assert rule in counts


@pytest.mark.parametrize(
    "text",
    [
        "ผู้รับ ๑๒ ครัวเรือน",
        "ด้านที่ ๗ ? การบริหาร – “เมือง”",
        "Green City 100.00 %",
        "เลขที่ ๑. เ",
    ],
)
def test_what_the_text_layer_does_not_determine_is_left_alone(text):
    assert repair(text) == text


def test_a_lost_sara_am_is_not_guessed():
    assert repair("ส านักงาน") == "สานักงาน"


def test_every_private_use_glyph_of_old_thai_fonts_is_thai():
    assert all("\u0e01" <= repair(chr(code)) <= "\u0e5b" for code in range(0xF700, 0xF71B))
    assert all(repair(private) == letter for private, letter in PRIVATE_USE.items())


def test_the_private_letters_of_the_macintosh_are_those_of_adobes_list_of_names():
    # "maithoupperleftthai" is U+F88D there: mai tho, upper, left
    def meant(name):
        for place in ("upper", "low", "left", "right"):
            name = name.replace(place, "")
        return glyphname2unicode[name]

    listed = {char: meant(name) for name, char in glyphname2unicode.items() if "\uf884" <= char <= "\uf899"}
    assert len(listed) == 22
    assert {char: letter for char, letter in PRIVATE_USE.items() if char >= "\uf884"} == listed


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        (f"ก{UNMAPPED}{UNDEFINED}ข", f"ก{LOST}{LOST}ข"),
        (f"1{UNDEFINED}0,000", f"1{LOST}0,000"),
        (f"{UNDEFINED}", LOST),
        (f"ข{UNMAPPED}าว", f"ข{LOST}าว"),  # ข้าว and ขำ are both words
        (f"คน{UNDEFINED}้าว", f"คน{LOST}้าว"),  # คนก้าว
    ],
)
def test_a_letter_that_nothing_determines_is_lost_and_never_left_out(printed, meant):
    counts = Counter()
    assert repair(printed, counts) == meant
    assert counts["lost letters"] == meant.count(LOST)


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        (f"ก{REST}", f"ก{LOST}"),  # one letter is drawn by one glyph
        (f"ที่{REST}{REST}{REST}", f"ที่{LOST}"),
        (f"ทำ{REST}{REST}{REST}", f"ทำ{LOST}"),  # ำ by two
        (f"12{REST}", f"12{LOST}"),
        (f"{REST}ก", f"{LOST}ก"),
    ],
)
def test_more_glyphs_than_a_syllable_has_parts_are_letters_lost(printed, meant):
    assert repair(printed) == meant


def words():
    """Thai as it is written: consonant, then a vowel above or below or ำ or า, with a tone where one can stand."""
    consonant = st.sampled_from("กขคงจชดตทนบปผพมยรลวสหอ")
    tone = st.sampled_from(["", "", "่", "้", "๊", "๋"])
    rest = st.sampled_from(["ิT", "ีT", "ึT", "ืT", "ุT", "ูT", "ัT", "T", "Tา", "Tำ", "็", "์"])
    syllable = st.tuples(st.sampled_from(["", "", "เ", "แ", "โ", "ไ"]), consonant, rest, tone).map(
        lambda parts: parts[0] + parts[1] + parts[2].replace("T", parts[3])
    )
    return st.lists(syllable, min_size=1).map("".join)


@given(words())
def test_well_written_thai_is_not_changed(text):
    counts = Counter()
    assert repair(text, counts) == text
    assert not counts


@given(words())
def test_marks_in_the_order_of_their_drawing_are_put_right(text):
    assert repair(re.sub("([ัิีึืุู])([่้๊๋])", r"\2\1", text)) == text


@given(words(), st.sampled_from(["ํ{}า", "{}ํา", "{}ำา", "ำ{}"]))
def test_sara_am_in_pieces_is_put_together(text, pieces):
    assert repair(re.sub("([่้๊๋]?)ำ", lambda match: pieces.format(match[1]), text)) == text


@given(words())
def test_glyphs_of_old_fonts_are_the_letters_they_show(text):
    assert repair(text.translate(str.maketrans("ิีึื่้๊๋์", "\uf701\uf702\uf703\uf704\uf70a\uf70b\uf70c\uf70d\uf70e"))) == text


@given(
    words(), st.lists(st.tuples(st.integers(0), st.sampled_from([UNMAPPED, UNDEFINED, REST])), min_size=1, max_size=4)
)
def test_no_sentinel_remains_and_what_is_lost_is_counted(text, sentinels):
    for place, sentinel in sentinels:
        place %= len(text) + 1
        text = text[:place] + sentinel + text[place:]
    counts = Counter()
    repaired = repair(text, counts)
    assert not set(repaired) & {UNMAPPED, UNDEFINED, REST}
    assert counts["lost letters"] == repaired.count(LOST)
    assert repair(repaired) == repaired
