"""Questions about evidence and doubt, each on a few invented projects with copies that differ."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from load.warehouse import open_work
from tests.load.conftest import Warehouse, make_file, make_night
from tests.load.form_values import form, report

FIRST, SECOND = date(2020, 5, 1), date(2020, 5, 2)
D = Decimal
PLAIN = form(report("2020-04-20", "10.00"))
RESOLVED = {
    **PLAIN,
    "coordinator.name": ("สมชาย อีระทดสอบ", "สมชาย ธีระทดสอบ", "สมชาย ธีระทดสอบ", "name_statistics", "resolved"),
}
CONTESTED = {**PLAIN, "project_name": ("ปลูกต้นไม้", "ปลูกต้นไผ่", "ปลูกต้นไม้", "first_complete_copy", "contested")}


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    home = tmp_path_factory.mktemp("evidence")
    warehouse = Warehouse(home, open_work(home))
    # 1003 is disputed on the first night only, and the second night's copies come from a PDF
    warehouse.load(
        make_night(
            FIRST,
            {"50010000-1001": RESOLVED, "50010000-1002": PLAIN, "50010000-1003": CONTESTED, "50020000-2001": CONTESTED},
        )
    )
    later = make_night(SECOND, {"50010000-1003": PLAIN}, sha="c" * 64)
    pdf = make_file("c" * 64, SECOND, media_type="application/pdf", encoding=None)
    warehouse.load(type(later)(later.night, (pdf,), later.copies, later.deliveries))
    yield warehouse
    warehouse.con.close()


def test_a_number_leads_to_delivery_file_page_and_line(asked):
    rows = asked.rows(
        "SELECT night, uri, ordinal, page, line_first, raw, chosen_value, is_chosen, is_current FROM evidence('50010000-1003') "
        "WHERE field = 'budget_received' ORDER BY ALL"
    )
    line = list(PLAIN).index("budget_received") + 1
    assert rows == [
        (FIRST, "inbox/aaaa.txt", 5, 1, line, " 100000.00 ", "100000.00", True, False),
        (FIRST, "inbox/aaaa.txt", 6, 1, line, " 100000.00 ", "100000.00", True, False),
        (SECOND, "inbox/cccc.txt", 1, 1, line, " 100000.00 ", "100000.00", True, True),
        (SECOND, "inbox/cccc.txt", 2, 1, line, " 100000.00 ", "100000.00", True, True),
    ]


def test_the_macro_says_of_a_project_what_the_view_says(asked):
    whole, one = (
        asked.rows(f"SELECT * FROM {source} ORDER BY ALL")
        for source in ("v_evidence WHERE project_code = '50010000-1003'", "evidence('50010000-1003')")
    )
    assert whole == one
    assert len(whole) > 40


def test_conflicts_are_those_of_the_latest_deliveries_reading_by_reading(asked):
    rows = asked.rows(
        "SELECT project_code, field, ordinal, value, is_chosen, is_decidable FROM v_conflicts ORDER BY ALL"
    )
    assert rows == [
        ("50010000-1001", "coordinator.name", 1, "สมชาย อีระทดสอบ", False, True),
        ("50010000-1001", "coordinator.name", 2, "สมชาย ธีระทดสอบ", True, True),
        ("50020000-2001", "project_name", 7, "ปลูกต้นไม้", True, False),
        ("50020000-2001", "project_name", 8, "ปลูกต้นไผ่", False, False),
    ]


def test_the_share_of_conflicts_counts_latest_deliveries_and_says_which_could_differ_at_all(asked):
    rows = asked.rows(
        "SELECT agency_code, projects, projects_with_conflicts, conflict_pct, projects_with_copies, conflict_of_copies_pct, "
        "values_in_conflict, values_contested FROM v_conflict_share_by_agency ORDER BY ALL"
    )
    assert rows == [
        ("5001", 3, 1, D("33.33"), 3, D("33.33"), 1, 0),
        ("5002", 1, 1, D("100.00"), 1, D("100.00"), 1, 1),
    ]


def test_conflicts_by_kind_of_file_put_each_latest_delivery_into_one_row(asked):
    rows = asked.rows(
        "SELECT sources, deliveries, deliveries_with_conflicts, conflict_pct, copies FROM v_conflict_share_by_source ORDER BY ALL"
    )
    assert rows == [("PDF", 1, 0, D("0.00"), 2), ("text", 3, 2, D("66.67"), 6)]


def test_a_text_of_many_projects_is_one_that_two_projects_print_without_a_dispute(asked):
    rows = dict(
        asked.rows(
            "SELECT text, projects FROM v_texts_of_many_projects WHERE field IN ('project_name', 'coordinator.name')"
        )
    )
    # the disputed name of two projects is no vote; of 1003 the second night settles it
    assert rows == {"ปลูกต้นไม้ริมคลอง": 3, "สมชาย ธีระทดสอบ": 3}


def test_an_open_finding_names_agency_and_coordinator_also_where_the_project_is_not_known(asked):
    assert asked.rows("SELECT finding_id, project_name FROM v_open_findings") == [("50390000-9901-coordinator", None)]
