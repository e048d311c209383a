"""The pages of a PDF, in the order of its page tree and only those."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pdfminer.pdfpage import PDFPage
from pdfminer.pdftypes import PDFObjRef, dict_value, list_value, resolve1
from pdfminer.psparser import literal_name

from extract.pdf.objects import BoundedDocument
from extract.pdf.streams import Damaged


def pages_of(document: BoundedDocument) -> Iterator[PDFPage]:
    """Every page once; Damaged when a part of the tree is no part of a page tree.

    pdfminer goes down recursively, passes over what it does not understand, and takes every page it can find, deleted
    ones too, where the tree has none.
    """
    waiting: list[tuple[object, dict[str, Any]]] = [(document.catalog.get("Pages"), {})]
    known: set[int] = set()
    while waiting:
        reference, inherited = waiting.pop()
        number = reference.objid if isinstance(reference, PDFObjRef) else 0
        if number in known:
            continue
        if number:
            known.add(number)
        node = resolve1(reference)
        if not isinstance(node, dict):
            raise Damaged("a page or a part of the page tree is missing")
        attributes = {**inherited, **node}
        if "Kids" in node:
            passed_on = {key: attributes[key] for key in PDFPage.INHERITABLE_ATTRS if key in attributes}
            waiting += [(kid, passed_on) for kid in reversed(list_value(node["Kids"]))]
        elif literal_name(resolve1(node.get("Type", node.get("type")))) == "Page":
            yield PDFPage(document, number, attributes, None)


def page_count(document: BoundedDocument) -> int:
    """How many pages the tree says it has; 0 when it does not say."""
    count = resolve1(dict_value(document.catalog.get("Pages")).get("Count"))
    return count if isinstance(count, int) else 0
