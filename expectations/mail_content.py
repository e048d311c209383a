"""What a mail says. Who it goes to and its identity are not known here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class MailContent:
    """A mail before it has a recipient: subject, both bodies, attachment, and what its reader knows afterwards.

    `told` is the snapshot that the outbox keeps with the mail: `{"night", "findings", "late"}`, plain JSON values in
    order; None for mails whose reader needs no memory (the operator). `is_reminder`: nothing in it is new.
    """

    subject: str
    text: str
    html: str
    attachment_name: str | None = None
    attachment_bytes: bytes | None = None
    told: Mapping[str, Any] | None = None
    is_reminder: bool = False
