"""An attempt of a night from its first moment to its last: the lock, the heartbeat, and its line in the log.

What is observed never decides: a log or a heartbeat that cannot be written fails no night.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any, Literal

from extract.fault_points import at
from flows.exhausted import told_clearly
from flows.home_lock import AnotherRun, only_run
from flows.operating import night_log
from flows.operating.heartbeat import Heartbeat, last_heartbeat, now
from flows.operating.night_log import GOOD
from flows.operating.preflight import NotReady, require_ready
from flows.operating.record import line_of, measures_of, numbers_of, outcome_of, told_of, versions_of
from flows.operating.stopping import Stopped, ended_in_time, stoppable
from flows.settings import Settings
from flows.summary import Summary, Watch

__all__ = ["Attempt", "NotReady", "Stopped", "attempt"]

Kind = Literal["night", "rebuild"]


class Attempt:
    """One attempt of a night. `summary` is set when it has come to its end."""

    def __init__(self, settings: Settings, watch: Watch, night: date | None, kind: Kind):
        self.summary: Summary | None = None
        self._settings, self._watch, self._night, self._kind = settings, watch, night, kind
        self._started, self._monotonic = now(), time.monotonic()
        self._heartbeat = Heartbeat(settings, self._told)

    def begin(self) -> None:
        """The lock is held: set down what a killed run left unsaid, and give the first sign of life."""
        before = last_heartbeat(self._settings.home)
        if before.get("state") == "running":
            self._append(_killed(before))
        self._watch.on_stage = self._heartbeat.beat
        self._heartbeat.start()

    def end(self, error: BaseException | None) -> None:
        """Write the attempt's line, then say how it ended."""
        self._watch.on_stage = _nothing
        record = self._record(error)
        at("record.written")
        self._append(record)
        at("record.logged")
        problem = self._heartbeat.end("ok" if record["outcome"] in GOOD else "failed", line_of(record))
        if problem:
            self._say(f"the heartbeat URL was not told: {problem}")

    def end_before_begin(self, error: Exception) -> None:
        """Write the line of an attempt that did not get the lock, or no place to work in. Nothing else is touched."""
        self._append(self._record(error))

    def _told(self) -> dict[str, Any]:
        watch = self._watch
        step = None if watch.step is None else {"title": watch.step[0], "done": watch.step[1], "total": watch.step[2]}
        return {
            **self._identity(), "pid": os.getpid(), "stage": watch.stage, "since": watch.since or self._started,
            "step": step, "seconds": dict(watch.seconds),
        }  # fmt: skip

    def _identity(self) -> dict[str, Any]:
        night = self._summary_night() or (None if self._night is None else self._night.isoformat())
        return {
            "attempt": f"{self._started} {os.getpid()}", "kind": self._kind, "night": night,
            "run_id": self._watch.run_id, "started": self._started,
        }  # fmt: skip

    def _summary_night(self) -> str | None:
        return None if self.summary is None else self.summary.night

    def _record(self, error: BaseException | None) -> night_log.Record:
        outcome = outcome_of(error, self.summary)
        summary = self.summary if error is None else None
        found = {
            **self._identity(),
            "ended": now(),
            "seconds_in_all": round(time.monotonic() - self._monotonic, 2),
            "outcome": outcome,
            "exit_code": 0 if outcome in GOOD else 1,
            "stage": None if error is None else self._watch.stage,
            "error": told_of(error, self._settings),
        }
        parts: tuple[Callable[[], night_log.Record], ...] = (
            lambda: numbers_of(summary, self._watch, self._settings),
            lambda: measures_of(self._settings, self._watch, self._heartbeat.children_mb),
            lambda: versions_of(self._settings),
        )
        for part in parts:
            try:
                found |= part()
            except Exception as problem:  # what cannot be told must not hide what can
                self._say(f"a part of the night's line could not be told ({type(problem).__name__})")
        return found

    def _append(self, record: Mapping[str, Any]) -> None:
        try:
            night_log.append(self._settings.log, record)
        except (OSError, TypeError, ValueError) as error:
            self._say(f"the night's line could not be written into the log ({type(error).__name__})")

    def _say(self, line: str) -> None:
        self._watch.console.print(line, highlight=False, markup=False)


@contextmanager
def attempt(
    settings: Settings,
    watch: Watch,
    night: date | None,
    kind: Kind = "night",
    last_words: Callable[[Stopped], None] | None = None,
) -> Iterator[Attempt]:
    """Hold the lock of this home for one attempt and keep its record, however it ends.

    `last_words`: what else is to be said where a call that does not come back is ended with the process.

    Raises NotReady before anything is touched when there is no place to work in, AnotherRun while another run works,
    Stopped when a signal asked it to stop, and whatever the attempt raised.
    """
    made, has_begun = Attempt(settings, watch, night, kind), False

    def end_hard(stopped: Stopped) -> None:
        made.end(stopped)
        if last_words is not None:
            last_words(stopped)

    try:
        watch.stage = "preflight"
        require_ready(settings)
        with only_run(settings), _nothing_spilled(settings):
            has_begun = True
            made.begin()
            with ended_in_time(settings.night_deadline_seconds, end_hard):
                try:
                    with told_clearly(watch), stoppable():
                        at("night.begun")
                        yield made
                except BaseException as error:
                    made.end(error)
                    raise
                made.end(None)
    except (NotReady, AnotherRun) as error:
        if not has_begun:
            made.end_before_begin(error)
        raise


@contextmanager
def _nothing_spilled(settings: Settings) -> Iterator[None]:
    """What DuckDB had put on disk for want of memory goes, also that of a process that was killed: DuckDB itself takes
    it away only when it comes to spill again."""
    spill = settings.home / "work" / "spill"
    shutil.rmtree(spill, ignore_errors=True)
    try:
        yield
    finally:
        shutil.rmtree(spill, ignore_errors=True)


def _killed(before: Mapping[str, Any]) -> night_log.Record:
    """The line of an attempt that never ended, from its last sign of life."""
    kept = {name: before.get(name) for name in ("attempt", "kind", "night", "run_id", "started")}
    return {
        **kept,
        "ended": before.get("beat"),
        "outcome": "killed",
        "exit_code": None,
        "stage": before.get("stage"),
        "error": {"class": "Killed", "message": f"process {before.get('pid')} was gone without an end"},
        "seconds": before.get("seconds") or {},
    }


def _nothing() -> None:
    """Nobody is told of the stages any more."""
