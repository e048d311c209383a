"""Reviewed corrections brought to what copies print: which line applies, and what the copies say once it has.

A line of data/reference/corrections.csv says: where this is printed, that is meant. `printed` is a whole reading, as
printed or as its value; for texts it may be a piece of a reading, which then is replaced and everything around it
decided as without the line. A piece that stands more than once in a reading says too little and applies nowhere.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import partial, reduce
from typing import Literal, NamedTuple

from extract.encodings import LOST
from transform.alignment import Item, join_pieces
from transform.candidates import joined_reading
from transform.form import Field
from transform.records import Confidence, Decision, Reading
from transform.registers import Correction
from transform.thai import is_placeholder, normalize, squash, squash_with_map
from transform.values import correct

# what becomes of a line where its project is delivered; all but the first are no effect
Effect = Literal["applied", "overruled", "ambiguous", "unmatched"]


class Corrected(NamedTuple):
    """What corrections make of a field; still contested where something else in the text is."""

    value: str | None
    rule: str
    confidence: Confidence


def corrected_value(lines: Sequence[Correction], readings: Sequence[Reading], field: Field) -> Corrected | None:
    """The value of the first line that names a whole reading (None in it: nothing belongs there); None without one."""
    for line in lines:
        if _is_whole(line, readings):
            try:
                return Corrected(correct(field.kind, line.right), "correction", "resolved")
            except ValueError:  # read_registers refuses such a line; registers built otherwise must not stop a night
                continue
    return None


def corrected_readings(
    lines: Sequence[Correction], readings: Sequence[Reading], field: Field
) -> tuple[Reading, ...] | None:
    """The readings with every piece replaced that a line names, line by line; None where no line names one."""
    if not takes_pieces(field):
        return None
    result = tuple(readings)
    for line in lines:
        if not _is_whole(line, readings) and _piece_effect(line, result) == "applied":
            result = tuple(_replaced(line, r) for r in result)
    return None if result == tuple(readings) else result


def after_pieces(decision: Decision) -> Corrected:
    """What the decision on corrected readings says: reviewed, unless something else in the text stays contested."""
    if decision.confidence == "contested":
        return Corrected(decision.value, decision.rule, "contested")
    return Corrected(decision.value, "correction", "resolved")


def takes_pieces(field: Field) -> bool:
    """Whether a line may name a piece of the field's text: never of numbers, dates, people and set words."""
    return field.kind == "text" and field.policy != "whole"


def effects(lines: Sequence[Correction], readings: Sequence[Reading], field: Field) -> tuple[Effect, ...]:
    """What becomes of each line about one field, given the readings that were compared there.

    Of several lines that name whole readings the first one decides; those that say something else are overruled, as
    are lines about pieces beside them.
    """
    winner = next((line for line in lines if _is_whole(line, readings)), None)
    found: list[Effect] = []
    result = tuple(readings)
    for line in lines:
        is_whole = _is_whole(line, readings)
        effect: Effect = "applied" if is_whole else _piece_effect(line, result) if takes_pieces(field) else "unmatched"
        if winner is not None and effect == "applied" and squash(line.right) != squash(winner.right):
            effect = "overruled"
        elif effect == "applied" and not is_whole:
            result = tuple(_replaced(line, r) for r in result)
        found.append(effect)
    return tuple(found)


def as_compared(readings: Sequence[Reading], field: Field) -> tuple[Reading, ...]:
    """Stored readings of one field of one delivery as they were compared: none cut off, pieces of a list item joined.

    Pieces are joined as reconciling does, to what another copy prints whole where they give exactly that.
    """
    kept = tuple(r for r in readings if not r.is_cut)
    by_copy: dict[str, list[Reading]] = {}
    for reading in kept:
        by_copy.setdefault(reading.copy_id, []).append(reading)
    if field.policy != "item" or all(len(own) == 1 for own in by_copy.values()):
        return kept
    wholes = [own[0].value for own in by_copy.values() if len(own) == 1 and own[0].value]
    return tuple(
        own[0] if len(own) == 1 else joined_reading(_joined(own, wholes), own[0].field) for own in by_copy.values()
    )


def _joined(pieces: Sequence[Reading], wholes: Sequence[str]) -> Item:
    """The item that pieces make; as another copy prints it where one does."""
    printed = sorted(pieces, key=lambda r: r.evidence.place)
    values = [reduce(partial(join_pieces, like=whole), [r.value or "" for r in printed]) for whole in (*wholes, None)]
    keys = {squash(whole) for whole in wholes}
    return Item(tuple(printed), next((v for v in values if squash(v) in keys), values[-1]))


def _is_whole(line: Correction, readings: Sequence[Reading]) -> bool:
    """Whether a reading is what the line names, as printed or as its value."""
    printed = squash(line.printed)
    return any(printed in (squash(r.evidence.raw), squash(r.value or "")) for r in readings)


# ---------------------------------------------------------------- pieces of a text


def _piece_effect(line: Correction, readings: Sequence[Reading]) -> Effect:
    counts = [sum(1 for _ in _places(r.value or "", line)) for r in readings]
    return "ambiguous" if max(counts, default=0) > 1 else "applied" if any(counts) else "unmatched"


def _replaced(line: Correction, reading: Reading) -> Reading:
    """The reading with the piece replaced; it is whole again when no letter is missing any more."""
    place = next(_places(reading.value or "", line), None)
    if place is None or reading.value is None:
        return reading
    right = "" if is_placeholder(line.right) else normalize(line.right)
    value = normalize(reading.value[: place[0]] + right + reading.value[place[1] :])
    return reading._replace(value=value, problem=reading.problem if LOST in value else None)


def _places(text: str, line: Correction) -> Iterator[tuple[int, int]]:
    """Where a text prints the piece (start, end), whole letters and numbers only, and not where it is right already."""
    piece, right = squash(line.printed), squash(line.right)
    if not piece or is_placeholder(line.printed) or unicodedata.category(piece[0]) == "Mn":
        return
    key, origin = squash_with_map(text)
    is_right = [(at, at + len(right)) for at in _found(key, right)] if piece in right else []
    for at in _found(key, piece):
        end = at + len(piece)
        start, stop = origin[at], origin[end] if end < len(key) else len(text)
        while stop > start + 1 and text[stop - 1].isspace():
            stop -= 1
        if not any(a <= at and end <= b for a, b in is_right) and _is_apart(text, start, stop):
            yield start, stop


def _found(key: str, piece: str) -> Iterator[int]:
    at = key.find(piece) if piece else -1
    while at >= 0:
        yield at
        at = key.find(piece, at + 1)


def _is_apart(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] parts no letter from its marks and no number."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if after and unicodedata.category(after) == "Mn":
        return False
    return not ((before.isdigit() and text[start].isdigit()) or (after.isdigit() and text[end - 1].isdigit()))
