"""The form's labels on a printed line: where each stands and where its value begins.

A label is looked up by the words before a colon, in a dictionary of skeletons, so marks, dots, spaces and dressing do
not count; only what the dictionary misses is compared letter by letter. A line is looked at once, however often it is
printed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from extract.encodings import LOST
from transform.form import Entry, Form
from transform.passage import ANY_MARK, LIST_MARKS, Passage, Segment
from transform.thai import skeleton, skeleton_with_map
from transform.values import SINGLE_LINE

# colons as printed, as look-alikes of other alphabets; the bars and tabs of a table
_SEPARATOR = re.compile(r"[:：︰﹕∶=|\t]+|\.{3,}[ \u00a0]+(?=[^\s:：=.])")
_ITEM_MARK = re.compile(
    rf"\s*(?:[{LIST_MARKS}#*|_]+|"
    r"(?:ข้อ(?:ที่)?\s*)?[(\[]?[\d๐-๙]{1,2}(?:\.[\d๐-๙]{1,2})*[.)\]]*)?[\s*\\|_]*"
)
_TAIL = " \t\r\u00a0.…*\\"
_SIGNATURE_END = re.compile(r"\.*[:=]?")
_WORD_START = re.compile(r"(?<![^\s*\\|])[^\s*\\|]")
# a label with one wrong letter is still that label; shorter ones are too like other words
_SHORTEST_DAMAGED = 4
_MOST_LOSSES = 4  # places in one label where letters were lost
_SHORTEST_WRAPPED = 3
_ENDS_NO_LABEL = ".:：=)0123456789๐๑๒๓๔๕๖๗๘๙"
_LONGEST_LABEL = 60
_MOST_WRAPPED_LINES = 3
# with no separator at all, only what cannot be the rest of a longer label is a value
_VALUE_BEGINS = {
    "people": re.compile(r"(?:นาย|นาง|น\.ส\.|ว่าที่)"),
    "agency_path": re.compile(r"(?:สำนัก|กอง|ฝ่าย)"),
}
_DIGIT = re.compile(r"[\d๐-๙]")
# what offices add to a label: its number, words in parentheses, parentheses around a part of it
_COUNTED = re.compile(r"(?<=[ก-๎])\s*ที่\s*[\d๐-๙]{1,2}$")
_VARIANTS = (_COUNTED, re.compile(r"\s*\([^()]*\)$"), re.compile(r"[()]"))


class Hit(NamedTuple):
    """A label: where it begins, where its value begins."""

    start: int
    value: int
    entry: Entry
    has_colon: bool = True


class Labels:
    """All labels of one form, prepared for looking up."""

    def __init__(self, form: Form):
        reads = {s.id: s.reads for s in form.sections}
        self.by_key: dict[str, Entry] = {}
        self.signature: dict[str, Entry] = {}
        for entry in form.entries:
            target = {"labels": self.by_key, "signature": self.signature}.get(reads[entry.section])
            for label in entry.labels if target is not None else ():
                assert target is not None
                target[skeleton(label).strip(".")] = entry
        self.names = {id(e): tuple(f.field for f in e.fields) for e in form.entries}
        self.longest_first = sorted(self.by_key, key=lambda k: (-len(k), k))
        self.beginnings = {k[:n] for k in self.by_key for n in range(_SHORTEST_WRAPPED, len(k) + 1)}
        first = sorted({k[:_SHORTEST_WRAPPED] for k in self.by_key})
        spelt = "|".join(ANY_MARK.join(re.escape(c) for c in letters) for letters in first)
        self._may_begin = re.compile(rf"(?<![^\s*\\|])(?:{spelt})")
        self.of_line = lru_cache(maxsize=65536)(self._of_line)
        self.before = lru_cache(maxsize=65536)(self._before)
        self.damaged = lru_cache(maxsize=65536)(self._damaged)
        self.signature_of_line = lru_cache(maxsize=4096)(self._signature_of_line)
        self.open_tail = lru_cache(maxsize=65536)(self._open_tail)

    def _of_line(self, text: str) -> tuple[Hit, ...]:
        """Labels on one line, in printed order; one without a colon only where the line begins."""
        hits: list[Hit] = []
        begin = len(text) - len(text.lstrip())
        text = text.replace("__", "**")  # the other way to write bold
        for separator in _SEPARATOR.finditer(text, begin):
            found = self.before(text[begin : separator.start()], is_item_mark(text[:begin]))
            if found is not None:
                hits.append(Hit(begin + found[0], separator.end(), found[1]))
            begin = separator.end()
        if not hits or not is_item_mark(text[: hits[0].start]):
            bare = self._without_colon(text)
            if bare is not None and (not hits or bare.value <= hits[0].start):
                hits.insert(0, bare)
        return tuple(hits)

    def _before(self, stretch: str, is_first: bool) -> tuple[int, Entry] | None:
        """The label at the end of the text before a separator: the longest run of whole words that is one.

        A damaged one is recognised only where it is all that stands on its line so far.
        """
        stretch = stretch.rstrip(_TAIL)
        if not stretch or (_DIGIT.match(stretch[-1]) and not _COUNTED.search(stretch)):  # the colon of a time
            return None
        for word in _WORD_START.finditer(stretch, max(0, len(stretch) - _LONGEST_LABEL)):
            entry = self.by_key.get(skeleton(stretch[word.start() :]).strip("."))
            if entry is not None:
                return word.start(), entry
        for pattern in _VARIANTS:
            plain = pattern.sub("", stretch)
            entry = self.by_key.get(skeleton(plain).strip(".")) if plain != stretch else None
            if entry is not None:
                return 0, entry
        if is_first:
            head = stretch[_ITEM_MARK.match(stretch).end() :]  # type: ignore[union-attr]  # it matches the empty text too
            entry = self.damaged(skeleton(head).strip(".")) if len(head) <= _LONGEST_LABEL else None
            if entry is not None:
                return len(stretch) - len(head), entry
        return None

    def _damaged(self, key: str) -> Entry | None:
        """The one label that a key differs from by one Thai letter, or only where letters were lost."""
        if LOST in key:
            return self._across_losses(key)
        if len(key) < _SHORTEST_DAMAGED or _DIGIT.search(key):
            return None
        near = [k for k in self.longest_first if Levenshtein.distance(key, k, score_cutoff=1) <= 1]
        entries = [self.by_key[k] for k in near]
        if not near or any(e is not entries[0] for e in entries):
            return None
        # งบประมาณ is the beginning of its own labels, not ปีงบประมาณ with a letter lost
        begins_another = any(k.startswith(key) and self.by_key[k] is not entries[0] for k in self.longest_first)
        return None if begins_another and not any(k.startswith(key) for k in near) else entries[0]

    def _across_losses(self, key: str) -> Entry | None:
        """The one label that fits what is left of it; a lost mark is no letter of a key."""
        parts = re.split(f"{LOST}+", key)
        if len(parts) > _MOST_LOSSES + 1 or len("".join(parts)) < _SHORTEST_DAMAGED or _DIGIT.search(key):
            return None
        spelt = re.compile(".{0,2}".join(map(re.escape, parts)))
        entries = {id(self.by_key[k]): self.by_key[k] for k in self.longest_first if spelt.fullmatch(k)}
        return next(iter(entries.values())) if len(entries) == 1 else None

    def _without_colon(self, text: str) -> Hit | None:
        start = _ITEM_MARK.match(text).end()  # type: ignore[union-attr]  # it matches the empty text too
        head = text[start:]
        if not head or head[0] in ":：=":
            return None
        key, origin = skeleton_with_map(head[: 2 * _LONGEST_LABEL])
        for label in self.longest_first:
            if not key.startswith(label):
                continue
            end = origin[len(label)] if len(label) < len(origin) else len(head)
            rest = head[end:].lstrip(_TAIL)
            entry = self.by_key[label]
            parted = end >= len(head) or head[end] in _TAIL or head[end - 1] in _TAIL or head[end - 1].isspace()
            begins = _DIGIT if entry.parser in SINGLE_LINE else _VALUE_BEGINS.get(entry.parser)
            if parted or (begins is not None and begins.match(rest)):
                return Hit(start, len(text) - len(rest), entry, has_colon=False)
            return None
        alone = self.damaged(key.rstrip(".")) if len(head) <= _LONGEST_LABEL else None
        return Hit(start, len(text), alone, has_colon=False) if alone is not None else None

    def _signature_of_line(self, text: str) -> tuple[Hit, ...]:
        key, origin = skeleton_with_map(text)
        hits = []
        for label in sorted(self.signature, key=lambda k: (-len(k), k)):
            at = key.find(label)
            if at >= 0:
                dots = _SIGNATURE_END.match(key, at + len(label))
                end = dots.end() if dots else at + len(label)
                hits.append(Hit(origin[at], origin[end] if end < len(origin) else len(text), self.signature[label]))
        return tuple(sorted(hits, key=lambda h: h.start))

    def _open_tail(self, text: str) -> int | None:
        """Where the last words of a line begin that could be the beginning of a label broken over the line end."""
        stretch = text.rstrip(_TAIL)
        if not stretch or stretch[-1] in _ENDS_NO_LABEL:
            return None
        for word in self._may_begin.finditer(stretch, max(0, len(stretch) - _LONGEST_LABEL)):
            if skeleton(stretch[word.start() :]) in self.beginnings:
                return word.start()
        return None


def is_item_mark(text: str) -> bool:
    """Whether a text before a label is no words: dressing, a list mark, a number.

    >>> is_item_mark("**"), is_item_mark("- "), is_item_mark("(๒) "), is_item_mark("ข้อ 1 "), is_item_mark("ที่อยู่ ")
    (True, True, True, True, False)
    """
    return _ITEM_MARK.fullmatch(text) is not None


@lru_cache(maxsize=4)
def labels_of(form: Form) -> Labels:
    """The prepared labels of a form."""
    return Labels(form)


def find_labels(passage: Passage, section_id: str, form: Form) -> list[Hit]:
    """Labels of the form in a passage, in printed order, as places in its raw text.

    A label counts with its colon anywhere a word begins, without one only at the start of a line of its own section.
    """
    labels = labels_of(form)
    hits: list[Hit] = []
    covered = -1
    for n, (begin, segment) in enumerate(zip(passage.starts, passage.segments, strict=True)):
        if not segment.text:
            continue
        own = {section_id}  # another section's label counts where it begins a line, and beside one that does
        for hit in labels.of_line(segment.text.rstrip()):
            if hit.has_colon and is_item_mark(segment.text[: hit.start]):
                own.add(hit.entry.section)
            if hit.entry.section in own and begin + hit.start > covered:
                hits.append(Hit(begin + hit.start, begin + hit.value, hit.entry, hit.has_colon))
                covered = begin + hit.value - 1
        wrapped = _wrapped(passage.segments, n, labels)
        if wrapped is not None and begin + wrapped.start > covered:
            hits.append(Hit(begin + wrapped.start, begin + wrapped.value, wrapped.entry))
            covered = begin + wrapped.value - 1
    return hits


def _wrapped(segments: Sequence[Segment], n: int, labels: Labels) -> Hit | None:
    """A label that begins at the end of one line and goes on over the next ones, up to its colon."""
    tail = labels.open_tail(segments[n].text.rstrip()) if n + 1 < len(segments) else None
    if tail is None:
        return None
    head = segments[n].text[tail:]
    joined, length = head, len(head)
    for following in segments[n + 1 : n + _MOST_WRAPPED_LINES]:
        joined, length = joined + following.text, length + 1 + len(following.text)
        for hit in labels.of_line(joined):
            if hit.start == 0 and hit.has_colon and hit.value > len(head):
                lost = length - len(joined)  # line breaks are characters of the passage, not of the joined line
                return Hit(tail, tail + hit.value + lost, hit.entry)
    return None


def find_signature(passage: Passage, form: Form) -> list[Hit]:
    """`ลงชื่อ` and `ตำแหน่ง` of the certification, wherever they stand on a line."""
    labels = labels_of(form)
    return [
        Hit(begin + hit.start, begin + hit.value, hit.entry)
        for begin, segment in zip(passage.starts, passage.segments, strict=True)
        for hit in labels.signature_of_line(segment.text)
    ]
