"""A corpus as files: what every printed copy says, and what is true. One block of projects is in memory at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from random import Random

from data.samples.generator.dump import STYLE_1, STYLE_2, TITLE_LINE, Copy, copy_text
from data.samples.generator.facts import Project
from tests.benchmarks.corpus.damage import LEVEL_WEIGHTS, LEVELS, damage
from tests.benchmarks.corpus.plans import Plan, blocks
from tests.benchmarks.corpus.programmes import invent_programme
from tests.benchmarks.corpus.projects import invent_project

NIGHTS = (date(2024, 3, 1), date(2024, 4, 1))
TAIL_CUT, HEAD_MISSING, ELSEWHERE = 0.04, 0.01, 0.15
_MOST_DELIVERIES = 6
_TITLE_ABOVE_HEADLESS = 0.7
_STYLES = (STYLE_1, STYLE_2)
_CODE = re.compile(r"[0-9]{8}-[0-9]{4}")


@dataclass(frozen=True, slots=True)
class PrintedCopy:
    """One printed copy and the truth about it. `lines` are its first and last line in its file, from 1."""

    project: Project
    night: int
    level: str
    text: str
    is_cut: bool
    is_headless: bool
    is_elsewhere: bool
    lines: tuple[int, int] = (0, 0)

    @property
    def printed_code(self) -> str | None:
        """A whole code as printed, right or wrong; None where there is none to read."""
        found = _CODE.search(self.text)
        return found[0] if found else None


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """One dump of a night and its copies in printed order."""

    uri: str
    night: int
    text: str
    copies: tuple[PrintedCopy, ...]


@dataclass(frozen=True)
class Corpus:
    """About so many printed copies on two nights. `is_damaged` False prints the same projects without any noise."""

    documents: int
    seed: int = 1
    is_damaged: bool = True

    def files(self, night: int) -> Iterator[CorpusFile]:
        """The files of a night (0 or 1), made one block of projects at a time."""
        for number, plans in enumerate(blocks(self.seed, self.documents)):
            rng = Random(f"{self.seed} files {night} {number}")
            due = [plan for plan in plans if plan.copies[night]]
            rng.shuffle(due)
            for ordinal, copies in enumerate(self._shared_out(due, night, rng)):
                yield _as_file(f"night{night + 1}/b{number:05}-{ordinal:03}.txt", night, copies)

    def _shared_out(self, due: list[Plan], night: int, rng: Random) -> list[list[PrintedCopy]]:
        """The copies of each file: one to six deliveries, and what strayed there from other files."""
        homes: list[list[Plan]] = []
        while due:
            count = rng.randrange(1, _MOST_DELIVERIES + 1)
            homes.append(due[:count])
            due = due[count:]
        files: list[list[PrintedCopy]] = [[] for _ in homes]
        for home, plans in enumerate(homes):
            for plan in plans:
                project = invent_project(self.seed, plan, _programme(self.seed, plan.family), night)
                for place, copy in enumerate(self._printed(project, plan, night, rng)):
                    strays = place > 0 and len(homes) > 1 and rng.random() < ELSEWHERE
                    there = rng.choice([n for n in range(len(homes)) if n != home]) if strays else home
                    files[there].append(replace(copy, is_elsewhere=True) if strays else copy)
        for copies in files:
            if rng.random() < 0.3:
                rng.shuffle(copies)
        return [copies for copies in files if copies]

    def _printed(self, project: Project, plan: Plan, night: int, rng: Random) -> Iterator[PrintedCopy]:
        """The copies of one delivery. Undamaged ones are alike to the letter, the others may be in another layout."""
        usual = rng.randrange(2)
        for _ in range(plan.copies[night]):
            level = rng.choices(tuple(LEVEL_WEIGHTS), tuple(LEVEL_WEIGHTS.values()))[0] if self.is_damaged else "exact"
            style = usual if level == "exact" else rng.randrange(2)
            text = damage(copy_text(Copy(project, _STYLES[style])), LEVELS[level], rng)
            is_cut = self.is_damaged and rng.random() < TAIL_CUT
            is_headless = self.is_damaged and not is_cut and rng.random() < HEAD_MISSING
            if is_cut:
                text = text[: int(len(text) * rng.uniform(0.15, 0.98))]
            if is_headless:
                text = _headless(text, rng)
            yield PrintedCopy(project, night, level, text, is_cut, is_headless, False)


@lru_cache(maxsize=256)
def _programme(seed: int, family: int):
    return invent_programme(seed, family)


def _headless(text: str, rng: Random) -> str:
    """What is left when the first page is missing; most pages begin with the running title."""
    code = _CODE.search(text)
    first = code.end() if code else len(text) // 8
    start = text.find("\n", rng.randrange(first, max(first + 1, len(text) * 45 // 100))) + 1
    above = f"{TITLE_LINE}\n\n" if rng.random() < _TITLE_ABOVE_HEADLESS else ""
    return above + text[start:]


def _as_file(uri: str, night: int, copies: list[PrintedCopy]) -> CorpusFile:
    """The dump as the export writes it (data/samples/generator/dump.py), with the lines of each copy."""
    placed = []
    line = 5
    for copy in copies:
        height = copy.text.count("\n") + (0 if copy.text.endswith("\n") else 1)
        placed.append(replace(copy, lines=(line, line + height - 1)))
        line += copy.text.count("\n") + 1
    return CorpusFile(uri, night, "\n" * 4 + "\n".join(copy.text for copy in copies) + "\n", tuple(placed))
