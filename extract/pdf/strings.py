"""Strings of a font as text and width, and how they are shown: the text state, worked out once."""

from __future__ import annotations

from math import hypot
from typing import NamedTuple

from pdfminer.pdffont import PDFFont, PDFType3Font

from extract.pdf.fonts import FontManager
from extract.pdf.repair import UNDEFINED

_MOVED = 0.02  # of the font size; a smaller move of the pen is rounding
_INVISIBLE_RENDER_MODE = 3
_KNOWN_STRINGS = 20_000


class Shown(NamedTuple):
    """What a string of a font is: its text, its width for a font size of 1, and its glyphs one by one."""

    text: str
    width: float
    glyphs: tuple[tuple[int, str, float], ...]
    length: int
    undefined: int


class FontStrings(dict[bytes, Shown]):
    """The strings drawn in one font, each worked out once."""

    def __init__(self, font: PDFFont, fonts: FontManager) -> None:
        super().__init__()
        self.font, self.fonts = font, fonts
        self._glyphs: dict[int, tuple[int, str, float]] = {}
        self.is_multibyte, self.is_vertical = font.is_multibyte(), font.is_vertical()
        self.height = font.get_height() if isinstance(font, PDFType3Font) else 0.0

    def __missing__(self, string: bytes) -> Shown:
        known = self._glyphs
        glyphs = []
        for cid in self.font.decode(string):
            glyph = known.get(cid)
            if glyph is None:
                text = self.fonts.glyph_text(self.font, cid)
                glyph = known[cid] = (cid, UNDEFINED if text is None else text, self.font.char_width(cid))
            glyphs.append(glyph)
        text = "".join([text for _, text, _ in glyphs])
        width = sum([width for _, _, width in glyphs])
        shown = Shown(text, width, tuple(glyphs), len(glyphs), text.count(UNDEFINED))
        if len(self) >= _KNOWN_STRINGS:
            self.clear()
        self[string] = shown
        return shown


class TextStyle:
    """How strings are shown until the text state or the directions of its space change.

    `matrix` is the text matrix times the transformation of the page, without its translation.
    """

    def __init__(
        self,
        strings: FontStrings,
        matrix: tuple[float, float, float, float],
        *,
        fontsize: float,
        charspace: float,
        wordspace: float,
        scaling: float,
        render: int,
    ) -> None:
        a, b, c, d = matrix
        if strings.is_vertical:
            # the writing runs down along the second axis of its space
            a, b, c, d = c, d, a, b
            scaling, wordspace = 1.0, 0.0
        elif strings.is_multibyte:
            wordspace = 0.0
        scale = hypot(a, b)
        self.strings = strings
        self.size = abs(fontsize) * (scale or hypot(c, d)) or 1.0
        if strings.height:
            self.size = (abs(fontsize) * scale * strings.height) or self.size
        length = -(scale or 1.0) if strings.is_vertical else scale or 1.0
        ux, uy = self.direction = (a / length, b / length)
        # how far a step along each axis of the text's space goes along and across the direction of the writing
        self.along = (length, ux * c + uy * d)
        self.across = ux * d - uy * c
        self.moved = _MOVED * self.size / abs(length)
        self.per_unit = fontsize * scaling
        self.charspace, self.wordspace, self.scaling = charspace * scaling, wordspace * scaling, scaling
        self.has_gaps = bool(abs(self.charspace) > self.moved or self.wordspace)
        self.is_hidden = render == _INVISIBLE_RENDER_MODE
        self.is_plain = not (self.has_gaps or self.charspace or strings.is_vertical or self.is_hidden)
