"""Points of a night at which tests break it: `KAONA_FAULT=publish.renamed:1:kill`. Nobody sets it for a real night.

`POINT:K:WHAT`: what is done when POINT is passed for the K-th time. WHAT: `kill` (as the kernel does), `stop` (SIGTERM
to itself), `raise`, `full` (no space left on the disk), `hold` (stand there until the process is ended). `*:1:tell`
breaks nothing and writes each point that is passed to standard error.

Read once, at import; without the variable `at` is a function that does nothing. It stands in the lowest room because
every room has points.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping

VARIABLE = "KAONA_FAULT"


class Injected(RuntimeError):
    """What `raise` raises."""


def _kill(point: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _stop(point: str) -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def _raise(point: str) -> None:
    raise Injected(f"fault at {point}")


def _full(point: str) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), point)


def _hold(point: str) -> None:
    _tell(point)
    while True:
        time.sleep(60)


def _tell(point: str) -> None:
    print(f"fault point {point}", file=sys.stderr, flush=True)


_ACTS: dict[str, Callable[[str], None]] = {
    "kill": _kill,
    "stop": _stop,
    "raise": _raise,
    "full": _full,
    "hold": _hold,
    "tell": _tell,
}


class _Fault:
    """One fault, waiting for its moment; `*` stands for every point."""

    def __init__(self, asked: str):
        point, number, what = asked.split(":")
        self._point, self._passes, self._act = point, int(number), _ACTS[what]

    def __call__(self, point: str) -> None:
        if point != self._point and self._point != "*":
            return
        self._passes -= 1
        if self._passes == 0 or (self._passes < 0 and self._act is _tell):
            self._act(point)


def nothing(point: str) -> None:
    """Nobody asked for a fault."""


def asked_for(variables: Mapping[str, str]) -> Callable[[str], None]:
    """What stands at every point of a process with these variables."""
    return _Fault(variables[VARIABLE]) if variables.get(VARIABLE) else nothing


at = asked_for(os.environ)
