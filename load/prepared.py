"""Frames as DuckDB takes them over without guessing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd

from load.schema import YEAR_LIMIT, quoted
from transform.form import Table


def casts(table: Table) -> str:
    """The columns of a frame as those of its table, for a SELECT."""
    return ", ".join(f"CAST({quoted(c.name)} AS {c.type}) AS {quoted(c.name)}" for c in table.columns)


def prepared_frame(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame that DuckDB takes over without guessing: amounts as exact text, dates as days; keys checked."""
    lost = [c.name for c in table.columns if c.name not in frame.columns]
    if lost:
        raise ValueError(f"{table.qualified}: the frame has no column {', '.join(lost)}; expected {table.column_names}")
    prepared = pd.DataFrame({c.name: _prepared(table, c.name, c.type, frame[c.name]) for c in table.columns})
    repeated = prepared[prepared.duplicated(list(table.key))]
    if len(repeated):
        key = {k: repeated.iloc[0][k] for k in table.key}
        raise ValueError(f"{table.qualified}: {len(repeated)} rows repeat a key, first {key}; expected each key once")
    return prepared


def _prepared(table: Table, name: str, sql_type: str, values: pd.Series[Any]) -> pd.Series[Any]:
    if sql_type.startswith("DECIMAL"):
        scale = int(sql_type.rstrip(")").split(",")[1])
        return pd.Series([_exact(table, name, v, scale) for v in values], index=values.index, dtype="str")
    if sql_type in ("INTEGER", "BIGINT"):
        return values.astype("Int64")
    if sql_type == "BOOLEAN":
        return values.astype("boolean")
    if sql_type == "DATE":
        days: pd.Series[Any] = pd.to_datetime(values).astype("datetime64[us]")
        late = days[days.dt.year >= YEAR_LIMIT]
        if len(late):
            raise ValueError(
                f"{table.qualified}.{name}: {late.iloc[0].date()} lies past the year {YEAR_LIMIT}; "
                "a Buddhist year was not converted"
            )
        return days
    return values if values.dtype == "str" else values.astype("str")


def _exact(table: Table, name: str, value: Any, scale: int) -> str | None:
    """Text of an amount. A float is refused: it may already have lost satang."""
    if value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)):
        return None
    if not isinstance(value, Decimal) or not value.is_finite() or value != round(value, scale):
        raise ValueError(
            f"{table.qualified}.{name}: {value!r} is no exact amount; expected a Decimal with at most {scale} decimals"
        )
    return format(value, "f")
