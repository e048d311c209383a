"""Homes for the tests of operating: copies of one that has a night, and runs in processes of their own that wait to be told."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from flows.operating import night_log
from flows.settings import Settings
from tests.flows import warm
from tests.flows.conftest import FIRST, settings_in
from tests.flows.prefect_parts import environment


def copied(settings: Settings, folder: Path, **changes: object) -> Settings:
    """A copy of a home with a night: another run of it finds nothing new."""
    shutil.copytree(settings.home, folder / "home", symlinks=True)
    return settings_in(folder / "home", **changes)


@contextmanager
def held_run(
    settings: Settings, point: str = "pull.archived", night: date = FIRST, **variables: str
) -> Iterator[warm.Process]:
    """A run in a process of its own that stands at a point (extract/fault_points.py); it is killed in the end if it
    still stands there."""
    ours, theirs = os.pipe()
    with open(ours, encoding="utf-8") as said, open(os.devnull, "wb") as nowhere:  # noqa: PTH123 (the end of a pipe)
        process = warm.started(
            ["run", "--no-prefect", "--home", str(settings.home), "--as-of", night.isoformat()],
            environment(KAONA_FAULT=f"{point}:1:hold", **variables), settings.home.parent, nowhere.fileno(), theirs,
        )  # fmt: skip
        os.close(theirs)
        try:
            assert any(line == f"fault point {point}\n" for line in said), "it ended before"
            yield process
        finally:
            process.kill()
            process.wait()


def lines(settings: Settings) -> list[night_log.Record]:
    return night_log.read(settings.log, 100)
