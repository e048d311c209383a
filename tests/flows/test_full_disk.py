"""A night on a disk that is full, or that may not take more: it fails, says why, and the next run goes on."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest

from flows.mail_files import store_path
from flows.operating.attempt import NotReady
from flows.settings import Settings
from load import mail_store
from tests.flows.broken_nights import LISTED, Before, broken
from tests.flows.conftest import SECOND, run
from tests.flows.homes import lines
from tests.flows.mail_servers import Inbox, serving
from tests.flows.small_disks import on_small_disk
from tests.flows.whole import Undisturbed, check_published, check_whole, left_over, sha_of, tables_of
from tests.ordinary_user import with_limits

KB, MB = 1024, 1024 * 1024
# what is whole by itself and is gone on with, and the log of the working file, which holds what was committed
_KEPT = ("archive/incoming/", "work/read/", "work/kaona.duckdb.wal", "outbox/outbox.duckdb.wal")


def by_command(home: Settings, under: Sequence[str] = ()) -> str:
    """What the command says of the second night, which fails."""
    done = broken(home, under=under)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr.partition("kaona: ")[2]


def in_this_process(home: Settings) -> str:
    """The same without the seconds that a process needs to begin."""
    with pytest.raises(Exception) as raised:  # noqa: PT011 (what it says is looked at)
        run(home, SECOND)
    return str(raised.value)


def is_gone_on_with(
    home: Settings,
    server: tuple[Inbox, int],
    should: Undisturbed,
    failing: Callable[[Settings], str],
    said: str,
    make_room: Callable[[], object],
) -> str:
    """The second night where something is full: it says why, nothing is half made, readers keep what they have; then
    room, and all is whole. Returns the stage in which it failed.
    """
    was, old = tables_of(home.published), sha_of(home.published)
    told = failing(home)
    assert said in told
    assert "run again" in told or "free some space" in told
    assert [name for name in left_over(home) if not name.startswith(_KEPT) or name.endswith(".tmp")] == []
    record = lines(home)[-1]
    assert (record["outcome"], record["exit_code"]) == ("failed", 1)
    make_room()
    check_published(home, was, old, should.tables)
    check_whole(home, SECOND, should, received=server[0].received, listed=LISTED)
    return str(record["stage"])


def letters_to_operator(settings: Settings) -> list[str]:
    with mail_store.opened(store_path(settings)) as con:
        return [mail.state for mail in mail_store.mails(con) if mail.kind == "operator"]


@pytest.mark.fault(10)
def test_full_while_a_source_is_pulled(
    before: Before, should: Undisturbed, tmp_path: Path, server: tuple[Inbox, int]
) -> None:
    elsewhere = tmp_path / "archive"
    home = before.copied(tmp_path / "at", server, archive_at=elsewhere, min_free_mb=0)
    shutil.move(home.home / "archive", elsewhere)
    with on_small_disk(elsewhere) as disk:
        disk.leave(24 * KB)
        stage = is_gone_on_with(home, server, should, by_command, "No space left on device", disk.grow)
        assert stage == "pull sources"
        assert letters_to_operator(home) == ["sent"]


@pytest.mark.fault(10, 11)
@pytest.mark.parametrize(("free", "stages"), [
    (12 * KB, {"read"}),  # what was read is written down
    (52 * KB, {"reconcile", "load"}),  # rows on their way
    (128 * KB, {"load"}),  # the transaction
    pytest.param(600 * KB, {"publish"}, marks=pytest.mark.soak),  # the checkpoint
], ids=["read", "staged", "load", "checkpoint"])  # fmt: skip
def test_full_while_the_working_file_is_made(
    before: Before, should: Undisturbed, tmp_path: Path, server: tuple[Inbox, int], free: int, stages: set[str]
) -> None:
    home = before.copied(tmp_path, server, min_free_mb=0)
    with on_small_disk(home.home / "work") as disk:
        disk.leave(free)
        stage = is_gone_on_with(home, server, should, in_this_process, "out of room on the disk", disk.grow)
        assert stage in stages
        assert letters_to_operator(home) == ["sent"]


@pytest.mark.fault(11)
def test_full_while_the_copy_for_readers_is_made(
    before: Before, should: Undisturbed, tmp_path: Path, server: tuple[Inbox, int]
) -> None:
    home = before.copied(tmp_path, server)
    with on_small_disk(home.published.parent) as disk:
        disk.leave(2 * MB)
        stage = is_gone_on_with(home, server, should, in_this_process, "the copy could not be made", disk.grow)
        assert stage == "publish"
        assert letters_to_operator(home) == ["sent"]


@pytest.mark.fault(10)
def test_on_a_disk_that_is_full_already_nothing_begins(
    before: Before, should: Undisturbed, tmp_path: Path, server: tuple[Inbox, int]
) -> None:
    home = before.copied(tmp_path, server)
    with on_small_disk(home.home / "work") as disk:
        disk.leave(100 * MB)
        with pytest.raises(NotReady, match="100 MB are free"):
            run(home, SECOND)
        assert (lines(home)[-1]["stage"], lines(home)[-1]["outcome"]) == ("preflight", "failed")
        assert letters_to_operator(home) == ["sent"]
        disk.grow()
        check_whole(home, SECOND, should, received=server[0].received, listed=LISTED)


@pytest.mark.fault(12)
@pytest.mark.parametrize("most", [20 * KB, *(pytest.param(n * KB, marks=pytest.mark.soak) for n in (4, 100, 2048))])
def test_a_limit_on_the_size_of_files(
    before: Before, should: Undisturbed, tmp_path: Path, server: tuple[Inbox, int], most: int
) -> None:
    home = before.copied(tmp_path, server)
    under = partial(by_command, under=with_limits(fsize=most))
    is_gone_on_with(home, server, should, under, "File too large", lambda: None)


@pytest.mark.soak
@pytest.mark.fault(10, 11)
def test_full_at_any_moment(before: Before, should: Undisturbed, tmp_path: Path) -> None:
    """The whole home on a disk that has less and less room beyond what it holds."""
    reached = set()
    for free in [*(4 * KB * n for n in range(32)), *(512 * KB * n for n in range(1, 60))]:
        folder = tmp_path / str(free)
        folder.mkdir()
        with serving() as server:
            home = before.copied(folder, server, min_free_mb=0)
            with on_small_disk(home.home) as disk:
                disk.leave(free)
                was, old = tables_of(home.published), sha_of(home.published)
                done = broken(home)
                assert done.returncode in (0, 1), done.stderr
                assert "Traceback" not in done.stderr
                assert done.returncode == 0 or "No space left" in done.stderr or "out of room" in done.stderr
                reached.add(lines(home)[-1]["stage"])
                check_published(home, was, old, should.tables)
                disk.grow()
                check_whole(home, SECOND, should, received=server[0].received, listed=LISTED)
        shutil.rmtree(folder)
    assert reached >= {"preflight", "pull sources", "read", "load", "publish", None}
