"""One table as an Excel workbook with Thai headers: no formulas, no lost digits, the same bytes for the same rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import Any

from transform.form import Column, Table
from transform.workbooks import ACTS, new_workbook, without_controls

ROWS_PER_SHEET = 1_000_000  # Excel holds 1,048,576
_LONGEST_TEXT = 32_767
_EXACT_DIGITS = 15  # Excel calculates in binary floats: a longer amount stays exact as a text only
_CUT = "… [ข้อความถูกตัด ดูฉบับเต็มใน csv หรือ parquet · cut, whole text in csv or parquet]"


def write_workbook(path: Path, table: Table, rows: Iterable[Sequence[Any]]) -> None:
    """Write rows under two header lines: Thai description, column name. What one sheet cannot hold goes on the next."""
    book = new_workbook(path, is_large=True)
    formats = {
        "title": book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
        "name": book.add_format({"font_color": "#808080", "valign": "top"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "acts": book.add_format({"quote_prefix": True}),
    }
    remaining = iter(rows)
    first = list(islice(remaining, 1))
    number = 1
    while first or number == 1:
        sheet = book.add_worksheet(table.name[:25] if number == 1 else f"{table.name[:25]} ({number})")
        sheet.freeze_panes(2, 0)
        for position, column in enumerate(table.columns):
            sheet.set_column(position, position, _width(column))
        for position, column in enumerate(table.columns):
            sheet.write_string(0, position, column.th, formats["title"])
        for position, column in enumerate(table.columns):
            sheet.write_string(1, position, column.name, formats["name"])
        for at, row in enumerate(islice(chain(first, remaining), ROWS_PER_SHEET), start=2):
            for position, value in enumerate(row):
                _write(sheet, at, position, value, formats)
        first = list(islice(remaining, 1))
        number += 1
    book.close()


def _width(column: Column) -> float:
    return {"VARCHAR": 28.0, "BOOLEAN": 10.0, "INTEGER": 12.0}.get(column.type, 18.0)


def _write(sheet: Any, row: int, column: int, value: Any, formats: dict[str, Any]) -> None:
    """A cell that is data only: a text stays a text even where it begins with = + - or @, also when it is edited."""
    if value is None:
        return
    if isinstance(value, Decimal) and len(value.as_tuple().digits) > _EXACT_DIGITS:
        value = format(value, "f")
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, formats["day"])
    elif isinstance(value, str):
        text = without_controls(value)
        if len(text) > _LONGEST_TEXT:
            text = text[: _LONGEST_TEXT - len(_CUT)] + _CUT
        sheet.write_string(row, column, text, formats["acts"] if value.startswith(ACTS) else None)
    else:
        sheet.write_number(row, column, value)
