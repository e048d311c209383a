"""A real Prefect server on loopback, a gate before it that can cut or hang, and its records by plain HTTP."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import httpx

from flows.due import is_served_now
from flows.prefect_server import free_port
from flows.settings import CHECKOUT
from tests.flows.conftest import SAMPLES, settings_in

T = TypeVar("T")
NIGHTLY = "kaona night/nightly"
SMALL_NIGHT = Path(__file__).with_name("small_night.py")
PATIENCE = 120.0


def environment(**changes: str) -> dict[str, str]:
    """The environment of a process that finds kaona and nothing of an operator's own."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("KAONA_", "PREFECT_"))}
    quick = dict.fromkeys(("KAONA_WRITE_PAGE", "KAONA_DATA_DOCS", "KAONA_OCR"), "false")
    # who serves runs, or works at a pool, looks for them every ten seconds
    soon = {"PREFECT_RUNNER_POLL_FREQUENCY": "1", "PREFECT_WORKER_QUERY_SECONDS": "1"}
    return kept | quick | soon | {"KAONA_WORKERS": "1", "PYTHONPATH": str(CHECKOUT), "DO_NOT_TRACK": "1"} | changes


def home_with(folder: Path, *names: str) -> Path:
    """A home whose inbox holds these samples."""
    (folder / "inbox").mkdir(parents=True)
    for name in names:
        shutil.copy(SAMPLES / name, folder / "inbox")
    return folder


def wait_for(what: Callable[[], T | None], seconds: float = PATIENCE) -> T:
    """What `what` gives as soon as it gives something."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = what()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"waited {seconds:.0f} s in vain")


class Server:
    """A server's records; `folder`: its state, where it is known."""

    def __init__(self, url: str, folder: Path | None = None):
        self.url = url
        self.folder = folder or Path()

    def post(self, path: str, **body: Any) -> Any:
        """What it answers; while its database is busy it says so (503), did nothing, and is asked again."""
        answer = wait_for(lambda: self._answered(path, body))
        answer.raise_for_status()
        return answer.json()

    def _answered(self, path: str, body: Mapping[str, Any]) -> httpx.Response | None:
        answer = httpx.post(f"{self.url}/{path}", json=body, timeout=30.0)
        return None if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE else answer

    def runs(self, deployment: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.post(
            "flow_runs/filter", deployments={"name": {"any_": [deployment]}}, sort="START_TIME_ASC"
        )
        return found

    def run(self, run_id: str) -> dict[str, Any]:
        found: dict[str, Any] = httpx.get(f"{self.url}/flow_runs/{run_id}", timeout=30.0).json()
        return found

    def tasks(self, run_id: str) -> dict[str, str]:
        """Names of the stages, with their states."""
        found = self.post("task_runs/filter", flow_runs={"id": {"any_": [run_id]}})
        return {one["name"].rpartition("-")[0]: one["state_name"] for one in found}

    def artifacts(self, run_id: str) -> dict[str, Any]:
        found = self.post("artifacts/filter", flow_runs={"id": {"any_": [run_id]}})
        return {one["key"]: one["data"] for one in found}

    def deployment(self, name: str) -> dict[str, Any] | None:
        answer = httpx.get(f"{self.url}/deployments/name/{name}", timeout=30.0)
        found: dict[str, Any] | None = answer.json() if answer.status_code == 200 else None
        return found

    def trigger(self, name: str, **parameters: Any) -> str:
        """Ask for a run of a deployment; its id."""
        deployment = self.deployment(name)
        assert deployment is not None
        made = self.post(f"deployments/{deployment['id']}/create_flow_run", parameters=parameters)
        return str(made["id"])

    def ended(self, run_id: str) -> dict[str, Any]:
        """The state of a run that has come to its end."""

        def state() -> dict[str, Any] | None:
            found: dict[str, Any] = self.run(run_id)["state"]
            return found if found["type"] in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED") else None

        return wait_for(state)


def own_servers(night: int) -> list[int]:
    """The processes of the Prefect server that a night has started for itself."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parent = stat.read_text().rpartition(")")[2].split()[1]
            if int(parent) == night and b"prefect.server.api.server" in (stat.parent / "cmdline").read_bytes():
                found.append(int(stat.parent.name))
    return found


@contextmanager
def prefect_server(folder: Path) -> Iterator[Server]:
    """`prefect server start`, as an operator starts it."""
    port = free_port()
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    changes = {"PREFECT_HOME": str(folder), "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "PREFECT_UI_ENABLED": "false"}
    server = Server(f"http://127.0.0.1:{port}/api", folder)

    def answers() -> bool:
        with suppress(httpx.HTTPError):
            return httpx.get(f"{server.url}/health", timeout=2.0).status_code == 200
        return False

    with started(command, environment(**changes), folder.parent / "server.log"):
        wait_for(answers)
        yield server


@contextmanager
def started(
    command: list[str], env: Mapping[str, str], log: Path, cwd: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a group of its own; at the end the whole group is gone."""
    with log.open("ab") as out:
        process = subprocess.Popen(
            command, env=dict(env), cwd=cwd or log.parent, stdout=out, stderr=out, start_new_session=True
        )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


class Gate:
    """A door before a server: open, cut (connections broken, new ones refused) or hung (taken and never answered)."""

    def __init__(self, server: Server, flag: Path, then: str):
        self._to = int(server.url.split(":")[2].split("/")[0])
        self._flag, self._then = flag, then
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}/api"
        self._open: list[socket.socket] = []
        for work in (self._accept, self._watch):
            threading.Thread(target=work, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                inside, _ = self._listening.accept()
            except OSError:
                return
            self._open.append(inside)
            if self._flag.exists():
                continue
            outside = socket.create_connection(("127.0.0.1", self._to))
            self._open.append(outside)
            for pair in ((inside, outside), (outside, inside)):
                threading.Thread(target=self._carry, args=pair, daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if self._flag.exists():
                    return
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def _watch(self) -> None:
        while not self._flag.exists():
            time.sleep(0.02)
        if self._then == "cut":
            # a listening socket in another thread's accept() is only shut by shutdown
            with suppress(OSError):
                self._listening.shutdown(socket.SHUT_RDWR)
            self._listening.close()
            for one in self._open:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
                one.close()


def small_night(home: Path, url: str, stage: str, how: str = "well") -> subprocess.CompletedProcess[str]:
    """A night of three stages; in `stage` the gate is shut, or the stage fails. It has to end by itself, and soon."""
    return subprocess.run(
        [sys.executable, str(SMALL_NIGHT), str(home), str(home.parent / "shut"), stage, how],
        env=environment(PREFECT_API_URL=url), cwd=home.parent, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def served(server: Server, home: Path, folder: Path, **changes: str) -> AbstractContextManager[subprocess.Popen[bytes]]:
    """`kaona serve` in a folder with a kaona.toml, its sources beside it."""
    folder.mkdir(exist_ok=True)
    (folder / "kaona.toml").write_text('sources = ["exports"]\nretry_wait_minutes = 0.02\nretries = 1000\n')
    changes = {"PREFECT_API_URL": server.url, "KAONA_CRON": "30 4 * * *"} | changes
    command = [sys.executable, "-m", "flows", "serve", "--home", os.path.relpath(home, folder)]
    return started(command, environment(**changes), folder.parent / "serve.log", cwd=folder)


def under_way(home: Path) -> bool:
    return is_served_now(settings_in(home))
