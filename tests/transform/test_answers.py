"""A text is answered place by place, or whole where something knows one of its readings; and what is told of why."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transform.forms import CODE, PLAIN, REGISTERS, between, context, correction, decided, printed_copy
from transform.answers import Answer, answer
from transform.past import Past
from transform.reconcile import Context, reconcile
from transform.records import OCR, Evidence, Reading
from transform.rules import Candidate, Question, count_corpus
from transform.spans import differing_spans
from transform.text_model import TextModel
from transform.thai import squash
from transform.weighing import ORDER


def candidate(value: str | None, *copies: int, doubt: str | None = None, problem: str | None = None) -> Candidate:
    text = value or "-"
    readings = tuple(
        Reading(f"c-{n}", "x", None, Evidence(1, 1, 1, 0, 1, text), value, problem, False, doubt) for n in copies
    )
    return Candidate(squash(value or ""), value, readings, problem)


def asked(*candidates: Candidate, policy: str = "text", field: str = "project_name", **more: Any) -> Answer:
    return answer(Question(CODE, field, policy, candidates, **({"registers": REGISTERS, "corpus": {}} | more)))


ONE, TWO = "เด็กอ่านหนังสือทุกวัน ครูสอนดิ", "เด็กอ่านหนังลือทุกวัน ครูสอนดี"
BOTH, THREE = "เด็กอ่านหนังสือทุกวัน ครูสอนดี", "เดกอ่านหนังสือทุกวัน ครูสอนดี"

# ---------------------------------------------------------------- place by place


@pytest.mark.parametrize("policy", ["text", "item", "long_text"])
def test_a_copy_that_is_wrong_at_one_place_is_right_at_the_others(policy):
    address = {"text": "project_name", "item": "targets[1]", "long_text": "rationale"}[policy]
    decision = between(address, ONE, TWO, THREE)
    assert (decision.value, decision.rule, decision.confidence) == (BOTH, "text_majority", "resolved")
    assert decision.grounds == "็ | : text_majority 2:1\nส | ล: text_majority 2:1\nิ | ี: text_majority 2:1"
    assert decision.alternatives == (ONE, TWO, THREE)


@pytest.mark.parametrize("policy", ["register", "status", "name", "typed", "identity"])
def test_set_words_names_and_numbers_are_answered_whole(policy):
    found = asked(candidate(ONE, 1), candidate(TWO, 2), candidate(THREE, 3), policy=policy, field="agency_path[2]")
    assert found.value in (ONE, TWO, THREE)
    assert "\n" not in (found.grounds or "")


def test_places_that_nothing_decides_are_those_of_the_first_copy_and_the_whole_is_contested():
    grounds = "ส | ล: first_complete_copy\nิ | ี: first_complete_copy"
    assert asked(candidate(ONE, 1), candidate(TWO, 2)) == Answer(ONE, "first_complete_copy", grounds)
    assert not between("project_name", ONE, TWO).is_decidable


def test_the_rule_of_a_text_is_the_weakest_of_its_places():
    known = "ขออนุญาตจากสำนักการศึกษาแล้ว และเด็กทุกคนอ่านหนังสือดี"
    other = "ขออนุญาตจากสำนักงานการศึกษาแล้ว และเด็กทุกคนอ่านหนังสือดิ"
    found = asked(candidate(other, 1), candidate(known, 2))
    assert (found.value, found.rule) == (known[:-1] + "ิ", "first_complete_copy")
    assert (found.grounds or "").split("\n")[0] == "งาน | : register departments.csv"


def test_texts_that_only_a_picture_shows_differently_are_not_taken_apart():
    found = asked(candidate(ONE, 1, doubt=OCR), candidate(TWO, 2, doubt=OCR), candidate(THREE, 3, doubt=OCR))
    assert found == Answer(ONE, "ocr_only", None)


def test_a_text_beside_a_damaged_one_or_a_placeholder_is_answered_whole():
    for rival in (candidate(None, 2), candidate(None, 2, problem="lost")):
        assert asked(candidate(ONE, 1), rival) == Answer(ONE, "only_well_formed", None)


def test_digits_in_a_place_go_by_majority_and_what_stands_beside_them_by_language():
    one, two = "ขอจากสำนักการศึกษา เด็ก 40 คน", "ขอจากสำนักงานการศึกษา เด็ก 48 คน"
    decision = between("targets[1]", one, two)
    assert (decision.value, decision.rule) == (one, "first_complete_copy")
    assert "register departments.csv" in (decision.grounds or "")
    swapped = between("targets[1]", two, one)
    assert swapped.value == "ขอจากสำนักการศึกษา เด็ก 48 คน"


# ---------------------------------------------------------------- whole, where something knows it

NAME, OTHER_NAME = "ส่งเสริมการอ่านในชุมชนเมือง", "ส่งเสริมการอานในชุมชนเมื่อง"


def test_a_text_that_other_projects_print_is_answered_whole():
    given_corpus = count_corpus([(code, "project_name", squash(OTHER_NAME)) for code in ("b", "c")])
    found = asked(candidate(NAME, 1), candidate(OTHER_NAME, 2), corpus=given_corpus)
    assert found == Answer(OTHER_NAME, "corpus_vote", "2:0")


def test_votes_of_earlier_nights_count_with_those_of_tonight():
    past = Past({("project_name", squash(OTHER_NAME)): 2, ("project_name", squash(NAME)): 1})
    given_corpus = count_corpus([("b", "project_name", squash(OTHER_NAME)), (CODE, "project_name", squash(OTHER_NAME))])
    found = asked(candidate(NAME, 1), candidate(OTHER_NAME, 2), corpus=given_corpus, past=past)
    assert found == Answer(OTHER_NAME, "corpus_vote", "3:1")


def test_a_text_of_the_project_s_own_earlier_delivery_is_answered_whole():
    past = Past(own={(CODE, "project_name"): (squash(OTHER_NAME),)})
    assert asked(candidate(NAME, 1), candidate(OTHER_NAME, 2), past=past) == Answer(
        OTHER_NAME, "earlier_delivery", None
    )


def test_a_register_that_knows_one_of_them_answers_at_the_place_it_knows():
    """A register knows an agency inside the text, not the text: what else differs is asked by itself."""
    one, two = "ส่งสำนักการศึกษาแล้ว", "ส่งสำนักงานการศึกษาแล้ว"
    assert asked(candidate(two, 1), candidate(one, 2)) == Answer(one, "register", "departments.csv")


def test_a_correction_goes_before_every_place():
    given = context(correction("project_name", TWO, "ชื่อที่ถูก"))
    decision = between("project_name", ONE, TWO, THREE, given=given)
    assert (decision.value, decision.rule, decision.grounds) == ("ชื่อที่ถูก", "correction", None)


# ---------------------------------------------------------------- grounds


@pytest.mark.parametrize(
    ("values", "address", "grounds"),
    [
        (("180000.00", "190000.00", "190000.00"), "budget_received", "2:1"),
        (("180000.00", "190000.00"), "budget_received", None),
        (("ก", "ก"), "project_name", None),
        ((None, "5.00"), "budget_spent", None),
        (("สำนักงานเขตวัฒนา", "สำนักงานเขตวัฒบา"), "agency_path[1]", "agency_codes.tsv"),
        (("สมหมาย ใจงาม", "สมหมาย ใจงาน"), "coordinator.name", "contacts.csv"),
    ],
)
def test_grounds_tell_votes_and_registers_and_nothing_where_nothing_spoke(values, address, grounds):
    assert between(address, *values).grounds == grounds


def test_a_margin_is_told_in_nats():
    decision = between("responsible.name", "สมหญิง อีระวุฒิมั่นคง", "สมหญิง ธีระวุฒิมั่นคง")
    assert decision.rule == "name_statistics"
    assert re.fullmatch(r"margin \d+\.\d", decision.grounds or "")


def test_printings_and_not_copies_are_counted():
    witnesses = {"c-2": "p", "c-3": "p"}
    question = {"witnesses": witnesses, "policy": "typed", "field": "budget_received"}
    assert asked(candidate("1.00", 1), candidate("2.00", 2, 3), **question) == Answer(
        "1.00", "first_complete_copy", None
    )
    assert asked(candidate("1.00", 1), candidate("2.00", 2, 3, 4), **question) == Answer(
        "2.00", "typed_majority", "2:1"
    )


# ---------------------------------------------------------------- properties

TEXTS = st.sampled_from(
    [ONE, TWO, THREE, BOTH, "เด็กอ่านหนังสือ", ONE + " 40 คน", ONE + " 48 คน", "ครูสอนดี", "สำนักการศึกษา", "สำนักงานการศึกษา"]
)
PASTS = st.sampled_from(
    [Past.nothing(), Past({("project_name", squash(TWO)): 9}, {(CODE, "project_name"): (squash(BOTH),)})]
)


@settings(max_examples=100, deadline=None)
@given(st.lists(TEXTS, min_size=2, max_size=4, unique=True), PASTS, st.sampled_from(["text", "item", "name", "typed"]))
def test_an_answer_is_made_of_what_the_copies_print_and_says_its_rule(texts, past, policy):
    candidates = [candidate(text, n) for n, text in enumerate(texts, start=1)]
    found = asked(*candidates, policy=policy, past=past)
    assert found.rule in ORDER
    spans = differing_spans(texts)
    for span in spans:
        assert any(p.strip() in (found.value or "") for p in span.printed)
    assert asked(*candidates, policy=policy, past=past) == found


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=4), PASTS)
def test_a_text_that_all_copies_print_is_never_answered(texts, past):
    given_context = Context(context().form, REGISTERS, {}, past, TextModel.of([]))
    copies = [printed_copy({**PLAIN, "project_name": texts[0]}, n) for n in range(1, len(texts) + 1)]
    (decision,) = [d for d in reconcile(copies, given_context).decisions if d.field == "project_name"]
    assert decision.value == texts[0]
    assert decision.grounds is None


def test_every_decision_of_a_delivery_has_grounds_only_where_something_spoke():
    decisions = decided(PLAIN, {**PLAIN, "budget_received": "1.00"}, {**PLAIN, "budget_received": "1.00"})
    assert {a: d.grounds for a, d in decisions.items() if d.grounds} == {"budget_received": "2:1"}
