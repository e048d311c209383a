"""English reasons in Thai: why a file is rejected, why a line is refused, why a copy belongs to a project or to none.

Reasons are written in English where something goes wrong and kept so. A case of phrases.toml names one by its words and
takes its values over, so that what was stored on earlier nights is told like what is found tonight.
"""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from expectations.words import spoken

PHRASES = Path(__file__).with_name("phrases.toml")
# a line of a file under data/reference · a source · what forbids publishing · the project of a copy
Kind = Literal["refusals", "unavailable", "blocking", "identity"]
# the declared code for codes that are declared nowhere
OTHER = "other"
_AND_MORE = "…"
# a number, a date or a short name
_LONGEST_WORD = 60
_QUOTES = "'\""
# values that count something; digits of any other may be a code
_COUNTS = frozenset(
    {"all", "bytes", "failed", "found", "images", "least", "limit", "pages", "projects", "size", "times"}
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A reason in English, or its beginning before `…`, and what it says in Thai; {names} stand for its values."""

    en: str
    th: str

    def values_in(self, reason: str) -> dict[str, str] | None:
        """The values that a reason holds, quotes around them left out; None when it is another reason.

        What stands before it, the file or the place, may be anything.

        >>> Phrase("{n} of {all} pages;…", "{n} จาก {all} หน้า").values_in("inbox/a.pdf: 2 of 3 pages; try again")
        {'n': '2', 'all': '3'}
        """
        words = _words(self.en)
        found = (words.values_from(reason, start) for start in words.starts(reason))
        return next((values for values in found if values is not None), None)


@dataclass(frozen=True, slots=True)
class Phrases:
    """The cases of one kind of reason, and what is said where none of them fits."""

    cases: tuple[Phrase, ...]
    other: str

    def thai(self, reason: str) -> str:
        """The reason in Thai: dates and amounts as an office writes them.

        >>> Phrases((Phrase("seen on {night}", "พบเมื่อ {night}"),), "ไม่ทราบ").thai("seen on 2019-10-25")
        'พบเมื่อ 25 ต.ค. 2562'
        """
        for case in self.cases:
            values = case.values_in(reason)
            if values is not None:
                return case.th.format(**{name: _said(name, text) for name, text in values.items()})
        return self.other


@dataclass(frozen=True, slots=True)
class RejectionWords:
    """What is said of files that are rejected with one code: in short, in a sentence, and what to do."""

    title: str
    phrases: Phrases
    todo: str


def rejection_words(code: str | None) -> RejectionWords:
    """What is said of files rejected with this code; of a code that is declared nowhere, what is true of any."""
    declared = load_rejections()
    return declared.get(code or OTHER, declared[OTHER])


def why_rejected(code: str | None, reason: str | None) -> str:
    """Why a file was rejected, in Thai: one sentence without the name of the file and without what to do.

    >>> why_rejected("short_read", "inbox/a.pdf: 100 of 2,000 bytes arrived; expected all of them; try again")
    'รับไฟล์ได้ไม่ครบ ได้ 100 จาก 2,000 ไบต์'
    """
    return rejection_words(code).phrases.thai(reason or "")


def in_thai(kind: Kind, reason: str | None) -> str:
    """A reason of one kind in Thai.

    >>> in_thai("unavailable", "inbox: there is no such folder; expected a folder; create it")
    'ไม่พบโฟลเดอร์นี้'
    """
    return load_phrases(kind).thai(reason or "")


def remedy(rule: str, value: str | None, todo: str) -> str:
    """What to do about a finding: for a rejected file what its code (the finding's `value`) asks for, else `todo`."""
    return rejection_words(value).todo if rule == "file_rejected" else todo


def _said(name: str, text: str) -> str:
    return f"{int(text):,}" if name in _COUNTS and text.isdecimal() else spoken(text)


@lru_cache(maxsize=4)
def load_rejections(path: Path = PHRASES) -> Mapping[str, RejectionWords]:
    """The words of each code of a rejected file, and of OTHER.

    Raises ValueError naming the entry when one is incomplete, without Thai, or takes a value that its reason lacks.
    """
    declared = _declared(path)["rejections"]
    words = {}
    for code, entry in declared.items():
        place = f"{path.name}: rejections.{code}"
        phrases = _phrases(place, {n: v for n, v in entry.items() if n in ("cases", "other")})
        if set(entry) - {"cases", "other"} != {"title", "todo"}:
            given = ", ".join(sorted(entry))
            raise ValueError(f"{place}: expected title, other, todo and perhaps cases, found {given}")
        words[code] = RejectionWords(_thai(place, entry["title"]), phrases, _thai(place, entry["todo"]))
    if OTHER not in words:
        raise ValueError(f"{path.name}: rejections.{OTHER} is missing; it speaks of codes that are declared nowhere")
    return words


@lru_cache(maxsize=16)
def load_phrases(kind: Kind, path: Path = PHRASES) -> Phrases:
    """The cases of one kind of reason. Raises ValueError like `load_rejections`."""
    return _phrases(f"{path.name}: {kind}", _declared(path)[kind])


@lru_cache(maxsize=4)
def _declared(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _phrases(place: str, entry: Mapping[str, Any]) -> Phrases:
    try:
        cases = tuple(Phrase(**case) for case in entry.get("cases", ()))
        phrases = Phrases(cases, _thai(place, entry["other"]))
    except (TypeError, KeyError) as error:
        raise ValueError(f"{place}: {error}; see the comment at the head of the file") from error
    for case in cases:
        _thai(place, case.th)
        unknown = sorted(_names(case.th) - _names(case.en))
        if unknown or not case.en.strip():
            raise ValueError(f"{place}: {case.th!r} takes {unknown}, which {case.en!r} does not hold")
        if case.en.endswith("}" + _AND_MORE):
            raise ValueError(f"{place}: {case.en!r} does not say where its last value ends; expected words behind it")
    return phrases


def _thai(place: str, text: str) -> str:
    if not re.search("[ก-๎]", text):
        raise ValueError(f"{place}: {text!r} is no Thai")
    return text


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@dataclass(frozen=True, slots=True)
class _Words:
    """The fixed words of a reason: those it begins with, and each value with the words behind it.

    Found from left to right, each at its first place: a reason may quote a text of any length, and a pattern with
    several values would try them all against each other.
    """

    head: str
    values: tuple[tuple[str, str], ...]
    is_beginning: bool

    def starts(self, reason: str) -> Iterator[int]:
        """Where the reason may begin: at a word; one that begins with a value, at the word before what follows it."""
        if self.head:
            places = (found.start() for found in re.finditer(re.escape(self.head), reason))
            yield from (at for at in places if at == 0 or reason[at - 1].isspace())
            return
        for found in reversed(list(re.finditer(re.escape(self.values[0][1]), reason))):
            word = re.search(r"\S+$", reason[max(0, found.start() - _LONGEST_WORD) : found.start()])
            if word is not None:
                yield found.start() - len(word[0])

    def values_from(self, reason: str, start: int) -> dict[str, str] | None:
        """The values of the reason that begins there; None when it is another one."""
        at, found = start + len(self.head), {}
        for number, (name, behind) in enumerate(self.values, start=1):
            if number == len(self.values) and not self.is_beginning:
                end = len(reason) - len(behind) if reason.endswith(behind) else -1
            else:
                end = reason.find(behind, at + 1)
            if end <= at:
                return None
            found[name] = _unquoted(reason[at:end])
            at = end + len(behind)
        return found if self.is_beginning or at == len(reason) else None


@lru_cache(maxsize=512)
def _words(en: str) -> _Words:
    parts = [(literal, name) for literal, name, _, _ in string.Formatter().parse(en.removesuffix(_AND_MORE))]
    names = [name for _, name in parts if name is not None]
    literals = [literal for literal, _ in parts] + [""] * (len(names) + 1 - len(parts))
    return _Words(literals[0], tuple(zip(names, literals[1:], strict=True)), en.endswith(_AND_MORE))


def _unquoted(text: str) -> str:
    is_quoted = len(text) > 1 and text[0] == text[-1] and text[0] in _QUOTES
    return text[1:-1] if is_quoted else text
