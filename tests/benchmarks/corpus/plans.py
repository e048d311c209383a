"""Which projects a corpus holds, their codes, and how often each is delivered; drawn before any text is made.

Projects come in blocks, so that nothing but running numbers outlives a block. In a block: programmes that many
districts run under one running number (their codes differ in the prefix, mostly by one digit), programmes of one agency
alone, several projects of one name in one district under consecutive numbers, and what runs again the year after.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Literal

from data.samples.generator.agencies import Agency
from tests.benchmarks.corpus.offices import agencies
from tests.benchmarks.corpus.phrases import DIVISIONS

Change = Literal["same", "more", "restated"]
# running numbers under which real projects are known: never given to an invented one
_REAL_NUMBERS = frozenset({3367, 6433, 6138, 6976, 3536, 3343, 4226, 6686, 2500, 2435, 3744, 4061})
_CITYWIDE, _ALONE, _SERIES = 2, 56, 4
_AGAIN = 0.3
_SECOND_NIGHT = 0.5
_COPIES, _COPY_WEIGHTS = (1, 2, 3), (30, 45, 25)
_CHANGES: tuple[tuple[Change, ...], tuple[int, ...]] = (("same", "more", "restated"), (5, 4, 1))
_FIRST_NUMBER, _FIRST_CITYWIDE = 1000, 6100


@dataclass(frozen=True, slots=True)
class Plan:
    """One project to be: `copies` on each of two nights, `change` what its second night prints differently."""

    number: int
    family: int
    agency: Agency
    division: tuple[str, str]
    code: str
    fiscal_year_be: int
    copies: tuple[int, int]
    change: Change
    has_flat_budget: bool
    """Whether all projects of the family get the same sum and report on the same days."""


def blocks(seed: int, documents: int) -> Iterator[tuple[Plan, ...]]:
    """Blocks of projects until both nights together print this many copies (up to five more)."""
    numbers = _Numbers()
    printed, family, project = 0, 0, 0
    while printed < documents:
        rng = Random(f"{seed} block {project}")
        plans: list[Plan] = []
        for kind in ("citywide",) * _CITYWIDE + ("series",) * _SERIES + ("alone",) * _ALONE:
            for plan in _family(kind, family, numbers, rng):
                if printed >= documents:
                    break
                plans.append(replace(plan, number=project + len(plans)))
                printed += sum(plan.copies)
            family += 1
        project += len(plans)
        yield tuple(plans)


class _Numbers:
    """Running numbers: one counter for each unit of an agency, and one of the whole city for each kind of unit."""

    def __init__(self) -> None:
        self._next: Counter[str] = Counter()

    def take(self, counter: str, first: int) -> int:
        number = first + self._next[counter]
        while number in _REAL_NUMBERS:
            number += 1
        self._next[counter] = number + 1 - first
        return number


def _family(kind: str, family: int, numbers: _Numbers, rng: Random) -> Iterator[Plan]:
    """The projects of one programme; with some, those of the next year behind them."""
    year = rng.randrange(2562, 2567)
    division = rng.choice(DIVISIONS)
    districts = [a for a in agencies() if a.is_district]
    if kind == "citywide":
        own = sorted(rng.sample(districts, rng.randrange(20, 51)), key=lambda a: a.prefix)
    elif kind == "series":
        own = [rng.choice(districts)] * rng.randrange(2, 4)
    else:
        own = [rng.choice(agencies())]
    is_flat = rng.random() < (0.3 if kind == "citywide" else 0.1)
    for offset in range(2 if rng.random() < _AGAIN else 1):
        city = numbers.take(division[0], _FIRST_CITYWIDE) if kind == "citywide" else 0
        for agency in own:
            unit = f"{agency.prefix}{division[0]}00"
            number = city or numbers.take(unit, _FIRST_NUMBER)
            yield Plan(
                -1,
                family,
                agency,
                division,
                f"{unit}-{number:04}",
                year + offset,
                (_copies(rng), _copies(rng) if rng.random() < _SECOND_NIGHT else 0),
                rng.choices(*_CHANGES)[0],
                is_flat,
            )


def _copies(rng: Random) -> int:
    return rng.choices(_COPIES, _COPY_WEIGHTS)[0]
