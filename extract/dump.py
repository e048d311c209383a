"""Text dumps → Document: one page, its lines numbered as an editor numbers them."""

from __future__ import annotations

import re

from extract.document import Document, Line, Page
from extract.encodings import decode_once, repair_mojibake

# str.splitlines would also cut at form feeds, vertical tabs and U+2028, which dumps hold inside lines
_LINE_END = re.compile("\r\n|\n|\r")


def read_dump(data: bytes) -> Document:
    """The dump's text as it stands, without its BOM; ValueError when it is in no known encoding.

    >>> [(line.number, line.text) for line in read_dump("ปีงบประมาณ\\r\\n\\n2563\\f\\n".encode()).lines()]
    [(1, 'ปีงบประมาณ'), (2, ''), (3, '2563\\x0c')]
    """
    printed, encoding = decode_once(data)
    text = repair_mojibake(printed)
    texts = _LINE_END.split(text)
    if not texts[-1]:
        texts.pop()
    lines = tuple(Line(1, number, line) for number, line in enumerate(texts, 1))
    notes = ("text was decoded wrongly before it came, repaired",) if text != printed else ()
    return Document(pages=(Page(1, lines),), media_type="text/plain", encoding=encoding, notes=notes)
