"""Frames of one night → the verdict of Great Expectations: results, failing rows by their keys, and whether to publish.

A rule that could not run is told apart from data that failed it: its result carries an error, and it blocks.
Great Expectations is imported when `validate` runs, not before (its import costs more than a small night).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from expectations.suites import RULE_PREFIX, Check, checks_of, rows_due, to_suite, with_rule_columns
from transform.form import Form, load_form
from transform.tables import frame_of

Row = dict[str, Any]
FAILURE_COLUMNS = (
    "suite", "expectation", "target", "project_code", "report_no", "occurrence", "column", "value", "rule", "severity",
    "against", "ordinal",
)  # fmt: skip
_NUMBERS = ("report_no", "occurrence", "ordinal")
REQUIRED = ("dim_project", "fact_progress_report", "project_indicator", "form_copy", "decision")


# computed from the decisions, which are checked, and keyed by construction; the load checks their keys once more
FOLLOWING = frozenset({"delivery", "project_text", "project_person", "project_strategy"})


@dataclass(frozen=True)
class Validation:
    """The verdict: `results` as quality.expectation_result, `failures` row by row, and what forbids publishing."""

    results: pd.DataFrame
    failures: pd.DataFrame
    is_blocked: bool
    blocking: tuple[str, ...]


def validate(
    frames: Mapping[str, pd.DataFrame], crosscheck_rows: pd.DataFrame, *, run_id: str, form: Form | None = None
) -> Validation:
    """Run every suite once over its frame and return the verdict; raises nothing for bad data or broken rules.

    `frames` are those of `transform.tables.build_frames`, `crosscheck_rows` those of `crosschecks.run`.
    """
    form = form or load_form()
    due = rows_due(form, frames)
    results: list[Row] = []
    failures: list[Row] = []
    engine = _Engine()
    for name, table in form.tables.items():
        checks = checks_of(table, due[name])
        if name in FOLLOWING:
            continue
        if name not in frames:
            if name in REQUIRED:
                results += [_result(run_id, name, check, error=f"the frame {name} was not built") for check in checks]
            continue
        frame, lost = with_rule_columns(frames[name], name, crosscheck_rows)
        for check, outcome in zip(checks, engine.run(name, frame, table.key, checks), strict=True):
            error = outcome.error
            if check.target in lost:
                error = error or f"{lost[check.target]} objections name rows that are not in {name}"
            result = _result(run_id, name, check, outcome, error)
            results.append(result)
            if error is None and not outcome.is_success:
                failures += [_failure(name, check, row) for row in outcome.failing or ({"value": outcome.observed},)]
    table = form.tables["expectation_result"]
    framed = frame_of(table, results).sort_values(list(table.key), ignore_index=True)
    blocking = tuple(_blocking(results))
    return Validation(framed, _failure_frame(failures), bool(blocking), blocking)


@dataclass(frozen=True)
class _Outcome:
    """What Great Expectations says about one check."""

    is_success: bool
    rows_evaluated: int
    rows_failed: int
    failing: tuple[Row, ...] = ()
    observed: str | None = None
    error: str | None = None


class _Engine:
    """An ephemeral context of Great Expectations: quiet, nothing on disk, nothing over the network."""

    def __init__(self) -> None:
        import great_expectations as gx
        from great_expectations.data_context.types.base import ProgressBarsConfig

        from expectations import expectation_classes

        self.gx, self.classes = gx, expectation_classes
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = ProgressBarsConfig(globally=False)
        asset = context.data_sources.add_pandas("kaona").add_dataframe_asset("night")
        # one for all frames: each further one is written down as YAML inside, which takes longer than small checks
        self.definition = asset.add_batch_definition_whole_dataframe("night")

    def run(self, name: str, frame: pd.DataFrame, key: Iterable[str], checks: list[Check]) -> list[_Outcome]:
        """Outcomes in the order of the checks, all from one pass over the frame."""
        suite = to_suite(name, checks, self.gx, self.classes)
        batch = self.definition.get_batch({"dataframe": frame})
        columns = list(dict.fromkeys([*key, *(c for c in ("project_code",) if c in frame)]))
        wanted = {"result_format": "COMPLETE", "unexpected_index_column_names": columns}
        answers = batch.validate(suite, result_format=wanted).results
        by_check = {answer.expectation_config.meta["check"]: answer for answer in answers}
        return [_outcome(by_check.get(number), check, frame) for number, check in enumerate(checks)]


def _outcome(answer: Any, check: Check, frame: pd.DataFrame) -> _Outcome:
    if answer is None:
        return _Outcome(False, 0, 0, error="Great Expectations gave no answer")
    error = _error(answer.exception_info)
    result = answer.result or {}
    seen = int(result.get("element_count", len(frame)))
    if error is None and seen != len(frame):
        error = f"it saw {seen} of {len(frame)} rows"
    if error is not None:
        return _Outcome(False, seen, 0, error=error)
    failing = tuple(dict(row) for row in result.get("unexpected_index_list") or ())
    values = result.get("unexpected_list") or ()
    column = check.arguments.get("column")
    if column and len(values) == len(failing):
        failing = tuple(row | {"value": value} for row, value in zip(failing, values, strict=True))
    observed = result.get("observed_value")
    failed = int(result.get("unexpected_count") or (not answer.success))
    return _Outcome(bool(answer.success), seen, failed, failing, None if observed is None else str(observed))


def _error(info: Mapping[str, Any] | None) -> str | None:
    """Message of an exception inside Great Expectations: one entry, or one for each metric that failed."""
    entries = [info] if info and "raised_exception" in info else list((info or {}).values())
    messages = sorted(
        {str(e.get("exception_message")) for e in entries if isinstance(e, Mapping) and e.get("raised_exception")}
    )
    return "; ".join(messages) or None


def _result(run_id: str, suite: str, check: Check, outcome: _Outcome | None = None, error: str | None = None) -> Row:
    outcome = outcome or _Outcome(False, 0, 0)
    return {
        "run_id": run_id, "suite": suite, "expectation": check.expectation, "target": check.target,
        "severity": check.severity, "dimension": check.dimension, "is_success": outcome.is_success and error is None,
        "rows_evaluated": outcome.rows_evaluated, "rows_failed": outcome.rows_failed, "error": error,
    }  # fmt: skip


def _failure(suite: str, check: Check, row: Row) -> Row:
    column = check.arguments.get("column")
    value = row.get("value")
    if value is None and "column_list" in check.arguments:
        value = ", ".join(_plain(row.get(name)) or "" for name in check.arguments["column_list"])
    is_rule = check.expectation == "ExpectRuleToHold"
    return {name: row.get(name) for name in ("project_code", *_NUMBERS)} | {
        "suite": suite, "expectation": check.expectation, "target": check.target, "rule": check.rule,
        "severity": check.severity, "against": check.against,
        "column": str(column).removeprefix(RULE_PREFIX) if column else None,
        "value": row.get("field") if is_rule else _plain(value),
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
