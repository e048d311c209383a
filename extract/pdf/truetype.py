"""TrueType programs, as nearly all producers embed them; the first ten bytes of a glyph tell its box."""

from __future__ import annotations

import struct

from extract.pdf.outlines import Box, Outline, polygon
from extract.pdf.programs import DAMAGE, Effort, FontProgram
from extract.pdf.sfnt import SfntTables

_MAX_DEPTH = 5
_MAX_POINTS = 4_000

_ON_CURVE, _X_SHORT, _Y_SHORT, _REPEAT, _X_SAME, _Y_SAME = 1, 2, 4, 8, 16, 32
_WORDS, _IS_OFFSET, _SCALE, _MORE, _TWO_SCALES, _MATRIX = 1, 2, 8, 32, 64, 128

_Contour = list[tuple[float, float, bool]]


class TrueTypeProgram(FontProgram):
    """A program with a glyf table."""

    def __init__(self, data: bytes, effort: Effort) -> None:
        super().__init__(effort)
        self._data = data
        self._tables = SfntTables(data, effort)
        self._places = self._tables.places
        head, _ = self._places[b"head"]
        (self._units,) = struct.unpack_from(">H", data, head + 18)
        (self._has_long_places,) = struct.unpack_from(">h", data, head + 50)
        (self._count,) = struct.unpack_from(">H", data, self._places[b"maxp"][0] + 4)
        if not self._units or b"glyf" not in self._places or b"loca" not in self._places:
            raise ValueError("a font without glyphs")

    def named(self) -> dict[int, str]:
        """By its character map and the names in its post table."""
        return self._tables.names

    def box(self, glyph: int) -> Box | None:
        """From the first ten bytes of the glyph."""
        try:
            start, end = self._place(glyph)
            if end - start < 10:
                return None
            contours, *box = struct.unpack_from(">5h", self._data, start)
        except DAMAGE:
            return None
        left, bottom, right, top = (value / self._units for value in box)
        return Box(contours if contours >= 0 else len(self.outline(glyph) or ()), left, bottom, right, top)

    def advance(self, glyph: int) -> float | None:
        """From the hmtx table."""
        advance = self._tables.advance(glyph)
        return None if advance is None else advance / self._units

    def is_blank(self, glyph: int) -> bool:
        """Whether it is there without a single byte of an outline."""
        try:
            start, end = self._place(glyph)
        except DAMAGE:
            return False
        return start == end

    def glyph_of_code(self, code: int) -> int | None:
        """By a character map that is not one of Unicode."""
        return self._tables.glyph_of_code(code)

    def glyph_of_cid(self, cid: int) -> int | None:
        """A CID is the number of its glyph."""
        return cid

    def _place(self, glyph: int) -> tuple[int, int]:
        """Where the bytes of a glyph begin and end."""
        size = 4 if self._has_long_places else 2
        loca, length = self._places[b"loca"]
        if not 0 <= glyph < self._count or (glyph + 2) * size > length:
            raise LookupError(glyph)
        start, end = struct.unpack_from(">LL" if size == 4 else ">HH", self._data, loca + size * glyph)
        if size == 2:
            start, end = 2 * start, 2 * end
        glyf, length = self._places[b"glyf"]
        if not start <= end <= length:
            raise LookupError(glyph)
        return glyf + start, glyf + end

    def _draw(self, glyph: int) -> Outline:
        units = self._units
        return [
            polygon([(x / units, y / units, on) for x, y, on in contour])
            for contour in self._contours(glyph, _MAX_DEPTH)
            if contour
        ]

    def _contours(self, glyph: int, depth: int) -> list[_Contour]:
        start, end = self._place(glyph)
        if end - start < 10:
            return []
        (count,) = struct.unpack_from(">h", self._data, start)
        if count >= 0:
            return self._simple(start + 10, count)
        if not depth:
            raise ValueError("glyphs made of glyphs made of glyphs")
        return self._parts(start + 10, depth - 1)

    def _simple(self, at: int, count: int) -> list[_Contour]:
        data = self._data
        ends = struct.unpack_from(f">{count}H", data, at)
        total = max(ends, default=-1) + 1
        self._check_size(total)
        (instructions,) = struct.unpack_from(">H", data, at + 2 * count)
        at += 2 * count + 2 + instructions
        flags = bytearray()
        while len(flags) < total:
            flag = data[at]
            repeated = data[at + 1] if flag & _REPEAT else 0
            flags += bytes([flag]) * (1 + repeated)
            at += 2 if flag & _REPEAT else 1
        del flags[total:]
        rows = []
        for short, same in ((_X_SHORT, _X_SAME), (_Y_SHORT, _Y_SAME)):
            value, row = 0, []
            for flag in flags:
                if flag & short:
                    value += data[at] if flag & same else -data[at]
                    at += 1
                elif not flag & same:
                    value += int.from_bytes(data[at : at + 2], "big", signed=True)
                    at += 2
                row.append(float(value))
            rows.append(row)
        points = [(x, y, bool(flag & _ON_CURVE)) for x, y, flag in zip(*rows, flags, strict=True)]
        starts = [0, *(end + 1 for end in ends)]
        return [points[first : last + 1] for first, last in zip(starts, ends, strict=False)]

    def _parts(self, at: int, depth: int) -> list[_Contour]:
        """A glyph put together from others, each moved and perhaps turned or scaled."""
        result: list[_Contour] = []
        flags = _MORE
        while flags & _MORE:
            flags, part = struct.unpack_from(">HH", self._data, at)
            if not flags & _IS_OFFSET:
                raise ValueError("parts placed by their points")
            dx, dy = struct.unpack_from(">hh" if flags & _WORDS else ">bb", self._data, at + 4)
            at += 8 if flags & _WORDS else 6
            count = 4 if flags & _MATRIX else 2 if flags & _TWO_SCALES else 1 if flags & _SCALE else 0
            numbers = [number / 0x4000 for number in struct.unpack_from(f">{count}h", self._data, at)]
            at += 2 * count
            a, b, c, d = (
                numbers if count == 4 else (numbers[0], 0.0, 0.0, numbers[-1]) if count else (1.0, 0.0, 0.0, 1.0)
            )
            for contour in self._contours(part, depth):
                result.append([(a * x + c * y + dx, b * x + d * y + dy, on) for x, y, on in contour])
            self._check_size(sum(map(len, result)))
        return result

    def _check_size(self, points: int) -> None:
        self._effort.spend(10 + points)
        if points > _MAX_POINTS:
            raise ValueError("a glyph of too many points")
