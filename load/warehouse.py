"""The writer's own warehouse, `work/kaona.duckdb`: opening it, what it already knows, and writing a night into it.

Readers never open this file; they get a finished copy (load/publish.py). So a night never waits for an analyst.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Literal, TypeAlias, cast

import duckdb
import pandas as pd

from extract.fault_points import at
from load.data_dictionary import refresh
from load.in_order import pieces_of, size_of
from load.night import apply_night
from load.schema import columns_sql, create_tables, literal, table_differences, typed_frame
from load.storage import STORAGE_VERSION
from load.transaction import transaction
from transform.at_rest import AtRest
from transform.form import load_form
from transform.records import Evidence, FileOutcome, FormCopy, LineCount, Reading, UnreadLine
from transform.returns import RETURN
from transform.tables import Earlier

__all__ = [
    "OFFLINE",
    "Connection",
    "KnownFile",
    "OtherTables",
    "apply_night",
    "copies_of_night",
    "earlier_state",
    "files_of_night",
    "findings",
    "kept_open",
    "known_files",
    "nights_of_files",
    "nights_run",
    "nights_stored",
    "open_work",
    "people_of",
    "places_known",
    "projects_of_night",
    "refused_otherwise",
    "registers_stored",
    "work_path",
]

# a name only: a module that holds the type itself makes DuckDB complain of leaks when a run under Prefect ends
Connection: TypeAlias = "duckdb.DuckDBPyConnection"
_FIRST = itemgetter(0)
_FETCHED_ROWS = 20_000
# how often this process keeps a file open; nobody else can change its tables then
_kept_open: Counter[Path] = Counter()
# DuckDB must never try to fetch an extension: it takes seconds, and servers have no network.
OFFLINE: dict[str, Any] = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}


@dataclass(frozen=True, slots=True)
class KnownFile:
    """What became of a file when it was read, by which reader, and the night of its first delivery."""

    status: Literal["read", "rejected"]
    reader_version: str
    night: date


class OtherTables(ValueError):
    """The working file was made by another version of the registry; it must be made again from the archive."""


def work_path(home: Path) -> Path:
    """Place of the writer's own warehouse."""
    return home / "work" / "kaona.duckdb"


def why_closed(path: Path) -> str:
    """Why a warehouse cannot be opened, by the name of DuckDB's error; '' when it can, or a run has it open."""
    try:
        duckdb.connect(str(path), read_only=True).close()
    except duckdb.Error as error:
        return "" if "could not set lock" in str(error).lower() else type(error).__name__
    return ""


def open_work(home: Path, *, memory_limit: str = "2GB") -> duckdb.DuckDBPyConnection:
    """Open the writer's own warehouse, created with all its tables when there is none.

    Raises OtherTables when the file was made by another registry than today's: it must be rebuilt from the archive.
    """
    path = work_path(home)
    path.parent.mkdir(parents=True, exist_ok=True)
    spill = {"temp_directory": str(path.parent / "spill"), "max_temp_directory_size": "50GB"}
    stored = {"storage_compatibility_version": STORAGE_VERSION}
    con = duckdb.connect(str(path), config={**OFFLINE, **spill, **stored, "memory_limit": memory_limit})
    try:
        if not _kept_open[path]:
            _prepare(con, path)
    except BaseException:
        con.close()
        raise
    return con


@contextmanager
def kept_open(home: Path, *, memory_limit: str) -> Iterator[None]:
    """Keep the warehouse open for those that open it meanwhile: a file that is open already opens in a tenth of the
    time, its tables are looked at once, and it is written out once, at the end. Raises what `open_work` does.
    """
    path = work_path(home)
    with closing(open_work(home, memory_limit=memory_limit)):
        _kept_open[path] += 1
        try:
            yield
        finally:
            _kept_open[path] -= 1


def _prepare(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Create the tables when there are none; refuse others than today's."""
    if not _has_tables(con):
        with transaction(con):
            create_tables(con)
        refresh(con)
    differences = table_differences(con)
    if differences:
        raise OtherTables(
            f"{path}: its tables are not those of data/form ({'; '.join(differences[:3])}"
            f"{' …' if len(differences) > 3 else ''}); rebuild it from the archive: kaona run --rebuild"
        )


def _has_tables(con: duckdb.DuckDBPyConnection) -> bool:
    found = con.execute("SELECT count(*) FROM duckdb_tables() WHERE NOT internal").fetchone()
    return bool(found and found[0])


def known_files(con: duckdb.DuckDBPyConnection, hashes: Iterable[str]) -> dict[str, KnownFile]:
    """Of these files, by the hash of their bytes, those that were ever read."""
    rows = con.execute(
        "SELECT source_sha256, status, reader_version, night FROM lineage.source_file "
        "WHERE source_sha256 IN (SELECT unnest(?::VARCHAR[])) ORDER BY source_sha256",
        [sorted(set(hashes))],
    ).fetchall()
    return {sha: KnownFile(status, version, night) for sha, status, version, night in rows}


def nights_stored(con: duckdb.DuckDBPyConnection) -> list[date]:
    """Nights that brought files, or on which some came or went, in order."""
    sql = "SELECT night FROM lineage.source_file UNION SELECT night FROM lineage.source_night ORDER BY night"
    return [row[0] for row in con.execute(sql).fetchall()]


def nights_run(con: duckdb.DuckDBPyConnection) -> set[date]:
    """Nights that were loaded, also those that brought nothing."""
    return {night for (night,) in con.execute("SELECT DISTINCT night FROM quality.run").fetchall()}


def places_known(con: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """Place → hashes of the bytes that ever stood there, both in order."""
    rows = con.execute(
        "SELECT uri, source_sha256 FROM lineage.sighting UNION SELECT uri, split_part(source_sha256, $mark, 1) "
        "FROM lineage.source_file ORDER BY ALL",
        {"mark": RETURN},
    ).fetchall()
    found: dict[str, list[str]] = {}
    for uri, sha in rows:
        found.setdefault(uri, []).append(sha)
    return found


def nights_of_files(con: duckdb.DuckDBPyConnection, hashes: Iterable[str]) -> set[date]:
    """Nights on which these bytes were delivered, also when they came back."""
    rows = con.execute(
        "SELECT DISTINCT night FROM lineage.source_file WHERE split_part(source_sha256, $mark, 1) IN "
        "(SELECT unnest($hashes::VARCHAR[]))",
        {"mark": RETURN, "hashes": sorted(hashes)},
    ).fetchall()
    return {night for (night,) in rows}


def registers_stored(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Name → hash of the registers that everything stored was decided with; {} before the first night."""
    return dict(con.execute("SELECT name, sha256 FROM lineage.register ORDER BY name").fetchall())


def refused_otherwise(con: duckdb.DuckDBPyConnection, code_version: str) -> bool:
    """Whether a record is kept out that another version of the program had refused."""
    row = con.execute(
        "SELECT count(*) FROM quality.finding AS f JOIN quality.run AS r ON r.night = f.last_seen "
        "WHERE f.rule = 'record_refused' AND f.state <> 'resolved' AND r.code_version <> ?",
        [code_version],
    ).fetchone()
    return bool(row and row[0])


def copies_of_night(
    con: duckdb.DuckDBPyConnection,
    night: date,
    files: Collection[str] | None = None,
    put: Callable[[Sequence[Reading]], AtRest] = AtRest.of,
) -> tuple[FormCopy, ...]:
    """Copies loaded for a night, just as they were read, at rest; in order of file and place, readings in printed
    order. `files`: only of these (hashes); `put`: where their readings rest, in memory unless told otherwise.
    """
    own = "true" if files is None else f"c.source_sha256 IN ({', '.join(map(literal, sorted(files))) or 'NULL'})"
    columns = (
        "copy_id", "source_sha256", "uri", "media_type", "night", "ordinal", "page_first", "line_first", "page_last",
        "line_last", "printed_code", "project_code", "fiscal_year_be", "is_truncated", "is_closed",
        "overlooked", "unread_pages", "print_sha", "is_cut_beside",
    )  # fmt: skip
    named = ", ".join(f"{'f' if column == 'media_type' else 'c'}.{column}" for column in columns)
    copies = con.execute(
        f"SELECT {named} FROM lineage.form_copy AS c "
        "JOIN lineage.source_file AS f ON f.source_sha256 = c.source_sha256 "
        f"WHERE c.night = ? AND {own} ORDER BY c.uri, c.source_sha256, c.ordinal",
        [night],
    ).fetchall()
    found = [FormCopy(**dict(zip(columns, row, strict=True)), readings=()) for row in copies]
    cut_beside = {copy.copy_id for copy in found if copy.is_cut_beside}
    rows = (
        "SELECT r.copy_id, coalesce(r.printed_field, r.field) AS field, r.report_seq, r.page, r.line_first, "
        "r.line_last, r.char_from, r.char_to, r.raw, r.value, r.problem, r.is_cut, r.doubt "
        f"FROM lineage.reading AS r WHERE r.night = DATE '{night}' "
        f"AND r.copy_id IN (SELECT c.copy_id FROM lineage.form_copy AS c WHERE c.night = DATE '{night}' AND {own})"
    )
    resting: dict[str, AtRest] = {}
    for piece in pieces_of(con, rows, "copy_id", size_of(con, rows, ("raw", "value"))):
        con.execute(f"{piece} ORDER BY copy_id, page, line_first, char_from, line_last, char_to, field")
        for copy_id, of_copy in groupby(_fetched(con), _FIRST):
            resting[copy_id] = put([_reading(row, copy_id in cut_beside) for row in of_copy])
    return tuple(_alone(copy, resting.get(copy.copy_id, ())) for copy in found)


def _fetched(con: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    """The rows of the last question, some at a time."""
    while rows := con.fetchmany(_FETCHED_ROWS):
        yield from rows


def _reading(row: tuple[Any, ...], is_cut_beside: bool) -> Reading:
    copy_id, field, seq, page, first, last, char_from, char_to, raw, value, problem, is_cut, doubt = row
    evidence = Evidence(page, first, last, char_from, char_to, raw)
    return Reading(copy_id, field, seq, evidence, value, problem, is_cut and not is_cut_beside, doubt)


def _alone(copy: FormCopy, readings: Sequence[Reading]) -> FormCopy:
    """A copy as it was read: that others showed it to be cut short is told again by those it stands beside."""
    is_truncated = copy.is_truncated and not copy.is_cut_beside
    return replace(copy, is_truncated=is_truncated, is_cut_beside=False, readings=readings)


def files_of_night(con: duckdb.DuckDBPyConnection, night: date) -> tuple[FileOutcome, ...]:
    """Files loaded for a night, just as they came out of reading, in order of their place."""
    unread: dict[str, list[UnreadLine]] = defaultdict(list)
    rows = con.execute(
        "SELECT source_sha256, page, line, text FROM lineage.unread_line "
        "WHERE source_sha256 IN (SELECT source_sha256 FROM lineage.source_file WHERE night = ?) ORDER BY ALL",
        [night],
    ).fetchall()
    for sha, page, line, text in rows:
        unread[sha].append(UnreadLine(page, line, text))
    columns = (
        "source_sha256", "uri", "night", "media_type", "bytes", "pages", "encoding", "reader_version", "status", "code",
        "reason", "lines_consumed", "lines_furniture", "lines_unread", "notes",
    )  # fmt: skip
    named = ", ".join(f"{'r' if column == 'code' else 'f'}.{column}" for column in columns)
    files = con.execute(
        f"SELECT {named} FROM lineage.source_file AS f "
        "LEFT JOIN quality.rejected_file AS r ON r.source_sha256 = f.source_sha256 "
        "WHERE f.night = ? ORDER BY f.uri, f.source_sha256",
        [night],
    ).fetchall()
    return tuple(_outcome(dict(zip(columns, row, strict=True)), unread) for row in files)


def _outcome(row: dict[str, Any], unread: Mapping[str, Sequence[UnreadLine]]) -> FileOutcome:
    """Return a row of lineage.source_file as the outcome it was made from."""
    return FileOutcome(
        source_sha256=row["source_sha256"],
        uri=row["uri"],
        night=row["night"],
        media_type=row["media_type"],
        size=row["bytes"],
        pages=row["pages"],
        encoding=row["encoding"],
        reader_version=row["reader_version"],
        status=row["status"],
        code=row["code"],
        reason=row["reason"],
        lines=LineCount(row["lines_consumed"], row["lines_furniture"], row["lines_unread"]),
        unread=tuple(unread.get(row["source_sha256"], ())),
        notes=tuple(row["notes"].split("\n")) if row["notes"] else (),
    )


def projects_of_night(con: duckdb.DuckDBPyConnection, night: date) -> tuple[str, ...]:
    """Codes of the projects that were delivered on a night, as loaded so far."""
    rows = con.execute(
        "SELECT DISTINCT project_code FROM lineage.form_copy WHERE night = ? AND project_code IS NOT NULL ORDER BY ALL",
        [night],
    ).fetchall()
    return tuple(row[0] for row in rows)


def earlier_state(con: duckdb.DuckDBPyConnection, project_codes: Iterable[str], night: date) -> Earlier:
    """Decisions and deliveries of these projects on all nights but this one, in fixed order."""
    at("tables.asked")
    codes = sorted(set(project_codes))
    decision = load_form().tables["decision"]
    decisions = con.execute(
        f"SELECT {columns_sql(decision.column_names)} FROM lineage.decision "
        "WHERE project_code IN (SELECT unnest(?::VARCHAR[])) AND night <> ? "
        f"ORDER BY {columns_sql(decision.key)}",
        [codes, night],
    ).df()
    deliveries = con.execute(
        "SELECT project_code, night, copies FROM lineage.delivery "
        "WHERE project_code IN (SELECT unnest(?::VARCHAR[])) AND night <> ? ORDER BY ALL",
        [codes, night],
    ).df()
    types = {"project_code": "str", "night": "datetime64[us]", "copies": "Int64"}
    return Earlier(typed_frame(decisions, decision), deliveries.astype(cast(Any, types)))


def findings(con: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """All findings as they stand, also those about files; by finding_id."""
    table = load_form().tables["finding"]
    names, key = columns_sql(table.column_names), columns_sql(table.key)
    return typed_frame(con.execute(f"SELECT {names} FROM {table.qualified} ORDER BY {key}").df(), table)


def people_of(con: duckdb.DuckDBPyConnection, project_codes: Sequence[str]) -> pd.DataFrame:
    """Who is told about projects: project_code, project_name, agency_name, coordinator_name; by code."""
    return (
        con.execute(
            "SELECT project_code, project_name, agency_name, coordinator_name FROM main.dim_project "
            "WHERE project_code IN (SELECT unnest(?::VARCHAR[])) ORDER BY project_code",
            [list(project_codes)],
        )
        .df()
        .astype("str")
    )
