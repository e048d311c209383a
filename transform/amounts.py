"""Money and progress as printed → exact decimals. Never float; a digit that may be a letter is no digit.

`0 บาท` is an amount of nothing; `-`, `- บาท` and ไม่ใช้งบประมาณ are no amount. The two never mix.
Values that cannot be true (120 %, -5 %) are values all the same: they are kept, and flagged elsewhere.
About so much (ไม่เกิน, ประมาณ), two amounts, so much per something, and `180.000` (a point for a comma?) raise.
"""

import re
from decimal import Decimal
from functools import lru_cache

from transform.number_words import LONGEST, SCALES, is_spoken_short, money_in_words, parse_number_words
from transform.thai import is_placeholder, normalize, to_arabic_digits

__all__ = ["LIMIT", "parse_baht", "parse_number_words", "parse_percent"]

LIMIT = Decimal(10) ** 16  # DECIMAL(18,2) holds what is below
_NOTHING = frozenset({"ไม่มี", "ไม่ระบุ", "ไม่ได้ระบุ"})


def _rejected(text: str, kind: str, why: str, expected: str) -> ValueError:
    return ValueError(f'"{text[:80]}" is not {kind}: {why}; expected {expected}')


def _line(text: str) -> str:
    return to_arabic_digits(normalize(text)).replace("\n", " ").strip(" *\\")


def _exact(printed: str, text: str, kind: str, expected: str, times: int = 1) -> Decimal:
    """The decimal as written, at most two places; further places may only be zeros."""
    value = Decimal(printed.replace(",", ""))
    if abs(value) >= LIMIT:
        raise _rejected(text, kind, "it is 10^16 or more", expected)
    if times != 1:
        value = (value * times).normalize()
        value = value if int(value.as_tuple().exponent) < 0 else value.quantize(Decimal(1))
    places = -int(value.as_tuple().exponent)
    if places > 2:
        cut = value.quantize(Decimal("0.01"))
        if cut != value:
            raise _rejected(text, kind, "it has more than two decimals", expected)
        value = cut
    return value if value else abs(value)


# --- baht -------------------------------------------------------------------------------------------------------

_NUMBER = r"(?:0|[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]*)(?:\.[0-9]{1,12})?"
_SCALE = r"(?:(?:ร้อย|พัน|หมื่น|แสน|ล้าน)?(?:ล้าน|ลบ\.)|แสน|หมื่น|พัน|ร้อย)"
_COIN = r"(?:฿|THB|Baht)"
_UNIT = rf"(?:บาท|บ\.|{_COIN})"
_WHOLE = r"(?:\s?\(?ถ้วน\)?)"
_LEAD = r"(?:(?:รวม)?(?:เป็น)?(?:จำนวน)?(?:เงิน|วงเงิน|งบประมาณ)?(?:จำนวน)?(?:ทั้งสิ้น|ทั้งหมด)?\s?)"
_NO_SATANG = r"(?:\s?[.,][-\u2013\u2014])"
_SATANG = r"\s?(?:สตางค์|สต\.)"
_AMOUNT = re.compile(
    rf"{_LEAD}(?P<minus>[-\u2212])?(?:{_COIN}\s?)?(?:(?P<open>\()(?P<inside>{_NUMBER})\)|(?P<number>{_NUMBER}))"
    rf"(?:\s?(?P<scale>{_SCALE})(?P<steps>(?:\s?[1-9][0-9]*\s?{_SCALE})+)?)?{_NO_SATANG}?"
    rf"(?:\s?{_UNIT}(?:\s?(?P<satang>[0-9]{{1,2}}){_SATANG})?{_WHOLE}?)?(?:\s?\(-?(?P<words>[ก-๎ ]+)-?\))?",
    re.IGNORECASE,
)
_SATANG_ONLY = re.compile(rf"{_LEAD}(?P<minus>[-\u2212])?(?P<satang>[0-9]{{1,2}}){_SATANG}")
_IN_WORDS = re.compile(
    rf"{_LEAD}\(?(?P<words>[ก-๎ ]+)\)?(?:\s?\((?P<number>{_NUMBER}){_NO_SATANG}?(?:\s?{_UNIT}{_WHOLE}?)?\))?",
    re.IGNORECASE,
)
_STEP = re.compile(rf"(?P<count>[0-9]+)\s?(?P<scale>{_SCALE})", re.IGNORECASE)
_ONE_SCALE = re.compile("|".join(SCALES))
_MONEY = r"(?:งบ(?:ประมาณ|ฯ)?|งปม\.?|ค่าใช้จ่าย)"
_NO_AMOUNT = re.compile(
    r"[-\u2010-\u2015\u2212.…]+\s?(?:บาท)?|(?:(?:เป็น)?โครงการ(?:ที่)?\s?)?ไม่(?:ได้|ขอ|ต้อง|มีการ)?(?:"
    rf"(?:ใช้|มี|ระบุ|เบิก)\s?(?:จ่าย)?\s?(?:เงิน)?\s?{_MONEY}?|(?:รับ|เสีย|ตั้ง)(?:(?:การ)?จัดสรร)?(?:เงิน)?\s?{_MONEY}"
    r")(?:ในการดำเนิน(?:การ|งาน|โครงการ))?"
)
_POINT_OR_COMMA = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")
_AMOUNT_SHAPE = "digits with commas such as 180,000 บาท"
# what most amounts look like; anything else is for the expressions above
_USUAL = re.compile(r"((?:0|[1-9][0-9]{0,2}(?:,[0-9]{3}){0,4}|[1-9][0-9]{3,14})(?:\.[0-9]{1,2})?)(?: ?บาท)?")


@lru_cache(maxsize=65536)
def parse_baht(text: str) -> Decimal | None:
    """Baht, exactly as printed; None where the text says that there is no amount; ValueError for anything doubtful.

    >>> parse_baht("180,000 บาท"), parse_baht("๑,๒๓๔.๕๐ บาท"), parse_baht("1.5 ล้านบาท"), parse_baht("(5,000)")
    (Decimal('180000'), Decimal('1234.50'), Decimal('1500000'), Decimal('-5000'))
    >>> parse_baht("1 ล้าน 5 แสนบาท"), parse_baht("หนึ่งล้านบาทห้าสิบสตางค์"), parse_baht("150 บาท 25 สตางค์")
    (Decimal('1500000'), Decimal('1000000.50'), Decimal('150.25'))
    >>> parse_baht("0 บาท"), parse_baht("- บาท"), parse_baht("ไม่ใช้งบประมาณ")
    (Decimal('0'), None, None)
    >>> parse_baht("180,000.- บาท (หนึ่งแสนแปดหมื่นบาทถ้วน)")
    Decimal('180000')
    >>> parse_baht("18O,000")
    Traceback (most recent call last):
    ValueError: "18O,000" is not an amount: it has another shape; expected digits with commas such as 180,000 บาท
    >>> parse_baht("180.000")
    Traceback (most recent call last):
    ValueError: "180.000" is not an amount: the point may be a comma; expected digits with commas such as 180,000 บาท
    """
    usual = _USUAL.fullmatch(text)
    if usual:
        return Decimal(usual[1].replace(",", ""))
    line = _line(text)
    if is_placeholder(line) or _NO_AMOUNT.fullmatch(
        line[1:-1].strip() if line[:1] == "(" and line[-1:] == ")" else line
    ):
        return None
    if len(line) > LONGEST:
        raise _rejected(text, "an amount", "it is too long", _AMOUNT_SHAPE)
    value = _amount_in_digits(line, text)
    if value is None:
        value = _amount_in_words(line, text)
    if value is None:
        raise _rejected(text, "an amount", "it has another shape", _AMOUNT_SHAPE)
    if abs(value) >= LIMIT:
        raise _rejected(text, "an amount", "it is 10^16 baht or more", _AMOUNT_SHAPE)
    return value


def _amount_in_digits(line: str, text: str) -> Decimal | None:
    only = _SATANG_ONLY.fullmatch(line)
    if only:
        return Decimal(int(only["satang"]) * (-1 if only["minus"] else 1)).scaleb(-2)
    match = _AMOUNT.fullmatch(line)
    if match is None or (match["minus"] and match["open"]):
        return None
    printed = match["number"] or match["inside"]
    times = _times(match["scale"])
    value = _exact(printed, text, "an amount", _AMOUNT_SHAPE, times)
    if match["steps"]:
        value += _steps(printed, match["steps"], times, text)
    if match["satang"]:
        if "." in printed:
            raise _rejected(text, "an amount", "satang are written twice", _AMOUNT_SHAPE)
        value += Decimal(int(match["satang"])).scaleb(-2)
    negative = bool(match["minus"] or match["open"])
    if match["words"]:
        if negative or money_in_words(match["words"]) != value:
            raise _rejected(text, "an amount", "digits and words differ", _AMOUNT_SHAPE)
    elif times == 1 and _POINT_OR_COMMA.fullmatch(printed):
        raise _rejected(text, "an amount", "the point may be a comma", _AMOUNT_SHAPE)
    return -value if value and negative else value


def _times(scale: str | None) -> int:
    """`พันล้าน` → 10^9; 1 without a scale."""
    times = 1
    for name in _ONE_SCALE.findall((scale or "").replace("ลบ.", "ล้าน")):
        times *= SCALES[name]
    return times


def _steps(printed: str, steps: str, times: int, text: str) -> int:
    """What `5 แสน 3 หมื่น` adds behind `1 ล้าน`; each step is a whole number below the one before."""
    total, above = 0, times
    for step in _STEP.finditer(steps):
        unit = _times(step["scale"])
        amount = int(step["count"]) * unit
        if amount >= above or "." in printed:
            raise _rejected(text, "an amount", f"{step[0]} does not continue what stands before it", _AMOUNT_SHAPE)
        total, above = total + amount, unit
    return total


def _amount_in_words(line: str, text: str) -> Decimal | None:
    match = _IN_WORDS.fullmatch(line)
    value = money_in_words(match["words"]) if match else None
    if match is None or value is None:
        return None
    if not match["number"]:
        if "บาท" not in match["words"] and is_spoken_short(match["words"]):
            raise _rejected(text, "an amount", "spoken and written these words differ in value", _AMOUNT_SHAPE)
        return value
    if _exact(match["number"], text, "an amount", _AMOUNT_SHAPE) != value:
        raise _rejected(text, "an amount", "digits and words differ", _AMOUNT_SHAPE)
    return value


# --- percent ----------------------------------------------------------------------------------------------------

_PERCENT_WORD = r"(?:%|เปอ(?:ร์?)?เซ็?น[ตท]?์?)"
_PERCENT = re.compile(
    rf"(?:ร้อยละ\s?)?(?P<number>[-\u2212]?(?:0|[1-9][0-9]{{0,5}})(?:\.[0-9]{{1,12}})?)(?:\s?{_PERCENT_WORD})?"
)
_NO_PERCENT = re.compile(rf"(?:ร้อยละ\s?)?[-\u2010-\u2015.…]+(?:\s?{_PERCENT_WORD})?")
_PERCENT_SHAPE = "a number such as 10.00 %"
_USUAL_PERCENT = re.compile(r"((?:0|[1-9][0-9]{0,5})(?:\.[0-9]{1,2})?)(?: ?%)?")


@lru_cache(maxsize=65536)
def parse_percent(text: str) -> Decimal | None:
    """Per cent, exactly as printed, with or without its sign; None where the text says that there is none.

    ValueError for a comma, a fraction, a range, an amount of something else, and words around the number.

    >>> parse_percent("10.00 %"), parse_percent("10.00"), parse_percent("ร้อยละ ๙๐"), parse_percent("-")
    (Decimal('10.00'), Decimal('10.00'), Decimal('90'), None)
    >>> parse_percent("120.00 %")  # impossible, printed, kept
    Decimal('120.00')
    """
    usual = _USUAL_PERCENT.fullmatch(text)
    if usual:
        return Decimal(usual[1])
    line = _line(text)
    if is_placeholder(line) or line in _NOTHING or _NO_PERCENT.fullmatch(line):
        return None
    match = _PERCENT.fullmatch(line) if len(line) <= LONGEST else None
    if match is None:
        raise _rejected(text, "a percentage", "it has another shape", _PERCENT_SHAPE)
    return _exact(match["number"].replace("\u2212", "-"), text, "a percentage", _PERCENT_SHAPE)
