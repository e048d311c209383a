"""A second reader (PDFium) of the same PDF, whose typed values are compared with ours (extra `kaona[pdfium]`).

Codes, dates, amounts and percentages are compared, not the running text: PDFium orders, spaces and breaks text in its
own way, but hardly ever reads another digit. So each page is a bag of numbers. What both bags hold is agreed; what is
left may still be one value that either reader broke or glued to its neighbour, or a row that stands on the next page.
What is left after that is in doubt, beside the nearest number that the other reader has left.

PDFium is no witness where it fails, counts other pages, or sees clearly fewer Thai letters on a page than we do: then
it dropped text. Two values that changed places are not noticed. PDFium runs in this process: on a hostile file it may
abort for want of memory or take minutes, so limit the worker, and read a file that ends it again without this.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from extract.document import Doubt, Page

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

MAX_CHARACTERS = 100_000
"""On a page that is compared; a dense page of the form has 3,000."""
MIN_LETTERS = 0.95
"""Of our Thai consonants on a page or in the file; below it PDFium is no witness. Readable files have 1.00 and more."""
MIN_LETTERS_TO_MISS = 0.998
"""From this share on, a value that PDFium does not see at all is in doubt too, not only one that it sees changed."""
MAX_PIECES = 5
"""Into which white space may break a value, or which may be glued together."""
MAX_LEFT = 400
"""Numbers of a page that only one reader has; a dense page holds 60, so above this they read different things."""
MAX_COMPARED = 40
"""Numbers left on a page that are matched with each other; the differences of a real page are single."""

_PLAIN = str.maketrans("๐๑๒๓๔๕๖๗๘๙\u2010\u2011\u2012\u2013\u2014\u2212\ufffe\x02", "0123456789--------")
_TRANSLATED = re.compile("[๐-๙\u2010-\u2014\u2212\ufffe\x02]")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff\0]")
_NUMBER = re.compile(r"[0-9]+(?:[.,/:-][0-9]+)*")
_CHAIN = re.compile(r"[0-9][0-9.,/:\s-]*")
_TYPED = re.compile(
    r"[0-9]{8}-[0-9]{4}|[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]+/[0-9]+/[0-9]+"
    r"|[0-9]+(?:,[0-9]+)+(?:\.[0-9]+)?|[0-9]+\.[0-9]{2,}"
)
_WITH_UNIT = re.compile(r"[0-9]+(?:\.[0-9]+)?\s*(?:%|บาท)")
_CONSONANTS = re.compile("[\u0e01-\u0e2e]+")
_NO_FORM, _ACRO_FORM = 0, 1  # FORMTYPE_NONE, FORMTYPE_ACRO_FORM; XFA forms it cannot fill in
_WIDGET = 20  # FPDF_ANNOT_WIDGET
_MAX_WIDGETS = 2_000


def is_available() -> bool:
    """Whether pypdfium2 is installed; it is not loaded for that."""
    return find_spec("pypdfium2") is not None


def doubts(data: bytes, pages: tuple[Page, ...]) -> list[Doubt]:
    """Codes, dates, amounts and percentages that the second reader reads differently, by line of ours.

    `printed` is the value as our line holds it, or what of it stands on its first line, and `other` the nearest that
    PDFium has, "" for none. A value that only PDFium sees has line 0 and `printed` "".
    """
    texts = _texts(data, len(pages))
    if texts is None:
        return []
    ours = ["\n".join([line.text for line in page.lines]) for page in pages]
    seen = _share(sum(map(_letters, ours)), sum(_letters(text) for text in texts if text))
    compared = [_compared(*each, seen=seen) for each in zip(pages, ours, texts, strict=True)]
    for here, after in pairwise(compared):
        if here and after:  # a row that a page break cuts is joined on one of its pages
            _cancel(here.ours, after.theirs)
            _cancel(after.ours, here.theirs)
    return [doubt for page in compared if page for doubt in page.doubts()]


# ---------------------------------------------------------------- what PDFium sees


def _texts(data: bytes, count: int) -> list[str | None] | None:
    """PDFium's text of each page, None for one that it cannot read; None when it does not see `count` pages."""
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        return None
    try:
        form = pdf.get_formtype()
        if len(pdf) != count or form not in (_NO_FORM, _ACRO_FORM):
            return None
        has_fields = form == _ACRO_FORM
        if has_fields:
            pdf.init_forms()
        return [_page_text(pdf, number, has_fields=has_fields) for number in range(count)]
    except pypdfium2.PdfiumError:
        return None
    finally:
        pdf.close()


def _page_text(pdf: PdfDocument, number: int, *, has_fields: bool) -> str | None:
    import pypdfium2

    try:
        page = pdf[number]
    except pypdfium2.PdfiumError:
        return None
    try:
        text_page = page.get_textpage()
        try:
            if text_page.count_chars() > MAX_CHARACTERS:
                return None
            text = str(text_page.get_text_range())
        finally:
            text_page.close()
        if has_fields:
            text = "\n".join([text, *_field_values(pdf, page)])
        return text
    except pypdfium2.PdfiumError:
        return None
    finally:
        page.close()


def _field_values(pdf: PdfDocument, page: Any) -> Iterator[str]:
    """What stands in the form fields of a page: it is no part of PDFium's text."""
    import ctypes

    from pypdfium2 import raw

    for index in range(min(raw.FPDFPage_GetAnnotCount(page), _MAX_WIDGETS)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        if raw.FPDFAnnot_GetSubtype(annotation) == _WIDGET:
            size = raw.FPDFAnnot_GetFormFieldValue(pdf.formenv, annotation, None, 0)
            if 2 < size <= MAX_CHARACTERS:
                buffer = ctypes.create_string_buffer(size)
                pointer = ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR))
                raw.FPDFAnnot_GetFormFieldValue(pdf.formenv, annotation, pointer, size)
                yield buffer.raw[: size - 2].decode("utf-16-le", "replace")
        raw.FPDFPage_CloseAnnot(annotation)


def _letters(text: str) -> int:
    """How many Thai consonants a text has: marks and vowels are what readers disagree about."""
    return sum(map(len, _CONSONANTS.findall(text)))


def _share(ours: int, theirs: int) -> float:
    return theirs / ours if ours else float(theirs > 0)


# ---------------------------------------------------------------- numbers and how they differ


class Number(NamedTuple):
    """A number on a page: `value` in Arabic digits, `printed` as it stands there, `at` in the text of the page.

    `is_typed`: it is a code, date, amount or percentage, not a plain number.
    """

    value: str
    printed: str
    at: int
    is_typed: bool


def numbers(text: str) -> list[Number]:
    """The numbers of a text in their order.

    >>> [(n.value, n.is_typed) for n in numbers("ข้อ ๑.๖.๓ จ่าย ๑,๒๕๐.๕๐ บาท 100 คน 40 % 1/3/2564")]
    [('1.6.3', False), ('1,250.50', True), ('100', False), ('40', True), ('1/3/2564', True)]
    """
    plain = _plain(text)
    return [
        Number(
            match[0],
            text[match.start() : match.end()],
            match.start(),
            bool(_TYPED.fullmatch(match[0]) or _WITH_UNIT.match(plain, match.start())),
        )
        for match in _NUMBER.finditer(plain)
    ]


def _plain(text: str) -> str:
    """The text with Arabic digits and one kind of dash, each letter in its place."""
    return text.translate(_PLAIN) if _TRANSLATED.search(text) else text


def _compared(page: Page, our_text: str, their_text: str | None, *, seen: float) -> _Compared | None:
    """A page as both read it; None when PDFium is no witness for it.

    `seen`: PDFium's share of the letters of the whole file; a page has fewer than ours too where a row moved there.
    """
    if not their_text or len(our_text) > MAX_CHARACTERS:
        return None
    share = _share(_letters(our_text), _letters(their_text))
    if share == 0 or max(share, seen) < MIN_LETTERS:
        return None
    their_text = _INVISIBLE.sub("", their_text)
    ours, theirs = numbers(our_text), numbers(their_text)
    _cancel(ours, theirs)
    if len(ours) + len(theirs) > MAX_LEFT:
        return None
    if ours or theirs:
        _explain(theirs, ours, our_text)
        _explain(ours, theirs, their_text)
        _explain_gaps(ours, theirs, their_text)
    return _Compared(page, ours, theirs, max(share, seen) >= MIN_LETTERS_TO_MISS)


@dataclass(frozen=True, slots=True)
class _Compared:
    """`ours` and `theirs` are the numbers of a page that the other reader does not have."""

    page: Page
    ours: list[Number]
    theirs: list[Number]
    sees_all: bool

    def doubts(self) -> Iterator[Doubt]:
        """One for each difference in which a typed value takes part, in the order of our lines."""
        ours, theirs = self.ours[:MAX_COMPARED], self.theirs[:MAX_COMPARED]
        near = sorted(
            (distance, a, b)
            for a, mine in enumerate(ours)
            for b, other in enumerate(theirs)
            if (mine.is_typed or other.is_typed) and (distance := _distance(mine.value, other.value)) is not None
        )
        pair_of: dict[int, int] = {}
        taken: set[int] = set()
        for _, a, b in near:
            if a not in pair_of and b not in taken:
                pair_of[a] = b
                taken.add(b)
        for a, mine in enumerate(self.ours):
            if a in pair_of:
                yield self._doubt(mine, theirs[pair_of[a]].printed)
            elif mine.is_typed and self.sees_all and len(mine.value) > 1:  # PDFium drops letters that stand alone
                yield self._doubt(mine, "")
        for b, other in enumerate(self.theirs):
            if b not in taken and other.is_typed:
                yield Doubt(self.page.number, 0, "second_reader", "", other.printed)

    def _doubt(self, mine: Number, other: str) -> Doubt:
        end = -1
        for line in self.page.lines:
            end += len(line.text) + 1
            if mine.at < end:
                return Doubt(self.page.number, line.number, "second_reader", mine.printed, other)
        raise AssertionError("a number beyond the text that it was found in")


def _cancel(ours: list[Number], theirs: list[Number]) -> None:
    """Take out, in place and in order, the values that both have."""
    mine, other = Counter(n.value for n in ours), Counter(n.value for n in theirs)
    _keep(ours, mine - other)
    _keep(theirs, other - mine)


def _explain(whole: list[Number], parts: list[Number], text: str) -> None:
    """Take out numbers of `whole` that stand in the other's `text` broken by white space, and their `parts` there.

    So 1,234,567.50 is the same as 1,234,567. at the end of a line and 50 on the next one, and 1540 1.3 as 15401.3.
    """
    if not whole:
        return
    wanted, left = Counter(n.value for n in whole), Counter(n.value for n in parts)
    for chain in _CHAIN.finditer(_plain(text)):
        pieces = list(_NUMBER.finditer(chain[0]))
        for first, last in _neighbours(len(pieces)):
            value = "".join(chain[0][pieces[first].start() : pieces[last].end()].split())
            values = Counter(piece[0] for piece in pieces[first : last + 1])
            if wanted[value] and left & values:
                wanted[value] -= 1
                left -= values
    _keep(whole, wanted)
    _keep(parts, left)


def _explain_gaps(ours: list[Number], theirs: list[Number], their_text: str) -> None:
    """Take out our numbers that stand in their text with gaps for marks, and the pieces between the gaps.

    LibreOffice draws the marks that a font lacks in another font and first: PDFium then reads 521 300 for 521,300.
    """
    plain = _plain(their_text)
    left = Counter(n.value for n in theirs)
    wanted = Counter(n.value for n in ours)
    for value in [n.value for n in ours]:
        pieces = re.split("[.,/:-]", value)
        counted = Counter(pieces)
        if len(pieces) > 1 and counted <= left and re.search(rf"(?<!\d){'[ ]+'.join(pieces)}(?!\d)", plain):
            wanted[value] -= 1
            left -= counted
    _keep(ours, +wanted)
    _keep(theirs, left)


def _keep(numbers: list[Number], left: Counter[str]) -> None:
    """Take out, in place, all but so many of each value, from the first on."""
    spare = Counter(n.value for n in numbers) - left
    kept = []
    for number in numbers:
        if spare[number.value]:
            spare[number.value] -= 1
        else:
            kept.append(number)
    numbers[:] = kept


def _neighbours(count: int) -> Iterator[tuple[int, int]]:
    """Stretches of two to MAX_PIECES of `count` things, the long ones first."""
    for length in range(min(MAX_PIECES, count), 1, -1):
        for first in range(count - length + 1):
            yield first, first + length - 1


def _distance(a: str, b: str) -> int | None:
    """Edits between two values; None when they are not near."""
    limit = max(2, max(len(a), len(b)) * 2 // 5)
    if abs(len(a) - len(b)) > limit:
        return None
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (letter != other))
    return row[-1] if row[-1] <= limit else None
