"""Fiscal years and quarters: the fiscal year opens on 1 October and has the Buddhist number of the year it ends in.

Fiscal year 2563 = 2019-10-01 … 2020-09-30. Q1 = October to December … Q4 = July to September.
"""

import re
from datetime import date, datetime
from functools import lru_cache

from transform.date_words import (
    BANGKOK,
    BE_OFFSET,
    ERA,
    FIRST_YEAR_CE,
    LAST_YEAR_CE,
    LONGEST,
    cleaned,
    unreadable,
    year_of,
)
from transform.month_spans import Month, month_bounds, read_months

_FISCAL_YEAR = re.compile(
    r"(?:ของ\s?)?(?:ประจำ\s?)?(?:ปี\s?)?(?:งบ(?:ประมาณ|ฯ)?\s?|งปม\.?\s?|(?P<english>FY)\s?)?(?:ปี\s?)?"
    rf"(?P<era>{ERA})?\s?(?P<year>[0-9]{{1,6}})",
    re.IGNORECASE,
)
_FISCAL_YEAR_SHAPE = "a fiscal year such as 2563"
_SPELT = {"แรก": 1, "สุดท้าย": 4, "หนึ่ง": 1, "สอง": 2, "สาม": 3, "สี่": 4}
# ไตรมาสหนึ่ง without ที่ is "some quarter"
_QUARTER = re.compile(
    r"(?:ไตรมาส(?:\s?ที่)?|(?<![A-Z])Q)\s?(?P<number>[1-4])(?![0-9])|ไตรมาส\s?(?:ที่\s?(?P<spelt>หนึ่ง|สอง|สาม|สี่)|(?P<end>แรก|สุดท้าย))",
    re.IGNORECASE,
)
_BARE_QUARTER = re.compile(r"(?P<quarter>[1-4])\s?/\s?(?P<year>[0-9]{4})")
# the year before the mark, or behind it; months or the year in parentheses
_BEFORE = re.compile(r"(?:(?P<year>[^()]+?)\s?[/–-]?\s?)?")
_BEHIND = re.compile(r"(?:\s?[/–-]?\s?(?P<said>[^()/–\s-][^()]*?))?(?:\s?\((?P<aside>[^()]+)\))?")
_QUARTER_SHAPE = "a quarter such as ไตรมาสที่ 1/2563"
_FIRST_MONTH = {1: 10, 2: 1, 3: 4, 4: 7}
_LOW = 50  # FY20 is 2020 to most who write it; งบ 20 and FY63 can only be Buddhist


@lru_cache(maxsize=4096)
def parse_fiscal_year(text: str) -> int | None:
    """The fiscal year as a Buddhist year; a Christian year is converted. None for a blank, a dash, ไม่ระบุ.

    ValueError for two years, for a school or calendar year, and for two low digits beside FY.

    >>> parse_fiscal_year("ปีงบประมาณ พ.ศ. ๒๕๖๓"), parse_fiscal_year("63"), parse_fiscal_year("2020")
    (2563, 2563, 2563)
    >>> parse_fiscal_year("FY2020"), parse_fiscal_year("งปม. 63"), parse_fiscal_year("-")
    (2563, 2563, None)
    >>> parse_fiscal_year("FY20")
    Traceback (most recent call last):
    ValueError: "FY20" is not a fiscal year: 20 may be a year of either era; expected a fiscal year such as 2563
    """
    line = cleaned(text)
    return None if line is None else _fiscal_year(line, text, _FISCAL_YEAR_SHAPE)


def _fiscal_year(line: str, text: str, shape: str, *, low_is_doubtful: bool = False) -> int:
    match = _FISCAL_YEAR.fullmatch(line) if len(line) <= LONGEST else None
    if match is None:
        raise unreadable(text, "it has another shape", shape)
    printed = match["year"]
    if len(printed) == 2 and int(printed) < _LOW and (match["english"] or (low_is_doubtful and line == printed)):
        raise unreadable(text, f"{printed} may be a year of either era", shape)
    try:
        return year_of(printed, match["era"], text)[0] + BE_OFFSET
    except ValueError as error:
        raise unreadable(text, str(error).split(": ", 1)[1].split("; expected")[0], shape) from None


def fiscal_year_of(day: date) -> int:
    """The Buddhist fiscal year a day belongs to: October opens the next one. A moment counts in Bangkok.

    ValueError for a day that was built with a Buddhist year.

    >>> fiscal_year_of(date(2019, 9, 30)), fiscal_year_of(date(2019, 10, 1))
    (2562, 2563)
    """
    if isinstance(day, datetime) and day.tzinfo is not None:
        day = day.astimezone(BANGKOK)
    if not 1900 <= day.year < 2400:
        raise ValueError(f"{day.isoformat()} is not a day of the Christian era; expected a year such as 2019, not 2562")
    return day.year + BE_OFFSET + (day.month >= 10)


def fiscal_year_bounds(fiscal_year: int) -> tuple[date, date]:
    """First and last day of a Buddhist fiscal year; ValueError outside 2484-2643.

    >>> fiscal_year_bounds(2563)
    (datetime.date(2019, 10, 1), datetime.date(2020, 9, 30))
    """
    year = fiscal_year - BE_OFFSET
    if not FIRST_YEAR_CE <= year <= LAST_YEAR_CE + 1:
        raise ValueError(f"{fiscal_year} is not a Buddhist fiscal year; expected 2484-2643")
    return date(year - 1, 10, 1), date(year, 9, 30)


@lru_cache(maxsize=4096)
def parse_quarter(text: str) -> tuple[int | None, int] | None:
    """The fiscal year (BE; None where none is printed) and the quarter 1-4, Q1 being October to December.

    Months printed beside it must be its own: `ไตรมาสที่ 1 (ม.ค. – มี.ค.)` is a quarter of the calendar, and raises.
    None for a blank or a dash; ValueError for several quarters, a fifth one, and two low digits beside it.

    >>> parse_quarter("ไตรมาสที่ ๔"), parse_quarter("Q1/2563"), parse_quarter("ไตรมาส 2 ปีงบประมาณ พ.ศ. 2563")
    ((None, 4), (2563, 1), (2563, 2))
    >>> parse_quarter("ไตรมาสแรก"), parse_quarter("ไตรมาสที่ 1 (ต.ค. – ธ.ค. 62)"), parse_quarter("2/2563")
    ((None, 1), (2563, 1), (2563, 2))
    >>> parse_quarter("ไตรมาสที่ 1 (ม.ค. – มี.ค. 63)")
    Traceback (most recent call last):
    ValueError: "ไตรมาสที่ 1 (ม.ค. – มี.ค. 63)" is not a quarter: the months are not those of quarter 1; \
expected a quarter such as ไตรมาสที่ 1/2563
    """
    line = cleaned(text)
    if line is None:
        return None
    bare = _BARE_QUARTER.fullmatch(line)
    if bare:
        return _fiscal_year(bare["year"], text, _QUARTER_SHAPE), int(bare["quarter"])
    mark = _QUARTER.search(line) if len(line) <= LONGEST else None
    if mark is None:
        raise unreadable(text, "it has another shape", _QUARTER_SHAPE)
    quarter = int(mark["number"]) if mark["number"] else _SPELT[mark["spelt"] or mark["end"]]
    before, behind = _BEFORE.fullmatch(line[: mark.start()]), _BEHIND.fullmatch(line[mark.end() :])
    if before is None or behind is None:
        raise unreadable(text, "it has another shape", _QUARTER_SHAPE)
    years: list[int] = []
    months: list[int | None] = []
    for said in filter(None, (before["year"], behind["said"], behind["aside"])):
        span = None if _FISCAL_YEAR.fullmatch(said.strip()) else read_months(said.strip())
        if span:
            months.append(_year_of_months(span, quarter, text))
        else:
            years.append(_fiscal_year(said.strip(), text, _QUARTER_SHAPE, low_is_doubtful=True))
    known = {year for year in (*years, *months) if year is not None}
    if len(years) > 1 or len(months) > 1 or len(known) > 1:
        raise unreadable(text, "two years are written", _QUARTER_SHAPE)
    return (known.pop() if known else None), quarter


def _year_of_months(span: tuple[Month, Month], quarter: int, text: str) -> int | None:
    """The fiscal year of the months printed beside a quarter, None without a year; ValueError for other months."""
    (first, first_year), (last, last_year) = span
    opens = _FIRST_MONTH[quarter]
    if (first, last) != (opens, opens + 2) or first_year != last_year:
        raise unreadable(text, f"the months are not those of quarter {quarter}", _QUARTER_SHAPE)
    return None if first_year is None else fiscal_year_of(date(first_year, first, 1))


def quarter_bounds(fiscal_year: int, quarter: int) -> tuple[date, date]:
    """First and last day of a quarter of a Buddhist fiscal year; ValueError for a fifth quarter.

    >>> quarter_bounds(2563, 2)
    (datetime.date(2020, 1, 1), datetime.date(2020, 3, 31))
    """
    opens, _ = fiscal_year_bounds(fiscal_year)
    if quarter not in (1, 2, 3, 4):
        raise ValueError(f"{quarter} is not a quarter; expected 1-4")
    year, month = opens.year + (quarter > 1), _FIRST_MONTH[quarter]
    return date(year, month, 1), month_bounds(year, month + 2)[1]
