"""What a field's readings weigh where some of them are doubted: text before pictures, and no value without a witness.

Text that was recognised in a picture never outvotes printed text, and no register or majority of its own decides it:
two files that were recognised alike do. A value that another PDF reader sees differently stands when a copy beyond
doubt says the same. Everything else goes by the rules (transform/rules.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from extract.encodings import LOST
from transform.alignment import Item
from transform.candidates import UNDECIDED
from transform.doubts import doubt_of, files_of, is_ocr
from transform.records import Reading
from transform.rules import RULES, Candidate, Question, choose
from transform.thai import squash

Row = Sequence[Item | None]  # one item of a list, one column for each copy
# every id that a choice between readings can have, strongest first
ORDER = ("text_over_ocr", "ocr_agreed", *(name for name, _ in RULES), "second_reader", "ocr_only")


def weigh(question: Question) -> tuple[str, Candidate]:
    """The id of the rule that decides between differing readings, and what it chooses. One of them is a value."""
    if all(r.doubt is None for c in question.candidates for r in c.readings):  # nearly always
        return choose(question)
    heard = _heard(question)
    if heard is None:  # no text says a value
        return _recognised(question) if question.values else choose(question)
    if len(heard.candidates) == 1 and heard.candidates[0].key not in heard.joined:
        rule, winner = "text_over_ocr", heard.candidates[0]
    else:
        rule, winner = choose(heard)
    is_doubted = rule not in UNDECIDED and doubt_of(winner.readings) is not None
    return "second_reader" if is_doubted else rule, winner


def _heard(question: Question) -> Question | None:
    """The question as the copies of text put it; None where none of them says a value."""
    printed = [(c, tuple(r for r in c.readings if not is_ocr(r))) for c in question.candidates]
    candidates = tuple(replace(c, readings=text) for c, text in printed if text)
    return replace(question, candidates=candidates) if any(c.is_value for c in candidates) else None


def _recognised(question: Question) -> tuple[str, Candidate]:
    """Values from pictures only: the one that two files show alike, if it is the only such; else what looks best."""
    values = question.values
    shown_twice = [c for c in values if files_of([r for r in c.readings if is_ocr(r)]) > 1]
    if len(shown_twice) == 1:
        return "ocr_agreed", shown_twice[0]
    return "ocr_only", choose(question)[1]


def rule_alone(only: Candidate) -> str:
    """The id under which the only reading of a field stands."""
    if only.problem:
        return "none_well_formed" if only.value is None else "lost_letters"
    doubted = doubt_of(only.readings)
    return doubted or ("agreed" if only.copies > 1 else "single")


def without_misread_rows(
    rows: Sequence[Row], lists: Sequence[Sequence[Reading]], is_truncated: Sequence[bool]
) -> tuple[list[Row], list[Row]]:
    """Rows of an aligned list, and beside them those that only pictures show where a complete text prints the list.

    `lists` are what each copy prints, `is_truncated` whether it is cut: a cut list does not say that an item is none.
    """
    complete = [own for own, is_cut in zip(lists, is_truncated, strict=True) if own and not is_cut]
    if all(any(map(is_ocr, own)) for own in complete):
        return list(rows), []
    kept: list[Row] = []
    misread: list[Row] = []
    for row in rows:
        is_seen_only = all(is_ocr(r) for item in row if item is not None for r in item.pieces)
        (misread if is_seen_only else kept).append(row)
    return kept, misread


# ---------------------------------------------------------------- letters that were lost


def least_damaged(candidates: Sequence[Candidate], words: Sequence[str]) -> tuple[str, str] | None:
    """(rule, text) for a text of which every copy lost letters, None where no copy has such a text.

    The only one of the known `words` that fits all of them, else the text that lost the fewest letters, the first such.
    """
    damaged = [c for c in candidates if c.problem is not None and c.value is not None]
    if not damaged:
        return None
    fitting = [word for word in words if all(fits(c.value or "", word) for c in damaged)]
    if len(set(map(squash, fitting))) == 1:
        return "fitting_word", fitting[0]
    best = min(damaged, key=lambda c: (c.value or "").count(LOST))
    return "lost_letters", best.value or ""


def fits(damaged: str, word: str) -> bool:
    """Whether a text is a word of which letters were lost: each U+FFFD is one letter or several, half a ำ also.

    Half of the word's letters must still be there: what is left of it must say which one it was.

    >>> fits("ต\\ufffd\\ufffdากว่าเป้าหมาย", "ต่ำกว่าเป้าหมาย"), fits("\\ufffdกว่าเป้าหมาย", "เป็นไปตามแผน")
    (True, False)
    """
    first, *middle = [_in_halves(part) for part in re.split(f"{LOST}+", damaged)]
    whole = _in_halves(word)
    if not middle or not whole.startswith(first) or 2 * len("".join([first, *middle])) < len(whole):
        return False
    last = middle.pop()
    at, end = len(first), len(whole) - len(last)
    for part in middle:
        found = whole.find(part, at + 1, end)
        if found < 0:
            return False
        at = found + len(part)
    return at < end and whole.endswith(last)


def _in_halves(text: str) -> str:
    """The comparing key with sara am as the two signs that fonts draw it with."""
    return squash(text).replace("\u0e33", "\u0e4d\u0e32")
