"""Telephones as printed → digits: internal extensions (7037), landlines, mobiles, with their ranges and extensions.

A fax is no telephone. Spaces, dots, hyphens and a country code do not count; a letter for a digit does.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from transform.thai import is_placeholder, normalize, to_arabic_digits

PhoneKind = Literal["short", "landline", "mobile"]


@dataclass(frozen=True)
class Phone:
    """A number in digits only; `to` is the last one of a printed range, `ext` the extension (`3121-4` stays so)."""

    number: str
    kind: PhoneKind
    to: str | None = None
    ext: str | None = None


FAX = r"(?:โทรสาร|แฟกซ์|(?<![A-Za-z])Fax)[\s.:]*"
# ภายใน behind a number is its extension, elsewhere a label
LABEL = (
    r"(?:(?:เบอร์|หมายเลข)\s?)?(?:โทร(?:ศัพท์)?(?:\s?(?:มือถือ|เคลื่อนที่|ติดต่อ|ภายใน))?(?=[\s.:/0-9(+]|และ|$)"
    r"|(?<![A-Za-z])(?:Tel|Mobile|Phone)(?![a-z])|มือถือ|(?:เบอร์|หมายเลข|สายตรง|ติดต่อ(?:ที่)?|(?<![0-9])(?<![0-9]\s)(?<!ต่อ)ภายใน)"
    r"(?=[\s.:]*[0-9(+]))[\s.:]*"
    rf"(?:(?:/|และ)\s?(?:{FAX}))?(?:ภายใน[\s.:]*)?"
)
AND = r"(?:ต่อ(?:\s?ภายใน)?\.?|หรือ|และ|ถึง|กด|ภายใน|ext\.?|#)"
TRIM = " \t\n.,;:/()-–*\\"
_ANY_LABEL = re.compile(rf"(?P<phone>{LABEL})|(?P<fax>{FAX})", re.IGNORECASE)
_LISTED = re.compile(r"\s*(?:[,;/]|หรือ|และ)\s*")
_EXTENSION = re.compile(r"[\s(]*(?:ต่อ(?:ภายใน)?|กด|ภายใน|ext|#)[\s.]*(?:ภายใน\s*)?", re.IGNORECASE)
_EXTENSION_DIGITS = re.compile(r"[0-9]{1,5}(?:\s?-\s?[0-9]{1,5})?")
_RANGE = re.compile(r"\s*(?:-|\u2013|ถึง)\s*")
_COUNTRY = re.compile(r"\(?(?:\+66|0066)\)?[\s-]*(?:\(?0\)?)?")
_NOTHING = frozenset({"ไม่มี", "ไม่ระบุ", "ไม่ได้ระบุ"})
_PHONE_SHAPE = "3-5 digits (internal), 9 digits from 02-07, or 10 digits from 06, 08, 09"


def parse_phones(text: str) -> list[Phone]:
    """The telephone numbers printed; none for a blank or a dash; ValueError where one cannot be read.

    >>> parse_phones("โทร. 6822-3")
    [Phone(number='6822', kind='short', to='6823', ext=None)]
    >>> parse_phones("0 2246 0000 ต่อ 3121, 08 1234 5678")  # doctest: +NORMALIZE_WHITESPACE
    [Phone(number='022460000', kind='landline', to=None, ext='3121'),
     Phone(number='0812345678', kind='mobile', to=None, ext=None)]
    >>> [phone.number for phone in parse_phones("โทรสาร 7038 โทร. 7037")], parse_phones("โทร. -")
    (['7037'], [])
    >>> parse_phones("7O37")
    Traceback (most recent call last):
    ValueError: "7O37" is not a telephone number: "7O37" is none; expected 3-5 digits (internal), 9 digits from 02-07, \
or 10 digits from 06, 08, 09
    """
    return list(read_phones(text))


@lru_cache(maxsize=65536)
def read_phones(text: str) -> tuple[Phone, ...]:
    """`parse_phones`, cached."""
    line = to_arabic_digits(normalize(text)).replace("\n", " ").strip(" *\\")
    if is_placeholder(line):
        return ()
    found: list[Phone] = []
    for said, is_fax in _labelled(line):
        listed = _unwrapped(said)
        if listed and listed not in _NOTHING and not is_placeholder(listed):
            numbers = _listed(listed, text)
            found += [] if is_fax else numbers
    return tuple(found)


def _labelled(line: str) -> list[tuple[str, bool]]:
    """What stands before the first label and behind each, and whether it is a fax."""
    labels = list(_ANY_LABEL.finditer(line))
    ends = [*(label.start() for label in labels[1:]), len(line)]
    behind = [(line[label.end() : end], label["fax"] is not None) for label, end in zip(labels, ends, strict=False)]
    return [(line[: labels[0].start()] if labels else line, False), *behind]


def _unwrapped(said: str) -> str:
    """Without punctuation round it, and without a parenthesis that lost its other half; `(02) 246` keeps its own."""
    bare = said.strip(TRIM.replace("(", "").replace(")", ""))
    while bare and (bare[-1] == "(" or (bare[-1] == ")" and not re.search(r"\([^()]*\)$", bare))):
        bare = bare[:-1].rstrip(TRIM.replace("(", "").replace(")", ""))
    while bare.startswith("(") and (
        bare.count("(") > bare.count(")") or re.fullmatch(r"\((?:[^()]|\([^()]*\))*\)", bare)
    ):
        bare = bare[1:].removesuffix(")").strip(TRIM.replace("(", "").replace(")", ""))
    return bare.lstrip(")").strip(TRIM.replace("(", "").replace(")", ""))


def _listed(said: str, text: str) -> list[Phone]:
    """The numbers of a list; behind an extension, short numbers are further extensions of the same number."""
    found: list[Phone] = []
    for printed in _LISTED.split(said):
        main, *extensions = _EXTENSION.split(printed)
        before = found[-1] if found else None
        if before and before.ext and not extensions and _EXTENSION_DIGITS.fullmatch(main):
            found.append(Phone(before.number, before.kind, before.to, re.sub(r"\s", "", main)))
            continue
        if not main:
            raise _no_phone(text, printed)
        number, kind, to = _one_number(main, text)
        extension = extensions[0].strip(") ") if extensions else None
        if len(extensions) > 1 or (extension is not None and not _EXTENSION_DIGITS.fullmatch(extension)):
            raise _no_phone(text, printed)
        found.append(Phone(number, kind, to, re.sub(r"\s", "", extension) if extension else None))
    return found


def _kind(digits: str) -> PhoneKind | None:
    if 3 <= len(digits) <= 5 and digits[0] != "0":
        return "short"
    if len(digits) == 9 and digits[0] == "0" and digits[1] in "23457":
        return "landline"
    return "mobile" if len(digits) == 10 and digits[:2] in ("06", "08", "09") else None


def _one_number(printed: str, text: str) -> tuple[str, PhoneKind, str | None]:
    """`02 245 4743-7` → first, kind, last. A hyphen is a range where what stands before it is a whole number."""
    plain = _COUNTRY.sub("0", printed.strip(), count=1) if _COUNTRY.match(printed.strip()) else printed.strip()
    digits = re.sub(r"[\s().\u2013-]", "", plain)
    if not re.fullmatch("[0-9]+", digits.replace("ถึง", "")):
        raise _no_phone(text, printed)
    whole = _kind(digits) if digits[0] == "0" or (digits == plain) else None
    if whole and digits.isdecimal():
        return digits, whole, None
    parts = _RANGE.split(plain)
    first, tail = re.sub(r"[\s().-]", "", "".join(parts[:-1])), re.sub(r"[\s().]", "", parts[-1])
    kind = _kind(first) if first else None
    if kind == "short" and (len(parts) != 2 or first != parts[0]):
        kind = None
    if kind is None or not tail.isdecimal() or len(tail) > len(first):
        raise _no_phone(text, printed)
    last = first[: len(first) - len(tail)] + tail
    if last <= first:
        raise _no_phone(text, printed)
    return first, kind, last


def _no_phone(text: str, part: str) -> ValueError:
    return ValueError(f'"{text[:80]}" is not a telephone number: "{part[:40]}" is none; expected {_PHONE_SHAPE}')
