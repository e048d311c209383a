"""Dates: the number decides the era, the year is converted first, day before month, never a guess."""

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transform.dates import (
    MONTHS,
    MONTHS_SHORT,
    DateReading,
    fiscal_year_bounds,
    fiscal_year_of,
    parse_date,
    parse_date_as_written,
    parse_datetime,
    parse_fiscal_year,
    parse_quarter,
    parse_range,
    quarter_bounds,
)

OCT25 = date(2019, 10, 25)
OCT1 = date(2019, 10, 1)
LEAP = date(2020, 2, 29)

DATES = [
    # day/month/year in numbers
    ("25/10/2562", OCT25), ("25/10/2019", OCT25), ("25/10/62", OCT25), ("25-10-2562", OCT25), ("25.10.2562", OCT25),
    ("25 / 10 / 2562", OCT25), ("1/10/2562", OCT1), ("01/10/2562", OCT1), ("28/1/2563", date(2020, 1, 28)),
    ("๒๕/๑๐/๒๕๖๒", OCT25), ("๒๕/10/๒๕62", OCT25), ("25/๑๐/25๖๒", OCT25), ("25/10/2562", OCT25),
    ("  25/10/2562  ", OCT25), ("25/\u200b10/2562", OCT25), ("25\xa0/\xa010/2562", OCT25), ("25/10/2562", OCT25),
    ("10/11/2562", date(2019, 11, 10)), ("12/1/2563", date(2020, 1, 12)), ("31/12/2562", date(2019, 12, 31)),
    # year first
    ("2019-10-01", OCT1), ("2019-10-1", OCT1), ("2562-10-25", OCT25), ("2562/10/25", OCT25), ("2019/10/25", OCT25),
    ("2019.10.25", OCT25), ("๒๕๖๒-๑๐-๒๕", OCT25), ("(2019-10-25)", OCT25),
    # with a time
    ("2019-10-01 00:00:00", OCT1), ("2022-10-01 00:00:00.000", date(2022, 10, 1)), ("2019-10-01T00:00:00", OCT1),
    ("25/10/2562 08:30", OCT25), ("25/10/2562 08.30 น.", OCT25), ("25/10/2562 8.30น.", OCT25), ("25/10/2562, 08:30:15", OCT25),
    ("25 ต.ค. 2562 เวลา 13.00 น.", OCT25), ("25 ต.ค. 62 13:00 นาฬิกา", OCT25), ("1/10/2562 0:00:00", OCT1),
    # zones: Bangkok decides the day
    ("2019-09-30T17:00Z", OCT1), ("2019-09-30T16:59Z", date(2019, 9, 30)), ("2019-10-01T00:00:00+07:00", OCT1),
    ("2019-10-01T00:30:00+0900", date(2019, 9, 30)), ("2019-09-30 17:00 UTC", OCT1), ("2019-09-30 17:00:00.000 GMT", OCT1),
    ("2019-10-01 00:00 ICT", OCT1), ("2019-10-01 00:00 GMT+7", OCT1), ("2019-09-30T12:00-05", OCT1),
    # the day of 29 February belongs to the converted year
    ("29/2/2563", LEAP), ("29/02/63", LEAP), ("2563-02-29", LEAP), ("29 กุมภาพันธ์ 2563", LEAP), ("29 ก.พ. 63", LEAP), ("29/2/2020", LEAP),
    # months by name
    ("25 ตุลาคม 2562", OCT25), ("25 ตุลาคม 62", OCT25), ("25ตุลาคม2562", OCT25), ("25 ตุลาคม พ.ศ. 2562", OCT25), ("25 ตุลาคม พ.ศ.2562", OCT25),
    ("25 ตุลาคม พ.ศ 2562", OCT25), ("25 ตุลาคม พศ. 2562", OCT25), ("25 ตุลาคม พุทธศักราช 2562", OCT25), ("25 ตุลาคม ค.ศ. 2019", OCT25),
    ("25 ตุลาคม คริสต์ศักราช 2019", OCT25), ("25 ตุลาคม 2562 BE", OCT25), ("25/10/2019 A.D.", OCT25), ("25/10/พ.ศ. 2562", OCT25),
    ("25 เดือนตุลาคม พ.ศ. 2562", OCT25), ("25 เดือน ตุลาคม ปี 2562", OCT25), ("25 ตุลาคม ปี พ.ศ. 2562", OCT25),
    ("25 ต.ค. 2562", OCT25), ("25 ต.ค.62", OCT25), ("25ต.ค.62", OCT25), ("25 ตค 62", OCT25), ("25 ต.ค 62", OCT25), ("25 ตค. 62", OCT25),
    ("25 ต. ค. 62", OCT25), ("25-ต.ค.-62", OCT25), ("25/ต.ค./2562", OCT25), ("19 ธ.ค.62", date(2019, 12, 19)), ("12 ธันวาคม 2562", date(2019, 12, 12)),
    ("๑๙ ธ.ค. ๖๒", date(2019, 12, 19)), ("3 ม.ค. 65", date(2022, 1, 3)), ("11 ก.ย. 65", date(2022, 9, 11)), ("1 เม.ย. 69", date(2026, 4, 1)),
    ("1 มิ.ย. 64", date(2021, 6, 1)), ("1 มี.ค. 64", date(2021, 3, 1)), ("1 ก.ค. 64", date(2021, 7, 1)), ("1 พ.ย. 64", date(2021, 11, 1)),
    ("1 ส.ค. 64", date(2021, 8, 1)), ("1 พ.ค. 64", date(2021, 5, 1)), ("1 เมย. 64", date(2021, 4, 1)),
    ("14 กุมภา 64", date(2021, 2, 14)), ("14 เมษา 2564", date(2021, 4, 14)), ("14 พฤศจิกา 2564", date(2021, 11, 14)),
    # standing misspellings, and at most two edits from one full name
    ("10 กรกฏาคม 2564", date(2021, 7, 10)), ("10 พฤษจิกายน 2564", date(2021, 11, 10)), ("10 กุมภาพันธุ์ 2564", date(2021, 2, 10)),
    ("10 พฤศภาคม 2564", date(2021, 5, 10)), ("25 ตุลาตม 2562", OCT25), ("10 มกรำคม 2564", date(2021, 1, 10)), ("10 พฤษภาม 2564", date(2021, 5, 10)),
    ("10 สิงหาคน 2564", date(2021, 8, 10)), ("10 มิถนายน 2564", date(2021, 6, 10)), ("10 ธันวาค 2564", date(2021, 12, 10)),
    # words before the day
    ("วันที่ 25 ตุลาคม 2562", OCT25), ("ณ วันที่ 01/02/2023", date(2023, 2, 1)), ("ณ วันที่ 25 ต.ค. 62", OCT25), ("วันศุกร์ที่ 25 ตุลาคม 2562", OCT25),
    ("วันศุกร์ที่ ๒๕ เดือนตุลาคม พ.ศ. ๒๕๖๒", OCT25), ("ศุกร์ที่ 25 ต.ค. 62", OCT25), ("เมื่อวันที่ 25/10/2562", OCT25), ("ลงวันที่ 25 ตุลาคม 2562", OCT25),
    ("วันพฤหัสบดีที่ 31 ตุลาคม 2562", date(2019, 10, 31)), ("วันที่25ตุลาคม2562", OCT25),
    # the ends of what is read
    ("1/1/2484", date(1941, 1, 1)), ("31/12/2642", date(2099, 12, 31)), ("1/1/1941", date(1941, 1, 1)), ("31/12/2099", date(2099, 12, 31)),
    ("1/1/00", date(1957, 1, 1)), ("1/1/99", date(2056, 1, 1)), ("1/1/2400".replace("2400", "2499"), date(1956, 1, 1)),
    # two digits are Buddhist, whatever they look like
    ("25/10/19", date(1976, 10, 25)), ("1 ม.ค. 69", date(2026, 1, 1)),
]  # fmt: skip

REJECTED = [
    # OCR damage and impossible years
    "25/10/2162", "25/10/2262", "25/10/2100", "25/10/2399", "25/10/2643", "25/10/1940", "25/10/2483", "25/10/2562x", "25/10/256", "25/10/25622",
    "25/10/2", "1/1/0", "25/10/0062", "25/10/ค.ศ. 2562", "25 ตุลาคม ค.ศ. 2562", "25 ตุลาคม พ.ศ. 2019", "25 ตุลาคม ค.ศ. 62", "25 ต.ค. พ.ศ. 2562 ค.ศ.",
    # days and months that do not exist; never swapped
    "29/2/2562", "29/2/2019", "30/2/2563", "31/4/2563", "2562-02-29", "32/1/2562", "0/1/2562", "1/0/2562", "10/25/2562", "1/13/2562", "2026-13-01",
    "2019-25-10", "62-10-25",
    # months nobody can know
    "1 ม.ย. 64", "10 พฤษ 2564", "10 กกก 2564", "10 ธันยายม 2564", "10 คม 2564", "25 2562", "25 พ.ศ. 2562", "10 ตุลาคมพฤศจิกายน 2564",
    # junk and other shapes
    "25/10/2562 :", "25/10/2562 abc", "abc 25/10/2562", "25/10", "ตุลาคม 2562", "2562", "25", "25/10-2562", "25//10/2562", "2019-10-01 25:00", "2019-10-01 00:60",
    "2019-10-01 00:00:60", "2019-10-01 00", "2019-10-01T", "25/10/2562 08.30", "2019-10-01 00:00 +25:00", "2019-10-01 00:00 PM", "20191001", "25621025",
    "25/10/2562 26/10/2562", "1O/10/2562", "25/1O/2562", "lorem", "๐", "2019-10-01 00:00:00.", "25/10/2562 24:00", "??/10/2562", "25 Oct 19", "025/10/2562",
    "31/12/2099 23:00-05:00",
]  # fmt: skip

ABSENT = ["", " ", "-", "–", ".....", "…", "\xa0", "(ไม่ได้ตั้ง)", "- ", "ไม่มี", "ไม่ระบุ"]


@pytest.mark.parametrize(("printed", "day"), DATES)
def test_a_printed_date_is_this_day(printed, day):
    assert parse_date(printed) == day


@pytest.mark.parametrize("printed", REJECTED)
def test_what_is_not_surely_a_date_is_rejected_with_its_text(printed):
    for parse in (parse_date, parse_datetime, parse_date_as_written):
        with pytest.raises(ValueError, match="expected a day such as") as error:
            parse(printed)
        assert printed in str(error.value)


@pytest.mark.parametrize("printed", ABSENT)
def test_a_blank_or_dash_is_no_date_and_no_error(printed):
    for parse in (parse_date, parse_datetime, parse_date_as_written, parse_range, parse_fiscal_year, parse_quarter):
        assert parse(printed) is None


@pytest.mark.parametrize(
    ("printed", "reading"),
    [
        ("25/10/2562", DateReading(OCT25, "BE", 2562)), ("25/10/62", DateReading(OCT25, "BE", 62)), ("2019-10-25", DateReading(OCT25, "CE", 2019)),
        ("๒๕ ต.ค. ๒๕62", DateReading(OCT25, "BE", 2562)), ("25 ตุลาคม ค.ศ. 2019", DateReading(OCT25, "CE", 2019)),
    ],
)  # fmt: skip
def test_the_era_as_written_is_kept(printed, reading):
    assert parse_date_as_written(printed) == reading


@pytest.mark.parametrize(
    ("printed", "moment"),
    [
        ("2019-10-01 00:00:00", datetime(2019, 10, 1, tzinfo=ZoneInfo("Asia/Bangkok"))),
        ("2019-09-30T17:00Z", datetime(2019, 9, 30, 17, tzinfo=UTC)),
        ("2019-10-01 08:30:15.250", datetime(2019, 10, 1, 1, 30, 15, 250000, tzinfo=UTC)),
        ("25/10/2562 08.30 น.", datetime(2019, 10, 25, 8, 30, tzinfo=timezone(timedelta(hours=7)))),
        ("25/10/2562", datetime(2019, 10, 24, 17, tzinfo=UTC)),
        ("2019-10-01T00:00:00.123456789", datetime(2019, 9, 30, 17, 0, 0, 123456, tzinfo=UTC)),
        ("2562-10-01T00:00+07:00", datetime(2019, 9, 30, 17, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_a_moment_is_bangkok_time(printed, moment):
    found = parse_datetime(printed)
    assert found == moment
    assert found.utcoffset() == timedelta(hours=7)


SHAPES = [
    "{d}/{m}/{be}", "{d:02}/{m:02}/{be}", "{d}-{m}-{be}", "{d}.{m}.{be}", "{d}/{m}/{ce}", "{be}-{m:02}-{d:02}", "{ce}-{m:02}-{d:02}", "{ce}-{m:02}-{d:02} 00:00:00",
    "{ce}-{m:02}-{d:02} 00:00:00.000", "{ce}-{m:02}-{d:02}T23:59:59+07:00", "{d} {full} {be}", "{d} {full} พ.ศ. {be}", "{d} {full} ค.ศ. {ce}", "{d} {short} {be}",
    "{d}{short}{be}", "{d} {bare} {be}", "วันที่ {d} เดือน{full} พ.ศ. {be}", "ณ วันที่ {d} {short} {be}", "({ce}-{m}-{d})",
]  # fmt: skip
SHORT_YEAR_SHAPES = ["{d}/{m}/{be2:02}", "{d} {short} {be2:02}", "{d} {full} {be2:02}"]
thai_digits = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")


def _printed(shape: str, day: date) -> str:
    short = MONTHS_SHORT[day.month - 1]
    return shape.format(
        d=day.day,
        m=day.month,
        ce=day.year,
        be=day.year + 543,
        be2=(day.year + 543) % 100,
        full=MONTHS[day.month - 1],
        short=short,
        bare=short.replace(".", ""),
    )


@settings(max_examples=300)
@given(st.dates(date(1941, 1, 1), date(2099, 12, 31)), st.sampled_from(SHAPES), st.booleans())
def test_every_way_of_printing_a_day_reads_back_as_that_day(day, shape, thai):
    text = _printed(shape, day)
    assert parse_date(text.translate(thai_digits) if thai else text) == day


@given(st.dates(date(1957, 1, 1), date(2056, 12, 31)), st.sampled_from(SHORT_YEAR_SHAPES), st.booleans())
def test_two_digit_years_read_back_as_the_buddhist_century_2500(day, shape, thai):
    text = _printed(shape, day)
    assert parse_date(text.translate(thai_digits) if thai else text) == day


@given(
    st.integers(2100, 2399), st.sampled_from(["1/10/{}", "{}-10-01", "1 ต.ค. {}", "1 ตุลาคม พ.ศ. {}", "1 ตุลาคม ค.ศ. {}"])
)
def test_years_between_the_eras_are_never_read(year, shape):
    with pytest.raises(ValueError, match=str(year)):
        parse_date(shape.format(year))


RANGES = [
    ("3 ม.ค. – 11 ก.ย. 65", (date(2022, 1, 3), date(2022, 9, 11))),
    ("1 - 30 กันยายน 2563", (date(2020, 9, 1), date(2020, 9, 30))),
    ("1-30 ก.ย. 63", (date(2020, 9, 1), date(2020, 9, 30))),
    ("1 ? 15 ตุลาคม 2562", (OCT1, date(2019, 10, 15))),
    ("1 ตุลาคม 2562 ? 30 กันยายน 2563", (OCT1, date(2020, 9, 30))),
    ("1 ต.ค. 62 ถึง 30 ก.ย. 63", (OCT1, date(2020, 9, 30))),
    ("ตั้งแต่วันที่ 1 ตุลาคม 2562 ถึงวันที่ 30 กันยายน 2563", (OCT1, date(2020, 9, 30))),
    ("ระหว่างวันที่ ๑ – ๕ ตุลาคม ๒๕๖๒", (OCT1, date(2019, 10, 5))),
    ("1/10/2562-30/9/2563", (OCT1, date(2020, 9, 30))),
    ("1/10 - 30/11/2562", (OCT1, date(2019, 11, 30))),
    ("2019-10-01 - 2020-09-30", (OCT1, date(2020, 9, 30))),
    ("2019-10-01 00:00:00 – 2020-09-30 00:00:00", (OCT1, date(2020, 9, 30))),
    ("1 ต.ค. 62 – 2020-09-30", (OCT1, date(2020, 9, 30))),
    ("25/10/2562 – 25/10/2562", (OCT25, OCT25)),
    ("1 มกราคมถึง 3 มีนาคม 2564", (date(2021, 1, 1), date(2021, 3, 3))),
]


@pytest.mark.parametrize(("printed", "days"), RANGES)
def test_a_printed_range_has_these_ends(printed, days):
    assert parse_range(printed) == days


@pytest.mark.parametrize(
    "printed",
    ["11 ก.ย. – 3 ม.ค. 65", "25/10/2562", "25-10-2562", "2019-10-25", "31 – 30 กันยายน 2563", "30 ก.พ. – 1 มี.ค. 64", "ปี 2555-2558", "1 ต.ค. – 30 ก.ย. 63",
     "1 – 2 – 3 ต.ค. 62", "ถึง 25/10/2562", "25/10/2562 ถึง", "25/10/2562 – -", "31 – 30 เมษายน", "1 ต.ค. 62 30 ก.ย. 63", "1?5 ต.ค. 62"],
)  # fmt: skip
def test_reversed_partial_and_impossible_ranges_are_rejected(printed):
    with pytest.raises(ValueError, match="expected a range of two days"):
        parse_range(printed)


@given(
    st.dates(date(1957, 1, 1), date(2056, 12, 31)),
    st.integers(0, 900),
    st.sampled_from(SHAPES),
    st.sampled_from([" – ", " - ", " ถึง ", " ? "]),
)
def test_every_printed_range_reads_back(first, length, shape, until):
    last = min(first + timedelta(days=length), date(2056, 12, 31))
    if shape.startswith("("):
        shape = shape[1:-1]
    assert parse_range(_printed(shape, first) + until + _printed(shape, last)) == (first, last)


@pytest.mark.parametrize(
    ("printed", "year"),
    [("2563", 2563), ("๒๕๖๓", 2563), ("63", 2563), ("2020", 2563), ("พ.ศ. 2563", 2563), ("ค.ศ. 2020", 2563), ("ปีงบประมาณ พ.ศ. 2563", 2563), ("ปีงบประมาณ 2563", 2563),
     ("ประจำปีงบประมาณ พ.ศ. ๒๕๖๓", 2563), ("ปี 2566", 2566), ("งบ 63", 2563), ("(2563)", 2563), ("FY2563", 2563), ("ปีงบ 63", 2563), ("๒๕64", 2564)],
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
    ],
)
def test_what_is_no_fiscal_year_is_rejected(printed):
    with pytest.raises(ValueError, match="expected a fiscal year"):
        parse_fiscal_year(printed)


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
     ("ปีงบประมาณ 2563 ไตรมาสที่ 3", (2563, 3))],
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
    ],
)
def test_what_is_no_quarter_is_rejected(printed):
    with pytest.raises(ValueError, match=r"expected a (quarter|fiscal year)"):
        parse_quarter(printed)


pieces = st.lists(st.sampled_from([*"0123456789๐๒๕/-.: ?", "ต.ค.", "ตุลาคม", "พ.ศ.", "ค.ศ.", "วันที่", "ถึง", "Z", "+07:00", "T", "ไตรมาสที่", "Q1", "ปี", "2562", "น.", "²", "٣", "\n"]), max_size=14)  # fmt: skip


@settings(max_examples=500)
@given(st.one_of(pieces.map("".join), st.text(max_size=30)))
def test_no_text_makes_a_parser_fail_otherwise_than_by_value_error(text):
    for parse in (parse_date, parse_datetime, parse_range, parse_fiscal_year, parse_quarter):
        try:
            found = parse(text)
        except ValueError:
            continue
        if isinstance(found, date):
            assert 1941 <= found.year <= 2099


def test_a_very_long_text_is_rejected_quickly_and_quoted_briefly():
    with pytest.raises(ValueError, match="expected") as error:
        parse_range("1 - " * 50_000)
    assert len(str(error.value)) < 300
