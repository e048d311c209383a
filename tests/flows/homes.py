"""Homes for the tests of operating: copies of one that has a night, and runs in processes of their own that wait to be told."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from flows.operating import night_log
from flows.settings import Settings
from tests.flows.conftest import FIRST, settings_in
from tests.flows.prefect_parts import environment


def copied(settings: Settings, folder: Path, **changes: object) -> Settings:
    """A copy of a home with a night: another run of it finds nothing new."""
    shutil.copytree(settings.home, folder / "home", symlinks=True)
    return settings_in(folder / "home", **changes)


@contextmanager
def held_run(
    settings: Settings, point: str = "pull.archived", night: date = FIRST, **variables: str
) -> Iterator[subprocess.Popen[str]]:
    """A run in a process of its own that stands at a point (extract/fault_points.py); it is killed in the end if it
    still stands there."""
    command = [sys.executable, "-m", "flows", "run", "--no-prefect", "--home", str(settings.home)]
    process = subprocess.Popen(
        [*command, "--as-of", night.isoformat()], env=environment(KAONA_FAULT=f"{point}:1:hold", **variables),
        cwd=settings.home.parent, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stderr is not None
        assert any(line == f"fault point {point}\n" for line in process.stderr), "it ended before"
        yield process
    finally:
        process.kill()
        process.communicate()


def lines(settings: Settings) -> list[night_log.Record]:
    return night_log.read(settings.log, 100)
