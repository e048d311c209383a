"""How a finding speaks: names of fields, dates and amounts as an office writes them, telephone numbers hidden."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from transform.addresses import report_of
from transform.form import Field, Form

_MONTHS = ("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.")
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_PERIOD = re.compile(r"^(\S+)/(\S+)$")
_NUMBER = re.compile(r"-?\d+\.\d+")
_ITEM = re.compile(r"\[(\d+)\]")
_UNITS = {("baht", "th"): " บาท", ("baht", "en"): " baht", ("percent", "th"): " %", ("percent", "en"): " %"}
_ASIDE = re.compile(r"\s*\([^()]*\)$")
_EXPLAINED = re.compile(r"\s*[,;:(]")
_LONGEST = 180
_DIGIT = "[0-9๐-๙]"
_SOME_DIGIT = re.compile(_DIGIT)
# after the word for telephone; or a whole Bangkok or mobile number. A project code or an amount is neither.
_PHONES = (
    re.compile(rf"(โทร(?:ศัพท์|สาร)?[\s.:]*){_DIGIT}(?:[\s,\-]*{_DIGIT})*"),
    re.compile(rf"()(?<![\d\-]){_DIGIT}{{2,3}}[ \-]?{_DIGIT}{{3}}[ \-]?{_DIGIT}{{3,4}}(?![\d\-])"),
)
HIDDEN = "•••"


def label_of(address: str | None, form: Form, language: str = "th") -> str:
    """Name of a value as a person says it.

    >>> from transform.form import load_form
    >>> label_of("reports[3].date", load_form())
    'วันที่รายงาน ของรายงานครั้งที่ 3'
    >>> label_of("reports[3#2].date", load_form(), "en")
    'Date of the report, report 3 (row 2 of that number)'
    >>> label_of("targets[1]", load_form())
    'เป้าหมายของโครงการ ข้อที่ 1'
    """
    if address is None:
        return "แบบทั้งฉบับ" if language == "th" else "the form"
    try:
        field = form.field_of(address)
    except KeyError:
        return address
    name = _ASIDE.sub("", field.th) if language == "th" else _EXPLAINED.split(field.en)[0]
    row = report_of(address)
    if row is not None:
        again = "" if row[1] == 1 else f" (แถวที่ {row[1]})" if language == "th" else f" (row {row[1]} of that number)"
        return f"{name} ของรายงานครั้งที่ {row[0]}{again}" if language == "th" else f"{name}, report {row[0]}{again}"
    item = _ITEM.search(address)
    if item is not None and field.field != address:
        return f"{name} ข้อที่ {item[1]}" if language == "th" else f"{name}, item {item[1]}"
    return name


def thai_date(iso: str) -> str:
    """Write a day as a Thai office writes it.

    >>> thai_date("2019-10-25")
    '25 ต.ค. 2562'
    """
    year, month, day = iso.split("-")
    return f"{int(day)} {_MONTHS[int(month) - 1]} {int(year) + 543}"


def spoken(text: str | None, language: str = "th") -> str:
    """Canonical text as a person reads it: grouped amounts, Thai dates and periods; other text stays.

    An amount has its satang; digits alone may be a code, a year or a number of a report.

    >>> spoken("180000.00"), spoken("-0.50"), spoken("2019-10-01/2020-09-30")
    ('180,000', '-0.50', '1 ต.ค. 2562 – 30 ก.ย. 2563')
    >>> spoken("2019-10-01/2020-09-30", "en"), spoken(None), spoken("ฝ่าย/งาน 1"), spoken("9999")
    ('2019-10-01 – 2020-09-30', '-', 'ฝ่าย/งาน 1', '9999')
    """
    if text is None:
        return "-"
    if _NUMBER.fullmatch(text):
        return f"{Decimal(text):,}".removesuffix(".00")
    if not _ISO.search(text):
        return text
    period = _PERIOD.match(text)
    text = f"{period[1]} – {period[2]}" if period else text
    return _ISO.sub(_day_spoken, text) if language == "th" else text


def _day_spoken(printed: re.Match[str]) -> str:
    """A canonical day in Thai; what a form prints in that shape, and is no day or of the Buddhist era already, stays.

    >>> spoken("2563-13-45"), spoken("2563-10-05 00:00:00")
    ('2563-13-45', '2563-10-05 00:00:00')
    """
    try:
        is_canonical = date.fromisoformat(printed[0]).year < 2400
    except ValueError:
        return printed[0]
    return thai_date(printed[0]) if is_canonical else printed[0]


def with_unit(address: str, value: str, form: Form, language: str = "th") -> str:
    """The value of a field as a person says it: an amount grouped and in baht, a percentage as one; no telephone.

    >>> from transform.form import load_form
    >>> with_unit("budget_spent", "240000.00", load_form()), with_unit("reports[2].progress_pct", "60.00", load_form())
    ('240,000 บาท', '60 %')
    >>> with_unit("budget_spent", "240000", load_form(), "en"), with_unit("fiscal_year_be", "2563", load_form())
    ('240,000 baht', '2563')
    """
    field = _field_of(address, form)
    kind = "" if field is None else field.kind
    is_whole = kind == "baht" and value.isdecimal()
    said = without_phone(address, f"{int(value):,}" if is_whole else spoken(value, language), form)
    return said + _UNITS.get((kind, language), "")


def shortened(text: str | None) -> str | None:
    """A long text cut after its beginning; None stays None."""
    return text if text is None or len(text) <= _LONGEST else text[:_LONGEST] + "…"


def hide_phones(text: str) -> str:
    """Replace telephone numbers, which belong into no mail and no report.

    >>> hide_phones("นางสมมติ ตัวอย่าง โทร. 7037, 7038 และ 081 566 1151")
    'นางสมมติ ตัวอย่าง โทร. ••• และ •••'
    >>> hide_phones("รหัส 08000000-3744 วงเงิน 180000.00 บาท วันที่ 2019-10-25")
    'รหัส 08000000-3744 วงเงิน 180000.00 บาท วันที่ 2019-10-25'
    """
    if _SOME_DIGIT.search(text) is None:
        return text
    for pattern in _PHONES:
        text = pattern.sub(rf"\1{HIDDEN}", text)
    return text


def without_phone(address: str | None, text: str, form: Form) -> str:
    """The text of a field fit for a message: all digits of a telephone or of a printed person are hidden."""
    field = _field_of(address, form)
    if field is not None and field.personal and (field.kind == "phone" or field.policy == "whole"):
        return re.sub(rf"{_DIGIT}+", HIDDEN, text)
    return hide_phones(text)


def _field_of(address: str | None, form: Form) -> Field | None:
    """The field that an address is of; None for what is no field of the form."""
    try:
        return form.field_of(address) if address else None
    except KeyError:
        return None
