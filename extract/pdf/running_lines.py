"""Running heads and feet: lines that stand at one place at the edge of every page, such as those a browser prints."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from extract.pdf.placed import PlacedLine

_NUMBER = re.compile(r"[0-9\u0e50-\u0e59]+")
_COUNTER = re.compile(r"(?<![^\s/(\-–])[0-9\u0e50-\u0e59]{1,4}(?![^\s/)\-–])")
_THAI_DIGITS = {0x0E50 + digit: str(digit) for digit in range(10)}
_SAME_SIZE = 0.05
_STEP = 2.0
"""Points; producers round the place of the same line differently on each page."""

_Key = tuple[str, int]


def running_lines(pages: Sequence[Sequence[PlacedLine]]) -> list[frozenset[int]]:
    """For each page, the places in its list of the lines that belong to its head or foot.

    Such a line stands above, or below, all text of its page, at the same height and with the same words on most pages,
    and either is set in another size than the text or counts the pages. A line of the form that only happens to open
    two pages is neither.
    """
    if len(pages) < 2:
        return [frozenset() for _ in pages]
    keys = [[_key(line) for line in lines] for lines in pages]
    seen = Counter(key for of_page in keys for key in set(of_page))
    known = {key for key, count in seen.items() if count >= 2 and count * 2 >= len(pages)}
    if not known:
        return [frozenset() for _ in pages]
    letters = Counter[float]()
    for lines, of_page in zip(pages, keys, strict=True):
        for line, key in zip(lines, of_page, strict=True):
            if key not in known:
                letters[round(line.size, 1)] += len(line.text)
    if not letters:
        return [frozenset() for _ in pages]
    usual = letters.most_common(1)[0][0]
    return [
        _at_the_edges(lines, [_key(line) in known and _stands_out(line, usual, number) for line in lines])
        for number, lines in enumerate(pages, 1)
    ]


def _key(line: PlacedLine) -> _Key:
    return _NUMBER.sub("0", line.text), round(line.baseline / _STEP)


def _stands_out(line: PlacedLine, usual: float, page: int) -> bool:
    if abs(line.size - usual) > _SAME_SIZE * usual:
        return True
    return any(int(number.translate(_THAI_DIGITS)) == page for number in _COUNTER.findall(line.text))


def _at_the_edges(lines: Sequence[PlacedLine], is_known: Sequence[bool]) -> frozenset[int]:
    by_height = sorted(range(len(lines)), key=lambda at: lines[at].baseline)
    found: set[int] = set()
    for order in (by_height, by_height[::-1]):
        for at in order:
            if not is_known[at]:
                break
            found.add(at)
    return frozenset(found) if len(found) < len(lines) else frozenset()
