"""Lines put in order by where they stand: rows from top to bottom, in a row its cells, in a cell its lines.

Used only for pages that were not drawn in reading order, where nothing but geometry is left. What stands on one
baseline is a strip, cut into segments at wide gaps and at the edges of columns. A row is a sequence of strips whose
segments fall into the same columns; it ends where white runs across the page, or where the text in its first column had
room left and yet went on below, which a wrapped cell never does.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf

from extract.pdf.placed import Part, PlacedLine
from extract.pdf.runs import NEW_LINE, WORD_GAP, Piece, joined

# in font sizes
_CELL_GAP = 0.9  # between two segments of a strip
_OVERLAP = 0.3  # of a segment with the column that it belongs to
_SPACE = 0.5  # between two words
_PADDING = 1.0  # between the text of a cell and the next column
_LONGEST_WORD = 5.0
_USUAL_LEADING = 1.4
_LARGEST_LEADING = 2.2

# in leadings
_BAND = 1.2
_WIDE = 1.35
_BESIDE = 0.8  # a column that begins less below the others than this is part of their row

_MIN_ALONE = 3  # rows of one line that have white above and below
_STEPS = 4  # in a point; the texts of a column begin as near each other as that
_NEAR_STRIPS = 12  # an edge of a column is looked for among so many strips above and below
_NO_WIDTH = frozenset(
    chr(code) for code in range(0x0E31, 0x0E4F) if code not in (0x0E32, 0x0E33, *range(0x0E3F, 0x0E47))
)

_Strip = list[PlacedLine]


@dataclass(frozen=True, slots=True)
class PageShape:
    """How a page is set, measured on all of it.

    `leading`: the usual distance of lines, for each font size in whole points; `end`: where its longest line ends;
    `tables`: how many bands of text have columns; `has_padding`: white sets the rows of its tables apart.
    """

    leading: Mapping[int, float]
    end: float
    tables: int
    has_padding: bool


def shape_of(lines: Sequence[PlacedLine]) -> PageShape:
    """The shape of the page that has these lines."""
    leading = leadings(lines)
    bands = _bands(_segmented(_strips(_pieces(lines))), leading)
    tables = [band for band in bands if any(len(strip) > 1 for strip in band)]
    alone = sum(len(band) == 1 for band in tables)
    has_padding = alone >= _MIN_ALONE or (alone > 1 and alone * 2 >= len(tables))
    return PageShape(leading, max((line.end for line in lines), default=0.0), len(tables), has_padding)


def by_rows(lines: Sequence[PlacedLine], shape: PageShape) -> list[PlacedLine]:
    """The lines of one direction of writing, put in order; those on one baseline of a row become one line."""
    ordered: list[PlacedLine] = []
    for band in _bands(_segmented(_strips(_pieces(lines))), shape.leading):
        rows = _rows(band, shape, is_one=shape.has_padding)
        if len(rows) == 2 and shape.tables > 1 and max(map(len, band)) > 2:
            rows = _rows(band, shape, is_one=True)
        ordered += [line for row in rows for line in row.lines()]
    return _merged_neighbours(ordered)


def is_complete(line: PlacedLine, following: PlacedLine, page_end: float, next_column: float = inf) -> bool:
    """Whether `line` ended although the first word of the line below had room, so that it was not wrapped.

    There was room up to the right margin, `page_end`, or up to the next column.
    """
    word = following.text.split(" ", 1)[0]
    share = _letters(word) / max(1, _letters(following.text))
    width = min(share * (following.end - following.start), _LONGEST_WORD * line.size)
    edge = min(page_end, next_column - _PADDING * line.size)
    return edge - line.end > width + _SPACE * line.size


def leadings(lines: Iterable[PlacedLine]) -> dict[int, float]:
    """For each font size, in whole points, the usual distance between two lines of a text."""
    strips = _strips(lines)
    gaps: dict[int, list[float]] = defaultdict(list)
    sizes = {round(line.size): line.size for strip in strips for line in strip}
    for at, strip in enumerate(strips):
        for line in strip[:8]:
            above = next(
                (found for back in strips[max(0, at - 4) : at][::-1] for found in [_over(line, back)] if found), None
            )
            if above is not None and round(above.size) == round(line.size):
                gaps[round(line.size)].append(above.baseline - line.baseline)
    return {
        size: min(_lowest_mode(gaps[size]) or _USUAL_LEADING * exact, _LARGEST_LEADING * exact)
        for size, exact in sizes.items()
    }


def _over(line: PlacedLine, strip: _Strip) -> PlacedLine | None:
    near = bisect_left(strip, line.start, key=lambda other: other.end)
    return strip[near] if near < len(strip) and strip[near].start < line.end else None


def _lowest_mode(gaps: Sequence[float]) -> float:
    """The smallest distance that is no exception; 0 when there are none."""
    ordered = sorted(gaps)
    least = max(2, len(ordered) // 10)
    for at, gap in enumerate(ordered[: 1 - least or None]):
        if ordered[min(at + least, len(ordered)) - 1] <= 1.1 * gap:
            return gap
    return 0.0


def _letters(text: str) -> int:
    """How many letters of `text` take up room.

    >>> _letters("ที่ตั้ง")
    3
    """
    return sum(letter not in _NO_WIDTH for letter in text)


# strips and segments


def _pieces(lines: Sequence[PlacedLine]) -> list[PlacedLine]:
    """The lines, cut where they have wide gaps, since what is drawn there may have been drawn later.

    Where a piece before a gap ends is estimated from the width of the letters of the page.
    """
    whole = [line for line in lines if not line.parts]
    letters = sum(_letters(line.text) * line.size for line in whole)
    width = sum(line.end - line.start for line in whole) / letters if letters else 0.5
    pieces: list[PlacedLine] = []
    for line in lines:
        if not line.parts:
            pieces.append(line)
            continue
        cuts = [(0, line.start), *line.parts, (len(line.text), line.end)]
        for (at, start), (next_at, next_start) in pairwise(cuts):
            text = line.text[at:next_at].rstrip() if next_at < len(line.text) else line.text[at:]
            end = line.end
            if next_at < len(line.text):
                end = min(start + width * line.size * _letters(text), next_start - _SPACE * line.size)
            if text:
                pieces.append(line._replace(text=text, start=start, end=max(start, end), parts=()))
    return pieces


def _strips(lines: Iterable[PlacedLine]) -> list[_Strip]:
    """Lines on one baseline from left to right, the highest first."""
    strips: list[_Strip] = []
    for line in sorted(lines, key=lambda line: (-line.baseline, line.start, line.text)):
        if strips and strips[-1][0].baseline - line.baseline <= NEW_LINE * max(line.size, strips[-1][0].size):
            strips[-1].append(line)
        else:
            strips.append([line])
    for strip in strips:
        strip.sort(key=lambda line: (line.start, line.end, -line.baseline, line.text))
    return strips


def _segmented(strips: list[_Strip]) -> list[_Strip]:
    """The strips with what stands close together joined, unless a column begins between."""
    edges: dict[int, list[int]] = defaultdict(list)
    for number, strip in enumerate(strips):
        edges[round(_STEPS * strip[0].start)].append(number)
        for before, line in pairwise(strip):
            if line.start - before.end >= _CELL_GAP * line.size:
                edges[round(_STEPS * line.start)].append(number)
    segmented = []
    for number, strip in enumerate(strips):
        segments: list[list[PlacedLine]] = [[strip[0]]]
        end = strip[0].end
        for line in strip[1:]:
            gap = (line.start - end) / line.size if line.size else 0.0
            if gap >= _CELL_GAP or (gap >= WORD_GAP and _is_edge(edges, line.start, number)):
                segments.append([line])
            else:
                segments[-1].append(line)
            end = max(end, line.end)
        segmented.append([_merged(segment) for segment in segments])
    return segmented


def _is_edge(edges: dict[int, list[int]], start: float, number: int) -> bool:
    """Whether a text near strip `number` is known to begin a column at `start`."""
    place = round(_STEPS * start)
    for step in (place - 1, place, place + 1):
        near = edges.get(step, [])
        at = bisect_left(near, number - _NEAR_STRIPS)
        while at < len(near) and near[at] <= number + _NEAR_STRIPS:
            if near[at] != number:
                return True
            at += 1
    return False


def _merged(lines: Sequence[PlacedLine]) -> PlacedLine:
    """Lines on one baseline, from left to right, as one."""
    first = lines[0]
    if len(lines) == 1:
        return first
    pieces: list[Piece] = [(line.text, line.start, line.end, line.size, False) for line in lines]
    text, parts = joined(pieces)
    inner: list[Part] = []
    at = 0
    for line in lines:
        at = text.index(line.text, at)
        inner += [(at + place, start) for place, start in line.parts]
        at += len(line.text)
    return first._replace(text=text, end=max(line.end for line in lines), parts=tuple(sorted([*parts, *inner])))


def _merged_neighbours(lines: Sequence[PlacedLine]) -> list[PlacedLine]:
    groups: list[list[PlacedLine]] = []
    for line in lines:
        last = groups[-1][-1] if groups else None
        if (
            last is not None
            and abs(last.baseline - line.baseline) <= NEW_LINE * max(last.size, line.size)
            and line.start >= last.end - WORD_GAP * line.size
        ):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [_merged(group) for group in groups]


# rows


def _bands(strips: Sequence[_Strip], leading: Mapping[int, float]) -> list[list[_Strip]]:
    """The strips between two places where white runs across the page."""
    bands: list[list[_Strip]] = []
    for strip in strips:
        if bands and bands[-1][-1][0].baseline - strip[0].baseline <= _BAND * leading[round(strip[0].size)]:
            bands[-1].append(strip)
        else:
            bands.append([strip])
    return bands


def _rows(band: Sequence[_Strip], shape: PageShape, *, is_one: bool) -> list[_Row]:
    """The rows of a band; `is_one`: it is one unless its columns change."""
    rows: list[_Row] = []
    for strip in band:
        if not rows or not rows[-1].takes(strip):
            rows.append(_Row(strip, shape, is_one=is_one))
    return rows


@dataclass(slots=True, eq=False)
class _Cell:
    start: float
    end: float
    lines: list[PlacedLine]


class _Row:
    """The cells of a row that is being read from top to bottom."""

    def __init__(self, strip: _Strip, shape: PageShape, *, is_one: bool) -> None:
        self._shape = shape
        self._is_one = is_one
        self._cells = [_Cell(line.start, line.end, [line]) for line in strip]
        self._bottom = strip[0].baseline

    def takes(self, strip: _Strip) -> bool:
        """Whether the row goes on with `strip`; if so, it is part of it now."""
        places = self._places(strip)
        if places is None or self._ends_before(strip, places):
            return False
        for line, cell in zip(strip, places, strict=True):
            if cell is None:
                self._cells.append(_Cell(line.start, line.end, [line]))
            else:
                cell.lines.append(line)
                cell.start, cell.end = min(cell.start, line.start), max(cell.end, line.end)
        self._cells.sort(key=lambda cell: cell.start)
        self._bottom = strip[0].baseline
        return True

    def lines(self) -> list[PlacedLine]:
        """The lines of the row, cell by cell."""
        return [line for cell in self._cells for line in cell.lines]

    def _places(self, strip: _Strip) -> list[_Cell | None] | None:
        """The cell of each segment, None for a column that begins here; None when the columns are others."""
        places: list[_Cell | None] = []
        for line in strip:
            room = min(_OVERLAP * line.size, (line.end - line.start) / 2)
            last = first = bisect_left(self._cells, line.end - room, key=lambda cell: cell.start)
            while first and self._cells[first - 1].end - room > line.start:
                first -= 1
            cells = self._cells[first:last]
            if len(cells) > 1 or (cells and cells[0] in places):
                return None
            places.append(cells[0] if cells else None)
        is_beside = (
            self._is_one or self._bottom - strip[0].baseline < _BESIDE * self._shape.leading[round(strip[0].size)]
        )
        return places if any(places) or is_beside else None

    def _ends_before(self, strip: _Strip, places: Sequence[_Cell | None]) -> bool:
        usual = self._shape.leading[round(strip[0].size)]
        first = self._cells[0]
        if self._is_one or places[0] is not first:
            return False
        if first.lines[-1].baseline - strip[0].baseline > _WIDE * usual:
            return True
        edges = sorted({cell.start for cell in self._cells} | {line.start for line in strip})
        complete = [
            self._is_complete(cell, line, edges, usual)
            for line, cell in zip(strip, places, strict=True)
            if cell is not None
        ]
        # a label may fill its column; a value that ended has no second line beside that of its label
        return all(complete[1:]) if len(self._cells) == len(complete) == 2 else all(complete)

    def _is_complete(self, cell: _Cell, line: PlacedLine, edges: Sequence[float], usual: float) -> bool:
        last = cell.lines[-1]
        if last.baseline - line.baseline > _WIDE * usual:
            return True
        next_edge = bisect_right(edges, max(cell.end, line.end))
        return is_complete(last, line, self._shape.end, edges[next_edge] if next_edge < len(edges) else inf)
