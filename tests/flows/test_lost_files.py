"""Homes of which something got lost or damaged on a disk: no night loses a fact by it, and the file is named."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from extract.sources import archive_path
from flows.archived_nights import read_night
from flows.comparing import LossHeld
from flows.operating import doctor_data
from flows.operating.preflight import NotReady
from flows.operating.status import status_of
from flows.rebuild import rebuild_all, verify_exports
from flows.rollback import roll_back
from flows.settings import CHECKOUT, Settings
from flows.single_files import read_files
from flows.summary import Watch
from load.generations import NoGeneration, generations
from load.warehouse import work_path
from tests.flows.conftest import FIRST, SAMPLES, SECOND, THIRD, run, settings_in
from tests.flows.homes import copied
from tests.flows.whole import sha_of

DUMPS = ("dump-utf16.txt", "dump-cp874.txt", "dump-flags.txt")


@pytest.fixture(scope="module")
def two_nights(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home of two nights; what the second one brought stands in the inbox no more."""
    settings = settings_in(tmp_path_factory.mktemp("lost") / "home", write_mails=False)
    for night, dump in zip((FIRST, SECOND), DUMPS, strict=False):
        bring(settings, dump)
        run(settings, night)
    (settings.home / "inbox" / DUMPS[1]).unlink()
    return settings


@pytest.fixture
def home(two_nights: Settings, tmp_path: Path) -> Settings:
    return copied(two_nights, tmp_path, write_mails=False)


def bring(settings: Settings, dump: str) -> None:
    (settings.home / "inbox").mkdir(parents=True, exist_ok=True)
    shutil.copy(SAMPLES / dump, settings.home / "inbox")


def list_of(settings: Settings, name: str = f"{SECOND}.tsv") -> Path:
    return settings.archive / "nights" / name


def forget_the_list(settings: Settings) -> None:
    list_of(settings).unlink()


def forget_the_bytes(settings: Settings) -> None:
    [only] = [f for f in read_night(settings.archive, SECOND) if f.uri.endswith(DUMPS[1])]
    archive_path(settings.archive, str(only.sha256)).unlink()


@pytest.mark.fault(63)
@pytest.mark.parametrize("forget", [forget_the_list, forget_the_bytes])
@pytest.mark.parametrize("is_emptied", [False, True], ids=["gone", "emptied"])
def test_a_lost_working_file_and_an_archive_that_is_not_whole_take_nothing_from_readers(
    home: Settings, forget: Callable[[Settings], None], is_emptied: bool
) -> None:
    forget(home)
    if is_emptied:
        work_path(home.home).write_bytes(b"")
    else:
        shutil.rmtree(home.home / "work")
    before = sha_of(home.published)
    with pytest.raises(LossHeld, match=r"1 project gone.* or run `kaona run --rebuild --accept-changes` if"):
        read_files(home, [str(SAMPLES / DUMPS[2])], THIRD, Watch(is_quiet=True))
    for _ in ("at once", "again"):
        with pytest.raises(LossHeld, match=r"it would lose 1 file .*, 1 project gone"):
            run(home, THIRD)
    assert sha_of(home.published) == before


@pytest.mark.fault(63)
def test_a_lost_working_file_alone_costs_nothing_but_time(home: Settings) -> None:
    shutil.rmtree(home.home / "work")
    assert [f.state for f in doctor_data.working_file(home)] == ["warning"]
    bring(home, DUMPS[2])
    changed = home.home / "inbox" / DUMPS[0]
    lines = changed.read_text("utf-16").splitlines(keepends=True)
    kept = [line for line in lines if "งบประมาณที่ใช้ไป" not in line]
    assert len(kept) < len(lines)
    changed.write_text("".join(kept), "utf-16")
    night = run(home, THIRD)  # what tonight takes from a form is no loss of the working file
    assert (night.projects > 2, night.files.new) == (True, 2)
    assert verify_exports(home) == []
    assert status_of(home).needs == []


@pytest.mark.fault(63)
def test_a_list_or_bytes_that_are_not_there_are_told_while_a_backup_can_still_help(home: Settings) -> None:
    assert [f.state for f in doctor_data.archive_lists(home)] == ["ok"]
    forget_the_bytes(home)
    assert [f.state for f in doctor_data.archive_lists(home)] == ["ok", "FAIL"]
    forget_the_list(home)
    [look] = status_of(home).needs
    assert look.startswith(f"{home.archive}/nights has no list of 1 nights that are published ({SECOND} first)")


@pytest.mark.fault(63)
@pytest.mark.parametrize(
    ("place", "is_told"),
    [
        (f"archive/nights/{SECOND} (copy).tsv", True),
        ("archive/nights/old.set-aside", True),
        ("archive/nights/20261123.tsv", True),
        ("work/unfinished/foo.pulled", False),
    ],
)
def test_what_is_no_list_of_a_night_is_passed_over(home: Settings, place: str, is_told: bool) -> None:
    shutil.copy(list_of(home), home.home / place)
    bring(home, DUMPS[2])
    assert run(home, THIRD).files.new == 1
    told = [look for look in status_of(home).needs if "which is no list of a night and passed over" in look]
    assert len(told) == is_told
    assert run(home, THIRD).nothing_new
    assert verify_exports(home) == []


@pytest.mark.fault(63)
@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda text: text[: len(text) // 2], "line [0-9]+ has [0-9] columns"),
        (lambda text: text.splitlines(keepends=True)[0], "it is empty"),
        (lambda text: "", "it is empty"),
    ],
    ids=["cut off", "head only", "nothing"],
)
def test_a_list_that_is_not_whole_is_named_and_not_believed(
    home: Settings, spoil: Callable[[str], str], why: str, tmp_path: Path
) -> None:
    path = list_of(home)
    path.write_text(spoil(path.read_text("utf-8")), "utf-8")
    [finding] = doctor_data.archive_lists(home)
    assert finding.state == "FAIL"
    assert re.search(rf"archive/nights/{SECOND}\.tsv: it is no whole list of a night \({why}", finding.said)
    registers = tmp_path / "reference"
    shutil.copytree(CHECKOUT / "data" / "reference", registers)
    with (registers / "people.csv").open("a", encoding="utf-8") as file:
        file.write("สมมติ ทดสอบ,coordinator,VERIFIED\n")
    decides_again = home.model_copy(update={"reference": registers})
    before = sha_of(home.published)
    with pytest.raises(ValueError, match=rf"{SECOND}\.tsv: it is no whole list of a night"):
        run(decides_again, THIRD)
    assert sha_of(home.published) == before


@pytest.mark.fault(63)
@pytest.mark.parametrize(
    ("note", "content"),
    [
        ("pulled.json", {"files": ["a"]}),
        ("pulled.json", {"files": None}),
        ("pulled.json", {"files": {"inbox/dump-utf16.txt": [1]}}),
        ("pulled.json", {"files": {"inbox/dump-utf16.txt": ["1", "2", "3"]}}),
        ("last_night.json", {"sources": [1]}),
        ("last_night.json", {"rejected": None}),
        ("last_night.json", None),
        ("reminder.json", []),
    ],
)
def test_a_note_that_only_saves_work_stops_no_night(home: Settings, note: str, content: object) -> None:
    run(home, SECOND)
    path = home.home / "work" / note
    if note == "last_night.json":
        known = json.loads(path.read_text("utf-8"))
        content = known | {"summary": content if content is None else known["summary"] | dict(content)}  # type: ignore[call-overload]
    path.write_text(json.dumps(content), "utf-8")
    before = sha_of(home.published)
    assert run(home, SECOND).projects == 2
    assert run(home, SECOND).nothing_new
    assert verify_exports(home) == []
    assert (sha_of(home.published) == before) == (note != "last_night.json")


@pytest.mark.fault(63)
def test_a_generation_that_lost_its_file_is_no_hindrance_and_goes(home: Settings) -> None:
    [kept] = generations(home.home)
    kept.unlink()
    bring(home, DUMPS[2])
    run(home, THIRD)
    assert [path.parent.name for path in generations(home.home)] == ["000002"]
    assert not kept.parent.exists()


def test_a_home_that_publishes_by_other_commands_raises_no_alarm(home: Settings) -> None:
    roll_back(home)
    assert len(status_of(home).needs) == 1
    rebuild_all(home, Watch(is_quiet=True))
    assert status_of(home).needs == []
    shutil.rmtree(home.home / "work")
    shutil.rmtree(home.published.parent)
    assert [look for look in status_of(home).needs if "nothing is published though the last night was good" in look]
    rebuild_all(home, Watch(is_quiet=True))  # as after a restore
    assert status_of(home).needs == []


@pytest.mark.fault(63)
def test_a_rollback_to_a_damaged_generation_is_refused_and_readers_keep_what_they_have(home: Settings) -> None:
    [kept] = generations(home.home)
    data = kept.read_bytes()
    kept.unlink()  # it may share its bytes with others
    kept.write_bytes(data[:100_000])
    before = sha_of(home.published)
    with pytest.raises(NoGeneration, match=r"000001/kaona\.duckdb: this generation cannot be read back \(IOException"):
        roll_back(home)
    assert sha_of(home.published) == before
    assert status_of(home).needs == []
    kept.unlink()
    kept.write_bytes(data)
    roll_back(home)
    assert sha_of(home.published) != before


def test_status_tells_that_readers_see_an_earlier_night_after_a_rollback(home: Settings) -> None:
    roll_back(home)
    [look] = status_of(home).needs
    assert "`kaona run` publishes that again" in look
    run(home, SECOND)
    assert status_of(home).needs == []


@pytest.mark.fault(63)
@pytest.mark.parametrize("name", ["exports", "generations"])
def test_a_file_in_the_place_of_a_folder_stops_a_night_before_it_begins(home: Settings, name: str) -> None:
    place = home.published.parent / name
    shutil.rmtree(place)
    place.touch()
    bring(home, DUMPS[2])
    with pytest.raises(NotReady, match=re.escape(f"{place} is no folder")):
        run(home, THIRD)
