"""Bytes that come back: a form put back to what it was before is a delivery of tonight.

The same bytes are read and stored once. But where other forms of a project came in between, and these bytes were gone
meanwhile, their return says something: that the last change was taken back. Nothing is read again; what was read of
them stands once more, under a hash that says the how manieth time it is, as a file of tonight.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import duckdb

from load.warehouse import copies_of_night, files_of_night
from transform.at_rest import AtRest
from transform.records import FileOutcome, FormCopy
from transform.returns import RETURN, bytes_of, return_of

Returned = tuple[FileOutcome, tuple[FormCopy, ...]]


def returned_on(con: duckdb.DuckDBPyConnection, night: date, standing: Iterable[tuple[str, str]]) -> list[Returned]:
    """Files that came back on a night with their copies, as of that night; in order of place and hash.

    `standing`: (place, hash) of what stands tonight. A file comes back when its bytes were read on an earlier night,
    stood in no source just before this one, and a project of theirs was delivered since.
    """
    places: dict[str, str] = {}
    for uri, sha in sorted(standing, reverse=True):
        places[sha] = uri
    back: dict[date, dict[str, str]] = defaultdict(dict)
    for sha in _absent_before(con, night, places):
        last = _last_brought(con, night, sha)
        if last is not None and _was_delivered_since(con, night, last):
            last_sha, brought = last
            back[brought][last_sha] = places[sha]
    found = []
    for brought, place_of in back.items():  # each night is asked once, however many of its files come back
        copies: dict[str, list[FormCopy]] = defaultdict(list)
        for copy in copies_of_night(con, brought, place_of):
            copies[copy.source_sha256].append(copy)
        for own in (f for f in files_of_night(con, brought) if f.source_sha256 in place_of):
            sha, uri = own.source_sha256, place_of[own.source_sha256]
            new = return_of(sha)
            again = tuple(_again(copy, new, uri, night) for copy in copies[sha])
            found.append((replace(own, source_sha256=new, uri=uri, night=night), again))
    return sorted(found, key=lambda one: (one[0].uri, one[0].source_sha256))


def _again(copy: FormCopy, sha: str, uri: str, night: date) -> FormCopy:
    head, _, number = copy.copy_id.rpartition("-")
    copy_id = f"{bytes_of(head)}{RETURN}{sha.partition(RETURN)[2]}-{number}"
    readings = AtRest.of([r._replace(copy_id=copy_id) for r in copy.readings])
    return replace(copy, copy_id=copy_id, source_sha256=sha, uri=uri, night=night, readings=readings)


def _absent_before(con: duckdb.DuckDBPyConnection, night: date, hashes: Iterable[str]) -> list[str]:
    """Those of these hashes that were read on an earlier night and stood nowhere right before this one; nearly none."""
    rows = con.execute(
        "SELECT f.source_sha256 FROM (SELECT unnest(?::VARCHAR[]) AS sha) AS h "
        "JOIN lineage.source_file AS f ON f.source_sha256 = h.sha AND f.status = 'read' AND f.night < ? "
        "ANTI JOIN lineage.sighting AS s ON s.source_sha256 = h.sha AND s.seen_from < ? "
        "AND (s.gone_on IS NULL OR s.gone_on >= ?) ORDER BY f.source_sha256",
        [sorted(hashes), night, night, night],
    ).fetchall()
    return [sha for (sha,) in rows]


def _last_brought(con: duckdb.DuckDBPyConnection, night: date, sha: str) -> tuple[str, date] | None:
    """Hash and night under which these bytes were delivered last."""
    return con.execute(
        "SELECT source_sha256, night FROM lineage.source_file "
        "WHERE (source_sha256 = $sha OR starts_with(source_sha256, $sha || $mark)) AND night < $night "
        "ORDER BY night DESC LIMIT 1",
        {"sha": sha, "mark": RETURN, "night": night},
    ).fetchone()


def _was_delivered_since(con: duckdb.DuckDBPyConnection, night: date, last: tuple[str, date]) -> bool:
    """Whether a project of these bytes was delivered by others between their last delivery and this night."""
    row = con.execute(
        "SELECT count(*) FROM lineage.form_copy AS c JOIN lineage.delivery AS d ON d.project_code = c.project_code "
        "WHERE c.source_sha256 = ? AND d.night > ? AND d.night < ?",
        [*last, night],
    ).fetchone()
    return bool(row and row[0])
