"""What recognition needs of a copy, and nothing else: a night of a hundred thousand copies is grouped on these.

The readings of a copy weigh ten kilobytes, its sighting a few hundred bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from transform.marks import Marks, marks_of
from transform.records import FormCopy, Reading
from transform.thai import squash

_DETAILS = frozenset({"budget_spent", "end_date", "responsible.phone", "coordinator.phone"})
_DETAIL_PARTS = ("].date", "].progress_pct", "].disbursed_baht")
# at most one in so many of them may differ: sisters in one district may differ in a single progress
ONE_IN = 8
# fewer of them in common say nothing
_LEAST_DETAILS = 3
# parts repeat what their whole prints
_PARTS = (".name", ".title", ".phone", ".unit", ".dimension")


@dataclass(frozen=True, slots=True)
class Sighting:
    """A copy as recognition sees it: what stands beside its code, its file, and its place in the fixed order.

    `witness`: copies printed alike to the letter are one witness. `printed`: what stands where the code should, if
    that is no code.
    """

    copy_id: str
    file: str
    witness: str
    order: tuple[bool, bool, bool, str, int]
    marks: Marks
    is_ocr: bool
    printed: str | None = None


class Identity(NamedTuple):
    """The project a copy belongs to, None where that cannot be told; and why it is not its printed code."""

    project_code: str | None
    note: str | None = None


Group = tuple[Sighting, ...]
# copy id → the copy with all its readings
CopyOf = Callable[[str], FormCopy]


def sighting_of(copy: FormCopy) -> Sighting:
    """The sighting of a copy."""
    is_ocr = copy.is_ocr
    order = (copy.is_truncated, is_ocr, copy.media_type != "text/plain", copy.source_sha256, copy.ordinal)
    marks = marks_of(copy)
    printed = None if marks.code else copy.printed_code
    return Sighting(copy.copy_id, copy.source_sha256, copy.witness, order, marks, is_ocr, printed)


def details_of(copy: FormCopy) -> dict[str, str]:
    """The numbers and dates of a copy that recognition does not go by otherwise: address → value.

    Under `reports` how many report rows there are, and under `end` that the copy prints its end and has them all.
    """
    found = {r.field: r.value for r in copy.readings if r.value is not None and not r.is_cut and is_detail(r.field)}
    rows = sum(1 for r in copy.readings if r.field.startswith("reports[") and r.field.endswith("].seq"))
    if rows == 0:  # section 2 may be what is lost
        return found
    return found | {"reports": str(rows)} | ({"end": ""} if copy.is_closed and not copy.is_truncated else {})


def are_alike_in_detail(a: Mapping[str, str], b: Mapping[str, str], *, one_in: int = ONE_IN) -> bool:
    """Whether numbers and dates that both print are the same ones but for at most one in so many, that was misread.

    Two projects of one programme and district differ in some of them, or a complete copy of one has fewer reports;
    copies of one project differ in hardly any.
    """
    if "reports" in a and "reports" in b and a["reports"] != b["reports"]:
        fewer = min(a, b, key=lambda details: int(details["reports"]))
        if "end" in fewer:
            return False
    both = [address for address in a if address in b and address not in ("reports", "end")]
    return one_in * sum(a[address] != b[address] for address in both) <= len(both) or len(both) < _LEAST_DETAILS


def is_detail(field: str) -> bool:
    """Whether a field is one of these numbers and dates."""
    return field in _DETAILS or (field.startswith("reports[") and field.endswith(_DETAIL_PARTS))


def damage_of(copy: FormCopy) -> int:
    """How many of its readings are no values: the more, the likelier its code is misread too."""
    return sum(1 for r in copy.readings if r.problem is not None)


def text_of(copy: FormCopy) -> str:
    """All that a copy prints, as a comparing key."""
    return "".join(squash(r.evidence.raw) for r in copy.readings if not _is_part(r))


def _is_part(reading: Reading) -> bool:
    return reading.field.endswith(_PARTS) or reading.field == "reports"


def witnesses(sightings: Iterable[Sighting]) -> int:
    """How many different printings there are: the same printing delivered twice says nothing more."""
    return len({s.witness for s in sightings})


def place_of(printing: Iterable[Sighting]) -> int:
    """Where one printing stands first in its file; of several files the last such place."""
    first: dict[str, int] = {}
    for one in printing:
        first[one.file] = min(one.order[-1], first.get(one.file, one.order[-1]))
    return max(first.values())


def in_order(sightings: Iterable[Sighting]) -> Group:
    """Sightings in the fixed order of copies."""
    return tuple(sorted(sightings, key=lambda s: s.order))
