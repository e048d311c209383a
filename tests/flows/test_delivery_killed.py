"""A delivery that dies between the server's answer and the record, and two deliveries at once."""

from __future__ import annotations

import io
import multiprocessing
import os
import signal
from datetime import date
from typing import Any

import pytest
from pydantic import SecretStr
from rich.console import Console

from flows import mail_files, run
from flows.mail_files import parsed, store_path
from flows.outbox import deliver, deposit, waiting
from flows.settings import Settings
from flows.summary import Watch
from load import mail_store
from tests.flows.mail_servers import serving, to_server, wanting_login
from tests.flows.test_letters import letter

# the test server says that a login over an open line is not wise; that it is not is what some tests are about
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
NIGHT = date(2026, 11, 22)
MAILS = 4


def _deliver_and_die(settings: Settings, accepted: int) -> None:
    """Deliver, and be killed when so many mails have been accepted, before the last of them is recorded."""
    seen = []
    change = mail_store.change

    def killing(con: Any, message_id: str, moment: Any, **values: Any) -> None:
        if values.get("state") == "sent":
            seen.append(message_id)
            if len(seen) == accepted:
                os.kill(os.getpid(), signal.SIGKILL)
        change(con, message_id, moment, **values)

    mail_store.change = killing
    deliver(settings)


def _deliver(settings: Settings, start: Any, outcomes: Any) -> None:
    start.wait(60)
    outcomes.put([d.outcome for d in deliver(settings)])


@pytest.mark.fault(8)
@pytest.mark.parametrize("accepted", [1, 3])
def test_a_delivery_that_is_killed_before_it_recorded_an_answer_sends_that_mail_once_more_and_says_so(
    settings: Settings, accepted: int
) -> None:
    with serving() as (inbox, port):
        ready = to_server(settings, port)
        deposit(ready, [letter(f"ก{n}") for n in range(MAILS)], NIGHT)
        child = multiprocessing.get_context("spawn").Process(target=_deliver_and_die, args=(ready, accepted))
        child.start()
        child.join(60)
        assert child.exitcode == -signal.SIGKILL
        assert len(inbox.received) == accepted
        found = deliver(ready)
        assert [d.outcome for d in found] == ["sent"] * (MAILS - accepted + 1)
        assert [d.is_repeated for d in found] == [True] + [False] * (MAILS - accepted)
        assert "may arrive twice" in found[0].answer
        assert deliver(ready) == []
    ids = [parsed(content)["Message-ID"] for content in inbox.received]
    assert (len(ids), len(set(ids))) == (MAILS + 1, MAILS)
    assert ids[accepted] == ids[accepted - 1]


def test_two_deliveries_at_once_send_each_mail_once(settings: Settings) -> None:
    with serving() as (inbox, port):
        ready = to_server(settings, port)
        deposit(ready, [letter(f"ก{n}") for n in range(6)], NIGHT)
        context = multiprocessing.get_context("spawn")
        start, outcomes = context.Event(), context.Queue()
        children = [context.Process(target=_deliver, args=(ready, start, outcomes)) for _ in range(2)]
        for child in children:
            child.start()
        start.set()
        found = outcomes.get(timeout=60) + outcomes.get(timeout=60)
        for child in children:
            child.join(60)
    assert found == ["sent"] * 6
    assert len({parsed(content)["Message-ID"] for content in inbox.received}) == len(inbox.received) == 6
    assert waiting(ready) == []


def test_letters_can_be_put_in_and_listed_while_mail_is_delivered(settings: Settings) -> None:
    with serving() as (inbox, port):
        ready = to_server(settings, port)
        deposit(ready, [letter(f"ก{n}") for n in range(4)], NIGHT)
        listed: list[int] = []

        def meanwhile() -> None:
            if not listed:
                listed.append(len(waiting(ready)))
                deposit(ready, [letter("ใหม่")], date(2026, 11, 23))

        inbox.on_content = meanwhile
        assert [d.outcome for d in deliver(ready)] == ["sent"] * 4
        assert listed == [4]
        assert [d.outcome for d in deliver(ready)] == ["sent"]


def night_tells(settings: Settings) -> str:
    """What the delivery at the end of a night prints."""
    watch = Watch()
    told = io.StringIO()
    watch.console = Console(file=told, width=400)
    run._deliver(settings, watch)
    return told.getvalue()


@pytest.mark.fault(49)
def test_no_password_and_no_address_stands_in_what_a_night_leaves_behind(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "canary-secret-9999"
    with serving(**wanting_login(auth_require_tls=False)) as (_, port):
        ready = to_server(settings, port, smtp_user="kaona", smtp_password=SecretStr(secret))
        deposit(ready, [letter(f"ก{n}") for n in range(3)], NIGHT)
        told = night_tells(ready)
    assert told == "mail (3) deferred: the server refuses the login (535)\n"
    with serving() as (inbox, port):
        inbox.at_recipient = ["550 5.1.1 <box@kaona.invalid> unknown"]
        told = night_tells(to_server(settings, port, smtp_password=SecretStr(secret)))
    assert "refused: the server answered 550 5.1.1" in told
    assert "@" not in told + caplog.text
    written = [p.read_bytes() for p in settings.home.rglob("*") if p.is_file()]
    assert not any(secret.encode() in content for content in written)


def test_mail_fails_no_night_whatever_is_wrong_with_it(settings: Settings) -> None:
    deposit(settings, [letter("ก")], NIGHT)
    assert "no mail address" in night_tells(to_server(settings, 9, mail_from="nobody"))
    store_path(settings).write_bytes(b"no store" * 2000)
    assert "cannot be opened" in night_tells(to_server(settings, 9))


class Killed(BaseException):
    """Stands for a kill at a step; what is open is rolled back, as the kernel and DuckDB would."""


def _killed_at(step: int, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let the n-th write to store or folder be the last; the steps taken."""
    taken: list[int] = []
    for module, name in ((mail_store, "change"), (mail_store, "add"), (mail_files, "_write")):
        real = getattr(module, name)

        def stepping(*arguments: Any, real: Any = real, **named: Any) -> Any:
            taken.append(1)
            if len(taken) == step:
                raise Killed
            return real(*arguments, **named)

        monkeypatch.setattr(module, name, stepping)
    return taken


@pytest.mark.parametrize("mails", [1, pytest.param(3, marks=pytest.mark.soak)])
def test_wherever_a_night_is_killed_every_mail_arrives_and_at_most_one_of_them_twice(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, mails: int
) -> None:
    letters = [letter(f"ก{n}") for n in range(mails)]
    step, is_whole = 0, False
    while not is_whole:
        step += 1
        with serving() as (inbox, port):
            ready = to_server(settings.model_copy(update={"home": settings.home / str(step)}), port)
            with monkeypatch.context() as patched:
                taken = _killed_at(step, patched)
                try:
                    deposit(ready, letters, NIGHT)
                    deliver(ready)
                    is_whole = len(taken) < step
                except Killed:
                    pass
            deposit(ready, letters, NIGHT)  # the same night again
            deliver(ready)
            assert deliver(ready) == []
        ids = [parsed(content)["Message-ID"] for content in inbox.received]
        assert len(set(ids)) == mails
        assert len(ids) <= mails + 1
        assert waiting(ready) == []
        assert [len(list((ready.outbox / folder).glob("*.eml*"))) for folder in ("", "sent")] == [0, mails]
    assert step > 5
