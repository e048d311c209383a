"""Pieces of text on one baseline: where a line ends, what fills a gap in it, and which gaps are spaces."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import inf

from extract.pdf.placed import Part
from extract.pdf.repair import MARKS, PRIVATE_MARKS, UNREAD

# All in units of the font size.
NEW_LINE = 0.4
"""The baseline moves this far: a new line (a raised ordinal moves less)."""
WORD_GAP = 0.17
_NEW_LINE_FOR_MARKS = 0.9  # a mark alone may be raised above a tall consonant
_GOES_BACK = 0.9  # the pen goes back this far on the same baseline: another cell
_PART_GAP = 0.5  # so wide a gap may be that between two cells
_THAI_GAP = 0.24  # between two Thai letters: text spread to both margins has gaps inside its words
_AM_GAP = 0.6  # after ำ, whose width fpdf2 counts twice
_BEFORE = 0.1  # a letter that begins this far before the last one was drawn out of order
_OVERLAP = 0.15  # what fills a gap may overlap its neighbours by this
_ADJOINING = 0.5  # what is drawn left of a whole line belongs to it when it is this near
_SAME_PLACE = 0.15  # the same text drawn again here is a bold letter made by hand

_MARK = f"{MARKS}{UNREAD}{PRIVATE_MARKS}"
MARKS_ONLY = re.compile(f"[{_MARK}]+")
MARK_LETTERS = frozenset(filter(MARKS_ONLY.match, map(chr, range(0x0E00, 0xF900))))
_THAI = re.compile("[\u0e01-\u0e5b\uf700-\uf71a]")
_TAKES_NO_SPACE = re.compile(f"[{_MARK}\u0e32\u0e33\u0e45]")

Direction = tuple[float, float]
Piece = tuple[str, float, float, float, bool]
"""Text, start, end, font size, and whether it is marks only, which never move the pen."""


@dataclass(slots=True)
class Run:
    """Text drawn in one go: its places along and across the direction it is written in, and its font size."""

    text: str
    start: float
    end: float
    baseline: float
    size: float
    direction: Direction


def goes_back(run: Run, last: Run) -> bool:
    """Whether the pen went back so far that `run` is no part of what `last` goes on with."""
    return run.start < last.end - _GOES_BACK * max(run.size, last.size)


def is_out_of_order(run: Run, last: Run) -> bool:
    """Whether `run` stands left of `last`, which was drawn before it."""
    return goes_back(run, last) or run.start < last.start - _BEFORE * max(run.size, last.size)


def is_before(run: Run, end: float) -> bool:
    """Whether `run` begins left of `end`, the end of its line."""
    return run.start < end - _OVERLAP * run.size


def fills_gap(line: list[Piece], run: Run) -> bool:
    """Whether there is room for `run` in or after `line`, or right before it."""
    start, end = run.start + _OVERLAP * run.size, run.end - _OVERLAP * run.size
    has_left, nearest = False, inf
    for _, other_start, other_end, _, is_marks in line:
        if is_marks:
            continue
        if other_end <= start:
            has_left = True
        elif other_start >= end:
            nearest = min(nearest, other_start)
        else:
            return False
    return has_left or nearest - run.end < _ADJOINING * run.size


def woven(pieces: list[Piece]) -> list[Piece]:
    """Pieces of one line from left to right, each followed by the marks drawn after it."""
    units: list[list[Piece]] = []
    for piece in pieces:
        if piece[4] and units:
            units[-1].append(piece)
        else:
            units.append([piece])
    return [piece for unit in sorted(units, key=lambda unit: unit[0][1]) for piece in unit]


def joined(pieces: list[Piece]) -> tuple[str, tuple[Part, ...]]:
    """The text of a line, with a space where the gap between two pieces is one, and what begins after a wide gap."""
    text, _, before_end, before_size, _ = pieces[0]
    texts, parts, length = [text], [], len(text)
    for text, start, end, size, is_marks in pieces[1:]:
        gap = start - before_end
        if gap > WORD_GAP * before_size:
            gap /= max(size, before_size)
            if _is_space(texts[-1][-1], text[0], gap):
                texts.append(" ")
                length += 1
            if gap > _PART_GAP and not is_marks:
                parts.append((length, start))
        texts.append(text)
        length += len(text)
        if is_marks:
            before_end = max(before_end, end)
        else:
            before_end, before_size = end, size
    return "".join(texts), tuple(parts)


def _is_same_direction(run: Run, other: Run) -> bool:
    (ux, uy), (vx, vy) = run.direction, other.direction
    return ux * vx + uy * vy > 0.99


def is_same_place(run: Run, last: Run) -> bool:
    """Whether `run` is drawn over `last`."""
    near = _SAME_PLACE * run.size
    return (
        abs(run.start - last.start) < near
        and abs(run.end - last.end) < near
        and abs(run.baseline - last.baseline) < near
        and _is_same_direction(run, last)
    )


def is_elsewhere(run: Run, last: Run, is_marks: bool) -> bool:
    """Whether `run` is written in another direction or on another baseline."""
    if run.direction is not last.direction and not _is_same_direction(run, last):
        return True
    size = run.size if run.size > last.size else last.size
    return abs(run.baseline - last.baseline) > (_NEW_LINE_FOR_MARKS if is_marks else NEW_LINE) * size


def _is_space(before: str, after: str, gap: float) -> bool:
    """Whether a gap between two letters, in font sizes, is a space."""
    if gap <= WORD_GAP or before.isspace() or after.isspace() or _TAKES_NO_SPACE.match(after):
        return False
    if before == "\u0e33" and _THAI.match(after):
        return gap > _AM_GAP
    if _THAI.match(before) and _THAI.match(after):
        return gap > _THAI_GAP
    return True
