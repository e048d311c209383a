"""What kind of difference two readings of a text are, by the standing confusions of Thai letters; and in which words.

A difference is classified for the people who decide it. Nothing here rewrites a text or decides between two of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rapidfuzz.distance import Levenshtein

from transform.registers import Registers
from transform.thai import squash

Kind = Literal["harmless", "likely_misprint", "substantive"]
Pair = tuple[str, str]

# letters beside a difference in which its words are looked for
_WINDOW = 40
# differences nearer to each other than this (letters) are one
_NEAR = 3
_LONGEST_WORD = 24
_LETTERS = re.compile(r"[a-z]+|[0-9]+|[\u0e00-\u0e7f][\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]*|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Difference:
    """How two texts differ: harmless, a likely misprint, or substantive; and in which letters, side by side.

    `pairs` are empty where the difference is substantive, and where there is none.
    """

    kind: Kind
    pairs: tuple[Pair, ...] = ()


def classify(a: str, b: str, registers: Registers) -> Difference:
    """Say what kind of difference two texts are: substantive unless every differing letter is a standing confusion.

    >>> from transform.registers import Confusion
    >>> known = Registers(confusions=(Confusion("อ", "ธ", "likely_misprint"), Confusion("่", "", "likely_misprint")))
    >>> classify("ณัฐา อีระวุฒิ", "ณัฐา ธีระวุฒิ", known)
    Difference(kind='likely_misprint', pairs=(('อ', 'ธ'),))
    >>> classify("สำนักการศึกษา", "สำนักงานการศึกษา", known).kind, classify("สํานัก  เขต", "สำนักเขต", known).kind
    ('substantive', 'harmless')
    """
    left, right = squash(a), squash(b)
    if left > right:  # a difference is the same whichever copy comes first
        back = classify(b, a, registers)
        return Difference(back.kind, _turned(back.pairs))
    kinds = registers.confusion_kinds
    found: list[Pair] = []
    for region in _regions(left, right, near=1):
        pairs = _confused(left, right, region, kinds)
        if pairs is None:
            return Difference("substantive")
        found += pairs
    is_misprint = any(kinds[pair] != "harmless" for pair in found)
    return Difference("likely_misprint" if is_misprint else "harmless", tuple(dict.fromkeys(found)))


def differing_words(a: str, b: str) -> tuple[Pair, ...] | None:
    """The words in which two texts differ, side by side, without repetition; None where they differ in more than words.

    Words are those of PyThaiNLP's list, the longest first. Where one text has a word more, the word beside it is shown
    too. Digits are no words: each number is a fact of its own.

    >>> differing_words("รออนุญาตจากสำนักการศึกษา", "รออนุญาตจากสำนักงานการศึกษา")
    (('สำนัก', 'สำนักงาน'),)
    >>> differing_words("หน่วยงานที่ดูแลการจัดสวน", "หน่วยงานที่ดูแลจัดสวน")
    (('การจัดสวน', 'จัดสวน'),)
    >>> differing_words("เด็ก 40 คน", "เด็ก 48 คน") is None
    True
    """
    left, right = squash(a), squash(b)
    if left > right:
        back = differing_words(b, a)
        return None if back is None else _turned(back)
    found: list[Pair] = []
    regions = list(_regions(left, right, near=_NEAR))
    for n, (i1, i2, j1, j2) in enumerate(regions):
        start = max(i1 - _WINDOW, regions[n - 1][1] if n else 0)
        end = min(i2 + _WINDOW, regions[n + 1][0] if n + 1 < len(regions) else len(left))
        before, after = left[start:i1], left[i2:end]
        words = _words_around(before, left[i1:i2], right[j1:j2], after)
        if not all(words) or any(len(w) > _LONGEST_WORD or any(map(str.isdigit, w)) for w in words):
            return None
        found.append(words)
    return tuple(dict.fromkeys(found))


def _turned(pairs: tuple[Pair, ...]) -> tuple[Pair, ...]:
    return tuple((second, first) for first, second in pairs)


def _regions(left: str, right: str, *, near: int) -> Iterator[tuple[int, int, int, int]]:
    """(start, end) in the left and in the right of each difference; those with fewer equal letters between are one."""
    region: tuple[int, int, int, int] | None = None
    for code in Levenshtein.opcodes(left, right):
        if code.tag == "equal":
            continue
        if region is not None and code.src_start - region[1] < near:
            region = region[0], code.src_end, region[2], code.dest_end
            continue
        if region is not None:
            yield region
        region = code.src_start, code.src_end, code.dest_start, code.dest_end
    if region is not None:
        yield region


def _confused(left: str, right: str, region: tuple[int, int, int, int], kinds: Mapping[Pair, str]) -> list[Pair] | None:
    """The standing confusions that make up one difference, None where they do not."""
    i1, i2, j1, j2 = region
    mine, theirs = left[i1:i2], right[j1:j2]
    if (mine, theirs) in kinds:
        return [(mine, theirs)]
    pairs: list[Pair] = []
    for code in Levenshtein.opcodes(mine, theirs):
        ours, others = mine[code.src_start : code.src_end], theirs[code.dest_start : code.dest_end]
        if code.tag == "replace":
            pairs += zip(ours, others, strict=True)
        elif code.tag != "equal":
            pairs += [(c, "") for c in ours] + [("", c) for c in others]
    return pairs if all(pair in kinds for pair in pairs) else None


# ---------------------------------------------------------------- words


def _words_around(before: str, mine: str, theirs: str, after: str) -> Pair:
    """The words that hold a difference in both texts: from and to where both have an end of a word."""
    texts = f"{before}{mine}{after}", f"{before}{theirs}{after}"
    cuts = [_cuts(text) for text in texts]
    starts = sorted(at for at in cuts[0] & cuts[1] if at <= len(before))
    ends = sorted(
        {len(texts[0]) - at for at in cuts[0]} & {len(texts[1]) - at for at in cuts[1]} & set(range(len(after) + 1))
    )
    start, end = starts.pop(), ends.pop()
    if min(len(text) for text in texts) <= start + end:  # a word more: beside which one
        start, end = (starts.pop(), end) if starts else (start, ends.pop()) if ends else (start, end)
    return texts[0][start : len(texts[0]) - end], texts[1][start : len(texts[1]) - end]


def _cuts(text: str) -> set[int]:
    """Where words of a text begin and end, the longest known word first; a letter that begins no word stands alone."""
    words = _known_words()
    cuts, at = {0}, 0
    while at < len(text):
        longest = next((n for n in range(min(_LONGEST_WORD, len(text) - at), 1, -1) if text[at : at + n] in words), 0)
        letter = _LETTERS.match(text, at)
        at += longest or (letter.end() - at if letter else 1)
        cuts.add(at)
    return cuts


@lru_cache(maxsize=1)
def _known_words() -> frozenset[str]:
    """PyThaiNLP's words, as comparing keys."""
    from pythainlp.corpus import thai_words

    return frozenset(thai_words())
