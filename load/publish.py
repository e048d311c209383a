"""From the writer's file to the readers' file: a finished, checked copy that appears by one rename.

A reader that has the old file open keeps the old night; whoever opens it next sees the new one. Nobody waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from load.copy_check import NotWhole, check_copy
from load.data_dictionary import refresh
from load.file_copy import copy_in_child
from load.generations import KEPT_GENERATIONS, finish_rollback, generations, keep_current, let_go
from load.storage import count_rows, log_of, next_to, published_path, sync, write_in_order
from load.without_personal_data import say_so, select_without
from transform.form import load_form

__all__ = ["PublishRefused", "Published", "generations", "publish", "published_path", "reading"]

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


def publish(
    con: duckdb.DuckDBPyConnection,
    home: Path,
    *,
    personal_data: bool = True,
    keep: int = KEPT_GENERATIONS,
    beside: Callable[[Published], object] | None = None,
) -> Published:
    """Publish what the writer's warehouse holds: copy aside, check by a full scan, then rename over the old file.

    `con`: the writer's file, in the readers' storage version. Without `personal_data` the copy is written anew, so that
    no byte of it is left. `keep`: how many publications before this one stay. `beside` makes what stands beside the
    file once it is there. Raises PublishRefused, with the old file untouched, when a write-ahead log stands at the
    target, the writer's file is not at rest, or the copy is not what was written.
    """
    target = published_path(home)
    target.parent.mkdir(parents=True, exist_ok=True)
    finish_rollback(home)
    _refuse_foreign_log(target)
    refresh(con)
    building = next_to(target)
    counted = _copied(con, building) if personal_data else _written_without(con, building)
    try:
        check_copy(building, counted, _OFFLINE, is_rewritten=not personal_data)
    except NotWhole as error:
        raise PublishRefused(str(error)) from error
    if log_of(building).exists():
        raise PublishRefused(f"{log_of(building)} was left behind: the copy is not finished; run the night again")
    building.chmod(0o444)  # a writer at the published file would lock every reader out
    sync(building)
    keep_current(home)
    building.replace(target)
    sync(target.parent)
    published = Published(target, target.stat().st_size, counted)
    if beside is not None:
        beside(published)
    let_go(home, keep)
    return published


def _refuse_foreign_log(target: Path) -> None:
    if log_of(target).exists():
        raise PublishRefused(
            f"{log_of(target)} stands beside the published file: someone opened {target.name} for writing, and with "
            "this log no reader could open a new one; close that program, delete the .wal file and run again"
        )


def _copied(con: duckdb.DuckDBPyConnection, building: Path) -> dict[str, int]:
    """Copy the bytes of the writer's file; rows of each table as the writer counts them."""
    con.execute("CHECKPOINT")
    row = con.execute("SELECT path FROM duckdb_databases() WHERE database_name = current_database()").fetchall()
    source = Path(row[0][0])
    if log_of(source).exists() and log_of(source).stat().st_size:
        raise PublishRefused(f"{log_of(source)} is not empty: the warehouse is not at rest; run the night again")
    copy_in_child(source, building)
    return {table.qualified: count_rows(con, table.qualified) for table in load_form().tables.values()}


def _written_without(con: duckdb.DuckDBPyConnection, building: Path) -> dict[str, int]:
    """Write the rows anew without personal data; rows of each table that belong there."""
    write_in_order(con, building, select_without)
    with duckdb.connect(str(building), config=dict(_OFFLINE)) as made:
        say_so(made)
        made.execute("CHECKPOINT")
    tables = load_form().tables.values()
    return {t.qualified: count_rows(con, f"({select_without(t, t.qualified)})") for t in tables}


@contextmanager
def reading(
    path: Path, *, threads: int | None = None, hardened: bool = False, temp_directory: str | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a published file for reading. `hardened`: queries cannot touch other files, the network or the settings.

    `temp_directory`: where large queries may spill. Raises FileNotFoundError naming the remedy when nothing was
    published yet.
    """
    if not path.exists():
        raise FileNotFoundError(f"{path}: nothing was published yet; run `kaona run` first")
    config = dict(_OFFLINE)
    if threads is not None:
        config["threads"] = threads
    if temp_directory is not None:
        config["temp_directory"] = temp_directory
    if hardened:
        config |= {"enable_external_access": False, "lock_configuration": True}
    with duckdb.connect(str(path), read_only=True, config=config) as con:
        yield con
