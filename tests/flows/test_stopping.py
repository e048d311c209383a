"""Nights that are asked to stop or take too long: they end, and leave nothing behind that hinders the next."""

from __future__ import annotations

import email
import email.policy
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from flows.delivery import only_run
from flows.operating import night_log
from flows.operating.stopping import DeadlinePassed, Stopped, stoppable
from tests.extract.pdf_bytes import build_pdf, text_at
from tests.flows.conftest import SAMPLES, run, settings_in
from tests.flows.prefect_parts import environment, wait_for

STUCK_NIGHT = Path(__file__).with_name("stuck_night.py")


@contextmanager
def in_session(program: Path, *arguments: str, cwd: Path, **given: str) -> Iterator[subprocess.Popen[str]]:
    """A program of these tests in a session of its own, which is gone at the end."""
    process = subprocess.Popen(
        [sys.executable, str(program), *arguments], env=environment(**given), cwd=cwd,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def stuck(home: Path, how: str, minutes: float = 0) -> AbstractContextManager[subprocess.Popen[str]]:
    """A night that hangs."""
    (home / "inbox").mkdir(parents=True, exist_ok=True)
    given = {"KAONA_NIGHT_DEADLINE_MINUTES": str(minutes), "KAONA_FILE_TIMEOUT_SECONDS": "500"}
    return in_session(STUCK_NIGHT, str(home), how, cwd=home.parent, **given)


def session_of(leader: int) -> list[int]:
    """The processes of a session that are alive."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == leader and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def assert_left_in_order(home: Path) -> None:
    """The lock is free, nothing is published, and the next night does the work."""
    settings = settings_in(home)
    with only_run(settings):
        assert not settings.published.exists()
    for file in (home / "inbox").iterdir():
        file.unlink()
    shutil.copy(SAMPLES / "dump-utf16.txt", home / "inbox")
    assert run(settings).projects == 1


def letters(home: Path) -> list[str]:
    """What the operator is written, as text."""
    found = [
        email.message_from_bytes(p.read_bytes(), policy=email.policy.default) for p in (home / "outbox").glob("*.eml")
    ]
    return [body.get_content() for one in found if (body := one.get_body(("plain",))) is not None]


@pytest.mark.parametrize("how", ["python", "native"])
def test_a_night_past_its_deadline_ends_as_failed_and_the_operator_is_told_once(tmp_path: Path, how: str) -> None:
    with stuck(tmp_path / "home", how, minutes=0.05) as night:
        _, told = night.communicate(timeout=100)
    assert night.returncode == 1
    assert "the night was not done after 0.05 minutes (night_deadline_minutes)" in told
    assert "Traceback" not in told
    assert "could not be written" not in told
    [letter] = letters(tmp_path / "home")
    assert "night_deadline_minutes" in letter
    with only_run(settings_in(tmp_path / "home")):
        assert not settings_in(tmp_path / "home").published.exists()


def test_a_call_that_lets_no_thread_run_is_ended_too(tmp_path: Path) -> None:
    with stuck(tmp_path / "home", "native-alone", minutes=0.05) as night:
        _, told = night.communicate(timeout=100)
    assert night.returncode == 1
    assert "Timeout" in told
    assert "stuck_night.py" in told  # where it hung
    with only_run(settings_in(tmp_path / "home")):
        pass


@pytest.mark.fault(61)
def test_a_night_that_is_told_to_stop_takes_its_workers_with_it_and_writes_no_letter(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "inbox").mkdir(parents=True)
    (home / "inbox" / "slow.pdf").write_bytes(build_pdf(text_at(50, 700, "x")) + b"%!sleep 500")
    with stuck(home, "worker") as night:
        wait_for(lambda: len(session_of(night.pid)) >= 4)  # night, resource tracker, fork server, worker
        night.send_signal(signal.SIGTERM)
        _, told = night.communicate(timeout=100)
        wait_for(lambda: not session_of(night.pid))
    assert night.returncode == 1
    assert "stopped by SIGTERM" in told
    assert "Traceback" not in told
    assert letters(home) == []
    assert_left_in_order(home)


@pytest.mark.soak
@pytest.mark.fault(61)
@pytest.mark.parametrize("how", ["python", "native"])
def test_a_night_that_is_told_to_stop_ends_within_half_a_minute_also_in_a_call_that_no_signal_interrupts(
    tmp_path: Path, how: str
) -> None:
    with stuck(tmp_path / "home", how) as night:
        assert night.stdout is not None
        assert night.stdout.readline() == "STUCK\n"
        night.send_signal(signal.SIGTERM)
        assert night.wait(30) == 1
        _, told = night.communicate(timeout=10)
    assert "stopped by SIGTERM" in told
    assert "Traceback" not in told
    assert_left_in_order(tmp_path / "home")


@pytest.mark.fault(61)
def test_a_stopped_night_whose_last_words_cannot_be_written_ends_too(tmp_path: Path) -> None:
    home = tmp_path / "home"
    log = settings_in(home).log / night_log.NAME
    log.parent.mkdir(parents=True)
    os.mkfifo(log)  # a disk that does not answer: nobody reads it
    with stuck(home, "afterwards") as night:
        assert night.stdout is not None
        assert night.stdout.readline() == "STUCK\n"
        night.send_signal(signal.SIGTERM)
        _, told = night.communicate(timeout=60)
    assert night.returncode == 1
    assert "stopped by SIGTERM" in told
    log.unlink()
    assert_left_in_order(home)


@pytest.mark.fault(61)
def test_workers_die_with_a_night_that_is_killed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "inbox").mkdir(parents=True)
    (home / "inbox" / "slow.pdf").write_bytes(build_pdf(text_at(50, 700, "x")) + b"%!sleep 500")
    with stuck(home, "worker") as night:
        wait_for(lambda: len(session_of(night.pid)) >= 4)
        night.kill()
        wait_for(lambda: not session_of(night.pid))


def test_the_handlers_of_others_are_put_back_and_taken_again_within() -> None:
    def prefects(number: int, frame: object) -> None:
        raise AssertionError("Prefect's handler")

    before = signal.getsignal(signal.SIGTERM)

    def told_to_stop() -> None:
        with stoppable():
            signal.signal(signal.SIGTERM, prefects)
            with stoppable():
                os.kill(os.getpid(), signal.SIGTERM)
                threading.Event().wait(30)

    with pytest.raises(Stopped):
        told_to_stop()
    assert signal.getsignal(signal.SIGTERM) == before


def test_the_deadline_of_all_tries_holds_within_each_of_them() -> None:
    with pytest.raises(DeadlinePassed, match=r"0\.001 minutes"), stoppable(0.06), stoppable(3600):
        threading.Event().wait(30)


def test_a_night_in_another_thread_runs_as_it_is() -> None:
    done: list[bool] = []

    def work() -> None:
        with stoppable(60):
            done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [True]
