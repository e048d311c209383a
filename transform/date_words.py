"""The words of printed dates: months, years and their eras, weekdays; and the error that names what was read.

The number decides the era, never the field it stands in. The year is converted before a date is built,
because 29/2/2563 is a day (2020) and 29/2/2562 is none.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

from rapidfuzz.distance import Levenshtein

from transform.thai import is_placeholder, normalize, to_arabic_digits

Era = Literal["BE", "CE"]
BANGKOK = ZoneInfo("Asia/Bangkok")
BE_OFFSET = 543
FIRST_YEAR_CE, LAST_YEAR_CE = 1941, 2099  # before 1941 the Thai year did not begin in January
LONGEST = 120  # characters of the longest printed date
_NOTHING = frozenset({"ไม่มี", "ไม่ระบุ", "ไม่ได้ระบุ"})


def unreadable(text: str, why: str, expected: str = "a day such as 25/10/2562, 25 ต.ค. 62 or 2019-10-25") -> ValueError:
    """The error that names the text, what is wrong with it and what was expected."""
    return ValueError(f'"{text[:80]}" is not {expected.split(" such as ")[0]}: {why}; expected {expected}')


def cleaned(text: str) -> str | None:
    """One line in one spelling with Arabic digits and no dressing; None when the text stands for nothing.

    >>> cleaned("** (๒๕ ต.ค. ๖๒) **"), cleaned("ไม่ระบุ")
    ('25 ต.ค. 62', None)
    """
    if is_placeholder(text):
        return None
    line = to_arabic_digits(normalize(text)).replace("\n", " ").strip(" *\\")
    if line.startswith("(") and line.endswith(")"):
        line = line[1:-1].strip()
    return None if line in _NOTHING else line


# --- months -----------------------------------------------------------------------------------------------------

MONTHS = (
    *("มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน"),
    *("กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม"),
)
MONTHS_SHORT = ("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.")
_SPOKEN = (*("มกรา", "กุมภา", "มีนา", "เมษา", "พฤษภา", "มิถุนา"), *("กรกฎา", "สิงหา", "กันยา", "ตุลา", "พฤศจิกา", "ธันวา"))
_ENGLISH = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
# Misspellings that stand in many documents; some are nearer to another month than two edits would allow.
_MISSPELT = {
    "กุมภาพันธุ์": 2, "กุมภาพัน": 2, "กุมภาพันธ": 2, "พฤศภาคม": 5, "พฤกษภาคม": 5, "กรกฏาคม": 7, "กรกฏา": 7, "กรกฎคม": 7,
    "พฤษจิกายน": 11, "พฤษจิกา": 11, "พฤศจิกยน": 11, "พฤจิกายน": 11, "ธันวามคม": 12, "มรกาคม": 1, "sept": 9,
}  # fmt: skip
_MONTH_NUMBER = {
    name.replace(".", ""): number
    for names in (MONTHS, MONTHS_SHORT, _SPOKEN, _ENGLISH, tuple(name[:3] for name in _ENGLISH))
    for number, name in enumerate(names, 1)
} | _MISSPELT
_ENDINGS = ("คม", "ยน")  # 31 days or 30: a stem of one month with the ending of another names neither
_MOST_EDITS = 2


def month_word(group: str) -> str:
    """The pattern of a month's name, with or without เดือน before it."""
    return rf"(?:เดือน\s?)?(?P<{group}>[ก-๎][ก-๎. ]{{0,24}}?|[A-Z]{{3,9}}\.?)"


def _month_number(printed: str, text: str) -> int:
    """The month's number. A word at most two edits from one full name, and nearer to no other, is that month."""
    if printed.isdecimal():
        return int(printed)
    word = re.sub(r"[\s.]+", "", printed).lower()
    if known := _MONTH_NUMBER.get(word):
        return known
    if len(word) >= 5 and word == printed.rstrip("."):  # one word: two may be two months
        edits = sorted(
            (Levenshtein.distance(word, name, score_cutoff=_MOST_EDITS), at) for at, name in enumerate(MONTHS)
        )
        (best, at), (second, _) = edits[:2]
        contradicts = word.endswith(_ENDINGS) and MONTHS[at].endswith(_ENDINGS) and word[-2:] != MONTHS[at][-2:]
        if best <= _MOST_EDITS and best < second and not contradicts:
            return at + 1
    raise unreadable(text, f'"{printed}" is no month')


def month_and_year(month: str, year: str, era_word: str | None, text: str) -> tuple[int, int, Era]:
    """Month 1-12, year of the Christian era and the era printed, of a month (name or number) and a year.

    >>> month_and_year("ต.ค.", "62", None, "…"), month_and_year("ตุลาตม", "2019", "ค.ศ.", "…")
    ((10, 2019, 'BE'), (10, 2019, 'CE'))
    """
    if month[0].isascii() and not month[0].isdecimal() and len(year) == 2:
        raise unreadable(text, f"beside an English month the year {year} may be of either era")
    number = _month_number(month, text)
    return number, *year_of(year, era_word, text)


# --- years ------------------------------------------------------------------------------------------------------

_BE_WORD = r"พ\s?\.?\s?ศ\s?\.?|พุทธศักราช|B\.?\s?E\.?"
_CE_WORD = r"ค\s?\.?\s?ศ\s?\.?|คริสต์?ศักราช|A\.?\s?D\.?|C\.?\s?E\.?"
ERA = rf"(?:{_BE_WORD}|{_CE_WORD})"
_IS_BE = re.compile(_BE_WORD, re.IGNORECASE)


def year_printed(before: str, group: str, after: str) -> str:
    """The pattern of a year with its era named before or after it."""
    return rf"(?:ปี\s?)?(?P<{before}>{ERA})?\s?(?P<{group}>[0-9]{{1,6}})(?:\s?(?P<{after}>{ERA}))?"


def year_of(printed: str, era_word: str | None, text: str) -> tuple[int, Era]:
    """Year of the Christian era and the era it was printed in; the number decides unless an era is written.

    >>> year_of("2562", None, "…"), year_of("62", None, "…"), year_of("2019", None, "…")
    ((2019, 'BE'), (2019, 'BE'), (2019, 'CE'))
    """
    number = int(printed)
    stated: Era | None = None if not era_word else "BE" if _IS_BE.fullmatch(era_word.strip()) else "CE"
    if len(printed) == 2 and stated != "CE":
        return 2500 + number - BE_OFFSET, "BE"
    if len(printed) != 4:
        raise unreadable(text, f"the year {printed} has {len(printed)} digits")
    era: Era = stated or ("BE" if number >= 2400 else "CE")
    year = number - BE_OFFSET if era == "BE" else number
    if not FIRST_YEAR_CE <= year <= LAST_YEAR_CE:
        raise unreadable(text, f"the year {printed} is neither BE 2484-2642 nor CE {FIRST_YEAR_CE}-{LAST_YEAR_CE}")
    return year, era


# --- what stands before a day, and between two ------------------------------------------------------------------

_WEEKDAYS = {
    "จันทร์": 0, "อังคาร": 1, "พุธ": 2, "พฤหัสบดี": 3, "พฤหัสฯ": 3, "พฤหัส": 3, "ศุกร์": 4, "เสาร์": 5, "อาทิตย์": 6,
    "จ": 0, "อ": 1, "พ": 2, "พฤ": 3, "ศ": 4, "ส": 5, "อา": 6,
}  # fmt: skip
_LONG_WEEKDAY = "|".join(name for name in _WEEKDAYS if len(name) > 3)
BEFORE_DAY = (
    rf"(?:(?:ณ|เมื่อ|ลง)\s?)?(?:(?:วัน\s?)?(?P<weekday>พุธ|{_LONG_WEEKDAY})\s?(?:ที่\s?)?"
    r"|(?P<brief_weekday>อา|พฤ|[จอพศส])\.\s?|(?:วัน\s?)?ที่\s?)?"
)
UNTIL = re.compile(
    r"\s?(?:จนถึง|ถึง|(?:และ\s?)?สิ้นสุด|[-\u2010-\u2015\u2212]|(?<=\s)\?(?=\s))\s?"
)  # a lone ? is an en dash that the export lost


def check_weekday(part: Mapping[str, str | None], day: date, text: str) -> None:
    """Raise ValueError where a weekday is printed that the day is not: one of the two is misread.

    >>> check_weekday({"weekday": "ศุกร์", "brief_weekday": None}, date(2019, 10, 25), "…")
    """
    printed = part["weekday"] or part["brief_weekday"]
    if printed and _WEEKDAYS[printed] != day.weekday():
        raise unreadable(text, f"{printed} is not the weekday of {day.isoformat()}")
