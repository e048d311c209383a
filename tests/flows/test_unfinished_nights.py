"""Nights that were pulled and not loaded: the next run makes up for them, and a rebuild gives what is published."""

from __future__ import annotations

import os
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from data.samples.generator.dump import STYLE_1, Copy, dump_text
from flows import nightly, nights_left
from flows.operating.status import status_of
from flows.outbox import waiting
from flows.rebuild import verify_exports
from flows.settings import Settings
from flows.validating import NotPublished
from load.dictionary import query
from tests.flows.broken_nights import killed_at
from tests.flows.conftest import FIRST, SECOND, THIRD, run, settings_in
from tests.flows.homes import copied
from tests.flows.test_nights import project

PROJECTS = {name: project(n, f"50390000-93{n}1", reports=1) for n, name in enumerate(("one", "two", "three"), 1)}
CODES = {name: given.code for name, given in PROJECTS.items()}


def put(settings: Settings, *names: str) -> None:
    """Exactly these forms stand in the inbox."""
    inbox = settings.home / "inbox"
    inbox.mkdir(parents=True, exist_ok=True)
    for old in inbox.glob("*.txt"):
        if old.stem not in names:
            old.unlink()
    for name in names:
        if not (inbox / f"{name}.txt").exists():
            (inbox / f"{name}.txt").write_text(dump_text([Copy(PROJECTS[name], STYLE_1)]), encoding="utf-8")


def fail(settings: Settings, night: date, stage: str = "flows.stages.reconcile") -> None:
    """A run of a night that ends in this stage, for a reason that is none of its files."""

    def broken(*_: object) -> None:
        raise OSError(stage)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage, broken)
        with pytest.raises(OSError, match=stage):
            run(settings, night)


def brought(settings: Settings) -> dict[str, date]:
    """Form → the night that brought it, as it is published."""
    rows = query(settings.published, "SELECT uri, night FROM lineage.source_file")[1]
    return {Path(uri).stem: night for uri, night in rows}


@pytest.fixture(scope="module")
def one_night(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home with one form on the first night. Tests copy it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("KAONA_OCR", "KAONA_WRITE_PAGE", "KAONA_DATA_DOCS"):
            patch.setenv(name, "false")
        settings = settings_in(tmp_path_factory.mktemp("unfinished") / "home", write_mails=False)
        put(settings, "one")
        run(settings, FIRST)
    return settings


def nothing_is_left(settings: Settings) -> bool:
    return not nights_left.is_anything_left(settings) and run(settings, THIRD).nothing_new


@pytest.mark.soak
def test_a_night_that_was_loaded_and_not_published_is_published_though_the_next_one_brings_nothing(
    one_night: Settings, tmp_path: Path
) -> None:
    settings = copied(one_night, tmp_path, write_mails=False)
    put(settings, "one", "two")
    fail(settings, SECOND, "flows.nightly.publish")
    put(settings, "one")  # as it stood when a night was published last
    assert not run(settings, THIRD).nothing_new
    assert brought(settings) == {"one": FIRST, "two": SECOND}
    assert verify_exports(settings) == []
    assert nothing_is_left(settings)


@pytest.mark.fault(2)
def test_a_night_that_was_killed_is_made_up_for_with_the_files_that_stood_only_there(
    one_night: Settings, tmp_path: Path
) -> None:
    settings = copied(one_night, tmp_path, write_mails=False)
    put(settings, "one", "two")
    killed_at(settings, "pull.listed")
    put(settings, "one", "three")
    run(settings, THIRD)
    assert brought(settings) == {"one": FIRST, "two": SECOND, "three": THIRD}
    assert verify_exports(settings) == []
    assert nothing_is_left(settings)


@pytest.mark.soak
def test_failed_nights_in_any_order_keep_the_files_that_stood_only_then(one_night: Settings, tmp_path: Path) -> None:
    settings = copied(one_night, tmp_path, write_mails=False)
    put(settings, "one", "three")
    fail(settings, THIRD)
    put(settings, "one", "two")
    fail(settings, SECOND)
    put(settings, "one")
    assert run(settings, SECOND).night == SECOND.isoformat()
    assert brought(settings) == {"one": FIRST, "two": SECOND, "three": THIRD}
    assert verify_exports(settings) == []


def blocked_by(patch: pytest.MonkeyPatch, code: str) -> None:
    """Every night that delivers a project fails a check as a whole."""
    loads = nightly.load

    def load(*arguments: Any) -> None:
        _, delivered, judged, *_ = arguments
        if code in set(judged.frames["delivery"]["project_code"]) and delivered.night < THIRD:
            raise NotPublished(judged.verdict.validation)
        loads(*arguments)

    patch.setattr(nightly, "load", load)


def test_a_night_that_its_files_forbid_does_not_stop_the_nights_after_it(one_night: Settings, tmp_path: Path) -> None:
    settings = copied(one_night, tmp_path)
    put(settings, "one", "two", "three")
    with pytest.MonkeyPatch.context() as patch:
        blocked_by(patch, CODES["two"])
        with pytest.raises(NotPublished):
            run(settings, SECOND)
        assert verify_exports(settings) == []
        put(settings, "one", "three")
        run(settings, THIRD)
        assert brought(settings) == {"one": FIRST, "three": THIRD}
        assert verify_exports(settings) == []
        assert nothing_is_left(settings)
    assert [(aside.night, aside.files, aside.alone) for aside in nights_left.nights_set_aside(settings.archive)] == [
        (SECOND, 3, 1)
    ]
    assert any(f"the night of {SECOND} is set aside" in need for need in status_of(settings).needs)
    assert any("set aside" in str(letter["Subject"]) for _, letter in waiting(settings))
    # with another version of the program it is tried again
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("flows.delivery.VERSION", "0.1.1")
        run(settings, THIRD)
        assert brought(settings) == {"one": FIRST, "two": SECOND, "three": SECOND}
        assert not list(nights_left.nights_set_aside(settings.archive))


@pytest.mark.soak
def test_when_tonight_fails_too_it_is_the_program_and_no_night_is_set_aside(
    one_night: Settings, tmp_path: Path
) -> None:
    settings = copied(one_night, tmp_path, write_mails=False)
    put(settings, "one", "two")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nightly, "load", lambda *_: (_ for _ in ()).throw(ValueError("a wrong program")))
        for night in (SECOND, THIRD):
            with pytest.raises(ValueError, match="a wrong program"):
                run(settings, night)
    assert not list(nights_left.nights_set_aside(settings.archive))
    shutil.rmtree(settings.home / "work" / "unfinished")  # a home of before there were marks
    put(settings, "one")
    run(settings, THIRD)
    assert brought(settings) == {"one": FIRST, "two": SECOND}
    assert verify_exports(settings) == []


@pytest.mark.soak
def test_a_second_run_that_is_set_aside_leaves_what_the_first_one_loaded(one_night: Settings, tmp_path: Path) -> None:
    settings = copied(one_night, tmp_path, write_mails=False)
    put(settings, "one", "three")
    run(settings, SECOND)
    put(settings, "one", "two", "three")
    with pytest.MonkeyPatch.context() as patch:
        blocked_by(patch, CODES["two"])
        with pytest.raises(NotPublished):
            run(settings, SECOND)
        put(settings, "one", "three")
        run(settings, THIRD)
        assert brought(settings) == {"one": FIRST, "three": SECOND}
        assert verify_exports(settings) == []


@pytest.mark.soak
def test_a_file_that_cannot_be_fetched_is_told_once_and_again_when_it_was_there_meanwhile(
    one_night: Settings, tmp_path: Path
) -> None:
    settings = copied(one_night, tmp_path, write_mails=False)
    pipe = settings.home / "inbox" / "two.txt"
    nights = [date(2026, 11, day) for day in (23, 24, 25, 26, 27)]
    os.mkfifo(pipe)
    assert run(settings, nights[0]).files.rejected == 1
    assert run(settings, nights[1]).nothing_new
    put(settings, "one", "three", "two")  # the pipe still stands
    assert run(settings, nights[2]).files.rejected == 1
    assert query(settings.published, "SELECT night, count(*) FROM quality.rejected_file GROUP BY ALL")[1] == [
        (nights[0], 1)
    ]
    pipe.unlink()
    put(settings, "one", "three", "two")
    assert run(settings, nights[3]).files.rejected == 0
    pipe.unlink()
    os.mkfifo(pipe)
    run(settings, nights[4])
    states = query(settings.published, "SELECT night, state FROM quality.finding_history WHERE rule = 'file_rejected'")[
        1
    ]
    assert [tuple(row) for row in states] == [(nights[0], "new"), (nights[3], "resolved"), (nights[4], "regressed")]
    assert verify_exports(settings) == []
