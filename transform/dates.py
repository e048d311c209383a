"""Dates of the form: Thai, Buddhist or Christian era, as printed → calendar dates; fiscal years and quarters.

The number decides the era, never the field it stands in: the form prints `2019-10-01 00:00:00` beside
`25/10/2562`. The year is converted before the date is built, because 29/2/2563 is a day (2020) and
29/2/2562 is none. Always day before month; never swapped to make a date fit.

No library is used: all that were measured are silently wrong somewhere (facts in the decisions of this repository).
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from rapidfuzz.distance import Levenshtein

from transform.thai import is_placeholder, normalize, to_arabic_digits

Era = Literal["BE", "CE"]
BANGKOK = ZoneInfo("Asia/Bangkok")
BE_OFFSET = 543
FIRST_YEAR_CE, LAST_YEAR_CE = 1941, 2099  # before 1941 the Thai year did not begin in January
_NOTHING = frozenset({"ไม่มี", "ไม่ระบุ"})


@dataclass(frozen=True)
class DateReading:
    """A date with the era and the year number that were printed (62, 2562 or 2019)."""

    date: date
    era: Era
    year_written: int


# --- months -----------------------------------------------------------------------------------------------------

MONTHS = (
    *("มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน"),
    *("กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม"),
)
MONTHS_SHORT = ("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.")
_SPOKEN = (*("มกรา", "กุมภา", "มีนา", "เมษา", "พฤษภา", "มิถุนา"), *("กรกฎา", "สิงหา", "กันยา", "ตุลา", "พฤศจิกา", "ธันวา"))
# Misspellings that stand in many documents; some are nearer to another month than two edits would allow.
_MISSPELT = {
    "กุมภาพันธุ์": 2, "กุมภาพัน": 2, "กุมภาพันธ": 2, "พฤศภาคม": 5, "พฤกษภาคม": 5, "พฤษภา": 5, "มิถุนา": 6,
    "กรกฏาคม": 7, "กรกฏา": 7, "กรกฎคม": 7, "พฤษจิกายน": 11, "พฤษจิกา": 11, "พฤศจิกยน": 11, "พฤจิกายน": 11, "ธันวามคม": 12,
}  # fmt: skip
_MONTH_NUMBER = {
    name.replace(".", ""): number for names in (MONTHS, MONTHS_SHORT, _SPOKEN) for number, name in enumerate(names, 1)
} | _MISSPELT


def _month(printed: str, text: str) -> int:
    """The month's number. A word at most two edits from one full name, and nearer to no other, is that month."""
    if printed.isdecimal():
        return int(printed)
    word = re.sub(r"[\s.]+", "", printed)
    if known := _MONTH_NUMBER.get(word):
        return known
    if len(word) >= 5:
        edits = sorted((Levenshtein.distance(word, name, score_cutoff=2), at) for at, name in enumerate(MONTHS, 1))
        if edits[0][0] <= 2 and edits[0][0] < edits[1][0]:
            return edits[0][1]
    raise _unreadable(text, f'"{printed}" is no month')


def _unreadable(
    text: str, why: str, expected: str = "a day such as 25/10/2562, 25 ต.ค. 62 or 2019-10-25"
) -> ValueError:
    return ValueError(f'"{text[:80]}" is not {expected.split(" such as ")[0]}: {why}; expected {expected}')


# --- years ------------------------------------------------------------------------------------------------------

_BE_WORD = r"พ\s?\.?\s?ศ\s?\.?|พุทธศักราช|B\.?\s?E\.?"
_CE_WORD = r"ค\s?\.?\s?ศ\s?\.?|คริสต์?ศักราช|A\.?\s?D\.?|C\.?\s?E\.?"
_ERA = rf"(?:{_BE_WORD}|{_CE_WORD})"
_IS_BE = re.compile(_BE_WORD, re.IGNORECASE)


def _year(printed: str, era_word: str | None, text: str) -> tuple[int, Era]:
    """Year of the Christian era and the era it was printed in; the number decides unless an era is written."""
    number = int(printed)
    stated: Era | None = None if not era_word else "BE" if _IS_BE.fullmatch(era_word.strip()) else "CE"
    if len(printed) == 2 and stated != "CE":
        return 2500 + number - BE_OFFSET, "BE"
    if len(printed) != 4:
        raise _unreadable(text, f"the year {printed} has {len(printed)} digits")
    era: Era = stated or ("BE" if number >= 2400 else "CE")
    year = number - BE_OFFSET if era == "BE" else number
    if not FIRST_YEAR_CE <= year <= LAST_YEAR_CE:
        raise _unreadable(text, f"the year {printed} is neither BE 2484-2642 nor CE {FIRST_YEAR_CE}-{LAST_YEAR_CE}")
    return year, era


# --- the day ----------------------------------------------------------------------------------------------------

_WEEKDAY = "(?:จันทร์|อังคาร|พุธ|พฤหัสบดี|พฤหัสฯ?|ศุกร์|เสาร์|อาทิตย์)"
_BEFORE = rf"(?:(?:ณ|เมื่อ|ลง)\s?)?(?:(?:วัน\s?)?{_WEEKDAY}\s?(?:ที่\s?)?|(?:วัน\s?)?ที่\s?)?"


def _month_word(group: str) -> str:
    return rf"(?:เดือน\s?)?(?P<{group}>[ก-๎][ก-๎. ]{{0,24}}?)"


def _year_printed(before: str, group: str, after: str) -> str:
    return rf"(?:ปี\s?)?(?P<{before}>{_ERA})?\s?(?P<{group}>[0-9]{{1,6}})(?:\s?(?P<{after}>{_ERA}))?"


_TIME = (
    r"(?:(?:\s?,?\s|T|\s?เวลา\s?)(?P<hour>[0-9]{1,2})"
    r"(?::(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?)?(?:\s?(?:น\.?|นาฬิกา))?"
    r"|\.(?P<minute_dot>[0-9]{2})\s?(?:น\.?|นาฬิกา))"
    r"(?:\s?(?P<zone>Z|UTC|GMT|ICT|(?:UTC|GMT)?[+-][0-9]{1,2}(?::?[0-9]{2})?))?)?"
)
_DAY_FIRST = (
    r"(?P<day>[0-9]{1,2})(?:"
    rf"\s?(?P<sep>[/.-])\s?(?P<month>[0-9]{{1,2}})\s?(?P=sep)\s?{_year_printed('era_a', 'year_a', 'era_b')}"
    rf"|\s?[/-]?\s?{_month_word('word')}\s?[/-]?\s?{_year_printed('era_c', 'year_b', 'era_d')})"
)
_YEAR_FIRST = r"(?P<year_iso>[0-9]{4})(?P<sep_iso>[/.-])(?P<month_iso>[0-9]{1,2})(?P=sep_iso)(?P<day_iso>[0-9]{1,2})"
_DATE = re.compile(rf"{_BEFORE}(?:{_YEAR_FIRST}|{_DAY_FIRST}){_TIME}", re.IGNORECASE)
_LONGEST = 120


def _cleaned(text: str) -> str | None:
    """One line in one spelling with Arabic digits; None when the text stands for nothing."""
    if is_placeholder(text):
        return None
    line = to_arabic_digits(normalize(text)).replace("\n", " ")
    if line.startswith("(") and line.endswith(")"):
        line = line[1:-1].strip()
    return None if line in _NOTHING else line


def _read(text: str) -> tuple[datetime, Era, int] | None:
    line = _cleaned(text)
    if line is None:
        return None
    match = _DATE.fullmatch(line) if len(line) <= _LONGEST else None
    if match is None:
        raise _unreadable(text, "it has another shape")
    part = match.groupdict()
    printed = part["year_iso"] or part["year_a"] or part["year_b"]
    eras = [word for word in (part["era_a"], part["era_b"], part["era_c"], part["era_d"]) if word]
    if len(eras) > 1:
        raise _unreadable(text, "two eras are written")
    year, era = _year(printed, eras[0] if eras else None, text)
    month = _month(part["month_iso"] or part["month"] or part["word"], text)
    day = int(part["day_iso"] or part["day"])
    try:
        moment = datetime.combine(date(year, month, day), _clock(part), tzinfo=_zone(part["zone"]))
    except ValueError as error:
        raise _unreadable(text, f"{error} (year {year} CE)") from None
    moment = moment.astimezone(BANGKOK)
    if not FIRST_YEAR_CE <= moment.year <= LAST_YEAR_CE:
        raise _unreadable(text, "in Bangkok it falls outside the years that are read")
    return moment, era, int(printed)


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
    """The day printed, with the era and year number as written; None where the text says there is none.

    >>> parse_date_as_written("29 ก.พ. ๖๓")
    DateReading(date=datetime.date(2020, 2, 29), era='BE', year_written=63)
    """
    found = _read(text)
    return None if found is None else DateReading(found[0].date(), found[1], found[2])


def parse_date(text: str) -> date | None:
    """The day printed, in Bangkok; None for a blank, a dash or dots; ValueError for anything else.

    >>> parse_date("25/10/2562"), parse_date("2019-10-01 00:00:00.000"), parse_date("-")
    (datetime.date(2019, 10, 25), datetime.date(2019, 10, 1), None)
    >>> parse_date("วันศุกร์ที่ ๒๕ เดือนตุลาคม พ.ศ. ๒๕๖๒") == parse_date("25 ตุลาตม 62") == parse_date("25/10/2019")
    True
    >>> parse_date("2019-09-30T17:00Z")  # already the next fiscal year in Bangkok
    datetime.date(2019, 10, 1)
    >>> parse_date("29/2/2562")
    Traceback (most recent call last):
    ValueError: "29/2/2562" is not a day: day is out of range for month (year 2019 CE); expected a day such as \
25/10/2562, 25 ต.ค. 62 or 2019-10-25
    """
    found = parse_date_as_written(text)
    return None if found is None else found.date


@lru_cache(maxsize=65536)
def parse_datetime(text: str) -> datetime | None:
    """The moment printed, as Bangkok time (midnight where no time is printed); None and ValueError like `parse_date`.

    >>> parse_datetime("1 ต.ค. 2562 เวลา 08.30 น.").isoformat()
    '2019-10-01T08:30:00+07:00'
    """
    found = _read(text)
    return None if found is None else found[0]


# --- ranges -----------------------------------------------------------------------------------------------------

_RANGE_BEFORE = re.compile(r"(?:ตั้งแต่|ระหว่าง|ในช่วง|ช่วง)\s?")
_UNTIL = re.compile(r"\s?(?:จนถึง|ถึง|[-\u2010-\u2015\u2212]|(?<=\s)\?(?=\s))\s?")
_DAY_ONLY = re.compile(rf"{_BEFORE}(?P<day>[0-9]{{1,2}})")
_DAY_MONTH = re.compile(rf"{_BEFORE}(?P<day>[0-9]{{1,2}})\s?(?:/\s?(?P<month>[0-9]{{1,2}})|{_month_word('word')})")
_RANGE_SHAPE = "a range of two days such as 1 ต.ค. 62 – 30 ก.ย. 63"


@lru_cache(maxsize=4096)
def parse_range(text: str) -> tuple[date, date] | None:
    """First and last day of a printed range; a month or year missing on the left is taken from the right.

    >>> parse_range("3 ม.ค. – 11 ก.ย. 65")
    (datetime.date(2022, 1, 3), datetime.date(2022, 9, 11))
    >>> parse_range("1 ? 15 ตุลาคม 2562") == parse_range("1/10/2562 ถึง 15/10/2562")
    True
    """
    line = _cleaned(text)
    if line is None:
        return None
    body = _RANGE_BEFORE.sub("", line, count=1) if _RANGE_BEFORE.match(line) else line
    found: list[tuple[date, date]] = []
    if len(body) <= 2 * _LONGEST:
        for until in _UNTIL.finditer(body):
            sides = _two_days(body[: until.start()], body[until.end() :])
            if sides and sides not in found:
                found.append(sides)
    if len(found) != 1:
        raise _unreadable(text, "two days can be read in more than one way" if found else "no two days", _RANGE_SHAPE)
    if found[0][0] > found[0][1]:
        raise _unreadable(text, "it ends before it begins", _RANGE_SHAPE)
    return found[0]


def _two_days(left: str, right: str) -> tuple[date, date] | None:
    try:
        last = parse_date(right)
        if last is None or not left:
            return None
        if match := _DAY_ONLY.fullmatch(left):
            return last.replace(day=int(match["day"])), last
        if match := _DAY_MONTH.fullmatch(left):
            return date(last.year, _month(match["month"] or match["word"], left), int(match["day"])), last
        first = parse_date(left)
    except ValueError:
        return None
    return None if first is None else (first, last)


# --- fiscal years and quarters ----------------------------------------------------------------------------------

_FISCAL_YEAR = re.compile(
    r"(?:ประจำ)?(?:ปี\s?)?(?:งบ(?:ประมาณ|ฯ)?\s?|FY\s?)?(?:ปี\s?)?"
    rf"(?P<era>{_ERA})?\s?(?P<year>[0-9]{{1,6}})",
    re.IGNORECASE,
)
_FISCAL_YEAR_SHAPE = "a fiscal year such as 2563"
_QUARTER_MARK = r"(?:ไตรมาส(?:\s?ที่)?|Q)\s?"
_QUARTER = re.compile(
    rf"{_QUARTER_MARK}(?P<mark>[1-4])(?![0-9])(?:\s?[/-]?\s?(?P<after>[^0-9]{{0,40}}[0-9]{{2,4}}))?"
    rf"|(?P<before>[^0-9]{{0,40}}[0-9]{{2,4}})\s?[/-]?\s?{_QUARTER_MARK}(?P<mark_after>[1-4])"
    r"|(?P<bare>[1-4])\s?/\s?(?P<bare_year>[0-9]{4})",
    re.IGNORECASE,
)
_QUARTER_SHAPE = "a quarter such as ไตรมาสที่ 1/2563"


@lru_cache(maxsize=4096)
def parse_fiscal_year(text: str) -> int | None:
    """The fiscal year as a Buddhist year; a Christian year is converted.

    >>> parse_fiscal_year("ปีงบประมาณ พ.ศ. ๒๕๖๓"), parse_fiscal_year("63"), parse_fiscal_year("2020")
    (2563, 2563, 2563)
    """
    line = _cleaned(text)
    if line is None:
        return None
    match = _FISCAL_YEAR.fullmatch(line) if len(line) <= _LONGEST else None
    if match is None:
        raise _unreadable(text, "it has another shape", _FISCAL_YEAR_SHAPE)
    try:
        return _year(match["year"], match["era"], text)[0] + BE_OFFSET
    except ValueError as error:
        raise _unreadable(text, str(error).split(": ", 1)[1].split("; expected")[0], _FISCAL_YEAR_SHAPE) from None


def fiscal_year_of(day: date) -> int:
    """The Buddhist fiscal year a day belongs to: October opens the next one.

    >>> fiscal_year_of(date(2019, 9, 30)), fiscal_year_of(date(2019, 10, 1))
    (2562, 2563)
    """
    if isinstance(day, datetime) and day.tzinfo is not None:
        day = day.astimezone(BANGKOK)
    if not 1900 <= day.year < 2400:
        raise ValueError(f"{day.isoformat()} is not a day of the Christian era; expected a year such as 2019, not 2562")
    return day.year + BE_OFFSET + (day.month >= 10)


def fiscal_year_bounds(fiscal_year: int) -> tuple[date, date]:
    """First and last day of a Buddhist fiscal year.

    >>> fiscal_year_bounds(2563)
    (datetime.date(2019, 10, 1), datetime.date(2020, 9, 30))
    """
    year = fiscal_year - BE_OFFSET
    if not FIRST_YEAR_CE <= year <= LAST_YEAR_CE + 1:
        raise ValueError(f"{fiscal_year} is not a Buddhist fiscal year; expected 2484-2643")
    return date(year - 1, 10, 1), date(year, 9, 30)


@lru_cache(maxsize=4096)
def parse_quarter(text: str) -> tuple[int | None, int] | None:
    """The fiscal year (None where none is printed) and the quarter 1-4, Q1 being October to December.

    >>> parse_quarter("ไตรมาสที่ ๔"), parse_quarter("Q1/2563"), parse_quarter("ไตรมาส 2 ปีงบประมาณ พ.ศ. 2563")
    ((None, 4), (2563, 1), (2563, 2))
    """
    line = _cleaned(text)
    if line is None:
        return None
    match = _QUARTER.fullmatch(line) if len(line) <= _LONGEST else None
    if match is None:
        raise _unreadable(text, "it has another shape", _QUARTER_SHAPE)
    printed_year = match["after"] or match["before"] or match["bare_year"]
    quarter = int(match["mark"] or match["mark_after"] or match["bare"])
    return (parse_fiscal_year(printed_year.strip()) if printed_year else None), quarter


def quarter_bounds(fiscal_year: int, quarter: int) -> tuple[date, date]:
    """First and last day of a quarter of a Buddhist fiscal year.

    >>> quarter_bounds(2563, 2)
    (datetime.date(2020, 1, 1), datetime.date(2020, 3, 31))
    """
    opens, _ = fiscal_year_bounds(fiscal_year)
    if quarter not in (1, 2, 3, 4):
        raise ValueError(f"{quarter} is not a quarter; expected 1-4")
    year, month = (opens.year, 10) if quarter == 1 else (opens.year + 1, 3 * quarter - 5)
    following = date(year + 1, 1, 1) if month == 10 else date(year, month + 3, 1)
    return date(year, month, 1), following - timedelta(days=1)
