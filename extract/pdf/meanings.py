"""What the glyphs of one font mean: what its tables claim, checked against what the embedded program shows.

Producers lose or swap entries of ToUnicode where several glyphs make one Thai syllable: WeasyPrint maps a mark to
nothing, pdfkit maps nikhahit to mai tho, LibreOffice and Ghostscript leave marks out or map one to `้ำ`. A claim
stands unless the program contradicts it. A glyph without a claim, or with one that cannot be, means what the program
itself calls it (character map, glyph name), what only one mark is drawn like (nikhahit is a ring), or what the glyphs
mean of which it is a copy. Where none of this decides, it has no meaning: a letter is lost, and is said to be.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property

from extract.pdf.font_tables import FontTables
from extract.pdf.outlines import (
    ALIKE,
    Box,
    has_ring,
    is_copy,
    is_ring,
    likeness,
    may_be_alike,
    may_be_copy,
    may_be_ring,
    silhouette,
)
from extract.pdf.programs import DAMAGE, Effort, FontProgram
from extract.pdf.repair import MARKS, PRIVATE_USE, REST, UNMAPPED

_NIKHAHIT, _SARA_AM, _SARA_AA = "\u0e4d", "\u0e33", "\u0e32"
_BELOW = frozenset("\u0e38\u0e39\u0e3a")
_DRAWN_ALIKE = frozenset("\u0e35\u0e37")  # ี and ื: likeness cannot tell them apart
_THAI = "".join(map(chr, range(0x0E01, 0x0E5C)))
_MARKS = "".join(re.findall(f"[{MARKS}]", _THAI))
# Thai together with letters of scripts that no form mixes with it: an entry whose bytes were garbled
_GARBLED = re.compile("(?=.*[\u0e01-\u0e5b]).*[\u0100-\u0dff\u0e80-\u1fff\u2c00-\ud7ff\ue000-\uf6ff\uf900-\uffff]")

_MARKS_STAND_ABOVE = 0.25  # of the em; those below a letter stand under the line
_MAX_KNOWN = 600
_COST_OF_COMPARING = 8  # in points


class Meanings:
    """The texts of the codes of one font; `effort` is shared by all fonts of a document."""

    def __init__(self, tables: FontTables, effort: Effort, claims_are_checked: Callable[[], bool]) -> None:
        self._tables = tables
        self._effort = effort
        self._claims_are_checked = claims_are_checked
        self._pictures: dict[int, int | None] = {}

    def text(self, code: int) -> str | None:
        """What `code` draws: text, or None when that is not known.

        UNMAPPED is a mark that is said to be nothing, REST a glyph whose letters stand in an entry before it.
        """
        claim = self._tables.claim(code)
        if self._tables.chooses_codes:
            if claim is not None and claim != UNMAPPED:
                return claim
            if self._tables.has_clusters:
                return REST
        if claim is None or claim == UNMAPPED or _GARBLED.match(claim):
            shown = self._shown(code)
            is_nameless_mark = shown is None and claim == UNMAPPED and not self._tables.width(code)
            return UNMAPPED if is_nameless_mark else shown
        if len(claim) > 1:
            return self._own_part(code, claim)
        if claim in _THAI:
            return self._checked(code, claim)
        if claim not in PRIVATE_USE and not self._tables.width(code) and self._is_mark(*self._glyph(code)):
            return self._shown(code)
        return claim

    def _own_part(self, code: int, claim: str) -> str | None:
        """The letter that a glyph draws itself where its entry holds the whole syllable."""
        program, glyph = self._glyph(code)
        if program is None or glyph is None:
            return claim
        letters = claim.replace(_SARA_AM, _NIKHAHIT + _SARA_AA)
        called = self._called(program, glyph)
        if called:
            return next((letter for letter in called if letter in letters), claim)
        return _NIKHAHIT if _NIKHAHIT in letters and self._is_nikhahit(program, glyph) else claim

    def _checked(self, code: int, claim: str) -> str | None:
        """A Thai letter as claimed, unless the program calls it another, or it is drawn as another."""
        if code == ord(claim):
            return claim  # the producer looked the character up in the font
        program, glyph = self._glyph(code)
        if program is None or glyph is None:
            return claim
        called = self._called(program, glyph)
        if called:
            return claim if claim in called else next((letter for letter in called if letter in _THAI), claim)
        if claim in (_SARA_AM, _SARA_AA):
            return self._sara_aa_or_am(program, glyph, claim)
        box = program.box(glyph) if claim in _MARKS else None
        if box is None:
            return claim
        if not _is_on_its_side(claim, box):
            if glyph in self._exchanged or self._claims_are_checked():
                return self._exchanged.get(glyph, claim)
            return self._drawn(program, glyph)
        return _NIKHAHIT if self._is_nikhahit(program, glyph) else claim

    def _sara_aa_or_am(self, program: FontProgram, glyph: int, claim: str) -> str:
        """ำ, whose glyph has a ring of its own, or า, which stands for both in producers that take it apart."""
        box = program.box(glyph)
        if box is None:
            return claim
        if claim == _SARA_AM and box.contours < 3:
            return _SARA_AA if program.advance(glyph) else _NIKHAHIT if self._is_nikhahit(program, glyph) else claim
        outline = program.outline(glyph) if claim == _SARA_AA and box.contours > 2 else None
        return _SARA_AM if outline and has_ring(outline) else claim

    def _shown(self, code: int) -> str | None:
        """What the program says of a glyph of which the tables say nothing that can be."""
        program, glyph = self._glyph(code)
        if program is None or not glyph:  # glyph 0 stands for letters that the font does not have
            return None
        called = self._called(program, glyph)
        if called and (called[0] in _MARKS or not self._is_mark(program, glyph)):
            return called[0]
        if program.is_blank(glyph):
            return " " if program.advance(glyph) else ""
        return self._drawn(program, glyph)

    def _drawn(self, program: FontProgram, glyph: int) -> str | None:
        """What a glyph is by its outline alone."""
        if self._is_nikhahit(program, glyph) and self._is_mark(program, glyph):
            return _NIKHAHIT
        try:
            self._effort.spend(_COST_OF_COMPARING * len(self._known))
        except ValueError:
            return None
        copied = set(self._copied(program, glyph))
        if not copied and self._is_mark(program, glyph):
            copied = set(self._resembled(program, glyph)) - _DRAWN_ALIKE
        return copied.pop() if len(copied) == 1 else None

    def _copied(self, program: FontProgram, glyph: int) -> Iterator[str]:
        """The letters of which the glyph is a copy, moved: Thai fonts keep each tone mark in several heights."""
        box, outline = program.box(glyph), program.outline(glyph)
        if box is None or not outline:
            return
        for other, (letter, place) in self._known.items():
            if other != glyph and may_be_copy(box, place) and _is_on_its_side(letter, box):
                twin = program.outline(other)
                if twin and is_copy(outline, twin):
                    yield letter

    def _resembled(self, program: FontProgram, glyph: int) -> Iterator[str]:
        """The marks of which the glyph is a smaller or narrower copy."""
        box, picture = program.box(glyph), self._picture(program, glyph)
        if box is None or picture is None:
            return
        for other, (letter, place) in self._known.items():
            if other != glyph and letter in _MARKS and may_be_alike(box, place) and _is_on_its_side(letter, box):
                known = self._picture(program, other)
                if known is not None and likeness(picture, known) >= ALIKE:
                    yield letter

    @cached_property
    def _known(self) -> dict[int, tuple[str, Box]]:
        """The glyphs of Thai letters that nothing contradicts, with the places where they are drawn."""
        program = self._program
        result: dict[int, tuple[str, Box]] = {}
        if program is None:
            return result
        claimed = (
            (letter, glyph)
            for letter in [*_THAI, *PRIVATE_USE]
            for code in self._tables.codes_of(letter)
            if self._tables.claim(code) == letter and (glyph := self._tables.glyph_of(program, code))
        )
        for letter, glyph in [*((letters[0], glyph) for glyph, letters in self._names.items()), *claimed]:
            plain = PRIVATE_USE.get(letter, letter)
            box = program.box(glyph) if glyph not in result and plain in _THAI else None
            if box is None or len(result) >= _MAX_KNOWN:
                continue
            if (
                glyph in self._names
                or plain not in _MARKS
                or plain == _NIKHAHIT
                or not self._is_nikhahit(program, glyph)
            ):
                result[glyph] = plain, box
        return result

    @cached_property
    def _exchanged(self) -> dict[int, str]:
        """The two glyphs of which each has the entry of the other: one below the line, one above it, both wrongly.

        LibreOffice gives the marks of a syllable such as ปุ๋ย to its glyphs in the wrong order. Empty when more than two
        are on the wrong side, so that it cannot be told which belong together.
        """
        program = self._program
        if program is None:
            return {}
        wrong: dict[bool, dict[int, str]] = {True: {}, False: {}}
        for letter in _MARKS:
            for code in self._tables.codes_of(letter):
                glyph = self._tables.glyph_of(program, code) if self._tables.claim(code) == letter else None
                box = program.box(glyph) if glyph else None
                if glyph and box is not None and not _is_on_its_side(letter, box):
                    wrong[letter in _BELOW][glyph] = letter
        above, below = wrong[True], wrong[False]  # where they are drawn
        if len(above) != 1 or len(below) != 1:
            return {}
        (high, low_letter), (low, high_letter) = *above.items(), *below.items()
        return {high: high_letter, low: low_letter}

    def _is_mark(self, program: FontProgram | None, glyph: int | None) -> bool:
        """Whether a glyph is drawn above or below a letter: the pen does not move, and it stands off the line."""
        if program is None or glyph is None or program.advance(glyph) != 0:
            return False
        box = program.box(glyph)
        return box is not None and (box.bottom > _MARKS_STAND_ABOVE or box.top <= 0)

    def _is_nikhahit(self, program: FontProgram, glyph: int) -> bool:
        """Whether a glyph is a ring above the letters."""
        box = program.box(glyph)
        if box is None or not may_be_ring(box) or box.bottom <= _MARKS_STAND_ABOVE:
            return False
        outline = program.outline(glyph)
        return outline is not None and is_ring(outline)

    def _called(self, program: FontProgram, glyph: int) -> str:
        """The characters that the program itself gives to the glyph, in plain letters."""
        names = [PRIVATE_USE.get(name, name) for name in self._names.get(glyph, "")]
        return "".join(name for name in names if name.isprintable())

    def _picture(self, program: FontProgram, glyph: int) -> int | None:
        if glyph not in self._pictures:
            outline = program.outline(glyph)
            try:
                self._pictures[glyph] = silhouette(outline) if outline else None
            except DAMAGE:  # numbers beyond all measure
                self._pictures[glyph] = None
        return self._pictures[glyph]

    def _glyph(self, code: int) -> tuple[FontProgram | None, int | None]:
        program = self._program
        return program, None if program is None else self._tables.glyph_of(program, code)

    @cached_property
    def _program(self) -> FontProgram | None:
        return self._tables.program()

    @cached_property
    def _names(self) -> dict[int, str]:
        return self._program.named() if self._program is not None else {}


def _is_on_its_side(letter: str, box: Box) -> bool:
    """Whether a mark is drawn above the line, or below it, as it must be; letters stand anywhere."""
    if letter in _BELOW:
        return box.bottom < 0
    return box.bottom >= 0 or letter not in _MARKS
