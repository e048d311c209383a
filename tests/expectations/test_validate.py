"""Great Expectations sees every row, names the failing ones by their keys, and tells bad data from broken rules."""

import dataclasses
from decimal import Decimal as D

import pandas as pd
import pytest

from expectations import crosschecks, suites, validate
from expectations.suites import Check, checks_of, rows_due
from transform.form import load_form


@pytest.fixture
def verdict(office):
    """The verdict on the office's frames after replacing the rows of some tables."""

    def verdict(objections=None, **rows):
        frames = office.build(**rows)
        if objections is None:
            objections = crosschecks.run(frames, office.REGISTERS)
        return validate.validate(frames, objections, run_id="2020-03-01-test")

    return verdict


def failed(verdict):
    return verdict.results.loc[~verdict.results["is_success"], "target"].tolist()


def test_a_form_in_order_passes_everything_and_every_row_is_seen(verdict, office):
    found = verdict()
    assert failed(found) == []
    assert not found.is_blocked
    assert found.failures.empty
    counts = {name: len(frame) for name, frame in office.build().items()}
    assert (found.results["rows_evaluated"] == found.results["suite"].map(counts)).all()
    assert tuple(found.results.columns) == load_form().tables["expectation_result"].column_names
    assert not found.results.duplicated(list(load_form().tables["expectation_result"].key)).any()


def test_each_frame_is_given_to_great_expectations_once(verdict, monkeypatch):
    given, run = [], validate.Engine.run
    monkeypatch.setattr(
        validate.Engine, "run", lambda self, name, *rest: [given.append(name), run(self, name, *rest)][1]
    )
    found = verdict()
    assert sorted(given) == sorted(set(found.results["suite"]))
    assert [answers.name for answers in found.answers] == given


def test_a_bad_row_fails_its_column_and_is_named_by_its_key(verdict, office):
    found = verdict(fact_progress_report=[office.report(1), office.report(2, disbursed_baht=D("-5.00"))])
    row = found.failures[found.failures["target"] == "disbursed_baht"].iloc[0]
    assert (row["suite"], row["project_code"], row["report_no"], row["occurrence"]) == (
        "fact_progress_report",
        office.CODE,
        2,
        1,
    )
    assert (row["value"], row["rule"], row["against"]) == ("-5.00", "column_out_of_range", "0 – …")
    assert not found.is_blocked


def test_a_required_value_that_is_missing_is_completeness(verdict, office):
    found = verdict(dim_project=[office.project(project_name=None)])
    result = found.results[~found.results["is_success"]]
    assert result[["target", "severity", "dimension", "rows_failed"]].values.tolist() == [
        ["project_name", "check", "completeness", 1]
    ]
    assert found.failures[["rule", "project_code"]].values.tolist() == [["column_required_missing", office.CODE]]


def test_cross_checks_are_evaluated_row_by_row(verdict, office):
    found = verdict(fact_progress_report=[office.report(1), office.report(2, progress_pct=D("101")), office.report(3)])
    assert set(failed(found)) == {"progress_over_100", "progress_decreased"}
    by_rule = found.failures.set_index("target")["report_no"]
    assert by_rule.to_dict() == {"progress_over_100": 2, "progress_decreased": 3}


def test_a_code_that_is_no_code_blocks(verdict, office):
    found = verdict(
        dim_project=[office.project(project_code="5039-9001")], fact_progress_report=[], decision=[], form_copy=[]
    )
    assert found.is_blocked
    assert any("ExpectColumnValuesToMatchRegex failed for 1 of 1 rows" in sentence for sentence in found.blocking)


def test_a_key_that_is_there_twice_blocks(verdict, office):
    found = verdict(fact_progress_report=[office.report(1), office.report(1)])
    assert found.is_blocked
    assert "key_duplicate" in set(found.failures["rule"])


def test_money_as_float_blocks(verdict, office):
    frames = office.build()
    frames["dim_project"]["budget_received_baht"] = (
        frames["dim_project"]["budget_received_baht"].map(float).astype(object)
    )
    objections = crosschecks.run(office.build(), office.REGISTERS)
    found = validate.validate(frames, objections, run_id="x")
    assert found.blocking == ("dim_project.budget_received_baht: ExpectColumnValuesToBeOfType failed for 1 of 1 rows",)


@pytest.mark.fault(53)
def test_no_rows_although_the_night_brought_forms_blocks(verdict, office):
    nothing = {"dim_project": [], "fact_progress_report": [], "project_indicator": [], "decision": []}
    found = verdict(**nothing)
    assert found.is_blocked
    assert [b.split(":")[0] for b in found.blocking] == ["decision.rows", "dim_project.rows"]
    assert not verdict(**nothing, form_copy=[]).is_blocked  # a night without forms


@pytest.mark.fault(53)
def test_a_project_or_all_reports_lost_on_the_way_block(verdict, office):
    other = office.decided("rationale", project_code="50390000-9002", delivery_id="50390000-9002@2020-03-01")
    base = [office.decided("responsible"), office.decided("strategy.issue_name")]
    assert verdict(decision=[*base, other]).blocking == (
        "dim_project.rows: ExpectTableRowCountToBeBetween failed for 1 of 1 rows",
    )
    lost = verdict(decision=[*base, office.decided("reports[1].date")], fact_progress_report=[])
    assert any(b.startswith("fact_progress_report.rows") for b in lost.blocking)


@pytest.mark.fault(52)
def test_a_broken_rule_blocks_and_is_an_error_not_bad_data(verdict, monkeypatch):
    def with_a_broken_rule(table, rows_due=0):
        broken = Check(
            "ExpectColumnValuesToNotBeNull", "nowhere", "column_required_missing", "note", {"column": "nowhere"}
        )
        return [*checks_of(table, rows_due), *([broken] if table.name == "dim_project" else [])]

    monkeypatch.setattr(validate, "checks_of", with_a_broken_rule)
    found = verdict()
    row = found.results[found.results["target"] == "nowhere"].iloc[0]
    assert 'column "nowhere" in BatchData does not exist' in row["error"]
    assert (row["is_success"], row["rows_failed"]) == (False, 0)
    assert found.failures.empty
    assert found.is_blocked
    assert len(found.blocking) == 1
    assert "could not run" in found.blocking[0]


def test_an_objection_to_a_row_that_is_not_there_is_an_error(verdict, office):
    objections = office.objections(fact_progress_report=[office.report(9, progress_pct=D("-1"))])
    found = verdict(objections[objections["rule"] == "progress_negative"])
    assert found.blocking == (
        "fact_progress_report.progress_negative: ExpectValueToBePossible could not run: 1 objections name rows that are not in fact_progress_report",
    )


@pytest.mark.fault(52)
@pytest.mark.parametrize("emptied", [None, "decision"])
def test_a_suite_that_asks_nothing_blocks(verdict, monkeypatch, emptied):
    monkeypatch.setattr(
        validate, "checks_of", lambda table, due=0: [] if emptied in (None, table.name) else checks_of(table, due)
    )
    found = verdict()
    names = [emptied] if emptied else sorted(validate.REQUIRED)
    assert list(found.blocking) == [
        f"{name}.rows: ExpectTableRowCountToBeBetween could not run: the suite is empty" for name in names
    ]
    assert found.is_blocked


@pytest.mark.fault(52)
def test_a_frame_that_was_not_built_blocks(office):
    frames = office.build()
    objections = crosschecks.run(frames, office.REGISTERS)
    del frames["decision"]
    found = validate.validate(frames, objections, run_id="x")
    assert found.is_blocked
    assert all("the frame decision was not built" in b for b in found.blocking)


def test_the_same_frames_give_the_same_verdict(verdict, office):
    rows = [office.report(3, progress_pct=D("-1")), office.report(1, disbursed_baht=D("-1")), office.report(2)]
    one, two = verdict(fact_progress_report=rows), verdict(fact_progress_report=rows[::-1])
    pd.testing.assert_frame_equal(one.results, two.results)
    pd.testing.assert_frame_equal(one.failures, two.failures)


def test_every_expectation_of_the_registry_is_planned():
    for table in load_form().tables.values():
        if table.schema != "main" or table.name.endswith("_history"):
            continue
        targets = {c.column for c in checks_of(table)} | {*table.key}
        assert {c.name for c in table.columns if c.expect} <= targets


def test_history_and_lineage_are_checked_for_their_keys_only():
    for name in ("dim_project_history", "reading"):
        rules = {c.rule for c in checks_of(load_form().tables[name])}
        assert rules == {"rows_missing", "key_missing", "key_duplicate"}


def test_severity_of_the_catalogue_is_severity_in_great_expectations():
    assert suites.GX_SEVERITY == {"block": "critical", "check": "warning", "note": "info"}


def test_an_unknown_severity_in_the_registry_is_refused():
    table = load_form().tables["project_indicator"]
    column = dataclasses.replace(table.columns[-1], severity="severe")
    with pytest.raises(ValueError, match="severity 'severe'"):
        checks_of(dataclasses.replace(table, columns=(column,), key=()))


def test_rows_are_due_only_where_forms_came(office):
    due = rows_due(load_form(), office.build())
    assert {name for name, rows in due.items() if rows} == {"dim_project", "decision"}


def test_the_progress_bars_stay_quiet(verdict, capfd):
    verdict()
    assert capfd.readouterr() == ("", "")


def test_failing_rows_are_told_by_their_keys_in_order_whatever_the_index_of_the_frame(verdict, office):
    rows = [office.report(n, disbursed_baht=D("-1")) for n in (12, 2, 1)]
    frames = office.build(fact_progress_report=rows)
    objections = crosschecks.run(frames, office.REGISTERS)
    frames["fact_progress_report"].index = [7, 7, 7]
    found = validate.validate(frames, objections, run_id="x")
    failing = found.failures[found.failures["target"] == "disbursed_baht"]
    assert failing["report_no"].tolist() == [1, 2, 12]
