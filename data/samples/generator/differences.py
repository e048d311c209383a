"""Makes one copy of a form differ from the other the way two real copies were seen to, and says where.

Every function takes the true facts and returns the altered facts with the differences it made. The reading of the
true facts is right, the other one wrong. `field` addresses the value as conflicts do: `coordinator.name`,
`reports[3].status_text` (3 = seq), `targets[1]` (1-based).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from .facts import Project

_LOOK_ALIKES = ("อธ", "ดต", "คศ", "ชซ", "บป", "ถภ")
CONFUSABLE = {pair[side]: pair[1 - side] for pair in _LOOK_ALIKES for side in (0, 1)}
DEPARTMENT = re.compile(r"สำนัก(?=การโยธา|การศึกษา|การระบายน้ำ|อนามัย|วัฒนธรรม)")
# Words whose loss leaves a sentence that still reads well.
_DROPPABLE = re.compile(r"(?<!บริ)(?<!กรรม)(?<!ราย)(?<!ต้อง)การ|อย่าง|ทั้ง|ให้|ได้")


@dataclass(frozen=True)
class Difference:
    """One value two copies print differently. `is_conflict` is false where lossless normalisation makes them equal."""

    field: str
    true_reading: str
    false_reading: str
    kind: str
    is_conflict: bool = True


Altered = tuple[Project, tuple[Difference, ...]]


def misread_surname(project: Project, rng: Random) -> Altered:
    """One consonant of the coordinator's family name becomes its look-alike; unchanged where there is none."""
    party = project.coordinator
    if party is None or party.unit is not None:
        return project, ()
    given, _, family = party.name.partition(" ")
    places = [index for index, letter in enumerate(family) if letter in CONFUSABLE]
    if not places:
        return project, ()
    # The first letter most often: there no neighbour helps a reader of the scan.
    index = places[0] if places[0] == 0 else rng.choice(places)
    wrong = f"{given} {family[:index]}{CONFUSABLE[family[index]]}{family[index + 1 :]}"
    altered = replace(project, coordinator=replace(party, name=wrong))
    return altered, (Difference("coordinator.name", party.name, wrong, "confusable letter"),)


def lengthen_departments(project: Project, rng: Random) -> Altered:
    """สำนักการโยธา becomes สำนักงานการโยธา in all status texts but possibly the first that names a department."""
    named = [index for index, report in enumerate(project.reports) if DEPARTMENT.search(report.status_text)]
    if len(named) > 2 and rng.randrange(2):
        named = named[1:]
    reports, differences = list(project.reports), []
    for index in named:
        report = reports[index]
        wrong = DEPARTMENT.sub("สำนักงาน", report.status_text)
        reports[index] = replace(report, status_text=wrong)
        field = f"reports[{report.seq}].status_text"
        differences.append(Difference(field, report.status_text, wrong, "department renamed"))
    return replace(project, reports=tuple(reports)), tuple(differences)


def split_target(project: Project, rng: Random, *, repeat_overlap: bool = False) -> Altered:
    """A line wrap turns one target into two bullets, after a การ beyond its first fifth.

    With `repeat_overlap` the การ is printed at the end of the first bullet and again at the start of the second, as in
    the file that was seen. The difference is filed under the bullet that was split.
    """
    cuts = {
        position: [match.end() for match in re.finditer("การ", text) if len(text) // 5 < match.end() < len(text) - 8]
        for position, text in enumerate(project.targets)
    }
    splittable = [position for position, ends in cuts.items() if ends]
    if not splittable:
        return project, ()
    position = rng.choice(splittable)
    text, end = project.targets[position], rng.choice(cuts[position])
    halves = (text[:end].rstrip(), (("การ" if repeat_overlap else "") + text[end:]).lstrip())
    targets = (*project.targets[:position], *halves, *project.targets[position + 1 :])
    difference = Difference(f"targets[{position + 1}]", text, " | ".join(halves), "bullet split in two")
    return replace(project, targets=targets), (difference,)


def drop_word(project: Project, rng: Random) -> Altered:
    """One small word is missing from the rationale; the readings are the whole paragraphs, joined by newlines."""
    places = [
        (number, match.span())
        for number, paragraph in enumerate(project.rationale)
        for match in _DROPPABLE.finditer(paragraph)
        if match.start() > 5 and paragraph[match.start() - 1] not in "เแโใไ" and not _is_mark(paragraph[match.end() :])
    ]
    if not places:
        return project, ()
    number, (start, end) = rng.choice(places)
    paragraph = project.rationale[number]
    shorter = paragraph[:start] + paragraph[end:]
    rationale = (*project.rationale[:number], shorter, *project.rationale[number + 1 :])
    readings = "\n".join(project.rationale), "\n".join(rationale)
    return replace(project, rationale=rationale), (Difference("rationale", *readings, "word missing"),)


def close_spaces(project: Project, rng: Random) -> Altered:
    """One space is lost in each objective that has any and in one paragraph of the rationale: no conflict."""
    differences: list[Difference] = []
    objectives = list(project.objectives)
    for position, text in enumerate(objectives):
        if " " in text:
            objectives[position] = text.replace(" ", "", 1)
            field = f"objectives[{position + 1}]"
            differences.append(Difference(field, text, objectives[position], "space lost", is_conflict=False))
    rationale = list(project.rationale)
    spaced = [number for number, paragraph in enumerate(rationale) if " " in paragraph]
    if spaced:
        number = rng.choice(spaced)
        rationale[number] = rationale[number].replace(" ", "", 1)
        readings = "\n".join(project.rationale), "\n".join(rationale)
        differences.append(Difference("rationale", *readings, "space lost", is_conflict=False))
    return replace(project, objectives=tuple(objectives), rationale=tuple(rationale)), tuple(differences)


def differ_like_the_seed(project: Project, rng: Random) -> tuple[Altered, Altered]:
    """Two altered copies whose mistakes are spread as they were seen.

    Copy 1 has the misread surname and the split bullet, copy 2 the lengthened departments and the missing word: no copy
    is right throughout.
    """
    steps_1: tuple[Callable[[Project, Random], Altered], ...] = (
        misread_surname,
        lambda facts, dice: split_target(facts, dice, repeat_overlap=True),
    )
    return _chain(project, rng, steps_1), _chain(project, rng, (lengthen_departments, drop_word))


def _chain(project: Project, rng: Random, steps: tuple[Callable[[Project, Random], Altered], ...]) -> Altered:
    differences: tuple[Difference, ...] = ()
    for step in steps:
        project, more = step(project, rng)
        differences += more
    return project, differences


def _is_mark(rest: str) -> bool:
    """Whether the text goes on with a mark or vowel that needs the letter before it."""
    return bool(rest) and (rest[0] in "ะาำๆฯ" or "\u0e31" <= rest[0] <= "\u0e3a" or "\u0e47" <= rest[0] <= "\u0e4e")
