"""Locks on files: the kernel frees them when their process dies, however it dies."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_SECONDS_BETWEEN_TRIES = 0.02


@contextmanager
def held(path: Path, otherwise: Callable[[], Exception], seconds: float = 0.0) -> Iterator[None]:
    """Hold the lock of a file, made where there is none; wait for it so long at the most, then raise `otherwise`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + seconds
    with path.open("a") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() >= until:
                    raise otherwise() from error
            time.sleep(_SECONDS_BETWEEN_TRIES)
        yield
