"""Rows of a table that a page break cuts in two: the rest of each cell goes back to the cell it belongs to.

Browsers and word processors break a row where the page ends. Of a row with the cells `ความก้าวหน้า = 100.00 %
งบประมาณที่เบิกใช้` and `เป็นไปตาม`, the next page begins with `(ครั้งที่ 6) = 344,058 บาท` and `แผน`; read page by page, the
amount would stand behind the status. A line that goes back leaves its number behind, so that all other lines of its
page are counted as printed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from extract.pdf.placed import PlacedLine

MOVED = ""
"""The text of a line whose text went back to the page before."""

# in font sizes
_SAME = 0.5  # two places are one column, two heights one baseline
_NEAR_END = 4.0  # a cell that goes on ends at most this far above the lowest line of its page
_MAX_ROW_LINES = 60

_THAI_END = re.compile("[\u0e01-\u0e5b]$")
_THAI_START = re.compile("[\u0e01-\u0e5b]")


@dataclass(slots=True)
class _Cell:
    """A column of a row: where it begins, and the line, and the part of that line, in which it ends."""

    start: float
    size: float
    line: int
    part: int
    baseline: float


def rejoin_rows(pages: Sequence[list[PlacedLine]], running: Sequence[Collection[int]], notes: Counter[str]) -> None:
    """Move the rests of broken rows back, in place; `notes` counts the rows.

    `running` holds, for each page, the places in its list of the lines of its running head and foot.
    """
    for at in range(len(pages) - 1):
        before, after = pages[at], pages[at + 1]
        cells = _last_row(before, running[at])
        rest = _rest_of_row(after, running[at + 1], cells) if cells else []
        if all(target is cells[-1] for _, targets in rest for target in targets):
            continue  # it follows the last cell, in its place
        for index, targets in rest:
            for target, text in zip(targets, _parts(after[index]), strict=True):
                before[target.line] = _with(before[target.line], target.part, text)
            after[index] = after[index]._replace(text=MOVED, parts=())
        notes["rows over a page break joined"] += 1


def _last_row(lines: Sequence[PlacedLine], running: Collection[int]) -> list[_Cell]:
    """The cells, after the first and from left to right, of the row that ends a page; none when it ends otherwise."""
    body = [(index, line) for index, line in enumerate(lines) if index not in running and line.text]
    if len(body) < 2 or any(line.direction != body[0][1].direction for _, line in body):
        return []
    last_cell = next((at for at in range(len(body) - 1, 0, -1) if _is_not_below(body[at][1], body[at - 1][1])), None)
    if last_cell is None or len(body) - last_cell > _MAX_ROW_LINES:
        return []
    size = body[last_cell][1].size
    if any(line.start < body[last_cell][1].start - _SAME * size for _, line in body[last_cell:]):
        return []  # another row, or what follows the table, has begun
    top = body[last_cell][1].baseline + _SAME * size
    begin = last_cell
    while begin > 0 and body[begin - 1][1].baseline <= top:
        begin -= 1
    row = body[begin:]
    lowest = min(line.baseline for _, line in body)
    if body[begin][1].baseline < top - 2 * _SAME * size or min(line.baseline for _, line in row) > lowest:
        return []
    cells: list[_Cell] = []
    for index, line in row:
        for part, start in enumerate(_starts(line)):
            same = next((cell for cell in cells if _is_column(cell, start, line.size)), None)
            if same is None:
                cells.append(_Cell(start, line.size, index, part, line.baseline))
            elif line.baseline < same.baseline:
                same.line, same.part, same.baseline = index, part, line.baseline
    first = min(cell.start for cell in cells)
    ends = [c for c in cells if c.start > first + c.size and c.baseline - lowest <= _NEAR_END * c.size]
    return sorted(ends, key=lambda cell: cell.start)


def _rest_of_row(
    lines: Sequence[PlacedLine], running: Collection[int], cells: Sequence[_Cell]
) -> list[tuple[int, list[_Cell]]]:
    """The lines at the top of a page that stand wholly in columns of `cells`, each with the cells of its parts."""
    rest: list[tuple[int, list[_Cell]]] = []
    for index, line in enumerate(lines):
        if index in running:
            continue
        targets = [
            next((cell for cell in cells if _is_column(cell, start, line.size)), None) for start in _starts(line)
        ]
        found = [target for target in targets if target is not None]
        if line.direction != lines[0].direction or len(found) < len(targets):
            break
        rest.append((index, found))
    return rest


def _is_not_below(line: PlacedLine, before: PlacedLine) -> bool:
    return line.baseline > before.baseline - _SAME * line.size


def _is_column(cell: _Cell, start: float, size: float) -> bool:
    return abs(cell.start - start) < _SAME * size and abs(cell.size - size) < 0.1 * size


def _starts(line: PlacedLine) -> list[float]:
    return [line.start, *(start for _, start in line.parts)]


def _parts(line: PlacedLine) -> list[str]:
    """The text of a line, cut where its parts begin."""
    cuts = [0, *(at for at, _ in line.parts), len(line.text)]
    return [line.text[start:end].strip() for start, end in pairwise(cuts)]


def _with(line: PlacedLine, part: int, text: str) -> PlacedLine:
    """`line` with `text` appended to one of its parts."""
    texts = _parts(line)
    gap = "" if _THAI_END.search(texts[part]) and _THAI_START.match(text) else " "
    texts[part] += gap + text
    parts, length = [], len(texts[0])
    for (_, start), piece in zip(line.parts, texts[1:], strict=True):
        parts.append((length + 1, start))
        length += 1 + len(piece)
    return line._replace(text=" ".join(texts), parts=tuple(parts))
