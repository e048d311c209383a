"""Letter statistics of Thai names: which of two spellings of a name looks like a name.

A trigram model over the given and family names that PyThaiNLP ships (9,836 of them). It only ever ranks readings
that copies of the form print, by a clear margin; it never proposes a spelling.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import lru_cache

# nats between the best and the next reading: decides 71.5 % of one-letter confusions, 98.4 % of them rightly
CLEAR_MARGIN = 4.0
# Each letter costs a spelling 2.4 nats, so the shorter one starts ahead. Evened out, and with a wider margin, half of
# the spellings of unequal length are decided: 98.5 % rightly for a lost letter, 99.1 % for a lost mark, 99.8 % for an
# added letter (1,500 family names kept out of the model).
_PER_LETTER = 3.0
CLEAR_MARGIN_UNEQUAL = 6.0
_THAI_LETTERS = re.compile("[ก-ฺเ-๎.]+")
_SMOOTHING = 0.02
_ALPHABET = 75


class NameModel:
    """Smoothed letter trigrams of a list of names, and the names themselves."""

    def __init__(self, names: frozenset[str]):
        self.names = names
        joined = "".join([f"^^{name}$" for name in sorted(names)])  # no word asks what stands over the end of a name
        self._three = Counter([joined[i : i + 3] for i in range(len(joined) - 2)])
        self._two = Counter([joined[i : i + 2] for i in range(len(joined) - 2)])

    def score(self, word: str) -> float:
        """Log-probability of one word, in nats; higher is more name-like."""
        padded = f"^^{word}$"
        return sum(
            math.log(
                (self._three[padded[i : i + 3]] + _SMOOTHING) / (self._two[padded[i : i + 2]] + _SMOOTHING * _ALPHABET)
            )
            for i in range(len(padded) - 2)
        )


@lru_cache(maxsize=1)
def name_model() -> NameModel:
    """The model over PyThaiNLP's family, male and female names (built once, offline)."""
    from pythainlp.corpus import thai_family_names, thai_female_names, thai_male_names

    return NameModel(frozenset(thai_family_names()) | frozenset(thai_female_names()) | frozenset(thai_male_names()))


def clear_winner(names: tuple[str, ...]) -> str | None:
    """Return the one of several spellings of a name that is more name-like by a clear margin, None when none is.

    Only the words in which the spellings differ are weighed. A spelling whose words are all listed names, where no
    other one's are, wins. Spellings with digits or foreign letters are never ranked, and a surname that another
    spelling continues never wins: columns cut surnames.
    """
    words = [n.split() for n in names]
    if len(names) < 2 or len({len(w) for w in words}) != 1 or any(c.isdigit() for n in names for c in n):
        return None
    differing = _differing_words(names)
    if not all(_THAI_LETTERS.fullmatch(word) for spelling in differing for word in spelling):
        return None
    listed = only_listed(names)
    if listed is not None:
        return None if _is_cut(differing[names.index(listed)], differing) else listed
    (best, winner, spelling), (second, _, rival) = _ranked(names, differing)[:2]
    equal = [len(word) for word in spelling] == [len(word) for word in rival]
    if best - second < (CLEAR_MARGIN if equal else CLEAR_MARGIN_UNEQUAL) or _is_cut(spelling, differing):
        return None
    return winner


def only_listed(names: tuple[str, ...]) -> str | None:
    """The one of several spellings whose differing words are all listed names, where no other one's are."""
    differing = zip(names, _differing_words(names), strict=True)
    listed = [name for name, words in differing if set(words) <= name_model().names]
    return listed[0] if len(listed) == 1 else None


def clear_margin(names: tuple[str, ...]) -> float:
    """Nats between the most name-like of the spellings that `clear_winner` ranks and the next one."""
    first, second = _ranked(names, _differing_words(names))[:2]
    return first[0] - second[0]


def _differing_words(names: tuple[str, ...]) -> list[list[str]]:
    words = [n.split() for n in names]
    return [[w[i] for i in range(len(words[0])) if len({other[i] for other in words}) > 1] for w in words]


def _ranked(names: tuple[str, ...], differing: list[list[str]]) -> list[tuple[float, str, list[str]]]:
    """(nats evened out for length, name, its differing words), the most name-like first."""
    model = name_model()
    return sorted(
        (
            (sum(model.score(word) + _PER_LETTER * len(word) for word in spelling), name, spelling)
            for spelling, name in zip(differing, names, strict=True)
        ),
        reverse=True,
    )


def _is_cut(spelling: list[str], others: list[list[str]]) -> bool:
    """Whether another spelling goes on where this one ends."""
    return any(other[-1] != spelling[-1] and other[-1].startswith(spelling[-1]) for other in others)
