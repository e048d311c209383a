"""PDF bytes → Document, or the reason why its text layer is no use."""

from __future__ import annotations

import logging
from collections import Counter
from itertools import islice

from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.pdfpage import PDFPage
from pdfminer.pdftypes import PDFStream, resolve1

from extract.document import Document
from extract.options import DEFAULTS, Options
from extract.pdf.device import TextDevice
from extract.pdf.fields import field_texts
from extract.pdf.fonts import FontManager
from extract.pdf.interpreter import PageInterpreter
from extract.pdf.objects import BoundedDocument
from extract.pdf.order import in_reading_order, insert
from extract.pdf.page_breaks import rejoin_rows
from extract.pdf.pages import page_count, pages_of
from extract.pdf.running_lines import running_lines
from extract.pdf.scanner import InDoubt, PageScanner
from extract.pdf.streams import Damaged, TooMuch, open_stream
from extract.pdf.structure import StructureTexts
from extract.pdf.text_layer import document_of, is_made_by_ocr
from extract.pdf.writer import PageText, PageWriter
from extract.rejection import Unreadable

MAX_PAGES = 200

# pdfminer's warnings quote the document, which holds names and telephone numbers
logging.getLogger("pdfminer").setLevel(logging.CRITICAL)


def read_pdf(data: bytes, options: Options = DEFAULTS) -> Document:
    """The text of a PDF as lines per page, in reading order, with glyph faults repaired and what is in doubt named.

    Raises Unreadable: `password_protected`, `broken_pdf`, `too_large`, `no_text_layer`, `unreadable_text_layer`.
    """
    try:
        document = BoundedDocument(data)
        pages, notes = draw_pages(document, data)
        by_ocr = is_made_by_ocr(document)
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
    return document_of(pages, notes, data, options, is_made_by_ocr=by_ocr)


def draw_pages(
    document: BoundedDocument, data: bytes, *, interpreter_class: type[PageInterpreter] = PageScanner
) -> tuple[list[PageText], Counter[str]]:
    """Draw every page; Damaged when pages are missing.

    A page that the fast interpreter does not understand for certain is drawn again by pdfminer's own.
    """
    fonts = FontManager()
    writer = PageWriter(fonts)
    device = TextDevice(fonts, writer)
    structure = StructureTexts(document)
    interpreter = interpreter_class(fonts, device)
    pages = list(islice(pages_of(document), MAX_PAGES + 1))
    if len(pages) > MAX_PAGES:
        raise TooMuch(f"the PDF has more than {MAX_PAGES} pages")
    fonts.claims_are_checked = any(map(_has_actual_text, pages))
    for page in pages:
        device.structure = structure.of(page, interpreter.notes)
        before = interpreter.tally()
        try:
            interpreter.process_page(page)
        except InDoubt:
            writer.drop_page()
            careful = PageInterpreter(fonts, device)
            careful.restore(before)
            careful.process_page(page)
            interpreter = interpreter_class(fonts, device)
            interpreter.restore(careful.tally())
        text = writer.pages[-1]
        ordered = in_reading_order(text.lines)
        if ordered is not text.lines:
            interpreter.notes["pages put in reading order"] += 1
        text.lines = insert(ordered, field_texts(document, page, interpreter.notes))
    if not writer.pages:
        raise Damaged("it has no pages")
    if len(writer.pages) < page_count(document):
        raise Damaged(f"{len(writer.pages)} of {page_count(document)} pages are there")
    for text, running in zip(writer.pages, running_lines([text.lines for text in writer.pages]), strict=True):
        text.running = running
    rejoin_rows([text.lines for text in writer.pages], [text.running for text in writer.pages], interpreter.notes)
    if document.is_rebuilt:
        if b"%%EOF" not in data:
            raise Damaged("it has no end mark %%EOF and no table of its objects")
        interpreter.notes["table of objects rebuilt"] += 1
    return writer.pages, interpreter.notes


def _has_actual_text(page: PDFPage) -> bool:
    """Whether the content of a page says anywhere what its glyphs mean."""
    streams = [stream for stream in map(resolve1, page.contents) if isinstance(stream, PDFStream)]
    for stream in streams:
        open_stream(stream)
    return any(b"/ActualText" in stream.get_data() for stream in streams)
