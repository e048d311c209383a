"""Delivery against real servers on loopback: plain, encrypted, wanting a login, refusing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from flows import dispatch
from flows.mail_files import parsed
from flows.outbox import body, deliver, deposit, told_before, waiting
from flows.settings import Settings
from tests.flows.mail_servers import (
    PASSWORD,
    USER,
    Inbox,
    free_port,
    make_certificates,
    names,
    outcomes,
    serving,
    state_of,
    to_server,
    wanting_login,
)
from tests.flows.test_letters import letter

# the test server says that a login over an open line is not wise; that it is not is what some tests are about
pytestmark = [
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),
    pytest.mark.usefixtures("no_pause"),
]
NIGHT = date(2026, 11, 22)


def test_accepted_mails_leave_the_outbox_and_are_not_sent_again(settings: Settings, server: tuple[Inbox, int]) -> None:
    inbox, port = server
    ready = to_server(settings, port)
    deposit(ready, [letter("ก"), letter("ข", address="other@kaona.invalid")], NIGHT)
    assert outcomes(deliver(ready)) == ["sent", "sent"]
    assert sorted(inbox.recipients) == ["box@kaona.invalid", "other@kaona.invalid"]  # one envelope each
    assert deposit(ready, [letter("ก")], NIGHT) == []
    assert deliver(ready) == []
    assert len(inbox.received) == 2


def test_what_arrives_is_what_was_written(settings: Settings, server: tuple[Inbox, int]) -> None:
    inbox, port = server
    ready = to_server(settings, port)
    text = ".\n..\nเรียน\n" * 50
    [path] = deposit(ready, [letter("ก", text=text)], NIGHT)
    written = path.read_bytes()
    deliver(ready)
    assert inbox.received == [written]
    assert body(parsed(inbox.received[0])) == text


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_mail_goes_over_an_encrypted_line(settings: Settings, certificates: tuple[Path, Path], security: str) -> None:
    ca, pair = certificates
    with serving(security, pair) as (inbox, port):
        ready = to_server(settings, port, smtp_security=security, smtp_ca_file=ca)
        deposit(ready, [letter("ก"), letter("ข")], NIGHT)
        assert outcomes(deliver(ready)) == ["sent", "sent"]
        assert len(inbox.received) == 2


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_certificate_that_is_not_trusted_gets_no_mail(
    settings: Settings, certificates: tuple[Path, Path], security: str
) -> None:
    with serving(security, certificates[1]) as (inbox, port):
        ready = to_server(settings, port, smtp_security=security)
        deposit(ready, [letter("ก")], NIGHT)
        [told] = deliver(ready)
        assert (told.outcome, "certificate" in told.answer) == ("deferred", True)
        assert not inbox.received


def test_a_certificate_of_another_host_gets_no_mail(settings: Settings, tmp_path: Path) -> None:
    ca, pair = make_certificates(tmp_path, "127.0.0.9")
    with serving("tls", pair) as (inbox, port):
        ready = to_server(settings, port, smtp_security="tls", smtp_ca_file=ca)
        deposit(ready, [letter("ก")], NIGHT)
        assert outcomes(deliver(ready)) == ["deferred"]
        assert not inbox.received


def test_a_line_that_should_be_encrypted_and_cannot_be_carries_nothing(
    settings: Settings, server: tuple[Inbox, int]
) -> None:
    inbox, port = server
    ready = to_server(settings, port, smtp_security="starttls", smtp_user=USER, smtp_password=SecretStr(PASSWORD))
    deposit(ready, [letter("ก")], NIGHT)
    [told] = deliver(ready)
    assert "STARTTLS" in told.answer
    assert (told.outcome, inbox.received) == ("deferred", [])


def test_a_file_that_holds_no_certificates_is_named(settings: Settings, tmp_path: Path) -> None:
    ready = to_server(settings, free_port(), smtp_security="tls", smtp_ca_file=tmp_path / "none.pem")
    deposit(ready, [letter("ก")], NIGHT)
    assert "smtp_ca_file" in deliver(ready)[0].answer


@pytest.mark.parametrize(("password", "expected"), [(PASSWORD, "sent"), ("wrong", "deferred"), (None, "deferred")])
def test_a_login_that_fails_is_no_recipients_fault_and_names_no_secret(
    settings: Settings, certificates: tuple[Path, Path], password: str | None, expected: str
) -> None:
    ca, pair = certificates
    with serving("starttls", pair, **wanting_login()) as (_, port):
        secret = {"smtp_user": USER, "smtp_password": SecretStr(password)} if password else {}
        ready = to_server(settings, port, smtp_security="starttls", smtp_ca_file=ca, **secret)
        deposit(ready, [letter("ก"), letter("ข")], NIGHT)
        found = deliver(ready)
    assert outcomes(found) == [expected, expected]
    assert len(waiting(ready)) == (0 if expected == "sent" else 2)
    assert all(mail.attempts == 0 for mail in state_of(ready).values() if expected != "sent")
    assert not any("wrong" in d.answer or PASSWORD in d.answer for d in found)


def test_where_no_encryption_is_asked_for_a_login_goes_over_the_open_line(settings: Settings) -> None:
    with serving(**wanting_login(auth_require_tls=False)) as (inbox, port):
        ready = to_server(settings, port, smtp_user=USER, smtp_password=SecretStr(PASSWORD))
        deposit(ready, [letter("ก")], NIGHT)
        assert outcomes(deliver(ready)) == ["sent"]
        assert len(inbox.received) == 1


@pytest.mark.fault(42)
def test_one_refused_recipient_keeps_no_mail_from_the_others(settings: Settings, server: tuple[Inbox, int]) -> None:
    inbox, port = server
    ready = to_server(settings, port)
    deposit(ready, [letter("ก"), letter("ข"), letter("ค")], NIGHT)
    inbox.at_recipient = ["451 4.7.1 <box@kaona.invalid> later", "550 5.1.1 <box@kaona.invalid> unknown", "250 OK"]
    found = deliver(ready)
    assert outcomes(found)[:3] == ["deferred", "refused", "sent"]
    assert [d.answer for d in found][:2] == ["the server answered 451 4.7.1", "the server answered 550 5.1.1"]
    assert not any("@" in d.answer for d in found)
    assert len(waiting(ready)) == 1


@pytest.mark.fault(42)
def test_what_cannot_be_delivered_is_told_to_the_operator_once_and_without_the_person(
    settings: Settings, server: tuple[Inbox, int], tmp_path: Path
) -> None:
    inbox, port = server
    reference = tmp_path / "reference"
    reference.mkdir()
    contacts = "kind,name,email\ndefault,กล่องกลาง,desk@kaona.invalid\ncoordinator,สมหญิง ใจกว้างขวาง,box@kaona.invalid\n"
    (reference / "contacts.csv").write_text(contacts, encoding="utf-8")
    ready = to_server(settings, port, reference=reference, mail_max_age_days=99.0)
    deposit(ready, [letter()], NIGHT)
    inbox.at_recipient = ["550 5.1.1 unknown"]
    assert outcomes(deliver(ready)) == ["refused", "sent"]
    assert inbox.recipients == ["operator@kaona.invalid"]
    told = parsed(inbox.received[0])
    for part in ("ผู้ประสานงาน", "550 5.1.1", "contacts.csv บรรทัดที่ 3", "outbox/undelivered/2026-11-22-"):
        assert part in body(told)
    for person in ("สมหญิง", "box@"):
        assert person.encode() not in inbox.received[0]
        assert person not in body(told) + str(told.get_body(("html",)).get_content())  # type: ignore[union-attr]
    assert deliver(ready) == []
    deposit(ready, [letter(text="พรุ่งนี้")], date(2026, 11, 23))  # the next night the same contact is still wrong
    inbox.at_recipient = ["550 5.1.1 unknown"]
    assert outcomes(deliver(ready)) == ["refused"]
    deposit(ready, [letter(text="สัปดาห์หน้า")], date(2026, 11, 30))
    inbox.at_recipient = ["550 5.1.1 unknown"]
    assert outcomes(deliver(ready, now=datetime.now(UTC) + timedelta(days=8))) == ["refused", "sent"]


def test_a_letter_to_the_operator_that_is_refused_makes_no_other_letter(
    settings: Settings, server: tuple[Inbox, int]
) -> None:
    inbox, port = server
    ready = to_server(settings, port)
    deposit(ready, [letter(kind="operator", recipient="operator:failed", address="operator@kaona.invalid")], NIGHT)
    inbox.at_recipient = ["550 no", "550 no"]
    assert outcomes(deliver(ready)) == ["refused"]


@pytest.mark.fault(42)
def test_a_busy_server_is_asked_again_in_the_same_delivery(
    settings: Settings, server: tuple[Inbox, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "BACKOFF", (0.0, 0.0))
    inbox, port = server
    ready = to_server(settings, port)
    deposit(ready, [letter("ก"), letter("ข")], NIGHT)
    inbox.at_recipient = ["450 busy", "250 OK", "450 busy", "250 OK"]
    assert outcomes(deliver(ready)) == ["sent", "sent"]
    assert len(inbox.received) == 2


@pytest.mark.fault(42)
def test_a_deferred_mail_waits_longer_each_time_and_goes_at_once_by_hand(
    settings: Settings, server: tuple[Inbox, int]
) -> None:
    inbox, port = server
    ready = to_server(settings, port)
    deposit(ready, [letter("ก")], NIGHT)
    now = datetime.now(UTC)
    waits = []
    for _ in range(9):
        inbox.at_recipient = ["451 later"]
        assert outcomes(deliver(ready, now=now)) == ["deferred"]
        due = state_of(ready)["ก"].next_try
        assert due is not None
        waits.append((due - now) / timedelta(minutes=15))
        assert deliver(ready, now=now + timedelta(minutes=1)) == []
        now = due
    assert waits[:5] == [1, 2, 4, 8, 16]
    assert max(waits) == 80  # a night later it is due again
    assert outcomes(deliver(ready, by_hand=True, now=now - timedelta(hours=1))) == ["sent"]


@pytest.mark.fault(40)
def test_a_mail_that_waits_too_long_is_given_up_and_told_again(settings: Settings, server: tuple[Inbox, int]) -> None:
    inbox, port = server
    ready = to_server(settings, port)
    deposit(ready, [letter("ก", told={"findings": ["f1"]})], NIGHT)
    inbox.at_recipient = ["451 4.7.1 later"]
    deliver(ready)
    assert told_before(ready, date(2026, 11, 23))
    found = deliver(ready, now=datetime.now(UTC) + timedelta(days=6))
    assert outcomes(found) == ["expired", "sent"]  # and the letter to the operator
    assert "5 days" in found[0].answer
    assert "451 4.7.1" in body(parsed(inbox.received[0]))
    assert told_before(ready, date(2026, 11, 23)) == {}


@pytest.mark.parametrize("refusal", ["550 5.7.1 sender not welcome", "451 not now"])
def test_a_server_that_refuses_the_sender_refuses_no_recipient(
    settings: Settings, server: tuple[Inbox, int], refusal: str
) -> None:
    inbox, port = server

    async def handle_MAIL(*_: Any) -> str:
        return refusal

    inbox.handle_MAIL = handle_MAIL  # type: ignore[attr-defined]
    ready = to_server(settings, port)
    deposit(ready, [letter("ก"), letter("ข")], NIGHT)
    assert outcomes(deliver(ready)) == ["deferred", "deferred"]
    assert len(waiting(ready)) == 2


def test_a_mail_that_is_too_large_is_refused_alone(settings: Settings) -> None:
    with serving(data_size_limit=20_000) as (inbox, port):
        ready = to_server(settings, port)
        deposit(ready, [letter("ก", text="ยาว" * 9000), letter("ข")], NIGHT)
        assert sorted(outcomes(deliver(ready)))[:2] == ["refused", "sent"]
        assert "ข" in names(inbox)
