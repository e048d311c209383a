"""Tables as a workbook to attach: data only, no formula, the same bytes for the same tables."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import TypeAlias

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from transform.workbooks import ACTS, without_clock

Value: TypeAlias = str | int | Decimal | date | None
_TOP = Alignment(wrap_text=True, vertical="top")
_LONGEST = 32_000  # a cell of a spreadsheet holds little more


@dataclass(frozen=True)
class Sheet:
    """One sheet: its title, the header and width of each column, the rows."""

    title: str
    columns: tuple[tuple[str, int], ...]
    rows: Sequence[tuple[Value, ...]]


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """The sheets as .xlsx, each under its headers; days are written as ISO text, which no locale turns around."""
    book = Workbook()
    book.remove(book.worksheets[0])
    style = None
    for sheet in sheets:
        page = book.create_sheet(sheet.title)
        page.freeze_panes = "A2"
        for position, (header, width) in enumerate(sheet.columns, start=1):
            page.cell(1, position, header).font = Font(bold=True)
            page.column_dimensions[get_column_letter(position)].width = width
        for number, row in enumerate(sheet.rows, start=2):
            for position, value in enumerate(row, start=1):
                cell = page.cell(number, position)
                if style is None:
                    cell.alignment = _TOP
                    style = copy(cell._style)
                cell._style = copy(style)  # setting the alignment of each cell anew costs more than all else
                if isinstance(value, date):
                    cell.value = value.isoformat()
                elif isinstance(value, str):
                    cell.value = ILLEGAL_CHARACTERS_RE.sub("�", value)[:_LONGEST]
                    cell.data_type = "s"
                    cell.quotePrefix = value.startswith(ACTS)
                else:
                    cell.value = value
        page.auto_filter.ref = f"A1:{get_column_letter(len(sheet.columns))}{max(1, len(sheet.rows) + 1)}"
    written, stable = BytesIO(), BytesIO()
    book.save(written)
    without_clock(written, stable)
    return stable.getvalue()
