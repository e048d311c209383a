"""A night killed or stopped at every point: the next run completes it, and nothing is lost or doubled (docs/faults.md)."""

from __future__ import annotations

import os
import random
import shutil
import signal
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.flows.broken_nights import (
    LISTED,
    Before,
    broken,
    held_at,
    killed_after,
    killed_at,
    points_of_the_code,
    points_passed,
)
from tests.flows.conftest import FIRST, SECOND, run
from tests.flows.homes import lines
from tests.flows.mail_servers import Inbox, serving
from tests.flows.whole import Undisturbed, check_published, check_whole, sha_of, tables_of

# only with files on other machines: tests/extract/test_sources_s3_sftp.py kills there
_REMOTE = {"pull.chunk", "pull.fetched"}
# no letter could be written; the summary that the next run writes says nothing of the night's unreadable files
_UNWRITTEN = {"mail.uncommitted"}
_OF_MANY_STAGES = {"whole.part", "mail.file"}
_PAGES = {"docs.built", "docs.away", "pages.part"}
# the night is over, and what is observed decides nothing
_AFTER_THE_END = {"record.written", "record.logged"}
_WITH_PAGES: dict[str, object] = {"write_page": True, "data_docs": True}
KILLS = int(os.environ.get("KAONA_SOAK_KILLS", "200"))


def comes_through(
    before: Before, should: Undisturbed, folder: Path, points: Iterable[tuple[str, int]], **changes: object
) -> None:
    """The second night killed at these points, one run after the other: whole after each, complete after the last."""
    points = list(points)
    with serving() as server:
        home = before.copied(folder, server, **changes)
        was, old = tables_of(home.published), sha_of(home.published)
        for point, number in points:
            killed_at(home, point, number)
            check_published(home, was, old, should.tables)
        check_whole(
            home, SECOND, should, received=server[0].received, listed=LISTED, most_repeated=len(points)
        )  # fmt: skip
        outcomes = [record["outcome"] for record in lines(home)]
        assert outcomes.count("killed") == sum(point != "record.logged" for point, _ in points)


@pytest.mark.soak
@pytest.mark.fault(1, 3)
def test_killed_while_it_pulls_and_again_before_the_tables(before: Before, should: Undisturbed, tmp_path: Path) -> None:
    comes_through(before, should, tmp_path, [("pull.on_disk", 2), ("tables.asked", 1)])


@pytest.mark.soak
@pytest.mark.fault(4, 5)
def test_killed_among_the_suites_and_again_in_the_transaction(
    before: Before, should: Undisturbed, tmp_path: Path
) -> None:
    comes_through(before, should, tmp_path, [("validate.suite", 3), ("load.uncommitted", 1)])


@pytest.mark.fault(6, 7)
def test_killed_right_before_the_rename_and_again_right_after_it(
    before: Before, should: Undisturbed, tmp_path: Path
) -> None:
    comes_through(before, should, tmp_path, [("publish.marked", 1), ("publish.renamed", 1)])


@pytest.mark.fault(8)
def test_killed_when_the_server_has_taken_the_second_mail(before: Before, should: Undisturbed, tmp_path: Path) -> None:
    comes_through(before, should, tmp_path, [("mail.answered", 2)])


def walk(before: Before, folder: Path) -> list[tuple[str, int]]:
    """Every point that the second night passes: its first time, its last, and one between."""
    with serving() as server:
        passed = Counter(points_passed(before.copied(folder, server, **_WITH_PAGES)))
    assert points_of_the_code() == set(passed) | _REMOTE
    return [(point, number) for point, times in passed.items() for number in sorted({1, (times + 1) // 2, times})]


def pages_for(point: str) -> dict[str, object]:
    """Pages cost each night a second: they are made where the point is about them."""
    return _WITH_PAGES if point in _PAGES else {}


def test_what_a_killed_run_had_put_on_disk_for_want_of_memory_goes_with_the_next(
    before: Before, tmp_path: Path, server: tuple[Inbox, int]
) -> None:
    home = before.copied(tmp_path, server)
    left = home.home / "work" / "spill" / "duckdb_temp_1_0_storage_DEFAULT-0.tmp"
    left.parent.mkdir()
    left.write_bytes(b"a row")
    run(home, FIRST)
    assert not left.parent.exists()


@pytest.mark.soak
@pytest.mark.fault(1, 2, 3, 4, 5, 6, 7, 8)
def test_killed_at_every_point_in_order(before: Before, should: Undisturbed, tmp_path: Path) -> None:
    wrong = {}
    for point, number in walk(before, tmp_path / "walk"):
        try:
            comes_through(before, should, tmp_path / f"{point}-{number}", [(point, number)], **pages_for(point))
        except Exception as error:
            wrong[point, number] = str(error)[:1000]
        else:
            shutil.rmtree(tmp_path / f"{point}-{number}")
    assert wrong == {}


@pytest.mark.soak
@pytest.mark.fault(1, 2, 3, 4, 5, 6, 7, 8)
def test_killed_at_random_points_run_after_run(before: Before, should: Undisturbed, tmp_path: Path) -> None:
    """Each run completes what the killed ones before it left, until it is killed itself, at a point it may not pass."""
    points = walk(before, tmp_path / "walk")
    chance = random.Random(62)
    for sequence in range(KILLS // 20):
        with serving() as server:
            home = before.copied(tmp_path / str(sequence), server, **_WITH_PAGES)
            was, old = tables_of(home.published), sha_of(home.published)
            for point, number in chance.sample(points, 4):
                broken(home, f"{point}:{number}:kill")
                check_published(home, was, old, should.tables)
            check_whole(home, SECOND, should, received=server[0].received, listed=LISTED, most_repeated=4)
        shutil.rmtree(tmp_path / str(sequence))


def killed_at_moments(
    before: Before, should: Undisturbed, folder: Path, chance: random.Random, kills: int, seconds: float
) -> None:
    """The same at moments that nobody chose."""
    with serving() as server:
        home = before.copied(folder, server)
        was, old = tables_of(home.published), sha_of(home.published)
        for _ in range(kills):
            killed_after(home, chance.uniform(0.05, seconds))
            check_published(home, was, old, should.tables)
        check_whole(home, SECOND, should, received=server[0].received, listed=LISTED, most_repeated=kills)


@pytest.mark.fault(1, 2, 3, 4, 5, 6, 7)
def test_killed_at_a_random_moment(before: Before, should: Undisturbed, tmp_path: Path) -> None:
    killed_at_moments(before, should, tmp_path, random.Random(2563), 1, 4.0)


@pytest.mark.soak
@pytest.mark.fault(1, 2, 3, 4, 5, 6, 7, 8)
def test_killed_at_hundreds_of_random_moments(before: Before, should: Undisturbed, tmp_path: Path) -> None:
    chance = random.Random(2564)
    for sequence in range(KILLS // 4):
        killed_at_moments(before, should, tmp_path / str(sequence), chance, 4, 5.0)
        shutil.rmtree(tmp_path / str(sequence))


@pytest.mark.soak
@pytest.mark.fault(10, 11)
@pytest.mark.parametrize("what", ["raise", "full"])
def test_an_error_at_every_point(before: Before, should: Undisturbed, tmp_path: Path, what: str) -> None:
    """Not the disk itself, but all that a full one makes of a call: the night fails and says why, or goes on without."""
    wrong = {}
    points = [
        (point, number)
        for point, number in walk(before, tmp_path / "walk")
        if point not in _AFTER_THE_END and (number == 1 or point in _OF_MANY_STAGES)
    ]
    for point, number in points:
        with serving() as server:
            home = before.copied(tmp_path / f"{point}-{number}", server, **pages_for(point))
            was, old = tables_of(home.published), sha_of(home.published)
            done = broken(home, f"{point}:{number}:{what}")
            try:
                assert done.returncode in (0, 1)
                assert "Traceback" not in done.stderr
                is_new = check_published(home, was, old, should.tables)
                assert is_new or done.returncode == 1
                check_whole(
                    home, SECOND, should, received=server[0].received, listed=LISTED, is_told_later=point in _UNWRITTEN
                )
            except Exception as error:
                wrong[point, number] = f"{error!r:.1000} after {done.stderr[-300:]}"
            else:
                shutil.rmtree(tmp_path / f"{point}-{number}")
    assert wrong == {}


# ---------------------------------------------------------------- two at once, and a stop


@pytest.mark.fault(36)
def test_of_two_runs_the_second_is_refused_and_the_lock_dies_with_the_first(
    before: Before, should: Undisturbed, tmp_path: Path, server: tuple[Inbox, int]
) -> None:
    home = before.copied(tmp_path, server)
    with held_at(home, "pull.listed") as first:
        second = broken(home, "")
        assert second.returncode == 1
        assert "another kaona run is at work" in second.stderr
        assert lines(home)[-1]["outcome"] == "refused"
        first.send_signal(signal.SIGKILL)
        first.wait(10)
        check_whole(home, SECOND, should, received=server[0].received, listed=LISTED)


def stopped_at(before: Before, should: Undisturbed, folder: Path, point: str) -> str:
    """The second night told to stop at a point: it ends at once and in order, and the next run does the rest.

    Returns how its line in the log says that it ended.
    """
    with serving() as server:
        home = before.copied(folder, server, **pages_for(point))
        was, old = tables_of(home.published), sha_of(home.published)
        with held_at(home, point) as night:
            night.send_signal(signal.SIGTERM)
            assert night.wait(30) in (1, -signal.SIGTERM)
        check_published(home, was, old, should.tables)
        outcome = str(lines(home)[-1]["outcome"])
        check_whole(home, SECOND, should, received=server[0].received, listed=LISTED)
    return outcome


@pytest.mark.fault(61)
def test_told_to_stop_with_the_new_file_half_published(before: Before, should: Undisturbed, tmp_path: Path) -> None:
    assert stopped_at(before, should, tmp_path, "publish.marked") == "stopped"


@pytest.mark.soak
@pytest.mark.fault(61)
def test_told_to_stop_at_every_point(before: Before, should: Undisturbed, tmp_path: Path) -> None:
    for point in sorted({point for point, _ in walk(before, tmp_path / "walk")}):
        outcome = stopped_at(before, should, tmp_path / point, point)
        assert (outcome == "stopped") is (point not in _AFTER_THE_END), (point, outcome)
        shutil.rmtree(tmp_path / point)
