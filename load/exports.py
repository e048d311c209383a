"""Canonical exports: one file per table, rows in the order of the full key, the same bytes for the same content.

quality.run, quality.expectation_result, lineage.sighting and lineage.source_night are not exported: they tell how many
nights it took to see the content, and the exports must not depend on that.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Literal

import duckdb

from load.publish import reading
from load.schema import columns_sql, literal
from load.workbook import write_workbook
from transform.form import Table, load_form

Format = Literal["parquet", "csv", "xlsx"]
NOT_EXPORTED = frozenset({"run", "expectation_result", "sighting", "source_night"})
_FORMULA = re.compile(r"[=+@\t\r-]")
_NUMBER_OR_DASH = re.compile(r"[+-]?\d+(\.\d+)?|-")


def export(con_or_path: duckdb.DuckDBPyConnection | Path, out: Path, format: Format) -> list[Path]:
    """Write every exported table to `out` as NAME.parquet, NAME.csv or NAME.xlsx; return the files, sorted.

    Parquet holds exact values. CSV is UTF-8 with BOM for spreadsheets; a text that a spreadsheet would run as a formula
    begins with an apostrophe there. Each file appears by a rename, so a reader never sees half of one.
    """
    writers: dict[str, Callable[[duckdb.DuckDBPyConnection, Table, Path], None]] = {
        "parquet": _write_parquet,
        "csv": _write_csv,
        "xlsx": _write_xlsx,
    }
    if format not in writers:
        raise ValueError(f"{format!r} is no export format; expected one of {', '.join(writers)}")
    out.mkdir(parents=True, exist_ok=True)
    written = []
    with _single_threaded(con_or_path) as con:
        for table in exported_tables():
            target = out / f"{table.name}.{format}"
            building = target.with_name(target.name + ".next")
            writers[format](con, table, building)
            building.replace(target)
            written.append(target)
    return sorted(written)


def exported_tables() -> tuple[Table, ...]:
    """Tables with a canonical export, by name."""
    return tuple(sorted((t for t in load_form().tables.values() if t.name not in NOT_EXPORTED), key=lambda t: t.name))


@contextmanager
def _single_threaded(con_or_path: duckdb.DuckDBPyConnection | Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Several threads would cut row groups differently from run to run."""
    if isinstance(con_or_path, Path):
        with reading(con_or_path, threads=1) as con:
            yield con
        return
    row = con_or_path.execute("SELECT current_setting('threads')").fetchone()
    con_or_path.execute("SET threads = 1")
    try:
        yield con_or_path
    finally:
        con_or_path.execute(f"SET threads = {int(row[0]) if row else 1}")


def _sorted_select(table: Table) -> str:
    return f"SELECT {columns_sql(table.column_names)} FROM {table.qualified} ORDER BY {columns_sql(table.key)}"


def _write_parquet(con: duckdb.DuckDBPyConnection, table: Table, path: Path) -> None:
    options = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880"
    # by way of a table of its own: a stored column can keep words of deleted rows, and COPY would write them out too
    con.execute(f"CREATE OR REPLACE TEMP TABLE exported AS {_sorted_select(table)}")
    con.execute(f"COPY (FROM exported) TO {literal(str(path))} ({options})")
    con.execute("DROP TABLE exported")


def _rows(con: duckdb.DuckDBPyConnection, table: Table) -> Iterator[Sequence[Any]]:
    result = con.execute(_sorted_select(table))
    while batch := result.fetchmany(10_000):
        yield from batch


def _write_csv(con: duckdb.DuckDBPyConnection, table: Table, path: Path) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table.column_names)
        writer.writerows([_csv_text(value) for value in row] for row in _rows(con, table))


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

    >>> without_formula("=1+1"), without_formula("-5.00"), without_formula("- ข้อหนึ่ง")
    ("'=1+1", '-5.00', "'- ข้อหนึ่ง")
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER_OR_DASH.fullmatch(text) else text


def _write_xlsx(con: duckdb.DuckDBPyConnection, table: Table, path: Path) -> None:
    write_workbook(path, table, _rows(con, table))
