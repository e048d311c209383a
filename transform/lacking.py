"""What a complete copy leaves out inside something it prints: a reading of nothing, so that the difference shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from transform.addresses import report_of
from transform.candidates import nothing_beside
from transform.form import Form
from transform.records import FormCopy, Reading

Readings = Mapping[str, Sequence[Reading]]


def lacking_parts(form: Form, copies: Sequence[FormCopy], by_field: Readings) -> dict[str, list[Reading]]:
    """Address → readings of nothing, by the complete copies that print what it is a part of, but not it."""
    found: dict[str, list[Reading]] = {}
    for group in _printed_together(form, by_field):
        printed = {address: {r.copy_id for r in by_field[address]} for address in group}
        some, each = set().union(*printed.values()), set.intersection(*printed.values())
        if some == each:  # nearly always: who prints one of them prints all
            continue
        for copy in copies:
            if copy.copy_id not in some or copy.copy_id in each:
                continue
            own = {a: r for a in group for r in by_field[a] if r.copy_id == copy.copy_id}
            is_cut = copy.is_truncated or any(r.is_cut for r in copy.readings if r.field in group)
            if own and not is_cut:
                place = min(own.values(), key=lambda r: r.evidence.place)
                for address in group:
                    if address not in own:
                        found.setdefault(address, []).append(nothing_beside(place, address))
    return found


def _printed_together(form: Form, by_field: Readings) -> Iterator[list[str]]:
    """Addresses that are parts of one printed value: a path, a person, a numbered title, a report row."""
    groups: dict[tuple[str, object], list[str]] = {}
    for address in sorted(by_field):
        field = form.field_of(address)
        if field.policy in ("item", "whole") or not by_field[address]:
            continue
        groups.setdefault((form.heads[field.field], report_of(address)), []).append(address)
    return (group for group in groups.values() if len(group) > 1)
