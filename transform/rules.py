"""The rules that choose between differing readings, in their fixed order; each is total and pure and sees all readings.

A rule gets the candidates (one for each distinct reading) and answers with the one it chooses, or None: then the
next rule is asked. The last one always answers, and its choice is contested.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from transform.names import clear_winner
from transform.records import Reading
from transform.registers import Registers
from transform.thai import squash, to_arabic_digits

_AGENCY = re.compile(r"สำนัก[\u0e00-\u0e7f]+")
# rule 6: printed by at least this many other projects, and this many times as often as any rival
CORPUS_LEAST = 2
CORPUS_TIMES = 3
# rule 5: an unknown agency is a misprint of a known one only when it reads this much like it (0-100)
MENTION_LIKENESS = 75


@dataclass(frozen=True, slots=True)
class Candidate:
    """One distinct reading: its comparing key, its value as first printed in the order of copies, and who prints it.

    A `context` is the text around a span of a longer text, with the span in it.
    """

    key: str
    value: str | None
    readings: tuple[Reading, ...]
    problem: str | None = None
    context: str | None = None

    @property
    def is_value(self) -> bool:
        """Whether it is a well-formed value: no damaged text, no placeholder."""
        return self.problem is None and self.value is not None

    @property
    def copies(self) -> int:
        """How many copies print it. A copy that prints a field twice has one voice."""
        return len({r.copy_id for r in self.readings})


@dataclass(frozen=True)
class Question:
    """What a rule is asked: a field of a project, its candidates in the order of their copies, and the witnesses.

    `supported` are the keys that the form's own arithmetic supports, `joined` those that one copy prints whole and
    another one in two pieces.
    """

    project_code: str
    field: str
    policy: str
    candidates: tuple[Candidate, ...]
    registers: Registers
    corpus: Mapping[tuple[str, str], Mapping[str, int]]
    supported: frozenset[str] = frozenset()
    joined: frozenset[str] = frozenset()

    @property
    def values(self) -> tuple[Candidate, ...]:
        """The candidates that are well-formed values."""
        return tuple(c for c in self.candidates if c.is_value)

    @property
    def is_text(self) -> bool:
        """Whether language may decide: never for digits, codes, money and dates."""
        digits = {re.sub(r"\D", "", to_arabic_digits(c.key)) for c in self.values}
        return self.policy not in ("typed", "identity") and len(digits) == 1


Rule = Callable[[Question], Candidate | None]


def only_well_formed(question: Question) -> Candidate | None:
    """Rule 3: the one candidate that is a value at all."""
    values = question.values
    return values[0] if len(values) == 1 and len(question.candidates) > 1 else None


def line_wrap(question: Question) -> Candidate | None:
    """Rule 3: pieces that a line wrap parted join to what another copy prints whole."""
    values = question.values
    return values[0] if len(values) == 1 and values[0].key in question.joined else None


def typed_majority(question: Question) -> Candidate | None:
    """Rule 4: typed values, strict majority of the well-formed readings."""
    return _majority(question.values) if question.policy in ("typed", "identity") else None


def register(question: Question) -> Candidate | None:
    """Rule 5: a register knows exactly one of them."""
    if not question.is_text:
        return None
    known = [c for c in question.values if _is_known(question, c)]
    return known[0] if len(known) == 1 else None


def _is_known(question: Question, candidate: Candidate) -> bool:
    registers = question.registers
    if question.policy == "status":
        return candidate.key in registers.status_keys.get(field_base(question.field), frozenset())
    if question.policy == "name":
        return candidate.key in registers.people_keys
    if candidate.context is None and candidate.key in registers.agencies:
        return True
    others = [c for c in question.values if c is not candidate]
    return bool(others) and all(_names_agency_for(candidate, other, registers.agencies) for other in others)


def _names_agency_for(candidate: Candidate, other: Candidate, agencies: tuple[str, ...]) -> bool:
    """Whether two texts differ in the names of agencies, and those of the first are all known.

    A text is not right because it mentions a department at all: each differing mention needs its misprint in the other.
    """
    mine, theirs = (_AGENCY.findall(c.context or c.value or "") for c in (candidate, other))
    if len(mine) != len(theirs):
        return False
    pairs = [(squash(a), squash(b)) for a, b in zip(mine, theirs, strict=True) if squash(a) != squash(b)]
    return bool(pairs) and all(a.startswith(agencies) and fuzz.ratio(a, b) >= MENTION_LIKENESS for a, b in pairs)


def corpus_vote(question: Question) -> Candidate | None:
    """Rule 6: the rest of the night prints one of them in other projects far more often."""
    if not question.is_text:
        return None
    candidates = question.values
    votes = []
    for candidate in candidates:
        printed = question.corpus.get((field_base(question.field), candidate.key), {})
        votes.append(sum(1 for code in printed if code != question.project_code))
    best = max(range(len(votes)), key=lambda n: votes[n])
    rival = max((v for n, v in enumerate(votes) if n != best), default=0)
    return candidates[best] if votes[best] >= max(CORPUS_LEAST, CORPUS_TIMES * rival) else None


def arithmetic(question: Question) -> Candidate | None:
    """Rule 7: the form's own sums, fiscal years and order support exactly one."""
    supported = [c for c in question.values if c.key in question.supported]
    return supported[0] if len(supported) == 1 else None


def name_statistics(question: Question) -> Candidate | None:
    """Rule 8: of several spellings of a name, the letters of one are far more name-like."""
    if question.policy != "name" or not question.is_text:
        return None
    spelt = {c.value: c for c in question.values if c.value is not None}
    winner = clear_winner(tuple(sorted(spelt)))
    return spelt[winner] if winner is not None else None


def text_majority(question: Question) -> Candidate | None:
    """Rule 9: text, strict majority of the copies."""
    return _majority(question.values) if question.policy not in ("typed", "identity") else None


def first_complete_copy(question: Question) -> Candidate | None:
    """Rule 10: nothing decides; the first complete copy is kept and the value is contested."""
    return next(iter(question.values), question.candidates[0])


def _majority(candidates: Sequence[Candidate]) -> Candidate | None:
    total = len({r.copy_id for c in candidates for r in c.readings})
    best = max(candidates, key=lambda c: c.copies, default=None)
    rivals = {r.copy_id for c in candidates if c is not best for r in c.readings}
    # a copy that prints two different values speaks for neither alone
    return best if best is not None and 2 * len({r.copy_id for r in best.readings} - rivals) > total else None


RULES: tuple[tuple[str, Rule], ...] = (
    ("only_well_formed", only_well_formed),
    ("line_wrap", line_wrap),
    ("typed_majority", typed_majority),
    ("register", register),
    ("corpus_vote", corpus_vote),
    ("arithmetic", arithmetic),
    ("name_statistics", name_statistics),
    ("text_majority", text_majority),
    ("first_complete_copy", first_complete_copy),
)


def choose(question: Question) -> tuple[str, Candidate]:
    """Return the first rule that decides, and what it chooses."""
    for name, rule in RULES:
        chosen = rule(question)
        if chosen is not None:
            return name, chosen
    raise AssertionError("the last rule always chooses")


def field_base(address: str) -> str:
    """An address without its ordinals: values of one field are compared over projects whatever their place.

    >>> field_base("reports[3#2].plan_status"), field_base("targets[1]")
    ('reports.plan_status', 'targets')
    """
    return re.sub(r"\[[^\]]*\]", "", address)


def count_corpus(printed: Sequence[tuple[str, str, str]]) -> dict[tuple[str, str], Counter[str]]:
    """(field base, key) → how often each project prints it, from (project code, field address, key) rows."""
    corpus: dict[tuple[str, str], Counter[str]] = {}
    for code, address, key in printed:
        corpus.setdefault((field_base(address), key), Counter())[code] += 1
    return corpus
