"""What a page's drawing is worth as text: repaired, judged, and what of it is in doubt."""

from __future__ import annotations

import re
from collections import Counter
from itertools import chain
from typing import Any

from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdftypes import resolve1

from extract.document import Document, Doubt, Line, Page
from extract.encodings import LOST, repair_mojibake
from extract.options import Options
from extract.pdf import ocr, witness
from extract.pdf.page_breaks import MOVED
from extract.pdf.repair import MARKS, repair
from extract.pdf.writer import PageText
from extract.rejection import Unreadable

MAX_UNDEFINED_SHARE = 0.2
"""Readable files reach 0.02, files that lost their ToUnicode tables start at 0.43."""
MIN_THAI_SHARE = 0.3
"""Of all visible characters; readable forms start at 0.72, files with a wrong text layer end at 0.06."""

MAX_MISPLACED_SHARE = 0.05
"""Of the Thai characters, those that cannot stand where they do; readable files reach 0.001, a mixed-up font 0.3."""

OCR_SHARE_OF_TIME = 0.8
"""Of the time that a file may take; the rest is for the text layer and a page that takes longer than thought."""
MIN_OCR_LETTERS = 40
"""Thai letters that OCR must find in a file without text; noise in a picture gives a few."""

_OCR_PRODUCERS = ("ocrmypdf", "tesseract", "abbyy", "finereader", "paper capture", "readiris", "omnipage")
_NOT_THAI = re.compile("[^\u0e01-\u0e5b]+")
_MISPLACED = re.compile(
    f"(?<![\u0e01-\u0e2e{MARKS}{LOST}])[{MARKS}]|(?<=[\u0e01-\u0e4e])[!-'*-,0-9;-~]+(?=[\u0e01-\u0e4e])"
)
_LEADING_MARKS = re.compile(f"^[{MARKS}]+")


def document_of(
    pages: list[PageText], notes: Counter[str], data: bytes, options: Options, *, is_made_by_ocr: bool
) -> Document:
    """Repair the lines, judge the text layer, read pictures if asked, number the lines, name what is in doubt.

    Raises Unreadable: `no_text_layer`, `unreadable_text_layer`.
    """
    counts = Counter(notes)
    recognised = {
        number
        for number, page in enumerate(pages, 1)
        if page.invisible * 2 > page.glyphs or (is_made_by_ocr and page.images > 0)
    }
    repaired = [_repaired_lines(page, counts, is_ocr=number in recognised) for number, page in enumerate(pages, 1)]
    texts, running = [lines for lines, _ in repaired], [numbers for _, numbers in repaired]
    glyphs, undefined = sum(page.glyphs for page in pages), sum(page.undefined for page in pages)
    if any(texts) and thai_share(texts) < MIN_THAI_SHARE:
        # old programs write cp874 bytes in a font that calls itself Latin
        texts = [[repair_mojibake(text) for text in lines] for lines in texts]
        counts["cp874 read as Latin, repaired"] += 1
    share = thai_share(texts)
    misplaced = misplaced_share(texts)
    is_useless = undefined > MAX_UNDEFINED_SHARE * glyphs or share < MIN_THAI_SHARE or misplaced > MAX_MISPLACED_SHARE
    unread = {n: "" for n, page in enumerate(pages, 1) if is_useless or (page.images and not texts[n - 1])}
    if unread and options.ocr and ocr.is_available():
        read_now = ocr.recognise_pages(data, sorted(unread), options.seconds * OCR_SHARE_OF_TIME)
        unread = {number: page.problem or "" for number, page in read_now.items() if not page.lines}
        lines_now = {n: [repair(line, counts) for line in page.lines] for n, page in read_now.items() if page.lines}
        if is_useless and len(_NOT_THAI.sub("", "".join(chain.from_iterable(lines_now.values())))) >= MIN_OCR_LETTERS:
            texts, recognised, is_useless = [[] for _ in pages], set(), False
            counts = Counter(notes)  # what was repaired in the text layer is of no interest any more
        if not is_useless:
            for number, lines in lines_now.items():
                texts[number - 1], running[number - 1] = lines, frozenset()
            recognised |= lines_now.keys()
            counts["pages read by OCR"] += len(lines_now)
    if is_useless:
        raise _no_usable_text(pages, undefined / max(1, glyphs), share, misplaced)
    numbered = tuple(
        Page(
            number,
            tuple(Line(number, at, text) for at, text in enumerate(lines, 1) if text),
            is_ocr=number in recognised,
            running=running[number - 1],
        )
        for number, lines in enumerate(texts, 1)
    )
    doubts = [Doubt(number, 0, "ocr") for number in sorted(recognised)]
    doubts += [Doubt(number, 0, "picture") for number in sorted(unread)]
    if options.second_reader and witness.is_available():
        doubts += witness.doubts(data, numbered)
    messages = [f"{name}: {count}" for name, count in sorted(counts.items()) if count]
    messages += [
        f"page {number}: an image without text" + (f" ({problem})" if problem else "")
        for number, problem in sorted(unread.items())
    ]
    empty = [n for n, page in enumerate(pages, 1) if not (page.glyphs or page.images or texts[n - 1])]
    messages += [f"page {number}: nothing is drawn on it" for number in empty]
    return Document(pages=numbered, media_type="application/pdf", notes=tuple(messages), doubts=tuple(doubts))


def _repaired_lines(page: PageText, counts: Counter[str], *, is_ocr: bool) -> tuple[list[str], frozenset[int]]:
    """The lines of a page after repair, and the numbers of its running lines.

    Marks that a line break tore off go back to their letter; a line that went back to the page before is empty.
    """
    counts.update(page.counts)
    lines: list[str] = []
    running: set[int] = set()
    for at, placed in enumerate(page.lines):
        text = repair(ocr.close_gaps(placed.text) if is_ocr else placed.text, counts).strip()
        rest = _LEADING_MARKS.sub("", text)
        if lines and len(rest) < len(text) and lines[-1][-1:] >= "\u0e01":
            lines[-1] = repair(lines[-1] + text[: len(text) - len(rest)], counts)
            counts["mark_on_next_line"] += 1
            text = rest.strip()
        if text.startswith("Powered by TCPDF"):
            counts["footer of TCPDF left out"] += 1
        elif text or placed.text == MOVED:
            lines.append(text)
            if at in page.running:
                running.add(len(lines))
    return lines, frozenset(running)


def thai_share(pages: list[list[str]]) -> float:
    """Share of Thai characters among the visible ones.

    >>> thai_share([["ปีงบประมาณ 2563"]]) > 0.7
    True
    """
    visible = "".join("".join(chain.from_iterable(pages)).split())
    return len(_NOT_THAI.sub("", visible)) / max(1, len(visible))


def misplaced_share(pages: list[list[str]]) -> float:
    """Share of the Thai characters that are marks on no letter, or stand beside a sign inside their word.

    >>> misplaced_share([["ที่ดิน โทร.3065 (ครั้งที่ 1)"]]), misplaced_share([["คว/3%หน้า", "่4าน"]]) > 0.2
    (0.0, True)
    """
    text = "\n".join(chain.from_iterable(pages))
    return len(_MISPLACED.findall(text)) / max(1, len(_NOT_THAI.sub("", text)))


def _no_usable_text(pages: list[PageText], undefined: float, share: float, misplaced: float) -> Unreadable:
    if not any(page.glyphs for page in pages):
        images = sum(page.images for page in pages)
        return Unreadable(
            "no_text_layer",
            f"no text (pages: {len(pages)}, images: {images})",
            "a PDF with text",
            "export the form from the system instead of scanning it, or install kaona[ocr] and Tesseract with Thai",
        )
    return Unreadable(
        "unreadable_text_layer",
        f"{undefined:.0%} of the glyphs have no meaning, {share:.0%} of the characters are Thai, {misplaced:.0%} of "
        "these stand where they cannot",
        f"at most {MAX_UNDEFINED_SHARE:.0%}, at least {MIN_THAI_SHARE:.0%}, and at most {MAX_MISPLACED_SHARE:.0%}",
        "export the form again with its fonts and their ToUnicode tables (not through a PDF printer)",
    )


def is_made_by_ocr(source: PDFDocument) -> bool:
    """Whether the PDF names an OCR program as its maker."""
    for info in source.info:
        for key in ("Producer", "Creator"):
            if any(name in _plain(resolve1(info.get(key))) for name in _OCR_PRODUCERS):
                return True
    return False


def _plain(value: Any) -> str:
    if not isinstance(value, bytes):
        return ""
    return value.replace(b"\x00", b"").decode("latin-1").lower()
