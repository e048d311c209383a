"""The reviewed corrections as used: which still match what the copies print, which have no effect any more.

A pure function of the stored readings and the registers, so that a rebuild from the archive gives the same rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import duckdb

from extract.fault_points import at
from load.schema import columns_sql
from transform.corrections import Effect, as_compared, effects
from transform.form import load_form
from transform.records import Evidence, Reading
from transform.registers import Correction

# (project code, field) → night → what its copies print there
Printed = Mapping[tuple[str, str], Mapping[date, list[Reading]]]


def compute_corrections(con: duckdb.DuckDBPyConnection, corrections: Sequence[Correction]) -> None:
    """Replace lineage.correction by these lines, each with what it does in the latest delivery of its project."""
    at("load.uncommitted")
    table = load_form().tables["correction"]
    con.execute(f"DELETE FROM {table.qualified}")
    if not corrections:
        return
    nights = known_nights(con, {c.project_code for c in corrections})
    rows = [*_about_values(con, corrections, nights), *_about_copies(con, corrections)]
    marks = ", ".join("?" for _ in table.columns)
    con.executemany(
        f"INSERT INTO {table.qualified} ({columns_sql(table.column_names)}) VALUES ({marks})",
        [[row[name] for name in table.column_names] for row in sorted(rows, key=lambda r: r["line"])],
    )


def known_nights(con: duckdb.DuckDBPyConnection, codes: set[str]) -> dict[str, list[date | None]]:
    """Nights of delivery of projects, in order; [None] where copies print the code and none was recognised as its."""
    rows = con.execute(
        "SELECT DISTINCT coalesce(project_code, trim(printed_code)) AS code, "
        "CASE WHEN project_code IS NOT NULL THEN night END AS delivered FROM lineage.form_copy "
        "WHERE coalesce(project_code, trim(printed_code)) IN (SELECT unnest(?::VARCHAR[])) "
        "ORDER BY code, delivered NULLS LAST",
        [sorted(codes)],
    ).fetchall()
    found: dict[str, list[date | None]] = defaultdict(list)
    for code, night in rows:
        if night is not None or not found[code]:
            found[code].append(night)
    return dict(found)


def codes_delivered(con: duckdb.DuckDBPyConnection, named: Iterable[str]) -> frozenset[str]:
    """Which of these project codes and copy ids were ever delivered, as stored so far."""
    asked = frozenset(named)
    rows = con.execute(
        "SELECT DISTINCT unnest([copy_id, project_code, trim(printed_code)]) AS code FROM lineage.form_copy "
        "WHERE list_has_any([copy_id, project_code, trim(printed_code)], ?::VARCHAR[])",
        [sorted(asked)],
    ).fetchall()
    return frozenset(row[0] for row in rows) & asked


def _about_values(
    con: duckdb.DuckDBPyConnection, corrections: Sequence[Correction], nights: Mapping[str, list[date | None]]
) -> list[dict[str, Any]]:
    places: dict[tuple[str, str], list[Correction]] = defaultdict(list)
    for c in corrections:
        if c.field != "project_code":
            places[c.project_code, c.field].append(c)
    printed = _printed(con, sorted(places))
    rows = []
    for (code, field), lines in places.items():
        by_night = {night: effects(lines, _compared(own, field), load_form().field_of(field))
                    for night, own in printed.get((code, field), {}).items()}  # fmt: skip
        latest = nights[code][-1] if code in nights else None
        for n, line in enumerate(lines):
            state: str = "unmatched" if code in nights else "unknown_project"
            if latest in by_night:
                state = by_night[latest][n]
            applied = [night for night, found in by_night.items() if found[n] == "applied"]
            rows.append(_row(line, state, max(applied, default=None)))
    return rows


def _compared(readings: Sequence[Reading], field: str) -> tuple[Reading, ...]:
    return as_compared(readings, load_form().field_of(field))


def _printed(con: duckdb.DuckDBPyConnection, places: Sequence[tuple[str, str]]) -> Printed:
    """What was read at these places on every night, in printed order, where a value was decided on it."""
    rows = con.execute(
        "SELECT c.project_code, r.field, c.night, r.copy_id, r.report_seq, r.page, r.line_first, r.line_last, "
        "r.char_from, r.char_to, r.raw, r.value, r.problem, r.is_cut, r.doubt "
        "FROM (SELECT unnest(?::VARCHAR[]) AS code, unnest(?::VARCHAR[]) AS field) AS p "
        "JOIN lineage.form_copy AS c ON c.project_code = p.code "
        "JOIN lineage.reading AS r ON r.copy_id = c.copy_id AND r.field = p.field "
        "JOIN lineage.decision AS d ON d.delivery_id = c.delivery_id AND d.field = p.field "
        "ORDER BY ALL",
        [[code for code, _ in places], [field for _, field in places]],
    ).fetchall()
    found: dict[tuple[str, str], dict[date, list[Reading]]] = defaultdict(lambda: defaultdict(list))
    for code, field, night, copy_id, seq, page, first, last, start, end, raw, value, problem, is_cut, doubt in rows:
        evidence = Evidence(page, first, last, start, end, raw)
        found[code, field][night].append(Reading(copy_id, field, seq, evidence, value, problem, is_cut, doubt))
    return found


def _about_copies(con: duckdb.DuckDBPyConnection, corrections: Sequence[Correction]) -> list[dict[str, Any]]:
    """Lines that say which project a copy is of: applied where the copy belongs to that project."""
    lines = [c for c in corrections if c.field == "project_code"]
    found = con.execute(
        "SELECT copy_id, project_code, night FROM lineage.form_copy WHERE copy_id IN (SELECT unnest(?::VARCHAR[]))",
        [[c.project_code for c in lines]],
    ).fetchall()
    copies = {copy_id: (code, night) for copy_id, code, night in found}
    rows = []
    for line in lines:
        code, night = copies.get(line.project_code, (None, None))
        state = "unknown_project" if night is None else "applied" if code == line.right else "unmatched"
        rows.append(_row(line, state, night if state == "applied" else None))
    return rows


def _row(line: Correction, state: str | Effect, night: date | None) -> dict[str, Any]:
    return {
        "line": line.line, "project_code": line.project_code, "field": line.field, "printed": line.printed,
        "right": line.right, "reason": line.reason, "who": line.who, "when": line.when, "state": state,
        "last_applied": night,
    }  # fmt: skip
