"""Font programs with PostScript outlines (CFF), read by fontTools.

fontTools takes 50 ms to import, so nothing imports this module before a CFF program must be looked into.
"""

from __future__ import annotations

from functools import cached_property
from io import BytesIO
from typing import Any

from fontTools.cffLib import CFFFontSet
from fontTools.encodings.StandardEncoding import StandardEncoding
from fontTools.misc.psCharStrings import T2OutlineExtractor

from extract.pdf.outlines import Outline
from extract.pdf.programs import Effort, FontProgram
from extract.pdf.sfnt import SfntTables, character_of_name

_MAX_CALLS = 12
_CURVE_STEPS = 4

_Point = tuple[float, float]


class CffProgram(FontProgram):
    """A CFF program, alone or in an OpenType program; its glyphs are known by names or by CIDs."""

    def __init__(self, data: bytes, effort: Effort) -> None:
        super().__init__(effort)
        self._sfnt: SfntTables | None = None
        if data.startswith(b"OTTO"):
            self._sfnt = SfntTables(data, effort)
            start, length = self._sfnt.places[b"CFF "]
            data = data[start : start + length]
        effort.spend(len(data) // 8)
        fonts = CFFFontSet()
        try:
            fonts.decompile(BytesIO(data), None)
            top: Any = fonts[0]
            self._order: list[str] = top.charset
            self._strings: Any = top.CharStrings
            self._has_cids = hasattr(top, "ROS")
            self._encoding: Any = None if self._has_cids else top.Encoding
            self._em = float(getattr(top, "FontMatrix", [0.001])[0]) or 0.001
        except Exception as error:  # fontTools trusts what it reads: any exception means a damaged program
            raise ValueError("a damaged CFF program") from error
        self._glyphs = {name: glyph for glyph, name in enumerate(self._order)}
        self._advances: dict[int, float] = {}

    def named(self) -> dict[int, str]:
        """By the character map of an OpenType program, and by the names of the glyphs."""
        return self._named

    @cached_property
    def _named(self) -> dict[int, str]:
        named = () if self._has_cids else ((glyph, character_of_name(name)) for glyph, name in enumerate(self._order))
        by_name = {glyph: character for glyph, character in named if character is not None}
        return by_name | (self._sfnt.names if self._sfnt is not None else {})

    def advance(self, glyph: int) -> float | None:
        """Written in the outline."""
        self.outline(glyph)
        return self._advances.get(glyph)

    def glyph_of_code(self, code: int) -> int | None:
        """By the encoding in the program."""
        names = StandardEncoding if self._encoding == "StandardEncoding" else self._encoding
        is_named = isinstance(names, list) and code < len(names) and names[code] != ".notdef"
        return self._glyphs.get(names[code]) if is_named else None

    def glyph_of_name(self, name: str) -> int | None:
        """By the list of names in the program."""
        return self._glyphs.get(name)

    def glyph_of_cid(self, cid: int) -> int | None:
        """By the list of CIDs in the program; without one a CID is the number of its glyph."""
        return self._glyphs.get(f"cid{cid:05d}") if self._has_cids else cid

    def _draw(self, glyph: int) -> Outline:
        pen = _Pen(self._em)
        try:
            string = self._strings[self._order[glyph]]
            self._advances[glyph] = _execute(string, pen, self._effort) * self._em
        except Exception as error:
            raise ValueError("a damaged glyph") from error
        return [contour for contour in pen.outline if len(contour) > 1]


class _Pen:
    """What fontTools draws on: cuts curves into straight pieces."""

    def __init__(self, em: float) -> None:
        self.outline: Outline = []
        self._em = em

    def moveTo(self, point: _Point) -> None:
        self.outline.append([self._scaled(point)])

    def lineTo(self, point: _Point) -> None:
        self.outline[-1].append(self._scaled(point))

    def curveTo(self, *points: _Point) -> None:
        (a, b), (c, d), (e, f), (g, h) = self.outline[-1][-1], *map(self._scaled, points)
        for step in range(1, _CURVE_STEPS + 1):
            t = step / _CURVE_STEPS
            k, m, n, p = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3
            self.outline[-1].append((k * a + m * c + n * e + p * g, k * b + m * d + n * f + p * h))

    def closePath(self) -> None:
        if len(self.outline[-1]) > 1 and self.outline[-1][0] == self.outline[-1][-1]:
            self.outline[-1].pop()

    def endPath(self) -> None:
        self.closePath()

    def _scaled(self, point: _Point) -> _Point:
        return point[0] * self._em, point[1] * self._em


def _execute(string: Any, pen: _Pen, effort: Effort) -> float:
    """Draw a glyph within the effort that is left; returns its advance."""

    class Bounded(T2OutlineExtractor):  # type: ignore[misc]
        def execute(self, string: Any, **options: Any) -> None:
            effort.spend(10 + len(string.bytecode or string.program or ()))
            if len(self.callingStack) > _MAX_CALLS:
                raise ValueError("subroutines of subroutines without end")
            super().execute(string, **options)

    private = string.private
    subroutines = getattr(private, "Subrs", [])
    extractor = Bounded(pen, subroutines, string.globalSubrs, private.nominalWidthX, private.defaultWidthX, private)
    extractor.execute(string)
    return float(extractor.width)
