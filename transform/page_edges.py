"""Running heads and feet, which stand between the lines of the form and belong to none of its values."""

from __future__ import annotations

from extract.document import Document, Line
from transform.form import Form
from transform.landmarks import landmarks_of


def without_edges(document: Document, form: Form) -> tuple[list[Line], set[tuple[int, int]]]:
    """The lines of a document without those of its running heads and feet, and the places of these.

    A title or heading of the form that stands at the edge of every page is kept: it may open a copy.
    """
    if not any(page.running for page in document.pages):
        return list(document.lines()), set()
    sight = landmarks_of(form).sight
    edges = {
        line.place
        for page in document.pages
        for line in page.lines
        if line.number in page.running and sight(line.text).landmark is None
    }
    return [line for line in document.lines() if line.place not in edges], edges
