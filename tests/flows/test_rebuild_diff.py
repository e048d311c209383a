"""A rebuild is compared with what is told today before it is published, and held back when it would lose facts.

What another home or another Python makes of the archive is compared the same way.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from data.samples.generator.dump import STYLE_1, Copy, dump_text
from extract import read
from extract.document import Document
from flows.cli import app
from flows.rebuild import renew
from flows.settings import CHECKOUT, Settings
from flows.summary import Watch
from load.dictionary import query
from load.warehouse import work_path
from tests.flows.conftest import FIRST, run, settings_in
from tests.flows.homes import copied
from tests.flows.test_nights import LIBRARY, PARK, exports_of, project
from tests.flows.whole import check_whole, undisturbed_of

Reader = Callable[[bytes], Document]
NEW = project(5, "50390000-9605", reports=1)
REAL: Reader = read.read_dump
PHONE, NAME = LIBRARY.responsible.phone, LIBRARY.responsible.name


def refusing(code: str) -> Reader:
    """A reader that cannot read the document of this project."""

    def worse(data: bytes) -> Document:
        if code.encode() in data:
            raise ValueError("the bytes are no text it knows")
        return REAL(data)

    return worse


def misreading(wrong: str, right: str) -> Reader:
    """A reader that reads one text for another."""
    return lambda data: REAL(data.replace(right.encode(), wrong.encode()))


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """One night of three documents, of which a poor reader refuses one. Tests work on copies."""
    settings = settings_in(tmp_path_factory.mktemp("first") / "home", write_mails=False)
    inbox = settings.home / "inbox"
    inbox.mkdir(parents=True)
    for name, form in (("library.txt", LIBRARY), ("park.txt", PARK), ("new.txt", NEW)):
        (inbox / name).write_text(dump_text([Copy(form, STYLE_1)]), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(read, "read_dump", refusing(NEW.code))
        run(settings, FIRST)
    return settings


@pytest.fixture
def home(first: Settings, tmp_path: Path) -> Path:
    shutil.copytree(first.home, tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Callable[[Reader], None]:
    """Let another reader of dumps be today's."""
    return lambda made: monkeypatch.setattr(read, "read_dump", made)


def rebuild(home: Path, *asked: str) -> tuple[int, str, str]:
    found = CliRunner().invoke(app, ["run", "--rebuild", "--no-mail", "--home", str(home), *asked])
    message = str(found.exception) if found.exit_code == 1 else ""
    return found.exit_code, found.stdout, message


def projects(home: Path) -> list[str]:
    rows = query(home / "published" / "kaona.duckdb", "SELECT project_code FROM dim_project ORDER BY ALL")[1]
    return [str(code) for (code,) in rows]


def test_gains_are_published_straight(home: Path) -> None:
    code, text, _ = rebuild(home, "--json")
    assert code == 0
    found = json.loads(text)["difference"]
    assert found["files"] == [["better", "newly readable", 1], ["equal", "the same", 2]]
    assert found["losses"] == dict.fromkeys(found["losses"], 0)
    assert found["values"].keys() == {"gained"}
    assert dict(found["causes"]).keys() == {"a delivery that only one has"}
    assert found == json.loads((home / "work" / "rebuild-diff" / "summary.json").read_text(encoding="utf-8"))
    assert projects(home) == sorted([LIBRARY.code, PARK.code, NEW.code])


@pytest.mark.fault(62)
def test_a_loss_is_held_back_until_somebody_says_that_it_is_right(
    first: Settings, home: Path, reader: Callable[[Reader], None]
) -> None:
    reader(refusing(PARK.code))
    before = exports_of(settings_in(home))
    code, _, message = rebuild(home)
    assert code == 1
    assert "nothing was published, because it would lose 1 file newly rejected, 1 project gone" in message
    assert "rebuild-diff/index.html" in message
    assert "--accept-changes" in message
    assert exports_of(settings_in(home)) == before
    check_whole(settings_in(home, write_mails=False), FIRST, undisturbed_of(first), listed=3)
    code, text, _ = rebuild(home, "--accept-changes")
    assert code == 0
    assert "LOST       1 file newly rejected, 1 project gone" in text
    assert projects(home) == sorted([LIBRARY.code, NEW.code])


@pytest.mark.fault(62)
def test_what_is_read_otherwise_is_told_with_its_place_and_without_personal_data(
    home: Path, reader: Callable[[Reader], None]
) -> None:
    assert PHONE
    assert NAME
    before = exports_of(settings_in(home))
    (home / "work" / "kaona.duckdb").write_bytes(b"damaged")  # then what is published is the old side
    printed = f"{LIBRARY.budget_received:,.0f}"
    reader(lambda data: misreading("ปี๙๙๙", PHONE)(data.replace(printed.encode(), b"77")))
    code, text, _ = rebuild(home, "--dry-run")
    assert code == 0
    assert "what would change; nothing was published" in text
    assert exports_of(settings_in(home)) == before
    assert "1 newly readable" in text
    assert "BE 2563" in text
    assert f"changed  {LIBRARY.code} budget_received  {LIBRARY.budget_received:.2f} → 77.00" in text
    assert "inbox/library.txt p.1 line" in text
    assert "responsible.phone" in text
    assert PHONE not in text
    assert NAME not in text
    rows = duckdb.sql(f"FROM '{home}/work/rebuild-diff/values.parquet' WHERE field = 'responsible.phone'").fetchall()
    assert PHONE in str(rows)


def test_a_home_of_another_version_is_not_made_again_at_a_loss(home: Path, reader: Callable[[Reader], None]) -> None:
    with duckdb.connect(str(work_path(home))) as con:
        con.execute("ALTER TABLE lineage.form_copy DROP COLUMN print_sha")
    settings = settings_in(home)
    before = work_path(home).read_bytes()
    reader(refusing(PARK.code))
    with pytest.raises(RuntimeError, match="it would lose 1 file newly rejected"):
        renew(settings, Watch(is_quiet=True))
    assert work_path(home).read_bytes() == before


# --------------------------------------------------------------- kaona verify --against


def verify(home: Path, other: Path, *asked: str) -> tuple[int, str, str]:
    found = CliRunner().invoke(app, ["verify", "--home", str(home), "--against", str(other), *asked])
    return found.exit_code, found.stdout, str(found.exception) if found.exit_code == 1 else found.stderr


@pytest.mark.fault(62)
def test_two_homes_that_say_the_same_are_equal_and_others_are_not(first: Settings, home: Path, tmp_path: Path) -> None:
    code, text, _ = verify(home, first.home)
    assert (code, "3 files and all values: nothing differs" in text) == (0, True)
    with duckdb.connect(str(work_path(home))) as con:
        con.execute("UPDATE lineage.decision SET value = '7.00' WHERE field = 'budget_spent'")
    code, text, message = verify(first.home, work_path(home))
    assert code == 1
    assert "budget_spent                 2 changed" in text
    assert "reads the archive otherwise" in message
    check_whole(copied(first, tmp_path / "compared", write_mails=False), FIRST, undisturbed_of(first), listed=3)
    assert (first.home / "work" / "comparison" / "values.csv").is_file()


@pytest.mark.fault(62)
@pytest.mark.soak
def test_another_python_reads_the_archive_in_a_home_of_its_own(first: Settings, home: Path, tmp_path: Path) -> None:
    """The other environment is this one with a reader that reads the refused document, and one amount otherwise."""
    other = tmp_path / "other"
    other.mkdir()
    printed = f"{LIBRARY.budget_received:,.0f}"
    (other / "sitecustomize.py").write_text(
        "from extract import read\n"
        "real = read.read_dump\n"
        f"read.read_dump = lambda data: real(data.replace({printed.encode()!r}, b'77'))\n",
        encoding="utf-8",
    )
    python = other / "python"
    python.write_text(
        f'#!/bin/sh\nPYTHONPATH="{other}:{CHECKOUT}:$PYTHONPATH" exec "{sys.executable}" "$@"\n', encoding="utf-8"
    )
    python.chmod(0o755)
    before = exports_of(settings_in(home))
    code, text, _ = verify(home, python)
    assert code == 1
    assert "1 newly readable" in text
    assert f"changed  {LIBRARY.code} budget_received  {LIBRARY.budget_received:.2f} → 77.00" in text
    assert exports_of(settings_in(home)) == before
    check_whole(settings_in(home, write_mails=False), FIRST, undisturbed_of(first), listed=3)


def test_what_cannot_be_compared_is_named(home: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").touch()
    for other in (tmp_path / "empty", tmp_path / "notes.txt", tmp_path / "nowhere"):
        code, _, message = verify(home, other)
        assert code == 2
        assert other.name in message
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho 'No module named flows' >&2\nexit 1\n", encoding="utf-8")
    broken.chmod(0o755)
    code, _, message = verify(home, broken)
    assert code == 1
    assert "could not rebuild the archive (exit code 1): No module named flows" in message
    code, _, message = verify(home, Path("/bin/true"))
    assert code == 2
    assert "/bin/true: it ran and made no warehouse; expected the python of an environment with kaona" in message
