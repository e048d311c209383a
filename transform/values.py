"""Printed values → canonical text, one function per parser named in the registry.

Each takes the text of one entry and returns the fields it yields. A text that is no well-formed value is not
dropped: it comes back with the problem, in the words of the parser that refused it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz

from transform.amounts import parse_baht, parse_percent
from transform.dates import parse_datetime, parse_fiscal_year
from transform.passage import DRESSING, LIST_MARKS, join_wraps
from transform.people import parse_people
from transform.thai import is_placeholder, normalize, skeleton, to_arabic_digits

_CODE = re.compile(r"\d{8}-\d{4}")
_DASHES = re.compile(r"[‐‑‒–—−]")
# what most amounts look like; anything else is for the parser of amounts
_USUAL_AMOUNT = re.compile(r"(0|[1-9]\d{0,2}(?:,\d{3}){0,3}|[1-9]\d{3,8})(?:\.(\d{2}))?(?: ?บาท)?", re.ASCII)
_SEPARATOR = r"\s*[-–—?:.]?\s*"
# an amount behind which บาท has a letter wrong
_DAMAGED_UNIT = re.compile(r"([\d๐-๙][\d๐-๙,.]*) ?([\u0e01-\u0e4e]{2,4})", re.ASCII)
# the word that a number stands behind, damaged or not (`ต้านที่ ๗`, `ด้าน ๗`)
_WORD = r"([\u0e01-\u0e4e]{2,22})?\s*"
_ISSUE = re.compile(_WORD + r"(\d{1,2})(?![\d.])" + _SEPARATOR + r"(.*)", re.S)
_ISSUE_WORDS = ("ด้านที่", "ยุทธศาสตร์ที่", "ประเด็นยุทธศาสตร์ที่", "มิติที่")
_NUMBERED = re.compile(_WORD + r"(\d{1,2}(?:\.\d{1,2}){1,3})\.?" + _SEPARATOR + r"(.*)", re.S)
_NUMBERED_WORDS = ("มิติที่", "ยุทธศาสตร์ย่อยที่", "เป้าหมายที่", "เป้าประสงค์ที่")
_INDICATOR = re.compile(r"([\u0e01-\u0e4e]{2,8})\s*(\d{1,2})" + _SEPARATOR + r"(.*)", re.S)
_INDICATOR_WORDS = ("มิติที่",)
# how much of such a word must be right (0-100)
_WORD_LIKENESS = 65
_ENGLISH = re.compile(r"^(.*\S)\s*:\s*([A-Za-z][^\u0e00-\u0e7f]*)$", re.S)
_ONE_MARK = (
    r"(?:(?:ข้อ(?:ที่)?\s*)?(?:\*\*)?(?:[(\[]?[\d๐-๙]{1,2}\\?[.)\]](?![\d๐-๙])[.)]?|\([\d๐-๙]{1,2}\)\.?)(?:\*\*)?"
    r"|[\d๐-๙](?:\.[\d๐-๙]{1,2}){2}[.)]?(?=\s)|ข้อ(?:ที่)?\s*[\d๐-๙]{1,2}(?=\s)"
    rf"|\\?[{LIST_MARKS}*]+|&bull;|\+(?=\s)|o(?=\s+[ก-๎])|[ก-ฮ]\)(?=\s))"
)
_BULLET = re.compile(rf"^\s*{_ONE_MARK}(?:\s+{_ONE_MARK}(?=\s))?\s*")
_BROKEN_NUMBER = re.compile(r"(?<=[\d๐-๙][,./:-])[ \t]*\n\s*(?=[\d๐-๙])|(?<=[\d๐-๙])[ \t]*\n\s*(?=[,./:-][\d๐-๙])")
_DOTTED = re.compile(r"^[^:：]{2,40}(?:\.{2,}|…)\s*[:：]")
_TITLE_FIRST = re.compile(r"นาย|นาง|น\.\s?ส\.|ว่าที่")
_FIRST_NAME_LAST = re.compile(r"(?:^|[\s,/]|และ|กับ)(?:นาย|นางสาว|นาง|น\.\s?ส\.)\s?[ก-๎]+$")
_ONE_WORD = re.compile(r"[ก-๎]+(?=$|\s*(?:\(|/|,|โทร|[\d๐-๙])|\s+(?:และ|นาย|นาง|น\.\s?ส\.|ว่าที่))")
_INLINE_NUMBER = re.compile(r"(?:^|(?<=\s))\(?(\d{1,2})[.)]\s*(?=\D)")
_DIMENSION_ALONE = re.compile(r"\s*มิติที่\s*[\d๐-๙]{1,2}\s*")
_ITEM_START = re.compile(r"^\s*(?:[-•]\s*)?มิติที่")


class Value(NamedTuple):
    """One field read from an entry. `part` is the piece of the text it stands in, where that is not the whole."""

    field: str
    value: str | None
    problem: str | None = None
    part: str | None = None


# what the fields of an entry are called → the values its text yields
Names = tuple[str, ...]
Parser = Callable[[Names, str], list[Value]]


def unbroken(text: str) -> str:
    """A number, code or date on one line; a line break at its comma, point or dash is no space.

    >>> unbroken("1,234,\\n567.50 บาท"), unbroken("2019-10-01\\n00:00:00")
    ('1,234,567.50 บาท', '2019-10-01 00:00:00')
    """
    return join_wraps(_BROKEN_NUMBER.sub("", text)) if "\n" in text else text


def _one(name: str, text: str, convert: Callable[[str], str | None]) -> list[Value]:
    if is_placeholder(text):
        return [Value(name, None)]
    try:
        return [Value(name, convert(text))]
    except ValueError as error:
        return [Value(name, None, str(error))]


@lru_cache(maxsize=65536)
def money(text: str) -> str | None:
    """Baht with two decimals as plain text; None where the form prints no amount.

    >>> money("180,000 บาท")
    '180000.00'
    """
    usual = _USUAL_AMOUNT.fullmatch(text)
    if usual is not None:
        return f"{usual[1].replace(',', '')}.{usual[2] or '':0<2}"
    return _decimal(parse_baht(text))


def printed_money(text: str) -> str | None:
    """The same of an amount as a form prints it: a letter of บาท can be damaged, the digits never.

    >>> printed_money("180,000 ปาท")
    '180000.00'
    """
    unit = _DAMAGED_UNIT.fullmatch(text)
    if unit is not None and unit[2] != "บาท" and fuzz.ratio(unit[2], "บาท") >= _WORD_LIKENESS:
        return money(unit[1])
    return money(text)


@lru_cache(maxsize=65536)
def percent(text: str) -> str | None:
    """Percent with two decimals as plain text.

    >>> percent("10.00 %")
    '10.00'
    """
    return _decimal(parse_percent(text))


def _decimal(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.quantize(Decimal('0.01')):f}"


def day(text: str) -> str | None:
    """The day of a date or time stamp, ISO, Common era, Bangkok.

    >>> day("2019-10-01 00:00:00"), day("25/10/2562")
    ('2019-10-01', '2019-10-25')
    """
    value: datetime | date | None = parse_datetime(text)
    return None if value is None else value.date().isoformat() if isinstance(value, datetime) else value.isoformat()


def year(text: str) -> str | None:
    """Fiscal year in the Buddhist era.

    >>> year("๒๕๖๓")
    '2563'
    """
    value = parse_fiscal_year(text)
    return None if value is None else str(value)


def code(text: str) -> str | None:
    """Project code: eight digits, a dash, four digits; nothing else is one.

    >>> code("๕๐๓๙๐๐๐๐–๓๓๖๗")
    '50390000-3367'
    """
    plain = _DASHES.sub("-", "".join(to_arabic_digits(normalize(text)).split()))
    if not _CODE.fullmatch(plain):
        raise ValueError(f"{text.strip()!r} is not a project code; expected 8 digits, a dash and 4 digits")
    return plain


def _typed(convert: Callable[[str], str | None]) -> Parser:
    return lambda names, text: _one(names[0], normalize(unbroken(text)).strip(DRESSING), convert)


def _text(names: Names, text: str) -> list[Value]:
    return _one(names[0], text, join_wraps)


def _agency_path(names: Names, text: str) -> list[Value]:
    """`A / B / B` → agency_path[1..3]; the repeated last unit is the system's own and stays."""
    base = names[0]
    whole = join_wraps(text) if "<" in text else text  # the slash of a tag parts no path
    parts = [join_wraps(part) for part in re.split("[/／]", whole)]
    printed = [part for part in parts if not is_placeholder(part)]
    return [Value(f"{base}[{n}]", part, part=part) for n, part in enumerate(printed, start=1)]


def _people(names: Names, text: str) -> list[Value]:
    """A person, several people, or the unit or position that stands in their place, with the telephone as printed."""
    base = names[0]
    clean = _joined_names(text) if "\n" in text else join_wraps(text)
    if is_placeholder(clean):
        return [Value(base, None)]
    found = parse_people(clean)
    values = [Value(base, clean)]
    for n, person in enumerate(found.people, start=1):
        suffix = "" if n == 1 else f"[{n}]"
        values.append(Value(f"{base}.name{suffix}", person.name, part=person.name))
        if person.title:
            values.append(Value(f"{base}.title{suffix}", person.title))
    unit = found.unit or (found.position if not found.people else None)
    if unit:
        values.append(Value(f"{base}.unit", unit, part=unit))
    if found.phone or found.phone_problem:
        phone = None if found.phone_problem else found.phone
        values.append(Value(f"{base}.phone", phone, found.phone_problem, part=found.phone))
    return values


def _joined_names(text: str) -> str:
    """Several lines about people as one: a title begins another person, a first name goes before its surname."""
    joined = ""
    for line in text.split("\n"):
        following = normalize(line).strip(DRESSING)
        is_surname = _FIRST_NAME_LAST.search(joined) and _ONE_WORD.match(following)
        apart = joined and (_TITLE_FIRST.match(following) or is_surname)
        joined = f"{joined} {following}" if apart else join_wraps(f"{joined}\n{following}")
    return join_wraps(joined)


def _issue(names: Names, text: str) -> list[Value]:
    """`ด้านที่ ๗ ? ชื่อ : English` → number, name, English name; the `?` is a dash the source system lost."""
    number, name, name_en = names
    clean = join_wraps(text)
    if is_placeholder(clean):
        return [Value(number, None), Value(name, None)]
    found = _behind(_ISSUE_WORDS, _ISSUE, clean)
    rest = clean[found.start(3) :] if found else clean.strip("* ")
    english = _ENGLISH.match(rest)
    values = [Value(number, found[2])] if found else []
    values.append(Value(name, english[1] if english else rest or None, part=english[1] if english else rest))
    if english:
        values.append(Value(name_en, english[2].strip(), part=english[2].strip()))
    return values


def _numbered(names: Names, text: str) -> list[Value]:
    """`๗.๒ - ชื่อ` → number and name."""
    number, name = names
    clean = join_wraps(text)
    if is_placeholder(clean):
        return [Value(number, None), Value(name, None)]
    found = _behind(_NUMBERED_WORDS, _NUMBERED, clean)
    if not found:
        return [Value(name, clean, part=clean)]
    rest = clean[found.start(3) :]
    return [Value(number, found[2]), Value(name, rest or None, part=rest)]


def _behind(words: tuple[str, ...], pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """A number and the text behind it, where nothing or one of the words, perhaps damaged, stands before the number."""
    found = pattern.fullmatch(to_arabic_digits(text))
    if found is None or found[1] is None or found[1] in words:
        return found
    return found if max(fuzz.ratio(found[1], word) for word in words) >= _WORD_LIKENESS else None


def _indicators(names: Names, text: str) -> list[Value]:
    """`มิติที่ 1 ข้อความ` → dimension and text; each line that begins with มิติที่ is an indicator of its own."""
    base = names[0]
    values: list[Value] = []
    for n, item in enumerate(_indicator_items(text), start=1):
        found = _behind(_INDICATOR_WORDS, _INDICATOR, item)
        body = item[found.start(3) :] if found else item
        values.append(Value(f"{base}[{n}]", body or None, part=body))
        if found:
            values.append(Value(f"{base}[{n}].dimension", found[2]))
    return values


def _indicator_items(text: str) -> Iterator[str]:
    collected: list[str] = []
    for line in text.split("\n"):
        is_whole = collected and not _DIMENSION_ALONE.fullmatch("\n".join(collected))
        if is_whole and (_ITEM_START.match(line) or _BULLET.match(line)):
            yield join_wraps(_BULLET.sub("", "\n".join(collected)))
            collected = []
        if line.strip():
            collected.append(line)
    last = join_wraps(_BULLET.sub("", "\n".join(collected)))
    if not is_placeholder(last):
        yield last


def _signature(names: Names, text: str) -> list[Value]:
    """A name or position on the dotted line; dots alone are none."""
    clean = join_wraps(text).split("(")[0].strip(" .…")
    return [Value(names[0], clean or None)]


PARSERS: dict[str, Parser] = {
    "text": _text,
    "code": _typed(code),
    "year": _typed(year),
    "date": _typed(day),
    "baht": _typed(printed_money),
    "agency_path": _agency_path,
    "people": _people,
    "strategy_issue": _issue,
    "strategy_sub_issue": _numbered,
    "strategy_goal": _numbered,
    "indicator": _indicators,
    "signature": _signature,
}


@lru_cache(maxsize=65536)
def values_of(parser: str, names: Names, text: str) -> tuple[Value, ...]:
    """What a parser of the registry reads from a text, under the names of the entry's fields. Values repeat."""
    return tuple(PARSERS[parser](names, text))


# printed on one line: what follows on later lines belongs to nobody
SINGLE_LINE = frozenset({"code", "year", "date", "baht"})


def is_bullet(line: str) -> bool:
    """Whether a line begins with a list mark or a list number.

    >>> is_bullet("- เพื่อ"), is_bullet("๑. เพื่อ"), is_bullet("2.5 ล้านบาท")
    (True, True, False)
    """
    return _BULLET.match(line) is not None


def has_dotted_label(line: str) -> bool:
    """Whether dots lead to a colon, as the form prints after its shorter labels (`ตัวชี้วัด... : `).

    >>> has_dotted_label("หมวด... : ก"), has_dotted_label("หมวด : ก")
    (True, False)
    """
    return _DOTTED.search(line) is not None


def is_item_start(line: str) -> bool:
    """Whether a line begins another indicator (`มิติที่ …`).

    >>> is_item_start("มิติที่ 2 ร้อยละ"), is_item_start("ร้อยละ")
    (True, False)
    """
    return _ITEM_START.match(line) is not None


def bullet_length(line: str) -> int:
    """How many characters the list mark of a line takes (0 without one)."""
    found = _BULLET.match(line)
    return found.end() if found else 0


def inline_items(line: str) -> list[tuple[int, int]]:
    """Spans of the items of a line that holds a whole numbered list, `1. … 2. …`; [] for any other line.

    >>> [("1. ก 2. ข")[a:b] for a, b in inline_items("1. ก 2. ข")]
    ['ก ', 'ข']
    """
    found = list(_INLINE_NUMBER.finditer(to_arabic_digits(line)))
    if len(found) < 2 or line[: found[0].start()].strip():
        return []
    if [int(m[1]) for m in found] != list(range(1, len(found) + 1)):
        return []
    ends = [m.start() for m in found[1:]] + [len(line)]
    return [(m.end(), end) for m, end in zip(found, ends, strict=True)]


def looks_like_label(line: str) -> bool:
    """Whether a line reads `short words : …`, as a label that the registry does not know would."""
    head, colon, _ = normalize(line).partition(":")
    return bool(colon) and 2 <= len(skeleton(head)) <= 30 and not any(c.isdigit() for c in to_arabic_digits(head))


_KINDS: dict[str, Callable[[str], str | None]] = {
    "code": code,
    "year": year,
    "date": day,
    "baht": money,
    "percent": percent,
}


def correct(kind: str, text: str) -> str | None:
    """The canonical text of a reviewed value of one kind.

    Raises ValueError when the value in the corrections file is itself not well-formed.
    """
    return None if is_placeholder(text) else _KINDS.get(kind, join_wraps)(text)
