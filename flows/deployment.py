"""The flow that is deployed: `kaona serve` and prefect.yaml both name it, as flows.deployment.nightly.

Its settings are those of the process that runs it: KAONA_* and kaona.toml, as everywhere. Annotations are real types
here (no `from __future__ import annotations`): Prefect sends the flow to the process of a run without its module.
"""

import multiprocessing
import os
import signal
from datetime import date
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.exceptions import Abort, TerminationSignal
from prefect.logging import get_run_logger
from prefect.states import Cancelled, Completed

from flows.artifacts import show
from flows.attempts import run_with_retries
from flows.delivery import AnotherRun
from flows.due import only_served, remember_end
from flows.operating.safe_words import safe_sentence
from flows.operating.stopping import DeadlinePassed, Stopped
from flows.prefect_server import PrefectAway, require_answer
from flows.settings import Settings, tonight
from flows.summary import as_text
from flows.under_prefect import FLOW, leave_promptly

_SECONDS_TO_LEAVE = 40.0


@flow(name=FLOW, persist_result=False, log_prints=False)
def nightly(as_of: date | None = None, accept_loss: bool = False, no_mail: bool = False) -> State[None] | None:
    """One night, tried again when it fails of something that passes; a night that finds another at work is cancelled.

    as_of: night to load; empty: today in Bangkok. accept_loss: files that sources lack are rightly gone. no_mail:
    write no mails.
    """
    changes: dict[str, Any] = {"write_mails": False} if no_mail else {}
    settings = Settings(**changes)
    log = get_run_logger()
    try:
        with only_served(settings):
            summary = run_with_retries(settings, as_of or tonight(), accept_loss, log.warning)
            remember_end(settings)
    except AnotherRun as error:
        return Cancelled(message=str(error))
    except DeadlinePassed as error:
        remember_end(settings)
        _leave(1)
        _require_listener()
        raise RuntimeError(safe_sentence(error, settings)) from None  # a failure, not a crash
    except Stopped as error:
        _leave(1)
        raise TerminationSignal(signal.SIGTERM) from error  # Prefect knows who asked for it
    except Exception as error:  # Prefect stores what it is given: the words, not the night's frames
        remember_end(settings)
        _leave(1)
        _require_listener()
        raise RuntimeError(safe_sentence(error, settings)) from None
    print(as_text(summary), flush=True)
    _leave(0)
    _require_listener()
    if summary.nothing_new:  # no stage was run that would have shown it
        show(settings, summary, log.warning)
    return Completed(message=f"night {summary.night}: " + ("nothing new" if summary.nothing_new else "published"))


def _require_listener() -> None:
    """Let Prefect ask nothing of a server that is away: the night is at its end, and its own record is written."""
    try:
        require_answer()
    except PrefectAway as error:
        raise Abort(str(error)) from error


def _leave(exit_code: int) -> None:
    """Let the process of a run end soon, unless the flow was called in somebody else's process."""
    if multiprocessing.parent_process() is not None or "PREFECT__FLOW_RUN_ID" in os.environ:
        leave_promptly(exit_code, _SECONDS_TO_LEAVE)
