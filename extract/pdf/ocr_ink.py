"""The ink of a page picture: where it is dark, in which pieces, how far the page is askew, which lines are ruled.

A page is an array of grey values, rows from the top, 0 is black. Everything works on runs (dark stretches of one row),
of which a page of text has some ten thousand: one picture of A4 at 300 dpi is 8.7 million pixels.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Grey = npt.NDArray[np.uint8]
Ink = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]

MAX_SKEW_DEGREES = 3.0
_SKEW_STEPS = (0.5, 0.1, 0.02)
_LEAST_INK = 100
_LIGHTEST_INK = 200
_FAINTEST_CONTRAST = 40


class Runs(NamedTuple):
    """Dark stretches: row, first column, column after the last; sorted by row, then column."""

    row: Numbers
    start: Numbers
    end: Numbers


class Pieces(NamedTuple):
    """Connected pieces of ink: their boxes (right and bottom exclusive), and of each run the piece it belongs to."""

    left: Numbers
    top: Numbers
    right: Numbers
    bottom: Numbers
    area: Numbers
    runs: Runs
    piece_of_run: Numbers

    @property
    def height(self) -> Numbers:
        """Rows of each piece."""
        return self.bottom - self.top

    @property
    def width(self) -> Numbers:
        """Columns of each piece."""
        return self.right - self.left


def ink_of(grey: Grey) -> Ink:
    """Where the page is dark: the threshold that parts its grey values best (Otsu 1979); nowhere on an empty page."""
    counts = np.bincount(grey.ravel(), minlength=256).astype(np.float64)
    values = np.arange(256)
    weight, moment = np.cumsum(counts), np.cumsum(counts * values)
    below, above = weight[:-1], weight[-1] - weight[:-1]
    is_cut = (below > 0) & (above > 0)
    if not is_cut.any():
        return np.zeros(grey.shape, dtype=np.bool_)
    difference = np.zeros(255)
    difference[is_cut] = moment[:-1][is_cut] / below[is_cut] - (moment[-1] - moment[:-1][is_cut]) / above[is_cut]
    best = int(np.argmax(below * above * difference**2))
    if -difference[best] < _FAINTEST_CONTRAST:
        return np.zeros(grey.shape, dtype=np.bool_)
    return grey <= min(best, _LIGHTEST_INK)


def runs_of(ink: Ink) -> Runs:
    """The dark stretches of every row."""
    padded = np.zeros((ink.shape[0], ink.shape[1] + 2), dtype=np.bool_)
    padded[:, 1:-1] = ink
    edges = np.flatnonzero((padded[:, 1:] != padded[:, :-1]).ravel())
    width = ink.shape[1] + 1
    return Runs(edges[::2] // width, edges[::2] % width, edges[1::2] % width)


def stretches(is_dark: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """The stretches of a single row, as (start, end).

    >>> stretches(np.array([False, True, True, False, True]))
    [(1, 3), (4, 5)]
    """
    runs = runs_of(is_dark[np.newaxis, :])
    return [(int(a), int(b)) for a, b in zip(runs.start, runs.end, strict=True)]


def skew_of(ink: Ink) -> float:
    """Degrees by which the page has to be turned counter-clockwise for its lines to lie level."""
    return _levelled(ink)[0]


def is_sideways(ink: Ink) -> bool:
    """Whether the lines of text run up or down the page: levelled, its columns then change more sharply than its rows.

    Both directions are levelled first: one degree askew is enough to blur the rows of a dense page.
    """
    return _levelled(np.ascontiguousarray(np.rot90(ink)))[1] > _levelled(ink)[1]


def _levelled(ink: Ink) -> tuple[float, float]:
    """The turn with the sharpest steps in ink from row to row, searched in finer and finer steps; and how sharp."""
    step = max(1, max(ink.shape) // 1200)
    rows, columns = np.nonzero(ink[::step, ::step])
    if len(rows) < _LEAST_INK:
        return 0.0, 0.0
    middle = ink.shape[1] / step / 2

    def sharpness(degrees: float) -> float:
        level = np.rint(rows - (columns - middle) * np.tan(np.radians(degrees))).astype(np.int64)
        return float((np.diff(np.bincount(level - level.min()).astype(np.float64)) ** 2).sum())

    best, reach = 0.0, MAX_SKEW_DEGREES
    for fineness in _SKEW_STEPS:
        count = round(reach / fineness)
        turns = [best + fineness * index for index in range(-count, count + 1)]
        best = max(turns, key=lambda degrees: (sharpness(degrees), -abs(degrees)))
        reach = fineness
    return best, sharpness(best)


def ruled(ink: Ink, length: int, gap: int = 2) -> Ink:
    """The pixels of horizontal lines at least `length` long; breaks up to `gap` pixels are bridged."""
    runs = runs_of(ink)
    result = np.zeros(ink.shape, dtype=np.bool_)
    if not len(runs.row):
        return result
    is_new = np.ones(len(runs.row), dtype=np.bool_)
    is_new[1:] = (runs.row[1:] != runs.row[:-1]) | (runs.start[1:] - runs.end[:-1] > gap)
    first = np.flatnonzero(is_new)
    last = np.append(first[1:], len(runs.row)) - 1
    for index in np.flatnonzero(runs.end[last] - runs.start[first] >= length):
        result[runs.row[first[index]], runs.start[first[index]] : runs.end[last[index]]] = True
    return result


def grown(ink: Ink, rows: int, columns: int) -> Ink:
    """Ink spread by so many pixels up and down, left and right."""
    result = ink.copy()
    for shift in range(1, rows + 1):
        result[shift:] |= ink[:-shift]
        result[:-shift] |= ink[shift:]
    wide = result.copy()
    for shift in range(1, columns + 1):
        wide[:, shift:] |= result[:, :-shift]
        wide[:, :-shift] |= result[:, shift:]
    return wide


def pieces_of(ink: Ink) -> Pieces:
    """Connected pieces of ink, corners included, sorted by their first run (top, then left)."""
    runs = runs_of(ink)
    piece = _pieces_of_runs(runs, ink.shape[1] + 2)
    count = int(piece.max()) + 1 if len(piece) else 0
    return Pieces(
        _least(piece, runs.start, count),
        _least(piece, runs.row, count),
        -_least(piece, -runs.end, count),
        -_least(piece, -runs.row - 1, count),
        np.bincount(piece, weights=runs.end - runs.start, minlength=count).astype(np.int64),
        runs,
        piece,
    )


def _pieces_of_runs(runs: Runs, width: int) -> Numbers:
    """For each run the number of its piece, from 0: touching runs take the smaller number until none changes."""
    count = len(runs.row)
    starts, ends = runs.row * width + runs.start, runs.row * width + runs.end
    above = (runs.row - 1) * width
    first = np.searchsorted(ends, above + runs.start, "left")
    after = np.searchsorted(starts, above + runs.end, "right")
    touching = np.maximum(after - first, 0)
    lower = np.repeat(np.arange(count), touching)
    upper = np.repeat(first, touching) + _counting(touching)
    label = np.arange(count)
    while True:
        before = label.copy()
        least = np.minimum(label[lower], label[upper])
        np.minimum.at(label, before[lower], least)
        np.minimum.at(label, before[upper], least)
        label = label[label]
        if np.array_equal(label, before):
            return np.unique(label, return_inverse=True)[1].astype(np.int64)


def _counting(lengths: Numbers) -> Numbers:
    """0, 1, … for each length, one after the other: [2, 3] → 0 1 0 1 2."""
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) - np.repeat(ends - lengths, lengths)


def _least(group: Numbers, values: Numbers, count: int) -> Numbers:
    result: npt.NDArray[Any] = np.full(count, np.iinfo(np.int64).max, dtype=np.int64)
    np.minimum.at(result, group, values)
    return result
