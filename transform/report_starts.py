"""Where the rows of section 2 begin: numbered labels at the start of a line, damaged ones, and lines with a date."""

from __future__ import annotations

import re
from typing import NamedTuple

from rapidfuzz import fuzz

from extract.encodings import LOST
from transform.passage import Passage
from transform.thai import skeleton, squash, to_arabic_digits

ROW_LABEL = "รายงานครงท"
_ROW = re.compile(ROW_LABEL)
# digits of a number may be lost behind it: then they belong to what is printed, and it is none (transform/parse.py)
_ROW_NUMBER = re.compile(
    rf"[\s.:(]*([\d๐-๙]{{1,4}})(?![\d๐-๙])(?:\s*/\s*[2๒][5๕][\d๐-๙]{{2}}(?![\d๐-๙]))?(?!\s*/)[.)]*{LOST}*"
)
PROGRESS = re.compile(
    r"ความกาวหนา(?:(?:ของ)?(?:งาน|โครงการ)?ฯ?[.]*(?:รอยละ)?[=:]|ของ(?:งาน|โครงการ)ฯ[.]*(?:รอยละ)?-?(?=\d))"
)
DATE = r"[\d๐-๙]{1,4}[/.-][\d๐-๙]{1,2}[/.-][\d๐-๙]{1,4}"
_WORDED = r"[\d๐-๙]{1,2}\s*[ก-๎][ก-๎.\s]{1,14}[\d๐-๙]{2,4}"
# what the number of a row is followed by; a sentence can begin with the same words
_AFTER_NUMBER = re.compile(rf"[\s*\\|]*(?:[:：=]|{DATE})")
_DATED = re.compile(rf"[\s*]*(?:[:：]{{1,2}}\s*)+{DATE}\s*[:：]")
# a line with the date of a row whose label is damaged or lost
_DATED_LINE = re.compile(
    rf"^(?P<label>[^:：\n]{{0,30}}?)\s*(?P<number>[\d๐-๙]{{0,4}})(?:\s*/\s*[2๒][5๕][\d๐-๙]{{2}})?\s*(?:[:：]{{1,2}}\s*)+(?:{DATE}|{_WORDED})\s*[:：]",
    re.MULTILINE,
)
# a label with some wrong letters is still recognised when this much of it is right (0-100)
LABEL_LIKENESS = 75


class RowStart(NamedTuple):
    """Where a row begins, its number (None: its label is lost, so it is no row), where its number ends.

    `label` is where its words begin, behind a list mark.
    """

    start: int
    number: int | None
    body: int
    label: int


def row_starts(passage: Passage) -> list[RowStart]:
    """The rows in printed order: numbered labels that begin a line, also damaged ones; a lost label ends a row."""
    found: dict[int, RowStart] = {}
    for match in _ROW.finditer(passage.key):
        start = passage.raw_index(match.start())
        digits = _ROW_NUMBER.match(passage.raw, passage.raw_index(match.end()))
        if digits is None:
            continue
        line = passage.line_start(start) if passage.starts_line(start) else start
        if line < start or passage.starts_line(start) or _is_joined_row(passage, match.start(), digits.end()):
            found[line] = RowStart(line, int(to_arabic_digits(digits[1])), digits.end(), start)
    for line in sorted(found)[1:]:
        if not _AFTER_NUMBER.match(passage.raw, found[line].body) and not _is_after_progress(passage, found, line):
            del found[line]  # `รายงานครั้งที่ 9 ยังไม่ส่ง`: a sentence of the row above
    for match in _DATED_LINE.finditer(passage.raw):
        if match.start() in found:
            continue
        likeness = fuzz.ratio(skeleton(match["label"]), ROW_LABEL)
        if match["number"] and likeness >= LABEL_LIKENESS:
            number = int(to_arabic_digits(match["number"]))
            found[match.start()] = RowStart(match.start(), number, match.end("number"), match.start("label"))
        elif _is_after_progress(passage, found, match.start()):
            found[match.start()] = RowStart(match.start(), None, match.start(), match.start())
    return [found[line] for line in sorted(found)]


def _is_joined_row(passage: Passage, key_start: int, body: int) -> bool:
    """Whether a row begins inside a line, behind the progress of the one above: the line end between them was lost."""
    line = passage.key_index(passage.line_start(passage.raw_index(key_start)))
    is_row = _DATED.match(passage.raw, body) is not None
    return is_row and PROGRESS.search(passage.key, line, key_start) is not None


def is_reprinted(passage: Passage, start: int, bound: int) -> bool:
    """Whether the line of a row is printed again right below, word for word, as after a page break: one row."""
    line = squash(passage.raw[start:bound])
    return bound < len(passage.raw) and squash(passage.raw[bound : bound + bound - start]).startswith(line)


def _is_after_progress(passage: Passage, found: dict[int, RowStart], line: int) -> bool:
    """Whether the row above a dated line has printed its progress already: then the line is a row of its own."""
    above = max((f.body for f in found.values() if f.start < line), default=None)
    if above is None:
        return False
    return PROGRESS.search(passage.key, passage.key_index(above), passage.key_index(line)) is not None
