"""What was read of a copy while nobody asks for it: packed, in memory or in a file, and opened to be used.

A night holds a million readings and looks at those of a few projects at a time. Columns of plain values, as `marshal`
writes them: nothing in them can run code. Only for the same program on the same Python.
"""

from __future__ import annotations

import marshal
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import fields
from itertools import repeat
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple, overload

from transform.records import Evidence, FormCopy, Reading

_FIELDS = [field.name for field in fields(FormCopy)]
_values, _READINGS = attrgetter(*_FIELDS), _FIELDS.index("readings")
_new = tuple.__new__  # a named tuple's own constructor spends half its time on passing arguments on


class Span(NamedTuple):
    """A part of a file that stays as it is."""

    path: str
    start: int
    size: int

    def read(self) -> bytes:
        """The bytes. Raises OSError when they are not there any more."""
        handle = os.open(self.path, os.O_RDONLY)
        try:
            return os.pread(handle, self.size, self.start)
        finally:
            os.close(handle)


class AtRest(Sequence[Reading]):
    """Readings of one copy, packed. Each question opens them; who has several works on `opened`."""

    __slots__ = ("_count", "_packed")

    def __init__(self, count: int, packed: bytes | Span):
        self._count = count
        self._packed = packed

    @property
    def packed(self) -> bytes:
        """The readings as bytes."""
        return self._packed.read() if isinstance(self._packed, Span) else self._packed

    @classmethod
    def of(cls, readings: Sequence[Reading]) -> AtRest:
        """The readings, packed; those that are at rest already as they are."""
        if isinstance(readings, AtRest):
            return readings
        return cls(len(readings), marshal.dumps(_columns(readings)))

    def opened(self) -> tuple[Reading, ...]:
        """The readings. Raises ValueError, EOFError or TypeError for bytes that `of` did not write."""
        return _readings(marshal.loads(self.packed))

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Reading]:
        return iter(self.opened())

    @overload
    def __getitem__(self, at: int) -> Reading: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Reading, ...]: ...
    def __getitem__(self, at: int | slice) -> Reading | tuple[Reading, ...]:
        return self.opened()[at]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, AtRest):
            return self.opened() == other.opened()
        return self.opened() == other if isinstance(other, tuple) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.opened())


class RestingPlace:
    """A file in which readings come to rest, made when the first ones do. They can be opened when it is closed."""

    def __init__(self, path: Path):
        self._path = path
        self._end = 0
        self._closing = ExitStack()

    def put(self, readings: Sequence[Reading]) -> AtRest:
        """The readings, at rest in the file. Raises OSError when there is no room."""
        if not self._end:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._closing.enter_context(self._path.open("xb"))
        packed = AtRest.of(readings).packed
        self._file.write(packed)
        start, self._end = self._end, self._end + len(packed)
        return AtRest(len(readings), Span(str(self._path), start, len(packed)))

    def __enter__(self) -> RestingPlace:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()


def at_rest(copy: FormCopy) -> FormCopy:
    """The copy with its readings packed."""
    return copy if isinstance(copy.readings, AtRest) else _with(copy, AtRest.of(copy.readings))


def opened(copy: FormCopy) -> FormCopy:
    """The copy with its readings at hand."""
    return _with(copy, copy.readings.opened()) if isinstance(copy.readings, AtRest) else copy


def _with(copy: FormCopy, readings: Sequence[Reading]) -> FormCopy:
    """What dataclasses.replace does, in a third of the time."""
    values = list(_values(copy))
    values[_READINGS] = readings
    return FormCopy(*values)


def _columns(readings: Sequence[Reading]) -> tuple[Any, ...]:
    """The readings by column; each text once, however many readings hold it."""
    if not readings:
        return ()
    texts: dict[str, str] = {}
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
