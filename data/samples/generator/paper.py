"""The form on paper: rows, lines broken at the width of the page, pages that each begin with the running title.

No producer of PDFs breaks Thai well, so this breaks for all of them: at a space, else before a vowel that opens a
syllable, else between two letters, never between a letter and its marks. Breaks fall inside words and have no hyphen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from . import printed
from .facts import Project

PAGE_WIDTH, PAGE_HEIGHT, MARGIN = 210.0, 297.0, 20.0
BODY_SIZE, HEADING_SIZE = 11.0, 12.0
LINE_HEIGHT = 6.2
_REPORT_INDENT = 32.0

Measure = Callable[[str, float], float]
"""Width in mm of a text at a size in points."""


@dataclass(frozen=True)
class Piece:
    """A piece of text on a page; `x` from the left and `y` (baseline) from the top, in mm."""

    x: float
    y: float
    text: str
    size: float


@dataclass(frozen=True)
class Row:
    """Cells side by side, each (distance from the margin in mm, text); a later cell begins where it is told to."""

    cells: tuple[tuple[float, str], ...]
    size: float = BODY_SIZE
    gap: float = 0.0


def compose(copies: Sequence[Project], measure: Measure) -> list[list[Piece]]:
    """The pages of the copies, each copy beginning on a new page; pieces in reading order."""
    pages: list[list[Piece]] = []
    for project in copies:
        pages.append(_new_page(measure))
        y = MARGIN + 2 * LINE_HEIGHT
        for row in form_rows(project):
            lines = _row_lines(row, measure)
            y += row.gap
            for line in lines:
                y += LINE_HEIGHT
                if y > PAGE_HEIGHT - MARGIN:
                    pages.append(_new_page(measure))
                    y = MARGIN + 3 * LINE_HEIGHT
                pages[-1].extend(Piece(MARGIN + x, y, text, row.size) for x, text in line)
    return pages


def form_rows(project: Project, placeholder: str = "-") -> Iterator[Row]:
    """Every row of the form below its title."""
    values = printed.header_values(project, placeholder)
    for heading in (printed.SECTION_1, printed.SECTION_1_1):
        yield _heading(heading)
    for label, value in values.items():
        if label == "หน่วยงานที่รับผิดชอบ.":
            yield _heading(printed.SECTION_1_2)
        yield _text(f"{label} : {value}")
    yield _heading(printed.SECTION_1_3)
    for paragraph in project.rationale or (placeholder,):
        yield _text(paragraph, gap=1.0)
    for heading, bullets in ((printed.SECTION_1_4, project.objectives), (printed.SECTION_1_5, project.targets)):
        yield _heading(heading)
        yield from (_text(f"- {bullet}") for bullet in bullets)
    yield _heading(printed.SECTION_1_6)
    for line in printed.strategy_lines(project, dash="–", placeholder=placeholder):
        yield _text(line)
    yield _heading(printed.SECTION_2)
    for report in project.reports:
        yield Row(((0.0, f"รายงานครั้งที่ {report.seq}"), (_REPORT_INDENT, printed.report_head(report))), gap=0.8)
        progress = f":: ความก้าวหน้าของงานฯ = {report.progress_pct:.2f} % {printed.report_amount(report)}"
        yield Row(((_REPORT_INDENT, progress),))
        yield Row(((_REPORT_INDENT, f": {report.plan_status}"), (_REPORT_INDENT + 50, f": {report.target_status}")))
    yield _text(printed.CERTIFICATION, gap=4.0)
    yield _text(printed.SIGNATURE, gap=8.0)
    yield _text(printed.POSITION)
    yield _text(".....")


def break_lines(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """The text in lines no wider than `width`; the space at which a line breaks is not printed.

    >>> break_lines("กก เกาะ", 4, len)
    ['กก', 'เกาะ']
    >>> break_lines("สวนเกาะ", 5, len)
    ['สวน', 'เกาะ']
    """
    lines = []
    rest = text
    while measure(rest) > width:
        fits = max(end for end in range(1, len(rest)) if end == 1 or measure(rest[:end]) <= width)
        end = _break_before(rest, fits)
        lines.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [*lines, rest]


def _break_before(text: str, fits: int) -> int:
    """Where to break a text of which `fits` characters fit the line; at least 1."""
    space = text.rfind(" ", fits // 2, fits + 1)
    if space > 0:
        return space
    for end in range(fits, max(fits - 14, 0), -1):
        if text[end] in "เแโใไ" and text[end - 1] not in "เแโใไ":
            return end
    for end in range(fits, 0, -1):
        if "ก" <= text[end] <= "ฮ" and text[end - 1] not in "เแโใไ":
            return end
    return fits


def _heading(text: str) -> Row:
    return Row(((0.0, text),), size=HEADING_SIZE, gap=2.0)


def _text(text: str, gap: float = 0.0) -> Row:
    return Row(((0.0, text.rstrip()),), gap=gap)


def _new_page(measure: Measure) -> list[Piece]:
    title = f"** {printed.TITLE} **"
    x = (PAGE_WIDTH - measure(title, HEADING_SIZE)) / 2
    return [Piece(x, MARGIN + LINE_HEIGHT, title, HEADING_SIZE)]


def _row_lines(row: Row, measure: Measure) -> list[list[tuple[float, str]]]:
    """The row's printed lines: only its last cell may need more than one."""
    *first, (x, last) = row.cells
    width = PAGE_WIDTH - 2 * MARGIN - x
    broken = break_lines(last, width, lambda text: measure(text, row.size))
    return [[*first, (x, broken[0])], *([(x, line)] for line in broken[1:])]
