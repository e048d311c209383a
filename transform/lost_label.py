"""A project code whose label is damaged beyond recognition: the code itself tells what it is."""

from __future__ import annotations

import re
from collections.abc import Iterable

from transform.passage import Segment
from transform.records import Reading, reading_on_line
from transform.thai import to_arabic_digits

_CODE = re.compile(r"(?<![\d-])\d{8}-\d{4}(?![\d-])")
# no other field of section 1.1 holds such a number; what is left of the label may stand before it
_LABEL_LEFT = re.compile(r"[^:：]{0,30}[:：]?\s*")


def code_without_label(segments: Iterable[Segment], copy_id: str) -> Reading | None:
    """The reading of the only full code that lines of section 1.1 print, None where there is none or more than one.

    `segments` are those of which nothing else was read. A code within a sentence is none.
    """
    found: list[Reading] = []
    for segment in segments:
        text = to_arabic_digits(segment.text)
        for match in _CODE.finditer(text):
            rest = text[match.end() :].strip(" *|\\")
            before = text[: match.start()]
            if _LABEL_LEFT.fullmatch(before) and not _CODE.search(before) and not rest:
                place = segment.page, segment.number, segment.offset
                printed = match.start(), match.end(), segment.text[match.start() : match.end()]
                found.append(reading_on_line(copy_id, "project_code", None, place, printed, match[0]))
    return found[0] if len({r.value for r in found}) == 1 else None
