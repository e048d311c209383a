from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from random import Random

import duckdb
import pytest

from data.samples.generator.facts import invent_project
from data.samples.generator.pdf import fpdf2_pdf, reportlab_pdf
from flows import nightly
from flows.delivery import AnotherRun, only_run, read_night
from flows.exhausted import Damaged
from flows.operating import doctor_data
from flows.outbox import body, waiting
from flows.rebuild import rebuild_all, verify_exports
from flows.settings import CHECKOUT, Settings
from flows.summary import Summary, Watch
from load.dictionary import query
from load.publish import published_path
from tests.flows.conftest import FIRST, SAMPLES, SECOND, run, settings_in
from tests.flows.homes import copied
from tests.flows.whole import check_whole, undisturbed_of

EXPECTED = json.loads((CHECKOUT / "data" / "samples" / "expected.json").read_text(encoding="utf-8"))


def exports_of(settings: Settings) -> dict[str, str]:
    folder = settings.published.parent / "exports"
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())}


def rows(settings: Settings, sql: str) -> list[tuple[object, ...]]:
    return query(settings.published, sql)[1]


@pytest.mark.fault(15, 18)
def test_every_sample_is_loaded_or_rejected_with_the_reason_that_was_made(
    sample_night: tuple[Settings, Summary], tmp_path: Path
) -> None:
    settings, summary = sample_night
    rejected = {r["uri"].split("/")[-1]: r["code"] for r in summary.rejected}
    assert rejected == {name: f["reason"] for name, f in EXPECTED["files"].items() if f["status"] == "rejected"}
    assert summary.files.new == sum(1 for f in EXPECTED["files"].values() if f["status"] == "read")
    assert {code for (code,) in rows(settings, "SELECT project_code FROM dim_project")} == set(EXPECTED["projects"])
    again = copied(settings, tmp_path)
    check_whole(again, FIRST, undisturbed_of(again), listed=len(EXPECTED["files"]))


def test_input_files_are_loaded_unchanged_duplicate_or_rejected(sample_night: tuple[Settings, Summary]) -> None:
    f = sample_night[1].files
    assert f.listed == f.new + f.unchanged + f.duplicate + f.rejected == len(list(SAMPLES.iterdir()))


def test_published_values_are_the_true_ones(sample_night: tuple[Settings, Summary]) -> None:
    settings, _ = sample_night
    published = {
        code: values
        for code, *values in rows(
            settings,
            "SELECT project_code, fiscal_year_be, start_date, budget_received_baht, agency_name FROM dim_project",
        )
    }
    for code, truth in EXPECTED["projects"].items():
        year, start, budget, agency = published[code]
        assert (year, str(start), agency) == (truth["fiscal_year_be"], truth["start_date"], truth["agency_path"][0])
        assert (None if budget is None else float(str(budget))) == truth["budget_received"]


@pytest.mark.fault(27)
def test_the_same_form_as_pdf_and_as_dump_is_one_project_with_two_copies(
    sample_night: tuple[Settings, Summary],
) -> None:
    settings, _ = sample_night
    both = [code for code, n in rows(settings, "SELECT project_code, count(DISTINCT media_type) FROM lineage.form_copy "
            "JOIN lineage.source_file USING (source_sha256) GROUP BY 1 HAVING count(DISTINCT media_type) = 2")]  # fmt: skip
    assert both
    for code in both:
        found = rows(settings, f"SELECT copies, (SELECT count(*) FROM dim_project WHERE project_code = '{code}') "
                               f"FROM dim_project WHERE project_code = '{code}'")  # fmt: skip
        assert found == [(2, 1)]


@pytest.mark.fault(27)
def test_a_form_saved_again_is_another_copy_of_the_same_facts_and_on_another_night_changes_none(
    settings: Settings,
) -> None:
    inbox = settings.home / "inbox"
    form = invent_project(Random(5), n_reports=2)
    inbox.joinpath("form.pdf").write_bytes(reportlab_pdf([form]))
    inbox.joinpath("form (1).pdf").write_bytes(fpdf2_pdf([form], shaped=False))
    first = run(settings, FIRST)
    assert (first.files.new, first.forms, first.copies, first.conflicts) == (2, 1, 2, 0)
    facts = "SELECT * EXCLUDE (last_seen, copies, confidence) FROM dim_project"
    before = (
        rows(settings, facts),
        rows(settings, "SELECT * EXCLUDE (confidence) FROM fact_progress_report ORDER BY ALL"),
    )
    assert rows(settings, "SELECT copies, confidence FROM dim_project") == [(2, "agreed")]
    inbox.joinpath("form.pdf").write_bytes(reportlab_pdf([form]) + b"\n% saved again")
    inbox.joinpath("form (1).pdf").unlink()
    second = run(settings, SECOND)
    assert (second.files.new, second.forms, second.projects) == (1, 1, 1)
    assert rows(settings, "SELECT night, count(*) FROM lineage.form_copy GROUP BY ALL ORDER BY ALL") == [
        (FIRST, 2),
        (SECOND, 1),
    ]
    assert rows(settings, facts) == before[0]
    assert rows(settings, "SELECT * EXCLUDE (confidence) FROM fact_progress_report ORDER BY ALL") == before[1]
    assert rows(settings, "SELECT count(*) FROM dim_project_history") == [(1,)]
    check_whole(settings, SECOND, undisturbed_of(settings), listed=1)
    assert verify_exports(settings) == []


def test_sibling_programmes_one_digit_apart_stay_apart(sample_night: tuple[Settings, Summary]) -> None:
    settings, _ = sample_night
    same_name = rows(
        settings,
        "SELECT a.project_code, b.project_code FROM dim_project a JOIN dim_project b USING (project_name) "
        "WHERE a.project_code < b.project_code",
    )
    one_apart = [(a, b) for a, b in same_name if sum(x != y for x, y in zip(str(a), str(b), strict=True)) == 1]
    assert one_apart == [("50420600-3604", "50430600-3604")]


def test_a_second_night_on_the_same_files_does_nothing(sample_night: tuple[Settings, Summary], tmp_path: Path) -> None:
    settings, first = copied(sample_night[0], tmp_path), sample_night[1]
    before = settings.published.stat().st_mtime_ns
    again = run(settings)
    assert again.nothing_new
    assert again.files.new == 0
    assert again.files.rejected == first.files.rejected
    assert settings.published.stat().st_mtime_ns == before


@pytest.mark.fault(24, 25)
def test_a_pipe_and_a_link_out_of_the_source_are_rejected_once_and_never_opened(settings: Settings) -> None:
    inbox = settings.home / "inbox"
    shutil.copy(SAMPLES / "dump-utf16.txt", inbox)
    os.mkfifo(inbox / "pipe.pdf")
    (inbox / "link.txt").symlink_to("/etc/hostname")
    first, again = run(settings), run(settings)
    assert {r["uri"]: r["code"] for r in first.rejected} == {
        "inbox/link.txt": "link_outside_source",
        "inbox/pipe.pdf": "not_a_regular_file",
    }
    assert again.nothing_new
    check_whole(settings, FIRST, undisturbed_of(settings), listed=3)
    (inbox / "pipe.pdf").unlink()
    assert not run(settings).nothing_new
    assert verify_exports(settings) == []


def test_nothing_heavy_is_imported_when_nothing_is_new(sample_night: tuple[Settings, Summary], tmp_path: Path) -> None:
    settings = copied(sample_night[0], tmp_path)
    code = (
        "import sys; from flows.cli import app;"
        f"app(['run', '--home', {str(settings.home)!r}, '--as-of', '2026-11-22', '--no-mail'], standalone_mode=False);"
        "heavy = {'pandas', 'prefect', 'great_expectations', 'duckdb', 'pdfminer.high_level', 'fsspec', 'flows.stages'};"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "nothing new" in done.stdout


@pytest.mark.no_mails
def test_a_rebuild_from_the_archive_gives_the_same_exports(sample_night: tuple[Settings, Summary]) -> None:
    assert verify_exports(sample_night[0]) == []


@pytest.mark.no_mails
def test_verify_names_an_export_that_was_tampered_with(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "home")
    (settings.home / "inbox").mkdir(parents=True)
    shutil.copy(SAMPLES / "dump-utf16.txt", settings.home / "inbox")
    run(settings)
    target = settings.published.parent / "exports" / "dim_project.parquet"
    target.chmod(0o644)
    target.write_bytes(target.read_bytes() + b"x")
    assert verify_exports(settings) == ["dim_project.parquet"]


@pytest.mark.no_mails
def test_verify_compares_tables_that_are_not_exported_each_night_too(tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(SAMPLES, home / "inbox", ignore=lambda _, names: [n for n in names if n != "dump-utf16.txt"])
    made = settings_in(home, exports="none")
    run(made)
    assert list((home / "published").rglob("*.parquet")) == []
    made.published.chmod(0o644)
    tampered = "UPDATE lineage.decision SET value = 'another' WHERE field = 'project_name'"
    with duckdb.connect(str(made.published)) as con:
        con.execute(tampered)
    assert verify_exports(made) == ["decision.parquet"]  # and all others are the same


@pytest.mark.soak
def test_files_seen_over_several_nights_or_at_once_end_in_the_same_project_tables(tmp_path: Path) -> None:
    at_once, one_by_one = settings_in(tmp_path / "a"), settings_in(tmp_path / "b")
    names = ["dump-utf16.txt", "form-reportlab.pdf", "dump-two-copies.txt"]
    for settings in (at_once, one_by_one):
        (settings.home / "inbox").mkdir(parents=True)
    for name in names:
        shutil.copy(SAMPLES / name, at_once.home / "inbox")
    run(at_once)
    for name in reversed(names):  # the same night in three runs, in another order
        shutil.copy(SAMPLES / name, one_by_one.home / "inbox")
        run(one_by_one)
    assert exports_of(at_once) == exports_of(one_by_one)


@pytest.mark.fault(27)
@pytest.mark.no_mails
def test_a_changed_form_on_another_night_keeps_both_states(settings: Settings) -> None:
    source = (SAMPLES / "dump-utf16.txt").read_text(encoding="utf-16")
    inbox = settings.home / "inbox"
    (inbox / "a.txt").write_text(source, encoding="utf-8")
    run(settings, FIRST)
    line = next(text for text in source.splitlines() if "งบประมาณที่ใช้ไป" in text)
    (inbox / "a.txt").write_text(source.replace(line, "งบประมาณที่ใช้ไป : 1.25 บาท"), encoding="utf-8")
    run(settings, SECOND)
    history = rows(settings, "SELECT valid_from, valid_to, is_current FROM dim_project_history ORDER BY valid_from")
    assert [(str(a), None if b is None else str(b), c) for a, b, c in history] == [
        ("2026-11-22", "2026-11-23", False), ("2026-11-23", None, True),
    ]  # fmt: skip
    assert [str(b) for (b,) in rows(settings, "SELECT budget_spent_baht FROM fact_project_budget ORDER BY as_of")][
        1
    ] == "1.25"
    assert verify_exports(settings) == []


@pytest.mark.no_mails
def test_a_withdrawn_file_deletes_no_fact(settings: Settings) -> None:
    for name in ("dump-utf16.txt", "form-reportlab.pdf"):
        shutil.copy(SAMPLES / name, settings.home / "inbox")
    run(settings, FIRST)
    (settings.home / "inbox" / "dump-utf16.txt").unlink()
    run(settings, SECOND)
    assert rows(settings, "SELECT count(*) FROM dim_project") == [(2,)]


@pytest.mark.fault(52)
def test_a_night_whose_suite_breaks_publishes_nothing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(SAMPLES / "dump-utf16.txt", settings.home / "inbox")
    run(settings, FIRST)
    before = published_path(settings.home).read_bytes()
    shutil.copy(SAMPLES / "form-reportlab.pdf", settings.home / "inbox")
    from expectations import validate

    def broken(*_: object, **__: object) -> object:
        raise RuntimeError("the check itself is broken")

    monkeypatch.setattr(validate.Engine, "run", broken)
    with pytest.raises(RuntimeError, match="the check itself is broken"):
        run(settings, SECOND)
    [(_, letter)] = waiting(settings, settings.operator)
    assert "the check itself is broken" in body(letter)
    assert published_path(settings.home).read_bytes() == before
    monkeypatch.undo()
    run(settings, SECOND)
    assert rows(settings, "SELECT count(*) FROM dim_project") == [(2,)]
    check_whole(settings, SECOND, undisturbed_of(settings), listed=2)


def test_a_night_stopped_between_load_and_publish_is_finished_by_the_next_run(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(SAMPLES / "dump-utf16.txt", settings.home / "inbox")

    def killed(_: Settings) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(nightly, "publish", killed)
    with pytest.raises(KeyboardInterrupt):
        run(settings)
    assert not settings.published.exists()
    monkeypatch.undo()
    summary = run(settings)
    assert not summary.nothing_new
    assert rows(settings, "SELECT count(*) FROM dim_project") == [(1,)]


def test_only_one_night_at_a_time(settings: Settings) -> None:
    with only_run(settings), pytest.raises(AnotherRun, match="another kaona run"):
        run(settings)
    assert run(settings).files.listed == 0


def test_the_archive_lists_what_stood_where(sample_night: tuple[Settings, Summary]) -> None:
    settings, _ = sample_night
    assert [p.uri for p in read_night(settings.archive, FIRST)] == sorted(f"inbox/{p.name}" for p in SAMPLES.iterdir())


@pytest.mark.fault(37)
def test_a_second_process_reads_whole_nights_while_they_are_published(settings: Settings, tmp_path: Path) -> None:
    inbox = settings.home / "inbox"
    shutil.copy(SAMPLES / "dump-utf16.txt", inbox)
    run(settings)
    stop = tmp_path / "stop"
    code = (
        "import duckdb, pathlib, sys\n"
        f"path, stop = {str(settings.published)!r}, pathlib.Path({str(stop)!r})\n"
        "seen = set()\n"
        "while True:\n"
        "    last = stop.exists()\n"
        "    con = duckdb.connect(path, read_only=True)\n"
        "    projects = con.execute('SELECT count(*) FROM dim_project').fetchone()[0]\n"
        "    loaded = con.execute('SELECT count(DISTINCT project_code) FROM lineage.decision').fetchone()[0]\n"
        "    con.close()\n"
        "    assert projects == loaded, (projects, loaded)\n"
        "    seen.add(projects)\n"
        "    if last: break\n"
        "print(sorted(seen))\n"
    )
    reader = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for names in (("form-reportlab.pdf",), ("dump-two-copies.txt", "form-two-copies.pdf")):
        for name in names:
            shutil.copy(SAMPLES / name, inbox)
        run(settings)
    stop.touch()
    out, err = reader.communicate(timeout=60)
    assert reader.returncode == 0, err
    assert "4" in out
    check_whole(settings, FIRST, undisturbed_of(settings), listed=4)


@pytest.mark.no_mails
def test_rebuild_replaces_a_damaged_working_file(settings: Settings) -> None:
    shutil.copy(SAMPLES / "dump-utf16.txt", settings.home / "inbox")
    run(settings)
    before = exports_of(settings)
    (settings.home / "work" / "kaona.duckdb").write_bytes(b"rot")
    rebuild_all(settings, Watch(is_quiet=True))
    assert exports_of(settings) == before


@pytest.mark.fault(63)
@pytest.mark.parametrize("is_cut", [False, True], ids=["other bytes", "cut off"])
@pytest.mark.no_mails
def test_a_damaged_working_file_is_told_with_its_remedy_which_helps(settings: Settings, is_cut: bool) -> None:
    shutil.copy(SAMPLES / "dump-utf16.txt", settings.home / "inbox")
    run(settings)
    work = settings.home / "work" / "kaona.duckdb"
    work.write_bytes(work.read_bytes()[:100_000] if is_cut else b"rot")
    assert [finding.state for finding in doctor_data.working_file(settings)] == ["FAIL"]
    shutil.copy(SAMPLES / "dump-cp874.txt", settings.home / "inbox")
    with pytest.raises(Damaged, match=r"work/kaona\.duckdb cannot be read in stage .*kaona run --rebuild"):
        run(settings)
    rebuild_all(settings, Watch(is_quiet=True), accept_changes=True)
    assert run(settings).files.rejected == 0
    assert [finding.state for finding in doctor_data.working_file(settings)] == ["ok"]
    assert rows(settings, "SELECT count(*) FROM lineage.source_file") == [(2,)]
    assert verify_exports(settings) == []


@pytest.mark.fault(49)
def test_personal_data_stays_out_of_what_a_night_prints(
    sample_night: tuple[Settings, Summary], capfd: pytest.CaptureFixture[str]
) -> None:
    settings, summary = sample_night
    people = [str(n) for (n,) in rows(settings, "SELECT DISTINCT person_name FROM dim_person")]
    told = json.dumps(summary.as_json(), ensure_ascii=False) + "".join(capfd.readouterr())
    assert people
    assert not [p for p in people if p in told]
