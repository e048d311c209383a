from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import duckdb
import pandas as pd
import pytest

from load.night import prepared_frame
from load.warehouse import (
    KnownFile,
    copies_of_night,
    earlier_state,
    files_of_night,
    findings,
    known_files,
    open_work,
    work_path,
)
from tests.load.conftest import (
    CODE,
    FIRST,
    OTHER,
    REJECTED,
    SECOND,
    SHA,
    VALUES,
    agreed,
    make_file,
    make_night,
    second_values,
)
from transform.at_rest import AtRest, RestingPlace
from transform.form import load_form
from transform.records import Night
from transform.tables import build_frames, frame_of


def test_a_new_warehouse_has_every_table_and_opens_again(tmp_path):
    open_work(tmp_path).close()
    con = open_work(tmp_path)
    assert con.execute("SELECT count(*) FROM dim_project").fetchone() == (0,)
    assert con.execute(
        "SELECT current_setting('autoinstall_known_extensions'), current_setting('autoload_known_extensions')"
    ).fetchone() == (False, False)
    con.close()


def test_a_warehouse_made_by_another_registry_is_refused_with_the_remedy(tmp_path):
    con = open_work(tmp_path)
    con.execute("ALTER TABLE dim_project DROP COLUMN rationale")
    con.close()
    with pytest.raises(ValueError, match=r"dim_project\.rationale.*kaona run --rebuild"):
        open_work(tmp_path)
    duckdb.connect(str(work_path(tmp_path))).close()  # the refused file is not left open


def test_known_files_tell_what_became_of_each(one_night):
    assert known_files(one_night.con, ["a" * 64, "b" * 64, "f" * 64]) == {
        SHA: KnownFile("read", "1", FIRST),
        "b" * 64: KnownFile("rejected", "1", FIRST),
    }


def test_copies_come_back_as_they_were_read(one_night):
    night = make_night(FIRST, {CODE: VALUES})

    def in_order(copies):
        return [
            replace(c, readings=tuple(sorted(c.readings, key=lambda r: (r.evidence.place, r.field)))) for c in copies
        ]

    assert in_order(copies_of_night(one_night.con, FIRST)) == in_order(night.copies)
    assert copies_of_night(one_night.con, SECOND) == ()
    assert all(isinstance(copy.readings, AtRest) for copy in copies_of_night(one_night.con, FIRST))
    assert copies_of_night(one_night.con, FIRST, [SHA]) == copies_of_night(one_night.con, FIRST)
    assert copies_of_night(one_night.con, FIRST, ["f" * 64]) == copies_of_night(one_night.con, FIRST, []) == ()


def test_copies_come_back_under_the_addresses_they_print(one_night):
    printed = make_night(FIRST, {CODE: VALUES})
    matched = tuple(
        replace(c, readings=tuple(r.at("targets[9]") if r.field == "rationale" else r for r in c.readings))
        for c in printed.copies
    )
    one_night.load(replace(printed, copies=matched))
    moved = "SELECT DISTINCT field, printed_field FROM lineage.reading WHERE printed_field IS NOT NULL"
    assert one_night.con.execute(moved).fetchall() == [("targets[9]", "rationale")]
    assert {r.field for c in copies_of_night(one_night.con, FIRST) for r in c.readings} == {
        r.field for c in printed.copies for r in c.readings
    }


def test_copies_that_come_back_in_pieces_and_rest_in_a_file_are_the_same(one_night, tmp_path, monkeypatch):
    whole = copies_of_night(one_night.con, FIRST)
    monkeypatch.setattr("load.in_order._SORT_BYTES", 50)
    monkeypatch.setattr("load.in_order._VECTOR", 1)
    with RestingPlace(tmp_path / "stored") as place:
        found = copies_of_night(one_night.con, FIRST, put=place.put)
    assert found == whole
    assert len({copy.copy_id for copy in whole}) > 1


def test_files_come_back_as_they_were_read(one_night):
    found = files_of_night(one_night.con, FIRST)
    expected = (make_file(SHA, FIRST), REJECTED)
    # the reader's notes are loaded when transform.tables writes them
    assert tuple(replace(f, notes=()) for f in found) == tuple(replace(f, notes=()) for f in expected)


def test_a_loaded_night_reconciles_into_the_same_rows_again(one_night):
    before = one_night.dump()
    reread = Night(
        FIRST,
        files_of_night(one_night.con, FIRST),
        copies_of_night(one_night.con, FIRST),
        make_night(FIRST, {CODE: VALUES}).deliveries,
    )
    one_night.load(reread)
    assert one_night.dump() == before


def test_the_same_night_twice_changes_nothing(two_nights):
    before = two_nights.dump()
    two_nights.load(make_night(SECOND, {CODE: second_values()}, sha="c" * 64))
    assert two_nights.dump() == before
    two_nights.load(make_night(FIRST, {CODE: VALUES}, files=(REJECTED,)))
    after = two_nights.dump()
    assert {k: v for k, v in after.items() if k != "quality.finding"} == {
        k: v for k, v in before.items() if k != "quality.finding"
    }


def test_nights_in_reverse_order_end_in_the_same_facts(two_nights, tmp_path):
    expected = two_nights.dump()
    two_nights.con.close()
    work_path(tmp_path).unlink()
    two_nights.con = open_work(tmp_path)
    two_nights.load(make_night(SECOND, {CODE: second_values()}, sha="c" * 64))
    two_nights.load(make_night(FIRST, {CODE: VALUES}, files=(REJECTED,)))
    found = two_nights.dump()
    of_the_sequence = ("quality.finding", "lineage.sighting")
    assert {k: v for k, v in found.items() if k not in of_the_sequence} == {
        k: v for k, v in expected.items() if k not in of_the_sequence
    }


def test_a_night_touches_only_its_own_projects(one_night):
    before = one_night.rows("SELECT * FROM dim_project")
    one_night.load(make_night(SECOND, {OTHER: VALUES}, sha="c" * 64))
    assert one_night.rows(f"SELECT * FROM dim_project WHERE project_code = '{CODE}'") == before
    assert one_night.rows("SELECT count(*) FROM dim_project") == [(2,)]


def test_amounts_are_exact_to_the_satang(one_night):
    assert one_night.rows("SELECT budget_spent_baht FROM dim_project") == [(Decimal("0.01"),)]
    assert one_night.rows("SELECT disbursed_baht FROM fact_progress_report WHERE report_no = 2") == [
        (Decimal("9999999999999999.99"),)
    ]


@pytest.mark.fault(59)
@pytest.mark.parametrize("amount", [0.1, Decimal("0.005"), Decimal("NaN"), "12.00"])
def test_an_amount_that_may_have_lost_satang_is_refused(amount):
    table = load_form().tables["fact_project_budget"]
    frame = frame_of(table, [{"project_code": CODE, "as_of": FIRST, "budget_received_baht": amount}])
    with pytest.raises(ValueError, match=r"fact_project_budget\.budget_received_baht: .* is no exact amount"):
        prepared_frame(table, frame)


@pytest.mark.fault(59)
def test_an_amount_too_large_for_the_column_loads_nothing(one_night):
    before = one_night.dump()
    frames = build_frames(
        make_night(SECOND, {CODE: {**VALUES, "budget_spent": agreed("99999999999999999.99")}}),
        earlier_state(one_night.con, [CODE], SECOND),
    )
    with pytest.raises(ValueError, match="was not loaded, the warehouse is as before"):
        one_night.load(make_night(SECOND, {CODE: VALUES}), frames=frames)
    assert one_night.dump() == before


def test_a_buddhist_year_in_a_frame_fails_before_anything_is_written(one_night):
    before = one_night.dump()
    night = make_night(SECOND, {CODE: VALUES})
    frames = build_frames(night, earlier_state(one_night.con, [CODE], SECOND))
    frames["fact_progress_report"]["report_date"] = pd.Series(
        pd.array([date(2562, 10, 25)] * 2, dtype="datetime64[us]")
    )
    with pytest.raises(ValueError, match=r"fact_progress_report\.report_date: 2562-10-25 lies past the year 2400"):
        one_night.load(night, frames=frames)
    assert one_night.dump() == before


def test_a_failure_in_the_middle_rolls_everything_back(one_night):
    before = one_night.dump()
    night = make_night(SECOND, {CODE: second_values()}, sha="c" * 64)
    run = frame_of(
        load_form().tables["run"], [{"run_id": None, "night": SECOND}]
    )  # a key that is NULL: the last table but two
    with pytest.raises(ValueError, match="2026-01-06 was not loaded, the warehouse is as before"):
        one_night.load(night, run=run)
    assert one_night.dump() == before
    one_night.load(night)
    assert one_night.rows("SELECT max(last_seen) FROM dim_project") == [(SECOND,)]


def test_a_repeated_key_is_refused(one_night):
    night = make_night(SECOND, {CODE: VALUES})
    frames = build_frames(night, earlier_state(one_night.con, [CODE], SECOND))
    frames["project_target"] = pd.concat([frames["project_target"], frames["project_target"]], ignore_index=True)
    with pytest.raises(ValueError, match=r"main\.project_target: 2 rows repeat a key.*50390000-9901"):
        one_night.load(night, frames=frames)


def test_a_missing_frame_is_named(one_night):
    frames = build_frames(make_night(SECOND, {CODE: VALUES}), earlier_state(one_night.con, [CODE], SECOND))
    del frames["reading"]
    with pytest.raises(ValueError, match="no frame for reading"):
        one_night.load(make_night(SECOND, {CODE: VALUES}), frames=frames)


def test_a_night_of_rejected_files_only_changes_no_project(one_night):
    before = one_night.dump()
    bad = replace(REJECTED, source_sha256="d" * 64, night=SECOND)
    one_night.load(Night(SECOND, (bad,), (), ()), findings=findings(one_night.con))
    after = one_night.dump()
    assert all(after[f"main.{t}"] == before[f"main.{t}"] for t in ("dim_project", "fact_progress_report"))
    assert len(after["quality.rejected_file"]) == 2


def test_a_rejected_file_that_a_newer_reader_reads_moves_to_the_night_of_the_reading(one_night):
    night = make_night(SECOND, {OTHER: VALUES}, sha="b" * 64)
    one_night.load(night)
    assert known_files(one_night.con, ["b" * 64])["b" * 64] == KnownFile("read", "1", SECOND)
    assert one_night.rows("SELECT * FROM quality.rejected_file") == []
    assert one_night.rows("SELECT night FROM lineage.source_file WHERE source_sha256 = '" + "b" * 64 + "'") == [
        (SECOND,)
    ]


def test_a_project_made_of_a_misread_code_disappears_when_the_night_is_read_again(one_night):
    one_night.load(make_night(SECOND, {CODE: VALUES, OTHER: VALUES}, sha="c" * 64))
    one_night.load(make_night(SECOND, {CODE: VALUES}, sha="c" * 64))
    assert one_night.rows("SELECT project_code FROM dim_project") == [(CODE,)]
    assert one_night.rows(f"SELECT count(*) FROM lineage.decision WHERE project_code = '{OTHER}'") == [(0,)]


def test_a_project_that_loses_one_of_several_deliveries_keeps_the_others(one_night):
    one_night.load(make_night(SECOND, {CODE: second_values(), OTHER: VALUES}, sha="c" * 64))
    one_night.load(make_night(SECOND, {OTHER: VALUES}, sha="c" * 64))
    assert one_night.rows(f"SELECT first_seen, last_seen FROM dim_project WHERE project_code = '{CODE}'") == [
        (FIRST, FIRST)
    ]
    assert one_night.rows(f"SELECT is_current FROM dim_project_history WHERE project_code = '{CODE}'") == [(True,)]


def test_a_project_that_lost_a_delivery_and_was_not_built_again_stops_the_load(one_night):
    one_night.load(make_night(SECOND, {CODE: VALUES, OTHER: VALUES}, sha="c" * 64))
    before = one_night.dump()
    night = make_night(SECOND, {OTHER: VALUES}, sha="c" * 64)
    with pytest.raises(ValueError, match=f"{CODE} lost the delivery of this night"):
        one_night.load(night, frames=build_frames(night, earlier_state(one_night.con, [OTHER], SECOND)))
    assert one_night.dump() == before


def test_earlier_state_leaves_this_night_out(two_nights):
    earlier = earlier_state(two_nights.con, [CODE], SECOND)
    assert set(earlier.decisions["delivery_id"]) == {f"{CODE}@2026-01-05"}
    assert [str(t) for t in earlier.deliveries.dtypes] == ["str", "datetime64[us]", "Int64"]
    assert earlier.deliveries.values.tolist() == [[CODE, pd.Timestamp(FIRST), 2]]
    nothing = earlier_state(two_nights.con, ["50390000-0000"], SECOND)
    assert len(nothing.decisions) == 0
    assert list(nothing.decisions.columns) == list(load_form().tables["decision"].column_names)


def test_dim_agency_prefers_the_verified_name_and_else_what_forms_print(one_night):
    unverified, unknown = "50050000-0001", "50990000-0001"
    one_night.load(
        make_night(
            SECOND,
            {c: {**VALUES, "agency_path[1]": agreed("สำนักงานเขตอื่น")} for c in (OTHER, unverified, unknown)},
            sha="c" * 64,
        )
    )
    assert one_night.rows("SELECT * FROM dim_agency ORDER BY ALL") == [
        ("5005", "สำนักงานเขตอื่น", "LEARNED", 1, 2),
        ("5039", "สำนักงานเขตวัฒนา", "VERIFIED", 2, 1),
        ("5099", "สำนักงานเขตอื่น", "LEARNED", 1, 3),
    ]


def test_dim_person_keeps_the_roles_apart_and_the_telephone_of_the_latest_form(two_nights):
    two_nights.load(
        make_night(date(2026, 1, 7), {OTHER: {**VALUES, "coordinator.phone": agreed("1999")}}, sha="d" * 64)
    )
    assert two_nights.rows("SELECT * FROM dim_person ORDER BY role") == [
        ("สมชาย ธีระทดสอบ", "coordinator", "นาย", "1999", 2, 1),
        ("สมหญิง ใจงาม", "responsible", "นาง", "7000", 2, 2),
    ]


def test_dim_strategy_is_keyed_by_plan_period(one_night):
    later = {**VALUES, "fiscal_year_be": agreed("2566"), "strategy.issue_name": agreed("ชื่อใหม่")}
    one_night.load(make_night(SECOND, {OTHER: later}, sha="c" * 64))
    assert one_night.rows(
        "SELECT plan_period, strategy_issue_no, strategy_goal_no, issue_name, projects FROM dim_strategy ORDER BY ALL"
    ) == [
        ("2561-2565", "7", "", "การบริหารจัดการเมืองมหานคร", 1),
        ("2566-2570", "7", "", "ชื่อใหม่", 1),
    ]


def test_dim_date_speaks_thai_and_knows_the_fiscal_year(one_night):
    rows = one_night.rows(
        "SELECT * FROM dim_date WHERE date IN ('2019-10-01', '2020-02-29', '2020-09-30') ORDER BY date"
    )
    assert rows == [
        (date(2019, 10, 1), 2562, 2563, 1, "ไตรมาส 1/2563", 1, 10, "ตุลาคม", "ต.ค. 2562", "1 ต.ค. 2562", False),
        (date(2020, 2, 29), 2563, 2563, 2, "ไตรมาส 2/2563", 5, 2, "กุมภาพันธ์", "ก.พ. 2563", "29 ก.พ. 2563", True),
        (date(2020, 9, 30), 2563, 2563, 4, "ไตรมาส 4/2563", 12, 9, "กันยายน", "ก.ย. 2563", "30 ก.ย. 2563", False),
    ]
    assert one_night.rows("SELECT count(*) = date_diff('day', min(date), max(date)) + 1 FROM dim_date") == [(True,)]
