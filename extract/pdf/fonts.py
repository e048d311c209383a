"""What a glyph means: ToUnicode tables kept as ranges, and fonts that cannot be read told apart from text.

mPDF, TCPDF and FPDF write `<0000> <FFFF> <0000>` for every font; pdfminer expands such a range entry by entry
(65,536 of them, or 2^31 in a hostile file). Here a range stays a range and is looked up when a glyph asks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from pdfminer.cmapdb import CMapParser, UnicodeMap
from pdfminer.pdffont import PDFFont, PDFUnicodeNotDefined
from pdfminer.pdfinterp import PDFResourceManager
from pdfminer.pdftypes import PDFStream, list_value, resolve1
from pdfminer.psparser import PSKeyword, PSLiteral
from pdfminer.utils import choplist, nunpack

from extract.pdf.repair import UNMAPPED
from extract.pdf.streams import open_stream

MAX_TEXT_PER_GLYPH = 64
MAX_CODE = 0xFFFF

_NO_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffd\ufffe\uffff]")


class LazyUnicodeMap(UnicodeMap):
    """A ToUnicode table; an entry that maps to nothing becomes `UNMAPPED`, so that a lost nikhahit leaves a trace."""

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
        # later entries win, as when they are expanded in order
        for first, last, start in reversed(self.ranges):
            if first <= cid <= last:
                value = int.from_bytes(start[-4:], "big") + cid - first
                tail = (value & 0xFFFFFFFF).to_bytes(4, "big")[4 - len(start[-4:]) :]
                return _text(start[:-4] + tail)
        raise KeyError(cid)

    def add_cid2unichr(self, cid: int, code: PSLiteral | bytes | int) -> None:
        """Record one code; a no-break space never displaces a space (some fonts map both to one code)."""
        if not isinstance(code, bytes):
            return
        text = _text(code)
        if text == "\u00a0" and self.cid2unichr.get(cid) == " ":
            return
        self.cid2unichr[cid] = text


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


class UnreadableFont(PDFFont):
    """Stands in for a font that pdfminer cannot construct: every glyph of it is counted as undefined."""

    def __init__(self) -> None:
        super().__init__({"FontBBox": [0, 0, 0, 0]}, {}, default_width=500)

    def to_unichr(self, cid: int) -> str:
        """Nothing is known of any glyph."""
        raise PDFUnicodeNotDefined(None, cid)


class FontManager(PDFResourceManager):
    """Builds each font of a document once, with lazy ToUnicode tables and bounded width tables."""

    def __init__(self) -> None:
        super().__init__(caching=True)
        self._texts: dict[PDFFont, dict[int, str | None]] = {}

    def get_font(self, objid: object, spec: Mapping[str, object]) -> PDFFont:
        """The font of `spec`; one that cannot be constructed is an UnreadableFont, not the end of the file."""
        if objid and objid in self._cached_fonts:
            return self._cached_fonts[objid]
        font = self._build(dict(spec))
        if objid:
            self._cached_fonts[objid] = font
        return font

    def _build(self, spec: dict[str, Any]) -> PDFFont:
        to_unicode = resolve1(spec.get("ToUnicode"))
        table: LazyUnicodeMap | None = None
        if isinstance(to_unicode, PDFStream):
            open_stream(to_unicode)
            table = LazyUnicodeMap()
            LazyCMapParser(table, BytesIO(to_unicode.get_data())).run()
            spec["ToUnicode"] = PDFStream({}, b"")  # keeps pdfminer from expanding it
        if "W" in spec:
            spec["W"] = bounded_widths(list_value(spec["W"]))
        descriptor = resolve1(spec.get("FontDescriptor"))
        for name in ("FontFile", "FontFile2"):
            program = resolve1(descriptor.get(name)) if isinstance(descriptor, dict) else None
            if isinstance(program, PDFStream):
                open_stream(program)
        try:
            font = super().get_font(None, spec)
        except (MemoryError, RecursionError):
            raise
        except Exception:  # fonts are broken in every way there is; what counts is whether their text can be read
            return UnreadableFont()
        if table is not None and hasattr(font, "unicode_map"):
            font.unicode_map = table
        return font

    def glyph_text(self, font: PDFFont, cid: int) -> str | None:
        """The text of a glyph; None when it is undefined; `UNMAPPED` when its table maps it to nothing."""
        texts = self._texts.setdefault(font, {})
        if cid not in texts:
            try:
                text: str | None = font.to_unichr(cid)
            except (PDFUnicodeNotDefined, KeyError, ValueError, OverflowError):
                text = None
            texts[cid] = None if text is None or len(text) > MAX_TEXT_PER_GLYPH or _NO_TEXT.search(text) else text
        return texts[cid]


def bounded_widths(entries: list[Any] | tuple[Any, ...]) -> list[Any]:
    """A CID width array without ranges beyond 65,535, the highest code there is.

    >>> bounded_widths([0, 2_000_000_000, 500])
    [0, 65535, 500]
    >>> bounded_widths([3, [250, 300], 10, 20, 500])
    [3, [250, 300], 10, 20, 500]
    """
    result: list[Any] = []
    pending = 0
    for raw in entries:
        value = resolve1(raw)
        if isinstance(value, list):
            pending = 0
        else:
            pending += 1
            if pending == 2 and isinstance(value, int):
                value = min(value, MAX_CODE)
            pending %= 3
        result.append(value)
    return result


def _text(code: bytes) -> str:
    text = code.decode("utf-16-be", "ignore") if len(code) > 1 else code.decode("latin-1")
    return text or UNMAPPED
