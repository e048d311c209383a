"""Whole months as printed: `ตุลาคม 2562`, `ต.ค. 62 – ก.ย. 63`, `ม.ค. – มี.ค. 65`.

`10/2562` alone is none: it is as often the tenth meeting or report of the year.
"""

import re
from datetime import date, timedelta

from transform.date_words import LONGEST, UNTIL, month_and_year, month_word, year_printed

# Month 1-12 and the year of the Christian era, None where no year is printed.
Month = tuple[int, int | None]
_MONTH = re.compile(
    rf"{month_word('word')}(?:(?:\s?|(?<! )[/-](?! )){year_printed('era_a', 'year_a', 'era_b')})?"
    r"|เดือน\s?(?P<number>[0-9]{1,2})\s?/\s?(?P<year_b>[0-9]{4})",
    re.IGNORECASE,
)
_ANY_YEAR = "2560"  # stands in where a month is printed without its year


def read_months(line: str) -> tuple[Month, Month] | None:
    """First and last month of a cleaned line; a year missing on the left is taken from the right. None for no months.

    >>> read_months("ต.ค. 62 – ก.ย. 63"), read_months("ม.ค. – มี.ค. 65")
    (((10, 2019), (9, 2020)), ((1, 2022), (3, 2022)))
    >>> read_months("ตุลาคม 2562"), read_months("ต.ค. - ธ.ค."), read_months("1 ต.ค. 62")
    (((10, 2019), (10, 2019)), ((10, None), (12, None)), None)
    """
    if len(line) > 2 * LONGEST:
        return None
    if whole := _month(line):
        return whole, whole
    found = [sides for until in UNTIL.finditer(line) if (sides := _sides(line[: until.start()], line[until.end() :]))]
    return found[0] if len(found) == 1 else None


def _sides(left: str, right: str) -> tuple[Month, Month] | None:
    first, last = _month(left), _month(right)
    if first is None or last is None:
        return None
    if first[1] is None:
        return (first[0], last[1]), last
    return None if last[1] is None else (first, last)


def _month(printed: str) -> Month | None:
    match = _MONTH.fullmatch(printed)
    if match is None or (match["era_a"] and match["era_b"]):
        return None
    year = match["year_a"] or match["year_b"]
    try:
        number, year_ce, _ = month_and_year(
            match["number"] or match["word"], year or _ANY_YEAR, match["era_a"] or match["era_b"], printed
        )
    except ValueError:
        return None
    return (number, year_ce if year else None) if 1 <= number <= 12 else None


def month_bounds(year: int, month: int) -> tuple[date, date]:
    """First and last day of a month of the Christian era.

    >>> month_bounds(2020, 2)
    (datetime.date(2020, 2, 1), datetime.date(2020, 2, 29))
    """
    following = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, 1), following - timedelta(days=1)
