"""What a person could put right about a value: each difference, each reading that could be right, the lines for it.

The lines are those of data/reference/corrections.csv, made so that the machinery (transform/corrections.py) applies
them: each is tried on the readings before it is proposed. Long texts get lines about the differing piece only.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from extract.encodings import LOST
from transform.correction_lines import TO_FILL_IN
from transform.corrections import corrected_readings, effects, takes_pieces
from transform.difference_kinds import Kind, kind_of_texts
from transform.doubts import is_ocr
from transform.form import Field
from transform.records import SECOND_READER, Reading
from transform.registers import Correction
from transform.spans import CONTEXT, Span, differing_spans
from transform.thai import squash
from transform.values import correct

# a text of at least this many letters is corrected by the piece that differs
_LONG = 80
_REACHES = (CONTEXT, 2 * CONTEXT, 4 * CONTEXT, 8 * CONTEXT)


class Line(NamedTuple):
    """One line of corrections.csv, still without reason, who and when."""

    project_code: str
    field: str
    printed: str
    right: str


class Option(NamedTuple):
    """One of the readings of a difference: who prints it, whether it is what is used now, the lines if it is right."""

    text: str
    readings: tuple[Reading, ...]
    is_used: bool
    lines: tuple[Line, ...]


class Difference(NamedTuple):
    """One place at which the readings of a value differ or are doubted."""

    kind: Kind
    options: tuple[Option, ...]


def differences(
    project_code: str, address: str, field: Field, readings: Sequence[Reading], chosen: str | None
) -> tuple[Difference, ...]:
    """What is to be decided about a value; of a long text, every differing piece by itself."""
    distinct = _distinct(readings)
    good = [own for own in distinct if own[0].value is not None and own[0].problem is None]
    is_long = max((len(own[0].value or "") for own in good), default=0) >= _LONG
    pieces = None
    if takes_pieces(field) and is_long and len(good) > 1:
        pieces = _pieces(project_code, address, field, good, chosen or "")
    return pieces or (_whole(project_code, address, field, distinct, good, chosen),)


def _distinct(readings: Sequence[Reading]) -> list[tuple[Reading, ...]]:
    """Readings that are equal after lossless normalisation together, in the order given; what was cut off is none."""
    found: dict[str, tuple[Reading, ...]] = {}
    for reading in readings:
        if not reading.is_cut:
            key = squash(reading.evidence.raw if reading.problem or reading.value is None else reading.value)
            found[key] = (*found.get(key, ()), reading)
    return list(found.values())


# ---------------------------------------------------------------- whole values


def _whole(
    code: str,
    address: str,
    field: Field,
    distinct: Sequence[tuple[Reading, ...]],
    good: Sequence[tuple[Reading, ...]],
    chosen: str | None,
) -> Difference:
    used = squash(chosen) if chosen is not None else None
    options = []
    for own in distinct:
        value = own[0].value
        lines = [Line(code, address, p, r) for p, r in _whole_lines(field, own, distinct, good)]
        fitting = tuple(x for x in lines if _applies(x, field, [r for d in distinct for r in d]))
        is_used = value is not None and squash(value) == used
        options.append(Option(_shown(own[0]), own, is_used, fitting))
    return Difference(_kind(good, distinct), tuple(options))


def _whole_lines(
    field: Field, own: tuple[Reading, ...], distinct: Sequence[tuple[Reading, ...]], good: Sequence[tuple[Reading, ...]]
) -> Iterator[tuple[str, str]]:
    """(printed, right) of the lines by which a reading is right; where none is well-formed, what a person fills in."""
    first = own[0]
    if own in good:
        wrong = next((other[0] for other in distinct if other is not own and not _is_blank(other[0])), first)
        yield _printed(wrong, field), first.value or ""
        other = (first.doubt or "").removeprefix(SECOND_READER)
        if other != (first.doubt or ""):  # what another PDF reader sees there could be right as well
            yield _printed(first, field), _canonical(field, other)
    elif not good and not _is_blank(first):
        yield _printed(first, field), first.value if first.value is not None else TO_FILL_IN


def _is_blank(reading: Reading) -> bool:
    return reading.value is None and reading.problem is None


def _canonical(field: Field, text: str) -> str:
    try:
        return correct(field.kind, text) or TO_FILL_IN
    except ValueError:
        return TO_FILL_IN


def _printed(reading: Reading, field: Field) -> str:
    """The reading on one line: numbers and dates as printed, texts as read. Line ends stay where they tell apart."""
    is_text = field.kind in ("text", "person", "phrase") and reading.value is not None
    text = (reading.value or "") if is_text else reading.evidence.raw
    line = " ".join(text.split())
    return line if squash(line) == squash(text) else text.strip()


def _applies(line: Line, field: Field, readings: Sequence[Reading]) -> bool:
    """Whether the machinery finds what the line names, and its value is one (or is to be filled in)."""
    if field.policy in ("identity", "whole"):
        return False
    try:
        is_value = correct(field.kind, line.right) is not None or line.right == TO_FILL_IN
    except ValueError:
        is_value = line.right == TO_FILL_IN
    return is_value and effects((_as_correction(line),), readings, field) == ("applied",)


def _as_correction(line: Line) -> Correction:
    return Correction(*line, "", "", "")


def _shown(reading: Reading) -> str:
    return reading.value if reading.value is not None else reading.evidence.raw.strip()


# ---------------------------------------------------------------- pieces of long texts


def _pieces(
    code: str, address: str, field: Field, good: Sequence[tuple[Reading, ...]], chosen: str
) -> tuple[Difference, ...] | None:
    """Every differing piece of long texts; None where a piece cannot be told apart from the rest of its text."""
    texts = [own[0].value or "" for own in good]
    spans = differing_spans(texts)
    found = []
    for n, span in enumerate(spans):
        floor = spans[n - 1].end if n else 0
        ceiling = spans[n + 1].start if n + 1 < len(spans) else len(texts[0])
        difference = _piece(code, address, field, good, span, (floor, ceiling), chosen)
        if difference is None:
            return None
        found.append(difference)
    return tuple(found)


def _piece(
    code: str,
    address: str,
    field: Field,
    good: Sequence[tuple[Reading, ...]],
    span: Span,
    room: tuple[int, int],
    chosen: str,
) -> Difference | None:
    """One differing piece with as much text around it as makes it unmistakable in every reading."""
    by_key: dict[str, tuple[str, tuple[Reading, ...]]] = {}
    for printed, own in zip(span.printed, good, strict=True):
        text, readings = by_key.get(squash(printed), (printed, ()))
        by_key[squash(printed)] = text, (*readings, *own)
    base = good[0][0].value or ""
    used = squash(chosen)
    for reach in _REACHES:
        before, after = _around(base, span, room, reach)
        pieces = {key: (before + text + after).strip() for key, (text, _) in by_key.items()}
        made = []
        for key, (_, readings) in by_key.items():
            rivals = [(pieces[k], own) for k, (_, own) in by_key.items() if k != key]
            lines = [Line(code, address, p, pieces[key]) for p, _ in rivals]
            if not all(_tells(x, field, own, readings) for x, (_, own) in zip(lines, rivals, strict=True)):
                break
            shown = f"…{' '.join(pieces[key].split())}…"
            made.append(Option(shown, readings, squash(pieces[key]) in used, tuple(lines)))
        else:
            return Difference(kind_of_texts([text for text, _ in by_key.values()]), tuple(made))
    return None


def _around(base: str, span: Span, room: tuple[int, int], reach: int) -> tuple[str, str]:
    """The text before and after a difference: within its paragraph, letters and numbers whole."""
    start, end = max(room[0], span.start - reach), min(room[1], span.end + reach)
    while start > room[0] and (_is_mark(base[start]) or base[start - 1 : start + 1].isdigit()):
        start -= 1
    while end < room[1] and (_is_mark(base[end]) or base[end - 1 : end + 1].isdigit()):
        end += 1
    return base[start : span.start].rpartition("\n")[2], base[span.end : end].partition("\n")[0]


def _is_mark(letter: str) -> bool:
    return unicodedata.category(letter) == "Mn"


def _tells(line: Line, field: Field, wrong: Sequence[Reading], right: Sequence[Reading]) -> bool:
    """Whether a line changes every reading it should, and none of those that are right."""
    given = _as_correction(line)
    changed = corrected_readings((given,), wrong, field)
    if changed is None or any(new == old for new, old in zip(changed, wrong, strict=True)):
        return False
    return corrected_readings((given,), right, field) is None


# ---------------------------------------------------------------- kinds of differences


def _kind(good: Sequence[tuple[Reading, ...]], distinct: Sequence[tuple[Reading, ...]]) -> Kind:
    if not good:
        return "lost_letters" if any(LOST in (own[0].value or "") for own in distinct) else "no_value"
    if len(good) > 1:
        return kind_of_texts([own[0].value or "" for own in good])
    if any(is_ocr(r) for own in good for r in own):
        return "picture"
    return "second_reader" if any(r.doubt for own in good for r in own) else "no_value"
