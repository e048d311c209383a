"""Every flag of DESIGN section 2 fires where its line in the table says, and is silent at the boundary."""

import subprocess
import sys
from datetime import date
from decimal import Decimal as D

import pandas as pd
import pytest

from expectations import crosschecks
from transform.registers import Registers


def only(office, flag, **rows):
    """Whether the flag is among the flags of the project."""
    return [f for f in office.flags(**rows) if f.split(":")[0] == flag]


def test_a_form_in_order_has_no_flags(office):
    assert office.flags() == []


@pytest.mark.parametrize(
    ("flag", "silent", "fires"),
    [
        ("progress_negative", "0", "-0.01"),
        ("progress_over_100", "100.00", "100.01"),
    ],
)
def test_impossible_progress_is_flagged_with_its_report(office, flag, silent, fires):
    rows = [office.report(1, progress_pct=D("0")), office.report(2, progress_pct=D(silent))]
    assert only(office, flag, fact_progress_report=rows) == []
    rows[1]["progress_pct"] = D(fires)
    assert only(office, flag, fact_progress_report=rows) == [f"{flag}:2"]


def test_progress_that_falls_is_flagged_and_equal_progress_is_not(office):
    rows = [office.report(1, progress_pct=D("40.00")), office.report(2, progress_pct=D("40"))]
    assert only(office, "progress_decreased", fact_progress_report=rows) == []
    rows[1]["progress_pct"] = D("39.99")
    assert only(office, "progress_decreased", fact_progress_report=rows) == ["progress_decreased:2"]


def test_the_report_before_is_found_by_number_not_by_printed_order(office):
    rows = [office.report(2, 1), office.report(1, 2)]
    assert only(office, "progress_decreased", fact_progress_report=rows) == []
    assert only(office, "report_date_decreased", fact_progress_report=rows) == []


def test_equal_numbers_are_compared_in_printed_order(office):
    first, second = office.report(1), office.report(2)
    again = office.report(2, 3, occurrence=2, progress_pct=D("5"), report_date=date(2019, 10, 2))
    flags = office.flags(fact_progress_report=[first, second, again])
    assert {"progress_decreased:2", "report_date_decreased:2", "report_seq_duplicate:2"} <= set(flags)


def test_a_missing_value_is_not_compared(office):
    rows = [
        office.report(1),
        office.report(2, progress_pct=None, report_date=None),
        office.report(3, progress_pct=D("1")),
    ]
    assert not [f for f in office.flags(fact_progress_report=rows) if "decreased" in f]


def test_the_reports_of_another_project_are_never_compared(office):
    other = "50390000-9000"
    rows = [office.report(1, project_code=other, progress_pct=D("90")), office.report(1)]
    found = office.objections(
        dim_project=[office.project(), office.project(project_code=other)], fact_progress_report=rows
    )
    assert "progress_decreased" not in set(found["rule"])


def test_a_report_date_one_day_earlier_is_flagged(office):
    rows = [office.report(1, report_date=date(2019, 11, 25)), office.report(2, report_date=date(2019, 11, 25))]
    assert only(office, "report_date_decreased", fact_progress_report=rows) == []
    rows[1]["report_date"] = date(2019, 11, 24)
    assert only(office, "report_date_decreased", fact_progress_report=rows) == ["report_date_decreased:2"]


@pytest.mark.parametrize(
    ("day", "fires"),
    [(date(2019, 9, 30), True), (date(2019, 10, 1), False), (date(2020, 9, 30), False), (date(2020, 10, 1), True)],
)
def test_a_report_date_belongs_into_the_fiscal_year_of_the_form(office, day, fires):
    found = only(office, "report_date_outside_fiscal_year", fact_progress_report=[office.report(1, report_date=day)])
    assert found == (["report_date_outside_fiscal_year:1"] if fires else [])


def test_one_amount_above_the_budget_is_flagged(office):
    rows = [office.report(1, disbursed_baht=D("180000.00"))]
    assert only(office, "disbursed_exceeds_budget", fact_progress_report=rows) == []
    rows[0]["disbursed_baht"] = D("180000.01")
    assert only(office, "disbursed_exceeds_budget", fact_progress_report=rows) == ["disbursed_exceeds_budget:1"]
    without = [office.project(budget_received_baht=None)]
    assert only(office, "disbursed_exceeds_budget", fact_progress_report=rows, dim_project=without) == []


def test_a_number_printed_again_is_flagged_once_and_is_not_out_of_order(office):
    rows = [office.report(1), office.report(2), office.report(2, 3, occurrence=2), office.report(2, 4, occurrence=3)]
    flags = [f for f in office.flags(fact_progress_report=rows) if "seq" in f]
    assert flags == ["report_seq_duplicate:2"]


def test_printed_order_that_descends_is_flagged_without_a_number(office):
    rows = [office.report(2, 1), office.report(1, 2), office.report(3, 3)]
    assert [f for f in office.flags(fact_progress_report=rows) if "seq" in f] == ["report_seq_out_of_order"]
    value = office.objections(fact_progress_report=rows).set_index("rule").loc["report_seq_out_of_order", "value"]
    assert value == "2, 1, 3"


@pytest.mark.parametrize(("numbers", "missing"), [((1, 2, 3), None), ((2, 3), "1"), ((1, 4), "2, 3"), ((3,), "1, 2")])
def test_a_number_missing_from_one_to_the_highest_is_a_gap(office, numbers, missing):
    rows = [office.report(n, i + 1) for i, n in enumerate(numbers)]
    found = office.objections(fact_progress_report=rows).set_index("rule")
    assert ("report_seq_gap" in found.index) == (missing is not None)
    if missing:
        assert found.loc["report_seq_gap", "value"] == missing


def test_a_misread_huge_number_names_only_the_first_gaps(office):
    rows = [office.report(1), office.report(2**31 - 1, 2)]
    value = office.objections(fact_progress_report=rows).set_index("rule").loc["report_seq_gap", "value"]
    assert value.startswith("2, 3, 4")
    assert value.endswith("21 …")


def test_no_report_row_is_flagged_and_nothing_else_about_reports(office):
    assert office.flags(fact_progress_report=[]) == ["zero_reports"]


def test_a_project_that_ends_the_day_it_starts_is_in_order(office):
    one_day = office.project(start_date=date(2020, 1, 5), end_date=date(2020, 1, 5))
    assert office.flags(dim_project=[one_day]) == []
    one_day["end_date"] = date(2020, 1, 4)
    assert office.flags(dim_project=[one_day]) == ["end_before_start"]


@pytest.mark.parametrize(
    ("start", "end", "flag"),
    [
        (date(2019, 10, 1), date(2020, 9, 30), None),
        (date(2019, 9, 30), date(2020, 9, 30), "period_longer_than_fiscal_year"),
        (date(2019, 10, 1), date(2020, 10, 1), "period_longer_than_fiscal_year"),
        (date(2018, 10, 1), date(2019, 10, 1), "period_longer_than_fiscal_year"),
        (date(2018, 10, 1), date(2019, 9, 30), "period_outside_fiscal_year"),
        (date(2020, 9, 30), date(2021, 9, 30), "period_longer_than_fiscal_year"),
        (date(2020, 10, 1), date(2021, 9, 30), "period_outside_fiscal_year"),
        (None, date(2019, 9, 30), "period_outside_fiscal_year"),
        (None, None, None),
    ],
)
def test_a_period_is_outside_or_longer_but_never_both(office, start, end, flag):
    flags = office.flags(dim_project=[office.project(start_date=start, end_date=end)])
    assert [f for f in flags if f.startswith("period")] == ([flag] if flag else [])


def test_a_budget_of_zero_is_a_value_and_an_absent_one_is_missing(office):
    zero = office.project(budget_received_baht=D("0"), budget_spent_baht=D("0"))
    assert not [f for f in office.flags(dim_project=[zero]) if "missing" in f]
    absent = office.project(budget_received_baht=None, budget_spent_baht=None)
    assert office.flags(dim_project=[absent]) == ["budget_received_missing", "budget_spent_missing"]


def test_spending_above_the_budget_is_flagged_to_the_satang(office):
    rows = [office.report(1, disbursed_baht=D("180000.01"))]
    exact = office.project(budget_spent_baht=D("180000.00"))
    assert only(office, "spent_exceeds_budget", dim_project=[exact], fact_progress_report=rows) == []
    more = office.project(budget_spent_baht=D("180000.01"))
    assert only(office, "spent_exceeds_budget", dim_project=[more], fact_progress_report=rows) == [
        "spent_exceeds_budget"
    ]


@pytest.mark.parametrize(
    ("spent", "amounts", "fires"),
    [
        ("60.00", ("10", "40", "10"), False),  # the sum
        ("40", ("10", "40", "10"), False),  # the maximum
        ("10", ("20", "40", "10"), False),  # the last
        ("20", ("20", "40", "10"), True),
        ("0.3", ("0.1", "0.2"), False),  # exact, where floats are not
        ("0", ("0", "0"), False),
        ("180000", ("0", "0"), True),  # as in the seed
        (None, ("10",), False),  # missing is its own flag
        ("5", (None, None), False),
        ("5", (None, "5", None), False),  # the last amount that is printed
    ],
)
def test_spending_agrees_with_the_sum_the_maximum_or_the_last_amount(office, spent, amounts, fires):
    rows = [office.report(i, disbursed_baht=a and D(a)) for i, a in enumerate(amounts, start=1)]
    project = office.project(budget_spent_baht=spent and D(spent))
    found = only(office, "spent_unreconciled_with_reports", dim_project=[project], fact_progress_report=rows)
    assert bool(found) is fires


def test_spending_without_reports_is_not_compared(office):
    assert only(office, "spent_unreconciled_with_reports", fact_progress_report=[]) == []


@pytest.mark.parametrize(
    ("changes", "flag"),
    [
        ({"coordinator_name": None, "coordinator_unit": "ฝ่ายหนึ่ง"}, "coordinator_missing"),
        ({"responsible_phone": None}, "responsible_phone_missing"),
        ({"responsible_name": None, "responsible_unit": "ฝ่ายการศึกษา"}, "responsible_not_a_person"),
        ({"responsible_name": None}, "responsible_not_a_person"),  # printed, but no person in it
        ({"agency_name": "สำนักงานเขตบางรัก"}, "agency_code_mismatch"),
    ],
)
def test_people_and_agency_of_the_head(office, changes, flag):
    assert office.flags(dim_project=[office.project(**changes)]) == [flag]


def test_a_responsible_field_without_print_is_no_unit(office):
    rows = [office.decided("responsible", None), office.decided("strategy.issue_name")]
    assert office.flags(dim_project=[office.project(responsible_name=None)], decision=rows) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"project_code": "50050000-9001", "agency_name": "สำนักงานเขตใดก็ได้"},  # prefix not verified
        {"agency_name": "สํานักงานเขต วัฒนา"},  # the same name in another spelling
        {"agency_name": None},
    ],
)
def test_only_a_verified_prefix_with_another_name_is_a_mismatch(office, changes):
    found = office.objections(dim_project=[office.project(**changes)])
    assert "agency_code_mismatch" not in set(found["rule"])


def test_an_indicator_without_text_is_missing(office):
    assert office.flags(project_indicator=[]) == ["indicator_missing"]
    empty = {"project_code": office.CODE, "ordinal": 1, "text": None, "dimension": 1}
    assert office.flags(project_indicator=[empty]) == ["indicator_missing"]


def test_strategy_is_missing_only_without_number_and_name(office):
    bare, named = office.project(strategy_issue_no=None), [office.decided("strategy.issue_name", "ภารกิจงานประจำ")]
    unnamed = [office.decided("strategy.issue_name", None)]
    assert office.flags(dim_project=[bare], decision=named) == []
    assert office.flags(decision=unnamed) == []
    assert office.flags(dim_project=[bare], decision=unnamed) == ["strategy_missing"]


def test_a_copy_that_is_cut_is_counted(office):
    found = office.objections(form_copy=[office.copied(1), office.copied(2, is_truncated=True)])
    assert found[["rule", "value", "against"]].values.tolist() == [["truncated_copy", "1", "2"]]


def test_two_distinct_readings_are_a_conflict_also_when_a_rule_decided(office):
    base = [office.decided("responsible"), office.decided("strategy.issue_name")]
    resolved = office.decided("coordinator.name", rule="name_statistics", confidence="resolved", distinct_readings=2)
    assert office.flags(decision=[*base, resolved]) == ["copies_conflict"]
    assert office.flags(decision=[*base, resolved | {"distinct_readings": 1}]) == []
    found = office.objections(decision=[*base, resolved | {"confidence": "contested"}])
    found = found[["rule", "field"]].astype(object).where(found[["rule", "field"]].notna(), None)
    assert found.values.tolist() == [["contested_value", "coordinator.name"], ["copies_conflict", None]]


def test_a_text_that_is_no_value_in_any_copy_is_named_with_its_problem(office):
    reading = {
        "copy_id": f"{'a' * 16}-1", "field": "budget_spent", "report_seq": None, "page": 1, "line_first": 9, "line_last": 9,
        "char_from": 0, "char_to": 7, "raw": "18O,000", "value": None, "problem": "not an amount", "is_cut": False,
    }  # fmt: skip
    base = [office.decided("responsible"), office.decided("strategy.issue_name")]
    spent = office.decided("budget_spent", None)
    found = office.objections(decision=[*base, spent], reading=[reading])
    assert found[["rule", "field", "value", "against"]].values.tolist() == [
        ["value_not_well_formed", "budget_spent", "18O,000", "not an amount"]
    ]
    assert office.objections(decision=[*base, spent], reading=[reading | {"is_cut": True}]).empty
    assert office.objections(decision=[*base, spent | {"value": "1.00"}], reading=[reading]).empty


def test_an_unknown_status_word_is_flagged_with_its_report(office):
    rows = [office.report(1, plan_status="เป็น ไปตามแผน"), office.report(2, plan_status="ช้ากว่าแผนนิดหน่อย")]
    found = office.objections(fact_progress_report=rows, dim_project=[office.project(budget_spent_baht=None)])
    words = found[found["rule"] == "unknown_status_word"]
    assert words[["report_no", "field", "value"]].values.tolist() == [[2, "reports[2].plan_status", "ช้ากว่าแผนนิดหน่อย"]]
    assert only(office, "unknown_status_word", fact_progress_report=rows) == ["unknown_status_word:2"]


def test_status_words_are_judged_each_by_its_own_list_and_a_missing_one_not_at_all(office):
    rows = [
        office.report(1, plan_status="เป็นไปตามเป้าหมาย"),
        office.report(2, target_status="ไม่รู้"),
        office.report(3, plan_status=None, target_status=None),
    ]
    assert only(office, "unknown_status_word", fact_progress_report=rows) == [
        "unknown_status_word:1",
        "unknown_status_word:2",
    ]
    unregistered = crosschecks.run(office.build(fact_progress_report=rows), Registers())
    assert "unknown_status_word" not in set(unregistered["rule"])


def test_the_second_row_of_a_number_has_its_own_address(office):
    rows = [office.report(1), office.report(1, 2, occurrence=2, progress_pct=D("-1"))]
    found = office.objections(fact_progress_report=rows).set_index("rule")
    assert found.loc["progress_negative", "field"] == "reports[1#2].progress_pct"
    assert found.loc["progress_negative", "occurrence"] == 2


def test_the_order_of_the_rows_changes_nothing(office):
    rows = [office.report(3, 1), office.report(1, 2, progress_pct=D("101")), office.report(1, 3, occurrence=2)]
    projects = [
        office.project(end_date=date(2019, 1, 1)),
        office.project(project_code="50390000-9000", agency_name="อื่น"),
    ]
    forwards = office.objections(dim_project=projects, fact_progress_report=rows)
    backwards = office.objections(dim_project=projects[::-1], fact_progress_report=rows[::-1])
    pd.testing.assert_frame_equal(forwards, backwards)


def test_frames_without_rows_have_no_objections_but_all_columns(office):
    empty = office.objections(dim_project=[], fact_progress_report=[], project_indicator=[], decision=[], form_copy=[])
    assert tuple(empty.columns) == crosschecks.COLUMNS
    assert empty.empty


def test_a_rule_that_cannot_run_is_named(office):
    frames = office.build()
    del frames["project_indicator"]
    with pytest.raises(RuntimeError, match="cross-check indicator_missing could not run"):
        crosschecks.run(frames, office.REGISTERS)


def test_importing_the_checks_does_not_import_great_expectations():
    code = "import sys, expectations.crosschecks; sys.exit('great_expectations' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def late(office, pct, **changes):
    """Rules about time that object to a project of 1 Oct to 30 Sep on the night of 1 March (41 % of its days)."""
    rows = office.objections(
        dim_project=[office.project(**changes)],
        fact_progress_report=[office.report(1, progress_pct=None if pct is None else D(pct))],
    )
    found = rows[rows["rule"].isin(["ended_unfinished", "progress_behind_time"])]
    return found[["rule", "value", "against"]].values.tolist()


def test_progress_twenty_points_behind_the_time_elapsed_is_late(office):
    assert late(office, "21") == []
    assert late(office, "20.99") == [["progress_behind_time", "20.99", "41"]]
    assert late(office, None) == []
    assert late(office, "0", start_date=date(2020, 3, 1)) == []
    assert late(office, "0", start_date=date(2020, 9, 30), end_date=date(2020, 9, 1)) == []


def test_a_project_past_its_last_day_below_a_hundred_ended_unfinished(office):
    ended = {"end_date": date(2020, 2, 29)}
    assert late(office, "99.99", **ended) == [["ended_unfinished", "99.99", "2020-02-29"]]
    assert late(office, "100", **ended) == []
    assert late(office, "99", end_date=date(2020, 3, 1)) == []
    assert late(office, "0", end_date=None) == []
