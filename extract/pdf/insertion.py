"""Puts the texts of form fields among the lines of their page, each where a person reads it."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence

from extract.pdf.placed import PlacedLine

# in font sizes
_SAME = 0.55  # a field stands so near the baseline of its label
_ABOVE = 0.3
_OVERLAP = 0.3  # a label may reach so far into its field
_NEXT_LINE = 2.0  # between two lines of a field

_FAR = 1e6  # points
_MOST_ON_A_BASELINE = 500  # texts; a page with more on one line is no form
_MOST_IN_A_LINE = 100  # fields

_LEADER = re.compile(r"[._\u2026\u2024]{3,}(?:\s[._\u2026\u2024]{3,})*")
_Frame = tuple[int, int]


def insert(lines: Sequence[PlacedLine], fields: Sequence[PlacedLine]) -> list[PlacedLine]:
    """`lines` with the texts of filled form fields where they stand on the page.

    A text goes to the end of its label, which is the nearest text that ends left of it on its baseline, or into the gap
    or the dotted line that was left for it; further lines of a field follow its first. A text without a label becomes a
    line of its own, after the nearest line above it.
    """
    page = _Page(lines)
    before: PlacedLine | None = None
    for text in fields:
        at = page.label_of(text)
        if at is not None:
            page.append(at, text)
        elif before is not None and _goes_on(before, text):
            page.add_below(text)
        else:
            page.add(page.above(text), text)
        before = text
    return page.lines()


def _goes_on(before: PlacedLine, text: PlacedLine) -> bool:
    """Whether `text` is the next line of the same field."""
    drop = before.baseline - text.baseline
    return before.start == text.start and before.direction == text.direction and 0 < drop <= _NEXT_LINE * text.size


class _Page:
    """The lines of a page, those with fields changed, and what was put after each."""

    def __init__(self, lines: Sequence[PlacedLine]) -> None:
        self._lines = list(lines)
        self._after: dict[int, list[list[PlacedLine]]] = defaultdict(list)
        self._heights: dict[_Frame, list[tuple[float, int]]] = defaultdict(list)
        for at, line in enumerate(lines):
            if line.end > line.start and -_FAR < line.baseline < _FAR:
                self._heights[_frame(line)].append((line.baseline, at))
        for heights in self._heights.values():
            heights.sort()
        self._last: list[PlacedLine] = []
        self._largest = max((line.size for line in lines), default=0.0)

    def lines(self) -> list[PlacedLine]:
        """All lines, in order."""
        ordered = self._put_after(-1)
        for at, line in enumerate(self._lines):
            ordered.append(line)
            ordered += self._put_after(at)
        return ordered

    def _put_after(self, at: int) -> list[PlacedLine]:
        """The texts without a label below line `at`, row by row, those of one row in one line."""
        ordered: list[PlacedLine] = []
        is_one_line = False
        for lines in sorted(
            filter(None, self._after.get(at, ())), key=lambda lines: (-round(lines[0].baseline), lines[0].start)
        ):
            last = ordered[-1] if ordered else None
            first = lines[0]
            if last is not None and is_one_line and round(last.baseline) == round(first.baseline):
                part = (len(last.text) + 1, first.start)
                ordered[-1] = last._replace(text=f"{last.text} {first.text}", end=first.end, parts=(*last.parts, part))
                ordered += lines[1:]
            else:
                ordered += lines
            is_one_line = len(lines) == 1
        return ordered

    def label_of(self, text: PlacedLine) -> int | None:
        """The line that `text` belongs to: the one on its baseline that begins nearest left of it."""
        heights = self._heights.get(_frame(text), [])
        reach = _SAME * max(text.size, self._largest)
        first = bisect_left(heights, (text.baseline - reach, -1))
        last = bisect_right(heights, (text.baseline + reach, len(self._lines)))
        if last - first > _MOST_ON_A_BASELINE:
            return None
        best: tuple[float, float, int] | None = None
        for height, at in heights[first:last]:
            line = self._lines[at]
            distance = abs(height - text.baseline)
            if distance > _SAME * max(text.size, line.size) or line.start >= text.start:
                continue
            if len(self._after.get(at, ())) >= _MOST_IN_A_LINE:
                continue
            key = (line.start, -distance, -at)
            if best is None or key > best:
                best = key
        return -best[2] if best else None

    def append(self, at: int, text: PlacedLine) -> None:
        """Write `text` into line `at`."""
        self._last = []
        self._after[at].insert(0, self._last)
        line = self._lines[at]
        end = max(line.end, text.end)
        cut, until = _place_in(line, text)
        head, tail = line.text[:cut].rstrip(), line.text[until:].strip()
        written = f"{head} {text.text.strip()}" if head else text.text.strip()
        shift = len(written) + 1 - (len(line.text) - len(tail))
        parts = [part for part in line.parts if part[0] <= len(head)]
        later = [(place + shift, start) for place, start in line.parts if place >= until and tail]
        self._lines[at] = line._replace(
            text=f"{written} {tail}" if tail else written,
            end=end,
            parts=(*parts, (len(head) + 1 if head else 0, text.start), *later),
        )

    def above(self, text: PlacedLine) -> int:
        """The line after which `text` stands alone: the last of the nearest above it, if possible in its column."""
        heights = self._heights.get(_frame(text), [])
        first = bisect_left(heights, (text.baseline + _ABOVE * text.size, -1))
        if first == len(heights):
            return -1
        last = bisect_right(heights, (heights[first][0] + _SAME * text.size, len(self._lines)))
        near = [at for _, at in heights[first : min(last, first + _MOST_ON_A_BASELINE)]]
        over = [at for at in near if self._lines[at].start <= text.end and self._lines[at].end >= text.start]
        return max(over or near)

    def add(self, at: int, text: PlacedLine) -> None:
        """Put `text` on a line of its own after line `at`."""
        self._last = [text]
        self._after[at].append(self._last)

    def add_below(self, text: PlacedLine) -> None:
        """Put `text` below the text of the same field that was written last."""
        self._last.append(text)


def _frame(line: PlacedLine) -> _Frame:
    return round(8 * line.direction[0]), round(8 * line.direction[1])


def _place_in(line: PlacedLine, text: PlacedLine) -> tuple[int, int]:
    """From where to where in the text of `line` the field's text belongs; what it replaces is a dotted line."""
    nearest: tuple[int, int] | None = None
    share = (text.start - line.start) / (line.end - line.start)
    guess = share * len(line.text)
    if text.start < line.end - _OVERLAP * text.size:
        for leader in _LEADER.finditer(line.text):
            begin, end = leader.span()
            if nearest is None or _distance(begin, end, guess) < _distance(*nearest, guess):
                nearest = begin, end
    if nearest is not None:
        return nearest
    for place, start in line.parts:
        if start >= text.start - _OVERLAP * text.size:
            return place, place
    return len(line.text), len(line.text)


def _distance(begin: int, end: int, place: float) -> float:
    return max(begin - place, place - end, 0.0)
