"""A large night is understood in a process of its own: as it would be here, and whatever becomes of that process."""

from __future__ import annotations

import multiprocessing
import os
import re
import shutil
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from data.samples.generator.dump import STYLE_1, Copy
from extract import fault_points
from flows import apart as of_apart
from flows import forked, large
from flows.apart import apart, called
from flows.mail_files import parsed, store_path
from flows.outbox import body
from flows.settings import Settings
from flows.validating import NotPublished
from load import mail_store
from tests.flows.broken_nights import LISTED, Before, variables
from tests.flows.conftest import SECOND, run, settings_in
from tests.flows.homes import lines
from tests.flows.mail_servers import Inbox, serving
from tests.flows.prefect_parts import wait_for
from tests.flows.test_quarantine import ONE, TWO, codes, damaged, deliver, doubled
from tests.flows.test_stopping import in_session, session_of
from tests.flows.whole import Undisturbed, check_published, check_whole, sha_of, tables_of

pytestmark = pytest.mark.skipif(not forked.CAN_FORK, reason="this system decides every night in one process")

APART_NIGHT = Path(__file__).with_name("apart_night.py")


class _Wanting(Exception):
    """Holds what cannot come over; Dask teaches pickle to take other errors that cannot be made again."""

    def __init__(self, what: str, where: str):
        super().__init__(f"{what} at {where}")
        self.held = open(os.devnull)  # noqa: PTH123, SIM115


class _Steps:
    def __init__(self) -> None:
        self.done: list[str] = []

    def first(self) -> int:
        self.done.append("first")
        return os.getpid()

    def second(self) -> list[str]:
        self.done.append("second")
        return self.done

    def wrong(self) -> None:
        raise FileNotFoundError(2, "is not there", "a.txt")

    def cut_off(self) -> None:
        raise EOFError("half a file")

    def odd(self) -> None:
        raise _Wanting("nothing", "home")

    def unheard(self) -> object:
        return lambda: None

    def killed(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def asked_to_end(self) -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    def gone(self) -> None:
        os._exit(3)


@contextmanager
def _leaving(path: Path) -> Iterator[None]:
    path.write_text(str(os.getpid()))
    try:
        yield
    finally:
        path.unlink()


@pytest.fixture
def opened(tmp_path: Path) -> Path:
    return tmp_path / "opened"


def test_steps_are_called_one_after_the_other_in_one_other_process(opened: Path) -> None:
    here = _Steps()
    with apart(here, lambda: _leaving(opened)) as there:
        pid = there.first()
        assert opened.read_text() == str(pid) != str(os.getpid())
        assert there.second() == ["first", "second"]
        assert there.second.__name__ == "second"
    assert not opened.exists()
    assert (here.done, multiprocessing.active_children()) == ([], [])


def test_what_a_step_raises_is_raised_here_and_the_next_can_be_called(opened: Path) -> None:
    with apart(_Steps(), lambda: _leaving(opened)) as there:
        with pytest.raises(FileNotFoundError, match=r"a\.txt") as found:
            there.wrong()
        assert found.value.errno == 2
        assert "in wrong" in str(found.value.__cause__)
        with pytest.raises(EOFError, match="half a file"):
            there.cut_off()
        with pytest.raises(RuntimeError, match="_Wanting: nothing at home"):
            there.odd()
        with pytest.raises(Exception, match="lambda"):
            there.unheard()
        assert there.second() == ["second"]


@contextmanager
def _not_closed() -> Iterator[None]:
    yield
    raise OSError(28, "No space left on device")


def test_what_cannot_be_opened_or_closed_there_is_raised_here() -> None:
    with pytest.raises(OSError, match="No space left"), apart(_Steps(), _not_closed) as there:
        assert there.second() == ["second"]
    with pytest.raises(ZeroDivisionError), apart(_Steps(), lambda: divmod(1, 0)) as there:  # type: ignore[arg-type]
        there.second()


@pytest.mark.parametrize(
    ("step", "kind", "said"),
    [
        ("killed", MemoryError, "was killed"),
        ("asked_to_end", ChildProcessError, "ended with SIGTERM"),
        ("gone", ChildProcessError, "ended with code 3"),
    ],
)
def test_a_process_that_is_lost_is_told(opened: Path, step: str, kind: type[Exception], said: str) -> None:
    with pytest.raises(kind, match=said), apart(_Steps(), lambda: _leaving(opened)) as there:
        getattr(there, step)()
    assert not multiprocessing.active_children()


def test_a_call_can_be_made_apart() -> None:
    here = called(False, os.getpid)
    assert here == os.getpid() != called(True, os.getpid)
    with pytest.raises(ZeroDivisionError, match="zero"):
        called(True, divmod, 1, 0)


def test_it_is_gone_when_this_process_goes_on_elsewhere(opened: Path) -> None:
    with pytest.raises(ZeroDivisionError), apart(_Steps(), lambda: _leaving(opened)) as there:
        raise ZeroDivisionError(there.first())
    assert not multiprocessing.active_children()


@pytest.fixture
def home(before: Before, tmp_path: Path, server: tuple[Inbox, int]) -> Settings:
    return before.copied(tmp_path, server, workers=2)


def test_a_night_apart_is_as_a_night_here(
    home: Settings, should: Undisturbed, server: tuple[Inbox, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    plainly = of_apart._Other._asked
    monkeypatch.setattr(of_apart._Other, "_asked", lambda self, name: (asked.append(name), plainly(self, name))[1])
    all_is_large(monkeypatch)
    check_whole(home, SECOND, should, received=server[0].received, listed=LISTED)
    of_the_night = ["reconcile", "build_tables", "validate", "judged", "", "call", "", "call", "", "call", ""]
    assert asked == of_the_night  # and then load, publish, mail; the second run of check_whole brings nothing


@pytest.mark.no_mails
def test_what_a_check_refuses_is_loaded_from_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_in(tmp_path / "home", workers=2)
    (settings.home / "inbox").mkdir(parents=True)
    all_is_large(monkeypatch)
    damaged(monkeypatch, doubled)
    deliver(settings, "one.txt", Copy(ONE, STYLE_1))
    with pytest.raises(NotPublished, match="ExpectCompoundColumnsToBeUnique failed"):
        run(settings)
    deliver(settings, "two.txt", Copy(TWO, STYLE_1))
    run(settings)
    assert codes(settings) == [TWO.code]


def test_without_a_second_process_it_is_understood_here(
    home: Settings, should: Undisturbed, server: tuple[Inbox, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_to_be_had(*_: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    all_is_large(monkeypatch)
    monkeypatch.setattr(multiprocessing.get_context("fork").Process, "start", none_to_be_had)
    run(home, SECOND)
    monkeypatch.undo()
    check_whole(home, SECOND, should, received=server[0].received, listed=LISTED)


def all_is_large(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(large, "LEAST_FILES", 1)
    patch.setattr(large, "LEAST_BYTES", 1)


def night_apart(settings: Settings, fault: str) -> AbstractContextManager[subprocess.Popen[str]]:
    """The second night with a fault."""
    given = variables(settings) | {"KAONA_WORKERS": "2", fault_points.VARIABLE: fault}
    return in_session(APART_NIGHT, str(settings.home), SECOND.isoformat(), cwd=settings.home.parent, **given)


@pytest.mark.fault(65)
@pytest.mark.parametrize(
    ("fault", "said", "is_new"),
    [
        ("validate.judged:1:kill", "out of memory in stage validate", False),
        ("reconcile.staged:2:full", "out of room on the disk in stage reconcile", False),
        ("tables.asked:1:raise", "fault at tables.asked", False),
        ("load.uncommitted:1:kill", "out of memory in stage load", False),
        ("publish.renamed:1:kill", "out of memory in stage publish", True),
    ],
)
def test_a_fault_in_another_process_fails_the_night_and_the_operator_is_told(
    home: Settings, should: Undisturbed, server: tuple[Inbox, int], fault: str, said: str, is_new: bool
) -> None:
    was, old = tables_of(home.published), sha_of(home.published)
    with night_apart(home, fault) as night:
        _, told = night.communicate(timeout=120)
        wait_for(lambda: not session_of(night.pid))
    assert night.returncode == 1
    assert said in told
    assert "Traceback" not in told
    assert lines(home)[-1]["outcome"] == "failed"
    assert is_told_to_operator(home, said)
    assert check_published(home, was, old, should.tables) is is_new
    check_whole(home, SECOND, should, received=server[0].received, listed=LISTED)


@pytest.mark.fault(65)
def test_a_lost_process_that_wrote_letters_fails_no_night(
    home: Settings, should: Undisturbed, server: tuple[Inbox, int]
) -> None:
    with night_apart(home, "mail.written:1:kill") as night:
        _, told = night.communicate(timeout=120)
    assert night.returncode == 0
    assert "the mails could not be written (MemoryError" in told
    assert is_told_to_operator(home, "no memory left")
    check_whole(home, SECOND, should, received=server[0].received, listed=LISTED)


def is_told_to_operator(settings: Settings, what: str) -> bool:
    """Whether a letter to the operator, sent or not, says it."""
    with mail_store.opened(store_path(settings)) as con:
        told = {mail.message_id for mail in mail_store.mails(con) if mail.kind == "operator"}
    copies = [parsed(path.read_bytes()) for path in settings.outbox.rglob("*.eml")]
    return any(what in " ".join(body(message).split()) for message in copies if str(message["Message-ID"]) in told)


@pytest.mark.fault(65)
@pytest.mark.parametrize(("number", "code"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGTERM, 1)])
@pytest.mark.parametrize("point", ["validate.judged", "load.rows", "publish.export"])
def test_the_other_process_ends_with_the_night(
    home: Settings, should: Undisturbed, server: tuple[Inbox, int], point: str, number: signal.Signals, code: int
) -> None:
    with night_apart(home, f"{point}:1:hold") as night:
        assert night.stderr is not None
        assert any(line == f"fault point {point}\n" for line in night.stderr)
        assert len(session_of(night.pid)) >= 2
        night.send_signal(number)
        assert night.wait(30) == code
        wait_for(lambda: not session_of(night.pid))
    check_whole(home, SECOND, should, received=server[0].received, listed=LISTED)


@pytest.mark.soak
@pytest.mark.fault(65)
def test_killed_at_every_point_of_a_large_night(before: Before, should: Undisturbed, tmp_path: Path) -> None:
    """Whichever of its processes comes there: the night fails, or ends without what was to be done, or is killed."""
    wrong = {}
    with serving() as server, night_apart(before.copied(tmp_path / "walk", server, workers=2), "*:1:tell") as night:
        _, told = night.communicate(timeout=120)
    passed = Counter(re.findall(r"(?m)^fault point ([a-z_.]+)$", told))
    assert {"validate.judged", "load.uncommitted", "publish.renamed"} <= set(passed)
    for point, times in passed.items():
        with serving() as server:
            home = before.copied(tmp_path / point, server, workers=2)
            was, old = tables_of(home.published), sha_of(home.published)
            try:
                with night_apart(home, f"{point}:{times}:kill") as night:
                    _, told = night.communicate(timeout=120)
                    wait_for(lambda night=night: not session_of(night.pid))
                assert night.returncode in (0, 1, -signal.SIGKILL)
                assert "Traceback" not in told
                check_published(home, was, old, should.tables)
                check_whole(home, SECOND, should, received=server[0].received, listed=LISTED)
            except Exception as error:
                wrong[point] = f"{error!r:.1000} after {told[-300:]}"
            else:
                shutil.rmtree(tmp_path / point)
    assert wrong == {}
