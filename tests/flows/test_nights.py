"""Several nights: what one night teaches the next, and that the order in which nights are loaded changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from data.samples.generator.dump import STYLE_1, STYLE_2, Copy, dump_text
from data.samples.generator.facts import Project, invent_project
from data.samples.generator.words import PROGRAMMES
from flows.rebuild import verify_exports
from flows.settings import Settings
from load.dictionary import query
from tests.flows.conftest import FIRST, SECOND, THIRD, run, settings_in

DISTRICT = next(p for p in PROGRAMMES if p.owner == "district")
NIGHTS = (FIRST, SECOND, THIRD)


def project(seed: int, code: str, reports: int = 3) -> Project:
    return replace(invent_project(Random(seed), programme=DISTRICT, n_reports=reports), code=code)


LIBRARY = project(1, "50390000-9001")
PARK = project(2, "50360000-9040")
MISREAD = "50360000-9048"


def misspelt(given: Project) -> Project:
    """The responsible person's family name with one letter doubled, as neither a list nor statistics can judge."""
    assert given.responsible.name
    return replace(given, responsible=replace(given.responsible, name=given.responsible.name + "ร"))


def later(given: Project, **changes: object) -> Project:
    """The project with its last report restated, and perhaps more."""
    *before, last = given.reports
    return replace(given, reports=(*before, replace(last, progress_pct=Decimal("91.25"))), **changes)  # type: ignore[arg-type]


# what each night brings: name → copies
FILES: tuple[dict[str, Sequence[Copy]], ...] = (
    {
        "library.txt": [Copy(LIBRARY, STYLE_1), Copy(LIBRARY, STYLE_2)],
        "park.txt": [Copy(PARK, STYLE_2)],
    },
    {
        "library.txt": [Copy(misspelt(LIBRARY), STYLE_1), Copy(later(LIBRARY), STYLE_2)],
        "park.txt": [Copy(replace(PARK, code=MISREAD), STYLE_1)],  # one digit misread
    },
    {
        "library.txt": [Copy(later(LIBRARY), STYLE_1)],
        "other.txt": [Copy(project(3, "50390000-9555"), STYLE_1)],
    },
)


def deliver(settings: Settings, night: date) -> None:
    """Only this night's files stand in the inbox when it is loaded."""
    inbox = settings.home / "inbox"
    inbox.mkdir(parents=True, exist_ok=True)
    for old in inbox.iterdir():
        old.unlink()
    for name, copies in FILES[NIGHTS.index(night)].items():
        (inbox / f"{night}-{name}").write_text(dump_text(list(copies)), encoding="utf-8")
    run(settings, night)


def exports_of(settings: Settings) -> dict[str, str]:
    folder = settings.published.parent / "exports"
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def in_order(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The three nights, one after the other."""
    settings = settings_in(tmp_path_factory.mktemp("in_order") / "home", write_mails=False)
    for night in NIGHTS:
        deliver(settings, night)
    return settings


def decision(settings: Settings, code: str, night: date, field: str) -> tuple[object, ...] | None:
    sql = f"SELECT value, rule, confidence FROM lineage.decision WHERE delivery_id = '{code}@{night}' AND field = '{field}'"
    found = query(settings.published, sql)[1]
    return found[0] if found else None


def test_a_code_misread_tonight_is_recognised_by_what_the_night_before_knows(in_order: Settings) -> None:
    sql = f"SELECT night, printed_code, identity_note IS NOT NULL FROM lineage.form_copy WHERE project_code = '{PARK.code}' ORDER BY ALL"
    assert query(in_order.published, sql)[1] == [(FIRST, PARK.code, False), (SECOND, MISREAD, True)]
    assert query(in_order.published, f"SELECT count(*) FROM dim_project WHERE project_code = '{MISREAD}'")[1] == [(0,)]


def test_the_delivery_before_decides_between_two_spellings(in_order: Settings) -> None:
    found = decision(in_order, LIBRARY.code, SECOND, "responsible.name")
    assert found == (LIBRARY.responsible.name, "earlier_delivery", "resolved")


def test_the_restated_report_is_current_and_the_earlier_one_stays_in_the_history(in_order: Settings) -> None:
    last = LIBRARY.reports[-1]
    sql = (
        "SELECT progress_pct, valid_from, is_current FROM fact_progress_report_history "
        f"WHERE project_code = '{LIBRARY.code}' AND report_no = {last.seq} ORDER BY valid_from"
    )
    found = query(in_order.published, sql)[1]
    assert [(row[1], row[2]) for row in found][-1][1] is True
    assert {row[0] for row in found} == {last.progress_pct.quantize(Decimal("0.01")), Decimal("91.25")}


@pytest.mark.parametrize(
    "order",
    [
        pytest.param((THIRD, SECOND, FIRST), id="backwards", marks=pytest.mark.soak),
        pytest.param((SECOND, THIRD, FIRST), id="first one late"),
    ],
)
def test_nights_in_any_order_give_the_same_bytes(order: tuple[date, ...], in_order: Settings, tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "home", write_mails=False)
    for night in order:
        deliver(settings, night)
    assert exports_of(settings) == exports_of(in_order)


def test_a_rebuild_from_the_archive_gives_the_same_bytes(in_order: Settings) -> None:
    assert verify_exports(in_order) == []


def test_the_same_files_on_an_earlier_night_were_delivered_then(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "home", write_mails=False)
    deliver(settings, SECOND)
    assert not run(settings, FIRST).nothing_new  # the inbox still holds the files of the second night
    nights = query(settings.published, "SELECT DISTINCT night FROM lineage.source_file")[1]
    assert nights == [(FIRST,)]
    assert verify_exports(settings) == []
    assert run(settings, FIRST).nothing_new


def test_a_vote_of_earlier_nights_is_what_all_copies_of_a_project_said(tmp_path: Path) -> None:
    """Three projects that were contested last night are no witnesses against a fourth one tonight."""
    right, wrong = "เพื่อให้ชุมชนได้อ่านหนังสือ", "เพื่อให้ชุมชนอ่านหนังสือ"
    sisters = [replace(project(7, f"5039000{n}-9{n}01"), objectives=(right,)) for n in range(4)]
    settings = settings_in(tmp_path / "home", write_mails=False)
    inbox = settings.home / "inbox"
    inbox.mkdir(parents=True)
    for n, sister in enumerate(sisters):
        if n == 3:
            run(settings, FIRST)
            for old in inbox.iterdir():
                old.unlink()
        copies = [Copy(replace(sister, objectives=(wrong,)), STYLE_1), Copy(sister, STYLE_2)]
        (inbox / f"{n}.txt").write_text(dump_text(copies if n < 3 else copies[::-1]), encoding="utf-8")
    run(settings, SECOND)
    assert decision(settings, sisters[3].code, SECOND, "objectives[1]") == (right, "first_complete_copy", "contested")
