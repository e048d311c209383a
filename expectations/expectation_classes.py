"""The expectation classes of kaona: what its checks are about, each speaking the words of the catalogue in Data Docs.

A cross-check compares rows and frames, which Great Expectations cannot do on pandas. Its verdict comes in as a boolean
column beside the frame's own (`suites.with_rule_columns`); one metric reads all of these columns at once, and every
expectation of a family judges by its own. Importing this imports Great Expectations: only an `Engine` does.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, ClassVar

import pandas as pd
from great_expectations.compatibility.pydantic import PrivateAttr
from great_expectations.core.id_dict import IDDict
from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
from great_expectations.expectations.core.expect_column_values_to_be_between import ExpectColumnValuesToBeBetween
from great_expectations.expectations.expectation import BatchExpectation, ColumnPairMapExpectation, Expectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration, parse_result_format
from great_expectations.expectations.metrics.map_metric_provider.column_pair_condition_partial import (
    column_pair_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.column_pair_map_metric_provider import (
    ColumnPairMapMetricProvider,
)
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider
from great_expectations.expectations.row_conditions import Column
from great_expectations.render.components import LegacyRendererType, RenderedStringTemplateContent
from great_expectations.render.renderer.renderer import renderer
from great_expectations.validator.metric_configuration import MetricConfiguration
from great_expectations.validator.validator import ValidationDependencies

from expectations.catalogue import RULE_PREFIX, load_catalogue

OBJECTED_ROWS = "table.objected_rows"
_PLACEHOLDER = re.compile(r"\{\w+\}")


class ObjectedRows(TableMetricProvider):
    """Which rows each cross-check objects to, from all boolean columns of the frame: rule → labels of its rows.

    A null is an objection: a row that nothing judged is not in order.
    """

    metric_name = OBJECTED_ROWS

    @metric_value(engine=PandasExecutionEngine)
    def _pandas(
        cls,
        execution_engine: PandasExecutionEngine,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any],
    ) -> dict[str, list[int]]:
        frame, _, _ = execution_engine.get_compute_domain(metric_domain_kwargs, domain_type=MetricDomainTypes.TABLE)
        judged = [column for column in frame.columns if str(column).startswith(RULE_PREFIX)]
        return {
            column.removeprefix(RULE_PREFIX): frame.index[~(frame[column] == True).fillna(False)].tolist()  # noqa: E712
            for column in judged
        }


class RuleExpectation(BatchExpectation):
    """Every row satisfies one cross-check of the catalogue; `rule` is its id.

    Its families say what a check is about, so that one can count and filter results by what people would correct.
    """

    rule: str
    about_th: ClassVar[str] = ""

    metric_dependencies = ("table.row_count", OBJECTED_ROWS)
    domain_keys: ClassVar[tuple[str, ...]] = ("batch_id",)
    success_keys = ("rule",)
    args_keys = ("rule",)

    def get_validation_dependencies(
        self, execution_engine: Any = None, runtime_configuration: dict[str, Any] | None = None
    ) -> ValidationDependencies:
        """The two metrics that all cross-checks of a frame share.

        The inherited way takes the arguments of each apart for each of its metrics, which costs more than to judge it.
        """
        domain = IDDict(batch_id=self.batch_id)
        metrics = {name: MetricConfiguration(name, domain, IDDict()) for name in self.metric_dependencies}
        return ValidationDependencies(metrics, parse_result_format((runtime_configuration or {})["result_format"]))

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: Any = None,
    ) -> dict[str, Any]:
        rows, objected = metrics["table.row_count"], metrics[OBJECTED_ROWS]
        if self.rule not in objected:
            raise KeyError(f"the frame has no column {RULE_PREFIX}{self.rule}: the cross-check was not evaluated")
        labels = objected[self.rule]
        return {
            "success": not labels,
            "result": {
                "element_count": rows,
                "unexpected_count": len(labels),
                "unexpected_percent": 100 * len(labels) / rows if rows else 0.0,
                "unexpected_index_list": labels,
            },
        }

    @classmethod
    @renderer(renderer_type=LegacyRendererType.PRESCRIPTIVE)
    def _prescriptive_renderer(
        cls, configuration: Any = None, result: Any = None, runtime_configuration: Any = None
    ) -> list[RenderedStringTemplateContent]:
        """What is not to be found, in Thai and English, as the catalogue calls it."""
        return _said(*sentences(configuration.kwargs["rule"]))


class ExpectValueToBePossible(RuleExpectation):
    """A value lies where it can lie at all: progress between 0 and 100, an end after the beginning."""

    about_th = "ค่าอยู่ในช่วงที่เป็นไปได้"


class ExpectProgressToFitTime(RuleExpectation):
    """Progress grows with time, and reaches its end with it."""

    about_th = "ความก้าวหน้าสอดคล้องกับเวลา"


class ExpectReportsToBeInOrder(RuleExpectation):
    """The reports of a project are numbered, dated and printed one after the other, none twice and none left out."""

    about_th = "รายงานเรียงตามลำดับ"


class ExpectDatesToFitFiscalYear(RuleExpectation):
    """Days, periods and years belong to the fiscal year of the project."""

    about_th = "วันที่สอดคล้องกับปีงบประมาณ"


class ExpectAmountsToAgree(RuleExpectation):
    """Amounts of one project agree with each other."""

    about_th = "จำนวนเงินสอดคล้องกัน"


class ExpectFieldToBeFilled(RuleExpectation):
    """The form says what it asks for."""

    about_th = "กรอกข้อมูลครบ"


class ExpectTextToBeMeant(RuleExpectation):
    """A text is about this project, and does not only stand in place of another."""

    about_th = "ข้อความเป็นของโครงการนี้"


class ExpectWordToBeKnown(RuleExpectation):
    """A word of a fixed list is one of the list."""

    about_th = "ใช้คำที่กำหนด"


class ExpectCodeToFitAgency(RuleExpectation):
    """The project code is of the agency that the form names."""

    about_th = "รหัสตรงกับหน่วยงาน"


class ExpectCopiesToAgree(RuleExpectation):
    """Copies of one form say the same, or something decides between them."""

    about_th = "สำเนาตรงกัน"


class ExpectValueToBeLegible(RuleExpectation):
    """What is printed can be read, and every reader reads the same."""

    about_th = "อ่านค่าได้ชัดเจน"


class ExpectFormToBeReadWhole(RuleExpectation):
    """Nothing of the form was left unread or was cut off."""

    about_th = "อ่านแบบได้ครบทั้งฉบับ"


class NumberNested(ColumnPairMapMetricProvider):
    """Whether a dotted number lies under another: 7.2.1 under 7.2."""

    condition_metric_name = "column_pair_values.nested"
    condition_domain_keys = (
        "batch_id", "table", "column_A", "column_B", "row_condition", "condition_parser", "ignore_row_if",
    )  # fmt: skip
    condition_value_keys = ()

    @column_pair_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(cls, column_A: pd.Series[Any], column_B: pd.Series[Any], **kwargs: Any) -> pd.Series[Any]:
        pairs = zip(column_A.astype("str"), column_B.astype("str"), strict=True)
        return pd.Series([a.startswith(f"{b}.") for a, b in pairs], index=column_A.index, dtype=bool)


class ExpectNumberToNest(ColumnPairMapExpectation):
    """Each dotted number of column A lies under the number of column B in its row, where both are given."""

    ignore_row_if: str = "either_value_is_missing"

    map_metric = "column_pair_values.nested"
    domain_keys = ("batch_id", "column_A", "column_B", "row_condition", "condition_parser")
    success_keys = ("ignore_row_if", "mostly")
    args_keys = ("column_A", "column_B")

    @classmethod
    @renderer(renderer_type=LegacyRendererType.PRESCRIPTIVE)
    def _prescriptive_renderer(
        cls, configuration: Any = None, result: Any = None, runtime_configuration: Any = None
    ) -> list[RenderedStringTemplateContent]:
        """Which number lies under which."""
        above = configuration.kwargs["column_B"]
        template = {"template": "values must lie under $above, as 7.2.1 does under 7.2.", "params": {"above": above}}
        return [RenderedStringTemplateContent(content_block_type="string_template", string_template=template)]


def condition(column: str, equals: str | None) -> Any:
    """The condition on which a row is judged at all: the column holds something, or exactly this."""
    return Column(column).is_not_null() if equals is None else Column(column) == equals


class ExpectMeasureToBeUsual(ExpectColumnValuesToBeBetween):
    """A measure of the night lies within what the nights before it showed."""


@lru_cache
def remembering(cls: type[Expectation]) -> type[Expectation]:
    """The same expectation, taking its arguments apart once.

    Great Expectations asks an expectation for its configuration some eighty times while it validates it, and each time
    builds it anew: a quarter of the time of a small night. The arguments of a check never change once it is made.
    """

    def configuration(self: Any) -> ExpectationConfiguration:
        if self._known is None:
            self._known = cls.configuration.fget(self)  # type: ignore[attr-defined]
        known: ExpectationConfiguration = self._known
        return known

    members = {"_known": PrivateAttr(default=None), "configuration": property(configuration)}
    return type(f"{cls.__name__}Remembered", (cls,), members | {"__module__": __name__, "__doc__": cls.__doc__})


def sentences(rule_id: str) -> tuple[str, str]:
    """What a cross-check does not want to find, in Thai and in English; what varies from row to row is an ellipsis."""
    rule = load_catalogue()[rule_id]
    thai, english = (_PLACEHOLDER.sub("…", text).partition("\n")[0] for text in (rule.message_th, rule.message_en))
    return f"ต้องไม่พบ: {rule.title_th} ({thai})", f"None of: {rule.title_en} ({english})"


def _said(thai: str, english: str) -> list[RenderedStringTemplateContent]:
    template = {
        "template": "$thai $english",
        "params": {"thai": thai, "english": english},
        "styling": {"params": {"english": {"classes": ["english"]}}},
    }
    return [RenderedStringTemplateContent(content_block_type="string_template", string_template=template)]
