"""Projects of a large night decided in several processes at once, each as it would be decided here.

A child is forked when all witnesses are gathered, so it holds the copies already and hands back decisions only. No
child is waited for: what none has begun to hand over when this process comes to it is decided here, so a child that is
killed, slow or stuck costs time and no project.
"""

from __future__ import annotations

import multiprocessing
import pickle
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait

from transform.projects import Deciding, Handed, Projects, in_turn
from transform.records import Delivery

# with fewer projects a second process saves nothing: 555 were decided as fast by one, 5,555 a fifth faster by two
LEAST_PROJECTS = 2_000
# a process forked on macOS may not use the system's libraries
CAN_FORK = "fork" in multiprocessing.get_all_start_methods() and sys.platform != "darwin"
# projects that are handed over together
CHUNK = 25


def with_workers(workers: int) -> Deciding:
    """Decide in this process and in `workers` - 1 children, where the system can fork and the night is large enough."""

    def deciding(projects: Projects) -> list[Delivery]:
        is_alone = workers < 2 or len(projects.groups) < LEAST_PROJECTS or multiprocessing.current_process().daemon
        if is_alone or not CAN_FORK:
            return list(in_turn(projects))
        return _together(projects, workers)

    return deciding


def _together(projects: Projects, workers: int) -> list[Delivery]:
    """The deliveries in the order of the projects."""
    projects.prepare()
    count = len(projects.groups)
    shares = [range(count * n // workers, count * (n + 1) // workers) for n in range(workers)]
    found: dict[int, Delivery] = {}
    with _children(projects, shares[1:]) as open_ends:
        # what is due here: the own share, then that of the children from its end, which they come to last
        for at in [*shares[0], *(at for share in reversed(shares[1:]) for at in reversed(share))]:
            for place, handed in _arrived(open_ends):
                found[place] = projects.take_over(place, handed)
            if at not in found:
                found[at] = projects.decide(at)
    return [found[at] for at in range(count)]


def _arrived(open_ends: list[Connection]) -> Iterator[tuple[int, Handed]]:
    """What children have handed over by now; the end of one that is gone is closed."""
    for end in wait(open_ends, timeout=0) if open_ends else ():
        assert isinstance(end, Connection)
        try:
            yield from pickle.loads(end.recv_bytes())
        except (EOFError, OSError, pickle.UnpicklingError):
            end.close()
            open_ends.remove(end)


@contextmanager
def _children(projects: Projects, shares: list[range]) -> Iterator[list[Connection]]:
    """One child for each share of the projects; they are gone at the end, whatever they are doing."""
    context = multiprocessing.get_context("fork")
    processes = []
    ends: list[Connection] = []
    try:
        for share in shares:
            here, there = context.Pipe(duplex=False)
            with suppress(OSError):  # no process to be had: decided here
                process = context.Process(target=_decide, args=(projects, share, there, [*ends, here]), daemon=True)
                process.start()
                processes.append(process)
                ends.append(here)
            there.close()
        yield ends
    finally:
        for process in processes:
            process.kill()
        for process in processes:
            process.join()
        for end in ends:
            end.close()


def _decide(projects: Projects, share: range, there: Connection, of_the_parent: list[Connection]) -> None:
    """What a child does: decide its share and hand it over, some projects at a time.

    It ends when nobody listens any more, and silently when it fails: the same project fails again where it is told.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for end in of_the_parent:
        end.close()
    with suppress(Exception):
        for start in range(share.start, share.stop, CHUNK):
            places = range(start, min(start + CHUNK, share.stop))
            there.send_bytes(pickle.dumps([(at, projects.hand_over(at)) for at in places], protocol=5))
