"""The outbox: every mail is a file first. Delivery takes it from there and moves it once the server has accepted it.

A mail has a stable Message-ID made from night, recipient and content, so a crash between the server's answer and
the move sends it at most once more, recognisably; and none is ever lost.
"""

from __future__ import annotations

import hashlib
import os
import re
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP, default
from email.utils import format_datetime, formataddr, parseaddr
from pathlib import Path

from flows.settings import BANGKOK, Settings

_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")
# a mail counts as sent when it was sent to this address with this content, whenever that was
SENT = "sent"
# Python folds a long display name into pieces that read back with a space inside; so names are not folded
_UNFOLDED = SMTP.clone(max_line_length=900)
_XLSX = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to one recipient before it becomes a message. `attachment` is (file name, bytes) or None."""

    name: str
    address: str
    subject: str
    text: str
    html: str
    attachment: tuple[str, bytes] | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one mail: sent, deferred (tried again next time) or refused, with the server's answer."""

    file: Path
    outcome: str
    answer: str = ""


def header(text: str, limit: int = 120) -> str:
    """Text as a header may hold it: one line, no control characters, bounded."""
    return _CONTROL.sub(" ", text).strip()[:limit]


def compose(letter: Letter, night: date, sender: str) -> EmailMessage:
    """Return the message: text, HTML, attachment; the same letter gives the same bytes."""
    content = letter.attachment[1] if letter.attachment else b""
    parts = (night.isoformat(), letter.address, letter.subject, letter.text, letter.html)
    digest = hashlib.sha256("\0".join(parts).encode() + content).hexdigest()[:32]
    name, address = parseaddr(sender)
    message = EmailMessage(policy=SMTP)
    message["Subject"] = header(letter.subject)
    message["From"] = formataddr((header(name), address))
    message["To"] = formataddr((header(letter.name), letter.address))
    message["Date"] = format_datetime(datetime.combine(night, time(2, 0), BANGKOK))
    message["Message-ID"] = f"<{digest}@kaona>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text, cte="base64")
    message.add_alternative(letter.html, subtype="html", cte="base64")
    if letter.attachment:
        file_name, data = letter.attachment
        message.add_attachment(data, maintype=_XLSX[0], subtype=_XLSX[1], filename=file_name)
    for number, part in enumerate(p for p in message.walk() if p.is_multipart()):
        part.set_boundary(f"=_{digest}_{number}")
    return message


def deposit(outbox: Path, letters: Sequence[Letter], night: date, sender: str) -> list[Path]:
    """Put letters into the outbox, one file for each night and recipient; a letter already sent is not written again.

    Returns the files that wait for delivery, in order of their names.
    """
    (outbox / SENT).mkdir(parents=True, exist_ok=True)
    waiting = []
    for letter in letters:
        message = compose(letter, night, sender)
        recipient = hashlib.sha256(letter.address.lower().encode() + b"\0" + letter.name.encode()).hexdigest()[:12]
        identity = str(message["Message-ID"]).strip("<>").split("@")[0]
        if (outbox / SENT / f"{night.isoformat()}-{recipient}-{identity[:12]}.eml").exists():
            continue
        target = outbox / f"{night.isoformat()}-{recipient}.eml"
        part = target.with_suffix(".part")
        with part.open("wb") as file:
            file.write(message.as_bytes(policy=_UNFOLDED))
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
        waiting.append(target)
    return sorted(waiting)


def waiting(outbox: Path, name: str | None = None) -> list[tuple[Path, EmailMessage]]:
    """Mails that wait for delivery, oldest first; with `name` those whose recipient's name or address contains it."""
    found = []
    for path in sorted(outbox.glob("*.eml")) if outbox.is_dir() else []:
        message = BytesParser(policy=default).parsebytes(path.read_bytes())
        assert isinstance(message, EmailMessage)
        if name is None or name.lower() in str(message["To"]).lower():
            found.append((path, message))
    return found


def deliver(settings: Settings, name: str | None = None) -> list[Delivery]:
    """Send what waits, one envelope for each recipient; a mail leaves the outbox only when the server has accepted it.

    Raises ValueError when no mail server is set. A server that cannot be reached leaves everything where it is.
    """
    if settings.smtp_host is None:
        raise ValueError("no mail server is set; set KAONA_SMTP_HOST, or take the .eml files from the outbox")
    mails = waiting(settings.outbox, name)
    if not mails:
        return []
    try:
        server = _connect(settings)
    except (OSError, smtplib.SMTPException) as error:
        return [
            Delivery(path, "deferred", f"the server cannot be reached ({type(error).__name__})") for path, _ in mails
        ]
    with server:
        return [_send(server, path, message) for path, message in mails]


def _connect(settings: Settings) -> smtplib.SMTP:
    host = settings.smtp_host or ""
    context = ssl.create_default_context()
    server: smtplib.SMTP
    if settings.smtp_security == "tls":
        server = smtplib.SMTP_SSL(host, settings.smtp_port, timeout=settings.smtp_timeout_seconds, context=context)
    else:
        server = smtplib.SMTP(host, settings.smtp_port, timeout=settings.smtp_timeout_seconds)
        if settings.smtp_security == "starttls":
            server.starttls(context=context)
    if settings.smtp_user and settings.smtp_password:
        server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
    return server


def _send(server: smtplib.SMTP, path: Path, message: EmailMessage) -> Delivery:
    recipient = parseaddr(str(message["To"]))[1]
    try:
        server.sendmail(parseaddr(str(message["From"]))[1], [recipient], path.read_bytes())
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0]
        return Delivery(path, "refused" if code >= 500 else "deferred", f"the server answered {code}")
    except (OSError, smtplib.SMTPException) as error:
        return Delivery(path, "deferred", f"the server broke off ({type(error).__name__})")
    identity = str(message["Message-ID"]).strip("<>").split("@")[0]
    sent = path.parent / SENT / f"{path.stem}-{identity[:12]}.eml"
    sent.parent.mkdir(exist_ok=True)
    path.replace(sent)
    return Delivery(sent, "sent")


def body(message: EmailMessage) -> str:
    """Return the plain-text part, for a terminal."""
    part = message.get_body(preferencelist=("plain",))
    return "" if part is None else str(part.get_content())
