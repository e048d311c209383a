"""What the registers know: which file under data/reference vouches for a printed text. Pure; rule 5 asks it.

A register vouches for a reading and never proposes one. It does not touch digits: those are what the copies print.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Protocol

from rapidfuzz import fuzz

from transform.addresses import field_base
from transform.records import Decision, Reading
from transform.register_files import (
    AGENCY_CODES,
    CONTACTS,
    DEPARTMENTS,
    DIVISIONS,
    PEOPLE,
    STATUS_WORDS,
    STRATEGIES,
    plan_period,
)
from transform.registers import Registers
from transform.thai import squash

# an unknown agency is a misprint of a known one only when it reads this much like it (0-100)
MENTION_LIKENESS = 75
# a goal that the source system cut at its column width is known by what is left, when that is long enough (letters)
LEAST_OF_A_GOAL = 20
# fields that say which strategy text is due
STATED = ("fiscal_year_be", "strategy.issue_no", "strategy.sub_issue_no", "strategy.goal_no")
# field of a strategy text → level in the register, field of its number
_STRATEGY = {
    "strategy.issue_name": ("issue", "strategy.issue_no"),
    "strategy.issue_name_en": ("issue", "strategy.issue_no"),
    "strategy.sub_issue_name": ("sub_issue", "strategy.sub_issue_no"),
    "strategy.goal_text": ("goal", "strategy.goal_no"),
}
_DIVISION = re.compile(r"agency_path\[(?!1\])\d+\]|(responsible|coordinator)\.unit(\[\d+\])?")
_AGENCY_NAMED = re.compile(r"สำนัก(?:(?!ฝ่าย)[\u0e00-\u0e7f])+")
_SECTION_NAMED = re.compile(r"ฝ่าย(?:(?!ฝ่าย|สำนัก)[\u0e00-\u0e7f])+")


class Printed(Protocol):
    """One distinct reading: its comparing key, its value, and the text around it where it is a span of a longer one."""

    @property
    def key(self) -> str:
        """Equal keys are equal readings."""

    @property
    def value(self) -> str | None:
        """As first printed."""

    @property
    def context(self) -> str | None:
        """The text around a span, with the span in it."""


def is_known(
    field: str, policy: str, printed: Printed, rivals: Sequence[Printed], registers: Registers, facts: Mapping[str, str]
) -> str | None:
    """The register that knows a reading of a field, by the name of its file; None when none does.

    `facts` are values of the same delivery that are beyond doubt (see `facts_of`).
    """
    if policy == "status":
        return STATUS_WORDS.name if printed.key in registers.status_keys.get(field_base(field), ()) else None
    if policy == "name":
        listed = ((CONTACTS.name, registers.coordinator_keys), (PEOPLE.name, registers.people_keys))
        return next((file for file, keys in listed if printed.key in keys), None)
    if field in _STRATEGY:
        return STRATEGIES.name if _is_strategy(field, printed.key, registers, facts) else None
    if printed.context is None:
        if _DIVISION.fullmatch(field) and printed.key in registers.division_keys:
            return DIVISIONS.name
        if printed.key in registers.agencies:
            return _agency_file(printed.key, registers)
    found = [_known_mention(printed, rival, registers) for rival in rivals]
    return min((file for file in found if file), default=None) if all(found) else None


def facts_of(decisions: Mapping[str, Decision], readings: Mapping[str, Sequence[Reading]]) -> dict[str, str]:
    """What a delivery says beyond doubt of its year and strategy: decided with evidence, or printed alike everywhere.

    Shape: address → value; an address on which the copies differ and nothing has decided yet is left out.
    """
    found: dict[str, str] = {}
    for address in STATED:
        decision = decisions.get(address)
        if decision is not None:
            value = None if decision.confidence == "contested" else decision.value
        else:
            printed = {r.value if r.doubt is None else None for r in readings.get(address, ())}
            value = printed.pop() if len(printed) == 1 else None
        if value is not None:
            found[address] = value
    return found


def _is_strategy(field: str, key: str, registers: Registers, facts: Mapping[str, str]) -> bool:
    """Whether it is the text of the project's own number in the plan of its year; of any when either is uncertain."""
    level, number_field = _STRATEGY[field]
    number, year = facts.get(number_field), facts.get("fiscal_year_be")
    for strategy in registers.strategies:
        if strategy.level != level or strategy.basis == "GUESS":
            continue
        if number and year and (strategy.number, strategy.plan_period) != (number, plan_period(int(year))):
            continue
        text = squash(strategy.text_en if field.endswith("_en") else strategy.text)
        if text and (key == text or (level == "goal" and _is_cut(key, text))):
            return True
    return False


def _is_cut(key: str, text: str) -> bool:
    """Whether a goal is the beginning of a known one; the web pages put a % where the source system cut it."""
    left = key.removesuffix("%")
    return len(left) >= LEAST_OF_A_GOAL and text.startswith(left)


def _known_mention(printed: Printed, rival: Printed, registers: Registers) -> str | None:
    """The register of the names in which two texts differ, when all those of the first are known.

    A text is not right because it mentions a department at all: each differing mention needs its misprint in the other.
    """
    mine, theirs = (p.context or p.value or "" for p in (printed, rival))
    agencies = _differing(_AGENCY_NAMED, mine, theirs)
    # ฝ่าย is also a word of its own (ทุกฝ่าย): only where one of the two is a section does it name one
    sections = [p for p in _differing(_SECTION_NAMED, mine, theirs) if any(n.startswith(registers.sections) for n in p)]
    if not _are_known(agencies, registers.agencies) or not _are_known(sections, registers.sections):
        return None
    if agencies:
        return min(_agency_file(a, registers) for a, _ in agencies)
    return DIVISIONS.name if sections else None


def _differing(name: re.Pattern[str], mine: str, theirs: str) -> list[tuple[str, str]]:
    """The names in which two texts differ, side by side; one nameless pair where one of them has more."""
    ours, others = _named(name, mine), _named(name, theirs)
    if len(ours) != len(others):
        return [("", "")]
    return [(a, b) for a, b in zip(ours, others, strict=True) if a != b]


@lru_cache(maxsize=4096)
def _named(name: re.Pattern[str], text: str) -> tuple[str, ...]:
    """The comparing keys of the names in a text, which is held against several rivals."""
    return tuple(squash(found) for found in name.findall(text))


def _are_known(pairs: Iterable[tuple[str, str]], names: tuple[str, ...]) -> bool:
    return all(a.startswith(names) and fuzz.ratio(a, b) >= MENTION_LIKENESS for a, b in pairs)


def _agency_file(mention: str, registers: Registers) -> str:
    """The file that lists the agency a text begins with."""
    name = next(name for name in registers.agencies if mention.startswith(name))
    return DEPARTMENTS.name if name in registers.department_keys else AGENCY_CODES.name
