"""How a night is made to end: a signal or its deadline becomes an exception, and what does not heed it is ended hard.

The exception lets locks, pools and files go in order. It cannot reach a native call (DuckDB, Great Expectations) that
does not come back; a watcher in a thread ends the process then, and where even that cannot run, the C library's own
timer. The lock of the home dies with the process, and a rerun is safe after a kill at any point.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

# what a service manager sends to stop it, and what a closed terminal sends
_STOPPING = (signal.SIGTERM, signal.SIGHUP)
# a service manager is answered within 30 seconds; after a deadline there is time for the letter to the operator
_SECONDS_AFTER_SIGNAL = 20.0
_SECONDS_AFTER_DEADLINE = 60.0
_SECONDS_FOR_LAST_WORDS = 15.0
_SECONDS_FOR_LAST_WORDS_OF_A_SIGNAL = 6.0
_SECONDS_FOR_THE_WATCHER = 30.0


class Stopped(BaseException):
    """The night was asked to stop. Nothing is lost: what was not published is done by the next run."""

    outcome = "stopped"


class DeadlinePassed(Stopped):
    """The night took longer than `night_deadline_minutes`; the operator is written to."""


class _Stopping:
    """Signal handlers and the watcher of one night. All of it happens in the main thread but the watching."""

    def __init__(self, deadline_seconds: float | None, last_words: Callable[[Stopped], None] | None):
        self.last_words = last_words
        self.is_heeded = False  # whether there is a block in which Stopped can be raised
        self._seconds = deadline_seconds
        self._deadline = None if deadline_seconds is None else time.monotonic() + deadline_seconds
        self._is_past_deadline = False
        self._is_over = threading.Event()
        self._fate = threading.Lock()  # of the process: whoever holds it says how it ends
        self._wakeup, self._signalled = os.pipe()
        for end in (self._wakeup, self._signalled):
            os.set_blocking(end, False)

    def handle(self, number: int, frame: FrameType | None) -> None:
        """Raise in the main thread, once: a second signal must not disturb what the first one has begun to put away."""
        for one in _STOPPING:
            signal.signal(one, signal.SIG_IGN)
        raise self._reason(number)

    def _reason(self, number: int) -> Stopped:
        if self._is_past_deadline:
            minutes = (self._seconds or 0) / 60
            return DeadlinePassed(
                f"the night was not done after {minutes:g} minutes (night_deadline_minutes); nothing of it is "
                "published, the next run does the rest; see which stage took so long, or allow it more time"
            )
        return Stopped(f"stopped by {signal.Signals(number).name}; nothing is lost, the next run does the rest")

    def start(self) -> None:
        watcher = threading.Thread(target=self._watch, name="kaona-stopping", daemon=True)
        watcher.start()
        if self._seconds is not None:
            after = self._seconds + _SECONDS_AFTER_DEADLINE + _SECONDS_FOR_LAST_WORDS + _SECONDS_FOR_THE_WATCHER
            with contextlib.suppress(RuntimeError, ValueError, OSError):  # no stderr with a number: in some tests
                faulthandler.dump_traceback_later(after, exit=True)

    def end(self) -> None:
        # never gets it once a hard end has begun: no thread may be in DuckDB while the interpreter is taken down
        self._fate.acquire()
        self._is_over.set()
        with contextlib.suppress(OSError):
            os.write(self._signalled, b"\0")
        if self._seconds is not None:
            faulthandler.cancel_dump_traceback_later()

    def wakeup_fd(self) -> int:
        """Where the C library writes each signal's number, even while the main thread is in a native call."""
        return self._signalled

    def _watch(self) -> None:
        number = self._wait_for_a_reason()
        if number is None:
            self._close()
            return
        reason = self._reason(number)
        if self._is_past_deadline and self.is_heeded:
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)
        if not self._is_over.wait(_SECONDS_AFTER_DEADLINE if self._is_past_deadline else _SECONDS_AFTER_SIGNAL):
            self._end_hard(reason)
        self._close()

    def _wait_for_a_reason(self) -> int | None:
        """The signal that came, SIGTERM when the deadline has passed, None when the night is over."""
        while not self._is_over.is_set():
            left = None if self._deadline is None else max(0.0, self._deadline - time.monotonic())
            if not select.select([self._wakeup], [], [], left)[0]:
                self._is_past_deadline = True
                return signal.SIGTERM
            for number in os.read(self._wakeup, 64):
                if number in _STOPPING:
                    return number
        return None

    def _end_hard(self, reason: Stopped) -> None:
        """The main thread is in a call that does not come back."""
        if not self._fate.acquire(blocking=False):
            return
        if self.last_words is not None:
            speaking = threading.Thread(target=self.last_words, args=(reason,), daemon=True)
            speaking.start()
            speaking.join(_SECONDS_FOR_LAST_WORDS if self._is_past_deadline else _SECONDS_FOR_LAST_WORDS_OF_A_SIGNAL)
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.write(f"kaona: {reason}; a call that could not be interrupted was ended with the process\n")
            sys.stderr.flush()
        os._exit(1)

    def _close(self) -> None:
        for end in (self._wakeup, self._signalled):
            with contextlib.suppress(OSError):
                os.close(end)


_at_work: list[_Stopping] = []  # signals belong to the process, and so does what handles them: one or none


@contextmanager
def stoppable(
    deadline_seconds: float | None = None, last_words: Callable[[Stopped], None] | None = None
) -> Iterator[None]:
    """Raise Stopped where a signal asks to stop, DeadlinePassed when the time is up; the process ends soon after.

    Only in the main thread. Within another `stoppable` that one's deadline counts, and its handlers are put back
    where somebody else, such as Prefect, has taken them. `last_words` is called before a hard end, in a thread.
    """
    with ended_in_time(deadline_seconds, last_words) as one:
        if one is None:
            yield
            return
        with _handling(one):
            yield


@contextmanager
def ended_in_time(
    deadline_seconds: float | None = None, last_words: Callable[[Stopped], None] | None = None
) -> Iterator[_Stopping | None]:
    """What a `stoppable` in this block leaves to be done when it was stopped has to come to its end in time too: a log
    on a disk that does not answer must not hold the process. Arguments as for `stoppable`; None in another thread."""
    if threading.current_thread() is not threading.main_thread():
        yield None
        return
    if _at_work:
        outer = _at_work[-1]
        outer.last_words = last_words or outer.last_words
        yield outer
        return
    one = _Stopping(deadline_seconds, last_words)
    _at_work.append(one)
    before = signal.set_wakeup_fd(one.wakeup_fd(), warn_on_full_buffer=False)
    one.start()
    try:
        yield one
    finally:
        _at_work.remove(one)
        signal.set_wakeup_fd(before)
        one.end()


@contextmanager
def _handling(one: _Stopping) -> Iterator[None]:
    was_heeded, one.is_heeded = one.is_heeded, True
    before = {number: signal.signal(number, one.handle) for number in _STOPPING}
    try:
        yield
    finally:
        one.is_heeded = was_heeded
        for number, handler in before.items():
            signal.signal(number, handler)
