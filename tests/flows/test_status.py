"""`kaona status`: what the last nights were, what is published, what waits, what is stale, and what somebody must do."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from flows import cli
from flows import run as flows_run
from flows.delivery import pull_sources
from flows.home_lock import is_running, only_run
from flows.mail_files import store_path
from flows.operating import status as status_module
from flows.operating.heartbeat import last_heartbeat
from flows.operating.queued import waiting_files
from flows.operating.status import status_of
from flows.operating.status_text import as_lines
from flows.settings import BANGKOK, CHECKOUT, Settings
from flows.summary import Summary
from load.dictionary import query
from tests.flows.conftest import SECOND, run, settings_in
from tests.flows.homes import copied, held_run
from tests.flows.test_returned import RIGHT, WRONG, put


def text(settings: Settings, **options: Any) -> str:
    return "\n".join(as_lines(status_of(settings, **options)))


def test_a_home_whose_last_night_was_good_needs_nobody(sample_night: tuple[Settings, Summary], tmp_path: Path) -> None:
    settings = copied(sample_night[0], tmp_path)
    run(settings, SECOND)
    done = CliRunner().invoke(cli.app, ["status", "--home", str(settings.home), "--nights", "1"])
    assert done.exit_code == 0, done.output
    assert f"{SECOND} " in done.output
    assert "nothing_new" in done.output
    assert "14 projects" in done.output
    assert "all is well" in done.output
    found = json.loads(CliRunner().invoke(cli.app, ["status", "--json", "--home", str(settings.home)]).output)
    assert (found["running"], found["needs"]) == (None, [])
    assert [r["outcome"] for r in found["nights"]][-2:] == ["complete", "nothing_new"]
    assert found["queued"]["mails"] == {"waiting": sample_night[1].mails}
    assert found["queued"]["kept_out"] == {"file": 5}
    assert found["published"]["projects"] == 14


def test_a_night_that_is_still_to_come_is_told_with_the_way_to_take_it_out(settings: Settings) -> None:
    ahead = date(2062, 11, 29)
    for night, project in ((ahead, WRONG), (SECOND, RIGHT)):
        put(settings, project)
        run(settings, night)
    sql = "SELECT max(progress_pct) FROM fact_progress_report"
    assert query(settings.published, sql)[1] == [(120,)]
    [look] = status_of(settings).needs
    assert "the last night is 2062-11-29, which is still to come" in look
    (settings.archive / "nights" / "2062-11-29.tsv").unlink()
    done = CliRunner().invoke(cli.app, ["run", "--rebuild", "--accept-changes", "--home", str(settings.home)])
    assert done.exit_code == 0, done.output
    assert query(settings.published, sql)[1] == [(100,)]
    assert status_of(settings).needs == []


def test_nothing_heavy_is_imported_for_it(sample_night: tuple[Settings, Summary]) -> None:
    code = (
        "import sys; from pathlib import Path; from flows import cli; from flows.settings import Settings;"
        "from flows.operating.status import status_of;"
        f"s = status_of(Settings(home=Path({str(sample_night[0].home)!r}))); assert s.published.projects == 14;"
        "heavy = {'pandas', 'prefect', 'great_expectations', 'pdfminer', 'transform.people'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_home_where_nothing_ran_says_what_to_do_and_nothing_is_made_in_it(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli.app, ["status", "--home", str(tmp_path / "new")])
    assert done.exit_code == 1
    assert "no night came to its end yet; run `kaona run`" in done.output
    assert not (tmp_path / "new").exists()


def test_a_good_night_that_is_long_ago_is_told(sample_night: tuple[Settings, Summary]) -> None:
    later = datetime.now(BANGKOK) + timedelta(hours=50)
    [need] = status_of(sample_night[0], now=later).needs
    assert need.startswith("the last good night ended 50 hours ago (expected within 36)")


def test_a_run_that_works_is_shown_and_the_file_it_holds_is_left_alone(
    sample_night: tuple[Settings, Summary], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = copied(sample_night[0], tmp_path)
    held = settings.home / "work" / "kaona.duckdb"
    with held_run(settings) as process, duckdb.connect(str(held)):
        found = status_of(settings)
        assert found.running is not None
        assert (found.running["pid"], found.running["stage"]) == (process.pid, "pull sources")
        assert found.needs == []
        assert "RUNNING     night 2026-11-22" in text(settings)
        silent = status_of(settings, now=datetime.now(BANGKOK) + timedelta(minutes=20))
        assert [n.partition(" (")[0] for n in silent.needs] == [
            f"process {process.pid} holds the lock but gave no sign of life since "
            + datetime.fromisoformat(last_heartbeat(settings.home)["beat"]).strftime("%Y-%m-%d %H:%M")
        ]
        process.kill()
        process.wait()
        assert status_of(settings).running is None
        [need] = status_of(settings).needs
        assert need.startswith("a run was killed in stage pull sources")
    run(settings)
    assert not status_of(settings).running
    assert status_of(settings).needs == []


def test_looking_at_the_lock_refuses_no_night(settings: Settings) -> None:
    with only_run(settings):
        assert is_running(settings)
    assert not is_running(settings)
    with only_run(settings):
        pass


def test_a_night_that_failed_is_told_with_its_stage_until_one_is_good(
    sample_night: tuple[Settings, Summary], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = copied(sample_night[0], tmp_path)

    def pull_sources(*_: Any) -> None:
        raise RuntimeError("no network")

    with monkeypatch.context() as patch:
        patch.setattr(flows_run, "pull_sources", pull_sources)
        with pytest.raises(RuntimeError):
            run(settings, SECOND)
    [need] = status_of(settings).needs
    assert need.startswith(f"the last run ({SECOND}) was failed in stage pull sources: RuntimeError: no network")
    assert "in pull sources: RuntimeError: no network" in text(settings)
    run(settings, SECOND)
    assert status_of(settings).needs == []


def test_what_waits_is_counted(sample_night: tuple[Settings, Summary], tmp_path: Path) -> None:
    settings = copied(sample_night[0], tmp_path)
    assert status_of(settings).queued["files_in_sources"] == 0
    (settings.home / "inbox" / "new.txt").write_text("ใหม่", encoding="utf-8")
    (settings.home / "work" / "publishing").write_text("half")
    found = status_of(settings)
    assert (found.queued["files_in_sources"], found.queued["unfinished"]) == (1, ["work/publishing"])
    assert [n.partition(" ")[0] for n in found.needs] == ["a"]
    assert "a run left work/publishing half done" in found.needs[0]


def test_of_two_sources_of_one_name_each_is_known(tmp_path: Path) -> None:
    sources = []
    for office in ("a", "b"):
        sources.append(tmp_path / office / "inbox")
        sources[-1].mkdir(parents=True)
        (sources[-1] / f"{office}.txt").write_text(office, encoding="utf-8")
    settings = settings_in(tmp_path / "home", sources=[*map(str, sources), "s3://bucket/inbox"])
    assert waiting_files(settings) == {"files_in_sources": 2, "sources_not_asked": 1, "sources_unavailable": []}
    local = settings_in(tmp_path / "home", sources=[*map(str, sources)])
    pull_sources(local, SECOND)
    assert waiting_files(local)["files_in_sources"] == 0
    (sources[1] / "b.txt").write_text("another", encoding="utf-8")
    assert waiting_files(local)["files_in_sources"] == 1


def test_mails_that_wait_too_long_for_the_server_are_told(sample_night: tuple[Settings, Summary]) -> None:
    settings = sample_night[0].model_copy(update={"smtp_host": "127.0.0.1"})
    later = datetime.now(BANGKOK) + timedelta(hours=30)
    assert any(
        f"{sample_night[1].mails} mails wait, the oldest since" in n for n in status_of(settings, now=later).needs
    )


def test_a_busy_outbox_is_counted_by_its_files(sample_night: tuple[Settings, Summary], tmp_path: Path) -> None:
    settings = copied(sample_night[0], tmp_path)
    holder = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    process = subprocess.Popen(
        [sys.executable, "-c", holder, str(store_path(settings))], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    try:
        queued = status_of(settings).queued
    finally:
        process.communicate("")
    assert (queued["mails_waiting"], queued["mails"]) == (sample_night[1].mails, None)


def test_a_published_file_that_is_damaged_or_written_to_is_told(
    sample_night: tuple[Settings, Summary], tmp_path: Path
) -> None:
    settings = copied(sample_night[0], tmp_path)
    log = settings.published.with_name("kaona.duckdb.wal")
    log.write_bytes(b"")
    assert any("kaona.duckdb.wal stands beside the published file" in n for n in status_of(settings).needs)
    log.unlink()
    settings.published.chmod(0o644)
    settings.published.write_bytes(b"damaged")
    assert any(n.startswith("the published file cannot be read") for n in status_of(settings).needs)


def test_a_source_that_is_gone_and_a_disk_that_is_full_are_told(
    sample_night: tuple[Settings, Summary], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = sample_night[0].model_copy(update={"sources": [str(tmp_path / "gone")]})
    gone.__dict__.pop("source_uris", None)
    assert "source gone cannot be listed" in status_of(gone).needs[0]
    monkeypatch.setattr(status_module, "free_bytes", lambda _: 5 * 1024 * 1024)
    assert any(n.startswith("only 5 MB are free") for n in status_of(settings_in(tmp_path / "x")).needs)
