"""Poison among the files of a night, and nights of nothing else: what is good is loaded, what stood stays, one letter says so."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from email.message import EmailMessage
from pathlib import Path

import pytest

from data.samples.generator.dump import STYLE_1, Copy, dump_text
from flows.mail_files import parsed
from flows.operating.status import status_of
from flows.outbox import body
from flows.rebuild import verify_exports
from flows.run import run_night
from flows.settings import Settings
from flows.summary import Summary, Watch, as_text
from load.dictionary import query
from tests.extract.hostile import hostile_cases
from tests.extract.hostile_parts import READ
from tests.flows.conftest import FIRST, SAMPLES, SECOND, THIRD, run, settings_in
from tests.flows.homes import copied, lines
from tests.flows.mail_servers import Inbox, serving, to_server
from tests.flows.test_nights import project
from tests.flows.whole import check_accounts, check_whole, tables_of, undisturbed_of

PROJECTS = [project(seed, f"50390000-96{seed:02}") for seed in range(6)]
GOOD = {f"form{number}.txt": dump_text([Copy(p, STYLE_1)]).encode() for number, p in enumerate(PROJECTS)}
FACTS = ("main.dim_project", "main.fact_progress_report", "lineage.reading", "lineage.decision")


def poison(count: int) -> list[bytes]:
    """Files that none can read, each in its own way: every so manieth of the hostile set, and a form's PDF cut off."""
    cases = [case.data for case in hostile_cases() if READ not in case.outcomes and len(case.data) < 100_000]
    form = (SAMPLES / "form-two-copies.pdf").read_bytes()
    cut = [form[: len(form) * tenth // 10] for tenth in range(1, 10)]
    step = len(cases) // (count - len(cut))
    return [*cut, *cases[::step]][:count]


def put(settings: Settings, files: dict[str, bytes]) -> None:
    """Let exactly these stand in the inbox."""
    inbox = settings.home / "inbox"
    shutil.rmtree(inbox, ignore_errors=True)
    inbox.mkdir(parents=True)
    for name, content in files.items():
        (inbox / name).write_bytes(content)


@dataclass(frozen=True)
class Home:
    """A home that has had a good night, and a mail server of its own for what comes now."""

    settings: Settings
    server: Inbox

    def night(self, files: dict[str, bytes], when: object = SECOND) -> Summary:
        put(self.settings, files)
        return run(self.settings, when)  # type: ignore[arg-type]

    def mails(self, to: str) -> list[EmailMessage]:
        """What the server took for an address, or for a display name there."""
        found = map(parsed, self.server.received)
        return [m for m in found if to in (m["To"].addresses[0].addr_spec, m["To"].addresses[0].display_name)]


@pytest.fixture(scope="module")
def good_night(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home after one night of good forms; tests copy it."""
    settings = settings_in(tmp_path_factory.mktemp("good") / "home")
    put(settings, GOOD)
    with serving() as (_, port):
        run(to_server(settings, port), FIRST)
    return settings


@pytest.fixture
def home(good_night: Settings, tmp_path: Path) -> Iterator[Home]:
    with serving() as (server, port):
        yield Home(to_server(copied(good_night, tmp_path), port), server)


def coordinators(home: Home) -> set[str]:
    """Names of the coordinators that the server took mail for."""
    everybody = {p.coordinator.name for p in PROJECTS if p.coordinator is not None}
    return everybody & {m["To"].addresses[0].display_name for m in map(parsed, home.server.received)}


def facts(settings: Settings, tables: Iterable[str] = FACTS) -> dict[str, object]:
    found = tables_of(settings.published)
    return {name: found[name] for name in tables}


@pytest.mark.fault(16, 56)
def test_poison_first_last_and_every_tenth_leaves_what_is_good_as_it_would_be(
    good_night: Settings, settings: Settings
) -> None:
    bad = poison(24)
    files = {f"a{number:02}.pdf": data for number, data in enumerate(bad[:8])}
    files |= {f"form{number // 2}{chr(97 + number % 2)}.pdf": data for number, data in enumerate(bad[8:16])}
    files |= {f"z{number:02}.pdf": data for number, data in enumerate(bad[16:])}
    put(settings, files | GOOD)
    mixed = run(settings, FIRST)
    check_accounts(settings, mixed, len(files) + len(GOOD))
    assert (mixed.files.new, mixed.files.rejected + mixed.files.duplicate) == (len(GOOD), len(files))
    assert {r["uri"].removeprefix("inbox/") for r in mixed.rejected} <= set(files)
    assert facts(settings) == facts(good_night)
    check_whole(settings, FIRST, undisturbed_of(settings), listed=len(files) + len(GOOD))


@pytest.mark.soak
@pytest.mark.fault(58)
def test_a_night_of_poison_in_the_place_of_all_forms_changes_no_fact_and_one_letter_says_so(home: Home) -> None:
    settings, before = home.settings, facts(home.settings)
    files = {name.replace(".txt", ".pdf"): data for name, data in zip(GOOD, poison(12), strict=False)}
    night = home.night(files)
    assert (night.files.rejected, night.files.new, night.projects) == (len(files), 0, len(PROJECTS))
    assert "NOT WHOLE source inbox holds 6 files and not one can be read" in as_text(night)
    assert facts(settings) == before
    assert query(settings.published, "SELECT count(*) FROM v_missing_projects")[1] == [(0,)]
    assert coordinators(home) == set()
    [letter] = home.mails("operator@kaona.invalid")
    assert "มีไฟล์ 6 ไฟล์ แต่อ่านไม่ได้เลยสักไฟล์" in body(letter)
    assert len(home.server.received) == 3  # the operator, the box that hears of each file, the head of the department
    assert lines(settings)[-1]["outcome"] == "complete"
    assert "hold none that can be read (inbox)" in " ".join(status_of(settings).needs)
    check_whole(settings, SECOND, undisturbed_of(settings), listed=6)
    # the forms are back: all is as before, and nobody hears of it but by the finding that is resolved
    again = home.night(GOOD, THIRD)
    assert (again.files.unchanged, again.sources[0]["is_believed"]) == (6, True)
    assert facts(settings) == before
    assert coordinators(home) == set()
    assert status_of(settings).needs == []


@pytest.mark.soak
@pytest.mark.fault(58)
@pytest.mark.parametrize(
    "is_renamed", [pytest.param(False, id="in their place"), pytest.param(True, id="under other names")]
)
def test_poison_for_nearly_all_forms_is_one_letter_and_the_forms_count_as_there(home: Home, is_renamed: bool) -> None:
    settings, before = home.settings, facts(home.settings)
    bad = dict(zip(list(GOOD)[1:], poison(12), strict=False))
    files = {f"of-tonight-{name}" if is_renamed else name: data for name, data in (GOOD | bad).items()}
    night = home.night(files)
    assert night.files.rejected == len(bad)
    [source] = night.sources
    assert (source["is_believed"], source["files"], source["unreadable"]) == (False, 1, len(bad))
    assert "NOT WHOLE source inbox holds 5 fewer files that can be read than before" in as_text(night)
    assert facts(settings) == before
    assert query(settings.published, "SELECT count(*) FROM v_missing_projects")[1] == [(0,)]
    assert coordinators(home) == set()
    [letter] = home.mails("operator@kaona.invalid")
    assert "ไฟล์ที่อ่านได้น้อยลง 5 ไฟล์จากครั้งก่อน" in body(letter)
    check_whole(settings, SECOND, undisturbed_of(settings), listed=len(files))
    assert not run(settings, THIRD).sources[0]["is_believed"]  # and so it stays until the forms are back
    again = home.night(GOOD, date(2026, 11, 25))
    assert again.sources[0]["is_believed"]
    assert facts(settings) == before
    assert coordinators(home) == set()
    assert verify_exports(settings) == []


@pytest.mark.soak
@pytest.mark.fault(58)
def test_forms_overwritten_by_a_login_page_count_as_there_until_the_loss_is_accepted(home: Home) -> None:
    before = facts(home.settings)
    pages = {name: f"<html><title>login {name}</title></html>".encode() for name in GOOD}
    home.night(pages)
    assert facts(home.settings) == before
    assert coordinators(home) == set()
    assert len(home.mails("operator@kaona.invalid")) == 1
    assert query(home.settings.published, "SELECT count(*) FROM v_missing_projects")[1] == [(0,)]
    accepted = run_night(home.settings, THIRD, Watch(is_quiet=True), accept_loss=True)
    assert accepted.sources[0]["is_believed"]
    assert query(home.settings.published, "SELECT count(*) FROM v_missing_projects")[1] == [(len(PROJECTS),)]
    assert verify_exports(home.settings) == []


@pytest.mark.fault(58)
def test_poison_beside_the_forms_that_stand_is_one_letter_and_no_news_to_coordinators(home: Home) -> None:
    before, new = facts(home.settings), {f"new{number}.pdf": data for number, data in enumerate(poison(12))}
    night = home.night(GOOD | new)
    assert night.sources[0]["is_believed"]
    assert "LOOK AT   source inbox brought" in as_text(night)
    [letter] = home.mails("operator@kaona.invalid")
    assert letter["Subject"].startswith("kaona: อ่านไฟล์ใหม่ไม่ได้เลยสักไฟล์")
    assert facts(home.settings) == before
    assert coordinators(home) == set()
    assert "files and not one can be read" in " ".join(status_of(home.settings).needs)
    assert run(home.settings, THIRD).nothing_new
    assert len(home.mails("operator@kaona.invalid")) == 1


@pytest.mark.soak
@pytest.mark.fault(58)
def test_a_first_night_of_poison_publishes_no_fact_and_one_letter_says_so(settings: Settings) -> None:
    files = {f"{number}.pdf": data for number, data in enumerate(poison(12))}
    put(settings, files)
    with serving() as (server, port):
        settings = to_server(settings, port)
        night = run(settings, FIRST)
        check_accounts(settings, night, 12)
        assert (night.files.new, night.projects) == (0, 0)
        assert [m["Subject"].split(" คืน")[0] for m in map(parsed, server.received) if "operator" in m["To"]] == [
            "kaona: อ่านไฟล์ใหม่ไม่ได้เลยสักไฟล์"
        ]
        assert len(server.received) <= 3
        check_whole(settings, FIRST, undisturbed_of(settings), received=server.received, listed=12, most_repeated=0)
