"""The catalogue says everything about every rule, in both languages."""

import re

import pytest

from expectations.catalogue import CATALOGUE, PLACEHOLDERS, flag_ids, load_catalogue, load_vocabulary
from expectations.crosschecks import RULES

# DESIGN.md section 2, the ids of the flag table
PROMISED = [
    "progress_negative",
    "progress_over_100",
    "progress_decreased",
    "report_date_decreased",
    "report_date_outside_fiscal_year",
    "disbursed_exceeds_budget",
    "report_seq_duplicate",
    "report_seq_out_of_order",
    "report_seq_gap",
    "zero_reports",
    "end_before_start",
    "period_outside_fiscal_year",
    "period_longer_than_fiscal_year",
    "budget_received_missing",
    "budget_spent_missing",
    "spent_exceeds_budget",
    "spent_unreconciled_with_reports",
    "coordinator_missing",
    "responsible_phone_missing",
    "responsible_not_a_person",
    "indicator_missing",
    "strategy_missing",
    "agency_code_mismatch",
    "truncated_copy",
    "copies_conflict",
]
# what has been added since
GROWN = [
    "unknown_status_word",
    "unread_lines",
    "unknown_heading",
    "placeholder_text",
    "other_district_named",
    "narrative_reused",
    "status_text_repeated",
    "name_year_differs",
    "report_status_missing",
    "read_by_ocr",
    "second_reader_differs",
    "second_reader_sees_more",
    "lost_letters",
    "pages_not_read",
]
BY_REPORT = {
    "progress_negative", "progress_over_100", "progress_decreased", "report_date_decreased",
    "report_date_outside_fiscal_year", "disbursed_exceeds_budget", "report_seq_duplicate",
    "unknown_status_word", "status_text_repeated", "report_status_missing",
}  # fmt: skip


def test_every_flag_of_the_design_is_there_and_no_other_than_those_added_since():
    assert sorted(flag_ids()) == sorted([*PROMISED, *GROWN])


def test_exactly_the_flags_about_one_report_carry_its_number():
    assert {i for i in flag_ids() if load_catalogue()[i].concerns_report} == BY_REPORT


def test_every_rule_that_judges_a_frame_has_a_check_and_the_other_way_round():
    assert {rule.id for rule in load_catalogue().values() if rule.frame} == set(RULES)


@pytest.mark.parametrize("rule", load_catalogue().values(), ids=lambda rule: rule.id)
def test_a_rule_speaks_thai_and_english_and_uses_known_placeholders(rule):
    for text in (rule.title_th, rule.message_th, rule.todo_th):
        assert re.search("[ก-๙]", text)
    for text in (rule.title_en, rule.message_en, rule.todo_en):
        assert re.search("[a-z]", text)
        assert not re.search("[ก-๙]", text)
    assert rule.placeholders <= PLACEHOLDERS


ENTRY = """[[rule]]
id = "x"
severity = "check"
dimension = "validity"
is_flag = false
title_th = "ก"
title_en = "a"
message_th = "ก"
message_en = "a"
todo_th = "ก"
todo_en = "a"
"""


@pytest.mark.parametrize(
    ("declared", "complaint"),
    [
        (ENTRY.replace('"check"', '"severe"'), "'severe' is not one of block, check, note"),
        (ENTRY.replace('message_en = "a"', 'message_en = "{amount}"'), "unknown placeholders"),
        (ENTRY.replace('todo_th = "ก"', 'todo_th = " "'), "empty"),
        (ENTRY.replace('todo_th = "ก"\n', ""), "missing"),
        (ENTRY * 2, "declared twice"),
    ],
    ids=["severity", "placeholder", "empty", "missing", "twice"],
)
def test_a_wrong_entry_is_refused_by_name(tmp_path, declared, complaint):
    path = tmp_path / "catalogue.toml"
    path.write_text(declared, encoding="utf-8")
    with pytest.raises(ValueError, match=complaint) as raised:
        load_catalogue(path)
    assert "rule 'x'" in str(raised.value)


VOCABULARY = CATALOGUE.read_text(encoding="utf-8").partition("[vocabulary]")[2]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (VOCABULARY.replace("waiting_texts =", "waiting_words ="), "waiting_words"),
        (VOCABULARY.replace('"ทดสอบ",', '"ทดสอบ", "",'), "waiting_texts without words or with an empty one"),
        (VOCABULARY + "\nsomething = []\n", "something"),
    ],
    ids=["missing", "an empty word", "unknown"],
)
def test_a_wrong_vocabulary_is_refused_by_the_name_of_the_list(tmp_path, words, complaint):
    path = tmp_path / "catalogue.toml"
    path.write_text("[vocabulary]" + words, encoding="utf-8")
    with pytest.raises(ValueError, match=complaint):
        load_vocabulary(path)


def test_no_word_of_the_vocabulary_is_there_twice():
    vocabulary = load_vocabulary()
    for name in vocabulary.__dataclass_fields__:
        words = getattr(vocabulary, name)
        assert len(set(words)) == len(words), name


def test_waiting_texts_are_spelt_as_they_are_compared():
    from expectations.text_rules import _bare

    vocabulary = load_vocabulary()
    for word in (*vocabulary.waiting_texts, *vocabulary.waiting_beginnings):
        assert _bare(word) == word
