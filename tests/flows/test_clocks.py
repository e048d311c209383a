"""Another time zone, a night over midnight, a clock that is set back: the same night, and no time that runs backwards."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.archived_nights import nights_of
from flows.cli import app
from flows.operating.status import status_of
from flows.settings import BANGKOK, Settings
from tests.flows.broken_nights import LISTED, Before, variables
from tests.flows.clocks import TELLING, clock
from tests.flows.conftest import FIRST, SECOND
from tests.flows.homes import lines
from tests.flows.mail_servers import Inbox
from tests.flows.prefect_parts import environment
from tests.flows.whole import Undisturbed, check_published, check_whole, sha_of, tables_of

BY_DATE = Path(__file__).with_name("clocks.py")
# already the second night in Bangkok, the day before it in UTC and in New York
EARLY = datetime(2026, 11, 23, 2, 0, tzinfo=BANGKOK)
TONIGHT = ["run", "--no-prefect", "--json"]  # no --as-of: the clock says which night it is


@pytest.fixture
def home(before: Before, tmp_path: Path, server: tuple[Inbox, int]) -> Settings:
    return before.copied(tmp_path, server)


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[None]:
    """This process stands in another time zone."""
    if request.param is None:
        monkeypatch.delenv("TZ", raising=False)
    else:
        monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def run_by(home: Settings, monkeypatch: pytest.MonkeyPatch, start: datetime, step: timedelta = timedelta(0)) -> None:
    """Tonight, by a clock that moves so much each time somebody looks at it."""
    with monkeypatch.context() as patch:
        for module in TELLING:
            patch.setattr(module, "datetime", clock(start, step))
        for name, value in variables(home).items():
            patch.setenv(name, value)
        done = CliRunner().invoke(app, [*TONIGHT, "--home", str(home.home)])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["night"] == SECOND.isoformat()


def check_second_night(home: Settings, should: Undisturbed, old: tuple[object, str], server: tuple[Inbox, int]) -> None:
    """It is the second night, published in the same bytes, and nothing took a negative time."""
    assert nights_of(home.archive) == [FIRST, SECOND]
    record = lines(home)[-1]
    assert (record["night"], record["outcome"]) == (SECOND.isoformat(), "complete")
    assert record["seconds_in_all"] >= 0
    assert min(record["seconds"].values()) >= 0
    assert check_published(home, *old, should.tables)  # type: ignore[arg-type]
    check_whole(home, SECOND, should, received=server[0].received, listed=LISTED)


@pytest.mark.fault(35)
@pytest.mark.parametrize("zone", [pytest.param(None, marks=pytest.mark.soak), "UTC"], indirect=True)
def test_the_night_is_bangkoks_wherever_the_server_stands(
    zone: None, home: Settings, should: Undisturbed, server: tuple[Inbox, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tables_of(home.published), sha_of(home.published)
    run_by(home, monkeypatch, EARLY)
    check_second_night(home, should, old, server)


@pytest.mark.soak
@pytest.mark.fault(35)
def test_a_night_in_new_york_gives_the_same_bytes(
    home: Settings, should: Undisturbed, server: tuple[Inbox, int]
) -> None:
    old = tables_of(home.published), sha_of(home.published)
    done = subprocess.run(
        [sys.executable, str(BY_DATE), EARLY.isoformat(), *TONIGHT, "--home", str(home.home)],
        env=environment(TZ="America/New_York", **variables(home)), cwd=home.home.parent, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    check_second_night(home, should, old, server)


@pytest.mark.fault(35)
def test_a_night_that_runs_over_midnight_is_the_night_on_which_it_began(
    home: Settings, should: Undisturbed, server: tuple[Inbox, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tables_of(home.published), sha_of(home.published)
    run_by(home, monkeypatch, datetime(2026, 11, 23, 23, 55, tzinfo=BANGKOK), timedelta(minutes=7))
    check_second_night(home, should, old, server)
    record = next(r for r in lines(home) if r["night"] == SECOND.isoformat())
    assert record["started"] < "2026-11-24T00" < record["ended"]


@pytest.mark.fault(35)
def test_a_clock_that_is_set_back_again_and_again_takes_no_time_back(
    home: Settings, should: Undisturbed, server: tuple[Inbox, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tables_of(home.published), sha_of(home.published)
    run_by(home, monkeypatch, datetime(2026, 11, 23, 1, 0, tzinfo=BANGKOK), timedelta(minutes=-7))
    check_second_night(home, should, old, server)
    record = next(r for r in lines(home) if r["night"] == SECOND.isoformat())
    assert record["ended"] < "2026-11-23T00" < record["started"]
    published = status_of(home, now=datetime(2020, 1, 1, tzinfo=BANGKOK)).published
    assert published is not None
    assert published.hours_ago == 0
