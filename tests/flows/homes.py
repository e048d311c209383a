"""Homes for the tests of operating: copies of one that has a night, and runs in processes of their own that wait to be told."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.operating import night_log
from flows.settings import CHECKOUT, Settings
from tests.flows.conftest import settings_in

# a run whose first stage says that it has begun and then waits for its input to end
_HELD = """
import sys
import flows.run
from flows import cli

def pull_sources(*_):
    print("begun", flush=True)
    sys.stdin.read()

flows.run.pull_sources = pull_sources
sys.argv = ["kaona", "run", "--home", sys.argv[1], "--as-of", "2026-11-22", "--no-prefect"]
cli.main()
"""


def copied(settings: Settings, folder: Path, **changes: object) -> Settings:
    """A copy of a home with a night: another run of it finds nothing new."""
    shutil.copytree(settings.home, folder / "home", symlinks=True)
    return settings_in(folder / "home", **changes)


@contextmanager
def held_run(settings: Settings) -> Iterator[subprocess.Popen[str]]:
    """A run in a process of its own that stands in its first stage; it is killed in the end if it still stands there."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("KAONA_", "PREFECT_"))}
    process = subprocess.Popen(
        [sys.executable, "-c", _HELD, str(settings.home)], cwd=CHECKOUT, env=env, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def lines(settings: Settings) -> list[night_log.Record]:
    return night_log.read(settings.log, 100)
