"""The Prefect server a night talks to: the one that is configured, else one of this home's own on loopback.

Prefect's embedded server outlives a killed run, runs no schedules and loses records when it stops; so kaona starts
the same server itself, as a child that dies with its parent.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from extract.with_parent import end_with_parent
from flows.settings import Settings

_SECONDS_TO_ANSWER = 5.0
_SECONDS_TO_START = 90.0
_SECONDS_TO_STOP = 10.0
# seconds until a server that died is started again
_PAUSES = (1.0, 5.0, 30.0, 300.0)


class PrefectAway(RuntimeError):
    """Prefect's server does not answer, or could not be started."""


def prefect_environment(settings: Settings) -> dict[str, str]:
    """Settings of Prefect that a district office needs: state under KAONA_HOME, no telemetry, quiet, no long waits."""
    return {
        "PREFECT_HOME": str(settings.home / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_SERVER_LEVEL": "ERROR",
        "PREFECT_LOGGING_INTERNAL_LEVEL": "CRITICAL",
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",  # the command itself says what failed
        "PREFECT_API_REQUEST_TIMEOUT": "10",
        "PREFECT_CLIENT_MAX_RETRIES": "1",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",  # kaona starts the server itself
        "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(settings.home / "prefect" / "ui"),  # else it unpacks into its program
    }


def set_environment(settings: Settings, **changes: str) -> None:
    """Give Prefect its settings, before it is imported; what the operator has set stays."""
    for name, value in (prefect_environment(settings) | changes).items():
        os.environ.setdefault(name, value)


def configured_url() -> str | None:
    """The address of the server that is configured, by environment or by a profile of Prefect."""
    from prefect.settings import PREFECT_API_URL

    return PREFECT_API_URL.value() or None


def require_answer(url: str | None = None) -> None:
    """Raise PrefectAway unless the server answers within seconds, also where it takes the call and says nothing."""
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_API_URL, PREFECT_CLIENT_MAX_RETRIES, temporary_settings

    changes = {PREFECT_CLIENT_MAX_RETRIES: 0} | ({} if url is None else {PREFECT_API_URL: url})
    with temporary_settings(changes):
        client = get_client(httpx_settings={"timeout": _SECONDS_TO_ANSWER}, sync_client=True)
        error = client.api_healthcheck()
    if error is not None:
        raise PrefectAway(f"Prefect's server does not answer at {url or configured_url()} ({type(error).__name__})")


@contextmanager
def server(
    settings: Settings, port: int | None = None, *, with_ui: bool = False, mended: Callable[[], None] | None = None
) -> Iterator[str]:
    """The address of a server that answers: configured, or this home's own, started and stopped here.

    A home has one server of its own at a time: what `kaona serve` has started is used by `kaona run` too. Raises
    PrefectAway when there is none. `port`: of an own server; None: any that is free. `mended`: an own server that dies
    is started again, and this is called then.
    """
    url = configured_url()
    if url is not None:
        require_answer()
        yield url
        return
    folder = settings.home / "prefect"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "server.lock").open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            url = lock.read().strip()
            require_answer(url)
            with _at(url):
                yield url
            return
        with own_server(folder, port or free_port(), with_ui=with_ui, mended=mended) as url:
            lock.truncate(0)
            lock.write(url)
            lock.flush()
            try:
                with _at(url):
                    yield url
            finally:
                lock.truncate(0)


@contextmanager
def _at(url: str) -> Iterator[None]:
    """Make it the configured server for a while, for this process and its children."""
    from prefect.settings import PREFECT_API_URL, temporary_settings

    before = os.environ.get("PREFECT_API_URL")
    os.environ["PREFECT_API_URL"] = url
    try:
        with temporary_settings({PREFECT_API_URL: url}):
            yield
    finally:
        if before is None:
            del os.environ["PREFECT_API_URL"]
        else:
            os.environ["PREFECT_API_URL"] = before


@contextmanager
def own_server(folder: Path, port: int, *, with_ui: bool, mended: Callable[[], None] | None = None) -> Iterator[str]:
    """Prefect's server on loopback, state under `folder`; it dies with this process, however this process dies."""
    import prefect

    url = f"http://127.0.0.1:{port}/api"
    command = [
        sys.executable, "-m", "uvicorn", "--app-dir", str(Path(prefect.__file__).parents[1]),
        "--factory", "prefect.server.api.server:create_app",
        "--host", "127.0.0.1", "--port", str(port), "--log-level", "error",
    ]  # fmt: skip
    environment = {k: v for k, v in os.environ.items() if k != "PREFECT_API_URL"}
    environment |= {"PREFECT_UI_ENABLED": "1" if with_ui else "0", "PREFECT_SERVER_API_HOST": "127.0.0.1"}
    environment |= {"PREFECT_SERVER_API_PORT": str(port), "PREFECT__SERVER_FINAL": "1"}

    def start() -> subprocess.Popen[bytes]:
        with (folder / "server.log").open("ab") as log:
            return subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=_die_with_parent
            )

    process = start()
    try:
        _wait_for(process, url, folder)
        if mended is None:
            yield url
        else:
            with _kept_up(process, start, partial(_wait_for, url=url, folder=folder), mended):
                yield url
    finally:
        _stop(process)


@contextmanager
def _kept_up(
    process: subprocess.Popen[bytes],
    start: Callable[[], subprocess.Popen[bytes]],
    wait_for: Callable[[subprocess.Popen[bytes]], None],
    mended: Callable[[], None],
) -> Iterator[None]:
    """Start a server again when it dies, at longer and longer intervals while it does not come up."""
    is_over, started = threading.Event(), [process]

    def keep_up() -> None:
        pauses = iter(_PAUSES)
        while True:
            started[-1].wait()
            if is_over.wait(next(pauses, _PAUSES[-1])):
                return
            try:
                started.append(start())  # it dies with this thread
                wait_for(started[-1])
            except (OSError, PrefectAway):
                _stop(started[-1])
            else:
                pauses = iter(_PAUSES)
                mended()

    keeper = threading.Thread(target=keep_up, name="kaona-prefect", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        is_over.set()
        _stop(started[-1])
        keeper.join(_SECONDS_TO_STOP)
        _stop(started[-1])  # begun in the very moment


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait_for(process: subprocess.Popen[bytes], url: str, folder: Path) -> None:
    import httpx

    until = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < until:
        if process.poll() is not None:
            raise PrefectAway(
                f"Prefect's own server ended with exit code {process.returncode}; see {folder.name}/server.log"
            )
        try:
            if httpx.get(f"{url}/health", timeout=2.0, trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise PrefectAway(f"Prefect's own server did not start within {_SECONDS_TO_START:.0f} seconds")


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _die_with_parent() -> None:
    """Runs in the child before the server: the kernel ends it when its parent is gone; Ctrl-C is the parent's."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
