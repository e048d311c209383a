"""Signals that ask a night to stop become an exception, so that locks, pools and files are let go in order."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

# what a service manager sends to stop it, and what a closed terminal sends
_STOPPING = (signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """The night was asked to stop. Nothing is lost: what was not published is done by the next run."""


@contextmanager
def stoppable() -> Iterator[None]:
    """Raise Stopped where a signal asks to stop; only in the main thread, and where nobody else handles it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise Stopped(f"stopped by {signal.Signals(number).name}; nothing is lost, the next run does the rest")

    before = {n: signal.signal(n, stop) for n in _STOPPING if signal.getsignal(n) is signal.SIG_DFL}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
