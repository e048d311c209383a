"""A run of printed lines read as one text, in which every character still knows its page, line and column.

Values wrap over lines, labels stand lines away from their values, running titles are printed between the two: so
the form is read on joined text. Whatever is found there is traced back to the characters that were printed.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

from transform.records import Evidence
from transform.thai import normalize, skeleton_with_map

# markdown dressing and white space are not part of a value
DRESSING = " \t\r\n\v\f\u00a0\u200b\ufeff*\\|"
# signs that stand before an item; Word's own bullets are private-use characters. `-` is first, for character classes
LIST_MARKS = "-–—‐−•·☐❑□>●○▪■◦‣◆►➢✓☑\uf0a7\uf0b7\uf0d8\uf0fc"
# a word is looked for by its letters, with any mark or space between them
ANY_MARK = "[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\\s\u200b-\u200f\u2060\ufeff\xad]*"
_WRAP = re.compile(r"[ \t]*\n[ \t\n]*")
_TAG = re.compile(r"<[^<>\n]{1,20}>")
_THAI = re.compile(r"[\u0e01-\u0e3a\u0e40-\u0e4e\u0e2f]")


# what stands between a line and the line of text above it
JOINED, BLANK, PAGE_BREAK = 0, 1, 2


class Segment(NamedTuple):
    """A printed line with text, or the part of it from character `offset` that belongs to the passage.

    `gap`: nothing, blank lines, or a page break (a running title, with or without blank lines) above it.
    """

    page: int
    number: int
    offset: int
    text: str
    gap: int = JOINED

    @property
    def place(self) -> tuple[int, int]:
        """(page, line)."""
        return self.page, self.number


class Passage:
    """Segments joined by line breaks into `raw`, two at a gap; `key` is the same without marks and spaces."""

    def __init__(self, segments: Sequence[Segment]):
        self.segments = tuple(segments)
        self.starts: list[int] = []
        pieces: list[str] = []
        position = 0
        for segment in self.segments:
            if pieces:
                pieces.append("\n\n" if segment.gap else "\n")
                position += 2 if segment.gap else 1
            self.starts.append(position)
            pieces.append(segment.text)
            position += len(segment.text)
        self.raw = "".join(pieces)

    @cached_property
    def _mapped(self) -> tuple[str, list[int]]:
        return skeleton_with_map(self.raw)

    @property
    def key(self) -> str:
        """`skeleton(raw)`."""
        return self._mapped[0]

    def raw_index(self, key_index: int) -> int:
        """Where a character of `key` (or its end) stands in `raw`."""
        origin = self._mapped[1]
        return origin[key_index] if key_index < len(origin) else len(self.raw)

    def key_index(self, raw_index: int) -> int:
        """The first character of `key` that was read at or after a place in `raw`."""
        return bisect_right(self._mapped[1], raw_index - 1)

    def segment_at(self, raw_index: int) -> int:
        """Which segment a place in `raw` belongs to."""
        return max(0, bisect_right(self.starts, raw_index) - 1)

    def line_start(self, raw_index: int) -> int:
        """Where the line of a place in `raw` begins."""
        return self.starts[self.segment_at(raw_index)]

    def starts_line(self, raw_index: int) -> bool:
        """Whether only dressing or a list mark stands before this place on its line."""
        segment = bisect_right(self.starts, raw_index) - 1
        before = self.raw[self.starts[segment] : raw_index]
        return not (_TAG.sub("", before) if "<" in before else before).strip(DRESSING + LIST_MARKS + "#")

    def evidence(self, start: int, end: int, extra: str = "") -> Evidence | None:
        """Place of raw[start:end] without dressing and `extra` characters at its ends; None when nothing is left."""
        strip = DRESSING + extra
        text = self.raw[start:end].rstrip(strip)
        raw = text.lstrip(strip)
        if not raw:
            return None
        start += len(text) - len(raw)
        end = start + len(raw)
        first = bisect_right(self.starts, start) - 1
        head, begin = self.segments[first], self.starts[first]
        shift = head.offset - begin
        if end <= begin + len(head.text):
            return Evidence(head.page, head.number, head.number, start + shift, end + shift, raw)
        last = bisect_right(self.starts, end - 1) - 1
        tail = self.segments[last]
        return Evidence(
            page=head.page,
            line_first=head.number,
            line_last=tail.number,
            char_from=start + shift,
            char_to=end - self.starts[last] + tail.offset,
            raw=raw,
        )

    def places(self, start: int, end: int) -> set[tuple[int, int]]:
        """(page, line) of every segment that raw[start:end] touches."""
        first = max(bisect_right(self.starts, start) - 1, 0)
        if end <= self.starts[first] + len(self.segments[first].text):
            return {self.segments[first][:2]}
        last = bisect_right(self.starts, max(start, end - 1)) - 1
        return {s[:2] for s in self.segments[first : last + 1]}


@lru_cache(maxsize=16384)
def join_wraps(raw: str) -> str:
    """Raw text of several lines as one clean line: Thai runs on without a space, other text with one.

    >>> join_wraps("งบประมาณที่เบิก\\nใช้  (ครั้งที่ 1)")
    'งบประมาณที่เบิกใช้ (ครั้งที่ 1)'
    """

    def joint(match: re.Match[str]) -> str:
        before, after = match.string[match.start() - 1 : match.start()], match.string[match.end() : match.end() + 1]
        return "" if _THAI.match(before) and _THAI.match(after) else " "

    text = normalize(_WRAP.sub(joint, raw.strip(DRESSING)) if "\n" in raw else raw.strip(DRESSING))
    return text if "\n" not in text else _WRAP.sub(joint, text.strip(DRESSING))  # <br> is a line end too
