"""What the reader of a file doubts, brought to the readings it concerns; and which readings have a voice.

Doubts about values (extract/document.py): `ocr`: the text was recognised in a picture, so any letter and digit of it
may be another one. `second_reader`: another PDF reader sees something else where a code, date, amount or percentage
stands. A page that is a `picture` and was not read is told with the copy it belongs to.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from extract.document import Document, Doubt
from transform.records import OCR, SECOND_READER, Evidence, Reading

# the rows of section 2 as a whole: an amount in them that is doubted is doubted by itself
_ROWS = "reports"


def with_doubts(readings: Sequence[Reading], document: Document) -> list[Reading]:
    """The readings of a copy, each with the doubt that lies at its place; that text was recognised goes first."""
    pictures = pages_by_ocr(document)
    others = [d for d in document.doubts if d.kind == "second_reader" and d.printed]
    if not pictures and not others:
        return list(readings)
    return [_doubted(reading, pictures, others) for reading in readings]


def pages_by_ocr(document: Document) -> frozenset[int]:
    """Numbers of the pages whose text was recognised in a picture."""
    named = {d.page for d in document.doubts if d.kind == "ocr"}
    return frozenset(named | {page.number for page in document.pages if page.is_ocr})


def _doubted(reading: Reading, pictures: frozenset[int], others: Sequence[Doubt]) -> Reading:
    evidence = reading.evidence
    if pictures and not pictures.isdisjoint(_pages(evidence)):
        return reading._replace(doubt=OCR)
    if others and reading.field != _ROWS:
        seen = [d.other for d in others if _stands_in(d, evidence)]
        if seen:
            return reading._replace(doubt=SECOND_READER + ", ".join(text or "–" for text in dict.fromkeys(seen)))
    return reading


def _pages(evidence: Evidence) -> tuple[int, ...]:
    """Pages of a text; over a page break the number of its last line begins anew."""
    return (evidence.page,) if evidence.line_first <= evidence.line_last else (evidence.page, evidence.page + 1)


def _stands_in(doubt: Doubt, evidence: Evidence) -> bool:
    if doubt.printed not in evidence.raw:
        return False
    if evidence.line_first <= evidence.line_last:
        return doubt.page == evidence.page and evidence.line_first <= doubt.line <= evidence.line_last
    if doubt.page == evidence.page:
        return doubt.line >= evidence.line_first
    return doubt.page == evidence.page + 1 and doubt.line <= evidence.line_last


def overlooked(document: Document, last_pages: Sequence[int]) -> list[str | None]:
    """What only the other reader sees, for each copy of a file, page by page (`FormCopy.overlooked`).

    `last_pages`: where the copies end, in order. A page that two copies share is the first one's; what stands behind
    all copies is the last one's.
    """
    seen = {(d.page, d.other) for d in document.doubts if d.kind == "second_reader" and not d.printed and d.other}
    told = _by_copy(((page, f"{page} {other}") for page, other in sorted(seen)), last_pages)
    return ["\n".join(lines) or None for lines in told]


def unread_pages(document: Document, last_pages: Sequence[int]) -> list[str | None]:
    """The pages of each copy of a file that are pictures and were not read (`FormCopy.unread_pages`)."""
    pages = sorted({d.page for d in document.doubts if d.kind == "picture"})
    return [", ".join(numbers) or None for numbers in _by_copy(((page, str(page)) for page in pages), last_pages)]


def _by_copy(words: Iterable[tuple[int, str]], last_pages: Sequence[int]) -> list[list[str]]:
    """What is told of each page, for the copies that end on `last_pages`."""
    told: list[list[str]] = [[] for _ in last_pages]
    for page, word in words:
        owner = next((n for n, last in enumerate(last_pages) if page <= last), len(last_pages) - 1)
        told[owner].append(word)
    return told


# ---------------------------------------------------------------- who has a voice


def is_ocr(reading: Reading) -> bool:
    """Whether the reading was recognised in a picture."""
    return reading.doubt == OCR


def with_voice(readings: Sequence[Reading]) -> Sequence[Reading]:
    """Those of the readings that may decide: recognised ones have no voice where text says a value."""
    if not any(map(is_ocr, readings)):
        return readings
    text = [r for r in readings if not is_ocr(r)]
    return text if any(r.value is not None and r.problem is None for r in text) else readings


def doubt_of(readings: Sequence[Reading]) -> str | None:
    """The rule under which a value stands that only these readings say; None when one of them is beyond doubt.

    `ocr_agreed`: recognised alike in two files; `ocr_only`: in one; `second_reader`: another reader sees another value.
    """
    if any(r.doubt is None for r in readings) or not readings:
        return None
    if not all(map(is_ocr, readings)):
        return "second_reader"
    return "ocr_agreed" if files_of(readings) > 1 else "ocr_only"


def files_of(readings: Sequence[Reading]) -> int:
    """From how many files readings come: the copies of one file were recognised in one go."""
    return len({r.copy_id.rpartition("-")[0] for r in readings})
