"""Data Docs of a night: what Great Expectations answered, as pages that read well without a network.

Great Expectations renders the sentences of its expectations and the tables around them. Of its pages only the frame is
ours: its own names eight hosts for styles, scripts and pictures, and writes down when it was called. Nothing is
validated again. Importing this imports Great Expectations.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from great_expectations.core.expectation_validation_result import ExpectationValidationResult
from great_expectations.render.components import RenderedDocumentContent

from expectations.docs_content import TABLE_CHECKS, SectionRenderer, overview
from expectations.docs_view import DocsView
from expectations.docs_words import Words, words_of
from expectations.engine import Outcome
from expectations.suites import Check
from expectations.validate import SuiteAnswers, Validation
from extract.fault_points import at
from transform.form import Form, Table

INDEX = "index.html"


def write_data_docs(validation: Validation, folder: Path, form: Form, *, show_values: bool) -> Path:
    """Write an index and one page for each suite into the folder, in the place of what it held; return the index.

    Failing rows are named by their keys. Their values stand beside them, those of personal columns masked; without
    `show_values` none do. The same verdict gives the same bytes. The folder changes by renames of finished pages.
    """
    building, gone = (folder.with_name(f"{folder.name}.{state}") for state in ("next", "dropped"))
    _remove(building, gone)
    try:
        building.mkdir(parents=True)
        for name, page in pages(validation, form, show_values=show_values):
            (building / name).write_text(page, encoding="utf-8", newline="\n")
        at("docs.built")
        if folder.exists():
            folder.rename(gone)
        at("docs.away")
        building.rename(folder)
    finally:
        _remove(building, gone)
    return folder / INDEX


def _remove(*folders: Path) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def pages(validation: Validation, form: Form, *, show_values: bool) -> Iterator[tuple[str, str]]:
    """Names and texts of the pages, the index first, suites in the order of the registry."""
    view = DocsView()
    suites = [_joined(name, list(parts)) for name, parts in groupby(validation.answers, key=lambda part: part.name)]
    rows = [_index_row(suite, form.tables[suite.name]) for suite in suites]
    yield INDEX, view.index(run_id=validation.run_id, suites=rows, blocking=_blocking(validation, show_values))
    for suite in suites:
        table = form.tables[suite.name]
        results = [
            _shown(check, outcome, answer, table, words_of(check, table, form), show_values)
            for check, outcome, answer in suite.checks
        ]
        sections = [overview(table, validation.run_id, results)]
        for about in dict.fromkeys(result.meta["about"] for result in results):
            sections.append(SectionRenderer(table).render([r for r in results if r.meta["about"] == about]))
        title = f"{table.th} · {table.name}"
        document = RenderedDocumentContent(sections, page_title=title, expectation_suite_name=suite.name)
        yield f"{suite.name}.html", view.page(document)


def _joined(name: str, parts: list[SuiteAnswers]) -> SuiteAnswers:
    return SuiteAnswers(name, tuple(check for part in parts for check in part.checks))


def _index_row(suite: SuiteAnswers, table: Table) -> dict[str, Any]:
    outcomes = [outcome for _, outcome, _ in suite.checks]
    return {
        "name": suite.name,
        "title": table.th,
        "title_en": table.en,
        "rows": max((o.rows_evaluated for o in outcomes), default=0),
        "checks": len(outcomes),
        "failed": sum(1 for o in outcomes if not o.is_success and o.error is None),
        "broken": sum(1 for o in outcomes if o.error is not None),
    }


def _blocking(validation: Validation, show_values: bool) -> list[str]:
    return (
        list(validation.blocking) if show_values else [b.partition(" could not run: ")[0] for b in validation.blocking]
    )


def _shown(
    check: Check, outcome: Outcome, answer: Any, table: Table, words: Words, show_values: bool
) -> ExpectationValidationResult:
    """An answer of Great Expectations as it may be shown: its counts, and the failing rows as `words` masks them."""
    columns = {column.name: column for column in table.columns}
    judged = columns.get(check.column or "")
    rows = [words.row(row, judged, columns, show_values) for row in outcome.failing]
    result: dict[str, Any] = {
        "element_count": outcome.rows_evaluated,
        "unexpected_count": outcome.rows_failed,
        "failing_rows": rows,
        "failing_header": words.header(outcome.failing, judged, show_values) if rows else [],
    }
    if outcome.observed is not None and not rows:
        result["observed_value"] = outcome.observed
    meta = {
        "about": check.expectation if check.is_crosscheck else check.column or TABLE_CHECKS,
        "thai": words.thai,
        "severity": check.severity,
        "dimension": check.dimension,
        "rule": check.rule,
        "error": None if outcome.error is None else outcome.error if show_values else "…",
    }
    config = None if answer is None else answer.expectation_config
    return ExpectationValidationResult(
        success=outcome.is_success and outcome.error is None, expectation_config=config, result=result, meta=meta
    )
