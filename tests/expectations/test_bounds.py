"""Bounds are learned from the nights before, in any order, and speak only where there is enough to speak of."""

from datetime import date, timedelta
from decimal import Decimal as D

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations import crosschecks
from expectations.bounds import (
    BOUND_RULES,
    FORMS_NEEDED,
    NIGHTS_NEEDED,
    Bound,
    checks_of_bounds,
    judged,
    unusual,
    usual,
)
from expectations.findings import collect
from expectations.night_measures import QUANTITIES, TABLE, measured, name_of, printed_columns
from expectations.validate import validate
from transform.form import load_form
from transform.tables import Earlier, build_frames, frame_of

FORM = load_form()
FILL = "fill dim_project.coordinator_name"
TONIGHT = date(2026, 6, 1)


def night(number):
    return TONIGHT - timedelta(days=number)


def measures(*rows):
    """Rows of quality.night_measure from (night, measure, value, of)."""
    made = [{"night": n, "measure": m, "value": D(str(round(v, 6))), "of": of} for n, m, v, of in rows]
    return frame_of(FORM.tables[TABLE], made)


def bounds_of(measure, values, forms=100, tonight=100):
    earlier = measures(*((night(i + 1), measure, value, forms) for i, value in enumerate(values)))
    return usual(earlier, measures((TONIGHT, measure, 0.5, tonight)))


def is_usual(bound, value):
    return bound.low <= D(str(round(value, 6))) <= bound.high


@pytest.mark.fault(54)
def test_a_fill_rate_that_halves_is_outside_and_one_that_wavers_is_not():
    (bound,) = bounds_of(FILL, [0.95, 0.93, 0.96, 0.94, 0.95])
    assert not is_usual(bound, 0.95 / 2)
    assert is_usual(bound, 0.91)
    assert bound.rule == "fill_rate_unusual"
    assert bound.said == "85.6 – 100"


@given(st.floats(0.6, 1), st.integers(60, 5000), st.lists(st.floats(-0.02, 0.02), min_size=NIGHTS_NEEDED, max_size=30))
def test_a_fill_rate_that_halves_is_always_noticed_on_enough_forms(rate, forms, wavering):
    (bound,) = bounds_of(FILL, [min(1, max(0, rate + w)) for w in wavering], tonight=forms)
    assert not is_usual(bound, rate / 2 - 0.02)


@given(
    st.sampled_from([FILL, *QUANTITIES]),
    st.lists(st.floats(0, 1), min_size=NIGHTS_NEEDED, max_size=70),
    st.integers(FORMS_NEEDED, 5000),
)
def test_what_was_seen_on_more_than_one_night_gives_no_alarm(measure, values, forms):
    (bound,) = bounds_of(measure, values, tonight=forms)
    ordered = sorted(values[:60])  # the latest nights
    assert all(is_usual(bound, value) for value in ordered[1:-1])


@given(st.data())
def test_the_order_of_nights_and_measures_does_not_matter(data):
    values = st.floats(0, 1).map(lambda v: round(v, 6))
    rows = [
        (night(n), measure, data.draw(values), data.draw(st.integers(15, 60)))
        for n in range(1, data.draw(st.integers(1, 8)))
        for measure in (FILL, "projects", "copies_per_project")
    ]
    tonight = [(TONIGHT, m, 1, data.draw(st.integers(15, 60))) for m in (FILL, "projects", "copies_per_project")]
    shuffled = data.draw(st.permutations(rows)), data.draw(st.permutations(tonight))
    assert usual(measures(*rows), measures(*tonight)) == usual(measures(*shuffled[0]), measures(*shuffled[1]))


def test_one_odd_night_moves_nothing():
    steady = [0.9] * 8
    assert bounds_of(FILL, [*steady, 0.0]) == bounds_of(FILL, [*steady, 0.9])


def test_what_was_seen_is_usual_though_it_was_rounded_when_stored():
    (bound,) = bounds_of(FILL, [1, 1, 1, 1, 2 / 3, 2 / 3, 1], tonight=5000)
    assert bound.low < D(2) / D(3)
    (bound,) = bounds_of(FILL, [0, 0, 0, 0, 1 / 3, 1 / 3, 0], tonight=5000)
    assert bound.high > D(1) / D(3)


def test_nothing_is_judged_on_few_forms_or_after_few_nights():
    values = [0.9] * NIGHTS_NEEDED
    assert bounds_of(FILL, values)
    assert not bounds_of(FILL, values[1:])
    assert not bounds_of(FILL, values, tonight=FORMS_NEEDED - 1)
    assert not bounds_of(FILL, values, forms=FORMS_NEEDED - 1)
    assert not usual(measures(), measures())


def test_few_forms_leave_more_to_chance():
    (few,), (many,) = (bounds_of(FILL, [0.9] * 6, tonight=forms) for forms in (20, 2000))
    assert few.low < many.low
    assert many.low >= D("0.84")


@pytest.mark.parametrize(
    ("measure", "values", "low", "high"),
    [
        ("projects", [400, 410, 395, 405, 400], 200, 700),
        ("copies_per_project", [2, 2, 2, 2, 2], 1, 3.5),
        ("unread_lines_per_form", [0, 0, 0.1, 0, 0], -1, 5),
        ("conflicts_per_form", [0.5, 0.6, 0.5, 0.4, 0.5], -1, 3),
        ("files_rejected", [0.01, 0, 0.02, 0.01, 0], -1, 0.4),
    ],
)
def test_quantities_are_bounded_both_ways(measure, values, low, high):
    (bound,) = bounds_of(measure, values, tonight=400)
    assert bound.rule == "volume_unusual"
    assert not is_usual(bound, high)
    assert not is_usual(bound, low)
    assert all(is_usual(bound, value) for value in values)


def test_every_measure_has_a_name_in_both_languages():
    names = [*QUANTITIES, *(f"fill {t}.{c.name}" for t in ("dim_project", "fact_progress_report") for c in printed_columns(FORM, t))]  # fmt: skip
    assert all(name_of(name, FORM, language) for name in names for language in ("th", "en"))
    assert name_of("fill dim_project.start_date", FORM, "th") == "วันเริ่มต้นโครงการ"


# ---------------------------------------------------------------- measured, judged, told


@pytest.fixture
def one_night(office):
    """A night, its frames and its measures."""
    found = office.night()
    frames = build_frames(found, Earlier.nothing())
    return found, frames, measured(found, frames, FORM)


def test_a_night_is_measured_by_its_own_forms(one_night, office):
    found, frames, made = one_night
    values = made.set_index("measure")["value"].to_dict()
    assert (values["projects"], values["copies_per_project"], values["reports_per_project"]) == (1, 2, 1)
    assert values["unread_lines_per_form"] == 0
    assert values["fill dim_project.start_date"] == 1
    assert values["fill dim_project.section"] == 0
    assert set(made["of"]) == {1, 2}  # one form, two files
    assert tuple(made.columns) == FORM.tables[TABLE].column_names
    other = frames["dim_project"].assign(project_code="50390000-9002", start_date=pd.NaT)
    with_another = frames | {"dim_project": pd.concat([frames["dim_project"], other], ignore_index=True)}
    pd.testing.assert_frame_equal(measured(found, with_another, FORM), made)


def test_a_night_without_forms_measures_nothing(office, one_night):
    from transform.records import Night

    _, frames, _ = one_night
    assert measured(Night(office.NIGHT, (), (), ()), frames, FORM).empty


def judge(one_night, office, *bounds, **changed):
    _, frames, made = one_night
    frames = frames | {TABLE: made} | changed
    return validate(frames, crosschecks.run(frames, office.REGISTERS), run_id="x", bounds=bounds)


BOUNDS = (
    Bound("copies_per_project", "mean", D(3), D(4)),
    Bound(FILL, "fill", D("0.1"), D("0.5")),
    Bound("fill fact_progress_report.report_date", "fill", D("0.9"), D(1)),
    Bound("files_rejected", "share", D(0), D("0.1")),
    Bound("projects", "count", D("38.5"), D(52)),
)


def test_each_bound_is_an_expectation_and_what_lies_outside_never_blocks(one_night, office):
    found = judge(one_night, office, *BOUNDS)
    results = found.results.set_index("target").loc[[b.measure for b in BOUNDS]]
    assert results["is_success"].tolist() == [False, False, True, True, False]
    assert results["expectation"].tolist() == [
        "ExpectMeasureToBeUsual",
        "ExpectColumnProportionOfNonNullValuesToBeBetween",
        "ExpectColumnProportionOfNonNullValuesToBeBetween",
        "ExpectMeasureToBeUsual",
        "ExpectTableRowCountToBeBetween",
    ]
    assert set(results["severity"]) == {"check"}
    assert not found.is_blocked
    assert judged(found.results) == {b.measure for b in BOUNDS}
    told = unusual(found.failures, FORM)
    assert [(t["field"], t["value"], t["against"]) for t in told] == [
        ("copies_per_project", "2", "3 – 4"),
        (FILL, "100", "10 – 50"),
        ("projects", "1", "39 – 52"),
    ]


def test_projects_that_were_not_delivered_tonight_do_not_count(one_night, office):
    _, frames, _ = one_night
    other = frames["dim_project"].assign(project_code="50390000-9002", coordinator_name=None)
    both = pd.concat([frames["dim_project"], other], ignore_index=True)
    bounds = (Bound("projects", "count", D(1), D(1)), Bound(FILL, "fill", D("0.9"), D(1)))
    found = judge(one_night, office, *bounds, dim_project=both)
    assert found.results.set_index("target").loc[[b.measure for b in bounds], "is_success"].all()


def test_a_bound_without_its_measure_blocks(one_night, office):
    _, frames, _ = one_night
    rows = crosschecks.run(frames, office.REGISTERS)
    found = validate(frames, rows, run_id="x", bounds=[Bound("copies_per_project", "mean", D(1), D(3))])
    assert "night_measure.copies_per_project: ExpectMeasureToBeUsual could not run: the frame night_measure was not built" in found.blocking  # fmt: skip


def test_an_unusual_night_is_a_finding_without_a_project_until_a_night_is_usual_again(one_night, office):
    found, frames, _ = one_night
    rows = crosschecks.run(frames, office.REGISTERS)
    nothing = frame_of(FORM.tables["finding"], [])
    told = collect(found, frames, rows, judge(one_night, office, *BOUNDS), nothing, FORM, registers=office.REGISTERS)
    told = told[told["rule"].isin(BOUND_RULES)].set_index("field")
    assert told["project_code"].isna().all()
    assert told.loc[FILL, "message_th"] == "ผู้ประสานงาน สยป.: คืนนี้พบในร้อยละ 100 ของแบบ ปกติร้อยละ 10 – 50"
    assert told.loc["projects", "message_en"] == "Projects delivered: 1 tonight, usually 39 – 52"
    assert set(told["severity"]) == {"check"}
    calm = (Bound(FILL, "fill", D("0.5"), D(1)),)
    later = office.night(day=office.NIGHT + timedelta(days=1))
    after = collect(later, frames, rows, judge(one_night, office, *calm), told.reset_index(), FORM, registers=office.REGISTERS)  # fmt: skip
    states = after[after["rule"].isin(BOUND_RULES)].set_index("field")["state"].to_dict()
    assert states == {FILL: "resolved"}  # the others were not judged, and stand as they were


def test_every_bound_becomes_a_check_of_one_frame():
    places = [table for table in FORM.tables for _ in checks_of_bounds(BOUNDS, table)]
    assert sorted(places) == ["dim_project", "dim_project", "fact_progress_report", TABLE, TABLE]
