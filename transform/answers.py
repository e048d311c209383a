"""The answer to a question between differing readings: the value, the rule that gave it, and what spoke for it.

A text is answered as a whole where a register, the project's own earlier delivery or other projects know one of the
readings. Otherwise each place where the copies differ is a question of its own, and what they agree on stays: a copy
that is wrong at one place is right at the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from transform.candidates import span_options
from transform.doubts import is_ocr
from transform.names import clear_margin, only_listed
from transform.rules import Candidate, Question, known_by
from transform.spans import Span, differing_spans, merge
from transform.weighing import ORDER, weigh

# rules whose answer on a whole text is weaker than answers on its differing places
_BY_PLACE = frozenset({"register", "text_statistics", "text_majority", "first_complete_copy"})
_PARTED = frozenset({"text", "item"})


class Answer(NamedTuple):
    """A value and why: the rule, and what spoke for it in a few words (`lineage.decision.grounds`), if anything."""

    value: str | None
    rule: str
    grounds: str | None = None


def answer(question: Question) -> Answer:
    """The answer to a question; of texts and list items place by place where nothing knows one of them whole."""
    rule, winner = weigh(question)
    if rule in _BY_PLACE and question.policy in _PARTED:
        texts = [c for c in question.values if c.value]
        if len(texts) > 1 and not any(is_ocr(r) for c in question.candidates for r in c.readings):
            spans = differing_spans([c.value or "" for c in texts])
            if spans:
                return by_place(question, texts, spans)
    return Answer(winner.value, rule, grounds_of(rule, question, winner))


def by_place(question: Question, texts: Sequence[Candidate], spans: Sequence[Span]) -> Answer:
    """The first text with the answer at each place where the texts differ. The weakest rule is that of the whole.

    `spans` are those of `differing_spans` over the values of `texts`.
    """
    base = texts[0].value or ""
    answers = []
    for span in spans:
        asked = replace(question, candidates=span_options(base, span, texts), joined=frozenset())
        rule, winner = weigh(asked)
        answers.append(Answer(winner.value, rule, grounds_of(rule, asked, winner)))
    rule = max((a.rule for a in answers), key=ORDER.index)
    text = merge(base, spans, [a.value or "" for a in answers])
    if len(answers) == 1:
        return Answer(text, rule, answers[0].grounds)
    told = [
        f"{' | '.join(dict.fromkeys(span.printed))}: {' '.join(filter(None, (a.rule, a.grounds)))}"
        for span, a in zip(spans, answers, strict=True)
    ]
    return Answer(text, rule, "\n".join(told))


def grounds_of(rule: str, question: Question, winner: Candidate) -> str | None:
    """What spoke for the winner: votes and rivals' votes, the register's file, the margin in nats; None for nothing.

    `14:0`, 14 other projects print it and none the rival; `2:1`, printings; `departments.csv`; `margin 9.9`; `listed`,
    the only one of the names in the list of Thai names.
    """
    rivals = [c for c in question.values if c is not winner]
    if rule == "register":
        return known_by(question, winner)
    if rule == "corpus_vote":
        return f"{question.votes(winner)}:{max(map(question.votes, rivals), default=0)}"
    if rule in ("typed_majority", "text_majority"):
        own = question.speakers(winner)
        return f"{len(own)}:{len(frozenset().union(*map(question.speakers, rivals)) - own)}"
    if rule == "name_statistics":
        names = tuple(sorted(c.value for c in question.values if c.value))
        return "listed" if only_listed(names) else f"margin {clear_margin(names):.1f}"
    if rule == "text_statistics" and question.language is not None:
        return f"margin {question.language.margin(question.project_code, question.scored):.1f}"
    return None
