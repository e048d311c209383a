"""Work shared with children of this process: forked, so that they hold all they need, and hand back what they made.

No child is waited for: what none has handed over when this process comes to it is done here, so a child that is
killed, slow or stuck costs time and nothing else.
"""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import pickle
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from threading import Thread
from typing import Any, TypeVar

from extract.with_parent import end_with_parent

# a process forked on macOS may not use the system's libraries
CAN_FORK = "fork" in multiprocessing.get_all_start_methods() and sys.platform != "darwin"
_PLACE_BYTES = 4
_PIPE_BYTES = 1024 * 1024

# with fewer things a second process saves nothing; those that are handed over together
LEAST = 40
CHUNK = 4

Job = Callable[[int], Any]
T = TypeVar("T")


def may_fork(workers: int) -> bool:
    """Whether there is a second process to be had: settings, system and the kind of this process allow it."""
    return workers > 1 and CAN_FORK and not multiprocessing.current_process().daemon


class Children:
    """What children hand over, some places at a time."""

    def __init__(self, ends: list[Connection]):
        self._ends = ends
        self._handed: dict[int, bytes] = {}
        self._taker: Thread | None = None

    def take_all(self) -> None:
        """Take everything as it comes, in a thread: for children that are ahead and must not wait to be asked."""
        self._taker = Thread(target=self._take_to_the_end, name="takes from children", daemon=True)
        self._taker.start()

    def taken(self) -> None:
        """Wait for the thread that takes; for when no child is left."""
        if self._taker is not None:
            self._taker.join()

    def has(self, chunks: Sequence[range]) -> bool:
        """Whether all of these have been handed over."""
        self._take_what_is_there()
        return all(chunk.start in self._handed for chunk in chunks)

    def handed(self, at: int) -> dict[int, Any]:
        """Place → what was made, of the chunk that begins at a place; {} while there is none."""
        self._take_what_is_there()
        data = self._handed.pop(at, None)
        return {} if data is None else dict(pickle.loads(data))

    def _take_what_is_there(self) -> None:
        if self._taker is None and self._ends:
            self._take(timeout=0)

    def _take_to_the_end(self) -> None:
        while self._ends:
            self._take(timeout=None)

    def _take(self, timeout: float | None) -> None:
        for end in wait(self._ends, timeout):
            assert isinstance(end, Connection)
            try:
                data = end.recv_bytes()
            except (EOFError, OSError):  # it is gone
                end.close()
                self._ends.remove(end)
            else:
                self._handed[int.from_bytes(data[:_PLACE_BYTES])] = data[_PLACE_BYTES:]


@contextmanager
def children(job: Job, shares: Sequence[Sequence[range]]) -> Iterator[Children]:
    """One child for each share, which does `job` for its places chunk by chunk; they are gone at the end."""
    context = multiprocessing.get_context("fork")
    processes = []
    ends: list[Connection] = []
    handed = Children(ends)
    try:
        for share in shares:
            here, there = context.Pipe(duplex=False)
            _widen(here)
            with suppress(OSError):  # no process to be had: done here
                process = context.Process(target=_work, args=(job, share, there, [*ends, here]), daemon=True)
                process.start()
                processes.append(process)
                ends.append(here)
            there.close()
        yield handed
    finally:
        for process in processes:
            process.kill()
        for process in processes:
            process.join()
        handed.taken()
        for end in ends:
            end.close()


def _widen(end: Connection) -> None:
    """Let a child go on while this process is busy, as far as the system allows."""
    with suppress(OSError, AttributeError):  # only Linux has it
        fcntl.fcntl(end.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


def as_child() -> None:
    """Runs first in every child: it ends with its parent, leaves Ctrl-C to it, and lets other signals end it."""
    end_with_parent()
    parent = multiprocessing.parent_process()
    if parent is not None and os.getppid() != parent.pid:  # it was gone before
        os._exit(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def _work(job: Job, share: Sequence[range], there: Connection, of_the_parent: list[Connection]) -> None:
    """What a child does.

    It ends when nobody listens any more, and silently when the job fails: it fails again where it is told.
    """
    as_child()
    for end in of_the_parent:
        end.close()
    with suppress(Exception):
        for chunk in share:
            made = pickle.dumps([(at, job(at)) for at in chunk], protocol=5)
            there.send_bytes(chunk.start.to_bytes(_PLACE_BYTES) + made)


def in_order(make: Callable[[int], T], count: int, workers: int) -> Iterator[T | Exception]:
    """What is made for each place from 0 on, in their order, or why it could not be; children make the last of them."""
    halves = [range(count * n // workers, count * (n + 1) // workers) for n in range(workers)] if workers else []
    if count < LEAST or not may_fork(workers):
        halves = [range(count)]
    shares = [cut(share, CHUNK) for share in halves]
    with children(lambda at: _made(make, at), shares[1:]) as others:
        for chunk in (chunk for share in shares for chunk in share):
            handed = others.handed(chunk.start)
            for at in chunk:
                yield handed[at] if at in handed else _made(make, at)


@contextmanager
def done_ahead(jobs: Sequence[Callable[[], T]], *, is_alone: bool = False) -> Iterator[Callable[[int], T]]:
    """What becomes of some jobs, asked for by their place; a child does them meanwhile, in their order.

    What it has not done when it is asked for is done here.
    """
    shares = [] if is_alone else [cut(range(len(jobs)), 1)]
    with children(lambda at: jobs[at](), shares) as others:
        if shares:
            others.take_all()

        def asked(at: int) -> T:
            handed = others.handed(at)
            done: T = handed[at] if at in handed else jobs[at]()
            return done

        yield asked


def _made(make: Callable[[int], T], at: int) -> T | Exception:
    try:
        return make(at)
    except Exception as error:
        return error


def cut(places: range, most: int) -> list[range]:
    """The same places in pieces of at most so many.

    >>> cut(range(5), 2)
    [range(0, 2), range(2, 4), range(4, 5)]
    """
    return [places[start : start + most] for start in range(0, len(places), most)]
