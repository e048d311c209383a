"""What every source becomes: a Document of Pages of Lines, each line with its place.

The rest of kaona knows only these types. A place is (page, number): the number is what a person counts
on that page from 1, blank lines included in dumps. A text dump is one page; a PDF has its own pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import Literal, NamedTuple

MediaType = Literal["text/plain", "application/pdf"]


class Line(NamedTuple):
    """One printed line. `text` is exactly what the source holds (no repair), without its line end."""

    page: int
    number: int
    text: str

    @property
    def place(self) -> tuple[int, int]:
        """(page, number): sorts lines in the order in which they are printed."""
        return self.page, self.number


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a PDF, or the whole of a text dump. `is_ocr`: the text is an OCR layer behind an image."""

    number: int
    lines: tuple[Line, ...]
    is_ocr: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A file that was read: its pages in order, and how it was decoded (None for PDFs)."""

    pages: tuple[Page, ...]
    media_type: MediaType
    encoding: str | None = None
    notes: tuple[str, ...] = ()

    def lines(self) -> Iterator[Line]:
        """Every line of every page, in printed order."""
        return chain.from_iterable([page.lines for page in self.pages])


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One pulled file, known by the hash of its bytes; `uri` says where it came from, `night` when it first came."""

    sha256: str
    uri: str
    night: date
    size: int


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a file is no document. `code` is stable (`empty_file`, `broken_pdf` …); `message` names what to do."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class ReadResult:
    """Outcome of reading one file: a document, or a rejection; never both, never neither."""

    source: SourceFile
    media_type: str
    reader_version: str
    document: Document | None = None
    rejection: Rejection | None = None
    seconds: float = field(default=0.0, compare=False)

    def __post_init__(self) -> None:
        if (self.document is None) == (self.rejection is None):
            raise ValueError(
                f"{self.source.uri}: a read file has either a document or a rejection, got neither or both"
            )
