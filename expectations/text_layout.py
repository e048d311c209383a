"""Thai text in the columns of a terminal: lines that end before the margin, at places where Thai may be parted."""

from __future__ import annotations

import re
import unicodedata
from itertools import accumulate

WIDTH = 76
_MONTHS = r"[ก-ฮ]{1,2}\.[ก-ฮ]{1,2}\."
# what is read as one word: a place, a number with its unit, a date
_GLUED = re.compile(
    r" (?:(?<=หน้า )(?=\d)|(?<=บรรทัด )(?=\d)|(?<=ครั้งที่ )(?=\d)|(?<=สำเนาที่ )(?=\d)|(?<=วันที่ )(?=\d)|(?<=อ้างอิง )(?=\S)|(?=·)"
    r"|(?<=\d )(?=(?:บาท|%|วัน|รายการ|โครงการ|แห่ง|ครั้ง|ฉบับ|บรรทัด)(?!\w))"
    rf"|(?<=\d )(?={_MONTHS} \d)|(?<=\. )(?=\d{{4}}\b))"
)
_HELD = "\xa0"
_LEAD = re.compile(r"^ *(?:(?:[•✓–-]|\d+\.) +)?")
# a vowel that is written before its consonant begins a syllable
_LEADING_VOWELS = frozenset("เแโใไ")
_ABOVE_AND_BELOW = ("Mn", "Me", "Cf")
_NO_START = frozenset("ฯๆะาำๅ”)]>,.:;%")


def columns(text: str) -> int:
    """Columns that a text takes: marks above and below stand on their consonant.

    >>> columns("กรุงเทพ"), columns("ที่นี่")
    (6, 2)
    """
    return len(text) if text.isascii() else sum(map(_width, text))


class _Widths(dict[str, int]):
    """Columns of each character met so far."""

    def __missing__(self, character: str) -> int:
        self[character] = 0 if unicodedata.category(character) in _ABOVE_AND_BELOW else 1
        return self[character]


_width = _Widths().__getitem__


def reflow(text: str, width: int = WIDTH) -> str:
    """Every line within the width; what follows a break stands below the beginning of its text, bullets left out."""
    return "\n".join(part for line in text.split("\n") for part in _reflowed(line.rstrip(), width))


def _reflowed(line: str, width: int) -> list[str]:
    if len(line) <= width or columns(line) <= width:
        return [line]
    lead = _LEAD.match(line)
    assert lead is not None
    margin = " " * len(lead[0])
    held = _GLUED.sub(_HELD, line[lead.end() :])
    lines, current, taken = [], lead[0], columns(lead[0])
    for word in held.split(" "):
        is_begun = bool(current.strip()) and current != lead[0]
        room = taken + is_begun + columns(word)
        if room <= width:
            current, taken = f"{current} {word}" if is_begun else current + word, room
            continue
        if is_begun:
            lines.append(current)
            current, taken = margin, len(margin)
        for piece in _pieces(word, width - len(margin)):
            if taken + columns(piece) > width:
                lines.append(current)
                current, taken = margin, len(margin)
            current, taken = current + piece, taken + columns(piece)
    return [part.replace(_HELD, " ") for part in (*lines, current)]


def _pieces(word: str, room: int) -> list[str]:
    """A long word in parts that each fit: parted before a leading vowel in the second half, else between clusters."""
    pieces = []
    while columns(word) > room:
        taken = list(accumulate(map(_width, word)))  # columns of the word up to each character
        ends = [n for n in range(1, len(word)) if taken[n - 1] <= room and _may_part(word, n)]
        good = [n for n in ends if word[n] in _LEADING_VOWELS or word[n - 1] in _HELD]
        end = next((n for n in reversed(good) if taken[n - 1] > room // 2), ends[-1] if ends else len(word))
        pieces.append(word[:end].rstrip(_HELD))
        word = word[end:]
    return [*pieces, word] if word else pieces


def _may_part(word: str, at: int) -> bool:
    """Whether a line may end before a character: not before a mark, nor between a leading vowel and its consonant."""
    return (
        _width(word[at]) == 1
        and word[at] not in _NO_START
        and word[at - 1] not in _LEADING_VOWELS
        and word[at - 1] not in "“(["
    )
