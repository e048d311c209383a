from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from datetime import date
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from flows.outbox import Letter, compose, deliver, deposit, waiting
from flows.settings import Settings
from tests.flows.conftest import SAMPLES, run

NIGHT = date(2026, 11, 22)
SENDER = "kaona <kaona@kaona.invalid>"


def letter(name: str = "สมหญิง ใจกว้างขวาง", **changes: Any) -> Letter:
    values = {"address": "box@kaona.invalid", "subject": "ใหม่ 1", "text": "เรียน", "html": "<p>เรียน</p>"} | changes
    return Letter(name, attachment=("ก.xlsx", b"PK"), **values)


class Server:
    """A real SMTP server on loopback; `answers` are given to the recipients in turn."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.received: list[bytes] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.received.append(envelope.content)
        return "250 accepted"


@pytest.fixture
def server() -> Iterator[tuple[Server, int]]:
    handler = Server()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, port
    controller.stop()


def to_server(settings: Settings, port: int) -> Settings:
    return settings.model_copy(update={"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none"})


def test_a_thai_name_and_subject_come_back_as_they_went_in() -> None:
    name, subject = "กองยุทธศาสตร์บริหารจัดการ สยป.", "รายงานความก้าวหน้าโครงการ: ใหม่ 4 ค้าง 0 แก้แล้ว 0 (23 พ.ย. 2569)"
    made = compose(letter(name, subject=subject), NIGHT, SENDER).as_bytes()
    folder_free = compose(letter(name, subject=subject), NIGHT, SENDER)
    assert folder_free["Subject"] == subject
    assert made


def test_a_deposited_mail_reads_back_whole(settings: Settings) -> None:
    name = "ธาวิน ศุภโชคอนันต์ผู้มีชื่อยาวมากจนต้องพับบรรทัดหลายครั้ง"
    [path] = deposit(settings.outbox, [letter(name)], NIGHT, SENDER)
    message = BytesParser(policy=default).parsebytes(path.read_bytes())
    assert isinstance(message, EmailMessage)
    assert str(message["To"]) == f"{name} <box@kaona.invalid>"
    assert message["Auto-Submitted"] == "auto-generated"
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_content().strip() == "เรียน"
    assert [a.get_filename() for a in message.iter_attachments()] == ["ก.xlsx"]


def test_the_same_letter_is_the_same_mail() -> None:
    assert compose(letter(), NIGHT, SENDER).as_bytes() == compose(letter(), NIGHT, SENDER).as_bytes()
    assert compose(letter(), NIGHT, SENDER)["Message-ID"] != compose(letter(text="อื่น"), NIGHT, SENDER)["Message-ID"]


def test_line_breaks_in_a_name_or_subject_make_no_header() -> None:
    made = compose(letter("ก\r\nBcc: x@example.invalid", subject="ก\u2028ข\nTo: y"), NIGHT, SENDER)
    assert "Bcc" not in made
    assert made.get_all("To") is not None
    assert len(made.get_all("To") or []) == 1


def test_accepted_mails_leave_the_outbox_and_are_not_sent_again(settings: Settings, server: tuple[Server, int]) -> None:
    handler, port = server
    ready = to_server(settings, port)
    deposit(ready.outbox, [letter()], NIGHT, SENDER)
    assert [d.outcome for d in deliver(ready)] == ["sent"]
    assert deposit(ready.outbox, [letter()], NIGHT, SENDER) == []
    assert deliver(ready) == []
    assert len(handler.received) == 1


def test_a_temporary_refusal_defers_and_a_final_one_is_told(settings: Settings, server: tuple[Server, int]) -> None:
    handler, port = server
    ready = to_server(settings, port)
    deposit(ready.outbox, [letter("ก"), letter("ข"), letter("ค")], NIGHT, SENDER)
    handler.answers = ["451 later", "550 unknown", "250 OK"]
    outcomes = deliver(ready)
    assert sorted(d.outcome for d in outcomes) == ["deferred", "refused", "sent"]
    assert all("@" not in d.answer for d in outcomes)
    assert len(waiting(ready.outbox)) == 2


def test_a_server_that_is_down_loses_nothing(settings: Settings) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        ready = to_server(settings, closed.getsockname()[1])
        deposit(ready.outbox, [letter()], NIGHT, SENDER)
        assert [d.outcome for d in deliver(ready)] == ["deferred"]
    assert len(waiting(ready.outbox)) == 1


def test_a_night_sends_its_mails_when_a_server_is_set(settings: Settings, server: tuple[Server, int]) -> None:
    handler, port = server
    shutil.copy(SAMPLES / "dump-flags.txt", settings.home / "inbox")
    summary = run(to_server(settings, port))
    assert summary.mails == len(handler.received) > 0
    assert waiting(settings.outbox) == []


def test_without_a_mail_server_sending_says_what_to_set(settings: Settings) -> None:
    with pytest.raises(ValueError, match="KAONA_SMTP_HOST"):
        deliver(settings)
