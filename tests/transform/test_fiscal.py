"""Fiscal years and quarters: Buddhist years that open in October; a calendar quarter is never taken for one."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transform.dates import (
    MONTHS_SHORT,
    fiscal_year_bounds,
    fiscal_year_of,
    parse_fiscal_year,
    parse_quarter,
    quarter_bounds,
)


@pytest.mark.parametrize(
    ("printed", "year"),
    [("2563", 2563), ("๒๕๖๓", 2563), ("63", 2563), ("2020", 2563), ("พ.ศ. 2563", 2563), ("ค.ศ. 2020", 2563), ("ปีงบประมาณ พ.ศ. 2563", 2563), ("ปีงบประมาณ 2563", 2563),
     ("ประจำปีงบประมาณ พ.ศ. ๒๕๖๓", 2563), ("ปี 2566", 2566), ("งบ 63", 2563), ("(2563)", 2563), ("FY2563", 2563), ("ปีงบ 63", 2563), ("๒๕64", 2564),
    ("๖๓", 2563), ("พ.ศ.2563", 2563), ("ปี พ.ศ. 2563", 2563), ("ปี 2563", 2563), ("ปีงบประมาณ พ.ศ.๒๕๖๓", 2563), ("ประจำปีงบประมาณ 2563", 2563),
    ("ประจำปี 2563", 2563), ("งบปี 63", 2563), ("ปี งบ 63", 2563), ("งบประมาณ 2563", 2563), ("งบประมาณปี 2563", 2563), ("งบประมาณ พ.ศ. 2563", 2563),
    ("งปม. 63", 2563), ("ปี งปม. 2563", 2563), ("ปีงปม.63", 2563), ("FY 2563", 2563), ("FY2020", 2563), ("FY63", 2563), ("fy2563", 2563),
    ("** 2563 **", 2563), ("2563\xa0", 2563), ("(งบ 63)", 2563), ("ปีงบประมาณพ.ศ.2563", 2563), ("ปีงบประมาณ ๒๕63", 2563),
    ("ปีงบประมาณ ค.ศ. 2020", 2563), ("งบฯ 63", 2563), ("2484", 2484),
    ],
)  # fmt: skip
def test_a_fiscal_year_is_a_buddhist_year(printed, year):
    assert parse_fiscal_year(printed) == year


@pytest.mark.parametrize(
    "printed",
    [
        "2163",
        "256",
        "25633",
        "2563x",
        "2562/2563",
        "3",
        "1940",
        "2643",
        "พ.ศ. 2020",
        "ค.ศ. 2563",
        "สองพัน",
        "2563 2564",
        "๒๕๖",
    "FY20", "FY 19", "2562-2563", "2563-2565", "ปี 2561-65", "ปีการศึกษา 2563", "ปีปฏิทิน 2563", "2263", "2399", "000", "2563.0", "2,563", "256З",
    "25б3", "2S63", "ค.ศ. 63", "ปีที่ 3", "2563 และ 2564", "ปีงบประมาณ", "สองพันห้าร้อยหกสิบสาม", "2483", "-2563", "2563 ปี", "2563?", "25 63",
    ],
)  # fmt: skip
def test_what_is_no_fiscal_year_is_rejected(printed):
    with pytest.raises(ValueError, match="expected a fiscal year") as error:
        parse_fiscal_year(printed)
    assert printed in str(error.value)


@given(st.dates(date(1941, 1, 1), date(2099, 12, 31)))
def test_each_day_lies_within_its_own_fiscal_year_and_quarter(day):
    year = fiscal_year_of(day)
    first, last = fiscal_year_bounds(year)
    assert first <= day <= last
    hits = [
        quarter
        for quarter in (1, 2, 3, 4)
        if quarter_bounds(year, quarter)[0] <= day <= quarter_bounds(year, quarter)[1]
    ]
    assert hits == [{10: 1, 11: 1, 12: 1, 1: 2, 2: 2, 3: 2, 4: 3, 5: 3, 6: 3, 7: 4, 8: 4, 9: 4}[day.month]]


@given(st.integers(2484, 2642))
def test_the_quarters_of_a_fiscal_year_follow_each_other_and_fill_it(year):
    bounds = [quarter_bounds(year, quarter) for quarter in (1, 2, 3, 4)]
    assert (bounds[0][0], bounds[3][1]) == fiscal_year_bounds(year)
    assert all(left[1] + timedelta(days=1) == right[0] for left, right in pairwise(bounds))


def test_a_moment_in_utc_belongs_to_the_fiscal_year_of_bangkok():
    assert fiscal_year_of(datetime(2019, 9, 30, 17, tzinfo=UTC)) == 2563
    assert fiscal_year_of(datetime(2019, 9, 30, 16, 59, tzinfo=UTC)) == 2562


def test_a_day_kept_in_buddhist_years_is_refused():
    with pytest.raises(ValueError, match="Christian era"):
        fiscal_year_of(date(2562, 10, 1))


@pytest.mark.parametrize("year", [2019, 62, 0, -1, 2644, 9999])
def test_a_fiscal_year_outside_the_buddhist_range_has_no_bounds(year):
    with pytest.raises(ValueError, match="Buddhist fiscal year"):
        fiscal_year_bounds(year)


@pytest.mark.parametrize("quarter", [0, 5, -1])
def test_a_fifth_quarter_has_no_bounds(quarter):
    with pytest.raises(ValueError, match="1-4"):
        quarter_bounds(2563, quarter)


@pytest.mark.parametrize(
    ("printed", "quarter"),
    [("ไตรมาสที่ 4", (None, 4)), ("ไตรมาสที่ ๑", (None, 1)), ("ไตรมาส 2/2563", (2563, 2)), ("Q1/2563", (2563, 1)), ("Q3", (None, 3)), ("q4 2563", (2563, 4)),
     ("ไตรมาสที่ 2 ปีงบประมาณ พ.ศ. 2563", (2563, 2)), ("ไตรมาส 1 ปี 63", (2563, 1)), ("2563Q1", (2563, 1)), ("2563-Q2", (2563, 2)), ("1/2563", (2563, 1)),
     ("ปีงบประมาณ 2563 ไตรมาสที่ 3", (2563, 3)),
    ("ไตรมาส 1/2563", (2563, 1)), ("ไตรมาสที่ 1/2563", (2563, 1)), ("ไตรมาสที่ ๑ ปีงบประมาณ ๒๕๖๓", (2563, 1)),
    ("ไตรมาสที่ ๑ ปีงบประมาณ พ.ศ. ๒๕๖๓", (2563, 1)), ("ไตรมาสที่ 1 ปี 2563", (2563, 1)), ("ไตรมาส 1/63", (2563, 1)), ("ไตรมาส ๔/๒๕๖๓", (2563, 4)),
    ("ไตรมาสที่ 1 ประจำปีงบประมาณ พ.ศ. 2563", (2563, 1)), ("ไตรมาสที่ 1 ของปีงบประมาณ 2563", (2563, 1)), ("ไตรมาสที่ 1 (2563)", (2563, 1)),
    ("ไตรมาสที่ 1 ต.ค. - ธ.ค. 62", (2563, 1)), ("ไตรมาสที่ 1 พ.ศ. 2563", (2563, 1)), ("Q1 2563", (2563, 1)), ("Q1/63", (2563, 1)),
    ("q2-2563", (2563, 2)), ("Q1/2020", (2563, 1)), ("FY2563 Q1", (2563, 1)), ("2563 Q1", (2563, 1)), ("2563/Q1", (2563, 1)),
    ("ปีงบประมาณ 2563 ไตรมาส 1", (2563, 1)), ("ปี 2563 ไตรมาสที่ 1", (2563, 1)), ("๔/๒๕๖๓", (2563, 4)), ("ไตรมาส 1", (None, 1)),
    ("ไตรมาสที่ 1", (None, 1)), ("ไตรมาสที่ ๔", (None, 4)), ("ไตรมาสที่4", (None, 4)), ("Q4", (None, 4)), ("ไตรมาสแรก", (None, 1)),
    ("ไตรมาสสุดท้าย", (None, 4)), ("ไตรมาสแรก ปีงบประมาณ 2563", (2563, 1)), ("ไตรมาสสุดท้ายของปีงบประมาณ 2563", (2563, 4)),
    ("ไตรมาสที่หนึ่ง", (None, 1)), ("ไตรมาสที่สอง", (None, 2)), ("ไตรมาสที่สี่ ปีงบประมาณ 2563", (2563, 4)),
    ("ไตรมาสที่ 1 (ต.ค. - ธ.ค. 62)", (2563, 1)), ("ไตรมาสที่ 1 (ต.ค. 62 - ธ.ค. 62)", (2563, 1)), ("ไตรมาสที่ 2 (ม.ค. – มี.ค. 63)", (2563, 2)),
    ("ไตรมาสที่ 1 (ตุลาคม - ธันวาคม 2562)", (2563, 1)), ("ไตรมาสที่ 1 (ต.ค.-ธ.ค.)", (None, 1)),
    ("ไตรมาสที่ 1 ปีงบประมาณ 2563 (ต.ค. - ธ.ค. 62)", (2563, 1)), ("(ไตรมาสที่ 1)", (None, 1)),
    ],
)  # fmt: skip
def test_a_printed_quarter_is_this_one(printed, quarter):
    assert parse_quarter(printed) == quarter


@pytest.mark.parametrize(
    "printed",
    [
        "ไตรมาสที่ 5",
        "ไตรมาสที่ 0",
        "Q",
        "4",
        "ไตรมาส 12563",
        "Q1/2163",
        "5/2563",
        "ไตรมาส",
        "Q1 Q2",
        "ไตรมาสที่ 1 ไตรมาสที่ 2",
        "Q1/abc",
        "Q1(2563", "Q1 2563)", "- Q1", "/ไตรมาส 1", "Q1/", "ไตรมาสที่ 1 ()", "ไตรมาสที่ 1 (ต.ค. - ธ.ค. 62) (2563)",
    "ไตรมาส 1-12", "ไตรมาสที่ 1 (2563) (2564)", "ไตรมาส 1 ปี 2563 (2564)", "ปี 2563 ไตรมาสที่ 1 ปี 2564", "ไตรมาสที่ 1 (ม.ค. - มี.ค. 63)",
    "ไตรมาสที่ 1 (ม.ค. - มี.ค.)", "ไตรมาสที่ 1 ปีงบประมาณ 2563 (ต.ค. - ธ.ค. 63)", "ไตรมาสที่ 2 (ก.พ. – มี.ค. 63)", "ไตรมาส 0", "ไตรมาสก่อน",
    "ไตรมาสนี้", "ไตรมาสหน้า", "ไตรมาสหนึ่ง", "ไตรมาสที่ห้า", "Q5", "Q1/20", "Q1-19", "ไตรมาส 12", "ไตรมาสที่ 1 และ 2", "ไตรมาสที่ 1-2",
    "ไตรมาสที่ 1 - 2/2563", "ไตรมาส 1,2", "1Q63", "1/63", "13/2563", "Q1/256", "ครึ่งปีแรก", "งวดที่ 1/2563", "ไตรมาสที่ 1 ปีการศึกษา 2563",
    "ไตรมาสที่ 1 ปีปฏิทิน 2563", "Q1 FY20", "ไตรมาสที่ 1 ค.ศ. 2563", "ไตรมาสที่ l",
    ],
)  # fmt: skip
def test_what_is_no_quarter_is_rejected(printed):
    with pytest.raises(ValueError, match="expected a quarter") as error:
        parse_quarter(printed)
    assert printed in str(error.value)


TO_THAI = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
YEARS = ["{be}", "พ.ศ. {be}", "ปีงบประมาณ {be}", "ปีงบประมาณ พ.ศ. {be}", "ประจำปีงบประมาณ พ.ศ.{be}", "ปี {be}", "งบประมาณปี {be}", "FY{be}", "{ce}", "ค.ศ. {ce}", "FY {ce}"]  # fmt: skip
SHORT_YEARS = ["{short:02}", "งบ {short:02}", "ปีงบ {short:02}", "งปม. {short:02}", "ปี {short:02}", "พ.ศ. {short:02}"]


def _year(shape: str, year: int) -> str:
    return shape.format(be=year, ce=year - 543, short=year % 100)


@given(st.integers(2484, 2642), st.sampled_from(YEARS), st.booleans())
def test_every_way_of_printing_a_fiscal_year_reads_back(year, shape, thai):
    text = _year(shape, year)
    assert parse_fiscal_year(text.translate(TO_THAI) if thai else text) == year


@given(st.integers(2500, 2599), st.sampled_from(SHORT_YEARS), st.booleans())
def test_two_digits_beside_thai_words_are_the_buddhist_century_2500(year, shape, thai):
    text = _year(shape, year)
    assert parse_fiscal_year(text.translate(TO_THAI) if thai else text) == year


@given(st.integers(0, 49), st.sampled_from(["FY{:02}", "fy {:02}", "FY{:02} Q1", "Q1/{:02}", "ไตรมาส 1-{:02}"]))
def test_two_low_digits_beside_a_mark_may_be_of_either_era(year, shape):
    with pytest.raises(ValueError, match="either era"):
        (parse_quarter if "1" in shape else parse_fiscal_year)(shape.format(year))


QUARTERS = ["ไตรมาส {q}/{year}", "ไตรมาสที่ {q} {year}", "ไตรมาสที่{q} ({year})", "Q{q}/{year}", "Q{q} {year}", "{year} Q{q}", "{year} ไตรมาสที่ {q}", "ไตรมาสที่ {q} ของ{year}"]  # fmt: skip


@given(st.integers(2484, 2642), st.integers(1, 4), st.sampled_from(QUARTERS), st.sampled_from(YEARS), st.booleans())
def test_every_way_of_printing_a_quarter_reads_back(year, quarter, shape, year_shape, thai):
    text = shape.format(q=quarter, year=_year(year_shape, year))
    assert parse_quarter(text.translate(TO_THAI) if thai else text) == (year, quarter)


@given(st.integers(2501, 2598), st.integers(1, 4), st.integers(1, 12), st.booleans())
def test_months_beside_a_quarter_must_be_its_own(year, quarter, month, with_year):
    first = quarter_bounds(year, quarter)[0]
    ends = MONTHS_SHORT[month - 1], MONTHS_SHORT[(month + 1) % 12]
    last_year = quarter_bounds(year, quarter)[1].year + 543
    text = f"ไตรมาสที่ {quarter} ({ends[0]} - {ends[1]}{f' {last_year}' if with_year else ''})"
    if month == first.month:
        assert parse_quarter(text) == (year if with_year else None, quarter)
    else:
        with pytest.raises(ValueError, match="the months are not those of quarter"):
            parse_quarter(text)
