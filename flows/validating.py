"""The stage that judges a night before it is loaded: cross-checks, Great Expectations, findings, what is set aside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from extract.fault_points import at
from flows.archived_nights import replaced
from flows.delivery import Delivered
from flows.settings import Settings
from flows.uncollected import uncollected
from transform.form import load_form
from transform.records import Night
from transform.registers import Registers
from transform.source_nights import SourceTonight
from transform.thai import squash

if TYPE_CHECKING:
    import pandas as pd

    from expectations.objections import Given
    from expectations.refused_records import Refusal
    from expectations.validate import Validation

Frames = dict[str, "pd.DataFrame"]


@dataclass(frozen=True)
class Verdict:
    """What the checks say: results of Great Expectations, findings that tonight made or resolved, sources judged.

    `refused`: projects that a blocking check sets aside, with what refuses them; they are in no table of facts.
    """

    validation: Validation
    findings: pd.DataFrame
    sources: tuple[SourceTonight, ...] = ()
    refused: Mapping[str, tuple[Refusal, ...]] = field(default_factory=dict)


class NotPublished(RuntimeError):
    """The night may not be published; what was published before stays in place. `blocking`: why, by sentences."""

    outcome = "blocked"

    def __init__(self, validation: Validation):
        self.validation = validation
        self.blocking = validation.blocking
        super().__init__("nothing is published: " + "; ".join(self.blocking))


@uncollected()
def validate(settings: Settings, registers: Registers, delivered: Delivered, night: Night, frames: Frames) -> Verdict:
    """Cross-checks and Great Expectations on tonight's frames; findings with their evidence and life-cycle.

    Projects that a blocking check refuses are set aside when they are few, and the rest is judged once more.
    """
    from expectations.crosschecks import objected
    from expectations.findings import STANDING_RULES, collect
    from expectations.refused_records import refused_projects, without_deliveries, without_frames
    from expectations.sources_told import with_sources
    from flows.beside import beside
    from load.corrections import codes_delivered
    from load.finding_history import findings_before, places_gone
    from load.past import agencies_before
    from load.runs import read_on
    from load.sightings import judge_sources
    from load.warehouse import open_work

    at("validate.begun")
    codes = {d.project_code for d in night.deliveries}
    with closing(open_work(settings.home, memory_limit=settings.memory_limit)) as con:
        registers = replace(registers, learned_agencies=agencies_before(con, night.night, codes))
    refused: dict[str, tuple[Refusal, ...]] = {}
    with beside(_given(night, frames, registers), night.deliveries, settings.workers) as worked_out:
        validation, rows = _judged(settings, delivered, night, frames, worked_out.rows_of)
        at("validate.judged")
        if validation.is_blocked:
            refused = refused_projects(validation, len(night.deliveries))
        if refused:
            night, frames = without_deliveries(night, refused), without_frames(frames, refused)
            again = partial(objected, _given(night, frames, registers))
            validation, rows = _judged(settings, delivered, night, frames, again)
        with closing(open_work(settings.home, memory_limit=settings.memory_limit)) as con:
            read = read_on(((f.source_sha256, f.night, f.status) for f in night.files), night.night)
            sources = judge_sources(con, night.night, delivered.standing, delivered.asked, read)
            believed = [source.now.source for source in sources if source.now.is_believed]
            gone = places_gone(con, night.night, delivered.standing, believed)
            uris = [*gone, *(file.uri for file in night.files)]
            previous = findings_before(con, night.night, codes, uris, STANDING_RULES)
            delivered_before = codes_delivered(con, (c.project_code for c in registers.corrections))
        found = collect(
            night, frames, rows, validation, previous, load_form(), registers.corrections, delivered_before, registers,
            refused=refused, gone=gone, said=worked_out.said,
            replaced=replaced(delivered.standing, ((file.uri, file.source_sha256) for file in night.files)),
        )  # fmt: skip
    squash.cache_clear()  # as after deciding: it holds every text once more
    return Verdict(validation, with_sources(found, sources, night.night, load_form()), sources, refused)


def _given(night: Night, frames: Frames, registers: Registers) -> Given:
    """What the cross-checks are given: of the projects those of tonight."""
    from expectations.objections import Given

    codes = {d.project_code for d in night.deliveries}
    tonight = {n: f[f["project_code"].isin(codes)] if n == "dim_project" else f for n, f in frames.items()}
    return Given(tonight, registers)


def _judged(
    settings: Settings, delivered: Delivered, night: Night, frames: Frames, rows_of: Callable[[str], pd.DataFrame]
) -> tuple[Validation, pd.DataFrame]:
    """The verdict of all suites, and the rows that the cross-checks object to."""
    from expectations import crosschecks
    from expectations.bounds import usual
    from expectations.night_measures import TABLE
    from expectations.validate import validate as run_suites
    from load.measures import measures_before
    from load.warehouse import open_work

    with closing(open_work(settings.home, memory_limit=settings.memory_limit)) as con:
        bounds = usual(measures_before(con, night.night), frames[TABLE])
    rows = crosschecks.gathered(rows_of)
    return run_suites(frames, rows, run_id=delivered.run_id, bounds=bounds), rows
