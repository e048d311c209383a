"""A parsed file as bytes and back: what worker processes hand over and what waits in part files.

Plain values, as `marshal` writes them: a quarter of the time of pickle in both directions, and nothing in it can run
code. What was read of each copy stays packed (transform/at_rest.py). Only for the same program on the same Python.
"""

from __future__ import annotations

import marshal
from dataclasses import fields
from datetime import date
from operator import attrgetter
from typing import Any

from extract.document import ReadResult
from transform.at_rest import AtRest, Span
from transform.form import load_form
from transform.night import FileReading, read_file
from transform.records import FileOutcome, FormCopy, LineCount, UnreadLine

_OUTCOME = tuple(f.name for f in fields(FileOutcome) if f.name not in ("night", "lines", "unread"))
_COPY = tuple(f.name for f in fields(FormCopy) if f.name not in ("night", "readings"))
_SIZE_BYTES = 4
_outcome_values, _copy_values = attrgetter(*_OUTCOME), attrgetter(*_COPY)


def read_and_pack(result: ReadResult) -> bytes:
    """What a worker process makes of a file that was read: parsed and packed."""
    return packed(read_file(result, load_form()))


def packed(file: FileReading) -> bytes:
    """The file as bytes; `unpacked` gives it back, equal in every value."""
    outcome = file.outcome
    lines = (outcome.lines.consumed, outcome.lines.furniture, outcome.lines.unread)
    blocks = [AtRest.of(copy.readings).packed for copy in file.copies]
    copies = [
        (copy.night.toordinal(), _copy_values(copy), len(copy.readings), len(block))
        for copy, block in zip(file.copies, blocks, strict=True)
    ]
    unread = tuple(map(tuple, outcome.unread))
    values: Any = (outcome.night.toordinal(), lines, unread, _outcome_values(outcome), copies)
    head = marshal.dumps(values)
    return b"".join((len(head).to_bytes(_SIZE_BYTES), head, *blocks))


def unpacked(data: bytes | memoryview, place: tuple[str, int] | None = None) -> FileReading:
    """The file that was packed, its copies at rest: in `data`, or where these bytes stand in a file (path, offset).

    Raises ValueError, EOFError or TypeError for other bytes.
    """
    start = _SIZE_BYTES + int.from_bytes(data[:_SIZE_BYTES])
    night, lines, unread, values, copies = marshal.loads(data[_SIZE_BYTES:start])
    outcome = FileOutcome(
        night=date.fromordinal(night),
        lines=LineCount(*lines),
        unread=tuple(map(UnreadLine._make, unread)),
        **dict(zip(_OUTCOME, values, strict=True)),
    )
    found = []
    for brought, copy, count, size in copies:
        block = bytes(data[start : start + size]) if place is None else Span(place[0], place[1] + start, size)
        start += size
        at_rest = AtRest(count, block)
        found.append(FormCopy(night=date.fromordinal(brought), readings=at_rest, **dict(zip(_COPY, copy, strict=True))))
    if start != len(data):
        raise ValueError(f"a packed file of {len(data)} bytes; expected {start}")
    return FileReading(outcome, tuple(found))
