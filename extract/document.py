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


DoubtKind = Literal["ocr", "picture", "second_reader"]


class Doubt(NamedTuple):
    """Why the text of a line is not to be trusted as printed, found while the file was read.

    `line` 0 stands for every line of the page. `ocr`: the text was recognised in a picture. `second_reader`: another
    PDF reader sees `other` where this line holds `printed`, a code, date, amount or percentage ("" when it sees none).
    `picture`: the page holds a picture and no text, so nothing of it was read.
    """

    page: int
    line: int
    kind: DoubtKind
    printed: str = ""
    other: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a PDF, or the whole of a text dump.

    `is_ocr`: the text was recognised in a picture. `running`: the numbers of the lines that stand at the edge of every
    page, such as the date and address that a browser prints; they are no part of a value.
    """

    number: int
    lines: tuple[Line, ...]
    is_ocr: bool = False
    running: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Document:
    """A file that was read: its pages in order, how it was decoded (None for PDFs), and what of it is in doubt."""

    pages: tuple[Page, ...]
    media_type: MediaType
    encoding: str | None = None
    notes: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()

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
