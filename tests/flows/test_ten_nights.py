"""Ten nights in a row: every state of a finding's life in the warehouse, and what each reader is told of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from email.message import EmailMessage
from email.utils import parseaddr
from random import Random
from typing import Any

import pytest

from data.samples.generator.dump import STYLE_1, STYLE_2, Copy, dump_text
from data.samples.generator.facts import Project, invent_project
from data.samples.generator.words import PROGRAMMES
from flows import outbox
from flows.rebuild import verify_exports
from flows.run import run_night
from flows.settings import CHECKOUT, Settings
from flows.summary import Summary, Watch
from load.dictionary import query
from tests.flows.conftest import settings_in

START = date(2020, 9, 1)  # within the fiscal year of the projects
DISTRICT = next(p for p in PROGRAMMES if p.owner == "district")
ANAN, BUSABA = "อนันต์ ทดสอบระบบ", "บุษบา ทดสอบระบบ"


def project(seed: int, code: str, coordinator: str) -> Project:
    made = invent_project(Random(seed), programme=DISTRICT, n_reports=3)
    assert made.coordinator is not None
    return replace(made, code=code, coordinator=replace(made.coordinator, name=coordinator))


def beyond(given: Project, pct: str = "120") -> Project:
    """The project with an impossible progress in its last report."""
    *before, last = given.reports
    return replace(given, reports=(*before, replace(last, progress_pct=Decimal(pct))))


LIBRARY = project(1, "50390000-9001", ANAN)
PARK = project(2, "50360000-9040", BUSABA)
OTHER = project(3, "50390000-9555", BUSABA)
SPENT_MISSING = replace(PARK, budget_spent=None)


class Story:
    """The nights one after the other; what each one's mails were, by the name of who gets them."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.summaries: list[Summary] = []
        self.mails: list[dict[str, EmailMessage]] = []

    def night(self, files: dict[str, Sequence[Copy]] | None = None, mutes: str = "", **changes: Any) -> None:
        inbox = self.settings.home / "inbox"
        inbox.mkdir(parents=True, exist_ok=True)
        for name, copies in (files or {}).items():
            (inbox / name).write_text(dump_text(list(copies)), encoding="utf-8")
        if mutes:
            head = "finding_id,rule,project_code,until,reason,who,when\n"
            (self.settings.reference / "mutes.csv").write_text(head + mutes, encoding="utf-8")
        number = len(self.summaries)
        settings = self.settings.model_copy(update=changes)
        self.summaries.append(run_night(settings, START + timedelta(days=number), Watch(is_quiet=True)))
        told = {}
        for path, message in outbox.waiting(self.settings):
            name = parseaddr(str(message["To"]))[0]
            told[name] = message
            path.unlink()  # somebody takes the mails by hand every morning
        self.mails.append(told)

    def states(self, rule: str) -> list[tuple[Any, ...]]:
        sql = f"SELECT night, state, days_open FROM quality.finding_history WHERE rule = '{rule}' ORDER BY ALL"
        return [((night - START).days + 1, *rest) for night, *rest in query(self.settings.published, sql)[1]]

    def text(self, number: int, name: str) -> str:
        return outbox.body(self.mails[number - 1][name])


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("ten")
    reference = folder / "reference"
    reference.mkdir()
    for register in (CHECKOUT / "data" / "reference").iterdir():
        (reference / register.name).write_bytes(register.read_bytes())
    (reference / "contacts.csv").write_text(
        f"kind,name,email\ncoordinator,{ANAN},anan@kaona.invalid\ndefault,สยป.,desk@kaona.invalid\n"
        "head,ผู้อำนวยการทดสอบ,head@kaona.invalid\n",
        encoding="utf-8",
    )
    with pytest.MonkeyPatch.context() as patch:
        for name in ("KAONA_OCR", "KAONA_WRITE_PAGE"):
            patch.setenv(name, "false")
        made = Story(settings_in(folder / "home", reference=reference))
        made.night({"library.txt": [Copy(beyond(LIBRARY), STYLE_1)]})  # 1: an impossible progress
        made.night()  # 2: nothing new
        made.night({"library.txt": [Copy(beyond(LIBRARY), STYLE_2)]})  # 3: printed again, still impossible
        made.night({"park.txt": [Copy(SPENT_MISSING, STYLE_1)]})  # 4: another coordinator
        made.night({"library.txt": [Copy(LIBRARY, STYLE_1)]})  # 5: corrected
        made.night({"library.txt": [Copy(beyond(LIBRARY, "130"), STYLE_1)]})  # 6: wrong again
        [[wrong]] = query(
            made.settings.published, "SELECT finding_id FROM quality.finding WHERE rule = 'progress_over_100'"
        )[1]
        until = START + timedelta(days=8)
        made.night(mutes=f"{wrong},,,{until},รอหนังสือตอบจากสำนัก,สยป.,\n")  # 7: muted until the ninth
        made.night({"park.txt": [Copy(beyond(SPENT_MISSING), STYLE_1)]}, write_mails=False)  # 8: without mails
        made.night()  # 9: nothing new, but what the eighth left unsaid
        made.night({"other.txt": [Copy(OTHER, STYLE_1)]})  # 10: the mute is over
        made.night()  # 11: nothing new
        for _ in range(5):
            made.summaries.append(made.summaries[-1])
            made.mails.append({})
        made.night()  # 17: a week after the tenth
    return made


def test_the_life_of_a_finding_is_kept_night_by_night(story: Story) -> None:
    assert story.states("progress_over_100")[:4] == [
        (1, "new", 0),
        (3, "open", 2),
        (5, "resolved", 2),
        (6, "regressed", 5),
    ]
    assert story.states("budget_spent_missing") == [(4, "new", 0), (8, "open", 4)]
    by_night = query(story.settings.published, "SELECT open_findings FROM v_findings_by_night ORDER BY night")[1]
    assert by_night[-1] == query(story.settings.published, "SELECT count(*) FROM v_open_findings")[1][0]


def test_a_coordinator_hears_of_it_once_and_when_it_is_done(story: Story) -> None:
    heard = [number for number, mails in enumerate(story.mails, start=1) if ANAN in mails]
    assert heard == [1, 5, 6, 10, 17]
    assert "[ควรตรวจ · ใหม่] ความก้าวหน้าเกินร้อยละ 100" in story.text(1, ANAN)
    assert "แก้แล้ว 1" in story.mails[4][ANAN]["Subject"]
    assert "ความก้าวหน้าเกินร้อยละ 100" in story.text(5, ANAN)
    assert "พบอีกครั้ง" in story.text(6, ANAN)


def test_what_is_muted_is_not_told_until_its_day_is_over(story: Story) -> None:
    assert not story.summaries[6].nothing_new
    assert story.mails[6] == {}
    assert "ความก้าวหน้าเกินร้อยละ 100" in story.text(10, ANAN)


def test_a_night_without_mails_leaves_nothing_unsaid(story: Story) -> None:
    assert story.mails[7] == {}
    assert story.summaries[8].nothing_new
    assert "ใหม่ 1" in story.mails[8][BUSABA]["Subject"]
    text = story.text(9, BUSABA)
    assert "ความก้าวหน้าเกินร้อยละ 100" in text
    assert "ค้างวันที่ 6" in text  # the missing budget, since the fourth


def test_nothing_is_written_when_nothing_changed(story: Story) -> None:
    assert [n for n in (2, 3, 11) if story.mails[n - 1]] == []
    assert story.summaries[1].nothing_new
    assert not story.summaries[2].nothing_new


def test_after_a_week_what_stands_is_told_once_more(story: Story) -> None:
    assert set(story.mails[16]) == {ANAN, BUSABA}
    assert all("เตือน" in message["Subject"] for message in story.mails[16].values())


def test_nobody_is_told_of_projects_of_others(story: Story) -> None:
    for mails in story.mails:
        for name, message in mails.items():
            if name in (ANAN, BUSABA):
                other = PARK.code if name == ANAN else LIBRARY.code
                assert other not in outbox.body(message)
    coordinators = {
        parseaddr(str(m["To"]))[1] for mails in story.mails for n, m in mails.items() if n in (ANAN, BUSABA)
    }
    assert coordinators == {"anan@kaona.invalid", "desk@kaona.invalid"}


def test_the_head_compares_agencies_on_nights_with_a_change(story: Story) -> None:
    heard = [number for number, mails in enumerate(story.mails, start=1) if "ผู้อำนวยการทดสอบ" in mails]
    assert set(heard) >= {1, 4, 5, 6, 9}
    assert not {2, 11} & set(heard)


@pytest.mark.soak
def test_a_rebuild_gives_the_same_history(story: Story) -> None:
    assert verify_exports(story.settings) == []


def test_every_mail_says_who_is_meant_and_has_its_identity(story: Story) -> None:
    messages = [m for mails in story.mails for m in mails.values()]
    assert len({m["Message-ID"] for m in messages}) == len(messages)
    assert all(m["Auto-Submitted"] == "auto-generated" and m["List-Id"] for m in messages)
