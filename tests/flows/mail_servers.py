"""Mail servers for the tests: real SMTP on loopback, and one that follows a script of bytes where a real one would not."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from flows.mail_files import parsed, store_path
from flows.outbox import Delivery
from flows.settings import Settings
from load import mail_store

USER, PASSWORD = "kaona", "canary-secret-7351"


class Inbox:
    """What a server received, and what it answers: `at_recipient` and `at_content` are used up in turn."""

    def __init__(self) -> None:
        self.at_recipient: list[str] = []
        self.at_content: list[str] = []
        self.received: list[bytes] = []
        self.recipients: list[str] = []
        self.on_content: Callable[[], None] = lambda: None

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        answer = self.at_recipient.pop(0) if self.at_recipient else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        answer = self.at_content.pop(0) if self.at_content else "250 accepted"
        if answer.startswith("250") or answer == "drop":
            self.received.append(envelope.content)
            self.recipients += envelope.rcpt_tos
        self.on_content()
        if answer == "drop":
            server.transport.abort()
        return answer


def _authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    is_right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_right, handled=is_right)


@contextmanager
def serving(security: str = "none", certificate: Path | None = None, **options: Any) -> Iterator[tuple[Inbox, int]]:
    """A real SMTP server on a free port of loopback; `certificate` holds key and certificate as PEM."""
    inbox = Inbox()
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)

    class Server(Controller):
        def factory(self) -> SMTP:
            tls = {"tls_context": context} if security == "starttls" else {}
            return SMTP(self.handler, **tls, **options)

    port = free_port()
    controller = Server(
        inbox, hostname="127.0.0.1", port=port, **({"ssl_context": context} if security == "tls" else {})
    )
    controller.start()
    try:
        yield inbox, port
    finally:
        controller.stop()


def wanting_login(**options: Any) -> dict[str, Any]:
    """Options of a server that takes mail only after a login."""
    return {"authenticator": _authenticate, "auth_required": True, **options}


Script = Callable[[socket.socket], None]


@contextmanager
def scripted(*scripts: Script) -> Iterator[tuple[list[bytes], int]]:
    """A server that plays one script for each connection, the last one again and again; what it was sent, by connection."""
    heard: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))
    is_over = threading.Event()

    def serve() -> None:
        number = 0
        while not is_over.is_set():
            with suppress(OSError):
                line, _ = listener.accept()
                if is_over.is_set():
                    break
                threading.Thread(target=play, args=(line, scripts[min(number, len(scripts) - 1)]), daemon=True).start()
                number += 1

    def play(line: socket.socket, script: Script) -> None:
        with line, suppress(OSError):
            line.settimeout(20)
            script(line)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield heard, listener.getsockname()[1]
    finally:
        is_over.set()
        with suppress(OSError):
            socket.create_connection(listener.getsockname(), 1).close()
        listener.close()
        thread.join(5)


def polite(line: socket.socket, *, until: bytes | None = None, heard: list[bytes] | None = None) -> bytes:
    """Answer as a mail server does; stop when a command that begins with `until` arrives, unanswered. The content so far.

    `until=b"."` stops when the content has arrived.
    """
    file, content, is_content = line.makefile("rb"), b"", False
    line.sendall(b"220 ready\r\n")
    for command in file:
        if is_content:
            if command == b".\r\n":
                if until == b".":
                    return content
                is_content = False
                if heard is not None:
                    heard.append(content)
                line.sendall(b"250 accepted\r\n")
            else:
                content += command
            continue
        if until is not None and until != b"." and command.upper().startswith(until):
            return content
        if command.upper().startswith(b"DATA"):
            is_content, content = True, b""
            line.sendall(b"354 go on\r\n")
        elif command.upper().startswith(b"QUIT"):
            line.sendall(b"221 bye\r\n")
            return content
        else:
            line.sendall(b"250 OK\r\n")
    return content


def dribble(line: socket.socket) -> None:
    """One byte now and then, without end: no single wait is ever too long."""
    while True:
        line.sendall(b"2")
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def to_server(settings: Settings, port: int, **changes: Any) -> Settings:
    """The settings, with this mail server."""
    given = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none", "smtp_timeout_seconds": 5.0}
    return settings.model_copy(update={**given, **changes})


def make_certificates(folder: Path, host: str = "127.0.0.1") -> tuple[Path, Path]:
    """An authority of our own, and a server's certificate from it: (file of the authority, file of key and certificate)."""
    authority_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kaona test authority")])
    now = datetime.now(UTC)

    def begun(name: x509.Name, key: Any) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(authority)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=2))
        )

    root = begun(authority, authority_key).add_extension(
        x509.BasicConstraints(ca=True, path_length=None), critical=True
    )
    root_made = root.sign(authority_key, hashes.SHA256())
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.kaona.invalid")])
    made = begun(subject, server_key).add_extension(names, critical=False).sign(authority_key, hashes.SHA256())
    ca, pair = folder / "authority.pem", folder / "server.pem"
    ca.write_bytes(root_made.public_bytes(serialization.Encoding.PEM))
    key = server_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pair.write_bytes(key + made.public_bytes(serialization.Encoding.PEM))
    return ca, pair


def outcomes(found: list[Delivery]) -> list[str]:
    return [d.outcome for d in found]


def names(inbox: Inbox) -> list[str]:
    return [parsed(content)["To"].addresses[0].display_name for content in inbox.received]


def ids(contents: list[bytes]) -> list[str]:
    return [str(parsed(content)["Message-ID"]) for content in contents]


def state_of(settings: Settings) -> dict[str, mail_store.Mail]:
    with mail_store.opened(store_path(settings)) as con:
        return {mail.recipient.removeprefix("coordinator:"): mail for mail in mail_store.mails(con)}
