"""The whole night on one screen: each stage is one call, in the words of the design.

    pull → read → reconcile → build the tables → validate → load → publish → report → mail → docs → pages

A night that comes late, or other registers, make the stored nights decided again, from what was read of them. Nights
that were pulled and not loaded are made up for first, each as a night of its own.

The same functions run plainly (`--no-prefect`), as a Prefect flow in which each stage is a task, and again for
every night of the archive when it is rebuilt. Nothing in them knows of Prefect: `stage` decides how a stage is called.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, nullcontext
from datetime import date
from typing import Any, NamedTuple, TypeVar

from flows import stages
from flows.delivery import Delivered, listed_on
from flows.evidence import nothing_staged
from flows.large import is_large
from flows.loading import load
from flows.mailing import mail
from flows.nights_left import left_of
from flows.pages import docs, pages, report
from flows.parts import forget_parts
from flows.publishing import publish
from flows.reading import part_folder
from flows.settings import Settings
from flows.stages import Readings, Settled
from flows.summary import Summary, Watch
from flows.uncollected import frozen, give_back
from flows.understanding import understanding
from flows.validating import Frames, Verdict
from transform.brief import NightInNumbers

T = TypeVar("T")
Stage = Callable[..., Any]


class Understood(NamedTuple):
    """What a night's files say, before anybody is told."""

    readings: Readings
    numbers: NightInNumbers
    frames: Frames
    verdict: Verdict
    settled: Settled | None = None


def night(settings: Settings, when: date, delivered: Delivered, watch: Watch, stage: Stage | None = None) -> Summary:
    """Run one night on what was pulled, up to mails in the outbox. Raises when nothing may be published."""
    call = stage or watch.timed
    left = left_of(settings, delivered.unfinished, when)
    if left:
        delivered, understood = call(make_up, settings, delivered, left, watch)
        forget_parts(part_folder(settings))
        return conclude(settings, delivered, understood, watch, call)
    if when in delivered.unfinished:  # files of an earlier run that stand there no more are files of the night
        delivered = listed_on(settings, when)
    with ExitStack() as opened:
        opened.enter_context(stages.kept_open(settings))
        readings = call(stages.read, settings, delivered, watch)
        stored = stages.nights_to_decide_again(settings, delivered)
        if is_large(settings, readings):
            opened.close()
        understood = None if stored else understand(settings, delivered, readings, call)
    if understood is None:
        understood = call(decide_again, settings, delivered, readings, stored, watch)
    forget_parts(part_folder(settings))
    return conclude(settings, delivered, understood, watch, call)


def understand(settings: Settings, delivered: Delivered, readings: Readings, stage: Stage) -> Understood:
    """From what was read to facts in the working warehouse. Of a large night nobody here may have it open."""
    is_apart = is_large(settings, readings)
    with nullcontext() if is_apart else stages.kept_open(settings), nothing_staged(settings):
        with understanding(settings, delivered, readings, is_apart) as steps:
            stage(steps.reconcile)
            readings.let_go()
            stage(steps.build_tables)
            stage(steps.validate)
            judged = steps.judged()
        give_back()
        stage(load, settings, delivered, judged, is_apart)
    return Understood(readings, judged.numbers, judged.reported, judged.verdict)


def make_up(
    settings: Settings, delivered: Delivered, left: Mapping[date, str], watch: Watch
) -> tuple[Delivered, Understood]:
    """Load nights that did not come to their end, and tonight in its place among them; tonight's result.

    `left`: night → its list as it was loaded last. Nobody is written to about them but with tonight.
    """
    from flows.history_loading import load_nights

    def say(line: str) -> None:
        watch.console.print(line, highlight=False, markup=False)

    say(f"not loaded yet, and made up for now: {', '.join(night.isoformat() for night in left)}")
    made_up = load_nights(settings, [delivered.night], watch, say, left=left, tonight=delivered.night)
    assert made_up is not None
    return made_up.delivered, made_up.understood


def decide_again(
    settings: Settings, delivered: Delivered, readings: Readings, stored: Sequence[date], watch: Watch
) -> Understood:
    """Decide the stored nights once more, from what was read, with tonight in its place among them; tonight's result.

    What is published is what a rebuild from the archive would give: so a night that comes late, or another register,
    counts for the nights after it too. A new working file is made, and takes the old one's place when it is complete.
    """
    from flows.rebuild import scratch

    with scratch(settings, settings.home / "work") as aside:
        brought = frozenset(file.outcome.source_sha256 for file in readings.new)
        with watch.progress("deciding again", len({*stored, delivered.night})) as step:
            for when in sorted({*stored, delivered.night}):
                of_night = readings if when == delivered.night else stages.restored(settings, when, brought)
                listing = delivered if when == delivered.night else listed_on(settings, when)
                understood = understand(aside, listing, of_night, _plainly)
                if when == delivered.night:
                    tonight = understood
                step()
        settled = stages.settled(settings, aside)
        stages.take_over(aside, settings)
    return tonight._replace(settled=settled)


def _plainly(function: Callable[..., T], *arguments: Any) -> T:
    return function(*arguments)


@frozen()
def conclude(
    settings: Settings, delivered: Delivered, understood: Understood, watch: Watch, stage: Stage | None = None
) -> Summary:
    """From facts to people: the file analysts open, the report, the mails, the pages to look at."""
    call = stage or watch.timed
    readings, numbers, frames, verdict, settled = understood
    published = call(publish, settings)
    page = call(report, settings, numbers, frames, verdict, watch)
    mails = call(mail, settings, stages.registers_of(settings), delivered.night, verdict, settled, watch)
    call(docs, settings, verdict.validation, watch)
    call(pages, settings, watch)
    return stages.summarise(settings, delivered, readings, numbers, verdict, published, page, mails, watch)
