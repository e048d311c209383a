"""The encoding of a composite font that is embedded in the PDF: how bytes are cut into codes, and the CID of each.

pdfminer knows such an encoding by its name alone, and when the name tells it nothing, it reads no text at all. Here
the codes themselves are what a font decodes to, because ToUnicode tables are made for codes; widths and glyphs go by
the CID of a code.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from pdfminer.cmapdb import CMapBase, CMapParser
from pdfminer.pdffont import PDFCIDFont
from pdfminer.pdftypes import PDFStream, int_value, resolve1
from pdfminer.psparser import PSKeyword, PSLiteral
from pdfminer.utils import choplist

from extract.pdf.streams import open_stream

MAX_RANGES = 5_000
MAX_SPACES = 100
_IDENTITY = ("Identity-H", "Identity-V", "Identity")


class CodeMap(CMapBase):
    """`spaces`: the lowest and the highest bytes of codes; `ranges`: first code, last code, CID of the first."""

    def __init__(self) -> None:
        super().__init__()
        self.spaces: list[tuple[bytes, bytes]] = []
        self.ranges: list[tuple[int, int, int]] = []
        self._cids: dict[int, int] = {}

    def decode(self, code: bytes) -> Iterator[int]:
        """The codes in a string; bytes that begin none are cut as if they were the shortest there is."""
        sizes = sorted({len(lows) for lows, _ in self.spaces}) or [2]
        at = 0
        while at < len(code):
            size = next((size for size in sizes if self._is_code(code[at : at + size])), sizes[0])
            yield int.from_bytes(code[at : at + size], "big")
            at += size

    def cid(self, code: int) -> int:
        """The CID of a code; 0, which is no letter, when there is none."""
        if code not in self._cids:
            found = (cid + code - first for first, last, cid in reversed(self.ranges) if first <= code <= last)
            self._cids[code] = next(found, 0)
        return self._cids[code]

    def add(self, first: object, last: object, cid: object) -> None:
        """A range of CIDs; ValueError when there are too many."""
        if isinstance(first, bytes) and isinstance(last, bytes) and isinstance(cid, int):
            if len(self.ranges) >= MAX_RANGES:
                raise ValueError(f"an encoding of more than {MAX_RANGES:,} ranges")
            self.ranges.append((int.from_bytes(first, "big"), int.from_bytes(last, "big"), cid))

    def add_space(self, lows: object, highs: object) -> None:
        """Codes whose every byte lies between those of `lows` and `highs`."""
        if not isinstance(lows, bytes) or not isinstance(highs, bytes):
            return
        if 0 < len(lows) == len(highs) <= 4 and len(self.spaces) < MAX_SPACES:
            self.spaces.append((lows, highs))

    def _is_code(self, code: bytes) -> bool:
        return any(
            len(code) == len(lows)
            and all(low <= byte <= high for low, byte, high in zip(lows, code, highs, strict=True))
            for lows, highs in self.spaces
        )


class MappedFont(PDFCIDFont):
    """A composite font with an embedded encoding; what it calls a CID outwards is a code."""

    code_map: CodeMap

    def decode(self, bytes: bytes) -> Iterator[int]:
        """The codes in a string."""
        return self.code_map.decode(bytes)

    def char_width(self, cid: int) -> float:
        """By the CID of the code."""
        return super().char_width(self.code_map.cid(cid))


def read_code_map(stream: PDFStream) -> CodeMap:
    """The encoding in a stream; ValueError when it is built on another that is not plain Identity."""
    open_stream(stream)
    result = CodeMap()
    base = resolve1(stream.get("UseCMap"))
    if base is not None:
        _use(result, base)
    _Parser(result, BytesIO(stream.get_data())).run()
    result.attrs["WMode"] = int_value(stream.get("WMode", result.attrs.get("WMode", 0)))
    if not result.ranges:
        raise ValueError("an encoding without CIDs")
    return result


class _Parser(CMapParser):
    cmap: CodeMap

    def do_keyword(self, pos: int, token: PSKeyword) -> None:
        """Take over what makes an encoding; pdfminer's parser is made for ToUnicode tables."""
        if token is self.KEYWORD_ENDCODESPACERANGE:
            for first, last in choplist(2, self._values()):
                self.cmap.add_space(first, last)
        elif token is self.KEYWORD_ENDCIDRANGE:
            for first, last, cid in choplist(3, self._values()):
                self.cmap.add(first, last, cid)
        elif token is self.KEYWORD_ENDCIDCHAR:
            for code, cid in choplist(2, self._values()):
                self.cmap.add(code, code, cid)
        elif token is self.KEYWORD_USECMAP:
            _use(self.cmap, self._values()[-1:][0])
        else:
            super().do_keyword(pos, token)

    def _values(self) -> list[Any]:
        return [value for _, value in self.popall()]


def _use(code_map: CodeMap, base: object) -> None:
    """Begin with another encoding, of which only Identity is known here."""
    if not isinstance(base, PSLiteral) or base.name not in _IDENTITY:
        raise ValueError("an encoding built on another one")
    code_map.add_space(b"\0\0", b"\xff\xff")
    code_map.add(b"\0\0", b"\xff\xff", 0)
