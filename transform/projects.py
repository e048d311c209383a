"""The projects of a night, each to be decided by itself; and a decided project as few plain values. Pure.

Once the night's witnesses are gathered no project waits for another one. What another process has decided comes back
without what this one holds already: readings and texts are named by their place among the project's copies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from sys import intern
from typing import Any, NamedTuple

from transform.addresses import report_of
from transform.at_rest import opened
from transform.candidates import in_fixed_order
from transform.names import name_model
from transform.reconcile import Context, reconcile
from transform.records import Decision, Delivery, Evidence, FormCopy, Reading, delivery_id_of

# projects of a slice: what is at hand of them at a time, and rows that are written down together
SLICE = 200
# a field that all copies say alike: the rule, and where its readings stand
_Alike = tuple[str, tuple[int, ...]]
# a reading: its place; the place of one that says it under another address; or all of it
_Name = int | tuple[Any, ...]
_new = tuple.__new__


class Handed(NamedTuple):
    """A delivery as plain values: its decisions, per copy the readings that moved to another address, and its rows."""

    decisions: list[Any]
    moved: list[list[tuple[int, str]]]
    report_addresses: tuple[str, ...]


@dataclass(frozen=True)
class Projects:
    """The copies of each project, and the witnesses of the night; projects are named by their place."""

    groups: Sequence[Sequence[FormCopy]]
    context: Context

    @property
    def slices(self) -> list[range]:
        """The places of projects that are kept at hand together, once they are decided."""
        count = len(self.groups)
        return [range(start, min(start + SLICE, count)) for start in range(0, count, SLICE)]

    def decide(self, at: int) -> Delivery:
        """Decide one project."""
        return reconcile(self._copies(at), self.context)

    def hand_over(self, at: int) -> Handed:
        """Decide one project for another process that holds the same copies."""
        copies = self._copies(at)
        return _handed(reconcile(copies, self.context), copies)

    def take_over(self, at: int, handed: Handed) -> Delivery:
        """The delivery that another process decided."""
        return _taken(handed, self._copies(at))

    def _copies(self, at: int) -> list[FormCopy]:
        return [opened(copy) for copy in self.groups[at]]

    def prepare(self) -> None:
        """Count what otherwise the first question would have counted, so that it is done once for all processes."""
        name_model()
        if self.context.language is not None:
            self.context.language.prepare()


# slices with their numbers, in any order; the deliveries of one in the order of its projects
Slices = Iterator[tuple[int, tuple[Delivery, ...]]]
Deciding = Callable[[Projects], Slices]


def in_turn(projects: Projects) -> Slices:
    """Decide one project after the other, here."""
    for number, places in enumerate(projects.slices):
        yield number, tuple(map(projects.decide, places))


def _handed(delivery: Delivery, group: Sequence[FormCopy]) -> Handed:
    ordered = in_fixed_order(group)
    readings = [r for copy in ordered for r in copy.readings]
    place = {id(r): n for n, r in enumerate(readings)}
    evidence = {id(r.evidence): n for n, r in enumerate(readings)}

    def named(reading: Reading) -> _Name:
        at = place.get(id(reading))
        if at is not None:
            return at
        at = evidence.get(id(reading.evidence))
        if at is not None and readings[at].at(reading.field) == reading:
            return at, reading.field
        return (*reading[:3], tuple(reading.evidence), *reading[4:])

    decisions: list[Any] = []
    for d in delivery.decisions:
        names = tuple(map(named, d.readings))
        first = names[0] if names else None
        if isinstance(first, int) and d.confidence == d.rule and d == _alike(d, readings[first], d.readings):
            decisions.append((d.rule, names))
        else:
            decisions.append((d.field, d.value, d.rule, d.confidence, d.is_decidable, names, d.alternatives, d.grounds))
    moved = [
        [(n, new.field) for n, (old, new) in enumerate(zip(was.readings, now.readings, strict=True)) if old is not new]
        for was, now in zip(ordered, delivery.copies, strict=True)
    ]
    return Handed(decisions, moved, delivery.report_addresses)


def _alike(about: Decision, first: Reading, readings: Sequence[Reading]) -> Decision:
    """The decision of a field whose readings all say what the first one says."""
    shown = (first.value or "",)
    rule = about.rule
    return _new(
        Decision,
        (*about[:2], first.field, _row_of(first.field), first.value, rule, rule, True, readings, shown, None),
    )


def _row_of(address: str) -> int | None:
    row = report_of(address)
    return row[0] if row else None


def _taken(handed: Handed, group: Sequence[FormCopy]) -> Delivery:
    ordered = in_fixed_order(group)
    readings = [r for copy in ordered for r in copy.readings]
    code, night = ordered[0].project_code or "", ordered[0].night
    delivery_id = delivery_id_of(code, night)

    def read(name: _Name) -> Reading:
        if isinstance(name, int):
            return readings[name]
        if len(name) == 2:
            return readings[name[0]].at(intern(name[1]))
        copy_id, field, row, (page, *lines_and_raw), *rest = name
        return Reading(copy_id, intern(field), row, Evidence(page, *lines_and_raw), *rest)

    decisions = []
    for values in handed.decisions:
        if len(values) == 2:
            rule, names = intern(values[0]), values[1]
            first = readings[names[0]]
            field, value, confidence, is_decidable, grounds = first.field, first.value, rule, True, None
            shown: tuple[str, ...] = (first.value or "",)
        else:
            field, value, rule, confidence, is_decidable, names, shown, grounds = values
            field, rule, confidence = intern(field), intern(rule), intern(confidence)
        said = tuple(map(read, names))
        decisions.append(
            _new(
                Decision,
                (
                    code, delivery_id, field, _row_of(field), value, rule, confidence, is_decidable, said, shown,
                    grounds,
                ),
            )
        )  # fmt: skip
    copies = tuple(_moved(copy, moved) for copy, moved in zip(ordered, handed.moved, strict=True))
    return Delivery(code, night, copies, tuple(decisions), handed.report_addresses)


def _moved(copy: FormCopy, moved: Sequence[tuple[int, str]]) -> FormCopy:
    if not moved:
        return copy
    readings = list(copy.readings)
    for at, address in moved:
        readings[at] = readings[at].at(intern(address))
    return replace(copy, readings=tuple(readings))
