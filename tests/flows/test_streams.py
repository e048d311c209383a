"""Whoever starts kaona may have closed its streams, filled their disk, or set another locale: no night minds."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli import app
from flows.run import WrongUsage, run_night
from flows.settings import CHECKOUT, Settings
from flows.summary import Summary, Watch
from load.dictionary import query
from tests.flows.conftest import SAMPLES
from tests.flows.whole import left_over

FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no disk that is always full")


def kaona(home: Path, line: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What a shell makes of `kaona LINE` for this home."""
    env = {**os.environ, "PYTHONPATH": str(CHECKOUT), "KAONA_HOME": str(home), "KAONA_USE_PREFECT": "false"}
    env.pop("PYTHONUNBUFFERED", None)
    command = f"kaona() {{ '{sys.executable}' -m flows \"$@\"; }}; set -o pipefail; {line}"
    return subprocess.run(
        ["bash", "-c", command], env=env | environment, cwd=home.parent, capture_output=True, text=True, timeout=120
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home" / "inbox").mkdir(parents=True)
    shutil.copy(SAMPLES / "dump-cp874.txt", tmp_path / "home" / "inbox")
    return tmp_path / "home"


@pytest.mark.parametrize(
    "away", [">&- 2>&- <&-", pytest.param(">/dev/full 2>/dev/full", marks=FULL)], ids=["closed", "full"]
)
def test_a_night_that_nobody_hears_is_a_whole_night(away: str, home: Path) -> None:
    done = kaona(home, f"kaona run {away}")
    assert done.returncode == 0
    assert query(home / "published" / "kaona.duckdb", "SELECT files_listed, files_new FROM quality.run")[1] == [(1, 1)]
    assert left_over(Settings(home=home)) == []
    assert kaona(home, "kaona verify").returncode == 0


@FULL
def test_a_night_whose_result_cannot_be_printed_is_done_and_an_answer_that_cannot_is_none(home: Path) -> None:
    done = kaona(home, "kaona run >/dev/full")
    assert done.returncode == 0
    assert "standard output takes nothing more (No space left on device); all is done" in done.stderr
    asked = kaona(home, "kaona status >/dev/full")
    assert asked.returncode == 1
    assert asked.stderr == "kaona: standard output takes nothing more (No space left on device)\n"


def test_who_reads_only_the_first_lines_has_no_error(sample_night: tuple[Settings, Summary]) -> None:
    done = kaona(sample_night[0].home, "kaona sql 'FROM lineage.reading' | head -n 1")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 1


def test_in_a_locale_without_thai_it_is_printed_by_number(sample_night: tuple[Settings, Summary]) -> None:
    done = kaona(sample_night[0].home, 'kaona sql --csv "SELECT chr(3585) AS a"', LC_ALL="C", PYTHONUTF8="0")
    assert (done.returncode, done.stdout, done.stderr) == (0, "a\n\\u0e01\n", "")
    done = kaona(sample_night[0].home, "kaona sql --csv \"SELECT 'ก' AS a\"", LC_ALL="C", PYTHONUTF8="0")
    assert (done.returncode, done.stdout, done.stderr) == (0, "a\n\\u0e01\n", "")


@pytest.mark.parametrize(
    ("night", "hint"),
    [
        ("2569-11-29", "a Buddhist year is 543 ahead: 2026-11-29"),
        ("2400-01-01", "Common Era\n"),
        ("0202-11-29", "Common Era\n"),
    ],
)
def test_a_night_that_there_cannot_be_is_a_wrong_usage_and_leaves_no_trace(
    night: str, hint: str, settings: Settings
) -> None:
    done = CliRunner().invoke(app, ["run", "--home", str(settings.home), "--as-of", night])
    assert done.exit_code == 2
    assert f"night {night}: expected a date from 1900 to 2399, Common Era" in done.stderr
    assert hint in done.stderr
    with pytest.raises(WrongUsage, match=night):  # as Prefect asks for it
        run_night(settings, date.fromisoformat(night), Watch(is_quiet=True))
    assert [p.name for p in settings.home.iterdir()] == ["inbox"]


def test_nothing_more_is_made_for_who_has_seen_enough(home: Path) -> None:
    endless = "from itertools import count; from flows.streams import write_lines; write_lines(map(str, count()))"
    done = kaona(home, f"'{sys.executable}' -c '{endless}' | head -1")
    assert (done.returncode, done.stdout, done.stderr) == (0, "0\n", "")
