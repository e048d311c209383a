"""Findings that are one thing are told once: the same sentence about many reports of a project, or about many projects.

Pure: items in, folds out. Nothing is lost: the items of all folds are the items given, each once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from expectations.items import Item

# the same sentence about so many reports of one project, or about so many projects, is one item
LEAST_REPORTS, LEAST_PROJECTS = 3, 5
CONFLICTS, CONTESTED = "copies_conflict", "contested_value"
_BULLET = "• "
_PLACE = re.compile(r"(หน้า|บรรทัด) \d+(?:–\d+)?")
_PLACE_AFTER = r"(?: หน้า \d+(?: บรรทัด \d+)?| \(หน้า \d+(?: บรรทัด \d+)?\))?"
_OWN_REPORT = r"รายงานครั้งที่ {}(?!\d)(?: \(แถวที่ \d+\))?"
_Sentence: TypeAlias = tuple[str, ...]


@dataclass(frozen=True)
class Fold:
    """What is told as one item: findings that say the same, most urgent first.

    `absorbed`: findings of another rule that say nothing more than these do; they count as told with them.
    """

    same: tuple[Item, ...]
    absorbed: tuple[Item, ...] = ()

    @property
    def first(self) -> Item:
        """The item that stands for all."""
        return self.same[0]

    @property
    def items(self) -> tuple[Item, ...]:
        """Everything told here."""
        return self.same + self.absorbed

    @property
    def finding_ids(self) -> tuple[str, ...]:
        """Ids of everything told here."""
        return tuple(item.finding_id for item in self.items)

    @property
    def is_many(self) -> bool:
        """Whether several findings are told as one."""
        return len(self.same) > 1

    @property
    def projects(self) -> tuple[str, ...]:
        """Codes of the projects concerned, in order."""
        return tuple(sorted({item.project_code for item in self.same}))

    @property
    def sentence(self) -> _Sentence:
        """What is wrong, said once for all of them."""
        first = self.first
        said = first.message
        if self.is_many and first.file:
            files = len({item.file for item in self.same})
            place = re.compile(re.escape(first.file) + _PLACE_AFTER)
            said = tuple(place.sub(lambda _: first.file if files == 1 else f"{files:,} ไฟล์", line) for line in said)
        if self.is_many and first.report_no is not None:
            reports = _numbers(self.same) if len(self.projects) == 1 else "รายงานหลายครั้ง"
            said = tuple(_of_reports(line, first.report_no, reports) for line in said)
        return said


def fold(items: Iterable[Item]) -> list[Fold]:
    """Items folded, most urgent first."""
    kept, absorbed = _told_once(sorted(items, key=lambda item: item.order))
    alike: dict[tuple[object, ...], list[Item]] = {}
    for item in kept:
        alike.setdefault(_same_thing(item), []).append(item)
    groups = [group for found in alike.values() for group in _parted(found)]
    folds = [Fold(tuple(g), tuple(a for item in g for a in absorbed.get(item.finding_id, ()))) for g in groups]
    return sorted(folds, key=lambda each: each.first.order)


def _parted(alike: list[Item]) -> list[list[Item]]:
    """One group where many projects are concerned; else one for each project with many reports, or for each item."""
    by_project: dict[str, list[Item]] = {}
    for item in alike:
        by_project.setdefault(item.project_code, []).append(item)
    if len(by_project) >= LEAST_PROJECTS:
        return [alike]
    groups = []
    for found in by_project.values():
        groups += [found] if len(found) >= LEAST_REPORTS else [[item] for item in found]
    return groups


def _same_thing(item: Item) -> tuple[object, ...]:
    """What two items share when they are one thing: all but the report, the file and the place."""
    text = "\n".join(item.message)
    if item.file:
        text = text.replace(item.file, "…")
    if item.report_no is not None:
        text = re.sub(_OWN_REPORT.format(item.report_no), "…", text)
    return item.rule, item.severity, item.is_fresh, item.state == "resolved", item.todo, _PLACE.sub(r"\1 …", text)


def _numbers(items: Sequence[Item]) -> str:
    """The reports of one project by number.

    A long list ends in how many more there are.
    """
    numbers = sorted({item.report_no for item in items if item.report_no is not None})
    more = f" และอีก {len(numbers) - 10} ครั้ง" if len(numbers) > 10 else ""
    return f"รายงานครั้งที่ {', '.join(map(str, numbers[:10]))}{more}"


def _of_reports(line: str, report_no: int, reports: str) -> str:
    """A sentence about one report, said of many: their numbers once, not again in the name of the value."""
    pattern = re.compile(_OWN_REPORT.format(report_no))
    said = pattern.sub(reports, line, count=1)
    return re.sub(f" ?ของ{pattern.pattern}", "", said)


def _told_once(items: list[Item]) -> tuple[list[Item], dict[str, tuple[Item, ...]]]:
    """Conflicts of a project without the contested values that are items of their own.

    Where nothing is left the conflicts are told with the first of those items, when both are new or both known.
    """
    contested: dict[str, list[Item]] = {}
    for item in items:
        if item.rule == CONTESTED and item.state != "resolved" and item.project_code:
            contested.setdefault(item.project_code, []).append(item)
    kept: list[Item] = []
    absorbed: dict[str, tuple[Item, ...]] = {}
    for item in items:
        apart = contested.get(item.project_code, []) if item.rule == CONFLICTS and item.state != "resolved" else []
        told = {line for each in apart for line in each.message if line.startswith(_BULLET)}
        rest = tuple(line for line in item.message if line not in told)
        number = len(item.message) - len(rest)
        heir = next((each for each in apart if each.is_fresh == item.is_fresh), None)
        if not number:
            kept.append(item)
        elif heir is not None and not any(line.startswith(_BULLET) for line in rest):
            absorbed[heir.finding_id] = (*absorbed.get(heir.finding_id, ()), item)
        else:
            apart_too = f"{rest[0] if rest else item.title} (แจ้งแยกไว้แล้ว {number} แห่ง)"
            kept.append(replace(item, message=(apart_too, *rest[1:])))
    return kept, absorbed
