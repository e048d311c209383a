"""Text of pages that are pictures, recognised by Tesseract (extra `kaona[ocr]`), and of other programs' OCR layers.

Nothing is raised for a page: what cannot be read within the limits has a reason instead of lines. Every limit holds
in a worker of 1 GB of memory.
"""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple

from extract.pdf.ocr_text import SURE_OF_DIGIT, Sign, close_gaps, in_cells, number_confidences, segments, undivided

if TYPE_CHECKING:
    from PIL.Image import Image

    from extract.pdf.ocr_ink import Grey

__all__ = ["Recognised", "close_gaps", "is_available", "recognise", "recognise_pages"]

MAX_PAGES = 20
"""Of one file; forms have 2 to 4. More pictures are no form, and cost a second or two each."""
SECONDS_PER_PAGE = 15.0
SECONDS = 50.0
"""For all pages of a file, below the 60 seconds after which its worker is killed and everything is lost."""

_DPI = (150.0, 300.0)
_MAX_PIXELS = 12_000_000
_WHOLE_PAGE = 0.7
_UPSIDE_DOWN_CONFIDENCE = 80.0
"""Pages read the right way up have 92 and 93, upside down 50 to 70."""
_POINTS_PER_INCH = 72
_SURE = 60.0
_SMALLER = 0.8
_LATIN = re.compile("[A-Za-z]")


class Recognised(NamedTuple):
    """One page: its lines from the top, or why there are none. `confidence`: mean of all signs, 0 to 100."""

    lines: list[str]
    confidence: float = 0.0
    problem: str | None = None


@cache
def is_available() -> bool:
    """Whether the libraries, the program and its Thai data are installed; asked once, in about a millisecond."""
    if any(find_spec(name) is None for name in ("numpy", "PIL", "pypdfium2")):
        return False
    from extract.pdf.ocr_tesseract import languages_installed

    return "tha" in languages_installed()


def recognise(data: bytes, page_numbers: list[int]) -> dict[int, list[str]]:
    """The lines of the given pages (from 1) of the PDF in `data`; none where a page could not be read."""
    return {number: page.lines for number, page in recognise_pages(data, page_numbers).items()}


def recognise_pages(data: bytes, page_numbers: Sequence[int], seconds: float = SECONDS) -> dict[int, Recognised]:
    """The given pages (from 1) of the PDF in `data`, in that order, within `seconds`."""
    import pypdfium2

    end = time.monotonic() + seconds
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        return {number: Recognised([], problem="PDFium cannot open the PDF") for number in page_numbers}
    try:
        pages = {}
        for count, number in enumerate(page_numbers):
            left = end - time.monotonic()
            if count >= MAX_PAGES:
                pages[number] = Recognised([], problem=f"more than {MAX_PAGES} pages are pictures")
            elif left <= 1:
                pages[number] = Recognised([], problem=f"no time left after {seconds:.0f} seconds")
            else:
                pages[number] = _recognised(document, number, min(left, SECONDS_PER_PAGE))
        return pages
    finally:
        document.close()


def _recognised(document: Any, number: int, seconds: float) -> Recognised:
    import pypdfium2

    from extract.pdf.ocr_tesseract import TesseractFailed

    try:
        picture, dpi = _picture(document, number)
        return _read(picture, dpi, seconds)
    except TesseractFailed as error:
        return Recognised([], problem=f"Tesseract: {error}")
    except pypdfium2.PdfiumError:
        return Recognised([], problem="PDFium cannot draw the page")
    except MemoryError:
        return Recognised([], problem="the picture takes more memory than one file may use")


def _picture(document: Any, number: int) -> tuple[Grey, float]:
    """The page upright in grey, at the resolution of its scan where it is one, and the pixels per inch of it."""
    import pypdfium2
    from numpy import ascontiguousarray

    page = document[number - 1]
    try:
        width, height = page.get_size()
        dpi = _DPI[1]
        # deeper objects are not asked for: a form in a form in a form may be a bomb
        for image in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE], max_depth=2):
            left, bottom, right, top = image.get_bounds()
            if (right - left) * (top - bottom) >= _WHOLE_PAGE * width * height:
                across = max(image.get_px_size()) * _POINTS_PER_INCH / max(right - left, top - bottom)
                dpi = min(max(across, _DPI[0]), _DPI[1])
        inches = width * height / _POINTS_PER_INCH**2
        dpi = min(dpi, (_MAX_PIXELS / max(inches, 1e-6)) ** 0.5)
        bitmap = page.render(scale=dpi / _POINTS_PER_INCH, grayscale=True)
        return ascontiguousarray(bitmap.to_numpy().reshape(bitmap.height, -1)[:, : bitmap.width]), dpi
    finally:
        page.close()


def _read(picture: Grey, dpi: float, seconds: float) -> Recognised:
    """The page as it lies, or turned round when it is hardly readable and better that way."""
    from numpy import ascontiguousarray, rot90

    end = time.monotonic() + seconds
    read = _read_as_it_lies(picture, dpi, seconds)
    left = end - time.monotonic()
    if not read.lines or read.confidence >= _UPSIDE_DOWN_CONFIDENCE or left < 1:
        return read
    turned = _read_as_it_lies(ascontiguousarray(rot90(picture, 2)), dpi, left)
    return max(read, turned, key=lambda page: page.confidence)


def _read_as_it_lies(picture: Grey, dpi: float, seconds: float) -> Recognised:
    from extract.pdf.ocr_lines import LETTER_HEIGHT, line_pictures

    end = time.monotonic() + seconds
    lines = line_pictures(picture, dpi)
    if not lines:
        return Recognised([], problem="no lines of text in the picture")
    read = _signs([line.picture for line in lines], end)
    parted = []
    for line, signs in zip(lines, read, strict=True):
        found = segments(signs, line.gaps, line.marks, LETTER_HEIGHT, line.left)
        parted.append(undivided(found) if line.is_in_cell else found)
    texts = in_cells(parted, LETTER_HEIGHT)
    return Recognised(texts, _confidence([sign for signs in read for sign in signs]))


def _signs(pictures: list[Image], end: float) -> list[list[Sign]]:
    """What Thai and English read, and a second reading of the lines where the first is not to be believed.

    English knows the names of strategy issues and words such as TOR, and takes Thai words for its own where it may
    (um for บาท, U for ปี): lines with Latin words are read again as Thai alone. Lines with a doubtful number are read
    again a little smaller. The second reading counts where it is sure.
    """
    from extract.pdf.ocr_tesseract import languages_installed, signs_of

    languages = "tha+eng" if "eng" in languages_installed() else "tha"
    read = signs_of(pictures, languages, max(1.0, end - time.monotonic()))
    latin = [index for index, signs in enumerate(read) if any(_LATIN.match(sign.text) for sign in signs)]
    for index, signs in _again({index: pictures[index] for index in latin}, "tha", end):
        if _least(signs) >= _SURE:
            read[index] = signs
    doubtful = [index for index, signs in enumerate(read) if number_confidences(signs, least=0, below=SURE_OF_DIGIT)]
    smaller = {
        index: pictures[index].resize([max(1, round(side * _SMALLER)) for side in pictures[index].size])
        for index in doubtful
    }
    for index, signs in _again(smaller, languages, end):
        # a number that is not there any more is not surer
        if len(number_confidences(signs, least=SURE_OF_DIGIT)) == len(number_confidences(read[index])):
            read[index] = [s._replace(left=s.left / _SMALLER, right=s.right / _SMALLER) for s in signs]
    return read


def _again(pictures: dict[int, Image], languages: str, end: float) -> Iterator[tuple[int, list[Sign]]]:
    """A second reading of some lines; none when there is no time for it or it fails, as the first one holds."""
    from extract.pdf.ocr_tesseract import TesseractFailed, signs_of

    seconds = end - time.monotonic()
    if pictures and seconds >= 1:
        with contextlib.suppress(TesseractFailed):
            yield from zip(pictures, signs_of(list(pictures.values()), languages, seconds), strict=True)


def _least(signs: list[Sign]) -> float:
    return min((sign.confidence for sign in signs), default=100.0)


def _confidence(signs: list[Sign]) -> float:
    return sum(sign.confidence for sign in signs) / max(1, len(signs))
