"""Codes with one digit misread: joined to their project only when everything beside the code is that project's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz.distance import Hamming

from transform.codes import Codes
from transform.known_projects import Known, neighbours
from transform.marks import Marks, form_of, is_nothing_else, is_the_same_form, same_project
from transform.registers import Registers
from transform.sightings import CopyOf, Group, Sighting, are_alike_in_detail, damage_of, details_of, place_of, witnesses

# copy id → (project it is joined to, code it prints)
Joined = dict[str, tuple[str, str]]
# a code whose unit or block of running numbers no other code has is misread where the one a digit off has this many
_USED = 3


def misread(
    kept: dict[str, Group],
    apart: list[tuple[Group, str]],
    codes: Codes,
    copy_of: CopyOf,
    registers: Registers,
    known: Known,
) -> Joined:
    """Copy id → (project it is joined to, code it prints). Removes what it joins from `kept` and `apart`.

    A code that two different printings of tonight say, or that was this project's before, is no misreading.
    """
    look = _Look(kept, codes, copy_of, registers, known)
    alone = {
        code: group
        for code, group in kept.items()
        if witnesses(group) == 1 and known.agrees(code, (s.marks for s in group), registers) is not True
    }
    hits = {code: look.hits(code, group[0]) for code, group in alone.items()}
    joined: Joined = {}
    for code in sorted(alone):
        target = hits[code][0] if len(hits[code]) == 1 else None
        if target is None or code not in kept or (target not in kept and target not in known.projects):
            continue
        if target not in kept and look.is_odder(target, code):  # then it was misread before, and is right tonight
            continue
        if target in alone and target not in known.projects:
            if hits[target] != [code]:
                continue
            code, target = look.weaker(code, target)
        joined |= {one.copy_id: (target, code) for one in alone[code]}
        del kept[code]
    for group, reason in list(apart):
        code = group[0].marks.code or ""
        found = look.hits(code, group[0]) if witnesses(group) == 1 else []
        if len(found) == 1:
            joined |= {one.copy_id: (found[0], code) for one in group}
            apart.remove((group, reason))
    return joined


@dataclass(frozen=True, eq=False)
class _Look:
    """What is looked at to tell whether two codes one digit apart are one."""

    kept: Mapping[str, Group]
    codes: Codes
    copy_of: CopyOf
    registers: Registers
    known: Known

    def hits(self, code: str, one: Sighting) -> list[str]:
        """Codes one digit from `code` whose project agrees with all that a copy prints; none of its copies objects."""
        near = {other for other in self._by_form.get(form_of(one.marks), ()) if _is_a_digit_off(code, other)}
        if 0 in self.codes.like(code):
            near |= {n for n in neighbours(code) if n in self.kept or n in self.known.projects}
        found = []
        for other in sorted(near):
            tonight = self.kept.get(other, ())
            marks = [s.marks for s in tonight]
            if other in self.known.projects:
                marks.append(self.known.projects[other].marks)
            is_same = any(is_the_same_form(one.marks, m) for m in marks)
            if not is_same and not self._is_all_that_is_left(code, one.marks, other, marks):
                continue
            if not objects(one.marks, marks, self.registers) and self._is_alike_in_detail(one, other, tonight):
                found.append(other)
        return found

    @cached_property
    def _by_form(self) -> dict[object, set[str]]:
        """Codes by what two copies of one form must have in common."""
        found: dict[object, set[str]] = defaultdict(set)
        for code, group in self.kept.items():
            for one in group:
                found[form_of(one.marks)].add(code)
        for code, known in self.known.projects.items():
            found[form_of(known.marks)].add(code)
        return found

    def _is_all_that_is_left(self, code: str, own: Marks, other: str, marks: Sequence[Marks]) -> bool:
        """Whether what a cut copy prints beside its code is another's, and codes like its own are not in use."""
        pairs = zip(self.codes.like(code), self.codes.like(other), strict=True)
        return any(used == 0 and others >= _USED for used, others in pairs) and any(
            is_nothing_else(own, m) for m in marks
        )

    def _is_alike_in_detail(self, one: Sighting, other: str, tonight: Iterable[Sighting]) -> bool:
        own = details_of(self.copy_of(one.copy_id))
        others = [details_of(self.copy_of(s.copy_id)) for s in tonight]
        if other in self.known.projects:
            others.append(dict(self.known.projects[other].details))
        return any(are_alike_in_detail(own, details) for details in others)

    def is_odder(self, a: str, b: str) -> bool:
        """Whether other codes have less of the first code than of the second."""
        return any(own == 0 < other for own, other in zip(self.codes.like(a), self.codes.like(b), strict=True))

    def weaker(self, a: str, b: str) -> tuple[str, str]:
        """Of two codes printed once each for one project: (misread, right).

        By text, agency, whether there are other codes of its unit and running numbers, damage of the copy, whether its
        end is printed, order. Nothing of it changes when a printing is delivered once more, or a night decided again.
        """

        def rank(code: str) -> tuple[object, ...]:
            group = self.kept[code]
            copy = self.copy_of(group[0].copy_id)
            unit, block = self.codes.like(code)
            looks = group[0].is_ocr, not self.codes.is_at_home(code, group), unit == 0, block == 0, damage_of(copy)
            return *looks, not copy.is_closed, copy.media_type != "text/plain", place_of(group), group[0].witness

        return (a, b) if rank(a) > rank(b) else (b, a)


def objects(marks: Marks, others: Iterable[Marks], registers: Registers) -> bool:
    """Whether a copy cannot be of the project of the others."""
    return any(same_project(marks, other, registers) is False for other in others)


def _is_a_digit_off(a: str, b: str) -> bool:
    return len(a) == len(b) and Hamming.distance(a, b) == 1
