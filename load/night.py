"""One night into the warehouse, in one transaction: all of it or nothing, and twice is the same as once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

import duckdb
import pandas as pd

from load.corrections import compute_corrections
from load.dimensions import compute_dimensions
from load.finding_history import record_findings, record_mutes
from load.prepared import casts, prepared_frame
from load.schema import columns_sql, registered
from load.sightings import record_sightings
from load.staging import Staged
from load.transaction import transaction
from transform.form import Table, load_form
from transform.project_rows import PROJECT_TABLES
from transform.registers import Correction, Mute
from transform.source_nights import SourceTonight

# every row of these belongs to a file or a delivery of one night, and is written again with that night
NIGHTLY = ("source_file", "form_copy", "unread_line", "reading", "decision", "rejected_file")

# what the others are asked about, and the findings, which are written by themselves
ASKED = ("dim_project", "source_file", "finding")
_PIECE_ROWS = 50_000


def apply_night(
    con: duckdb.DuckDBPyConnection,
    frames: Mapping[str, pd.DataFrame | Staged],
    *,
    night: date,
    standing: Iterable[tuple[str, str]],
    run: pd.DataFrame,
    expectation_results: pd.DataFrame,
    findings: pd.DataFrame,
    register: pd.DataFrame,
    registers_used: pd.DataFrame,
    corrections: Sequence[Correction] = (),
    sources: Sequence[SourceTonight] = (),
    mutes: Sequence[Mute] = (),
) -> None:
    """Write one night: replace the rows of the projects it touches and of its files, then compute the dimensions.

    `frames` are those of transform.tables.build_frames, or their rows in files; the projects in `dim_project` are the
    touched ones. `register` names the agency codes (prefix, agency, status), `standing` says what stood in the sources
    (place, hash), `sources` those that were asked, as judged (load.sightings.judge_sources), `registers_used` which
    registers the night was decided with. Raises ValueError, with the warehouse as it was, when a frame lacks a column
    or repeats a key, an amount is no exact DECIMAL, a date lies past the year 2400, or a project that lost its delivery
    of this night is not among the touched ones though other nights delivered it.
    """
    tables = load_form().tables
    staged = {name: rows.relation for name, rows in frames.items() if isinstance(rows, Staged) and rows.paths}
    loaded = {
        **{name: rows for name, rows in frames.items() if not isinstance(rows, Staged)},
        "run": run,
        "expectation_result": expectation_results,
        "finding": findings,
        "register": registers_used,
    }
    missing = [name for name in (*PROJECT_TABLES, *NIGHTLY) if name not in frames]
    if missing:
        raise ValueError(f"night {night}: no frame for {', '.join(missing)}; expected every table of build_frames")
    asked = {name: prepared_frame(tables[name], loaded.pop(name)) for name in ASKED}
    try:
        names = {f"incoming_{name}": frame.iloc[:0] for name, frame in loaded.items()}
        with registered(con, names | _incoming(asked, register)), transaction(con):
            _delete(con, night)
            for name in ASKED[:-1]:
                _insert(con, tables[name])
            for name, rows in staged.items():
                _insert(con, tables[name], rows)
            for name in list(loaded):  # one at a time, and in pieces: what is written is in memory twice
                for piece in _pieces(prepared_frame(tables[name], loaded.pop(name))):
                    con.register(f"incoming_{name}", piece)
                    _insert(con, tables[name])
                con.register(f"incoming_{name}", names[f"incoming_{name}"])
            _delete_projects_without_evidence(con, night)
            record_findings(con, night)
            record_mutes(con, mutes)
            record_sightings(con, night, standing, sources)
            compute_dimensions(con, "incoming_agency_code")
            compute_corrections(con, corrections)
    except (duckdb.ConstraintException, duckdb.ConversionException) as error:
        raise ValueError(f"night {night} was not loaded, the warehouse is as before: {error}") from error


def project_tables() -> tuple[str, ...]:
    """Tables whose rows belong to one project, and are replaced with it; qualified names."""
    return tuple(load_form().tables[name].qualified for name in PROJECT_TABLES)


def _delete(con: duckdb.DuckDBPyConnection, night: date) -> None:
    """Remove what the incoming frames replace. A rejected file that is read again moves to the night of the reading."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE lost_delivery AS SELECT project_code FROM lineage.delivery WHERE night = ? "
        "AND project_code NOT IN (SELECT project_code FROM incoming_dim_project)",
        [night],
    )
    for name in project_tables():
        con.execute(f"DELETE FROM {name} WHERE project_code IN (SELECT project_code FROM incoming_dim_project)")
    own_file = "night = $night OR source_sha256 IN (SELECT source_sha256 FROM incoming_source_file)"
    of_file = f"source_sha256 IN (SELECT source_sha256 FROM lineage.source_file WHERE {own_file})"
    for table, where in (
        ("lineage.reading", "night = $night"),
        ("lineage.form_copy", own_file),
        ("lineage.unread_line", of_file),
        ("quality.rejected_file", of_file),
        ("lineage.source_file", own_file),
        ("lineage.decision", "night = $night"),
        ("quality.expectation_result", "run_id IN (SELECT run_id FROM quality.run WHERE night = $night)"),
        ("quality.run", "night = $night"),
        ("quality.night_measure", "night = $night"),
    ):
        con.execute(f"DELETE FROM {table} WHERE {where}", {"night": night})
    con.execute("DELETE FROM lineage.register")


def _pieces(frame: pd.DataFrame) -> Iterator[pd.DataFrame]:
    for start in range(0, len(frame), _PIECE_ROWS):
        yield frame.iloc[start : start + _PIECE_ROWS]


def _insert(con: duckdb.DuckDBPyConnection, table: Table, rows: str | None = None) -> None:
    """Insert a relation, else what is registered for the table."""
    names = columns_sql(table.column_names)
    con.execute(
        f"INSERT INTO {table.qualified} ({names}) SELECT {casts(table)} FROM {rows or f'incoming_{table.name}'}"
    )


def _delete_projects_without_evidence(con: duckdb.DuckDBPyConnection, night: date) -> None:
    """A second run of a night may recognise a misread code: the project it had made disappears with its delivery."""
    stale = con.execute(
        "SELECT project_code FROM lost_delivery "
        "WHERE project_code IN (SELECT project_code FROM lineage.delivery WHERE night <> ?) ORDER BY project_code",
        [night],
    ).fetchall()
    if stale:
        raise ValueError(
            f"{', '.join(row[0] for row in stale[:3])} lost the delivery of this night but has others, "
            "and its rows were not built again; include projects_of_night() in build_frames"
        )
    for name in project_tables():
        con.execute(f"DELETE FROM {name} WHERE project_code IN (SELECT project_code FROM lost_delivery)")
    con.execute("DROP TABLE lost_delivery")


def _incoming(frames: Mapping[str, pd.DataFrame], register: pd.DataFrame) -> dict[str, pd.DataFrame]:
    views = {f"incoming_{name}": frame for name, frame in frames.items()}
    return views | {"incoming_agency_code": register[["prefix", "agency", "status"]].astype("str")}
