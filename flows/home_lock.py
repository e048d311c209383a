"""The lock of a home: one run at a time. The kernel frees it when the process dies, however it dies."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from flows.file_lock import held
from flows.settings import Settings

_LOCK_SECONDS = 0.3


class AnotherRun(RuntimeError):
    """Another night holds the lock of this KAONA_HOME."""

    outcome = "refused"


@contextmanager
def only_run(settings: Settings) -> Iterator[None]:
    """Hold the lock of this home; the kernel frees it when the process dies, however it dies.

    Raises AnotherRun when another night runs. `kaona status` holds it too, for the moment it takes to look at it.
    """
    said = "another kaona run is at work in this KAONA_HOME; wait for it to end, `kaona status` says more"
    with held(settings.home / "work" / "run.lock", lambda: AnotherRun(said), _LOCK_SECONDS):
        yield


def is_running(settings: Settings) -> bool:
    """Whether a run holds the lock of this home now; no where this user may not look."""
    try:
        with (settings.home / "work" / "run.lock").open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except (FileNotFoundError, PermissionError):
        return False
    except OSError:
        return True
    return False
