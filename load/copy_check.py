"""The full-scan check of a file that is about to be published: everything in it is read back before anyone sees it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from load.opening import OFFLINE
from load.schema import columns_sql, quoted
from load.storage import count_rows
from load.views import load_views
from transform.form import Table, load_form

# Rows that are written a whole copy or delivery at a time, from frames whose keys were checked: what could repeat is
# only a part that stands under two nights. In a file that was written anew their whole keys are compared too.
_PARTS = {"lineage.reading": "copy_id", "lineage.decision": "delivery_id"}


class NotWhole(ValueError):
    """The file does not hold what it should; the message says what was found and what to do."""


def check_copy(path: Path, expected: Mapping[str, int], config: Mapping[str, Any], *, is_rewritten: bool) -> None:
    """Read the whole file through a read-only connection. Raises NotWhole, and OutOfMemoryException for want of memory.

    Every value of every column is decompressed, so the checksum of every block is verified; rows are counted, keys
    are unique, views run. `is_rewritten`: the rows were sorted and stored anew, and every key is compared in full.
    """
    try:
        with duckdb.connect(str(path), read_only=True, config=dict(config)) as copy:
            for table in load_form().tables.values():
                _scan(copy, path, table, expected[table.qualified])
                _compare_keys(copy, path, table, is_rewritten)
            for view in load_views():
                # evidence is read above; what a view makes of all of it would cost more than the night
                is_planned_only = "lineage." in view.sql and not is_rewritten
                copy.execute(f"{'EXPLAIN ' * is_planned_only}SELECT * FROM main.{quoted(view.name)} LIMIT 1").fetchall()
    except duckdb.OutOfMemoryException:
        raise  # this says nothing of the copy
    except duckdb.Error as error:
        raise NotWhole(f"{path}: the copy cannot be read back ({error}); check the disk and run again") from error


def damage_of(path: Path) -> str:
    """Why not every value of a warehouse of any version can be read, by the name of DuckDB's error; '' when it can."""
    try:
        with duckdb.connect(str(path), read_only=True, config=dict(OFFLINE)) as con:
            columns = con.execute(
                "SELECT schema_name, table_name, list(column_name) FROM duckdb_columns() JOIN duckdb_tables() "
                "USING (schema_name, table_name) GROUP BY ALL ORDER BY ALL"
            ).fetchall()
            for schema, table, names in columns:
                hashed = ", ".join(f"bit_xor(hash({quoted(name)}))" for name in names)
                con.execute(f"SELECT {hashed} FROM {quoted(schema)}.{quoted(table)}").fetchall()
    except duckdb.Error as error:
        return type(error).__name__
    return ""


def _scan(copy: duckdb.DuckDBPyConnection, path: Path, table: Table, expected: int) -> None:
    """Hash each value: count(column) would look at the NULL marks only, and pass over a damaged block."""
    hashed = ", ".join(f"bit_xor(hash({quoted(name)}))" for name in table.column_names)
    row = copy.execute(f"SELECT count(*), {hashed} FROM {table.qualified}").fetchone()
    found = row[0] if row else 0
    if found != expected:
        raise NotWhole(f"{path}: {table.qualified} has {found} rows, expected {expected}; check the disk and run again")


def _compare_keys(copy: duckdb.DuckDBPyConnection, path: Path, table: Table, is_rewritten: bool) -> None:
    part = None if is_rewritten else _PARTS.get(table.qualified)
    key = (part,) if part else table.key
    condition = "min(night) <> max(night)" if part else "count(*) > 1"
    repeated = f"FROM {table.qualified} GROUP BY {columns_sql(key)} HAVING {condition}"
    if not count_rows(copy, f"(SELECT 1 {repeated} LIMIT 1)"):
        return
    first = copy.execute(f"SELECT {columns_sql(key)} {repeated} ORDER BY ALL LIMIT 1").fetchone() or ()
    raise NotWhole(
        f"{path}: {table.qualified} holds {dict(zip(key, first, strict=True))} more than once, "
        "expected one row per key; rebuild the warehouse from the archive: kaona run --rebuild"
    )
