"""The fonts of a PDF, built once each and no further than text needs.

pdfminer's own classes are slow to build: they read the whole ToUnicode table and unpack every font program. Here a
program is unpacked when a glyph must be looked at; what glyphs mean is the matter of `meanings`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pdfminer.cmapdb import CMap
from pdfminer.pdffont import (
    PDFCIDFont,
    PDFFont,
    PDFSimpleFont,
    PDFTrueTypeFont,
    PDFType1Font,
    PDFType3Font,
    PDFUnicodeNotDefined,
)
from pdfminer.pdfinterp import PDFResourceManager
from pdfminer.pdftypes import PDFStream, dict_value, list_value, resolve1
from pdfminer.psparser import LIT

from extract.pdf.code_map import MappedFont, read_code_map
from extract.pdf.font_tables import cid_tables, data_of, name_of, simple_tables
from extract.pdf.meanings import Meanings
from extract.pdf.programs import Effort
from extract.pdf.streams import Damaged, TooMuch
from extract.pdf.unicode_map import MAX_CODE, LazyCMapParser, LazyUnicodeMap, UnicodeMaps

__all__ = ["FontManager", "LazyCMapParser", "LazyUnicodeMap", "UnreadableFont", "bounded_widths"]

MAX_TEXT_PER_GLYPH = 64
MAX_WIDTHS = 2 * (MAX_CODE + 1)

_CID_FONTS = ("CIDFontType0", "CIDFontType2")
_IDENTITY_H, _IDENTITY_V = LIT("Identity-H"), LIT("Identity-V")
_NO_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffd\ufffe\uffff]")


class UnreadableFont(PDFFont):
    """Stands in for a font that pdfminer cannot construct: every glyph of it is counted as undefined."""

    def __init__(self) -> None:
        super().__init__({"FontBBox": [0, 0, 0, 0]}, {}, default_width=500)

    def to_unichr(self, cid: int) -> str:
        """Nothing is known of any glyph."""
        raise PDFUnicodeNotDefined(None, cid)


class FontManager(PDFResourceManager):
    """Builds each font of a document once, and says what its glyphs mean.

    `claims_are_checked`: the producer writes an /ActualText wherever its tables do not say what is meant. cairo does,
    and where marks are drawn in another order than they are written, its tables may call ์ ุ and mean it. Set it to
    False before drawing a document in which no page has an /ActualText.
    """

    def __init__(self) -> None:
        super().__init__(caching=True)
        self.claims_are_checked = True
        self._texts: dict[PDFFont, dict[int, str | None]] = {}
        self._meanings: dict[PDFFont, Meanings] = {}
        self._tables = UnicodeMaps()
        self._effort = Effort()

    def get_font(self, objid: object, spec: Mapping[str, object]) -> PDFFont:
        """The font of `spec`; one that cannot be constructed is an UnreadableFont, not the end of the file."""
        if objid and objid in self._cached_fonts:
            return self._cached_fonts[objid]
        font = self._build(dict(spec))
        if objid:
            self._cached_fonts[objid] = font
        return font

    def glyph_text(self, font: PDFFont, cid: int) -> str | None:
        """The text of a glyph, or a sentinel of `repair`; None when nothing is known of it."""
        texts = self._texts.setdefault(font, {})
        if cid not in texts:
            meanings = self._meanings.get(font)
            text = meanings.text(cid) if meanings is not None else None
            texts[cid] = None if text is None or len(text) > MAX_TEXT_PER_GLYPH or _NO_TEXT.search(text) else text
        return texts[cid]

    def _build(self, spec: dict[str, Any]) -> PDFFont:
        table = None
        try:
            if name_of(spec.get("Subtype")) == "Type0":
                whole, spec = spec, dict(dict_value(list_value(spec["DescendantFonts"])[0]))
                spec |= {key: whole[key] for key in ("Encoding", "ToUnicode") if key in whole}
                if name_of(spec.get("Subtype")) not in _CID_FONTS:
                    raise ValueError("a composite font without a font of CIDs")
            descriptor = dict_value(spec.get("FontDescriptor", {}))
            to_unicode = resolve1(spec.pop("ToUnicode", None))
            if isinstance(to_unicode, PDFStream):
                table = self._tables.read(to_unicode)
            elif to_unicode is not None:
                spec["ToUnicode"] = to_unicode  # the name of a known table
            font = _construct(self, spec, descriptor, has_table=table is not None)
            if table is not None:
                font.unicode_map = table
            if isinstance(font, PDFCIDFont):
                if type(font.cmap) is CMap and not font.cmap.code2cid:
                    return UnreadableFont()  # pdfminer's answer to an encoding nobody knows, which reads no text at all
                tables = cid_tables(font, spec, descriptor, table, self._effort)
            else:
                tables = simple_tables(font, spec, descriptor, table, self._effort)
        except (MemoryError, RecursionError, TooMuch, Damaged):
            raise
        except Exception:  # fonts are broken in every way there is; what counts is whether their text can be read
            return UnreadableFont()
        self._meanings[font] = Meanings(tables, self._effort, lambda: self.claims_are_checked)
        return font


def bounded_widths(entries: list[Any] | tuple[Any, ...], numbers: int = 3) -> list[Any]:
    """A CID width array without codes beyond 65,535, the highest there is, and without ranges beyond all measure.

    `numbers`: how many make up a range, 3 in a W array and 5 in a W2 array.

    >>> bounded_widths([0, 2_000_000_000, 500])
    [0, 65535, 500]
    >>> bounded_widths([3, [250, 300], 10, 20, 500])
    [3, [250, 300], 10, 20, 500]
    """
    result: list[Any] = []
    pending: list[Any] = []
    codes = 0
    for raw in entries:
        value = resolve1(raw)
        if isinstance(value, list):
            result += [*pending[-1:], value]
            pending = []
            continue
        pending.append(value)
        if len(pending) == numbers:
            first, last = pending[:2]
            if isinstance(first, int) and isinstance(last, int):
                pending[1] = last = min(last, MAX_CODE)
                codes += max(0, last - first + 1)
            if codes <= MAX_WIDTHS:
                result += pending
            pending = []
    return result


def _construct(
    manager: FontManager, spec: dict[str, Any], descriptor: dict[str, Any], *, has_table: bool
) -> PDFCIDFont | PDFSimpleFont:
    """pdfminer's font, kept from doing what is done here: reading the ToUnicode table and the program."""
    kind = name_of(spec.get("Subtype"))
    kept = dict(descriptor)
    spec = dict(spec)
    if "FontDescriptor" in spec:
        spec["FontDescriptor"] = kept
    if has_table:
        spec["ToUnicode"] = PDFStream({}, b"")
    if kind in _CID_FONTS:
        kept.pop("FontFile2", None)
        for key, numbers in (("W", 3), ("W2", 5)):
            if key in spec:
                spec[key] = bounded_widths(list_value(spec[key]), numbers)
        encoding = resolve1(spec.get("Encoding"))
        if not isinstance(encoding, PDFStream):
            return PDFCIDFont(manager, spec)
        code_map = read_code_map(encoding)
        spec["Encoding"] = _IDENTITY_V if code_map.is_vertical() else _IDENTITY_H
        font = MappedFont(manager, spec)
        font.code_map = code_map
        return font
    if kind == "Type3":
        return PDFType3Font(manager, spec)
    if data_of(kept.get("FontFile")) is None:
        kept.pop("FontFile", None)
    return PDFTrueTypeFont(manager, spec) if kind == "TrueType" else PDFType1Font(manager, spec)
