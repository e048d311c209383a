"""Findings night by night: the history is written, and how they stand now follows from it.

A night replaces its own rows of the history only. So a night that runs again with more files leaves what one run with
all of them would have left, and what was known before a night can always be asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import duckdb
import pandas as pd

from extract.fault_points import at
from load.schema import columns_sql, quoted, typed_frame
from transform.form import load_form
from transform.registers import Mute
from transform.source_nights import source_of

HISTORY = "quality.finding_history"


def record_findings(con: duckdb.DuckDBPyConnection, night: date) -> None:
    """Replace the night's rows of the history by `incoming_finding`, and let quality.finding be the last row of each.

    `incoming_finding`: what the night found and what it resolved, as quality.finding.
    """
    at("load.rows")
    table = load_form().tables["finding"]
    names = columns_sql(table.column_names)
    casts = ", ".join(f"CAST({quoted(c.name)} AS {c.type})" for c in table.columns)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE told_tonight AS SELECT finding_id FROM {HISTORY} WHERE night = ? "
        "UNION SELECT CAST(finding_id AS VARCHAR) FROM incoming_finding",
        [night],
    )
    con.execute(f"DELETE FROM {HISTORY} WHERE night = ?", [night])
    con.execute(f"INSERT INTO {HISTORY} (night, {names}) SELECT ?, {casts} FROM incoming_finding", [night])
    con.execute("DELETE FROM quality.finding WHERE finding_id IN (SELECT finding_id FROM told_tonight)")
    con.execute(
        f"INSERT INTO quality.finding ({names}) SELECT {names} FROM {HISTORY} "
        "WHERE finding_id IN (SELECT finding_id FROM told_tonight) "
        "QUALIFY row_number() OVER (PARTITION BY finding_id ORDER BY night DESC) = 1 ORDER BY finding_id"
    )
    con.execute("DROP TABLE told_tonight")


def findings_before(
    con: duckdb.DuckDBPyConnection,
    night: date,
    project_codes: Iterable[str],
    uris: Iterable[str],
    rules: Iterable[str],
) -> pd.DataFrame:
    """Findings as they stood before a night, of which it can say something: about its projects, its files, and by
    rules that look beyond both; by finding_id."""
    table = load_form().tables["finding"]
    names = columns_sql(table.column_names)
    sql = (
        f"SELECT {names} FROM {HISTORY} WHERE night < $night AND (project_code IN (SELECT unnest($codes::VARCHAR[])) "
        "OR rule IN (SELECT unnest($rules::VARCHAR[])) "
        "OR (project_code IS NULL AND (uri IS NULL OR uri IN (SELECT unnest($uris::VARCHAR[]))))) "
        "QUALIFY row_number() OVER (PARTITION BY finding_id ORDER BY night DESC) = 1 ORDER BY finding_id"
    )
    asked: dict[str, Any] = {"night": night, "codes": sorted(set(project_codes)), "uris": sorted(set(uris))}
    return typed_frame(con.execute(sql, asked | {"rules": sorted(set(rules))}).df(), table)


def places_gone(
    con: duckdb.DuckDBPyConnection, night: date, standing: Iterable[tuple[str, str]], believed: Iterable[str]
) -> tuple[str, ...]:
    """Places that findings without a project spoke of before a night, and whose file stands nowhere any more; in order.

    `standing`: (place, hash) of what stands tonight; `believed`: sources that were asked and whose losses are believed.
    Nobody can correct a file that was taken away: what was found of it is over. What is found of a source itself, or of
    a reference file, speaks of no delivered file and is not meant.
    """
    there, sources = list(standing), frozenset(believed)
    places, hashes = frozenset(uri for uri, _ in there), frozenset(sha for _, sha in there)
    rows = con.execute(
        f"WITH last AS (SELECT uri, state FROM {HISTORY} WHERE night < ? AND project_code IS NULL AND uri IS NOT NULL "
        "QUALIFY row_number() OVER (PARTITION BY finding_id ORDER BY night DESC) = 1) "
        "SELECT l.uri, list(f.source_sha256) FROM last AS l JOIN lineage.source_file AS f ON f.uri = l.uri "
        "WHERE l.state <> 'resolved' GROUP BY l.uri ORDER BY l.uri",
        [night],
    ).fetchall()
    return tuple(
        uri for uri, known in rows if source_of(uri) in sources and uri not in places and hashes.isdisjoint(known)
    )


def record_mutes(con: duckdb.DuckDBPyConnection, mutes: Sequence[Mute]) -> None:
    """Replace quality.mute by the lines of mutes.csv."""
    table = load_form().tables["mute"]
    con.execute(f"DELETE FROM {table.qualified}")
    marks = ", ".join("?" for _ in table.columns)
    sql = f"INSERT INTO {table.qualified} ({columns_sql(table.column_names)}) VALUES ({marks})"
    for mute in sorted(mutes, key=lambda m: m.line):
        con.execute(sql, [getattr(mute, name) for name in table.column_names])
