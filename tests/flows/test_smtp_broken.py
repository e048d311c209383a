"""Delivery against servers that are down, break off, dribble or lie: nothing is lost, and at most one mail comes twice."""

from __future__ import annotations

import socket
import time
from datetime import date
from pathlib import Path

import pytest

from flows.outbox import deliver, deposit, told_before, waiting
from flows.settings import Settings
from tests.flows.mail_servers import (
    Inbox,
    dribble,
    free_port,
    ids,
    outcomes,
    polite,
    scripted,
    state_of,
    to_server,
)
from tests.flows.test_letters import letter

# the test server says that a login over an open line is not wise; that it is not is what some tests are about
pytestmark = [
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),
    pytest.mark.usefixtures("no_pause"),
]
NIGHT = date(2026, 11, 22)


@pytest.mark.fault(40)
def test_a_server_that_is_down_loses_nothing(settings: Settings) -> None:
    ready = to_server(settings, free_port())
    deposit(ready, [letter("ก")], NIGHT)
    assert outcomes(deliver(ready)) == ["deferred"]
    assert state_of(ready)["ก"].attempts == 0
    assert len(waiting(ready)) == 1


def test_a_server_that_closes_at_once_or_talks_nonsense_loses_nothing(settings: Settings) -> None:
    for script in (
        lambda line: None,
        lambda line: line.sendall(b"\xff\xfe HTTP/1.1 400\r\n\r\n"),
        lambda line: line.sendall(b"554 no\r\n"),
    ):
        with scripted(script) as (_, port):
            ready = to_server(settings, port)
            deposit(ready, [letter("ก"), letter("ข")], NIGHT)
            assert outcomes(deliver(ready)) == ["deferred", "deferred"]
    assert len(waiting(ready)) == 2


def test_a_server_that_takes_one_mail_for_each_line_gets_them_all(settings: Settings) -> None:
    heard: list[bytes] = []

    def one_only(line: socket.socket) -> None:
        before = len(heard)

        class OneOnly(list[bytes]):
            def append(self, content: bytes) -> None:
                heard.append(content)

        received = OneOnly()
        file = line.makefile("rb")
        line.sendall(b"220 ready\r\n")
        for command in file:
            if command.upper().startswith(b"DATA"):
                line.sendall(b"354 go on\r\n")
                content = b""
                for part in file:
                    if part == b".\r\n":
                        break
                    content += part
                received.append(content)
                line.sendall(b"250 accepted\r\n")
            elif len(heard) > before and command.upper().startswith(b"MAIL"):
                return
            else:
                line.sendall(b"250 OK\r\n")

    with scripted(one_only) as (_, port):
        ready = to_server(settings, port)
        deposit(ready, [letter(name) for name in "กขคง"], NIGHT)
        assert outcomes(deliver(ready)) == ["sent"] * 4
    assert len(set(ids(heard))) == len(heard) == 4


def test_a_line_that_breaks_before_the_mail_is_handed_over_leaves_it_as_it_was(settings: Settings) -> None:
    with scripted(lambda line: polite(line, until=b"RCPT")) as (_, port):
        ready = to_server(settings, port)
        deposit(ready, [letter("ก")], NIGHT)
        [told] = deliver(ready)
    assert (told.outcome, told.is_repeated) == ("deferred", False)
    assert state_of(ready)["ก"].state == "waiting"


def test_a_server_that_always_breaks_off_is_left_alone_after_a_few_mails(settings: Settings) -> None:
    lines = []

    def broken(line: socket.socket) -> None:
        lines.append(line)
        polite(line, until=b"RCPT")

    with scripted(broken) as (_, port):
        ready = to_server(settings, port)
        deposit(ready, [letter(f"ก{n}") for n in range(12)], NIGHT)
        assert outcomes(deliver(ready)) == ["deferred"] * 12
    assert len(lines) == 3
    assert len(waiting(ready)) == 12


@pytest.mark.fault(41)
def test_a_reply_that_is_lost_after_the_mail_brings_it_once_more_with_the_same_identity_and_says_so(
    settings: Settings,
) -> None:
    heard: list[bytes] = []
    with scripted(lambda line: heard.append(polite(line, until=b".")), lambda line: polite(line, heard=heard)) as (
        _,
        port,
    ):
        ready = to_server(settings, port)
        deposit(ready, [letter("ก"), letter("ข")], NIGHT)
        first = deliver(ready)
        assert sorted(outcomes(first)) == ["deferred", "sent"]
        [unsure] = [d for d in first if d.outcome == "deferred"]
        assert unsure.is_repeated
        assert "may arrive twice" in unsure.answer
        [again] = deliver(ready)
        assert (again.outcome, again.is_repeated) == ("sent", True)
        assert "may arrive twice" in again.answer
        assert deliver(ready) == []
    assert len(heard) == 3
    assert len(set(ids(heard))) == 2


def test_a_mail_that_twice_gets_no_reply_is_not_sent_a_third_time(settings: Settings) -> None:
    heard: list[bytes] = []
    with scripted(lambda line: heard.append(polite(line, until=b"."))) as (_, port):
        ready = to_server(settings, port)
        deposit(ready, [letter("ก", told={"findings": ["f1"]})], NIGHT)
        assert outcomes(deliver(ready)) == ["deferred"]
        assert outcomes(deliver(ready))[:1] == ["expired"]
        deliver(ready)
    assert [i for i in ids(heard) if i == ids(heard)[0]] == [ids(heard)[0]] * 2
    assert told_before(ready, date(2026, 11, 23)) == {}  # told again, in another mail


@pytest.mark.fault(41)
@pytest.mark.timeout(60)
@pytest.mark.parametrize("where", ["greeting", "commands", "reply"])
def test_a_server_that_dribbles_holds_the_night_no_longer_than_it_may(settings: Settings, where: str) -> None:
    def slow(line: socket.socket) -> None:
        if where == "commands":
            polite(line, until=b"MAIL")
        elif where == "reply":
            polite(line, until=b".")
        dribble(line)

    with scripted(slow) as (_, port):
        ready = to_server(settings, port, smtp_timeout_seconds=5.0, mail_budget_seconds=0.7)
        deposit(ready, [letter("ก"), letter("ข")], NIGHT)
        assert outcomes(deliver(ready)) == ["deferred", "deferred"]
    unsure = [m for m in state_of(ready).values() if m.state == "sending"]
    assert len(unsure) == (1 if where == "reply" else 0)


@pytest.mark.timeout(60)
def test_a_server_that_dribbles_under_encryption_is_cut_off_too(
    settings: Settings, certificates: tuple[Path, Path]
) -> None:
    with scripted(dribble) as (_, port):
        ready = to_server(settings, port, smtp_security="tls", smtp_ca_file=certificates[0], mail_budget_seconds=0.5)
        deposit(ready, [letter("ก")], NIGHT)
        assert outcomes(deliver(ready)) == ["deferred"]


@pytest.mark.fault(41)
def test_a_server_that_answers_nothing_is_given_up(settings: Settings) -> None:
    with scripted(lambda line: time.sleep(3)) as (_, port):
        ready = to_server(settings, port, smtp_timeout_seconds=0.3)
        deposit(ready, [letter("ก")], NIGHT)
        [told] = deliver(ready)
    assert (told.outcome, "time was over" in told.answer) == ("deferred", True)


def test_a_mail_that_was_taken_from_the_folder_meanwhile_is_not_sent(
    settings: Settings, server: tuple[Inbox, int]
) -> None:
    inbox, port = server
    ready = to_server(settings, port)
    paths = deposit(ready, [letter("ก"), letter("ข")], NIGHT)
    inbox.on_content = lambda: paths[1].unlink(missing_ok=True)
    assert outcomes(deliver(ready)) == ["sent", "gone"]
    assert len(inbox.received) == 1
    assert sorted(mail.state for mail in state_of(ready).values()) == ["sent", "taken"]


def test_half_an_answer_is_no_answer(settings: Settings) -> None:
    def half(line: socket.socket) -> None:
        polite(line, until=b".")
        line.sendall(b"250 acc")

    with scripted(half) as (_, port):
        ready = to_server(settings, port)
        deposit(ready, [letter("ก")], NIGHT)
        assert [(d.outcome, d.is_repeated) for d in deliver(ready)] == [("deferred", True)]
