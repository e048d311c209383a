"""Real servers on loopback that files are pulled from: a web server with faults, an SSH server, S3, and a line that is cut."""

from __future__ import annotations

import asyncio
import hashlib
import socket
import struct
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, unquote

import asyncssh

Fault = Callable[["Handler", bytes], bool]
"""Called before an answer is given, with the bytes of the file; True when it has answered itself."""

LOGIN = b"<html><form action=/in><input name=u><input type=password name=p></form></html>"


class Web(ThreadingHTTPServer):
    """Files by their path; folders are listed. `faults` of a path are used up one a request."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.clear()

    def clear(self) -> None:
        self.files: dict[str, bytes] = {}
        self.heads: dict[str, dict[str, str]] = defaultdict(dict)
        self.faults: dict[str, deque[Fault]] = defaultdict(deque)
        self.pages: dict[str, tuple[int, bytes, dict[str, str]]] = {}
        self.asked: list[tuple[str, str, str | None]] = []
        self.password: str | None = None
        self.says_states = self.takes_ranges = self.takes_head = True
        self.released = threading.Event()

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def gets(self, path: str) -> list[str | None]:
        """The ranges of each GET of a file, in order."""
        return [range_ for method, p, range_ in self.asked if method == "GET" and p == path]

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are what is tested."""


class Handler(BaseHTTPRequestHandler):
    server: Web
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Nothing on the terminal."""

    def do_HEAD(self) -> None:
        if not self.server.takes_head:
            self.answer(405, b"")
            return
        self.do_GET()

    def do_GET(self) -> None:
        path = unquote(self.path.partition("?")[0])
        self.server.asked.append((self.command, path, self.headers.get("Range")))
        if self.server.password is not None and self.headers.get("Authorization") != self.server.password:
            self.answer(401, b"who are you?")
        elif path in self.server.pages:
            status, body, headers = self.server.pages[path]
            self.answer(status, body, {"Content-Type": "text/html", **headers})
        elif path.endswith("/"):
            self.answer(200, self.page(path), {"Content-Type": "text/html; charset=utf-8"})
        elif path not in self.server.files:
            is_folder = any(file.startswith(f"{path}/") for file in self.server.files)
            self.answer(301 if is_folder else 404, b"", {"Location": f"{path}/"} if is_folder else None)
        else:
            faults = self.server.faults[path]
            if self.command == "GET" and faults and faults.popleft()(self, self.server.files[path]):
                return
            self.give(path)

    def page(self, path: str) -> bytes:
        inside = {
            p.removeprefix(path).split("/")[0] + ("/" if "/" in p.removeprefix(path) else "")
            for p in self.server.files
            if p.startswith(path)
        }
        links = [f'<a href="{quote(name)}">{name}</a>' for name in sorted(inside)]
        return "\n".join(['<html><a href="?C=N;O=D">Name</a><a href="../">Up</a>', *links, "</html>"]).encode()

    def head_of(self, path: str, data: bytes) -> dict[str, str]:
        known = {
            "ETag": f'"{hashlib.sha256(data).hexdigest()[:16]}"',
            "Last-Modified": formatdate(1_790_000_000, usegmt=True),
        }
        return {
            "Content-Type": "application/pdf",
            **(known if self.server.says_states else {}),
            **self.server.heads[path],
        }

    def give(self, path: str, upto: int | None = None) -> None:
        """Answer with a file, or the part that is asked for; `upto`: break off after so many bytes of it."""
        data = self.server.files[path]
        headers, start, status = self.head_of(path, data), 0, 200
        asked = self.headers.get("Range")
        condition = self.headers.get("If-Range")
        if asked and self.server.takes_ranges and condition in (None, headers.get("ETag")):
            start, status = int(asked.removeprefix("bytes=").rstrip("-")), 206
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        self.answer(status, data[start:], headers, upto)

    def answer(self, status: int, body: bytes, headers: dict[str, str] | None = None, upto: int | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        self.wfile.write(body[:upto])
        if upto is not None:
            self.close_connection = True


def cut(after: int) -> Fault:
    """The line closes after so many bytes."""

    def fault(handler: Handler, data: bytes) -> bool:
        handler.give(unquote(handler.path), after)
        return True

    return fault


def reset(after: int) -> Fault:
    """The line breaks with an error after so many bytes."""

    def fault(handler: Handler, data: bytes) -> bool:
        handler.give(unquote(handler.path), after)
        handler.wfile.flush()
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.connection.close()
        return True

    return fault


def stall(after: int) -> Fault:
    """Nothing more comes after so many bytes, until the test ends."""

    def fault(handler: Handler, data: bytes) -> bool:
        handler.give(unquote(handler.path), after)
        handler.wfile.flush()
        handler.server.released.wait(60)
        return True

    return fault


def trickle(pause: float) -> Fault:
    """One byte at a time: never silent for long, never done."""

    def fault(handler: Handler, data: bytes) -> bool:
        handler.give(unquote(handler.path), 0)
        with suppress(OSError):
            for byte in data:
                handler.wfile.write(bytes([byte]))
                handler.wfile.flush()
                if handler.server.released.wait(pause):
                    break
        return True

    return fault


def status(code: int) -> Fault:
    def fault(handler: Handler, data: bytes) -> bool:
        handler.answer(code, b"sorry")
        return True

    return fault


def becomes(path: str, data: bytes) -> Fault:
    """The file is another one by the time it is asked for."""

    def fault(handler: Handler, _: bytes) -> bool:
        handler.server.files[path] = data
        return False

    return fault


def damaged(handler: Handler, data: bytes) -> bool:
    """One byte differs from what the hash says."""
    path = unquote(handler.path)
    handler.answer(200, b"X" + data[1:], handler.head_of(path, data))
    return True


@contextmanager
def web_server() -> Iterator[Web]:
    server = Web()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        server.shutdown()
        server.server_close()


class CutLine:
    """A line to another port that is cut, or held, after so many bytes from there.

    `budgets`: bytes of each connection, the next one first; when they are used up there is no end. `hold_after`: from so
    many bytes of one connection on nothing more comes, until it is None.
    """

    def __init__(self, port: int):
        self._port = port
        self.budgets: deque[int | None] = deque()
        self.hold_after: int | None = None
        self.held = threading.Event()
        self.passed = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    @staticmethod
    def wait_for(is_so: Callable[[], bool], seconds: float = 30) -> bool:
        """Look until something is so; False when it does not come to that."""
        end = time.monotonic() + seconds
        while not is_so() and time.monotonic() < end:
            time.sleep(0.01)
        return is_so()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._port))
                budget = self.budgets.popleft() if self.budgets else None
                threading.Thread(target=self._there, args=(near, far), daemon=True).start()
                threading.Thread(target=self._back, args=(far, near, budget), daemon=True).start()

    def _there(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while data := near.recv(65_536):
                far.sendall(data)
        _hang_up(near, far)

    def _back(self, far: socket.socket, near: socket.socket, budget: int | None) -> None:
        sent = 0
        with suppress(OSError):
            while (budget is None or sent < budget) and (data := far.recv(65_536)):
                data = data if budget is None else data[: budget - sent]
                near.sendall(data)
                sent += len(data)
                self.passed += len(data)
                if self.hold_after is not None and sent >= self.hold_after:
                    self.held.set()
                    self.wait_for(lambda: self.hold_after is None, 120)
        _hang_up(near, far)


def _hang_up(*ends: socket.socket) -> None:
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextmanager
def ssh_server(root: Path, home: Path) -> Iterator[tuple[int, Path]]:
    """An SSH server that serves `root` to user `export`, password `secret word`; its port and a known_hosts file."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    key = asyncssh.generate_private_key("ssh-ed25519")

    class Doorkeeper(asyncssh.SSHServer):
        def begin_auth(self, username: str) -> bool:
            return True

        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            return (username, password) == ("export", "secret word")

    class Files(asyncssh.SFTPServer):
        def __init__(self, channel: asyncssh.SSHServerChannel):
            super().__init__(channel, chroot=str(root).encode())

    async def start() -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            "127.0.0.1", 0, server_factory=Doorkeeper, server_host_keys=[key], sftp_factory=Files
        )

    server = asyncio.run_coroutine_threadsafe(start(), loop).result(20)
    port = server.get_port()
    known = home / "known_hosts"
    known.write_bytes(f"[127.0.0.1]:{port} ".encode() + key.export_public_key())
    try:
        yield port, known
    finally:
        asyncio.run_coroutine_threadsafe(_closed(server), loop).result(20)
        loop.call_soon_threadsafe(loop.stop)


async def _closed(server: asyncssh.SSHAcceptor) -> None:
    server.close()
    await server.wait_closed()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


@contextmanager
def s3_server() -> Iterator[int]:
    """moto's server; its port."""
    import logging

    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        yield server.get_host_and_port()[1]
    finally:
        server.stop()
