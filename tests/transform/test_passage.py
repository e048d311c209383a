"""Joined lines know where each of their characters was printed."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from transform.passage import BLANK, PAGE_BREAK, Passage, Segment, join_wraps
from transform.thai import skeleton

LINES = [Segment(1, 4, 0, "**งบประมาณที่เบิก"), Segment(2, 2, 5, "ใช้ = 5 บาท  ", PAGE_BREAK)]


def test_evidence_names_page_lines_and_characters_without_dressing() -> None:
    passage = Passage(LINES)
    found = passage.evidence(0, len(passage.raw))
    assert found is not None
    assert (found.page, found.line_first, found.line_last) == (1, 4, 2)
    assert (found.char_from, found.char_to) == (2, 16)
    assert found.raw == "งบประมาณที่เบิก\n\nใช้ = 5 บาท"
    assert passage.evidence(0, 2) is None
    inside = passage.evidence(passage.raw.index("5"), passage.raw.index("5") + 1)
    assert inside is not None
    assert (inside.page, inside.line_first, inside.char_from, inside.char_to) == (2, 2, 11, 12)


def test_a_gap_is_a_blank_line_in_the_raw_text_and_nothing_in_the_key() -> None:
    for gap in (BLANK, PAGE_BREAK):
        passage = Passage([Segment(1, 1, 0, "ก"), Segment(1, 9, 0, "ข", gap)])
        assert (passage.raw, passage.key) == ("ก\n\nข", "กข")


def test_places_are_the_lines_a_stretch_touches() -> None:
    passage = Passage(LINES)
    assert passage.places(0, 3) == {(1, 4)}
    assert passage.places(3, len(passage.raw)) == {(1, 4), (2, 2)}
    assert passage.places(len(passage.raw) - 1, len(passage.raw)) == {(2, 2)}


def test_only_dressing_and_list_marks_may_stand_before_the_start_of_a_line() -> None:
    passage = Passage([Segment(1, 1, 0, "  - **ก ข")])
    assert passage.starts_line(passage.raw.index("ก"))
    assert not passage.starts_line(passage.raw.index("ข"))


def test_thai_goes_on_without_a_space_and_other_text_with_one() -> None:
    assert join_wraps("โครง\nการ") == join_wraps("โครง  \n\n  การ") == "โครงการ"
    assert join_wraps("ปี\n2563") == "ปี 2563"
    assert join_wraps("Management\nStrategy") == "Management Strategy"
    assert join_wraps("** ก  ข **") == "ก ข"


texts = st.lists(st.text("กขคเแ่้ำ็ 12:*-\t๑", max_size=12), min_size=1, max_size=6)


@settings(max_examples=200)
@given(texts)
def test_every_character_of_the_key_stands_where_its_map_says(lines: list[str]) -> None:
    passage = Passage([Segment(1, n, 0, line) for n, line in enumerate(lines, start=1)])
    assert passage.key == skeleton(passage.raw)
    places = [passage.raw_index(n) for n in range(len(passage.key))]
    assert places == sorted(places)
    for n, at in enumerate(places):
        assert passage.key_index(at) <= n


@settings(max_examples=200)
@given(texts, st.data())
def test_evidence_is_what_is_printed_at_its_place(lines: list[str], data: st.DataObject) -> None:
    passage = Passage([Segment(1, n, 0, line) for n, line in enumerate(lines, start=1)])
    start = data.draw(st.integers(0, len(passage.raw)))
    end = data.draw(st.integers(start, len(passage.raw)))
    found = passage.evidence(start, end)
    if found is not None:
        shown = lines[found.line_first - 1 : found.line_last]
        shown[-1] = shown[-1][: found.char_to]
        shown[0] = shown[0][found.char_from :]
        assert "\n".join(shown) == found.raw
        assert (1, found.line_first) in passage.places(start, end)
