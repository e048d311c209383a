"""ToUnicode tables with their ranges kept as ranges.

pdfminer expands a range entry by entry; mPDF, TCPDF and FPDF write `<0000> <FFFF> <0000>` for every font, and a hostile
file 2^31 codes.
"""

from __future__ import annotations

from functools import cached_property
from io import BytesIO

from pdfminer.cmapdb import CMapParser, UnicodeMap
from pdfminer.pdftypes import PDFStream
from pdfminer.psparser import PSKeyword, PSLiteral
from pdfminer.utils import choplist, nunpack

from extract.pdf.repair import UNMAPPED
from extract.pdf.streams import TooMuch, open_stream
from extract.pdf.to_unicode import read_entries

MAX_CODE = 0xFFFF
MAX_TABLES_BYTES = 16 * 1024 * 1024
"""Of all tables of a document together; an honest one of 65,536 entries has 1 MB."""

_SLOW = 16  # what a byte costs that pdfminer's parser reads, in bytes of an ordinary table
_MANY_RANGES = 300
_MAX_RANGES_SEARCHED = 1_000
_THAI_CODES = (range(0x0E01, 0x0E5C), range(0xF700, 0xF721), range(0xF884, 0xF89A))


class LazyUnicodeMap(UnicodeMap):
    """A ToUnicode table; an entry that maps to nothing becomes `UNMAPPED`, so that a lost letter leaves a trace."""

    def __init__(self) -> None:
        super().__init__()
        self.ranges: list[tuple[int, int, bytes]] = []

    def get_unichr(self, cid: int) -> str:
        """The text of code `cid`; KeyError when the table says nothing of it."""
        text = self.cid2unichr.get(cid)
        if text is None:
            text = self.cid2unichr[cid] = self._from_ranges(cid)
        return text

    def _from_ranges(self, cid: int) -> str:
        if len(self.ranges) > _MANY_RANGES and cid <= MAX_CODE:
            index = self._owners[cid]
            candidates = self.ranges[index : index + 1]
        else:
            candidates = self.ranges[: -_MANY_RANGES - 1 : -1]  # later entries win, as when they are expanded in order
        for first, last, start in candidates:
            if first <= cid <= last:
                value = int.from_bytes(start[-4:], "big") + cid - first
                tail = (value & 0xFFFFFFFF).to_bytes(4, "big")[4 - len(start[-4:]) :]
                return _text(start[:-4] + tail)
        raise KeyError(cid)

    @cached_property
    def _owners(self) -> list[int]:
        """For each code the last of very many ranges that holds it; beyond their end when none does."""
        owners = [len(self.ranges)] * (MAX_CODE + 1)
        free = list(range(MAX_CODE + 2))  # from each code the way to the next one without an owner
        for index in range(len(self.ranges) - 1, -1, -1):
            first, last, _ = self.ranges[index]
            code = first
            while code <= min(last, MAX_CODE):
                if free[code] == code:
                    owners[code] = index
                    free[code] = code + 1
                else:
                    free[code] = free[free[code]]
                code = free[code]
        return owners

    def add_cid2unichr(self, cid: int, code: PSLiteral | bytes | int) -> None:
        """Record one code; a no-break space never displaces a space (some fonts map both to one code)."""
        if not isinstance(code, bytes):
            return
        text = _text(code)
        if text == "\u00a0" and self.cid2unichr.get(cid) == " ":
            return
        self.cid2unichr[cid] = text

    @cached_property
    def has_clusters(self) -> bool:
        """Whether an entry stands for several letters."""
        return any(len(text) > 1 for text in self.cid2unichr.values())

    def codes_of(self, letter: str) -> list[int]:
        """Codes that may stand for a Thai `letter`: a later entry may have overruled an earlier one."""
        return self._thai_codes.get(letter, [])

    @cached_property
    def _thai_codes(self) -> dict[str, list[int]]:
        codes: dict[str, list[int]] = {}
        for code, text in self.cid2unichr.items():
            codes.setdefault(text, []).append(code)
        for first, last, start in self.ranges[:_MAX_RANGES_SEARCHED]:
            value = int.from_bytes(start, "big")
            for letters in _THAI_CODES:
                for letter in range(max(value, letters.start), min(value + last - first + 1, letters.stop)):
                    codes.setdefault(chr(letter), []).append(first + letter - value)
        return codes


class LazyCMapParser(CMapParser):
    """pdfminer's ToUnicode parser that keeps ranges as ranges."""

    def do_keyword(self, pos: int, token: PSKeyword) -> None:
        """Take over the two range operators; everything else is pdfminer's."""
        if token is self.KEYWORD_ENDBFRANGE and self._in_cmap:
            entries = [value for _, value in self.popall()]
            for first, last, target in choplist(3, entries):
                self._add_range(first, last, target)
        elif token is self.KEYWORD_ENDCIDRANGE:
            self.popall()
        else:
            super().do_keyword(pos, token)

    def _add_range(self, first: object, last: object, target: object) -> None:
        if not isinstance(first, bytes) or not isinstance(last, bytes) or not isinstance(self.cmap, LazyUnicodeMap):
            return
        low, high = nunpack(first), nunpack(last)
        if isinstance(target, bytes):
            self.cmap.ranges.append((low, high, target))
        elif isinstance(target, list):
            for offset, value in enumerate(target[: max(0, high - low + 1)]):
                self.cmap.add_cid2unichr(low + offset, value)


class UnicodeMaps:
    """The tables of a document, each read once; TooMuch when they are longer than `MAX_TABLES_BYTES` together."""

    def __init__(self) -> None:
        self._known: dict[PDFStream, LazyUnicodeMap] = {}
        self._left = MAX_TABLES_BYTES

    def read(self, stream: PDFStream) -> LazyUnicodeMap:
        """The table in a stream; pdfminer's parser reads what is out of the ordinary."""
        if stream not in self._known:
            open_stream(stream)
            self._known[stream] = self._read(stream.get_data())
        return self._known[stream]

    def _read(self, data: bytes) -> LazyUnicodeMap:
        self._spend(len(data))
        table = LazyUnicodeMap()
        entries = read_entries(data)
        if entries is None:
            self._spend(_SLOW * len(data))
            LazyCMapParser(table, BytesIO(data)).run()
        else:
            for code, text in entries.chars:
                table.add_cid2unichr(code, text)
            table.ranges.extend(entries.ranges)
        return table

    def _spend(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise TooMuch(f"its ToUnicode tables are longer than {MAX_TABLES_BYTES:,} bytes")


def _text(code: bytes) -> str:
    text = code.decode("utf-16-be", "ignore") if len(code) > 1 else code.decode("latin-1")
    return text or UNMAPPED
