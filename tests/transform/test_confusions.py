"""What kind of difference two readings are: standing confusions, harmless signs, or substance; and in which words."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transform.confusions import Difference, classify, differing_words
from transform.registers import Registers, read_registers
from transform.thai import squash

REFERENCE = Path(__file__).parents[2] / "data" / "reference"
COMMITTED = read_registers({"confusions.csv": (REFERENCE / "confusions.csv").read_text(encoding="utf-8")})


@pytest.mark.parametrize(
    ("one", "two", "pairs"),
    [
        ("ณัฐา อีระวุฒิ", "ณัฐา ธีระวุฒิ", (("อ", "ธ"),)),
        ("ดำเนินการ", "ดาเนินการ", (("ำ", "า"),)),
        ("ภูมิทัศน์", "ภูมิท้ศน์", (("ั", "้"),)),
        ("กรกฎาคม", "กรกฏาคม", (("ฎ", "ฏ"),)),
        ("ใช้ในงาน", "ไช้ไนงาน", (("ใ", "ไ"),)),  # twice the same is told once
        ("ช่วยกัน", "ชวยกัน", (("่", ""),)),
        ("กุมภาพันธ์", "กุมภาพันธุ์", (("", "ุ"),)),
        ("เด็กดี", "เต็กตี", (("ด", "ต"),)),
        ("งาน SME", "งาน 5ME", (("s", "5"),)),
        ("ห้อง B", "ห้อง 8", (("b", "8"),)),
    ],
)
def test_letters_that_scans_and_typing_confuse_are_a_likely_misprint(one, two, pairs):
    assert classify(one, two, COMMITTED) == Difference("likely_misprint", pairs)


@pytest.mark.parametrize(
    ("one", "two", "pairs"),
    [
        ("สํานักงาน", "สำนักงาน", ()),
        ("หนองเเขม", "หนองแขม", ()),
        ("ด้านที่ ๗ ? การ", "ด้านที่ 7 – การ", ()),
        ("“อ่าน”", '"อ่าน"', (("“", '"'), ("”", '"'))),
        ("อ่าน…", "อ่าน...", (("…", "..."),)),
        ("(ฺBest Service)", "(Best Service)", (("ฺ", ""),)),
        ("", "", ()),
    ],
)
def test_the_shape_of_a_sign_is_harmless(one, two, pairs):
    assert classify(one, two, COMMITTED) == Difference("harmless", pairs)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("สำนักการศึกษา", "สำนักงานการศึกษา"),
        ("ดูแลการจัดงาน", "ดูแลจัดงาน"),
        ("งบ 3 ล้าน", "งบ 8 ล้าน"),  # two digits are never a standing confusion
        ("งบ 30 ล้าน", "งบ 3 ล้าน"),
        ("ครู", ""),
        ("เด็กดี โรงเรียน", "เต็กดี บ้าน"),  # one of the differences is of substance
        ("กง", "กฮ"),
    ],
)
def test_everything_else_is_of_substance(one, two):
    assert classify(one, two, COMMITTED) == Difference("substantive")


def test_without_registers_every_difference_is_of_substance():
    assert classify("อีระ", "ธีระ", Registers()).kind == "substantive"
    assert classify("ธีระ", "ธี ระ", Registers()).kind == "harmless"


WORDS = st.text(alphabet='กขดตบปอธำาิี่้ใไ 0o5s3“"', max_size=14)


@given(WORDS, WORDS)
def test_a_difference_is_the_same_kind_whichever_text_comes_first(one, two):
    there, back = classify(one, two, COMMITTED), classify(two, one, COMMITTED)
    assert there == Difference(back.kind, tuple((b, a) for a, b in back.pairs))
    if squash(one) == squash(two):
        assert there == Difference("harmless")
    assert all(pair in COMMITTED.confusion_kinds for pair in there.pairs)


@given(WORDS, WORDS)
def test_two_different_digits_never_make_a_misprint(one, two):
    assert not any(a.isdigit() and b.isdigit() for a, b in classify(one, two, COMMITTED).pairs)


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("one", "two", "words"),
    [
        ("รออนุญาตจากสำนักการโยธาแล้ว", "รออนุญาตจากสำนักงานการโยธาแล้ว", (("สำนัก", "สำนักงาน"),)),
        ("เสนอขอสำนักงานอนามัย", "เสนอขอสำนักอนามัย", (("สำนักงาน", "สำนัก"),)),
        ("ส่งสำนักการโยธา และสำนักการศึกษา", "ส่งสำนักงานการโยธา และสำนักงานการศึกษา", (("สำนัก", "สำนักงาน"),)),
        ("โรงเรียนทุกแห่ง", "โรงเรีบนทุกแห่ง", (("โรงเรียน", "โรงเรีบน"),)),
        ("โรงเรียนและชุมชน", "โรงเรีบนและชุมซน", (("โรงเรียน", "โรงเรีบน"), ("ชุมชน", "ชุมซน"))),
        ("เป็นไปตามแผน", "เป็นไปตามแผบ", (("แผน", "แผบ"),)),
        ("ครูสอนดี", "ครู สอน ดี", ()),
    ],
)
def test_the_words_in_which_two_texts_differ(one, two, words):
    assert differing_words(one, two) == words


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("เด็ก 40 คน", "เด็ก 48 คน"),
        ("ครู", ""),
        ("จัดงาน", "จัดงานที่ห้องสมุดชุมชนริมคลองตลอดทั้งปีโดยครูทุกคน"),
    ],
)
def test_numbers_and_whole_sentences_are_no_words(one, two):
    assert differing_words(one, two) is None


@pytest.mark.parametrize("around", ["", "รออนุญาตจาก", "เมื่อวันที่ 3 เสนอขอ", "ก" * 50, "อยู่ระหว่างเตรียมงานและประสาน"])
@pytest.mark.parametrize("after", ["", "การศึกษา", "การโยธาแล้ว", "อนามัย และอื่น ๆ", "การระบายน้ำ" * 9])
def test_the_same_word_is_found_whatever_stands_around_it(around, after):
    assert differing_words(f"{around}สำนัก{after}", f"{around}สำนักงาน{after}") == (("สำนัก", "สำนักงาน"),)


@given(WORDS, WORDS)
def test_words_are_total_and_the_same_whichever_text_comes_first(one, two):
    found, back = differing_words(one, two), differing_words(two, one)
    assert (found == ()) == (squash(one) == squash(two))
    assert (found is None) == (back is None)
    if found is not None and back is not None:
        assert found == tuple((b, a) for a, b in back)
        assert all(a and b and a != b for a, b in found)
