"""A night as a Prefect flow, in which each stage is a task; and the night all the same when Prefect is away."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from flows.delivery import Delivered
from flows.nightly import night
from flows.settings import Settings
from flows.summary import Summary, Watch

T = TypeVar("T")


def as_flow(settings: Settings, when: date, delivered: Delivered, watch: Watch) -> Summary:
    """Run the night as a Prefect flow: on the configured server, else on Prefect's own embedded one."""
    from prefect import flow, task
    from prefect.cache_policies import NO_CACHE

    def stage(function: Callable[..., T], *arguments: Any) -> T:
        # nothing passes through Prefect as an argument: it would walk through every one of a night's readings
        def run() -> T:
            return watch.timed(function, *arguments)

        named = task(name=function.__name__.replace("_", " "), cache_policy=NO_CACHE, persist_result=False)
        return named(run)()

    @flow(name="kaona night", flow_run_name=delivered.run_id, persist_result=False)
    def kaona_night() -> Summary:
        return night(settings, when, delivered, watch, stage)

    return kaona_night()


def prefect_environment(settings: Settings) -> dict[str, str]:
    """Settings of Prefect that a district office needs: state under KAONA_HOME, no telemetry, time to start, quiet."""
    return {
        "PREFECT_HOME": str(settings.home / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_SERVER_LEVEL": "ERROR",
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",  # the command itself says what failed
        "PREFECT_CLIENT_MAX_RETRIES": "2",
    }


def night_under_prefect(settings: Settings, when: date, delivered: Delivered, watch: Watch) -> Summary:
    """Run the night as a Prefect flow; without Prefect when Prefect itself could not.

    Errors of the night itself are raised. A night is safe to run again at every point, so when Prefect's server goes
    away in the middle the same night simply runs again without it.
    """
    for name, value in prefect_environment(settings).items():
        os.environ.setdefault(name, value)
    try:
        return as_flow(settings, when, delivered, watch)
    except Exception as error:
        if not _is_of_prefect(error):
            raise
        watch.console.print(f"Prefect is away ({type(error).__name__}); the night goes on without it", highlight=False)
        watch.seconds.clear()
        return night(settings, when, delivered, watch)


def _is_of_prefect(error: BaseException) -> bool:
    """Whether the error came from Prefect or its connection, not from a stage of the night."""
    chain: list[BaseException] = []
    while error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__ or error
    modules = {type(e).__module__.split(".")[0] for e in chain}
    return bool(modules & {"prefect", "httpx", "httpcore", "sqlite3", "sqlalchemy"}) or any(
        "API" in str(e) and isinstance(e, RuntimeError) for e in chain
    )
