"""Projects decided in several processes: the same deliveries in the same order, whatever becomes of the processes."""

from __future__ import annotations

import multiprocessing
import os
import signal
from multiprocessing.connection import wait
from random import Random

import pytest

from data.samples.generator.facts import invent_project
from flows import deciding
from flows.deciding import with_workers
from tests.transform.reading import FORM, printed, read_text, registers
from transform.known_projects import Known
from transform.night import recognise_night
from transform.projects import Handed, Projects, in_turn
from transform.reconcile import Context
from transform.records import Delivery

pytestmark = pytest.mark.skipif(not deciding.CAN_FORK, reason="this system decides every night in one process")


@pytest.fixture(scope="module")
def projects() -> Projects:
    """Seven projects, each printed twice."""
    texts = [printed(style, invent_project(Random(seed))) for seed in range(7) for style in (1, 2)]
    files = [read_text(text, f"{n}.txt") for n, text in enumerate(texts)]
    groups = recognise_night(files, registers(), Known.nothing()).groups
    return Projects(tuple(groups.values()), Context(FORM, registers(), {}))


@pytest.fixture(scope="module")
def expected(projects: Projects) -> list[Delivery]:
    found = list(in_turn(projects))
    assert len(found) == 7
    return found


@pytest.fixture(autouse=True)
def _few_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deciding, "LEAST_PROJECTS", 1)
    monkeypatch.setattr(deciding, "CHUNK", 2)


@pytest.mark.parametrize("workers", [0, 1, 2, 3, 9])
def test_any_number_of_processes_decides_alike(projects: Projects, expected: list[Delivery], workers: int) -> None:
    assert list(with_workers(workers)(projects)) == expected
    assert not multiprocessing.active_children()


def test_a_child_hands_over_its_share(projects: Projects, expected: list[Delivery]) -> None:
    found = {}
    with deciding._children(projects, [range(1, 4), range(4, 7)]) as ends:
        while ends and len(found) < 6:
            assert wait(ends, timeout=60)
            found.update({at: projects.take_over(at, handed) for at, handed in deciding._arrived(ends)})
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
    child = context.Process(target=deciding._decide, args=(many, range(len(many.groups)), there, [here]))
    child.start()
    there.close()
    here.close()
    child.join(60)
    assert child.exitcode == 0


@pytest.mark.parametrize("kind", [_Killed, _Broken, _Stuck])
def test_what_a_child_does_not_hand_over_is_decided_here(
    projects: Projects, expected: list[Delivery], kind: type[Projects]
) -> None:
    assert list(with_workers(2)(kind(projects.groups, projects.context))) == expected
    assert not multiprocessing.active_children()


def test_without_another_process_the_night_is_decided_here(
    projects: Projects, expected: list[Delivery], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(self: object) -> None:
        raise BlockingIOError("no process to be had")

    monkeypatch.setattr(multiprocessing.get_context("fork").Process, "start", refused)
    assert list(with_workers(2)(projects)) == expected


def test_a_small_night_starts_no_process(projects: Projects, expected: list[Delivery], monkeypatch) -> None:
    monkeypatch.setattr(deciding, "LEAST_PROJECTS", 8)
    monkeypatch.setattr(deciding, "_together", None)
    assert list(with_workers(2)(projects)) == expected
