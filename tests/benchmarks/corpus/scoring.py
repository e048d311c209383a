"""Counts: pairs of copies that belong together, copies that do not stand where they belong, decisions that are right."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from data.samples.generator.facts import Project
from tests.benchmarks.corpus.files import PrintedCopy
from tests.benchmarks.corpus.pipeline import FORM, UNDECIDED, Decision, Delivery, comparing_key
from tests.benchmarks.corpus.truth import LISTS, addressed, says, true_values


class Pairs(NamedTuple):
    """Pairs of copies: put together, belonging together, both."""

    found: int
    true: int
    right: int

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.true if self.true else 1.0


class Clusters:
    """Copies as a method puts them together; a copy in no cluster (None) is alone."""

    def __init__(self) -> None:
        self.members: Counter[tuple[object, str]] = Counter()
        self._alone = 0

    def add(self, cluster: object, project: str) -> None:
        if cluster is None:
            self._alone += 1
            cluster = ("alone", self._alone)
        self.members[cluster, project] += 1

    def pairs(self) -> Pairs:
        by_cluster: Counter[object] = Counter()
        by_project: Counter[str] = Counter()
        for (cluster, project), count in self.members.items():
            by_cluster[cluster] += count
            by_project[project] += count
        return Pairs(*(sum(n * (n - 1) // 2 for n in c.values()) for c in (by_cluster, by_project, self.members)))


def why_apart(copy: PrintedCopy, was_found: bool) -> str:
    """What of a copy made it hard to place."""
    if not was_found:
        return "not found in its file"
    if copy.is_headless:
        return "headless, in another file" if copy.is_elsewhere else "headless"
    if copy.printed_code is None:
        return "code unreadable"
    if copy.printed_code != copy.project.code:
        return "code with a wrong digit"
    return "cut, code right" if copy.is_cut else "code right"


@dataclass
class Cell:
    """Conflicting values of one sort: how many, decided, right, decided and right, right value among the readings."""

    all: int = 0
    decided: int = 0
    right: int = 0
    decided_right: int = 0
    reachable: int = 0

    def add(self, is_decided: bool, is_right: bool, is_reachable: bool) -> None:
        self.all += 1
        self.decided += is_decided
        self.right += is_right
        self.decided_right += is_decided and is_right
        self.reachable += is_reachable


@dataclass
class Decisions:
    """What became of all values of a corpus."""

    by_rule: dict[str, Cell] = field(default_factory=dict)
    by_kind: dict[str, Cell] = field(default_factory=dict)
    agreed: Counter[str] = field(default_factory=Counter)
    """Values on which all copies agree, by kind; `KIND wrong` of them are not what is true."""
    spans: Counter[str] = field(default_factory=Counter)
    """Places of long texts that some copy prints wrongly (`all`), every copy (`everywhere`), the value (`wrong`)."""
    lost_items: int = 0
    wrong_digits: list[str] = field(default_factory=list)
    """Typed values decided wrongly, one by one."""
    wrong_digits_in_text: list[str] = field(default_factory=list)
    samples: dict[str, list[str]] = field(default_factory=dict)
    """Some texts decided wrongly or not at all, by kind."""

    def add(self, delivery: Delivery, project: Project) -> None:
        decided = {d.field: d.value for d in delivery.decisions}
        truth, lost = addressed(true_values(project), decided)
        self.lost_items += lost
        for decision in delivery.decisions:
            kind = _kind(decision.field)
            if kind is not None:
                self._add(decision, kind, truth.get(decision.field))

    def _add(self, decision: Decision, kind: str, truth: str | None) -> None:
        typed = FORM.field_of(decision.field).kind
        is_right = says(typed, decision.value, truth)
        if not decision.is_conflict:
            if decision.rule == "agreed":
                self.agreed[kind] += 1
                self.agreed[f"{kind} wrong"] += not is_right
            return
        is_decided = decision.rule not in UNDECIDED and decision.confidence != "contested"
        is_reachable = is_right or any(
            says(typed, r.value, truth) for r in decision.readings if r.problem is None or r.value is None
        )
        for table, key in ((self.by_rule, decision.rule), (self.by_kind, kind)):
            table.setdefault(key, Cell()).add(is_decided, is_right, is_reachable)
        if kind == "long_text" and truth is not None:
            self._add_spans(decision, comparing_key(truth))
        if is_decided and not is_right:
            self._wrong(decision, kind, truth)
        elif not is_decided:
            self._sample(f"{kind} undecided", _line(decision, truth))

    def _add_spans(self, decision: Decision, truth: str) -> None:
        printed = [_wrong_places(truth, comparing_key(r.value)) for r in decision.readings if r.value is not None]
        self.spans["all"] += len(set().union(*printed))
        self.spans["everywhere"] += len(set.intersection(*printed)) if printed else 0
        self.spans["wrong"] += len(_wrong_places(truth, comparing_key(decision.value or "")))

    def _wrong(self, decision: Decision, kind: str, truth: str | None) -> None:
        line = _line(decision, truth)
        if kind.startswith(("typed", "identity", "rows")):
            self.wrong_digits.append(line)
        elif _digits(decision.value) != _digits(truth):
            self.wrong_digits_in_text.append(line)
        else:
            self._sample(f"{kind} wrong", line)

    def _sample(self, sort: str, line: str, most: int = 12) -> None:
        lines = self.samples.setdefault(sort, [])
        if len(lines) < most:
            lines.append(line)

    @property
    def total(self) -> Cell:
        cells = self.by_kind.values()
        return Cell(*(sum(getattr(c, name) for c in cells) for name in Cell.__dataclass_fields__))


def _kind(address: str) -> str | None:
    """The policy of a field, typed ones by their type; wholes are counted by their parts, but for section 2's rows."""
    if address == "reports":
        return "rows"
    if address.startswith("certification") or address in ("agency_path", *LISTS):
        return None
    found = FORM.field_of(address)
    if found.policy == "whole":
        return None
    return f"typed {found.kind}" if found.policy == "typed" else found.policy


def _wrong_places(truth: str, text: str) -> set[tuple[int, int, str]]:
    """From and to in the truth, and what stands there instead."""
    return {
        (o.src_start, o.src_end, text[o.dest_start : o.dest_end])
        for o in Levenshtein.opcodes(truth, text)
        if o.tag != "equal"
    }


def _line(decision: Decision, truth: str | None) -> str:
    readings = " | ".join(text.replace("\n", "⏎") for text in decision.alternatives)
    chosen = decision.value or ""
    if len(chosen) > 160:
        chosen, truth = _differing(comparing_key(chosen), comparing_key(truth or ""))
    return f"{decision.project_code} {decision.field} {decision.rule}: «{chosen}» true «{truth}» of {readings}"


def _differing(a: str, b: str, around: int = 25) -> tuple[str, str]:
    """The parts of two long texts from where they differ."""
    start = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    return a[max(0, start - around) : start + around], b[max(0, start - around) : start + around]


def _digits(text: str | None) -> str:
    return re.sub(r"\D", "", text or "")
