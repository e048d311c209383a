"""The expectation classes of kaona. Importing this imports Great Expectations: only `validate` does, when it runs."""

from __future__ import annotations

from typing import Any

from great_expectations.expectations.core.expect_column_values_to_be_in_set import ExpectColumnValuesToBeInSet


class ExpectRuleToHold(ExpectColumnValuesToBeInSet):
    """Every row satisfies a cross-check, which is given as a boolean column without nulls."""

    value_set: Any = (True,)
