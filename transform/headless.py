"""Copies without a readable code: attached only within their own file, to the one project they read like."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from rapidfuzz.distance import LCSseq

from transform.marks import may_be
from transform.misread_codes import objects
from transform.one_code import is_without_objection
from transform.registers import Registers
from transform.sightings import CopyOf, Identity, Sighting, are_alike_in_detail, details_of, text_of

# How much of a copy without a readable code must stand in a copy of its file, in order (0-100). Unrelated forms share
# up to 77 of 100 letters in order, the same programme in two districts up to 87, a scan and its twin 92 and more.
HEADLESS_LIKENESS = 90
# letters of a copy without a code that are enough to compare
_HEADLESS_LEAST = 40


def headless(
    without_code: Iterable[Sighting],
    with_project: Iterable[Sighting],
    copy_of: CopyOf,
    recognised: Mapping[str, Identity],
    registers: Registers,
) -> dict[str, Identity]:
    """Copies without a readable code, by copy id; of two that read like one project but object to each other, neither.

    `with_project` are the copies of the night whose project `recognised` tells.
    """
    files: dict[str, list[Sighting]] = defaultdict(list)
    projects: dict[str, list[Sighting]] = defaultdict(list)
    for one in with_project:
        files[one.file].append(one)
        projects[recognised[one.copy_id].project_code or ""].append(one)
    attached: dict[str, list[Sighting]] = defaultdict(list)
    result: dict[str, Identity] = {}
    for one in sorted(without_code, key=lambda s: s.order):
        identity = result[one.copy_id] = _attached(one, files[one.file], projects, copy_of, recognised, registers)
        if identity.project_code is not None:
            attached[identity.project_code].append(one)
    for code, group in attached.items():
        if not is_without_objection(tuple(group), registers):
            reason = f"no readable code is printed; several copies read like {code} but are not of one project"
            result |= {one.copy_id: Identity(None, reason) for one in group}
    return result


def _attached(
    one: Sighting,
    beside: Sequence[Sighting],
    projects: Mapping[str, Sequence[Sighting]],
    copy_of: CopyOf,
    recognised: Mapping[str, Identity],
    registers: Registers,
) -> Identity:
    """The only project of its own file that a copy reads like, or none."""
    reads_like: list[str] = []
    text, details = text_of(copy_of(one.copy_id)), details_of(copy_of(one.copy_id))
    if len(text) >= _HEADLESS_LEAST:
        for code in sorted({recognised[other.copy_id].project_code or "" for other in beside}):
            own = [other for other in beside if recognised[other.copy_id].project_code == code]
            alike = any(
                may_be(one.marks, other.marks)
                and are_alike_in_detail(details, details_of(copy_of(other.copy_id)))
                and likeness(text, text_of(copy_of(other.copy_id))) >= HEADLESS_LIKENESS
                for other in own
            )
            if alike and not objects(one.marks, (other.marks for other in projects[code]), registers):
                reads_like.append(code)
    if len(reads_like) == 1:
        code = reads_like[0]
        return Identity(
            code, f"no readable code is printed; reads like {code} in the same file, and like no other project there"
        )
    found = "no project of its file" if not reads_like else f"{len(reads_like)} projects of its file"
    return Identity(None, f"no readable code is printed, and the copy reads like {found}")


def likeness(a: str, b: str) -> float:
    """How much of the shorter text stands in the longer one, letters in their order (0-100).

    >>> likeness("ชุมชน", "ห้องสมุดชุมชน"), likeness("", "ชุมชน")
    (100.0, 0.0)
    """
    shorter = min(len(a), len(b))
    return 100 * LCSseq.similarity(a, b) / shorter if shorter else 0.0
