"""A page picture → one small picture per line of text, in the order in which the form is read.

Tesseract's own search for lines takes the marks above and below Thai letters for lines of their own and reads across
the cells of a table. So the page is levelled, ruled tables are cut into their cells, pieces of ink are collected into
lines by their distance from the row of consonants, and each line is drawn alone on white at the size that is read best.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from extract.pdf.ocr_ink import (
    Grey,
    Ink,
    Numbers,
    Pieces,
    grown,
    ink_of,
    is_sideways,
    pieces_of,
    ruled,
    skew_of,
    stretches,
)
from extract.pdf.ocr_text import Mark

LETTER_HEIGHT = 24
"""Pixels of a consonant such as ก in a line picture. Over 16 scans 24 and 32 read as much, 24 with fewer wrong values;
40 was worse on the eight it was tried on (tests/benchmarks/bench_ocr.py)."""
MARGIN = 16

MAX_LINES = 300
"""Of one page; a form has 60 at most, a page of dots thousands."""
MAX_PIECES = 60_000
MAX_LINE_PIXELS = 6_000

_RULE_INCHES = 0.4
_SMALLEST_LETTER_INCHES = 0.03
_SMALLEST_CELL_INCHES = 0.05
_LEVEL_ENOUGH_DEGREES = 0.05


class LinePicture(NamedTuple):
    """One line of text. `gaps`: columns without ink between its letters, (start, end). `marks`: from left to right.

    `left`: the column of the page, in pixels of this picture, where it begins. `is_in_cell`: it stands in a cell of a
    ruled table, so no gap in it parts columns.
    """

    picture: Image.Image
    left: float
    is_in_cell: bool
    gaps: list[tuple[float, float]]
    marks: list[Mark]


class _Box(NamedTuple):
    left: int
    top: int
    right: int
    bottom: int
    is_cell: bool = False


class _Line(NamedTuple):
    """Pieces, top and bottom of the usual consonant, and the rows beyond which ink of its pieces is another line's."""

    pieces: list[int]
    top: float
    bottom: float
    first_row: float
    end_row: float
    is_in_cell: bool


def line_pictures(grey: Grey, dpi: float) -> list[LinePicture]:
    """The lines of a page in reading order, cell by cell where tables are ruled."""
    ink = ink_of(grey)
    if is_sideways(ink):
        grey, ink = np.ascontiguousarray(np.rot90(grey)), np.ascontiguousarray(np.rot90(ink))
    turn = skew_of(ink)
    if abs(turn) > _LEVEL_ENOUGH_DEGREES:
        levelled = Image.fromarray(grey).rotate(turn, Image.Resampling.BICUBIC, fillcolor=255)
        grey = np.asarray(levelled)
        ink = ink_of(grey)
    rules, cells = _cells(ink, dpi)
    pieces = pieces_of(ink & ~rules)
    if not 0 < len(pieces.left) <= MAX_PIECES:
        return []
    letter = _letter_height(pieces, dpi)
    if letter is None:
        return []
    lines = [line for cell in cells for line in _lines_of_cell(pieces, cell, letter, dpi)]
    order = np.argsort(pieces.piece_of_run, kind="stable")
    bounds = np.searchsorted(pieces.piece_of_run[order], np.arange(len(pieces.left) + 1))
    return [_drawn(grey, pieces, line, letter, order, bounds) for line in lines[:MAX_LINES]]


def _cells(ink: Ink, dpi: float) -> tuple[Ink, list[_Box]]:
    """Where lines are ruled, and the page as boxes in reading order: text, then each table row by row, cell by cell."""
    length = int(_RULE_INCHES * dpi)
    level = grown(ruled(ink, length), 2, 0)
    upright = np.ascontiguousarray(grown(ruled(np.ascontiguousarray(ink.T), length), 2, 0).T)
    height, width = ink.shape
    boxes: list[_Box] = []
    done = 0
    for top, bottom in stretches(np.asarray((upright | level).any(axis=1))):
        if bottom - top < length / 2:
            continue
        boxes.append(_Box(0, done, width, top))
        columns = np.flatnonzero((level[top:bottom] | upright[top:bottom]).any(axis=0))
        table = _Box(int(columns[0]), top, int(columns[-1]) + 1, bottom)
        boxes += [_Box(0, top, table.left, bottom)]
        boxes += _cut_along_rules(table, level, upright, max(8, int(_SMALLEST_CELL_INCHES * dpi)))
        boxes += [_Box(table.right, top, width, bottom)]
        done = bottom
    boxes.append(_Box(0, done, width, height))
    return grown(level | upright, 1, 3), boxes


def _cut_along_rules(box: _Box, level: Ink, upright: Ink, least: int) -> list[_Box]:
    """Cut a table where a rule goes all the way across or down, and the parts again."""
    if box.right - box.left < least or box.bottom - box.top < least:
        return []
    inside = np.s_[box.top : box.bottom, box.left : box.right]
    rows = [box.top + (a + b) // 2 for a, b in stretches(level[inside].mean(axis=1) > 0.8)]
    rows = [row for row in rows if row - box.top >= least and box.bottom - row >= least]
    if rows:
        edges = [box.top, *rows, box.bottom]
        parts = [box._replace(top=a, bottom=b) for a, b in pairwise(edges)]
        return [cell for part in parts for cell in _cut_along_rules(part, level, upright, least)]
    columns = [box.left + (a + b) // 2 for a, b in stretches(upright[inside].mean(axis=0) > 0.8)]
    columns = [column for column in columns if column - box.left >= least and box.right - column >= least]
    if columns:
        edges = [box.left, *columns, box.right]
        parts = [box._replace(left=a, right=b) for a, b in pairwise(edges)]
        return [cell for part in parts for cell in _cut_along_rules(part, level, upright, least)]
    return [box._replace(is_cell=True)]


def _letter_height(pieces: Pieces, dpi: float) -> float | None:
    """Height of the usual consonant: the middle of the pieces that are no marks and no rules."""
    heights = pieces.height[pieces.height > _SMALLEST_LETTER_INCHES * dpi]
    if not len(heights):
        return None
    middle = float(np.median(heights))
    return float(np.median(heights[(heights > 0.75 * middle) & (heights < 1.4 * middle)]))


def _lines_of_cell(pieces: Pieces, cell: _Box, letter: float, dpi: float) -> list[_Line]:
    """Pieces of ink in one cell, collected into lines from the top.

    Letters make the lines; marks, commas and points go to the line they are nearest to. A mark above belongs to the
    line below it more often than its distance says: vowels and tones stand high, only ุ and ู stand low.
    """
    x, y = (pieces.left + pieces.right) / 2, (pieces.top + pieces.bottom) / 2
    is_inside = (x >= cell.left) & (x < cell.right) & (y >= cell.top) & (y < cell.bottom)
    height, width = pieces.height, pieces.width
    is_rule = (height > 1.8 * letter) & (width < 0.25 * letter)
    members = np.flatnonzero(is_inside & ~is_rule & (pieces.area >= max(4, (dpi / 100) ** 2 / 2)))
    is_letter = (height > 0.7 * letter) & (height < 2.2 * letter) & (width < 6 * letter)
    centres = _line_centres(pieces, members[is_letter[members]], cell, letter)
    if not len(centres):
        return []
    tops, bottoms = centres - letter / 2, centres + letter / 2
    groups: list[list[int]] = [[] for _ in centres]
    for piece in members:
        through = np.flatnonzero((pieces.top[piece] < bottoms) & (pieces.bottom[piece] > tops))
        if len(through) > 1 and height[piece] < 8 * letter:  # a low vowel that touches the tone below it
            for index in through:
                groups[index].append(int(piece))
            continue
        middle = (pieces.top[piece] + pieces.bottom[piece]) / 2
        if is_letter[piece]:
            groups[int(np.argmin(np.abs(centres - middle)))].append(int(piece))
            continue
        distance = np.where(
            middle < centres,
            np.maximum(tops - pieces.bottom[piece], 0) / 1.5,
            np.maximum(pieces.top[piece] - bottoms, 0),
        )
        nearest = int(np.argmin(distance))
        if distance[nearest] <= 1.5 * letter and height[piece] <= 3 * letter:
            groups[nearest].append(int(piece))
    edges = [-np.inf, *_between(centres, letter), np.inf]
    lines = []
    for group, first_row, end_row in zip(groups, edges, edges[1:], strict=False):
        usual = [p for p in group if is_letter[p] and 0.8 * letter < height[p] < 1.25 * letter]
        usual = usual or [p for p in group if is_letter[p]]
        if usual:
            top, bottom = float(np.median(pieces.top[usual])), float(np.median(pieces.bottom[usual]))
            lines.append(_Line(group, top, bottom, first_row, end_row, cell.is_cell))
    return lines


def _between(centres: npt.NDArray[np.float64], letter: float) -> list[float]:
    """The rows that part joined ink of two lines: marks reach higher above a letter than below it."""
    return [max(upper + 0.6 * letter, lower - 1.6 * letter) for upper, lower in pairwise(centres)]


def _line_centres(pieces: Pieces, letters: Numbers, cell: _Box, letter: float) -> npt.NDArray[np.float64]:
    """Rows through the middles of the lines: where most letters have their middle half."""
    change = np.zeros(cell.bottom - cell.top + 2)
    for piece in letters:
        top, bottom = pieces.top[piece] - cell.top, pieces.bottom[piece] - cell.top
        quarter = (bottom - top) // 4
        change[max(0, top + quarter)] += 1
        change[min(len(change) - 1, bottom - quarter)] -= 1
    window = np.hanning(max(3, int(letter / 2) | 1) + 2)[1:-1]
    profile = np.convolve(np.cumsum(change), window / window.sum(), "same")
    is_peak = (profile > 0.01) & (profile >= np.roll(profile, 1)) & (profile >= np.roll(profile, -1))
    peaks = sorted(np.flatnonzero(is_peak), key=lambda row: (-profile[row], row))
    kept: list[int] = []
    for row in peaks[:4000]:
        if all(abs(row - other) >= 1.3 * letter for other in kept):
            kept.append(int(row))
        if len(kept) > MAX_LINES:
            break
    return np.array(sorted(kept), dtype=np.float64) + cell.top


def _drawn(
    grey: Grey,
    pieces: Pieces,
    line: _Line,
    letter: float,
    order: Numbers,
    bounds: Numbers,
) -> LinePicture:
    """The pieces of one line alone on white, in the size that is read best, with its gaps and upper marks."""
    chosen = np.array(line.pieces)
    left, right = max(0, int(pieces.left[chosen].min()) - 2), int(pieces.right[chosen].max()) + 2
    top, bottom = max(0, int(pieces.top[chosen].min()) - 2), int(pieces.bottom[chosen].max()) + 2
    part = grey[top:bottom, left:right].copy()
    mask = np.zeros(part.shape, dtype=np.bool_)
    for piece in line.pieces:
        is_joined = pieces.height[piece] > 2.2 * letter
        for run in order[bounds[piece] : bounds[piece + 1]]:
            if is_joined and not line.first_row <= pieces.runs.row[run] < line.end_row:
                continue
            mask[pieces.runs.row[run] - top, pieces.runs.start[run] - left : pieces.runs.end[run] - left] = True
    part[~grown(mask, 2, 2)] = 255
    scale = min(LETTER_HEIGHT / letter, MAX_LINE_PIXELS / part.shape[1])
    size = max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale))
    picture = Image.new("L", (size[0] + 2 * MARGIN, size[1] + 2 * MARGIN), 255)
    picture.paste(Image.fromarray(part).resize(size, Image.Resampling.LANCZOS), (MARGIN, MARGIN))

    def placed(piece: int) -> Mark:
        across = (pieces.left[piece] - left) * scale + MARGIN, (pieces.right[piece] - left) * scale + MARGIN
        return Mark(*across, (pieces.top[piece] - line.top) * scale, (pieces.bottom[piece] - line.top) * scale)

    above = [p for p in line.pieces if pieces.bottom[p] <= line.top + 0.15 * letter]
    shadow: Ink = np.asarray(mask.any(axis=0))
    gaps = [(a * scale + MARGIN, b * scale + MARGIN) for a, b in stretches(~shadow) if a > 2 and b < len(shadow) - 2]
    return LinePicture(picture, left * scale - MARGIN, line.is_in_cell, gaps, sorted(placed(p) for p in above))
