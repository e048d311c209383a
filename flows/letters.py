"""Letters as messages: the same letter gives the same bytes, and no name or subject can add a header.

Headers are written here, not by the email package. A Thai name is one encoded word, however long: in pieces, as RFC
2047 wants it, several mail programs (and Python until 3.13) show a space between the pieces, in the middle of the name.
A subject is folded into pieces of 75 characters: there all programs join them.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from flows.settings import BANGKOK, Settings
from transform.mailboxes import mailbox

# line and paragraph separators, and the marks by which a name could turn the text after it around
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_TURNS = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_PLAIN = re.compile(r"[A-Za-z0-9]([A-Za-z0-9 _-]*[A-Za-z0-9])?")
_SEVEN_BIT = SMTP.clone(cte_type="7bit")
_XLSX = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")
NOBODY = "no-address@kaona.invalid"
SAMPLE = "ตัวอย่าง"


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to one recipient before it becomes a message.

    `kind`: coordinator, head, operator, undelivered, …; `recipient`: the key of whoever it is for, such as
    "coordinator:NAME", which stays when the address changes; `attachment`: (file name, bytes); `told`: what the letter
    tells, as plain JSON values, by which the next one knows what is new to this recipient; `message`: the letter as
    bytes, where they were made already (`composed`): then text, HTML and attachment stand only there, and `named` is
    the Message-ID that follows from them.
    """

    kind: str
    recipient: str
    name: str
    address: str
    subject: str
    text: str
    html: str
    attachment: tuple[str, bytes] | None = None
    told: Mapping[str, Any] | None = None
    message: bytes | None = field(default=None, compare=False, repr=False)
    named: str | None = None


def header(text: str, limit: int = 120) -> str:
    """Text as a header may hold it: one line, nothing that turns text around, bounded.

    >>> header("ก\\r\\nBcc: x")
    'ก Bcc: x'
    """
    single = _TURNS.sub("", _BREAKS.sub(" ", _encodable(text))).strip()
    cut = single[:limit]
    while len(cut) < len(single) and cut and unicodedata.category(single[len(cut)]) == "Mn":
        cut = cut[:-1]  # a vowel or tone mark stays with its consonant
    return cut.rstrip()


def sender_of(settings: Settings) -> tuple[str, str]:
    """(display name, address) of the sender."""
    name, address = parseaddr(settings.mail_from)
    return header(name), address


def operator_of(settings: Settings) -> str:
    """The operator's bare address."""
    return parseaddr(settings.operator)[1]


def message_id(letter: Letter, night: date, settings: Settings) -> str:
    """Message-ID from night, recipient and content: the same letter has the same, another letter another."""
    if letter.named is not None:
        return letter.named
    parts = (night.isoformat(), letter.kind, letter.recipient, letter.name, letter.address, letter.subject,
             letter.text, letter.html)  # fmt: skip
    file_name, content = letter.attachment or ("", b"")
    hashed = hashlib.sha256("\0".join((*parts, file_name)).encode("utf-8", "surrogatepass") + b"\0" + content)
    return f"<{hashed.hexdigest()[:32]}@{_domain(settings)}>"


def identity(message: str) -> str:
    """What tells two mails apart, without the domain, which a change of settings may change.

    >>> identity("<0123abcd@kaona.invalid>")
    '0123abcd'
    """
    return message.strip("<> ").split("@")[0]


def composed(letter: Letter, night: date, settings: Settings) -> Letter:
    """The letter as its message: a night may hold thousands, each with a workbook."""
    message, named = compose(letter, night, settings), message_id(letter, night, settings)
    return replace(letter, text="", html="", attachment=None, message=message, named=named)


def compose(letter: Letter, night: date, settings: Settings) -> bytes:
    """The message: text, HTML, attachment; lines of 7 bits, so every server can take it."""
    named = message_id(letter, night, settings)
    body = EmailMessage(policy=_SEVEN_BIT)
    body.set_content(_encodable(letter.text), cte="base64")
    body.add_alternative(_encodable(letter.html), subtype="html", cte="base64")
    if letter.attachment:
        file_name, data = letter.attachment
        name = PurePath(header(file_name).replace("\\", "/")).name or "kaona.xlsx"
        body.add_attachment(data, maintype=_XLSX[0], subtype=_XLSX[1], filename=name)
    for number, part in enumerate(p for p in body.walk() if p.is_multipart()):
        part.set_boundary(f"=_{identity(named)}_{number}")
    to = mailbox(letter.address) or NOBODY
    fields = [
        ("Subject", _words("Subject", header(letter.subject, 200))),
        ("From", _person(*sender_of(settings))),
        ("To", _person(header(letter.name), to)),
        ("Date", format_datetime(datetime.combine(night, time(2, 0), BANGKOK))),
        ("Message-ID", named),
        *_about_the_list(letter.kind, settings),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
    ]
    return "".join(f"{name}: {value}\r\n" for name, value in fields).encode("ascii") + body.as_bytes()


def readdressed(content: bytes, address: str, moment: datetime, settings: Settings) -> bytes:
    """A mail as a sample for somebody else: to this address only, marked, with an identity of its own.

    Raises ValueError when the address is none.
    """
    to = mailbox(address)
    if to is None:
        raise ValueError("--to: this is no mail address; expected one like name@example.go.th")
    head, _, body = content.replace(b"\r\n", b"\n").partition(b"\n\n")
    fields = re.split(rb"\n(?![ \t])", head)
    new = f"<sample-{hashlib.sha256(content + moment.isoformat().encode()).hexdigest()[:32]}@{_domain(settings)}>"
    kept = []
    for line in fields:
        name = line.partition(b":")[0].strip().lower()
        if name == b"to":
            line = f"To: {to}".encode("ascii")
        elif name == b"message-id":
            line = f"Message-ID: {new}".encode("ascii")
        elif name == b"subject":  # an encoded word more: none of the others changes
            marked = _words("Subject", f"[{SAMPLE}] ").encode("ascii")
            line = b"Subject: " + marked + b"\n " + line.partition(b":")[2].strip()
        elif name in (b"cc", b"bcc", b"resent-to", b"reply-to"):
            continue
        kept.append(line)
    return (b"\n".join(kept) + b"\n\n" + body).replace(b"\n", b"\r\n")


def _about_the_list(kind: str, settings: Settings) -> list[tuple[str, str]]:
    """Headers by which mail programs sort, and by which a recipient reaches a person."""
    label = re.sub(r"[^a-z0-9]+", "-", kind.lower()).strip("-") or "mail"
    found = [("List-Id", f"<{label}.kaona.{_domain(settings)}>")]
    operator = mailbox(operator_of(settings))
    if operator is not None:
        for name, subject in (("List-Unsubscribe", "unsubscribe"), ("List-Help", "help")):
            found.append((name, f"<mailto:{quote(operator, safe='@')}?subject=kaona%20{subject}>"))
    answers = parseaddr(settings.mail_reply_to)
    if settings.mail_reply_to and mailbox(answers[1]) is not None:
        found.append(("Reply-To", _person(header(answers[0]), mailbox(answers[1]) or NOBODY)))
    return found


def _person(display: str, address: str) -> str:
    if not display:
        return address
    if _PLAIN.fullmatch(display):
        return f"{display} <{address}>"
    return f"=?utf-8?b?{b64encode(display.encode()).decode('ascii')}?=\r\n <{address}>"


def _words(name: str, text: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9 .,:;()/_+-]{0,60}", text) and text == text.strip():
        return text
    return Header(text, "utf-8", header_name=name).encode(linesep="\r\n")


def _domain(settings: Settings) -> str:
    address = mailbox(sender_of(settings)[1])
    return address.rpartition("@")[2].lower() if address else "kaona.invalid"


def _encodable(text: str) -> str:
    """Text without half characters, which a damaged document may hold and no mail can."""
    return text.encode("utf-8", "replace").decode()
