"""`kaona serve`: the nightly deployment, Asia/Bangkok, and the guard that no night is lost when Prefect is away.

Two nights never overlap: the locks of the home see to it, and die with their process. Prefect's own limits are not
used: a killed run keeps its slot for minutes, and the runs after it are refused.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from pydantic import SecretStr
from pydantic_core import to_json

from flows.due import is_missed, is_served_now, last_due, only_served, remember_end, remember_served
from flows.operating.safe_words import in_words
from flows.prefect_server import configured_url, require_answer, server
from flows.settings import BANGKOK, Settings
from flows.under_prefect import FLOW

if TYPE_CHECKING:
    from uuid import UUID

    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import FlowRun

DEPLOYMENT = "nightly"
# a server that restarts is waited for; a night itself waits less
PATIENT = {"PREFECT_CLIENT_MAX_RETRIES": "5"}
_SECONDS_UNTIL_AGAIN = 30.0
_SECONDS_BETWEEN_LOOKS = 30.0
_SECONDS_OF_GRACE = 300.0

Say = Callable[[str], None]


def serve_nightly(settings: Settings, say: Say) -> None:
    """Serve the deployment `nightly` until stopped. Without a configured server Prefect's own is started, with its UI.

    Raises ValueError when the port for it is taken. A server that goes away is waited for, an own one that dies is
    started again.
    """
    pass_on(settings)
    remember_served(settings)
    if configured_url() is None and not _is_free(settings.prefect_port):
        raise ValueError(
            f"port {settings.prefect_port} is taken, expected a free one for Prefect's server; set prefect_port, "
            "or PREFECT_API_URL when a Prefect server is running there"
        )
    guard = Guard(settings, say)
    guard.start()
    try:
        while True:
            try:
                with server(settings, settings.prefect_port, with_ui=True, mended=guard.mended) as url:
                    guard.url = url
                    _serve(settings, url, say)
                return
            except KeyboardInterrupt:
                return
            except Exception as error:
                why = in_words(error, settings)
                say(f"Prefect is away ({why}); tried again in {_SECONDS_UNTIL_AGAIN:.0f} s, a night that is due is run")
            time.sleep(_SECONDS_UNTIL_AGAIN)
    finally:
        guard.stop()


def _serve(settings: Settings, url: str, say: Say) -> None:
    from prefect.runner import Runner
    from prefect.schedules import Cron
    from prefect.types.entrypoint import EntrypointType

    from flows.deployment import nightly

    class Stoppable(Runner):
        """Prefect's own handler never awaits what stops the runs."""

        def handle_sigterm(self, *args: Any, **kwargs: Any) -> None:
            loop = asyncio.get_running_loop()
            loop.call_soon_threadsafe(lambda: tasks.append(loop.create_task(self.astop())))

    tasks: list[asyncio.Task[None]] = []
    runner = Stoppable(name=DEPLOYMENT, pause_on_shutdown=False)
    deployment = runner.add_flow(
        nightly,
        name=DEPLOYMENT,
        schedule=Cron(settings.cron, timezone="Asia/Bangkok"),
        description="The night of kaona, from the sources to the mails",
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    for line in tidy(settings, cast("UUID", deployment)):
        say(line)
    say(f"serving '{FLOW}/{DEPLOYMENT}', cron {settings.cron} Asia/Bangkok, at {url.removesuffix('/api')}")
    asyncio.run(runner.start())


def pass_on(settings: Settings) -> None:
    """Give the processes of the runs the same settings, wherever they work: as KAONA_*, with whole paths."""
    for name in sorted(settings.model_fields_set):
        value = getattr(settings, name)
        if isinstance(value, Path):
            value = str(value.absolute())
        elif isinstance(value, SecretStr):
            value = value.get_secret_value()
        if value is not None:
            os.environ[f"KAONA_{name.upper()}"] = (
                value if isinstance(value, str) else to_json(value).decode().strip('"')
            )


def tidy(settings: Settings, deployment: UUID, before: datetime | None = None) -> list[str]:
    """Close the runs of a deployment that no process works on any more; what was done, one line each.

    Those that were scheduled while nobody served are cancelled: the guard makes up for them, once. `before`: runs that
    came to be what they are later than this are left alone; their process may be about to begin.
    """
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId
    from prefect.client.schemas.objects import StateType
    from prefect.states import Cancelled, Crashed

    told = []
    is_at_work = is_served_now(settings)
    with get_client(sync_client=True) as client:
        found: list[FlowRun] = client.read_flow_runs(
            deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment]))
        )
        for run in found:
            if run.state is None or run.state.is_final():
                continue
            if run.state.type == StateType.SCHEDULED:
                is_past = run.expected_start_time is not None and run.expected_start_time < datetime.now(UTC)
                if not (run.auto_scheduled and is_past):
                    continue
                state, why = Cancelled, "it was due while nobody served"
            elif is_at_work or (before is not None and run.state.timestamp >= before):
                continue
            else:
                state, why = Crashed, "its process is gone"
            client.set_flow_run_state(run.id, state(message=why), force=True)
            told.append(f"run {run.name} is closed: {why}")
    return told


@contextmanager
def _deployment_at(url: str) -> Iterator[tuple[SyncPrefectClient, UUID]]:
    """Talk to the server there, from any thread, about the deployment."""
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_API_URL, temporary_settings

    with temporary_settings({PREFECT_API_URL: url}), get_client(sync_client=True) as client:
        yield client, client.read_deployment_by_name(f"{FLOW}/{DEPLOYMENT}").id


class Guard:
    """Looks every half minute whether a night that was due has been run; a thread, because Prefect has the main one.

    One that was missed is asked of Prefect, and run without it when Prefect does not answer or does not begin.
    """

    def __init__(self, settings: Settings, say: Say, grace_seconds: float = _SECONDS_OF_GRACE):
        self.url: str | None = None  # of Prefect's server, when it has answered
        self._settings, self._say, self._grace = settings, say, grace_seconds
        self._asked: tuple[datetime, float] | None = None
        self._is_over = threading.Event()
        self._mended_at: datetime | None = None
        self._night: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Look from now on."""
        threading.Thread(target=self._watch, name="kaona-guard", daemon=True).start()

    def mended(self) -> None:
        """Prefect's own server had died and was started again: runs that ended meanwhile are to be closed."""
        self._say("Prefect's server had died and was started again")
        self._mended_at = datetime.now(UTC)

    def stop(self) -> None:
        """Look no more, and stop the night that was begun here."""
        self._is_over.set()
        if self._night is not None:
            self._night.terminate()

    def _watch(self) -> None:
        while not self._is_over.wait(_SECONDS_BETWEEN_LOOKS):
            try:
                self.look()
            except Exception as error:
                self._say(f"the guard could not look ({in_words(error, self._settings)})")

    def look(self) -> None:
        """Make up for a night that was missed; close what a server that died could not."""
        mended_at = self._mended_at
        if mended_at is not None and self.url is not None and not is_served_now(self._settings):
            with _deployment_at(self.url) as (_, deployment):
                for line in tidy(self._settings, deployment, mended_at):
                    self._say(line)
            if self._mended_at == mended_at:  # it has not died again meanwhile
                self._mended_at = None
        due = last_due(self._settings)
        if due is None or not is_missed(self._settings, due) or is_served_now(self._settings):
            return
        if (datetime.now(BANGKOK) - due).total_seconds() < self._grace:
            return
        if self._asked is None or self._asked[0] != due:
            self._asked = due, time.monotonic()
            if self._is_taken(due):
                return
        elif time.monotonic() - self._asked[1] < self._grace:
            return
        self._run_plainly(due)

    def _is_taken(self, due: datetime) -> bool:
        """Ask Prefect for a run; whether it took it."""
        if self.url is None:
            return False
        try:
            require_answer(self.url)
            with _deployment_at(self.url) as (client, deployment):
                client.create_flow_run_from_deployment(deployment, name=f"made-up-for-{due:%Y-%m-%d-%H%M}")
        except Exception:
            return False
        self._say(f"the night due at {due:%Y-%m-%d %H:%M} was missed or cut short: it is run now")
        return True

    def _run_plainly(self, due: datetime) -> None:
        self._say(f"the night due at {due:%Y-%m-%d %H:%M} was not begun by Prefect: it is run without it")
        with only_served(self._settings):
            self._night = subprocess.Popen([sys.executable, "-m", "flows", "run", "--no-prefect"])
            code = self._night.wait()
            self._night = None
            if code >= 0 and not self._is_over.is_set():
                remember_end(self._settings)


def _is_free(port: int) -> bool:
    with socket.socket() as asked:
        asked.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            asked.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
