"""The catalogue of rules as data: what each finding is called, how grave it is, what it says, what to do."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

Severity = Literal["block", "check", "note"]
Dimension = Literal["completeness", "validity", "consistency", "uniqueness", "timeliness"]
Frame = Literal["dim_project", "fact_progress_report", "decision"]
# what a cross-check is about; expectation_classes has a class of each name
Family = Literal[
    "ExpectValueToBePossible",
    "ExpectProgressToFitTime",
    "ExpectReportsToBeInOrder",
    "ExpectDatesToFitFiscalYear",
    "ExpectAmountsToAgree",
    "ExpectFieldToBeFilled",
    "ExpectTextToBeMeant",
    "ExpectWordToBeKnown",
    "ExpectCodeToFitAgency",
    "ExpectCopiesToAgree",
    "ExpectValueToBeLegible",
    "ExpectFormToBeReadWhole",
]
FAMILIES: frozenset[str] = frozenset(get_args(Family))
# before a rule's id in the name of the boolean column that says which rows it is satisfied with
RULE_PREFIX = "rule:"

CATALOGUE = Path(__file__).with_name("catalogue.toml")
PLACEHOLDERS = frozenset({"report", "label", "value", "against", "file", "page", "line", "detail"})
SEVERITY_ORDER: tuple[Severity, ...] = get_args(Severity)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its stable id, its class, and its words in Thai and English.

    `frame` is the frame whose rows it judges and `expectation` the family it judges them as, None for rules about files
    and for generated column expectations.
    """

    id: str
    severity: Severity
    dimension: Dimension
    is_flag: bool
    title_th: str
    title_en: str
    message_th: str
    message_en: str
    todo_th: str
    todo_en: str
    frame: Frame | None = None
    expectation: Family | None = None

    @property
    def concerns_report(self) -> bool:
        """Whether the rule judges one report row, so that its flag carries `:SEQ`."""
        return self.frame == "fact_progress_report"

    @property
    def placeholders(self) -> frozenset[str]:
        """Names its messages fill in."""
        parts = [*string.Formatter().parse(self.message_th), *string.Formatter().parse(self.message_en)]
        return frozenset(name for _, name, _, _ in parts if name is not None)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words by which the rules about free text judge; in doubt a word excuses a text."""

    waiting_beginnings: tuple[str, ...]
    waiting_texts: tuple[str, ...]
    years_of_something_else: tuple[str, ...]
    first_quarter_events: tuple[str, ...]
    beside_a_district: tuple[str, ...]
    districts_of_others: tuple[str, ...]
    counted_things: tuple[str, ...]


@lru_cache(maxsize=4)
def load_catalogue(path: Path = CATALOGUE) -> Mapping[str, Rule]:
    """Every rule by its id, in the order of the file.

    Raises ValueError naming the rule when an entry is incomplete, twice there, or uses an unknown word.
    """
    rules: dict[str, Rule] = {}
    for entry in tomllib.loads(path.read_text(encoding="utf-8"))["rule"]:
        place = f"{path.name}: rule {entry.get('id', '(without id)')!r}"
        try:
            rule = Rule(**entry)
        except TypeError as error:
            raise ValueError(f"{place}: {error}; see the comment at the head of the file") from error
        _check(rule, place)
        if rule.id in rules:
            raise ValueError(f"{place} is declared twice; an id stands for one rule")
        rules[rule.id] = rule
    return rules


@lru_cache(maxsize=4)
def load_reasons(path: Path = CATALOGUE) -> Mapping[str, Mapping[str, str]]:
    """Why reconciling chose a value, in words: id of its rule → language → text."""
    reasons: dict[str, dict[str, str]] = tomllib.loads(path.read_text(encoding="utf-8"))["reasons"]
    return reasons


@lru_cache(maxsize=4)
def load_vocabulary(path: Path = CATALOGUE) -> Vocabulary:
    """The words of the rules about free text.

    Raises ValueError naming the list when one is missing, unknown or empty, or holds an empty word (it fits any text).
    """
    lists = tomllib.loads(path.read_text(encoding="utf-8"))["vocabulary"]
    try:
        vocabulary = Vocabulary(**{name: tuple(words) for name, words in lists.items()})
    except TypeError as error:
        raise ValueError(f"{path.name}: vocabulary: {error}; see the comments beside it") from error
    empty = sorted(name for name, words in lists.items() if not words or not all(word.strip() for word in words))
    if empty:
        raise ValueError(f"{path.name}: vocabulary: {', '.join(empty)} without words or with an empty one")
    return vocabulary


def _check(rule: Rule, place: str) -> None:
    for word, allowed in (
        (rule.severity, get_args(Severity)),
        (rule.dimension, get_args(Dimension)),
        (rule.frame, (None, *get_args(Frame))),
        (rule.expectation, (None, *get_args(Family))),
    ):
        if word not in allowed:
            raise ValueError(f"{place}: {word!r} is not one of {', '.join(str(a) for a in allowed)}")
    if (rule.frame is None) != (rule.expectation is None):
        raise ValueError(f"{place}: frame and expectation go together; exactly the rules that judge rows have both")
    unknown = sorted(rule.placeholders - PLACEHOLDERS)
    if unknown:
        raise ValueError(f"{place}: unknown placeholders {unknown}; known are {sorted(PLACEHOLDERS)}")
    texts = (rule.title_th, rule.title_en, rule.message_th, rule.message_en, rule.todo_th, rule.todo_en)
    if not all(text.strip() for text in texts):
        raise ValueError(f"{place}: a title, message or remedy is empty; every rule speaks Thai and English")


def flag_ids() -> tuple[str, ...]:
    """Ids that `kaona check` lists as flags."""
    return tuple(rule.id for rule in load_catalogue().values() if rule.is_flag)
