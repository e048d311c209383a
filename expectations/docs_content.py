"""The parts of a Data Docs page, as content blocks of Great Expectations: an overview, and a table for each column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from great_expectations.core.expectation_validation_result import ExpectationValidationResult
from great_expectations.expectations.registry import get_renderer_impl
from great_expectations.render.components import (
    LegacyRendererType,
    RenderedComponentContent,
    RenderedHeaderContent,
    RenderedSectionContent,
    RenderedStringTemplateContent,
    RenderedTableContent,
)
from great_expectations.render.renderer.column_section_renderer import ValidationResultsColumnSectionRenderer
from great_expectations.render.renderer.content_block.validation_results_table_content_block import (
    ValidationResultsTableContentBlockRenderer,
)

from expectations import expectation_classes
from expectations.catalogue import FAMILIES
from expectations.items import DIMENSION_TH
from transform.form import Table

# heading of the checks that are of no single column
TABLE_CHECKS = "ทั้งตาราง"
_HEADER = ("ผล", "เงื่อนไข", "ระดับ", "พบ")
_SEVERITIES = {"block": "ห้ามเผยแพร่", "check": "ควรตรวจ", "note": "ควรทราบ"}


class FailingRows(RenderedComponentContent):
    """Every row that failed a check: a folded table."""

    def __init__(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        super().__init__(content_block_type="failing_rows")
        self.header, self.rows = header, rows

    def to_json_dict(self) -> dict[str, Any]:
        """What the template failing_rows.j2 is given."""
        return {"content_block_type": self.content_block_type, "header": self.header, "rows": self.rows}


class ResultsTable(ValidationResultsTableContentBlockRenderer):
    """The table of results of Great Expectations with its words in Thai, all failing rows, and no traces of code."""

    @classmethod
    def _process_content_block(cls, content_block: Any, has_failed_evr: Any, render_object: Any = None) -> None:
        content_block.header_row = list(_HEADER)
        content_block.styling = {"body": {"classes": ["results"]}, "classes": ["block"]}

    @classmethod
    def _get_content_block_fn(cls, expectation_type: str, expectation_config: Any = None) -> Callable[..., Any]:
        return cls._row

    @classmethod
    def _row(cls, result: Any, runtime_configuration: dict[str, Any], **_: Any) -> list[list[Any]]:
        meta, counted = result.meta, result.result
        sentence: list[Any] = []
        if meta["thai"]:
            sentence.append(text(meta["thai"]))
        config = result.expectation_config
        said = config and get_renderer_impl(object_name=config.type, renderer_type=LegacyRendererType.PRESCRIPTIVE)
        if said:
            runtime = {**runtime_configuration, "include_column_name": False}
            parts: Any = said[1](configuration=config, runtime_configuration=runtime)
            sentence += [_quiet(part) if meta["thai"] else part for part in parts]
        if counted["failing_rows"]:
            sentence.append(FailingRows(counted["failing_header"], counted["failing_rows"]))
        if meta["error"] is not None:
            sentence.append(text(f"ตรวจไม่ได้: {meta['error']}", "error"))
        level = [
            text(_SEVERITIES[meta["severity"]], meta["severity"]),
            text(DIMENSION_TH[meta["dimension"]], "dimension"),
        ]
        return [[_status(result), sentence, level, text(_found(result))]]


class SectionRenderer(ValidationResultsColumnSectionRenderer):
    """What the results of one column or of one family of cross-checks are about, and their table."""

    def __init__(self, table: Table) -> None:
        super().__init__()
        self._columns = {column.name: column for column in table.columns}

    def render(self, validation_results: list[ExpectationValidationResult], suite_parameters: Any = None) -> Any:
        """The section of results that are about the same."""
        about = validation_results[0].meta["about"]
        heading = _heading(about, "")
        if about in FAMILIES:
            family = getattr(expectation_classes, about)
            heading = _heading(family.about_th, about, (family.__doc__ or "").partition("\n")[0])
        elif about in self._columns:
            heading = _heading(self._columns[about].th, about, self._columns[about].en)
        return RenderedSectionContent([heading, ResultsTable.render(validation_results)], section_name=about)


def overview(table: Table, run_id: str, results: Sequence[ExpectationValidationResult]) -> RenderedSectionContent:
    """What the page is about, and how many checks held."""
    held = sum(1 for result in results if result.success)
    broken = sum(1 for result in results if result.meta["error"] is not None)
    numbers = {
        "ตรวจทั้งหมด": len(results),
        "ผ่าน": held,
        "ไม่ผ่าน": len(results) - held - broken,
        "ตรวจไม่ได้": broken,
        "จำนวนแถว": max((result.result["element_count"] for result in results), default=0),
    }
    rows: list[list[Any]] = [[label, f"{number:,}"] for label, number in numbers.items()]
    summary = RenderedTableContent([*rows, ["รหัสการทำงาน", text(run_id)]], styling={"body": {"classes": ["numbers"]}})
    return RenderedSectionContent([_heading(table.th, table.name, table.en), summary], section_name="overview")


def text(words: str, style: str = "plain") -> RenderedStringTemplateContent:
    """Words as a content block; whatever stands in them is shown as it is."""
    template = {"template": "$words", "params": {"words": words}, "styling": {"classes": [style]}}
    return RenderedStringTemplateContent(template)


def _quiet(part: Any) -> Any:
    """The English sentence of Great Expectations below the Thai one."""
    if isinstance(part, RenderedStringTemplateContent):
        part.string_template = part.string_template | {"styling": {"classes": ["english"]}}
    return part


def _status(result: ExpectationValidationResult) -> RenderedStringTemplateContent:
    if result.meta["error"] is not None:
        return text("ตรวจไม่ได้", "broken")
    return text("ผ่าน", "passed") if result.success else text("ไม่ผ่าน", "failed")


def _found(result: ExpectationValidationResult) -> str:
    counted = result.result
    if result.meta["error"] is not None:
        return "–"
    if "observed_value" in counted:
        return str(counted["observed_value"])
    if counted["unexpected_count"]:
        return f"{counted['unexpected_count']:,} จาก {counted['element_count']:,} แถว"
    return "–"


def _heading(words: str, name: str, below: str = "") -> RenderedHeaderContent:
    """A heading in Thai beside the name in the warehouse, with a line below it."""
    template = {
        "template": "$words $name",
        "params": {"words": words, "name": name},
        "styling": {"params": {"name": {"classes": ["name"]}}},
    }
    return RenderedHeaderContent(RenderedStringTemplateContent(template), subheader=text(below, "english"))
