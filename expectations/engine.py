"""Great Expectations, asked about one frame after the other: a suite and a frame → what came of each check.

Great Expectations is imported when an engine is made, not before (its import costs more than a small night).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from expectations.light_import import great_expectations
from expectations.suites import Check, columns_of, rows_concerned, to_expectation

Row = dict[str, Any]
# named beside the keys of their frame
_KEYS = ("project_code",)


@dataclass(frozen=True)
class Outcome:
    """What Great Expectations says about one check; `failing` holds the keys of each failing row, and its value."""

    is_success: bool
    rows_evaluated: int
    rows_failed: int
    failing: tuple[Row, ...] = ()
    observed: str | None = None
    error: str | None = None


class Engine:
    """An ephemeral context of Great Expectations: quiet, nothing on disk, nothing over the network.

    A checkpoint hands the same batch parameters to all its validations, and a frame in memory is such a parameter:
    several frames cannot go through one. So each suite is validated by itself, on one batch definition for all: each
    further one is written down as YAML inside, which takes longer than small checks.
    """

    def __init__(self) -> None:
        gx = great_expectations()
        from great_expectations.data_context.types.base import ProgressBarsConfig
        from great_expectations.validator.v1_validator import Validator

        from expectations import expectation_classes

        self.gx, self.classes, self.validator = gx, expectation_classes, Validator
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = ProgressBarsConfig(globally=False)
        asset = context.data_sources.add_pandas("kaona").add_dataframe_asset("night")
        self.definition = asset.add_batch_definition_whole_dataframe("night")

    def run(
        self, name: str, frame: pd.DataFrame, key: Iterable[str], checks: list[Check]
    ) -> tuple[list[Outcome], list[Any]]:
        """Outcomes in the order of the checks, and what Great Expectations answered.

        One pass over the frame says what fails. Which rows, is asked in a second one, about nothing else: what it takes
        to name them is worked out for every check that is asked so, and nearly all of them pass. Rows are named by
        their labels and looked up here: asked for keys, Great Expectations looks up each value of each row by itself,
        which takes ten times as long as all checks of a large night.
        """
        asked = {name for check in checks for name in columns_of(check)}
        columns = list(dict.fromkeys([*key, *(c for c in _KEYS if c in frame)]))
        # Great Expectations copies what it is given again and again
        frame = frame[[c for c in frame if c in asked or c in columns]].reset_index(drop=True)
        expectations, broken = self._expectations(checks)
        by_check = self._asked(name, frame, expectations, "BASIC")
        unnamed = [number for number, answer in by_check.items() if _names_too_few(answer)]
        if unnamed:
            again, _ = self._expectations(checks, unnamed)
            by_check |= self._asked(name, frame, again, "COMPLETE")
        outcomes = [
            broken.get(number) or _outcome(by_check.get(number), check, frame, columns)
            for number, check in enumerate(checks)
        ]
        return outcomes, [by_check.get(number) for number in range(len(checks))]

    def _asked(self, name: str, frame: pd.DataFrame, expectations: list[Any], result_format: str) -> dict[int, Any]:
        """What Great Expectations answers about a frame, by number of the check."""
        # given at once: added one by one, each is compared with all before it
        suite = self.gx.ExpectationSuite(name=name, expectations=expectations)
        validator = self.validator(self.definition, {"result_format": result_format}, {"dataframe": frame})
        answers = validator.validate_expectation_suite(suite).results
        configured = [(answer, answer.expectation_config) for answer in answers]
        return {config.meta["check"]: answer for answer, config in configured if config is not None}

    def _expectations(
        self, checks: list[Check], numbers: Iterable[int] | None = None
    ) -> tuple[list[Any], dict[int, Outcome]]:
        """Expectations by check, and the checks that are none: an unknown class, a bound that no value can meet.

        `numbers`: only of these checks.
        """
        made, broken = [], {}
        for number in range(len(checks)) if numbers is None else numbers:
            try:
                made.append(to_expectation(number, checks[number], self.gx, self.classes))
            except Exception as error:
                broken[number] = Outcome(False, 0, 0, error=" ".join(str(error).split()))
        return made, broken


def _names_too_few(answer: Any) -> bool:
    """Whether rows fail of which not all are named yet."""
    result = answer.result or {}
    named = result.get("unexpected_index_list") or ()
    return not answer.success and int(result.get("unexpected_count") or 0) > len(named)


def _outcome(answer: Any, check: Check, frame: pd.DataFrame, keys: list[str]) -> Outcome:
    if answer is None:
        return Outcome(False, 0, 0, error="Great Expectations gave no answer")
    error = _error(answer.exception_info)
    result = answer.result or {}
    due = rows_concerned(check, frame) if error is None else 0
    seen = int(result.get("element_count", due))
    if error is None and seen != due:
        error = f"it saw {seen} of {due} rows"
    if error is not None:
        return Outcome(False, seen, 0, error=error)
    labels = result.get("unexpected_index_list") or []
    observed = result.get("observed_value")
    failed = int(result.get("unexpected_count") or (not answer.success))
    if labels and len(labels) != failed:
        return Outcome(False, seen, 0, error=f"it names {len(labels)} of {failed} failing rows")
    failing = _rows(frame, labels, keys, check)
    return Outcome(bool(answer.success), seen, failed, failing, None if observed is None else str(observed))


def _rows(frame: pd.DataFrame, labels: list[int], keys: list[str], check: Check) -> tuple[Row, ...]:
    """Keys and value of the rows with these labels, by key, None for every null."""
    if not labels:
        return ()
    found = frame.loc[labels, keys]
    if check.column is not None:
        found = found.assign(value=frame.loc[labels, check.column])
    if "column_B" in check.arguments:
        found = found.assign(against=frame.loc[labels, check.arguments["column_B"]])
    found = found.sort_values(keys, kind="stable", na_position="first") if keys else found
    names = [str(name) for name in found.columns]
    columns = [found[name].astype(object).where(found[name].notna(), None).tolist() for name in names]
    return tuple(dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True))


def _error(info: Mapping[str, Any] | None) -> str | None:
    """Message of an exception inside Great Expectations: one entry, or one for each metric that failed."""
    entries = [info] if info and "raised_exception" in info else list((info or {}).values())
    messages = sorted(
        {str(e.get("exception_message")) for e in entries if isinstance(e, Mapping) and e.get("raised_exception")}
    )
    return "; ".join(messages) or None
