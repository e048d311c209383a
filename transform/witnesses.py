"""The witnesses of a night outside of each delivery, gathered in one pass over its copies.

What the other projects print, the letter statistics of its texts, and what is to be asked of earlier nights.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from transform.at_rest import opened
from transform.form import Form
from transform.past import LANGUAGE, Asked, Asking
from transform.reconcile import Corpus
from transform.records import FormCopy
from transform.rules import count_corpus
from transform.text_model import TextModel, to_learn_from
from transform.thai import squash

_PROSE = (LANGUAGE | {"long_text"}) - {"name", "status"}


@dataclass(frozen=True)
class Witnesses:
    """Which projects print each text, the letter statistics, and the questions to earlier nights."""

    corpus: Corpus
    language: TextModel | None
    asked: Asked


def witnesses_of(groups: Mapping[str, Sequence[FormCopy]], form: Form) -> Witnesses:
    """What the copies of all projects say together. `groups`: the copies of each project, by code in order."""
    asking, texts = Asking(form), list[tuple[str, str]]()
    learned = to_learn_from(groups)

    def printed() -> Iterator[tuple[str, str, str]]:
        for code, copies in groups.items():
            at_hand = [opened(copy) for copy in copies]
            asking.add(code, at_hand)
            for address, text in _said(at_hand):
                policy = form.field_of(address).policy
                if policy in LANGUAGE:
                    yield code, address, squash(text)
                if code in learned and policy in _PROSE:
                    texts.append((code, squash(text)))

    corpus = count_corpus(printed())
    return Witnesses(corpus, TextModel.of(texts), asking.asked())


def texts_to_learn(copy: FormCopy, form: Form) -> Iterator[str]:
    """The comparing keys of a copy's texts, from which letter statistics are made; of names there are better ones."""
    return (squash(text) for address, text in _said([copy]) if form.field_of(address).policy in _PROSE)


def _said(copies: Iterable[FormCopy]) -> dict[tuple[str, str], None]:
    """(address, value) of the readings of copies that are whole and beyond doubt, each once, as they come."""
    return {
        (address, value): None
        for copy in copies
        for _, address, _, _, value, _, is_cut, doubt, *_ in copy.readings
        if value is not None and not is_cut and doubt is None
    }
