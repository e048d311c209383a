"""Writes what is drawn on a page as lines, in the order in which it is drawn.

Every producer tried draws a form in reading order, or nearly so; sorting by position interleaves wrapped table cells,
and layout analysis scrambles rows. A line ends where the baseline changes or the pen goes back. All places are
measured along and across the direction of the writing itself, so rotated pages and rotated content need no rule of
their own. Both interpreters of pages write here, so what they show cannot differ in anything but the operators.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from pdfminer.pdffont import PDFFont

from extract.pdf.fonts import FontManager
from extract.pdf.placed import PlacedLine
from extract.pdf.runs import (
    MARK_LETTERS,
    MARKS_ONLY,
    NEW_LINE,
    WORD_GAP,
    Direction,
    Piece,
    Run,
    fills_gap,
    goes_back,
    is_before,
    is_elsewhere,
    is_out_of_order,
    is_same_place,
    joined,
    woven,
)
from extract.pdf.streams import TooMuch
from extract.pdf.strings import FontStrings, TextStyle

MAX_CHARACTERS = 2_000_000
"""Over a whole PDF; 200 dense pages of the form hold a quarter of it."""

MAX_WEAVING = 200_000
"""Comparisons of a page's pieces with others of their line; an honest page takes some thousands."""

_NO_WIDTH = 0.1  # of the font size


@dataclass(slots=True)
class PageText:
    """What was drawn on one page; `running` are the places in `lines` of its running head and foot."""

    lines: list[PlacedLine] = field(default_factory=list)
    running: frozenset[int] = frozenset()
    glyphs: int = 0
    undefined: int = 0
    invisible: int = 0
    images: int = 0
    counts: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class _Tag:
    """An open marked-content sequence; `text` replaces what is drawn inside it when it carries an /ActualText.

    `drawings` is how many paths and images were drawn before it.
    """

    text: str | None
    runs: list[Run] = field(default_factory=list)
    drawings: int = 0


class PageWriter:
    """Collects the text of pages, one PageText for each."""

    def __init__(self, fonts: FontManager) -> None:
        self.pages: list[PageText] = []
        self._fonts = fonts
        self._strings: dict[PDFFont, FontStrings] = {}
        self._characters = self._drawings = 0
        self._weaving = 0
        self._before_page = 0
        self._tags: list[_Tag] = []
        self._replacing: _Tag | None = None
        self._line: list[Piece] = []
        self._is_woven = False
        self._first: tuple[float, float, Direction] | None = None
        self._last: Run | None = None
        self._end = 0.0

    def strings(self, font: PDFFont) -> FontStrings:
        """The strings known of `font`."""
        known = self._strings.get(font)
        if known is None:
            known = self._strings[font] = FontStrings(font, self._fonts)
        return known

    # pages

    def begin_page(self) -> None:
        """Start an empty page."""
        self.pages.append(PageText())
        self._before_page = self._characters
        self._tags, self._replacing = [], None
        self._weaving = MAX_WEAVING

    def end_page(self) -> None:
        """Close tags a careless producer left open, and the last line."""
        while self._tags:
            self.end_tag()
        self._end_line()

    def drop_page(self) -> None:
        """Forget the page that was begun last, as if it had not been drawn."""
        self.pages.pop()
        self._characters = self._before_page
        self._line, self._is_woven, self._first, self._last = [], False, None, None

    def image(self) -> None:
        """Count an image: a page of images without text is a scan."""
        self.pages[-1].images += 1
        self.drawing()

    def drawing(self) -> None:
        """Remember that something was drawn: an /ActualText may stand for letters drawn as outlines."""
        self._drawings += 1

    # marked content

    def begin_tag(self, text: str | None) -> None:
        """Open a marked-content sequence; its outermost /ActualText stands for everything drawn inside."""
        if self._replacing is not None:
            text = None
        tag = _Tag(text, drawings=self._drawings)
        self._tags.append(tag)
        if text is not None:
            self._replacing = tag

    def end_tag(self) -> None:
        """Close the innermost sequence and write its /ActualText where its glyphs were."""
        if not self._tags:
            return
        tag = self._tags.pop()
        if tag.text is None:
            return
        self._replacing = None
        if not tag.text and tag.runs and all(MARKS_ONLY.fullmatch(run.text) for run in tag.runs):
            # poppler hides marks that had no meaning where it found them; nobody hides the mark of a letter on purpose
            for run in tag.runs:
                self._write(run)
            return
        if tag.drawings == self._drawings and _is_remnant(tag):
            # Chromium draws a row that straddles a page break on both pages; of the hidden half only this is left
            self.pages[-1].counts["actual_text_of_nothing"] += 1
            return
        if not tag.runs:
            self._end_line()
            self._write(Run(tag.text, 0.0, 0.0, 0.0, 1.0, (1.0, 0.0)))
            self._end_line()
            return
        first, last = tag.runs[0], tag.runs[-1]
        end = max(run.end for run in tag.runs if abs(run.baseline - last.baseline) <= NEW_LINE * last.size)
        self._write(Run(tag.text, first.start, end, first.baseline, first.size, first.direction))
        if self._last is not None and tag.text and abs(last.baseline - first.baseline) > NEW_LINE * first.size:
            self._last.baseline = last.baseline  # a text that goes on over several lines

    # text

    def show(
        self, style: TextStyle, origin: tuple[float, float], items: Iterable[object], x: float, y: float
    ) -> tuple[float, float]:
        """Draw strings with the moves between them; returns where the pen ends.

        (x, y) is the pen in the space of the text, `origin` the place of that space's (0, 0) on the page.
        """
        strings = style.strings
        is_vertical = strings.is_vertical
        if is_vertical:
            x, y = y, x
        ux, uy = style.direction
        length, drift = style.along
        e, f = origin
        offset = ux * e + uy * f + drift * y
        baseline = ux * f - uy * e + style.across * y
        moved, per_unit, charspace, has_gaps = style.moved, style.per_unit, style.charspace, style.has_gaps
        page = self.pages[-1]

        text = ""
        start = pen = x
        for item in items:
            if not isinstance(item, bytes):
                if isinstance(item, int | float):
                    x -= item * 0.001 * per_unit
                continue
            shown = strings[item]
            count = shown.length
            if not count:
                continue
            if not text:
                start = x
            elif x - pen > moved or pen - x > moved:
                self._draw(text, start * length + offset, pen * length + offset, baseline, style)
                text = ""
                start = x
            page.glyphs += count
            if shown.undefined:
                page.undefined += shown.undefined
            if style.is_hidden:
                page.invisible += count
            if not has_gaps:
                text += shown.text
                pen = x + shown.width * per_unit + (count - 1) * charspace
                x = pen + charspace
                continue
            for cid, letter, width in shown.glyphs:
                if not text:
                    start = x
                text += letter
                pen = x + width * per_unit
                gap = charspace + style.wordspace if cid == 32 else charspace
                x = pen + gap
                if gap > moved or gap < -moved:
                    self._draw(text, start * length + offset, pen * length + offset, baseline, style)
                    text = ""
        if text:
            self._draw(text, start * length + offset, pen * length + offset, baseline, style)
        if page.glyphs > MAX_CHARACTERS:
            raise TooMuch(f"a page draws more than {MAX_CHARACTERS:,} glyphs")
        return (y, x) if is_vertical else (x, y)

    def show_string(
        self, style: TextStyle, origin: tuple[float, float], string: bytes, x: float, y: float
    ) -> tuple[float, float]:
        """Do what `show` does for one string, quickly when it goes on where the last one ended."""
        last = self._last
        if (
            last is None
            or last.direction is not style.direction
            or not style.is_plain
            or self._replacing is not None
            or self._is_woven
        ):
            return self.show(style, origin, (string,), x, y)
        shown = style.strings[string]
        text = shown.text
        if not text or shown.undefined or text == last.text or text[0] in MARK_LETTERS:
            return self.show(style, origin, (string,), x, y)
        ux, uy = style.direction
        length, drift = style.along
        e, f = origin
        offset = ux * e + uy * f + drift * y
        start = x * length + offset
        size = style.size
        gap = start - last.end
        if (
            size != last.size
            or gap > WORD_GAP * size
            or gap < -WORD_GAP * size
            or ux * f - uy * e + style.across * y != last.baseline
        ):
            return self.show(style, origin, (string,), x, y)
        self._characters += len(text)
        self.pages[-1].glyphs += shown.length
        pen = x + shown.width * style.per_unit
        end = pen * length + offset
        self._line.append((text, start, end, size, False))
        last.text, last.start, last.end = text, start, end
        if end > self._end:
            self._end = end
        return pen, y

    def _draw(self, text: str, start: float, end: float, baseline: float, style: TextStyle) -> None:
        """Give a run to the /ActualText around it, else write it."""
        run = Run(text, start, end, baseline, style.size, style.direction)
        if self._replacing is not None:
            self._replacing.runs.append(run)
        else:
            self._write(run)

    def _write(self, run: Run) -> None:
        text, last = run.text, self._last
        if not text:
            return
        self._characters += len(text)
        if self._characters > MAX_CHARACTERS:
            raise TooMuch(f"the text is longer than {MAX_CHARACTERS:,} characters")
        is_marks = text[0] in MARK_LETTERS and MARKS_ONLY.fullmatch(text) is not None
        if last is not None:
            if text == last.text and not is_marks and is_same_place(run, last) and text.strip():
                self.pages[-1].counts["drawn_twice"] += 1
                return
            if is_elsewhere(run, last, is_marks) or not (is_marks or self._goes_on(run, last)):
                self._end_line()
                last = None
        self._line.append((text, run.start, run.end, run.size, is_marks))
        if last is None:
            self._first = (run.baseline, run.size, run.direction)
            self._end = run.end
        elif run.end > self._end:
            self._end = run.end
        if is_marks and last is not None:
            last.end = max(last.end, run.end)
        else:
            self._last = run

    def _goes_on(self, run: Run, last: Run) -> bool:
        """Whether `run`, on the baseline of `last`, belongs to its line: it follows, or fills a gap left for it.

        LibreOffice draws what a font has not, such as the commas of an amount, in another font and first.
        """
        if not (self._is_woven or is_out_of_order(run, last)):
            return True
        self._weaving -= len(self._line)
        if self._weaving > 0 and fills_gap(self._line, run):
            self._is_woven = self._is_woven or is_before(run, self._end)
            return True
        return not (self._is_woven or goes_back(run, last))

    def _end_line(self) -> None:
        first = self._first
        if first is not None:
            pieces = woven(self._line) if self._is_woven else self._line
            text, parts = joined(pieces)
            if text.strip():
                start = pieces[0][1]
                line = PlacedLine(text, start, self._end, *first, parts)
                self.pages[-1].lines.append(line)
        self._line, self._is_woven, self._first, self._last = [], False, None, None


def _is_remnant(tag: _Tag) -> bool:
    """Whether nothing, or only the marks without width over a letter that is not there, stands under an /ActualText."""
    if not tag.runs:
        return True
    width = max(r.end for r in tag.runs) - min(r.start for r in tag.runs)
    marks_only = all(MARKS_ONLY.fullmatch(r.text) for r in tag.runs)
    return marks_only and width < _NO_WIDTH * tag.runs[0].size and not MARKS_ONLY.fullmatch(tag.text or "")
