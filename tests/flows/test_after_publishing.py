"""Once a night is published nothing fails it any more: what cannot be written is told, and the next night makes it good."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

from flows import outbox
from flows.operating import doctor_data
from flows.operating.status import status_of
from flows.run import run_night
from flows.settings import Settings
from flows.summary import Watch
from load.dictionary import query
from tests.flows.conftest import FIRST, SAMPLES, SECOND, run


@pytest.fixture
def delivered(settings: Settings) -> Settings:
    shutil.copy(SAMPLES / "dump-flags.txt", settings.home / "inbox")
    return settings


def broken(*_: Any, **__: Any) -> None:
    raise ZeroDivisionError("a share of nothing")


def addressed(settings: Settings) -> list[str]:
    return [str(message["To"]) for _, message in outbox.waiting(settings)]


def test_letters_that_cannot_be_written_go_to_the_operator_and_are_written_the_next_time(
    delivered: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("expectations.coordinator_mail.coordinator_mail", broken)
        summary = run_night(delivered, FIRST, Watch())
    assert "letters could not be written (ZeroDivisionError" in " ".join(capsys.readouterr().err.split())
    assert summary.mails == 2  # to the operator, and the summary to the head
    assert [delivered.operator in to for to in addressed(delivered)].count(True) == 1
    assert delivered.published.is_file()
    shutil.copy(SAMPLES / "dump-utf16.txt", delivered.home / "inbox")
    run(delivered, SECOND)
    texts = [outbox.body(m) for path, m in outbox.waiting(delivered) if path.name.startswith(str(SECOND))]
    codes = [row[0] for row in query(delivered.published, "SELECT DISTINCT project_code FROM v_open_findings")[1]]
    assert all(any(code in text for text in texts) for code in codes if code)


def test_an_outbox_that_cannot_be_opened_fails_no_night(
    delivered: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(SAMPLES / "empty.pdf", delivered.home / "inbox")
    delivered.outbox.mkdir(parents=True)
    (delivered.outbox / "outbox.duckdb").write_bytes(b"no store" * 100)
    summary = run_night(delivered, FIRST, Watch())
    assert summary.mails == 0
    told = capsys.readouterr().err
    assert "the mails could not be written" in told
    assert "nor could the letter to the operator" in told
    [look] = status_of(delivered).needs  # nobody reads what a timer prints
    assert "no mail is written or sent: outbox.duckdb in the outbox cannot be opened" in look
    assert [finding.state for finding in doctor_data.outbox(delivered)] == ["FAIL"]
    (delivered.outbox / "outbox.duckdb").unlink()
    assert run(delivered, SECOND).mails > 1  # a quiet night, and all hear what they would have heard
    [head] = [outbox.body(message) for _, message in outbox.waiting(delivered) if "head" in str(message["To"])]
    assert f"ไฟล์ที่อ่านไม่ได้ {summary.files.rejected} ไฟล์" in head
    assert summary.files.rejected > 0


def test_a_report_that_cannot_be_written_leaves_no_old_one(
    delivered: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    run(delivered)
    report = delivered.published.with_name("report.html")
    assert report.is_file()
    shutil.copy(SAMPLES / "dump-utf16.txt", delivered.home / "inbox")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("expectations.report.quality_report_html", broken)
        summary = run_night(delivered, SECOND, Watch())
    assert "the report could not be written" in capsys.readouterr().err
    assert "report" not in summary.paths
    assert not report.exists()
    assert summary.mails > 0


def test_the_head_is_told_weekly_or_never_when_asked(delivered: Settings) -> None:
    run(delivered.model_copy(update={"summary_mail": "never"}))
    assert not any("head" in to for to in addressed(delivered))
    shutil.copy(SAMPLES / "dump-utf16.txt", delivered.home / "inbox")
    weekly = delivered.model_copy(update={"summary_mail": "weekly"})
    run(weekly, SECOND)
    assert sum("head" in to for to in addressed(delivered)) == 1


def test_without_any_contact_the_operator_gets_what_has_no_reader(delivered: Settings) -> None:
    reference = delivered.home.parent / "reference"
    shutil.copytree(delivered.reference, reference)
    (reference / "contacts.csv").write_text("kind,name,email\ndefault,ก,no address\n", encoding="utf-8")
    run(delivered.model_copy(update={"reference": reference}))
    assert all(delivered.operator in to for to in addressed(delivered))
    assert any("contacts.csv" in outbox.body(message) for _, message in outbox.waiting(delivered))
    refused = query(delivered.published, "SELECT uri, line FROM quality.finding WHERE rule = 'reference_line_refused'")[
        1
    ]
    assert refused == [("data/reference/contacts.csv", 2)]
