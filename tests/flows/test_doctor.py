"""`kaona doctor`: what a night needs is looked at before it is needed, each check for itself."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from extract import fault_points
from flows import cli
from flows.home_lock import only_run
from flows.operating import (
    doctor,
    doctor_data,
    doctor_folders,
    doctor_machine,
    doctor_settings,
)
from flows.operating.findings import Check, Finding
from flows.settings import Settings, tonight
from flows.summary import Summary
from tests.flows.conftest import settings_in
from tests.flows.homes import copied
from tests.flows.mail_servers import PASSWORD
from tests.flows.test_cli import kaona


def said(settings: Settings, *checks: Check, seconds: float = 30.0) -> dict[str, tuple[str, str]]:
    return {f.name: (f.state, f.said) for f in doctor.examine(settings, checks, seconds)}


def bad(settings: Settings, *checks: Check) -> list[str]:
    return [f.name for f in doctor.examine(settings, checks) if f.state == "FAIL"]


def test_a_home_with_a_night_has_nothing_that_fails(sample_night: tuple[Settings, Summary], tmp_path: Path) -> None:
    settings = copied(sample_night[0], tmp_path)
    done = kaona("doctor", "--json", home=settings.home, KAONA_OCR="false")
    assert done.returncode == 0, done.stdout
    [found] = json.loads(done.stdout).values()
    states = {one["name"]: one["state"] for one in found}
    assert set(states.values()) <= {"ok", "warning"}
    warned = {name for name, state in states.items() if state == "warning"}
    assert warned <= {"operator", "mail_from", "clock", "memory", "open files", "prefect server"}
    assert {"operator", "mail_from"} <= warned  # nobody set them
    named = {
        "python", "packages", "prefect server", "clock", "open files", "memory", "locale", "duckdb", "pdf reader",
        "folder home", "folder work", "folder archive", "folder nights", "folder published", "folder outbox", "folder log",
        "file systems", "hard links", "room for work", "lock", "settings", "reference", "contacts", "published file",
        "archive", "half done", "source inbox", "mail server", "prefect api", "heartbeat url",
    }  # fmt: skip
    assert named <= set(states)
    assert not list(settings.home.rglob(".doctor*"))


def test_lines_say_what_to_do_and_the_command_ends_with_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "checks", lambda: (doctor_folders.folders, doctor_settings.variables))
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "outbox").write_text("a file in the place of a folder")
    monkeypatch.setenv("KAONA_SMTP_HOSTT", "x")
    done = CliRunner().invoke(cli.app, ["doctor", "--home", str(tmp_path / "home")])
    assert done.exit_code == 1
    lines = {line[8:31].strip(): line for line in done.output.splitlines()}
    assert lines["folder outbox"].startswith("FAIL    folder outbox")
    assert lines["folder outbox"].endswith("or set KAONA_HOME")
    assert lines["settings"].endswith("the variable KAONA_SMTP_HOSTT has no effect; is KAONA_SMTP_HOST meant?")
    assert done.output.splitlines()[-1] == "8 checks: 1 failed, 1 warnings"


def test_wrong_settings_are_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAONA_WORKERS", "many")
    done = CliRunner().invoke(cli.app, ["doctor"])
    assert done.exit_code == 1
    assert done.output.startswith("FAIL    setting workers")


# ---------------------------------------------------------------- each check for itself


def test_a_variable_that_breaks_nights_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(fault_points.VARIABLE, "load.rows:1:kill")
    found = [(f.state, f.said) for f in doctor_settings.variables(settings_in(tmp_path)) if f.state != "ok"]
    assert found == [("warning", "KAONA_FAULT breaks nights, for tests")]


def test_a_check_that_breaks_is_its_own_failure_and_what_it_had_found_stands(tmp_path: Path) -> None:
    settings = settings_in(tmp_path).model_copy(update={"smtp_password": SecretStr(PASSWORD)})

    def one_that_breaks(_: Settings) -> Iterator[Finding]:
        yield Finding("first", "ok", "well")
        raise KeyError(f"the password is {PASSWORD}")

    found = said(settings, one_that_breaks, doctor_machine.locale)
    assert list(found) == ["first", "one that breaks", "locale"]
    assert found["one that breaks"][0] == "FAIL"
    assert PASSWORD not in str(found)


def test_a_check_that_does_not_end_is_left_behind(tmp_path: Path) -> None:
    is_over = threading.Event()

    def endless(_: Settings) -> Iterator[Finding]:
        is_over.wait(60)
        yield Finding("endless", "ok", "after all")

    try:
        found = said(settings_in(tmp_path), endless, seconds=0.05)
    finally:
        is_over.set()
    assert found == {"endless": ("FAIL", "no answer within 0.05 s")}


# ---------------------------------------------------------------- places


def test_a_folder_on_a_disk_that_only_reads_fails(tmp_path: Path) -> None:
    place = tmp_path / "home"
    place.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "ro,size=1m", "tmpfs", str(place)], capture_output=True
    ).returncode:
        pytest.skip("this user may not mount a disk")
    try:
        found = said(settings_in(place), doctor_folders.folders)
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)
    assert {state for state, _ in found.values()} == {"FAIL"}
    assert found["folder archive"][1].endswith("Read-only file system")


def test_files_of_somebody_else_fail_as_they_would_fail_a_night(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_in(tmp_path)
    for name in ("kaona.duckdb", "pulled.json", "lost+found", "report-of-somebody.pdf"):
        (tmp_path / "work").mkdir(exist_ok=True)
        (tmp_path / "work" / name).touch()
    assert said(settings, doctor_folders.files) == {}
    monkeypatch.setattr("os.access", lambda *_: False)  # root may use everything
    [finding] = doctor_folders.files(settings)
    assert finding.said == f"{tmp_path}/work/kaona.duckdb cannot be written to, and 1 more like it"
    assert "chown -R" in finding.todo


def test_a_small_disk_and_one_that_is_mounted_in_the_middle_fail(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "home")
    inside = settings.home / "published" / "generations"
    inside.mkdir(parents=True)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(inside)], capture_output=True).returncode:
        pytest.skip("this user may not mount a disk")
    try:
        assert bad(settings, doctor_folders.file_systems) == ["file systems"]
    finally:
        subprocess.run(["umount", "-l", str(inside)], check=True)
    assert bad(settings, doctor_folders.file_systems) == []
    (settings.home / "work").mkdir()
    assert "room for work" in bad(settings.model_copy(update={"min_free_mb": 10**9}), doctor_folders.room)


def test_without_hard_links_it_warns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def link(*_: object) -> None:
        raise PermissionError("no links here")

    monkeypatch.setattr("os.link", link)
    settings = settings_in(tmp_path)
    settings.published.parent.mkdir()
    assert said(settings, doctor_folders.file_systems)["hard links"][0] == "warning"


def test_a_run_that_works_is_a_warning(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    assert said(settings, doctor_folders.lock) == {"lock": ("ok", "free")}
    with only_run(settings):
        assert said(settings, doctor_folders.lock)["lock"][0] == "warning"


# ---------------------------------------------------------------- the machine


@pytest.mark.parametrize("installed", ["0.165.0", None])
def test_a_package_out_of_its_bounds_fails(
    installed: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = doctor_machine.version_of
    monkeypatch.setattr(doctor_machine, "version_of", lambda name: installed if name == "fastapi" else known(name))
    state, told = said(settings_in(tmp_path), doctor_machine.packages)["packages"]
    assert (state, told) == ("FAIL", f"fastapi {installed or 'missing'} (expected <0.151,>=0.139)")


def test_a_clock_that_is_behind_the_archive_fails(sample_night: tuple[Settings, Summary], tmp_path: Path) -> None:
    settings = copied(sample_night[0], tmp_path)
    folder = settings.archive / "nights"
    for listed in folder.glob("*.tsv"):
        listed.rename(folder / f"{tonight()}.tsv")
    assert bad(settings, doctor_machine.clock) == []
    [listed] = folder.glob("*.tsv")
    import os

    later = listed.stat().st_mtime + 90_000
    os.utime(listed, (later, later))
    assert bad(settings, doctor_machine.clock) == ["clock"]
    listed.rename(folder / f"{tonight() + timedelta(days=3)}.tsv")
    assert [f.state for f in doctor.examine(settings, [doctor_machine.clock])] == ["FAIL", "warning"]


def test_prefect_that_cannot_make_its_server_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_machine, "_STARTS", "raise TypeError(\"Body() got an unexpected keyword 'min_items'\")")
    settings = Settings(home=tmp_path)
    state, told = said(settings, doctor_machine.prefect_server)["prefect server"]
    assert state == "warning"
    assert "min_items" in told


def test_the_page_that_is_read_is_read_by_the_night_s_own_reader(tmp_path: Path) -> None:
    settings = settings_in(tmp_path).model_copy(update={"workers": 0})
    assert said(settings, doctor_machine.pdf_reader)["pdf reader"][0] == "ok"


# ---------------------------------------------------------------- settings and data


def test_lines_of_reference_files_without_effect_and_missing_addresses_are_warnings(tmp_path: Path) -> None:
    reference = tmp_path / "reference"
    reference.mkdir()
    (reference / "agency_codes.tsv").write_text("prefix\tagency\tstatus\n5036\tเขตทดสอบ\tVERIFIED\n", encoding="utf-8")
    (reference / "contacts.csv").write_text("kind,name,email\nhead,ผู้ทดสอบ,no address\n", encoding="utf-8")
    settings = settings_in(tmp_path, reference=reference, operator="operator@example.go.th")
    report = doctor.examine(settings, [doctor_settings.reference, doctor_settings.contacts])
    told = [(f.name, f.state) for f in report]
    assert ("contacts", "warning") in told
    assert ("operator", "ok") in told
    assert ("reference", "warning") in told
    assert "ผู้ทดสอบ" not in str(report)
    (reference / "agency_codes.tsv").write_text("prefix\tagency\n5036\tเขตทดสอบ\n", encoding="utf-8")
    assert bad(settings, doctor_settings.reference) == ["reference"]


def test_a_schedule_that_is_none_is_told_before_it_is_served(tmp_path: Path) -> None:
    assert said(settings_in(tmp_path), doctor_settings.schedule) == {}
    assert said(settings_in(tmp_path, cron="30 1 * * *"), doctor_settings.schedule)["cron"][0] == "ok"
    state, told = said(settings_in(tmp_path, cron="2 o'clock"), doctor_settings.schedule)["cron"]
    assert (state, "expected minute hour day month weekday" in told) == ("FAIL", True)


def test_a_damaged_published_file_and_one_that_is_written_to_fail(
    sample_night: tuple[Settings, Summary], tmp_path: Path
) -> None:
    settings = copied(sample_night[0], tmp_path)
    assert bad(settings, doctor_data.published_file) == []
    settings.published.with_name("kaona.duckdb.wal").touch()
    assert bad(settings, doctor_data.published_file) == ["published file"]
    settings.published.with_name("kaona.duckdb.wal").unlink()
    settings.published.chmod(0o644)
    content = settings.published.read_bytes()
    settings.published.write_bytes(content[: len(content) // 2])
    assert bad(settings, doctor_data.published_file) == ["published file"]


def test_a_file_of_the_archive_that_changed_on_disk_fails(
    sample_night: tuple[Settings, Summary], tmp_path: Path
) -> None:
    settings = copied(sample_night[0], tmp_path)
    assert bad(settings, doctor_data.archive_sample) == []
    path = next(p for p in sorted(settings.archive.rglob("*")) if len(p.name) == 64)
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert bad(settings, doctor_data.archive_sample) == ["archive"]
