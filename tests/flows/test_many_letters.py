"""A night's letters are written some at a time: what the store and the folder hold is as if each were written alone."""

from __future__ import annotations

from datetime import date

import pytest

from flows.letters import compose, message_id
from flows.mail_files import store_path
from flows.outbox import deposit
from flows.settings import Settings
from load import mail_store
from load.mail_store import AT_ONCE
from tests.flows.test_letters import letter

NIGHT = date(2026, 11, 22)


def test_more_letters_than_are_written_at_once_wait_in_their_order(settings: Settings) -> None:
    made = [letter(f"คนที่ {n:03}") for n in range(AT_ONCE * 2 + 1)]
    files = deposit(settings, made, NIGHT)
    assert len(files) == len(made)
    with mail_store.opened(store_path(settings)) as con:
        rows = mail_store.mails(con, has_content=True)
    assert [(m.number, m.recipient) for m in rows] == [(n, x.recipient) for n, x in enumerate(made, start=1)]
    for mail, one in zip(rows, made, strict=True):
        assert mail.content == (settings.outbox / mail.file).read_bytes() == compose(one, NIGHT, settings)
        assert mail.is_written


@pytest.mark.parametrize("between", [0, AT_ONCE])
def test_the_last_of_two_letters_of_one_night_to_one_reader_is_the_one_that_waits(
    settings: Settings, between: int
) -> None:
    others = [letter(f"คนที่ {n:03}") for n in range(between)]
    first, last = letter("ก", text="แรก"), letter("ก", text="หลัง")
    files = deposit(settings, [first, *others, last], NIGHT)
    with mail_store.opened(store_path(settings)) as con:
        states = {m.message_id: m.state for m in mail_store.mails(con)}
    assert (states[message_id(first, NIGHT, settings)], states[message_id(last, NIGHT, settings)]) == (
        "withdrawn",
        "waiting",
    )
    assert len(files) == between + 1
    deposit(settings, [*others, first], NIGHT)  # what was withdrawn is to be said after all
    with mail_store.opened(store_path(settings)) as con:
        states = {m.message_id: m.state for m in mail_store.mails(con)}
    assert states[message_id(first, NIGHT, settings)] == "waiting"
    assert states[message_id(last, NIGHT, settings)] == "withdrawn"
