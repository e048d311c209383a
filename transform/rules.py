"""The rules that choose between differing readings, in their fixed order; each is total and pure and sees all readings.

A rule gets the candidates (one for each distinct reading) and answers with the one it chooses, or None: then the
next rule is asked. The last one always answers, and its choice is contested.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as default
from functools import cached_property

from rapidfuzz import fuzz

from transform.addresses import field_base
from transform.dates import parse_date
from transform.known import is_known
from transform.language import earlier_delivery, scored, text_statistics
from transform.names import clear_winner
from transform.past import Past
from transform.records import Reading
from transform.registers import Registers
from transform.text_model import Scored, TextModel
from transform.thai import to_arabic_digits

# rule 6: printed by at least this many other projects, and this many times as often as any rival
CORPUS_LEAST = 2
CORPUS_TIMES = 3
# rule 5: a set word wins over what reads at least this much like it (0-100); other words may be new ones
STATUS_LIKENESS = 50
# what letters stand for where digits are misread as letters
_AS_DIGITS = str.maketrans("OoQDIl|iSsBbZz", "00001111558622")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One distinct reading: its comparing key, its value as first printed in the order of copies, and who prints it.

    A `context` is the text around a span of a longer text, with the span in it; `around` what stands before and after.
    """

    key: str
    value: str | None
    readings: tuple[Reading, ...]
    problem: str | None = None
    context: str | None = None
    around: tuple[str, str] | None = None

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
    another one in two pieces. `witnesses`: copy id → who speaks, where several copies are one printing.
    `facts`: what the delivery says beyond doubt of its year and strategy (transform/known.py).
    """

    project_code: str
    field: str
    policy: str
    candidates: tuple[Candidate, ...]
    registers: Registers
    corpus: Mapping[tuple[str, str], Collection[str]]
    supported: frozenset[str] = frozenset()
    joined: frozenset[str] = frozenset()
    witnesses: Mapping[str, str] = default(default_factory=dict)
    past: Past = default(default_factory=Past.nothing)
    language: TextModel | None = None
    facts: Mapping[str, str] = default(default_factory=dict)

    @cached_property
    def values(self) -> tuple[Candidate, ...]:
        """The candidates that are well-formed values."""
        return tuple(c for c in self.candidates if c.is_value)

    @cached_property
    def is_text(self) -> bool:
        """Whether language may decide: never for digits, codes, money and dates."""
        digits = {re.sub(r"\D", "", to_arabic_digits(c.key)) for c in self.values}
        return self.policy not in ("typed", "identity") and len(digits) == 1

    @property
    def base(self) -> str:
        """The field without ordinals."""
        return field_base(self.field)

    @cached_property
    def scored(self) -> list[Scored]:
        """The candidates that are values, as the letter statistics of texts see them."""
        return scored(self.values)

    def votes(self, candidate: Candidate) -> int:
        """How many other projects print it, tonight or before."""
        printed = self.corpus.get((self.base, candidate.key), ())
        return len(printed) - (self.project_code in printed) + self.past.votes.get((self.base, candidate.key), 0)

    def speakers(self, candidate: Candidate) -> frozenset[str]:
        """The printings that say it: copies printed alike to the letter are one."""
        return frozenset(self.witnesses.get(r.copy_id, r.copy_id) for r in candidate.readings)


Rule = Callable[[Question], Candidate | None]


def only_well_formed(question: Question) -> Candidate | None:
    """Rule 3: the one candidate that is a value at all."""
    values = question.values
    if len(values) != 1 or len(question.candidates) < 2:
        return None
    if question.policy == "typed" and any(_says_other_digits(c, values[0]) for c in question.candidates):
        return None
    return values[0]


def _says_other_digits(damaged: Candidate, value: Candidate) -> bool:
    """Whether a reading that is no value shows another number or day: `123,15b` beside 123150.00, `2B/12/2562`."""
    if damaged.problem is None or damaged.value is not None:
        return False
    raw = to_arabic_digits(damaged.readings[0].evidence.raw).translate(_AS_DIGITS)
    if "/" in raw:
        try:
            day = parse_date(raw)
        except ValueError:
            return False
        return day is not None and day.isoformat() != value.value
    shown, said = (re.sub(r"\.00$|[^\d.]", "", text) for text in (raw, value.key))
    said = said.removesuffix(".00")
    return len(shown) == len(said) and shown != said


def line_wrap(question: Question) -> Candidate | None:
    """Rule 3: pieces that a line wrap parted join to what another copy prints whole."""
    values = question.values
    return values[0] if len(values) == 1 and values[0].key in question.joined else None


def typed_majority(question: Question) -> Candidate | None:
    """Rule 4: typed values, strict majority of the well-formed readings."""
    return _majority(question) if question.policy in ("typed", "identity") else None


def register(question: Question) -> Candidate | None:
    """Rule 5: a register knows exactly one of them."""
    if not question.is_text:
        return None
    known = [c for c in question.values if known_by(question, c)]
    if len(known) != 1:
        return None
    rivals = [c for c in question.values if c is not known[0]]
    is_misprint = all(fuzz.ratio(known[0].key, c.key) >= STATUS_LIKENESS for c in rivals)
    return known[0] if question.policy != "status" or is_misprint else None


def known_by(question: Question, candidate: Candidate) -> str | None:
    """The register that knows a candidate, by the name of its file."""
    rivals = [c for c in question.values if c is not candidate]
    return is_known(question.field, question.policy, candidate, rivals, question.registers, question.facts)


def corpus_vote(question: Question) -> Candidate | None:
    """Rule 6: other projects, of the night and of nights before, print one of them far more often."""
    if not question.is_text:
        return None
    candidates = question.values
    votes = [question.votes(candidate) for candidate in candidates]
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
    return _majority(question) if question.policy not in ("typed", "identity") else None


def first_complete_copy(question: Question) -> Candidate | None:
    """Rule 10: nothing decides; the first complete copy is kept and the value is contested."""
    return next(iter(question.values), question.candidates[0])


def _majority(question: Question) -> Candidate | None:
    """The value of more than half of the printings; a printing that says two different values speaks for neither."""
    candidates = question.values
    speakers = [question.speakers(c) for c in candidates]
    total = len(frozenset().union(*speakers))
    for candidate, own in zip(candidates, speakers, strict=True):
        rivals = frozenset().union(*(s for c, s in zip(candidates, speakers, strict=True) if c is not candidate))
        if 2 * len(own - rivals) > total:
            return candidate
    return None


RULES: tuple[tuple[str, Rule], ...] = (
    ("only_well_formed", only_well_formed),
    ("line_wrap", line_wrap),
    ("typed_majority", typed_majority),
    ("register", register),
    ("earlier_delivery", earlier_delivery),
    ("corpus_vote", corpus_vote),
    ("arithmetic", arithmetic),
    ("name_statistics", name_statistics),
    ("text_statistics", text_statistics),
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


def count_corpus(printed: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str], Collection[str]]:
    """(field base, key) → the projects that print it, from (project code, field address, key) rows."""
    corpus: dict[tuple[str, str], Collection[str]] = {}
    for code, address, key in printed:
        place = field_base(address), key
        before = corpus.get(place)
        if before is None:
            corpus[place] = (code,)  # most texts are one project's, and a set weighs four times as much
        elif isinstance(before, set):
            before.add(code)
        elif code not in before:
            corpus[place] = {*before, code}
    return corpus
