"""What a printed line is to the form as a whole: a heading, the running title, page furniture, or text.

A line is judged once by its text alone, however often it is printed; only a line that could be the beginning of a
longer title or heading is looked at together with the lines below it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz

from extract.document import Line
from transform.form import Form, Section
from transform.passage import ANY_MARK, DRESSING
from transform.thai import normalize, skeleton, skeleton_with_map, to_arabic_digits

# a heading damaged by extraction or typing is still recognised when this much of it is right (0-100)
HEADING_LIKENESS = 84
UNNUMBERED_LIKENESS = 92  # without its number, and over several lines
# an unnumbered beginning of a heading must be this long to count, or sentences would pass for headings
_SHORTEST_BEGINNING = 10
_LONG_HEADING = 40
_SHORTEST_NUMBERED = 5  # below its own number of two parts
_SHORTEST_TITLE_BEGINNING = 6
_TITLE_LENGTHS = 6
_TITLE_LIKENESS = 75  # letter by letter as printed, before marks and spaces are taken away
_MOST_LINES = 4
_NUMBER = re.compile(r"^[(\[]?(\d{1,2}(?:[.,]\d{1,2})*)(?!\d)[.)\]]*[-–:]?")
# around a heading, in its skeleton: list marks, quotes, table bars, other markup; ข้อ, หัวข้อที่, ส่วนที่ before its number
_LEAD = re.compile(r"^[#>•●|\[\"“_–-]*(?:(?:หว)?ขอท?|สวนท|หมวดท?)?(?=[\[(]?\d)|^[#>|_]+")
_CLOSING = " .:*\\_|"
_TRAIL = '|"”#_'
_UNKNOWN_HEADING = re.compile(
    r"^\s*\*\*\s*[(\[]?[\d๐-๙]{1,2}(?:\.[\d๐-๙]{1,2})*(?:[.)\]]+\s*|\s+|(?=[ก-ฮเ-ไ]))[^\s\d].*\*\*\s*$"
)
# what stands before the number of a heading: marks and markup, a word
HEADING_LEAD = re.compile(r"((?:[\s*#>•●|\[\"“_–-]|<[^<>\n]{1,20}>)*)((?:หัว)?ข้อ(?:ที่)?|ส่วนที่|หมวด(?:ที่)?)?\s*")
# a line numbered like a heading: not a quantity, not the rest of a date
_NUMBERED = re.compile(
    r"^[(\[]?([1-9๑-๙]\.[1-9๑-๙][\d๐-๙]?(?=[.)\]\s])|[\d๐-๙]{1,2}(?=[.)\]]))[.)\]]*\s*[-–]?\s*"
    r"(?!(?:ล้าน|แสน|หมื่น|พัน|บาท|คน|ครั้ง|แห่ง|ชุด|ร้อยละ|เปอร์|กิโล|กม|เมตร|ตร|ไร่|ตัน|ลิตร|น\.|ชั่วโมง|วัน|เดือน|ปี)(?![ก-๎]{12}))"
    r"[ก-ฮเ-ไ][^:：]{3,80}(?:[:：]-?)?[\s|*]*$"
)
# what may stand behind the words of a heading: (ต่อ), ดังนี้ :-, dots and dressing
_ENDS_HEADING = re.compile(
    r"^[\s.:…*\\(\[-]*(?:ฯ(?:ลฯ)?|ต่อ|cont(?:inued)?\.?|(?:มี|ประกอบด้วย|รายละเอียด|โดยมีรายละเอียด)?(?:ดังนี้|ดังต่อไปนี้))?"
    r"[\s.:…*\\)\]|\"”#_–-]*$",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"[(\[](?:ตอ|cont(?:inued)?\.?)[)\]][.:]*$", re.IGNORECASE)  # (ต่อ) in a skeleton
_THAI_LETTER = re.compile("[ก-๎]")  # before the words of the title: they are part of a sentence
_TAG = re.compile(r"\s*</?(?:b|strong|h[1-6]|u)>\s*", re.IGNORECASE)
_PAGE_HINT = re.compile(r"(?:หน้า(?:ที่)?|age)\s*[\d๐-๙]")
_PAGE_OF_PAGES = re.compile(
    r"(?:^|\s)\(?(?:หน้า(?:ที่)?|[Pp]age)\s*[\d๐-๙]{1,4}\s*(?:/|จาก|ของ|of)\s*[\d๐-๙]{1,4}\)?(?=\s*$)"
    r"|^\s*\(?(?:หน้า(?:ที่)?|[Pp]age)\s*[\d๐-๙]{1,4}\s*(?:/|จาก|ของ|of)\s*[\d๐-๙]{1,4}\)?(?=\s)"
)
_BOLD = re.compile(r"^\s*\*\*[^*\\]+\*\*\s*$")
_ROW = re.compile(
    r"^(?:[\s*\\•-]|<[^<>\n]{1,20}>)*รายงานคร[^\s\d]{1,4}ง[^\s\d]{0,2}ท[^\s\d]{0,3}[\s.]*[\d๐-๙]{1,4}\s*[:：]"
)
_LONE_NUMBER = re.compile(r"^\s*(?:[-–]\s*[\d๐-๙]{1,3}\s*[-–]?|\([\d๐-๙]{1,3}\)|[\d๐-๙]{1,3}\s*[-–]?)\s*$")
_ROW_BEGINS = "ร*\\•-<"
# what may stand before a heading or title on its line, and the first characters of lines worth a look
_AROUND = r"(?:[\s*\\|#>•●\[\"“_\ufeff\u200b-\u200f\u2060]|&[#\w]{1,8};|<[^<>\n]{1,40}>)*"
_FIRST = '*#>|\\(["“•●<&_=~-–—\ufeff\u200b\u200c\u200d\u200e\u200f\u2060Pp0123456789๐๑๒๓๔๕๖๗๘๙หรขส'


@dataclass(frozen=True, slots=True)
class Landmark:
    """A title, furniture (section None) or a heading, over `lines` lines; the last one goes on at `rest`."""

    section: Section | None
    lines: int
    rest: int | None = None
    is_beginning: bool = False  # only the first words of the heading stand there
    is_label: bool = False  # without its number it could be the label of a field as well


class Sight(NamedTuple):
    """What one line is by itself. `parts` are the spans of its text without titles and page numbers printed inside it.

    `is_whole`: text and nothing else, so that it has no parts. `may_label`: a label with its colon could stand on it.
    """

    is_blank: bool = False
    landmark: Landmark | None = None
    may_go_on: bool = False
    is_unknown_heading: bool = False
    number: str | None = None  # of a line that is numbered as headings are
    is_bold: bool = False
    is_lone_number: bool = False
    begins_row: bool = False
    parts: tuple[tuple[int, int], ...] = ()
    is_whole: bool = False
    may_label: bool = False


_NOTHING_SPECIAL = Sight()
_BLANK = Sight(is_blank=True)
_FURNITURE = Sight(landmark=Landmark(None, 1))
_TEXT = Sight(is_whole=True)
_LABEL_TEXT = Sight(is_whole=True, may_label=True)
_ROW_TEXT = Sight(is_whole=True, begins_row=True)


class Landmarks:
    """Titles, headings and furniture of one form, prepared for comparing."""

    def __init__(self, form: Form):
        self.titles = [skeleton(t) for t in form.titles]
        self.furniture = [re.compile(p) for p in form.furniture]
        labels = {skeleton(label) for entry in form.entries for label in entry.labels}
        self.headings: list[tuple[str, str, Section, bool]] = []  # number, words, section, is a label too
        for section in form.sections:
            for heading in section.headings:
                key = skeleton(heading).strip(".:")
                number = _NUMBER.match(key)
                bare = key[number.end() :] if number else key
                self.headings.append((number[1] if number else "", bare, section, bare in labels))
        self.glued = _glued(self.headings)
        self.headings.sort(key=lambda h: -len(h[1]))
        beginnings = {t[:_SHORTEST_TITLE_BEGINNING] for t in self.titles}
        beginnings |= {words[:_SHORTEST_BEGINNING] for _, words, _, _ in self.headings}
        spelt = "|".join(ANY_MARK.join(re.escape(c) for c in b) for b in sorted(beginnings))
        beginning = rf"[\d๐-๙(=_~]|\*|[Pp]|ห\s*น\s*[\u0e31-\u0e4e]*\s*า|(?:หัว)?ข้อ|ส่วนที่|หมวด|{spelt}"
        # a dash before Thai words marks a list item; before anything else it can be dressing of a page number
        self._worth_a_look = re.compile(rf"{_AROUND}(?:[-–—~]\s*(?:[^\sก-ๆ]|{beginning}|$)|{beginning})")
        # with any other letter a line begins no title, heading, page number or report row
        self._first = {*_FIRST, *(b[0] for b in beginnings)}
        self._is_dressed = re.compile(r"\s*[*#>]")
        self._printed_titles = form.titles
        lengths = [len(t) for t in form.titles] or [0]
        self._title_length = min(lengths) - _TITLE_LENGTHS, max(lengths) + 2 * _TITLE_LENGTHS
        self._title_word = form.titles[0][:3] if form.titles else ""
        self.sight = lru_cache(maxsize=65536)(self.look)

    def at(self, lines: Sequence[Line], index: int) -> Landmark | None:
        """The title, page furniture or heading that begins on this line, if one does."""
        sight = self.sight(lines[index].text)
        if sight.may_go_on:
            return self._over_lines(lines, index) or sight.landmark
        return sight.landmark

    def look(self, text: str) -> Sight:
        """What a line is by itself; `sight` is the same, remembered."""
        head = text.lstrip()[:1]
        if not head or (head in "<&" and not normalize(text).strip()):
            return _BLANK
        is_worth = head in self._first and (self._worth_a_look.match(text) or self._is_dressed.match(text))
        if not is_worth:
            begins_row = head in _ROW_BEGINS and _ROW.match(text) is not None
            if begins_row or not self._is_like_title(text):
                return self._as_text(text, begins_row=begins_row)
        key = _heading_key(text)
        if not key:
            return _FURNITURE
        plain = _TAG.sub("**", text) if "<" in text else text.replace("__", "**")  # the other ways to write bold
        parts = self._parts(text)
        landmark = self._alone(text, key, is_bold=_BOLD.match(plain) is not None) if parts else Landmark(None, 1)
        is_whole = landmark is not None and landmark.rest is None and not landmark.is_beginning
        is_cut_title = is_whole and any(t != key and t.startswith(key) for t in self.titles)
        may_go_on = (not is_whole or is_cut_title) and self._may_go_on(key, is_bold=_opens_bold(plain))
        begins_row = landmark is None and _ROW.match(text) is not None
        special = Sight(
            landmark=landmark,
            may_go_on=may_go_on,
            is_unknown_heading=landmark is None and _UNKNOWN_HEADING.match(plain) is not None,
            is_bold=landmark is None and _BOLD.match(plain) is not None,
            is_lone_number=landmark is None and _LONE_NUMBER.match(text) is not None,
        )
        words = normalize(text)
        numbered = _NUMBERED.match(words[HEADING_LEAD.match(words).end() :]) if landmark is None else None  # type: ignore[union-attr]
        special = special._replace(number=to_arabic_digits(numbered[1])) if numbered else special
        if special == _NOTHING_SPECIAL:
            return self._as_text(text, begins_row=begins_row)
        return special._replace(begins_row=begins_row, parts=parts, may_label=_may_label(text))

    def _is_like_title(self, text: str) -> bool:
        """Whether a line could be the running title with its first letters damaged."""
        low, high = self._title_length
        return low <= len(text) <= high and any(
            fuzz.ratio(text.strip(DRESSING), title, score_cutoff=_TITLE_LIKENESS) for title in self._printed_titles
        )

    def _as_text(self, text: str, *, begins_row: bool) -> Sight:
        """A line that can be no landmark as a whole."""
        parts = self._parts(text) if self._may_be_parted(text) else None
        if parts is None or parts == ((0, len(text)),):
            return _ROW_TEXT if begins_row else _LABEL_TEXT if _may_label(text) else _TEXT
        may_label = not begins_row and _may_label(text)
        return Sight(parts=parts, begins_row=begins_row, may_label=may_label) if parts else _FURNITURE

    def _may_be_parted(self, text: str) -> bool:
        """Whether a title or a page number could be printed inside a line, or nothing but dressing stands on it."""
        return self._title_word in text or "หน้า" in text or "age" in text or not text.strip(DRESSING)

    def _alone(self, text: str, key: str, *, is_bold: bool) -> Landmark | None:
        """What the line is without the lines below it."""
        if any(p.match(key) or p.match(skeleton(text)) for p in self.furniture):
            return Landmark(None, 1)
        for title in self.titles:
            alike = abs(len(key) - len(title)) <= _TITLE_LENGTHS and fuzz.ratio(key, title) >= HEADING_LIKENESS
            if key == title or alike:
                return Landmark(None, 1)
        if key in self.glued:
            return Landmark(self.glued[key], 1)
        found = _NUMBER.match(key)
        number = found[1].replace(",", ".") if found else ""
        bare = (key[found.end() :] if found else key).strip(".:")
        goes_on = _GOES_ON.search(bare)
        bare = bare[: goes_on.start()].strip(".:") if goes_on and not number else bare
        for printed, words, section, is_label in self.headings:
            may_be_label = is_label and not number and not goes_on
            if may_be_label and not is_bold:
                continue
            if bare == words:
                return Landmark(section, 1, is_label=may_be_label)
            if number and number == printed and bare.startswith(words):
                return Landmark(section, 1, _rest(text, words))
            if number in ("", printed) and words.startswith(bare) and len(bare) >= _shortest(number):
                return Landmark(section, 1, is_beginning=True)
            if _is_damaged(
                bare,
                words,
                is_numbered=bool(number) and number == printed,
                is_bold=_may_be_damaged(words, is_bold) and not number,
            ):
                return Landmark(section, 1)
        return None

    def _may_go_on(self, key: str, *, is_bold: bool) -> bool:
        """Whether a line could be the first of several that spell a title or heading; damaged, if bold or numbered."""
        found = _NUMBER.match(key)
        bare = key[found.end() :] if found else key
        if len(key) >= _SHORTEST_TITLE_BEGINNING and any(t != key and t.startswith(key) for t in self.titles):
            return True
        if found and not bare:  # a number whose words stand on the next line
            return any(found[1] == printed for printed, _, _, _ in self.headings)
        shortest = _SHORTEST_BEGINNING if found else 2 * _SHORTEST_BEGINNING
        if len(bare) < shortest:
            return False
        return any(
            w != bare and (w.startswith(bare) or ((found or is_bold) and _is_like(bare, w[: len(bare)])))
            for printed, w, _, _ in self.headings
            if not found or found[1] == printed
        )

    def _over_lines(self, lines: Sequence[Line], index: int) -> Landmark | None:
        """A title or heading spelt by this line and the next ones together."""
        key = _heading_key(lines[index].text)
        found = _NUMBER.match(key)
        targets: list[tuple[str, Section | None]] = [(t, None) for t in self.titles]
        start = found.end() if found else 0
        number = found[1].replace(",", ".") if found else ""
        targets += [(key[:start] + w, s) for printed, w, s, _ in self.headings if number in ("", printed)]
        is_marked = bool(number) or _opens_bold(lines[index].text)
        joined = key
        alike: Landmark | None = None
        for covered in range(2, min(_MOST_LINES, len(lines) - index) + 1):
            joined = (joined + skeleton(lines[index + covered - 1].text).rstrip(".")).rstrip(":")
            for target, section in targets:
                if joined == target:
                    return Landmark(section, covered)
                if is_marked and section is not None and _is_like(joined, target):
                    alike = Landmark(section, covered)
        return alike

    def _parts(self, text: str) -> tuple[tuple[int, int], ...]:
        """Spans of a line of text without a running title or `หน้า 3/12` printed inside it."""
        spans = [(0, len(text))]
        if self._title_word and self._title_word in text:
            for title in self.titles:
                key, origin = skeleton_with_map(text)
                at = key.find(title)
                if at >= 0 and not _THAI_LETTER.match(text[max(0, origin[at] - 1) : origin[at]]):
                    end = origin[at + len(title)] if at + len(title) < len(origin) else len(text)
                    before, after = text[: origin[at]].rstrip("*\\_ "), text[end:]
                    spans = [(0, len(before)), (end + len(after) - len(after.lstrip("*\\_ \t")), len(text))]
                    break
        if ("หน้า" in text or "age" in text) and _PAGE_HINT.search(text):
            spans = [piece for a, b in spans for piece in _without_page(text, a, b)]
        return tuple((a, b) for a, b in spans if text[a:b].strip(DRESSING))


def _glued(headings: Sequence[tuple[str, str, Section, bool]]) -> dict[str, Section]:
    """Two headings that follow each other printed as one line, with or without the first one's number → the second."""
    first = [(n, w, s) for n, w, s, _ in headings if n and s.reads == "nothing"]
    under = [(n, w, s) for n, w, s, _ in headings]
    return {
        before + words + number + below: section
        for chapter, words, _ in first
        for number, below, section in under
        for before in ("", chapter, f"{chapter}.")
        if number.startswith(f"{chapter}.")
    }


def _shortest(number: str) -> int:
    """How many letters of a heading must be printed behind its number for its beginning to stand for it."""
    return _SHORTEST_NUMBERED if "." in number else _SHORTEST_BEGINNING if number else 2 * _SHORTEST_BEGINNING


def _is_damaged(bare: str, words: str, *, is_numbered: bool, is_bold: bool) -> bool:
    """Whether a line is a heading with some letters wrong: under its own number, or alone in bold."""
    if not (is_numbered or is_bold) or not 0.6 < len(bare) / len(words) < 1.4:
        return False
    return fuzz.ratio(bare, words) >= (HEADING_LIKENESS if is_numbered else UNNUMBERED_LIKENESS)


def _may_be_damaged(words: str, is_bold: bool) -> bool:
    """Whether a heading without its number is known from most of its letters: in bold, or by its length alone."""
    return is_bold or len(words) >= _LONG_HEADING


def _is_like(a: str, b: str) -> bool:
    return fuzz.ratio(a, b) >= UNNUMBERED_LIKENESS


def _opens_bold(text: str) -> bool:
    """Whether a line begins in bold."""
    return text.lstrip().startswith("**")


def _may_label(text: str) -> bool:
    head = text.lstrip()[:1]
    return head not in ":-" and (":" in text or "：" in text or text.rstrip()[-2:] == "..")


def _without_page(text: str, start: int, end: int) -> list[tuple[int, int]]:
    found = _PAGE_OF_PAGES.search(text[start:end])
    return [(start, end)] if found is None else [(start, start + found.start()), (start + found.end(), end)]


def _heading_key(text: str) -> str:
    """The skeleton of a line without what is printed around a heading."""
    return _LEAD.sub("", skeleton(text)).rstrip(_TRAIL)


def _rest(text: str, words: str) -> int | None:
    """Where a line goes on after its heading; None when only dots, dressing, (ต่อ) or ดังนี้ follow."""
    key, origin = skeleton_with_map(text)
    end = key.find(words) + len(words)
    start = origin[end] if end < len(origin) else len(text)
    rest = normalize(text[start:])
    is_letter_doubled = rest[:1] == normalize(text[:start])[-1:] and not rest[1:].strip(_CLOSING)
    if is_letter_doubled or _ENDS_HEADING.match(rest):
        return None
    return start + len(text[start:]) - len(text[start:].lstrip(" \t:："))


@lru_cache(maxsize=4)
def landmarks_of(form: Form) -> Landmarks:
    """The prepared landmarks of a form."""
    return Landmarks(form)
