"""Frames of one night → the verdict of Great Expectations: results, failing rows by their keys, and whether to publish.

A rule that could not run is told apart from data that failed it: its result carries an error, and it blocks.
Great Expectations is imported when `validate` runs, not before (its import costs more than a small night).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as default
from datetime import date
from typing import Any

import pandas as pd

from expectations.bounds import Bound, checks_of_bounds
from expectations.engine import Engine, Outcome
from expectations.night_measures import TABLE as MEASURES
from expectations.night_measures import delivered
from expectations.suites import Check, checks_of, rows_due, with_rule_columns
from extract.fault_points import at
from transform.form import Form, load_form
from transform.tables import frame_of

Row = dict[str, Any]
FAILURE_COLUMNS = (
    "suite", "expectation", "target", "project_code", "report_no", "occurrence", "column", "value", "rule", "severity",
    "against", "ordinal",
)  # fmt: skip
_NUMBERS = ("report_no", "occurrence", "ordinal")
REQUIRED = ("dim_project", "fact_progress_report", "project_indicator", "form_copy", "decision")
# what an empty suite would have asked first
_UNASKED = Check("ExpectTableRowCountToBeBetween", "rows", "rows_missing", "block")
# computed from the decisions, which are checked, and keyed by construction; the load checks their keys once more
FOLLOWING = frozenset({"delivery", "project_text", "project_person", "project_strategy"})


@dataclass(frozen=True)
class SuiteAnswers:
    """One suite: its checks in order, what came of each, and what Great Expectations answered (None: nothing)."""

    name: str
    checks: tuple[tuple[Check, Outcome, Any], ...]


@dataclass(frozen=True)
class Validation:
    """The verdict: `results` as quality.expectation_result, `failures` row by row, and what forbids publishing."""

    results: pd.DataFrame
    failures: pd.DataFrame
    is_blocked: bool
    blocking: tuple[str, ...]
    run_id: str = ""
    answers: tuple[SuiteAnswers, ...] = default(default=(), compare=False, repr=False)


def validate(
    frames: Mapping[str, pd.DataFrame],
    crosscheck_rows: pd.DataFrame,
    *,
    run_id: str,
    form: Form | None = None,
    bounds: Sequence[Bound] = (),
) -> Validation:
    """Run every suite once over its frame and return the verdict; raises nothing for bad data or broken rules.

    `frames` are those of `transform.tables.build_frames`, and night_measure where `bounds` learned from earlier nights
    (`bounds.usual`) are to be judged; `crosscheck_rows` are those of `crosschecks.run`.
    """
    form = form or load_form()
    due = rows_due(form, frames)
    results: list[Row] = []
    failures: list[Row] = []
    answered: list[SuiteAnswers] = []
    engine = Engine()
    for name, table in form.tables.items():
        if name in FOLLOWING:
            continue
        checks, learned = checks_of(table, due[name]), checks_of_bounds(bounds, name)
        if name not in frames:
            if name in REQUIRED or learned:
                missing = f"the frame {name} was not built"
                results += [_result(run_id, name, check, error=missing) for check in (*checks, *learned)]
            continue
        if name in REQUIRED and not checks:
            results.append(_result(run_id, name, _UNASKED, error="the suite is empty"))
        frame, lost = with_rule_columns(frames[name], name, crosscheck_rows)
        asked = [(frame, [*checks, *learned])]
        if learned and name != MEASURES and len(tonight := delivered(frames, name)) < len(frame):
            asked = [(frame, checks), (tonight, learned)]  # what is usual is said of tonight's forms
        for rows, wanted in asked:
            outcomes, answers = engine.run(name, rows, table.key, wanted)
            at("validate.suite")
            answered.append(SuiteAnswers(name, tuple(zip(wanted, outcomes, answers, strict=True))))
            for check, outcome in zip(wanted, outcomes, strict=True):
                error = outcome.error
                if check.target in lost:
                    error = error or f"{lost[check.target]} objections name rows that are not in {name}"
                results.append(_result(run_id, name, check, outcome, error))
                if error is None and not outcome.is_success:
                    rows_failed = outcome.failing or ({"value": outcome.observed},)
                    failures += [_failure(name, check, row) for row in rows_failed]
    table = form.tables["expectation_result"]
    framed = frame_of(table, results).sort_values(list(table.key), ignore_index=True)
    blocking = tuple(_blocking(results))
    return Validation(framed, _failure_frame(failures), bool(blocking), blocking, run_id, tuple(answered))


def _result(run_id: str, suite: str, check: Check, outcome: Outcome | None = None, error: str | None = None) -> Row:
    outcome = outcome or Outcome(False, 0, 0)
    return {
        "run_id": run_id, "suite": suite, "expectation": check.expectation, "target": check.target,
        "severity": check.severity, "dimension": check.dimension, "is_success": outcome.is_success and error is None,
        "rows_evaluated": outcome.rows_evaluated, "rows_failed": outcome.rows_failed, "error": error,
    }  # fmt: skip


def _failure(suite: str, check: Check, row: Row) -> Row:
    value = row.get("value")
    if value is None and "column_list" in check.arguments:
        value = ", ".join(_plain(row.get(name)) or "" for name in check.arguments["column_list"])
    return {name: row.get(name) for name in ("project_code", *_NUMBERS)} | {
        "suite": suite, "expectation": check.expectation, "target": check.target, "rule": check.rule,
        "severity": check.severity, "against": check.against or _plain(row.get("against")),
        "column": check.rule if check.is_crosscheck else check.column,
        "value": row.get("field") if check.is_crosscheck else _plain(value),
    }  # fmt: skip


def _plain(value: Any) -> str | None:
    if value is None or value is pd.NaT or (not isinstance(value, (str, date)) and pd.isna(value)):
        return None
    return value.date().isoformat() if isinstance(value, pd.Timestamp) else str(value)


def _failure_frame(rows: list[Row]) -> pd.DataFrame:
    columns = {}
    for name in FAILURE_COLUMNS:
        values = [None if row[name] is None or pd.isna(row[name]) else row[name] for row in rows]
        if name in _NUMBERS:
            columns[name] = pd.Series([v if v is None else int(v) for v in values], dtype="Int64")
        else:
            columns[name] = pd.Series(values, dtype="str")
    order = ["suite", "expectation", "target", "project_code", "report_no", "occurrence", "ordinal", "value"]
    return pd.DataFrame(columns).sort_values(order, ignore_index=True, na_position="first")


def _blocking(results: list[Row]) -> list[str]:
    """Sentences an operator can act on: each rule that could not run, each blocking expectation that failed."""
    sentences = []
    for row in results:
        what = f"{row['suite']}.{row['target']}: {row['expectation']}"
        if row["error"] is not None:
            sentences.append(f"{what} could not run: {row['error']}")
        elif row["severity"] == "block" and not row["is_success"]:
            sentences.append(f"{what} failed for {row['rows_failed']} of {row['rows_evaluated']} rows")
    return sorted(sentences)
