"""Long runs, only under `make soak`."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from flows.rebuild import verify_exports
from flows.settings import CHECKOUT, Settings
from tests.flows.conftest import SAMPLES, run

KILLS = int(os.environ.get("KAONA_SOAK_KILLS", "40"))


@pytest.mark.fault(5)
@pytest.mark.soak
def test_a_night_killed_at_random_moments_publishes_whole_nights_only_and_is_finished_by_the_next_run(
    settings: Settings,
) -> None:
    inbox = settings.home / "inbox"
    shutil.copy(SAMPLES / "dump-utf16.txt", inbox)
    run(settings)
    files = sorted(p for p in SAMPLES.iterdir() if p.name != "dump-utf16.txt")
    moments = random.Random(2563)
    for kill in range(KILLS):
        shutil.copy(files[kill % len(files)], inbox / f"{kill}-{files[kill % len(files)].name}")
        night = subprocess.Popen(
            [sys.executable, "-m", "flows", "run", "--no-prefect", "--as-of", "2026-11-22", "--json"],
            cwd=CHECKOUT,
            env=os.environ | {"KAONA_HOME": str(settings.home), "KAONA_WORKERS": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(moments.uniform(0.2, 9.0))
        os.killpg(night.pid, signal.SIGKILL)
        night.wait()
        assert_whole(settings.published)
    run(settings)
    assert_whole(settings.published)
    assert verify_exports(settings) == []


def assert_whole(published: Path) -> None:
    """Every project has its decisions and every decision its project: never half a night."""
    with duckdb.connect(str(published), read_only=True) as con:
        projects, decided = (
            {code for (code,) in con.execute(sql).fetchall()}
            for sql in ("SELECT project_code FROM dim_project", "SELECT DISTINCT project_code FROM lineage.decision")
        )
    assert projects == decided
