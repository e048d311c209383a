"""Reading order: the order of drawing, unless a producer did not draw in reading order.

Every producer tried draws rows from top to bottom and, within a row, one cell after the other, each to its last line.
On such a page no line is drawn after something that stands lower in its own column, and the cells of a row have no row
boundaries inside. Both are counted here. A page, or the part of one, where they are broken more often than a stamp or a
running head drawn last would break them was drawn in some other order, and is put in order by its geometry (`rows`).
A running head or foot drawn first or last is no harm, and stays where it was drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from math import inf

from extract.pdf.insertion import insert
from extract.pdf.placed import PlacedLine
from extract.pdf.rows import by_rows, is_complete, leadings, shape_of

__all__ = ["in_reading_order", "insert"]

_MIN_MISPLACED = 3  # lines, and
_MIN_SHARE = 0.1  # of those between the first and the last of them
_MARGIN_LINES = 3  # of a running head or foot
_MIN_REVERSED = 4  # lines of a page drawn from bottom to top, whose first and last lines look like foot and head, and
_MOSTLY = 0.3  # of the other lines are misplaced too
_COLUMNS = 128  # strips that the width of the page is cut into
_MIN_ROWS = 4  # boundaries of rows inside what would be one row; two signatures side by side have fewer
_MIN_ROWS_OF_MANY = 2  # the same, when it has three cells or more
_MAX_ROW = 400  # lines; no row has more
_MAX_SCANNED = 20  # lines of rows looked at, for each line of the page
_LEAST_SCANNED = 4
_MIN_SHORT_ROWS = 5  # pairs of lines side by side, when they are as close as those of one cell
_MIN_COMPLETE_LABELS = 0.25  # of them, those where the text on the left had room to go on
_MOST = 0.7

_FAR = 1e6  # points

# in font sizes
_SAME = 0.4  # two heights one baseline
_LOWER = 0.6
_SHRINK = 0.25
_LARGEST_LEADING = 1.9

# in leadings
_WIDE = 1.35  # between the last line of a cell and the first of the one below it
_BAND = 1.2  # white across all columns


def in_reading_order(lines: Sequence[PlacedLine]) -> list[PlacedLine]:
    """The lines of one page in the order in which a person reads them; `lines` itself when they were drawn so.

    Of a page that was drawn otherwise, texts on one baseline of a row become one line, as if they had been drawn one
    after the other. Writing in another direction (a stamp) stays apart, after the rest.
    """
    drawn = lines if isinstance(lines, list) else list(lines)
    if len(drawn) < _MIN_MISPLACED or not any(_is_jump(before, line) for before, line in pairwise(drawn)):
        return drawn
    texts = _by_direction(drawn)
    ordered = [_in_order(text) for text in texts]
    if all(after is before for after, before in zip(ordered, texts, strict=True)):
        return drawn
    return [line for text in sorted(ordered, key=len, reverse=True) for line in text]


def _by_direction(lines: list[PlacedLine]) -> list[list[PlacedLine]]:
    """The lines of each direction of writing; one without a place goes with the line before it."""
    first = lines[0].direction
    if all(line.direction == first for line in lines):
        return [lines]
    groups: list[tuple[tuple[float, float], list[PlacedLine]]] = []
    current: list[PlacedLine] | None = None
    for line in lines:
        if current is None or _has_place(line):
            (x, y) = line.direction
            current = next((group for (u, v), group in groups if u * x + v * y > 0.99), None)
            if current is None:
                current = []
                groups.append((line.direction, current))
        current.append(line)
    return [group for _, group in groups]


def _has_place(line: PlacedLine) -> bool:
    """Whether it is known, and near enough to be seen, where a line stands."""
    places = (line.start, line.end, line.baseline)
    return line.end > line.start and 0 <= line.size < _FAR and all(-_FAR < place < _FAR for place in places)


def _in_order(lines: list[PlacedLine]) -> list[PlacedLine]:
    """The lines of one direction in order; `lines` itself when they are."""
    places = [at for at, line in enumerate(lines) if _has_place(line)]
    placed = [lines[at] for at in places]
    slices = _misdrawn(placed)
    if not slices:
        return lines
    known = {id(line) for line in placed}
    shape = shape_of(placed)
    ordered: list[PlacedLine] = []
    done = 0
    for begin, end in slices:
        first, last = places[begin], places[end - 1] + 1
        ordered += lines[done:first]
        ordered += by_rows([line for line in lines[first:last] if id(line) in known], shape)
        ordered += [line for line in lines[first:last] if id(line) not in known]
        done = last
    return [*ordered, *lines[done:]]


def _misdrawn(lines: list[PlacedLine]) -> list[tuple[int, int]]:
    """The parts of a page, as ranges of its lines, that were not drawn in reading order."""
    if len(lines) < _MIN_MISPLACED or _is_drawn_twice(lines):
        return []
    steps = _steps(lines)
    if any(step.is_over_text for step in steps):
        if _is_misplaced(lines):
            return [(0, len(lines))]
        backward = _drawn_backward(lines)
        if backward > _MIN_MISPLACED and backward >= _MIN_SHARE * len(lines):
            return [(0, len(lines))]
    return _columns_first(lines, steps)


@dataclass(frozen=True, slots=True)
class _Step:
    """The pen goes up, or back on its baseline: where it goes on, and the parts drawn before and after, side by side.

    `is_over_text`: what comes after is not wholly right of everything lower that was drawn just before.
    """

    begin: int
    left: int
    right_end: int
    is_over_text: bool


def _steps(lines: Sequence[PlacedLine]) -> list[_Step]:
    begins = [at for at in range(1, len(lines)) if _is_jump(lines[at - 1], lines[at])]
    steps = []
    left_to_scan = _MAX_SCANNED * len(lines)
    for before, begin, end in zip([0, *begins], begins, [*begins[1:], len(lines)], strict=False):
        top = lines[begin].baseline + _SAME * lines[begin].size
        at, left = begin, begin
        edge, bottom = -inf, inf
        while at and lines[at - 1].baseline <= top and begin - at < min(_MAX_ROW, left_to_scan):
            at -= 1
            edge = max(edge, lines[at].end)
            if at >= before:
                left, bottom = at, min(bottom, lines[at].baseline)
        left_to_scan = max(_LEAST_SCANNED, left_to_scan - (begin - at))
        bottom -= _SAME * lines[begin].size
        last = begin
        start = inf
        while last < end and lines[last].baseline >= bottom:
            start = min(start, lines[last].start)
            last += 1
        steps.append(_Step(begin, left, last, start < edge - _SHRINK * lines[begin].size))
    return steps


def _is_drawn_twice(lines: Sequence[PlacedLine]) -> bool:
    """Whether much of the page is drawn again over itself, as shadows and bold letters made by hand are."""
    places = {(line.text, round(line.baseline / 2), round(line.start / 2)) for line in lines}
    return len(lines) - len(places) > len(lines) / 4


# lines drawn after what stands below them


def _is_misplaced(lines: Sequence[PlacedLine]) -> bool:
    """Whether more lines than a running head and foot are drawn after what stands below them."""
    begin, end = _without_margins(lines)
    rest = lines[begin:end]
    late, early = _late(rest)
    count = min(len(late), len(early))
    if count >= _MIN_MISPLACED:
        return count >= _MIN_SHARE * (max(late[-1], early[-1]) + 1 - min(late[0], early[0]))
    return count > 0 and len(rest) < len(lines) and count >= _MOSTLY * (len(rest) - 1) and len(lines) >= _MIN_REVERSED


def _without_margins(lines: Sequence[PlacedLine]) -> tuple[int, int]:
    """The range of the lines that is left without a foot drawn first and a head drawn last."""
    begin, end = 0, len(lines)
    lowest = list(accumulate((line.baseline for line in reversed(lines)), min))[::-1]
    while begin < _MARGIN_LINES and begin + 1 < end and lines[begin].baseline < lowest[begin + 1] - lines[begin].size:
        begin += 1
    highest = list(accumulate((line.baseline for line in lines[begin:]), max))
    while len(lines) - end < _MARGIN_LINES and end - 1 > begin:
        last = lines[end - 1]
        if last.baseline < highest[end - 2 - begin] + _LOWER * last.size:
            break
        end -= 1
    return begin, end


def _late(lines: Sequence[PlacedLine]) -> tuple[list[int], list[int]]:
    """The lines that are drawn after something lower in their column, and those drawn before something higher."""
    left = min((line.start for line in lines), default=0.0)
    right = max((line.end for line in lines), default=0.0)
    scale = (_COLUMNS - 1) / (right - left) if right > left else 0.0
    spans = []
    for line in lines:
        inset = min(_SHRINK * line.size, (line.end - line.start) / 2)
        spans.append((int((line.start + inset - left) * scale), int((line.end - inset - left) * scale) + 1))
    late = _after_lower(spans, [line.baseline for line in lines], [line.size for line in lines])
    count = len(lines)
    early = _after_lower(spans[::-1], [-line.baseline for line in reversed(lines)], [line.size for line in lines][::-1])
    return late, [count - 1 - at for at in reversed(early)]


def _after_lower(spans: Sequence[tuple[int, int]], heights: Sequence[float], sizes: Sequence[float]) -> list[int]:
    lowest = [inf] * _COLUMNS
    found = []
    for at, ((first, last), height, size) in enumerate(zip(spans, heights, sizes, strict=True)):
        if min(lowest[first:last]) < height - _LOWER * size:
            found.append(at)
        lowest[first:last] = [min(other, height) for other in lowest[first:last]]
    return found


def _drawn_backward(lines: Sequence[PlacedLine]) -> int:
    """How many lines are drawn after something that stands right of them on their baseline."""
    count = 0
    for before, line in pairwise(lines):
        same = abs(line.baseline - before.baseline) < _SAME * line.size
        count += same and line.end < before.start + _SHRINK * line.size
    return count


# columns drawn one after the other


@dataclass(slots=True)
class _Chain:
    """Neighbouring columns drawn one after the other, and what speaks for rows across them.

    `white`: heights where white runs across two columns; `starts`: where a column goes on after a gap, `aligned` those
    beside a line of the next; `pairs`: lines side by side, and how many of the lines above them ended for good.
    """

    begin: int
    end: int
    columns: int = 1
    white: set[int] = field(default_factory=set)
    starts: set[int] = field(default_factory=set)
    aligned: set[int] = field(default_factory=set)
    pairs: int = 0
    left_complete: int = 0
    right_complete: int = 0

    def is_table(self) -> bool:
        """Whether what was drawn as the cells of one row is a table of rows."""
        least = _MIN_ROWS_OF_MANY if self.columns > 2 else _MIN_ROWS
        return self._has_rows(least) or (
            self._ends_each_line(_MIN_SHORT_ROWS) and self.left_complete >= _MIN_COMPLETE_LABELS * self.pairs
        )

    def may_be_table(self) -> bool:
        """Whether it is one when another on its page is."""
        return self._has_rows(1) or self._ends_each_line(1)

    def _has_rows(self, least: int) -> bool:
        return len(self.white) >= least or len(self.aligned) >= max(least, _MOST * len(self.starts))

    def _ends_each_line(self, least: int) -> bool:
        return self.pairs >= least and self.right_complete >= _MOST * self.pairs


def _columns_first(lines: Sequence[PlacedLine], steps: Sequence[_Step]) -> list[tuple[int, int]]:
    """The ranges of lines in which a table was drawn column by column.

    Drawn in reading order, the cells of one row have a regular leading; cells of several rows do not: where a row has a
    longer cell, its other cells leave a gap, and after it all columns begin at one height.
    """
    page_end = max(line.end for line in lines)
    chains: list[_Chain] = []
    doubtful: list[tuple[_Chain, _Step]] = []
    plain: list[tuple[_Chain, _Step]] = []
    for step in steps:
        if step.left == step.begin:
            continue
        if not chains or step.left >= chains[-1].end:
            chains.append(_Chain(step.left, step.right_end))
        chain = chains[-1]
        chain.columns += 1
        chain.end = max(chain.end, step.right_end)
        left, right = lines[step.left : step.begin], lines[step.begin : step.right_end]
        if len(left) > 1 and len(right) > 1:
            (plain if _is_plainly_one_row(left, right) else doubtful).append((chain, step))
    if not doubtful:
        return []
    leading = leadings(lines)
    for chain, step in doubtful:
        _compare(chain, lines[step.left : step.begin], lines[step.begin : step.right_end], leading, page_end)
    if not any(chain.is_table() for chain in chains):
        return []
    for chain, step in plain:
        _compare(chain, lines[step.left : step.begin], lines[step.begin : step.right_end], leading, page_end)
    return [(chain.begin, chain.end) for chain in chains if chain.may_be_table()]


def _is_plainly_one_row(left: Sequence[PlacedLine], right: Sequence[PlacedLine]) -> bool:
    """Whether two cells have one regular leading and too few lines to be columns all the same."""
    if min(len(left), len(right)) > _MIN_SHORT_ROWS:
        return False
    gaps = [before.baseline - line.baseline for cell in (left, right) for before, line in pairwise(cell)]
    least = min(gaps)
    return max(gaps) < _BAND * least and least < _LARGEST_LEADING * left[0].size


def _is_jump(before: PlacedLine, line: PlacedLine) -> bool:
    return line.baseline > before.baseline - _SAME * line.size


def _compare(
    chain: _Chain,
    left: Sequence[PlacedLine],
    right: Sequence[PlacedLine],
    leading: Mapping[int, float],
    page_end: float,
) -> None:
    """Note in `chain` what speaks for boundaries of rows across two columns."""
    usual = leading[round(left[0].size)]
    heights = sorted((line.baseline for line in (*left, *right)), reverse=True)
    lowest = max(left[-1].baseline, right[-1].baseline) - _SAME * left[-1].size
    highest = min(left[0].baseline, right[0].baseline) + _SAME * left[0].size
    for above, below in pairwise(heights):
        if above - below > _BAND * usual and above <= highest and below >= lowest:
            chain.white.add(round(below))
    at = 0
    edge = min(line.start for line in right)
    for index in range(1, len(left)):
        line = left[index]
        while at < len(right) - 1 and right[at].baseline > line.baseline + _SAME * line.size:
            at += 1
        is_aligned = abs(right[at].baseline - line.baseline) < _SAME * line.size
        gap = left[index - 1].baseline - line.baseline
        if is_aligned and at:
            gap = max(gap, right[at - 1].baseline - right[at].baseline)
            chain.pairs += 1
            chain.left_complete += is_complete(left[index - 1], line, page_end, edge)
            chain.right_complete += is_complete(right[at - 1], right[at], page_end)
        if gap > _WIDE * usual:
            chain.starts.add(round(line.baseline))
            if is_aligned:
                chain.aligned.add(round(line.baseline))
