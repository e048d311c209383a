"""Lists of the form, as offices type them: with marks, numbers, letters or nothing before their items.

A line without a mark continues the item above. In a list without any marks blank lines part the items where they part
some of the lines; otherwise each line is an item.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from transform.passage import BLANK, DRESSING, PAGE_BREAK, Segment
from transform.records import OnLine
from transform.thai import is_placeholder, normalize
from transform.values import bullet_length, inline_items

# `ก. …`, `ข. …`: a letter is a mark only where the next one follows, or an abbreviation would pass for one
_LETTER = re.compile(r"\s*([ก-ฮ])\.\s+")
_FIRST_LETTERS = ("ก", "ข")


def usual_items(segments: Sequence[Segment]) -> list[tuple[OnLine, str]] | None:
    """Place and text of each item of a list that prints one marked item on each line; None for any other list."""
    items = [item for s in segments if (item := _usual_item(s.text)) is not None]
    return items if len(items) == len(segments) else None


@lru_cache(maxsize=65536)
def _usual_item(text: str) -> tuple[OnLine, str] | None:
    """An item on one line behind its mark; None when there is no mark, no text or more than one item."""
    skip, spans = _marks(text)
    if not skip or spans:
        return None
    start, raw, value = item_text(text[skip:])
    start += skip
    return None if is_placeholder(value) else ((start, start + len(raw), raw), value)


def items_of(segments: Sequence[Segment]) -> Iterator[list[Segment]]:
    """List items as segments without their marks; a numbered list printed on one line is taken apart."""
    marks = [_marks(s.text) for s in segments]
    if any(s.text.lstrip()[1:2] == "." for s in segments):
        letters = [_LETTER.match(s.text) for s in segments]
        if tuple(m[1] for m in letters if m)[: len(_FIRST_LETTERS)] == _FIRST_LETTERS:
            marks = [(m.end(), []) if m else own for m, own in zip(letters, marks, strict=True)]
    marked = sum(1 for skip, _ in marks if skip)
    has_marks = marked > 1 or bool(marks and marks[0][0])  # one mark among lines without is a stray sign
    gaps = {s.gap == BLANK for s in segments[1:] if s.gap != PAGE_BREAK}
    by_blanks = not has_marks and len(gaps) > 1
    item: list[Segment] = []
    for segment, (skip, spans) in zip(segments, marks, strict=True):
        page, number, offset, text, gap = segment
        if spans:
            if item:
                yield item
                item = []
            for a, b in spans:
                yield [Segment(page, number, offset + a, text[a:b])]
            continue
        if item and (gap == BLANK if by_blanks else skip or not has_marks):
            yield item
            item = []
        item.append(Segment(page, number, offset + skip, text[skip:], gap))
    if item:
        yield item


@lru_cache(maxsize=65536)
def _marks(text: str) -> tuple[int, list[tuple[int, int]]]:
    """Length of the list mark of a line, and the items of a whole list printed on it."""
    return bullet_length(text), inline_items(text)


@lru_cache(maxsize=65536)
def item_text(text: str) -> tuple[int, str, str]:
    """An item on one line: where its text begins, the text as printed without dressing, and clean.

    >>> item_text("  **ปลูก  ต้นไม้** ")
    (4, 'ปลูก  ต้นไม้', 'ปลูก ต้นไม้')
    """
    raw = text.strip(DRESSING)
    return len(text) - len(text.lstrip(DRESSING)), raw, normalize(raw)
