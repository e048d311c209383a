"""Copies whose code is printed but cannot be read (`5039O000-33b7`): joined when what is left of it and all else agree.

Unlike a page without a head such a copy may be in another file than the project's others: its code still tells apart
sisters that print the same words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from rapidfuzz.distance import Levenshtein

from transform.known_projects import Known
from transform.marks import Marks, form_of, is_the_same_form
from transform.misread_codes import objects
from transform.registers import Registers
from transform.sightings import CopyOf, Group, Identity, Sighting, are_alike_in_detail, details_of
from transform.thai import squash

# characters of a code of 13 that may be unreadable
MOST_DAMAGE = 3
# numbers and dates of which one may differ; what is left of the code tells sisters apart already
_ONE_IN = 4


def damaged(
    without_code: Iterable[Sighting],
    projects: Mapping[str, Group],
    copy_of: CopyOf,
    registers: Registers,
    known: Known,
) -> dict[str, Identity]:
    """Copy id → the one project whose code fits what is left of the printed one, and everything beside it agrees."""
    damaged = [one for one in without_code if one.printed]
    if not damaged:
        return {}
    by_form: dict[tuple[int | None, str | None, str | None], set[str]] = defaultdict(set)
    for code in sorted({*projects, *known.projects}):
        for marks in _marks_of(code, projects, known):
            by_form[form_of(marks)].add(code)
    found: dict[str, Identity] = {}
    for one in damaged:
        fits = [
            code
            for code in sorted(by_form.get(form_of(one.marks), ()))
            if _fits(one, code, projects, copy_of, registers, known)
        ]
        if len(fits) == 1:
            found[one.copy_id] = Identity(
                fits[0], f"prints {one.printed}, which cannot be read in full; all else is that of {fits[0]}"
            )
    return found


def codes_near(printed: Iterable[str], known: Iterable[str]) -> list[str]:
    """Of known codes those that a printed text can be, with the signs that it lost; sorted."""
    keys = sorted({squash(text) for text in printed})
    return sorted(
        c for c in known if any(Levenshtein.distance(k, c, score_cutoff=MOST_DAMAGE) <= MOST_DAMAGE for k in keys)
    )


def _marks_of(code: str, projects: Mapping[str, Sequence[Sighting]], known: Known) -> list[Marks]:
    marks = [s.marks for s in projects.get(code, ())]
    return [*marks, known.projects[code].marks] if code in known.projects else marks


def _fits(
    one: Sighting,
    code: str,
    projects: Mapping[str, Sequence[Sighting]],
    copy_of: CopyOf,
    registers: Registers,
    known: Known,
) -> bool:
    marks = _marks_of(code, projects, known)
    if Levenshtein.distance(squash(one.printed or ""), code) > MOST_DAMAGE:
        return False
    if not any(is_the_same_form(one.marks, m) for m in marks) or objects(one.marks, marks, registers):
        return False
    own = details_of(copy_of(one.copy_id))
    others: list[Mapping[str, str]] = [details_of(copy_of(s.copy_id)) for s in projects.get(code, ())]
    if code in known.projects:
        others.append(known.projects[code].details)
    return any(are_alike_in_detail(own, details, one_in=_ONE_IN) for details in others)
