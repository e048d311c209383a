"""The workbooks that mails attach are, to the byte, what openpyxl writes of the same cells."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from expectations.workbook import Sheet, workbook
from transform.workbooks import ACTS, without_clock

COLUMNS = (("รหัส & ชื่อ", 16), ("จำนวน", 10), ("<วันที่>", 13))
PLAIN = [("50390000-9001", 3, date(2026, 11, 28)), ("ก", Decimal("95.50"), None), ("", 10**17, Decimal("100.00"))]
HARD = [("บรรทัด\nสอง", 0, " ขอบ "), ("a&b<c>\"d'\r\n", -5, "\x01\x1f"), ("\n", None, "ย" * 40_000)]
ACTING = [("ก", 1, "=1+1"), ("＝SUM(A1)", None, "-"), ("@x", 2, "\t=2")]


def of_openpyxl(sheets):
    """The same workbook, each cell written by openpyxl."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in sheets:
        page = book.create_sheet(sheet.title)
        page.freeze_panes = "A2"
        for position, (header, width) in enumerate(sheet.columns, start=1):
            page.cell(1, position, header).font = Font(bold=True)
            page.column_dimensions[get_column_letter(position)].width = width
        for number, row in enumerate(sheet.rows, start=2):
            for position, value in enumerate(row, start=1):
                cell = page.cell(number, position)
                cell.alignment = Alignment(wrap_text=True, vertical="top")
                if isinstance(value, str):
                    cell.value = ILLEGAL_CHARACTERS_RE.sub("�", value)[:32_000]
                    cell.data_type = "s"
                    cell.quotePrefix = value.startswith(ACTS)
                else:
                    cell.value = value.isoformat() if isinstance(value, date) else value
        page.auto_filter.ref = f"A1:{get_column_letter(len(sheet.columns))}{max(1, len(sheet.rows) + 1)}"
    written, stable = BytesIO(), BytesIO()
    book.save(written)
    without_clock(written, stable)
    return stable.getvalue()


@pytest.mark.parametrize("rows", [[], PLAIN, HARD, ACTING, [*PLAIN, *HARD, *ACTING]])
def test_a_workbook_has_the_bytes_that_openpyxl_writes(rows):
    sheets = [Sheet("ข้อสังเกต", COLUMNS, rows), Sheet("ว่าง", COLUMNS[:1], []), Sheet("อีกแผ่น", COLUMNS, PLAIN)]
    assert workbook(sheets) == of_openpyxl(sheets)
    assert workbook(sheets[:2]) == of_openpyxl(sheets[:2])


def test_one_workbook_leaves_nothing_behind_in_the_next():
    long, short = ([Sheet("ก", COLUMNS, rows)] for rows in ([*PLAIN, *ACTING], PLAIN[:1]))
    first = workbook(short)
    assert workbook(long) == of_openpyxl(long)
    assert workbook(short) == first


def test_a_text_that_looks_like_a_formula_is_a_text_for_whoever_opens_it():
    rows = load_workbook(BytesIO(workbook([Sheet("ก", COLUMNS, [*PLAIN, *ACTING])])))["ก"].iter_rows(min_row=2)
    cells = {cell.value: cell for row in rows for cell in row if isinstance(cell.value, str)}
    for text in ("=1+1", "＝SUM(A1)", "-", "@x"):
        assert (cells[text].data_type, cells[text].quotePrefix) == ("s", True)
    assert not cells["50390000-9001"].quotePrefix
