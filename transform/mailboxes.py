"""Mail addresses: what the wire takes, and what is none."""

from __future__ import annotations

import re

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_NAMED = re.compile(r"[^<>,;@\x00-\x1f]*<([^<>]*)>")


def mailbox(address: str) -> str | None:
    """The address as the wire takes it, without a display name, a Thai domain in its ASCII form; None when it is none.

    >>> mailbox("Desk <box@kaona.invalid>"), mailbox("box at kaona"), mailbox("a@b.invalid,c@d.invalid")
    ('box@kaona.invalid', None, None)
    """
    named = _NAMED.fullmatch(address.strip(" "))
    local, at, domain = (named[1] if named else address.strip(" ")).rpartition("@")
    try:
        plain = f"{local}{at}{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return None
    is_one = _ADDRESS.fullmatch(plain) and len(plain) <= 254 and ".." not in plain and not local.endswith(".")
    return plain if is_one else None
