"""A document's lines → the printed copies of the form in it, each cut into its sections.

The running title is reprinted at each page break, also inside 1.1, inside a report row and before the signature,
so it never separates copies. The section headings in order do: a copy begins where 1. (or 1.1) comes again. Where
headings were lost, what only one section prints stands for its heading: its labels, a report row, another code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from extract.document import Document, Line
from transform.form import Entry, Form, Section
from transform.labels import Hit, is_item_mark, labels_of
from transform.landmarks import Landmarks, Sight, landmarks_of
from transform.line_kinds import (
    BLANK_LINE,
    COUNT,
    NOTHING,
    PROSE,
    ROWS,
    dress,
    is_rest_of_number,
    kinds_of,
    labelled,
    numbers_of,
)  # fmt: skip
from transform.open_copy import OpenCopy, begins_copy
from transform.page_edges import without_edges
from transform.passage import BLANK, DRESSING, JOINED, PAGE_BREAK, Passage, Segment
from transform.thai import to_arabic_digits
from transform.values import bullet_length

_CODE = re.compile(r"[\d๐-๙]{8}\s*[-‐-―−]\s*[\d๐-๙]{4}(?![\d๐-๙])")
# dots behind the dots of a label: nothing is printed there
_DOTS_FOR_NOTHING = re.compile(r"[.…]\s+(?:\.{2,}|…+)$")
# how many lines of text are looked at to confirm that a section goes on without its heading
_NEARBY = 3


class Block(NamedTuple):
    """The lines under one heading. `section` is None before the first heading and under an unknown one."""

    section: Section | None
    segments: tuple[Segment, ...]

    @property
    def passage(self) -> Passage:
        """The lines as one text."""
        return Passage(self.segments)


class CopyText(NamedTuple):
    """One printed copy: its blocks in printed order, where it begins and ends."""

    ordinal: int
    first: tuple[int, int]
    last: tuple[int, int]
    blocks: tuple[Block, ...]
    is_cut: bool = False  # it ends inside a heading


@dataclass(frozen=True)
class SplitDocument:
    """A document cut into copies. `outside` are lines of no copy, `furniture` the places of known dressing."""

    copies: tuple[CopyText, ...]
    outside: tuple[Segment, ...]
    furniture: frozenset[tuple[int, int]]
    landmarks: int


def split(document: Document, form: Form) -> SplitDocument:
    """Cut a document into its copies. Every line with text ends in a block, in `outside` or in `furniture`."""
    work = _Splitting(*without_edges(document, form), form)
    work.run()
    copies = tuple(
        CopyText(n, c.first, c.last, tuple(Block(s, tuple(texts)) for s, texts in c.blocks), c.beginning == c.last)
        for n, c in enumerate(work.copies, start=1)
    )
    return SplitDocument(copies, tuple(work.outside), frozenset(work.furniture), work.found)


class _Splitting:
    """One document being cut."""

    def __init__(self, lines: Sequence[Line], furniture: set[tuple[int, int]], form: Form):
        self.lines = lines
        self.form = form
        self.landmarks: Landmarks = landmarks_of(form)
        self.labels = labels_of(form)
        self.sections = {s.id: s for s in form.sections}
        self.reports = next((s for s in form.sections if s.reads == "reports"), None)
        self.copies: list[OpenCopy] = []
        self.outside: list[Segment] = []
        self.furniture = furniture
        self.found = 0
        self.current: OpenCopy | None = None
        self.title: tuple[int, int] | None = None  # a title directly above a heading belongs to the copy it opens
        self.gap = JOINED
        self.takes = NOTHING  # the kinds of line that are certainly text of the open section
        self.is_prose = False  # the open section holds no labels
        self.latest = ""  # the latest heading as printed, and whether it had no blank line above
        self.is_tight = False

    def run(self) -> None:
        """Take the lines one after the other; those that are plainly text of the open section go straight there."""
        kind_of = kinds_of(self.form)
        index = self._take_plain(0, kind_of)
        while index < len(self.lines):
            index += self._look(index)
            self._watch(self.current.section if self.current else None)
            index = self._take_plain(index, kind_of)

    def _take_plain(self, index: int, kind_of: Callable[[str], str]) -> int:
        """Take blank lines and plain text of the open section, and return where something else stands."""
        lines, takes, gap = self.lines, self.takes, self.gap
        segments = self.current.blocks[-1][1] if self.current is not None and takes else []
        before = len(segments)
        for at in range(index, len(lines)):
            page, number, text = lines[at]
            kind = kind_of(text) if text else BLANK_LINE
            if kind == BLANK_LINE:
                gap = gap or BLANK
            elif kind in takes:
                segments.append(Segment(page, number, 0, text, gap))
                gap = JOINED
            else:
                break
        else:
            at = len(lines)
        self.gap = gap
        if self.current is not None and len(segments) > before:
            self.current.last = segments[-1][:2]
            self.title = None
            self.found += 0 if self.is_prose else len(segments) - before
        return at

    def _watch(self, section: Section | None) -> None:
        """Say what is plainly text of the section that is open now."""
        self.is_prose = section is not None and section.reads in ("paragraphs", "bullets", "reports")
        if section is self.reports:
            self.takes = ROWS if section else NOTHING
        else:
            self.takes = PROSE if self.is_prose else labelled(section.id) if section else NOTHING

    def _look(self, index: int) -> int:
        """Take a line that may be a landmark, and return how many lines it covers."""
        line = self.lines[index]
        sight = self.landmarks.sight(line.text)
        found = self.landmarks.at(self.lines, index) if sight.may_go_on else sight.landmark
        if found is None and sight.is_lone_number and self._is_page_number(index):
            self._dressing(line.place)
        elif found is None and sight.is_lone_number and (self._stands_alone(index) or self._may_be_page(index)):
            self.outside.append(Segment(line.page, line.number, 0, line.text))  # no word of a text: named as unread
            self.gap = PAGE_BREAK
        elif found is None or (found.is_label and self._is_label_of_value(index)):
            self._text(index)
        elif found.section is None:
            self.found += 1
            self._dressing(*(covered.place for covered in self.lines[index : index + found.lines]))
            self.title = self.title or line.place
        else:
            self.found += 1
            self._heading(found.section, index, found.lines, found.rest)
            if found.is_beginning and self.current is not None:
                self.current.beginning = self.current.last
        return found.lines if found else 1

    def _dressing(self, *places: tuple[int, int]) -> None:
        self.furniture.update(places)
        self.gap = PAGE_BREAK

    def _heading(self, section: Section, index: int, count: int, rest: int | None) -> None:
        covered = self.lines[index : index + count]
        self.latest, self.is_tight = covered[0].text, self.gap == JOINED
        self.furniture.update([line[:2] for line in covered])
        if self.current is None or begins_copy(section, self.current):
            self._begin(self.title or covered[0].place)
        assert self.current is not None
        self.title = None
        self.gap = PAGE_BREAK if self.current.section is section else JOINED  # repeated: what was open goes on
        self.current.open(section)
        last = covered[-1]
        self.current.last = last.place
        if rest is not None:
            self.furniture.discard(last.place)
            self.current.blocks[-1][1].append(Segment(last.page, last.number, rest, last.text[rest:]))

    def _begin(self, place: tuple[int, int]) -> None:
        self.current = OpenCopy(first=place, last=place)
        self.copies.append(self.current)

    def _text(self, index: int) -> None:
        """A line that is no landmark: text of the open section, or what stands for a lost heading."""
        line = self.lines[index]
        sight = self.landmarks.sight(line.text)
        may_label = sight.may_label or (not self.is_prose and self.current is not None)
        hits = self.labels.of_line(line.text.rstrip()) if may_label and not sight.begins_row else ()
        if hits and is_item_mark(line.text[: hits[0].start]):
            self.found += hits[0].has_colon
            if self._is_heading(hits[0], index):
                return
            self._label(hits[0].entry, index)
        elif self.current is not None and self.current.blocks:
            section = self.current.section
            if sight.begins_row and section is not self.reports:
                self.current.open(self.reports)
            elif section is not None and self._is_unknown_heading(sight, line.text, has_label=bool(hits)):
                self.current.open(None)
        self.title = None
        target = self.outside
        if self.current is not None and self.current.blocks:
            target = self.current.blocks[-1][1]
            self.current.last = line.place
        if sight.is_whole:
            target.append(Segment(line.page, line.number, 0, line.text, self.gap))
            self.gap = JOINED
            return
        for a, b in sight.parts:
            target.append(Segment(line.page, line.number, a, line.text[a:b], self.gap))
            self.gap = PAGE_BREAK
        self.gap = JOINED

    def _is_unknown_heading(self, sight: Sight, text: str, *, has_label: bool) -> bool:
        """Whether a line opens a section the form does not have: numbered or bold in the dress of its headings."""
        if self._value_is_due():
            return False
        if sight.is_unknown_heading:
            return True
        if sight.is_bold:
            return not has_label and self._is_apart()
        if sight.number is None or sight.number in numbers_of(self.form) or dress(text) != dress(self.latest):
            return False
        if self.gap == JOINED and is_rest_of_number(self._above(), sight.number, self.latest):
            return False
        return (self.gap != JOINED or self.is_tight) and not self._goes_on_counting(sight.number)

    def _goes_on_counting(self, number: str) -> bool:
        """Whether the open section counts up to a number: then it numbers an item."""
        assert self.current is not None
        counted = {m[1] for s in self.current.blocks[-1][1] if (m := COUNT.match(to_arabic_digits(s.text)))}
        head, point, last = number.rpartition(".")
        return number == "1" or last in ("0", "1") or f"{head}{point}{int(last) - 1}" in counted

    def _is_apart(self) -> bool:
        """Whether a bold line without a number is a heading: not among sentences, nor in a list of bold items."""
        assert self.current is not None
        section, segments = self.current.blocks[-1]
        if section is None or section.reads != "bullets":
            return not self.is_prose
        return self.gap == BLANK and any(bullet_length(s.text) for s in segments)

    def _label(self, entry: Entry, index: int) -> None:
        """A line begins with a label: it may open a copy or a section whose heading is not printed."""
        section = self.sections[entry.section]
        if self.current is not None and self.current.section is section and entry.fields[0].policy != "identity":
            return
        is_code = entry.fields[0].policy == "identity" and self._code_follows(index)
        if self.current is None or not self.current.blocks:
            if self._goes_on(section, entry, index):
                self._begin(self.title or self.lines[index].place)
                assert self.current is not None
                self.current.open(section)
                self.current.has_code = is_code
            return
        moved = self._name_above(section) if is_code and self.current.has_code else []
        if is_code and self.current.has_code and (moved or self._goes_on(section, entry, index)):
            if moved:
                del self.current.blocks[-1][1][-len(moved) :]
            place = (moved[0].page, moved[0].number) if moved else self.title or self.lines[index].place
            self._begin(place)
            self.current.open(section)
            self.current.blocks[-1][1].extend(moved)
        elif self._may_open(section) and self._goes_on(section, entry, index):
            self.current.open(section)
        self.current.has_code = self.current.has_code or is_code

    def _may_open(self, section: Section) -> bool:
        """Whether labels of a section may stand for its lost heading here: not among the labels of another one."""
        assert self.current is not None
        latest = self.current.section
        return latest is None or (latest.reads != "labels" and section.id not in self.current.seen)

    def _is_heading(self, hit: Hit, index: int) -> bool:
        """A label alone on its line above labels of its own section, not open yet: the heading without its number."""
        line = self.lines[index]
        section = self.sections[hit.entry.section]
        if hit.has_colon or self.current is None or line.text[hit.value :].strip(DRESSING):
            return False
        if self.current.section is section or section.id in self.current.seen:
            return False
        following = next(self._following(index), None)
        below = self.labels.of_line(following.text.rstrip()) if following else ()
        if not below or not below[0].has_colon or below[0].entry.section != section.id:
            return False
        self._heading(section, index, 1, None)
        return True

    def _code_follows(self, index: int) -> bool:
        """Whether a well-formed code stands on this line or the next one with text."""
        if _CODE.search(self.lines[index].text):
            return True
        following = next(self._following(index), None)
        return following is not None and _CODE.search(following.text) is not None

    def _goes_on(self, section: Section, entry: Entry, index: int) -> bool:
        """Whether one of the next lines begins with another label of the same section."""
        for line, _ in zip(self._following(index), range(_NEARBY), strict=False):
            hits = self.labels.of_line(line.text.rstrip())
            if hits and hits[0].entry is not entry and hits[0].entry.section == section.id:
                return is_item_mark(line.text[: hits[0].start])
        return False

    def _name_above(self, section: Section) -> list[Segment]:
        """Lines of the open block that already belong to the next copy: its name, printed above its code."""
        assert self.current is not None
        segments = self.current.blocks[-1][1]
        for back in range(1, min(_NEARBY, len(segments)) + 1):
            hits = self.labels.of_line(segments[-back].text.rstrip())
            if hits and hits[0].entry.section == section.id:
                name = hits[0].entry.fields[0]
                if name.field == "project_name":
                    return segments[-back:]
                if name.policy == "identity":
                    return []
        return []

    def _following(self, index: int) -> Iterator[Line]:
        """The lines of text below a line, without titles and furniture, up to the next heading."""
        for n in range(index + 1, len(self.lines)):
            sight = self.landmarks.sight(self.lines[n].text)
            if sight.landmark is not None and sight.landmark.section is not None:
                return
            if not sight.is_blank and sight.landmark is None:
                yield self.lines[n]

    def _is_page_number(self, index: int) -> bool:
        """Whether a number alone on its line stands beside a running title; after a label it may be the value."""
        return self._is_beside_title(index) and (not self._value_is_due() or self._value_follows(index))

    def _may_be_page(self, index: int) -> bool:
        """Whether a number after a label could as well be a page's: beside a title, and not 0."""
        return self._is_beside_title(index) and bool(self.lines[index].text.strip(" ()-–0๐"))

    def _is_beside_title(self, index: int) -> bool:
        """Whether a running title or other furniture stands directly above or below a line."""
        if self.gap == PAGE_BREAK or self.title is not None:
            return True
        for line in self.lines[index + 1 :]:
            sight = self.landmarks.sight(line.text)
            if not sight.is_blank:
                return sight.landmark is not None and sight.landmark.section is None
        return False

    def _value_is_due(self) -> bool:
        """Whether the text above ends with a label, or its separator."""
        above = self._above().rstrip(DRESSING)
        hits = self.labels.of_line(above) if above and not self.is_prose else ()
        is_bare = bool(hits) and hits[-1].value >= len(above) and not _DOTS_FOR_NOTHING.search(above)
        return above[-1:] in (":", "：", "=", "(") or is_bare

    def _above(self) -> str:
        """The line above in the open block; "" for none."""
        blocks = self.current.blocks if self.current else []
        return blocks[-1][1][-1].text if blocks and blocks[-1][1] else ""

    def _value_follows(self, index: int) -> bool:
        """Whether the next line of text is neither a label nor under another heading: the value itself."""
        following = next(self._following(index), None)
        return following is not None and not self.labels.of_line(following.text.rstrip())

    def _stands_alone(self, index: int) -> bool:
        """Whether a number has blank lines on both sides within running text."""
        after = self.lines[index + 1].text if index + 1 < len(self.lines) else ""
        section = self.current.section if self.current else None
        is_text = section is not None and section.reads in ("paragraphs", "bullets")
        return is_text and self.gap != JOINED and not after.strip()

    def _is_label_of_value(self, index: int) -> bool:
        """Whether the words of an open section's heading are its first label this time: a value stands below."""
        section = self.current.section if self.current else None
        return section is not None and section.reads == "labels" and self._value_follows(index)
