"""A history in dated folders: loaded in one go it ends in the bytes of the nights one by one, and of a rebuild."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from data.samples.generator.dump import STYLE_1, STYLE_2, Copy, dump_text
from extract.dated_folders import dated_folders
from flows import backfill, history_loading
from flows.backfill import History, load_history
from flows.cli import app
from flows.outbox import waiting
from flows.rebuild import verify_exports
from flows.settings import Settings
from flows.summary import Watch
from load.dictionary import query
from tests.flows.conftest import run, settings_in
from tests.flows.test_nights import LIBRARY, MISREAD, PARK, exports_of, later, misspelt, project

NIGHTS = [date(2026, 11, day) for day in (20, 21, 22, 23)]
OTHER = project(3, "50390000-9535", reports=1)
FIRST_STATE = {
    "library.txt": [Copy(LIBRARY, STYLE_1), Copy(LIBRARY, STYLE_2)],
    "sub/park.txt": [Copy(PARK, STYLE_2)],
    "other.txt": [Copy(OTHER, STYLE_1)],
}
# what stands each night: all new; as before; changed, with a misread code; and bytes that are back
CONTENT: Sequence[dict[str, Sequence[Copy]]] = (
    FIRST_STATE,
    FIRST_STATE,
    {
        "library.txt": [Copy(misspelt(LIBRARY), STYLE_1), Copy(later(LIBRARY), STYLE_2)],
        "sub/park.txt": [Copy(later(PARK, code=MISREAD), STYLE_1)],
        "other.txt": [Copy(OTHER, STYLE_1)],
    },
    {**FIRST_STATE, "sub/park.txt": [Copy(later(PARK), STYLE_1)]},
)
NAMES = ("2026-11-20", "20261121", "2569-11-22", "2569/11/23")


def put(folder: Path, content: dict[str, Sequence[Copy]]) -> None:
    """Let exactly this stand in a folder."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, copies in content.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(dump_text(list(copies)), encoding="utf-8")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four nights, each named in another way, and what is no night. Tests only read it."""
    root = tmp_path_factory.mktemp("dated") / "export"
    for name, content in zip(NAMES, CONTENT, strict=True):
        put(root / name, content)
    (root / "loose.txt").touch()
    (root / "2569-02-30").mkdir()
    (root / "2569" / "13").mkdir()
    (root / ".hidden").mkdir()
    return root


def history(home: Path, source: Path, until: date = NIGHTS[-1], **changes: object) -> tuple[History, list[str]]:
    said: list[str] = []
    settings = settings_in(home, sources=[str(source)], **{"write_mails": False, **changes})
    return load_history(settings, until, Watch(is_quiet=True), said.append, called="history"), said


class Killed(BaseException):
    """What a kill is to the code: nothing after it runs, and no handler of errors sees it."""


def kill_at(patch: pytest.MonkeyPatch, module: object, name: str, call: int) -> list[int]:
    """Let a function of a module never return from its nth call; how often it was called."""
    real, calls = getattr(module, name), [0]

    def counted(*arguments: object, **named: object) -> object:
        calls[0] += 1
        if calls[0] == call:
            raise Killed
        return real(*arguments, **named)

    patch.setattr(module, name, counted)
    return calls


@pytest.fixture(scope="module")
def one_by_one(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The same nights as they would have been run, from a folder whose content is replaced each day."""
    root = tmp_path_factory.mktemp("one_by_one")
    settings = settings_in(root / "home", sources=[str(root / "history")], write_mails=False)
    for night, content in zip(NIGHTS, CONTENT, strict=True):
        put(root / "history", content)
        run(settings, night)
    return settings


@dataclass
class InOneGo:
    """A history whose first run was killed in its third night, and whose second one came to its end."""

    settings: Settings
    killed: list[str]
    history: History
    said: list[str]


@pytest.fixture(scope="module")
def in_one_go(tmp_path_factory: pytest.TempPathFactory, source: Path) -> InOneGo:
    home, killed = tmp_path_factory.mktemp("in_one_go") / "home", []
    settings = settings_in(home, sources=[str(source)])
    with pytest.MonkeyPatch.context() as patch:
        kill_at(patch, history_loading, "understand", 2)
        with pytest.raises(Killed):
            load_history(settings, NIGHTS[-1], Watch(is_quiet=True), killed.append, called="history")
    assert not settings.published.exists()
    found, said = history(home, source, write_mails=True)
    return InOneGo(settings, killed, found, said)


def test_in_one_go_one_by_one_and_rebuilt_are_the_same_bytes(in_one_go: InOneGo, one_by_one: Settings) -> None:
    assert exports_of(in_one_go.settings) == exports_of(one_by_one)
    assert verify_exports(in_one_go.settings) == []


def test_a_killed_history_goes_on_where_it_stopped(in_one_go: InOneGo) -> None:
    assert [line for line in in_one_go.killed if line.startswith("night")] == [
        "night 2026-11-20  3 files: 3 new, 0 rejected; 3 forms, 0 values on which copies differ, 3 findings",
        "night 2026-11-21  3 files: as the night before",
        "night 2026-11-22 could not be loaded; those before it need not be loaded again",
    ]
    assert in_one_go.history.nights_known == 2
    assert "2 nights are loaded with the same files" in in_one_go.said
    assert [(n.night, n.files, n.new) for n in in_one_go.history.nights] == [("2026-11-22", 3, 2), ("2026-11-23", 3, 2)]


def test_nothing_is_passed_over_silently(in_one_go: InOneGo) -> None:
    told = "\n".join(in_one_go.said)
    for name in ("export/loose.txt: a file", "export/2569-02-30: its name is no date", "export/2569/13: its name"):
        assert name in told
    assert len(in_one_go.history.not_loaded) == 3
    assert "hidden" not in told


def test_a_place_is_the_same_on_every_night_and_no_source_looks_shrunken(in_one_go: InOneGo) -> None:
    published = in_one_go.settings.published
    places = query(published, "SELECT DISTINCT uri FROM lineage.source_file ORDER BY uri")[1]
    assert [uri for (uri,) in places] == ["history/library.txt", "history/other.txt", "history/sub/park.txt"]
    sources = query(published, "SELECT DISTINCT source, files, files_gone, is_believed FROM lineage.source_night")[1]
    assert {(name, files, is_believed) for name, files, _, is_believed in sources} == {("history", 3, True)}
    stood = "SELECT seen_from, gone_on FROM lineage.sighting WHERE uri = 'history/{}' ORDER BY ALL"
    assert query(published, stood.format("other.txt"))[1] == [(NIGHTS[0], None)]
    assert query(published, stood.format("library.txt"))[1] == [
        (NIGHTS[0], NIGHTS[2]), (NIGHTS[2], NIGHTS[3]), (NIGHTS[3], None),
    ]  # fmt: skip


def test_readers_get_one_letter_for_the_history_not_one_for_each_night(in_one_go: InOneGo) -> None:
    letters = [mail for _, mail in waiting(in_one_go.settings)]
    assert letters
    readers = [(mail["To"], mail["Subject"].split()[0]) for mail in letters]
    assert len(set(readers)) == len(readers)
    assert {mail["Date"] for mail in letters} == {letters[0]["Date"]}


def test_what_is_loaded_costs_nothing(in_one_go: InOneGo, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    real = backfill.pull

    def counting(*arguments: object, **named: object) -> object:
        found = real(*arguments, **named)  # type: ignore[arg-type]
        opened.extend(p.uri for p in found if not p.is_unchanged)
        return found

    monkeypatch.setattr(backfill, "pull", counting)
    monkeypatch.setattr(backfill, "conclude", lambda *_: pytest.fail("it was published again"))
    found, said = history(in_one_go.settings.home, source, write_mails=True)
    assert (found.nights, found.nights_known, found.summary) == ((), 4, None)
    assert opened == []
    assert "4 nights are loaded with the same files" in said


def test_the_command_says_what_it_did(in_one_go: InOneGo, source: Path) -> None:
    asked = ["run", "--by-date", "--home", str(in_one_go.settings.home), "--source", str(source), "--called", "history"]
    found = CliRunner().invoke(app, [*asked, "--as-of", "2026-11-22"])
    assert found.exit_code == 0, found.output
    assert "export/2569/11/23: it lies after 2026-11-22; not loaded" in found.stdout
    assert "nothing new: every dated folder is loaded as it stands, and published" in found.stdout
    again = json.loads(CliRunner().invoke(app, [*asked, "--as-of", "2026-11-23", "--json"]).stdout)
    assert (again["nights"], again["nights_known"], again["nothing_new"]) == ([], 4, True)


@pytest.mark.soak
def test_older_nights_are_decided_with_the_stored_ones_once_and_go_on_after_a_kill(
    one_by_one: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_in(tmp_path / "home", sources=[str(tmp_path / "history")], write_mails=False)
    put(tmp_path / "history", CONTENT[-1])
    run(settings, NIGHTS[-1])  # the last night was loaded before anybody thought of the history
    for n in (0, 2):
        put(tmp_path / "dated" / NAMES[n], CONTENT[n])
    with monkeypatch.context() as patch:
        kill_at(patch, history_loading, "replay_listed", 2)
        with pytest.raises(Killed):
            history(settings.home, tmp_path / "dated")
    assert query(settings.published, "SELECT DISTINCT night FROM lineage.source_file")[1] == [(NIGHTS[-1],)]
    with monkeypatch.context() as patch:
        calls = kill_at(patch, history_loading, "replay_listed", 99)
        found, said = history(settings.home, tmp_path / "dated")
    assert calls == [2]  # the second night and the stored one
    assert "1 nights that are stored are decided again with them, once" in said
    assert "1 nights were completed by a run that did not come to its end" in said
    assert found.summary is not None
    assert found.summary.night == NIGHTS[-1].isoformat()
    assert exports_of(settings) == exports_of(one_by_one)  # the night without anything new leaves no trace in them
    assert not (settings.home / "work" / "backfill").exists()


@pytest.mark.parametrize(
    "asked",
    [
        ["--by-date", "--rebuild"],
        ["--by-date", "--files", "x"],
        ["--called", "x"],
        ["--by-date", "--called", "a/b"],
        ["--dry-run"],
        ["--accept-changes"],
        ["--rebuild", "--dry-run", "--accept-changes"],
        ["--files", "x", "--accept-loss"],
    ],
)
def test_what_cannot_be_meant_is_a_wrong_usage(asked: list[str], tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["run", "--home", str(tmp_path / "home"), *asked]).exit_code == 2
    assert not (tmp_path / "home" / "published").exists()


def test_a_source_without_dates_and_one_with_a_night_twice_load_nothing(tmp_path: Path) -> None:
    put(tmp_path / "inbox", FIRST_STATE)
    with pytest.raises(ValueError, match=r"inbox: no folder in it is named by a date up to 2026-11-23; .*2569-11-22"):
        history(tmp_path / "home", tmp_path / "inbox")
    for name in ("2026-11-22", "25691122"):
        (tmp_path / "twice" / name).mkdir(parents=True)
    with pytest.raises(ValueError, match="2026-11-22 and 25691122 are both the night of 2026-11-22"):
        history(tmp_path / "home", tmp_path / "twice")
    assert not list((tmp_path / "home" / "archive" / "nights").glob("*.tsv"))


def test_dated_folders_are_found_wherever_fsspec_finds_folders(tmp_path: Path) -> None:
    import fsspec

    memory = fsspec.filesystem("memory")
    for name in ("history/2026-11-22/a.txt", "history/2569/11/23/b.txt", "history/c.txt"):
        memory.pipe(f"/{name}", b"x")
    folders, told = dated_folders("memory://history")
    assert [(f.night, f.uri) for f in folders] == [
        (date(2026, 11, 22), "memory://history/2026-11-22"),
        (date(2026, 11, 23), "memory://history/2569/11/23"),
    ]
    assert told == ["history/c.txt: a file beside the dated folders is of no night; not loaded"]
    memory.rm("/history", recursive=True)
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "2026-11-22").symlink_to(outside)
    assert dated_folders(str(tmp_path / "links")) == (
        [],
        ["links/2026-11-22: a link beside the dated folders is of no night; not loaded"],
    )
