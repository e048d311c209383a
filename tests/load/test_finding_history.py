"""Findings as they stood on each night: a night replaces its own rows only, and what stands now follows from them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from load.finding_history import findings_before
from load.warehouse import findings
from tests.load.conftest import CODE, FIRST, OTHER, SECOND, VALUES, Warehouse, make_night
from transform.form import load_form
from transform.registers import Mute
from transform.tables import frame_of

THIRD = date(2026, 1, 8)


def told(finding_id: str, night: date, state: str = "new", **changes: Any) -> dict[str, Any]:
    return {
        "finding_id": finding_id, "rule": "zero_reports", "dimension": "completeness", "severity": "check",
        "project_code": CODE, "message_th": f"คืน {night}", "message_en": f"{night}", "first_seen": FIRST,
        "last_seen": night, "days_open": (night - FIRST).days, "state": state,
    } | changes  # fmt: skip


def frame(*rows: dict[str, Any]) -> pd.DataFrame:
    return frame_of(load_form().tables["finding"], rows)


def load(warehouse: Warehouse, night: date, *rows: dict[str, Any], **given: Any) -> None:
    warehouse.load(make_night(night, {CODE: VALUES}, sha=f"{night.day:064}"), findings=frame(*rows), **given)


def standing(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    return warehouse.rows("SELECT finding_id, state, last_seen, resolved_on FROM quality.finding "
                          "WHERE rule = 'zero_reports' ORDER BY finding_id")  # fmt: skip


def test_what_stands_is_what_the_last_night_said(one_night: Warehouse) -> None:
    load(one_night, SECOND, told("a", SECOND), told("b", SECOND))
    load(one_night, THIRD, told("a", SECOND, "resolved", resolved_on=THIRD))
    assert standing(one_night) == [("a", "resolved", SECOND, THIRD), ("b", "new", SECOND, None)]
    assert one_night.rows("SELECT finding_id, night, state FROM quality.finding_history WHERE rule = 'zero_reports' "
                          "ORDER BY ALL") == [
        ("a", SECOND, "new"), ("a", THIRD, "resolved"), ("b", SECOND, "new"),
    ]  # fmt: skip


def test_a_night_that_runs_again_takes_back_what_it_had_said(one_night: Warehouse) -> None:
    load(one_night, SECOND, told("a", SECOND), told("b", SECOND))
    before = one_night.dump()
    load(one_night, THIRD, told("a", SECOND, "resolved", resolved_on=THIRD), told("c", THIRD))
    load(one_night, THIRD, told("b", THIRD, "open"))
    assert standing(one_night) == [("a", "new", SECOND, None), ("b", "open", THIRD, None)]
    load(one_night, THIRD)
    after = one_night.dump()
    assert after["quality.finding"] == before["quality.finding"]
    assert after["quality.finding_history"] == before["quality.finding_history"]


def test_a_night_is_told_what_was_known_before_it(one_night: Warehouse) -> None:
    load(one_night, SECOND, told("a", SECOND), told("f", SECOND, project_code=None, uri="inbox/x.pdf"))
    load(one_night, THIRD, told("a", THIRD, "resolved", resolved_on=THIRD))

    def before(night: date, *about: Any) -> list[tuple[str, str]]:
        codes, uris, rules = about
        found = findings_before(one_night.con, night, codes, uris, rules)
        return sorted(zip(found["finding_id"], found["state"], strict=True))

    assert before(THIRD, [CODE], [], []) == [(f"{CODE}-coordinator", "new"), ("a", "new")]
    assert before(date(2026, 1, 9), [CODE], [], [])[1] == ("a", "resolved")
    assert before(SECOND, [CODE], [], []) == [(f"{CODE}-coordinator", "new")]
    assert before(THIRD, [OTHER], [], []) == []
    assert before(THIRD, [], ["inbox/x.pdf"], []) == [("f", "new")]
    assert before(THIRD, [], [], ["zero_reports"]) == [("a", "new"), ("f", "new")]
    assert findings(one_night.con).dtypes.astype(str)["resolved_on"] == "datetime64[us]"


def test_the_mutes_are_those_of_the_file_now(one_night: Warehouse) -> None:
    muted = Mute(2, "a", None, None, date(2026, 3, 1), "รอหนังสือตอบ", "สยป.", date(2026, 1, 5))
    load(one_night, SECOND, mutes=[muted])
    assert one_night.rows("SELECT line, finding_id, until, reason FROM quality.mute") == [
        (2, "a", date(2026, 3, 1), "รอหนังสือตอบ")
    ]
    load(one_night, THIRD)
    assert one_night.rows("SELECT * FROM quality.mute") == []
