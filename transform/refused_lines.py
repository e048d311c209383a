"""Lines of corrections.csv that cannot be used: set aside with the reason, so that a night goes on without them.

People paste into this file. One unfinished line must not stop a night, and must not pass unseen: it is a finding.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from transform.correction_lines import refuse_contradictions
from transform.register_files import CORRECTIONS, read_lines

_TWO_LINES = re.compile(r"lines (\d+) and (\d+)")


class Refused(NamedTuple):
    """A line that is not used: its number, the text of its record, and why (place, what was expected)."""

    line: int
    text: str
    reason: str


def usable(files: Mapping[str, str]) -> tuple[dict[str, str], tuple[Refused, ...]]:
    """The register files with the unusable lines of corrections.csv blank, and those lines.

    Line numbers stay. A head that lacks a column is no line and raises ValueError when the registers are read.
    """
    text = files.get(CORRECTIONS.name)
    if text is None:
        return dict(files), ()
    lines = text.removeprefix("\ufeff").splitlines(keepends=True)
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
    while (reason := _contradiction(lines)) is not None:
        named = {int(n) for pair in _TWO_LINES.findall(reason) for n in pair}
        concerned = [(a, b) for a, b in records if any(a < n <= b for n in named) and "".join(lines[a:b]).strip()]
        if not concerned:
            break
        refused += [_blank(lines, first, last, reason) for first, last in concerned]
    return {**files, CORRECTIONS.name: "".join(lines)}, tuple(sorted(refused))


def _contradiction(lines: Sequence[str]) -> str | None:
    try:
        refuse_contradictions(list(read_lines({CORRECTIONS.name: "".join(lines)}, CORRECTIONS)), CORRECTIONS.name)
    except ValueError as error:
        return str(error)
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
        return str(error)
    return None


def _record_end(lines: Sequence[str], first: int) -> int:
    """Behind the last line of the record that begins at a line, from 0: a quoted cell may hold line ends."""
    reader = csv.reader(lines[first:])
    try:
        next(reader, None)
    except csv.Error:
        return len(lines)
    return first + max(reader.line_num, 1)
