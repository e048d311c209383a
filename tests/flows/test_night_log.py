"""Every attempt of a night has its line in the log, also one that could not write it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from flows import run as flows_run
from flows import stages
from flows.home_lock import AnotherRun, only_run
from flows.operating import attempt as attempt_module
from flows.operating import night_log
from flows.operating.attempt import NotReady
from flows.operating.safe_words import safe
from flows.rebuild import rebuild_all
from flows.settings import Settings
from flows.summary import Summary, Watch
from flows.validating import NotPublished
from tests.flows.conftest import FIRST, SAMPLES, SECOND, run, settings_in
from tests.flows.homes import copied, held_run, lines

SECRET = "canary-token-9482"


def adds_up(files: dict[str, int]) -> bool:
    return files["listed"] == sum(files[part] for part in ("loaded", "unchanged", "duplicate", "rejected"))


def test_a_good_night_has_its_line_with_all_it_came_to(sample_night: tuple[Settings, Summary]) -> None:
    settings, summary = sample_night
    record = next(r for r in lines(settings) if r["outcome"] == "complete")
    assert (record["night"], record["run_id"], record["kind"]) == (FIRST.isoformat(), summary.run_id, "night")
    assert (record["exit_code"], record["stage"], record["error"]) == (0, None, None)
    assert record["files"] == {
        "listed": 15, "loaded": summary.files.new, "unchanged": 0, "duplicate": 0, "rejected": summary.files.rejected,
    }  # fmt: skip
    assert adds_up(record["files"])
    assert sum(record["rejected_by_code"].values()) == summary.files.rejected
    assert (record["forms"], record["projects"], record["reports"]) == (
        summary.forms,
        summary.projects,
        summary.reports,
    )
    assert record["findings"] == summary.findings
    assert record["mails"] == {"written": summary.mails, "sent": 0, "waiting": summary.mails, "failed": 0}
    assert set(record["seconds"]) == {*summary.seconds}
    assert record["bytes"]["listed"] == record["bytes"]["new"] == sum(p.stat().st_size for p in SAMPLES.iterdir())
    assert record["bytes"]["published"] == settings.published.stat().st_size
    assert record["memory_mb"]["parent"] > 50
    assert set(record["versions"]) == {
        "kaona", "python", "prefect", "great-expectations", "duckdb", "pandas", "pdfminer.six", "reader", "registry",
    }  # fmt: skip
    begun, ended = (datetime.fromisoformat(record[name]) for name in ("started", "ended"))
    assert begun < ended
    assert begun.utcoffset() == ended.utcoffset()
    assert record["started"].endswith("+07:00")


def test_a_night_with_nothing_new_has_one_too_and_adds_up(
    sample_night: tuple[Settings, Summary], tmp_path: Path
) -> None:
    settings = copied(sample_night[0], tmp_path)
    run(settings, SECOND)
    record = lines(settings)[-1]
    assert (record["outcome"], record["night"]) == ("nothing_new", SECOND.isoformat())
    assert adds_up(record["files"])
    assert record["files"]["rejected"] == sample_night[1].files.rejected


def test_a_night_that_failed_says_where_and_why_without_people(
    sample_night: tuple[Settings, Summary], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = copied(sample_night[0], tmp_path, smtp_password=SECRET)
    (settings.home / "inbox" / "new.txt").write_text("ใหม่", encoding="utf-8")

    def reconcile(*_: Any) -> None:
        raise ValueError(f"นาย สมมติ ทดสอบ โทร. 081-234-5678, {SECRET}: expected one of 3 copies\nand more")

    monkeypatch.setattr(stages, "reconcile", reconcile)
    with pytest.raises(ValueError, match="expected one of 3 copies"):
        run(settings, SECOND)
    record = lines(settings)[-1]
    assert (record["outcome"], record["exit_code"], record["stage"]) == ("failed", 1, "reconcile")
    assert record["error"]["class"] == "ValueError"
    assert record["error"]["message"].endswith("expected one of 3 copies")
    assert (record["files"]["listed"], record["files"]["loaded"], record["projects"]) == (16, None, None)
    assert record["mails"]["written"] == 1  # the letter to the operator
    told = json.dumps(record, ensure_ascii=False)
    for word in ("สมมติ", "081-", "-5678", "0812345678", SECRET):
        assert word not in told


def test_a_night_that_may_not_be_published_is_blocked(
    sample_night: tuple[Settings, Summary], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = copied(sample_night[0], tmp_path)
    (settings.home / "inbox" / "new.txt").write_text("ใหม่", encoding="utf-8")

    def reconcile(*_: Any) -> None:
        raise NotPublished(SimpleNamespace(blocking=("no key",)))  # type: ignore[arg-type]

    monkeypatch.setattr(stages, "reconcile", reconcile)
    with pytest.raises(NotPublished):
        run(settings, SECOND)
    record = lines(settings)[-1]
    assert (record["outcome"], record["error"]["message"]) == ("blocked", "nothing is published: no key")


def test_what_cannot_be_told_hides_nothing_else(
    sample_night: tuple[Settings, Summary], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def versions_of(_: Settings) -> None:
        raise KeyError("versions")

    monkeypatch.setattr(attempt_module, "versions_of", versions_of)
    settings = copied(sample_night[0], tmp_path)
    assert run(settings).nothing_new
    record = lines(settings)[-1]
    assert (record["outcome"], record["files"]["listed"], "versions" in record) == ("nothing_new", 15, False)


def test_a_run_that_is_refused_has_its_line_and_leaves_the_heartbeat_of_the_other(
    sample_night: tuple[Settings, Summary], tmp_path: Path
) -> None:
    settings = copied(sample_night[0], tmp_path)
    before = (settings.home / "work" / "heartbeat.json").read_bytes()
    with only_run(settings), pytest.raises(AnotherRun):
        run(settings, SECOND)
    record = lines(settings)[-1]
    assert (record["outcome"], record["exit_code"], record["error"]["class"]) == ("refused", 1, "AnotherRun")
    assert (settings.home / "work" / "heartbeat.json").read_bytes() == before


def test_the_next_run_writes_the_line_of_one_that_was_killed_once(
    sample_night: tuple[Settings, Summary], tmp_path: Path
) -> None:
    settings = copied(sample_night[0], tmp_path)
    with held_run(settings) as process:
        process.kill()
        process.wait()
    count = len(lines(settings))
    run(settings)
    killed, good = lines(settings)[count:]
    assert (killed["outcome"], killed["stage"], killed["exit_code"]) == ("killed", "pull sources", None)
    assert str(process.pid) in killed["attempt"]
    assert str(process.pid) in killed["error"]["message"]
    assert good["outcome"] == "nothing_new"
    run(settings)
    assert [r["outcome"] for r in lines(settings)[count:]] == ["killed", "nothing_new", "nothing_new"]


@pytest.mark.fault(61)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda n: n.name)
def test_a_run_that_is_asked_to_stop_says_so_and_lets_go_of_the_lock(
    number: signal.Signals, sample_night: tuple[Settings, Summary], tmp_path: Path
) -> None:
    settings = copied(sample_night[0], tmp_path)
    with held_run(settings) as process:
        process.send_signal(number)
        assert process.wait(30) in (1, 130)
    record = lines(settings)[-1]
    assert (record["outcome"], record["stage"]) == ("stopped", "pull sources")
    with only_run(settings):
        pass


def test_a_place_that_cannot_be_written_fails_a_night_before_it_begins(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "home")
    settings.home.mkdir()
    (settings.home / "published").write_text("a file in the place of a folder")
    with pytest.raises(NotReady, match=r"published: .* cannot be written to"):
        run(settings)
    record = lines(settings)[-1]
    assert (record["outcome"], record["stage"], record["error"]["class"]) == ("failed", "preflight", "NotReady")
    assert not list((settings.archive / "nights").glob("*.tsv"))


def test_a_full_disk_fails_a_night_before_it_begins_and_the_log_still_tells(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "home", min_free_mb=10**9)
    with pytest.raises(NotReady, match="MB are free"):
        run(settings)
    assert lines(settings)[-1]["stage"] == "preflight"


def test_a_log_that_cannot_be_written_fails_no_night(
    sample_night: tuple[Settings, Summary], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = copied(sample_night[0], tmp_path)
    count = len(lines(settings))
    with only_run(settings):
        (settings.log / "nights.lock").unlink()
        (settings.log / "nights.lock").mkdir()  # who opens it for writing fails
    assert flows_run.run_night(settings, FIRST, Watch()).nothing_new
    assert "could not be written into the log" in capsys.readouterr().err
    assert len(lines(settings)) == count


def test_a_rebuild_is_an_attempt_too(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "home")
    with pytest.raises(ValueError, match="the archive knows no night"):
        rebuild_all(settings, Watch(is_quiet=True))
    record = lines(settings)[-1]
    assert (record["kind"], record["outcome"], record["night"]) == ("rebuild", "failed", None)


# ---------------------------------------------------------------- the file itself


@pytest.mark.parametrize("torn", [b'{"attempt": "2", "outco', b"\xff\x00", b"{"])
def test_a_line_that_was_torn_is_passed_over_and_cut_off_by_the_next(tmp_path: Path, torn: bytes) -> None:
    night_log.append(tmp_path, {"attempt": "1"})
    with (tmp_path / night_log.NAME).open("ab") as log:
        log.write(torn)
    assert night_log.read(tmp_path, 9) == [{"attempt": "1"}]
    night_log.append(tmp_path, {"attempt": "3"})
    whole = (tmp_path / night_log.NAME).read_text(encoding="utf-8")
    assert [json.loads(line) for line in whole.splitlines()] == [{"attempt": "1"}, {"attempt": "3"}]


def test_a_last_line_that_only_lacks_its_end_is_kept(tmp_path: Path) -> None:
    (tmp_path / night_log.NAME).write_text('{"attempt": "1"}', encoding="utf-8")
    night_log.append(tmp_path, {"attempt": "2"})
    assert [r["attempt"] for r in night_log.read(tmp_path, 9)] == ["1", "2"]


def test_an_attempt_is_told_once(tmp_path: Path) -> None:
    night_log.append(tmp_path, {"attempt": "1", "outcome": "complete"})
    night_log.append(tmp_path, {"attempt": "1", "outcome": "killed"})
    assert night_log.read(tmp_path, 9) == [{"attempt": "1", "outcome": "complete"}]


def test_the_log_stays_bounded_and_old_lines_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(night_log, "MAX_BYTES", 500)
    for number in range(100):
        night_log.append(tmp_path, {"attempt": str(number)})
    files = sorted(p.name for p in tmp_path.glob("*.jsonl"))
    assert files == ["nights.1.jsonl", "nights.2.jsonl", "nights.3.jsonl", "nights.jsonl"]
    assert all((tmp_path / name).stat().st_size <= 500 for name in files)
    assert [r["attempt"] for r in night_log.read(tmp_path, 40)] == [str(n) for n in range(60, 100)]


def test_a_full_disk_leaves_the_log_as_it_was(tmp_path: Path) -> None:
    place = tmp_path / "small"
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(place)], capture_output=True)
    if made.returncode:
        pytest.skip("this user may not mount a small disk")
    try:
        night_log.append(place, {"attempt": "1"})
        before = (place / night_log.NAME).read_bytes()
        with pytest.raises(OSError, match="No space left"):
            night_log.append(place, {"attempt": "2", "x": "y" * 40_000})
        assert (place / night_log.NAME).read_bytes() == before
        night_log.append(place, {"attempt": "3"})
        assert [r["attempt"] for r in night_log.read(place, 9)] == ["1", "3"]
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("สมชาย ใจดี: 2 copies", "…: 2 copies"),
        ("call 02 224 1234 or ๐๘๑-๒๓๔-๕๖๗๘ now", "call … or …-…-… now"),
        ('key "project_code: 50390000-3367"', 'key "…"'),
        ("inbox/a.pdf p.2 line 23 on 2026-11-22", "inbox/a.pdf p.2 line 23 on 2026-11-22"),
        ("project 50390000-3367 repeats", "project 50390000-3367 repeats"),
        ("s3://key:secret@bucket/folder/x.pdf vanished", "s3://bucket/… vanished"),
        ("somebody@example.go.th: refused", "…: refused"),
        ("first line\nsecond", "first line"),
    ],
)
def test_what_is_told_of_an_error_names_nobody(said: str, told: str) -> None:
    assert safe(said) == told


@pytest.mark.fault(49)
def test_secrets_of_the_environment_are_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    assert SECRET not in safe(f"signature of {SECRET} does not match")
    assert os.environ["AWS_SECRET_ACCESS_KEY"] == SECRET
