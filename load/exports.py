"""Canonical exports: one file per table, rows in the order of the full key, the same bytes for the same content.

quality.run, quality.expectation_result, lineage.sighting and lineage.source_night are not exported: they tell how many
nights it took to see the content, and the exports must not depend on that.
"""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

import duckdb

from extract.fault_points import at
from load.in_order import InTurn, Size, insert_in_order, memory_of, most_rows, size_of_table
from load.publish import reading
from load.schema import columns_sql, literal, quoted
from load.storage import all_rows
from load.views import load_views
from load.workbook import write_workbook
from transform.form import Column, Table, load_form
from transform.workbooks import ACTS

Format = Literal["parquet", "csv", "xlsx"]
# which tables have an export beside the published file: all, those of main and quality, or none
Extent = Literal["all", "facts", "none"]
NOT_EXPORTED = frozenset({"run", "expectation_result", "sighting", "source_night"})
_FACTS = frozenset({"main", "quality"})
_AT_ONCE = 2
_NUMBER_OR_DASH = re.compile(r"[+-]?\d+(\.\d+)?|-")
_OWN_ORDER = re.compile(r"\bORDER\s+BY\b[^()]*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What one file holds: its columns with their meaning, the query that gives its rows, and their order.

    `key`: of a table the columns that its rows are sorted by, so that they can be sorted in pieces.
    """

    table: Table
    rows: str
    order: str
    key: tuple[str, ...] = ()

    @property
    def sql(self) -> str:
        """The rows in order."""
        return f"{self.rows}{self.order}"


def export(con_or_path: duckdb.DuckDBPyConnection | Path, out: Path, format: Format) -> list[Path]:
    """Write every exported table to `out` as NAME.parquet, NAME.csv or NAME.xlsx; return the files, sorted.

    Parquet holds exact values. CSV is UTF-8 with BOM for spreadsheets; a text that a spreadsheet would run as a formula
    begins with an apostrophe there. Each file appears by a rename, so a reader never sees half of one.
    """
    with _single_threaded(con_or_path, out) as con:
        return _write(con, [_whole(table) for table in exported_tables()], out, format)


def export_beside(con_or_path: duckdb.DuckDBPyConnection | Path, out: Path, extent: Extent) -> list[Path]:
    """Write the canonical Parquet files of a night; those of an earlier extent that are not written any more go."""
    chosen = exported_tables(extent)
    for table in exported_tables():
        if table not in chosen:
            (out / f"{table.name}.parquet").unlink(missing_ok=True)
    if not chosen:
        return []
    with _single_threaded(con_or_path, out) as con:
        return _write(con, [_whole(table) for table in chosen], out, "parquet")


def export_views(path: Path, names: Sequence[str], out: Path, format: Format) -> list[Path]:
    """Write any tables and views of a published file, each to a file of its own; return the files, sorted.

    A name without a schema is of main. A view that sorts its rows keeps its order. Raises ValueError naming what the
    file holds when there is no such table or view.
    """
    with _single_threaded(path, out) as con:
        return _write(con, [_described(con, name) for name in dict.fromkeys(names)], out, format)


def _write(con: duckdb.DuckDBPyConnection, sheets: Sequence[_Sheet], out: Path, format: Format) -> list[Path]:
    writers: dict[str, Callable[[duckdb.DuckDBPyConnection, _Sheet, Size, Path], None]] = {
        "parquet": _write_parquet,
        "csv": _write_csv,
        "xlsx": _write_xlsx,
    }
    if format not in writers:
        raise ValueError(f"{format!r} is no export format; expected one of {', '.join(writers)}")
    out.mkdir(parents=True, exist_ok=True)

    (database,) = con.execute("SELECT current_database()").fetchone() or ("memory",)
    memory = memory_of(con)
    most = most_rows(con)
    turns = InTurn({sheet: size_of_table(con, sheet.table, sheet.rows, most) for sheet in sheets}, memory)

    def write(_: int) -> list[Path]:
        written = []
        for sheet, size in turns:
            target = out / f"{sheet.table.name}.{format}"
            building = target.with_name(target.name + ".next")
            with con.cursor() as own:
                own.execute(f"USE {quoted(database)}")
                own.execute(f"SET operator_memory_limit = '{memory // 4}B'")
                writers[format](own, sheet, size, building)
            at("publish.export")
            building.replace(target)
            written.append(target)
        return written

    with ThreadPoolExecutor(_AT_ONCE) as pool:  # several tables at once, each by one thread
        return sorted(path for written in pool.map(write, range(_AT_ONCE)) for path in written)


def exported_tables(extent: Extent = "all") -> tuple[Table, ...]:
    """Tables with a canonical export, by name."""
    tables = (t for t in load_form().tables.values() if t.name not in NOT_EXPORTED)
    chosen = (t for t in tables if extent == "all" or (extent == "facts" and t.schema in _FACTS))
    return tuple(sorted(chosen, key=lambda t: t.name))


def _described(con: duckdb.DuckDBPyConnection, name: str) -> _Sheet:
    """A table or view with the words that the file's own data dictionary has for its columns."""
    schema, _, relation = name.rpartition(".")
    rows = con.execute(
        "SELECT column_name, data_type, description_th, description_en, unit FROM main.data_dictionary "
        "WHERE schema_name = $schema AND relation_name = $relation AND kind IN ('table', 'view') ORDER BY position",
        {"schema": schema or "main", "relation": relation},
    ).fetchall()
    columns = tuple(Column(n, type_, th or n, en or n, unit) for n, type_, th, en, unit in rows if n)
    if not columns:
        raise ValueError(f"{name}: there is no such table or view; `kaona sql` lists them, lineage.reading is one")
    table = Table(schema or "main", relation, "", "", (), columns)
    of_registry = load_form().tables.get(relation)
    if of_registry is not None and of_registry.schema == table.schema:
        return replace(_whole(of_registry), table=table)
    own = next((view.sql for view in load_views() if view.name == relation), "")
    order = "" if _OWN_ORDER.search(own) else " ORDER BY ALL"
    return _Sheet(table, f"SELECT {columns_sql(table.column_names)} FROM {table.schema}.{quoted(relation)}", order)


@contextmanager
def _single_threaded(con_or_path: duckdb.DuckDBPyConnection | Path, out: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Several threads would cut row groups differently from run to run."""
    if isinstance(con_or_path, Path):
        # whoever exports can write there, and not always beside the published file
        spill = out / ".spill"
        with reading(con_or_path, threads=1, temp_directory=str(spill)) as con:
            yield con
        if spill.is_dir():
            shutil.rmtree(spill)
        return
    row = con_or_path.execute("SELECT current_setting('threads')").fetchone()
    con_or_path.execute("SET threads = 1")
    try:
        yield con_or_path
    finally:
        con_or_path.execute(f"SET threads = {int(row[0]) if row else 1}")


def _whole(table: Table) -> _Sheet:
    """All rows of a table in the order of its key."""
    return _Sheet(table, all_rows(table, table.qualified), f" ORDER BY {columns_sql(table.key)}", table.key)


def _write_parquet(con: duckdb.DuckDBPyConnection, sheet: _Sheet, size: Size, path: Path) -> None:
    # by way of a table of its own: a stored column can keep words of deleted rows, and COPY would write them out too
    if sheet.key and size.pieces > 1:
        con.execute(f"CREATE OR REPLACE TEMP TABLE exported AS {sheet.rows} LIMIT 0")
        insert_in_order(con, "exported", sheet.rows, sheet.key, size)
    else:
        con.execute(f"CREATE OR REPLACE TEMP TABLE exported AS {sheet.sql}")
    options = f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {size.rows_of_group}"
    con.execute(f"COPY (FROM exported) TO {literal(str(path))} ({options})")
    con.execute("DROP TABLE exported")


def _rows(con: duckdb.DuckDBPyConnection, sheet: _Sheet) -> Iterator[Sequence[Any]]:
    result = con.execute(sheet.sql)
    while batch := result.fetchmany(10_000):
        yield from batch


def _write_csv(con: duckdb.DuckDBPyConnection, sheet: _Sheet, _: Size, path: Path) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(sheet.table.column_names)
        writer.writerows([_csv_text(value) for value in row] for row in _rows(con, sheet))


def _csv_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    return without_formula(value) if isinstance(value, str) else str(value)


def without_formula(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would run; plain numbers and a lone dash stay.

    >>> without_formula("=1+1"), without_formula("＝1+1"), without_formula("-5.00"), without_formula("- ข้อหนึ่ง")
    ("'=1+1", "'＝1+1", '-5.00', "'- ข้อหนึ่ง")
    """
    return f"'{text}" if text.startswith(ACTS) and not _NUMBER_OR_DASH.fullmatch(text) else text


def _write_xlsx(con: duckdb.DuckDBPyConnection, sheet: _Sheet, _: Size, path: Path) -> None:
    write_workbook(path, sheet.table, _rows(con, sheet))
