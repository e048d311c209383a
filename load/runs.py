"""Rows of quality.run: how a night's files add up, and the nights that brought nothing.

A night with nothing new publishes nothing, so its row comes with the next night that loads. A night that failed gets
its row when a later run makes up for it; one that is set aside has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import duckdb

from transform.returns import is_return

# media type of a file whose bytes never arrived
UNPULLED = "unknown"
Counts = dict[str, int]


def nights_with_run(con: duckdb.DuckDBPyConnection) -> set[date]:
    """Nights that have a row."""
    return {night for (night,) in con.execute("SELECT DISTINCT night FROM quality.run").fetchall()}


def file_counts(
    con: duckdb.DuckDBPyConnection, night: date, standing: Iterable[tuple[str, str]], read: Mapping[str, str]
) -> Counts:
    """What became of the files that stood in the sources on a night, (place, hash); the four parts add up to all.

    `read`: hash → `read` or `rejected` of what the night itself read. A place whose bytes arrived with a later run of
    the night only is counted once, as what arrived.
    """
    places = sorted(set(standing))
    known = _known(con, night, {sha for _, sha in places})
    counts: Counts = dict.fromkeys(("files_new", "files_unchanged", "files_duplicate", "files_rejected"), 0)
    seen: set[str] = set()
    for _, sha in places:
        status = read.get(sha)
        if status is None and sha not in known:
            continue
        if status is None:
            counts["files_rejected" if known[sha] == UNPULLED else "files_unchanged"] += 1
        elif sha in seen:
            counts["files_duplicate"] += 1
        else:
            counts["files_new" if status == "read" else "files_rejected"] += 1
        seen.add(sha)
    return {"files_listed": sum(counts.values()), **counts}


def quiet_counts(con: duckdb.DuckDBPyConnection, night: date, standing: Iterable[tuple[str, str]]) -> Counts | None:
    """The same of a night that loaded nothing; None when it should have: then it did not come to its end."""
    places = set(standing)
    counts = file_counts(con, night, places, {})
    return counts if counts["files_listed"] == len(places) else None


def read_on(files: Iterable[tuple[str, date, str]], night: date) -> dict[str, str]:
    """Hash → status of what a night itself read, of (hash, night, status); bytes that came back are not read again."""
    return {sha: status for sha, when, status in files if when == night and not is_return(sha)}


def _known(con: duckdb.DuckDBPyConnection, night: date, hashes: set[str]) -> dict[str, str]:
    """Hash → media type of those that were read by then. What was rejected is read again by later readers."""
    rows = con.execute(
        "SELECT source_sha256, media_type FROM lineage.source_file "
        "WHERE source_sha256 IN (SELECT unnest(?::VARCHAR[])) AND (night <= ? OR status = 'rejected')",
        [sorted(hashes), night],
    ).fetchall()
    return dict(rows)
