"""Homes in temporary folders, with the bundled samples as their source."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

from flows import dispatch
from flows.run import run_night
from flows.settings import CHECKOUT, Settings
from flows.summary import Summary, Watch
from load.warehouse import open_work, work_path
from tests.flows.mail_servers import Inbox, make_certificates, serving
from transform.form import Form, load_form

if TYPE_CHECKING:
    from tests.flows.broken_nights import Before
    from tests.flows.whole import Undisturbed

SAMPLES = CHECKOUT / "data" / "samples" / "inbox"
FIRST, SECOND, THIRD = date(2026, 11, 22), date(2026, 11, 23), date(2026, 11, 24)


@pytest.fixture(autouse=True)
def _no_settings_from_outside(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Tests must not read an operator's own settings."""
    import os

    for name in [n for n in os.environ if n.startswith("KAONA_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("KAONA_OCR", "false")  # whether Tesseract is on the machine must not decide what a test sees
    monkeypatch.setenv("KAONA_WRITE_PAGE", "false")  # charts cost half a second; tests/load/test_pages.py asks for them
    monkeypatch.setenv("KAONA_DATA_DOCS", "false")  # likewise; tests/flows/test_quarantine.py asks for them
    if request.node.get_closest_marker("no_mails") is not None:
        monkeypatch.setenv("KAONA_WRITE_MAILS", "false")
    monkeypatch.chdir(tmp_path)


def settings_in(home: Path, **changes: object) -> Settings:
    """Settings of a home: no Prefect, its own inbox."""
    return Settings(**{"home": home, "use_prefect": False, "workers": 1} | changes)  # type: ignore[arg-type]


def run(settings: Settings, night: date = FIRST) -> Summary:
    """One quiet night. In a home where nothing was run yet, the empty warehouse is put there: to make one takes as
    long as to load a night, and tests of commands do it."""
    work = work_path(settings.home)
    if not work.parent.exists() and not settings.archive.exists():
        work.parent.mkdir(parents=True)
        work.write_bytes(_empty_warehouse(load_form()))
    return run_night(settings, night, Watch(is_quiet=True))


_empty_warehouses: list[tuple[Form, bytes]] = []


def _empty_warehouse(form: Form) -> bytes:
    """The working file of a home before its first night; a test may change the form."""
    for known, data in _empty_warehouses:
        if known is form:
            return data
    with TemporaryDirectory() as folder:
        open_work(Path(folder)).close()
        _empty_warehouses.append((form, work_path(Path(folder)).read_bytes()))
    return _empty_warehouses[-1][1]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home whose inbox is empty."""
    made = settings_in(tmp_path / "home")
    (made.home / "inbox").mkdir(parents=True)
    return made


@pytest.fixture(scope="session")
def sample_night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Summary]:
    """One night on the bundled samples, run once. Tests only read it."""
    home = tmp_path_factory.mktemp("samples") / "home"
    shutil.copytree(SAMPLES, home / "inbox")
    made = settings_in(home)
    return made, run(made)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def server() -> Iterator[tuple[Inbox, int]]:
    with serving() as made:
        yield made


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that any user can come to: those of pytest are shut."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a busy server in a test, and nothing is tried twice where it does not say so."""
    monkeypatch.setattr(dispatch, "BACKOFF", ())


@pytest.fixture(scope="session")
def before(tmp_path_factory: pytest.TempPathFactory) -> Before:
    """A home after its first night, with the files of the second in its inbox. Tests copy it."""
    from tests.flows.broken_nights import home_before

    with _quick_nights():
        return home_before(tmp_path_factory.mktemp("before"))


@pytest.fixture(scope="session")
def should(before: Before, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """What that second night comes to when nothing disturbs it."""
    from tests.flows.broken_nights import undisturbed

    with _quick_nights():
        return undisturbed(before, tmp_path_factory.mktemp("undisturbed"))


@contextmanager
def _quick_nights() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("KAONA_OCR", "KAONA_WRITE_PAGE", "KAONA_DATA_DOCS"):
            patch.setenv(name, "false")
        yield
