"""Section 2 as it is usually printed: two whole lines a row, each read by one expression.

This is a short cut, never another opinion: when any line of the section is printed otherwise, nothing is read here and
`transform.reports` reads all rows by their anchors. Both give the same readings (tests/transform/test_reports.py).
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from transform.addresses import row_key
from transform.dates import parse_date
from transform.passage import Passage, join_wraps
from transform.records import Evidence, Reading
from transform.thai import to_arabic_digits
from transform.values import is_nothing, money, percent

# a text that begins and ends with something printed, and holds none of the signs that part a row
_TEXT = r"[^\s:：=*\\|](?:[^:：=\n]*[^\s:：=*\\|])?"
_DIGITS = r"[\d๐-๙]"
_FIRST = re.compile(
    rf"[ \t]*(?P<label>รายงานครั้งที่ ?(?P<number>{_DIGITS}{{1,4}}))[ \t]+::? ?"
    rf"(?P<date>{_DIGITS}{{1,2}}/{_DIGITS}{{1,2}}/{_DIGITS}{{4}}) ?: ?(?P<status>{_TEXT})[ \t]*"
)
_SECOND = re.compile(
    rf"[ \t]*::? ?ความก้าวหน้าของงานฯ ?= ?(?P<percent>-?{_DIGITS}[{_DIGITS[1:-1]}.,]*(?: ?%)?)[ \t]*:?[ \t]*"
    rf"งบประมาณที่เบิกใช้ ?\(ครั้งที่ ?(?P<number>{_DIGITS}{{1,4}})\) ?= ?"
    rf"(?P<amount>{_DIGITS}[{_DIGITS[1:-1]}.,]* ?บาท)[ \t]*:[ \t]*"
    rf"(?P<plan>{_TEXT})[ \t]*:[ \t]*(?P<target>{_TEXT})[ \t]*"
)


@lru_cache(maxsize=65536)
def day_of(text: str) -> str | None:
    """The day as ISO text; dates repeat over the forms of a night."""
    found = parse_date(text)
    return found.isoformat() if found else None


def read_usual_rows(passage: Passage, copy_id: str) -> list[Reading] | None:
    """Every row of section 2 where all are printed as usual and every value is well-formed; otherwise None."""
    segments = passage.segments
    if len(segments) % 2 or not segments:
        return None
    readings: list[Reading] = []
    printed: Counter[int] = Counter()
    keys: list[str] = []
    for above, below in zip(segments[::2], segments[1::2], strict=True):
        first, second = _FIRST.fullmatch(above.text), _SECOND.fullmatch(below.text)
        if first is None or second is None:
            return None
        number = int(to_arabic_digits(first["number"]))
        printed[number] += 1
        keys.append(row_key(number, printed[number]))
        address = f"reports[{keys[-1]}]."
        try:
            values = (
                ("seq", above, first, "label", str(number)),
                ("date", above, first, "date", day_of(first["date"])),
                ("status_text", above, first, "status", _phrase(first["status"])),
                ("progress_pct", below, second, "percent", percent(second["percent"])),
                ("disbursed_baht", below, second, "amount", money(second["amount"])),
                ("plan_status", below, second, "plan", _phrase(second["plan"])),
                ("target_status", below, second, "target", _phrase(second["target"])),
            )
        except ValueError:
            return None
        for name, segment, match, group, value in values:
            start, end = match.span(group)
            page, line, offset = segment[:3]
            evidence = Evidence(page, line, line, start + offset, end + offset, match[group])
            readings.append(Reading(copy_id, address + name, number, evidence, value))
    whole = passage.evidence(0, len(passage.raw))
    assert whole is not None
    readings.append(Reading(copy_id, "reports", None, whole, ",".join(keys)))
    return readings


@lru_cache(maxsize=65536)
def _phrase(text: str) -> str | None:
    value = join_wraps(text)
    return None if is_nothing(value) else value
