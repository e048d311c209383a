"""`kaona rollback`: one publication back, under the lock of the night, and what the next run does."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows import cli
from flows.delivery import AnotherRun, only_run
from flows.rollback import roll_back
from flows.settings import Settings
from load.generations import NoGeneration
from tests.flows.conftest import SECOND, run, settings_in


def bytes_beside(settings: Settings) -> dict[str, bytes]:
    folder = settings.published.parent
    found = [p for p in folder.rglob("*") if p.is_file() and "generations" not in p.parts]
    return {str(p.relative_to(folder)): p.read_bytes() for p in found}


@pytest.fixture
def two_nights(sample_night: tuple[Settings, object], tmp_path: Path) -> tuple[Settings, dict[str, bytes]]:
    """A home with two publications, and the bytes of the first one."""
    shutil.copytree(sample_night[0].home, tmp_path / "home")
    settings = settings_in(tmp_path / "home")
    first = bytes_beside(settings)
    sorted((settings.home / "inbox").rglob("*.txt"))[0].unlink()
    run(settings, SECOND)
    return settings, first


@pytest.mark.no_mails
def test_all_that_was_published_goes_back_together_and_the_next_run_publishes_again(
    two_nights: tuple[Settings, dict[str, bytes]],
) -> None:
    settings, first = two_nights
    assert bytes_beside(settings) != first
    lines = roll_back(settings)
    assert bytes_beside(settings) == first
    assert "the withdrawn night included" in lines[-1]
    assert not run(settings, SECOND).nothing_new


def test_with_nothing_to_go_back_to_the_command_fails_and_says_what_to_do(
    sample_night: tuple[Settings, object], tmp_path: Path
) -> None:
    shutil.copytree(sample_night[0].home, tmp_path / "home")
    result = CliRunner().invoke(cli.app, ["rollback", "--home", str(tmp_path / "home")])
    assert isinstance(result.exception, cli.Failure)
    assert "kaona run --rebuild" in str(result.exception)


def test_a_refused_rollback_leaves_the_night_known(sample_night: tuple[Settings, object], tmp_path: Path) -> None:
    shutil.copytree(sample_night[0].home, tmp_path / "home")
    settings = settings_in(tmp_path / "home")
    with pytest.raises(NoGeneration):
        roll_back(settings)
    assert (settings.home / "work" / "last_night.json").is_file()


def test_no_rollback_while_a_night_runs(settings: Settings) -> None:
    with only_run(settings), pytest.raises(AnotherRun):
        roll_back(settings)
