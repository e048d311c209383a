"""A code that is printed but cannot be read: what is left of it, and everything beside it, tell the project."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transform.forms import CODE, REGISTERS, Bad
from tests.transform.programmes import copies, copy_of, cut, form, known_of, notes, recognised
from transform.identity import recognise

DAMAGED = Bad("5039O000-90b1")
SISTER = form("50360000-9001", district="สำนักงานเขตจอมทอง")  # the same programme, year, budget and dates


def test_a_damaged_code_is_that_of_the_project_with_which_everything_agrees_also_in_another_file():
    found = [*copies(form(CODE)), *copies(form(DAMAGED), file=2)]
    assert recognised(found) == [CODE, CODE]
    assert notes(found)[1] == f"prints {DAMAGED.raw}, which cannot be read in full; all else is that of {CODE}"


def test_a_damaged_code_is_that_of_a_project_that_only_earlier_nights_know():
    found = copies(form(DAMAGED), file=2)
    assert recognised(found) == [None]
    assert recognised(found, known_of(form(CODE))) == [CODE]


def test_of_two_copies_with_damaged_codes_neither_is_a_project_by_itself():
    assert recognised([*copies(form(DAMAGED)), *copies(form(DAMAGED), file=2)]) == [None, None]


@pytest.mark.parametrize(
    ("raw", "is_joined"),
    [
        ("5039O000-9001", True), ("5O39OOOO-9001", False), ("503900009001", True), ("5039 0000 - 9001", True),
        ("50390000-9", True), ("50390000-", False), ("๕๐๓๙๐๐๐๐-๙๐O๑", True), ("-", False),
    ],
)  # fmt: skip
def test_three_characters_of_a_code_may_be_unreadable(raw, is_joined):
    found = [*copies(form(CODE)), *copies(form(Bad(raw)), file=2)]
    assert recognised(found) == [CODE, CODE if is_joined else None]


@pytest.mark.parametrize(
    "other",
    [
        {"district": "สำนักงานเขตจอมทอง"}, {"year": "2564"}, {"budget": "180000.01"}, {"first": "2019-10-26"}, {"name": "ปรับปรุงทางเท้า"},
        {"district": None}, {"budget": None}, {"first": None}, {"name": None},
    ],
)  # fmt: skip
def test_a_damaged_code_is_not_joined_when_anything_beside_it_differs_or_is_not_printed(other):
    found = [*copies(form(CODE)), *copies(form(DAMAGED, **other), file=2)]
    assert recognised(found) == [CODE, None]
    assert "no readable code" in notes(found)[1]


def test_a_cut_copy_with_a_damaged_code_has_no_project():
    assert recognised([*copies(form(CODE)), *copies(cut(DAMAGED), file=2)]) == [CODE, None]


def test_a_page_without_any_code_is_not_attached_across_files_though_everything_agrees():
    assert recognised([*copies(form(CODE)), *copies(form(None), file=2)]) == [CODE, None]


def test_a_damaged_code_tells_apart_sisters_that_print_the_same_words():
    found = [
        *copies(form(CODE), SISTER),
        *copies(form(DAMAGED), form(Bad("5O360000-90b1"), district="สำนักงานเขตจอมทอง"), file=2),
    ]
    assert recognised(found) == [CODE, "50360000-9001", CODE, "50360000-9001"]


def test_a_damaged_code_that_fits_two_projects_of_which_everything_agrees_is_joined_to_neither():
    twin = "50390000-9021"  # two digits off, so no misreading of the other
    found = [*copies(form(CODE), form(CODE), form(twin), form(twin)), *copies(form(Bad("50390000-90b1")), file=2)]
    assert recognised(found)[4] is None
    assert recognised(found, known_of(form("50390000-9881")))[4] is None


def test_other_numbers_and_dates_object_to_a_damaged_code_when_most_of_them_differ():
    details = {"budget_spent": "70.00", "end_date": "2020-05-31", "responsible.phone": "1", "coordinator.phone": "2"}
    others = {"budget_spent": "71.00", "end_date": "2020-06-30", "responsible.phone": "3", "coordinator.phone": "4"}
    for theirs, expected in ((details, CODE), (details | {"end_date": "2020-05-30"}, CODE), (others, None)):
        found = [*copies(form(CODE) | details), *copies(form(DAMAGED) | theirs, file=2)]
        assert recognised(found) == [CODE, expected]
        assert recognised(found[1:], known_of(form(CODE) | details)) == [expected]


def test_a_copy_with_a_damaged_code_is_no_voice_for_a_project_that_objects():
    """The project's other copy is of the district; a damaged code cannot bring in another one's form."""
    found = [
        *copies(form(CODE), form(CODE, budget="5.00")),
        *copies(form(DAMAGED, district="สำนักงานเขตจอมทอง"), file=2),
    ]
    assert recognised(found) == [CODE, CODE, None]


FORMS = st.builds(
    form, st.sampled_from([CODE, "50390000-9007", "50360000-9001", DAMAGED, Bad("50360O00-90b1"), Bad("9001")]),
    district=st.sampled_from(["สำนักงานเขตวัฒนา", "สำนักงานเขตจอมทอง", "สำนักงานเขตวัฒบา"]), budget=st.sampled_from(["180000.00", "5.00"]),
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(FORMS, st.integers(1, 3)), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_joining_damaged_codes_does_not_depend_on_order_is_final_and_makes_no_project(given_forms: Any, random: Any):
    found = [copy_of(f, n, file) for n, (f, file) in enumerate(given_forms, start=1)]
    once = recognise(found, REGISTERS)
    assert recognise(random.sample(found, len(found)), REGISTERS) == once
    assert recognise(once, REGISTERS) == once
    printed = {r.value for c in found for r in c.readings if r.field == "project_code" and r.value}
    assert {c.project_code for c in once} <= printed | {None}
