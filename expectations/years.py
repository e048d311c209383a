"""Years in the name of a project: which words of a name speak of another fiscal year than the form does.

A name may hold a year for many reasons: a law, a plan, a road, a number of trees. Only what can be nothing else than
another fiscal year is an answer; in doubt there is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from expectations.catalogue import Vocabulary
from transform.thai import to_arabic_digits

_NAMED = re.compile(
    r"(?:(?P<academic>ปี\s?การศึกษา)"
    r"|(?P<fiscal>ปี\s?งบ(?:ประมาณ|ฯ)?|(?<!ส)งบ(?:ประมาณ|ฯ)?(?:\s?(?:ประจำ\s?)?ปี)?|FY)"
    r"|(?P<plain>ปี))?\s*"
    r"(?:(?P<be>พ\.\s?ศ\.?|พ\s?ศ\.)|(?P<ce>ค\.\s?ศ\.?|ค\s?ศ\.))?\s*"
    r"(?<!\d)(?P<first>\d{4}|\d{2})"
    r"(?:\s*(?:[-–—/?]|ถึง)\s*(?:ปี\s*)?(?:[พค]\.\s?ศ\.?\s*)?(?P<last>\d{4}|\d{2}))?(?!\d|[.,]\d|[-/]\d)"
)
# a number alone, or of two digits, is a year only where nothing follows that it could count
_ENDS = re.compile(r"\s*(?:$|[)\]}”\"'’,;])")
_AMOUNT = re.compile(r"\s*(?:บาท|ล้าน|แสน|หมื่น|พัน)")
_COUNTED = re.compile(r"\d\s*$")
_NUMBERED = re.compile(r"(?:หมายเลข|เลขที่|ที่|ซอย|สาย|รุ่น|จำนวน|กว่า|[Nn]o\.?|#)\s*$|[.,/\-]$")
_BE, _CE = range(2400, 2643), range(1941, 2100)
_OFFSET = 543
# a year this far from the fiscal year is history, not a slip
_FARTHEST = 10


class _Years(NamedTuple):
    """Fiscal years that the words can mean, first and last, and the words."""

    first: int
    last: int
    words: str


def other_fiscal_year(name: str, year: int, vocabulary: Vocabulary) -> str | None:
    """The words of a name that name another fiscal year (BE) than `year`; None where none does or it is in doubt.

    >>> from expectations.catalogue import load_vocabulary
    >>> other_fiscal_year("อบรมอาสาสมัคร (งบ 64)", 2563, load_vocabulary())
    'งบ 64'
    >>> other_fiscal_year("อบรมอาสาสมัคร ปี 2561-2565", 2563, load_vocabulary()) is None
    True
    """
    text = to_arabic_digits(name)
    named = list(_named(name, text, vocabulary))
    if re.search(rf"(?<!\d)(?:{year}|{year % 100:02})(?!\d)", text) or any(y.first <= year <= y.last for y in named):
        return None
    near = [each for each in named if min(abs(each.first - year), abs(each.last - year)) <= _FARTHEST]
    return ", ".join(each.words for each in near) or None


def _named(name: str, text: str, vocabulary: Vocabulary) -> Iterator[_Years]:
    """Every year or range of years that a name holds; digits are compared one to one with what is printed."""
    for found in _NAMED.finditer(text):
        before = text[: found.start()]
        if _AMOUNT.match(text, found.end()) or any(word in before for word in vocabulary.years_of_something_else):
            continue
        years = _fiscal_years(found, text, vocabulary)
        if years is not None:
            yield _Years(*years, name[found.start() : found.end()].strip())


def _fiscal_years(found: re.Match[str], text: str, vocabulary: Vocabulary) -> tuple[int, int] | None:
    """First and last fiscal year that a match can mean; None where it may be no year."""
    printed, before = found["first"], text[: found.start()]
    worded = found["fiscal"] or found["academic"] or found["plain"]
    alone = not worded and not found["be"] and not found["ce"]
    if alone and (len(printed) == 2 or _NUMBERED.search(before)):
        return None
    if (len(printed) == 2 and (found["be"] or found["ce"])) or (found["plain"] and _COUNTED.search(before)):
        return None
    if (alone or len(printed) == 2) and not _ENDS.match(text, found.end()):
        return None
    first = int(printed) if len(printed) == 4 else 2500 + int(printed)
    last = first if found["last"] is None else _last(first, found["last"])
    if first in _BE and last in _BE and not found["ce"]:
        is_autumn = not found["fiscal"] and any(word in text for word in vocabulary.first_quarter_events)
        return first, last + bool(found["academic"] or is_autumn)
    if first in _CE and last in _CE and not alone and not found["be"]:
        return first + _OFFSET, last + _OFFSET + (not found["fiscal"])
    return None


def _last(first: int, printed: str) -> int:
    """The end of a range; two digits belong to the century of its beginning."""
    return int(printed) if len(printed) == 4 else first // 100 * 100 + int(printed)
