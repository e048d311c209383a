"""Tables as a workbook to attach: data only, no formula, the same bytes for the same tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import TypeAlias

from transform.workbooks import ACTS, new_workbook, without_controls

Value: TypeAlias = str | int | Decimal | date | None
_LONGEST = 32_000  # a cell of a spreadsheet holds little more


@dataclass(frozen=True)
class Sheet:
    """One sheet: its title, the header and width of each column, the rows."""

    title: str
    columns: tuple[tuple[str, int], ...]
    rows: Sequence[tuple[Value, ...]]


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """The sheets as .xlsx, each under its headers; days are written as ISO text, which no locale turns around."""
    written = BytesIO()
    book = new_workbook(written)
    bold, plain = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    acting = book.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True})
    for sheet in sheets:
        page = book.add_worksheet(sheet.title)
        page.freeze_panes(1, 0)
        for position, (header, width) in enumerate(sheet.columns):
            page.set_column(position, position, width)
            page.write_string(0, position, header, bold)
        for number, row in enumerate(sheet.rows, start=1):
            for position, value in enumerate(row):
                said = value.isoformat() if isinstance(value, date) else value
                if isinstance(said, str) and said:
                    text = without_controls(said)[:_LONGEST]
                    page.write_string(number, position, text, acting if said.startswith(ACTS) else plain)
                elif said is None or said == "":
                    page.write_blank(number, position, None, plain)
                else:
                    page.write_number(number, position, said, plain)
        page.autofilter(0, 0, len(sheet.rows), len(sheet.columns) - 1)
    book.close()
    return written.getvalue()
