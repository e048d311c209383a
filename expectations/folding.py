"""Findings that are one thing are told once: the same sentence about many reports of a project, or about many projects.

Pure: items in, folds out. Nothing is lost: the items of all folds are the items given, each once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeAlias

from expectations.items import Item, in_order, most_urgent_first

# the same sentence about so many reports of one project, or about so many projects, is one item
LEAST_REPORTS, LEAST_PROJECTS = 3, 5
CONFLICTS, CONTESTED = "copies_conflict", "contested_value"
_BULLET = "• "
# page and line as words of their own: the end of ความก้าวหน้า is no page
_PLACE = re.compile(r"(?<![\u0e00-\u0e7f])(หน้า|บรรทัด) \d+(?:–\d+)?")
_WHOLE_PLACE = re.compile(r" ?\(หน้า \d+(?: บรรทัด [\d–]+)?\)|(?<![\u0e00-\u0e7f])หน้า \d+(?: บรรทัด [\d–]+)?(?:: | |$)")
_PLACE_AFTER = r"(?: หน้า \d+(?: บรรทัด \d+)?| \(หน้า \d+(?: บรรทัด \d+)?\))?"
_OWN_REPORT = r"รายงานครั้งที่ {}(?!\d)(?: \(แถวที่ \d+\))?"
# a name is a word of its own where neither of these is beside it
_ENDS_WORD, _BEGINS_WORD = re.compile(r"[\w\u0e00-\u0e7f.]"), re.compile(r"[\w\u0e00-\u0e7f]")
_HERE = "\ue000"  # stands for what differs; no text has it
_QUOTED = re.compile(r"(“[^”]*”)")
_THIS = re.compile(r"(รายงานครั้ง|ไฟล์|ค่า|ข้อมูล|รายการ|ลิงก์|บรรทัด)นี้")
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
    def group(self) -> str:
        """What it is listed with: its project, or other folds of the same projects."""
        return ",".join(self.projects)

    @property
    def todo(self) -> str:
        """What to do about them."""
        return _THIS.sub(_these, self.first.todo) if self.is_many else self.first.todo

    @property
    def sentence(self) -> _Sentence:
        """What is wrong, said once for all of them; what is not the same of all is not said."""
        first, said = self.first, self.first.message
        if not self.is_many:
            return said
        if _names_file(first):
            files = len({item.file for item in self.same})
            place = _file_in(first, _PLACE_AFTER)
            named = first.file if files == 1 else f"{files:,} ไฟล์"
            said = tuple(_outside_quotes(line, lambda part: place.sub(lambda _: named, part)) for line in said)
        if first.report_no is not None:
            reports = _numbers(self.same) if len(self.projects) == 1 else "รายงานหลายครั้ง"
            said = tuple(_of_reports(line, first.report_no, reports) for line in said)
        return tuple(self._without_differing_places(line, n) for n, line in enumerate(said))

    def _without_differing_places(self, line: str, n: int) -> str:
        places = {tuple(found[0] for found in _PLACE.finditer(item.message[n])) for item in self.same}
        return line if len(places) == 1 else _outside_quotes(line, lambda part: _WHOLE_PLACE.sub("", part))


def fold(items: Iterable[Item]) -> list[Fold]:
    """Items folded, most urgent first."""
    kept, absorbed = _told_once(in_order(items))
    alike: dict[tuple[object, ...], list[Item]] = {}
    for item in kept:
        alike.setdefault(_same_thing(item), []).append(item)
    groups = [group for found in alike.values() for group in _parted(found)]
    folds = [Fold(tuple(g), tuple(a for item in g for a in absorbed.get(item.finding_id, ()))) for g in groups]
    return most_urgent_first(folds, lambda each: each.first, lambda each: each.group)


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
    """What two items share when they are one thing: all but the report, the file and the place.

    What is quoted is what the form prints, and is the same to the letter.
    """
    names_file = _names_file(item)
    report = None if item.report_no is None else _own_report(item.report_no)

    def without_place(text: str) -> str:
        text = _without_name(text, item.file) if names_file else text
        text = text if report is None else report.sub(_HERE, text)
        return _PLACE.sub(rf"\1 {_HERE}", text)

    said = tuple(_outside_quotes(line, without_place) for line in item.message)
    return item.rule, item.severity, item.is_fresh, item.state == "resolved", item.todo, said


@lru_cache(maxsize=1024)
def _own_report(report_no: int) -> re.Pattern[str]:
    return re.compile(_OWN_REPORT.format(report_no))


def _outside_quotes(line: str, changed: Callable[[str], str]) -> str:
    return "".join(part if part.startswith("“") else changed(part) for part in _QUOTED.split(line))


def _names_file(item: Item) -> bool:
    """Whether the name of its file is one that no number in a sentence can be."""
    return any(character.isalpha() for character in item.file)


def _file_in(item: Item, place: str = "") -> re.Pattern[str]:
    """The name of an item's file as a word of its own, perhaps with the place behind it."""
    return re.compile(rf"(?<![\w\u0e00-\u0e7f.]){re.escape(item.file)}(?![\w\u0e00-\u0e7f]){place}")


def _without_name(text: str, file: str) -> str:
    """As `_file_in(item).sub(_HERE, text)`; a pattern for each of thousands of files would cost more than all else."""
    parts, done, at = [], 0, text.find(file)
    while at >= 0:
        end = at + len(file)
        if _ENDS_WORD.search(text[max(0, at - 1) : at]) or _BEGINS_WORD.match(text, end):
            at = text.find(file, at + 1)
            continue
        parts += [text[done:at], _HERE]
        done, at = end, text.find(file, end)
    return "".join([*parts, text[done:]])


def _these(found: re.Match[str]) -> str:
    return f"{found[1].removesuffix('ครั้ง')}เหล่านี้"


def _numbers(items: Sequence[Item]) -> str:
    """The reports of one project by number.

    A long list ends in how many more there are.
    """
    numbers = sorted({item.report_no for item in items if item.report_no is not None})
    more = f" และอีก {len(numbers) - 10} ครั้ง" if len(numbers) > 10 else ""
    return f"รายงานครั้งที่ {', '.join(map(str, numbers[:10]))}{more}"


def _of_reports(line: str, report_no: int, reports: str) -> str:
    """A sentence about one report, said of many: their numbers once, not again in the name of the value."""
    own, is_named = _OWN_REPORT.format(report_no), False

    def once(part: str) -> str:
        nonlocal is_named
        if not is_named:
            part, found = re.subn(own, _HERE, part, count=1)
            is_named = bool(found)
        part = re.sub(f" ?ของ{own}", "", part).replace(_HERE, reports)
        return part.replace("รายงานครั้งนี้", "รายงานเหล่านี้")

    return _outside_quotes(line, once)


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
