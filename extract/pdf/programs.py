"""The font programs embedded in a PDF, read as far as they are evidence of what a glyph means.

Every length is in units of the em. A damaged program is no evidence: what cannot be read is None, and nothing more is
read once the document's `Effort` is spent.
"""

from __future__ import annotations

import struct

from extract.pdf.outlines import Box, Outline, box_of

MAX_EFFORT = 400_000
"""Points drawn and table entries read for one document; a Thai font has 10,000. It takes about a second."""

DAMAGE = (struct.error, ArithmeticError, LookupError, ValueError)
"""What reading a damaged program raises."""


class Effort:
    """How much may still be read and drawn as evidence for one document."""

    def __init__(self, amount: int = MAX_EFFORT) -> None:
        self._left = amount

    def spend(self, amount: int) -> None:
        """Take `amount` off; ValueError when nothing is left."""
        self._left -= amount
        if self._left < 0:
            raise ValueError("no effort is left for evidence in fonts")


class FontProgram:
    """What a program says of its glyphs, each known by its number."""

    def __init__(self, effort: Effort) -> None:
        self._effort = effort
        self._outlines: dict[int, Outline | None] = {}

    def named(self) -> dict[int, str]:
        """The glyphs with the characters that the program gives them, plainest first, by its map or their names."""
        raise NotImplementedError

    def box(self, glyph: int) -> Box | None:
        """Where the glyph is drawn; None when it is not there or draws nothing."""
        outline = self.outline(glyph)
        return box_of(outline) if outline else None

    def advance(self, glyph: int) -> float | None:
        """How far the pen moves after the glyph."""
        raise NotImplementedError

    def glyph_of_code(self, code: int) -> int | None:
        """The glyph that a simple font draws for `code` by its own encoding."""
        raise NotImplementedError

    def glyph_of_name(self, name: str) -> int | None:
        """The glyph that an encoding in the PDF calls `name`."""
        return None

    def glyph_of_cid(self, cid: int) -> int | None:
        """The glyph of a CID in a font without a table of its own from CIDs to glyphs."""
        raise NotImplementedError

    def is_blank(self, glyph: int) -> bool:
        """Whether the glyph is there and draws nothing."""
        return self.outline(glyph) == []

    def outline(self, glyph: int) -> Outline | None:
        """What the glyph draws; None when that cannot be read."""
        if glyph not in self._outlines:
            try:
                self._outlines[glyph] = self._draw(glyph)
            except DAMAGE:
                self._outlines[glyph] = None
        return self._outlines[glyph]

    def _draw(self, glyph: int) -> Outline:
        raise NotImplementedError


def read_program(data: bytes, effort: Effort) -> FontProgram | None:
    """The program in `data`: TrueType, OpenType with CFF, or CFF alone; None when it is none of these or damaged."""
    # the readers know this module, and fontTools, which reads CFF, takes 50 ms to import
    try:
        if data[:4] in (b"\0\1\0\0", b"true"):
            from extract.pdf.truetype import TrueTypeProgram

            return TrueTypeProgram(data, effort)
        if data[:4] == b"OTTO" or data[:1] == b"\1":
            from extract.pdf.cff import CffProgram

            return CffProgram(data, effort)
    except DAMAGE:
        return None
    return None
