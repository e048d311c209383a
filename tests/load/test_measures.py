"""Measures of nights: a night replaces its own, and is compared with the nights before it only."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from load.measures import measures_before
from load.warehouse import earlier_state
from tests.load.conftest import CODE, FIRST, SECOND, VALUES, Warehouse, make_night
from transform.form import load_form
from transform.tables import build_frames, frame_of

TABLE = load_form().tables["night_measure"]
THIRD = SECOND + timedelta(days=1)


def load(warehouse: Warehouse, night: date, **measures: str) -> None:
    made = make_night(night, {CODE: VALUES}, sha=f"{night.day:064}")
    rows = [{"night": night, "measure": m, "value": Decimal(v), "of": 20} for m, v in measures.items()]
    frames = build_frames(made, earlier_state(warehouse.con, {CODE}, night))
    warehouse.load(made, frames=frames | {"night_measure": frame_of(TABLE, rows)})


def before(warehouse: Warehouse, night: date) -> list[tuple[date, str, Decimal, int]]:
    frame = measures_before(warehouse.con, night)
    assert tuple(frame.columns) == TABLE.column_names
    rows = zip(*(frame[name] for name in TABLE.column_names), strict=True)
    return [(when.date(), measure, value, of) for when, measure, value, of in rows]


def test_only_nights_before_count(one_night: Warehouse) -> None:
    load(one_night, THIRD, projects="30")
    load(one_night, SECOND, projects="20.000001")
    assert before(one_night, FIRST) == before(one_night, SECOND) == []
    assert before(one_night, THIRD) == [(SECOND, "projects", Decimal("20.000001"), 20)]
    assert [row[0] for row in before(one_night, THIRD + timedelta(days=1))] == [SECOND, THIRD]


def test_a_night_that_runs_again_replaces_its_measures(one_night: Warehouse) -> None:
    load(one_night, SECOND, projects="20", copies_per_project="2")
    load(one_night, SECOND, projects="21")
    assert before(one_night, THIRD) == [(SECOND, "projects", Decimal("21.000000"), 20)]


def test_a_night_without_the_frame_is_loaded_all_the_same(one_night: Warehouse) -> None:
    one_night.load(make_night(SECOND, {CODE: VALUES}, sha="c" * 64))
    assert before(one_night, THIRD) == []


def test_measures_are_published_with_the_rest(one_night: Warehouse) -> None:
    load(one_night, SECOND, projects="20")
    assert one_night.publish().tables["quality.night_measure"] == 1
