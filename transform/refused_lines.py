"""Lines of corrections.csv that cannot be used: set aside with the reason, so that a night goes on without them.

People paste into this file. One unfinished line must not stop a night, and must not pass unseen: it is a finding.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from transform.correction_lines import Contradiction, refuse_contradictions
from transform.register_files import CORRECTIONS, read_lines

_PLACE = re.compile(r"data/reference/corrections\.csv line (\d+)")
# as editors count lines; a cell may hold other signs that Python ends lines at
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


class Refused(NamedTuple):
    """A line that is not used: its number, the text of its record, and why (place, what was expected)."""

    line: int
    text: str
    reason: str


def usable(files: Mapping[str, str]) -> tuple[dict[str, str], tuple[Refused, ...]]:
    """The register files with the unusable lines of corrections.csv blank, and those lines.

    Line numbers stay. Where the head lacks a column (saved with semicolons, say) no line is used.
    """
    text = files.get(CORRECTIONS.name)
    if text is None:
        return dict(files), ()
    lines = _LINE.findall(text.removeprefix("\ufeff"))
    head = [name.strip() for name in next(csv.reader(lines[:1]), [])]
    if lines and not set(CORRECTIONS.columns) <= set(head):
        fault = f"data/reference/{CORRECTIONS.name} line 1: expected the columns {', '.join(CORRECTIONS.columns)}"
        return {n: t for n, t in files.items() if n != CORRECTIONS.name}, (Refused(1, lines[0].strip(), fault),)
    refused: list[Refused] = []
    records: list[tuple[int, int]] = []
    first = _record_end(lines, 0)
    while first < len(lines):
        end = _record_end(lines, first)
        reason = _fault(lines, first, end) if "".join(lines[first:end]).strip() else None
        if reason is not None and end > first + 1:  # a quote that is not closed swallows the lines behind it
            end = first + 1
        records.append((first, end))
        if reason is not None:
            refused.append(_blank(lines, first, end, reason))
        first = end
    while (together := _fault_together(lines)) is not None:
        named, why = together
        concerned = [(a, b) for a, b in records if any(a < n <= b for n in named) and "".join(lines[a:b]).strip()]
        if not concerned:
            break
        refused += [_blank(lines, first, last, why) for first, last in concerned]
    return {**files, CORRECTIONS.name: "".join(lines)}, tuple(sorted(refused))


def _fault_together(lines: Sequence[str]) -> tuple[tuple[int, ...], str] | None:
    """Numbers of lines that cannot stand beside the others, and why; None when all can."""
    try:
        refuse_contradictions(list(read_lines({CORRECTIONS.name: "".join(lines)}, CORRECTIONS)), CORRECTIONS.name)
    except Contradiction as error:
        return error.lines, str(error)
    except ValueError as error:
        place = _PLACE.match(str(error))
        return ((int(place[1]),), str(error)) if place else None
    return None


def _blank(lines: list[str], first: int, last: int, reason: str) -> Refused:
    text = "".join(lines[first:last]).strip()
    lines[first:last] = ["\n"] * (last - first)
    return Refused(last, text, reason)


def _fault(lines: Sequence[str], first: int, end: int) -> str | None:
    """Why the record lines[first:end] cannot be used by itself; None when it can."""
    alone = [line if n == 0 or first <= n < end else "\n" for n, line in enumerate(lines)]
    try:
        list(read_lines({CORRECTIONS.name: "".join(alone)}, CORRECTIONS))
    except ValueError as error:
        return _PLACE.sub(f"data/reference/{CORRECTIONS.name} line {end}", str(error), count=1)
    return None


def _record_end(lines: Sequence[str], first: int) -> int:
    """Behind the last line of the record that begins at a line, from 0: a quoted cell may hold line ends."""
    reader = csv.reader(lines[first:])
    try:
        next(reader, None)
    except csv.Error:
        return len(lines)
    return first + max(reader.line_num, 1)
