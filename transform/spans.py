"""Long text: where exactly the copies differ, so that each difference is decided by itself.

A paragraph with one doubtful word is not a doubtful paragraph: everything the copies agree on is kept, and only the
differing spans are put to the rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from transform.thai import squash_with_map

# spans nearer to each other than this (letters) are one difference, or every letter of a rewritten word would be one
_NEAR = 3
# letters of context shown on each side of a difference
CONTEXT = 16
_ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Span:
    """One difference: where it stands in the base text (start, end), and what each text prints there."""

    start: int
    end: int
    printed: tuple[str, ...]


class _Text:
    """A text with its comparing key and the way back."""

    def __init__(self, text: str):
        self.text = text
        self.key, self._origin = squash_with_map(text)

    def slice(self, start: int, end: int) -> str:
        """The printed text behind key[start:end]."""
        return self.text[self.at(start) : self.at(end)]

    def at(self, index: int) -> int:
        return self._origin[index] if index < len(self._origin) else len(self.text)


def differing_spans(texts: Sequence[str]) -> list[Span]:
    """Spans of the first text in which any other differs, in order; spaces, digits' script and dressing never differ.

    Shape: each span's `printed` has one entry for each text, "" where it prints nothing there.
    """
    base, *others = [_Text(t) for t in texts]
    edits = [_edits(base.key, other.key) for other in others]
    regions = _clusters(sorted((i1, i2) for edit in edits for i1, i2, _, _ in edit))
    spans = []
    for start, end in regions:
        printed = [base.slice(start, end)]
        for other, edit in zip(others, edits, strict=True):
            printed.append(other.slice(*_counterpart(edit, start, end)))
        spans.append(Span(base.at(start), base.at(end), tuple(printed)))
    return spans


def _edits(a: str, b: str) -> list[tuple[int, int, int, int]]:
    """(start, end) in a and (start, end) in b of each difference, in order."""
    codes = Levenshtein.opcodes(a, b)
    return [(o.src_start, o.src_end, o.dest_start, o.dest_end) for o in codes if o.tag != "equal"]


def _clusters(ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in ranges:
        if merged and start - merged[-1][1] < _NEAR:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _counterpart(edits: Sequence[tuple[int, int, int, int]], start: int, end: int) -> tuple[int, int]:
    """Where base[start:end] stands in the other text: outside the edits both run in step."""

    def shift(index: int, *, is_end: bool) -> int:
        offset = 0
        for i1, i2, j1, j2 in edits:
            if i2 < index or (i2 == index and (is_end or i1 < i2)):
                offset = j2 - i2
            elif i1 < index:
                return j1 + min(index - i1, j2 - j1)
        return index + offset

    return shift(start, is_end=False), max(shift(start, is_end=False), shift(end, is_end=True))


def merge(base: str, spans: Sequence[Span], chosen: Sequence[str]) -> str:
    """Return the base text with the chosen reading of each span."""
    parts, position = [], 0
    for span, text in zip(spans, chosen, strict=True):
        parts += [base[position : span.start], text]
        position = span.end
    return "".join([*parts, base[position:]])


def excerpt(base: str, spans: Sequence[Span], column: int) -> str:
    """Return what one text prints at each difference, with a little context, for people to compare.

    >>> text = "หน่วยงานที่ดูแลการจัดการเรียน"
    >>> spans = differing_spans([text, "หน่วยงานที่ดูแลจัดการเรียน"])
    >>> excerpt(text, spans, 1)
    'หน่วยงานที่ดูแลจัดการเรียน'
    """
    pieces, position = [], 0
    for n, span in enumerate(spans):
        before = base[max(position, span.start - CONTEXT) : span.start]
        limit = spans[n + 1].start if n + 1 < len(spans) else len(base)
        after = base[span.end : min(span.end + CONTEXT, limit)]
        lead = _ELLIPSIS if span.start - CONTEXT > position else ""
        tail = _ELLIPSIS if span.end + CONTEXT < limit else ""
        pieces.append(lead + before + span.printed[column] + after + tail)
        position = span.end + len(after)
    return "".join(pieces).replace("\n", " ").replace(_ELLIPSIS * 2, f"{_ELLIPSIS} ")
