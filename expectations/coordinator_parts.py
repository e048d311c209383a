"""The sections of a coordinator's mail: how many there are of each thing, and which are written out.

Everything is counted in findings, as in the workbook and in the head's summary; where several are told as one item
the items are counted beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from expectations.cards import Card, Cards, resolved_line
from expectations.changes_told import Change, told_together
from expectations.folding import Fold
from expectations.items import Item
from expectations.late_projects import LateProject

# written out at most; the attachment has all
_CARDS, _NOTES, _LATE, _CHANGES, _RESOLVED = 30, 20, 20, 20, 20


@dataclass(frozen=True)
class Part:
    """One section: `total` findings (or projects, or changes) told as `topics` items, those that are written out, and
    how many findings and items are only in the attachment.

    `aside`: findings that are told with an item of another section.
    """

    total: int
    topics: int
    fresh: int
    written: Sequence[Card | LateProject | Change | str]
    more: int = 0
    aside: int = 0
    unit: str = "รายการ"

    @property
    def is_folded(self) -> bool:
        """Whether there are fewer items than findings."""
        return self.topics < self.total - self.aside

    @property
    def counted(self) -> str:
        """How many findings, and how many items where they are fewer."""
        return f"{self.total:,} {self.unit}" + (f" ใน {self.topics:,} เรื่อง" if self.is_folded else "")

    @property
    def left_out(self) -> str:
        """What is only in the attachment, counted alike; nothing where all is written out."""
        topics = self.topics - len(self.written)
        folded = f" ({topics:,} เรื่อง) " if topics < self.more else ""
        return f"{self.more:,} {self.unit}{folded}" if self.more else ""


def parts_of(
    folds: Sequence[Fold],
    resolved: Sequence[Fold],
    late: Sequence[LateProject],
    changes: Sequence[Change],
    cards: Cards,
    share: int,
) -> Mapping[str, Part]:
    """The sections by name; of each, the given percentage of what may be written out at most is written out."""

    def most(number: int) -> int:
        return number * share // 100

    def lines(found: Sequence[Fold]) -> list[str]:
        return [resolved_line(each) for each in found]

    told = told_together(changes)
    shown, late_shown = told[: most(_CHANGES)], late[: most(_LATE)]
    return {
        "to_fix": _part(folds, lambda item: item.severity != "note", most(_CARDS), cards.of),
        "notes": _part(folds, lambda item: item.severity == "note", most(_NOTES), cards.of),
        "late": Part(
            total=len(late), topics=len(late), fresh=sum(project.is_fresh for project in late), written=late_shown,
            more=len(late) - len(late_shown), unit="โครงการ",
        ),
        "changes": Part(
            total=len(changes), topics=len(told), fresh=0, written=shown,
            more=len(changes) - sum(change.times for change in shown),
        ),
        "resolved": _part(resolved, lambda _: True, most(_RESOLVED), lines),
    }  # fmt: skip


def _part(
    folds: Sequence[Fold],
    belongs: Callable[[Item], bool],
    most: int,
    worded: Callable[[Sequence[Fold]], Sequence[Card | str]],
) -> Part:
    """The section of the findings that belong to it."""
    own = [each for each in folds if belongs(each.first)]
    found = [item for each in folds for item in each.items if belongs(item)]
    told_here = sum(_number(each, belongs) for each in own)
    shown = sum(_number(each, belongs) for each in own[:most])
    fresh = sum(item.is_fresh for item in found)
    return Part(len(found), len(own), fresh, worded(own[:most]), told_here - shown, len(found) - told_here)


def _number(each: Fold, belongs: Callable[[Item], bool]) -> int:
    return sum(1 for item in each.items if belongs(item))
