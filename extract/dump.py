"""Text dumps → Document: one page, its lines numbered as an editor numbers them."""

from __future__ import annotations

import re
from itertools import count, repeat

from extract.document import Document, Line, Page
from extract.encodings import LOST, read_text
from extract.mojibake import THAI, in_lines

MAX_HOLES_SHARE = 0.01

_PADDING = "\x00\x1a \t\r\n\f\v"
# Where files were put together, a line begins with the end mark of one (DOS) or the byte-order mark of the next.
_SEAM = re.compile("(?:^|(?<=[\n\r]))[\x1a\ufeff]+")
# Bytes that were never written, and what converters write for a character that the target lacks.
_HOLE = re.compile("\x00+|\x1a+")


def read_dump(data: bytes) -> Document:
    """The dump's text as it stands, without its BOM; ValueError when it is in no known encoding.

    Notes say by line what is damaged, what was repaired, and what is in another encoding than the rest.

    >>> [(line.number, line.text) for line in read_dump("ปีงบประมาณ\\r\\n\\n2563\\f\\n".encode()).lines()]
    [(1, 'ปีงบประมาณ'), (2, ''), (3, '2563\\x0c')]
    >>> read_dump("ปีงบประมาณ\\nงบ\\ufffdระมาณ".encode()).notes
    ('line 2: characters that cannot be read, shown as U+FFFD',)
    """
    text, encoding, notes = read_text(data)
    if "\x00" in text or "\x1a" in text or "\ufeff" in text:
        text, more = _without_marks(text)
        notes += more
    texts = _lines(text)
    if LOST in text:
        lost = in_lines(number for number, line in enumerate(texts, 1) if LOST in line)
        notes += (f"{lost}: characters that cannot be read, shown as U+FFFD",)
    lines = tuple(map(Line._make, zip(repeat(1), count(1), texts)))
    return Document(pages=(Page(1, lines),), media_type="text/plain", encoding=encoding, notes=notes)


def _lines(text: str) -> list[str]:
    """`str.splitlines` would also cut at form feeds, vertical tabs and U+2028, which dumps hold inside lines."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    return lines


def _without_marks(text: str) -> tuple[str, tuple[str, ...]]:
    """The text without the marks between and behind files; holes inside it show: `18` NUL `,000` is not 18,000."""
    notes = []
    padding = _HOLE.search(text, len(text.rstrip(_PADDING)))
    body = text[: padding.start()] if padding else text
    if padding:
        notes.append(f"{len(text) - len(body):,} characters from a NUL or 0x1A on, behind the text, left out")
    seams = _lines_with(_SEAM, body)
    if seams:
        notes.append(f"{in_lines(seams)}: begins with an end mark (0x1A) or a byte-order mark, left out")
        body = _SEAM.sub("", body)
    holes = _HOLE.findall(body)
    if holes and len(holes) <= MAX_HOLES_SHARE * len(body) and THAI.search(body):
        longest = max(map(len, holes))
        notes.append(f"{in_lines(_lines_with(_HOLE, body))}: NUL or 0x1A inside the text, up to {longest:,} in a row")
        body = _HOLE.sub(LOST, body)
    return body, tuple(notes)


def _lines_with(pattern: re.Pattern[str], text: str) -> list[int]:
    return [number for number, line in enumerate(_lines(text), 1) if pattern.search(line)]
