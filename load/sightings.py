"""Which file stood where, night by night, kept as intervals: a night writes only what came or went.

A place is believed to be empty only on a night whose source is believed (transform/source_nights.py); until then the
file that stood there last still counts as there.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

import duckdb
import pandas as pd

from load.schema import registered
from transform.source_nights import Asked, SourceNight, judged, source_of

_SOURCE = "split_part(s.uri, '/', 1)"


def judge_sources(
    con: duckdb.DuckDBPyConnection, night: date, standing: Iterable[tuple[str, str]], asked: Sequence[Asked]
) -> tuple[SourceNight, ...]:
    """What each source that a night asked holds, against the last night before it that was believed; by source.

    `standing`: (place, hash) of everything the night listed. Repeated runs of a night give the same.
    """
    places: dict[str, set[str]] = defaultdict(set)
    for uri, _ in standing:
        places[source_of(uri)].add(uri)
    return tuple(
        judged(one, len(places[one.source]), *_against(con, night, one.source, places[one.source]))
        for one in sorted(asked, key=lambda a: a.source)
    )


def _against(con: duckdb.DuckDBPyConnection, night: date, source: str, places: set[str]) -> tuple[int | None, int]:
    """Files of a source on the last believed night before this one, and how many of their places are empty now."""
    last = con.execute(
        "SELECT night, files FROM lineage.source_night WHERE source = ? AND night < ? AND is_believed "
        "ORDER BY night DESC LIMIT 1",
        [source, night],
    ).fetchall()
    if not last:
        return None, 0
    believed, files = last[0]
    before = con.execute(
        f"SELECT DISTINCT s.uri FROM lineage.sighting AS s WHERE {_SOURCE} = $source AND s.seen_from <= $night "
        "AND (s.gone_on IS NULL OR s.gone_on > $night)",
        {"source": source, "night": believed},
    ).fetchall()
    return files, sum(1 for (uri,) in before if uri not in places)


def record_sightings(
    con: duckdb.DuckDBPyConnection,
    night: date,
    standing: Iterable[tuple[str, str]],
    sources: Sequence[SourceNight],
) -> None:
    """Write down what stood in the sources on a night, (place, hash) by (place, hash); twice is the same as once.

    `sources` are those the night asked, as judged. A file is gone where another one stands in its place, or where its
    source was asked and is believed; of other sources nothing is said. Nights are expected in order; one that comes
    before the last recorded one is left to a rebuild.
    """
    recorded = con.execute(
        "SELECT max(night) FROM (SELECT greatest(seen_from, coalesce(gone_on, seen_from)) AS night FROM lineage.sighting "
        "UNION ALL SELECT night FROM lineage.source_night)"
    ).fetchall()
    last = recorded[0][0]
    if last is not None and night < last:
        return
    frame = pd.DataFrame(sorted(set(standing)), columns=["uri", "source_sha256"], dtype="str")
    believed = pd.DataFrame({"source": pd.Series([s.source for s in sources if s.is_believed], dtype="str")})
    is_there = "EXISTS (FROM incoming_sighting AS i WHERE i.uri = s.uri AND i.source_sha256 = s.source_sha256)"
    is_known = (
        f"({_SOURCE} IN (SELECT source FROM believed_source) OR s.uri IN (SELECT i.uri FROM incoming_sighting AS i))"
    )
    with registered(con, {"incoming_sighting": frame, "believed_source": believed}):
        con.execute("DELETE FROM lineage.source_night WHERE night = ?", [night])
        con.execute("DELETE FROM lineage.sighting WHERE seen_from = ?", [night])
        con.execute("UPDATE lineage.sighting SET gone_on = NULL WHERE gone_on = ?", [night])
        con.execute(
            f"UPDATE lineage.sighting AS s SET gone_on = ? WHERE s.gone_on IS NULL AND NOT {is_there} AND {is_known}",
            [night],
        )
        con.execute(
            "INSERT INTO lineage.sighting (uri, source_sha256, seen_from) SELECT i.uri, i.source_sha256, ? "
            "FROM incoming_sighting AS i ANTI JOIN lineage.sighting AS s "
            "ON s.uri = i.uri AND s.source_sha256 = i.source_sha256 AND s.gone_on IS NULL",
            [night],
        )
    _record_sources(con, night, sources)


def _record_sources(con: duckdb.DuckDBPyConnection, night: date, sources: Sequence[SourceNight]) -> None:
    """One row for each source that changed since its last row, or is not believed.

    A night that finds all as it was leaves no row: it is not even run when nothing else is new, and a rebuild, which
    does run it, must come to the same.
    """
    came_or_went = Counter(
        source_of(uri)
        for (uri,) in con.execute(
            "SELECT uri FROM lineage.sighting WHERE seen_from = $night OR gone_on = $night", {"night": night}
        ).fetchall()
    )
    before = dict(
        con.execute(
            "SELECT source, arg_max((files, is_believed), night) FROM lineage.source_night GROUP BY source"
        ).fetchall()
    )
    for one in sources:
        if one.unavailable is not None:
            continue
        is_as_it_was = not came_or_went[one.source] and tuple(before.get(one.source, ())) == (one.files, True)
        if not (is_as_it_was and one.is_believed):
            con.execute(
                "INSERT INTO lineage.source_night (night, source, files, files_before, files_gone, is_believed) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                [night, one.source, one.files, one.files_before, one.files_gone, one.is_believed],
            )
