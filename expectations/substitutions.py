"""Systematic substitutions: the same two words in place of each other, contested in project after project.

A system that writes สำนักงาน for สำนัก does so in every form it makes. That is one finding, not one for each project: it
is decided once, by a line of a register. What the copies of each project say stays with the project (copies_conflict).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from expectations.lifecycle import Finding
from expectations.words import label_of
from transform.addresses import field_base, report_of
from transform.confusions import differing_words
from transform.form import Form
from transform.records import Decision, Delivery, Evidence
from transform.thai import squash

RULE = "systematic_substitution"
# contested in at least this many projects of a night, it is one finding
LEAST_PROJECTS = 5
_EXAMPLES = 5
_NO_WORDS = ("typed", "identity", "whole")  # policies of values that are no words
# where one line decides a word of these fields; of any other text, the agencies and sections it speaks of
_REGISTERS = {
    "status": "status_words.csv",
    "name": "people.csv",
    "strategy": "strategies.csv",
    "agency_path[1]": "departments.csv",
    "agency_path": "divisions.csv",
}
_OF_TEXTS = "departments.csv, divisions.csv"
Words = tuple[str, str]
Place = tuple[str, int, int]  # uri, page, line


@dataclass(frozen=True)
class Occurrence:
    """One contested value that differs in nothing but the substitution: the decision, and where each word stands."""

    decision: Decision
    places: tuple[tuple[Place, str], ...]


@dataclass(frozen=True)
class Substitution:
    """Two words that copies print for each other in one field of the form, and where, in order of projects."""

    field: str
    words: Words
    occurrences: tuple[Occurrence, ...]

    @property
    def value(self) -> str:
        """The two words as a finding holds them; with the field they are the substitution's identity."""
        return " / ".join(self.words)

    @property
    def projects(self) -> tuple[str, ...]:
        """Projects concerned."""
        return tuple(dict.fromkeys(o.decision.project_code for o in self.occurrences))

    @property
    def place(self) -> Place:
        """Where it stands first."""
        return self.occurrences[0].places[0][0]

    def row(self, form: Form) -> dict[str, Any]:
        """What the finding says."""
        return {
            "rule": RULE,
            "field": self.field,
            "value": self.value,
            "against": str(len(self.projects)),
            "of": self.value,
            "place": self.place,
            "detail": {language: self.told(form, language) for language in ("th", "en")},
        }

    def told(self, form: Form, language: str) -> str:
        """How often it occurs, up to five examples with their places, and which register decides it, line by line."""
        thai = language == "th"
        lines = [f"พบ {len(self.occurrences)} แห่ง เช่น" if thai else f"{len(self.occurrences)} places, for example"]
        for occurrence in self._examples():
            said = " / ".join(f"{_shown(place, thai)} “{word}”" for place, word in occurrence.places)
            decision = occurrence.decision
            lines.append(f"• {decision.project_code} {label_of(decision.field, form, language)}: {said}")
        register = _register(self.occurrences[0].decision.field, form)
        lines.append(f"ทะเบียนที่ตัดสินได้: data/reference/{register}" if thai else f"It is decided in: {register}")
        return "\n".join(lines)

    def _examples(self) -> list[Occurrence]:
        """One of each project."""
        firsts: dict[str, Occurrence] = {}
        for occurrence in self.occurrences:
            firsts.setdefault(occurrence.decision.project_code, occurrence)
        return list(firsts.values())[:_EXAMPLES]


@dataclass(frozen=True)
class Systematic:
    """The systematic substitutions of a night, and the values (project, address) that they explain altogether."""

    substitutions: tuple[Substitution, ...] = ()
    explained: frozenset[tuple[str, str]] = frozenset()

    def explains(self, decision: Decision) -> bool:
        """Whether a value differs in nothing but systematic substitutions."""
        return (decision.project_code, decision.field) in self.explained


def open_before(findings: Iterable[Finding], night: date) -> frozenset[tuple[str, str]]:
    """(field, value) of the substitutions that an earlier night found and none has resolved."""
    return frozenset(
        (f.field or "", f.value or "")
        for f in findings
        if f.rule == RULE and f.state != "resolved" and f.first_seen < night
    )


def systematic(
    deliveries: Iterable[Delivery], form: Form, known: Collection[tuple[str, str]] = frozenset()
) -> Systematic:
    """Substitutions contested in at least five projects of the night, by field and words; known ones in any project.

    `known` are (field, value) of those that stand open: five projects make one, and while any shows it, it stands.
    """
    texts = [found for delivery in deliveries for found in _contested_texts(delivery, form)]
    projects: dict[str, set[str]] = defaultdict(set)
    for decision, _, _ in texts:
        projects[field_base(decision.field)].add(decision.project_code)
    worth = {base for base, codes in projects.items() if len(codes) >= LEAST_PROJECTS} | {field for field, _ in known}
    found: dict[tuple[str, Words], list[Occurrence]] = defaultdict(list)
    words_of: dict[tuple[str, str], frozenset[tuple[str, Words]]] = {}
    for decision, printed, uris in texts:
        base = field_base(decision.field)
        pairs = differing_words(*printed) if base in worth else None
        if not pairs:
            continue
        words_of[decision.project_code, decision.field] = frozenset((base, _in_order(pair)) for pair in pairs)
        if len(words_of[decision.project_code, decision.field]) == 1:  # else which of them is contested is not known
            found[base, _in_order(pairs[0])].append(_occurrence(decision, printed, pairs[0], uris))
    made = [
        Substitution(field, words, tuple(sorted(found[field, words], key=_order))) for field, words in sorted(found)
    ]
    kept = tuple(s for s in made if len(s.projects) >= LEAST_PROJECTS or (s.field, s.value) in known)
    explaining = {(s.field, s.words) for s in kept}
    return Systematic(kept, frozenset(place for place, words in words_of.items() if words <= explaining))


def was_delivered(finding: Finding, before: Iterable[Finding], codes: Collection[str], form: Form) -> bool:
    """Whether a project of a substitution is among those delivered tonight, so that tonight says something of it.

    `before` are the findings of earlier nights, `codes` the projects of tonight. A project is one of the substitution's
    while its conflict between copies, as it was told after its last delivery, shows both words in that field.
    """
    words = [squash(word) for word in (finding.value or "").split(" / ")]
    labels = tuple({f"• {label_of(name, form)}" for name in form.fields if field_base(name) == finding.field})

    def shows_it(conflict: Finding) -> bool:
        lines = [squash(line) for line in conflict.message_th.split("\n") if line.startswith(labels)]
        return any(all(word in line for word in words) for line in lines)

    return any(
        f.rule == "copies_conflict" and f.project_code in codes and f.state != "resolved"
        and f.last_seen >= finding.first_seen and shows_it(f)
        for f in before
    )  # fmt: skip


# ---------------------------------------------------------------- one value


def _contested_texts(delivery: Delivery, form: Form) -> Iterator[tuple[Decision, Words, Mapping[str, str]]]:
    """Contested texts of which the copies print exactly two, with those two and the file of each copy."""
    uris = {copy.copy_id: copy.uri for copy in delivery.copies}
    for decision in delivery.decisions:
        is_open = decision.rule == "first_complete_copy" and decision.is_conflict
        if not is_open or form.field_of(decision.field).policy in _NO_WORDS:
            continue
        printed: dict[str, str] = {}
        for reading in decision.readings:
            printed.setdefault(squash(reading.value or ""), reading.value or "")
        if len(printed) == 2 and all(printed) and not any(r.problem for r in decision.readings):
            first, second = printed.values()
            yield decision, (first, second), uris


def _occurrence(decision: Decision, printed: Words, pair: Words, uris: Mapping[str, str]) -> Occurrence:
    places: dict[str, tuple[Place, str]] = {}
    word_of = {squash(text): word for text, word in zip(printed, pair, strict=True)}
    for reading in decision.readings:
        key = squash(reading.value or "")
        places.setdefault(key, (_place(uris[reading.copy_id], reading.evidence), word_of[key]))
    return Occurrence(decision, tuple(places.values()))


def _place(uri: str, evidence: Evidence) -> Place:
    return uri, evidence.page, evidence.line_first


def _in_order(pair: Words) -> Words:
    """Which of the two is right is not known: the order is that of the letters."""
    first, second = sorted(pair)
    return first, second


def _order(occurrence: Occurrence) -> tuple[str, tuple[int, int], str]:
    field = occurrence.decision.field
    return occurrence.decision.project_code, report_of(field) or (0, 0), field


def _shown(place: Place, thai: bool) -> str:
    uri, page, line = place
    name = uri.rsplit("/", 1)[-1]
    return f"{name} หน้า {page} บรรทัด {line}" if thai else f"{name} page {page} line {line}"


def _register(address: str, form: Form) -> str:
    """The register in which one line decides a word of this field."""
    policy, base = form.field_of(address).policy, field_base(address)
    keys = (policy, address, base, base.split(".")[0] if policy == "register" else "")
    return next((_REGISTERS[key] for key in keys if key in _REGISTERS), _OF_TEXTS)
