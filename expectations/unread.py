"""Lines that nothing read: under whose project they stand, and which of them look like a heading of the form."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from typing import TypeAlias

import pandas as pd

from expectations.words import hide_phones

Frame: TypeAlias = pd.DataFrame
_Place: TypeAlias = tuple[int, int]

_NUMBER = r"[\d๐-๙]{1,2}(?:\.[\d๐-๙]{1,2})*[.)]?"
# `**1.7 …**`, `**…**`, and without markdown only a number with two parts: `1. …` is an item of a list
_HEADING = re.compile(
    rf"\s*\*\*\s*(?:{_NUMBER}\s*)?[^\s*\d๐-๙.)].*\*\*\s*|\s*[1-9๑-๙]\.[\d๐-๙]{{1,2}}[.)]?\s*[^\s\d๐-๙.):,/-].*"
)
_LINES_NAMED, _QUOTED = 12, 90
_SPAN = ("source_sha256", "page_first", "line_first", "page_last", "line_last", "project_code")


def is_heading(text: str) -> bool:
    """Whether a line looks like a heading: bold, or numbered like a section.

    >>> is_heading("**1.7 ผลที่คาดว่าจะได้รับ**"), is_heading("1. ชุมชนเข้มแข็งขึ้น")
    (True, False)
    """
    return _HEADING.fullmatch(text) is not None


def owned(unread: Frame, copies: Frame) -> Frame:
    """Rows of `unread_line` in order, with the project_code of the copy they stand in (of `form_copy`).

    A line outside every copy belongs to the only project of its file; of several projects it is nobody's (null).
    """
    lines = unread.sort_values(["source_sha256", "page", "line"], ignore_index=True)
    files: dict[str, _File] = defaultdict(_File)
    of_files = copies[copies["source_sha256"].isin(lines["source_sha256"])]
    ordered = of_files.sort_values(["source_sha256", "page_first", "line_first"])
    for sha, page, line, last_page, last_line, code in zip(*(ordered[c] for c in _SPAN), strict=True):
        files[sha].add((page, line), (last_page, last_line), None if pd.isna(code) else code)
    places = zip(lines["source_sha256"], lines["page"], lines["line"], strict=True)
    owners = [files[sha].owner((page, line)) for sha, page, line in places]
    return lines.assign(project_code=pd.Series(owners, index=lines.index, dtype="str"))


def quoted(lines: Frame, language: str) -> str:
    """Lines of one file with their places, telephones hidden; of many the first ones, and how many more."""
    said = []
    for page, line, text in zip(*(lines[c].head(_LINES_NAMED) for c in ("page", "line", "text")), strict=True):
        plain = " ".join(text.split())
        shown = hide_phones(plain if len(plain) <= _QUOTED else plain[:_QUOTED] + "…")
        said.append(
            f"• หน้า {page} บรรทัด {line}: “{shown}”" if language == "th" else f"• page {page} line {line}: “{shown}”"
        )
    more = len(lines) - _LINES_NAMED
    if more > 0:
        said.append(f"• และอีก {more} บรรทัด" if language == "th" else f"• and {more} more")
    return "\n".join(said)


class _File:
    """The copies of one file in order: where each begins and ends, and its project."""

    def __init__(self) -> None:
        self.starts: list[_Place] = []
        self.ends: list[_Place] = []
        self.projects: list[str | None] = []

    def add(self, start: _Place, end: _Place, project: str | None) -> None:
        self.starts.append(start)
        self.ends.append(end)
        self.projects.append(project)

    def owner(self, place: _Place) -> str | None:
        at = bisect_right(self.starts, place) - 1
        if at >= 0 and place <= self.ends[at]:
            return self.projects[at]
        return self.projects[0] if len(set(self.projects)) == 1 else None
