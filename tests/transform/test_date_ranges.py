"""Ranges of days and months: both ends unmistakable, in order, the missing month or year taken from the right."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transform.dates import MONTHS, MONTHS_SHORT, parse_range

OCT25 = date(2019, 10, 25)
OCT1 = date(2019, 10, 1)
LEAP = date(2020, 2, 29)
YEAR = (date(2019, 10, 1), date(2020, 9, 30))

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
    ("ต.ค. 62 - ก.ย. 63", YEAR), ("ต.ค.62-ก.ย.63", YEAR), ("ตุลาคม 2562 ถึง กันยายน 2563", YEAR), ("ตุลาคม 2562 - กันยายน 2563", YEAR),
    ("ตุลาคม ๒๕๖๒ – กันยายน ๒๕๖๓", YEAR), ("เดือนตุลาคม 2562 ถึงเดือนกันยายน 2563", YEAR), ("ตั้งแต่เดือนตุลาคม 2562 ถึงเดือนกันยายน 2563", YEAR),
    ("ระหว่างเดือนตุลาคม พ.ศ. 2562 ถึง เดือนกันยายน พ.ศ. 2563", YEAR), ("ต.ค. 2562 – ก.ย. 2563", YEAR), ("ตค 62 - กย 63", YEAR),
    ("ตุลาคม 62 ? กันยายน 63", YEAR), ("เดือน 10/2562 - เดือน 9/2563", YEAR), ("เดือน 10/2562", (OCT1, date(2019, 10, 31))),
    ("ต.ค.-62", (OCT1, date(2019, 10, 31))), ("ต.ค.-62 - ก.ย.-63", YEAR), ("ประจำเดือนตุลาคม 2562", (OCT1, date(2019, 10, 31))),
    ("ตลอดเดือนตุลาคม 2562", (OCT1, date(2019, 10, 31))), ("ต.ค. 2019 - ก.ย. 2020", YEAR), ("Oct 2019 - Sep 2020", YEAR),
    ("ม.ค. – มี.ค. 65", (date(2022, 1, 1), date(2022, 3, 31))), ("ม.ค.-มี.ค.65", (date(2022, 1, 1), date(2022, 3, 31))),
    ("มกราคม ถึง มีนาคม 2565", (date(2022, 1, 1), date(2022, 3, 31))), ("มกราคม - กุมภาพันธ์ 2563", (date(2020, 1, 1), LEAP)),
    ("เดือนมกราคม - เดือนกุมภาพันธ์ 2562", (date(2019, 1, 1), date(2019, 2, 28))), ("ต.ค. - ธ.ค. 2562", (OCT1, date(2019, 12, 31))),
    ("ต.ค. 62", (OCT1, date(2019, 10, 31))), ("เดือนตุลาคม 2562", (OCT1, date(2019, 10, 31))), ("เดือน ต.ค. 62", (OCT1, date(2019, 10, 31))),
    ("กุมภาพันธ์ พ.ศ. ๒๕๖๓", (date(2020, 2, 1), LEAP)), ("กุมภาพันธ์ 2562", (date(2019, 2, 1), date(2019, 2, 28))),
    ("ธันวาคม 2562", (date(2019, 12, 1), date(2019, 12, 31))), ("ช่วงเดือนตุลาคม 2562", (OCT1, date(2019, 10, 31))),
    ("ก.ย. - ต.ค. 62", (date(2019, 9, 1), date(2019, 10, 31))), ("1 ต.ค. 62 - 30 ก.ย. 63", YEAR), ("1 ตุลาคม 2562 ถึง 30 กันยายน 2563", YEAR),
    ("วันที่ 1 ตุลาคม 2562 ถึงวันที่ 30 กันยายน 2563", YEAR), ("ระหว่างวันที่ 1 ตุลาคม 2562 – 30 กันยายน 2563", YEAR),
    ("1/10/2562 - 30/9/2563", YEAR), ("01/10/2562-30/09/2563", YEAR), ("1/10/62 ถึง 30/9/63", YEAR),
    ("2019-10-01 00:00:00 - 2020-09-30 00:00:00", YEAR), ("1-10-2562 - 30-9-2563", YEAR), ("1-10-2562 ถึง 30-9-2563", YEAR),
    ("๑ ตุลาคม ๒๕๖๒ – ๓๐ กันยายน ๒๕๖๓", YEAR), ("1 ต.ค.62-30 ก.ย.63", YEAR), ("1ต.ค.62-30ก.ย.63", YEAR), ("1 ต.ค. 62 จนถึง 30 ก.ย. 63", YEAR),
    ("เริ่ม 1 ต.ค. 62 สิ้นสุด 30 ก.ย. 63", YEAR), ("เริ่มต้น 1 ตุลาคม 2562 สิ้นสุด 30 กันยายน 2563", YEAR), ("(1 ต.ค. 62 - 30 ก.ย. 63)", YEAR),
    ("1 ตุลาคม 2562\nถึง 30 กันยายน 2563", YEAR), ("3 – 11 ม.ค. 65", (date(2022, 1, 3), date(2022, 1, 11))),
    ("3-11 มกราคม 2565", (date(2022, 1, 3), date(2022, 1, 11))), ("28 ธ.ค. 62 – 3 ม.ค. 63", (date(2019, 12, 28), date(2020, 1, 3))),
    ("29 ก.พ. – 1 มี.ค. 63", (LEAP, date(2020, 3, 1))), ("1-10/11/2562", (date(2019, 11, 1), date(2019, 11, 10))),
    ("1/10-5/11/2562", (OCT1, date(2019, 11, 5))), ("วันจันทร์ที่ 21 – วันศุกร์ที่ 25 ตุลาคม 2562", (date(2019, 10, 21), OCT25)),
    ("วันจันทร์ที่ 30 กันยายน – วันศุกร์ที่ 4 ตุลาคม 2562", (date(2019, 9, 30), date(2019, 10, 4))), ("1 ต.ค. 62 - 1 ต.ค. 62", (OCT1, OCT1)),
    ("ต.ค. 62 - ต.ค. 62", (OCT1, date(2019, 10, 31))),
]  # fmt: skip


@pytest.mark.parametrize(("printed", "days"), RANGES)
def test_a_printed_range_has_these_ends(printed, days):
    assert parse_range(printed) == days


@pytest.mark.parametrize(
    "printed",
    ["11 ก.ย. – 3 ม.ค. 65", "25/10/2562", "25-10-2562", "2019-10-25", "31 – 30 กันยายน 2563", "30 ก.พ. – 1 มี.ค. 64", "ปี 2555-2558", "1 ต.ค. – 30 ก.ย. 63",
     "1 – 2 – 3 ต.ค. 62", "ถึง 25/10/2562", "25/10/2562 ถึง", "25/10/2562 – -", "31 – 30 เมษายน", "1 ต.ค. 62 30 ก.ย. 63", "1?5 ต.ค. 62",
    "10/2562 - 9/2563", "10/2562 – 09/2563", "ต.ค. - 62", "เดือน 13/2562", "Oct 19 - Sep 20", "ต.ค. 62 - พ.ย. 62 - ธ.ค. 62", "ภายในเดือนตุลาคม 2562",
    "10/2562", "ต.ค. – ก.ย. 63", "ตุลาคม - กันยายน 2563", "ต.ค. 63 - ก.ย. 63", "ต.ค. 62 - ก.ย. 62", "ต.ค. 62 - 63", "ต.ค. - ก.ย.",
    "ตุลาคม ถึง กันยายน", "13/2562", "10/62", "10/62 - 9/63", "1 ต.ค. 62 – ก.ย. 63", "ต.ค. 62 – 30 ก.ย. 63", "1 – ต.ค. 62", "ม.ย. - ก.ย. 63",
    "ต.ค. 2162 - ก.ย. 2163", "ตุลาคม พ.ศ. 2019", "28 ธ.ค. – 3 ม.ค. 63", "29 ก.พ. – 1 มี.ค. 62", "วันอังคารที่ 21 – วันศุกร์ที่ 25 ตุลาคม 2562",
    "วันศุกร์ที่ 30 กันยายน – วันศุกร์ที่ 4 ตุลาคม 2562", "วันจันทร์ที่ 21 ต.ค. 62 - วันเสาร์ที่ 25 ต.ค. 62", "1,3,5 ต.ค. 62", "1 และ 3 ต.ค. 62",
    "1-3 และ 5 ต.ค. 62", "1-3, 5-7 ต.ค. 62", "1 - 2 - 3 ต.ค. 62", "ปี 2562", "ปี 2562-2563", "2562-2563", "2562 - 2563", "1 ต.ค. 62 เป็นต้นไป",
    "1 ต.ค. 62 ถึงปัจจุบัน", "ตั้งแต่บัดนี้ - 30 ก.ย. 63", "ตั้งแต่ 1 ต.ค. 62", "ถึง 30 ก.ย. 63", "- 30 ก.ย. 63", "1 ต.ค. 62 -",
    "30 ก.ย. 63 - 1 ต.ค. 62", "1 ต.ค. 62 - 31 ก.ย. 63", "ตลอดปี", "12 เดือน", "25/10/2562 08:30 - 16:30",
    ],
)  # fmt: skip
def test_reversed_partial_and_impossible_ranges_are_rejected(printed):
    with pytest.raises(ValueError, match="expected a range of two days"):
        parse_range(printed)


def _last_of(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


UNTIL = [" – ", " - ", "-", " ถึง ", " ? ", " จนถึง ", "–"]
SHAPES = [
    "{d}/{m}/{be}", "{d:02}/{m:02}/{be}", "{d}.{m}.{be}", "{d}/{m}/{ce}", "{ce}-{m:02}-{d:02}", "{ce}-{m:02}-{d:02} 00:00:00", "{d} {full} {be}", "{d} {full} พ.ศ. {be}", "{d} {full} ค.ศ. {ce}", "{d} {short} {be}",
    "{d}{short}{be}", "{d} {bare} {be}", "วันที่ {d} เดือน{full} พ.ศ. {be}", "{d} {short} {be2:02}", "{d}/{m}/{be2:02}",
]  # fmt: skip
MONTH_SHAPES = ["{full} {be}", "{short} {be2:02}", "{short}{be2:02}", "เดือน{full} พ.ศ. {be}", "{full} {ce}", "{bare} {be2:02}", "{short}-{be2:02}", "เดือน {m}/{be}"]  # fmt: skip
TO_THAI = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
days = st.dates(date(1957, 1, 1), date(2055, 12, 31))


def _printed(shape: str, day: date) -> str:
    short = MONTHS_SHORT[day.month - 1]
    be = day.year + 543
    return shape.format(
        **{"d": day.day, "m": day.month, "ce": day.year, "be": be, "be2": be % 100},
        **{"full": MONTHS[day.month - 1], "short": short, "bare": short.replace(".", "")},
    )


@settings(max_examples=400)
@given(
    days, st.integers(0, 900), st.sampled_from(SHAPES), st.sampled_from(SHAPES), st.sampled_from(UNTIL), st.booleans()
)
def test_every_printed_range_of_days_reads_back(first, length, shape, other, until, thai):
    last = min(first + timedelta(days=length), date(2056, 12, 31))
    text = _printed(shape, first) + until + _printed(other, last)
    assert parse_range(text.translate(TO_THAI) if thai else text) == (first, last)


@settings(max_examples=400)
@given(
    days,
    st.integers(0, 400),
    st.sampled_from(MONTH_SHAPES),
    st.sampled_from(MONTH_SHAPES),
    st.sampled_from(UNTIL),
    st.booleans(),
)
def test_every_printed_range_of_months_holds_all_their_days(first, length, shape, other, until, thai):
    last = first + timedelta(days=length)
    text = _printed(shape, first) + until + _printed(other, last)
    assert parse_range(text.translate(TO_THAI) if thai else text) == (first.replace(day=1), _last_of(last))


@given(days, st.sampled_from(MONTH_SHAPES))
def test_one_printed_month_is_all_its_days(day, shape):
    assert parse_range(_printed(shape, day)) == (day.replace(day=1), _last_of(day))


@given(days, st.integers(1, 330), st.sampled_from([" – ", " ถึง ", "-"]))
def test_a_month_without_a_year_takes_the_year_printed_on_the_right(first, length, until):
    last = first + timedelta(days=length)
    text = MONTHS[first.month - 1] + until + _printed("{full} {be}", last)
    if first.year == last.year:
        assert parse_range(text) == (first.replace(day=1), _last_of(last))
    elif first.month != last.month:
        with pytest.raises(ValueError, match="ends before it begins"):
            parse_range(text)


pieces = st.lists(st.sampled_from([*"0123456789๐๒๕/-.: ?–()", "ต.ค.", "ตุลาคม", "กันยายน", "ก.ย.", "เดือน", "พ.ศ.", "วันที่", "ถึง", "ตั้งแต่", "สิ้นสุด", "ปี", "2562", "62", "Oct", "\n"]), max_size=14)  # fmt: skip


def _refusal(text: str) -> str | None:
    """What the error says, None where the text is read."""
    try:
        found = parse_range(text)
    except ValueError as error:
        return str(error)
    assert found is None or date(1941, 1, 1) <= found[0] <= found[1] <= date(2099, 12, 31)
    return None


@settings(max_examples=500)
@given(st.one_of(pieces.map("".join), st.text(max_size=30)))
def test_no_text_yields_anything_but_two_days_in_order_or_a_value_error_with_the_text(text):
    refusal = _refusal(text)
    assert refusal is None or (text[:80] in refusal and "expected a range" in refusal)


def test_a_very_long_text_is_rejected_quickly_and_quoted_briefly():
    with pytest.raises(ValueError, match="expected") as error:
        parse_range("1 - " * 50_000)
    assert len(str(error.value)) < 300
