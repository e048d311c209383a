"""Questions about money, each on a handful of invented projects, as an analyst of the budget would doubt them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from load.warehouse import open_work
from tests.load.conftest import Warehouse, make_night
from tests.load.form_values import form, report

FIRST, SECOND, THIRD = date(2020, 8, 10), date(2020, 8, 11), date(2020, 8, 12)
D = Decimal
PROJECTS = {
    # agency 5001: two projects, one of them silent in the second quarter, one report outside the fiscal year
    "50010000-1001": form(
        report("2019-11-01", "10.00", "100.00"), report("2020-01-10", "20.00", "300.00"), report("2020-01-20", "30.00", "500.00"),
        report("2020-07-05", "90.00", "900.00"), report("2020-10-05", "100.00", "1000.00"),
    ),
    "50010000-1002": form(report("2019-12-01", "10.00", "50.00"), report("2020-08-01", "20.00", None), budget_spent=None),
    "50010000-1003": form(fiscal_year_be="2562", budget_received="7.00", budget_spent=None),
    # agency 5002: nothing disbursed, and no report at all
    "50020000-2001": form(report("2020-02-01", "10.00", "0.00")),
    "50020000-2002": form(),
    # agency 5003: work against money
    "50030000-3001": form(report("2020-02-01", "100.00"), budget_spent="49999.99"),
    "50030000-3002": form(report("2020-02-01", "100.00"), budget_spent="50000.00"),
    "50030000-3003": form(report("2020-02-01", "100.00"), budget_spent=None),
    "50030000-3004": form(report("2020-02-01", "100.00"), budget_spent="0.00"),
    "50030000-3005": form(report("2020-02-01", "99.00"), budget_spent="100000.00"),
    "50030000-3006": form(budget_spent="100000.00"),
    "50030000-3007": form(report("2020-02-01", "99.00"), budget_received="0.00", budget_spent="0.00"),
    "50030000-3008": form(report("2020-02-01", "99.00"), budget_received="0.01", budget_spent="9999999999999999.99"),
    # agency 5004: first disbursement
    "50040000-4001": form(report("2020-03-01", "1.00", "0.00"), report("2020-02-01", "1.00", "0.00"), report("2020-04-01", "2.00", "5.00")),
    "50040000-4002": form(report("2020-03-01", "1.00", "5.00")),
    "50040000-4003": form(report("2020-03-01", "1.00", None)),
}  # fmt: skip


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    home = tmp_path_factory.mktemp("money")
    warehouse = Warehouse(home, open_work(home))
    warehouse.load(make_night(FIRST, PROJECTS))
    revised = {
        "50040000-4002": form(report("2020-03-01", "1.00", "5.00"), budget_received="120000.00"),
        "50040000-4003": form(report("2020-03-01", "1.00", None), budget_spent=None),
    }
    warehouse.load(make_night(SECOND, revised, sha="c" * 64))
    again = {"50040000-4002": form(report("2020-03-01", "1.00", "5.00"), budget_received="90000.00")}
    warehouse.load(make_night(THIRD, again, sha="d" * 64))
    yield warehouse
    warehouse.con.close()


def test_quarters_add_what_is_per_report_and_carry_on_what_is_cumulative(asked):
    rows = asked.rows(
        "SELECT fiscal_quarter, reports, disbursed_if_per_report_baht, disbursed_if_cumulative_baht, raised_if_cumulative_baht, "
        "projects, budget_received_year_baht, budget_spent_year_baht FROM v_budget_by_agency_quarter "
        "WHERE agency_code = '5001' AND fiscal_year_be = 2563 ORDER BY fiscal_quarter NULLS LAST"
    )
    year = (2, D("200000.00"), D("60000.00"))
    assert rows == [
        (1, 2, D("150.00"), D("150.00"), D("150.00"), *year),
        # project 1002 says nothing in quarter 2: the 50 baht it has had stay counted
        (2, 2, D("800.00"), D("550.00"), D("400.00"), *year),
        (4, 2, D("900.00"), D("950.00"), D("400.00"), *year),
        # dated on 5 October 2020, in the next fiscal year: it stays with the budget it belongs to
        (None, 1, D("1000.00"), D("1000.00"), None, *year),
    ]


def test_an_agency_without_reports_in_a_year_is_one_row_of_its_budget(asked):
    assert asked.rows(
        "SELECT fiscal_quarter, reports, budget_received_year_baht, budget_spent_year_baht, agency_name "
        "FROM v_budget_by_agency_quarter WHERE agency_code = '5001' AND fiscal_year_be = 2562"
    ) == [(None, None, D("7.00"), None, "สำนักงานเขตวัฒนา")]


def test_the_year_of_an_agency_is_safe_to_add_up_and_says_what_it_leaves_out(asked):
    assert asked.rows(
        "SELECT fiscal_year_be, projects, projects_without_amounts, budget_received_baht, budget_spent_baht, spent_pct, "
        "disbursed_if_per_report_baht, disbursed_if_cumulative_baht FROM v_budget_by_agency WHERE agency_code = '5001' ORDER BY 1"
    ) == [
        (2562, 1, 1, D("7.00"), None, None, None, None),
        (2563, 2, 1, D("200000.00"), D("60000.00"), D("60.00"), D("2850.00"), D("1050.00")),
    ]
    whole, parts = (
        asked.rows(f"SELECT sum(budget_received_baht), sum(projects) FROM {t}")
        for t in ("v_budget_by_agency", "(SELECT *, 1 AS projects FROM dim_project)")
    )
    assert whole == parts


def test_revisions_say_from_what_to_what_and_which_came_last(asked):
    rows = asked.rows(
        "SELECT right(project_code, 4), as_of, received_before_baht, budget_received_baht, received_change_baht, spent_change_baht, "
        "revision, is_last_night FROM v_budget_revisions ORDER BY ALL"
    )
    assert rows == [
        ("4002", SECOND, D("100000.00"), D("120000.00"), D("20000.00"), D("0.00"), 2, False),
        ("4002", THIRD, D("120000.00"), D("90000.00"), D("-30000.00"), D("0.00"), 3, True),
        # the amount spent is printed no more: a revision, but no number says by how much
        ("4003", SECOND, D("100000.00"), D("100000.00"), D("0.00"), None, 2, False),
    ]


def test_work_without_money_and_money_without_work_but_never_an_amount_that_is_not_printed(asked):
    rows = asked.rows(
        "SELECT right(project_code, 4), mismatch, spent_pct FROM v_money_vs_progress WHERE agency_code = '5003' ORDER BY ALL"
    )
    assert rows == [
        ("3001", "finished_hardly_spent", D("50.00")),
        ("3004", "finished_hardly_spent", D("0.00")),
        ("3005", "spent_unfinished", D("100.00")),
        ("3006", "spent_without_progress", D("100.00")),
        # an absurd amount has no percentage that fits; it must not make the view fail
        ("3008", "spent_unfinished", None),
    ]


def test_days_to_the_first_disbursement_go_by_dates_and_are_empty_while_there_is_none(asked):
    rows = asked.rows(
        "SELECT right(project_code, 4), reports, first_report_date, first_disbursed_date, days_to_disbursement, is_without_disbursement "
        "FROM v_first_disbursement WHERE agency_code = '5004' ORDER BY ALL"
    )
    assert rows == [
        ("4001", 3, date(2020, 2, 1), date(2020, 4, 1), 60, False),
        ("4002", 1, date(2020, 3, 1), date(2020, 3, 1), 0, False),
        ("4003", 1, date(2020, 3, 1), None, None, True),
    ]


def test_the_rush_of_the_last_quarter_is_its_share_under_both_readings(asked):
    rows = asked.rows(
        "SELECT agency_code, fiscal_year_be, year_if_per_report_baht, q4_if_per_report_pct, year_if_cumulative_baht, q4_if_cumulative_pct "
        "FROM v_last_quarter_rush WHERE agency_code IN ('5001', '5002', '5004') ORDER BY ALL"
    )
    assert rows == [
        ("5001", 2563, D("1850.00"), D("48.65"), D("950.00"), D("42.11")),
        ("5002", 2563, D("0.00"), None, D("0.00"), None),
        ("5004", 2563, D("10.00"), D("0.00"), D("10.00"), D("0.00")),
    ]
