"""A form that is put back to what it was before is a delivery: the correction is noticed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from data.samples.generator.dump import STYLE_1, Copy, dump_text
from data.samples.generator.facts import Project, invent_project
from data.samples.generator.words import PROGRAMMES
from flows import outbox
from flows.rebuild import verify_exports
from flows.settings import Settings
from load.dictionary import query
from load.warehouse import copies_of_night
from tests.flows.conftest import FIRST, SECOND, THIRD, run, settings_in

DISTRICT = next(p for p in PROGRAMMES if p.owner == "district")
RIGHT = replace(invent_project(Random(1), programme=DISTRICT, n_reports=2), code="50390000-9001")
*_BEFORE, _LAST = RIGHT.reports
WRONG = replace(RIGHT, reports=(*_BEFORE, replace(_LAST, progress_pct=Decimal(120))))


def put(settings: Settings, project: Project, name: str = "one.txt") -> None:
    inbox = settings.home / "inbox"
    inbox.mkdir(parents=True, exist_ok=True)
    (inbox / name).write_text(dump_text([Copy(project, STYLE_1)]), encoding="utf-8")


def asked(settings: Settings, sql: str) -> list[tuple[Any, ...]]:
    return query(settings.published, sql)[1]


PROGRESS = "SELECT max(progress_pct) FROM fact_progress_report"
STATE = "SELECT state, resolved_on FROM quality.finding WHERE rule = 'progress_over_100'"


def test_a_change_that_is_taken_back_is_delivered_resolved_and_told(settings: Settings) -> None:
    put(settings, RIGHT)
    run(settings, FIRST)
    put(settings, WRONG)
    run(settings, SECOND)
    assert asked(settings, STATE) == [("new", None)]
    put(settings, RIGHT)
    assert not run(settings, THIRD).nothing_new
    assert asked(settings, STATE) == [("resolved", THIRD)]
    assert asked(settings, PROGRESS) == [(Decimal(100),)]
    files = "SELECT night, contains(source_sha256, '~2') FROM lineage.source_file ORDER BY night"
    assert asked(settings, files) == [(FIRST, False), (SECOND, False), (THIRD, True)]
    assert asked(settings, "SELECT count(*) FROM v_missing_projects") == [(0,)]
    told = [outbox.body(m) for path, m in outbox.waiting(settings) if path.name.startswith(str(THIRD))]
    assert any("แก้ไขแล้ว" in text and RIGHT.code in text for text in told)
    assert run(settings, THIRD).nothing_new
    assert verify_exports(settings) == []


@pytest.mark.soak
@pytest.mark.no_mails
def test_however_many_come_back_a_night_that_brought_them_is_asked_once(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = [replace(RIGHT, code=f"50390000-90{n}") for n in range(11, 16)]
    for number, project in enumerate(others):
        put(settings, project, f"{number}.txt")
    run(settings, FIRST)
    for number, project in enumerate(others[:3]):
        put(settings, replace(WRONG, code=project.code), f"{number}.txt")
    run(settings, SECOND)
    for number, project in enumerate(others[:3]):
        put(settings, project, f"{number}.txt")
    asked_of: list[tuple[Any, ...]] = []

    def counted(con: Any, night: Any, files: Any) -> Any:
        asked_of.append((night, len(files)))
        return copies_of_night(con, night, files)

    monkeypatch.setattr("load.returned.copies_of_night", counted)
    run(settings, THIRD)
    assert asked_of == [(FIRST, 3)]
    returned = "SELECT night, count(*) FROM lineage.form_copy WHERE contains(source_sha256, '~2') GROUP BY ALL"
    assert asked(settings, returned) == [(THIRD, 3)]


@pytest.mark.soak
@pytest.mark.no_mails
def test_it_may_come_back_more_than_once_and_a_night_may_run_twice(settings: Settings) -> None:
    nights = [FIRST.replace(day=day) for day in (1, 2, 3, 4, 5)]
    for night, project in zip(nights, (RIGHT, WRONG, RIGHT, WRONG, RIGHT), strict=True):
        put(settings, project)
        run(settings, night)
    put(settings, replace(RIGHT, code="50390000-9002"), "two.txt")
    run(settings, nights[-1])
    assert asked(settings, PROGRESS) == [(Decimal(100),)]
    returned = "SELECT night, split_part(source_sha256, '~', 2) FROM lineage.source_file ORDER BY ALL"
    assert [(night.day, number) for night, number in asked(settings, returned)] == [
        (1, ""), (2, ""), (3, "2"), (4, "2"), (5, ""), (5, "3"),
    ]  # fmt: skip
    assert asked(settings, STATE) == [("resolved", nights[-1])]
    assert verify_exports(settings) == []


@pytest.mark.parametrize(
    "order",
    [
        pytest.param((0, 2, 1), id="the change comes late"),
        pytest.param((2, 1, 0), id="backwards", marks=pytest.mark.soak),
    ],
)
def test_nights_in_any_order_come_to_the_same(order: tuple[int, ...], tmp_path: Path) -> None:
    nights, forms = (FIRST, SECOND, THIRD), (RIGHT, WRONG, RIGHT)
    settings, other = (settings_in(tmp_path / name, write_mails=False) for name in ("one", "other"))
    for home, numbers in ((settings, range(3)), (other, order)):
        for number in numbers:
            put(home, forms[number])
            run(home, nights[number])
    exports = [
        {p.name: p.read_bytes() for p in sorted((home.published.parent / "exports").iterdir())}
        for home in (settings, other)
    ]
    assert [n for n in exports[0] if exports[0][n] != exports[1].get(n)] == []
    assert asked(other, PROGRESS) == [(Decimal(100),)]


@pytest.mark.no_mails
def test_a_file_that_was_only_renamed_or_gone_for_a_night_is_no_delivery(settings: Settings) -> None:
    put(settings, RIGHT)
    put(settings, replace(RIGHT, code="50390000-9002"), "two.txt")
    run(settings, FIRST)
    one = settings.home / "inbox" / "one.txt"
    one.rename(one.with_name("renamed.txt"))
    run(settings, SECOND)
    (one.with_name("renamed.txt")).rename(settings.home / "away.txt")
    run(settings, THIRD)
    (settings.home / "away.txt").rename(one)
    run(settings, THIRD.replace(day=25))
    assert asked(settings, "SELECT DISTINCT night FROM lineage.delivery") == [(FIRST,)]
