"""Finding things in a damaged PDF by what stands around them: objects without a table, streams without a length."""

from __future__ import annotations

import re
from typing import Protocol

from pdfminer.pdfdocument import PDFXRef
from pdfminer.pdftypes import PDFStream

from extract.pdf.streams import Damaged, TooMuch

MAX_LANDMARKS = 400_000
"""Words in the file that begin or end an object or a stream; an object has two to four."""

_WHITE_BYTES = b"\0\t\n\f\r "
_WHITE = rb"[\0\t\n\f\r ]"
_LANDMARK = re.compile(rb"(?:obj|stream|trailer)(?![a-zA-Z])")
_NUMBERS = re.compile(rb"(?<![0-9])(\d{1,7})" + _WHITE + rb"{1,20}(\d{1,5})" + _WHITE + rb"{1,20}\Z")
_BEFORE = 64  # how far before a landmark is looked for what belongs to it
_STREAM_START = re.compile(rb"stream[ \t]*(?:\r\n|\n|\r)?")
_STREAM_END = re.compile(_WHITE + rb"*endstream")
_LENGTH = re.compile(
    rb"/Length" + _WHITE + rb"{1,20}(\d{1,10})(?!\d)(?!" + _WHITE + rb"{1,20}\d{1,5}" + _WHITE + rb"{1,20}R)"
)
_STARTXREF = re.compile(rb"startxref" + _WHITE + rb"{1,64}(\d{1,10})(?!\d)")
_END_BYTES = 16 * 1024  # what may follow the last startxref; another one further up may belong to an embedded PDF


class _Document(Protocol):
    """What the table needs of the document it belongs to."""

    data: bytes

    def parse_at(self, place: int) -> object: ...
    def dictionary_at(self, place: int) -> object: ...
    def packed_numbers(self, stream: PDFStream) -> list[int]: ...


def last_startxref(data: bytes) -> int:
    """Where the end of the file says that its table of objects is; -1 when it does not.

    >>> last_startxref(b"startxref 9 %%EOF ... startxref\\r\\n1234\\r\\n%%EOF")
    1234
    """
    found = _STARTXREF.findall(data, max(0, len(data) - _END_BYTES))
    return int(found[-1]) if found else -1


def stream_extent(data: bytes, keyword: int, length: int) -> tuple[int, int, int]:
    """Where the stream whose keyword is at `keyword` begins and ends, and what follows it; Damaged when it is cut off.

    Its /Length counts when `endstream` is there; otherwise it ends where the next `endstream` is.

    >>> stream_extent(b"stream\\nBT ET\\nendstream", 0, 5), stream_extent(b"stream\\nBT ET\\nendstream", 0, 1000)
    ((7, 12, 22), (7, 12, 22))
    """
    opening = _STREAM_START.match(data, keyword)
    start = opening.end() if opening else keyword
    if 0 <= length <= len(data) - start:
        closing = _STREAM_END.match(data, start + length)
        if closing:
            return start, start + length, closing.end()
    end = data.find(b"endstream", start)
    if end < 0:
        raise Damaged("a stream has no end")
    line_end = next((mark for mark in (b"\r\n", b"\n", b"\r") if data.endswith(mark, start, end)), b"")
    return start, end - len(line_end), end + len(b"endstream")


class RebuiltTable(PDFXRef):
    """The table of objects of a file whose own is lost or wrong: the last object of each number.

    One pass over the bytes, past the contents of streams, which may hold another PDF.
    """

    def __init__(self, document: _Document) -> None:
        super().__init__()
        self._tables: list[int] = []
        self._packed: list[tuple[int, int]] = []
        self._find(document)
        for place in self._tables:
            stream = document.parse_at(place)
            if isinstance(stream, PDFStream):
                self.trailer.update(stream.attrs)
        if self._packed and "Encrypt" in self.trailer:
            raise Damaged("it is encrypted and has no table of its objects")
        for number, place in self._packed:
            self._add_packed(document, number, place)

    def _find(self, document: _Document) -> None:
        data = document.data
        number = place = body = at = count = 0
        while landmark := _LANDMARK.search(data, at):
            start, at = landmark.span()
            count += 1
            if count > MAX_LANDMARKS:
                raise TooMuch(f"the PDF has no table of its objects and more than {MAX_LANDMARKS // 4:,} of them")
            if landmark[0] == b"trailer":
                trailer = document.dictionary_at(at)
                self.trailer.update(trailer if isinstance(trailer, dict) else {})
            elif landmark[0] == b"obj":
                before = max(0, start - _BEFORE)
                numbers = _NUMBERS.search(data[before:start])
                if numbers is None:
                    continue  # endobj
                number, place, body = int(numbers[1]), before + numbers.start(), at
                self.offsets[number] = (None, place, int(numbers[2]))
            elif body and data[max(body, start - _BEFORE) : start].rstrip(_WHITE_BYTES).endswith(b">>"):
                attributes = data[body:start]
                if b"/ObjStm" in attributes:
                    self._packed.append((number, place))
                elif b"/XRef" in attributes:
                    self._tables.append(place)
                length = _LENGTH.search(attributes)
                _, _, at = stream_extent(data, start, int(length[1]) if length else -1)
                body = 0

    def _add_packed(self, document: _Document, number: int, place: int) -> None:
        """The objects in an object stream, unless a later part of the file holds newer ones."""
        stream = document.parse_at(place)
        if not isinstance(stream, PDFStream) or self.offsets[number][1] != place:
            return
        for index, inner in enumerate(document.packed_numbers(stream)):
            holder, known, _ = self.offsets.get(inner, (None, -1, 0))
            if holder is not None or known < place:
                self.offsets[inner] = (number, index, 0)
