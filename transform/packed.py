"""A parsed file as bytes and back: what worker processes hand over and what waits in part files.

Columns of plain values, as `marshal` writes them: a quarter of the time of pickle in both directions, each text once
however many readings hold it, and nothing in it can run code. Only for the same program on the same Python.
"""

from __future__ import annotations

import marshal
import sys
from collections.abc import Iterable
from dataclasses import fields
from datetime import date
from itertools import repeat
from operator import attrgetter
from typing import Any

from extract.document import ReadResult
from transform.form import load_form
from transform.night import FileReading, read_file
from transform.records import Evidence, FileOutcome, FormCopy, LineCount, Reading, UnreadLine

_new = tuple.__new__  # a named tuple's own constructor spends half its time on passing arguments on
_OUTCOME = tuple(f.name for f in fields(FileOutcome) if f.name not in ("night", "lines", "unread"))
_COPY = tuple(f.name for f in fields(FormCopy) if f.name not in ("night", "readings"))
_outcome_values, _copy_values = attrgetter(*_OUTCOME), attrgetter(*_COPY)


def read_and_pack(result: ReadResult) -> bytes:
    """What a worker process makes of a file that was read: parsed and packed."""
    return packed(read_file(result, load_form()))


def packed(file: FileReading) -> bytes:
    """The file as bytes; `unpacked` gives it back, equal in every value."""
    outcome, texts = file.outcome, dict[str, str]()
    lines = (outcome.lines.consumed, outcome.lines.furniture, outcome.lines.unread)
    head = (outcome.night.toordinal(), lines, tuple(map(tuple, outcome.unread)), _outcome_values(outcome))
    copies = [(c.night.toordinal(), _copy_values(c), _columns(c.readings, texts)) for c in file.copies]
    everything: Any = (head, copies)
    return marshal.dumps(everything)


def unpacked(data: bytes) -> FileReading:
    """The file that was packed. Raises ValueError, EOFError or TypeError for bytes that `packed` did not write."""
    (night, lines, unread, values), copies = marshal.loads(data)
    outcome = FileOutcome(
        night=date.fromordinal(night),
        lines=LineCount(*lines),
        unread=tuple(map(UnreadLine._make, unread)),
        **dict(zip(_OUTCOME, values, strict=True)),
    )
    return FileReading(outcome, tuple(_copy(*copy) for copy in copies))


def _copy(night: int, values: Iterable[Any], columns: tuple[Any, ...]) -> FormCopy:
    readings = _readings(columns)
    return FormCopy(night=date.fromordinal(night), readings=readings, **dict(zip(_COPY, values, strict=True)))


def _columns(readings: tuple[Reading, ...], texts: dict[str, str]) -> tuple[Any, ...]:
    """The readings by column. `texts` holds every text of the file: equal ones are written and read as one object."""
    if not readings:
        return ()
    one = texts.setdefault
    ids, names, seqs, evidences, values, *rest = zip(*readings, strict=True)
    *places, printed = zip(*evidences, strict=True)
    return (
        tuple([one(i, i) for i in ids]),
        tuple(map(sys.intern, names)),  # marshal keeps it so: one object for the whole night
        seqs,
        places,
        tuple([one(text, text) for text in printed]),
        tuple([text if text is None else one(text, text) for text in values]),
        *rest,
    )


def _readings(columns: tuple[Any, ...]) -> tuple[Reading, ...]:
    if not columns:
        return ()
    ids, names, seqs, places, printed, *rest = columns
    evidences = map(_new, repeat(Evidence), zip(*places, printed, strict=True))
    return tuple(map(_new, repeat(Reading), zip(ids, names, seqs, evidences, *rest, strict=True)))
