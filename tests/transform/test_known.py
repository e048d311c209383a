"""What the registers know: which file vouches for a reading, and when none does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transform.forms import CODE, PLAIN, REGISTERS, between, context, copies_of, decided, told
from transform.known import facts_of, is_known
from transform.reconcile import reconcile
from transform.records import Evidence, Reading
from transform.registers import Division, Registers, Strategy, read_registers
from transform.rules import Candidate, Question, known_by, register
from transform.thai import squash

GOAL = "ชุมชนทุกแห่งมีพื้นที่อ่านหนังสือใกล้บ้านอย่างทั่วถึงตลอดปี"
KNOWING = replace(
    REGISTERS,
    people=("กล้า ใจดี",),
    divisions=(
        Division("ฝ่ายการศึกษา", "district", "VERIFIED"), Division("ฝ่ายโยธา", "district", "INFERRED"),
        Division("กองหนังสือ", "department", "INFERRED"), Division("กองกระดาษ", "department", "GUESS"),
    ),
    strategies=(
        Strategy("2561-2565", "7", "issue", "เมืองหนังสือ", "City of Books", "VERIFIED"),
        Strategy("2566-2570", "7", "issue", "เมืองนักอ่าน", "", "VERIFIED"),
        Strategy("2561-2565", "6", "issue", "เมืองดนตรี", "", "VERIFIED"),
        Strategy("2561-2565", "7.2", "sub_issue", "ห้องสมุดทุกชุมชน", "", "VERIFIED"),
        Strategy("2561-2565", "7.2.1", "goal", GOAL, "", "INFERRED"),
        Strategy("2561-2565", "7.3", "sub_issue", "ห้องสมุดลอยน้ำ", "", "GUESS"),
    ),
)  # fmt: skip
FACTS = {
    "fiscal_year_be": "2563",
    "strategy.issue_no": "7",
    "strategy.sub_issue_no": "7.2",
    "strategy.goal_no": "7.2.1",
}


def printed(value: str, context: str | None = None) -> Candidate:
    return Candidate(
        squash(value), value, (Reading("c", "x", None, Evidence(1, 1, 1, 0, 1, value), value),), None, context
    )


def known(field: str, value: str, *rivals: str, policy: str = "register", facts: Any = FACTS) -> str | None:
    return is_known(field, policy, printed(value), [printed(r) for r in rivals], KNOWING, facts)


def chosen(field: str, *values: str, policy: str = "register", facts: Any = FACTS) -> str | None:
    question = Question(CODE, field, policy, tuple(map(printed, values)), KNOWING, {}, facts=facts)
    found = register(question)
    return found.value if found else None


# ---------------------------------------------------------------- which file


@pytest.mark.parametrize(
    ("field", "policy", "value", "rival", "file"),
    [
        ("agency_path[1]", "register", "สำนักงานเขตวัฒนา", "สำนักงานเขตวัฒบา", "agency_codes.tsv"),
        ("agency_path[1]", "register", "สำนักการศึกษา", "สำนักงานการศึกษา", "departments.csv"),
        ("agency_path[2]", "register", "ฝ่ายการศึกษา", "ฝ่ายการศึกบา", "divisions.csv"),
        ("agency_path[3]", "register", "กองหนังสือ", "กองหนังลือ", "divisions.csv"),
        ("responsible.unit", "text", "กองหนังสือ", "กองหนังลือ", "divisions.csv"),
        ("coordinator.name", "name", "สมหมาย ใจงาม", "สมหมาย ใจงาน", "contacts.csv"),
        ("responsible.name", "name", "กล้า ใจดี", "กล้า ใจดิ", "people.csv"),
        ("reports[3#2].plan_status", "status", "เป็นไปตามแผน", "เป็นไปตามแผบ", "status_words.csv"),
        ("strategy.issue_name", "register", "เมืองหนังสือ", "เมืองหนังลือ", "strategies.csv"),
        ("strategy.issue_name_en", "register", "city of  books", "City of Boots", "strategies.csv"),
        ("strategy.goal_text", "register", GOAL, GOAL[:-3] + "บี", "strategies.csv"),
        ("reports[1].status_text", "text", "รออนุญาตจากสำนักการศึกษา", "รออนุญาตจากสำนักงานการศึกษา", "departments.csv"),
        ("reports[1].status_text", "text", "ฝ่ายโยธาตรวจแล้ว", "ฝ่ายโยทาตรวจแล้ว", "divisions.csv"),
    ],
)  # fmt: skip
def test_a_register_is_named_by_its_file_and_knows_only_one_of_two(field, policy, value, rival, file):
    assert (known(field, value, rival, policy=policy), known(field, rival, value, policy=policy)) == (file, None)
    assert chosen(field, rival, value, policy=policy) == value


def test_a_span_is_known_by_its_context():
    pair = printed("", "ขออนุญาตจากสำนักการศึกษาแล้ว"), printed("งาน", "ขออนุญาตจากสำนักงานการศึกษาแล้ว")
    question = Question(CODE, "rationale", "long_text", pair, KNOWING, {})
    assert [known_by(question, c) for c in pair] == ["departments.csv", None]


# ---------------------------------------------------------------- divisions


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("agency_path[1]", "ฝ่ายการศึกษา"),  # the agency itself is no division
        ("project_name", "ฝ่ายการศึกษา"),
        ("agency_path[2]", "กองกระดาษ"),  # a guess is no knowledge
        ("agency_path[2]", "ฝ่ายการศึกษานอกระบบ"),
    ],
)
def test_a_division_is_known_only_where_divisions_stand_and_only_as_listed(field, value):
    assert known(field, value) is None


@pytest.mark.parametrize(
    "pair",
    [
        ("ฝ่ายการศึกษาตรวจแล้ว", "ฝ่ายโยธาตรวจแล้ว"),  # both known
        ("ทุกฝ่ายเห็นชอบ", "ทุกฝ่ายเห็นชอม"),  # a word, no section
        ("ฝ่ายโยธาตรวจแล้ว", "เจ้าหน้าที่ตรวจแล้ว"),
        ("ส่งกองหนังสือแล้ว", "ส่งกองหนังลือแล้ว"),  # กอง begins ordinary words: only sections are looked for in texts
        ("ฝ่ายการศึกษาตรวจ", "ฝ่ายการศึกษาตรวด"),  # the same section, the difference is elsewhere
    ],
)
def test_a_text_is_not_right_because_it_mentions_a_section(pair):
    assert chosen("reports[1].status_text", *pair, policy="text") is None


def test_a_known_agency_wins_also_beside_words_that_only_sound_like_a_section():
    right, wrong = "ทุกฝ่ายเสนอสำนักการศึกษา", "ทุกฝ่ายเสนอสำนักงานการศึกษา"
    assert chosen("reports[1].status_text", wrong, right, policy="text") == right


def test_an_agency_and_a_section_that_point_at_different_texts_decide_nothing():
    pair = "ฝ่ายการศึกษา ส่งสำนักงานการโยธา", "ฝ่ายการศึกบา ส่งสำนักการโยธา"
    assert chosen("reports[1].status_text", *pair, policy="text") is None


# ---------------------------------------------------------------- strategy


@pytest.mark.parametrize(
    ("field", "value", "facts"),
    [
        ("strategy.issue_name", "เมืองนักอ่าน", FACTS),  # of another plan
        ("strategy.issue_name", "เมืองดนตรี", FACTS),  # of another number
        ("strategy.issue_name", "ห้องสมุดทุกชุมชน", FACTS),  # of another level
        ("strategy.issue_name", "เมืองหนังสือ", FACTS | {"fiscal_year_be": "2566"}),
        ("strategy.sub_issue_name", "ห้องสมุดลอยน้ำ", {}),  # a guess
        ("strategy.goal_text", GOAL[:19], FACTS),  # too little is left of it
        ("strategy.goal_text", GOAL[:30] + "ก", FACTS),
        ("strategy.sub_issue_name", "ห้องสมุดทุกชุมช", FACTS),  # only goals are cut by the source system
        ("strategy.issue_name_en", "", FACTS),
    ],
)
def test_a_strategy_text_is_known_for_its_own_number_and_plan_only(field, value, facts):
    assert known(field, value, facts=facts) is None


@pytest.mark.parametrize("lacking", ["fiscal_year_be", "strategy.issue_no"])
def test_where_number_or_year_is_uncertain_any_text_of_the_level_is_known(lacking):
    facts = {k: v for k, v in FACTS.items() if k != lacking}
    for text in ("เมืองหนังสือ", "เมืองนักอ่าน", "เมืองดนตรี"):
        assert known("strategy.issue_name", text, facts=facts) == "strategies.csv"
    assert known("strategy.issue_name", "เมืองสะอาด", facts=facts) is None


@pytest.mark.parametrize("cut", [GOAL[:20], GOAL[:40], GOAL[:40] + "%", GOAL])
def test_a_goal_that_the_source_system_cut_is_known(cut):
    assert known("strategy.goal_text", cut) == "strategies.csv"


def test_two_cuts_of_one_goal_are_both_known_and_nothing_is_decided():
    assert chosen("strategy.goal_text", GOAL[:30], GOAL[:40]) is None


# ---------------------------------------------------------------- facts


def test_the_rule_sees_the_year_and_number_of_the_delivery():
    base = {**PLAIN, "strategy.issue_no": "7", "strategy.issue_name": "เมืองหนังสือ"}
    other = {**base, "strategy.issue_name": "เมืองนักอ่าน"}
    given = context(KNOWING)
    assert told(decided(other, base, given=given)["strategy.issue_name"]) == ("เมืองหนังสือ", "register", "resolved")
    later = {"fiscal_year_be": "2566", "start_date": "2022-10-01", "end_date": "2023-09-30"}
    assert decided(base | later, other | later, given=given)["strategy.issue_name"].value == "เมืองนักอ่าน"


def test_a_number_on_which_the_copies_differ_is_no_fact():
    base = {**PLAIN, "strategy.issue_no": "7", "strategy.issue_name": "เมืองนักอ่าน"}
    other = {**base, "strategy.issue_no": "6", "strategy.issue_name": "เมืองหนังสือ"}
    assert decided(base, other, given=context(KNOWING))["strategy.issue_name"].rule == "first_complete_copy"


def test_facts_are_what_is_decided_with_evidence_or_printed_alike():
    readings = {"fiscal_year_be": copies_of(PLAIN, PLAIN)[0].readings[2:3], "strategy.issue_no": ()}
    assert facts_of({}, readings) == {"fiscal_year_be": "2563"}
    delivery = reconcile(copies_of(PLAIN, {**PLAIN, "fiscal_year_be": "2590"}), context())
    decisions = {d.field: d for d in delivery.decisions}
    assert facts_of(decisions, {}) == {"fiscal_year_be": "2563"}
    contested = {"fiscal_year_be": decisions["fiscal_year_be"]._replace(confidence="contested")}
    assert facts_of(contested, readings) == {}


def test_a_doubted_reading_is_no_fact():
    reading = Reading("c", "fiscal_year_be", None, Evidence(1, 1, 1, 0, 1, "2563"), "2563", doubt="ocr")
    assert facts_of({}, {"fiscal_year_be": [reading]}) == {}


# ---------------------------------------------------------------- what holds always


def test_what_all_copies_print_is_never_rewritten():
    wrong = "รอหนังสือจากสำนักงานการศึกษา"
    assert told(between("rationale", wrong, wrong, given=context(KNOWING))) == (wrong, "agreed", "agreed")


FIELDS = st.sampled_from(["agency_path[2]", "project_name", "strategy.goal_text", "strategy.issue_name", "rationale"])
TEXTS = st.sampled_from(
    [
        "",
        "ก",
        "ฝ่ายการศึกษา",
        "ฝ่าย",
        "สำนักการศึกษา",
        "สำนัก",
        "สำนักงานการศึกษา",
        GOAL,
        GOAL[:25],
        "เมืองหนังสือ",
        "40 คน",
        "48 คน",
    ]
)


@given(FIELDS, TEXTS, st.lists(TEXTS, max_size=3), st.sampled_from([{}, FACTS]))
def test_the_answer_is_total_does_not_depend_on_the_order_of_rivals_and_names_a_file(field, text, rivals, facts):
    found = known(field, text, *rivals, facts=facts)
    assert found == known(field, text, *reversed(rivals), facts=facts)
    assert found is None or found in {"departments.csv", "divisions.csv", "strategies.csv", "agency_codes.tsv"}
    assert is_known(field, "text", printed(text), [], Registers(), facts) is None


def test_digits_are_never_decided_by_a_register():
    assert chosen("reports[1].status_text", "สำนักการศึกษา 12", "สำนักงานการศึกษา 13", policy="text") is None


def test_the_committed_registers_know_the_plan_that_forms_print():
    folder = Path(__file__).parents[2] / "data" / "reference"
    registers = read_registers({p.name: p.read_text(encoding="utf-8") for p in folder.iterdir() if p.is_file()})
    goal = "กรุงเทพมหานครมีระบบการติดตามและรายงานความก้าวหน้าผลการดำเนินงานตามแผนพัฒนากรุงเทพ"  # as the column cut it
    for field, text in (("strategy.goal_text", goal), ("strategy.issue_name", "การบริหารจัดการเมืองมหานคร")):
        assert is_known(field, "register", printed(text), [], registers, FACTS) == "strategies.csv"
    assert is_known("agency_path[2]", "register", printed("ฝ่ายการศึกษา"), [], registers, {}) == "divisions.csv"
