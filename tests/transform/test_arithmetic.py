"""Which readings the rest of the form supports: amounts that make up the sum spent, dates between their neighbours."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transform.forms import PLAIN, REPORT, Bad, decided, reports, told
from transform.addresses import row_key
from transform.arithmetic import supported_keys
from transform.records import OCR, Evidence, Reading
from transform.rules import Candidate


def read(address: str, value: str | None, copy: int = 1, **more: Any) -> Reading:
    return Reading(f"c-{copy}", address, None, Evidence(1, 1, 1, 0, 1, value or "-"), value, **more)


def supported(address: str, candidates: tuple[str, ...], rest: dict[str, Any], rows: tuple[str, ...] = ()) -> set[str]:
    """`rest`: address → what all copies print there, or one value for each copy."""
    by_field = {
        a: [read(a, v, n) for n, v in enumerate(values if isinstance(values, tuple) else (values,), start=1)]
        for a, values in rest.items()
    }
    found = [Candidate(value, value, (read(address, value, n),)) for n, value in enumerate(candidates, start=1)]
    return set(supported_keys(address, found, by_field, rows))


def amounts(*values: Any) -> dict[str, Any]:
    return {f"reports[{n}].disbursed_baht": value for n, value in enumerate(values, start=1)}


def days(*values: Any, start: Any = "2019-10-01", end: Any = "2020-09-30") -> dict[str, Any]:
    found = {f"reports[{n}].date": value for n, value in enumerate(values, start=1) if value}
    return found | {"start_date": start, "end_date": end}


# ---------------------------------------------------------------- the amount spent


@pytest.mark.parametrize(
    ("disbursed", "spent"),
    [(("10.00", "20.00"), {"30.00", "20.00"}), (("20.00", "10.00"), {"30.00", "20.00", "10.00"}), (("0.00",), {"0.00"}), ((), set())],
)  # fmt: skip
def test_the_amount_spent_is_the_sum_the_largest_or_the_last_of_the_amounts_disbursed(disbursed, spent):
    rows = tuple(str(n + 1) for n in range(len(disbursed)))
    asked = ("0.00", "10.00", "20.00", "30.00", "31.00")
    assert supported("budget_spent", asked, amounts(*disbursed), rows) == spent


def test_satang_add_up_exactly_and_zeros_at_the_end_do_not_matter():
    rest = amounts("0.10", "0.20")
    assert supported("budget_spent", ("0.30", "0.31"), rest, ("1", "2")) == {"0.30"}
    assert supported("budget_spent", ("0.3", "0.31"), rest, ("1", "2")) == {"0.3"}


def test_an_amount_that_one_row_does_not_print_or_copies_differ_on_is_no_arithmetic():
    assert supported("budget_spent", ("10.00",), amounts("10.00"), ("1", "2")) == set()
    assert supported("budget_spent", ("10.00",), amounts(("10.00", "11.00")), ("1",)) == set()


# ---------------------------------------------------------------- an amount disbursed


@pytest.mark.parametrize(
    ("spent", "expected"),
    [("60.00", {"20.00"}), ("30.00", {"20.00", "25.00"}), ("65.00", {"25.00"}), ("70.00", set()), ("0.00", set()), (("60.00", "65.00"), set())],
)  # fmt: skip
def test_an_amount_is_supported_with_which_the_reports_make_up_what_was_spent(spent, expected):
    """Of 10, 20 or 25, and 30: the sum is 60 or 65, the largest and the last 30 either way."""
    rest = amounts("10.00", None, "30.00") | {"budget_spent": spent}
    assert supported("reports[2].disbursed_baht", ("20.00", "25.00"), rest, ("1", "2", "3")) == expected


def test_the_last_and_the_largest_amount_can_be_what_was_spent():
    rest = amounts("10.00", "30.00") | {"budget_spent": "50.00"}
    assert supported("reports[3].disbursed_baht", ("50.00", "56.00"), rest, ("1", "2", "3")) == {"50.00"}
    last = amounts("70.00", "30.00") | {"budget_spent": "50.00"}
    assert supported("reports[3].disbursed_baht", ("50.00", "56.00"), last, ("1", "2", "3")) == {"50.00"}


def test_an_amount_is_not_judged_where_another_row_prints_none_or_the_row_is_unknown():
    rest = amounts("10.00") | {"budget_spent": "30.00"}
    assert supported("reports[3].disbursed_baht", ("20.00",), rest, ("1", "2", "3")) == set()
    assert supported("reports[3].disbursed_baht", ("20.00",), rest, ("1",)) == set()
    assert supported("reports[2].disbursed_baht", ("20.00",), rest, ("1", "2")) == {"20.00"}


def test_the_second_row_of_a_number_is_a_row_of_its_own():
    rest = {"reports[1].disbursed_baht": "10.00", "budget_spent": "30.00"}
    assert supported("reports[1#2].disbursed_baht", ("20.00", "28.00"), rest, ("1", "1#2")) == {"20.00"}


# ---------------------------------------------------------------- the date of a report


@pytest.mark.parametrize(
    ("day", "is_supported"),
    [
        ("2019-11-25", True), ("2019-10-25", True), ("2019-12-25", True),  # on the day of a neighbour too
        ("2019-10-24", False), ("2019-12-26", False), ("2109-11-25", False),
    ],
)  # fmt: skip
def test_a_report_lies_between_its_neighbours(day, is_supported):
    found = supported("reports[2].date", (day,), days("2019-10-25", None, "2019-12-25"), ("1", "2", "3"))
    assert found == ({day} if is_supported else set())


@pytest.mark.parametrize(("day", "is_supported"), [("2019-10-01", True), ("2019-09-30", False), ("2019-12-26", False)])
def test_the_first_report_does_not_come_before_the_project(day, is_supported):
    assert supported("reports[1].date", (day,), days(None, "2019-12-25"), ("1", "2")) == (
        {day} if is_supported else set()
    )


@pytest.mark.parametrize(("day", "is_supported"), [("2021-09-30", True), ("2021-10-01", False), ("2019-12-24", False)])
def test_the_last_report_comes_within_a_year_of_the_end(day, is_supported):
    found = supported("reports[2].date", (day,), days("2019-12-25"), ("1", "2"))
    assert found == ({day} if is_supported else set())
    assert supported("reports[1].date", ("2020-09-30", "2018-01-01"), days(), ("1",)) == {"2020-09-30"}


@pytest.mark.parametrize(
    ("rest", "rows"),
    [
        (days(("2019-10-25", "2019-10-26"), None, "2019-12-25"), ("1", "2", "3")),  # copies differ on a neighbour
        (days(None, None, "2019-12-25"), ("1", "2", "3")),  # a neighbour prints no date
        (days("2019-10-25", None, "2019-12-25"), ("3", "2", "1")),  # rows out of their order
        (days("2019-10-25", None, "2019-12-25"), ("1", "3")),  # no such row
        (days("2019-10-25", end=None), ("1", "2")),
    ],
)
def test_a_date_is_not_judged_where_the_rest_of_the_form_is_not_sure(rest, rows):
    assert supported("reports[2].date", ("2019-11-25",), {a: v for a, v in rest.items() if v}, rows) == set()


# ---------------------------------------------------------------- in a delivery

ROWS = ("2019-10-25", "2019-11-25", "2019-12-25")


def form(**changes: Any) -> dict[str, Any]:
    """Three reports; keywords such as `date_2` and `disbursed_baht_3` change one part of one of them."""
    printed = {**PLAIN, "budget_spent": "60.00"} | reports(
        *((str(n), REPORT | {"date": day, "disbursed_baht": f"{n}0.00"}) for n, day in enumerate(ROWS, start=1))
    )
    for name, value in changes.items():
        part, _, row = name.rpartition("_")
        printed[f"reports[{row}].{part}"] = value
    return printed


@pytest.mark.parametrize(
    ("name", "wrong", "right"),
    [("date_2", "2016-11-25", "2019-11-25"), ("disbursed_baht_2", "26.00", "20.00"), ("date_3", "2029-12-25", "2019-12-25")],
)  # fmt: skip
def test_of_two_readings_the_one_that_fits_the_form_is_chosen(name, wrong, right):
    part, _, row = name.rpartition("_")
    for order in ((wrong, right), (right, wrong)):
        decisions = decided(*(form(**{name: value}) for value in order))
        assert told(decisions[f"reports[{row}].{part}"]) == (right, "arithmetic", "resolved")


def test_where_both_readings_fit_nothing_is_decided_and_a_majority_goes_first():
    both = decided(form(date_2="2019-11-25"), form(date_2="2019-11-26"))
    assert told(both["reports[2].date"])[1:] == ("first_complete_copy", "contested")
    majority = decided(form(date_2="2016-11-25"), form(date_2="2016-11-25"), form())
    assert told(majority["reports[2].date"]) == ("2016-11-25", "typed_majority", "resolved")


def test_a_damaged_amount_is_no_candidate_and_neighbours_in_dispute_judge_nothing():
    damaged = decided(form(disbursed_baht_2=Bad("2O.00")), form(disbursed_baht_2="26.00"))
    assert damaged["reports[2].disbursed_baht"].value == "26.00"
    two = decided(form(date_1="2019-10-24", date_2="2016-11-25"), form())
    assert two["reports[2].date"].rule == "first_complete_copy"


def test_what_only_a_picture_shows_does_not_contradict_the_rest_of_the_form():
    by_field = {"start_date": [read("start_date", "2019-10-01"), read("start_date", "2010-10-01", 2, doubt=OCR)]}
    found = [Candidate(v, v, (read("fiscal_year_be", v),)) for v in ("2563", "2554")]
    assert supported_keys("fiscal_year_be", found, by_field, ()) == {"2563"}


@pytest.mark.parametrize(
    "address", ["budget_received", "project_name", "reports[1].progress_pct", "end_date", "reports", "targets[1]"]
)
def test_a_field_without_arithmetic_is_supported_by_nothing(address):
    assert supported(address, ("30.00",), amounts("10.00", "20.00") | {"budget_spent": "30.00"}, ("1", "2")) == set()


NUMBERS = st.sampled_from(["0.00", "10.00", "20.00", "30.00", "30.01"])
SOME_DAYS = st.sampled_from([*ROWS, "2016-01-01", "2029-01-01", "no day"])


@settings(max_examples=120, deadline=None)
@given(
    st.lists(st.one_of(st.none(), NUMBERS), max_size=4), st.lists(st.one_of(st.none(), SOME_DAYS), max_size=4),
    st.one_of(st.none(), NUMBERS), st.lists(st.tuples(st.integers(1, 4), st.integers(1, 2)), max_size=4, unique=True), st.integers(1, 4),
)  # fmt: skip
def test_the_answer_is_total_and_names_only_what_was_asked(disbursed, dates, spent, keys, row):
    rest = {a: v for a, v in (amounts(*disbursed) | days(*dates) | {"budget_spent": spent}).items() if v is not None}
    rows = tuple(row_key(*key) for key in keys)
    for address, asked in (
        ("budget_spent", ("30.00", "10.00")),
        (f"reports[{row}].disbursed_baht", ("10.00", "30.01")),
        (f"reports[{row}].date", ("2019-11-01", "no day")),
    ):
        found = supported(address, asked, rest, rows)
        assert found <= set(asked)
        assert supported(address, asked[::-1], rest, rows) == found
