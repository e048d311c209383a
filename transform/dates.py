"""Dates of the form: Thai, Buddhist or Christian era, as printed → calendar dates; ranges of days and months.

The number decides the era, never the field it stands in: the form prints `2019-10-01 00:00:00` beside
`25/10/2562`. The year is converted before the date is built, because 29/2/2563 is a day (2020) and
29/2/2562 is none. Always day before month; never swapped to make a date fit. What could be read in two ways
raises: a weekday that the day is not, 24:00, AM and PM (whose writers put the month first), ม.ย., two-digit
years beside English months.

No library is used: all that were measured are silently wrong somewhere (facts in the decisions of this repository).
Fiscal years and quarters are read in `transform.fiscal` and offered here too.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

from transform.date_words import (
    BANGKOK,
    BE_OFFSET,
    BEFORE_DAY,
    FIRST_YEAR_CE,
    LAST_YEAR_CE,
    LONGEST,
    MONTHS,
    MONTHS_SHORT,
    UNTIL,
    Era,
    check_weekday,
    cleaned,
    month_and_year,
    month_word,
    unreadable,
    year_printed,
)
from transform.fiscal import fiscal_year_bounds, fiscal_year_of, parse_fiscal_year, parse_quarter, quarter_bounds
from transform.month_spans import month_bounds, read_months

__all__ = [
    "BANGKOK",
    "MONTHS",
    "MONTHS_SHORT",
    "DateReading",
    "Era",
    "fiscal_year_bounds",
    "fiscal_year_of",
    "parse_date",
    "parse_date_as_written",
    "parse_datetime",
    "parse_fiscal_year",
    "parse_quarter",
    "parse_range",
    "quarter_bounds",
]


@dataclass(frozen=True)
class DateReading:
    """A date with the era and the year number that were printed (62, 2562 or 2019)."""

    date: date
    era: Era
    year_written: int


# --- the day ----------------------------------------------------------------------------------------------------

_CLOCK = r"(?:น\.?|นาฬิกา)"
# 08.30 is a time beside เวลา or น. only, 8 beside น. only
_TIME = (
    r"(?:(?:(?P<said>\s?เวลา\s?)|\s?,?\s|T)(?P<hour>[0-9]{1,2})"
    rf"(?::(?P<minute>[0-9]{{2}})(?::(?P<second>[0-9]{{2}})(?:[.,](?P<fraction>[0-9]{{1,9}}))?)?(?:\s?{_CLOCK})?"
    rf"|\.(?P<minute_dot>[0-9]{{2}})(?:\s?{_CLOCK}|(?(said)|(?!)))|\s?{_CLOCK})"
    r"(?:\s?(?P<zone>Z|UTC|GMT|ICT|(?:UTC|GMT)?[+-][0-9]{1,2}(?::?[0-9]{2})?))?)?"
)
_DAY_FIRST = (
    r"(?P<day>[0-9]{1,2})(?:"
    rf"\s?(?P<sep>[/.-])\s?(?P<month>[0-9]{{1,2}})\s?(?P=sep)\s?{year_printed('era_a', 'year_a', 'era_b')}"
    rf"|\s?[/-]?\s?{month_word('word')}\s?[/-]?\s?{year_printed('era_c', 'year_b', 'era_d')}"
    rf"|\s?เดือน\s?(?P<month_said>[0-9]{{1,2}})\s?(?=[^0-9\s]){year_printed('era_e', 'year_c', 'era_f')})"
)
_YEAR_FIRST = r"(?P<year_iso>[0-9]{4})(?P<sep_iso>[/.-])(?P<month_iso>[0-9]{1,2})(?P=sep_iso)(?P<day_iso>[0-9]{1,2})"
_DATE = re.compile(rf"{BEFORE_DAY}(?:{_YEAR_FIRST}|{_DAY_FIRST}){_TIME}", re.IGNORECASE)
_ERAS = ("era_a", "era_b", "era_c", "era_d", "era_e", "era_f")
# what the form itself prints; anything else is for the expression above
_USUAL = re.compile(
    r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})|([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ T]00:00:00(?:\.0{1,9})?)?"
)


def _read(text: str) -> tuple[datetime, Era, int] | None:
    """The moment in Bangkok, the era and the year as printed; None where there is no date."""
    usual = _read_usual(text)
    if usual:
        return usual
    line = cleaned(text)
    if line is None:
        return None
    match = _DATE.fullmatch(line) if len(line) <= LONGEST else None
    if match is None:
        raise unreadable(text, "it has another shape")
    part = match.groupdict()
    printed = part["year_iso"] or part["year_a"] or part["year_b"] or part["year_c"]
    eras = [part[era] for era in _ERAS if part[era]]
    if len(eras) > 1:
        raise unreadable(text, "two eras are written")
    named = part["month_iso"] or part["month"] or part["word"] or part["month_said"]
    month, year, era = month_and_year(named, printed, eras[0] if eras else None, text)
    try:
        day = date(year, month, int(part["day_iso"] or part["day"]))
        moment = datetime.combine(day, _clock(part), tzinfo=_zone(part["zone"])).astimezone(BANGKOK)
    except ValueError as error:
        raise unreadable(text, f"{error} (year {year} CE)") from None
    check_weekday(part, day, text)
    if not FIRST_YEAR_CE <= moment.year <= LAST_YEAR_CE:
        raise unreadable(text, "in Bangkok it falls outside the years that are read")
    return moment, era, int(printed)


def _read_usual(text: str) -> tuple[datetime, Era, int] | None:
    """`_read` for the two shapes of the form; None for any other, and for days that do not exist."""
    match = _USUAL.fullmatch(text)
    if match is None:
        return None
    day, month, year = match.group(1, 2, 3) if match[1] else match.group(6, 5, 4)
    written = int(year)
    era: Era = "BE" if written >= 2400 else "CE"
    year_ce = written - BE_OFFSET if era == "BE" else written
    if not FIRST_YEAR_CE <= year_ce <= LAST_YEAR_CE:
        return None
    try:
        return datetime(year_ce, int(month), int(day), tzinfo=BANGKOK), era, written
    except ValueError:
        return None


def _clock(part: dict[str, str | None]) -> time:
    micro = (part["fraction"] or "").ljust(6, "0")[:6]
    return time(
        int(part["hour"] or 0), int(part["minute"] or part["minute_dot"] or 0), int(part["second"] or 0), int(micro)
    )


def _zone(printed: str | None) -> ZoneInfo | timezone:
    """A time without a zone is Bangkok's; an explicit offset is taken at its word."""
    if not printed or printed.upper() == "ICT":
        return BANGKOK
    offset = re.search(r"([+-])([0-9]{1,2}):?([0-9]{2})?$", printed)
    if not offset:
        return UTC
    hours, minutes = int(offset[2]), int(offset[3] or 0)
    if hours > 14 or minutes > 59:
        raise ValueError(f"{printed} is no time zone")
    shift = timedelta(hours=hours, minutes=minutes)
    return timezone(-shift if offset[1] == "-" else shift)


@lru_cache(maxsize=65536)
def parse_date_as_written(text: str) -> DateReading | None:
    """The day printed, with the era and year number as written; None and ValueError like `parse_date`.

    >>> parse_date_as_written("29 ก.พ. ๖๓")
    DateReading(date=datetime.date(2020, 2, 29), era='BE', year_written=63)
    """
    found = _read(text)
    return None if found is None else DateReading(found[0].date(), found[1], found[2])


def parse_date(text: str) -> date | None:
    """The day printed, in Bangkok; None for a blank, a dash, dots or ไม่ระบุ; ValueError for anything else.

    Years: BE 2484-2642, CE 1941-2099, two digits BE 25xx; what lies between the eras is digit damage and raises.

    >>> parse_date("25/10/2562"), parse_date("2019-10-01 00:00:00.000"), parse_date("-")
    (datetime.date(2019, 10, 25), datetime.date(2019, 10, 1), None)
    >>> parse_date("วันศุกร์ที่ ๒๕ เดือนตุลาคม พ.ศ. ๒๕๖๒") == parse_date("25 ตุลาตม 62") == parse_date("25/10/2019")
    True
    >>> parse_date("25-ต.ค.-62") == parse_date("25 เดือน 10 ปี 2562") == parse_date("25 Oct 2019")
    True
    >>> parse_date("2019-09-30T17:00Z")  # already the next fiscal year in Bangkok
    datetime.date(2019, 10, 1)
    >>> parse_date("29/2/2562")
    Traceback (most recent call last):
    ValueError: "29/2/2562" is not a day: day is out of range for month (year 2019 CE); expected a day such as \
25/10/2562, 25 ต.ค. 62 or 2019-10-25
    >>> parse_date("วันจันทร์ที่ 25 ต.ค. 62")
    Traceback (most recent call last):
    ValueError: "วันจันทร์ที่ 25 ต.ค. 62" is not a day: จันทร์ is not the weekday of 2019-10-25; expected a day such as \
25/10/2562, 25 ต.ค. 62 or 2019-10-25
    """
    found = parse_date_as_written(text)
    return None if found is None else found.date


@lru_cache(maxsize=65536)
def parse_datetime(text: str) -> datetime | None:
    """The moment printed, as Bangkok time (midnight where no time is printed); None and ValueError like `parse_date`.

    >>> parse_datetime("1 ต.ค. 2562 เวลา 08.30 น.").isoformat(), parse_datetime("2019-10-01T01:30Z").isoformat()
    ('2019-10-01T08:30:00+07:00', '2019-10-01T08:30:00+07:00')
    """
    found = _read(text)
    return None if found is None else found[0]


# --- ranges -----------------------------------------------------------------------------------------------------

_RANGE_BEFORE = re.compile(
    r"(?:เริ่ม(?:ต้น|ดำเนินการ)?\s?)?(?:ตั้งแต่\s?|ระหว่าง\s?|ในช่วง\s?|ช่วง\s?|ตลอด(?=เดือน)|ประจำ(?=เดือน))?"
)
_DAY_ONLY = re.compile(rf"{BEFORE_DAY}(?P<day>[0-9]{{1,2}})")
_DAY_MONTH = re.compile(
    rf"{BEFORE_DAY}(?P<day>[0-9]{{1,2}})\s?(?:/\s?(?P<month>[0-9]{{1,2}})|{month_word('word')})", re.IGNORECASE
)
_RANGE_SHAPE = "a range of two days such as 1 ต.ค. 62 – 30 ก.ย. 63, or of months such as ต.ค. 62 – ก.ย. 63"


@lru_cache(maxsize=4096)
def parse_range(text: str) -> tuple[date, date] | None:
    """First and last day of a printed range; a month or year missing on the left is taken from the right.

    Months, and a single month with its year, are whole. None for a blank or a dash. ValueError for one day alone,
    an open end, days mixed with months, years alone (calendar or fiscal?), `10/2562` (or the tenth of 2562?), and
    a range that ends before it begins.

    >>> parse_range("3 ม.ค. – 11 ก.ย. 65")
    (datetime.date(2022, 1, 3), datetime.date(2022, 9, 11))
    >>> parse_range("1 ? 15 ตุลาคม 2562") == parse_range("1/10/2562 ถึง 15/10/2562")
    True
    >>> parse_range("ต.ค. 62 - ก.ย. 63") == parse_range("ตุลาคม 2562 ถึง กันยายน 2563") == fiscal_year_bounds(2563)
    True
    >>> parse_range("กุมภาพันธ์ 2563")
    (datetime.date(2020, 2, 1), datetime.date(2020, 2, 29))
    """
    line = cleaned(text)
    if line is None:
        return None
    before = _RANGE_BEFORE.match(line)
    body = line[before.end() :] if before else line
    found: list[tuple[date, date]] = []
    if len(body) <= 2 * LONGEST:
        for until in UNTIL.finditer(body):
            sides = _two_days(body[: until.start()], body[until.end() :])
            if sides and sides not in found:
                found.append(sides)
    months = None if found else read_months(body)
    if months:
        (first, first_year), (last, last_year) = months
        if first_year is None or last_year is None:
            raise unreadable(text, "the year is missing", _RANGE_SHAPE)
        found.append((month_bounds(first_year, first)[0], month_bounds(last_year, last)[1]))
    if len(found) != 1:
        raise unreadable(text, "two days can be read in more than one way" if found else "no two days", _RANGE_SHAPE)
    if found[0][0] > found[0][1]:
        raise unreadable(text, "it ends before it begins", _RANGE_SHAPE)
    return found[0]


def _two_days(left: str, right: str) -> tuple[date, date] | None:
    try:
        last = parse_date(right)
        if last is None or not left:
            return None
        if match := _DAY_ONLY.fullmatch(left):
            first: date | None = last.replace(day=int(match["day"]))
        elif match := _DAY_MONTH.fullmatch(left):
            month, year, _ = month_and_year(match["month"] or match["word"], f"{last.year}", "ค.ศ.", left)
            first = date(year, month, int(match["day"]))
        else:
            first = parse_date(left)
        if match and first:
            check_weekday(match.groupdict(), first, left)
    except ValueError:
        return None
    return None if first is None else (first, last)
