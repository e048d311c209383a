"""Which file stood where, night by night, kept as intervals: a night writes only what came or went.

A place is believed to be empty only on a night whose source is believed (transform/source_nights.py); until then the
file that stood there last still counts as there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

import duckdb
import pandas as pd

from load.schema import registered
from transform.source_nights import (
    FEWEST_UNREAD,
    Asked,
    SourceNight,
    SourceTonight,
    is_loss,
    judged,
    last_believed,
    source_of,
)

_SOURCE = "split_part(s.uri, '/', 1)"


def judge_sources(
    con: duckdb.DuckDBPyConnection,
    night: date,
    standing: Iterable[tuple[str, str]],
    asked: Sequence[Asked],
    read: Mapping[str, str],
) -> tuple[SourceTonight, ...]:
    """What each source that a night asked holds, against the last night before it that was believed; by source.

    `standing`: (place, hash) of everything the night listed; `read`: hash → `read` or `rejected` of what it read itself
    (load.runs.read_on). Repeated runs of a night are judged alike.
    """
    stands: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for uri, sha in standing:
        stands[source_of(uri)].add((uri, sha))
    rejected = _rejected(con, {sha for own in stands.values() for _, sha in own}, read)
    history: dict[str, list[SourceNight]] = defaultdict(list)
    for row in con.execute(
        "SELECT source, night, files, files_before, files_gone, is_believed FROM lineage.source_night "
        "WHERE night <= ? ORDER BY source, night",
        [night],
    ).fetchall():
        history[row[0]].append(SourceNight(*row))
    found = []
    for one in sorted(asked, key=lambda a: a.source):
        source = _judged(con, one, night, stands[one.source], rejected, history[one.source])
        places, came = {uri for uri, _ in stands[one.source]}, {sha for _, sha in stands[one.source]} & read.keys()
        is_news = len(came) >= FEWEST_UNREAD and came <= rejected
        is_empty = source.now.files == 0 and not source.now.is_believed
        found.append(replace(source, unread=len(places) if is_empty else len(came) if is_news else 0))
    return tuple(found)


def _judged(
    con: duckdb.DuckDBPyConnection,
    asked: Asked,
    night: date,
    stands: Collection[tuple[str, str]],
    rejected: Collection[str],
    history: Sequence[SourceNight],
) -> SourceTonight:
    """One source, by how many files stand there (place, hash), and how many of them can be read."""
    readable = {uri for uri, sha in stands if sha not in rejected}
    # not one of its files can be read: as good as an empty source
    places = {uri for uri, _ in stands} if readable else set()
    last = last_believed(history, night)
    if last is None:
        return judged(asked, night, len(places), 0, history)
    stood, could_be_read = _places(con, last)
    gone, spoilt = stood - places, (could_be_read & places) - readable
    fewer = len(could_be_read) - len(readable)
    source = judged(asked, night, len(places), len(gone), history)
    is_spoilt = is_loss(len(readable), len(could_be_read), asked.loss_limit) and not asked.is_loss_accepted
    if source.now.is_believed and is_spoilt:
        files = max(len(readable), len(places) - fewer)
        source = replace(source, now=replace(source.now, files=files, is_believed=False), unreadable=fewer)
    if source.now.is_believed:
        return source
    now = replace(source.now, files_gone=None if asked.unavailable else len(gone | spoilt))
    return replace(source, now=now, spoilt=frozenset(spoilt))


def _rejected(con: duckdb.DuckDBPyConnection, hashes: set[str], read: Mapping[str, str]) -> set[str]:
    """Those of these hashes that cannot be read, tonight or since they came."""
    before = con.execute(
        "SELECT source_sha256 FROM lineage.source_file "
        "WHERE status = 'rejected' AND source_sha256 IN (SELECT unnest(?::VARCHAR[]))",
        [sorted(hashes - read.keys())],
    ).fetchall()
    return {sha for (sha,) in before} | {sha for sha, status in read.items() if status == "rejected"}


def _places(con: duckdb.DuckDBPyConnection, of: SourceNight) -> tuple[set[str], set[str]]:
    """Where the files of a source stood on a night, and where one stood that can be read."""
    rows = con.execute(
        "SELECT s.uri, bool_or(f.source_sha256 IS NOT NULL) FROM lineage.sighting AS s LEFT JOIN "
        "(SELECT source_sha256 FROM lineage.source_file WHERE status = 'read') AS f USING (source_sha256) "
        f"WHERE {_SOURCE} = $source AND s.seen_from <= $night AND (s.gone_on IS NULL OR s.gone_on > $night) "
        "GROUP BY s.uri",
        {"source": of.source, "night": of.night},
    ).fetchall()
    return {uri for uri, _ in rows}, {uri for uri, is_readable in rows if is_readable}


def stood_before(con: duckdb.DuckDBPyConnection, night: date, places: Iterable[str]) -> frozenset[tuple[str, str]]:
    """What stood in these places right before a night, (place, hash)."""
    rows = con.execute(
        "SELECT uri, source_sha256 FROM lineage.sighting WHERE uri IN (SELECT unnest($places::VARCHAR[])) "
        "AND seen_from < $night AND (gone_on IS NULL OR gone_on >= $night)",
        {"places": sorted(set(places)), "night": night},
    ).fetchall()
    return frozenset(rows)


def record_sightings(
    con: duckdb.DuckDBPyConnection,
    night: date,
    standing: Iterable[tuple[str, str]],
    sources: Sequence[SourceTonight],
) -> None:
    """Write down what stood in the sources on a night, (place, hash) by (place, hash); twice is the same as once.

    `sources` are those the night asked, as judged. A file is gone where another one stands in its place, or where its
    source was asked and is believed; of other sources nothing is said. What cannot be read takes nobody's place where
    that is why a source is not believed. Nights are expected in order; one that comes before the last recorded one is
    left to a rebuild.
    """
    recorded = con.execute(
        "SELECT max(night) FROM (SELECT greatest(seen_from, coalesce(gone_on, seen_from)) AS night "
        "FROM lineage.sighting UNION ALL SELECT night FROM lineage.source_night)"
    ).fetchall()
    last = recorded[0][0]
    if last is not None and night < last:
        return
    frame = pd.DataFrame(sorted(set(standing)), columns=["uri", "source_sha256"], dtype="str")
    believed = pd.DataFrame({"source": pd.Series([s.now.source for s in sources if s.now.is_believed], dtype="str")})
    empty = [s.now.source for s in sources if not s.now.is_believed and s.now.files == 0]
    spoilt = sorted(uri for source in sources for uri in source.spoilt)
    is_there = "EXISTS (FROM incoming_sighting AS i WHERE i.uri = s.uri AND i.source_sha256 = s.source_sha256)"
    is_known = (
        f"({_SOURCE} IN (SELECT source FROM believed_source) OR "
        f"{_SOURCE} NOT IN (SELECT unnest($empty::VARCHAR[])) AND s.uri NOT IN (SELECT unnest($spoilt::VARCHAR[])) "
        "AND s.uri IN (SELECT i.uri FROM incoming_sighting AS i))"
    )
    with registered(con, {"incoming_sighting": frame, "believed_source": believed}):
        con.execute("DELETE FROM lineage.source_night WHERE night = ?", [night])
        con.execute("DELETE FROM lineage.sighting WHERE seen_from = ?", [night])
        con.execute("UPDATE lineage.sighting SET gone_on = NULL WHERE gone_on = ?", [night])
        con.execute(
            f"UPDATE lineage.sighting AS s SET gone_on = $night "
            f"WHERE s.gone_on IS NULL AND NOT {is_there} AND {is_known}",
            {"night": night, "empty": empty, "spoilt": spoilt},
        )
        con.execute(
            "INSERT INTO lineage.sighting (uri, source_sha256, seen_from) SELECT i.uri, i.source_sha256, ? "
            "FROM incoming_sighting AS i ANTI JOIN lineage.sighting AS s "
            "ON s.uri = i.uri AND s.source_sha256 = i.source_sha256 AND s.gone_on IS NULL",
            [night],
        )
    _record_sources(con, night, sources)


def _record_sources(con: duckdb.DuckDBPyConnection, night: date, sources: Sequence[SourceTonight]) -> None:
    """One row for each source that changed since its last row, or is not believed.

    A night that finds all as it was leaves no row: it is not even run when nothing else is new, and a rebuild, which
    does run it, must come to the same.
    """
    changed = con.execute(
        "SELECT DISTINCT uri FROM lineage.sighting WHERE seen_from = $night OR gone_on = $night", {"night": night}
    ).fetchall()
    came_or_went = {source_of(uri) for (uri,) in changed}
    for source in sources:
        now, before = source.now, source.before
        is_as_it_was = bool(before) and before[-1].is_believed and before[-1].files == now.files
        if is_as_it_was and now.is_believed and now.source not in came_or_went:
            continue
        con.execute(
            "INSERT INTO lineage.source_night (night, source, files, files_before, files_gone, is_believed) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            [night, now.source, now.files, now.files_before, now.files_gone, now.is_believed],
        )
