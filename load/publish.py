"""From the writer's file to the readers' file: a finished, checked copy that appears by one rename.

A reader that has the old file open keeps the old night; whoever opens it next sees the new one. Nobody waits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from extract.fault_points import at
from extract.half_made import gone_on_error
from load.copy_check import NotWhole, check_copy
from load.data_dictionary import refresh
from load.file_copy import copy_in_child
from load.generations import (
    KEPT_GENERATIONS,
    drop_publication,
    finish_rollback,
    generations,
    keep_current,
    let_go,
    withdrawn_path,
)
from load.opening import OFFLINE, reading
from load.storage import (
    all_rows,
    count_rows,
    has_readers_version,
    log_of,
    next_to,
    published_path,
    sync,
    write_in_order,
)
from load.without_personal_data import leaves_out_personal_data, say_so, select_without
from transform.form import load_form

__all__ = ["PublishRefused", "Published", "generations", "publish", "published_path", "reading"]


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
    beside: Callable[[Published], None] | None = None,
) -> Published:
    """Publish what the writer's warehouse holds: copy aside, check by a full scan, then rename over the old file.

    `beside` writes what stands beside the file (exports, manifest) and is called after the rename. Without
    `personal_data` the file is written anew instead of copied, and generations that hold personal data are removed;
    else the last `keep` generations stay. Raises PublishRefused, with the old file untouched, when a write-ahead log
    stands at the target or the copy is not what was written.
    """
    target = published_path(home)
    target.parent.mkdir(parents=True, exist_ok=True)
    _refuse_foreign_log(target)
    finish_rollback(home)
    building = next_to(target)
    refresh(con)
    at("publish.begun")
    with gone_on_error(building, log_of(building)):
        counted = _build(con, building, personal_data=personal_data)
        _replace(home, building, keep, personal_data=personal_data)
    if not personal_data:
        _forget_personal_data(home)
    published = Published(target, target.stat().st_size, counted)
    if beside is not None:
        beside(published)
    at("publish.beside")
    _unfinished(home).unlink(missing_ok=True)
    let_go(home, keep)
    at("publish.done")
    return published


def _build(con: duckdb.DuckDBPyConnection, building: Path, *, personal_data: bool) -> dict[str, int]:
    """Make the new file beside the old one, checked and on disk; how many rows each table has."""
    is_copied = personal_data and has_readers_version(con)
    select = all_rows if personal_data else select_without
    counted = {t.qualified: count_rows(con, f"({select(t, t.qualified)})") for t in load_form().tables.values()}
    if is_copied:
        _copy(con, building)
    else:
        write_in_order(con, building, select)
    if not personal_data:
        _say_so(building)
    at("publish.copied")
    _check(con, building, counted, is_rewritten=not is_copied)
    at("publish.checked")
    # a writer at the published file would lock every reader out
    building.chmod(0o444)
    sync(building)
    return counted


def _refuse_foreign_log(target: Path) -> None:
    if log_of(target).exists():
        raise PublishRefused(
            f"{log_of(target)} stands beside the published file: someone opened {target.name} for writing, and with "
            "this log no reader could open a new one; close that program, delete the .wal file and run again"
        )


def _copy(con: duckdb.DuckDBPyConnection, building: Path) -> None:
    """Copy the bytes of the writer's file when nothing of it is in its log any more."""
    con.execute("CHECKPOINT")
    row = con.execute("SELECT path FROM duckdb_databases() WHERE database_name = current_database()").fetchone()
    work = Path(row[0] if row else "")
    log = log_of(work)
    if log.exists() and log.stat().st_size:
        raise PublishRefused(f"{log} is not empty after a checkpoint: another program writes into {work.name}")
    try:
        copy_in_child(work, building)
    except OSError as error:
        raise PublishRefused(
            f"{building}: the copy could not be made ({error}); make room or allow more, and run again"
        ) from error


def _say_so(building: Path) -> None:
    with duckdb.connect(str(building), config=OFFLINE) as con:
        say_so(con)
        con.execute("CHECKPOINT")


def _forget_personal_data(home: Path) -> None:
    """A file that names nobody protects nobody while those before it stand beside it."""
    for old in (*generations(home), withdrawn_path(home)):
        if old.exists() and not leaves_out_personal_data(old):
            drop_publication(old)


def _check(con: duckdb.DuckDBPyConnection, building: Path, counted: dict[str, int], *, is_rewritten: bool) -> None:
    config = dict(OFFLINE)
    for setting in ("memory_limit", "temp_directory"):
        row = con.execute(f"SELECT current_setting('{setting}')").fetchone()
        if row and row[0]:
            config[setting] = row[0]
    if log_of(building).exists():
        raise PublishRefused(f"{log_of(building)} was left behind: the copy is not finished; run the night again")
    try:
        check_copy(building, counted, config, is_rewritten=is_rewritten)
    except NotWhole as error:
        raise PublishRefused(str(error)) from error
    if log_of(building).exists():
        raise PublishRefused(f"{log_of(building)} appeared during the check; run the night again")


def _replace(home: Path, building: Path, keep: int, *, personal_data: bool) -> None:
    """Keep what is published now as a generation, then rename the new file over it.

    A publication that a killed run left without its exports is no generation: it is the same night, unfinished.
    """
    target = published_path(home)
    mark = _unfinished(home)
    is_unfinished = target.exists() and mark.exists() and mark.read_text(encoding="utf-8") == _identity(target)
    if keep and not is_unfinished and (personal_data or not target.exists() or leaves_out_personal_data(target)):
        keep_current(home)
    at("publish.kept")
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.write_text(_identity(building), encoding="utf-8")
    at("publish.marked")
    building.replace(target)
    at("publish.renamed")
    sync(target.parent)


def _unfinished(home: Path) -> Path:
    return home / "work" / "publishing"


def _identity(path: Path) -> str:
    """What a file keeps when it is renamed."""
    found = path.stat()
    return f"{found.st_ino} {found.st_size} {found.st_mtime_ns}"
