"""What is kept out of the facts, with its reason, and how it comes in by itself; and what publishes nothing at all."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
import pytest

from data.samples.generator.dump import STYLE_1, STYLE_2, Copy, dump_text
from data.samples.generator.facts import Project, invent_project
from data.samples.generator.words import PROGRAMMES
from expectations import suites
from flows import outbox
from flows.rebuild import verify_exports
from flows.settings import CHECKOUT, Settings
from flows.validating import NotPublished
from load.dictionary import query
from tests.flows.conftest import FIRST, SAMPLES, SECOND, run, settings_in
from tests.flows.whole import check_whole, undisturbed_of
from transform import tables

DISTRICT = next(p for p in PROGRAMMES if p.owner == "district")
Frames = Mapping[str, pd.DataFrame]


def project(seed: int, code: str) -> Project:
    return replace(invent_project(Random(seed), programme=DISTRICT, n_reports=2), code=code)


ONE, TWO = project(1, "50390000-9001"), project(2, "50390000-9002")


def deliver(settings: Settings, name: str, *copies: Copy, night: date = FIRST) -> None:
    (settings.home / "inbox" / name).write_text(dump_text(list(copies)), encoding="utf-8")


def waiting(settings: Settings) -> list[tuple[Any, ...]]:
    return query(settings.published, "SELECT kind, rule, project_code, field, value FROM v_quarantine ORDER BY ALL")[1]


def codes(settings: Settings) -> list[str]:
    return [row[0] for row in query(settings.published, "SELECT project_code FROM dim_project ORDER BY ALL")[1]]


def damaged(monkeypatch: pytest.MonkeyPatch, damage: Callable[[dict[str, pd.DataFrame]], None]) -> pytest.MonkeyPatch:
    """A fault of the program: the frames of the night come out wrong."""
    build = tables.joined

    def broken(*arguments: Any, **named: Any) -> dict[str, pd.DataFrame]:
        frames = dict(build(*arguments, **named))
        damage(frames)
        return frames

    monkeypatch.setattr(tables, "joined", broken)
    return monkeypatch


def doubled(frames: dict[str, pd.DataFrame]) -> None:
    """The reports of one project stand there twice."""
    rows = frames["fact_progress_report"]
    frames["fact_progress_report"] = pd.concat([rows, rows[rows["project_code"] == ONE.code]], ignore_index=True)


def test_a_record_that_a_blocking_check_refuses_is_set_aside_and_comes_in_when_the_cause_is_mended(
    settings: Settings,
) -> None:
    deliver(settings, "one.txt", Copy(ONE, STYLE_1))
    deliver(settings, "two.txt", Copy(TWO, STYLE_1))
    with pytest.MonkeyPatch.context() as patch:
        damaged(patch, doubled)
        summary = run(settings)
    assert codes(settings) == [TWO.code]
    assert waiting(settings) == [("record", "record_refused", ONE.code, None, None)]
    [[message, uri]] = query(
        settings.published, "SELECT message_en, uri FROM quality.finding WHERE rule = 'record_refused'"
    )[1]
    assert "ExpectCompoundColumnsToBeUnique" in message
    assert uri == "inbox/one.txt"
    assert summary.findings["block"] == 1
    # what was read of it stays, and with another version of the program it is tried again
    assert query(settings.published, "SELECT count(*) FROM lineage.reading AS r JOIN lineage.form_copy AS c "
                 f"USING (copy_id) WHERE c.project_code = '{ONE.code}'")[1][0][0] > 10  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        for module in ("flows.delivery", "flows.stages"):
            patch.setattr(f"{module}.VERSION", "0.1.1")
        assert not run(settings, SECOND).nothing_new
    assert codes(settings) == [ONE.code, TWO.code]
    assert waiting(settings) == []


@pytest.mark.no_mails
def test_what_was_known_of_a_refused_project_stays(settings: Settings) -> None:
    deliver(settings, "one.txt", Copy(ONE, STYLE_1))
    deliver(settings, "two.txt", Copy(TWO, STYLE_1))
    run(settings)
    deliver(settings, "one.txt", Copy(replace(ONE, name="ชื่ออื่น"), STYLE_1))
    deliver(settings, "two.txt", Copy(TWO, STYLE_2))
    with pytest.MonkeyPatch.context() as patch:
        damaged(patch, doubled)
        run(settings, SECOND)
    found = query(settings.published, "SELECT project_code, project_name, last_seen FROM dim_project ORDER BY ALL")[1]
    assert [(code, seen) for code, _, seen in found] == [(ONE.code, FIRST), (TWO.code, SECOND)]
    assert found[0][1] != "ชื่ออื่น"


def test_when_every_record_fails_it_is_the_program_and_nothing_is_published(settings: Settings) -> None:
    deliver(settings, "one.txt", Copy(ONE, STYLE_1))
    with pytest.MonkeyPatch.context() as patch:
        damaged(patch, doubled)
        with pytest.raises(NotPublished, match="ExpectCompoundColumnsToBeUnique failed"):
            run(settings)
    assert not settings.published.exists()


def wrong_check(table: Any, rows_due: int = 0) -> list[suites.Check]:
    """A suite that asks for a column that is not there."""
    broken = suites.Check(
        "ExpectColumnValuesToNotBeNull", "nowhere", "column_required_missing", "note", {"column": "nowhere"}
    )
    return [*suites.checks_of(table, rows_due), *([broken] if table.name == "dim_project" else [])]


@pytest.mark.fault(52)
def test_a_suite_that_is_wrong_fails_the_night_tells_the_operator_and_shows_its_answers(settings: Settings) -> None:
    settings = settings.model_copy(update={"data_docs": True})
    deliver(settings, "one.txt", Copy(ONE, STYLE_1))
    run(settings)
    published = settings.published.read_bytes()
    for path, _ in outbox.waiting(settings):
        path.unlink()
    deliver(settings, "two.txt", Copy(TWO, STYLE_1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("expectations.validate.checks_of", wrong_check)
        with pytest.raises(NotPublished, match="nowhere"):
            run(settings, SECOND)
    assert settings.published.read_bytes() == published
    [(_, letter)] = outbox.waiting(settings)
    assert "operator" in str(letter["To"])
    assert "nowhere" in outbox.body(letter)
    for place in (settings.published.parent, settings.home / "work"):
        assert (place / "data_docs" / "index.html").is_file()
    assert not run(settings, SECOND).nothing_new
    assert codes(settings) == [ONE.code, TWO.code]
    check_whole(settings, SECOND, undisturbed_of(settings), listed=2)


@pytest.mark.no_mails
def test_an_amount_that_is_no_number_stays_out_with_its_text_until_the_form_prints_one(settings: Settings) -> None:
    amount = f"{ONE.budget_received:,}".removesuffix(".00")
    text = dump_text([Copy(ONE, STYLE_1)])
    (settings.home / "inbox" / "one.txt").write_text(text.replace(amount, "18O,OOO"), encoding="utf-8")
    run(settings)
    [(kind, rule, _, field, value)] = waiting(settings)
    assert (kind, rule, field) == ("value", "value_not_well_formed", "budget_received")
    assert "18O,OOO" in value
    assert query(settings.published, "SELECT budget_received_baht FROM dim_project")[1] == [(None,)]
    assert query(settings.published, "SELECT severity FROM v_quarantine")[1] == [("block",)]
    (settings.home / "inbox" / "one.txt").write_text(text, encoding="utf-8")
    run(settings, SECOND)
    assert waiting(settings) == []
    assert query(settings.published, "SELECT budget_received_baht FROM dim_project")[1] == [(ONE.budget_received,)]


@pytest.mark.no_mails
def test_a_form_without_a_readable_code_comes_in_when_a_reviewed_line_says_whose_it_is(tmp_path: Path) -> None:
    reference = tmp_path / "reference"
    shutil.copytree(CHECKOUT / "data" / "reference", reference)
    settings = settings_in(tmp_path / "home", reference=reference)
    (settings.home / "inbox").mkdir(parents=True)
    text = dump_text([Copy(ONE, STYLE_1)]).replace(ONE.code, "5039OOO-9")
    (settings.home / "inbox" / "one.txt").write_text(text, encoding="utf-8")
    run(settings)
    assert codes(settings) == []
    assert [row[0] for row in waiting(settings)] == ["form"]
    [[copy_id]] = query(settings.published, "SELECT copy_id FROM lineage.form_copy")[1]
    printed = query(settings.published, "SELECT printed_code FROM lineage.form_copy")[1][0][0]
    line = f'{copy_id},project_code,"{printed or ""}",{ONE.code},เลขศูนย์พิมพ์เป็นตัวโอ,สยป.,2026-11-23\n'
    with (reference / "corrections.csv").open("a", encoding="utf-8") as file:
        file.write(line)
    run(settings, SECOND)
    assert codes(settings) == [ONE.code]
    assert waiting(settings) == []


def test_what_was_found_of_a_file_is_over_when_it_was_taken_away_and_not_when_it_was_renamed(
    settings: Settings,
) -> None:
    inbox = settings.home / "inbox"
    deliver(settings, "one.txt", Copy(ONE, STYLE_1))
    for name in ("memo.txt", "empty.pdf"):
        shutil.copy(SAMPLES / name, inbox)
    run(settings)
    assert [row[0] for row in waiting(settings)] == ["file", "file"]
    (inbox / "memo.txt").unlink()
    (inbox / "empty.pdf").rename(inbox / "other.pdf")
    assert not run(settings, SECOND).nothing_new
    sql = "SELECT regexp_extract(uri, '[^/]*$'), state, resolved_on FROM quality.finding WHERE rule = 'file_rejected' ORDER BY ALL"
    assert query(settings.published, sql)[1] == [("empty.pdf", "new", None), ("memo.txt", "resolved", SECOND)]
    told = [outbox.body(m) for path, m in outbox.waiting(settings) if path.name.startswith(str(SECOND))]
    assert any("แก้ไขแล้ว" in text and "memo.txt" in text for text in told), told
    assert verify_exports(settings) == []


@pytest.mark.fault(27)
def test_a_file_that_is_delivered_again_on_the_same_night_was_only_on_its_way(settings: Settings) -> None:
    place, other = settings.home / "inbox" / "one.pdf", settings.home / "inbox" / "two.pdf"
    deliver(settings, "good.txt", Copy(ONE, STYLE_1))
    for file in (place, other):
        file.write_bytes((SAMPLES / "form-reportlab.pdf").read_bytes()[:3000])
    other.write_bytes(other.read_bytes() + b"%")
    assert len(run(settings).rejected) == 2
    shutil.copy(SAMPLES / "form-reportlab.pdf", place)
    assert [row["uri"] for row in run(settings).rejected] == ["inbox/two.pdf"]
    assert [row[0] for row in waiting(settings)] == ["file"]
    assert not any("one.pdf" in outbox.body(message) for _, message in outbox.waiting(settings))
    shutil.copy(SAMPLES / "dump-utf16.txt", settings.home / "inbox")
    run(settings, SECOND)
    assert [row[0] for row in waiting(settings)] == ["file"]
    assert verify_exports(settings) == []


def test_a_copy_that_is_taken_away_on_the_same_night_stays_the_one_that_was_loaded(settings: Settings) -> None:
    deliver(settings, "a.txt", Copy(ONE, STYLE_1))
    shutil.copy(settings.home / "inbox" / "a.txt", settings.home / "inbox" / "b.txt")
    run(settings)
    (settings.home / "inbox" / "b.txt").unlink()
    shutil.copy(SAMPLES / "dump-utf16.txt", settings.home / "inbox" / "c.txt")
    run(settings)
    assert verify_exports(settings) == []


def test_a_good_file_that_is_spoilt_on_the_same_night_is_told_and_keeps_its_facts(settings: Settings) -> None:
    deliver(settings, "one.txt", Copy(ONE, STYLE_1))
    place = settings.home / "inbox" / "one.txt"
    good, spoilt = place.read_bytes(), (SAMPLES / "memo.txt").read_bytes()
    for content, kept_out in ((good, []), (spoilt, ["file"]), (good, []), (spoilt, ["file"])):
        place.write_bytes(content)
        run(settings)
        assert [row[0] for row in waiting(settings)] == kept_out
        assert codes(settings) == [ONE.code]
    assert verify_exports(settings) == []
