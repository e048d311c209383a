"""Nights, runs and deployments against a real Prefect server. All in one file, so that one worker holds the server."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.prefect_parts import Gate, Server, environment, prefect_server

SMALL_NIGHT = Path(__file__).with_name("small_night.py")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with prefect_server(tmp_path_factory.mktemp("server") / "prefect") as made:
        yield made


def small_night(home: Path, url: str, stage: str, how: str = "well") -> subprocess.CompletedProcess[str]:
    """A night of three stages; the gate is shut in `stage`. It has to end by itself, and soon."""
    return subprocess.run(
        [sys.executable, str(SMALL_NIGHT), str(home), str(home.parent / "shut"), stage, how],
        env=environment(PREFECT_API_URL=url),
        cwd=home.parent,
        capture_output=True,
        text=True,
        timeout=75,
    )


@pytest.mark.parametrize("then", ["cut", "hung"])
@pytest.mark.parametrize("stage", ["start", "second", "third"])
def test_a_night_ends_well_whenever_its_server_goes_away_and_no_stage_runs_twice(
    server: Server, tmp_path: Path, stage: str, then: str
) -> None:
    gate = Gate(server, tmp_path / "shut", then)
    import time

    t = time.time()
    done = small_night(tmp_path / "home", gate.url, stage)
    print(stage, then, time.time() - t, done.stderr)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "CALLS first second third"
    assert done.stderr.count("the night goes on without it") == 1
    assert "Traceback" not in done.stderr
