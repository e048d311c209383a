"""quality.run: one row for each night, also for one that brought nothing; files add up; a rebuild tells the same."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from flows import stages
from flows.rebuild import rebuild_all
from flows.settings import Settings
from flows.summary import Summary, Watch
from load.dictionary import query
from tests.flows.conftest import FIRST, SAMPLES, run, settings_in
from tests.flows.homes import lines

DUMPS = ("dump-utf16.txt", "dump-cp874.txt", "dump-two-copies.txt")
COUNTS = "files_listed, files_new, files_unchanged, files_duplicate, files_rejected"


def night(number: int) -> date:
    return FIRST + timedelta(days=number - 1)


def rows(settings: Settings, columns: str = COUNTS) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in query(settings.published, f"SELECT {columns} FROM quality.run ORDER BY night")[1]]


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, list[Summary]]:
    """1: a dump, the same under another name, and an empty file. 2, 3: nothing new. 4: another dump. 5: failed, with a
    third dump. 6: it again, and the first dump is gone. 6 once more with a dump that is not new."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("KAONA_OCR", "KAONA_WRITE_PAGE", "KAONA_DATA_DOCS"):
            patch.setenv(name, "false")
        settings = settings_in(tmp_path_factory.mktemp("rows") / "home", loss_limit=1)
        inbox = settings.home / "inbox"
        inbox.mkdir(parents=True)
        shutil.copy(SAMPLES / DUMPS[0], inbox)
        shutil.copy(SAMPLES / DUMPS[0], inbox / "same.txt")
        (inbox / "empty.txt").touch()
        found = [run(settings, night(number)) for number in (1, 2, 3)]
        shutil.copy(SAMPLES / DUMPS[1], inbox)
        found.append(run(settings, night(4)))
        shutil.copy(SAMPLES / DUMPS[2], inbox)
        with patch.context() as broken:
            broken.setattr(stages, "reconcile", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                run(settings, night(5))
        (inbox / DUMPS[0]).unlink()
        found.append(run(settings, night(6)))
        (inbox / DUMPS[2]).rename(inbox / "moved.txt")
        found.append(run(settings, night(6)))
    return settings, found


@pytest.mark.fault(27)
@pytest.mark.no_mails
def test_the_files_of_every_night_add_up(nights: tuple[Settings, list[Summary]]) -> None:
    settings, _ = nights
    assert rows(settings) == [
        (3, 1, 0, 1, 1),
        (3, 0, 3, 0, 0),  # nothing new: its row came with the fourth
        (3, 0, 3, 0, 0),
        (4, 1, 3, 0, 0),
        (5, 1, 4, 0, 0),  # it failed, and the sixth made up for it
        (5, 0, 5, 0, 0),  # by both of its runs
    ]
    assert all(listed == sum(parts) for listed, *parts in rows(settings))


def test_so_do_the_summaries_and_the_log(nights: tuple[Settings, list[Summary]]) -> None:
    settings, found = nights
    for files in (summary.files for summary in found):
        assert files.listed == files.new + files.unchanged + files.duplicate + files.rejected
    records = [r for r in lines(settings) if r["kind"] == "night"]
    assert [r["outcome"] for r in records] == [
        "complete", "nothing_new", "nothing_new", "complete", "failed", "complete", "complete",
    ]  # fmt: skip
    for files in (r["files"] for r in records if r["outcome"] != "failed"):
        assert files["listed"] == sum(files[part] for part in ("loaded", "unchanged", "duplicate", "rejected"))


def test_a_run_of_the_log_is_found_in_the_warehouse(nights: tuple[Settings, list[Summary]]) -> None:
    settings, _ = nights
    stored = {row[0] for row in rows(settings, "run_id")}
    said = [r["run_id"] for r in lines(settings) if r["outcome"] in ("complete", "nothing_new", "failed")]
    assert stored == set(said[:5]) | {said[-1]}  # of two runs of one night the last counts


def test_nights_that_brought_nothing_are_nights_of_the_trend(nights: tuple[Settings, list[Summary]]) -> None:
    by_night = query(nights[0].published, "SELECT night, new_findings FROM v_findings_by_night ORDER BY night")[1]
    assert [tuple(row) for row in by_night][1:3] == [(night(2), 0), (night(3), 0)]


@pytest.mark.soak
def test_a_rebuild_tells_the_same_of_every_night(nights: tuple[Settings, list[Summary]], tmp_path: Path) -> None:
    settings, _ = nights
    home = shutil.copytree(settings.home, tmp_path / "home")
    again = settings_in(home, loss_limit=1)
    rebuild_all(again, Watch(is_quiet=True))
    columns = f"night, {COUNTS}, projects, reports"
    assert rows(again, columns) == rows(settings, columns)
    # a night of several runs is known by what the last of them listed, and a rebuild lists all of it
    assert rows(again, "run_id")[:-1] == rows(settings, "run_id")[:-1]
