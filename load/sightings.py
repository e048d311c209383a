"""Which file stood where, night by night, kept as intervals: a night writes only what came or went."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import duckdb
import pandas as pd

from load.schema import registered


def record_sightings(con: duckdb.DuckDBPyConnection, night: date, standing: Iterable[tuple[str, str]]) -> None:
    """Write down what stood in the sources on a night, (place, hash) by (place, hash); twice is the same as once.

    Nights are expected in order; one that comes before the last recorded one is left to a rebuild.
    """
    last = con.execute("SELECT max(greatest(seen_from, coalesce(gone_on, seen_from))) FROM lineage.sighting").fetchall()
    if last[0][0] is not None and night < last[0][0]:
        return
    frame = pd.DataFrame(sorted(set(standing)), columns=["uri", "source_sha256"], dtype="str")
    is_there = "EXISTS (FROM incoming_sighting AS i WHERE i.uri = s.uri AND i.source_sha256 = s.source_sha256)"
    with registered(con, {"incoming_sighting": frame}):
        con.execute("DELETE FROM lineage.sighting WHERE seen_from = ?", [night])
        con.execute("UPDATE lineage.sighting SET gone_on = NULL WHERE gone_on = ?", [night])
        con.execute(f"UPDATE lineage.sighting AS s SET gone_on = ? WHERE s.gone_on IS NULL AND NOT {is_there}", [night])
        con.execute(
            "INSERT INTO lineage.sighting (uri, source_sha256, seen_from) SELECT i.uri, i.source_sha256, ? "
            "FROM incoming_sighting AS i ANTI JOIN lineage.sighting AS s "
            "ON s.uri = i.uri AND s.source_sha256 = i.source_sha256 AND s.gone_on IS NULL",
            [night],
        )
