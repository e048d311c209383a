"""Turns the drawing of a page into lines, in the order in which it is drawn.

Every producer tried draws a form in reading order; sorting by position interleaves wrapped table cells, and layout
analysis scrambles rows. A line ends where the baseline changes or the pen goes back. All places are measured along
and across the direction of the writing itself, so rotated pages and rotated content need no rule of their own.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from math import hypot

from pdfminer.pdfcolor import PDFColorSpace
from pdfminer.pdfdevice import PDFDevice, PDFTextSeq
from pdfminer.pdffont import PDFType3Font
from pdfminer.pdfinterp import PDFGraphicState, PDFStackT, PDFTextState
from pdfminer.pdfpage import PDFPage
from pdfminer.pdftypes import PDFStream, resolve1
from pdfminer.psparser import PSLiteral
from pdfminer.utils import Matrix, PDFDocEncoding, mult_matrix

from extract.pdf.fonts import FontManager
from extract.pdf.repair import MARKS, UNMAPPED
from extract.pdf.streams import TooMuch

MAX_CHARACTERS = 2_000_000
"""Over a whole PDF; 200 dense pages of the form hold a quarter of it."""

# All in units of the font size.
_NEW_LINE = 0.4  # the baseline moves this far: a new line (a raised ordinal moves less)
_NEW_LINE_FOR_MARKS = 0.9  # a mark alone may be raised above a tall consonant
_GOES_BACK = 0.9  # the pen goes back this far on the same baseline: another cell
_WORD_GAP = 0.17
_THAI_GAP = 0.24  # between two Thai letters: text spread to both margins has gaps inside its words
_AM_GAP = 0.6  # after ำ, whose width fpdf2 counts twice
_SAME_PLACE = 0.15  # the same text drawn again here is a bold letter made by hand

_MARKS_ONLY = re.compile(f"[{MARKS}{UNMAPPED}\uf701-\uf70e\uf710-\uf71a]+")
_THAI = re.compile("[\u0e01-\u0e5b\uf700-\uf71a]")
_TAKES_NO_SPACE = re.compile(f"[{MARKS}{UNMAPPED}\u0e32\u0e33\u0e45\uf701-\uf70e\uf710-\uf71a]")
_INVISIBLE_RENDER_MODE = 3
_NO_WIDTH = 0.1  # of the font size


@dataclass(slots=True)
class Run:
    """Text drawn in one go: its places along and across the direction it is written in, and its font size."""

    text: str
    start: float
    end: float
    baseline: float
    size: float
    direction: tuple[float, float]


@dataclass(slots=True)
class PageText:
    """What was drawn on one page."""

    lines: list[str] = field(default_factory=list)
    glyphs: int = 0
    undefined: int = 0
    invisible: int = 0
    images: int = 0
    counts: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class _Tag:
    """An open marked-content sequence; `text` replaces what is drawn inside it when it carries an /ActualText."""

    text: str | None
    runs: list[Run] = field(default_factory=list)
    has_drawing: bool = False


class TextDevice(PDFDevice):
    """Collects the text of the pages it is given; `pages` holds one PageText per page."""

    rsrcmgr: FontManager

    def __init__(self, fonts: FontManager) -> None:
        super().__init__(fonts)
        self.pages: list[PageText] = []
        self._characters = 0
        self._tags: list[_Tag] = []
        self._line: list[str] = []
        self._last: Run | None = None
        self._last_base: Run | None = None

    # page and image events

    def begin_page(self, page: PDFPage, ctm: Matrix) -> None:
        """Start an empty page."""
        self.pages.append(PageText())
        self._tags = []

    def end_page(self, page: PDFPage) -> None:
        """Close tags a careless producer left open, and the last line."""
        while self._tags:
            self.end_tag()
        self._end_line()

    def render_image(self, name: str, stream: PDFStream) -> None:
        """Count it: a page of images without text is a scan."""
        self.pages[-1].images += 1
        self._mark_drawing()

    def paint_path(self, *_: object) -> None:
        """Remember that something was drawn: an /ActualText may stand for letters drawn as outlines."""
        self._mark_drawing()

    def _mark_drawing(self) -> None:
        for tag in self._tags:
            tag.has_drawing = True

    # marked content

    def begin_tag(self, tag: PSLiteral, props: PDFStackT | None = None) -> None:
        """Open a marked-content sequence; its outermost /ActualText stands for everything drawn inside."""
        text = actual_text(props)
        if text is not None and any(outer.text is not None for outer in self._tags):
            text = None
        self._tags.append(_Tag(text))

    def end_tag(self) -> None:
        """Close the innermost sequence and write its /ActualText where its glyphs were."""
        if not self._tags:
            return
        tag = self._tags.pop()
        if tag.text is None:
            return
        if not tag.has_drawing and _is_remnant(tag):
            # Chromium draws a row that straddles a page break on both pages; of the hidden half only this is left
            self.pages[-1].counts["actual_text_of_nothing"] += 1
            return
        if not tag.runs:
            self._end_line()
            self._write(Run(tag.text, 0.0, 0.0, 0.0, 1.0, (1.0, 0.0)))
            self._end_line()
            return
        first, last = tag.runs[0], tag.runs[-1]
        end = max(run.end for run in tag.runs if run.baseline == last.baseline)
        self._write(Run(tag.text, first.start, end, first.baseline, first.size, first.direction))
        if self._last is not None and tag.text and abs(last.baseline - first.baseline) > _NEW_LINE * first.size:
            self._last.baseline = last.baseline  # a text that goes on over several lines

    # text

    def render_string(
        self, textstate: PDFTextState, seq: PDFTextSeq, ncs: PDFColorSpace, graphicstate: PDFGraphicState
    ) -> None:
        """Draw one string: pieces of text with the moves between them."""
        font = textstate.font
        if font is None or self.ctm is None:
            return
        page = self.pages[-1]
        fonts = self.rsrcmgr
        matrix = mult_matrix(textstate.matrix, self.ctm)
        a, b, c, d, e, f = matrix
        scaling = textstate.scaling * 0.01
        size = abs(textstate.fontsize) * (hypot(a, b) or hypot(c, d)) or 1.0
        if isinstance(font, PDFType3Font):
            size = (abs(textstate.fontsize) * hypot(a, b) * font.get_height()) or size
        length = hypot(a, b) or 1.0
        ux, uy = a / length, b / length
        word_space = 0.0 if font.is_multibyte() else textstate.wordspace
        x, y = textstate.linematrix

        texts: list[str] = []
        start = pen = x

        def place(at: float) -> tuple[float, float]:
            px, py = a * at + c * y + e, b * at + d * y + f
            return ux * px + uy * py, ux * py - uy * px

        def flush(end: float) -> None:
            if texts:
                along, across = place(start)
                self._draw(Run("".join(texts), along, place(end)[0], across, size, (ux, uy)))
                texts.clear()

        for item in seq:
            if isinstance(item, int | float):
                move = -item * 0.001 * textstate.fontsize * scaling
                x += move
                continue
            if not isinstance(item, bytes):
                continue
            if texts and abs(x - pen) * length > 0.02 * size:
                flush(pen)
            for cid in font.decode(item):
                if not texts:
                    start = x
                width = font.char_width(cid)
                text = fonts.glyph_text(font, cid)
                page.glyphs += 1
                if textstate.render == _INVISIBLE_RENDER_MODE:
                    page.invisible += 1
                if text is None:
                    page.undefined += 1
                    text = ""
                texts.append(text)
                pen = x + width * textstate.fontsize * scaling
                extra = textstate.charspace + (word_space if cid == 32 else 0.0)
                x = pen + extra * scaling
                if extra * scaling * length > 0.02 * size:
                    flush(pen)
        flush(pen)
        textstate.linematrix = (x, y)
        if page.glyphs > MAX_CHARACTERS:
            raise TooMuch(f"a page draws more than {MAX_CHARACTERS:,} glyphs")

    def _draw(self, run: Run) -> None:
        """Give the run to the /ActualText around it, else write it."""
        for tag in self._tags:
            if tag.text is not None:
                tag.runs.append(run)
                return
        self._write(run)

    def _write(self, run: Run) -> None:
        if not run.text:
            return
        self._characters += len(run.text)
        if self._characters > MAX_CHARACTERS:
            raise TooMuch(f"the text is longer than {MAX_CHARACTERS:,} characters")
        last, base = self._last, self._last_base
        is_marks = _MARKS_ONLY.fullmatch(run.text) is not None
        if last is not None and base is not None:
            if run.text == last.text and not is_marks and run.text.strip() and _is_same_place(run, last):
                self.pages[-1].counts["drawn_twice"] += 1
                return
            if _starts_line(run, base, is_marks):
                self._end_line()
            elif _needs_space(self._line, run, last):
                self._line.append(" ")
        self._line.append(run.text)
        if is_marks and self._last is not None:
            self._last.end = max(self._last.end, run.end)
        else:
            self._last = run
            self._last_base = run

    def _end_line(self) -> None:
        text = "".join(self._line)
        if text.strip():
            self.pages[-1].lines.append(text)
        self._line = []
        self._last = self._last_base = None


def _is_remnant(tag: _Tag) -> bool:
    """Whether nothing, or only the marks without width over a letter that is not there, stands under an /ActualText."""
    if not tag.runs:
        return True
    width = max(r.end for r in tag.runs) - min(r.start for r in tag.runs)
    marks_only = all(_MARKS_ONLY.fullmatch(r.text) for r in tag.runs)
    return marks_only and width < _NO_WIDTH * tag.runs[0].size and not _MARKS_ONLY.fullmatch(tag.text or "")


def actual_text(props: object) -> str | None:
    """The /ActualText of a marked-content property list, None when it has none."""
    properties = resolve1(props)
    if not isinstance(properties, dict):
        return None
    value = resolve1(properties.get("ActualText"))
    if not isinstance(value, bytes):
        return None
    if value.startswith(b"\xfe\xff"):
        return value[2:].decode("utf-16-be", "ignore")
    if value.startswith(b"\xff\xfe"):
        return value[2:].decode("utf-16-le", "ignore")
    if value.startswith(b"\xef\xbb\xbf"):
        return value[3:].decode("utf-8", "ignore")
    return "".join(PDFDocEncoding[byte] for byte in value)


def _is_same_direction(run: Run, other: Run) -> bool:
    return run.direction[0] * other.direction[0] + run.direction[1] * other.direction[1] > 0.99


def _is_same_place(run: Run, last: Run) -> bool:
    near = _SAME_PLACE * run.size
    return (
        _is_same_direction(run, last)
        and abs(run.start - last.start) < near
        and abs(run.end - last.end) < near
        and abs(run.baseline - last.baseline) < near
    )


def _starts_line(run: Run, base: Run, is_marks: bool) -> bool:
    if not _is_same_direction(run, base):
        return True
    size = max(run.size, base.size)
    if abs(run.baseline - base.baseline) > (_NEW_LINE_FOR_MARKS if is_marks else _NEW_LINE) * size:
        return True
    return not is_marks and run.start < base.end - _GOES_BACK * size


def _needs_space(line: list[str], run: Run, last: Run) -> bool:
    before, after = line[-1][-1:], run.text[:1]
    if before.isspace() or after.isspace() or _TAKES_NO_SPACE.match(after):
        return False
    gap = (run.start - last.end) / max(run.size, last.size)
    if before == "\u0e33" and _THAI.match(after):
        return gap > _AM_GAP
    if _THAI.match(before) and _THAI.match(after):
        return gap > _THAI_GAP
    return gap > _WORD_GAP
