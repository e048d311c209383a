from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows import cli
from flows.settings import CHECKOUT, Settings
from flows.summary import Summary
from tests.flows import warm
from tests.flows.broken_nights import LISTED, Before
from tests.flows.conftest import SAMPLES, SECOND
from tests.flows.homes import copied
from tests.flows.whole import Undisturbed, check_published, check_whole, sha_of, tables_of

SEED = CHECKOUT.parent / "shared" / "seed"


def kaona(*arguments: str, home: Path, is_cold: bool = False, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command as its user runs it, in a process of its own; `is_cold`: with all of its imports."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("KAONA_", "PREFECT_"))}
    env |= {"KAONA_HOME": str(home), "KAONA_WRITE_PAGE": "false", **environment}
    if not is_cold:
        return warm.ran(arguments, env, CHECKOUT)
    return subprocess.run(
        [sys.executable, "-m", "flows", *arguments], cwd=CHECKOUT, env=env, capture_output=True, text=True, timeout=180
    )


def test_every_command_of_the_design_is_there_and_explained() -> None:
    told = CliRunner().invoke(cli.app, ["--help"]).output
    for command in ("run", "serve", "check", "why", "review", "sql", "mail", "verify", "export"):
        assert command in told
        assert CliRunner().invoke(cli.app, [command, "--help"]).exit_code == 0


def test_every_command_is_in_the_readme() -> None:
    readme = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    missing = [c.name for c in cli.app.registered_commands if f"kaona {c.callback.__name__}" not in readme]  # type: ignore[union-attr]
    assert not missing


@pytest.mark.skipif(not SEED.is_dir(), reason="../shared/seed is not here")
def test_check_gives_the_facts_of_the_seed(tmp_path: Path) -> None:
    done = kaona("check", "--json", str(SEED / "progress-form.txt"), home=tmp_path)
    assert done.returncode == 0, done.stderr
    [file] = json.loads(done.stdout)["files"]
    truth = json.loads((SEED / "expected.json").read_text(encoding="utf-8"))
    assert (file["file"], file["status"], file["encoding"]) == (truth["file"], "read", "utf-8")
    [document], [expected] = file["documents"], truth["documents"]
    assert {k: document[k] for k in expected if k != "conflicts"} == {
        k: v for k, v in expected.items() if k != "conflicts"
    }
    assert document["unread_lines"] == []
    found = {c["field"]: c for c in document["conflicts"]}
    assert list(found) == [c["field"] for c in expected["conflicts"]]
    for conflict in expected["conflicts"]:
        assert found[conflict["field"]]["decidable"] == conflict["decidable"]
        assert len(found[conflict["field"]]["readings"]) == len(conflict["readings"])
        chosen = conflict["chosen"].strip("…")
        if chosen != "one bullet":  # described there in words
            assert chosen in found[conflict["field"]]["chosen"]
    assert found["targets[1]"]["chosen"] == expected["targets"][0]


@pytest.mark.skipif(not SEED.is_dir(), reason="../shared/seed is not here")
def test_why_shows_both_readings_of_the_coordinator(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    shutil.copy(SEED / "progress-form.txt", tmp_path / "inbox")
    assert kaona("run", "--no-prefect", home=tmp_path).returncode == 0
    told = kaona("why", "50390000-3367", "coordinator", home=tmp_path).stdout
    [document] = json.loads((SEED / "expected.json").read_text(encoding="utf-8"))["documents"]
    conflict = next(c for c in document["conflicts"] if c["field"] == "coordinator.name")
    for part in (*conflict["readings"], "inbox/progress-form.txt", "31", "112", "name_statistics"):
        assert part in told
    as_json = json.loads(kaona("why", "50390000-3367", "coordinator.name", "--json", home=tmp_path).stdout)
    assert conflict["chosen"] in json.dumps(as_json, ensure_ascii=False)


def test_a_night_runs_as_a_prefect_flow_on_the_embedded_server(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    shutil.copy(SAMPLES / "dump-utf16.txt", tmp_path / "inbox")
    done = kaona("run", "--json", home=tmp_path, is_cold=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["forms"] == 1
    assert (tmp_path / "prefect" / "prefect.db").is_file()
    assert "Traceback" not in done.stderr
    assert "leaked" not in done.stderr
    import sqlite3

    with sqlite3.connect(tmp_path / "prefect" / "prefect.db") as db:
        runs = db.execute("SELECT name, state_type FROM flow_run").fetchall()
        tasks = {name.rsplit("-", 1)[0] for (name,) in db.execute("SELECT name FROM task_run")}
    assert [state for _, state in runs] == ["COMPLETED"]
    assert tasks <= {
        "read", "decide again", "reconcile", "build tables", "validate", "load", "publish", "report", "mail", "docs", "pages",
    }  # fmt: skip


@pytest.mark.fault(50)
def test_a_night_ends_without_prefect_when_its_server_is_away(
    before: Before, should: Undisturbed, tmp_path: Path
) -> None:
    home = copied(before.home, tmp_path)
    was, old = tables_of(home.published), sha_of(home.published)
    done = kaona("run", "--as-of", SECOND.isoformat(), home=home.home, PREFECT_API_URL="http://127.0.0.1:9/api")
    assert done.returncode == 0, done.stderr
    assert "the night goes on without it" in done.stderr
    assert check_published(home, was, old, should.tables)
    check_whole(home, SECOND, should, listed=LISTED)


def test_an_error_of_the_night_is_told_in_one_sentence(tmp_path: Path) -> None:
    done = kaona("run", "--no-prefect", "--source", str(tmp_path / "nowhere"), home=tmp_path)
    assert done.returncode == 1
    assert "there is no such folder" in done.stderr
    assert "Traceback" not in done.stderr


def test_wrong_usage_is_code_two(tmp_path: Path) -> None:
    assert kaona("check", str(tmp_path / "none.pdf"), home=tmp_path).returncode == 2
    assert kaona("run", "--as-of", "22/11/2569", home=tmp_path).returncode == 2
    assert kaona("mail", "--show", "--send", home=tmp_path).returncode == 2
    assert kaona("export", "--format", "dbf", str(tmp_path), home=tmp_path).returncode == 2


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    done = kaona("run", home=tmp_path, KAONA_WORKERS="many")
    assert done.returncode == 2
    assert "workers" in done.stderr


def test_commands_without_a_published_file_say_what_to_do(tmp_path: Path) -> None:
    for arguments in (("why", "50390000-3367"), ("review",), ("sql",), ("verify",), ("export", str(tmp_path / "out"))):
        done = kaona(*arguments, home=tmp_path)
        assert done.returncode == 1
        assert "run `kaona run` first" in done.stderr


def test_sql_is_read_only_and_lists_what_there_is(sample_night: tuple[Settings, Summary]) -> None:
    home = sample_night[0].home
    listed = kaona("sql", home=home).stdout
    for name in ("dim_project", "fact_progress_report", "v_latest_report", "lineage.reading", "quality.finding"):
        assert name in listed
    assert "14" in kaona("sql", "SELECT count(*) AS projects FROM dim_project", home=home).stdout
    refused = kaona("sql", "DELETE FROM dim_project", home=home)
    assert refused.returncode == 1
    assert "read-only" in refused.stderr


def test_mail_shows_what_waits(sample_night: tuple[Settings, Summary]) -> None:
    settings, summary = sample_night
    told = kaona("mail", "--show", home=settings.home).stdout
    assert f"{summary.mails} mails wait in the outbox" in told
    assert "— รายงานความก้าวหน้าโครงการ" in told
    assert "Subject: แก้ 2 รายการ (ใหม่ 2)" in told


def test_exports_are_written_in_every_format(sample_night: tuple[Settings, Summary], tmp_path: Path) -> None:
    for format, ending in (("parquet", "parquet"), ("csv", "csv"), ("xlsx", "xlsx")):
        done = kaona("export", "--format", format, str(tmp_path / format), home=sample_night[0].home)
        assert done.returncode == 0, done.stderr
        assert (tmp_path / format / f"dim_project.{ending}").is_file()
