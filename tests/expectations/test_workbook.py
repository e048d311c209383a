"""The workbooks that mails attach: data that nobody's spreadsheet runs, turns around or loses."""

from datetime import date
from decimal import Decimal
from io import BytesIO

from openpyxl import load_workbook

from expectations.workbook import Sheet, workbook

COLUMNS = (("รหัส & ชื่อ", 16), ("จำนวน", 10), ("<วันที่>", 13))
PLAIN = [("50390000-9001", 3, date(2026, 11, 28)), ("ก", Decimal("95.50"), None), ("", 10**14, Decimal("100.00"))]
HARD = [("บรรทัด\nสอง", 0, " ขอบ "), ("a&b<c>\"d'", -5, "\x01\x1f"), ("http://kaona.invalid/", None, "ย" * 40_000)]
ACTING = [("ก", 1, "=1+1"), ("＝SUM(A1)", None, "-"), ("@x", 2, "\t=2")]


def read(sheets):
    return load_workbook(BytesIO(workbook(sheets)))


def test_what_is_read_again_is_what_was_written():
    book = read([Sheet("ข้อสังเกต", COLUMNS, [*PLAIN, *HARD]), Sheet("ว่าง", COLUMNS[:1], [])])
    assert book.sheetnames == ["ข้อสังเกต", "ว่าง"]
    rows = list(book["ข้อสังเกต"].iter_rows(values_only=True))
    assert rows[0] == ("รหัส & ชื่อ", "จำนวน", "<วันที่>")
    assert rows[1:4] == [("50390000-9001", 3, "2026-11-28"), ("ก", 95.5, None), (None, 10**14, 100)]
    assert rows[4:6] == [("บรรทัด\nสอง", 0, " ขอบ "), ("a&b<c>\"d'", -5, "��")]
    assert rows[6] == ("http://kaona.invalid/", None, "ย" * 32_000)
    assert list(book["ว่าง"].iter_rows(values_only=True)) == [("รหัส & ชื่อ",)]


def test_headers_stay_in_sight_and_rows_can_be_filtered():
    page = read([Sheet("ก", COLUMNS, PLAIN)])["ก"]
    assert page.freeze_panes == "A2"
    assert page.auto_filter.ref == "A1:C4"
    assert page.cell(1, 1).font.bold
    assert page.cell(2, 1).alignment.wrap_text
    assert not page.cell(2, 1).hyperlink


def test_the_same_tables_give_the_same_bytes():
    sheets = [Sheet("ก", COLUMNS, [*PLAIN, *HARD, *ACTING])]
    assert workbook(sheets) == workbook(sheets)
    assert b"2026" not in workbook([Sheet("ก", COLUMNS[:1], [("ก",)])])


def test_a_text_that_looks_like_a_formula_is_a_text_for_whoever_opens_it():
    rows = read([Sheet("ก", COLUMNS, [*PLAIN, *ACTING])])["ก"].iter_rows(min_row=2)
    cells = {cell.value: cell for row in rows for cell in row if isinstance(cell.value, str)}
    for text in ("=1+1", "＝SUM(A1)", "-", "@x"):
        assert (cells[text].data_type, cells[text].quotePrefix) == ("s", True)
    assert not cells["50390000-9001"].quotePrefix
