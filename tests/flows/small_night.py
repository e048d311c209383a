"""A night of three small stages under Prefect, in a process of its own: `python small_night.py HOME FLAG STAGE HOW`.

In STAGE the FLAG is set, which shuts the gate before Prefect's server. HOW: well, or what that stage raises; killed: the
server that this night has started is killed there.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
from datetime import date
from pathlib import Path
from typing import Any

from flows import under_prefect
from flows.cli import main
from flows.delivery import Delivered
from flows.summary import Files, Summary
from tests.flows import prefect_parts

CALLS: list[str] = []


def first() -> str:
    return _do("first")


def second() -> str:
    return _do("second")


def third() -> str:
    return _do("third")


def _do(name: str) -> str:
    CALLS.append(name)
    if name == STAGE:
        Path(FLAG).touch()
        if HOW == "killed":
            [pid] = prefect_parts.own_servers(os.getpid())
            os.kill(pid, signal.SIGKILL)
        elif HOW != "well":
            raise {"sqlite": __import__("sqlite3").OperationalError, "api": RuntimeError}[HOW]("the API of a stage")
    return name


def small_night(settings: Any, when: date, delivered: Delivered, watch: Any, stage: Any = None) -> Summary:
    call = stage or watch.timed
    done = [call(one) for one in (first, second, third)]
    assert done == ["first", "second", "third"]
    return Summary(
        when.isoformat(), delivered.run_id, False, Files(), 0, 0, 0, 0, 0, {}, 0, [], {}, dict(watch.seconds)
    )


if __name__ == "__main__":
    _, HOME, FLAG, STAGE, HOW = sys.argv
    if STAGE == "start":
        Path(FLAG).touch()
    under_prefect.night = small_night  # type: ignore[assignment]
    sys.argv = ["kaona", "run", "--home", HOME]
    atexit.register(lambda: print("CALLS", *CALLS, flush=True))
    main()
