"""A pool of processes from its start to its end; where none can be had, that is said and no file is blamed for it."""

from __future__ import annotations

from pebble import ProcessPool


class NoWorkers(RuntimeError):
    """No process could be started to read in."""


def started(pool: ProcessPool) -> ProcessPool:
    """The same pool, with its processes at work. Raises NoWorkers."""
    try:
        pool.active  # noqa: B018 (asking starts it)
    except (OSError, RuntimeError) as error:
        stop(pool)
        why = error.__cause__ or error
        raise NoWorkers(
            f"no process could be started to read PDFs in ({str(why) or type(why).__name__}); expected more processes "
            "and open files for this user; look at ulimit -u and -n, or TasksMax and LimitNOFILE of the service, and "
            "run again"
        ) from error
    return pool


def stop(pool: ProcessPool | None) -> None:
    """End the processes of a pool, whatever they are doing."""
    if pool is not None:
        pool.stop()  # type: ignore[no-untyped-call]
        pool.join()
