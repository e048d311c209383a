"""What was read is not read again: part files, and a run that was killed between them."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from extract.document import SourceFile
from extract.options import Options
from extract.sources import archive
from flows import reading, stages
from flows.parts import read_part, write_part
from flows.program import identity_of
from flows.reading import part_folder, read_files
from flows.settings import CHECKOUT, Settings
from flows.summary import Summary, Watch
from tests.flows.conftest import FIRST, SAMPLES, run, settings_in
from tests.flows.test_night import exports_of

QUIET = Watch(is_quiet=True)


def archived(settings: Settings, folder: Path = SAMPLES) -> list[SourceFile]:
    """The samples as sources whose bytes are in the archive, in order of names."""
    found = []
    for path in sorted(folder.iterdir()):
        data = path.read_bytes()
        archive(settings.archive, data)
        found.append(SourceFile(hashlib.sha256(data).hexdigest(), f"inbox/{path.name}", FIRST, len(data)))
    return found


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files that are really read."""
    names: list[str] = []
    read_here = reading.read_here

    def noted(sources: Sequence[SourceFile], *arguments: Any) -> Iterator[bytes]:
        names.extend(source.uri for source in sources)
        return read_here(sources, *arguments)

    monkeypatch.setattr(reading, "read_here", noted)
    return names


KILLED = """
import os, signal, sys
from pathlib import Path
from contextlib import contextmanager
from flows import reading
from flows.summary import Watch
from tests.flows.conftest import settings_in
from tests.flows.test_reading import archived

class KilledAfterSeven(Watch):
    @contextmanager
    def progress(self, title, total):
        seen = []
        def step():
            seen.append(1)
            if len(seen) == 7:
                os.kill(os.getpid(), signal.SIGKILL)
        yield step

reading.PART_FILES = 3
settings = settings_in(Path(sys.argv[1]))
reading.read_files(settings, archived(settings), KilledAfterSeven(is_quiet=True))
"""


@pytest.mark.fault(2)
def test_a_run_killed_while_reading_goes_on_where_it_was(tmp_path: Path, asked: list[str]) -> None:
    settings = settings_in(tmp_path / "home")
    killed = subprocess.run([sys.executable, "-c", KILLED, settings.home], cwd=CHECKOUT, env=dict(os.environ, PYTHONPATH=str(CHECKOUT)), capture_output=True)  # fmt: skip
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    sources = archived(settings)
    after = read_files(settings, sources, QUIET)
    assert asked == [source.uri for source in sources[6:]], "two parts of three were written when it was killed"
    del asked[:]
    assert after == read_files(settings_in(tmp_path / "fresh", archive_at=settings.archive), sources, QUIET)
    assert asked == [source.uri for source in sources]


def test_a_night_that_goes_on_publishes_what_an_undisturbed_night_does(
    tmp_path: Path, sample_night: tuple[Settings, Summary], asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_in(tmp_path / "home")
    shutil.copytree(SAMPLES, settings.home / "inbox")
    with monkeypatch.context() as broken:
        broken.setattr(stages, "reconcile", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run(settings)
    assert len(asked) == len(set(asked)) == len(list(SAMPLES.iterdir()))
    del asked[:]
    run(settings)
    assert asked == []
    assert exports_of(settings) == exports_of(sample_night[0])
    assert not part_folder(settings).exists(), "the night is loaded"


@pytest.fixture
def read_once(tmp_path: Path) -> tuple[Settings, list[SourceFile]]:
    settings = settings_in(tmp_path / "home")
    sources = archived(settings)
    read_files(settings, sources, QUIET)
    return settings, sources


def only_part(settings: Settings) -> Path:
    (part,) = part_folder(settings).iterdir()
    return part


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: data[:40], lambda data: b"", lambda data: data[:99] + b"!" + data[100:], lambda data: data + b"\0", lambda data: b"PK" + data])  # fmt: skip
@pytest.mark.no_mails
def test_a_damaged_part_is_read_again(
    read_once: tuple[Settings, list[SourceFile]], asked: list[str], damage: Any
) -> None:
    settings, sources = read_once
    part = only_part(settings)
    part.write_bytes(damage(part.read_bytes()))
    assert read_part(part) == []
    read_files(settings, sources, QUIET)
    assert len(asked) == len(sources)


def test_a_part_of_another_program_is_not_used(read_once: tuple[Settings, list[SourceFile]], asked: list[str]) -> None:
    settings, sources = read_once
    other = settings.model_copy(update={"file_timeout_seconds": 5.0})
    assert identity_of(other.reading) != identity_of(settings.reading)
    read_files(other, sources, QUIET)
    assert len(asked) == len(sources)
    assert len(list(part_folder(settings).iterdir())) == 2


def test_what_was_read_for_one_night_is_known_on_the_next(
    read_once: tuple[Settings, list[SourceFile]], asked: list[str], tmp_path: Path
) -> None:
    settings, sources = read_once
    later = [SourceFile(s.sha256, s.uri, FIRST + timedelta(1), s.size) for s in sources]
    files = read_files(settings, later, QUIET)
    assert asked == []
    assert files == read_files(settings_in(tmp_path / "fresh", archive_at=settings.archive), later, QUIET)


def test_a_file_that_ended_its_reader_is_tried_again(
    read_once: tuple[Settings, list[SourceFile]], asked: list[str]
) -> None:
    from transform.packed import packed

    settings, sources = read_once
    part = only_part(settings)
    files = dict(read_part(part))
    source = next(s for s in sources if s.uri.endswith("broken.pdf"))
    file = files[source.sha256, source.uri, source.size]
    object.__setattr__(file.outcome, "code", "reader_timeout")
    held = {key: packed(file) for key, file in files.items()}
    part.unlink()
    write_part(
        part_folder(settings), identity_of(settings.reading), [(s, held[s.sha256, s.uri, s.size]) for s in sources]
    )
    assert (
        next(f for f in read_files(settings, sources, QUIET) if f.outcome.uri == source.uri).outcome.code
        == "broken_pdf"
    )
    assert asked == [source.uri]


def test_the_program_is_known_by_its_code_and_what_is_asked_of_it() -> None:
    assert identity_of(Options()) == identity_of(Options())
    assert identity_of(Options()) != identity_of(Options(seconds=1.0))
