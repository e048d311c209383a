"""Letter statistics of the texts of a night: which of two texts reads like what the other projects print.

Smoothed sequences of up to five letters over the texts of other projects. A model only ranks what copies print, by a
clear margin, and says nothing when the night is too small to have learned from.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

# letters of the longest sequence, and how much the shorter ones count beside it
_ORDER = 5
_PRIOR = 2.0
_ALPHABET = 120
# texts in stretches, each with the letters after it that a sequence begun in it may reach; cut at a common vowel
_STRETCH = re.compile(f"([^า]*(?:า|$))(?=(.{{0,{_ORDER - 1}}}))", re.DOTALL)
# letters of text that a model must have seen to speak, and projects that are enough to learn from
LEAST_LETTERS = 60_000
ENOUGH_PROJECTS = 1_500
# nats between the best and the next text; wider where they are of different length, for a letter more always costs
CLEAR_MARGIN = 3.0
CLEAR_MARGIN_UNEQUAL = 4.5
_PER_LETTER = 1.5
# a letter or pair that stands this often in the texts is not one project's own
_COMMON = 1_000


class Scored(NamedTuple):
    """A text in three parts: what stands before a difference, the differing text, and what follows."""

    before: str
    text: str
    after: str


def to_learn_from(codes: Iterable[str]) -> frozenset[str]:
    """Of the projects of a night as many as are enough, spread evenly over their sorted codes.

    >>> len(to_learn_from(f"{n:04}" for n in range(4000)))
    1334
    """
    ordered = sorted(set(codes))
    return frozenset(ordered[:: max(1, -(-len(ordered) // ENOUGH_PROJECTS))])


@dataclass(frozen=True, eq=False)
class TextModel:
    """Texts of a night by project, as comparing keys; counted when the first question comes."""

    texts: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, printed: Iterable[tuple[str, str]]) -> TextModel | None:
        """The model of (project, text) pairs, each pair once; None where they are too few letters to learn from."""
        by_project: dict[str, set[str]] = defaultdict(set)
        for code, text in printed:
            by_project[code].add(text)
        if sum(len(text) for texts in by_project.values() for text in texts) < LEAST_LETTERS:
            return None
        return cls({code: tuple(sorted(by_project[code])) for code in sorted(by_project)})

    def prepare(self) -> None:
        """Count now."""
        _ = self._counts, self._total

    @cached_property
    def _counts(self) -> Counter[str]:
        """How often each sequence of 1 to 5 letters stands in the texts, a text counted once for each project.

        Texts repeat each other: each stretch is taken apart once, into the longest sequences that begin in it.
        """
        weights: Counter[str] = Counter()
        for texts in self.texts.values():
            weights.update(texts)
        stretches: dict[tuple[str, str], int] = defaultdict(int)
        for text in sorted(weights):
            weight = weights[text]
            for stretch in _STRETCH.findall(f"^^^^{text}$"):
                stretches[stretch] += weight
        longest: dict[str, int] = defaultdict(int)
        for (stretch, following), times in stretches.items():
            letters = stretch + following
            for start in range(len(stretch)):
                longest[letters[start : start + _ORDER]] += times
        counts: dict[str, int] = defaultdict(int)
        for letters, times in longest.items():
            for length in range(1, len(letters) + 1):
                counts[letters[:length]] += times
        return Counter(counts)

    @cached_property
    def _total(self) -> int:
        return sum(count for letters, count in self._counts.items() if len(letters) == 1)

    def clear_winner(self, project_code: str, texts: Sequence[Scored]) -> int | None:
        """Index of the text that the other projects make clearly more likely; None when none is.

        What the project itself prints does not count: a text repeated in its copies says nothing about itself.
        """
        (best, first), (second, next_to) = self._ranked(project_code, texts)[:2]
        are_equal = len(texts[best].text) == len(texts[second].text)
        return best if first - next_to >= (CLEAR_MARGIN if are_equal else CLEAR_MARGIN_UNEQUAL) else None

    def margin(self, project_code: str, texts: Sequence[Scored]) -> float:
        """Nats between the most likely of the texts and the next one."""
        (_, first), (_, second) = self._ranked(project_code, texts)[:2]
        return first - second

    def _ranked(self, project_code: str, texts: Sequence[Scored]) -> list[tuple[int, float]]:
        """(index, nats evened out for length) of each text, the most likely first."""
        others = self._others(project_code)
        scores = [self._score(text, others) + _PER_LETTER * len(text.text) for text in texts]
        return sorted(enumerate(scores), key=lambda ranked: (-ranked[1], ranked[0]))

    @cached_property
    def _others(self) -> Callable[[str], _Others]:
        """What stands in the texts of all projects but the one of a code; a project asks several times in a row."""

        def others(project_code: str) -> _Others:
            return _Others(self._counts, "".join(f"^^^^{text}$" for text in self.texts.get(project_code, ())))

        return lru_cache(maxsize=4)(others)

    def _score(self, scored: Scored, others: _Others) -> float:
        """Log-probability (nats) of the differing letters and of the letters after them that depend on these."""
        before = f"^^^^{scored.before}"[-(_ORDER - 1) :]
        after = f"{scored.after}$"[: _ORDER - 1]
        window = f"{before}{scored.text}{after}"
        return sum(
            self._log(window[max(0, at - _ORDER + 1) : at + 1], others) for at in range(len(before), len(window))
        )

    def _log(self, letters: str, others: _Others) -> float:
        found = others.logs.get(letters)
        if found is not None:
            return found
        chance = 1.0 / _ALPHABET
        for length in range(1, len(letters) + 1):
            sequence = letters[-length:]
            context = others.of(sequence[:-1]) if length > 1 else self._total
            chance = (others.of(sequence) + _PRIOR * chance) / (context + _PRIOR)
        others.logs[letters] = math.log(chance)
        return others.logs[letters]


class _Others:
    """How often sequences stand in the texts of all projects but one, whose texts are given joined."""

    def __init__(self, counts: Mapping[str, int], own: str):
        self._counts = counts
        self._own = own
        self._known: dict[str, int] = {}
        self.logs: dict[str, float] = {}  # what was reckoned of them

    def of(self, letters: str) -> int:
        found = self._known.get(letters)
        if found is None:
            found = self._counts.get(letters, 0)
            if found and (len(letters) > 2 or found < _COMMON):  # of common letters and pairs one project has no share
                found = max(0, found - self._own.count(letters))
            self._known[letters] = found
        return found
