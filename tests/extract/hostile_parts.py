"""What hostile files are made of: a good one-page PDF to be spoilt, bombs, and files assembled from any objects."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Any

from tests.extract.pdf_bytes import build_pdf, stream, text_at

READ = "read"
BROKEN = "broken_pdf"
TOO_LARGE = "too_large"
NO_TEXT = "no_text_layer"
LOCKED = "password_protected"
EMPTY = "empty_file"
NO_FORM = "not_a_form_file"
UNREADABLE = "unreadable_text_layer"

GOOD = "ปีงบประมาณ"
GOOD_CONTENT = text_at(50, 700, GOOD)
MIB = 1024**2

THAI_ONLY = b"1 beginbfrange <0E00> <0E7F> <0E00> endbfrange "
FORM = "/Type /XObject /Subtype /Form /BBox [0 0 595 842]"

Rows = Iterator[tuple[Any, ...]]
"""Name, bytes, and the outcomes that the file may have."""
Group = Callable[[], Rows]


def one_page(content: bytes = GOOD_CONTENT, **replaced: bytes) -> dict[int, bytes]:
    """The objects of a one-page PDF: 1 catalog, 2 page tree, 3-6 font, 7 info, 10 page, 11 content; `o5=…` replaces."""
    objects: dict[int, bytes] = {}
    pdf = build_pdf(content)
    for number in (1, 2, 3, 4, 5, 6, 7, 10, 11):
        start = pdf.index(b"\n%d 0 obj\n" % number) + len(b"\n%d 0 obj\n" % number)
        objects[number] = pdf[start : pdf.index(b"\nendobj\n", start)]
    return objects | {int(name[1:]): data for name, data in replaced.items()}


def one_page_pdf(content: bytes = GOOD_CONTENT, **replaced: bytes) -> bytes:
    return assembled(one_page(content, **replaced))


def assembled(objects: dict[int, bytes]) -> bytes:
    """As `assemble`, for a hundred thousand objects."""
    parts, places, size = [b"%PDF-1.7\n"], {}, 9
    for number in sorted(objects):
        places[number] = size
        parts.append(b"%d 0 obj\n%b\nendobj\n" % (number, objects[number]))
        size += len(parts[-1])
    free = b"0000000000 65535 f \n"
    rows = [b"%010d 00000 n \n" % places[n] if n in places else free for n in range(max(objects) + 1)]
    parts.append(b"xref\n0 %d\n" % len(rows) + b"".join(rows))
    parts.append(b"trailer\n<< /Size %d /Root 1 0 R /Info 7 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(rows), size))
    return b"".join(parts)


def bomb(byte: bytes, mebibytes: int, times: int = 1) -> bytes:
    packer = zlib.compressobj(1)
    packed = b"".join(packer.compress(byte * MIB) for _ in range(mebibytes)) + packer.flush()
    for _ in range(times - 1):
        packed = zlib.compress(packed, 9)
    return packed


def flate(packed: bytes, times: int = 1, before: str = "") -> bytes:
    return stream(packed, f"/Filter [{before} {'/FlateDecode ' * times}]")


def form_xobject(content: bytes, entries: str = "", *, packed: bool = False) -> bytes:
    return stream(content, f"{FORM} {entries}", packed=packed)


def packed_pdf(
    entries: str, content: bytes, *, holder: int = 20, where: dict[int, tuple[int, int]] | None = None
) -> bytes:
    """A one-page PDF whose objects 1 and 2 are in object stream 20, with a table of objects that says so."""
    objects = {n: data for n, data in one_page().items() if n not in (1, 2)}
    objects[20] = stream(content, entries)
    data = b"%PDF-1.7\n"
    rows = {1: (2, holder, 0), 2: (2, holder, 1)}
    for number, body in objects.items():
        rows[number] = (1, len(data), 0)
        data += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    rows[21] = (1, len(data), 0)
    rows |= {number: (2, *place) for number, place in (where or {}).items()}
    size = max(rows) + 1
    table = b"".join(struct.pack(">BIH", *rows.get(n, (0, 0, 0))) for n in range(size))
    dictionary = f"/Type /XRef /Size {size} /W [1 4 2] /Root 1 0 R"
    return data + b"21 0 obj\n" + stream(table, dictionary) + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % rows[21][1]


def edited(old: bytes, new: bytes, pdf: bytes | None = None) -> bytes:
    """The good PDF with an edit that leaves every place in it where it is, as long as `new` is no longer than `old`."""
    pdf = pdf or build_pdf(GOOD_CONTENT)
    assert pdf.count(old) == 1, f"{old!r} stands {pdf.count(old)} times in the PDF"
    return pdf.replace(old, new.ljust(len(old)))
