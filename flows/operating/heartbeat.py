"""A sign of life for the operator's own monitoring: HOME/work/heartbeat.json, and a URL that is called.

The file is also the record that a night was begun: where it still says `running` and nobody holds the lock, the night
was killed. The URL is called the way healthchecks.io asks for: URL/start, URL, URL/fail. It may hold a token and is
never shown; nothing about it can fail a night or hold it up.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit, urlunsplit

from flows.operating.measures import children_peak_mb
from flows.settings import BANGKOK, Settings
from flows.whole_files import write_whole

NAME = "heartbeat.json"
BEAT_SECONDS = 5.0
PING_SECONDS = 5.0
_LOOK_SECONDS = 0.5

State = Literal["running", "ok", "failed"]
Ping = Literal["start", "", "fail"]


def now() -> str:
    """This moment in Bangkok, to the millisecond, with its offset."""
    return datetime.now(BANGKOK).isoformat(timespec="milliseconds")


def heartbeat_path(home: Path) -> Path:
    """Place of the heartbeat."""
    return home / "work" / NAME


def last_heartbeat(home: Path) -> dict[str, Any]:
    """What the heartbeat says; {} when there is none, or nothing that can be read."""
    try:
        found = json.loads(heartbeat_path(home).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


class Heartbeat:
    """Beats while a night runs: at every stage, and every few seconds within one.

    `told` gives what the file says besides state and last beat. What cannot be written is passed over.
    """

    def __init__(self, settings: Settings, told: Callable[[], Mapping[str, Any]]):
        self.children_mb = 0.0
        self._settings = settings
        self._told = told
        self._state: State = "running"
        self._called: Call | None = None
        self._is_over = threading.Event()
        self._writing = threading.Lock()
        self._thread = threading.Thread(target=self._beat_on, name="kaona heartbeat", daemon=True)

    def start(self) -> None:
        """Say that a night has begun, and go on saying so."""
        self.beat()
        with suppress(RuntimeError):  # a machine that gives no more threads still has its night
            self._thread.start()
        self._called = ping(self._settings, "start", "")

    def beat(self) -> None:
        """Write the file anew, at once."""
        path = heartbeat_path(self._settings.home)
        with self._writing, suppress(OSError):
            content = {**self._told(), "state": self._state, "beat": now()}
            write_whole(path, json.dumps(content, ensure_ascii=False), waits=False)

    def end(self, state: State, told: str) -> str:
        """Say how the night ended. `told`: a line for the URL. Returns why the URL could not be told, or nothing."""
        self._is_over.set()
        self._state = state
        self.beat()
        until = time.monotonic() + PING_SECONDS
        if self._called is not None:  # the end must not arrive before the start
            self._called.join(PING_SECONDS)
        called = ping(self._settings, "" if state == "ok" else "fail", told)
        if called is None:
            return ""
        called.join(max(1.0, until - time.monotonic()))
        return "no answer in time" if called.is_alive() else called.problem

    def _beat_on(self) -> None:
        looked = 0
        while not self._is_over.wait(_LOOK_SECONDS):
            looked += 1
            self.children_mb = max(self.children_mb, children_peak_mb(os.getpid()))
            if looked % int(BEAT_SECONDS / _LOOK_SECONDS) == 0 and not self._is_over.is_set():
                self.beat()


class Call(threading.Thread):
    """One call of the heartbeat URL, beside the night. `problem`: why it was not taken, without the address."""

    def __init__(self, url: str, body: str):
        super().__init__(name="kaona heartbeat url", daemon=True)
        self.problem = ""
        self._url = url
        self._body = body

    def run(self) -> None:
        """Call it once."""
        import urllib.error
        import urllib.request

        try:
            request = urllib.request.Request(self._url, self._body.encode("utf-8"), method="POST")
            request.add_header("Content-Type", "text/plain; charset=utf-8")
            request.add_header("User-Agent", "kaona")
            with urllib.request.urlopen(request, timeout=PING_SECONDS) as answer:
                answer.read(1024)
        except urllib.error.HTTPError as error:
            self.problem = f"it answered {error.code}"
        except Exception as error:  # whatever an address can do wrong; its text may hold the address
            self.problem = f"it cannot be reached ({type(error).__name__})"


def ping(settings: Settings, what: Ping, body: str) -> Call | None:
    """Call the heartbeat URL in the background; None when none is set."""
    if settings.heartbeat_url is None:
        return None
    call = Call(address_of(settings.heartbeat_url.get_secret_value(), what), body)
    try:
        call.start()
    except RuntimeError:
        return None
    return call


def address_of(url: str, what: Ping) -> str:
    """The address to call: /start and /fail go behind the path, a query stays.

    >>> address_of("https://hc.example.org/ping/1?x=2", "fail")
    'https://hc.example.org/ping/1/fail?x=2'
    """
    if not what:
        return url
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{what}"))
