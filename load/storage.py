"""The warehouse as a file: its storage version, how much of it is dead space, and writing it anew in order.

The writer's file has the storage version of the readers' file, so publishing is a copy of its bytes.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import duckdb

from extract.half_made import gone_on_error
from load.data_dictionary import refresh
from load.in_order import insert_in_order, most_rows, size_of_table
from load.schema import columns_sql, create_tables, literal, quoted
from load.transaction import transaction
from transform.form import Table, load_form

# DuckDB 1.2 and every later client opens this; a file in the writer's own version is refused by all 1.x clients.
STORAGE_VERSION = "v1.2.0"
# A night deletes and inserts; what it leaves behind is used again, so the share stays below a fifth.
_MOST_DEAD = 0.25
_WORTH_IT_BYTES = 64 * 1024 * 1024

Select = Callable[[Table, str], str]


def published_path(home: Path) -> Path:
    """Place of the file that readers open."""
    return home / "published" / "kaona.duckdb"


def log_of(path: Path) -> Path:
    """Place of the write-ahead log that DuckDB keeps beside a file."""
    return path.with_name(path.name + ".wal")


def next_to(path: Path) -> Path:
    """Place where a file is made before it takes another's place; whatever a killed run left there is removed."""
    building = path.with_name(path.name + ".next")
    for stale in (building, log_of(building)):
        stale.unlink(missing_ok=True)
    return building


def sync(path: Path) -> None:
    """Wait until a file or folder is on disk. Not for a database that this process has open: its lock would go."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def has_readers_version(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether the current database is stored so that its bytes can be published."""
    row = con.execute(
        "SELECT tags['storage_version'] FROM duckdb_databases() WHERE database_name = current_database()"
    ).fetchone()
    return row is not None and str(row[0]).removesuffix("+") == STORAGE_VERSION


def dead_space(con: duckdb.DuckDBPyConnection) -> float:
    """Share of the current database's file that holds nothing any more: free blocks, and rows that were deleted."""
    blocks = con.execute(
        "SELECT total_blocks, free_blocks FROM pragma_database_size() WHERE database_name = current_database()"
    ).fetchone()
    stored = con.execute(
        "SELECT coalesce(sum(estimated_size), 0) FROM duckdb_tables() "
        "WHERE database_name = current_database() AND NOT temporary"
    ).fetchone()
    living = sum(count_rows(con, table.qualified) for table in load_form().tables.values())
    free = blocks[1] / blocks[0] if blocks and blocks[0] else 0.0
    dead = 1 - living / int(stored[0]) if stored and stored[0] else 0.0
    return float(free + (1 - free) * max(dead, 0.0))


def count_rows(con: duckdb.DuckDBPyConnection, relation: str) -> int:
    """Rows of a table, or of a query in brackets."""
    row = con.execute(f"SELECT count(*) FROM {relation}").fetchone()
    return int(row[0]) if row else 0


def needs_rewriting(con: duckdb.DuckDBPyConnection, path: Path) -> bool:
    """Whether the writer's file cannot be published as it is, or is so full of dead space that every copy pays."""
    if not has_readers_version(con):
        return True
    return path.stat().st_size >= _WORTH_IT_BYTES and dead_space(con) > _MOST_DEAD


def all_rows(table: Table, source: str) -> str:
    """Every row of a table as it is."""
    return f"SELECT {columns_sql(table.column_names)} FROM {source}"


def write_in_order(con: duckdb.DuckDBPyConnection, target: Path, select: Select = all_rows) -> None:
    """Write the current database to a new file in the readers' version, each table in the order of its full key.

    `select` says which rows and values of a table go there; views, comments and dictionary are today's.
    """
    row = con.execute("SELECT current_database()").fetchone()
    work = quoted(row[0] if row else "kaona")
    most = most_rows(con)
    con.execute(f"ATTACH {literal(str(target))} AS next (STORAGE_VERSION {literal(STORAGE_VERSION)})")
    try:
        con.execute("USE next")
        with transaction(con):
            create_tables(con)
        for table in sorted(load_form().tables.values(), key=lambda t: t.qualified):
            rows = select(table, f"{work}.{table.qualified}")
            size = size_of_table(con, table, rows, most)
            insert_in_order(con, f"next.{table.qualified}", rows, table.key, size)
        refresh(con)
        con.execute("CHECKPOINT next")
    finally:
        con.execute(f"USE {work}")
        con.execute("DETACH next")


def rewrite(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Put a freshly written file in the place of the writer's own, which the connection has open; closes it.

    Until the rename the old file stands; a killed run leaves at most a file that the next one removes.
    """
    building = next_to(path)
    with gone_on_error(building, log_of(building)):
        write_in_order(con, building)
        con.execute("CHECKPOINT")
        con.close()
        if log_of(path).exists():
            raise RuntimeError(f"{path}: its log {log_of(path).name} stands beside it, so another program has it open")
        sync(building)
        building.replace(path)
        sync(path.parent)
