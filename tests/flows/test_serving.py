"""What `kaona serve` does beside Prefect: tries, nights that were missed, settings of its runs, artifacts' words."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from extract.rejection import Unreadable
from extract.sources import SourceUnavailable
from flows import prefect_server
from flows.artifacts import as_markdown, rejected_rows, report_link, show
from flows.attempts import passes, run_with_retries
from flows.delivery import AnotherRun, only_run
from flows.due import is_missed, is_served_now, last_due, only_served, remember_end, remember_served
from flows.operating.stopping import DeadlinePassed
from flows.prefect_server import PrefectAway
from flows.serve import Guard, pass_on, tidy
from flows.settings import BANGKOK, Settings
from flows.summary import Files, Summary, Watch
from tests.flows import prefect_parts
from tests.flows.conftest import FIRST, settings_in
from tests.flows.prefect_parts import environment


def quiet() -> Watch:
    return Watch(is_quiet=True)


# ---------------------------------------------------------------- tries


def test_a_night_is_tried_again_and_the_operator_has_one_letter(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "home", sources=[str(tmp_path / "none")], retries=2, retry_wait_minutes=0)
    said: list[str] = []
    with pytest.raises(SourceUnavailable):
        run_with_retries(settings, FIRST, False, said.append, quiet)
    assert [line.rpartition("; ")[2] for line in said] == [
        "try 2 of 3 in 0 minutes",
        "try 3 of 3 in 0 minutes",
    ]
    assert len(list(settings.outbox.glob("*.eml"))) == 1


def test_what_no_wait_can_heal_is_not_tried_again(settings: Settings) -> None:
    said: list[str] = []
    with only_run(settings), pytest.raises(AnotherRun):
        run_with_retries(settings, FIRST, False, said.append, quiet)
    assert said == []
    assert not passes(ValueError("a register that is no text"))
    assert not passes(DeadlinePassed())
    assert passes(OSError(28, "No space left on device"))


def test_no_try_is_begun_that_the_deadline_would_cut(tmp_path: Path) -> None:
    settings = settings_in(
        tmp_path / "home", sources=[str(tmp_path / "none")], retry_wait_minutes=10, night_deadline_minutes=5
    )
    said: list[str] = []
    with pytest.raises(SourceUnavailable):
        run_with_retries(settings, FIRST, False, said.append, quiet)
    assert said == []
    assert len(list(settings.outbox.glob("*.eml"))) == 1


def test_the_deadline_counts_for_all_tries_and_their_waits_together(tmp_path: Path) -> None:
    settings = settings_in(
        tmp_path / "home", sources=[str(tmp_path / "none")], retry_wait_minutes=0, retries=10**6, night_deadline_minutes=0.01
    )  # fmt: skip
    with pytest.raises((DeadlinePassed, SourceUnavailable)):
        run_with_retries(settings, FIRST, False, lambda line: None, quiet)


# ---------------------------------------------------------------- nights that were missed

AT = datetime(2026, 11, 28, 9, 30, tzinfo=BANGKOK)


def test_a_night_is_due_by_the_clock_of_bangkok(settings: Settings) -> None:
    assert last_due(settings, AT) == datetime(2026, 11, 28, 2, 0, tzinfo=BANGKOK)
    assert last_due(settings, AT.replace(hour=1)) == datetime(2026, 11, 27, 2, 0, tzinfo=BANGKOK)
    each_minute = settings.model_copy(update={"cron": "* * * * *"})
    assert last_due(each_minute, AT.replace(second=30)) == AT
    weekly = settings.model_copy(update={"cron": "15 23 * * 1"})
    assert last_due(weekly, AT) == datetime(2026, 11, 23, 23, 15, tzinfo=BANGKOK)


def served_since(settings: Settings, moment: datetime) -> None:
    path = settings.home / "work" / "nightly.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"served": moment.isoformat()}))


def test_a_night_is_missed_when_it_was_due_since_serving_began_and_has_not_come_to_its_end(settings: Settings) -> None:
    now = datetime.now(BANGKOK)
    due = now - timedelta(hours=3)
    assert not is_missed(settings, due)  # nobody ever served here
    remember_served(settings)
    assert not is_missed(settings, due)  # it was due before
    served_since(settings, now - timedelta(days=2))
    remember_served(settings)  # a later start changes nothing
    assert is_missed(settings, due)
    remember_end(settings)
    assert not is_missed(settings, due)


def test_a_record_that_is_no_record_is_none(settings: Settings) -> None:
    (settings.home / "work").mkdir(parents=True)
    for text in ("", "[]", '{"served": 5}', '{"served": "yesterday"}'):
        (settings.home / "work" / "nightly.json").write_text(text)
        assert not is_missed(settings, AT)


def test_the_guard_runs_a_missed_night_without_prefect_and_only_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    settings = settings_in(home, cron="0 */2 * * *", sources=[str(tmp_path / "none")])
    for name, value in environment(KAONA_HOME=str(home), KAONA_SOURCES=json.dumps(settings.sources)).items():
        monkeypatch.setenv(name, value)
    said: list[str] = []
    served_since(settings, datetime.now(BANGKOK) - timedelta(days=2))
    with only_served(settings):
        assert is_served_now(settings)
        Guard(settings, said.append, grace_seconds=0).look()
    Guard(settings, said.append, grace_seconds=3600 * 3).look()  # Prefect may still begin it
    assert said == []
    missed = last_due(settings)
    assert missed is not None
    for _ in range(2):
        guard = Guard(settings, said.append, grace_seconds=0)
        guard.url = "http://127.0.0.1:9/api"
        guard.look()
    [line] = said
    assert "was not begun by Prefect: it is run without it" in line
    assert len(list(settings.outbox.glob("*.eml"))) == 1  # it was run, and failed of its source
    assert not is_missed(settings, missed)


# ---------------------------------------------------------------- settings of the runs


def test_the_runs_have_the_settings_of_serve_wherever_they_work(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(os, "environ", os.environ.copy())
    given: dict[str, Any] = {
        "home": Path("home"), "sources": ["exports", "s3://bucket/ส่งออก"], "loss_limit": Decimal("0.25"), "workers": 3,
        "write_mails": False, "smtp_password": "it's \"so\"", "smtp_ca_file": Path("ca.pem"), "cron": "5 4 * * *",
        "operator": "งาน <a@b.invalid>", "archive_at": None,
    }  # fmt: skip
    settings = Settings(**given)
    pass_on(settings)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    seen = Settings(**{})
    whole = {"home": tmp_path / "home", "smtp_ca_file": tmp_path / "ca.pem"}
    assert seen.model_dump() == settings.model_copy(update=whole).model_dump()


# ---------------------------------------------------------------- what is shown


@pytest.fixture(scope="module")
def summary() -> Summary:
    """A night with one rejected file, whose reason is as a reader says it."""
    uri = "inbox/ใบแทรก.pdf"
    told = Unreadable("empty_file", "0 bytes", "a form", "deliver the file again").rejection(uri)
    one = {"uri": uri, "code": told.code, "reason": told.message}
    files = Files(listed=7, new=3, unchanged=2, duplicate=1, rejected=1)
    return Summary(
        "2026-11-22", "x", False, files, 3, 4, 5, 6, 7, {"block": 0, "check": 8}, 9, [one], {}, {"read": 1.5}
    )


def test_the_summary_accounts_for_every_file(summary: Summary) -> None:
    told = as_markdown(summary)
    assert "7 files listed = 3 loaded + 2 unchanged + 1 duplicate + 1 rejected" in told
    assert "| projects stored / โครงการ | 5 |" in told
    assert "| findings: check | 8 |" in told
    assert "| read | 1.5 |" in told


def test_a_rejected_file_is_told_with_what_to_do(summary: Summary) -> None:
    [row] = rejected_rows(summary)
    assert (row["uri"], row["code"]) == ("inbox/ใบแทรก.pdf", "empty_file")
    assert (row["reason"], row["remedy"]) == ("0 bytes; expected a form", "deliver the file again")


@pytest.mark.fault(49)
def test_no_password_of_a_source_is_shown(summary: Summary) -> None:
    one = {"uri": "sftp://kaona:secret@host/a.pdf", "code": "x", "reason": "sftp://kaona:secret@host/a.pdf: 0 bytes"}
    source = {"source": "sftp://kaona:secret@host/out", "is_believed": False}
    with_one = replace(summary, rejected=[one], sources=[source])
    assert "secret" not in str(rejected_rows(with_one)) + as_markdown(with_one)


def test_the_report_is_linked_where_people_open_it(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    assert report_link(settings) is None
    (tmp_path / "published").mkdir()
    (tmp_path / "published" / "report.html").touch()
    assert report_link(settings) == (tmp_path / "published" / "report.html").as_uri()
    assert (
        report_link(settings_in(tmp_path, report_url="https://kaona.example/report")) == "https://kaona.example/report"
    )


def test_artifacts_that_cannot_be_written_are_only_said(settings: Settings, summary: Summary) -> None:
    said: list[str] = []
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}):
        show(settings, summary, said.append)
    assert len(said) == 1
    assert said[0].startswith("Prefect took no artifacts")


# ---------------------------------------------------------------- an own server that dies


def test_a_server_that_dies_is_started_again_until_it_comes_up_and_none_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(prefect_server, "_PAUSES", (0.0,))
    started = [subprocess.Popen(["sleep", "60"])]
    is_to_be_had, comes_up = iter([False, True, True, True]), iter([False, True, True])
    mended = threading.Event()

    def start() -> subprocess.Popen[bytes]:
        if not next(is_to_be_had):
            raise OSError("no process to be had")
        started.append(subprocess.Popen(["sleep", "60"]))
        return started[-1]

    def wait_for(process: subprocess.Popen[bytes]) -> None:
        assert process is started[-1]
        if not next(comes_up):
            raise PrefectAway("it does not answer")

    with prefect_server._kept_up(started[0], start, wait_for, mended.set):
        for alive in ([2], [3]):
            assert not mended.wait(0.05)
            started[-1].kill()
            assert mended.wait(10)
            assert [number for number, process in enumerate(started) if process.poll() is None] == alive
            mended.clear()
    assert all(process.poll() is not None for process in started)


def test_a_run_that_began_after_the_server_was_back_is_not_closed(settings: Settings, tmp_path: Path) -> None:
    """Its process may be about to take what says that it is at work."""
    with prefect_parts.prefect_server(tmp_path / "server") as server, temporary_settings({PREFECT_API_URL: server.url}):
        flow = server.post("flows/", name="kaona night")["id"]
        deployment = server.post("deployments/", name="nightly", flow_id=flow)["id"]

        def begun() -> str:
            run = server.trigger("kaona night/nightly")
            server.post(f"flow_runs/{run}/set_state", state={"type": "RUNNING"}, force=True)
            return run

        before = begun()
        back = datetime.now(UTC)
        after = begun()
        assert len(tidy(settings, UUID(deployment), back)) == 1
        assert [server.run(run)["state"]["type"] for run in (before, after)] == ["CRASHED", "RUNNING"]
        assert len(tidy(settings, UUID(deployment))) == 1
        assert server.run(after)["state"]["type"] == "CRASHED"
