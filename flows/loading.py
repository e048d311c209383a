"""The stage that writes a judged night into the working warehouse."""

from __future__ import annotations

from contextlib import closing

from flows import nights_left
from flows.apart import called
from flows.delivery import Delivered
from flows.run_rows import run_rows
from flows.settings import Settings
from flows.stages import registers_of
from flows.understanding import Judged
from flows.validating import NotPublished
from transform.form import load_form
from transform.registers_used import register_hashes


def load(settings: Settings, delivered: Delivered, judged: Judged, is_apart: bool = False) -> None:
    """Write the night into the working warehouse, in one transaction; refuse when a blocking expectation failed.

    `is_apart`: in a process of its own, when this one has not opened it.
    """
    if judged.verdict.validation.is_blocked:
        raise NotPublished(judged.verdict.validation)
    called(is_apart, _apply, settings, delivered, judged)
    if not delivered.is_earlier_list:
        nights_left.loaded(settings, delivered.night)


def _apply(settings: Settings, delivered: Delivered, judged: Judged) -> None:
    import pandas as pd

    from load.warehouse import apply_night, open_work
    from transform.tables import frame_of

    verdict = judged.verdict
    tables = load_form().tables
    registers = registers_of(settings)
    codes = registers.agency_codes
    register = pd.DataFrame(
        {"prefix": [a.prefix for a in codes], "agency": [a.agency for a in codes], "status": [a.status for a in codes]}
    )
    used = [{"name": n, "sha256": sha, "entries": e} for n, (sha, e) in register_hashes(settings.registers()).items()]
    registers_used = frame_of(tables["register"], used)
    with closing(open_work(settings.home, memory_limit=settings.memory_limit)) as con:
        apply_night(
            con,
            {**judged.frames, **judged.staged},
            night=delivered.night,
            standing=delivered.standing,
            run=frame_of(tables["run"], run_rows(con, settings, delivered, judged.numbers, verdict)),
            expectation_results=verdict.validation.results,
            findings=verdict.findings,
            register=register,
            registers_used=registers_used,
            corrections=registers.corrections,
            sources=verdict.sources,
            mutes=registers.mutes,
        )
