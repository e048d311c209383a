"""The rows of quality.run that a night writes: its own, and those of nights before it that brought nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from flows.delivery import VERSION, Delivered, listed_on, nights_of
from flows.settings import Settings
from flows.validating import Verdict
from transform.brief import NightInNumbers

if TYPE_CHECKING:
    from load.warehouse import Connection

_QUIET = ("copies", "projects", "reports", "conflicts", "findings")


def run_rows(
    con: Connection, settings: Settings, delivered: Delivered, numbers: NightInNumbers, verdict: Verdict
) -> list[dict[str, Any]]:
    """Rows in order of nights. They tell of a night the same, whatever runs it took and whether it is rebuilt."""
    from load.runs import file_counts, read_on

    read = read_on(((f.source_sha256, f.night, f.status) for f in numbers.files), delivered.night)
    own = {
        "run_id": delivered.run_id,
        "night": delivered.night,
        **file_counts(con, delivered.night, delivered.standing, read),
        "copies": numbers.copies,
        "projects": numbers.projects - len(verdict.refused),
        "reports": numbers.reports,
        "conflicts": numbers.conflicts,
        "findings": len(verdict.findings),
        "code_version": VERSION,
    }
    return [*_quiet_rows(con, settings, delivered.night), own]


def _quiet_rows(con: Connection, settings: Settings, before: date) -> Iterator[dict[str, Any]]:
    """Nights that the archive knows and that have no row yet, because nothing was new."""
    from load.runs import nights_with_run, quiet_counts

    told = nights_with_run(con)
    for night in nights_of(settings.archive):
        if night >= before or night in told:
            continue
        delivered = listed_on(settings, night)
        counts = quiet_counts(con, night, delivered.standing)
        if counts is not None:
            row = {"run_id": delivered.run_id, "night": night, **counts, "code_version": VERSION}
            yield row | dict.fromkeys(_QUIET, 0)
