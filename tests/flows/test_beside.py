"""What a child works out beside the judgement of a night is what would be worked out here, whatever becomes of it."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from functools import partial

import pytest

from data.samples.generator.facts import invent_project
from expectations import crosschecks
from expectations.conflicts import said_of
from expectations.objections import Given
from flows import beside as beside_a_night
from flows import forked
from flows.beside import Beside, beside
from flows.forked import done_ahead
from tests.transform.reading import FORM, night_of, printed, read_text, registers
from transform.records import Night
from transform.tables import Earlier, build_frames

pytestmark = pytest.mark.skipif(not forked.CAN_FORK, reason="this system judges every night in one process")


def _misprinted(text: str, seed: int) -> str:
    """A copy in which every ninth line of more than five letters has lost one of them."""
    lines = text.splitlines()
    return "\n".join(x[:4] + x[5:] if n % 9 == seed % 9 and len(x) > 5 else x for n, x in enumerate(lines))


@pytest.fixture(scope="module")
def night() -> Night:
    """Seven projects whose two copies differ."""
    texts = [printed(1, invent_project(random.Random(seed))) for seed in range(7)]
    files = [read_text(text, f"{n}.txt") for n, text in enumerate(texts)]
    return night_of(*files, *(read_text(_misprinted(text, n), f"{n}-again.txt") for n, text in enumerate(texts)))


@pytest.fixture(scope="module")
def given(night: Night) -> Given:
    return Given(build_frames(night, Earlier.nothing()), registers())


@pytest.fixture(autouse=True)
def _few_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside_a_night, "LEAST_PROJECTS", 1)
    monkeypatch.setattr(beside_a_night, "CHUNK", 2)


def is_as_here(worked_out: Beside, night: Night, given: Given) -> bool:
    rows = crosschecks.gathered(worked_out.rows_of)
    assert rows.equals(crosschecks.run(given.frames, given.registers))
    said = [worked_out.said(delivery) for delivery in night.deliveries]
    assert said == [said_of(delivery, FORM, given.registers) for delivery in night.deliveries]
    return any(said) and len(rows) > 0


@pytest.mark.parametrize("workers", [1, 2])
def test_a_child_says_what_would_be_said_here(night: Night, given: Given, workers: int) -> None:
    with beside(given, night.deliveries, workers) as worked_out:
        assert len(multiprocessing.active_children()) == workers - 1
        assert is_as_here(worked_out, night, given)
    assert not multiprocessing.active_children()


def test_more_than_a_pipe_holds_is_taken_while_nobody_asks() -> None:
    jobs = [partial(str.__mul__, "ก", 1_000_000 + n) for n in range(8)]
    with done_ahead(jobs) as done:
        for child in multiprocessing.active_children():
            child.join(60)  # it need not wait to be asked
            assert child.exitcode == 0
        assert [len(done(at)) for at in range(8)] == [1_000_000 + n for n in range(8)]


def test_what_was_done_ahead_is_not_done_again() -> None:
    with done_ahead([os.getpid, os.getpid]) as done:
        for child in multiprocessing.active_children():
            child.join(60)
        assert os.getpid() not in (done(0), done(1))
        assert done(0) == os.getpid()  # handed over once


def _killed() -> int:
    if multiprocessing.parent_process() is not None:
        os.kill(os.getpid(), signal.SIGKILL)
    return 1


def _broken() -> int:
    if multiprocessing.parent_process() is not None:
        raise MemoryError
    return 1


def _stuck() -> int:
    if multiprocessing.parent_process() is not None:
        signal.pause()
    return 1


@pytest.mark.parametrize("job", [_killed, _broken, _stuck])
def test_what_a_child_does_not_come_to_is_done_here(job: partial[int]) -> None:
    with done_ahead([lambda: 0, job, lambda: 2]) as done:
        time.sleep(0.1)
        assert [done(at) for at in range(3)] == [0, 1, 2]
    assert not multiprocessing.active_children()


def test_without_another_process_everything_is_done_here(
    night: Night, given: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(self: object) -> None:
        raise BlockingIOError("no process to be had")

    monkeypatch.setattr(multiprocessing.get_context("fork").Process, "start", refused)
    with beside(given, night.deliveries, 2) as worked_out:
        assert is_as_here(worked_out, night, given)


def test_a_rule_that_cannot_run_is_named_wherever_it_was_tried(
    night: Night, given: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(given: Given) -> None:
        raise ZeroDivisionError("by nothing")

    rules = crosschecks.RULES | {crosschecks.SLOW[0]: broken}  # type: ignore[operator]
    monkeypatch.setattr(crosschecks, "RULES", rules)
    with (
        beside(given, night.deliveries, 2) as worked_out,
        pytest.raises(RuntimeError, match=f"cross-check {crosschecks.SLOW[0]} could not run: by nothing"),
    ):
        crosschecks.gathered(worked_out.rows_of)
