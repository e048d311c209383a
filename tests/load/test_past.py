"""What the warehouse tells of nights before tonight: only those, and nothing of tonight's projects to each other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from load.past import agencies_before, known_projects, past_of
from load.warehouse import open_work
from tests.load.conftest import CODE, FIRST, OTHER, SECOND, VALUES, Values, Warehouse, agreed, make_night, second_values
from transform.known_projects import Known
from transform.past import Asked, Past
from transform.thai import squash

THIRD, BEFORE = date(2026, 1, 7), date(2026, 1, 4)
FAR = "50360000-1234"
NAME = "พัฒนาห้องสมุดชุมชน"


def contested(one: str, two: str) -> tuple[str, str, str, str, str]:
    return one, two, one, "first_complete_copy", "contested"


# the other projects of the first night
NEXT: Values = {**VALUES, "project_name": agreed("จัดซื้อหนังสือ"), "budget_received": agreed("5.00")}
AWAY: Values = {
    **VALUES, "agency_path[1]": agreed("สำนักงานเขตจอมทอง"), "targets[1]": contested("=ครบ 36 ครั้ง/ปี", "=ครบ 38 ครั้ง/ปี"),
    "rationale": contested("ย่อหน้าแรก", "ย่อหน้าแรc"),
}  # fmt: skip


@pytest.fixture(scope="module")
def con(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Three projects on the first night, the first of them again on the second."""
    home: Path = tmp_path_factory.mktemp("past")
    warehouse = Warehouse(home, open_work(home))
    warehouse.load(make_night(FIRST, {CODE: VALUES, OTHER: NEXT, FAR: AWAY}))
    warehouse.load(make_night(SECOND, {CODE: second_values()}, sha="c" * 64))
    yield warehouse.con
    warehouse.con.close()


def asked(*own: tuple[str, str], **spellings: tuple[str, ...]) -> Asked:
    """`spellings`: field → what tonight's copies print there."""
    keys = {(base, squash(value)): (value,) for base, values in spellings.items() for value in values}
    return Asked(keys, own or tuple((CODE, base) for base in spellings))


# ---------------------------------------------------------------- projects


def test_a_project_is_known_as_its_last_delivery_before_tonight_left_it(con):
    known = known_projects(con, THIRD, [CODE]).projects[CODE]
    assert known.night == SECOND.isoformat()
    assert (known.marks.code, known.marks.fiscal_year, known.marks.district) == (CODE, 2563, "วัฒนา")
    assert (known.marks.name, known.marks.budget, known.marks.first_report) == (squash(NAME), "200000.00", "2019-10-25")
    before = known_projects(con, SECOND, [CODE]).projects[CODE]
    assert (before.night, before.marks.budget) == (FIRST.isoformat(), "180000.00")


def test_known_are_other_numbers_and_dates_of_the_project_too(con):
    details = known_projects(con, THIRD, [CODE]).projects[CODE].details
    assert {a: details[a] for a in ("budget_spent", "end_date", "reports[2].progress_pct", "responsible.phone")} == {
        "budget_spent": "0.01", "end_date": "2020-09-30", "reports[2].progress_pct": "60.00", "responsible.phone": "7000",
    }  # fmt: skip
    assert "budget_received" not in details
    assert "reports[1].status_text" not in details


@pytest.mark.parametrize("night", [BEFORE, FIRST])
def test_nothing_is_known_on_the_first_night_also_when_later_ones_are_stored(con, night):
    assert known_projects(con, night, [CODE, OTHER]) == Known({}, {}, {})
    assert past_of(con, night, [], asked(project_name=(NAME,))) == Past({}, {})
    assert agencies_before(con, night, []) == {}


def test_asked_are_tonights_codes_and_those_one_digit_off(con):
    assert set(known_projects(con, THIRD, [CODE]).projects) == {CODE, OTHER}  # one digit apart
    assert set(known_projects(con, THIRD, ["50390000-9903"]).projects) == {CODE, OTHER}
    assert set(known_projects(con, THIRD, ["50360000-1284", "50990000-0000"]).projects) == {FAR}
    assert known_projects(con, THIRD, []).projects == {}


def test_heads_and_agencies_are_those_of_all_earlier_codes_each_counted_once(con):
    known = known_projects(con, THIRD, [])
    assert known.heads == {"50390000": 2, "50390000-99": 2, "50360000": 1, "50360000-12": 1}
    assert known.agencies == {"5036": {"จอมทอง": 1}, "5039": {"วัฒนา": 2}}


def test_agencies_can_be_asked_for_without_the_projects_delivered_tonight(con):
    assert agencies_before(con, THIRD, [CODE, FAR]) == {"5039": {"สำนักงานเขตวัฒนา": 1}}
    assert agencies_before(con, THIRD, [CODE, OTHER, FAR]) == {}


# ---------------------------------------------------------------- votes


def test_earlier_projects_vote_for_the_texts_that_are_asked_about(con):
    past = past_of(con, THIRD, ["50990000-0000"], asked(project_name=(NAME, "จัดซื้อหนังสือ", "อื่น")))
    assert past.votes == {("project_name", squash(NAME)): 2, ("project_name", squash("จัดซื้อหนังสือ")): 1}


@pytest.mark.parametrize(("tonight", "votes"), [((CODE,), 1), ((CODE, FAR), 0), ((OTHER,), 2)])
def test_projects_delivered_tonight_have_no_vote_of_earlier_nights(con, tonight, votes):
    past = past_of(con, THIRD, tonight, asked(project_name=(NAME,)))
    assert past.votes.get(("project_name", squash(NAME)), 0) == votes


def test_a_project_votes_once_however_many_nights_print_its_text_and_at_whatever_place(con):
    past = past_of(con, THIRD, [], asked(**{"reports.status_text": ("กำลังดำเนินการ",)}))
    assert past.votes == {("reports.status_text", squash("กำลังดำเนินการ")): 3}


def test_a_text_votes_in_its_own_field_only(con):
    assert past_of(con, THIRD, [], asked(rationale=(NAME,), targets=(NAME,))).votes == {}


def test_spellings_of_one_text_vote_together(con):
    spaced = "พัฒนา ห้องสมุดชุมชน"
    both = Asked({("project_name", squash(NAME)): (spaced, NAME)}, ((CODE, "project_name"),))
    assert past_of(con, THIRD, [], both).votes == {("project_name", squash(NAME)): 2}


def test_where_nothing_is_asked_nothing_is_answered(con):
    assert past_of(con, THIRD, [CODE], Asked({}, ())) == Past.nothing()


# ---------------------------------------------------------------- the own earlier delivery


def test_the_own_earlier_delivery_is_the_last_one_before_tonight(con):
    question = asked((CODE, "targets"), (CODE, "project_name"))
    assert past_of(con, THIRD, [CODE], question).own == {
        (CODE, "project_name"): (squash(NAME),),
        (CODE, "targets"): (squash("=ครบ 36 ครั้ง/ปี"),),  # the second target is gone since the second night
    }
    assert past_of(con, SECOND, [CODE], asked((CODE, "targets"))).own == {(CODE, "targets"): (squash("=ครบ 36 ครั้ง/ปี"),)}


def test_a_contested_value_is_no_witness(con):
    """Nothing decided it then: it would decide tonight what nobody ever saw."""
    own = past_of(con, THIRD, [FAR], asked((FAR, "targets"), (FAR, "rationale"), (FAR, "project_name"))).own
    assert own == {(FAR, "project_name"): (squash(NAME),)}


def test_a_value_that_evidence_decided_is_a_witness(con):
    own = past_of(con, THIRD, [CODE], asked((CODE, "coordinator.name"))).own
    assert own == {(CODE, "coordinator.name"): (squash("สมชาย ธีระทดสอบ"),)}


def test_the_own_delivery_of_another_project_is_not_told(con):
    assert past_of(con, THIRD, [], asked(("50990000-0000", "project_name"))).own == {}
    only = past_of(con, THIRD, [], asked((CODE, "project_name"))).own
    assert set(only) == {(CODE, "project_name")}


def test_all_items_of_a_list_are_told_in_the_order_of_their_places(con):
    statuses = past_of(con, THIRD, [CODE], asked((CODE, "reports.status_text"), (CODE, "objectives"))).own
    assert statuses[CODE, "reports.status_text"] == (squash("กำลังดำเนินการ"),)
    assert statuses[CODE, "objectives"] == (squash("เพื่อพัฒนา"),)


def test_the_same_is_told_whenever_the_nights_were_loaded(con, tmp_path):
    late = Warehouse(tmp_path, open_work(tmp_path))
    late.load(make_night(SECOND, {CODE: second_values()}, sha="c" * 64))
    late.load(make_night(FIRST, {CODE: VALUES, OTHER: NEXT, FAR: AWAY}))
    question = asked((CODE, "targets"), (CODE, "project_name"), project_name=(NAME, "อื่น"))
    for night in (FIRST, SECOND, THIRD):
        assert known_projects(late.con, night, [CODE]) == known_projects(con, night, [CODE])
        assert past_of(late.con, night, [OTHER], question) == past_of(con, night, [OTHER], question)
    late.con.close()


def test_asking_leaves_nothing_behind_in_the_warehouse(con):
    past_of(con, THIRD, [], asked(project_name=(NAME,)))
    views = con.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()
    assert ("asked_texts",) not in views
