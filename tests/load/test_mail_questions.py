"""What mails are made of: whose projects, what stands, what is late, what changed, what the copies print."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from load import mail_questions as ask
from load import summary_questions as summary
from tests.load.conftest import CODE, FIRST, SECOND, Warehouse

NIGHT = date(2020, 3, 1)
A, B, C, D = (f"50390000-000{n}" for n in range(1, 5))


def insert(con: duckdb.DuckDBPyConnection, table: str, **row: Any) -> None:
    con.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' for _ in row)})", list(row.values()))


def project(con: duckdb.DuckDBPyConnection, code: str, pct: str | None, reported: date | None, **row: Any) -> None:
    """A project of 1 Oct to 30 Sep with one report, or with none."""
    given: Mapping[str, Any] = {
        "project_code": code, "agency_code": code[:4], "agency_name": "สำนักงานเขตวัฒนา", "coordinator_name": "ก ข",
        "start_date": date(2019, 10, 1), "end_date": date(2020, 9, 30), "first_seen": NIGHT, "last_seen": NIGHT,
    } | row  # fmt: skip
    insert(con, "main.dim_project", **given)
    if pct is not None:
        insert(
            con, "main.fact_progress_report", project_code=code, report_no=1, occurrence=1, report_date=reported,
            progress_pct=Decimal(pct), is_latest=True,
        )  # fmt: skip


def late(con: duckdb.DuckDBPyConnection, night: date = NIGHT) -> list[tuple[str, str, int, date]]:
    found = ask.late_on(con, night)
    return [(r.project_code[-1], r.kind, int(r.days), r.since.date()) for r in found.itertuples()]


def test_late_is_behind_its_time_past_its_end_or_silent(empty: duckdb.DuckDBPyConnection) -> None:
    lately = NIGHT - timedelta(days=31)
    project(empty, A, "21.53", lately)  # 153 of 366 days are 41.80 %: twenty points behind are allowed
    project(empty, B, "21.00", lately)
    project(empty, C, "99.99", NIGHT - timedelta(days=3), end_date=date(2020, 2, 28))
    project(empty, D, "60.00", lately - timedelta(days=1))
    assert late(empty) == [
        ("1", "behind", 1, NIGHT - timedelta(days=1)),
        ("2", "behind", 2, NIGHT - timedelta(days=2)),
        ("3", "ended_unfinished", 2, date(2020, 2, 28)),
        ("4", "silent", 32, lately - timedelta(days=1)),
    ]


@pytest.mark.parametrize(
    ("pct", "reported", "changes", "kinds"),
    [
        ("100", date(2019, 10, 2), {}, []),
        (None, None, {}, ["behind", "silent"]),
        (None, None, {"start_date": date(2020, 2, 20), "end_date": date(2021, 9, 30)}, []),
        (None, None, {"start_date": date(2020, 3, 2)}, []),
        ("10", date(2020, 2, 27), {"end_date": None}, []),
        ("10", date(2020, 2, 27), {"end_date": date(2019, 9, 1)}, ["ended_unfinished"]),
        ("10", date(2020, 2, 27), {"start_date": None}, []),
    ],
)
def test_what_is_not_known_is_not_late(
    empty: duckdb.DuckDBPyConnection, pct: str | None, reported: date | None, changes: dict[str, Any], kinds: list[str]
) -> None:
    project(empty, A, pct, reported, **changes)
    assert [kind for _, kind, *_ in late(empty)] == kinds


def test_changes_are_told_against_the_night_each_project_was_told_of(two_nights: Warehouse) -> None:
    fields = ["budget_received", "reports.progress_pct"]
    found = ask.changes_since(two_nights.con, {CODE: FIRST}, SECOND, fields)
    told = [(r.field, r.before, r.after, r.night.date()) for r in found.itertuples()]
    assert told == [
        ("budget_received", "180000.00", "200000.00", SECOND),
        ("reports[2].progress_pct", "25.50", "60.00", SECOND),
    ]
    assert found["report_no"].dropna().tolist() == [2]
    assert ask.changes_since(two_nights.con, {CODE: SECOND}, SECOND, fields).empty
    assert ask.changes_since(two_nights.con, {}, SECOND, fields).empty
    assert ask.changes_since(two_nights.con, {CODE: FIRST}, SECOND, ["rationale"]).empty


def test_each_copy_is_quoted_with_its_place(one_night: Warehouse) -> None:
    found = ask.printed_for(one_night.con, [(CODE, "budget_received"), (CODE, "nothing")])
    assert found["copy_no"].tolist() == [1, 2]
    assert set(found["field"]) == {"budget_received"}
    assert all("/" not in name for name in found["file"])
    assert (found["line_last"] >= found["line_first"]).all()
    assert ask.printed_for(one_night.con, []).empty


def test_a_delivery_is_new_changed_or_as_it_was(two_nights: Warehouse) -> None:
    def kinds(night: date) -> list[str]:
        return list(ask.delivered_on(two_nights.con, night)["kind"])

    assert (kinds(FIRST), kinds(SECOND)) == (["new"], ["changed"])
    assert (ask.rejected_on(two_nights.con, FIRST), ask.rejected_on(two_nights.con, SECOND)) == (1, 0)
    assert ask.last_night(two_nights.con) == SECOND


def finding(con: duckdb.DuckDBPyConnection, name: str, states: dict[int, str], **changes: Any) -> None:
    """A finding as it stood so many days before the night."""
    first = NIGHT - timedelta(days=max(states))
    for days, state in states.items():
        row: dict[str, Any] = {
            "finding_id": name, "rule": "zero_reports", "dimension": "completeness", "severity": "check",
            "project_code": A, "first_seen": first, "last_seen": NIGHT, "days_open": 0, "state": state, "message_th": "ก",
            "message_en": "a", "resolved_on": NIGHT - timedelta(days=days) if state == "resolved" else None,
        } | changes  # fmt: skip
        insert(con, "quality.finding_history", night=NIGHT - timedelta(days=days), **row)
        insert(con, "quality.run", run_id=f"{name}{days}", night=NIGHT - timedelta(days=days))
    insert(con, "quality.finding", **row)


def test_agencies_are_compared_by_what_stands_and_what_moved(empty: duckdb.DuckDBPyConnection) -> None:
    project(empty, A, None, None)
    project(empty, "50360000-0001", None, None, agency_name=None)
    finding(empty, "old", {9: "new", 0: "open"})
    finding(empty, "gone", {9: "new", 1: "resolved"})
    finding(empty, "back", {9: "new", 8: "resolved", 0: "regressed"})
    finding(empty, "note", {0: "new"}, severity="note")
    finding(empty, "other", {3: "new"}, severity="block", project_code="50360000-0001")
    finding(empty, "file", {3: "new"}, project_code=None)  # no agency's
    columns = ["projects", "open_block", "open_check", "open_note", "new", "resolved", "oldest_days", "open_before"]
    tonight = summary.agencies_compared(empty, NIGHT, None).set_index("agency_name")[columns]
    assert tonight.loc["สำนักงานเขตวัฒนา"].tolist() == [1, 0, 2, 1, 1, 0, 9, 2]
    assert tonight[tonight.index.isna()].iloc[0].tolist() == [1, 1, 0, 0, 0, 0, 3, 0]
    since = summary.agencies_compared(empty, NIGHT, NIGHT - timedelta(days=4)).set_index("agency_name")[columns]
    assert since.loc["สำนักงานเขตวัฒนา", ["new", "resolved"]].tolist() == [1, 1]
    week = summary.agencies_compared(empty, NIGHT, NIGHT - timedelta(days=7)).set_index("agency_name")
    row = week.loc["สำนักงานเขตวัฒนา"]
    assert row["open_before"] + row["new"] - row["resolved"] == row["open_block"] + row["open_check"]
    assert since[since.index.isna()].iloc[0]["new"] == 1
    trend = summary.findings_by_night(empty, 2)
    assert [(r.open, r.new, r.resolved) for r in trend.itertuples()] == [(2, 0, 1), (3, 1, 0)]
    assert summary.open_by_rule(empty).values.tolist() == [["zero_reports", 3, 2, 1]]
    assert summary.open_by_dimension(empty).values.tolist() == [["completeness", 3]]


def test_a_week_ago_is_not_known_to_a_young_warehouse(empty: duckdb.DuckDBPyConnection) -> None:
    project(empty, A, None, None)
    finding(empty, "young", {6: "new"})
    assert summary.agencies_compared(empty, NIGHT, None)["open_before"].isna().all()
