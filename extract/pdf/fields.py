"""Text in filled form fields (AcroForm) and in notes typed onto a page, which is not part of the page's drawing.

What a person typed is the value of a field (ISO 32000-2, 12.7); its drawn appearance may be missing or out of date, so
the value counts and not the appearance. A field may inherit its type, value and flags from the field it is part of. The
state of check boxes, and what is hidden, is left out and counted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from html import unescape

from pdfminer.pdfpage import PDFPage
from pdfminer.pdftypes import PDFObjRef, PDFStream, resolve1
from pdfminer.psparser import PSLiteral
from pdfminer.utils import Matrix, apply_matrix_pt

from extract.pdf.objects import BoundedDocument
from extract.pdf.placed import PlacedLine
from extract.pdf.streams import TooMuch
from extract.pdf.text_strings import is_cp874, text_of

MAX_FIELDS = 10_000
"""Of one page."""
MAX_CHARACTERS = 2_000_000
"""Of the fields of one page; each text also counts among the bytes that a document may have parsed."""

XFA_NOTE = "XFA form not read"

_MAX_DEPTH = 32
_HIDDEN, _NO_VIEW = 1 << 1, 1 << 5  # flags of an annotation
_MULTILINE, _PASSWORD, _PUSH_BUTTON = 1 << 12, 1 << 13, 1 << 16  # flags of a field
_LINE_END = re.compile("\r\n|[\r\n\u2028\u2029]")
_RICH_BREAK = re.compile(r"(?i)</p\s*>|<br\s*/?>")
_RICH_TAG = re.compile("<[^<>]*>")
_FONT_SIZE = re.compile(rb"([0-9]*\.?[0-9]+)\s+Tf\b")
_STROKE = re.compile("[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]")

# in font sizes, as viewers draw a field
_LEADING = 1.15
_FIRST_BASELINE = 1.0  # below the upper edge of a field of several lines
_MIDDLE = 0.3  # of letters above their baseline
_LETTER = 0.5
_OF_HEIGHT = 0.7  # the size of a text that fits itself to the height of its field
_LARGEST = 12.0
_LARGEST_SIZE = 1000.0
_OPTION_BYTES = 8
_FAR = 1e5  # points; nothing further away can be seen

Dictionary = Mapping[str, object]


def field_texts(document: BoundedDocument, page: PDFPage, notes: Counter[str]) -> list[PlacedLine]:
    """The visible texts of the fields on `page`; `notes` counts what was left out and why.

    Raises TooMuch for more fields, or longer texts, than a form can have.
    """
    lines: list[PlacedLine] = []
    form = _dictionary(document.catalog.get("AcroForm"))
    annotations = resolve1(page.annots)
    length = 0
    if isinstance(annotations, list) and annotations:
        if len(annotations) > MAX_FIELDS:
            raise TooMuch(f"a page has more than {MAX_FIELDS:,} fields and notes")
        for reference in annotations:
            annotation = _dictionary(reference)
            text = _text_of_annotation(annotation, form, document, notes)
            if not text.strip():
                continue
            length += len(text)
            if length > MAX_CHARACTERS:
                raise TooMuch(f"the fields of a page hold more than {MAX_CHARACTERS:,} characters")
            document.parsing.spend(len(text))
            lines += _placed(text, annotation, form, page)
    if form.get("XFA") is not None and not notes[XFA_NOTE] and not lines and not _has_values(form):
        notes[XFA_NOTE] += 1
    return lines


def _dictionary(reference: object) -> Dictionary:
    found = resolve1(reference)
    return found if isinstance(found, dict) else {}


def _integer(value: object) -> int:
    found = resolve1(value)
    return found if isinstance(found, int) else 0


def _name(value: object) -> str:
    found = resolve1(value)
    return found.name if isinstance(found, PSLiteral) and isinstance(found.name, str) else ""


# what was typed


def _text_of_annotation(
    annotation: Dictionary, form: Dictionary, document: BoundedDocument, notes: Counter[str]
) -> str:
    kind = _name(annotation.get("Subtype"))
    if kind == "FreeText":
        text = _string(annotation.get("Contents"), document) or _rich(annotation.get("RC"), document)
    elif kind == "Widget":
        text = _value(annotation, form, document, notes)
    else:
        return ""
    if text.strip() and _integer(annotation.get("F")) & (_HIDDEN | _NO_VIEW):
        notes["hidden fields left out"] += 1
        return ""
    return text


def _value(widget: Dictionary, form: Dictionary, document: BoundedDocument, notes: Counter[str]) -> str:
    kind = _name(_inherited(widget, "FT"))
    flags = _integer(_inherited(widget, "Ff"))
    value = resolve1(_inherited(widget, "V"))
    if kind == "Btn":
        state = _name(widget.get("AS")) or _name(value)
        if not flags & _PUSH_BUTTON and state not in ("", "Off"):
            notes["ticked boxes left out"] += 1
        return ""
    if kind == "Sig":
        notes["signatures left out"] += value is not None
        return ""
    if flags & _PASSWORD and kind == "Tx":
        notes["password fields left out"] += value is not None
        return ""
    if kind == "Ch":
        return "\n".join(_chosen(widget, value, document))
    if kind != "Tx":
        return ""
    text = _string(value, document) or _rich(_inherited(widget, "RV"), document)
    if not text and value is None and isinstance(resolve1(_dictionary(widget.get("AP")).get("N")), PDFStream):
        notes["fields drawn without a value"] += 1
    return text


def _inherited(field: Dictionary, key: str) -> object:
    """An attribute of a field or of the fields it is part of."""
    seen: set[int] = set()
    for _ in range(_MAX_DEPTH):
        if field.get(key) is not None:
            return field[key]
        parent = field.get("Parent")
        if isinstance(parent, PDFObjRef):
            if parent.objid in seen:
                return None
            seen.add(parent.objid)
        field = _dictionary(parent)
        if not field:
            return None
    return None


def _chosen(widget: Dictionary, value: object, document: BoundedDocument) -> Iterator[str]:
    """What a choice field shows: the names of its chosen options, which may differ from their values."""
    options = resolve1(_inherited(widget, "Opt"))
    if isinstance(options, list):
        document.parsing.spend(_OPTION_BYTES * len(options))
    pairs: list[tuple[str, str]] = []
    for option in (options if isinstance(options, list) else [])[:MAX_FIELDS]:
        both = resolve1(option)
        if isinstance(both, list) and len(both) == 2:
            pairs.append((_string(both[0], document), _string(both[1], document)))
        else:
            name = _string(both, document)
            pairs.append((name, name))
    names = dict(reversed(pairs))
    if value is None:
        places = resolve1(_inherited(widget, "I"))
        for place in places if isinstance(places, list) else ():
            at = resolve1(place)
            if isinstance(at, int) and 0 <= at < len(pairs):
                yield pairs[at][1]
        return
    for one in (value if isinstance(value, list) else [value])[:MAX_FIELDS]:
        text = _string(one, document)
        yield names.get(text, text)


def _string(value: object, document: BoundedDocument) -> str:
    """The text of a string, or of a stream that holds a long one; old programs write cp874 without saying so."""
    found = resolve1(value)
    if isinstance(found, PDFStream):
        found = found.get_data()
        document.parsing.spend(len(found))
    if not isinstance(found, bytes):
        return ""
    return found.decode("cp874", "replace") if is_cp874(found) else text_of(found)


def _rich(value: object, document: BoundedDocument) -> str:
    """The plain text of rich text, which is XHTML."""
    return unescape(_RICH_TAG.sub("", _RICH_BREAK.sub("\n", _string(value, document)))).strip("\n")


def _has_values(form: Dictionary) -> bool:
    """Whether any field of the form has a value."""
    fields = resolve1(form.get("Fields"))
    waiting = list(fields) if isinstance(fields, list) else []
    seen: set[int] = set()
    for _ in range(MAX_FIELDS):
        if not waiting:
            return False
        reference = waiting.pop()
        if isinstance(reference, PDFObjRef):
            if reference.objid in seen:
                continue
            seen.add(reference.objid)
        field = _dictionary(reference)
        if field.get("V") is not None:
            return True
        kids = resolve1(field.get("Kids"))
        waiting += kids[:MAX_FIELDS] if isinstance(kids, list) else []
    return False


# where it stands


def _placed(text: str, annotation: Dictionary, form: Dictionary, page: PDFPage) -> Iterator[PlacedLine]:
    """The lines of a text in the rectangle of its field, in the frame in which the page is read."""
    rectangle = resolve1(annotation.get("Rect"))
    numbers = [resolve1(number) for number in rectangle] if isinstance(rectangle, list) else []
    x0, y0, x1, y1 = (
        float(n) if isinstance(n, int | float) and -_FAR < n < _FAR else 0.0 for n in (*numbers[:4], 0, 0, 0, 0)[:4]
    )
    matrix = _matrix_of(page)
    ux, uy = _direction(annotation, matrix)
    corners = [apply_matrix_pt(matrix, corner) for corner in ((x0, y0), (x1, y0), (x0, y1), (x1, y1))]
    along = [ux * x + uy * y for x, y in corners]
    across = [ux * y - uy * x for x, y in corners]
    start, end, bottom, top = min(along), max(along), min(across), max(across)
    pieces = [piece for piece in _LINE_END.split(text.replace("\t", " ")) if piece.strip()]
    has_lines = len(pieces) > 1 or bool(_integer(_inherited(annotation, "Ff")) & _MULTILINE)
    size = _font_size(annotation, form)
    if not size:
        size = _LARGEST if has_lines else min(_LARGEST, max(1.0, _OF_HEIGHT * (top - bottom)))
    baseline = (top + bottom) / 2 - _MIDDLE * size
    if has_lines or _name(annotation.get("Subtype")) == "FreeText":
        baseline = max(baseline, top - _FIRST_BASELINE * size)
    for piece in pieces:
        width = _LETTER * size * len(_STROKE.sub("", piece))
        yield PlacedLine(piece, start, max(start + 0.1, min(end, start + width)), baseline, size, (ux, uy))
        baseline -= _LEADING * size


def _matrix_of(page: PDFPage) -> Matrix:
    """From the space of the page to the frame in which the interpreters draw it."""
    x0, y0, x1, y1 = page.mediabox
    return {
        90: (0, -1, 1, 0, -y0, x1),
        180: (-1, 0, 0, -1, x1, y1),
        270: (0, 1, -1, 0, y1, -x0),
    }.get(page.rotate, (1, 0, 0, 1, -x0, -y0))


def _direction(annotation: Dictionary, matrix: Matrix) -> tuple[float, float]:
    """In which direction the text of a field runs: a field turns its text to stand upright on a turned page."""
    turn = _integer(_dictionary(annotation.get("MK")).get("R")) or _integer(annotation.get("Rotate"))
    x, y = {90: (0, 1), 180: (-1, 0), 270: (0, -1)}.get(turn % 360, (1, 0))
    a, b, c, d, _, _ = matrix
    return float(a * x + c * y), float(b * x + d * y)


def _font_size(annotation: Dictionary, form: Dictionary) -> float:
    """The size in the field's default appearance; 0 when the text fits itself to its field."""
    appearance = resolve1(_inherited(annotation, "DA"))
    if not isinstance(appearance, bytes):
        appearance = resolve1(form.get("DA"))
    found = _FONT_SIZE.findall(appearance[:1000]) if isinstance(appearance, bytes) else []
    size = float(found[-1]) if found else 0.0
    return size if size < _LARGEST_SIZE else 0.0
