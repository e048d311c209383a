"""Money and progress as printed → exact decimals. Never float; a digit that may be a letter is no digit.

`0 บาท` is an amount of nothing; `-`, `- บาท` and ไม่ใช้งบประมาณ are no amount. The two never mix.
Values that cannot be true (120 %, -5 %) are values all the same: they are kept, and flagged elsewhere.
"""

import re
from decimal import Decimal
from functools import lru_cache

from transform.thai import is_placeholder, normalize, to_arabic_digits

LIMIT = Decimal(10) ** 16  # DECIMAL(18,2) holds what is below
_LONGEST = 400


def _rejected(text: str, kind: str, why: str, expected: str) -> ValueError:
    return ValueError(f'"{text[:80]}" is not {kind}: {why}; expected {expected}')


# --- numbers in words -------------------------------------------------------------------------------------------

_DIGITS = {
    "หนึ่ง": 1, "เอ็ด": 1, "สอง": 2, "ยี่": 2, "สาม": 3, "สี่": 4, "ห้า": 5, "หก": 6, "เจ็ด": 7, "แปด": 8, "เก้า": 9,
}  # fmt: skip
_SCALES = {"ล้าน": 10**6, "แสน": 10**5, "หมื่น": 10**4, "พัน": 10**3, "ร้อย": 100, "สิบ": 10}
_ONE_TO_NINE = "หนึ่ง|สอง|สาม|สี่|ห้า|หก|เจ็ด|แปด|เก้า"
_TENS = f"(?:(?:{_ONE_TO_NINE}|ยี่)?สิบ)"
_BELOW_MILLION = re.compile(
    f"(?:(?P<แสน>{_ONE_TO_NINE})แสน)?(?:(?P<หมื่น>{_ONE_TO_NINE})หมื่น)?(?:(?P<พัน>{_ONE_TO_NINE})พัน)?"
    f"(?:(?P<ร้อย>{_ONE_TO_NINE})ร้อย)?(?P<tens>{_TENS})?(?P<ones>{_ONE_TO_NINE}|เอ็ด)?"
)
_TENS_OF_THOUSANDS = re.compile(f"(?P<tens>{_TENS})(?P<ones>{_ONE_TO_NINE}|เอ็ด)?พัน(?P<rest>.*)")  # ยี่สิบพัน, colloquial


def _words_value(words: str) -> int | None:
    """Value of number words without spaces; None when they are none. เอ็ด never stands alone, ยี่ only before สิบ."""
    if words == "ศูนย์":
        return 0
    if words in _SCALES:
        return _SCALES[words]  # ร้อยบาท, หมื่นบาท
    above, million, below = words.rpartition("ล้าน")
    if million:
        millions = _words_value(above) if above else None
        units = _below_million(below, after_more=True) if below else 0
        return None if millions in (None, 0) or units is None else (millions or 0) * 10**6 + units
    return _below_million(words, after_more=False)


def _below_million(words: str, *, after_more: bool) -> int | None:
    match = _BELOW_MILLION.fullmatch(words)
    if match is None or not words:
        thousands = _TENS_OF_THOUSANDS.fullmatch(words)
        if thousands is None:
            return None
        count = _below_million(words[: words.index("พัน")], after_more=False)
        rest = _below_million(thousands["rest"], after_more=True) if thousands["rest"] else 0
        return None if count is None or rest is None or rest >= 1000 else count * 1000 + rest
    part = match.groupdict()
    if words == "เอ็ด" and not after_more:
        return None
    total = sum(_DIGITS[digit] * _SCALES[scale] for scale, digit in part.items() if digit and scale in _SCALES)
    if part["tens"]:
        total += 10 * _DIGITS.get(part["tens"].removesuffix("สิบ"), 1)
    return total + (_DIGITS[part["ones"]] if part["ones"] else 0)


@lru_cache(maxsize=4096)
def parse_number_words(text: str) -> int:
    """The whole number written in Thai words.

    >>> parse_number_words("หนึ่งแสนแปดหมื่น"), parse_number_words("ยี่สิบเอ็ดล้าน"), parse_number_words("ศูนย์")
    (180000, 21000000, 0)
    >>> parse_number_words("ยี่ร้อย")
    Traceback (most recent call last):
    ValueError: "ยี่ร้อย" is not a number in words: these words form none; expected e.g. หนึ่งแสนแปดหมื่น
    """
    words = "".join(normalize(text).split())
    value = _words_value(words) if words and len(words) <= _LONGEST else None
    if value is None:
        raise _rejected(text, "a number in words", "these words form none", "e.g. หนึ่งแสนแปดหมื่น")
    return value


# --- baht -------------------------------------------------------------------------------------------------------

_NUMBER = r"(?:0|[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]*)(?:\.[0-9]{1,12})?"
_SCALE = "(?:(?:ร้อย|พัน|หมื่น|แสน)?ล้าน|แสน|หมื่น|พัน)"
_UNIT = r"(?:บาท|บ\.|฿|THB|Baht)"
_WHOLE = r"(?:\s?\(?ถ้วน\)?)"
_LEAD = r"(?:(?:เป็น)?(?:จำนวน)?(?:เงิน)?\s?)"
_AMOUNT = re.compile(
    rf"{_LEAD}(?P<minus>[-\u2212])?(?:฿\s?)?(?:(?P<open>\()(?P<inside>{_NUMBER})\)|(?P<number>{_NUMBER}))"
    rf"(?:\s?(?P<scale>{_SCALE}))?(?:\s?[.,]-)?(?:\s?{_UNIT}(?:\s?(?P<satang>[0-9]{{1,2}})\s?(?:สตางค์|สต\.))?{_WHOLE}?)?"
    r"(?:\s?\((?P<words>[ก-๎ ]+)\))?",
    re.IGNORECASE,
)
_IN_WORDS = re.compile(
    rf"{_LEAD}\(?(?P<words>[ก-๎ ]+)\)?(?:\s?\((?P<number>{_NUMBER})(?:\.-)?(?:\s?{_UNIT}{_WHOLE}?)?\))?"
)
_NO_AMOUNT = re.compile(
    r"(?:[-\u2010-\u2015\u2212.…]+\s?(?:บาท)?|ไม่(?:ได้|ขอ|มีการ)?(?:ใช้|มี|ระบุ|เบิก)\s?(?:จ่าย)?\s?(?:งบ(?:ประมาณ)?|ค่าใช้จ่าย)?)"
)
_AMOUNT_SHAPE = "digits with commas such as 180,000 บาท"


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


def _money_in_words(words: str) -> Decimal | None:
    """Baht and satang written in words; None when the words are no amount."""
    words = "".join(words.split()).removesuffix("ถ้วน")
    baht, unit, satang = words.partition("บาท")
    if not unit and words.endswith("สตางค์"):
        baht, satang = "", words
    if satang and not satang.endswith("สตางค์"):
        return None
    value = _words_value(baht) if baht else 0
    cents = _words_value(satang.removesuffix("สตางค์")) if satang else 0
    if value is None or cents is None or cents > 99 or not (baht or satang):
        return None
    return Decimal(value) + (Decimal(cents).scaleb(-2) if satang else 0)


@lru_cache(maxsize=65536)
def parse_baht(text: str) -> Decimal | None:
    """Baht, exactly as printed; None where the text says that there is no amount.

    >>> parse_baht("180,000 บาท"), parse_baht("๑,๒๓๔.๕๐ บาท"), parse_baht("1.5 ล้านบาท"), parse_baht("(5,000)")
    (Decimal('180000'), Decimal('1234.50'), Decimal('1500000'), Decimal('-5000'))
    >>> parse_baht("0 บาท"), parse_baht("- บาท"), parse_baht("ไม่ใช้งบประมาณ")
    (Decimal('0'), None, None)
    >>> parse_baht("180,000.- บาท (หนึ่งแสนแปดหมื่นบาทถ้วน)")
    Decimal('180000')
    >>> parse_baht("18O,000")
    Traceback (most recent call last):
    ValueError: "18O,000" is not an amount: it has another shape; expected digits with commas such as 180,000 บาท
    """
    line = _line(text)
    if is_placeholder(line) or _NO_AMOUNT.fullmatch(line):
        return None
    if len(line) > _LONGEST:
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
    match = _AMOUNT.fullmatch(line)
    if match is None or (match["minus"] and match["open"]):
        return None
    printed = match["number"] or match["inside"]
    times = 1
    for scale in re.findall("|".join(_SCALES), match["scale"] or ""):
        times *= _SCALES[scale]
    value = _exact(printed, text, "an amount", _AMOUNT_SHAPE, times)
    if match["satang"]:
        if "." in printed or match["scale"]:
            raise _rejected(text, "an amount", "satang are written twice", _AMOUNT_SHAPE)
        value += Decimal(int(match["satang"])).scaleb(-2)
    if match["words"] and _money_in_words(match["words"]) != value:
        raise _rejected(text, "an amount", "digits and words differ", _AMOUNT_SHAPE)
    return -value if value and (match["minus"] or match["open"]) else value


def _amount_in_words(line: str, text: str) -> Decimal | None:
    match = _IN_WORDS.fullmatch(line)
    value = _money_in_words(match["words"]) if match else None
    if match is None or value is None or not match["number"]:
        return value
    if _exact(match["number"], text, "an amount", _AMOUNT_SHAPE) != value:
        raise _rejected(text, "an amount", "digits and words differ", _AMOUNT_SHAPE)
    return value


# --- percent ----------------------------------------------------------------------------------------------------

_PERCENT_WORD = r"(?:%|เปอร์เซ็?นต?์?)"
_PERCENT = re.compile(
    rf"(?:ร้อยละ\s?)?(?P<number>[-\u2212]?(?:0|[1-9][0-9]{{0,5}})(?:\.[0-9]{{1,12}})?)(?:\s?{_PERCENT_WORD})?"
)
_NO_PERCENT = re.compile(rf"(?:ร้อยละ\s?)?[-\u2010-\u2015.…]+(?:\s?{_PERCENT_WORD})?")
_PERCENT_SHAPE = "a number such as 10.00 %"


@lru_cache(maxsize=65536)
def parse_percent(text: str) -> Decimal | None:
    """Per cent, exactly as printed, with or without its sign; None where the text says that there is none.

    >>> parse_percent("10.00 %"), parse_percent("10.00"), parse_percent("ร้อยละ ๙๐"), parse_percent("-")
    (Decimal('10.00'), Decimal('10.00'), Decimal('90'), None)
    >>> parse_percent("120.00 %")  # impossible, printed, kept
    Decimal('120.00')
    """
    line = _line(text)
    if is_placeholder(line) or _NO_PERCENT.fullmatch(line):
        return None
    match = _PERCENT.fullmatch(line) if len(line) <= _LONGEST else None
    if match is None:
        raise _rejected(text, "a percentage", "it has another shape", _PERCENT_SHAPE)
    return _exact(match["number"].replace("\u2212", "-"), text, "a percentage", _PERCENT_SHAPE)
