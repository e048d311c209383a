"""/ActualText that stands in the structure tree of a tagged PDF, not in the drawing (ISO 32000-2, 14.9.4).

Chromium and LibreOffice write it into the page's own marked content. InDesign and programs that make PDFs accessible
give it to an element of the structure tree, and the drawing holds only the number (MCID) that leads there. Most tagged
PDFs have none, so a file is asked first whether the word stands anywhere in it outside packed content; only then are
the elements looked up that the page's numbers lead to, page by page.
"""

from __future__ import annotations

from collections import Counter

from pdfminer.pdfpage import PDFPage
from pdfminer.pdftypes import PDFObjRef, PDFStream, resolve1

from extract.pdf.device import actual_text
from extract.pdf.objects import BoundedDocument

MAX_ELEMENTS = 10_000
"""Looked up in a whole PDF; 200 pages of a form that Chromium tagged hold that many."""
MAX_NUMBERS = 100_000
"""Of marked content, looked up in a whole PDF."""

_MAX_DEPTH = 64
_KEY = b"ActualText"

Texts = dict[int, str]


class StructureTexts:
    """The /ActualText of structure elements, for each page of a PDF; ask for the pages in their order."""

    def __init__(self, document: BoundedDocument) -> None:
        self._document = document
        root = resolve1(document.catalog.get("StructTreeRoot"))
        self._root = root if isinstance(root, dict) and _may_have_texts(document) else None
        self._written: set[int] = set()
        self._known: dict[int, tuple[int, str] | None] = {}
        self._elements: set[int] = set()
        self._numbers = 0

    def of(self, page: PDFPage, notes: Counter[str]) -> Texts:
        """MCID → the text for what is drawn under it; the text of an element with several stands at its first.

        An element whose text was written on a page before has an empty text here, so that its glyphs are not read too.
        `notes` counts what was not looked up in a file that has too many elements.
        """
        key = resolve1(page.attrs.get("StructParents"))
        if self._root is None or not isinstance(key, int):
            return {}
        texts: Texts = {}
        parents = resolve1(self._in_number_tree(self._root.get("ParentTree"), key))
        for mcid, reference in enumerate(parents if isinstance(parents, list) else ()):
            self._numbers += 1
            if self._numbers > MAX_NUMBERS or len(self._elements) > MAX_ELEMENTS:
                notes["pages whose structure is too large to look for texts in"] += 1
                break
            found = self._text_over(reference)
            if found is not None:
                element, text = found
                texts[mcid] = "" if element in self._written else text
                self._written.add(element)
        return texts

    def _in_number_tree(self, reference: object, key: int) -> object:
        """The value of `key` in a number tree."""
        waiting = [reference]
        seen: set[int] = set()
        while waiting:
            node = self._dictionary(waiting.pop(), seen)
            limits = resolve1(node.get("Limits"))
            if isinstance(limits, list) and len(limits) == 2:
                low, high = (resolve1(limit) for limit in limits)
                if isinstance(low, int) and isinstance(high, int) and not low <= key <= high:
                    continue
            numbers = resolve1(node.get("Nums"))
            if isinstance(numbers, list):
                for number, value in zip(numbers[::2], numbers[1::2], strict=False):
                    if resolve1(number) == key:
                        return value
            kids = resolve1(node.get("Kids"))
            if isinstance(kids, list):
                waiting += reversed(kids)
        return None

    def _text_over(self, reference: object) -> tuple[int, str] | None:
        """The outermost element, of `reference` and those it is part of, that has a text: its number, and the text."""
        first = reference.objid if isinstance(reference, PDFObjRef) else 0
        if first in self._known:
            return self._known[first]
        found: tuple[int, str] | None = None
        seen: set[int] = set()
        for _ in range(_MAX_DEPTH):
            element = self._dictionary(reference, seen)
            text = actual_text(element)
            if text is not None:
                found = (reference.objid if isinstance(reference, PDFObjRef) else -id(element), text)
            if element.get("P") is None:
                break
            reference = element["P"]
        if first:
            self._known[first] = found
        return found

    def _dictionary(self, reference: object, seen: set[int]) -> dict[str, object]:
        """What `reference` leads to; empty when it is no dictionary, or was `seen` before."""
        if isinstance(reference, PDFObjRef):
            if reference.objid in seen:
                return {}
            seen.add(reference.objid)
            self._elements.add(reference.objid)
        found = resolve1(reference)
        return found if isinstance(found, dict) else {}


def _may_have_texts(document: BoundedDocument) -> bool:
    """Whether /ActualText occurs in the file, or in one of its streams of objects."""
    if _KEY in document.data:
        return True
    packed: set[int | None] = set()
    for table in document.xrefs:
        packed |= {table.get_pos(number)[0] for number in table.get_objids()}
    for number in sorted(number for number in packed if number is not None):
        stream = document.getobj(number)
        if isinstance(stream, PDFStream) and _KEY in stream.get_data():
            return True
    return False
