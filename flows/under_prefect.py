"""A night as a Prefect flow, in which each stage is a task; and the night all the same when Prefect is away.

Prefect watches, it does not decide: a stage that was computed counts whatever Prefect says of it, none runs twice, and
once Prefect has failed nothing more is said to it.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from flows import prefect_server
from flows.artifacts import show
from flows.delivery import Delivered
from flows.nightly import night
from flows.operating.safe_words import in_words
from flows.operating.stopping import stoppable
from flows.prefect_server import PrefectAway
from flows.settings import Settings
from flows.summary import Summary, Watch

if TYPE_CHECKING:
    from uuid import UUID

T = TypeVar("T")

FLOW = "kaona night"
_SECONDS_TO_SAY_THE_REST = 10.0
_SECONDS_TO_RECORD = 5.0
_SECONDS_TO_LEAVE = 15.0


def night_under_prefect(settings: Settings, when: date, delivered: Delivered, watch: Watch) -> Summary:
    """Run the night as a Prefect flow; as tasks of the flow that is running, where `kaona serve` or a worker runs one.

    Raises what a stage raised. When Prefect's server is away, goes away or hangs, the night goes on without it.
    """
    watch.begins("start of Prefect")
    prefect_server.set_environment(settings)
    from prefect.context import FlowRunContext

    said = Conversation(watch, settings)
    if FlowRunContext.get() is not None:
        return said.night(settings, when, delivered)
    outcome = Called[Summary]()
    try:
        with prefect_server.server(settings):
            _as_flow(settings, when, delivered, said, outcome)
    except Exception as error:
        said.give_up(error)
    if outcome.has_begun:
        return outcome.result()
    return night(settings, when, delivered, watch)


def _as_flow(
    settings: Settings, when: date, delivered: Delivered, said: Conversation, outcome: Called[Summary]
) -> None:
    """Run the night as a flow of its own. What the night returned or raised is in `outcome`; Prefect's errors too are
    raised."""
    from prefect import flow
    from prefect.exceptions import Abort

    @flow(name=FLOW, flow_run_name=delivered.run_id, persist_result=False)
    def kaona_night() -> None:
        with stoppable(), said.or_abort(outcome):  # Prefect has taken the signals
            outcome.call(said.night, settings, when, delivered)

    with suppress(Abort, Failed):
        kaona_night()


class Failed(Exception):
    """What Prefect is told of an error: words only. It pickles what it is given, and errors hold a night's frames."""


@dataclass
class Called(Generic[T]):
    """A call whose outcome is kept, whoever asked for it."""

    has_begun: bool = False
    error: BaseException | None = None
    value: T | None = None

    def call(self, function: Callable[..., T], *arguments: Any) -> None:
        """Make the call; what it raises is raised."""
        self.has_begun = True
        try:
            self.value = function(*arguments)
        except BaseException as error:
            self.error = error
            raise

    def failed(self, settings: Settings) -> Failed:
        """What it raised, as Prefect may store it: no person, no telephone number, no password."""
        return Failed("ended" if self.error is None else in_words(self.error, settings))

    def result(self) -> T:
        """What it returned; raises what it raised."""
        if self.error is not None:
            raise self.error
        return cast("T", self.value)


class Conversation:
    """What is said to Prefect during a night. `is_over`: it has failed, and nothing more is said."""

    def __init__(self, watch: Watch, settings: Settings):
        self.is_over = False
        self._watch = watch
        self._settings = settings
        self._stages = 0

    def night(self, settings: Settings, when: date, delivered: Delivered) -> Summary:
        """The night within a flow run: its stages as tasks, at its end the artifacts."""
        from prefect.context import FlowRunContext

        try:
            summary = night(settings, when, delivered, self._watch, self.stage)
            if self.is_heard():
                show(settings, summary, self._say)
            return summary
        finally:
            running = FlowRunContext.get()
            if self.is_heard() and running is not None and running.flow_run is not None:
                self._wait_for_records(running.flow_run.id)

    @contextmanager
    def or_abort(self, outcome: Called[Any]) -> Iterator[None]:
        """Around what a flow does: when nobody listens to how it ended, Prefect is told to ask nothing of its server.

        Raises prefect.exceptions.Abort then, Failed for what the night raised.
        """
        from prefect.exceptions import Abort

        try:
            yield
        except Exception as error:
            if self.is_heard():
                raise outcome.failed(self._settings) from None
            raise Abort("Prefect's server is away") from error
        if not self.is_heard():
            raise Abort("Prefect's server is away")

    def stage(self, function: Callable[..., T], *arguments: Any) -> T:
        """Call a stage as a task, exactly once. Raises what the stage raised, never what Prefect did."""
        if self.is_over:
            return self._watch.timed(function, *arguments)
        from prefect import task
        from prefect.cache_policies import NO_CACHE

        outcome = Called[T]()

        def run() -> None:
            # nothing passes through Prefect: it would walk through every one of a night's readings, and store errors
            try:
                outcome.call(self._watch.timed, function, *arguments)
            except Exception:
                raise outcome.failed(self._settings) from None

        try:
            task(name=function.__name__.replace("_", " "), cache_policy=NO_CACHE, persist_result=False)(run)()
            self._stages += 1
        except Exception as error:
            if outcome.error is None:
                self.give_up(error)
        if not outcome.has_begun:
            return self._watch.timed(function, *arguments)
        return outcome.result()

    def give_up(self, error: BaseException) -> None:
        """Say once that Prefect is away, and nothing more to it."""
        if self.is_over:
            return
        self.is_over = True
        why = str(error) if isinstance(error, PrefectAway) else f"Prefect is away ({type(error).__name__})"
        self._say(f"{why}; the night goes on without it")

    def _say(self, line: str) -> None:
        self._watch.console.print(line, highlight=False, markup=False, soft_wrap=True)

    def is_heard(self) -> bool:
        """Whether Prefect's server still answers; once it did not, no more."""
        if not self.is_over:
            try:
                prefect_server.require_answer()
            except Exception as error:
                self.give_up(error)
        return not self.is_over

    def _wait_for_records(self, run_id: UUID) -> None:
        """Give the server a moment to write down the tasks: one that is stopped at once loses them."""
        with suppress(Exception):
            drain()
            from prefect.client.orchestration import get_client
            from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId

            until = time.monotonic() + _SECONDS_TO_RECORD
            with get_client(sync_client=True) as client:
                while time.monotonic() < until:
                    tasks = client.read_task_runs(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[run_id])))
                    if sum(1 for one in tasks if one.state is not None and one.state.is_final()) >= self._stages:
                        return
                    time.sleep(0.2)


def drain() -> None:
    """Send what Prefect still has to say of this process, for some seconds at the most."""
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker

    for worker in (APILogWorker, EventsWorker):
        worker.drain_all(timeout=_SECONDS_TO_SAY_THE_REST / 2)


def leave_promptly(exit_code: int, seconds: float = _SECONDS_TO_LEAVE) -> None:
    """Let this process end within some seconds from now, though threads of Prefect's wait for a server that is gone."""
    if "prefect" not in sys.modules:
        return

    def leave() -> None:
        time.sleep(seconds)
        with suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(exit_code)

    threading.Thread(target=leave, name="kaona-leaving", daemon=True).start()
