"""A night, a review, a pasted line, another night: contested values become reviewed ones."""

from __future__ import annotations

import csv
import json
import shutil
from io import StringIO
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from flows import cli
from flows.outbox import body, waiting
from flows.rebuild import verify_exports
from flows.settings import CHECKOUT, Settings
from flows.summary import Summary
from load.dictionary import query
from tests.flows.conftest import FIRST, SAMPLES, SECOND, run, settings_in

CODE = "50360000-3366"
# a sample of which both copies print the same, but for the budget received and the date of a report
CHANGED = (("743,400", "748,400"), ("22/10/2562", "23/10/2562"))


def kaona(settings: Settings, *arguments: str) -> str:
    done = CliRunner().invoke(cli.app, [*arguments, "--home", str(settings.home)], catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


def rows(settings: Settings, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(settings.published), read_only=True) as con:
        return con.execute(sql).fetchall()


@pytest.fixture
def reviewed(tmp_path: Path) -> Settings:
    """A home with a dump whose second copy has another budget and date, and registers of its own."""
    home, reference = tmp_path / "home", tmp_path / "reference"
    (home / "inbox").mkdir(parents=True)
    text = (SAMPLES / "dump-two-copies.txt").read_text(encoding="utf-8")
    for before, after in CHANGED:
        text = after.join(text.rsplit(before, 1))
    (home / "inbox" / "dump.txt").write_text(text, encoding="utf-8")
    shutil.copytree(CHECKOUT / "data" / "reference", reference)
    return settings_in(home, reference=reference)


def paste(settings: Settings, *lines: dict[str, str]) -> None:
    with (settings.reference / "corrections.csv").open("a", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(tuple(line.values()) for line in lines)


def signed(line: dict[str, str]) -> dict[str, str]:
    return line | {"reason": "ตรวจกับต้นฉบับ", "who": "ผู้ตรวจทาน"}


def test_review_lists_exactly_the_contested_values(sample_night: tuple[Settings, Summary]) -> None:
    settings = sample_night[0]
    found = json.loads(kaona(settings, "review", "--json"))
    contested = rows(
        settings, "SELECT project_code, field FROM lineage.decision WHERE confidence = 'contested' ORDER BY ALL"
    )
    form = {(v["project_code"], v["field"]) for v in found["values"]}
    wholes = {(code, field) for code, field in contested if field in ("coordinator", "responsible")}
    assert form == set(contested) - wholes
    assert found["summary"]["values"] == len(form)


def test_pasted_and_signed_lines_decide_what_was_contested(reviewed: Settings) -> None:
    run(reviewed, FIRST)
    contested = json.loads(kaona(reviewed, "review", "--json"))["values"]
    assert {"budget_received", "reports[1].date", "rationale"} <= {v["field"] for v in contested}
    others = {
        v["field"]: next(o for o in d["options"] if not o["is_used"]) for v in contested for d in v["differences"]
    }
    lines = [line for option in others.values() for line in option["lines"]]
    paste(reviewed, *map(signed, lines))
    summary = run(reviewed, SECOND)
    assert summary.mails == 2  # whoever was asked hears that it is settled, and the head
    told = [m for path, m in waiting(reviewed) if path.name.startswith(str(SECOND)) and "head" not in str(m["To"])]
    assert ["แก้แล้ว" in str(message["Subject"]) for message in told] == [True]
    assert "== แก้ไขแล้ว" in body(told[0])
    decided = rows(reviewed, "SELECT field, rule, confidence, value FROM lineage.decision")
    found = {field: (rule, confidence, value) for field, rule, confidence, value in decided}
    for line in lines:
        rule, confidence, value = found[line["field"]]
        assert (rule, confidence) == ("correction", "resolved")
        assert line["right"] in str(value)
    assert kaona(reviewed, "review") == "nothing to review: no value is contested, and every copy has its project\n"
    assert rows(reviewed, "SELECT DISTINCT state FROM lineage.correction") == [("applied",)]
    open_findings = "SELECT rule FROM v_open_findings WHERE rule = 'contested_value' OR rule LIKE 'correction%'"
    assert rows(reviewed, open_findings) == []
    assert "reviewed ผู้ตรวจทาน" in kaona(reviewed, "why", CODE, "budget_received")
    assert verify_exports(reviewed) == []


@pytest.mark.no_mails
def test_lines_that_nobody_signed_have_no_effect_stop_no_night_and_are_told_with_their_place(
    reviewed: Settings,
) -> None:
    run(reviewed, FIRST)
    undecided = query(reviewed.published, "SELECT * FROM lineage.decision WHERE NOT is_decidable ORDER BY ALL")[1]
    text = kaona(reviewed, "review", "--csv")
    assert len(list(csv.DictReader(StringIO(text)))) >= 2 * len(CHANGED)
    (reviewed.reference / "corrections.csv").write_text(text, encoding="utf-8")
    run(reviewed, SECOND)
    told = "SELECT line, message_en LIKE '%line 2: the column reason is empty%' FROM quality.finding WHERE rule = 'correction_refused'"
    assert (2, True) in query(reviewed.published, told)[1]
    assert (
        query(reviewed.published, "SELECT * FROM lineage.decision WHERE NOT is_decidable ORDER BY ALL")[1] == undecided
    )


@pytest.mark.no_mails
def test_a_correction_that_matches_no_more_is_told_until_it_goes(reviewed: Settings) -> None:
    header = (reviewed.reference / "corrections.csv").read_text(encoding="utf-8")
    stale = {
        "project_code": CODE,
        "field": "budget_received",
        "printed": "1.00",
        "right": "2.00",
        "reason": "x",
        "who": "y",
        "when": "z",
    }
    paste(reviewed, stale, stale | {"project_code": "50360000-0000"})
    run(reviewed, FIRST)
    told = "SELECT rule, line, state FROM quality.finding WHERE rule LIKE 'correction%' ORDER BY ALL"
    assert rows(reviewed, told) == [("correction_unknown_project", 3, "new"), ("correction_unmatched", 2, "new")]
    (reviewed.reference / "corrections.csv").write_text(header, encoding="utf-8")
    run(reviewed, SECOND)
    assert {state for *_, state in rows(reviewed, told)} <= {"resolved"}
    assert rows(reviewed, "FROM lineage.correction") == []


def test_one_project_or_one_agency_is_reviewed(sample_night: tuple[Settings, Summary]) -> None:
    settings = sample_night[0]
    assert kaona(settings, "review", "09000000-3579").startswith("nothing to review")
    assert CODE in kaona(settings, "review", CODE)
    assert CODE in kaona(settings, "review", "--agency", "5036")
    assert CODE not in kaona(settings, "review", "--agency", "0900")
    assert CliRunner().invoke(cli.app, ["review", "--json", "--csv", "--home", str(settings.home)]).exit_code == 2
