from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from load.explain import as_json, as_text, load_rules, why
from tests.load.conftest import CODE, FIRST, SECOND, VALUES, agreed, make_night

PROMISED_RULES = [
    "correction", "agreed", "only_well_formed", "line_wrap", "typed_majority", "register", "corpus_vote", "arithmetic",
    "name_statistics", "text_majority", "first_complete_copy", "single",
]  # fmt: skip


def fields_of(path, word):
    return [f.field for f in why(path, CODE, word).fields]


def test_one_value_with_every_reading_and_the_rule(published):
    explained = why(published, CODE, "coordinator.name")
    (field,) = explained.fields
    assert (explained.project_name, explained.night) == ("พัฒนาห้องสมุดชุมชน", SECOND)
    assert (field.value, field.rule.id, field.confidence, field.is_conflict) == (
        "สมชาย ธีระทดสอบ",
        "name_statistics",
        "resolved",
        True,
    )
    assert [(w.copy_no, w.page, w.line_first, w.value, w.is_chosen) for w in field.readings] == [
        (1, 1, 12, "สมชาย อีระทดสอบ", False),
        (2, 1, 12, "สมชาย ธีระทดสอบ", True),
    ]
    assert [w.raw for w in field.readings] == [" สมชาย อีระทดสอบ ", " สมชาย ธีระทดสอบ "]


def test_a_value_may_be_named_by_address_group_or_column(published):
    assert fields_of(published, "targets[1]") == ["targets[1]"]
    assert fields_of(published, "targets") == ["targets[1]", "targets[2]"]
    assert fields_of(published, "coordinator") == ["coordinator.title", "coordinator.name", "coordinator.phone"]
    assert fields_of(published, "budget_received_baht") == ["budget_received"]
    assert fields_of(published, "reports[2]") == [
        "reports[2].date", "reports[2].status_text", "reports[2].progress_pct", "reports[2].disbursed_baht",
    ]  # fmt: skip
    assert fields_of(published, "progress_pct") == ["reports[1].progress_pct", "reports[2].progress_pct"]
    assert fields_of(published, "reports.date") == ["reports[1].date", "reports[2].date"]
    assert fields_of(published, "strategy.indicators[1]") == [
        "strategy.indicators[1]",
        "strategy.indicators[1].dimension",
    ]
    assert fields_of(published, "agency_name") == ["agency_path[1]"]


def test_the_second_row_of_a_repeated_number_is_found_with_the_first(one_night):
    values = {**VALUES, "reports": agreed("1,2,2#2"), "reports[2#2].date": agreed("2019-12-25")}
    one_night.load(make_night(SECOND, {CODE: values}, sha="c" * 64))
    path = one_night.publish().path
    assert "reports[2#2].date" in fields_of(path, "reports[2]")
    assert fields_of(path, "reports[2#2]") == ["reports[2#2].date"]
    assert fields_of(path, "reports[2].date") == ["reports[2].date"]


def test_without_a_field_everything_is_explained_in_the_order_of_the_form(published):
    fields = fields_of(published, None)
    assert set(VALUES) | {"project_code"} == set(fields)
    wanted = [
        "project_name",
        "budget_received",
        "coordinator.name",
        "rationale",
        "targets[1]",
        "reports[1].date",
        "reports[1].disbursed_baht",
        "reports[2].date",
    ]
    assert [f for f in fields if f in wanted] == wanted


def test_history_tells_what_was_chosen_on_earlier_nights(published):
    (field,) = why(published, CODE, "budget_received").fields
    assert [(p.night, p.value) for p in field.history] == [(SECOND, "200000.00"), (FIRST, "180000.00")]


def test_a_value_that_is_no_longer_printed_keeps_its_history_and_claims_nothing(published):
    (field,) = why(published, CODE, "targets[2]").fields
    assert (field.value, field.rule, field.readings) == (None, None, ())
    assert [p.night for p in field.history] == [FIRST]


def test_a_field_that_the_form_has_and_no_copy_prints_is_no_error(published):
    (field,) = why(published, CODE, "strategy_goal_no").fields
    assert (field.field, field.value, field.history) == ("strategy.goal_no", None, ())
    assert "no copy of the latest delivery prints it" in as_text(why(published, CODE, "strategy_goal_no"))


def test_a_correction_is_marked_and_no_reading_claims_it(one_night):
    values = {**VALUES, "responsible.phone": ("7000", "7000", "7001", "correction", "resolved")}
    one_night.load(make_night(SECOND, {CODE: values}, sha="c" * 64))
    (field,) = why(one_night.publish().path, CODE, "responsible_phone").fields
    assert field.is_correction
    assert field.value == "7001"
    assert [w.is_chosen for w in field.readings] == [False, False]


def test_readings_that_differ_only_in_spaces_all_say_the_chosen_value(one_night):
    values = {**VALUES, "project_name": ("พัฒนา ห้องสมุดชุมชน", "พัฒนาห้องสมุดชุมชน", "พัฒนา ห้องสมุดชุมชน", "agreed", "agreed")}
    one_night.load(make_night(SECOND, {CODE: values}, sha="c" * 64))
    (field,) = why(one_night.publish().path, CODE, "project_name").fields
    assert [w.is_chosen for w in field.readings] == [True, True]


def test_pieces_that_a_line_wrap_split_say_the_joined_value_and_a_whole_of_other_parts_does_not(one_night):
    values = {
        **VALUES,
        "targets[1]": ("ปฏิบัติ การ", "ปฏิบัติการพัฒนา", "ปฏิบัติการพัฒนา", "line_wrap", "resolved"),
        "coordinator": ("นายสมชาย อีระทดสอบ", "นายสมชาย ธีระทดสอบ", "นายสมชาย ธีระทดสอบ", "parts", "agreed"),
    }
    night = make_night(SECOND, {CODE: values}, sha="c" * 64)
    (delivery,) = night.deliveries  # the pipeline counts a whole as one reading: its parts are what is compared
    decisions = tuple(
        d._replace(alternatives=d.alternatives[:1]) if d.rule == "parts" else d for d in delivery.decisions
    )
    one_night.load(replace(night, deliveries=(replace(delivery, decisions=decisions),)))
    path = one_night.publish().path
    chosen = {f.field: [w.is_chosen for w in f.readings] for f in why(path, CODE).fields}
    assert (chosen["targets[1]"], chosen["coordinator"]) == ([True, True], [False, True])


def test_an_unknown_code_names_the_nearest(published):
    with pytest.raises(ValueError, match=r"50390000-9910: no such project.*Nearest: 50390000-9901"):
        why(published, "50390000-9910")


def test_an_unknown_field_names_the_nearest(published):
    with pytest.raises(ValueError, match=r"budget_recieved: the form has no such value.*budget_received"):
        why(published, CODE, "budget_recieved")


def test_nothing_published_yet_says_what_to_do(tmp_path):
    with pytest.raises(FileNotFoundError, match="run `kaona run` first"):
        why(tmp_path / "kaona.duckdb", CODE)


def test_the_text_shows_value_places_rule_and_history(published):
    assert (
        as_text(why(published, CODE, "coordinator.name"))
        == """\
50390000-9901  พัฒนาห้องสมุดชุมชน
latest delivery 2026-01-06

coordinator.name  ผู้ประสานงาน สยป. · Coordinator in the strategy and evaluation department
  value    สมชาย ธีระทดสอบ   (resolved)
  column   dim_project.coordinator_name
  readings   inbox/cccc.txt copy 1 p.1 L12: สมชาย อีระทดสอบ
           ✓ inbox/cccc.txt copy 2 p.1 L12: สมชาย ธีระทดสอบ
  rule     name_statistics: ลำดับตัวอักษรแบบนี้พบในชื่อคนไทยบ่อยกว่าอีกแบบอย่างชัดเจน
           The letter statistics of Thai names prefer this spelling by a clear margin.
  changes  ชื่อที่ยืนยันแล้วใน data/reference/contacts.csv หรือการแก้ไขใน data/reference/corrections.csv
           A confirmed name in data/reference/contacts.csv, or a line in data/reference/corrections.csv."""
    )
    history = as_text(why(published, CODE, "budget_received"))
    assert (
        "history  from 2026-01-06  200000.00  (agreed; inbox/cccc.txt p.1 L5)\n"
        "           from 2026-01-05  180000.00  (agreed; inbox/aaaa.txt p.1 L5)"
    ) in history
    assert "L15-16: ย่อหน้าแรก ⏎ ย่อหน้าสอง" in as_text(why(published, CODE, "rationale"))


def test_an_undecided_value_says_so(one_night):
    assert "(contested, undecided)" in as_text(why(one_night.publish().path, CODE, "targets[2]"))


def test_json_is_plain_and_complete(published):
    found = json.loads(json.dumps(as_json(why(published, CODE)), ensure_ascii=False))
    assert found["night"] == "2026-01-06"
    assert len(found["fields"]) == len(VALUES) + 1
    assert found["fields"][0]["readings"][0]["line_first"] == 1
    assert date.fromisoformat(found["fields"][0]["history"][0]["night"]) == SECOND


def test_every_rule_is_told_in_thai_and_english():
    rules = load_rules()
    assert set(PROMISED_RULES) <= set(rules)
    for rule in rules.values():
        assert all((rule.th, rule.en, rule.change_th, rule.change_en))
        assert any("ก" <= c <= "๛" for c in rule.th)
        assert rule.en.isascii()
