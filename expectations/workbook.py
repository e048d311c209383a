"""Tables as a workbook to attach: data only, no formula, the same bytes for the same tables.

openpyxl writes what workbooks of the same sheets have in common, once: headers, widths, styles. Rows are written here,
to the byte as openpyxl writes them: a night writes hundreds of workbooks, and its cells cost more than all else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from io import BytesIO
from typing import TypeAlias
from xml.sax.saxutils import escape

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from transform.workbooks import ACTS, parts_of, zipped

Value: TypeAlias = str | int | Decimal | date | None
_LONGEST = 32_000  # a cell of a spreadsheet holds little more
# in a sheet its size and its filter, in the list of sheets what the filter covers: they end with the last row
_SIZE = re.compile(r'(ref="A1:[A-Z]+)\d+')
_COVERED = re.compile(r"(\$A\$1:\$[A-Z]+\$)\d+")
_Columns: TypeAlias = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Sheet:
    """One sheet: its title, the header and width of each column, the rows."""

    title: str
    columns: _Columns
    rows: Sequence[tuple[Value, ...]]


@dataclass(frozen=True)
class _Frame:
    """A workbook without rows: its parts, of each sheet what stands before its rows and after them, and two styles.

    `style` is that of a cell, `style_of_acts` that of a text which looks like a formula.
    """

    parts: dict[str, bytes]
    around: tuple[tuple[str, str], ...]
    style: int
    style_of_acts: int


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """The sheets as .xlsx, each under its headers; days are written as ISO text, which no locale turns around."""
    texts = (value for sheet in sheets for row in sheet.rows for value in row if isinstance(value, str))
    has_acts = any(text.startswith(ACTS) for text in texts)
    kinds = tuple((sheet.title, sheet.columns) for sheet in sheets)
    frame = _frame(kinds, any(sheet.rows for sheet in sheets), has_acts)
    parts = dict(frame.parts)
    lengths = iter([len(sheet.rows) + 1 for sheet in sheets])
    covered = _COVERED.sub(lambda found: f"{found[1]}{next(lengths)}", parts["xl/workbook.xml"].decode())
    parts["xl/workbook.xml"] = covered.encode()
    for number, (sheet, around) in enumerate(zip(sheets, frame.around, strict=True), start=1):
        before, after = (_SIZE.sub(rf"\g<1>{len(sheet.rows) + 1}", part, count=1) for part in around)
        parts[_part(number)] = "".join((before, *_rows(sheet, frame), after)).encode("utf-8", "replace")
    stable = BytesIO()
    zipped(parts, stable)
    return stable.getvalue()


def _part(number: int) -> str:
    return f"xl/worksheets/sheet{number}.xml"


def _rows(sheet: Sheet, frame: _Frame) -> list[str]:
    letters = [get_column_letter(position) for position in range(1, len(sheet.columns) + 1)]
    style, style_of_acts = (f'" s="{number}" t="' for number in (frame.style, frame.style_of_acts))
    written = []
    for number, row in enumerate(sheet.rows, start=2):
        written.append(f'<row r="{number}">')
        for letter, value in zip(letters, row, strict=True):
            said = value.isoformat() if isinstance(value, date) else value
            if isinstance(said, str):
                acts = style_of_acts if said.startswith(ACTS) else style
                written.append(f'<c r="{letter}{number}{acts}inlineStr"{_text(said)}')
            else:
                inside = " />" if said is None else f"><v>{float(said):.16g}</v></c>"
                written.append(f'<c r="{letter}{number}{style}n"{inside}')
        written.append("</row>")
    return written


@lru_cache(maxsize=512)  # names of projects and rules stand in many cells
def _text(value: str) -> str:
    """A text as the inside of its cell."""
    text = value if value.isprintable() else ILLEGAL_CHARACTERS_RE.sub("�", value)
    text = text[:_LONGEST]
    if not text:
        return " />"
    space = ' xml:space="preserve"' if text.strip() not in ("", text) else ""
    return f"><is><t{space}>{escape(text)}</t></is></c>"


@lru_cache(maxsize=32)
def _frame(kinds: tuple[tuple[str, _Columns], ...], has_rows: bool, has_acts: bool) -> _Frame:
    """The frame of the workbooks with these sheets. A style stands in a workbook only where a cell has it."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, columns in kinds:
        page = book.create_sheet(title)
        page.freeze_panes = "A2"
        for position, (header, width) in enumerate(columns, start=1):
            page.cell(1, position, header).font = Font(bold=True)
            page.column_dimensions[get_column_letter(position)].width = width
        page.auto_filter.ref = f"A1:{get_column_letter(len(columns))}1"
    header, cell, acting = (book.worksheets[0].cell(row, 1) for row in (1, 2, 3))
    if has_rows:
        cell.alignment = acting.alignment = Alignment(wrap_text=True, vertical="top")
    if has_acts:
        acting.quotePrefix = True
    # a style is numbered when its number is first asked for
    _, style, style_of_acts = (each.style_id for each in (header, cell, acting))
    written = BytesIO()
    book.save(written)
    parts = parts_of(written)
    around = tuple(_around(parts.pop(_part(number)).decode()) for number in range(1, len(kinds) + 1))
    return _Frame(parts, around, style, style_of_acts)


def _around(sheet: str) -> tuple[str, str]:
    """What of a sheet stands before the rows below its headers, and after them."""
    end = sheet.index("</row>") + len("</row>")
    return sheet[:end], sheet[sheet.index("</sheetData>") :]
