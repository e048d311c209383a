"""Questions about reporting, each on a handful of invented projects over four nights; the third withdraws a file."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from load.warehouse import open_work
from tests.load.conftest import Warehouse, make_night
from tests.load.form_values import form, report
from transform.source_nights import SourceNight, SourceTonight

FIRST, SECOND, THIRD, FOURTH = date(2020, 3, 10), date(2020, 3, 20), date(2020, 4, 10), date(2020, 4, 20)
SHA = {FIRST: "a" * 64, SECOND: "b" * 64, THIRD: "c" * 64, FOURTH: "d" * 64}
D = Decimal
FIRST_FORMS = {
    # stands in the first night's file for good: nothing new, but nothing missing
    "50010000-1001": form(report("2020-03-05", "20.00")),
    "50010000-1002": form(report("2020-03-05", "100.00")),
    "50010000-1003": form(report("2020-04-01", "20.00")),
    "50010000-1004": form(),
    "50010000-1005": form(start_date="2020-09-01"),
    # rhythm
    "50020000-2001": form(
        report("2019-10-31", "5.00"), report("2019-12-30", "10.00"), report("2019-12-31", "11.00"), report("2019-12-31", "11.00", no="3#2"),
        report("2020-03-01", "100.00"), report("2020-03-20", "100.00"),
    ),
    "50020000-2002": form(report("2019-09-15", "1.00"), start_date="2019-10-20", end_date="2020-01-15"),
    "50020000-2003": form(end_date="2019-09-30"),
}  # fmt: skip
SECOND_FORMS = {
    "50030000-3001": form(report("2020-02-01", "10.00"), report("2020-03-15", "20.00"), budget_received="1.00"),
    "50030000-3002": form(report("2020-03-15", "20.00")),
}
THIRD_FORMS = {
    # report 1 restated, report 2 withdrawn, report 3 new and in time, report 4 new and dated before the second night
    "50030000-3001": form(
        report("2020-02-01", "12.00", plan="ล่าช้ากว่าแผน"), report("2020-03-25", "20.00", no="3"), report("2020-03-01", "30.00", no="4"),
        budget_received="2.00", indicators=(),
    ),
    "50030000-3003": form(report("2020-04-05", "20.00")),
}  # fmt: skip
FOURTH_FORMS = {
    "50030000-3001": form(report("2020-02-01", "12.00"), report("2020-04-15", "40.00", no="3"), budget_received="1.00")
}


def load(warehouse, night, forms, gone=()):
    standing = [(f"inbox/{sha[:4]}.txt", sha) for when, sha in SHA.items() if when <= night and when not in gone]
    inbox = SourceTonight(SourceNight("inbox", night, len(standing), None, 0, True))
    warehouse.load(make_night(night, forms, sha=SHA[night]), standing=standing, sources=(inbox,))


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    home = tmp_path_factory.mktemp("reporting")
    warehouse = Warehouse(home, open_work(home))
    load(warehouse, FIRST, FIRST_FORMS)
    load(warehouse, SECOND, SECOND_FORMS)
    load(warehouse, THIRD, THIRD_FORMS, gone=[SECOND])
    load(warehouse, FOURTH, FOURTH_FORMS, gone=[SECOND])
    yield warehouse
    warehouse.con.close()


def test_missing_is_a_project_of_whose_latest_delivery_no_file_stands_anywhere(asked):
    # 3001 was in the withdrawn file too, but came again; 1001 stands in an old file and is not missing
    rows = asked.rows(
        "SELECT right(project_code, 4), last_seen, missing_since, days_missing, files FROM v_missing_projects"
    )
    assert rows == [("3002", SECOND, THIRD, 10, 1)]


def test_silent_is_without_a_report_for_a_month_or_missing_but_not_merely_unchanged(asked):
    rows = asked.rows(
        "SELECT right(project_code, 4), days_silent, is_delivered_tonight, missing_since FROM v_silent_projects "
        "WHERE agency_code IN ('5001', '5003') ORDER BY ALL"
    )
    assert rows == [
        ("1001", 46, True, None),
        ("1004", (FOURTH - date(2019, 10, 1)).days, True, None),
        ("3002", 36, False, THIRD),
    ]
    assert asked.rows("SELECT is_delivered_tonight FROM v_silent_projects WHERE project_code LIKE '%3003'") == []


def test_silent_on_another_day_does_not_know_later_reports(asked):
    def codes(day, days):
        return [
            c
            for (c,) in asked.rows(
                f"SELECT right(project_code, 4) FROM silent_projects(DATE '{day}', {days}) WHERE agency_code = '5001' ORDER BY 1"
            )
        ]

    assert codes("2020-04-20", 31) == ["1001", "1004"]
    assert codes("2020-04-20", 60) == ["1004"]
    # on 1 March nobody had reported yet, and 1005 begins in September
    assert codes("2020-03-01", 31) == ["1001", "1002", "1003", "1004"]
    assert codes("2019-01-01", 0) == []


def test_a_restated_report_shows_both_states_and_a_withdrawn_one_says_so(asked):
    rows = asked.rows(
        "SELECT report_no, restated_on, progress_pct_before, progress_pct_after, plan_status_before, plan_status_after, is_withdrawn "
        "FROM v_restated_reports ORDER BY ALL"
    )
    on_plan, late = "เป็นไปตามแผน", "ล่าช้ากว่าแผน"
    assert rows == [
        (1, THIRD, D("10.00"), D("12.00"), on_plan, late, False),
        (1, FOURTH, D("12.00"), D("12.00"), late, on_plan, False),
        (2, THIRD, D("20.00"), None, on_plan, None, True),
        (3, FOURTH, D("20.00"), D("40.00"), on_plan, on_plan, False),
        (4, FOURTH, D("30.00"), None, on_plan, None, True),
    ]


def test_backdated_is_dated_before_a_delivery_that_did_not_print_it(asked):
    rows = asked.rows(
        "SELECT right(project_code, 4), report_no, report_date, first_night, night_before, days_backdated FROM v_backdated_reports"
    )
    assert rows == [("3001", 4, date(2020, 3, 1), THIRD, SECOND, 19)]


def test_the_rhythm_counts_month_ends_until_the_work_or_the_period_is_over(asked):
    rows = asked.rows(
        "SELECT right(project_code, 4), reports, average_interval_days, months, months_reported, missed_months, backdated_reports "
        "FROM v_reporting_rhythm WHERE agency_code IN ('5002', '5003') ORDER BY ALL"
    )
    assert rows == [
        # October to February, until the first report of 100 % on 1 March; November, January and February are missed
        ("2001", 6, D("35.3"), 5, 2, 3, 0),
        # October to December; a report before the start counts for no month
        ("2002", 1, None, 3, 0, 3, 0),
        ("2003", 0, None, None, None, None, 0),
        ("3001", 2, D("74.0"), 6, 1, 5, 1),
        ("3002", 1, None, 6, 1, 5, 0),
        ("3003", 1, None, 6, 0, 6, 0),
    ]


def test_what_changed_last_night_is_against_the_delivery_before_not_the_night_before(asked):
    rows = asked.rows(
        "SELECT change, field, value_before, value_now, night_before FROM v_changes_since_last_night "
        "WHERE field NOT LIKE 'reports%' ORDER BY ALL"
    )
    assert rows == [
        ("added", "strategy.indicators[1]", None, "ร้อยละความสำเร็จ", THIRD),
        ("changed", "budget_received", "2.00", "1.00", THIRD),
    ]


def test_between_two_days_only_what_differs_in_the_end_is_a_change(asked):
    rows = asked.rows(
        "SELECT right(project_code, 4), change, field, value_before, value_now FROM changes_between(DATE '2020-03-20', DATE '2020-04-20') ORDER BY ALL"
    )
    # the budget went from 1 to 2 and back
    assert ("3001", "changed", "reports[1].progress_pct", "10.00", "12.00") in rows
    assert [row for row in rows if row[2] == "budget_received"] == []
    assert [row for row in rows if row[1] == "new_project"] == [("3003", "new_project", None, None, None)]
    assert asked.rows("SELECT count(*) FROM changes_between(DATE '2020-04-20', DATE '2021-01-01')") == [(0,)]


def test_the_history_of_a_project_is_every_delivery_against_the_one_before(asked):
    rows = asked.rows(
        "SELECT night, night_before, change, field, value_before, value_now FROM history('50030000-3001') "
        "WHERE coalesce(field, 'budget_received') = 'budget_received' ORDER BY ALL"
    )
    assert rows == [
        (SECOND, None, "new_project", None, None, None),
        (THIRD, SECOND, "changed", "budget_received", "1.00", "2.00"),
        (FOURTH, THIRD, "changed", "budget_received", "2.00", "1.00"),
    ]
    assert asked.rows("SELECT * FROM history('00000000-0000')") == []
