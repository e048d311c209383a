"""Nothing is swallowed: whatever went wrong with a letter, its reader hears of it, also on a night that brings nothing."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from email.utils import parseaddr
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

from data.samples.generator.dump import STYLE_1, Copy, dump_text
from data.samples.generator.facts import Project, invent_project
from data.samples.generator.words import PROGRAMMES
from expectations import coordinator_mail
from flows import outbox
from flows.run import run_night
from flows.settings import CHECKOUT, Settings
from flows.summary import Watch
from load.dictionary import query
from load.warehouse import work_path
from tests.flows.conftest import FIRST, SAMPLES, SECOND, THIRD, run, settings_in
from tests.flows.mail_servers import serving

DISTRICT = next(p for p in PROGRAMMES if p.owner == "district")
ANAN, BUSABA = "อนันต์ ทดสอบระบบ", "บุษบา ทดสอบระบบ"
CONTACTS = f"kind,name,email\ncoordinator,{ANAN},anan@kaona.invalid\ndefault,สยป.,desk@kaona.invalid\n"


def project(seed: int, code: str, coordinator: str, pct: int = 120) -> Project:
    made = invent_project(Random(seed), programme=DISTRICT, n_reports=2)
    assert made.coordinator is not None
    *before, last = made.reports
    reports = (*before, replace(last, progress_pct=Decimal(pct)))
    return replace(made, code=code, coordinator=replace(made.coordinator, name=coordinator), reports=reports)


@pytest.fixture
def office(tmp_path: Path) -> Settings:
    """A home with contacts of its own; two coordinators have one finding each to hear of, and more."""
    reference = tmp_path / "reference"
    shutil.copytree(CHECKOUT / "data" / "reference", reference)
    (reference / "contacts.csv").write_text(CONTACTS, encoding="utf-8")
    settings = settings_in(tmp_path / "home", reference=reference)
    (settings.home / "inbox").mkdir(parents=True)
    put(settings, "one.txt", project(1, "50390000-9001", ANAN))
    put(settings, "two.txt", project(2, "50390000-9002", BUSABA))
    return settings


def put(settings: Settings, name: str, *projects: Project) -> None:
    text = dump_text([Copy(p, STYLE_1) for p in projects])
    (settings.home / "inbox" / name).write_text(text, encoding="utf-8")


def taken(settings: Settings) -> dict[str, tuple[str, str]]:
    """Address and subject of the letters that wait, by name of their readers; somebody takes them all."""
    found = {}
    for path, message in outbox.waiting(settings):
        name, address = parseaddr(str(message["To"]))
        found[name] = address, str(message["Subject"])
        path.unlink()
    return found


def test_whoever_gets_an_address_of_their_own_hears_of_all_that_stands(office: Settings) -> None:
    run(office, FIRST)
    assert taken(office)[BUSABA][0] == "desk@kaona.invalid"
    with (office.reference / "contacts.csv").open("a", encoding="utf-8") as file:
        file.write(f"coordinator,{BUSABA},busaba@kaona.invalid\n")
    run(office, SECOND)
    told = taken(office)
    assert told[BUSABA][0] == "busaba@kaona.invalid"
    assert "ใหม่" in told[BUSABA][1]
    assert ANAN not in told


def test_a_short_line_in_the_contacts_takes_no_other_line_along(office: Settings) -> None:
    contacts = office.reference / "contacts.csv"
    contacts.write_text(CONTACTS.replace("email\n", "email\ncoordinator,ก ข\n"), encoding="utf-8")
    run(office, FIRST)
    told = taken(office)
    assert told[ANAN][0] == "anan@kaona.invalid"
    assert told[BUSABA][0] == "desk@kaona.invalid"
    assert "1 แถว" in told["kaona operator"][1]


def test_one_letter_that_cannot_be_written_takes_no_other_along_and_is_written_on_a_quiet_night(
    office: Settings,
) -> None:
    write = coordinator_mail.coordinator_mail

    def broken(facts: Any, *arguments: Any, **named: Any) -> Any:
        if facts.name == BUSABA:
            raise KeyError("a word that no catalogue has")
        return write(facts, *arguments, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(coordinator_mail, "coordinator_mail", broken)
        run(office, FIRST)
    assert set(taken(office)) == {ANAN, "kaona operator"}
    assert run(office, SECOND).nothing_new
    assert set(taken(office)) == {BUSABA}
    assert run(office, THIRD).mails == 0


def test_a_refused_letter_is_written_again_on_the_next_quiet_night(office: Settings) -> None:
    with serving() as (inbox, port):
        sending = office.model_copy(update={"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none"})
        inbox.at_recipient = ["550 no such box", "550 no such box"]
        run(sending, FIRST)
        first = len(inbox.received)
        assert run(sending, SECOND).nothing_new
        assert len(inbox.received) == first + 2
        assert run(sending, THIRD).mails == 0


def test_a_project_that_becomes_late_on_a_quiet_night_is_told(office: Settings) -> None:
    (office.home / "inbox" / "two.txt").unlink()
    late = project(3, "50390000-9003", ANAN, pct=95)
    put(office, "one.txt", replace(late, end=date(2020, 9, 30)))
    quiet = office.model_copy(update={"reminder_days": 0})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("load.mail_questions.SILENT_DAYS", 10_000)
        run(quiet, date(2020, 9, 20))
        taken(office)
        assert run(quiet, date(2020, 9, 30)).mails == 0
        assert run(quiet, date(2020, 10, 1)).mails == 1
        assert "ล่าช้า" in taken(office)[ANAN][1]
        assert run(quiet, date(2020, 10, 2)).mails == 0


def test_two_heads_of_one_name_both_get_the_summary(office: Settings) -> None:
    with (office.reference / "contacts.csv").open("a", encoding="utf-8") as file:
        file.write("head,ผู้อำนวยการ,a@kaona.invalid\nhead,ผู้อำนวยการ,b@kaona.invalid\n")
    run(office, FIRST)
    addresses = [parseaddr(str(message["To"]))[1] for _, message in outbox.waiting(office)]
    assert {"a@kaona.invalid", "b@kaona.invalid"} <= set(addresses)


def test_a_night_that_comes_late_leaves_the_warnings_of_the_last_one_and_the_next_night_runs(office: Settings) -> None:
    for n in range(3, 9):
        put(office, f"{n}.txt", project(n, f"50390000-900{n}", ANAN, pct=100))
    run(office, FIRST)
    for n in range(3, 9):
        (office.home / "inbox" / f"{n}.txt").rename(office.home / f"{n}.txt")
    run(office, THIRD)
    warned = [path.name for path, m in outbox.waiting(office) if "แหล่งข้อมูลไม่ครบ" in str(m["Subject"])]
    assert [name[:10] for name in warned] == [str(THIRD)]
    for n in range(3, 9):
        (office.home / f"{n}.txt").rename(office.home / "inbox" / f"{n}.txt")
    run(office, SECOND)
    still = [path.name for path, m in outbox.waiting(office) if "แหล่งข้อมูลไม่ครบ" in str(m["Subject"])]
    assert still == warned
    assert run(office, SECOND).nothing_new
    assert not run(office, THIRD + timedelta(days=1)).nothing_new
    assert query(office.published, "SELECT count(*) FROM v_missing_projects")[1] == [(0,)]


@pytest.mark.no_mails
def test_a_home_of_another_version_is_made_again_from_its_archive_and_the_night_goes_on(
    office: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    run(office, FIRST)
    with duckdb.connect(str(work_path(office.home))) as con:
        con.execute("DROP VIEW IF EXISTS main.v_open_findings CASCADE")
        con.execute("DROP TABLE quality.finding_history")
    shutil.copy(SAMPLES / "dump-utf16.txt", office.home / "inbox")
    summary = run_night(office, SECOND, Watch())
    assert "made again from the archive" in " ".join(capsys.readouterr().err.split())
    assert summary.projects == 3
    assert query(office.published, "SELECT count(*) > 0 FROM quality.finding_history")[1] == [(True,)]


def test_no_telephone_number_of_a_refused_correction_is_printed(
    office: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = ("0812345678", "0898765432")
    with (office.reference / "corrections.csv").open("a", encoding="utf-8") as file:
        for number in lines:
            file.write(f"50390000-9001,responsible.phone,7001,{number},แก้,สยป.,2026-11-01\n")
    run_night(office, FIRST, Watch())
    printed = capsys.readouterr()
    assert "a correction is not used" in printed.err
    assert not any(number in printed.err + printed.out for number in lines)
