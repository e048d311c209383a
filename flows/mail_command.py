"""What `kaona mail` does: list what waits, deliver it, send a sample to oneself, count what became of everything."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

from flows import outbox
from flows.letters import readdressed
from flows.mail_files import place_of, store_path
from flows.mail_preview import open_on_a_desktop, state_of, write_preview
from flows.settings import Settings
from flows.smtp import Unavailable, open_session
from load import mail_store
from transform.mailboxes import mailbox

_STATES = ("waiting", "deferred", "sending", "sent", "taken", "refused", "expired", "withdrawn")
# a sample shows what coordinators get; the box gets the same for projects without one
_SHOWN = ("coordinator", "box")


def waiting_lines(settings: Settings, name: str | None) -> Iterator[str]:
    """The mails that wait, each with its text; the preview page is written, and opened for a person at a desktop."""
    mails = outbox.listed(settings, name)
    for mail, message in mails:
        state = state_of(mail)
        yield f"── {mail.file}"
        yield from [f"To: {message['To']}", f"Subject: {message['Subject']}", *([f"State: {state}"] if state else [])]
        yield from ["", outbox.body(message)]
    yield f"{len(mails)} {'mail waits' if len(mails) == 1 else 'mails wait'} in the outbox"
    if mails:
        page = write_preview(mails, settings.outbox)
        yield f"as their recipients would see them: {page}"
        open_on_a_desktop(page)


def outcome_lines(deliveries: list[outbox.Delivery]) -> Iterator[str]:
    """What became of each mail."""
    for delivery in deliveries:
        yield f"{delivery.file.name}  {delivery.outcome}  {delivery.answer}".rstrip()


def status_lines(settings: Settings) -> Iterator[str]:
    """How many mails are in which state, and which could not be delivered."""
    if not store_path(settings).exists():
        yield "the outbox holds no mails"
        return
    with mail_store.opened(store_path(settings)) as con:
        mails = mail_store.mails(con)
    counts = Counter(mail.state for mail in mails)
    for state in _STATES:
        if counts[state]:
            last = max(mail.night for mail in mails if mail.state == state)
            yield f"{state:<10} {counts[state]:>6}   last night {last.isoformat()}"
    for mail in mails:
        if mail.state in ("refused", "expired"):
            yield f"{place_of(mail, settings.outbox).name}  {mail.kind}  {mail.state}  {mail.answer}"


def send_sample(settings: Settings, address: str) -> str:
    """Send the fullest mail to a coordinator that waits, else the last one sent, to this address only.

    It is marked as a sample, and nothing is recorded: the coordinator gets the real one. Returns a line that says so.
    Raises ValueError when there is no server or no mail, RuntimeError when the server does not take it.
    """
    if settings.smtp_host is None:
        raise ValueError("no mail server is set; set KAONA_SMTP_HOST, or open the page that `kaona mail --show` writes")
    to = mailbox(address)
    if to is None:
        raise ValueError("--to: this is no mail address; expected one like name@example.go.th")
    name, content = _example(settings)
    sample = readdressed(content, to, datetime.now(UTC), settings)
    end = time.monotonic() + settings.mail_budget_seconds
    try:
        line = open_session(settings, settings.mail_budget_seconds)
    except Unavailable as error:
        raise RuntimeError(f"the sample was not sent: {error}") from None
    try:
        answer = line.send(to, lambda: sample, end - time.monotonic())
    finally:
        line.close()
    if answer.outcome != "sent":
        raise RuntimeError(f"the sample was not sent: {answer.text}")
    return f"a sample of {name} was sent, to this address only; nothing counts as delivered"


def _example(settings: Settings) -> tuple[str, bytes]:
    """Name and content of the mail that shows most."""
    waits = [mail for mail, _ in outbox.listed(settings) if mail.kind in _SHOWN]
    if waits:
        fullest = max(waits, key=lambda mail: (len(mail.content or b""), mail.night, mail.file))
        return fullest.file, fullest.content or b""
    if store_path(settings).exists():
        with mail_store.opened(store_path(settings)) as con:
            sent = [m for m in mail_store.mails(con, states=("sent",)) if m.kind in _SHOWN]
        for mail in reversed(sent):
            place = place_of(mail, settings.outbox)
            if place.exists():
                return place.name, place.read_bytes()
    raise ValueError("there is no mail to a coordinator to show; run `kaona run` first")
