from __future__ import annotations

import re
from datetime import UTC, date, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.letters import Letter, compose, message_id, readdressed
from flows.settings import Settings
from transform.mailboxes import mailbox

NIGHT = date(2026, 11, 22)
LONG = "ธาวิน ศุภโชคอนันต์ผู้มีชื่อยาวมากจนต้องพับบรรทัดหลายครั้ง"


def letter(name: str = "สมหญิง ใจกว้างขวาง", **changes: Any) -> Letter:
    values: dict[str, Any] = {
        "kind": "coordinator", "recipient": f"coordinator:{name}", "name": name, "address": "box@kaona.invalid",
        "subject": "ใหม่ 1", "text": "เรียน", "html": "<p>เรียน</p>", "attachment": ("ก.xlsx", b"PK"),
    }  # fmt: skip
    return Letter(**values | changes)


def read(content: bytes) -> EmailMessage:
    message = BytesParser(policy=default).parsebytes(content)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def composed(made: Letter, **changes: Any) -> EmailMessage:
    return read(compose(made, NIGHT, Settings(**changes)))


@pytest.mark.parametrize("name", [LONG, "กองยุทธศาสตร์บริหารจัดการ สยป.", 'ก, "ข" <x@y.invalid>', "Plain Name", "A, B; C"])
def test_a_name_and_a_subject_come_back_as_they_went_in(name: str) -> None:
    subject = "แก้ 4 รายการ (ใหม่ 2) · แก้แล้ว 1 · ล่าช้า 3 — รายงานความก้าวหน้าโครงการ 28 พ.ย. 2569"
    message = composed(letter(name, subject=subject))
    [to] = message["To"].addresses
    assert (to.display_name, to.addr_spec) == (name, "box@kaona.invalid")
    assert message["Subject"] == subject


def test_a_mail_reads_back_whole() -> None:
    message = composed(letter(text="บรรทัดแรก\n.บรรทัดที่ขึ้นต้นด้วยจุด\n", html="<p>เรียน</p>"))
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().splitlines() == ["บรรทัดแรก", ".บรรทัดที่ขึ้นต้นด้วยจุด"]
    assert html.get_content().strip() == "<p>เรียน</p>"
    assert [(a.get_filename(), a.get_payload(decode=True)) for a in message.iter_attachments()] == [("ก.xlsx", b"PK")]


def test_every_server_can_take_it() -> None:
    made = compose(letter(LONG * 3, subject=LONG * 5, text=LONG * 200), NIGHT, Settings())
    assert made.isascii()
    assert max(map(len, made.split(b"\r\n"))) < 998
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", made)


def test_the_same_letter_is_the_same_mail_and_another_one_another() -> None:
    settings = Settings()
    assert compose(letter(), NIGHT, settings) == compose(letter(), NIGHT, settings)
    others = [letter(text="อื่น"), letter(kind="head"), letter(address="y@kaona.invalid"), letter(attachment=None)]
    ids = {message_id(made, NIGHT, settings) for made in (letter(), *others)}
    assert len(ids) == 5
    assert message_id(letter(), date(2026, 11, 23), settings) not in ids


def test_mail_programs_are_told_what_this_is_and_whom_to_ask() -> None:
    message = composed(
        letter(),
        mail_from="ก้าวหน้า <kaona@office.invalid>",
        operator="op@office.invalid",
        mail_reply_to="ask@office.invalid",
    )
    assert message["Message-ID"].endswith("@office.invalid>")
    assert message["Date"].datetime.isoformat() == "2026-11-22T02:00:00+07:00"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["List-Id"] == "<coordinator.kaona.office.invalid>"
    assert message["List-Unsubscribe"] == "<mailto:op@office.invalid?subject=kaona%20unsubscribe>"
    assert message["List-Help"].startswith("<mailto:op@office.invalid?")
    assert message["Reply-To"] == "ask@office.invalid"
    assert composed(letter())["Reply-To"] is None


@pytest.mark.fault(43)
def test_nothing_in_a_name_subject_or_file_name_makes_a_header_or_turns_text_around() -> None:
    evil = "ก\r\nBcc: x@example.invalid\x0b\x85\u2028To: y\u202e\u2066\ud800\x00"
    message = composed(letter(evil, subject=evil, attachment=(f"../../{evil}/งาน.xlsx", b"PK"), text=evil, html=evil))
    expected = {
        "Subject", "From", "To", "Date", "Message-ID", "List-Id", "List-Unsubscribe", "List-Help", "Auto-Submitted",
        "X-Auto-Response-Suppress", "MIME-Version", "Content-Type",
    }  # fmt: skip
    assert sorted(message.keys()) == sorted(expected)
    assert [a.addr_spec for a in message["To"].addresses] == ["box@kaona.invalid"]
    for value in (str(message["Subject"]), message["To"].addresses[0].display_name):
        assert not re.search(r"[\r\n\x00-\x1f\x85\u2028\u202e\u2066]", value)
    assert [a.get_filename() for a in message.iter_attachments()] == ["งาน.xlsx"]


@pytest.mark.fault(43)
@given(st.text(max_size=80), st.text(max_size=200))
def test_whatever_a_name_or_subject_holds_the_mail_goes_to_one_address(name: str, subject: str) -> None:
    message = composed(letter(name, subject=subject))
    assert [a.addr_spec for a in message["To"].addresses] == ["box@kaona.invalid"]
    assert len(message.keys()) == 12


@pytest.mark.parametrize(
    "address", ["box@kaona.invalid", "a.b+c@sub.kaona.invalid", "root@localhost", " box@kaona.invalid "]
)
def test_an_address_is_taken_as_it_is(address: str) -> None:
    assert mailbox(address) == address.strip()


def test_a_display_name_before_an_address_is_left_out() -> None:
    assert mailbox("กล่องกลาง <box@kaona.invalid>") == mailbox("<box@kaona.invalid>") == "box@kaona.invalid"


def test_a_thai_domain_goes_out_in_its_ascii_form() -> None:
    assert mailbox("box@ไทย.invalid") == "box@xn--o3cw4h.invalid"


@pytest.mark.parametrize(
    "address",
    ["", "box", "@kaona.invalid", "box@", "a@b@c.invalid", "a b@kaona.invalid", "a@kaona.invalid,b@kaona.invalid",
     "a@kaona.invalid\r\nRCPT TO:<b@kaona.invalid>", "<a@kaona.invalid", "a@b.invalid <a@kaona.invalid>", "กล่อง@kaona.invalid",
     "a..b@kaona.invalid", "a@-kaona.invalid", "x" * 70 + "@kaona.invalid", "a@" + "x" * 300],
)  # fmt: skip
def test_what_is_no_address_is_none(address: str) -> None:
    assert mailbox(address) is None


def test_a_sample_goes_to_its_reader_only_is_marked_and_has_an_identity_of_its_own() -> None:
    original = compose(letter(LONG, subject="แก้ 4 รายการ"), NIGHT, Settings(mail_reply_to="ask@kaona.invalid"))
    sample = readdressed(original, "me@kaona.invalid", datetime(2026, 11, 22, tzinfo=UTC), Settings())
    message, before = read(sample), read(original)
    assert str(message["To"]) == "me@kaona.invalid"
    assert message["Subject"] == "[ตัวอย่าง] แก้ 4 รายการ"
    assert message["Message-ID"] != before["Message-ID"]
    assert message["Reply-To"] is None
    assert b"box@kaona.invalid" not in sample
    assert message.get_body(("html",)).get_content() == before.get_body(("html",)).get_content()  # type: ignore[union-attr]
