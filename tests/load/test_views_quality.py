"""The questions about quality itself: what stands, what is muted or kept out, how findings come and go."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import duckdb
import pytest

FIRST = date(2026, 1, 5)
NIGHTS = [FIRST + timedelta(days=n) for n in range(4)]
ONE, TWO, ELSEWHERE = "50390000-0001", "50390000-0002", "50360000-0001"


def add(con: duckdb.DuckDBPyConnection, finding: str, states: dict[int, str], **changes: Any) -> None:
    """A finding as it stood on each of these nights, by number of the night."""
    first = NIGHTS[min(states)]
    resolved = None
    for number, state in states.items():
        resolved = NIGHTS[number] if state == "resolved" else None
        row = {
            "finding_id": finding, "rule": "zero_reports", "dimension": "completeness", "severity": "check",
            "project_code": ONE, "first_seen": first, "last_seen": NIGHTS[number], "days_open": number, "state": state,
            "message_th": "ก", "message_en": "a", "resolved_on": resolved,
        } | changes  # fmt: skip
        for table, more in (("finding_history", {"night": NIGHTS[number]}), ("finding", {})):
            given = row | more
            if table == "finding":
                con.execute("DELETE FROM quality.finding WHERE finding_id = ?", [finding])
            names, marks = ", ".join(given), ", ".join("?" for _ in given)
            con.execute(f"INSERT INTO quality.{table} ({names}) VALUES ({marks})", list(given.values()))


@pytest.fixture
def stored(empty: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    for night in NIGHTS:
        empty.execute("INSERT INTO quality.run (run_id, night) VALUES (?, ?)", [str(night), night])
    for code, name in ((ONE, "ก ข"), (TWO, "ก ข"), (ELSEWHERE, "ค ง")):
        empty.execute(
            "INSERT INTO main.dim_project (project_code, agency_code, agency_name, coordinator_name, first_seen, last_seen) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            [code, code[:4], f"เขต {code[:4]}", name, FIRST, NIGHTS[-1]],
        )
    return empty


def mute(con: duckdb.DuckDBPyConnection, line: int, until: date, **what: str) -> None:
    row = {"line": line, "until": until, "reason": "รอ", "who": "สยป."} | what
    con.execute(
        f"INSERT INTO quality.mute ({', '.join(row)}) VALUES ({', '.join('?' for _ in row)})", list(row.values())
    )


def muted(con: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    return con.execute("SELECT finding_id, until FROM v_muted_findings ORDER BY ALL").fetchall()


def test_a_mute_holds_to_its_day_and_not_longer(stored: duckdb.DuckDBPyConnection) -> None:
    add(stored, "a", {0: "new"})
    mute(stored, 2, NIGHTS[-1], finding_id="a")
    assert muted(stored) == [("a", NIGHTS[-1])]
    stored.execute("INSERT INTO quality.run (run_id, night) VALUES ('later', ?)", [NIGHTS[-1] + timedelta(days=1)])
    assert muted(stored) == []


def test_a_mute_of_a_rule_means_a_project_an_agency_or_all(stored: duckdb.DuckDBPyConnection) -> None:
    for n, code in enumerate((ONE, TWO, ELSEWHERE)):
        add(stored, f"z{n}", {0: "new"}, project_code=code)
        add(stored, f"o{n}", {0: "new"}, project_code=code, rule="end_before_start")
    far = date(2026, 12, 31)
    mute(stored, 2, far, rule="zero_reports", project_code=ONE)
    assert muted(stored) == [("z0", far)]
    mute(stored, 3, date(2026, 6, 30), rule="zero_reports", project_code="5039")
    assert muted(stored) == [("z0", far), ("z1", date(2026, 6, 30))]  # of several lines the latest day
    mute(stored, 4, far, rule="end_before_start")
    assert [finding for finding, _ in muted(stored)] == ["o0", "o1", "o2", "z0", "z1"]
    open_ones = stored.execute("SELECT finding_id FROM v_open_findings WHERE NOT is_muted").fetchall()
    assert open_ones == [("z2",)]


def test_what_is_resolved_is_neither_open_nor_muted(stored: duckdb.DuckDBPyConnection) -> None:
    add(stored, "a", {0: "new", 2: "resolved"})
    mute(stored, 2, date(2026, 12, 31), finding_id="a")
    assert muted(stored) == []
    assert stored.execute("SELECT count(*) FROM v_open_findings").fetchone() == (0,)


def test_the_trend_adds_up_to_what_stands(stored: duckdb.DuckDBPyConnection) -> None:
    add(stored, "a", {0: "new", 1: "open", 2: "resolved", 3: "regressed"})
    add(stored, "b", {1: "new", 2: "open"}, project_code=TWO)
    add(
        stored, "c", {1: "new", 3: "resolved"}, project_code=ELSEWHERE, rule="end_before_start", dimension="consistency"
    )
    by_night = stored.execute("SELECT * FROM v_findings_by_night ORDER BY night").fetchall()
    assert [row[1:] for row in by_night] == [(1, 0, 0, 1), (2, 0, 0, 3), (0, 0, 1, 2), (0, 1, 1, 2)]
    trend = stored.execute(
        "SELECT night, agency_code, rule, dimension, new_findings, regressed_findings, resolved_findings, open_findings "
        "FROM v_finding_trend ORDER BY ALL"
    ).fetchall()
    assert trend == [
        (NIGHTS[0], "5039", "zero_reports", "completeness", 1, 0, 0, 1),
        (NIGHTS[1], "5036", "end_before_start", "consistency", 1, 0, 0, 1),
        (NIGHTS[1], "5039", "zero_reports", "completeness", 1, 0, 0, 2),
        (NIGHTS[2], "5039", "zero_reports", "completeness", 0, 0, 1, 1),
        (NIGHTS[3], "5036", "end_before_start", "consistency", 0, 0, 1, 0),
        (NIGHTS[3], "5039", "zero_reports", "completeness", 0, 1, 0, 2),
    ]
    assert stored.execute("SELECT count(*) FROM v_open_findings").fetchone() == (2,)


def test_the_quarantine_says_what_is_kept_out_and_since_when(stored: duckdb.DuckDBPyConnection) -> None:
    for finding, rule in (
        ("f", "file_rejected"),
        ("c", "code_ambiguous"),
        ("v", "value_not_well_formed"),
        ("r", "record_refused"),
    ):
        add(stored, finding, {1: "new"}, rule=rule)
    add(stored, "z", {1: "new"})
    add(stored, "gone", {0: "new", 1: "resolved"}, rule="code_unreadable")
    found = stored.execute("SELECT finding_id, kind, since, days_waiting FROM v_quarantine ORDER BY ALL").fetchall()
    assert found == [
        ("c", "form", NIGHTS[1], 2), ("f", "file", NIGHTS[1], 2), ("r", "record", NIGHTS[1], 2), ("v", "value", NIGHTS[1], 2),
    ]  # fmt: skip


def test_one_value_in_many_places_is_systematic(stored: duckdb.DuckDBPyConnection) -> None:
    for n in range(5):
        add(
            stored,
            f"s{n}",
            {n % 2: "new"},
            rule="unknown_status_word",
            value="รอเบิก",
            project_code=(ONE, TWO, ELSEWHERE)[n % 3],
        )
        add(stored, f"t{n}", {0: "new"}, rule="unknown_status_word", value=f"คำที่ {n}")
    found = stored.execute("SELECT value, findings, projects, agencies FROM v_systematic_findings").fetchall()
    assert found == [("รอเบิก", 5, 3, 2)]


def test_the_time_to_correct_counts_from_the_first_night_to_the_night_it_was_resolved(
    stored: duckdb.DuckDBPyConnection,
) -> None:
    add(stored, "a", {0: "new", 3: "resolved"})
    add(stored, "b", {0: "new", 1: "resolved"}, project_code=TWO)
    add(stored, "c", {1: "new"}, project_code=TWO)
    found = stored.execute(
        "SELECT agency_code, findings, resolved_findings, open_findings, median_days, oldest_open_days FROM v_time_to_correct"
    ).fetchall()
    assert [(*row[:4], float(row[4]), row[5]) for row in found] == [("5039", 3, 2, 1, 2.0, 2)]
