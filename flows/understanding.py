"""From what was read to facts and their judgement: three stages, and what passes between them.

Of a large night they are called in a process of their own, whose memory goes back with it; the rows go to disk then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from flows import stages
from flows.apart import apart
from flows.delivery import Delivered
from flows.evidence import Reconciled, at_rest, folder_of
from flows.pages import REPORTED
from flows.settings import Settings
from flows.stages import Readings
from flows.validating import Frames, Verdict, validate
from transform.brief import NightInNumbers

if TYPE_CHECKING:
    from load.staging import Staged


class Judged(NamedTuple):
    """A night that is ready to be loaded: in numbers, its rows at hand or on disk, the verdict.

    `reported`: what the quality report asks of the tables.
    """

    numbers: NightInNumbers
    frames: Frames
    staged: Mapping[str, Staged]
    verdict: Verdict
    reported: Frames


class Understanding:
    """The stages, to be called in the order in which they stand here, and then what came of them; each once."""

    def __init__(self, settings: Settings, delivered: Delivered, readings: Readings, *, is_apart: bool = False):
        self._settings = settings
        self._delivered = delivered
        self._readings = readings
        self._is_apart = is_apart
        self._reconciled: Reconciled
        self._frames: Frames
        self._judged: Judged

    def reconcile(self) -> None:
        """Recognise and decide (stages.reconcile)."""
        self._reconciled = stages.reconcile(self._settings, self._delivered, self._readings)
        self._readings.let_go()

    def build_tables(self) -> None:
        """The rows of the touched projects (stages.build_tables)."""
        self._frames = stages.build_tables(self._settings, self._reconciled)

    def validate(self) -> None:
        """The verdict on them (validating.validate); what was decided stands in the frames then."""
        from expectations.refused_records import without_frames

        registers, reconciled, frames = stages.registers_of(self._settings), self._reconciled, self._frames
        del self._reconciled, self._frames
        verdict = validate(self._settings, registers, self._delivered, reconciled.night, frames)
        numbers, staged = reconciled.let_go(frames)
        reported = {name: frames[name][columns].copy() for name, columns in REPORTED.items()}
        frames = without_frames(frames, verdict.refused)
        staged = {name: rows.without(verdict.refused) for name, rows in staged.items()}
        if self._is_apart:
            # of a night that may not be loaded nothing is asked any more
            frames, rest = at_rest({} if verdict.validation.is_blocked else frames, folder_of(self._settings))
            staged |= rest
        self._judged = Judged(numbers, frames, staged, verdict, reported)

    def judged(self) -> Judged:
        """What came of it."""
        judged = self._judged
        del self._judged
        return judged


@contextmanager
def understanding(
    settings: Settings, delivered: Delivered, readings: Readings, is_apart: bool
) -> Iterator[Understanding]:
    """What calls the stages: here, or in a process of its own; then this one must not have the working file open."""
    steps = Understanding(settings, delivered, readings, is_apart=is_apart)
    with apart(steps, partial(stages.kept_open, settings)) if is_apart else nullcontext(steps) as there:
        yield there
