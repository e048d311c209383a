"""Questions about plans, people and repeated programmes, each on a handful of invented projects."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from load.warehouse import open_work
from tests.load.conftest import Warehouse, make_night
from tests.load.form_values import form, report

FIRST, SECOND = date(2020, 5, 1), date(2020, 5, 2)
D = Decimal
LATE, NEW = report("2020-04-20", "10.00"), report("2020-04-25", "90.00")
PROJECTS = {
    "50010000-1001": form(NEW, project_name="อบรมดับเพลิง", budget_received="100.00", coordinator_name="มานี ใจงาม"),
    "50020000-1001": form(NEW, project_name="อบรมดับเพลิง", budget_received="300.00", coordinator_name=None),
    "50030000-1001": form(LATE, project_name="อบรมดับเพลิง", budget_received=None, coordinator_name="มานี ใจงาม"),
    "50040000-1001": form(project_name="อบรมดับเพลิง", fiscal_year_be="2562", end_date="2020-04-30", coordinator_name="มานี ใจงาม"),
    "50010000-1002": form(NEW, project_name="ตลาดนัดชุมชน", issue_no=None, budget_received="50.00", coordinator_name=None),
    "50010000-1003": form(NEW, project_name="ตลาดนัดชุมชน", indicators=("จำนวนร้านค้า",), coordinator_name=None),
    # year on year: the year stands in the name, in either kind of digits; one year is left out in between
    "50050000-1001": form(NEW, project_name="งานวันเด็ก ประจำปี 2562", fiscal_year_be="2562", budget_received="100.00", budget_spent="90.00"),
    "50050000-1002": form(LATE, project_name="งานวันเด็กประจำปีงบประมาณ พ.ศ. ๒๕๖๓", budget_received="150.00", budget_spent="10.00"),
    "50050000-1003": form(NEW, project_name="งานวันเด็ก ประจำปี 2565", fiscal_year_be="2565"),
    "50060000-1001": form(NEW, project_name="งานวันเด็ก ประจำปี 2563"),
}  # fmt: skip


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    home = tmp_path_factory.mktemp("programmes")
    warehouse = Warehouse(home, open_work(home))
    warehouse.load(make_night(FIRST, PROJECTS))
    renamed = form(NEW, project_name="ตลาดนัดชุมชน", indicators=(), coordinator_name=None)
    warehouse.load(make_night(SECOND, {"50010000-1003": renamed}, sha="c" * 64))
    yield warehouse
    warehouse.con.close()


def test_money_by_strategy_counts_each_project_once_and_those_without_as_a_row_of_their_own(asked):
    rows = asked.rows(
        "SELECT fiscal_year_be, strategy_issue_no, issue_name, projects, projects_without_budget, budget_received_baht "
        "FROM v_money_by_strategy WHERE fiscal_year_be = 2563 ORDER BY ALL"
    )
    assert rows == [
        (2563, "2", "มหานครสีเขียว สะดวกสบาย", 6, 1, D("200550.00")),
        (2563, None, None, 1, 0, D("50.00")),
    ]
    assert asked.rows("SELECT sum(projects) FROM v_money_by_strategy") == [(len(PROJECTS),)]


def test_an_indicator_that_only_an_earlier_delivery_named_has_no_project(asked):
    rows = asked.rows("SELECT text, projects, agencies, projects_ever, first_night FROM v_indicators ORDER BY ALL")
    assert rows == [("จำนวนร้านค้า", 0, 0, 1, FIRST), ("ร้อยละความสำเร็จ", 9, 6, 9, FIRST)]


def test_projects_without_an_indicator_say_whether_they_name_a_strategy(asked):
    assert asked.rows("SELECT project_code, has_strategy FROM v_projects_without_indicator") == [
        ("50010000-1003", True)
    ]


def test_the_load_of_a_coordinator_counts_late_silent_and_ended_projects_and_nobody_is_a_row(asked):
    rows = asked.rows(
        "SELECT coordinator_name, projects, agencies, late_projects, ended_unfinished, silent_projects FROM v_coordinator_load "
        "WHERE coordinator_name IS NULL OR coordinator_name LIKE 'มานี%' ORDER BY coordinator_name"
    )
    assert rows == [("มานี ใจงาม", 3, 3, 2, 1, 1), (None, 3, 2, 0, 0, 0)]


def test_the_same_programme_is_compared_within_a_year_by_cost_and_progress(asked):
    rows = asked.rows(
        "SELECT project_code, agencies, offices, median_progress_pct, progress_pct, is_laggard, median_budget_baht, budget_of_median_pct "
        "FROM v_same_programme ORDER BY ALL"
    )
    # the fourth agency has it in another year; two projects of one name in one agency are no programme of many
    assert rows == [
        ("50010000-1001", 3, 3, D("90.00"), D("90.00"), False, D("200.00"), D("50.00")),
        ("50020000-1001", 3, 3, D("90.00"), D("90.00"), False, D("200.00"), D("150.00")),
        ("50030000-1001", 3, 3, D("90.00"), D("10.00"), True, D("200.00"), None),
    ]


def test_year_on_year_sees_through_the_year_in_the_name_and_only_the_year_before_counts(asked):
    rows = asked.rows(
        "SELECT agency_code, fiscal_year_be, project_code, project_code_before, received_change_baht, received_change_pct, "
        "progress_before_pct, progress_pct FROM v_year_on_year"
    )
    assert rows == [("5005", 2563, "50050000-1002", "50050000-1001", D("50.00"), D("50.00"), D("90.00"), D("10.00"))]
