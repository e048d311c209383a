"""Damages the text of a printed copy as copies were seen to be damaged: edits at random places, labels included.

The level is in edits for each 1,000 characters. A digit is damaged at a fifth of the rate of a letter: half of that
makes another digit of it, half a letter. With the levels of the facts 0.36 % of codes then carry a wrong digit.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from math import exp
from random import Random

LEVELS = {"exact": 0.0, "light": 1.0, "heavy": 6.0, "scan": 20.0}
LEVEL_WEIGHTS = {"exact": 30, "light": 46, "heavy": 16, "scan": 8}
_DIGIT_SHARE = 0.2

_PAIRS = ("อธ", "ดต", "คศ", "ชซ", "บป", "ถภ", "พฟ", "ผฝ", "มน", "ขช", "ฎฏ", "ลส")
_CONFUSED = {pair[side]: pair[1 - side] for pair in _PAIRS for side in (0, 1)}
_CONFUSABLE = re.compile(f"[{''.join(_CONFUSED)}]")
_MARK = re.compile("[\u0e31\u0e34-\u0e39\u0e47-\u0e4c]")
_OTHER_MARK = {"่": "้", "้": "่", "๊": "้", "๋": "้", "ิ": "ี", "ี": "ิ", "ึ": "ื", "ื": "ึ", "ุ": "ู", "ู": "ุ", "ั": "้", "็": "่", "์": "้"}
_LETTER = re.compile("[ก-ฮะาเแโใไ]")
_BETWEEN_LETTERS = re.compile("(?<=[ก-ฮ])(?=[ก-ฮ])")
_SPACE = re.compile(r"(?<=\S) (?=\S)")
_DEPARTMENT = re.compile("สำนัก(?=การ|อนามัย|สิ่งแวดล้อม|เทศกิจ|พัฒนา|วัฒนธรรม|ยุทธศาสตร์)")
_WORD = re.compile("การ|อย่าง|ทั้ง|ให้|ได้|และ|ที่")
_BULLET = re.compile(r"(?m)^- .*$")
_JOINT = re.compile("การ|และ|ของ|ให้")
_SURNAME = re.compile(r"(?m)^ผู้ประสานงาน สยป : \S+ (\S+)|^ชื่อผู้รับผิดชอบ\.\.\. : \S+ (\S+)")
_DIGIT = re.compile("[0-9]")
_DIGIT_AS_LETTER = {"0": "O", "1": "l", "5": "S", "8": "B", "6": "b"}
_DIGIT_CONFUSED = {"0": "8", "1": "7", "3": "8", "5": "6", "6": "5", "7": "1", "8": "3", "9": "4"}

Edit = Callable[[str, Random], str]


def damage(text: str, level: float, rng: Random) -> str:
    """The text with about `level` edits for each 1,000 characters."""
    if not level:
        return text
    for _ in range(_drawn(level * len(text) / 1000, rng)):
        text = rng.choices(_EDITS, cum_weights=_WEIGHTS)[0](text, rng)
    digits = sum(map(text.count, "0123456789"))
    for _ in range(_drawn(level * digits / 1000 * _DIGIT_SHARE, rng)):
        text = _misread_digit(text, rng)
    return text


def _drawn(mean: float, rng: Random) -> int:
    """A count of independent events (Poisson)."""
    limit, product, count = exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count


def _at_random(pattern: re.Pattern[str], text: str, rng: Random) -> re.Match[str] | None:
    """The first match behind a random place, else the first of the text."""
    return pattern.search(text, rng.randrange(len(text) + 1)) or pattern.search(text)


def _put(text: str, found: re.Match[str] | None, instead: str) -> str:
    return text if found is None else text[: found.start()] + instead + text[found.end() :]


def _confuse(text: str, rng: Random) -> str:
    found = _at_random(_CONFUSABLE, text, rng)
    return _put(text, found, _CONFUSED[found[0]] if found else "")


def _lose_mark(text: str, rng: Random) -> str:
    return _put(text, _at_random(_MARK, text, rng), "")


def _change_mark(text: str, rng: Random) -> str:
    found = _at_random(_MARK, text, rng)
    return _put(text, found, _OTHER_MARK.get(found[0], "") if found else "")


def _lose_letter(text: str, rng: Random) -> str:
    return _put(text, _at_random(_LETTER, text, rng), "")


def _add_letter(text: str, rng: Random) -> str:
    found = _at_random(_LETTER, text, rng)
    return _put(text, found, found[0] + rng.choice((found[0], "ร", "น", "า")) if found else "")


def _lose_space(text: str, rng: Random) -> str:
    return _put(text, _at_random(_SPACE, text, rng), "")


def _add_space(text: str, rng: Random) -> str:
    return _put(text, _at_random(_BETWEEN_LETTERS, text, rng), " ")


def _rename_department(text: str, rng: Random) -> str:
    return _put(text, _at_random(_DEPARTMENT, text, rng), "สำนักงาน")


def _lose_word(text: str, rng: Random) -> str:
    return _put(text, _at_random(_WORD, text, rng), "")


def _split_bullet(text: str, rng: Random) -> str:
    """A line wrap makes two bullets of one; half the time what stood at its end is printed again."""
    bullet = _at_random(_BULLET, text, rng)
    if bullet is None:
        return text
    ends = [m for m in _JOINT.finditer(bullet[0]) if 12 < m.end() < len(bullet[0]) - 8]
    if not ends:
        return text
    joint = rng.choice(ends)
    again = joint[0] if rng.randrange(2) else ""
    halves = f"{bullet[0][: joint.end()].rstrip()}\n- {(again + bullet[0][joint.end() :]).lstrip()}"
    return _put(text, bullet, halves)


def _misread_surname(text: str, rng: Random) -> str:
    people = list(_SURNAME.finditer(text))
    if not people:
        return text
    person = rng.choice(people)
    start, end = person.span(1 if person[1] else 2)
    places = [at for at in range(start, end) if text[at] in _CONFUSED]
    if not places:
        return text
    at = places[0] if rng.random() < 0.5 else rng.choice(places)
    return text[:at] + _CONFUSED[text[at]] + text[at + 1 :]


def _misread_digit(text: str, rng: Random) -> str:
    places = [found.start() for found in _DIGIT.finditer(text)]
    at = rng.choice(places)
    digit = text[at]
    if rng.randrange(2):
        other = _DIGIT_AS_LETTER.get(digit) or rng.choice("OlSB")
    else:
        likely = _DIGIT_CONFUSED.get(digit)
        other = likely if likely and rng.random() < 0.6 else rng.choice([d for d in "0123456789" if d != digit])
    return text[:at] + other + text[at + 1 :]


# The seed: of six differences three were a department, one a surname, one a split bullet, one a lost word.
_MIX: tuple[tuple[Edit, int], ...] = (
    (_confuse, 22), (_lose_mark, 10), (_change_mark, 8), (_lose_letter, 8), (_add_letter, 5), (_lose_space, 8),
    (_add_space, 6), (_rename_department, 12), (_lose_word, 8), (_split_bullet, 8), (_misread_surname, 5),
)  # fmt: skip
_EDITS = tuple(edit for edit, _ in _MIX)
_WEIGHTS = tuple(sum(weight for _, weight in _MIX[: n + 1]) for n in range(len(_MIX)))
