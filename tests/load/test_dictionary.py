from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from load.data_dictionary import refresh
from load.dictionary import describe, query
from load.views import load_macros, load_views
from load.warehouse import open_work
from tests.load.conftest import CODE, FIRST, SECOND

# what no analyst may ask, and why not
FORBIDDEN = (
    ("DELETE FROM dim_project", "read-only"),
    ("CREATE VIEW v AS FROM read_text('/etc/hostname')", "read-only|Permission"),
    ("SELECT * FROM read_text('/etc/hostname')", "Permission"),
    ("FROM read_csv('/etc/passwd')", "Permission"),
    ("FROM glob('/etc/*')", "Permission"),
    ("FROM 'other.parquet'", "Permission"),
    ("COPY dim_project TO 'stolen.csv'", "Permission"),
    ("COPY (SELECT 1) TO '/dev/stdout'", "Permission"),
    ("EXPORT DATABASE 'stolen'", "Permission"),
    ("ATTACH 'other.duckdb'", "Permission"),
    ("LOAD httpfs", "Permission"),
    ("SET enable_external_access = true", "locked"),
    ("SET lock_configuration = false", "locked"),
    ("SELEKT 1", "syntax error"),
)


def test_every_table_view_and_column_is_listed_with_its_description(published):
    described = describe(published)
    assert [d.schema for d in described] == sorted(
        (d.schema for d in described), key=["main", "lineage", "quality"].index
    )
    assert {d.name for d in described if d.kind == "view"} == {v.name for v in load_views()}
    assert {d.qualified for d in described if d.kind == "macro"} == {m.signature for m in load_macros()}
    assert all(d.comment and d.columns and all(c.comment for c in d.columns) for d in described)
    assert {d.qualified for d in described} >= {"dim_project", "lineage.reading", "quality.finding"}


def test_a_query_gives_columns_and_rows(published):
    columns, rows = query(published, "SELECT project_code, budget_received_baht AS b FROM dim_project")
    assert (columns, rows) == (("project_code", "b"), [(CODE, Decimal("200000.00"))])


@pytest.mark.fault(48)
@pytest.mark.parametrize(("sql", "why"), FORBIDDEN)
def test_a_query_can_change_nothing_and_read_nothing_else(published, tmp_path, monkeypatch, sql, why):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=rf"kaona\.duckdb: the query cannot run: .*({why})"):
        query(published, sql)
    assert not list(tmp_path.rglob("stolen*"))


def test_each_view_answers_its_question(published):
    def rows(sql):
        return query(published, sql)[1]

    assert rows("SELECT report_no, progress_pct, reports FROM v_latest_report") == [(2, Decimal("60.00"), 2)]
    assert rows("SELECT time_elapsed_pct, behind_pct FROM v_time_vs_progress") == [
        (Decimal("100.00"), Decimal("40.00"))
    ]
    assert rows(
        "SELECT agency_code, fiscal_year_be, fiscal_quarter, budget_received_year_baht, reports FROM v_budget_by_agency_quarter"
    ) == [("5039", 2563, 1, Decimal("200000.00"), 2)]
    assert rows("SELECT project_code, days_silent, is_past_end FROM v_silent_projects") == [
        (CODE, (SECOND - date(2019, 11, 25)).days, True)
    ]
    assert rows(
        "SELECT report_no, restated_on, progress_pct_before, progress_pct_after, is_withdrawn FROM v_restated_reports"
    ) == [(2, SECOND, Decimal("25.50"), Decimal("60.00"), False)]
    assert rows("SELECT change, field, value_before, value_now FROM v_changes_since_last_night ORDER BY field") == [
        ("changed", "budget_received", "180000.00", "200000.00"),
        ("changed", "reports[2].progress_pct", "25.50", "60.00"),
        ("removed", "targets[2]", "ดูแลการจัด", None),
    ]
    assert rows("SELECT field, ordinal, line_first, value, is_chosen FROM v_conflicts ORDER BY ordinal") == [
        ("coordinator.name", 1, 12, "สมชาย อีระทดสอบ", False),
        ("coordinator.name", 2, 12, "สมชาย ธีระทดสอบ", True),
    ]
    assert rows("SELECT finding_id, coordinator_name FROM v_open_findings") == [
        (f"{CODE}-coordinator", "สมชาย ธีระทดสอบ")
    ]
    assert rows("SELECT night, count(*) FROM v_evidence WHERE field = 'targets[2]' GROUP BY ALL") == [(FIRST, 2)]
    assert rows("SELECT received_change_baht FROM v_budget_revisions") == [(Decimal("20000.00"),)]
    assert rows("SELECT issue_name, projects FROM v_money_by_strategy") == [("การบริหารจัดการเมืองมหานคร", 1)]
    assert rows("SELECT projects, silent_projects, open_findings FROM v_coordinator_load") == [(1, 1, 1)]
    assert rows("SELECT conflict_pct FROM v_conflict_share_by_agency") == [(Decimal("100.00"),)]


def test_a_first_delivery_is_one_change_new_project(one_night):
    path = one_night.publish().path
    assert query(path, "SELECT project_code, change FROM v_changes_since_last_night")[1] == [(CODE, "new_project")]


def test_macros_stand_in_the_dictionary_with_their_parameters_and_columns(published):
    rows = query(
        published,
        "SELECT column_name, kind, data_type, is_personal FROM data_dictionary WHERE relation_name = 'history' "
        "AND column_name IN ('', 'field', 'value_now') ORDER BY position",
    )[1]
    assert rows == [
        ("", "macro", "(code VARCHAR)", False),
        ("field", "macro", "VARCHAR", False),
        ("value_now", "macro", "VARCHAR", True),
    ]


def test_the_example_of_every_macro_runs_for_a_reader(published):
    for macro in load_macros():
        query(published, f"SELECT * FROM {macro.source}")


def test_views_are_made_again_only_when_something_is_declared_otherwise(tmp_path):
    with open_work(tmp_path) as con:
        con.execute("DROP VIEW main.v_conflicts")
        refresh(con)  # the same declarations: nothing is done
        names = "SELECT count(*) FROM duckdb_views() WHERE view_name = 'v_conflicts'"
        assert con.execute(names).fetchall() == [(0,)]
        con.execute("COMMENT ON TABLE main.data_dictionary IS 'of an earlier version'")
        refresh(con)
        assert con.execute(names).fetchall() == [(1,)]
