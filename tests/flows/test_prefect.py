"""Nights, runs and deployments against a real Prefect server. All in one file, so that one worker holds the server."""

from __future__ import annotations

import base64
import json
import os
import pickle
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from flows import cli, serve
from flows.delivery import only_run
from flows.mail_files import parsed
from flows.outbox import body
from flows.prefect_server import PrefectAway, free_port, require_answer
from flows.rebuild import verify_exports
from flows.serve import Guard
from flows.settings import BANGKOK, CHECKOUT
from flows.under_prefect import Failed
from load.dictionary import query
from tests.flows import canaries
from tests.flows.broken_nights import Before, command, killed_at, variables
from tests.flows.conftest import SAMPLES, SECOND, THIRD, settings_in
from tests.flows.homes import copied, lines
from tests.flows.mail_servers import serving, wanting_login
from tests.flows.prefect_parts import (
    NIGHTLY,
    Gate,
    Server,
    environment,
    home_with,
    prefect_server,
    served,
    small_night,
    started,
    under_way,
    wait_for,
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with prefect_server(tmp_path_factory.mktemp("server") / "prefect") as made:
        yield made


# ---------------------------------------------------------------- one night, and a server that goes away


@pytest.mark.fault(51)
@pytest.mark.parametrize(("stage", "then"), [("second", "cut"), pytest.param("third", "hung", marks=pytest.mark.soak)])
def test_a_night_ends_well_whenever_its_server_goes_away_and_no_stage_runs_twice(
    server: Server, tmp_path: Path, stage: str, then: str
) -> None:
    gate = Gate(server, tmp_path / "shut", then)
    done = small_night(tmp_path / "home", gate.url, stage)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "CALLS first second third"
    assert done.stderr.count("the night goes on without it") == 1
    assert "Traceback" not in done.stderr
    assert "ERROR" not in done.stderr


def test_an_error_of_a_stage_is_the_nights_own_though_it_looks_like_one_of_prefects(
    server: Server, tmp_path: Path
) -> None:
    done = small_night(tmp_path / "home", server.url, "second", "sqlite")
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "CALLS first second"
    assert "kaona: OperationalError: the API of a stage" in done.stderr
    assert "without it" not in done.stderr
    [run] = server.post("flow_runs/filter", flow_runs={"state": {"type": {"any_": ["FAILED"]}}})
    assert run["state"]["message"].endswith("OperationalError: the API of a stage")
    assert server.tasks(run["id"]) == {"first": "Completed", "second": "Failed"}
    [stored] = (tmp_path / "home" / "prefect").glob("storage/*")  # words, no frames of a night
    assert isinstance(pickle.loads(base64.b64decode(stored.read_bytes())), Failed)


@pytest.mark.parametrize("then", ["cut", "hung"])
def test_a_server_that_is_gone_or_says_nothing_is_found_out_before_anything_is_asked_of_it(
    server: Server, tmp_path: Path, then: str
) -> None:
    gate = Gate(server, tmp_path / "shut", then)
    require_answer(gate.url)
    (tmp_path / "shut").touch()
    with pytest.raises(PrefectAway, match="does not answer at"):
        wait_for(lambda: require_answer(gate.url))


# ---------------------------------------------------------------- what a night leaves in Prefect


_SERVED = "from datetime import date; from flows.deployment import nightly; nightly(as_of=date.fromisoformat('{}'))"


@pytest.mark.soak
@pytest.mark.fault(49)
@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_what_prefect_keeps_of_a_failed_night_and_a_good_one_names_no_secret_and_no_person(
    server: Server, tmp_path: Path
) -> None:
    home = canaries.home_near_her(tmp_path)
    with serving(**wanting_login(auth_require_tls=False)) as (_, port):
        secrets = canaries.secret_variables(home, port, free_port())
        changes = secrets | {"PREFECT_API_URL": server.url, "KAONA_HOME": str(home.home), "KAONA_RETRIES": "0"}

        def night(*words: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                [sys.executable, *words], env=environment(**changes), cwd=tmp_path, text=True, capture_output=True,
                timeout=120, check=False,
            )  # fmt: skip

        failed = night("-c", _SERVED.format(SECOND))
        canaries.allowed(home)
        good = night("-m", "flows", "run", "--as-of", str(SECOND))
    assert (failed.returncode, good.returncode) == (1, 0), failed.stderr + good.stderr
    runs = server.post("flow_runs/filter", sort="START_TIME_DESC")[:2]
    assert [run["state_type"] for run in runs] == ["COMPLETED", "FAILED"]
    assert 'duplicate key "…"' in runs[1]["state"]["message"]
    assert server.tasks(runs[1]["id"])["load"] == "Failed"
    assert "kaona-summary" in server.artifacts(runs[0]["id"])
    kept = "\n".join(records(server))
    assert SECOND.isoformat() in kept
    said = {"failed": failed.stdout + failed.stderr, "good": good.stdout + good.stderr, "Prefect's database": kept}
    canaries.check_untold(home, said)
    assert canaries.told_in(canaries.everything_in(server.folder), [*canaries.SECRETS, *canaries.PEOPLE]) == []


def records(server: Server) -> Iterator[str]:
    """Every row of every table of a server's database."""
    with closing(sqlite3.connect(server.folder / "prefect.db")) as db:
        for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            yield from (f"{table} {row}" for row in db.execute(f'SELECT * FROM "{table}"').fetchall())


# ---------------------------------------------------------------- kaona serve


def test_serve_runs_a_night_tries_it_again_excludes_another_and_shows_it_in_prefect(
    server: Server, tmp_path: Path
) -> None:
    home, folder = tmp_path / "home", tmp_path / "folder"
    with served(server, home, folder) as serving:
        deployment = wait_for(lambda: server.deployment(NIGHTLY))
        [schedule] = deployment["schedules"]
        assert (schedule["schedule"]["cron"], schedule["schedule"]["timezone"]) == ("30 4 * * *", "Asia/Bangkok")
        assert schedule["active"]

        # no source can be listed: the night waits and is tried again, and meanwhile no other one begins
        first = server.trigger(NIGHTLY, as_of="2026-11-22")
        wait_for(lambda: under_way(home))
        second = server.trigger(NIGHTLY)
        refused = server.ended(second)
        assert refused["type"] == "CANCELLED"
        assert "another night of this KAONA_HOME" in refused["message"]
        assert server.run(first)["state_name"] == "Running"
        assert list((home / "outbox").glob("*.eml")) == []  # a try that is not the last tells nobody
        shutil.copytree(SAMPLES, folder / "new", ignore=lambda _, names: {*names} - {"dump-utf16.txt", "broken.pdf"})
        (folder / "new").rename(folder / "exports")
        done = server.ended(first)
        assert (done["type"], done["message"]) == ("COMPLETED", "night 2026-11-22: published")
        assert_shown(server, first)

        # a night that was missed is asked of Prefect; a stop while it is under way
        (folder / "exports").rename(folder / "away")
        third = made_up_for(server, home)
        wait_for(lambda: under_way(home))
        serving.send_signal(signal.SIGTERM)
        assert serving.wait(60) == 0
        wait_for(lambda: not under_way(home))
        with only_run(settings_in(home)):
            assert server.run(third)["state_type"] in ("CANCELLED", "CRASHED", "CANCELLING")
    log = (tmp_path / "serve.log").read_text()
    assert "night 2026-11-22" in log
    assert "Traceback" not in log


def made_up_for(server: Server, home: Path) -> str:
    """A run that the guard asks of Prefect, for a night that was due and not run; its id."""
    told: list[str] = []
    guard = Guard(settings_in(home), told.append, grace_seconds=0)
    guard.url = server.url
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(serve, "last_due", lambda _: datetime(2026, 11, 24, 4, 30, tzinfo=BANGKOK))
        patch.setattr(serve, "is_missed", lambda *_: True)
        guard.look()
    assert told == ["the night due at 2026-11-24 04:30 was missed or cut short: it is run now"]
    [run] = [run for run in server.runs("nightly") if run["name"] == "made-up-for-2026-11-24-0430"]
    return str(run["id"])


def assert_shown(server: Server, run_id: str) -> None:
    """The stages as tasks, and what people look at."""
    tasks = wait_for(lambda: found if len(found := server.tasks(run_id)) == 10 else None)
    assert set(tasks.values()) == {"Completed"}
    assert {"read", "reconcile", "build tables", "validate", "load", "publish", "mail"} <= set(tasks)
    artifacts = server.artifacts(run_id)
    summary = artifacts["kaona-summary"]
    assert "2 files listed = 1 loaded + 0 unchanged + 0 duplicate + 1 rejected" in summary
    assert "projects stored / โครงการ | 1 |" in summary
    rejected = artifacts["kaona-rejected"]
    [row] = json.loads(rejected) if isinstance(rejected, str) else rejected
    assert (row["uri"], row["code"], row["remedy"]) == ("exports/broken.pdf", "broken_pdf", "deliver the file again")
    assert row["reason"].startswith("the PDF is damaged")
    assert "published/report.html" in artifacts["kaona-report"]


# ---------------------------------------------------------------- a work pool


def test_a_worker_executes_the_deployment_of_prefect_yaml(server: Server, tmp_path: Path) -> None:
    home = home_with(tmp_path / "home")  # nothing to do is a night too
    env = environment(PREFECT_API_URL=server.url, PREFECT_HOME=str(tmp_path / "client"), KAONA_HOME=str(home))
    env["KAONA_SOURCES"] = json.dumps([str(tmp_path / "nowhere")])
    prefect = [sys.executable, "-m", "prefect"]
    for words in (["work-pool", "create", "kaona", "--type", "process"], ["--no-prompt", "deploy", "--all"]):
        done = subprocess.run([*prefect, *words], env=env, cwd=CHECKOUT, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr
    deployment: dict[str, Any] = server.deployment(NIGHTLY) or {}
    assert deployment["work_pool_name"] == "kaona"
    assert deployment["pull_steps"] == []  # no path of this machine
    env["KAONA_RETRIES"] = "0"
    with started([*prefect, "worker", "start", "--pool", "kaona"], env, tmp_path / "worker.log"):
        failed = server.ended(server.trigger(NIGHTLY, as_of="2026-11-22"))
    assert failed["type"] == "FAILED", failed
    assert "nowhere" in failed["message"]
    assert len(list((home / "outbox").glob("*.eml"))) == 1  # the operator is told


# ---------------------------------------------------------------- nights that went wrong before, or go wrong


# every suite of projects asks for a million rows
_BLOCKED = """
import expectations.suites as suites
checks_of = suites.checks_of
def blocked(table, due):
    wanted = suites.Check("ExpectTableRowCountToBeBetween", "rows", "rows_missing", "block", {"min_value": 1_000_000})
    return [*checks_of(table, due), *([wanted] if table.name == "dim_project" else [])]
suites.checks_of = blocked
"""


@pytest.mark.soak
def test_a_served_night_that_a_check_forbids_fails_at_once_and_the_next_one_brings_its_files(
    server: Server, tmp_path: Path
) -> None:
    home, folder, patched = tmp_path / "home", tmp_path / "folder", tmp_path / "patched"
    shutil.copytree(SAMPLES, folder / "exports", ignore=lambda _, names: {*names} - {"dump-utf16.txt"})
    patched.mkdir()
    (patched / "sitecustomize.py").write_text(_BLOCKED)
    with served(server, home, folder, PYTHONPATH=f"{patched}:{CHECKOUT}"):
        wait_for(lambda: server.deployment(NIGHTLY))
        blocked = server.ended(server.trigger(NIGHTLY, as_of="2026-11-22"))
        assert blocked["type"] == "FAILED"
        assert "nothing is published: dim_project.rows" in blocked["message"]
        assert not under_way(home)  # another try would end alike
        [letter] = (home / "outbox").glob("*.eml")
        assert "dim_project.rows" in body(parsed(letter.read_bytes()))
        (patched / "sitecustomize.py").unlink()
        done = server.ended(server.trigger(NIGHTLY, as_of="2026-11-23"))
        assert (done["type"], done["message"]) == ("COMPLETED", "night 2026-11-23: published")
    assert settings_in(home).published.is_file()


@pytest.mark.soak
@pytest.mark.fault(3)
def test_a_night_that_was_killed_is_made_up_for_as_a_task_of_the_next_ones_flow(
    server: Server, before: Before, tmp_path: Path
) -> None:
    home = copied(before.home, tmp_path)
    killed_at(home, "reconcile.staged")
    words = [THIRD.isoformat() if word == SECOND.isoformat() else word for word in command(home)]
    words.remove("--no-prefect")
    env = environment(**variables(home), PREFECT_API_URL=server.url)
    done = subprocess.run(words, env=env, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert "not loaded yet, and made up for now: 2026-11-23" in done.stderr
    [run] = server.post("flow_runs/filter", flow_runs={"name": {"any_": [lines(home)[-1]["run_id"]]}})
    assert run["state_type"] == "COMPLETED"
    tasks = wait_for(lambda: found if "pages" in (found := server.tasks(run["id"])) else None)
    assert tasks["make up"] == "Completed"
    assert set(tasks) & {"read", "reconcile", "load"} == set()
    assert query(home.published, "SELECT count(DISTINCT night) FROM quality.run WHERE night >= DATE '2026-11-23'")[
        1
    ] == [(2,)]
    assert verify_exports(home) == []


def test_a_schedule_that_is_none_is_a_wrong_usage(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "environ", os.environ.copy())
    monkeypatch.setenv("KAONA_CRON", "at two")
    done = CliRunner().invoke(cli.app, ["serve", "--home", str(tmp_path)])
    assert done.exit_code == 2
    assert "setting cron: 'at two' is no schedule" in done.output
