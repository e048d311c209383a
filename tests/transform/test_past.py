"""What earlier nights are asked about tonight, and what the project's own earlier delivery says to it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transform.forms import CODE, FORM, PLAIN, REGISTERS, Bad, Cut, by_address, copies_of, told
from transform.language import earlier_delivery
from transform.past import Asked, Past, asked_of
from transform.reconcile import Context, reconcile
from transform.rules import Candidate, Question
from transform.thai import squash

NAME, OTHER = "ส่งเสริมการอ่านในชุมชนเมือง", "ส่งเสริมการอ่านในชุมซนเมือง"
LONG = "ชุมชนต้องการที่อ่านหนังสือ และเด็กทุกคนอ่านหนังสือได้"
LONG_OTHER = LONG.replace("ทุกคน", "ทุกดน")


def groups(*printed: Any, code: str = CODE) -> dict[str, Any]:
    return {code: copies_of(*({**PLAIN, **own} for own in printed))}


def asked(*printed: Any) -> Asked:
    return asked_of(groups(*printed), FORM)


# ---------------------------------------------------------------- what is asked


def test_asked_is_about_texts_on_which_copies_differ_with_every_spelling():
    found = asked({"project_name": NAME}, {"project_name": OTHER}, {"project_name": NAME.replace("การ", "การ ")})
    assert found.own == ((CODE, "project_name"),)
    assert found.spellings == {
        ("project_name", squash(NAME)): (NAME.replace("การ", "การ "), NAME),
        ("project_name", squash(OTHER)): (OTHER,),
    }


def test_nothing_is_asked_where_all_copies_print_the_same_or_one_printing_is_delivered_twice():
    assert asked({}) == asked({}, {}) == asked({"project_name": NAME}, {"project_name": f"{NAME} "}) == Asked({}, ())
    same = [replace(c, print_sha="p") for c in groups({"project_name": NAME}, {"project_name": OTHER})[CODE]]
    assert asked_of({CODE: same}, FORM) == Asked({}, ())
    assert asked_of({}, FORM) == Asked({}, ())


@pytest.mark.parametrize(
    ("address", "one", "two"),
    [
        ("budget_received", "1.00", "2.00"), ("start_date", "2019-10-01", "2019-10-02"), ("fiscal_year_be", "2562", "2563"),
        ("reports[1].progress_pct", "10.00", "11.00"), ("project_code", CODE, "50390000-9007"), ("responsible.phone", "1", "2"),
    ],
)  # fmt: skip
def test_nothing_is_asked_about_digits_codes_money_and_dates(address, one, two):
    assert asked({address: one}, {address: two}) == Asked({}, ())


@pytest.mark.parametrize("other", [None, Bad("ส่งเสริxx"), Cut("ส่งเสริม")])
def test_a_placeholder_a_damaged_text_or_a_cut_one_is_no_spelling(other):
    assert asked({"project_name": NAME}, {"project_name": other}) == Asked({}, ())


def test_a_text_that_one_copy_does_not_print_is_no_question():
    without = {k: v for k, v in PLAIN.items() if k != "project_name"}
    assert asked_of({CODE: copies_of(PLAIN, without)}, FORM) == Asked({}, ())


def test_items_and_rows_are_asked_by_their_field_whatever_their_place():
    found = asked(
        {"targets[1]": NAME, "reports[1].status_text": "เริ่มงาน"},
        {"targets[1]": OTHER, "reports[1].status_text": "เริมงาน"},
    )
    assert found.own == ((CODE, "reports.status_text"), (CODE, "targets"))
    assert set(found.spellings) == {
        ("targets", squash(NAME)), ("targets", squash(OTHER)), ("reports.status_text", squash("เริ่มงาน")),
        ("reports.status_text", squash("เริมงาน")),
    }  # fmt: skip


def test_an_item_is_asked_about_at_whatever_place_of_the_list_a_copy_prints_it():
    """The second item of one copy is the third of the other; nobody may vote for only one of the two."""
    third = "ครูทุกคนรายงานผล", "ครูทุกดนรายงานผล"
    one = {"targets[1]": NAME, "targets[2]": third[0]}
    two = {"targets[1]": "จัดซื้อหนังสือใหม่", "targets[2]": NAME, "targets[3]": third[1]}
    assert {("targets", squash(text)) for text in third} <= set(asked(one, two).spellings)


def test_of_long_text_only_the_own_earlier_delivery_is_asked():
    assert asked({"rationale": LONG}, {"rationale": LONG_OTHER}) == Asked({}, ((CODE, "rationale"),))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.fixed_dictionaries({"project_name": st.sampled_from([NAME, OTHER, None])}), min_size=1, max_size=4),
    st.randoms(),
)
def test_the_order_of_copies_and_projects_changes_no_question(printed, random):
    both = groups(*printed) | groups({"project_name": NAME}, {"project_name": OTHER}, code="50360000-9001")
    shuffled = {code: random.sample(both[code], len(both[code])) for code in reversed(list(both))}
    found, again = asked_of(both, FORM), asked_of(shuffled, FORM)
    assert again == found
    assert list(again.spellings) == sorted(found.spellings)


# ---------------------------------------------------------------- the own earlier delivery


def candidate(value: str, around: tuple[str, str] | None = None) -> Candidate:
    return Candidate(squash(value), value, (), None, None, around)


def said(
    candidates: list[Candidate], *before: str, policy: str = "text", field: str = "project_name", code: str = CODE
) -> str | None:
    base = field.split("[")[0]
    past = Past(own={(CODE, base): tuple(map(squash, before))})
    found = earlier_delivery(Question(code, field, policy, tuple(candidates), REGISTERS, {}, past=past))
    return found.value if found else None


def test_the_reading_that_the_delivery_before_was_decided_to_have_is_chosen():
    pair = [candidate(OTHER), candidate(NAME)]
    assert said(pair, NAME) == NAME
    assert said(pair, NAME.replace("การ", "การ  ")) == NAME
    assert said(pair, "อื่น", OTHER) == OTHER


def test_the_delivery_before_is_silent_when_it_has_both_none_or_was_another_project_s():
    pair = [candidate(OTHER), candidate(NAME)]
    assert said(pair, NAME, OTHER) is None
    assert said(pair) is None
    assert said(pair, NAME + "ใหม่") is None
    assert said(pair, NAME, code="50360000-9001") is None


def test_an_item_is_found_wherever_it_stood_in_the_list_before():
    assert said([candidate(OTHER), candidate(NAME)], "ก", NAME, policy="item", field="targets[7]") == NAME


@pytest.mark.parametrize("policy", ["typed", "identity"])
def test_the_delivery_before_never_decides_numbers(policy):
    assert said([candidate("1.00"), candidate("2.00")], "1.00", policy=policy) is None


def test_the_delivery_before_never_decides_between_texts_with_other_digits():
    pair = [candidate(f"{NAME} 40"), candidate(f"{NAME} 48")]
    assert said(pair, f"{NAME} 40") is None


AT = LONG.index("คน")
SPAN = [candidate(letter, (LONG[:AT], LONG[AT + 1 :])) for letter in "ดค"]


def test_a_place_in_a_long_text_is_decided_by_what_stood_between_the_same_words():
    assert said(SPAN, LONG, policy="long_text", field="rationale") == "ค"
    assert said(SPAN, LONG[AT - 12 : AT + 14], policy="long_text", field="rationale") == "ค"
    assert said(SPAN, LONG_OTHER, policy="long_text", field="rationale") == "ด"


def test_a_place_in_a_long_text_is_not_decided_where_the_words_around_it_were_others():
    rewritten = LONG.replace("และเด็กทุกคนอ่าน", "ครูทุกคนสอน")
    assert said(SPAN, rewritten, policy="long_text", field="rationale") is None


def test_so_few_letters_that_they_stand_anywhere_decide_nothing():
    short = [candidate("ก", ("ข", "ค")), candidate("ง", ("ข", "ค"))]
    assert said(short, f"{LONG}ขกค") is None
    assert said([candidate("กกกกกก", ("ข", "ค")), short[1]], f"{LONG}ขกกกกกกค") == "กกกกกก"


def test_words_that_one_copy_adds_are_left_out_as_they_were_before():
    around = LONG[:26], LONG[26:]
    pair = [candidate("ดีๆ ", around), candidate("", around)]
    assert said(pair, LONG, policy="long_text", field="rationale") == ""
    assert said(pair, LONG[:26] + "ดีๆ " + LONG[26:], policy="long_text", field="rationale") == "ดีๆ "


# ---------------------------------------------------------------- in a delivery


def decision(address: str, *values: str, before: tuple[str, ...]) -> Any:
    past = Past(own={(CODE, address.split("[")[0]): tuple(map(squash, before))})
    given_context = Context(FORM, REGISTERS, {}, past)
    return by_address(reconcile(copies_of(*({**PLAIN, address: v} for v in values)), given_context))[address]


@pytest.mark.parametrize(
    ("address", "one", "two"),
    [("project_name", OTHER, NAME), ("targets[1]", OTHER, NAME), ("rationale", LONG_OTHER, LONG), ("responsible.name", "กล้า ใจดีร", "กล้า ใจดี")],
)  # fmt: skip
def test_two_copies_that_differ_are_decided_by_the_night_before(address, one, two):
    assert told(decision(address, one, two, before=(two,))) == (two, "earlier_delivery", "resolved")
    assert told(decision(address, one, two, before=()))[2] == "contested" or address == "responsible.name"


def test_each_place_of_a_long_text_asks_the_night_before_by_itself():
    third = LONG.replace("หนังสือ และ", "หนังลือ และ")
    found = decision("rationale", LONG_OTHER, third, before=(LONG,))
    assert told(found) == (LONG, "earlier_delivery", "resolved")


def test_what_all_copies_print_tonight_is_not_what_it_was_before():
    assert told(decision("project_name", OTHER, OTHER, before=(NAME,))) == (OTHER, "agreed", "agreed")


def test_nothing_is_known_before_the_first_night():
    assert Past.nothing() == Past({}, {})
