"""Text repair: lossless, idempotent, never a guess; comparison keys and their maps back to the source."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transform.thai import (
    is_placeholder,
    normalize,
    skeleton,
    skeleton_with_map,
    squash,
    squash_with_map,
    to_arabic_digits,
)

AM, NIKHAHIT, AA = "\u0e33", "\u0e4d", "\u0e32"

# Thai letters and marks, and everything that damages them.
damaged = st.lists(
    st.sampled_from(
        [
            *"กขคนส่้๊๋์็ัิีึืฺุูํำาเแโ๐๕๙0159 Aaß?*\\-–—",
            *"\n\t\r\xa0\u200b\ufeff\xad\u2028\x85\x0c\x1d\u3000\uf70a\uf711\uff08\uff06İ",
            "&amp;",
            "&nbsp;",
            "&lt;",
            "br",
            ">",
            "<br/>",
            "<b>",
            "&#3585;",
            "&#x0E4D;",
            "&#38;",
            ";",
            "&",
            "amp",
            " ? ",
            "\r\n",
            "&#13;",
        ]
    ),
    max_size=30,
).map("".join)
anything = st.one_of(damaged, st.text(max_size=40))

REPAIRS = [
    # sara am in every way fonts and extractors break it
    ("ส" + NIKHAHIT + AA + "นักงาน", "สำนักงาน"),
    ("ดำ" + AA + "เนินงาน", "ดำเนินงาน"),
    ("ด" + NIKHAHIT + AA + AA + "เนินงาน", "ดำเนินงาน"),
    ("ท" + NIKHAHIT + AM + "งาน", "ทำงาน"),
    ("ท" + AM + AM + "งาน", "ทำงาน"),
    ("น" + NIKHAHIT + "้" + AA, "น้ำ"),
    ("น้" + NIKHAHIT + AA, "น้ำ"),
    ("น" + AM + "้", "น้ำ"),
    ("น้" + AM + AA, "น้ำ"),
    ("ล้\u200b" + NIKHAHIT + "\xad" + AA, "ล้ำ"),
    # marks
    ("หนองเเขม", "หนองแขม"),
    ("ที่่", "ที่"),
    ("ท่ี", "ที่"),
    ("ผ้ั", "ผั้"),
    ("พันธ์ุ", "พันธุ์"),
    ("รั้้ง", "รั้ง"),
    ("ปู่", "ปู่"),
    ("ก็", "ก็"),
    ("สิทธิ์", "สิทธิ์"),
    # private-use glyphs of old Thai fonts
    ("ท\uf702\uf70a", "ที่"),
    ("ปู\uf705", "ปู่"),
    ("\uf70fา\uf700าน", "ญาฐาน"),
    ("น\uf711\uf714า", "น้ำ"),
    ("ก\uf718ก\uf719ก\uf71a", "กุกูกฺ"),
    # invisible and odd spaces
    ("\ufeffงบ\u200bประ\u00admาณ".replace("m", "ม"), "งบประมาณ"),
    ("1,234,567.\u200b50", "1,234,567.50"),
    ("\x80กอง\x9b31m\x1f", "กอง31m"),
    ("โทร.\xa07037", "โทร. 7037"),
    ("ก\u3000\u2009ข \t ค", "ก ข ค"),
    ("  ก  \n\n  ข  ", "ก\n\nข"),
    ("ก\r\nข\rค", "ก\nข\nค"),
    # HTML remnants
    ("R&amp;D", "R&D"),
    ("R&amp;amp;D", "R&D"),
    ("ก&nbsp;&nbsp;ข", "ก ข"),
    ("&lt;5 &gt; 3", "<5 > 3"),
    ("ก<br />ข", "ก\nข"),
    ("<b>เขต</b>วัฒนา", "เขตวัฒนา"),
    ("&#3648;&#x0E02;&#3605;", "เขต"),
    ("&ldquo;ก&rdquo; &ndash; ข", "“ก” – ข"),
    # full-width signs
    ("（１）：％", "(1):%"),
]
UNTOUCHED = [
    "ดาเนินการ", "ด้านที่ ๗ ? การบริหาร", "ส านักงาน", "เป้ าหมาย", "ภูมิท้ศน์", "(ฺBest Service)", "R&D", "a < b และ c > d",
    "นิพฺพานํ", "☐ ศูนย์วิชาการ", "**\\*\\* แบบแสดง \\*\\***", "AT&T &zzz; &", "Ⅷ ﬁ ² ½", "", "\n\n", "๐๑๒๓๔๕๖๗๘๙",
]  # fmt: skip


@pytest.mark.parametrize(("printed", "clean"), REPAIRS, ids=range(len(REPAIRS)))
def test_damage_without_loss_of_meaning_is_repaired(printed, clean):
    assert normalize(printed) == clean


@pytest.mark.parametrize("text", UNTOUCHED)
def test_what_would_need_a_guess_or_is_sound_stays_as_printed(text):
    assert normalize(text) == text


def test_nfkc_is_not_what_normalize_does():
    assert unicodedata.normalize("NFKC", "สำนัก") != "สำนัก"
    assert normalize(unicodedata.normalize("NFKC", "สำนักน้ำ")) == "สำนักน้ำ"


@pytest.mark.parametrize("code", range(0xF700, 0xF71B))
def test_each_private_use_glyph_becomes_a_thai_letter_or_mark(code):
    assert "\u0e01" <= normalize("ก" + chr(code))[-1] <= "\u0e4d"


@settings(max_examples=400)
@given(anything)
def test_normalize_twice_changes_nothing_more(text):
    assert normalize(normalize(text)) == normalize(text)


@given(anything)
def test_normalize_keeps_thai_digits_and_leaves_no_stray_space(text):
    clean = normalize(text)
    for digit in "๐๕๙":
        assert clean.count(digit) == text.count(digit)
    assert "  " not in clean
    assert all(line == line.strip(" ") for line in clean.split("\n"))


# Thai letters, marks and signs, Latin letters, digits, spaces and invisible characters: nothing that spells a letter
# in another way (entities, tags, private-use glyphs, full-width signs).
written = st.text(
    st.one_of(st.characters(min_codepoint=0x0E01, max_codepoint=0x0E5B), st.sampled_from("เเํำา่้ ะAb19.,:;()/?-–“”\n\t\xa0\u200b\ufeff\xad")),
    max_size=30,
)  # fmt: skip
INVISIBLE = re.compile("[\\s\u200b\ufeff\xad]+")
MARKS = re.compile("[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]+")


def _letters(text: str) -> str:
    """What is left when marks and spaces do not count, ำ is า (once), and เเ is แ."""
    bare = MARKS.sub("", INVISIBLE.sub("", text)).replace("\u0e33", "\u0e32")
    return re.sub("\u0e32+", "\u0e32", re.sub("เเ", "แ", bare))


@settings(max_examples=500)
@given(written)
def test_normalize_never_changes_a_letter_or_a_digit(text):
    assert _letters(normalize(text)) == _letters(text)
    consonants = re.compile("[^ก-ฮ]+")
    assert consonants.sub("", normalize(text)) == consonants.sub("", text)


@given(written)
def test_normalize_keeps_the_lines(text):
    assert normalize(text).count("\n") == text.count("\n")


@given(st.lists(anything.map(lambda text: text.replace("\r", "").replace("\n", "")), max_size=4))
def test_lines_are_repaired_independently_of_their_neighbours(lines):
    assert normalize("\n".join(lines)) == "\n".join(map(normalize, lines))


@given(anything)
def test_arabic_digits_change_digits_only(text):
    arabic = to_arabic_digits(text)
    assert len(arabic) == len(text)
    assert all(
        new == old or (old in "๐๑๒๓๔๕๖๗๘๙0123456789" and new in "0123456789")
        for new, old in zip(arabic, text, strict=True)
    )


EQUAL = [
    ("ด้านที่ ๗ ? การบริหารจัดการเมืองมหานคร : Management Strategy", "ด้านที่ 7 – การบริหารจัดการเมืองมหานคร: management strategy"),
    ("**\\*\\* แบบแสดงรายงาน \\*\\***", "แบบแสดง รายงาน"),
    ("(ฉบับที่2)", "(ฉบับที่ ๒)"),
    ("ส" + NIKHAHIT + AA + "นักการระบายน" + NIKHAHIT + "้า", "สำนักการระบายน้ำ"),
    ("๗.๒ − การบริหาร", "7.2-การบริหาร"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), EQUAL)
def test_printings_that_differ_in_dressing_only_have_one_key(one, other):
    assert squash(one) == squash(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("สำนักการศึกษา", "สำนักงานการศึกษา"),
        ("อีระวุฒิ", "ธีระวุฒิ"),
        ("10.00", "1000"),
        ("ดาเนินการ", "ดำเนินการ"),
        ("จริงหรือ?", "จริงหรือ-"),
    ],
)
def test_printings_that_say_something_else_keep_different_keys(one, other):
    assert squash(one) != squash(other)


@pytest.mark.parametrize(
    ("damaged_label", "label"),
    [
        ("ผ้รับผิดชอบ", "ผู้รับผิดชอบ"),
        ("ส านักงาน", "สำนักงาน"),
        ("เริ ่มต้ นโครงการ", "เริ่มต้นโครงการ"),
        ("ดาเนินการ", "ดำเนินการ"),
        ("อย่้", "อยู่"),
    ],
)
def test_skeleton_sees_through_lost_and_wrong_marks(damaged_label, label):
    assert skeleton(damaged_label) == skeleton(label)


@settings(max_examples=400)
@given(anything)
def test_keys_are_stable_and_carry_no_space_or_dressing(text):
    for key in (squash, skeleton):
        assert key(key(text)) == key(text)
        assert not any(c.isspace() or c in "*\\๐๕๙" for c in key(text))


@settings(max_examples=400)
@given(anything)
def test_maps_give_the_same_key_and_point_into_the_source_in_order(text):
    for plain, mapped in ((squash, squash_with_map), (skeleton, skeleton_with_map)):
        key, origin = mapped(text)
        assert key == plain(text)
        assert len(origin) == len(key)
        assert origin == sorted(origin)
        assert all(0 <= at < len(text) for at in origin)


def test_two_sara_e_that_only_a_mark_kept_apart_are_one_in_the_skeleton():
    assert skeleton("เ่เก") == "แก"
    assert skeleton_with_map("เ่เก") == ("แก", [0, 3])


def test_an_entity_that_only_a_mark_kept_apart_is_its_sign_in_the_skeleton():
    assert skeleton("&่amp;") == skeleton(skeleton("&่amp;")) == "&"
    assert skeleton_with_map("ก&่amp;ข") == ("ก&ข", [0, 1, 7])


def test_the_map_finds_a_label_inside_a_damaged_line():
    line = "  **ส" + NIKHAHIT + AA + "นักงาน เขต** :  ๕๐๓๙"
    key, origin = squash_with_map(line)
    at = key.index("เขต")
    assert line[origin[at] : origin[at + 2] + 1] == "เขต"
    assert line[origin[key.index("5039")] :] == "๕๐๓๙"


@pytest.mark.parametrize(
    "text", ["", " ", "-", "–", "- -", ".....", ". . .", "…", "(ไม่ได้ตั้ง)", "( ไม่ได้ตั้ง )", "(not set)", "\xa0", "____"]
)
def test_placeholders_stand_for_nothing(text):
    assert is_placeholder(text)


@pytest.mark.parametrize(
    "text", ["0", "ไม่มี", "?", "**** ภารกิจงานประจำของหน่วยงาน ****", "- บาท", "ไม่ใช้งบประมาณ", "ก", "1."]
)
def test_words_and_numbers_are_no_placeholders(text):
    assert not is_placeholder(text)
