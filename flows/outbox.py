"""The outbox: what is to be told to whom. Every letter is kept until the server has accepted it, and told once.

Letters of a night are put in together or not at all. A letter that changes before it was sent takes the place of the
one that waits; one that was sent stays. What a recipient was last told stands with the mail, so a night that failed,
a refused mail or another contact never swallows a finding.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from extract.fault_points import at
from flows.dispatch import HANDED_OVER_TWICE, NO_ADDRESS, Delivery, send_all
from flows.file_lock import held
from flows.letters import Letter, compose, identity, message_id
from flows.mail_files import drop_old, parsed, store_path, tidy, write_missing
from flows.settings import BANGKOK, Settings
from flows.undelivered import TOLD_BEFORE, undelivered_letter
from load import mail_store
from load.mail_store import AT_ONCE, UNSETTLED, Mail, Store
from load.transaction import transaction
from transform.mailboxes import mailbox

__all__ = [
    "Delivery", "Letter", "Told", "body", "deliver", "deposit", "listed", "told_before",
    "waiting", "withdraw",
]  # fmt: skip


@dataclass(frozen=True)
class Told:
    """What a recipient was last told, on which night, and under which address."""

    night: date
    snapshot: Mapping[str, Any]
    address: str = ""

    @property
    def findings(self) -> frozenset[str]:
        """Ids of the findings the mail spoke of."""
        return frozenset(self.snapshot.get("findings", ()))

    @property
    def late(self) -> frozenset[str]:
        """Codes of the late or silent projects the mail spoke of."""
        return frozenset(self.snapshot.get("late", ()))


def deposit(settings: Settings, letters: Iterable[Letter], night: date) -> list[Path]:
    """Put the letters of a night into the outbox; the files of those that now wait, in order of their names.

    The same letter again changes nothing, unless it was refused: then it is tried once more. Another one for the same
    recipient, kind and night takes the place of one that still waits, and is a second mail where the first was sent. A
    letter whose address is none is refused.
    """
    moment = datetime.now(UTC)
    with mail_store.opened(store_path(settings)) as con:
        tidy(con, settings, moment)
        of_night = _OfNight(con, night, moment)
        with transaction(con):
            named = [_put(letter, of_night, settings) for letter in letters]
            of_night.add_new()
            at("mail.uncommitted")
        at("mail.deposited")
        tidy(con, settings, moment)
        drop_old(con, settings, moment)
        waits = {m.message_id: m.file for m in mail_store.mails(con, states=UNSETTLED, night=night)}
    return sorted({settings.outbox / waits[name] for name in named if name in waits})


class _OfNight:
    """The mails of one night, as the store has them and as they become; new ones reach the store some at a time."""

    def __init__(self, con: Store, night: date, moment: datetime) -> None:
        self.night, self.moment = night, moment
        self._con = con
        self._mails: dict[str, Mail] = {}
        self._new: dict[str, None] = {}
        self._named: dict[str, list[str]] = defaultdict(list)  # Message-IDs by identity, recipient and file
        for mail in mail_store.mails(con, night=night):
            self._keep(mail)

    def _keep(self, mail: Mail) -> None:
        self._mails[mail.message_id] = mail
        for key in (identity(mail.message_id), "for " + mail.recipient, "in " + mail.file):
            self._named[key].append(mail.message_id)

    def _of(self, key: str) -> list[Mail]:
        return [self._mails[named] for named in self._named.get(key, ()) if named in self._mails]

    def same(self, named: str) -> Mail | None:
        """The mail with this identity."""
        return next(iter(self._of(identity(named))), None)

    def of(self, *recipients: str) -> list[Mail]:
        """The mails to these recipients."""
        return [mail for recipient in recipients for mail in self._of("for " + recipient)]

    def has_file(self, name: str) -> bool:
        """Whether a mail that may still be sent has this file."""
        return any(mail.state in UNSETTLED for mail in self._of("in " + name))

    def put(self, mail: Mail) -> None:
        """Put a new mail in."""
        self._keep(mail)
        self._new[mail.message_id] = None
        if len(self._new) == AT_ONCE:
            self.add_new()

    def change(self, mail: Mail, **values: Any) -> None:
        """Set columns of a mail."""
        self._mails[mail.message_id] = replace(mail, **values)
        if mail.message_id not in self._new:
            mail_store.change(self._con, mail.message_id, self.moment, **values)

    def remove(self, mail: Mail) -> None:
        """Take a mail out."""
        del self._mails[mail.message_id]
        if self._new.pop(mail.message_id, mail) is mail:
            mail_store.remove(self._con, mail.message_id)

    def add_new(self) -> None:
        """Write the new mails into the store, in the order in which they were put in."""
        mail_store.add(self._con, [self._mails[named] for named in self._new])
        for named in self._new:
            self._mails[named] = replace(self._mails[named], content=None)
        self._new.clear()


def _put(letter: Letter, of_night: _OfNight, settings: Settings) -> str:
    """Put one letter in; its Message-ID."""
    night, moment = of_night.night, of_night.moment
    named = message_id(letter, night, settings)
    told = None if letter.told is None else json.dumps(letter.told, ensure_ascii=False, sort_keys=True)
    same, file = of_night.same(named), _file_name(letter, night)
    # a file that was taken up from the folder knows no recipient, but its name says whose it is
    for mail in of_night.of(f"adopted:{file}", letter.recipient):
        if mail.kind in (letter.kind, "adopted") and mail is not same and _waits(mail):
            of_night.change(mail, state="withdrawn", answer="another letter took its place")
    state, answer = ("waiting", "") if mailbox(letter.address) else ("refused", NO_ADDRESS)
    is_anew = same is not None and (same.state == "withdrawn" or (same.state == "refused" and state == "waiting"))
    if same is not None and not is_anew:
        if _waits(same) and (same.told, same.recipient) != (told, letter.recipient):
            of_night.change(same, told=told, recipient=letter.recipient, kind=letter.kind)
        return same.message_id
    if of_night.has_file(file):
        file = f"{file.removesuffix('.eml')}-{identity(named)[:12]}.eml"
    content = letter.message or compose(letter, night, settings)
    mail = Mail(
        message_id=named, number=0, night=night, kind=letter.kind, recipient=letter.recipient, address=letter.address,
        subject=letter.subject, file=file, content=content, told=told, state=state, attempts=0,
        next_try=None, answer=answer, is_repeated=False, is_written=False, deposited_at=moment, changed_at=moment,
        reported_in=None if same is None else same.reported_in,
    )  # fmt: skip
    if same is not None:  # it had been withdrawn or refused, and is to be said after all
        of_night.remove(same)
    of_night.put(mail)
    return named


def _waits(mail: Mail) -> bool:
    """Whether nobody can have got this mail: another letter may take its place."""
    return mail.state in ("waiting", "deferred") and not mail.is_repeated


def _file_name(letter: Letter, night: date) -> str:
    """Name of the file: the night and who it is for, without saying so."""
    whom = letter.address.lower().encode("utf-8", "replace") + b"\0" + letter.name.encode("utf-8", "replace")
    if letter.kind != "coordinator":
        whom += b"\0" + letter.kind.encode("utf-8", "replace")
    return f"{night.isoformat()}-{hashlib.sha256(whom).hexdigest()[:12]}.eml"


def withdraw(settings: Settings, night: date, kinds: Iterable[str], keep: Iterable[tuple[str, str]]) -> int:
    """Take back the mails of this very night and these kinds that still wait, save the (kind, recipient) in `keep`.

    A rerun of the night found nothing to say to them. Returns how many.
    """
    moment, kept, of_kinds = datetime.now(UTC), frozenset(keep), frozenset(kinds)
    with mail_store.opened(store_path(settings)) as con:
        tidy(con, settings, moment)
        found = [
            m
            for m in mail_store.mails(con, states=UNSETTLED, night=night)
            if m.kind in of_kinds and (m.kind, m.recipient) not in kept and _waits(m)
        ]
        if not found:
            return 0
        with transaction(con):
            for mail in found:
                mail_store.change(con, mail.message_id, moment, state="withdrawn", answer="nothing to say after all")
        tidy(con, settings, moment)
    return len(found)


def told_before(settings: Settings, night: date) -> dict[str, Told]:
    """What each recipient was last told, by recipient: by a mail that was sent, was taken by hand, or still waits.

    Refused, expired and withdrawn mails told nothing, and neither did one of this very night that still waits:
    tonight's letter takes its place.
    """
    if not store_path(settings).exists():
        return {}
    with mail_store.opened(store_path(settings)) as con:
        tidy(con, settings, datetime.now(UTC))
        rows = mail_store.last_told(con, night)
    return {recipient: Told(when, json.loads(told), address) for recipient, when, told, address in rows}


def listed(settings: Settings, name: str | None = None) -> list[tuple[Mail, EmailMessage]]:
    """Mails that wait for delivery with what became of them so far, in order of their files.

    With `name` those whose recipient's name or address contains it.
    """
    if not settings.outbox.is_dir():
        return []
    with mail_store.opened(store_path(settings)) as con:
        tidy(con, settings, datetime.now(UTC))
        found = mail_store.mails(con, states=UNSETTLED, has_content=True)
    read = [(mail, parsed(mail.content or b"")) for mail in sorted(found, key=lambda m: (m.file, m.number))]
    return [(mail, message) for mail, message in read if is_for(message, name)]


def waiting(settings: Settings, name: str | None = None) -> list[tuple[Path, EmailMessage]]:
    """Mails that wait for delivery, in order of their files; with `name` those whose recipient contains it."""
    return [(settings.outbox / mail.file, message) for mail, message in listed(settings, name)]


def is_for(message: EmailMessage, name: str | None) -> bool:
    """Whether the recipient's name or address contains this; every recipient's does contain None."""
    return name is None or name.lower() in str(message["To"]).lower()


def deliver(
    settings: Settings, name: str | None = None, by_hand: bool = False, now: datetime | None = None
) -> list[Delivery]:
    """Send what waits and is due, one envelope for each recipient; what became of each mail.

    `by_hand`: also what was deferred until later or has waited too long. Mails that cannot be delivered are told to the
    operator, once. Raises ValueError when no mail server is set, AnotherDelivery when another one does not end.
    """
    if settings.smtp_host is None:
        raise ValueError("no mail server is set; set KAONA_SMTP_HOST, or take the .eml files from the outbox")
    moment = now or datetime.now(UTC)
    end = time.monotonic() + settings.mail_budget_seconds
    with only_delivery(settings):
        with mail_store.opened(store_path(settings)) as con:
            tidy(con, settings, moment)
            given_up = _give_up(con, settings, moment, by_hand)
            due = _due(con, moment, name, by_hand)
        outcomes = [*given_up, *send_all(settings, due, end, moment)]
        at("mail.sent")
        report = _report(settings, moment)
        if report:
            with mail_store.opened(store_path(settings)) as con:
                due = [m for name in report for m in mail_store.mails(con, states=("waiting",), message_id=name)]
            outcomes += send_all(settings, due, end, moment)
        with mail_store.opened(store_path(settings)) as con:
            tidy(con, settings, moment)
            drop_old(con, settings, moment)
    return outcomes


class AnotherDelivery(RuntimeError):
    """Another process delivers mail from this outbox."""


@contextmanager
def only_delivery(settings: Settings) -> Iterator[None]:
    """Hold the right to deliver: two at once could send a mail twice. The kernel frees it when the process dies."""
    said = "another kaona delivers mail in this KAONA_HOME; try again"
    seconds = min(60.0, settings.mail_budget_seconds)
    with held(settings.outbox / "delivery.lock", lambda: AnotherDelivery(said), seconds):
        yield


def _give_up(con: Store, settings: Settings, moment: datetime, by_hand: bool) -> list[Delivery]:
    """Settle what a crash left in the middle, and what has waited too long."""
    oldest = moment - timedelta(days=settings.mail_max_age_days)
    found = []
    with transaction(con):
        for mail in mail_store.mails(con, states=UNSETTLED):
            if mail.state == "sending" and mail.is_repeated:
                answer = HANDED_OVER_TWICE
            elif mail.deposited_at < oldest and not by_hand:
                answer = f"not accepted within {settings.mail_max_age_days:g} days" + (
                    mail.answer and f": {mail.answer}"
                )
            elif mail.state == "sending":
                mail_store.change(con, mail.message_id, moment, state="waiting", is_repeated=True)
                continue
            else:
                continue
            mail_store.change(con, mail.message_id, moment, state="expired", answer=answer)
            found.append(Delivery(settings.outbox / mail.file, "expired", answer, mail.is_repeated, mail.kind))
    return found


def _due(con: Store, moment: datetime, name: str | None, by_hand: bool) -> list[Mail]:
    """Mails to be tried now, oldest night first."""
    found = mail_store.mails(con, states=("waiting", "deferred"), has_content=name is not None)
    due = [m for m in found if by_hand or m.next_try is None or m.next_try <= moment]
    if name is not None:
        due = [m for m in due if is_for(parsed(m.content or b""), name)]
    return sorted(due, key=lambda m: (m.night, m.file, m.number))


def _report(settings: Settings, moment: datetime) -> list[str]:
    """Put the letter about mails that cannot be delivered into the outbox; its Message-ID, none when there is none."""
    with mail_store.opened(store_path(settings)) as con:
        lost = [m for m in mail_store.mails(con, states=("refused", "expired")) if m.reported_in is None]
        reported = [m for m in mail_store.mails(con, states=("refused", "expired")) if m.reported_in]
        letter, told = undelivered_letter(lost, reported, settings, moment)
        night = moment.astimezone(BANGKOK).date()
        of_night = _OfNight(con, night, moment)
        with transaction(con):
            named = "" if letter is None else _put(letter, of_night, settings)
            of_night.add_new()
            for mail in told:
                mail_store.change(con, mail.message_id, moment, reported_in=named or TOLD_BEFORE)
        if named:
            write_missing(con, settings.outbox, moment)
    return [named] if named else []


def body(message: EmailMessage) -> str:
    """Return the plain-text part, for a terminal."""
    part = message.get_body(preferencelist=("plain",))
    return "" if part is None else str(part.get_content()).replace("\r\n", "\n")
