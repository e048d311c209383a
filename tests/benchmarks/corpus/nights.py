"""Runs kaona over the two nights of a corpus and scores what it says."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tests.benchmarks.corpus.files import NIGHTS, Corpus, CorpusFile, PrintedCopy
from tests.benchmarks.corpus.pipeline import (
    FORM,
    FormCopy,
    Memory,
    Pipeline,
    TextModel,
    Votes,
    texts_to_learn,
    to_learn_from,
)
from tests.benchmarks.corpus.scoring import Clusters, Decisions, why_apart
from tests.benchmarks.corpus.spill import Spill

T = TypeVar("T")
_MOST_LINES = 40


@dataclass
class Outcome:
    """Everything that is counted of a corpus."""

    documents: int = 0
    codes: int = 0
    wrong_codes: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    projects: Clusters = field(default_factory=Clusters)
    with_code: Clusters = field(default_factory=Clusters)
    same_night: Clusters = field(default_factory=Clusters)
    apart: Counter[str] = field(default_factory=Counter)
    """Copies that are not with their project: by what makes them hard, and whether they are nowhere or elsewhere."""
    apart_lines: list[str] = field(default_factory=list)
    phantoms: int = 0
    """Deliveries under a code that is no project's."""
    decisions: Decisions = field(default_factory=Decisions)
    votes: int = 0


def run(corpus: Corpus) -> Outcome:
    """Both nights, the second one after the first."""
    outcome = Outcome()
    pipeline = Pipeline()
    known = Memory()
    for night in range(len(NIGHTS)):
        _Night(corpus, night, pipeline, outcome).run(known)
    return outcome


class _Night:
    """One night in three passes: read and sight, recognise, reconcile project by project."""

    def __init__(self, corpus: Corpus, night: int, pipeline: Pipeline, outcome: Outcome):
        self.corpus = corpus
        self.night = night
        self.pipeline = pipeline
        self.outcome = outcome
        self.copies: dict[str, int] = {}
        self.projects: dict[str, int] = {}
        self.printed: list[tuple[str | None, int]] = []  # copy id, place of what is true of it
        self.spill = Spill()

    def run(self, known: Memory) -> None:
        sightings: list[Any] = []
        for file in self.corpus.files(self.night):
            sightings += self._read(file)
        found = self._timed("grouping", self.pipeline.recognise, sightings, self._copy, known)
        self._count(found)
        votes, texts = self._votes(found)
        self._reconcile(found, votes, texts, known)
        self.spill.close()

    def _timed(self, stage: str, work: Callable[..., T], *given: Any) -> T:
        begin = time.process_time()
        result = work(*given)
        self.outcome.seconds[stage] = self.outcome.seconds.get(stage, 0.0) + time.process_time() - begin
        return result

    def _read(self, file: CorpusFile) -> list[Any]:
        copies = self._timed("parse", self.pipeline.read, file.uri, NIGHTS[self.night], file.text)
        sightings = self._timed("grouping", self.pipeline.sightings, copies)
        for copy in copies:
            self.copies[copy.copy_id] = self.spill.put(copy)
        for printed, copy_id in zip(file.copies, _found_as(file.copies, copies), strict=True):
            self.outcome.documents += 1
            code = printed.printed_code
            self.outcome.codes += code is not None
            self.outcome.wrong_codes += code is not None and code != printed.project.code
            if printed.project.code not in self.projects:
                self.projects[printed.project.code] = self.spill.put(printed.project)
            self.printed.append((copy_id, self.spill.put((file.uri, printed))))
        return sightings

    def _copy(self, copy_id: str) -> Any:
        return self.spill.get(self.copies[copy_id])

    def _count(self, found: dict[str, tuple[str | None, str | None]]) -> None:
        for copy_id, place in self.printed:
            uri, printed = self.spill.get(place)
            code, note = found[copy_id] if copy_id else (None, None)
            truth = printed.project.code
            self.outcome.projects.add(code, truth)
            self.outcome.same_night.add(code and (code, self.night), f"{truth} {self.night}")
            if printed.printed_code is not None:
                self.outcome.with_code.add(code, truth)
            if code != truth:
                where = "nowhere" if code is None else "at another project"
                self.outcome.apart[f"{why_apart(printed, copy_id is not None)}, {where}"] += 1
                if code is not None or printed.printed_code is not None or copy_id is None:
                    self._remember_apart(f"{uri} {_described(printed)} → {code}: {note}")

    def _remember_apart(self, line: str) -> None:
        if len(self.outcome.apart_lines) < _MOST_LINES:
            self.outcome.apart_lines.append(line)

    def _votes(self, found: dict[str, tuple[str | None, str | None]]) -> tuple[Votes, TextModel | None]:
        votes = Votes()
        learned = to_learn_from(code for code, _ in found.values() if code is not None)
        texts: list[tuple[str, str]] = []
        for copy_id, place in self.copies.items():
            code = found[copy_id][0]
            if code is not None:
                copy = self.spill.get(place)
                self._timed("votes", votes.add, code, copy)
                if code in learned:
                    texts += [(code, text) for text in texts_to_learn(copy, FORM)]
        self.outcome.votes = max(self.outcome.votes, len(votes))
        return votes, TextModel.of(texts)

    def _reconcile(
        self, found: dict[str, tuple[str | None, str | None]], votes: Votes, texts: TextModel | None, known: Memory
    ) -> None:
        groups: dict[str, list[int]] = defaultdict(list)
        for copy_id, (code, _) in found.items():
            if code is not None:
                groups[code].append(self.copies[copy_id])
        for code in sorted(groups):
            copies = [self.spill.get(place) for place in groups[code]]
            delivery = self._timed("reconcile", self.pipeline.reconcile, copies, code, votes, texts, known)
            known.add(delivery)
            if code in self.projects:
                self.outcome.decisions.add(delivery, self.spill.get(self.projects[code]))
            else:
                self.outcome.phantoms += 1


def _found_as(printed: tuple[PrintedCopy, ...], copies: tuple[FormCopy, ...]) -> list[str | None]:
    """For each printed copy the id of the read copy that covers most of its lines and of no other copy more."""
    best: list[tuple[int, str | None]] = [(0, None)] * len(printed)
    for copy in copies:
        common = [min(p.lines[1], copy.line_last) - max(p.lines[0], copy.line_first) + 1 for p in printed]
        most = max(common)
        at = common.index(most)
        if most > best[at][0]:
            best[at] = most, copy.copy_id
    return [copy_id for _, copy_id in best]


def _described(copy: PrintedCopy) -> str:
    odd = [
        word
        for word, holds in (("cut", copy.is_cut), ("headless", copy.is_headless), ("elsewhere", copy.is_elsewhere))
        if holds
    ]
    return f"[{' '.join([copy.level, *odd])}] {copy.project.code} printed as {copy.printed_code}"
