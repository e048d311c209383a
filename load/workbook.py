"""One table as an Excel workbook with Thai headers: no formulas, no lost digits, the same bytes for the same rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from transform.form import Column, Table
from transform.workbooks import ACTS, without_clock

ROWS_PER_SHEET = 1_000_000  # Excel holds 1,048,576
_LONGEST_TEXT = 32_767
_EXACT_DIGITS = 15  # Excel calculates in binary floats: a longer amount stays exact as a text only
_CUT = "… [ข้อความถูกตัด ดูฉบับเต็มใน csv หรือ parquet · cut, whole text in csv or parquet]"


def write_workbook(path: Path, table: Table, rows: Iterable[Sequence[Any]]) -> None:
    """Write rows under two header lines: Thai description, column name. What one sheet cannot hold goes on the next."""
    book = Workbook(write_only=True)
    remaining = iter(rows)
    first = list(islice(remaining, 1))
    number = 1
    while first or number == 1:
        sheet = book.create_sheet(table.name[:25] if number == 1 else f"{table.name[:25]} ({number})")
        sheet.freeze_panes = "A3"
        for position, column in enumerate(table.columns, start=1):
            sheet.column_dimensions[get_column_letter(position)].width = _width(column)
        sheet.append([_header(sheet, c.th, bold=True) for c in table.columns])
        sheet.append([_header(sheet, c.name, bold=False) for c in table.columns])
        for row in islice(chain(first, remaining), ROWS_PER_SHEET):
            sheet.append([_cell(sheet, value) for value in row])
        first = list(islice(remaining, 1))
        number += 1
    book.save(path)
    stable = path.with_name(path.name + ".fixed")
    without_clock(path, stable)
    stable.replace(path)


def _width(column: Column) -> float:
    return {"VARCHAR": 28.0, "BOOLEAN": 10.0, "INTEGER": 12.0}.get(column.type, 18.0)


def _header(sheet: Any, text: str, *, bold: bool) -> Any:
    cell = WriteOnlyCell(sheet, value=text)
    cell.font = Font(bold=bold, color=None if bold else "FF808080")
    cell.alignment = Alignment(wrap_text=bold, vertical="top")
    return cell


def _cell(sheet: Any, value: Any) -> Any:
    """A cell that is data only: a text stays a text even where it begins with = + - or @, also when it is edited."""
    if isinstance(value, Decimal) and len(value.as_tuple().digits) > _EXACT_DIGITS:
        value = format(value, "f")
    if not isinstance(value, str):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("\ufffd", value)
    if len(text) > _LONGEST_TEXT:
        text = text[: _LONGEST_TEXT - len(_CUT)] + _CUT
    if not text.startswith(ACTS):
        return text
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    cell.quotePrefix = True
    return cell
