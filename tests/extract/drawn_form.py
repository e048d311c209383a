"""A complete invented form as a table on pages, drawn in whatever order a test asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from random import Random

from extract.pdf.placed import PlacedLine
from tests.extract.pdf_bytes import build_pdf, text_at
from tests.transform.reading import PROJECT, printed

SIZE = 11.0
LETTER = SIZE / 2  # every letter of the font F1 is half an em wide, marks have no width
LEFT, VALUES, RIGHT = 50.0, 200.0, 550.0
REPORT_COLUMNS = (50.0, 130.0, 380.0, 455.0)
TOP, BOTTOM = 780.0, 60.0
_MARKS = re.compile("[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]")


@dataclass(frozen=True)
class Cell:
    """The lines of one cell, the first on `baseline`."""

    x: float
    baseline: float
    leading: float
    lines: tuple[str, ...]

    def placed(self) -> list[PlacedLine]:
        return [
            PlacedLine(text, self.x, self.x + width(text), self.baseline - at * self.leading, SIZE)
            for at, text in enumerate(self.lines)
        ]


Row = list[Cell]
Page = list[Row]


def width(text: str) -> float:
    return LETTER * len(_MARKS.sub("", text))


def wrapped(text: str, room: float) -> tuple[str, ...]:
    """`text` broken at spaces, and inside words that are longer than a line."""
    lines = [""]
    for word in text.split(" "):
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if width(joined) <= room:
            lines[-1] = joined
            continue
        if lines[-1]:
            lines.append("")
        for letter in re.findall(f"[เ-ไ]?.{_MARKS.pattern}*ำ?", word):
            if width(lines[-1] + letter) > room:
                lines.append("")
            lines[-1] += letter
    return tuple(lines)


def printed_rows() -> list[list[tuple[float, float, str]]]:
    """The rows of the form: for each cell where it begins, its width, and its text."""
    rows: list[list[tuple[float, float, str]]] = []
    for line in printed(1, PROJECT).split("\n"):
        text = line.replace("**", "").replace("\\", "")
        if not text.strip():
            continue
        if "\t" in text:
            ends = (*REPORT_COLUMNS[1:], RIGHT)
            cells = zip(REPORT_COLUMNS, ends, text.split("\t"), strict=False)
            rows.append([(x, end - x - 8, cell) for x, end, cell in cells if cell])
        elif " : " in text:
            label, value = text.split(" : ", 1)
            rows.append([(LEFT, VALUES - LEFT - 8, f"{label} :"), (VALUES, RIGHT - VALUES, value)])
        else:
            rows.append([(LEFT, RIGHT - LEFT, text)])
    return rows


def laid_out(*, leading: float = 16.0, padding: float = 6.0) -> list[Page]:
    """The form on as many pages as it needs; `padding` is the room between two rows."""
    pages: list[Page] = [[]]
    y = TOP
    rows = [[(x, wrapped(text, room)) for x, room, text in row] for row in printed_rows()]
    heights = [leading * max(len(lines) for _, lines in row) + padding for row in rows]
    for at, row in enumerate(rows):
        if row[0][0] == LEFT and y - sum(heights[at : at + 2]) < BOTTOM:  # a report is two rows, and stays together
            pages.append([])
            y = TOP
        pages[-1].append([Cell(x, y, leading, lines) for x, lines in row])
        y -= heights[at]
    return pages


def in_order(page: Page) -> list[PlacedLine]:
    """Row by row, cell by cell."""
    return [line for row in page for cell in row for line in cell.placed()]


def by_passes(page: Page) -> list[PlacedLine]:
    """All labels, and what stands alone in its row; then everything else."""
    first = [line for row in page for line in row[0].placed()]
    return first + [line for row in page for cell in row[1:] for line in cell.placed()]


def by_columns(page: Page) -> list[PlacedLine]:
    """Each table, which is rows with the same columns, column by column."""
    drawn: list[PlacedLine] = []
    tables: list[list[Row]] = []
    for row in page:
        if tables and len(row) > 1 and len(tables[-1][-1]) > 1 and _columns(row) & _columns(tables[-1][-1]) != {LEFT}:
            tables[-1].append(row)
        else:
            tables.append([row])
    for table in tables:
        for x in sorted({cell.x for row in table for cell in row}):
            drawn += [line for row in table for cell in row if cell.x == x for line in cell.placed()]
    return drawn


def _columns(row: Row) -> set[float]:
    return {cell.x for cell in row}


def reversed_rows(page: Page) -> list[PlacedLine]:
    return in_order(page[::-1])


def shuffled_rows(page: Page) -> list[PlacedLine]:
    rows = list(page)
    Random(1).shuffle(rows)
    return in_order(rows)


def shuffled_words(page: Page) -> list[PlacedLine]:
    words = [word for line in in_order(page) for word in words_of(line)]
    Random(2).shuffle(words)
    return words


def words_of(line: PlacedLine) -> list[PlacedLine]:
    """Each word of a line on its own."""
    found = re.finditer(r"\S+", line.text)
    return [
        line._replace(
            text=m[0], start=line.start + width(line.text[: m.start()]), end=line.start + width(line.text[: m.end()])
        )
        for m in found
    ]


def pdf_of(pages: Iterable[Sequence[PlacedLine]], **parts: object) -> bytes:
    """A PDF that draws the lines of each page in the order given."""
    return build_pdf(
        *(b" ".join(text_at(line.start, line.baseline, line.text, SIZE) for line in page) for page in pages), **parts
    )  # type: ignore[arg-type]


def drawn(order: Callable[[Page], list[PlacedLine]], **layout: float) -> bytes:
    return pdf_of(order(page) for page in laid_out(**layout))
