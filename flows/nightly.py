"""The whole night on one screen: each stage is one call, in the words of the design.

    pull → read → reconcile → build the tables → validate → load → publish → report → mail

The same functions run plainly (`--no-prefect`), as a Prefect flow in which each stage is a task, and again for
every night of the archive when it is rebuilt. Nothing in them knows of Prefect: `stage` decides how a stage is called.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple, TypeVar

from flows import stages
from flows.delivery import Delivered
from flows.settings import Settings
from flows.stages import Frames, Readings, Verdict
from flows.summary import Summary, Watch
from transform.records import Night

T = TypeVar("T")
Stage = Callable[..., Any]


class Understood(NamedTuple):
    """What a night's files say, before anybody is told."""

    readings: Readings
    reconciled: Night
    frames: Frames
    verdict: Verdict


def night(settings: Settings, when: date, delivered: Delivered, watch: Watch, stage: Stage | None = None) -> Summary:
    """Run one night on what was pulled, up to mails in the outbox. Raises when nothing may be published."""
    call = stage or watch.timed
    understood = understand(settings, when, delivered, watch, call)
    return conclude(settings, delivered, understood, watch, call)


def understand(settings: Settings, when: date, delivered: Delivered, watch: Watch, stage: Stage) -> Understood:
    """From files to facts in the working warehouse."""
    readings = stage(stages.read, settings, delivered, watch)
    reconciled = stage(stages.reconcile, settings, when, readings)
    frames = stage(stages.build_tables, settings, reconciled)
    verdict = stage(stages.validate, settings, delivered, reconciled, frames)
    stage(stages.load, settings, delivered, reconciled, frames, verdict)
    return Understood(readings, reconciled, frames, verdict)


def conclude(
    settings: Settings, delivered: Delivered, understood: Understood, watch: Watch, stage: Stage | None = None
) -> Summary:
    """From facts to people: the file analysts open, the report, the mails."""
    call = stage or watch.timed
    readings, reconciled, frames, verdict = understood
    published = call(stages.publish, settings)
    page = call(stages.report, settings, reconciled, frames, verdict)
    mails = call(stages.mail, settings, delivered, frames, verdict)
    return stages.summarise(settings, delivered, readings, reconciled, verdict, published, page, mails, watch)


def as_flow(settings: Settings, when: date, delivered: Delivered, watch: Watch) -> Summary:
    """Run the night as a Prefect flow: on the configured server, else on Prefect's own embedded one."""
    from prefect import flow, task
    from prefect.cache_policies import NO_CACHE

    def stage(function: Callable[..., T], *arguments: Any) -> T:
        # nothing passes through Prefect as an argument: it would walk through every one of a night's readings
        def run() -> T:
            return watch.timed(function, *arguments)

        named = task(name=function.__name__.replace("_", " "), cache_policy=NO_CACHE, persist_result=False)
        return named(run)()

    @flow(name="kaona night", flow_run_name=delivered.run_id, persist_result=False)
    def kaona_night() -> Summary:
        return night(settings, when, delivered, watch, stage)

    return kaona_night()
