"""What was read and decided tonight, column by column: the tables of the schema lineage that one night fills. Pure.

They are long (a reading for each value of each copy), so no row is made of them: a column is a list, and its rows stand
in the order of the table's key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter, itemgetter
from typing import Any

from transform.records import Decision, Evidence, FormCopy, Night, Reading

# the columns of a table, each with its values, in any order; made one after the other
Columns = Iterator[tuple[str, list[Any]]]

_OF_READING = {
    name: itemgetter(Reading._fields.index(name))
    for name in ("copy_id", "field", "report_seq", "value", "problem", "is_cut", "doubt", "printed_field")
}
_OF_EVIDENCE = {name: itemgetter(place) for place, name in enumerate(Evidence._fields)}
_FIELD, _EVIDENCE = _OF_READING["field"], itemgetter(Reading._fields.index("evidence"))
_OF_DECISION = {
    name: itemgetter(Decision._fields.index(name))
    for name in (
        "project_code", "delivery_id", "field", "report_seq", "value", "rule", "confidence", "is_decidable", "grounds"
    )
}  # fmt: skip


def lineage_columns(night: Night, names_of_copy: Sequence[str]) -> dict[str, Columns]:
    """The lineage tables of one night by name. `names_of_copy`: the columns of form_copy, which a copy has as such."""
    files = sorted(night.files, key=lambda f: f.source_sha256)
    copies = sorted(night.copies, key=lambda c: c.copy_id)
    rejected = [f for f in files if f.status == "rejected"]
    return {
        "source_file": _attributes(
            files,
            {name: name for name in ("source_sha256", "uri", "night", "media_type", "pages", "encoding")}
            | {"reader_version": "reader_version", "status": "status", "reason": "reason"}
            | {"bytes": "size", "lines": "lines.total", "lines_consumed": "lines.consumed"}
            | {"lines_furniture": "lines.furniture", "lines_unread": "lines.unread"},
            notes=lambda f: "\n".join(f.notes) or None,
        ),
        "form_copy": _attributes(copies, {name: name for name in names_of_copy}),
        "unread_line": _unread_lines(night),
        "reading": _readings(copies),
        "decision": _decisions(night),
        "rejected_file": _attributes(
            rejected, {name: name for name in ("source_sha256", "uri", "night", "code", "reason", "reader_version")}
        ),
    }


def _attributes(things: Sequence[Any], names: dict[str, str], **made: Callable[[Any], Any]) -> Columns:
    """Columns that are attributes of things by these names, and columns that are made of them."""
    getters = {column: attrgetter(name) for column, name in names.items()} | made
    return ((column, list(map(get, things))) for column, get in getters.items())


def _unread_lines(night: Night) -> Columns:
    lines = [(f.source_sha256, line) for f in night.files for line in f.unread]
    lines.sort(key=lambda pair: (pair[0], pair[1].page, pair[1].line))
    yield "source_sha256", [sha for sha, _ in lines]
    yield "page", [line.page for _, line in lines]
    yield "line", [line.line for _, line in lines]
    yield "text", [line.text for _, line in lines]


def _readings(copies: Sequence[FormCopy]) -> Columns:
    """`copies` are in the order of their ids."""

    readings = [reading for copy in copies for reading in _in_key_order(copy.readings)]
    evidence = list(map(_EVIDENCE, readings))
    yield "night", [copy.night for copy in copies for _ in copy.readings]
    for name, of_reading in _OF_READING.items():
        yield name, list(map(of_reading, readings))
    for name, of_evidence in _OF_EVIDENCE.items():
        yield name, list(map(of_evidence, evidence))


def _in_key_order(readings: Sequence[Reading]) -> list[Reading]:
    """The readings of one copy by field; seldom a field stands in it more than once."""
    if len(set(map(_FIELD, readings))) == len(readings):
        return sorted(readings, key=_FIELD)
    return sorted(readings, key=lambda r: (r.field, r.evidence.page, r.evidence.line_first, r.evidence.char_from))


def _decisions(night: Night) -> Columns:
    deliveries = sorted(night.deliveries, key=lambda d: (d.project_code, d.delivery_id))
    decisions = [d for delivery in deliveries for d in sorted(delivery.decisions, key=_OF_DECISION["field"])]
    yield "night", [delivery.night for delivery in deliveries for _ in delivery.decisions]
    for name, get in _OF_DECISION.items():
        yield name, list(map(get, decisions))
    yield "readings", [len(d.readings) for d in decisions]
    yield "distinct_readings", [len(d.alternatives) for d in decisions]
