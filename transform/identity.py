"""Which project each copy of a night belongs to: by its full code, and never by its text.

The same programme runs in dozens of districts, in the same words, under codes one digit apart. So the code groups,
and what stands beside it (fiscal year, district, name, budget, first report) only ever objects: two programmes that
print one code are not merged, and a code with one digit misread is joined to its project only when everything
beside it agrees. What earlier nights know of a code counts like a copy. What cannot be told stays visible as a copy
without a project.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from transform.at_rest import opened
from transform.codes import Codes
from transform.damaged_codes import damaged
from transform.headless import headless
from transform.known_projects import Known
from transform.misread_codes import misread
from transform.one_code import groups_of
from transform.records import FormCopy
from transform.registers import Registers
from transform.sightings import CopyOf, Group, Identity, Sighting, in_order, sighting_of, witnesses

# said of a copy whose printed code another project has
ANOTHERS_CODE = "this copy is not of its project"
_ASSIGNED = "assigned by a line of data/reference/corrections.csv"
_REMEDY = "; correct the code in the source document, or assign the copy in data/reference/corrections.csv"


def recognise(
    copies: Iterable[FormCopy],
    registers: Registers,
    known: Known | None = None,
    sightings: Iterable[Sighting] | None = None,
) -> tuple[FormCopy, ...]:
    """Return the copies of one night with the project each belongs to, noting where that is not its printed code.

    A pure function of what the copies print and of what earlier nights know: an earlier recognition of them does not
    count, nor does their order. `sightings`: of the same copies, where they are made already.
    """
    listed = sorted(copies, key=lambda c: (c.uri, c.source_sha256, c.ordinal))
    by_id = {copy.copy_id: copy for copy in listed}
    seen = {one.copy_id: one for one in (map(sighting_of, listed) if sightings is None else sightings)}
    found = recognise_sightings(
        [seen[copy.copy_id] for copy in listed], lambda copy_id: opened(by_id[copy_id]), registers, known
    )
    return tuple(_as(copy, found[copy.copy_id]) for copy in listed)


def _as(copy: FormCopy, identity: Identity) -> FormCopy:
    if (copy.project_code, copy.identity_note) == identity:
        return copy
    return replace(copy, project_code=identity.project_code, identity_note=identity.note)


def recognise_sightings(
    sightings: Iterable[Sighting], copy_of: CopyOf, registers: Registers, known: Known | None = None
) -> dict[str, Identity]:
    """The project of each copy, by copy id. Shape: one identity for each sighting.

    `copy_of` gives the whole copy; it is asked only for copies without a code, and for codes one digit apart.
    """
    known = known or Known.nothing()
    assigned = registers.assigned_copies
    by_code: dict[str, list[Sighting]] = defaultdict(list)
    without_code: list[Sighting] = []
    result: dict[str, Identity] = {}
    for one in sightings:
        if one.copy_id in assigned:
            result[one.copy_id] = Identity(assigned[one.copy_id], _ASSIGNED)
        elif one.marks.code:
            by_code[one.marks.code].append(one)
        else:
            without_code.append(one)
    codes = Codes(by_code, registers, known)
    kept: dict[str, Group] = {}
    apart: list[tuple[Group, str]] = []
    for code in sorted(by_code):
        owner, others = _owned(code, by_code[code], codes, registers, known)
        if owner:
            kept[code] = owner
        apart += others
    joined = misread(kept, apart, codes, copy_of, registers, known)
    result |= {one.copy_id: Identity(code) for code, group in kept.items() for one in group}
    for group, reason in apart:
        result |= {one.copy_id: Identity(None, reason + _REMEDY) for one in group}
    for copy_id, (code, printed) in joined.items():
        result[copy_id] = Identity(
            code, f"prints {printed}, one digit from {code}; what stands beside the code is that project's"
        )
    if without_code:
        whole = {
            code: tuple(s for s in group if result[s.copy_id].project_code == code) for code, group in kept.items()
        }
        result |= damaged(without_code, whole, copy_of, registers, known)
        without_code = [s for s in without_code if s.copy_id not in result]
        with_project = [s for group in by_code.values() for s in group if result[s.copy_id].project_code is not None]
        for copy_id, identity in headless(without_code, with_project, copy_of, result, registers).items():
            result[copy_id] = identity if identity.project_code else Identity(None, f"{identity.note}{_REMEDY}")
    return result


def _owned(
    code: str, printed: Sequence[Sighting], codes: Codes, registers: Registers, known: Known
) -> tuple[Group | None, list[tuple[Group, str]]]:
    """Of the copies that print a code: those of its project, and the others with the reason."""
    if len(printed) == 1 and code not in known.projects:  # nothing to compare it with
        return (printed[0],), []
    groups, undecided = groups_of(in_order(printed), registers)
    agrees = [known.agrees(code, (s.marks for s in group), registers) for group in groups]
    if len(groups) == 1 and agrees[0] is not False:
        return groups[0], _undecided(undecided, f"code {code} is printed by copies that differ")
    before = known.projects.get(code)
    if len(groups) == 1 and before is not None:
        if codes.is_at_home(code, groups[0]) and not codes.is_home_of(code, before.marks.district):
            return groups[0], _undecided(undecided, f"code {code} was another project's on {before.night}")
        reason = f"code {code} is of another agency, year or name since {before.night}, and {ANOTHERS_CODE}"
        return None, [(groups[0], reason), *_undecided(undecided, reason)]
    shared = f"code {code} is printed by {len(groups)} different projects, and {ANOTHERS_CODE}"
    owner = _owner(code, groups, agrees, codes)
    others = [(group, shared) for group in groups if group is not owner]
    return owner, others + _undecided(undecided, shared)


def _undecided(scraps: Iterable[Sighting], reason: str) -> list[tuple[Group, str]]:
    return [((one,), f"{reason}, and too little of this copy is left to tell which it is") for one in scraps]


def _owner(code: str, groups: Sequence[Group], agrees: Sequence[bool | None], codes: Codes) -> Group | None:
    """The project a shared code belongs to: the one in the agency of its prefix, the one that had it before, else the
    one that most different printings say."""
    at_home = [(g, a) for g, a in zip(groups, agrees, strict=True) if codes.is_at_home(code, g)]
    rivals = at_home or list(zip(groups, agrees, strict=True))
    if len(rivals) > 1:
        rivals = [(g, a) for g, a in rivals if a is True] or rivals
    if len(rivals) == 1:
        return rivals[0][0]
    ranked = sorted((g for g, _ in rivals), key=witnesses, reverse=True)
    return ranked[0] if ranked and witnesses(ranked[0]) > witnesses(ranked[1]) else None
