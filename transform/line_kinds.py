"""What a line is wherever it stands, told by its text alone: the short cut that most lines of a dump take."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from transform.form import Form
from transform.labels import is_item_mark, labels_of
from transform.landmarks import HEADING_LEAD, landmarks_of
from transform.passage import DRESSING
from transform.thai import normalize, to_arabic_digits

# kinds of line: blank, text in which no label stands, the beginning of a report row; the id of the section whose label
# begins the line; anything else has to be looked at where it stands
BLANK_LINE, PLAIN, ROW_LINE, OTHER = "", "plain", "row", "?"
NOTHING: frozenset[str] = frozenset()
PROSE, ROWS = frozenset({PLAIN}), frozenset({PLAIN, ROW_LINE})
# sections and subsections of a chapter, at most: a higher number is none of a heading
_HIGHEST_IN_CHAPTER = 20
# the number a heading or an item begins with
COUNT = re.compile(r"[\s(\[*#-]*(\d{1,2}(?:\.\d{1,2})?)(?![\d.]\d)")


def dress(text: str) -> tuple[str, ...]:
    """How a heading is printed: bold, as markdown or HTML heading, behind a mark or a word.

    >>> dress("**1.3 หลักการ**"), dress("- ข้อ 1.3 หลักการ"), dress("1.3 หลักการ")
    (('**', ''), ('-', 'ข้อ'), ('', ''))
    """
    found = HEADING_LEAD.match(normalize(text.replace("__", "**")))
    assert found is not None  # it matches the empty text too
    return "".join(found[1].split()), found[2] or ""


@lru_cache(maxsize=64)
def labelled(section: str) -> frozenset[str]:
    """The one kind of line that is plainly text of a section of labels: its labels."""
    return frozenset({section})


@lru_cache(maxsize=4)
def numbers_of(form: Form) -> frozenset[str]:
    """The numbers of the form's own headings."""
    return frozenset(m[1] for s in form.sections for h in s.headings if (m := COUNT.match(h)))


@lru_cache(maxsize=4)
def kinds_of(form: Form) -> Callable[[str], str]:
    """What a line is wherever it stands, by its text; lines are printed by many copies and forms."""
    landmarks, labels = landmarks_of(form), labels_of(form)

    @lru_cache(maxsize=65536)
    def kind_of(text: str) -> str:
        sight = landmarks.look(text)
        if sight.is_blank:
            return BLANK_LINE
        if not sight.is_whole:
            return OTHER
        if sight.begins_row:
            return ROW_LINE
        if not sight.may_label:
            return PLAIN
        hits = labels.of_line(text.rstrip())
        begins = hits and hits[0].has_colon and is_item_mark(text[: hits[0].start])
        return hits[0].entry.section if begins and hits[0].entry.fields[0].policy != "identity" else OTHER

    return kind_of


def is_rest_of_number(above: str, number: str, heading: str) -> bool:
    """Whether a line goes on with the number its line above began, broken at the width of the page.

    No heading begins there: it would have the chapter of the latest `heading` or the next one, and a low number in it.

    >>> is_rest_of_number("คิดเป็นร้อยละ 9", "2.75", "1.3 หลักการและเหตุผล")
    True
    >>> is_rest_of_number("คิดเป็นร้อยละ 90", "1.7", "1.3 หลักการและเหตุผล")
    False
    """
    chapter, point, place = number.partition(".")
    latest = re.search(r"\d+", to_arabic_digits(heading))
    if not point or latest is None or not above.rstrip(DRESSING)[-1:].isdigit():
        return False
    return int(chapter) - int(latest[0]) not in (0, 1) or int(place.split(".")[0]) > _HIGHEST_IN_CHAPTER
