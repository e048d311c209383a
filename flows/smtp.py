"""The wire to the mail server: one mail, one envelope, one answer; nothing it does can hold the night up.

Nothing is sent over a line that is less safe than the settings ask for. Answers hold the server's code, never its
words: those repeat addresses.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Literal

from flows.letters import sender_of
from flows.settings import Settings
from transform.mailboxes import mailbox

# sent: accepted. deferred: not now. refused: never. uncertain: handed over, no answer came. lost: the line broke before
# anything was handed over. stopped: the server takes nobody's mail from us. gone: no longer to be sent.
Outcome = Literal["sent", "deferred", "refused", "uncertain", "lost", "stopped", "gone"]
_ENHANCED = re.compile(rb"\b[245]\.\d{1,3}\.\d{1,3}\b")
_CLOSING, _TOO_LARGE = 421, 552
_NEEDS_LOGIN = range(530, 540)
_LONGEST_LINE, _MOST_LINES = 8192, 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said to one mail. `is_open`: whether the line can take another one."""

    outcome: Outcome
    text: str = ""
    is_open: bool = True


class Unavailable(Exception):
    """No session with the server: it is away, refuses us, or the line is not safe. The message names no secret."""


class _Broken(Exception):
    """The line broke; the message says how."""


class _Client(smtplib.SMTP):
    """smtplib, save that an answer counts only when it is whole: smtplib takes the rest of a broken line for one."""

    def getreply(self) -> tuple[int, bytes]:
        """The next answer: its code, -1 when there is none, and its words. Raises SMTPServerDisconnected, OSError."""
        if self.file is None:
            self.file = self.sock.makefile("rb")  # type: ignore[union-attr]
        words: list[bytes] = []
        while len(words) < _MOST_LINES:
            line = self.file.readline(_LONGEST_LINE)
            if not line.endswith(b"\n"):
                self.close()
                raise smtplib.SMTPServerDisconnected("an answer was not whole")
            words.append(line[4:].strip())
            code = int(line[:3]) if line[:3].isdigit() else -1
            if code == -1 or line[3:4] != b"-":
                return code, b"\n".join(words)
        self.close()
        raise smtplib.SMTPServerDisconnected("an answer does not end")


class Session:
    """A session with the mail server."""

    def __init__(self, server: smtplib.SMTP, leash: socket.socket, sender: str, exchange_seconds: float):
        self._server = server
        self._leash = leash
        self._sender = sender
        self._exchange_seconds = exchange_seconds

    def send(self, recipient: str, take: Callable[[], bytes | None], seconds: float) -> Answer:
        """Send one mail within so many seconds.

        `take` is called when the server is ready for the content, right before it is handed over: it records that, and
        returns the content, or None when the mail is no longer to be sent.
        """
        limit = min(seconds, self._exchange_seconds)
        started = time.monotonic()
        try:
            with _leashed(self._leash, limit), _breaking():
                refusal = self._envelope(recipient)
        except _Broken as broken:
            return Answer("lost", f"the server broke off ({broken})", is_open=False)
        if refusal is not None:
            return refusal
        content = take()
        try:
            with _leashed(self._leash, limit - (time.monotonic() - started)), _breaking():
                if content is None:
                    self._server.rset()
                    return Answer("gone")
                code, words = self._server.docmd("DATA")
                if code != 354:
                    return _rejection(code, words)
        except _Broken as broken:
            return Answer("lost", f"the server broke off ({broken})", is_open=False)
        try:
            with _leashed(self._leash, limit - (time.monotonic() - started)), _breaking():
                self._server.send(_stuffed(content))
                code, words = self._server.getreply()
        except _Broken as broken:
            return Answer("uncertain", f"no answer after the mail was handed over ({broken})", is_open=False)
        if 200 <= code < 300:
            return Answer("sent")
        if code < 400:
            return Answer("uncertain", f"an answer after the mail that says nothing ({code})", is_open=False)
        return _rejection(code, words)

    def _envelope(self, recipient: str) -> Answer | None:
        """Name sender and recipient; what the server has against one of them, None when nothing."""
        code, words = self._server.mail(self._sender)
        if code != 250:
            if code >= 500 and code != _TOO_LARGE:
                return Answer("stopped", f"the server refuses the sender ({_told(code, words)})")
            return _rejection(code, words)
        code, words = self._server.rcpt(recipient)
        if code in (250, 251, 252):
            return None
        answer = _rejection(code, words)
        if answer.is_open:
            self._server.rset()
        return answer

    def greets(self) -> str:
        """Ask whether the server takes commands, without a mail; why not, '' when it does."""
        try:
            with _leashed(self._leash, self._exchange_seconds), _breaking():
                code, words = self._server.noop()
        except _Broken as broken:
            return f"the server broke off ({broken})"
        return "" if code == 250 else f"the server answered {_told(code, words)}"

    def close(self) -> None:
        """Say good-bye, if the server listens."""
        with suppress(_Broken), _leashed(self._leash, min(5.0, self._exchange_seconds)), _breaking():
            self._server.quit()
        self._server.close()
        self._leash.close()


def open_session(settings: Settings, seconds: float) -> Session:
    """A session with the server of the settings, made within so many seconds. Raises Unavailable when there is none."""
    sender = mailbox(sender_of(settings)[1])
    if sender is None:
        raise Unavailable("mail_from holds no mail address")
    seconds = max(0.1, min(seconds, 2 * settings.smtp_timeout_seconds))
    timeout = min(settings.smtp_timeout_seconds, seconds)
    context = None if settings.smtp_security == "none" else _context(settings)
    try:
        line = socket.create_connection((settings.smtp_host or "", settings.smtp_port), timeout)
    except (OSError, UnicodeError) as error:
        raise Unavailable(f"the server cannot be reached ({type(error).__name__})") from None
    leash = line.dup()
    # the sender's domain greets the server: asking the resolver for this machine's own name can take half a minute
    server = _Client(local_hostname=sender.rpartition("@")[2], timeout=timeout)
    try:
        with _leashed(leash, seconds), _breaking():
            _greet(server, line, context, settings)
        return Session(server, leash, sender, 2 * settings.smtp_timeout_seconds)
    except _Broken as broken:
        server.close()
        leash.close()
        line.close()
        raise Unavailable(f"the server breaks off ({broken})") from None
    except BaseException:
        server.close()
        leash.close()
        line.close()
        raise


def _greet(server: smtplib.SMTP, line: socket.socket, context: ssl.SSLContext | None, settings: Settings) -> None:
    """Everything up to the first mail: encryption, greeting, login."""
    host = settings.smtp_host or ""
    server._host = host  # type: ignore[attr-defined] # the name the certificate is checked against
    server.sock = line
    if settings.smtp_security == "tls" and context is not None:
        server.sock = context.wrap_socket(line, server_hostname=host)
    code, words = server.getreply()
    if code != 220:
        raise Unavailable(f"the server is not ready ({_told(code, words)})")
    server.ehlo_or_helo_if_needed()
    if settings.smtp_security == "starttls":
        if not server.has_extn("starttls"):
            raise Unavailable("the server offers no STARTTLS; nothing goes over an open line")
        server.starttls(context=context)
        server.ehlo_or_helo_if_needed()
    if settings.smtp_user and settings.smtp_password:
        server.login(settings.smtp_user, settings.smtp_password.get_secret_value())


def _context(settings: Settings) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=None if settings.smtp_ca_file is None else str(settings.smtp_ca_file))
    except (OSError, ssl.SSLError) as error:
        raise Unavailable(f"smtp_ca_file cannot be read as certificates ({type(error).__name__})") from None


@contextmanager
def _leashed(line: socket.socket, seconds: float) -> Iterator[None]:
    """Cut the line when this takes too long; a server that sends a byte now and then never meets a timeout."""
    is_cut = threading.Event()

    def cut() -> None:
        is_cut.set()
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)

    watchdog = threading.Timer(max(seconds, 0.0), cut)
    watchdog.daemon = True
    watchdog.start()
    try:
        yield
    except _Broken as broken:
        raise (_Broken("time was over") if is_cut.is_set() else broken) from None
    finally:
        watchdog.cancel()


@contextmanager
def _breaking() -> Iterator[None]:
    """Turn what smtplib, ssl and sockets raise into _Broken, or Unavailable where the whole session is refused."""
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        raise Unavailable(f"the server refuses the login ({error.smtp_code})") from None
    except smtplib.SMTPNotSupportedError:
        raise Unavailable("the server offers no login over this line") from None
    except ssl.SSLCertVerificationError:
        raise Unavailable("the server's certificate is not trusted; see smtp_ca_file") from None
    except smtplib.SMTPResponseException as error:
        raise _Broken(str(error.smtp_code)) from None
    except TimeoutError:
        raise _Broken("time was over") from None
    except (OSError, smtplib.SMTPException, UnicodeError, ValueError) as error:
        raise _Broken(type(error).__name__) from None


def _rejection(code: int, words: bytes) -> Answer:
    told = f"the server answered {_told(code, words)}"
    if code in _NEEDS_LOGIN:
        return Answer("stopped", f"the server wants a login ({_told(code, words)})")
    if code >= 500:
        return Answer("refused", told)
    return Answer("deferred", told, is_open=code != _CLOSING)


def _told(code: int, words: bytes) -> str:
    """Code and enhanced code of an answer.

    >>> _told(550, b"5.1.1 <box@kaona.invalid> unknown")
    '550 5.1.1'
    """
    found = _ENHANCED.search(words)
    return f"{code} {found[0].decode()}" if found else str(code)


def _stuffed(content: bytes) -> bytes:
    """Content as DATA takes it: lines end in CRLF, a dot at the start of a line is doubled, a dot alone ends it.

    >>> _stuffed(b"a\\n.b\\n")
    b'a\\r\\n..b\\r\\n.\\r\\n'
    """
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", content)
    ended = lines if lines.endswith(b"\r\n") else lines + b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", ended) + b".\r\n"
