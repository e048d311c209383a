"""kaona commands in processes of their own that need not import anything: what they do begins at once.

A cold command imports for five seconds on the two cores of a test; the tests that break nights start hundreds.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryFile

from flows.settings import CHECKOUT

_HANG = 120.0


class Process:
    """A command at work. Like subprocess.Popen, as far as tests need it."""

    def __init__(self, told: socket.socket):
        self._told = told
        self.pid = int(told.recv(64))
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Exit code, as subprocess gives it; None while it is at work."""
        return self._ended_within(0)

    def wait(self, timeout: float = _HANG) -> int:
        """The same, when it has ended; subprocess.TimeoutExpired when that takes longer."""
        code = self._ended_within(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout)
        return code

    def send_signal(self, number: int) -> None:
        """Send it a signal while it is there."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it as the kernel does."""
        self.send_signal(signal.SIGKILL)

    def _ended_within(self, seconds: float) -> int | None:
        if self.returncode is None and select.select([self._told], [], [], seconds)[0]:
            self.returncode = int(self._told.recv(64))
            self._told.close()
        return self.returncode


def started(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    folder: Path,
    stdout: int,
    stderr: int,
    *,
    has_session: bool = False,
) -> Process:
    """Start `kaona ARGUMENTS` in a folder, with this environment and these descriptors for its output."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    command = {
        "arguments": list(arguments), "environment": dict(environment), "folder": str(folder), "has_session": has_session
    }  # fmt: skip
    with theirs:
        socket.send_fds(_server(), [json.dumps(command).encode()], [stdout, stderr, theirs.fileno()])
    return Process(ours)


def ran(
    arguments: Sequence[str], environment: Mapping[str, str], folder: Path, timeout: float = _HANG
) -> subprocess.CompletedProcess[str]:
    """Run `kaona ARGUMENTS` to its end."""
    with TemporaryFile("w+", encoding="utf-8") as out, TemporaryFile("w+", encoding="utf-8") as err:
        process = started(arguments, environment, folder, out.fileno(), err.fileno())
        try:
            code = process.wait(timeout)
        finally:
            process.kill()
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read())
    return subprocess.CompletedProcess(["kaona", *arguments], code, *texts)


@lru_cache(maxsize=1)
def _server() -> socket.socket:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.flows.warm_server", str(theirs.fileno())], pass_fds=[theirs.fileno()],
            cwd=CHECKOUT, env={k: v for k, v in os.environ.items() if not k.startswith(("KAONA_", "PREFECT_"))},
        )  # fmt: skip
    assert ours.recv(64) == b"ready"

    def end() -> None:
        ours.close()
        with suppress(subprocess.TimeoutExpired):
            process.wait(5)
        process.kill()

    atexit.register(end)
    return ours
