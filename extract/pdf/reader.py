"""PDF bytes → Document, or the reason why its text layer is no use."""

from __future__ import annotations

import logging
import re
from collections import Counter
from io import BytesIO
from itertools import islice
from typing import Any

from pdfminer.pdfdocument import PDFDocument, PDFEncryptionError, PDFPasswordIncorrect, PDFXRefFallback
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import dict_value, int_value, list_value, resolve1

from extract.document import Document, Line, Page
from extract.encodings import repair_mojibake
from extract.pdf.device import PageText, TextDevice
from extract.pdf.fonts import FontManager
from extract.pdf.interpreter import PageInterpreter
from extract.pdf.repair import MARKS, repair
from extract.pdf.streams import Damaged, TooMuch
from extract.rejection import Unreadable

MAX_PAGES = 200
MAX_UNDEFINED_SHARE = 0.2
"""Readable files reach 0.02, files that lost their ToUnicode tables start at 0.43."""
MIN_THAI_SHARE = 0.3
"""Of all visible characters; readable forms start at 0.72, files with a wrong text layer end at 0.06."""

_OCR_PRODUCERS = ("ocrmypdf", "tesseract", "abbyy", "finereader", "paper capture", "readiris", "omnipage")

_LEADING_MARKS = re.compile(f"^[{MARKS}]+")

# pdfminer's warnings quote the document, which holds names and telephone numbers
logging.getLogger("pdfminer").setLevel(logging.CRITICAL)


def read_pdf(data: bytes) -> Document:
    """The text of a PDF as lines per page, in the order in which they are drawn, with glyph faults repaired.

    Raises Unreadable: `password_protected`, `broken_pdf`, `too_large`, `no_text_layer`, `unreadable_text_layer`.
    """
    try:
        document = PDFDocument(PDFParser(BytesIO(data)), password="")
        pages, notes = _draw(document, data)
    except Unreadable:
        raise
    except PDFPasswordIncorrect as error:
        raise Unreadable(
            "password_protected",
            "the PDF opens only with a password",
            "a PDF that opens without one",
            "export it again without a password",
        ) from error
    except PDFEncryptionError as error:
        raise Unreadable(
            "password_protected",
            f"the PDF is encrypted in a way that cannot be opened ({type(error).__name__})",
            "a PDF without encryption",
            "export it again without encryption",
        ) from error
    except TooMuch as error:
        raise Unreadable("too_large", str(error), "a form of a few pages", "check who made this file") from error
    except MemoryError:
        raise
    except Exception as error:  # 14 classes were seen, half of them not pdfminer's; RecursionError is one
        reason = str(error) if isinstance(error, Damaged) else type(error).__name__
        raise Unreadable(
            "broken_pdf", f"the PDF is damaged or cut off ({reason})", "a complete PDF", "deliver the file again"
        ) from error
    return _document(pages, document, notes)


def _draw(document: PDFDocument, data: bytes) -> tuple[list[PageText], Counter[str]]:
    """Draw every page; Damaged when pages are missing."""
    is_rebuilt = any(isinstance(xref, PDFXRefFallback) for xref in document.xrefs)
    if is_rebuilt and b"%%EOF" not in data:
        raise Damaged("it has no end mark %%EOF and no table of its objects")
    fonts = FontManager()
    device = TextDevice(fonts)
    interpreter = PageInterpreter(fonts, device)
    for page in islice(PDFPage.create_pages(document), MAX_PAGES + 1):
        if len(device.pages) == MAX_PAGES:
            raise TooMuch(f"the PDF has more than {MAX_PAGES} pages")
        interpreter.process_page(page)
        for annotation in list_value(page.annots or []):
            if getattr(resolve1(dict_value(annotation).get("Subtype")), "name", "") == "Widget":
                interpreter.notes["fill-in fields not read"] += 1
    expected = int_value(dict_value(document.catalog.get("Pages")).get("Count", 0))
    if len(device.pages) < expected:
        raise Damaged(f"{len(device.pages)} of {expected} pages are there")
    if is_rebuilt:
        interpreter.notes["table of objects rebuilt"] += 1
    return device.pages, interpreter.notes


def _document(pages: list[PageText], source: PDFDocument, notes: Counter[str]) -> Document:
    """Repair the lines, judge the text layer, number the lines."""
    counts = Counter(notes)
    texts = [_repaired_lines(page, counts) for page in pages]
    glyphs = sum(page.glyphs for page in pages)
    undefined = sum(page.undefined for page in pages)
    if not any(texts):
        raise _no_usable_text(pages, glyphs, undefined, 0.0)
    if thai_share(texts) < MIN_THAI_SHARE:
        # old programs write cp874 bytes in a font that calls itself Latin
        texts = [[repair_mojibake(text) for text in lines] for lines in texts]
        counts["cp874 read as Latin, repaired"] += 1
    share = thai_share(texts)
    if undefined > MAX_UNDEFINED_SHARE * glyphs or share < MIN_THAI_SHARE:
        raise _no_usable_text(pages, glyphs, undefined, share)
    if undefined:
        counts["undefined glyphs dropped"] += undefined
    silent = [
        number for number, (page, lines) in enumerate(zip(pages, texts, strict=True), 1) if page.images and not lines
    ]
    messages = [f"{name}: {count}" for name, count in sorted(counts.items())]
    messages += [f"page {number}: an image without text" for number in silent]
    by_ocr_program = _is_made_by_ocr(source)
    return Document(
        pages=tuple(
            Page(
                number,
                tuple(Line(number, at, text) for at, text in enumerate(lines, 1)),
                is_ocr=page.invisible * 2 > page.glyphs or (by_ocr_program and page.images > 0),
            )
            for number, (page, lines) in enumerate(zip(pages, texts, strict=True), 1)
        ),
        media_type="application/pdf",
        notes=tuple(messages),
    )


def _repaired_lines(page: PageText, counts: Counter[str]) -> list[str]:
    """The lines of a page after repair; marks that a line break tore off go back to their letter."""
    counts.update(page.counts)
    lines: list[str] = []
    for raw in page.lines:
        text = repair(raw, counts).strip()
        rest = _LEADING_MARKS.sub("", text)
        if lines and len(rest) < len(text) and lines[-1][-1] >= "\u0e01":
            lines[-1] = repair(lines[-1] + text[: len(text) - len(rest)], counts)
            counts["mark_on_next_line"] += 1
            text = rest.strip()
        if text.startswith("Powered by TCPDF"):
            counts["footer of TCPDF left out"] += 1
        elif text:
            lines.append(text)
    return lines


def thai_share(pages: list[list[str]]) -> float:
    """Share of Thai characters among the visible ones.

    >>> thai_share([["ปีงบประมาณ 2563"]]) > 0.7
    True
    """
    visible = [character for lines in pages for text in lines for character in text if not character.isspace()]
    return sum("\u0e01" <= character <= "\u0e5b" for character in visible) / max(1, len(visible))


def _no_usable_text(pages: list[PageText], glyphs: int, undefined: int, share: float) -> Unreadable:
    if glyphs == 0:
        images = sum(page.images for page in pages)
        return Unreadable(
            "no_text_layer",
            f"no text (pages: {len(pages)}, images: {images})",
            "a PDF with text",
            "export the form from the system instead of scanning it, or run OCR on it",
        )
    return Unreadable(
        "unreadable_text_layer",
        f"{undefined / max(1, glyphs):.0%} of the glyphs have no meaning and {share:.0%} of the characters are Thai",
        f"at most {MAX_UNDEFINED_SHARE:.0%} and at least {MIN_THAI_SHARE:.0%}",
        "export the form again with its fonts and their ToUnicode tables (not through a PDF printer)",
    )


def _is_made_by_ocr(source: PDFDocument) -> bool:
    for info in source.info:
        for key in ("Producer", "Creator"):
            if any(name in _plain(resolve1(info.get(key))) for name in _OCR_PRODUCERS):
                return True
    return False


def _plain(value: Any) -> str:
    if not isinstance(value, bytes):
        return ""
    return value.replace(b"\x00", b"").decode("latin-1").lower()
