"""Rows of the warehouse on standard output: in columns for people, as CSV or JSON for programs. Nothing is cut off."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from rich.cells import cell_len
from rich.console import Console

Row = Sequence[Any]


def aligned(columns: Sequence[str], rows: Iterable[Row]) -> list[str]:
    """Rows as lines in columns; one value a line where a row is wider than the terminal. An empty cell is a NULL."""
    cells = [[_text(value).replace("\n", " ⏎ ") for value in row] for row in rows]
    widths = [max(cell_len(c) for c in column) for column in zip(columns, *cells, strict=True)]
    if sys.stdout.isatty() and sum(widths) + 2 * len(widths) > Console().width and len(columns) > 2:
        label = max(cell_len(c) for c in columns)
        return [
            line
            for n, row in enumerate(cells, start=1)
            for line in (f"── {n}", *(f"{_padded(c, label)}  {v}" for c, v in zip(columns, row, strict=True)))
        ]
    return ["  ".join(map(_padded, row, widths)).rstrip() for row in (columns, *cells)]


def as_csv(columns: Sequence[str], rows: Iterable[Row]) -> list[str]:
    """Rows as CSV with a head, values as they are: for programs. For spreadsheets there is `kaona export`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_text(value) for value in row] for row in rows)
    return [out.getvalue().removesuffix("\n")]


def as_json(columns: Sequence[str], rows: Iterable[Row]) -> list[str]:
    """Rows as one JSON array of objects, a row a line; amounts are numbers with all their digits, days ISO texts."""
    objects = [_json(dict(zip(columns, row, strict=True))) for row in rows]
    return ["[" + ",\n ".join(objects) + "]"]


def _padded(text: str, width: int) -> str:
    """Text filled up to a width on screen; Thai marks take none."""
    return text + " " * (width - cell_len(text))


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return _json(value) if isinstance(value, (list, tuple, Mapping)) else str(value)


def _json(value: Any) -> str:
    """JSON of a value of DuckDB; json.dumps would make a float of an exact amount.

    >>> _json({"budget_received_baht": Decimal("180000.10"), "as_of": date(2026, 11, 28), "people": ["ก"]})
    '{"budget_received_baht": 180000.10, "as_of": "2026-11-28", "people": ["ก"]}'
    """
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(str(k), ensure_ascii=False)}: {_json(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_json, value)) + "]"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (date, datetime)):
        return json.dumps(value.isoformat())
    if value is None or isinstance(value, (bool, int, str)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, float) and value - value == 0:
        return json.dumps(value)
    return json.dumps(str(value), ensure_ascii=False)
