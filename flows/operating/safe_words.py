"""What may be said of an error where many can read it: no person, no telephone number, no credential.

The operator's letter holds the whole message; a log line, a heartbeat and a status do not.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from pydantic import SecretStr

from flows.settings import Settings

_LONGEST = 300
_LONGEST_SENTENCE = 2000
_HIDDEN = "…"
_URL = re.compile(r"\b([a-z][a-z0-9+.-]*://)([^\s\"'<>)]*)", re.I)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# any run of Thai: names, titles and places alike; what is our own in an error is English
_THAI = re.compile("[\u0e00-\u0e7f](?:[\u0e00-\u0e7f\\s.]*[\u0e00-\u0e7f.])?")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|«[^»]*»|“[^”]*”")
# what may stay between quotation marks: names of columns, files and settings
_IDENTIFIER = re.compile(r"[A-Za-z_][\w./:~-]{0,119}")
# seven digits and more, however they are set: a telephone number; a day or a project code is none
_PHONE = re.compile(r"(?<![\w-])\+?\d(?:[ .()-]{0,2}\d){6,14}(?![\w-])")
_NO_PHONE = re.compile(r"\d{4}-\d\d-\d\d|\d{8}-\d{4}")
_SECRET_NAMES = re.compile(r"PASSWORD|SECRET|TOKEN|_KEY$|CREDENTIAL", re.I)
_SHORTEST_SECRET = 6


def in_words(error: BaseException, settings: Settings | None = None) -> str:
    """Class and message of an error, as the journal and Prefect may hold them.

    >>> in_words(ValueError('"นาย สมมติ ทดสอบ" is no amount'))
    'ValueError: "…" is no amount'
    """
    return f"{type(error).__name__}: {safe_sentence(error, settings)}"


def safe_sentence(error: BaseException, settings: Settings | None = None) -> str:
    """The message of an error where people read it who may have to act on all of it: not cut so soon."""
    return safe(str(error), settings, _LONGEST_SENTENCE)


def safe(text: str, settings: Settings | None = None, longest: int = _LONGEST) -> str:
    """The first line of a message without what must not be told, shortened.

    >>> safe('inbox/a.pdf p.2 line 23: "นาย สมมติ ทดสอบ โทร 081-234-5678" is not an amount')
    'inbox/a.pdf p.2 line 23: "…" is not an amount'
    >>> safe("https://user:pass@example.org/in/box?token=1 answered 500 on 2026-11-22")
    'https://example.org/… answered 500 on 2026-11-22'
    """
    for secret in secrets_of(settings):
        text = text.replace(secret, _HIDDEN)
    line = text.strip().partition("\n")[0]
    line = _URL.sub(lambda m: m[1] + _host(m[2]), line)
    line = _MAIL.sub(_HIDDEN, line)
    line = _QUOTED.sub(_quoted, line)
    line = _THAI.sub(_HIDDEN, line)
    line = _PHONE.sub(lambda m: m[0] if _NO_PHONE.fullmatch(m[0]) else _HIDDEN, line)
    return line if len(line) <= longest else line[: longest - 1] + _HIDDEN


def secrets_of(settings: Settings | None) -> Iterator[str]:
    """Everything that is set as a secret, longest first: settings, and variables whose name says so."""
    given = [value.get_secret_value() for _, value in settings or () if isinstance(value, SecretStr)]
    given += [value for name, value in os.environ.items() if _SECRET_NAMES.search(name)]
    yield from sorted({s for s in given if len(s) >= _SHORTEST_SECRET}, key=lambda s: (-len(s), s))


def _host(rest: str) -> str:
    place, _, path = rest.partition("/")
    host = place.rpartition("@")[2].partition("?")[0]
    return host + ("/" + _HIDDEN if path else "")


def _quoted(found: re.Match[str]) -> str:
    inside = found[0][1:-1]
    return found[0] if not inside or _IDENTIFIER.fullmatch(inside) else found[0][0] + _HIDDEN + found[0][-1]
