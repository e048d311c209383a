"""A night decided in slices, by one process or several, publishes the bytes of a night decided in one piece."""

from __future__ import annotations

import errno
import multiprocessing
import os
import shutil
from pathlib import Path

import pandas as pd
import pytest

from flows import deciding, forked
from flows.evidence import folder_of
from flows.exhausted import Exhausted
from flows.settings import Settings
from load.staging import Staging
from tests.flows.conftest import FIRST, SAMPLES, SECOND, run, settings_in
from transform import projects
from transform.form import Table


def exports(settings: Settings) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((settings.published.parent / "exports").iterdir())}


def two_nights(settings: Settings) -> dict[str, bytes]:
    shutil.copytree(SAMPLES, settings.home / "inbox", dirs_exist_ok=True)
    run(settings, FIRST)
    form = sorted((settings.home / "inbox").glob("dump-*.txt"))[0]
    (settings.home / "inbox" / "later.txt").write_bytes(form.read_bytes().replace("ร้อยละ".encode(), "ร้อย ละ".encode()))
    run(settings, SECOND)
    return exports(settings)


@pytest.mark.parametrize("workers", [pytest.param(1, marks=pytest.mark.soak), 3])
@pytest.mark.no_mails
def test_slices_change_nothing(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    if workers > 1 and not forked.CAN_FORK:
        pytest.skip("this system decides every night in one process")
    whole = two_nights(settings)
    assert len(whole) > 20
    for module in (projects, deciding):
        monkeypatch.setattr(module, "SLICE", 2)
    monkeypatch.setattr(deciding, "LEAST_PROJECTS", 1)
    monkeypatch.setattr(deciding, "CHUNK", 1)
    other = settings_in(tmp_path / "other").model_copy(update={"workers": workers})
    assert two_nights(other) == whole
    assert not folder_of(other).exists(), "what was staged is gone when the night is loaded"


@pytest.mark.fault(10)
def test_a_slice_that_cannot_be_written_ends_the_night_and_its_processes(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(SAMPLES, settings.home / "inbox", dirs_exist_ok=True)
    for module in (projects, deciding):
        monkeypatch.setattr(module, "SLICE", 2)
    monkeypatch.setattr(deciding, "LEAST_PROJECTS", 1)
    many = settings.model_copy(update={"workers": 3})
    with monkeypatch.context() as patch:
        patch.setattr(Staging, "add", full_at_the_third)
        with pytest.raises(Exhausted, match="out of room on the disk in stage reconcile"):
            run(many)
    assert not multiprocessing.active_children()
    assert not folder_of(settings).exists(), "what was staged makes room"
    assert not settings.published.exists()
    assert run(many).projects > 0


def full_at_the_third(self: Staging, table: Table, number: int, frame: pd.DataFrame) -> None:
    self._paths[table.name, len(self._paths)] = Path("written")
    if len(self._paths) == 3:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
