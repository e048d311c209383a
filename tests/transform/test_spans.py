"""Long texts by their differences: found, shown with context, merged back; for any texts and any number of copies."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transform.spans import CONTEXT, Span, differing_spans, excerpt, merge
from transform.thai import normalize, squash

LONG = "โรงเรียนในเขตร่วมกันพัฒนาห้องสมุดชุมชนให้เด็กทุกวัยเข้าใช้ได้ทุกวันโดยไม่เสียค่าใช้จ่าย"


@pytest.mark.parametrize(
    ("one", "two", "printed"),
    [
        ("ดูแลการจัดการศึกษา", "ดูแลจัดการศึกษา", [("การ", "")]),
        ("ดูแลจัดการศึกษา", "ดูแลการจัดการศึกษา", [("", "การ")]),
        ("เด็กอ่านหนังสือ", "เด็กอ่านหนังลือ", [("ส", "ล")]),
        ("กขคง", "กขคง", []),
        ("ก ข ๔๐", "กข 40", []),  # spaces and the script of digits never differ
        ("**ก** – ข", "ก - ข", []),
        ("", "กข", [("", "กข")]),
        ("กขคงจฉชซ", "xขคงจฉชy", [("ก", "x"), ("ซ", "y")]),
        ("กขคง", "xขxง", [("กขค", "xขx")]),  # nearer than three letters: one difference
    ],
)
def test_the_differences_of_two_texts(one, two, printed):
    assert [span.printed for span in differing_spans([one, two])] == printed


def test_differences_of_three_texts_are_asked_in_the_words_of_each():
    spans = differing_spans(["เด็กอ่านหนังสือทุกวัน", "เด็กอ่านหนังลือทุกวัน", "เด็กอ่านหนังสือทุกวับ"])
    assert [span.printed for span in spans] == [("ส", "ล", "ส"), ("น", "น", "บ")]


def test_each_difference_is_merged_as_chosen():
    one, two = "กขคงจฉชซ", "xขคงจฉชy"
    spans = differing_spans([one, two])
    assert merge(one, spans, ["x", "ซ"]) == "xขคงจฉชซ"
    assert merge(one, [], []) == one


def test_an_excerpt_shows_a_difference_with_context_and_marks_what_it_leaves_out():
    other = LONG.replace("ชุมชน", "ประชาชน")
    spans = differing_spans([LONG, other])
    shown = [excerpt(LONG, spans, n) for n in (0, 1)]
    assert all(text.startswith("…") and text.endswith("…") for text in shown)
    assert "ชุมชน" in shown[0]
    assert "ประชาชน" in shown[1]
    assert all(len(text) <= 2 * CONTEXT + 12 for text in shown)
    assert excerpt("กข", [Span(1, 2, ("ข", "ค"))], 1) == "กค"


def test_an_excerpt_of_two_differences_does_not_repeat_what_stands_between_them():
    one, two = "ก" + "ขคงจ" * 3 + "ฉ" + "ชซฌญ" * 3 + "ด", "x" + "ขคงจ" * 3 + "y" + "ชซฌญ" * 3 + "z"
    spans = differing_spans([one, two])
    assert [excerpt(one, spans, 0), excerpt(one, spans, 1)] == [one, two]


def test_an_excerpt_stands_on_one_line():
    assert "\n" not in excerpt("ก\nข", differing_spans(["ก\nข", "ก\nค"]), 1)


TEXTS = st.text(alphabet="กขคงาิ่ำเแ ๑1?-–*\n", max_size=16).map(normalize)


@settings(max_examples=400, deadline=None)
@given(st.lists(TEXTS, min_size=2, max_size=4))
def test_any_text_is_the_base_with_its_own_words_at_each_difference(texts):
    spans = differing_spans(texts)
    for column, text in enumerate(texts):
        assert squash(merge(texts[0], spans, [span.printed[column] for span in spans])) == squash(text)
    assert bool(spans) == (len({squash(text) for text in texts}) > 1)
    assert [span.start for span in spans] == sorted(span.start for span in spans)
