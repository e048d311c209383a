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
from transform.records import OnLine, Reading, reading_on_line
from transform.thai import is_placeholder, to_arabic_digits
from transform.values import percent, printed_money

# a text that begins and ends with something printed, and holds none of the signs that part a row
_TEXT = r"[^\s:：=*\\|](?:[^:：=\n]*[^\s:：=*\\|])?"
_DIGITS = r"[\d๐-๙]"
_FIRST = re.compile(  # label, number in it, date, status
    rf"[ \t]*(รายงานครั้งที่ ?({_DIGITS}{{1,4}}))[ \t]+::? ?"
    rf"({_DIGITS}{{1,2}}/{_DIGITS}{{1,2}}/{_DIGITS}{{4}}) ?: ?({_TEXT})[ \t]*"
)
_SECOND = re.compile(  # percent, number, amount, plan, target
    rf"[ \t]*::? ?ความก้าวหน้าของงานฯ ?= ?(-?{_DIGITS}[{_DIGITS[1:-1]}.,]*(?: ?%)?)[ \t]*:?[ \t]*"
    rf"งบประมาณที่เบิกใช้ ?\(ครั้งที่ ?({_DIGITS}{{1,4}})\) ?= ?"
    rf"({_DIGITS}[{_DIGITS[1:-1]}.,]* ?บาท)[ \t]*:[ \t]*"
    rf"({_TEXT})[ \t]*:[ \t]*({_TEXT})[ \t]*"
)


@lru_cache(maxsize=65536)
def day_of(text: str) -> str | None:
    """The day as ISO text; dates repeat over the forms of a night."""
    found = parse_date(text)
    return found.isoformat() if found else None


def read_usual_rows(passage: Passage, copy_id: str) -> tuple[list[Reading], list[str | None]] | None:
    """Every row of section 2 where all are printed as usual and every value is well-formed; otherwise None.

    Beside the readings the target statuses of the rows in printed order: the last one may be cut.
    """
    segments = passage.segments
    if len(segments) % 2 or not segments:
        return None
    readings: list[Reading] = []
    printed: Counter[int] = Counter()
    keys: list[str] = []
    targets: list[str | None] = []
    for above, below in zip(segments[::2], segments[1::2], strict=True):
        row = _read_row(above.text, below.text)
        if row is None:
            return None
        number, values = row
        printed[number] += 1
        keys.append(row_key(number, printed[number]))
        address = f"reports[{keys[-1]}]"
        targets.append(values[-1][-1])
        places = above[:3], below[:3]
        readings += [
            reading_on_line(copy_id, address + name, number, places[is_below], part, value)
            for name, is_below, part, value in values
        ]
    whole = passage.evidence(0, len(passage.raw))
    assert whole is not None
    readings.append(Reading(copy_id, "reports", None, whole, ",".join(keys)))
    return readings, targets


# what stands behind the address of a row, whether on its second line, where and as printed, value
_Part = tuple[str, bool, OnLine, str | None]


@lru_cache(maxsize=65536)
def _read_row(above_text: str, below_text: str) -> tuple[int, tuple[_Part, ...]] | None:
    """Number and parts of a row printed on two lines as usual; None otherwise, or when a value is not well-formed."""
    first, second = _FIRST.fullmatch(above_text), _SECOND.fullmatch(below_text)
    if first is None or second is None:
        return None
    label, digits, day, status = first.groups()
    done, _, amount, plan, target = second.groups()
    number = int(to_arabic_digits(digits))
    at, below_at = first.regs, second.regs
    try:
        return number, (
            (".seq", False, (*at[1], label), str(number)),
            (".date", False, (*at[3], day), day_of(day)),
            (".status_text", False, (*at[4], status), _phrase(status)),
            (".progress_pct", True, (*below_at[1], done), percent(done)),
            (".disbursed_baht", True, (*below_at[3], amount), printed_money(amount)),
            (".plan_status", True, (*below_at[4], plan), _phrase(plan)),
            (".target_status", True, (*below_at[5], target), _phrase(target)),
        )
    except ValueError:
        return None


@lru_cache(maxsize=65536)
def _phrase(text: str) -> str | None:
    value = join_wraps(text)
    return None if is_placeholder(value) else value
