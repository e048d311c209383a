"""Small PDFs made by hand, so that each test shows the very bytes it is about."""

from __future__ import annotations

import hashlib
import zlib
from datetime import date
from pathlib import Path

from extract.document import SourceFile

ROOT = Path(__file__).parents[2]
SHARED_PDFS = ROOT.parent / "shared" / "pdf"
SARABUN = ROOT / "data" / "samples" / "fonts" / "Sarabun-Regular.ttf"

# every code is its own Unicode code point, as mPDF and TCPDF write it
_TO_UNICODE = b"1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfrange <0000> <FFFF> <0000> endbfrange"
_MARKS_HAVE_NO_WIDTH = "[3633 [0] 3636 3642 0 3655 3662 0]"


def show(text: str) -> bytes:
    """The Tj operator that draws `text` with font F1 of `build_pdf`."""
    return f"<{text.encode('utf-16-be').hex()}> Tj".encode()


def text_at(x: float, y: float, text: str, size: float = 12) -> bytes:
    return f"BT /F1 {size} Tf 1 0 0 1 {x} {y} Tm ".encode() + show(text) + b" ET"


def stream(content: bytes, entries: str = "", *, packed: bool = False) -> bytes:
    if packed:
        content, entries = zlib.compress(content), entries + " /Filter /FlateDecode"
    return f"<< {entries} /Length {len(content)} >>\nstream\n".encode() + content + b"\nendstream"


def build_pdf(
    *contents: bytes,
    page: str = "",
    resources: str = "",
    to_unicode: bytes = _TO_UNICODE,
    widths: str = _MARKS_HAVE_NO_WIDTH,
    extra: dict[int, bytes] | None = None,
    info: str = "",
) -> bytes:
    """A PDF with one page per content stream and a Thai font F1; `extra` are objects from number 100 on."""
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        3: b"<< /Type /Font /Subtype /Type0 /BaseFont /Thai /Encoding /Identity-H "
        b"/DescendantFonts [4 0 R] /ToUnicode 5 0 R >>",
        4: b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Thai /CIDSystemInfo << /Registry (Adobe) "
        b"/Ordering (Identity) /Supplement 0 >> /FontDescriptor 6 0 R /DW 500 /W " + widths.encode() + b" >>",
        5: stream(to_unicode),
        6: b"<< /Type /FontDescriptor /FontName /Thai /FontBBox [0 -300 1000 1000] /Flags 4 /ItalicAngle 0 "
        b"/Ascent 800 /Descent -200 /StemV 80 >>",
        7: f"<< {info} >>".encode(),
        **(extra or {}),
    }
    kids = []
    for index, content in enumerate(contents):
        number = 10 + 2 * index
        kids.append(f"{number} 0 R")
        objects[number] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {number + 1} 0 R {page} "
            f"/Resources << /Font << /F1 3 0 R >> {resources} >> >>"
        ).encode()
        objects[number + 1] = content if content.startswith(b"<<") else stream(content)
    objects[2] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    return assemble(objects)


def assemble(objects: dict[int, bytes]) -> bytes:
    """Objects → a PDF file with a correct table of them."""
    data = b"%PDF-1.7\n"
    places = {}
    for number in sorted(objects):
        places[number] = len(data)
        data += b"%d 0 obj\n" % number + objects[number] + b"\nendobj\n"
    size = max(objects) + 1
    table = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        data += b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 65535 f \n"
    data += b"trailer\n<< /Size %d /Root 1 0 R /Info 7 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, table)
    return data


def looping_pdf() -> bytes:
    """Object 3 is a reference to 4, and 4 a reference to 3: pdfminer follows them forever."""
    return assemble(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            2: b"<< /Type /Pages /Kids [5 0 R] /Count 1 >>",
            3: b"4 0 R",
            4: b"3 0 R",
            5: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 3 0 R >>",
            7: b"<< >>",
        }
    )


def unpacking_pdf(size: int) -> bytes:
    """A small file whose table of objects is a stream that unpacks to `size` zero bytes, before any page is read."""
    packer = zlib.compressobj(1)
    table = b"".join(packer.compress(bytes(1024**2)) for _ in range(size // 1024**2)) + packer.flush()
    head = b"%PDF-1.7\n"
    entries = "/Type /XRef /Size 2 /W [1 2 1] /Root 1 0 R /Filter /FlateDecode"
    return head + b"1 0 obj\n" + stream(table, entries) + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(head)


def source_file(uri: str, data: bytes) -> SourceFile:
    return SourceFile(hashlib.sha256(data).hexdigest(), uri, date(2026, 1, 5), len(data))
