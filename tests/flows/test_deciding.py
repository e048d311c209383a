"""Projects decided in several processes: the same deliveries in the same order, whatever becomes of the processes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from random import Random

import pytest

from data.samples.generator.facts import invent_project
from flows import deciding, forked
from flows.deciding import with_workers
from flows.forked import children, in_order
from tests.transform.reading import FORM, printed, read_text, registers
from transform import projects as of_projects
from transform.known_projects import Known
from transform.night import look_at, recognise_night
from transform.projects import Handed, Projects
from transform.reconcile import Context
from transform.records import Delivery

pytestmark = pytest.mark.skipif(not forked.CAN_FORK, reason="this system decides every night in one process")


@pytest.fixture(scope="module")
def projects() -> Projects:
    """Seven projects, each printed twice."""
    texts = [printed(style, invent_project(Random(seed))) for seed in range(7) for style in (1, 2)]
    files = [read_text(text, f"{n}.txt") for n, text in enumerate(texts)]
    groups = recognise_night(look_at(files), registers(), Known.nothing()).groups
    return Projects(tuple(groups.values()), Context(FORM, registers(), {}))


@pytest.fixture(scope="module")
def expected(projects: Projects) -> list[Delivery]:
    return [projects.decide(at) for at in range(7)]


@pytest.fixture(autouse=True)
def _few_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deciding, "LEAST_PROJECTS", 1)
    monkeypatch.setattr(deciding, "CHUNK", 2)
    for module in (deciding, of_projects):
        monkeypatch.setattr(module, "SLICE", 4)


def decided(projects: Projects, workers: int) -> list[Delivery]:
    """The deliveries of all slices in order, whatever order the slices came in."""
    slices = dict(with_workers(workers)(projects))
    assert sorted(slices) == [0, 1]
    assert len(slices[0]) == 4
    return [*slices[0], *slices[1]]


@pytest.mark.parametrize("workers", [0, 1, 2, 3, 9])
def test_any_number_of_processes_decides_alike(projects: Projects, expected: list[Delivery], workers: int) -> None:
    assert decided(projects, workers) == expected
    assert not multiprocessing.active_children()


def test_a_child_hands_over_its_share(projects: Projects, expected: list[Delivery]) -> None:
    shares = [[range(1, 3), range(3, 4)], [range(4, 7)]]
    found = {}
    with children(projects.hand_over, shares) as others:
        for chunk in (chunk for share in shares for chunk in share):
            until = time.monotonic() + 60
            while not others.has([chunk]) and time.monotonic() < until:
                time.sleep(0.01)
            found |= {at: projects.take_over(at, handed) for at, handed in others.handed(chunk.start).items()}
    assert [found[at] for at in range(1, 7)] == expected[1:]


class _Killed(Projects):
    def hand_over(self, at: int) -> Handed:
        if at == 5:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().hand_over(at)


class _Broken(Projects):
    def hand_over(self, at: int) -> Handed:
        raise MemoryError


class _Stuck(Projects):
    def hand_over(self, at: int) -> Handed:
        signal.pause()
        raise AssertionError("nobody wakes it")


def test_a_child_ends_when_nobody_listens_any_more(projects: Projects) -> None:
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    many = Projects([*projects.groups] * 30, projects.context)  # more than a pipe holds
    chunks = [range(at, at + 1) for at in range(len(many.groups))]
    child = context.Process(target=forked._work, args=(many.hand_over, chunks, there, [here]))
    child.start()
    there.close()
    here.close()
    child.join(60)
    assert child.exitcode == 0


@pytest.mark.parametrize("kind", [_Killed, _Broken, _Stuck])
def test_what_a_child_does_not_hand_over_is_decided_here(
    projects: Projects, expected: list[Delivery], kind: type[Projects]
) -> None:
    assert decided(kind(projects.groups, projects.context), 2) == expected
    assert not multiprocessing.active_children()


def test_without_another_process_the_night_is_decided_here(
    projects: Projects, expected: list[Delivery], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(self: object) -> None:
        raise BlockingIOError("no process to be had")

    monkeypatch.setattr(multiprocessing.get_context("fork").Process, "start", refused)
    assert decided(projects, 2) == expected


def test_a_small_night_starts_no_process(projects: Projects, expected: list[Delivery], monkeypatch) -> None:
    monkeypatch.setattr(deciding, "LEAST_PROJECTS", 8)
    monkeypatch.setattr(deciding, "_together", None)
    assert decided(projects, 2) == expected


def test_things_are_made_in_order_and_one_that_fails_takes_no_other_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forked, "LEAST", 1)
    here = os.getpid()

    def make(at: int) -> tuple[int, bool]:
        if at in (3, 11):
            raise ValueError(at)
        return at, os.getpid() == here

    for workers in (0, 1, 2, 3):
        made = list(in_order(make, 13, workers))
        assert [m[0] if isinstance(m, tuple) else m.args for m in made] == [
            (at,) if at in (3, 11) else at for at in range(13)
        ]
        assert not multiprocessing.active_children()


def test_a_killed_child_leaves_its_share_to_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forked, "LEAST", 1)
    here = os.getpid()

    def make(at: int) -> int:
        if at == 9 and os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return at

    assert list(in_order(make, 12, 2)) == list(range(12))
