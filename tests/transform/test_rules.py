"""Each rule: when it fires, when it stays silent at its boundary; and that they are asked in their fixed order."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.transform.forms import CODE, REGISTERS
from transform import rules
from transform.form import FORM_FOLDER
from transform.records import Evidence, Reading
from transform.rules import RULES, Candidate, Question, choose, count_corpus, field_base
from transform.thai import squash


def candidate(value: str | None, *copies: int, problem: str | None = None, context: str | None = None) -> Candidate:
    """A reading that copies of these numbers print."""
    readings = tuple(Reading(f"c-{n}", "x", None, Evidence(1, 1, 1, 0, 1, value or "-"), value) for n in copies or (1,))
    return Candidate(squash(value) if value else "", value, readings, problem, context)


def asked(policy: str, *candidates: Candidate, field: str = "project_name", **more: Any) -> Question:
    return Question(CODE, field, policy, tuple(candidates), **({"registers": REGISTERS, "corpus": {}} | more))


def chosen(rule: Any, question: Question) -> str | None:
    found = rule(question)
    return found.value if found is not None else None


# ---------------------------------------------------------------- order


def test_the_rules_are_asked_in_the_order_of_the_design():
    assert [name for name, _ in RULES] == [
        "only_well_formed", "line_wrap", "typed_majority", "register", "earlier_delivery", "corpus_vote", "arithmetic",
        "name_statistics", "text_statistics", "text_majority", "first_complete_copy",
    ]  # fmt: skip


def test_every_rule_is_told_in_words():
    told = {
        rule["id"] for rule in tomllib.loads((Path(FORM_FOLDER) / "rules.toml").read_text(encoding="utf-8"))["rule"]
    }
    assert {name for name, _ in RULES} | {
        "correction",
        "agreed",
        "single",
        "most_rows",
        "parts",
        "none_well_formed",
    } <= told


@pytest.mark.parametrize("first", [name for name, _ in RULES])
def test_choose_takes_the_first_rule_that_answers(first, monkeypatch):
    names = [name for name, _ in RULES]
    answers = names[names.index(first) :]
    one = candidate("ก", 1)
    fakes = tuple((name, (lambda q, n=name: one if n in answers else None)) for name in names)
    monkeypatch.setattr(rules, "RULES", fakes)
    assert choose(asked("text", one, candidate("ข", 2))) == (first, one)


# ---------------------------------------------------------------- 3 well-formed, line wrap


def test_the_only_well_formed_reading_is_chosen():
    question = asked("typed", candidate(None, 1, problem="no amount"), candidate("180000.00", 2))
    assert chosen(rules.only_well_formed, question) == "180000.00"


@pytest.mark.parametrize(
    ("damaged", "value", "wins"),
    [
        ("18O,000 บาท", "180000.00", True), ("123,15b บาท", "123160.00", False), ("123,15b บาท", "123156.00", True),
        ("2B/12/2562", "2019-12-25", False), ("2B/12/2562", "2019-12-28", True), ("??", "2019-12-28", True),
    ],
)  # fmt: skip
def test_a_damaged_number_that_shows_another_one_is_no_agreement(damaged: str, value: str, wins: bool):
    bad = Candidate(
        "", None, (Reading("c-1", "x", None, Evidence(1, 1, 1, 0, 9, damaged), None, "no value"),), "no value"
    )
    assert chosen(rules.only_well_formed, asked("typed", bad, candidate(value, 2))) == (value if wins else None)


def test_a_value_beats_a_placeholder():
    assert chosen(rules.only_well_formed, asked("text", candidate(None, 1), candidate("ก", 2))) == "ก"


@pytest.mark.parametrize(
    "candidates",
    [
        (candidate("1.00", 1), candidate("2.00", 2)),
        (candidate(None, 1), candidate(None, 2, problem="no amount")),
        (candidate("1.00", 1, 2),),
    ],
)
def test_only_well_formed_is_silent_with_two_values_with_none_and_with_nothing_to_choose_from(candidates):
    assert rules.only_well_formed(asked("typed", *candidates)) is None


def test_a_line_wrap_joins_only_to_what_another_copy_prints_whole():
    whole = candidate("กข", 1, 2)
    assert rules.line_wrap(asked("item", whole, joined=frozenset({"กข"}))) is whole
    assert rules.line_wrap(asked("item", whole)) is None
    assert rules.line_wrap(asked("item", whole, candidate("กค", 3), joined=frozenset({"กข"}))) is None


# ---------------------------------------------------------------- 4 typed majority


@pytest.mark.parametrize(
    ("policy", "votes", "expected"),
    [
        ("typed", ((1, 2), (3,)), "1.00"),
        ("typed", ((1,), (2, 3)), "2.00"),
        ("typed", ((1,), (2,)), None),
        ("typed", ((1, 2), (3, 4)), None),
        ("text", ((1, 2), (3,)), None),
    ],
)
def test_typed_values_go_by_strict_majority(policy, votes, expected):
    one, two = votes
    assert chosen(rules.typed_majority, asked(policy, candidate("1.00", *one), candidate("2.00", *two))) == expected


def test_a_damaged_reading_has_no_vote():
    question = asked("typed", candidate("1.00", 1, 2), candidate("2.00", 3), candidate(None, 4, 5, problem="no amount"))
    assert chosen(rules.typed_majority, question) == "1.00"


def test_a_copy_that_prints_a_field_twice_has_one_voice():
    twice = Candidate("1.00", "1.00", candidate("1.00", 1).readings * 2)
    assert rules.typed_majority(asked("typed", twice, candidate("2.00", 2))) is None


def test_a_copy_that_prints_two_values_is_no_majority_of_either():
    assert rules.typed_majority(asked("typed", candidate("1.00", 1), candidate("2.00", 1))) is None
    assert chosen(rules.typed_majority, asked("typed", candidate("1.00", 1, 2, 3), candidate("2.00", 1))) == "1.00"


# ---------------------------------------------------------------- 5 registers


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("อยู่ระหว่างรออนุญาตจากสำนักการศึกษา", "อยู่ระหว่างรออนุญาตจากสำนักงานการศึกษา"),
        ("สำนักงานเขตวัฒนา", "สำนักงานเขตวัฒบา"),
        ("ส่งสำนักการโยธา และสำนักการศึกษา", "ส่งสำนักงานการโยธา และสำนักงานการศึกษา"),
    ],
)
def test_a_register_of_agencies_knows_one_of_two_spellings(right, wrong):
    for pair in ((candidate(right, 1), candidate(wrong, 2)), (candidate(wrong, 1), candidate(right, 2))):
        assert chosen(rules.register, asked("text", *pair)) == right


@pytest.mark.parametrize(
    "pair",
    [
        ("อนุญาตจากสำนักการศึกษา", "อนุญาตจากสำนักการโยธา"),  # both known
        ("จากสำนักงานการศึกษา", "จากสำนักงานการศึกษ"),  # neither known
        ("สำนักการศึกษาอนุมัติแล้ว", "โรงเรียนอนุมัติแล้ว"),  # one mentions a department, the other no agency at all
        ("สำนักการศึกษาอนุมัติแล้ว", "สำนักการศึกษาอนุมัตแล้ว"),  # the same agency, the difference is elsewhere
        ("จากสำนักการศึกษา", "จากสำนักพิมพ์ไทยวัฒนาพานิช"),  # an unknown agency that is no misprint of the known one
        ("สำนักการศึกษา 12", "สำนักงานการศึกษา 13"),  # digits differ
    ],
)
def test_the_register_of_agencies_is_silent_unless_it_knows_exactly_one(pair):
    assert rules.register(asked("text", *(candidate(v, n) for n, v in enumerate(pair, 1)))) is None


def test_the_register_reads_a_span_in_its_context():
    one = candidate("", 1, context="ขออนุญาตจากสำนักการศึกษาแล้ว")
    two = candidate("งาน", 2, context="ขออนุญาตจากสำนักงานการศึกษาแล้ว")
    assert rules.register(asked("long_text", one, two)) is one


def test_the_register_of_status_words_belongs_to_its_field():
    pair = candidate("เป็นไปตามแผน", 1), candidate("เป็นไปตามแผบ", 2)
    assert chosen(rules.register, asked("status", *pair, field="reports[3].plan_status")) == "เป็นไปตามแผน"
    assert rules.register(asked("status", *pair, field="reports[3].target_status")) is None


def test_the_register_of_people_knows_a_coordinator():
    pair = candidate("สมหมาย ใจงาน", 1), candidate("สมหมาย ใจงาม", 2)
    assert chosen(rules.register, asked("name", *pair, field="coordinator.name")) == "สมหมาย ใจงาม"
    strangers = candidate("สมหมาย ใจดี", 1), candidate("สมหมาย ใจดำ", 2)
    assert rules.register(asked("name", *strangers, field="coordinator.name")) is None


# ---------------------------------------------------------------- 6 corpus


def voted(mine: Sequence[str], theirs: Sequence[str], policy: str = "text") -> str | None:
    printed = [(code, "project_name", squash(text)) for text, codes in (("ก", mine), ("ข", theirs)) for code in codes]
    return chosen(rules.corpus_vote, asked(policy, candidate("ก", 1), candidate("ข", 2), corpus=count_corpus(printed)))


@pytest.mark.parametrize(
    ("mine", "theirs", "expected"),
    [
        (("b", "c"), (), "ก"),
        (("b",), (), None),  # one other project is not enough
        ((CODE, CODE, "b"), (), None),  # its own project does not count
        (("b", "b", "b"), (), None),  # nor does one other project three times
        (tuple("bcd"), ("e",), "ก"),
        (tuple("bc"), ("e",), None),  # not three times as often
        ((), tuple("bc"), "ข"),
        ((), (), None),
    ],
)
def test_the_rest_of_the_night_must_print_it_in_two_projects_and_three_times_as_often(mine, theirs, expected):
    assert voted(mine, theirs) == expected


def test_the_rest_of_the_night_has_no_vote_on_typed_values_or_digits():
    assert voted(tuple("bcde"), (), "typed") is None
    printed = [(code, "targets[1]", "40คน") for code in "bcde"]
    pair = candidate("40 คน", 1), candidate("49 คน", 2)
    assert rules.corpus_vote(asked("item", *pair, field="targets[7]", corpus=count_corpus(printed))) is None


def test_the_corpus_counts_a_field_whatever_its_place():
    counted = count_corpus([("b", "targets[1]", "ก"), ("c", "targets[9]", "ก"), ("c", "objectives[1]", "ก")])
    assert set(counted["targets", "ก"]) == {"b", "c"}
    assert field_base("strategy.indicators[2].dimension") == "strategy.indicators.dimension"


# ---------------------------------------------------------------- 7 arithmetic


def test_arithmetic_must_support_exactly_one():
    pair = candidate("1.00", 1), candidate("2.00", 2)
    assert chosen(rules.arithmetic, asked("typed", *pair, supported=frozenset({"2.00"}))) == "2.00"
    assert rules.arithmetic(asked("typed", *pair, supported=frozenset({"1.00", "2.00"}))) is None
    assert rules.arithmetic(asked("typed", *pair)) is None


# ---------------------------------------------------------------- 8 names


def test_letter_statistics_choose_a_name_but_no_other_text():
    pair = candidate("สมหญิง อีระวุฒิมั่นคง", 1), candidate("สมหญิง ธีระวุฒิมั่นคง", 2)
    assert chosen(rules.name_statistics, asked("name", *pair)) == "สมหญิง ธีระวุฒิมั่นคง"
    assert rules.name_statistics(asked("text", *pair)) is None


def test_letter_statistics_do_not_touch_names_with_digits():
    pair = candidate("สมหญิง อีระวุฒิมั่นคง 1", 1), candidate("สมหญิง ธีระวุฒิมั่นคง 2", 2)
    assert rules.name_statistics(asked("name", *pair)) is None


# ---------------------------------------------------------------- 9, 10


def test_text_goes_by_strict_majority_after_everything_else():
    assert chosen(rules.text_majority, asked("text", candidate("ก", 1), candidate("ข", 2, 3))) == "ข"
    assert rules.text_majority(asked("text", candidate("ก", 1), candidate("ข", 2))) is None
    assert rules.text_majority(asked("typed", candidate("1.00", 1), candidate("2.00", 2, 3))) is None


def test_the_last_rule_takes_the_first_value_and_always_answers():
    assert (
        chosen(rules.first_complete_copy, asked("text", candidate(None, 1), candidate("ข", 2), candidate("ก", 3)))
        == "ข"
    )
    nothing = candidate(None, 1, problem="no amount"), candidate(None, 2)
    assert rules.first_complete_copy(asked("typed", *nothing)) is nothing[0]


@pytest.mark.parametrize("policy", ["typed", "identity"])
def test_no_language_decides_typed_values(policy):
    pair = candidate("สำนักการศึกษา", 1), candidate("สำนักงานการศึกษา", 2)
    assert choose(asked(policy, *pair))[0] == "first_complete_copy"


def test_texts_that_differ_in_digits_go_by_majority_only():
    pair = candidate("เด็ก 40 คน", 1), candidate("เด็ก 48 คน", 2)
    assert choose(asked("item", *pair, field="targets[1]"))[0] == "first_complete_copy"
    assert choose(asked("item", pair[0], candidate("เด็ก 48 คน", 2, 3), field="targets[1]"))[0] == "text_majority"
