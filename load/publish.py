"""From the writer's file to the readers' file: a finished, checked copy that appears by one rename.

A reader that has the old file open keeps the old night; whoever opens it next sees the new one. Nobody waits.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from load.data_dictionary import refresh
from load.schema import columns_sql, create_tables, create_views, literal, load_views, quoted, transaction
from transform.form import Table, load_form

# DuckDB 1.2 and every later client opens this; a file in the writer's own version is refused by all 1.x clients.
STORAGE_VERSION = "v1.2.0"
KEPT_GENERATIONS = 2
_OFFLINE: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


@dataclass(frozen=True, slots=True)
class Published:
    """The file readers open now: where, how large, how many rows per table."""

    path: Path
    bytes: int
    tables: dict[str, int]


class PublishRefused(RuntimeError):
    """Nothing was published and the last good file stands; the message says why and what to do."""


def published_path(home: Path) -> Path:
    """Place of the file that readers open."""
    return home / "published" / "kaona.duckdb"


def publish(con: duckdb.DuckDBPyConnection, home: Path) -> Published:
    """Publish what the writer's warehouse holds: build aside, check by a full scan, then rename over the old file.

    Raises PublishRefused, with the old file untouched, when a write-ahead log stands at the target or the copy is
    not what was written. The last two generations before this one stay under published/generations/.
    """
    target = published_path(home)
    target.parent.mkdir(parents=True, exist_ok=True)
    _refuse_foreign_log(target)
    building = target.with_name(target.name + ".next")
    for stale in (building, _log_of(building)):
        stale.unlink(missing_ok=True)
    refresh(con)
    tables = sorted(load_form().tables.values(), key=lambda t: t.qualified)
    counted = {t.qualified: _count(con, t.qualified) for t in tables}
    _build(con, building, tables)
    if _log_of(building).exists():
        raise PublishRefused(f"{_log_of(building)} was left behind: the copy is not finished; run the night again")
    _check(building, tables, counted)
    _make_durable(building)
    _keep_generation(target)
    building.replace(target)
    _sync(target.parent)
    return Published(target, target.stat().st_size, counted)


def _refuse_foreign_log(target: Path) -> None:
    if _log_of(target).exists():
        raise PublishRefused(
            f"{_log_of(target)} stands beside the published file: someone opened {target.name} for writing, and with "
            "this log no reader could open a new one; close that program, delete the .wal file and run again"
        )


def _log_of(path: Path) -> Path:
    return path.with_name(path.name + ".wal")


def _count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    row = con.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0


def _build(con: duckdb.DuckDBPyConnection, building: Path, tables: Iterable[Table]) -> None:
    """Write every table in the order of its full key, then views and comments."""
    row = con.execute("SELECT current_database()").fetchone()
    work = quoted(row[0] if row else "kaona")
    con.execute(f"ATTACH {literal(str(building))} AS next (STORAGE_VERSION {literal(STORAGE_VERSION)})")
    try:
        con.execute("USE next")
        with transaction(con):
            create_tables(con)
            for table in tables:
                columns = columns_sql(table.column_names)
                con.execute(
                    f"INSERT INTO next.{table.qualified} ({columns}) "
                    f"SELECT {columns} FROM {work}.{table.qualified} ORDER BY {columns_sql(table.key)}"
                )
            create_views(con)
        con.execute("CHECKPOINT next")
    finally:
        con.execute(f"USE {work}")
        con.execute("DETACH next")


def _check(path: Path, tables: Iterable[Table], expected: dict[str, int]) -> None:
    """Read the whole copy back: every value of every column, row counts, keys, and that every view runs."""
    try:
        with duckdb.connect(str(path), read_only=True, config=_OFFLINE) as copy:
            for table in tables:
                _check_table(copy, path, table, expected[table.qualified])
            for view in load_views():
                copy.execute(f"SELECT count(*) FROM (SELECT * FROM main.{view.name} LIMIT 1)").fetchall()
    except duckdb.Error as error:
        raise PublishRefused(f"{path}: the copy cannot be read back ({error}); check the disk and run again") from error


def _check_table(copy: duckdb.DuckDBPyConnection, path: Path, table: Table, expected: int) -> None:
    scanned = ", ".join(f"count({quoted(name)})" for name in table.column_names)
    row = copy.execute(f"SELECT count(*), sum(hash(t)), {scanned} FROM {table.qualified} AS t").fetchone()
    found = row[0] if row else 0
    if found != expected:
        raise PublishRefused(
            f"{path}: {table.qualified} has {found} rows, expected {expected}; check the disk and run again"
        )
    key = columns_sql(table.key)
    repeated = copy.execute(
        f"SELECT {key} FROM {table.qualified} GROUP BY {key} HAVING count(*) > 1 ORDER BY {key} LIMIT 1"
    ).fetchone()
    if repeated is not None:
        raise PublishRefused(
            f"{path}: {table.qualified} holds {dict(zip(table.key, repeated, strict=True))} more than once, "
            "expected one row per key; rebuild the warehouse from the archive: kaona run --rebuild"
        )


def _make_durable(path: Path) -> None:
    """On disk before the rename, and not writable: a writer at the published file would lock every reader out."""
    path.chmod(0o444)
    _sync(path)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def generations(home: Path) -> tuple[Path, ...]:
    """Published files before the current one, oldest first."""
    folder = published_path(home).parent / "generations"
    named = ((re.fullmatch(r"kaona-(\d+)\.duckdb", path.name), path) for path in folder.glob("kaona-*.duckdb"))
    return tuple(path for _, path in sorted((int(match[1]), path) for match, path in named if match))


def _keep_generation(target: Path) -> None:
    """Give the file that is about to be replaced a second name, and let go of the oldest ones."""
    if not target.exists():
        return
    folder = target.parent / "generations"
    folder.mkdir(exist_ok=True)
    kept = list(generations(target.parent.parent))
    if not kept or not kept[-1].samefile(target):  # a crash between link and rename leaves the current one linked
        number = int(kept[-1].stem.removeprefix("kaona-")) + 1 if kept else 1
        kept.append(folder / f"kaona-{number:06d}.duckdb")
        os.link(target, kept[-1])
    for old in kept[:-KEPT_GENERATIONS]:
        old.unlink()
    _sync(folder)


@contextmanager
def reading(path: Path, *, threads: int | None = None, hardened: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a published file for reading. `hardened`: queries cannot touch other files, the network or the settings.

    Raises FileNotFoundError naming the remedy when nothing was published yet.
    """
    if not path.exists():
        raise FileNotFoundError(f"{path}: nothing was published yet; run `kaona run` first")
    config = dict(_OFFLINE)
    if threads is not None:
        config["threads"] = threads
    if hardened:
        config |= {"enable_external_access": False, "lock_configuration": True}
    with duckdb.connect(str(path), read_only=True, config=config) as con:
        yield con
