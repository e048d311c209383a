"""Numbers in Thai words: `หนึ่งแสนแปดหมื่น` → 180000; baht and satang in words → exact decimals.

The written rule, not the spoken one: `สองหมื่นห้า` is 20,005 here, though many say it for 25,000.
"""

import re
from decimal import Decimal
from functools import lru_cache

from transform.thai import normalize

LONGEST = 400  # characters
_DIGITS = {
    "หนึ่ง": 1, "เอ็ด": 1, "สอง": 2, "ยี่": 2, "สาม": 3, "สี่": 4, "ห้า": 5, "หก": 6, "เจ็ด": 7, "แปด": 8, "เก้า": 9,
}  # fmt: skip
SCALES = {"ล้าน": 10**6, "แสน": 10**5, "หมื่น": 10**4, "พัน": 10**3, "ร้อย": 100, "สิบ": 10}
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
    if words in SCALES:
        return SCALES[words]  # ร้อยบาท, หมื่นบาท
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
    total = sum(_DIGITS[digit] * SCALES[scale] for scale, digit in part.items() if digit and scale in SCALES)
    if part["tens"]:
        total += 10 * _DIGITS.get(part["tens"].removesuffix("สิบ"), 1)
    return total + (_DIGITS[part["ones"]] if part["ones"] else 0)


@lru_cache(maxsize=4096)
def parse_number_words(text: str) -> int:
    """The whole number written in Thai words; ValueError for anything else, blanks and digits too.

    >>> parse_number_words("หนึ่งแสนแปดหมื่น"), parse_number_words("ยี่สิบเอ็ดล้าน"), parse_number_words("ศูนย์")
    (180000, 21000000, 0)
    >>> parse_number_words("ยี่ร้อย")
    Traceback (most recent call last):
    ValueError: "ยี่ร้อย" is not a number in words: these words form none; expected e.g. หนึ่งแสนแปดหมื่น
    """
    words = "".join(normalize(text).split())
    value = _words_value(words) if words and len(words) <= LONGEST else None
    if value is None:
        raise ValueError(f'"{text[:80]}" is not a number in words: these words form none; expected e.g. หนึ่งแสนแปดหมื่น')
    return value


_SPOKEN = re.compile(f"(?:ร้อย|พัน|หมื่น|แสน|ล้าน)(?:{_ONE_TO_NINE})$")


def is_spoken_short(words: str) -> bool:
    """Whether number words end as people shorten them: สองหมื่นห้า, said for 25,000 and written for 20,005.

    >>> is_spoken_short("สองหมื่นห้า"), is_spoken_short("สองหมื่นห้าพัน")
    (True, False)
    """
    return _SPOKEN.search("".join(words.split())) is not None


def money_in_words(words: str) -> Decimal | None:
    """Baht and satang written in words; None when the words are no amount.

    >>> money_in_words("หนึ่งล้านบาทห้าสิบสตางค์"), money_in_words("ห้าพันบาทถ้วน"), money_in_words("ถ้วน")
    (Decimal('1000000.50'), Decimal('5000'), None)
    """
    words = "".join(words.split()).removesuffix("ถ้วน")
    baht, unit, satang = words.partition("บาท")
    if not unit and words.endswith("สตางค์"):
        baht, satang = "", words
    if (satang and not satang.endswith("สตางค์")) or (unit and not baht):
        return None
    value = _words_value(baht) if baht else 0
    cents = _words_value(satang.removesuffix("สตางค์")) if satang else 0
    if value is None or cents is None or cents > 99 or not (baht or satang):
        return None
    return Decimal(value) + (Decimal(cents).scaleb(-2) if satang else 0)
