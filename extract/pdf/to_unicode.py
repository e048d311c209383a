"""ToUnicode tables as producers write them, read block by block; odd ones are left to pdfminer's parser."""

from __future__ import annotations

import re
from binascii import unhexlify
from typing import NamedTuple

_HEX = rb"<(?:[0-9A-Fa-f]{2})*+>"
_SPACE = rb"[\t\n\f\r ]*+"
_BLOCK = re.compile(
    rb"(?<![^\t\n\f\r ])begin(bfchar|bfrange)((?:[\t\n\f\r \[\]]++|" + _HEX + rb")*+)end\1(?![^\t\n\f\r ])"
)
_PLAIN_STRING = re.compile(rb"\([A-Za-z0-9 .+-]*+\)")
_COMMENT = re.compile(rb"%[^\n\r]*+")
_BETWEEN = re.compile(rb"(?:[^<>()\[\]{}\0\v]++|<<|>>|" + _HEX + rb")*+")
_END = re.compile(rb"(?<![^\t\n\f\r ])endcmap(?![^\t\n\f\r ])")
_CHARS = re.compile(rb"(?:" + _SPACE + _HEX + _SPACE + _HEX + rb")*+" + _SPACE)
_RANGES = re.compile(
    rb"(?:"
    + (_SPACE + _HEX) * 2
    + _SPACE
    + rb"(?:"
    + _HEX
    + rb"|\[(?:"
    + _SPACE
    + _HEX
    + rb")*+"
    + _SPACE
    + rb"\]))*+"
    + _SPACE
)
_ITEM = re.compile(rb"<([0-9A-Fa-f]*)>|(\[)|(\])")
_ODD = (b"usecmap", b"cidchar", b"cidrange", b"notdef")


class Entries(NamedTuple):
    """What a table says: `chars` of single codes, `ranges` of codes with the text of the first, in their order.

    A text is UTF-16BE as written; a range's last two or four bytes grow with the code.
    """

    chars: list[tuple[int, bytes]]
    ranges: list[tuple[int, int, bytes]]


def read_entries(table: bytes) -> Entries | None:
    """The entries of a ToUnicode table; None when it holds anything beyond plain blocks of bfchar and bfrange.

    >>> read_entries(b"1 beginbfchar <01> <0E01> endbfchar 1 beginbfrange <10> <1F> <0E10> endbfrange")
    Entries(chars=[(1, b'\\x0e\\x01')], ranges=[(16, 31, b'\\x0e\\x10')])
    >>> read_entries(b"/Other usecmap")
    """
    plain = _COMMENT.sub(b"\n", _PLAIN_STRING.sub(b" ", table))
    body, *rest = _END.split(plain)
    if len(rest) != plain.count(b"endcmap") or b"begin" in b"".join(rest) or any(word in body for word in _ODD):
        return None
    entries = Entries([], [])
    at = words = 0
    for block in _BLOCK.finditer(body):
        kind, content = block.groups()
        if not _BETWEEN.fullmatch(body, at, block.start()):
            return None
        at, words = block.end(), words + 2
        if kind == b"bfrange":
            if not _RANGES.fullmatch(content) or not _add_ranges(entries, content):
                return None
        elif _CHARS.fullmatch(content):
            texts = [unhexlify(digits) for digits, _, _ in _ITEM.findall(content)]
            codes = (int.from_bytes(code, "big") for code in texts[::2])
            entries.chars.extend(zip(codes, texts[1::2], strict=True))
        else:
            return None
    is_whole = words == body.count(b"bfchar") + body.count(b"bfrange") and _BETWEEN.fullmatch(body, at)
    return entries if is_whole else None


def _add_ranges(entries: Entries, content: bytes) -> bool:
    items = _ITEM.finditer(content)
    for item in items:
        first, last = unhexlify(item[1]), unhexlify(next(items)[1])
        if len(first) != len(last):
            return False
        low, high = int.from_bytes(first, "big"), int.from_bytes(last, "big")
        target = next(items)
        if not target[2]:
            entries.ranges.append((low, high, unhexlify(target[1])))
            continue
        texts = [unhexlify(text) for text in iter(lambda: next(items)[1], None)]
        entries.chars.extend(zip(range(low, high + 1), texts, strict=False))
    return True
