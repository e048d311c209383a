"""Numbers, days and names of values as a Thai office writes them on a page."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from transform.addresses import field_base
from transform.form import Form

_MONTHS = ("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.")
_MILLION = Decimal(1_000_000)
_REPORT = re.compile(r"^reports\[(\d+)(?:#(\d+))?\]")
# what a description of the registry adds in parentheses says where the form prints it
_ASIDE = re.compile(r"\s*\([^)]*\)")
NONE = "–"


def thai_day(day: date | None) -> str:
    """Write a day with its Buddhist year.

    >>> thai_day(date(2019, 10, 25)), thai_day(None)
    ('25 ต.ค. 2562', '–')
    """
    return NONE if day is None else f"{day.day} {_MONTHS[day.month - 1]} {day.year + 543}"


def whole(number: int | None) -> str:
    """Write a count with its thousands apart.

    >>> whole(12345), whole(None)
    ('12,345', '–')
    """
    return NONE if number is None else f"{number:,}"


def millions(baht: Decimal | None) -> str:
    """Write an amount in million baht, with as many decimals as tell something.

    >>> millions(Decimal("1234567890")), millions(Decimal("45600000")), millions(Decimal("180000")), millions(None)
    ('1,234.6', '45.6', '0.18', '–')
    """
    if baht is None:
        return NONE
    amount = baht / _MILLION
    return f"{amount:,.2f}" if abs(amount) < 10 else f"{amount:,.1f}"


def percent(share: Decimal | None) -> str:
    """Write a percentage with one decimal, so that columns stand below each other.

    >>> percent(Decimal("37.54")), percent(Decimal("100.00")), percent(None)
    ('37.5', '100.0', '–')
    """
    return NONE if share is None else f"{share:,.1f}"


def value_words(value: str | None, kind: str) -> str:
    """Write a decided value, no digit less, by the kind of its field: `baht`, `percent` or `date`; other text stays.

    >>> value_words("180000.00", "baht"), value_words("25.50", "percent"), value_words("2019-10-25", "date")
    ('180,000', '25.5', '25 ต.ค. 2562')
    >>> value_words(None, "baht"), value_words("ไม่ทราบ", "date")
    ('–', 'ไม่ทราบ')
    """
    if value is None:
        return NONE
    try:
        if kind == "date":
            return thai_day(date.fromisoformat(value))
        return f"{Decimal(value):,.2f}".rstrip("0").rstrip(".") if kind in ("baht", "percent") else value
    except (ValueError, ArithmeticError):
        return value


def field_words(address: str, form: Form) -> str:
    """Name a value of the form, without its place in a list.

    >>> from transform.form import load_form
    >>> field_words("reports[3].progress_pct", load_form()), field_words("budget_received", load_form())
    ('ความก้าวหน้าของงาน', 'งบประมาณที่ได้รับ')
    """
    try:
        return _ASIDE.sub("", form.field_of(address).th)
    except KeyError:
        return field_base(address)


def report_words(address: str) -> str:
    """Say which report an address belongs to; nothing when to none.

    >>> report_words("reports[3#2].date"), report_words("budget_spent")
    ('รายงานครั้งที่ 3 (แถวที่ 2)', '')
    """
    found = _REPORT.match(address)
    if found is None:
        return ""
    return f"รายงานครั้งที่ {found[1]}" + (f" (แถวที่ {found[2]})" if found[2] else "")
