"""The findings of a mail as a workbook: data only, no formula, the same bytes for the same findings."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from expectations.items import Item

_COLUMNS: tuple[tuple[str, int], ...] = (
    ("ระดับ", 11), ("สถานะ", 14), ("รหัสโครงการ", 16), ("ชื่อโครงการ", 34), ("เรื่อง", 28), ("ข้อมูล", 28), ("รายงานครั้งที่", 9),
    ("รายละเอียด", 70), ("สิ่งที่ต้องทำ", 44), ("ไฟล์", 24), ("หน้า", 7), ("บรรทัด", 8), ("พบครั้งแรก", 13), ("รหัสอ้างอิง", 19),
)  # fmt: skip
_EPOCH = (1980, 1, 1, 0, 0, 0)
_STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")
# what a spreadsheet takes for the beginning of a formula, full-width signs included
_ACTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def workbook(items: Iterable[Item]) -> bytes:
    """The findings as .xlsx, one row each under Thai headers."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "ข้อสังเกต"
    sheet.freeze_panes = "A2"
    for position, (header, width) in enumerate(_COLUMNS, start=1):
        sheet.cell(1, position, header).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(position)].width = width
    for row, item in enumerate(items, start=2):
        for position, value in enumerate(_values(item), start=1):
            cell = sheet.cell(row, position)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if isinstance(value, str):
                cell.value = ILLEGAL_CHARACTERS_RE.sub("�", value)
                cell.data_type = "s"
                cell.quotePrefix = value.startswith(_ACTS)
            else:
                cell.value = value
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(_COLUMNS))}{sheet.max_row}"
    written = BytesIO()
    book.save(written)
    return _without_clock(written)


def _values(item: Item) -> tuple[str | int | None, ...]:
    return (
        item.severity_th, item.state_th, item.project_code, item.project_name, item.title, item.label, item.report_no,
        "\n".join(item.message), item.todo, item.file, item.page, item.line,
        item.first_seen.isoformat(), item.finding_id,
    )  # fmt: skip


def _without_clock(written: BytesIO) -> bytes:
    """A workbook is a zip that carries the time of writing, in its entries and its properties; both are fixed here."""
    stable = BytesIO()
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(stable, "w") as target:
        for name in sorted(source.namelist()):
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _STAMP.sub(rb"\g<1>1980-01-01T00:00:00Z\g<3>", content)
            entry = zipfile.ZipInfo(name, date_time=_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, content)
    return stable.getvalue()
