"""Folders that cannot be written to or are not there: a night fails before it begins, or makes what is missing."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.delivery import registry_hash
from flows.operating import doctor_settings
from flows.operating.attempt import NotReady
from flows.operating.preflight import lacking_registers
from flows.settings import CHECKOUT, Settings
from tests.flows.broken_nights import LISTED, Before, broken
from tests.flows.conftest import SECOND, run, settings_in
from tests.flows.homes import copied, lines
from tests.flows.mail_servers import Inbox
from tests.flows.small_disks import read_only
from tests.flows.whole import Undisturbed, check_published, check_whole, exports_of, sha_of, tables_of
from tests.ordinary_user import UID, as_ordinary_user


def begun(settings: Settings) -> dict[str, bytes]:
    """What a night changes first: the archive, what was pulled, the working file, the sign of life."""
    folders = (settings.archive, settings.home / "work")
    return {str(p): p.read_bytes() for folder in folders for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.mark.fault(13)
@pytest.mark.parametrize("place", ["", "work", "archive", "archive/nights", "published", "outbox", "log"])
def test_a_place_on_a_disk_that_only_reads(
    before: Before, should: Undisturbed, tmp_path: Path, server: tuple[Inbox, int], place: str
) -> None:
    home = before.copied(tmp_path, server)
    was, old, untouched = tables_of(home.published), sha_of(home.published), begun(home)
    with read_only(home.home / place), pytest.raises(NotReady, match=r"cannot be written to .Read-only file system"):
        run(home, SECOND)
    assert begun(home) == untouched
    if place not in ("", "log"):
        assert (lines(home)[-1]["stage"], lines(home)[-1]["outcome"]) == ("preflight", "failed")
    assert not check_published(home, was, old, should.tables)
    if place == "published":  # after all of them the home is the same
        check_whole(home, SECOND, should, received=server[0].received, listed=LISTED)


@pytest.mark.fault(13)
def test_the_command_ends_with_one_sentence(before: Before, tmp_path: Path, server: tuple[Inbox, int]) -> None:
    home = before.copied(tmp_path, server)
    with read_only(home.published.parent):
        done = broken(home)
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.startswith(f"kaona: published: {home.published.parent} cannot be written to (Read-only file system)")


@pytest.mark.fault(13)
def test_a_source_may_be_on_a_disk_that_only_reads(
    before: Before, should: Undisturbed, tmp_path: Path, server: tuple[Inbox, int]
) -> None:
    home = before.copied(tmp_path, server)
    with read_only(home.home / "inbox"):
        check_whole(home, SECOND, should, received=server[0].received, listed=LISTED)


@pytest.mark.fault(14)
def test_folders_that_are_missing_are_made(
    before: Before, should: Undisturbed, tmp_path: Path, server: tuple[Inbox, int]
) -> None:
    home = before.copied(tmp_path, server)
    for folder in (home.published.parent, home.log, home.archive / "incoming"):
        shutil.rmtree(folder)
    check_whole(home, SECOND, should, received=server[0].received, listed=LISTED)
    shutil.rmtree(home.published.parent)  # with nothing new to read
    assert not run(home, SECOND).nothing_new
    assert (tables_of(home.published), exports_of(home)) == (should.tables, should.exports)


@pytest.mark.fault(14)
def test_what_belongs_to_somebody_else(
    before: Before, should: Undisturbed, open_folder: Path, server: tuple[Inbox, int]
) -> None:
    under = as_ordinary_user()
    if not under:
        pytest.skip("only root can give a folder to somebody else")
    home = before.copied(open_folder, server)
    was, old = tables_of(home.published), sha_of(home.published)
    for place, said in (
        ("archive", "archive: {} cannot be written to (Permission denied)"),
        ("published", "published: {} cannot be written to (Permission denied)"),
        # somebody ran kaona as root
        ("work/kaona.duckdb", "{} cannot be written to; expected files of the user that runs kaona"),
        ("outbox/outbox.duckdb", "{} cannot be written to"),
        ("log/nights.jsonl", "{} cannot be written to"),
        ("work/run.lock", "{} cannot be written to"),
        ("archive/ab", "{} cannot be used"),
    ):
        (home.archive / "ab").mkdir(exist_ok=True)
        give(open_folder, UID)
        give(home.home / place, 0)
        done = broken(home, under=under)
        assert done.returncode == 1, done.stderr
        assert said.format(home.home / place) in done.stderr
        assert "Traceback" not in done.stderr
        assert not check_published(home, was, old, should.tables)
    give(open_folder, os.getuid())
    check_whole(home, SECOND, should, received=server[0].received, listed=LISTED)


def give(place: Path, uid: int) -> None:
    """A file, or a folder with all that is in it, to another owner."""
    for path in (place, *place.rglob("*")):
        os.chown(path, uid, uid)


@pytest.mark.fault(64)
@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda folder: folder.rename(folder.with_name("away")), "is no folder; bring it back or set KAONA_REFERENCE"),
        (
            lambda folder: (folder / "corrections.csv").write_bytes(b""),
            "corrections.csv is empty; bring the register back",
        ),
        (lambda folder: (folder / "agency_codes.tsv").unlink(), "agency_codes.tsv is missing"),
        (lambda folder: (folder / "mutes.csv").unlink() or (folder / "mutes.csv").mkdir(), "mutes.csv is no file"),
        (lambda folder: (folder / "people.csv").unlink() or os.mkfifo(folder / "people.csv"), "people.csv is no file"),
        (
            lambda folder: (folder / "contacts.csv").write_bytes(b"PK\x03\x04" + bytes(range(256)) * 9),
            "data/reference/contacts.csv: ",
        ),
        (
            lambda folder: (folder / "agency_codes.tsv").write_text("code\tname\n\n"),
            "agency_codes.tsv holds no code",
        ),
    ],
    ids=["no folder", "emptied", "missing", "folder", "pipe", "workbook", "head only"],
)
def test_registers_that_are_lost_stop_a_night_before_it_begins_and_undo_nothing(
    before: Before, tmp_path: Path, spoil: Callable[[Path], object], said: str
) -> None:
    folder = tmp_path / "reference"
    shutil.copytree(CHECKOUT / "data" / "reference", folder)
    home = copied(before.home, tmp_path, reference=folder)
    was = begun(home)
    spoil(folder)
    with pytest.raises(NotReady, match=re.escape(said)):
        run(home, SECOND)
    assert begun(home) == was
    assert [f.state for f in doctor_settings.reference(home)] == ["FAIL"]


def test_what_is_no_register_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "reference"
    shutil.copytree(CHECKOUT / "data" / "reference", folder)
    home = settings_in(tmp_path / "home", reference=folder)
    before = registry_hash(home)
    (folder / ".#corrections.csv").symlink_to("somebody@editor.1")
    (folder / "notes.csv").touch()
    (folder / "old.csv").mkdir()
    (folder / "._contacts.csv").write_bytes(b"\x00\x05\x16\x07")
    assert lacking_registers(home) == ""
    assert registry_hash(home) == before
    assert [finding.state for finding in doctor_settings.reference(home)] == ["ok"]
