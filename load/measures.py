"""Measures of earlier nights, from which the bounds of tonight are learned."""

from __future__ import annotations

from datetime import date

import duckdb
import pandas as pd

from transform.form import load_form
from transform.tables import frame_of

# more than any bound looks at
_NIGHTS = 100


def measures_before(con: duckdb.DuckDBPyConnection, night: date) -> pd.DataFrame:
    """Rows of quality.night_measure of the nights before this one, the latest hundred: what later nights brought does
    not count, so a night loaded late or again is judged as it would have been."""
    table = load_form().tables["night_measure"]
    rows = con.execute(
        f'SELECT night, measure, value, "of" FROM {table.qualified} WHERE night IN (SELECT DISTINCT night '
        f"FROM {table.qualified} WHERE night < ? ORDER BY night DESC LIMIT {_NIGHTS}) ORDER BY night, measure",
        [night],
    ).fetchall()
    return frame_of(table, [dict(zip(("night", "measure", "value", "of"), row, strict=True)) for row in rows])
