"""Codes with one digit misread: joined to their project only when everything beside the code is that project's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz.distance import Hamming

from transform.codes import Codes
from transform.known_projects import Known, neighbours
from transform.marks import Marks, form_of, is_nearly_the_same_form, is_nothing_else, is_the_same_form, same_project
from transform.registers import Registers
from transform.sightings import CopyOf, Group, Sighting, are_alike_in_detail, damage_of, details_of, place_of, witnesses

# copy id → (project it is joined to, code it prints)
Joined = dict[str, tuple[str, str]]
# a code whose unit or block of running numbers no other code has is misread where the one a digit off has this many
_USED = 3
# numbers and dates in common that make up for a budget or first report that was misread too
_MANY_DETAILS = 6


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
        found = look.hits(code, group[0], is_wrong=True) if witnesses(group) == 1 else []
        if len(found) == 1:
            joined |= {one.copy_id: (found[0], code) for one in group}
            apart.remove((group, reason))
    _give_back(kept, apart, joined, known)
    return joined


@dataclass(frozen=True, eq=False)
class _Look:
    """What is looked at to tell whether two codes one digit apart are one."""

    kept: Mapping[str, Group]
    codes: Codes
    copy_of: CopyOf
    registers: Registers
    known: Known

    def hits(self, code: str, one: Sighting, *, is_wrong: bool = False) -> list[str]:
        """Codes one digit from `code` whose project agrees with all that a copy prints; none of its copies objects.

        `is_wrong`: another project has the code. Of such a code, and of one that is like no other, less must agree.
        """
        is_odd = is_wrong or 0 in self.codes.like(code) or not self.codes.is_home_of(code, one.marks.district)
        near = {other for other in self._by_form.get(form_of(one.marks), ()) if _is_a_digit_off(code, other)}
        if is_odd:
            near |= {n for n in neighbours(code) if n in self.kept or n in self.known.projects}
        found = []
        for other in sorted(near):
            tonight = self.kept.get(other, ())
            marks = [s.marks for s in tonight]
            if other in self.known.projects:
                marks.append(self.known.projects[other].marks)
            if objects(one.marks, marks, self.registers):
                continue
            least = 0 if any(is_the_same_form(one.marks, m) for m in marks) else None
            if least is None and is_odd and (is_wrong or self._is_better(other, code, one.marks)):
                least = _left(one.marks, marks)
            if least is not None and self._is_alike_in_detail(one, other, tonight, least):
                found.append(other)
        return found

    def _is_better(self, other: str, code: str, own: Marks) -> bool:
        """Whether a code fits a copy where its own does not: its agency, or other codes of its unit and block."""
        if self.codes.is_home_of(other, own.district) and not self.codes.is_home_of(code, own.district):
            return True
        pairs = zip(self.codes.like(code), self.codes.like(other), strict=True)
        return any(used == 0 and others >= _USED for used, others in pairs)

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

    def _is_alike_in_detail(self, one: Sighting, other: str, tonight: Iterable[Sighting], least: int) -> bool:
        own = details_of(self.copy_of(one.copy_id))
        others = [details_of(self.copy_of(s.copy_id)) for s in tonight]
        if other in self.known.projects:
            others.append(dict(self.known.projects[other].details))
        return any(
            are_alike_in_detail(own, details) and sum(address in details for address in own) >= least
            for details in others
        )

    def is_odder(self, a: str, b: str) -> bool:
        """Whether other codes have less of the first code than of the second."""
        return any(own == 0 < other for own, other in zip(self.codes.like(a), self.codes.like(b), strict=True))

    def weaker(self, a: str, b: str) -> tuple[str, str]:
        """Of two codes printed once each for one project: (misread, right).

        By text, agency, other codes of its unit and running numbers, how near these are, damage of the copy, whether
        its end is printed, order. Nothing of it changes when a printing is delivered once more, or a night decided
        again.
        """

        def rank(code: str, rival: str) -> tuple[object, ...]:
            group = self.kept[code]
            copy = self.copy_of(group[0].copy_id)
            unit, block = self.codes.like(code)
            looks = group[0].is_ocr, not self.codes.is_at_home(code, group), unit == 0, block == 0
            far, damage = self.codes.distance(code, rival), damage_of(copy)
            return (
                *looks,
                far,
                damage,
                not copy.is_closed,
                copy.media_type != "text/plain",
                place_of(group),
                group[0].witness,
            )

        return (a, b) if rank(a, b) > rank(b, a) else (b, a)


def _left(own: Marks, marks: Sequence[Marks]) -> int | None:
    """How many numbers and dates must be in common where not everything beside the code is equal; None: not joined."""
    if any(is_nothing_else(own, m) for m in marks):  # a copy that was cut
        return 0
    return _MANY_DETAILS if any(is_nearly_the_same_form(own, m) for m in marks) else None


def _give_back(kept: dict[str, Group], apart: list[tuple[Group, str]], joined: Joined, known: Known) -> None:
    """Where all but one of the projects that print a code were misread, the code is that one's."""
    misread_as = {code for _, code in joined.values()}
    for code in sorted(misread_as - set(kept)):
        left = [(group, reason) for group, reason in apart if group[0].marks.code == code]
        if len(left) == 1 and code not in known.projects:
            kept[code] = left[0][0]
            apart.remove(left[0])


def objects(marks: Marks, others: Iterable[Marks], registers: Registers) -> bool:
    """Whether a copy cannot be of the project of the others."""
    return any(same_project(marks, other, registers) is False for other in others)


def _is_a_digit_off(a: str, b: str) -> bool:
    return len(a) == len(b) and Hamming.distance(a, b) == 1
