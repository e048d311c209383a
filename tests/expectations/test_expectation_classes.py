"""Each cross-check is an expectation of its family, speaks the words of the catalogue, and a wrong one blocks."""

from typing import get_args

import pandas as pd
import pytest

from expectations import catalogue, crosschecks, validate
from expectations import suites as planned
from expectations.catalogue import FAMILIES, RULE_PREFIX, Family, load_catalogue
from expectations.suites import Check, checks_of
from transform.form import load_form

RULES = [rule for rule in load_catalogue().values() if rule.frame]


@pytest.fixture(scope="module")
def classes():
    from expectations import expectation_classes

    return expectation_classes


@pytest.fixture
def verdict_with(office, monkeypatch):
    """The verdict on the office's frames with one more check of dim_project."""

    def verdict(check, **rows):
        def with_one_more(table, rows_due=0):
            return [*checks_of(table, rows_due), *([check] if table.name == "dim_project" else [])]

        monkeypatch.setattr(validate, "checks_of", with_one_more)
        frames = office.build(**rows)
        return validate.validate(frames, crosschecks.run(frames, office.REGISTERS), run_id="x")

    return verdict


def test_every_family_is_a_class_that_says_what_it_is_about(classes):
    for name in get_args(Family):
        family = getattr(classes, name)
        assert issubclass(family, classes.RuleExpectation)
        assert family.__doc__ != classes.RuleExpectation.__doc__
        assert family.about_th
        assert family.domain_keys == ("batch_id",)


def test_every_family_judges_something():
    assert {rule.expectation for rule in RULES} == FAMILIES


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_each_rule_is_one_expectation_of_its_family_in_the_words_of_the_catalogue(rule, classes):
    from great_expectations.expectations.registry import get_renderer_impl

    checks = [c for c in checks_of(load_form().tables[rule.frame]) if c.target == rule.id]
    assert [(c.expectation, c.rule, c.severity) for c in checks] == [(rule.expectation, rule.id, rule.severity)]
    import great_expectations as gx

    made = planned.to_expectation(0, checks[0], gx, classes)
    assert made.severity == planned.GX_SEVERITY[rule.severity]
    assert made.meta == {"check": 0, "rule": rule.id, "dimension": rule.dimension, "severity": rule.severity}
    said = get_renderer_impl(made.expectation_type, "renderer.prescriptive").renderer(configuration=made.configuration)
    words = said[0].string_template["params"]
    assert rule.title_th in words["thai"]
    assert rule.title_en in words["english"]
    assert "{" not in words["thai"] + words["english"]


def test_a_rule_without_a_family_and_a_family_without_a_frame_are_refused(tmp_path):
    text = catalogue.CATALOGUE.read_text(encoding="utf-8")
    start = text.index("[[rule]]")
    first = text[start : text.index("[[rule]]", start + 1)]
    path = tmp_path / "catalogue.toml"
    for damaged in (
        first.replace('expectation = "ExpectValueToBePossible"\n', ""),
        first.replace("frame =", "# frame ="),
    ):
        path.write_text(damaged, encoding="utf-8")
        load_catalogue.cache_clear()
        with pytest.raises(ValueError, match="frame and expectation go together"):
            load_catalogue(path)
    path.write_text(first.replace("ExpectValueToBePossible", "ExpectTheBest"), encoding="utf-8")
    load_catalogue.cache_clear()
    with pytest.raises(ValueError, match="'ExpectTheBest' is not one of"):
        load_catalogue(path)
    load_catalogue.cache_clear()


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (
            Check("ExpectColumnValuesToNotBeNull", "x", "column_required_missing", "note", {"column": "nowhere"}),
            "does not exist",
        ),
        (
            Check("ExpectColumnValuesToBeBetween", "x", "column_out_of_range", "note", {"column": "copies", "min_value": 9, "max_value": 1}),
            "cannot be greater than",
        ),
        (Check("ExpectTheBest", "x", "column_bad_format", "note", {"column": "copies"}), "ExpectTheBest"),
        (Check("ExpectColumnValuesToBeUnique", "x", "key_duplicate", "note", {"columm": "copies"}), "columm"),
        (Check("ExpectAmountsToAgree", "x", "file_rejected", "note", {"rule": "file_rejected"}), "was not evaluated"),
        (
            Check("ExpectColumnValuesToNotBeNull", "x", "value_missing_beside", "note", {"column": "copies"}, when="nowhere"),
            "nowhere",
        ),
    ],
    ids=["no such column", "bounds that no value meets", "no such class", "no such argument", "no such rule", "no such condition"],
)  # fmt: skip
def test_an_expectation_that_cannot_run_blocks_whatever_its_severity(verdict_with, wrong, reason):
    found = verdict_with(wrong)
    assert [(reason in sentence, "could not run" in sentence) for sentence in found.blocking] == [(True, True)]
    assert found.failures.empty
    others = found.results[found.results["target"] != "x"]
    assert others["is_success"].all()


def test_a_class_that_raises_blocks_and_spoils_no_other_verdict(office, classes, monkeypatch):
    def broken(self, metrics, runtime_configuration=None, execution_engine=None):
        raise ZeroDivisionError("of no use")

    monkeypatch.setattr(classes.ExpectAmountsToAgree, "_validate", broken)
    frames = office.build(dim_project=[office.project(responsible_phone=None)])
    found = validate.validate(frames, crosschecks.run(frames, office.REGISTERS), run_id="x")
    assert {b.split(":")[0] for b in found.blocking} == {
        f"{rule.frame}.{rule.id}" for rule in RULES if rule.expectation == "ExpectAmountsToAgree"
    }
    assert all("of no use" in b for b in found.blocking)
    assert found.failures["rule"].tolist() == ["responsible_phone_missing"]


def test_a_row_that_a_cross_check_did_not_judge_is_not_in_order(classes):
    column = RULE_PREFIX + "zero_reports"
    frame = pd.DataFrame({column: pd.array([True, None, False], dtype="boolean")})

    class Frames:
        def get_compute_domain(self, kwargs, domain_type):
            return frame, {}, {}

    assert classes.ObjectedRows._pandas.__wrapped__(classes.ObjectedRows, Frames(), {}, {}, {}, {}) == {
        "zero_reports": [1, 2]
    }


def strategy(office, code, sub_issue, goal, issue="7"):
    return office.project(
        project_code=code, strategy_issue_no=issue, strategy_sub_issue_no=sub_issue, strategy_goal_no=goal
    )


def test_what_must_stand_beside_another_value_is_asked_for_only_there(office):
    rows = [
        strategy(office, "50390000-9001", "7.2", "7.2.1"),
        strategy(office, "50390000-9002", None, "7.2.1"),
        strategy(office, "50390000-9003", None, None),
    ]
    frames = office.build(dim_project=rows)
    found = validate.validate(frames, crosschecks.run(frames, office.REGISTERS), run_id="x")
    target = "strategy_sub_issue_no when strategy_goal_no"
    result = found.results.set_index("target").loc[target]
    assert (result["rows_evaluated"], result["rows_failed"]) == (2, 1)
    assert pd.isna(result["error"])
    row = found.failures.set_index("target").loc[target]
    assert (row["project_code"], row["rule"], row["column"], row["against"]) == (
        "50390000-9002", "value_missing_beside", "strategy_sub_issue_no", "strategy.goal_no",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("issue", "sub_issue", "goal", "failing"),
    [
        ("7", "7.2", "7.2.1", []),
        ("7", "7.2", None, []),
        (None, "7.2", "7.2.1", []),
        ("7", "6.2", "6.2.1", [("strategy_sub_issue_no", "6.2", "7")]),
        ("7", "7.2", "7.3.1", [("strategy_goal_no", "7.3.1", "7.2")]),
        ("1", "10.2", "10.2.1", [("strategy_sub_issue_no", "10.2", "1")]),
    ],
)
def test_numbers_of_the_strategy_lie_under_each_other_where_both_are_given(office, issue, sub_issue, goal, failing):
    frames = office.build(dim_project=[strategy(office, "50390000-9001", sub_issue, goal, issue)])
    found = validate.validate(frames, crosschecks.run(frames, office.REGISTERS), run_id="x")
    rows = found.failures[found.failures["rule"] == "number_not_nested"]
    assert list(zip(*(rows[c] for c in ("column", "value", "against")), strict=True)) == failing
    assert not found.is_blocked
