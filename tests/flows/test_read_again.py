"""Single documents: read again by place, hash or path, or delivered by hand; no source looks shrunken by it."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from data.samples.generator.dump import STYLE_1, Copy, dump_text
from extract import read
from flows import single_files
from flows.cli import app
from flows.rebuild import verify_exports
from flows.settings import Settings
from load.dictionary import query
from tests.flows.conftest import FIRST, SECOND, THIRD, run, settings_in
from tests.flows.test_nights import LIBRARY, PARK, exports_of, project
from tests.flows.test_rebuild_diff import misreading, refusing

HAND = project(6, "50390000-9606", reports=1)
TEXTS = {form.code: dump_text([Copy(form, STYLE_1)]) for form in (LIBRARY, PARK, HAND)}
SHA = hashlib.sha256(TEXTS[LIBRARY.code].encode()).hexdigest()
PRINTED = f"{LIBRARY.budget_received:,.0f}"


@pytest.fixture(scope="module")
def two_nights(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Two nights; the first one's document was read with a wrong amount. Tests work on copies."""
    settings = settings_in(tmp_path_factory.mktemp("two") / "home", write_mails=False)
    inbox = settings.home / "inbox"
    inbox.mkdir(parents=True)
    (inbox / "library.txt").write_text(TEXTS[LIBRARY.code], encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(read, "read_dump", misreading("77", PRINTED))
        run(settings, FIRST)
    (inbox / "park.txt").write_text(TEXTS[PARK.code], encoding="utf-8")
    run(settings, SECOND)
    return settings


@pytest.fixture
def home(two_nights: Settings, tmp_path: Path) -> Path:
    shutil.copytree(two_nights.home, tmp_path / "home")
    return tmp_path / "home"


def files(home: Path, *asked: str) -> tuple[int, str, str]:
    found = CliRunner().invoke(app, ["run", "--no-mail", "--no-prefect", "--home", str(home), *asked])
    return found.exit_code, found.stdout, str(found.exception) if found.exit_code == 1 else found.stderr


def budgets(home: Path) -> dict[str, str]:
    sql = "SELECT project_code, budget_received_baht::VARCHAR FROM dim_project ORDER BY ALL"
    return dict(query(home / "published" / "kaona.duckdb", sql)[1])


def test_a_known_document_is_read_again_another_one_delivered_and_all_is_as_a_rebuild_gives(
    home: Path, tmp_path: Path
) -> None:
    assert budgets(home)[LIBRARY.code] == "77.00"
    code, text, _ = files(home, "--files", SHA[:12])
    assert code == 0
    assert "1 documents read again, 0 delivered: what changed" in text
    assert f"changed  {LIBRARY.code} budget_received  77.00 → {LIBRARY.budget_received:.2f}" in text
    assert "read otherwise: 1" in text
    assert budgets(home)[LIBRARY.code] == f"{LIBRARY.budget_received:.2f}"

    by_hand = tmp_path / "documents" / "hand.txt"
    by_hand.parent.mkdir()
    by_hand.write_text(TEXTS[HAND.code], encoding="utf-8")
    code, text, _ = files(home, "--files", str(by_hand), "--as-of", THIRD.isoformat())
    assert code == 0
    assert "0 documents read again, 1 delivered" in text
    assert "1 only in the new one" in text
    assert budgets(home).keys() == {LIBRARY.code, PARK.code, HAND.code}
    published = home / "published" / "kaona.duckdb"
    standing = query(published, "SELECT uri, gone_on FROM lineage.sighting ORDER BY ALL")[1]
    assert standing == [("by-hand/documents/hand.txt", None), ("inbox/library.txt", None), ("inbox/park.txt", None)]
    sources = query(published, "SELECT night, source, files, is_believed FROM lineage.source_night ORDER BY ALL")[1]
    assert sources == [(FIRST, "inbox", 1, True), (SECOND, "inbox", 2, True)]
    assert verify_exports(settings_in(home)) == []
    assert run(settings_in(home), THIRD).nothing_new  # the inbox is as it was


def test_a_document_that_reads_worse_is_held_back(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # it is of the last night, so only that one is decided again
    monkeypatch.setattr(single_files, "replay_night", lambda *_: pytest.fail("all nights were decided again"))
    monkeypatch.setattr(read, "read_dump", refusing(PARK.code))
    before = exports_of(settings_in(home))
    code, _, message = files(home, "--files", str(home / "inbox" / "park.txt"))
    assert code == 1
    assert "it would lose 1 file newly rejected, 1 project gone" in message
    assert exports_of(settings_in(home)) == before
    assert not list((home / "outbox").rglob("*.eml"))  # whoever gave the command is told there


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (lambda home: "inbox/libary.txt", "Nearest: inbox/library.txt"),
        (lambda home: "park.txt", "Nearest: inbox/park.txt"),
        (lambda home: "0" * 12, "at least 8 digits of a sha256"),
        (lambda home: str(home / "inbox"), "--files takes single documents, --source a folder"),
        (lambda home: "memory://nowhere/a.pdf", "no document is known by this name"),
    ],
    ids=["misspelt", "name only", "unknown hash", "folder", "uri"],
)
def test_a_name_that_nobody_knows_is_a_wrong_usage_that_names_what_is_near(
    name: Callable[[Path], str], said: str, home: Path
) -> None:
    code, _, message = files(home, "--files", name(home))
    assert code == 2
    assert said in message


def test_new_documents_and_known_ones_are_not_mixed_nor_previewed(home: Path, tmp_path: Path) -> None:
    (tmp_path / "hand.txt").write_text(TEXTS[HAND.code], encoding="utf-8")
    nights = sorted((home / "archive" / "nights").iterdir())
    for asked in (["--files", "inbox/park.txt"], ["--dry-run"]):
        code, _, message = files(home, "--files", str(tmp_path / "hand.txt"), *asked)
        assert (code, f"by-hand/{tmp_path.name}/hand.txt" in message) == (2, True)
    assert sorted((home / "archive" / "nights").iterdir()) == nights


def test_documents_have_places_that_say_where_they_come_from(tmp_path: Path) -> None:
    one, two = tmp_path / "one" / "inbox", tmp_path / "two" / "inbox"
    for folder in (one, two, tmp_path / "desk"):
        (folder / "2563").mkdir(parents=True)
    settings = settings_in(tmp_path / "home", sources=[str(one), str(two)])
    place = single_files._place
    assert place(settings, one / "2563" / "a.pdf") == "inbox/2563/a.pdf"
    assert place(settings, two / "a.pdf") == "inbox~2/a.pdf"
    assert place(settings, tmp_path / "desk" / "2563" / "a.pdf") == "by-hand/2563/a.pdf"
    assert place(settings, "s3://bucket/north/a.pdf?x=1") == "by-hand/north/a.pdf"
