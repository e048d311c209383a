"""That DuckDB works here as the warehouse needs it, and that a published file can be read."""

from __future__ import annotations

from pathlib import Path

import duckdb

from load.opening import OFFLINE, reading
from load.schema import quoted
from load.views import load_views
from transform.form import load_form


def sorts_thai() -> bool:
    """Whether Thai order is built in: nothing can be fetched on a server without a network."""
    with duckdb.connect(config=OFFLINE) as con:
        words = "(VALUES ('เขต'), ('ขยะ'), ('กรม')) AS t(word)"
        return [w for (w,) in con.execute(f"SELECT word FROM {words} ORDER BY word COLLATE th").fetchall()] == [
            "กรม", "ขยะ", "เขต",
        ]  # fmt: skip


def opens(path: Path) -> tuple[int, int]:
    """Open a published file, count its tables and plan its views; raises what DuckDB raises when it is damaged.

    A quick look: the full scan was made before it was published.
    """
    tables = load_form().tables.values()
    with reading(path, threads=1) as con:
        for table in tables:
            con.execute(f"SELECT count(*) FROM {table.qualified}").fetchall()
        views = list(load_views())
        for view in views:
            con.execute(f"EXPLAIN SELECT * FROM main.{quoted(view.name)}").fetchall()
    return len(tables), len(views)
