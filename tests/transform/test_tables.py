"""Decisions → frames: types, keys, history in any order of nights, exact money, no year past 2400."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import permutations
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transform.forms import (
    CODE,
    FORM,
    PLAIN,
    REGISTERS,
    REPORT,
    Bad,
    Printed,
    file_of,
    printed_copy,
    reports,
    sha,
)
from transform.night import FileReading, reconcile_night
from transform.project_rows import typed
from transform.records import FileOutcome, LineCount, Night, UnreadLine
from transform.tables import Earlier, build_frames, frame_of

Frames = dict[str, pd.DataFrame]
DTYPES = {"VARCHAR": "str", "INTEGER": "Int64", "BIGINT": "Int64", "BOOLEAN": "boolean", "DATE": "datetime64[us]"}


def day(n: int) -> date:
    return date(2026, 1, n)


def night(n: int, *printed: Printed, more: Sequence[FileReading] = ()) -> Night:
    """A night on which one dump arrives with these copies."""
    copies = [
        printed_copy(p, i, sha=sha(n), uri=f"inbox/{n}.txt", night=day(n)) for i, p in enumerate(printed, start=1)
    ]
    files = [file_of(copies)] if copies else []
    return reconcile_night(day(n), [*files, *more], REGISTERS, FORM)


def earlier(*nights: Night) -> Earlier:
    """What the warehouse holds after these nights."""
    if not nights:
        return Earlier.nothing()
    frames = [build_frames(n, Earlier.nothing()) for n in nights]
    rows = [(d.project_code, pd.Timestamp(n.night), len(d.copies)) for n in nights for d in n.deliveries]
    deliveries = pd.DataFrame(rows, columns=["project_code", "night", "copies"]).astype(
        {"project_code": "str", "copies": "Int64"}
    )
    return Earlier(pd.concat([f["decision"] for f in frames], ignore_index=True), deliveries)


def after(*nights: Night) -> Frames:
    """Frames of the last of these nights, with the others already in the warehouse."""
    return build_frames(nights[-1], earlier(*nights[:-1]))


def rows(frame: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    def plain(value: Any) -> Any:
        return None if pd.isna(value) else value.date() if isinstance(value, pd.Timestamp) else value

    return [tuple(plain(v) for v in row) for row in frame[list(columns)].itertuples(index=False)]


# ---------------------------------------------------------------- frames and types


@pytest.mark.parametrize("table", FORM.tables.values(), ids=lambda t: t.qualified)
def test_an_empty_frame_has_the_columns_and_types_of_its_table(table):
    frame = frame_of(table, [])
    assert tuple(frame.columns) == table.column_names
    assert len(frame) == 0
    for column in table.columns:
        assert str(frame[column.name].dtype) == DTYPES.get(column.type, "object"), column.name


@pytest.mark.parametrize("nights", [[night(1, PLAIN, PLAIN)], [night(1)]], ids=["a project", "nothing"])
def test_every_frame_has_the_columns_and_types_of_its_table_and_no_repeated_key(nights):
    for name, frame in after(*nights).items():
        table = FORM.tables[name]
        assert tuple(frame.columns) == table.column_names
        for column in table.columns:
            assert str(frame[column.name].dtype) == DTYPES.get(column.type, "object"), (name, column.name)
        assert not frame.duplicated(list(table.key)).any(), name


def test_nothing_is_null_of_its_type():
    frame = frame_of(FORM.tables["dim_project"], [{"project_code": CODE}])
    assert frame["project_name"].isna().all()
    assert frame["start_date"].isna().all()
    assert frame["budget_received_baht"].tolist() == [None]


@pytest.mark.parametrize(
    ("value", "sql_type", "expected"),
    [
        ("2563", "INTEGER", 2563), ("2019-10-01", "DATE", date(2019, 10, 1)), ("0.10", "DECIMAL(18,2)", Decimal("0.10")),
        ("๗", "VARCHAR", "๗"), (None, "DATE", None), (None, "DECIMAL(18,2)", None),
    ],
)  # fmt: skip
def test_canonical_text_becomes_the_value_of_its_type(value, sql_type, expected):
    assert typed(value, sql_type) == expected


def test_a_buddhist_year_that_was_not_converted_is_refused_by_table_column_and_value():
    assert frame_of(FORM.tables["dim_project"], [{"start_date": date(2399, 12, 31)}])["start_date"].notna().all()
    with pytest.raises(ValueError, match=r"main\.dim_project\.start_date: 2562-10-01 lies past the year 2400"):
        frame_of(FORM.tables["dim_project"], [{"start_date": date(2562, 10, 1)}])


@pytest.mark.parametrize("amount", ["0.10", "9999999999999999.99", "-5.00", "0.00"])
def test_money_stays_exact(amount):
    frames = after(
        night(1, {**PLAIN, "budget_received": amount, **reports(("1", REPORT | {"disbursed_baht": amount}))})
    )
    for table, column in (
        ("dim_project", "budget_received_baht"), ("fact_project_budget", "budget_received_baht"), ("fact_progress_report", "disbursed_baht"),
    ):  # fmt: skip
        (value,) = frames[table][column]
        assert (type(value), str(value)) == (Decimal, amount)


# ---------------------------------------------------------------- one night


def test_the_row_of_a_project():
    frames = after(night(3, PLAIN, {**PLAIN, "budget_received": "7.00"}))
    row = frames["dim_project"].iloc[0]
    assert (row["project_code"], row["agency_code"], row["agency_name"], row["division"]) == (
        CODE,
        "5039",
        "สำนักงานเขตวัฒนา",
        "ฝ่ายการศึกษา",
    )
    assert (row["copies"], row["confidence"], row["fiscal_year_be"]) == (2, "contested", 2563)
    assert rows(frames["dim_project"], "first_seen", "last_seen") == [(day(3), day(3))]


@pytest.mark.parametrize(
    ("printed", "weakest"),
    [
        ((PLAIN, PLAIN), "agreed"),
        ((PLAIN,), "single"),
        ((PLAIN, PLAIN, {**PLAIN, "budget_spent": "7.00"}), "resolved"),
        ((PLAIN, {**PLAIN, "budget_received": "7.00"}), "contested"),
        ((PLAIN, {**PLAIN, "budget_spent": Bad("7,")}), "resolved"),
    ],
)
def test_the_confidence_of_a_project_is_that_of_its_weakest_value(printed, weakest):
    assert after(night(1, *printed))["dim_project"]["confidence"].tolist() == [weakest]


def test_lists_have_ordinals_and_indicators_their_dimension():
    printed = {
        **PLAIN,
        "targets[2]": "ครูทุกคนรายงานผลทุกเดือน",
        "strategy.indicators[1]": "ร้อยละ",
        "strategy.indicators[1].dimension": "2",
    }
    frames = after(night(1, printed))
    assert rows(frames["project_target"], "ordinal", "text") == [(1, PLAIN["targets[1]"]), (2, "ครูทุกคนรายงานผลทุกเดือน")]
    assert rows(frames["project_indicator"], "ordinal", "text", "dimension") == [(1, "ร้อยละ", 2)]
    assert len(frames["project_objective"]) == 0


def test_both_rows_of_a_repeated_number_are_kept_with_their_occurrence_and_printed_order():
    printed = {**PLAIN, **reports(("3", REPORT), ("1", REPORT), ("3#2", REPORT | {"progress_pct": "20.00"}))}
    bare = {k: v for k, v in printed.items() if k not in ("reports[1].seq",)} | {"reports[1].seq": "1"}
    frame = after(night(1, bare))["fact_progress_report"]
    found = rows(frame, "report_no", "occurrence", "progress_pct")
    assert found == [(1, 1, Decimal("10.00")), (3, 1, Decimal("10.00")), (3, 2, Decimal("20.00"))]
    assert sorted(frame["printed_order"]) == [1, 2, 3]


def test_a_project_without_reports_has_none_and_is_still_a_project():
    frames = after(night(1, {k: v for k, v in PLAIN.items() if not k.startswith("reports")}))
    assert len(frames["dim_project"]) == 1
    assert len(frames["fact_progress_report"]) == len(frames["fact_progress_report_history"]) == 0


@pytest.mark.parametrize(
    ("reported", "year", "quarter"),
    [
        ("2019-09-30", 2562, 4),
        ("2019-10-01", 2563, 1),
        ("2020-01-01", 2563, 2),
        ("2020-06-30", 2563, 3),
        (None, None, None),
    ],
)
def test_reports_carry_the_fiscal_year_and_quarter_of_their_day(reported, year, quarter):
    frames = after(night(1, {**PLAIN, "reports[1].date": reported}))
    assert rows(frames["fact_progress_report"], "fiscal_year_be", "fiscal_quarter") == [(year, quarter)]


def test_the_lineage_holds_files_copies_readings_unread_lines_and_rejections():
    rejected = FileOutcome(
        sha(8), "inbox/8.pdf", day(1), "application/pdf", 5, None, None, "1", "rejected", "broken_pdf", "broken", LineCount(0, 0, 0), (),
    )  # fmt: skip
    made = night(1, PLAIN, more=[FileReading(rejected)])
    outcome = replace(made.files[0], unread=(UnreadLine(1, 5, "อะไร"),), notes=("one", "two"))
    frames = build_frames(replace(made, files=(outcome, *made.files[1:])), Earlier.nothing())
    assert rows(frames["source_file"], "uri", "status", "notes") == [
        ("inbox/1.txt", "read", "one\ntwo"),
        ("inbox/8.pdf", "rejected", None),
    ]
    assert rows(frames["unread_line"], "page", "line", "text") == [(1, 5, "อะไร")]
    assert rows(frames["rejected_file"], "code", "reason") == [("broken_pdf", "broken")]
    assert rows(frames["form_copy"], "project_code", "delivery_id", "identity_note") == [
        (CODE, f"{CODE}@2026-01-01", None)
    ]
    assert len(frames["reading"]) == len(made.copies[0].readings)
    assert len(frames["decision"]) == len(made.deliveries[0].decisions)


def test_a_copy_without_a_project_is_in_the_lineage_with_its_note():
    frames = after(night(1, {k: v for k, v in PLAIN.items() if k != "project_code"}))
    assert len(frames["dim_project"]) == 0
    ((code, delivery, note),) = rows(frames["form_copy"], "project_code", "delivery_id", "identity_note")
    assert (code, delivery) == (None, None)
    assert "no readable code" in note


# ---------------------------------------------------------------- history

REVISED = {**PLAIN, "budget_received": "200000.00"}


def test_a_state_holds_from_the_night_it_came_to_the_night_it_changed():
    frames = after(night(1, PLAIN), night(2, PLAIN), night(4, REVISED))
    assert rows(frames["dim_project_history"], "valid_from", "valid_to", "is_current", "budget_received_baht") == [
        (day(1), day(4), False, Decimal("180000.00")), (day(4), None, True, Decimal("200000.00")),
    ]  # fmt: skip
    assert rows(frames["dim_project"], "first_seen", "last_seen", "budget_received_baht") == [
        (day(1), day(4), Decimal("200000.00"))
    ]
    assert rows(frames["fact_project_budget"], "as_of", "budget_received_baht") == [
        (day(1), Decimal("180000.00")),
        (day(4), Decimal("200000.00")),
    ]


def test_a_state_that_comes_back_is_a_state_of_its_own():
    frames = after(night(1, PLAIN), night(2, REVISED), night(3, PLAIN))
    assert rows(frames["dim_project_history"], "valid_from", "valid_to") == [
        (day(1), day(2)),
        (day(2), day(3)),
        (day(3), None),
    ]
    assert len(frames["fact_project_budget"]) == 3


def test_more_copies_of_the_same_facts_are_no_new_state():
    frames = after(night(1, PLAIN), night(2, PLAIN, PLAIN))
    assert rows(frames["dim_project_history"], "valid_from", "valid_to") == [(day(1), None)]
    assert frames["dim_project"]["copies"].tolist() == [2]


def test_a_night_that_arrives_late_is_put_in_its_place():
    frames = after(night(1, PLAIN), night(5, PLAIN), night(3, REVISED))
    assert rows(frames["dim_project_history"], "valid_from", "valid_to", "is_current") == [
        (day(1), day(3), False), (day(3), day(5), False), (day(5), None, True),
    ]  # fmt: skip
    assert frames["dim_project"]["budget_received_baht"].tolist() == [Decimal("180000.00")]


def test_a_restated_report_and_a_withdrawn_one_stay_in_the_history():
    second = {**PLAIN, **reports(("2", REPORT | {"date": "2019-11-25"}))}
    restated = {**second, "reports[1].progress_pct": "12.00"}
    frames = after(night(1, second), night(2, restated), night(3, PLAIN))
    assert rows(frames["fact_progress_report_history"], "report_no", "valid_from", "valid_to", "is_current", "progress_pct") == [
        (1, day(1), day(2), False, Decimal("10.00")), (1, day(2), day(3), False, Decimal("12.00")), (1, day(3), None, True, Decimal("10.00")),
        (2, day(1), day(3), False, Decimal("10.00")),
    ]  # fmt: skip
    assert frames["fact_progress_report"]["report_no"].tolist() == [1]


def test_a_second_run_of_a_night_replaces_its_first():
    frames = build_frames(night(2, REVISED), earlier(night(1, PLAIN), night(2, PLAIN)))
    assert rows(frames["dim_project_history"], "valid_from", "valid_to") == [(day(1), day(2)), (day(2), None)]


def test_a_project_that_tonight_no_longer_delivers_keeps_its_other_nights():
    other = {**PLAIN, "project_code": "50360000-9002", "agency_path[1]": "สำนักงานเขตจอมทอง"}
    frames = build_frames(night(2, PLAIN), earlier(night(1, other), night(2, other)))
    assert rows(frames["dim_project"], "project_code", "last_seen") == [("50360000-9002", day(1)), (CODE, day(2))]


def project_frames(frames: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    return {name: frame for name, frame in frames.items() if FORM.tables[name].schema == "main"}


STATES = st.sampled_from([
    PLAIN, REVISED, {**PLAIN, **reports(("2", REPORT))}, {**PLAIN, "reports[1].progress_pct": "50.00"}, {**PLAIN, "targets[1]": "ชุมชนมีห้องสมุด"},
])  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(STATES, min_size=1, max_size=2), min_size=2, max_size=4))
def test_nights_in_any_order_end_in_the_same_tables(states):
    nights = [night(n, *printed) for n, printed in enumerate(states, start=1)]
    expected = project_frames(after(*nights))
    for order in list(permutations(nights))[:8]:
        for name, frame in project_frames(after(*order)).items():
            pd.testing.assert_frame_equal(frame, expected[name])


@settings(max_examples=40, deadline=None)
@given(st.lists(STATES, min_size=1, max_size=6))
def test_the_intervals_of_a_project_join_without_gap_and_exactly_one_is_current(states):
    frames = after(*(night(n, printed) for n, printed in enumerate(states, start=1)))
    history = rows(frames["dim_project_history"], "valid_from", "valid_to", "is_current")
    assert [to for _, to, _ in history] == [start for start, _, _ in history[1:]] + [None]
    assert [current for *_, current in history] == [False] * (len(history) - 1) + [True]
    current = frames["fact_progress_report_history"]
    current = current[current["is_current"].astype(bool)]
    assert rows(current, "report_no", "progress_pct") == rows(
        frames["fact_progress_report"], "report_no", "progress_pct"
    )


def test_long_tables_made_column_by_column_are_those_of_their_rows():
    unread = tuple(UnreadLine(page, line, f"{page} {line}") for page, line in ((2, 1), (1, 9), (1, 3)))
    rejected = replace(file_of([printed_copy(PLAIN, 1)]).outcome, source_sha256=sha(9), status="rejected", code="empty")
    made = night(1, PLAIN, REVISED, more=[FileReading(rejected)])
    made = replace(made, files=tuple(replace(f, unread=unread) for f in made.files), copies=made.copies[::-1])
    frames = build_frames(made, Earlier.nothing())
    readings = [
        r._asdict() | r.evidence._asdict() | {"night": c.night} for c in made.copies for r in reversed(c.readings)
    ]
    decisions = [
        d._asdict() | {"night": g.night, "readings": len(d.readings), "distinct_readings": len(d.alternatives)}
        for g in made.deliveries
        for d in g.decisions
    ]
    lines = [u._asdict() | {"source_sha256": f.source_sha256} for f in made.files for u in f.unread]
    copies = [{name: getattr(c, name) for name in FORM.tables["form_copy"].column_names} for c in made.copies]
    refused = [{n: getattr(rejected, n) for n in FORM.tables["rejected_file"].column_names}]
    for name, plain in (
        ("reading", readings), ("decision", decisions), ("unread_line", lines), ("form_copy", copies),
        ("rejected_file", refused),
    ):  # fmt: skip
        key = list(FORM.tables[name].key)
        expected = frame_of(FORM.tables[name], plain).sort_values(key, ignore_index=True, na_position="first")
        pd.testing.assert_frame_equal(frames[name], expected)
    assert frames["source_file"]["lines_unread"].tolist() == [f.lines.unread for f in made.files]
