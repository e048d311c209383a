"""A decided delivery in brief: what is still asked of it once its evidence is written down.

That is where each value stands, and the decisions that somebody is told of with everything the copies say. Once the
night is judged, of all deliveries only their numbers.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from transform.doubts import is_ocr
from transform.records import Decision, Delivery, FileOutcome, FormCopy, Night, Reading

IsTold = Callable[[Decision], bool]


class ValuePlaces(NamedTuple):
    """Where the values of a delivery stand: fields, and for each the place of its copy, the page and the line."""

    fields: tuple[str, ...]
    numbers: array[int]

    def of(self, field: str) -> tuple[int, int, int] | None:
        """Place of the copy among those of the delivery, page and line; None where no copy prints the field."""
        if field not in self.fields:
            return None
        at = 3 * self.fields.index(field)
        copy, page, line = self.numbers[at : at + 3]
        return copy, page, line


class NightInNumbers(NamedTuple):
    """What is told of a night when it is judged: its files, and how many there are of everything else.

    `conflicts`: values on which the copies of a project differ.
    """

    night: date
    files: tuple[FileOutcome, ...]
    copies: int
    projects: int
    reports: int
    conflicts: int


def in_numbers(night: Night) -> NightInNumbers:
    """What is told of a night."""
    return NightInNumbers(
        night.night,
        night.files,
        len(night.copies),
        len(night.deliveries),
        sum(len(delivery.report_addresses) for delivery in night.deliveries),
        sum(1 for delivery in night.deliveries for decision in delivery.decisions if decision.is_conflict),
    )


def places_of(delivery: Delivery) -> ValuePlaces:
    """Where the chosen value of each field stands first; where none prints it so, the first reading."""
    if delivery.places is not None:
        return delivery.places
    place = {copy.copy_id: at for at, copy in enumerate(delivery.copies)}
    fields, numbers = [], array("l")
    for decision in delivery.decisions:
        readings, value = decision.readings, decision.value
        if readings:
            chosen = readings[0]
            if chosen.value != value:  # seldom
                chosen = next((r for r in readings if r.value == value), chosen)
            copy_id, _, _, (page, line, *_), *_ = chosen
            fields.append(decision.field)
            numbers += array("l", (place[copy_id], page, line))
    return ValuePlaces(tuple(fields), numbers)


def in_brief(night: Night, is_told: IsTold, rest: Callable[[Sequence[Reading]], Sequence[Reading]] = tuple) -> Night:
    """The same projects and copies; of the decisions those that are told, of what was read what recognition tells.

    `rest`: where the readings go of decisions that are told; what copies say of a text is most of a night in brief.
    """
    copies = {copy.copy_id: _without_readings(copy) for copy in night.copies}
    deliveries = tuple(
        replace(
            delivery,
            copies=tuple(copies[copy.copy_id] for copy in delivery.copies),
            decisions=tuple(_resting(d, rest) for d in delivery.decisions if is_told(d)),
            places=places_of(delivery),
        )
        for delivery in night.deliveries
    )
    return replace(night, copies=tuple(copies[copy.copy_id] for copy in night.copies), deliveries=deliveries)


def _resting(decision: Decision, rest: Callable[[Sequence[Reading]], Sequence[Reading]]) -> Decision:
    value = next((text for text in decision.alternatives if text == decision.value), decision.value)  # one, not two
    return decision._replace(readings=rest(decision.readings), value=value)


def _without_readings(copy: FormCopy) -> FormCopy:
    """Without all but the readings of its code, and one that says that the copy is a picture."""
    kept = [r for r in copy.readings if r.field == "project_code"]
    if copy.is_ocr and not any(map(is_ocr, kept)):
        kept.append(next(r for r in copy.readings if is_ocr(r)))
    return replace(copy, readings=tuple(kept))
