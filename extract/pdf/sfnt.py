"""The tables of a TrueType or OpenType program that name its glyphs, read one by one and only when asked."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import cached_property

from pdfminer.encodingdb import name2unicode

from extract.pdf.programs import DAMAGE, Effort

_MAX_TABLES = 64
_MAX_SUBTABLES = 8
_UNICODE_TABLES = ((3, 10), (0, 6), (0, 4), (3, 1), (0, 3), (0, 2), (0, 1), (0, 0))
_CODE_TABLES = ((3, 0), (1, 0))
_MACINTOSH_NAMES = 258


class SfntTables:
    """`places`: where each table begins, and its length."""

    def __init__(self, data: bytes, effort: Effort) -> None:
        self._data = data
        self._effort = effort
        (count,) = struct.unpack_from(">H", data, 4)
        rows = (struct.unpack_from(">4sLLL", data, 12 + 16 * index) for index in range(min(count, _MAX_TABLES)))
        self.places = {name: (start, length) for name, _, start, length in rows}

    @cached_property
    def names(self) -> dict[int, str]:
        """The characters of glyphs, plainest first: by the Unicode map, or by the name of a glyph that is not in it."""
        result: dict[int, str] = {}
        for code, glyph in sorted(self._character_map(_UNICODE_TABLES).items()):
            if glyph and code < 0x110000 and not 0xD800 <= code < 0xE000:
                result[glyph] = result.get(glyph, "") + chr(code)
        try:
            for glyph, name in self._glyph_names():
                character = character_of_name(name) if glyph not in result else None
                if character is not None:
                    result[glyph] = character
        except DAMAGE:
            pass
        return result

    def glyph_of_code(self, code: int) -> int | None:
        """By the map of a symbol font, whose codes may be moved to U+F000, or by that of the Macintosh."""
        for table in self._code_maps:
            glyph = table.get(code) or table.get(0xF000 + code)
            if glyph:
                return glyph
        return None

    def advance(self, glyph: int) -> int | None:
        """From the hmtx table, whose last entry stands for all further glyphs; in units of the font."""
        try:
            (count,) = struct.unpack_from(">H", self._data, self.places[b"hhea"][0] + 34)
            place = self.places[b"hmtx"][0] + 4 * min(glyph, count - 1)
            (advance,) = struct.unpack_from(">H", self._data, place)
        except DAMAGE:
            return None
        return int(advance)

    @cached_property
    def _code_maps(self) -> list[dict[int, int]]:
        return [self._character_map((kind,)) for kind in _CODE_TABLES]

    def _glyph_names(self) -> Iterator[tuple[int, str]]:
        """From a post table of format 2, the only one that holds names beyond those of the Macintosh."""
        data = self._data
        start, length = self.places[b"post"]
        if data[start : start + 4] != b"\0\2\0\0":
            return
        (count,) = struct.unpack_from(">H", data, start + 32)
        self._effort.spend(count)
        indices = struct.unpack_from(f">{count}H", data, start + 34)
        names: list[str] = []
        at, end = start + 34 + 2 * count, start + length
        while at < end and len(names) < count:
            names.append(data[at + 1 : at + 1 + data[at]].decode("latin-1"))
            at += 1 + data[at]
        for glyph, index in enumerate(indices):
            if 0 <= index - _MACINTOSH_NAMES < len(names):
                yield glyph, names[index - _MACINTOSH_NAMES]

    def _character_map(self, kinds: tuple[tuple[int, int], ...]) -> dict[int, int]:
        """Codes and their glyphs, by the first table there is of these platforms and encodings."""
        try:
            base, _ = self.places[b"cmap"]
            (count,) = struct.unpack_from(">H", self._data, base + 2)
            places = {}
            for index in range(min(count, _MAX_SUBTABLES)):
                platform, encoding, offset = struct.unpack_from(">HHL", self._data, base + 4 + 8 * index)
                places[platform, encoding] = base + offset
            found = [places[kind] for kind in kinds if kind in places]
            return dict(self._subtable(found[0])) if found else {}
        except DAMAGE:
            return {}

    def _subtable(self, at: int) -> Iterator[tuple[int, int]]:
        data = self._data
        (kind,) = struct.unpack_from(">H", data, at)
        if kind == 0:
            yield from enumerate(data[at + 6 : at + 262])
        elif kind == 4:
            yield from self._segments(at)
        elif kind == 6:
            first, count = struct.unpack_from(">HH", data, at + 6)
            self._effort.spend(count)
            yield from enumerate(struct.unpack_from(f">{count}H", data, at + 10), first)
        elif kind == 12:
            (count,) = struct.unpack_from(">L", data, at + 12)
            for index in range(count):
                first, last, glyph = struct.unpack_from(">LLL", data, at + 16 + 12 * index)
                self._effort.spend(1 + max(0, last - first))
                for code in range(first, last + 1):
                    yield code, glyph + code - first

    def _segments(self, at: int) -> Iterator[tuple[int, int]]:
        """A character map of format 4."""
        data = self._data
        (double,) = struct.unpack_from(">H", data, at + 6)
        row = f">{double // 2}H"
        ends = struct.unpack_from(row, data, at + 14)
        starts, deltas, offsets = (struct.unpack_from(row, data, at + 16 + n * double) for n in (1, 2, 3))
        places = range(at + 16 + 3 * double, at + 16 + 4 * double, 2)
        for first, last, delta, offset, place in zip(starts, ends, deltas, offsets, places, strict=True):
            if first > last or first == 0xFFFF:
                continue
            self._effort.spend(1 + last - first)
            glyphs = struct.unpack_from(f">{1 + last - first}H", data, place + offset) if offset else ()
            for code in range(first, last + 1):
                glyph = glyphs[code - first] if offset else code
                yield code, (glyph + delta) & 0xFFFF if glyph else 0


def character_of_name(name: str) -> str | None:
    """What the name of a glyph says.

    >>> character_of_name("uni0E49.small"), character_of_name("maitholowleftthai"), character_of_name("g41")
    ('้', '\\uf88f', None)
    """
    try:
        text = name2unicode(name)
    except (KeyError, ValueError):
        return None
    return text if len(text) == 1 and not "\ud800" <= text < "\ue000" else None
