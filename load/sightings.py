"""Which file stood where, night by night, kept as intervals: a night writes only what came or went.

A place is believed to be empty only on a night whose source is believed (transform/source_nights.py); until then the
file that stood there last still counts as there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
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
    places: dict[str, set[str]] = defaultdict(set)
    hashes: dict[str, set[str]] = defaultdict(set)
    for uri, sha in standing:
        places[source_of(uri)].add(uri)
        hashes[source_of(uri)].add(sha)
    rejected = _rejected(con, set().union(*hashes.values()), read)
    history: dict[str, list[SourceNight]] = defaultdict(list)
    for row in con.execute(
        "SELECT source, night, files, files_before, files_gone, is_believed FROM lineage.source_night "
        "WHERE night <= ? ORDER BY source, night",
        [night],
    ).fetchall():
        history[row[0]].append(SourceNight(*row))
    found = []
    for one in sorted(asked, key=lambda a: a.source):
        own, last = places[one.source], last_believed(history[one.source], night)
        if hashes[one.source] <= rejected:  # not one of its files can be read: as good as an empty source
            own = set()
        gone = _places(con, last) - own if last else set()
        source = judged(one, night, len(own), len(gone), history[one.source])
        came = hashes[one.source] & read.keys()
        is_news = len(came) >= FEWEST_UNREAD and came <= rejected
        unread = len(places[one.source]) if not own and not source.now.is_believed else len(came) if is_news else 0
        found.append(replace(source, unread=unread))
    return tuple(found)


def _rejected(con: duckdb.DuckDBPyConnection, hashes: set[str], read: Mapping[str, str]) -> set[str]:
    """Those of these hashes that cannot be read, tonight or since they came."""
    before = con.execute(
        "SELECT source_sha256 FROM lineage.source_file "
        "WHERE status = 'rejected' AND source_sha256 IN (SELECT unnest(?::VARCHAR[]))",
        [sorted(hashes - read.keys())],
    ).fetchall()
    return {sha for (sha,) in before} | {sha for sha, status in read.items() if status == "rejected"}


def _places(con: duckdb.DuckDBPyConnection, of: SourceNight) -> set[str]:
    """Where the files of a source stood on a night."""
    rows = con.execute(
        f"SELECT DISTINCT s.uri FROM lineage.sighting AS s WHERE {_SOURCE} = $source AND s.seen_from <= $night "
        "AND (s.gone_on IS NULL OR s.gone_on > $night)",
        {"source": of.source, "night": of.night},
    ).fetchall()
    return {uri for (uri,) in rows}


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
    spoilt = [s.now.source for s in sources if not s.now.is_believed and s.now.files == 0]
    is_there = "EXISTS (FROM incoming_sighting AS i WHERE i.uri = s.uri AND i.source_sha256 = s.source_sha256)"
    is_known = (
        f"({_SOURCE} IN (SELECT source FROM believed_source) OR "
        f"{_SOURCE} NOT IN (SELECT unnest($spoilt::VARCHAR[])) AND s.uri IN (SELECT i.uri FROM incoming_sighting AS i))"
    )
    with registered(con, {"incoming_sighting": frame, "believed_source": believed}):
        con.execute("DELETE FROM lineage.source_night WHERE night = ?", [night])
        con.execute("DELETE FROM lineage.sighting WHERE seen_from = ?", [night])
        con.execute("UPDATE lineage.sighting SET gone_on = NULL WHERE gone_on = ?", [night])
        con.execute(
            f"UPDATE lineage.sighting AS s SET gone_on = $night "
            f"WHERE s.gone_on IS NULL AND NOT {is_there} AND {is_known}",
            {"night": night, "spoilt": spoilt},
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
