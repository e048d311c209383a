"""Rows on disk until the night is loaded: in the order of the slices, without those of refused projects, and gone after."""

import duckdb
import pandas as pd
import pytest

from load.staging import Staged, forget_staged, staging
from transform.form import load_form
from transform.tables import frame_of

DECISION = load_form().tables["decision"]


def decisions(*codes: str) -> pd.DataFrame:
    row = {"night": pd.Timestamp("2026-11-22").date(), "delivery_id": "x", "field": "budget_received", "value": "1.00",
           "rule": "agreed", "confidence": "agreed", "readings": 2, "distinct_readings": 1, "is_decidable": True}  # fmt: skip
    return frame_of(DECISION, [row | {"project_code": code} for code in codes])


def codes(rows: Staged) -> list[str]:
    return [code for (code,) in duckdb.sql(f"SELECT project_code FROM {rows.relation}").fetchall()]


def test_slices_that_come_in_any_order_are_read_in_theirs(tmp_path):
    with staging(tmp_path / "staged") as staged:
        for number, own in ((2, ("e",)), (0, ("b", "a")), (1, ("c", "d")), (3, ())):
            staged.add(DECISION, number, decisions(*own))
        rows = staged.rows("decision")
    assert codes(rows) == ["b", "a", "c", "d", "e"]
    assert [len(frame) for frame in rows.slices(duckdb.connect(), DECISION)] == [2, 2, 1]
    first = next(rows.slices(duckdb.connect(), DECISION))
    pd.testing.assert_frame_equal(first, decisions("b", "a"))


def test_refused_projects_keep_their_readings_and_lose_their_decisions(tmp_path):
    with staging(tmp_path / "staged") as staged:
        staged.add(DECISION, 0, decisions("a", "it's", "c"))
        rows = staged.rows("decision")
    assert codes(rows.without(["it's"])) == ["a", "c"]
    assert codes(rows.without([])) == ["a", "it's", "c"]
    readings = Staged("reading", rows.paths)
    assert readings.without(["a"]) == readings


def test_what_a_killed_run_left_is_not_read(tmp_path):
    folder = tmp_path / "staged"
    folder.mkdir()
    (folder / "decision-000009.parquet").write_bytes(b"torn")
    with staging(folder) as staged:
        assert staged.rows("decision").paths == ()
        staged.add(DECISION, 0, decisions("a"))
        assert codes(staged.rows("decision")) == ["a"]
    forget_staged(folder)
    assert not folder.exists()
    forget_staged(folder)


def test_rows_that_could_not_be_loaded_are_refused_at_once(tmp_path):
    with staging(tmp_path / "staged") as staged:
        with pytest.raises(ValueError, match="repeat a key"):
            staged.add(DECISION, 0, decisions("a", "a"))
        staged.add(DECISION, 0, decisions("a"))
        assert codes(staged.rows("decision")) == ["a"]
