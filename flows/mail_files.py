"""The .eml files beside the store: what waits stands in the outbox for anybody to take, what was sent under sent/.

The row is the truth and the file is written from it. A file that was written and is gone was taken by hand; a file
without a row (an older kaona wrote it, or the store was moved away) is taken up as a mail that waits.
"""

from __future__ import annotations

import hashlib
import os
import re
from contextlib import suppress
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from email.utils import parseaddr
from pathlib import Path

from extract.fault_points import at
from extract.half_made import gone_on_error
from flows.letters import identity
from flows.settings import BANGKOK, Settings
from load import mail_store
from load.mail_store import AT_ONCE, SETTLED, UNSETTLED, Mail, Store
from load.transaction import transaction

SENT, UNDELIVERED = "sent", "undelivered"
_FOLDERS = {"sent": SENT, "refused": UNDELIVERED, "expired": UNDELIVERED}
_NIGHT = re.compile(r"(\d{4}-\d\d-\d\d)-")
_LIST = re.compile(r"<([a-z0-9-]+)\.kaona\.")


def store_path(settings: Settings) -> Path:
    """Place of the store of mails."""
    return settings.outbox / "outbox.duckdb"


def place_of(mail: Mail, outbox: Path) -> Path:
    """Where the file of a mail belongs: the outbox, or the folder of what was sent or could not be delivered."""
    folder = _FOLDERS.get(mail.state)
    if folder is None:
        return outbox / mail.file
    return outbox / folder / f"{Path(mail.file).stem}-{identity(mail.message_id)[:12]}.eml"


def parsed(content: bytes) -> EmailMessage:
    """A mail read back."""
    message = BytesParser(policy=default).parsebytes(content)
    assert isinstance(message, EmailMessage)
    return message


def tidy(con: Store, settings: Settings, moment: datetime) -> None:
    """Make files and rows agree, whatever a killed run or a hand left behind."""
    outbox = settings.outbox
    for folder in (SENT, UNDELIVERED):
        (outbox / folder).mkdir(parents=True, exist_ok=True)
    for stale in sorted(outbox.rglob("*.eml.part")):
        stale.unlink(missing_ok=True)
    rows = mail_store.mails(con, states=UNSETTLED)
    with transaction(con):
        for mail in rows:
            if mail.is_written and not (outbox / mail.file).exists():
                mail_store.change(con, mail.message_id, moment, state="taken", answer="taken by hand", content=None)
    write_missing(con, outbox, moment)
    _settle_files(con, outbox)
    _take_up(con, outbox, moment)


def write_missing(con: Store, outbox: Path, moment: datetime) -> None:
    """Write the files of mails that wait and have none yet."""
    named = [m.message_id for m in mail_store.mails(con, states=UNSETTLED) if not m.is_written]
    for start in range(0, len(named), AT_ONCE):
        for mail in mail_store.mails(con, message_ids=named[start : start + AT_ONCE], has_content=True):
            _write(outbox / mail.file, mail.content or b"")
    if named:
        at("mail.files")
        mail_store.written(con, named, moment)


def _settle_files(con: Store, outbox: Path) -> None:
    """Move the files of settled mails to where they belong; the content leaves the store then."""
    settled = mail_store.mails(con, states=SETTLED, has_content=True)
    for mail in settled:
        target, here = place_of(mail, outbox), outbox / mail.file
        is_own = here.exists() and _message_id(here.read_bytes()) == mail.message_id
        if mail.state in _FOLDERS and not target.exists():
            _write(target, mail.content or b"")
        if is_own:
            here.unlink(missing_ok=True)
    with transaction(con):
        for mail in settled:
            mail_store.change(con, mail.message_id, mail.changed_at, content=None)


def _take_up(con: Store, outbox: Path, moment: datetime) -> None:
    """Files in the outbox that no waiting mail has: taken up, or put back where a hand had taken them."""
    known = {m.file for m in mail_store.mails(con, states=UNSETTLED)}
    new = []
    for path in sorted(p for p in outbox.glob("*.eml") if p.name not in known and p.is_file()):
        content = path.read_bytes()
        named = _message_id(content)
        before = mail_store.mails(con, message_id=named)
        if before and before[0].state == "taken":
            mail_store.change(con, named, moment, state="waiting", answer="", content=content, file=path.name)
        elif not before:
            new.append(_adopted(path, content, named, moment))
    with transaction(con):
        mail_store.add(con, new)


def _adopted(path: Path, content: bytes, named: str, moment: datetime) -> Mail:
    message = parsed(content)
    kind = _LIST.search(str(message["List-Id"] or ""))
    if message["Message-ID"] is None:
        content = f"Message-ID: {named}\r\n".encode("ascii") + content
    return Mail(
        message_id=named, number=0,
        night=_night_of(path.name) or moment.astimezone(BANGKOK).date(), kind=kind[1] if kind else "adopted",
        recipient=f"adopted:{path.name}", address=parseaddr(str(message["To"]))[1],
        subject=str(message["Subject"] or ""), file=path.name, content=content, told=None, state="waiting", attempts=0,
        next_try=None, answer="", is_repeated=False, is_written=True, reported_in=None, deposited_at=moment,
        changed_at=moment,
    )  # fmt: skip


def _night_of(name: str) -> date | None:
    """The night with which a file's name begins."""
    found = _NIGHT.match(name)
    with suppress(ValueError):
        return date.fromisoformat(found[1]) if found else None
    return None


def _message_id(content: bytes) -> str:
    """The Message-ID of a file; where it has none, the one it is sent with."""
    found = str(parsed(content)["Message-ID"] or "").strip()
    return found or f"<{hashlib.sha256(content).hexdigest()[:32]}@kaona.invalid>"


def drop_old(con: Store, settings: Settings, moment: datetime) -> None:
    """Drop settled mails, and their copies, that have been kept long enough; what a recipient was told last stays.

    Their age is that of the mail, not of the night it is about: old nights may be loaded today.
    """
    oldest = moment - timedelta(days=settings.keep_sent_days)
    mail_store.forget(con, oldest)
    for folder in (SENT, UNDELIVERED):
        for path in sorted((settings.outbox / folder).glob("*.eml")):
            if path.stat().st_mtime < oldest.timestamp():
                path.unlink(missing_ok=True)


def _write(target: Path, content: bytes) -> None:
    part = target.with_name(target.name + ".part")
    with gone_on_error(part):
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        at("mail.file")
        part.replace(target)
