"""Projects of a large night decided in several processes at once, each as it would be decided here.

A child is forked when all witnesses are gathered, so it holds the copies already and hands back decisions only. It goes
through its share from the front. This process takes what is handed over, and while there is nothing, decides from the
far end.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from flows.forked import Children, children, cut, may_fork
from transform.projects import SLICE, Deciding, Projects, Slices, in_turn
from transform.records import Delivery

# with fewer projects a second process saves nothing: 555 were decided as fast by one, 5,555 a fifth faster by two
LEAST_PROJECTS = 2_000
# projects that are handed over together, of one slice
CHUNK = 25


def with_workers(workers: int) -> Deciding:
    """Decide in this process and in `workers` - 1 children, where the system can fork and the night is large enough."""

    def deciding(projects: Projects) -> Slices:
        is_alone = len(projects.groups) < LEAST_PROJECTS or not may_fork(workers)
        return in_turn(projects) if is_alone else _together(projects, workers - 1)

    return deciding


def _together(projects: Projects, count: int) -> Slices:
    projects.prepare()
    slices = projects.slices
    shares = [slices[len(slices) * n // count : len(slices) * (n + 1) // count] for n in range(count)]
    left = [deque(share) for share in shares]
    chunks = [[chunk for places in share for chunk in cut(places, CHUNK)] for share in shares]
    with children(projects.hand_over, chunks) as others:
        while any(left):
            complete = next((share for share in left if share and others.has(cut(share[0], CHUNK))), None)
            places = complete.popleft() if complete else max(left, key=len).pop()
            yield places.start // SLICE, tuple(_of_slice(projects, places, others))


def _of_slice(projects: Projects, places: range, others: Children) -> Iterator[Delivery]:
    for chunk in cut(places, CHUNK):
        handed = others.handed(chunk.start)
        for at in chunk:
            yield projects.take_over(at, handed[at]) if at in handed else projects.decide(at)
