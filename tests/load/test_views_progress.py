"""Questions about work and time, each on a handful of invented projects. The last night is 20 May 2020."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from load.warehouse import open_work
from tests.load.conftest import Warehouse, make_night
from tests.load.form_values import form, report

NIGHT = date(2020, 5, 20)
PROJECTS = {
    # agency 5001: half of the time is over on 31 March
    "50010000-1001": form(report("2020-04-30", "40.00"), report("2020-05-10", "60.00")),
    "50010000-1002": form(report("2020-04-30", "40.00"), report("2020-05-10", "40.00")),
    "50010000-1003": form(report("2020-04-30", "40.00")),
    "50010000-1004": form(report("2020-04-30", "100.00")),
    "50010000-1005": form(),
    "50010000-1006": form(start_date="2020-06-01"),
    "50010000-1007": form(report("2020-05-10", None)),
    # agency 5002: ended, or with odd periods
    "50020000-2001": form(report("2020-03-01", "99.99"), end_date="2020-05-19"),
    "50020000-2002": form(report("2020-03-01", "100.00"), end_date="2020-05-19"),
    "50020000-2003": form(end_date="2020-05-19"),
    "50020000-2004": form(report("2020-03-01", "10.00"), end_date="2020-05-20"),
    "50020000-2005": form(report("2020-03-01", "10.00"), end_date="2018-09-30"),
    "50020000-2006": form(report("2020-03-01", "10.00"), end_date=None),
    # agency 5003: numbers printed twice, falls, gaps
    "50030000-3001": form(
        report("2020-01-01", "50.00"), report("2020-02-01", "40.00"), report("2020-02-02", "45.00", no="2#2"),
        report("2020-03-01", None), report("2020-04-01", "30.00"),
    ),
    "50030000-3002": form(report("2020-01-01", "50.00"), report("2020-02-01", "50.00")),
    # agency 5004: words against the plan
    "50040000-4001": form(report("2020-05-01", "10.00", status="เลื่อนการจัดงานเพราะโควิด"), report("2020-05-02", "10.00")),
    "50040000-4002": form(report("2020-05-01", "10.00", status="เลื่อนการจัดงาน", plan="ล่าช้ากว่าแผน")),
    "50040000-4003": form(report("2020-05-01", "10.00", status="ไม่ได้เลื่อนการจัดงาน ร่วมขับเคลื่อนและเลื่อนขั้น")),
    "50040000-4004": form(report("2020-05-01", "10.00", status="ไม่ยกเลิก แต่งดจัดในชุมชน", plan="เป็นไป ตามแผน")),
    "50040000-4005": form(report("2020-05-01", "10.00", status="หยุดเพราะ COVID-19", plan=None)),
    # agency 5005: the project's own target status
    "50050000-5001": form(report("2020-03-01", "80.00"), end_date="2020-05-01"),
    "50050000-5002": form(report("2020-03-01", "80.00")),
    "50050000-5003": form(report("2020-03-01", "100.00", target="ต่ำกว่าเป้าหมาย")),
    "50050000-5004": form(report("2020-03-01", "0.00", target="ยกเลิก")),
    "50050000-5005": form(report("2020-03-01", "10.00", target=None)),
    "50050000-5006": form(),
}  # fmt: skip


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    home = tmp_path_factory.mktemp("progress")
    warehouse = Warehouse(home, open_work(home))
    warehouse.load(make_night(NIGHT, PROJECTS))
    yield warehouse
    warehouse.con.close()


def of(agency: str) -> str:
    return f"WHERE project_code LIKE '{agency}%' ORDER BY ALL"


def test_the_last_night_is_the_day_up_to_which_time_is_counted(asked):
    assert asked.rows("SELECT * FROM v_as_of") == [(NIGHT, NIGHT, 2563)]


def test_the_latest_report_is_the_highest_number_and_of_a_number_printed_twice_the_second_row(asked):
    rows = asked.rows(
        f"SELECT right(project_code, 4), report_no, progress_pct, reports FROM v_latest_report {of('5003')}"
    )
    assert rows == [("3001", 5, Decimal("30.00"), 5), ("3002", 2, Decimal("50.00"), 2)]
    assert asked.rows("SELECT report_no, reports FROM v_latest_report WHERE project_code = '50010000-1005'") == [
        (None, 0)
    ]
    assert asked.rows("SELECT count(*) FROM v_latest_report") == [(len(PROJECTS),)]


def test_elapsed_time_counts_both_ends_and_is_empty_without_a_period(asked):
    rows = asked.rows(
        "SELECT right(project_code, 4), time_elapsed_pct, behind_pct, is_past_end FROM v_time_vs_progress "
        "WHERE project_code IN ('50010000-1001', '50010000-1005', '50010000-1006') OR project_code LIKE '5002%' ORDER BY ALL"
    )
    # 233 of 366 days from 1 October 2019 to 20 May 2020
    assert rows == [
        ("1001", Decimal("63.66"), Decimal("3.66"), False),
        ("1005", Decimal("63.66"), Decimal("63.66"), False),
        ("1006", Decimal("0.00"), Decimal("0.00"), False),
        ("2001", Decimal("100.00"), Decimal("0.01"), True),
        ("2002", Decimal("100.00"), Decimal("0.00"), True),
        ("2003", Decimal("100.00"), Decimal("100.00"), True),
        ("2004", Decimal("100.00"), Decimal("90.00"), False),
        ("2005", None, None, True),
        ("2006", None, None, None),
    ]


def test_behind_schedule_is_past_the_time_and_below_it_in_progress(asked):
    def codes(share):
        rows = asked.rows(f"SELECT right(project_code, 4) FROM behind_schedule({share}) {of('5001')}")
        return [code for (code,) in rows]

    assert codes(50) == ["1002", "1003", "1005", "1007"]
    assert codes(Decimal("63.66")) == ["1001", "1002", "1003", "1005", "1007"]
    assert codes(75) == []


def test_no_progress_this_month_is_no_report_or_one_that_is_not_above_the_one_before(asked):
    rows = asked.rows(
        "SELECT right(project_code, 4), reason, reports, progress_before_pct, progress_pct "
        f"FROM v_no_progress_this_month {of('5001')}"
    )
    assert rows == [
        ("1002", "not_raised", 1, Decimal("40.00"), Decimal("40.00")),
        ("1003", "no_report", 0, Decimal("40.00"), None),
        ("1005", "no_report", 0, None, None),
        ("1007", "not_raised", 1, None, None),
    ]
    assert asked.rows(
        "SELECT no_progress_projects, of_these_running, of_these_past_end, of_these_without_report, projects "
        "FROM v_no_progress_by_agency WHERE agency_code IN ('5001', '5002') ORDER BY agency_code"
    ) == [(4, 4, 0, 2, 7), (5, 4, 1, 5, 6)]


def test_no_progress_in_an_earlier_month_does_not_look_at_later_reports(asked):
    april = "no_progress_between(DATE '2020-04-01', DATE '2020-04-30')"
    rows = asked.rows(f"SELECT right(project_code, 4), reason FROM {april} {of('5001')}")
    assert rows == [("1005", "no_report"), ("1007", "no_report")]


def test_ended_unfinished_are_those_past_their_last_day_below_a_hundred_or_without_a_report(asked):
    rows = asked.rows(
        f"SELECT right(project_code, 4), days_past_end, progress_pct FROM v_ended_unfinished {of('5002')}"
    )
    assert rows == [
        ("2001", 1, Decimal("99.99")),
        ("2003", 1, None),
        ("2005", (NIGHT - date(2018, 9, 30)).days, Decimal("10.00")),
    ]


def test_progress_falls_against_the_report_before_that_prints_any(asked):
    rows = asked.rows(
        "SELECT report_no, occurrence, progress_before_pct, progress_pct, drop_pct FROM v_progress_drops ORDER BY ALL"
    )
    assert rows == [
        (2, 1, Decimal("50.00"), Decimal("40.00"), Decimal("10.00")),
        (5, 1, Decimal("45.00"), Decimal("30.00"), Decimal("15.00")),
    ]


def test_a_status_that_speaks_of_trouble_contradicts_a_plan_status_as_planned_unless_it_is_negated(asked):
    rows = asked.rows(
        f"SELECT right(project_code, 4), report_no, trouble, is_latest FROM v_status_contradicts_plan {of('5')}"
    )
    assert rows == [("4001", 1, "เลื่อน", False), ("4004", 1, "งดจัด", True)]


def test_the_target_status_is_held_against_progress_where_both_are_printed(asked):
    rows = asked.rows(f"SELECT right(project_code, 4), comparison FROM v_target_vs_progress {of('5005')}")
    assert rows == [
        ("5001", "target_met_but_unfinished"),
        ("5002", "agrees"),
        ("5003", "finished_but_below_target"),
        ("5004", "other_status"),
        ("5005", "not_comparable"),
    ]


def test_small_functions_know_thai_years_money_and_the_alphabet(asked):
    assert asked.rows(
        "SELECT be_year(DATE '2019-10-01'), fiscal_year_be(DATE '2019-09-30'), fiscal_year_be(DATE '2019-10-01'), "
        "fiscal_quarter(DATE '2020-09-30'), fiscal_quarter(DATE '2019-10-01'), fiscal_year_start(2563), "
        "thai_date(DATE '2020-02-29'), be_year(NULL), thai_date(NULL)"
    ) == [(2562, 2562, 2563, 4, 1, date(2019, 10, 1), "29 ก.พ. 2563", None, None)]
    assert asked.rows(
        "SELECT baht_text(1234567.891), baht_text(-0.5), baht_text(0), baht_text(9999999999999999.99::DECIMAL(18,2)), "
        "baht_text(NULL), million_baht(1234567.89)"
    ) == [("1,234,567.89", "-0.50", "0.00", "9,999,999,999,999,999.99", None, Decimal("1.23"))]
    assert asked.rows(
        "SELECT w FROM unnest(['เขตสาทร', 'เขตปทุมวัน', 'ฝ่ายโยธา', 'แผนก', 'บางรัก']) AS t(w) ORDER BY thai_sort(w)"
    ) == [(w,) for w in ("เขตปทุมวัน", "เขตสาทร", "บางรัก", "แผนก", "ฝ่ายโยธา")]
