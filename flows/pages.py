"""The stages of a night that write the pages to look at, and where they stand."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from extract.fault_points import at
from flows.operating.safe_words import in_words
from flows.settings import Settings
from flows.summary import Watch
from flows.whole_files import write_whole

if TYPE_CHECKING:
    from expectations.validate import Validation
    from flows.validating import Frames, Verdict
    from transform.brief import NightInNumbers

DATA_DOCS = "data_docs"
_PAGES = ("index.html", "dictionary.html")
# what the quality report asks of the tables
REPORTED = {"dim_project": ["project_code", "project_name"], "fact_progress_report": ["project_code"]}


def report(settings: Settings, night: NightInNumbers, frames: Frames, verdict: Verdict, watch: Watch) -> Path | None:
    """Write the quality report, one page that loads nothing from outside: beside the published file, or, where that
    must not name people, beside the working file.

    The facts are published by now: a report that cannot be written is told, and that of an earlier night goes.
    """
    from expectations.report import quality_report_html
    from transform.form import load_form

    at("report.begun")
    places = [settings.published.parent / "report.html", settings.home / "work" / "report.html"]
    target = places.pop(0 if settings.publish_personal_data else 1)
    try:
        page = quality_report_html(night, frames, verdict.findings, verdict.validation, load_form())
        write_whole(target, page)
    except Exception as error:
        _told(settings, watch, "report", error)
        places.append(target)
    for old in places:
        with suppress(OSError):
            old.unlink(missing_ok=True)
    return None if target in places else target


def docs(settings: Settings, validation: Validation, watch: Watch) -> None:
    """Write the Data Docs of the night beside the published file; those of a night that failed before it go.

    Pages that cannot be written are told, no more.
    """
    shutil.rmtree(settings.home / "work" / DATA_DOCS, ignore_errors=True)
    try:
        data_docs(settings, validation, settings.published.parent)
    except Exception as error:
        _told(settings, watch, "Data Docs", error)


def data_docs(settings: Settings, validation: Validation, beside: Path) -> Path | None:
    """Write what Great Expectations answered as pages into `beside`/data_docs; those of an earlier night go."""
    folder = beside / DATA_DOCS
    if not settings.data_docs:
        shutil.rmtree(folder, ignore_errors=True)
        return None
    from expectations.data_docs import write_data_docs
    from transform.form import load_form

    try:
        return write_data_docs(validation, folder, load_form(), show_values=settings.publish_personal_data)
    except Exception:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def pages(settings: Settings, watch: Watch) -> None:
    """Write index.html and dictionary.html beside the published file, of nothing but what it holds.

    When they are off or cannot be drawn, those of an earlier night go: they would stand beside a file that says
    something else. All is published and mailed by now, so a page that cannot be drawn is told and fails nothing.
    """
    if settings.write_page:
        from expectations.catalogue import load_catalogue
        from load.pages import write_pages

        try:
            write_pages(settings.published, {rule.id: rule.title_th for rule in load_catalogue().values()})
        except Exception as error:
            _told(settings, watch, "pages", error)
        else:
            return
    for name in _PAGES:
        settings.published.with_name(name).unlink(missing_ok=True)


def _told(settings: Settings, watch: Watch, what: str, error: Exception) -> None:
    watch.console.print(
        f"the {what} could not be written ({in_words(error, settings)}); all else of the night is published",
        highlight=False,
        markup=False,
    )


def page_paths(settings: Settings) -> dict[str, Path]:
    """Where the pages to look at stand, by the names that the summary gives them, as far as there are any."""
    places = {"page": "index.html", "data docs": f"{DATA_DOCS}/index.html"}
    found = {name: settings.published.parent / place for name, place in places.items()}
    return {name: path for name, path in found.items() if path.is_file()}
