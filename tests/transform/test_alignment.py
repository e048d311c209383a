"""Items and rows of several copies: joined, matched, put in one order."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transform.forms import REPORT, Cut, printed_copy, reports
from transform.alignment import (
    JOINED_LIKENESS,
    Item,
    _letters_of,
    align,
    join_pieces,
    match_rows,
    merged_rows,
    row_keys,
)
from transform.records import Evidence, Reading
from transform.thai import normalize, squash

WHOLE = "เด็กร่วมกิจกรรมที่นำไปสู่การปฏิบัติการพัฒนาคุณภาพ"
HALVES = ("เด็กร่วมกิจกรรมที่นำไปสู่การปฏิบัติการ", "การพัฒนาคุณภาพ")


def items(*texts: str | None, copy: str = "c-1") -> list[Reading]:
    return [
        Reading(copy, f"targets[{n}]", None, Evidence(1, n, n, 0, 1, t or "-"), t) for n, t in enumerate(texts, start=1)
    ]


def aligned(*lists: list[Reading]) -> list[list[str | None]]:
    return [[item.value if item else None for item in row] for row in align(lists)]


# ---------------------------------------------------------------- joining


@pytest.mark.parametrize(
    ("left", "right", "like", "joined"),
    [
        ("…ปฏิบัติการ", "การพัฒนา", "…ปฏิบัติการพัฒนา", "…ปฏิบัติการพัฒนา"),
        ("…ปฏิบัติการ", "การพัฒนา", "…ปฏิบัติการการพัฒนา", "…ปฏิบัติการการพัฒนา"),  # the other copy prints it twice
        ("สำนัก", "งานเขต", None, "สำนักงานเขต"),
        ("2.5 ล้าน", "บาท", "2.5 ล้าน บาท", "2.5 ล้านบาท"),
        ("…ปฏิบัติการ", "การพัฒนา", None, "…ปฏิบัติการพัฒนา"),
        ("กข", "ขค", None, "กขขค"),  # one letter is no repeated overlap
    ],
)
def test_pieces_are_joined_without_what_both_print_at_the_seam(left, right, like, joined):
    assert join_pieces(left, right, like) == joined


def test_pieces_join_when_together_they_read_like_one_item_of_another_copy():
    rows = align([items(*HALVES), items(WHOLE, copy="c-2")])
    assert [[len(item.pieces) if item else 0 for item in row] for row in rows] == [[2, 1]]
    assert aligned(items(*HALVES), items(WHOLE)) == [[WHOLE, WHOLE]]
    assert aligned(items(WHOLE), items(*HALVES)) == [[WHOLE, WHOLE]]


@settings(deadline=None)
@given(st.lists(st.text("กขเแา่้ํำ?-&;<>*\\ ab1๑\n", max_size=8).map(normalize), min_size=2, max_size=3), st.text("กเ1 "))
def test_the_length_of_joined_pieces_is_known_only_where_it_does_not_depend_on_the_seam(texts, like):
    run = [Item((), text) for text in texts]
    known = _letters_of(run)
    joined = texts[0]
    for text in texts[1:]:
        joined = join_pieces(joined, text, like if text is texts[-1] else None)
    assert known in (None, len(squash(joined)))


def test_pieces_that_print_nothing_twice_have_a_known_length():
    assert _letters_of([Item((), "เด็กทุกคน"), Item((), "เพื่อ อ่านหนังสือ")]) == len(squash("เด็กทุกคนเพื่ออ่านหนังสือ"))
    assert _letters_of([Item((), text) for text in HALVES]) is None


def test_three_pieces_join():
    pieces = ("เด็กร่วมกิจกรรม", "ที่นำไปสู่การปฏิบัติการ", "การพัฒนาคุณภาพ")
    assert aligned(items(*pieces), items(WHOLE)) == [[WHOLE, WHOLE]]


def test_neighbours_that_are_not_one_item_stay_two():
    two = ("เด็กทุกคนอ่านหนังสือได้", "ครูทุกคนรายงานผลทุกเดือน")
    assert aligned(items(*two), items(*two)) == [[t, t] for t in two]
    assert aligned(items(*two), items(two[0])) == [[two[0], two[0]], [two[1], None]]


def test_pieces_that_all_copies_print_apart_stay_apart():
    assert aligned(items(*HALVES), items(*HALVES)) == [[h, h] for h in HALVES]


def test_joining_needs_a_likeness_of_ninety():
    assert JOINED_LIKENESS == 90
    assert len(align([items(*HALVES), items(WHOLE[:30] + "ขุดลอกคูคลองสายหลัก")])) > 1


# ---------------------------------------------------------------- matching items


def test_an_item_that_one_copy_lacks_keeps_its_place():
    texts = ("เด็กทุกคนอ่านหนังสือได้", "ครูทุกคนรายงานผลทุกเดือน", "ชุมชนมีห้องสมุดหนึ่งแห่ง")
    assert aligned(items(texts[0], texts[2]), items(*texts)) == [
        [texts[0], texts[0]],
        [None, texts[1]],
        [texts[2], texts[2]],
    ]


def test_items_that_read_alike_are_one_and_others_are_two():
    assert aligned(items("เด็กทุกคนอ่านหนังสือได้"), items("เด็กทุกคนอ่านหนังลือได้")) == [
        ["เด็กทุกคนอ่านหนังสือได้", "เด็กทุกคนอ่านหนังลือได้"]
    ]
    assert len(align([items("เด็กทุกคนอ่านหนังสือได้"), items("ขุดลอกคูคลองสายหลัก")])) == 2


def test_placeholders_are_no_items_and_no_copy_means_no_rows():
    assert aligned(items(None), items("เด็กทุกคนอ่านหนังสือได้")) == [[None, "เด็กทุกคนอ่านหนังสือได้"]]
    assert align([]) == align([[], []]) == []


WORDS = st.lists(
    st.sampled_from(["เด็กอ่านหนังสือ", "เด็กอ่านหนังลือ", "ครูรายงานผล", "ขุดลอกคูคลอง", *HALVES, WHOLE]), max_size=4
)


@settings(max_examples=200, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=3))
def test_every_piece_of_every_copy_stands_in_exactly_one_row_in_printed_order(lists):
    columns = [items(*texts, copy=f"c-{n}") for n, texts in enumerate(lists)]
    rows = align(columns)
    for n, column in enumerate(columns):
        assert [piece for row in rows if row[n] is not None for piece in row[n].pieces] == column
    assert all(any(row) and len(row) == len(lists) for row in rows)


# ---------------------------------------------------------------- report rows


def printed_rows(*rows: tuple[str, str], **more: bool):
    return printed_copy(reports(*((key, REPORT | {"date": day}) for key, day in rows)), **more)


def test_row_keys_come_in_printed_order_and_a_cut_number_is_none():
    assert row_keys(printed_rows(("3", "2019-11-01"), ("1", "2019-11-02"))) == ["3", "1"]
    assert row_keys(printed_copy({**reports(("1", REPORT)), "reports[2].seq": Cut("2")})) == ["1"]


@pytest.mark.parametrize(
    ("lists", "merged"),
    [
        ([], []),
        ([["1", "2"], []], ["1", "2"]),
        ([["1", "2", "4"], ["1", "3", "4"]], ["1", "2", "3", "4"]),
        ([["1", "3", "4"], ["1", "2", "4"]], ["1", "2", "3", "4"]),
        ([["5", "4"], ["5", "4", "3"]], ["5", "4", "3"]),
        ([["2", "3"], ["1", "2", "3"]], ["1", "2", "3"]),
        ([["1", "2"], ["2", "1"]], ["1", "2"]),
        ([["3", "3#2"], ["3", "3#2", "3#3"]], ["3", "3#2", "3#3"]),
    ],
)
def test_rows_only_one_copy_prints_stand_where_it_prints_them(lists, merged):
    assert merged_rows(lists) == merged


def days(copy) -> dict[str, str]:
    return {r.field[8:].split("]")[0]: r.value for r in copy.readings if r.field.endswith("].date")}


def test_rows_without_repeated_numbers_are_left_as_they_are():
    copies = [printed_rows(("1", "2019-11-01")), printed_rows(("2", "2019-11-02"))]
    assert match_rows(copies) == (copies, ["1", "2"])


def test_repeated_numbers_are_matched_by_what_their_rows_say():
    one = printed_rows(("3", "2019-11-01"), ("3#2", "2019-11-09"))
    two = printed_rows(("3", "2019-11-09"), ("3#2", "2019-11-01"))
    (first, second), keys = match_rows([one, two])
    assert keys == ["3", "3#2"]
    assert days(first) == days(second) == {"3": "2019-11-01", "3#2": "2019-11-09"}
    assert row_keys(second) == ["3#2", "3"]


def test_rows_that_say_nothing_of_each_other_are_matched_in_printed_order():
    one = printed_rows(("3", "2019-11-01"), ("3#2", "2019-11-01"))
    (first, second), _ = match_rows([one, one])
    assert first == second == one


def test_the_occurrences_of_a_number_count_in_the_final_order():
    short = printed_rows(("3", "2019-11-09"), ("4", "2019-11-10"))
    long = printed_rows(("3", "2019-11-01"), ("3#2", "2019-11-09"))
    (first, second), keys = match_rows([short, long])
    assert keys == ["3", "3#2", "4"]
    assert days(first) == {"3#2": "2019-11-09", "4": "2019-11-10"}
    assert days(second) == {"3": "2019-11-01", "3#2": "2019-11-09"}
