"""Late and silent projects in words: one line for each project, the most pressing first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from expectations.items import cell, plain, shown
from expectations.mail_facts import LATE, Frame
from expectations.words import spoken, thai_date

# the gravest first: a project whose kind gets graver is news to whoever knows that it is late
KINDS_TH: Mapping[str, str] = {
    "missing": "ไม่พบแบบในการส่งออก",
    "ended_unfinished": "สิ้นสุดแล้วแต่ยังไม่เสร็จ",
    "behind": "ช้ากว่าเวลา",
    "silent": "ไม่มีรายงานใหม่",
}
RANK: Mapping[str, int] = {kind: rank for rank, kind in enumerate(KINDS_TH)}


@dataclass(frozen=True)
class Lateness:
    """One kind of lateness of one project, as it is counted tonight."""

    project_code: str
    kind: str
    days: int | None
    progress_pct: Decimal | None
    time_elapsed_pct: Decimal | None
    since: date | None

    @property
    def key(self) -> str:
        """What a snapshot keeps of it."""
        return late_key(self.project_code, self.kind)

    @property
    def order(self) -> tuple[Any, ...]:
        """Most pressing first: no form any more, ended, most behind its time, silent for longest."""
        behind = Decimal(0)
        if self.kind == "behind" and self.time_elapsed_pct is not None:
            behind = self.time_elapsed_pct - (self.progress_pct or Decimal(0))
        return RANK.get(self.kind, len(RANK)), -behind, -(self.days or 0), self.project_code

    @property
    def sentence(self) -> str:
        """What is late, in one clause."""
        days = "" if self.days is None else f" {self.days:,} วัน"
        since = "" if self.since is None else thai_date(self.since.isoformat())
        progress = "ยังไม่มีรายงานความก้าวหน้า" if self.progress_pct is None else f"ความก้าวหน้า {_pct(self.progress_pct)}"
        if self.kind == "ended_unfinished":
            return f"สิ้นสุดแล้ว{days}{f' (วันที่ {since})' if since else ''} {progress}"
        if self.kind == "behind":
            return f"เวลาผ่านไป {_pct(self.time_elapsed_pct)} แต่{progress}"
        if self.kind == "silent":
            return f"ไม่มีรายงานใหม่{days}{f' (ตั้งแต่ {since})' if since else ''}"
        if self.kind == "missing":
            known = f"ตั้งแต่ {since}" + (f" ({days.strip()})" if self.days else "")
            return "ไม่พบแบบในการส่งออก" + (known if since else "")
        return f"{plain(self.kind)}{days}"


@dataclass(frozen=True)
class LateProject:
    """One late project: all that is late about it, and whether its reader hears of it for the first time."""

    project_code: str
    project_name: str
    kinds: tuple[Lateness, ...]
    is_fresh: bool

    @property
    def sentence(self) -> str:
        """All its kinds in one line."""
        return " · ".join(kind.sentence for kind in self.kinds)


def late_key(project_code: str, kind: str) -> str:
    """What a snapshot keeps of one kind of lateness of a project."""
    return f"{project_code} {kind}"


def lateness_in(late: Frame) -> list[Lateness]:
    """Rows of the facts as values, most pressing first."""
    rows = zip(*(late[name].to_numpy(object) for name in LATE), strict=True)
    found = {_lateness(*map(cell, row)) for row in rows}
    return sorted(found, key=lambda x: (x.order, x.kind, *map(str, (x.progress_pct, x.time_elapsed_pct, x.since))))


def late_projects(late: Iterable[Lateness], names: Mapping[str, str], fresh: frozenset[str]) -> list[LateProject]:
    """One value for each late project, most pressing first, as they are given. `fresh`: codes that the reader was not
    told of."""
    kinds: dict[str, list[Lateness]] = {}
    for each in late:
        kinds.setdefault(each.project_code, []).append(each)
    return [LateProject(plain(code), shown(names[code]), tuple(found), code in fresh) for code, found in kinds.items()]


def _lateness(project_code: Any, kind: Any, days: Any, progress_pct: Any, elapsed_pct: Any, since: Any) -> Lateness:
    return Lateness(
        str(project_code),
        str(kind),
        None if days is None else int(days),
        None if progress_pct is None else Decimal(str(progress_pct)),
        None if elapsed_pct is None else Decimal(str(elapsed_pct)),
        None if since is None else pd.Timestamp(since).date(),
    )


def _pct(value: Decimal | None) -> str:
    """A percentage without idle decimals.

    >>> _pct(Decimal("60.00")), _pct(Decimal("61.25")), _pct(None)
    ('60 %', '61.2 %', '- %')
    """
    return "- %" if value is None else f"{spoken(str(round(value, 1))).removesuffix('.0')} %"
