"""The summary for the head of the department, in Thai: agencies compared, worst first, and which way it goes.

The measure: block and check findings that are open, for each project of the agency. It names no person.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd

from expectations.catalogue import load_catalogue
from expectations.head_sheets import sheets_of
from expectations.items import DIMENSION_TH, cell, plain, render, shown
from expectations.mail_content import MailContent
from expectations.mail_facts import Frame, HeadFacts
from expectations.news import snapshot
from expectations.text_layout import reflow
from expectations.words import thai_date
from expectations.workbook import workbook
from transform.form import Form

_AGENCIES, _FINISHED, _RULES, _NIGHTS, _NOTES = 15, 10, 8, 14, 8  # written out; the attachment has all
_MEANINGS = (
    "ล่าช้า: พ้นวันสิ้นสุดแล้วยังไม่เสร็จ หรือความก้าวหน้าช้ากว่าเวลาที่ผ่านไปมาก",
    "เงียบ: ไม่มีรายงานใหม่เกินหนึ่งเดือน หรือไม่พบแบบในการส่งออก · โครงการหนึ่งอาจทั้งล่าช้าและเงียบ",
)
_BAR = 60  # height in pixels of the highest bar of the trend
_BLOCKS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True)
class Agency:
    """One agency in numbers; `before`: block and check findings open seven days ago, None when that is not known."""

    name: str
    projects: int
    block: int
    check: int
    note: int
    new: int
    resolved: int
    late: int
    silent: int
    oldest_days: int | None
    before: int | None

    @property
    def to_fix(self) -> int:
        """Open block and check findings."""
        return self.block + self.check

    @property
    def share(self) -> Decimal:
        """The measure by which agencies are compared: what is to be corrected for each project."""
        return Decimal(self.to_fix) / max(self.projects, 1)

    @property
    def per_project(self) -> Decimal:
        """The measure as it is printed."""
        return self.share.quantize(Decimal("0.01"), ROUND_HALF_UP)

    @property
    def is_compared(self) -> bool:
        """Whether somebody has to act on it; one with notes alone would fill the list with noughts."""
        return any((self.to_fix, self.new, self.late, self.silent))

    @property
    def numbers(self) -> str:
        """Its numbers in one line; what is nought is not said."""
        named = (
            ("ต้องแก้", self.block), ("ควรตรวจ", self.check), ("เพื่อทราบ", self.note), ("ใหม่", self.new),
            ("แก้แล้ว", self.resolved), ("ล่าช้า", self.late), ("เงียบ", self.silent),
        )  # fmt: skip
        said = [f"{self.projects:,} โครงการ", *(f"{name} {number:,}" for name, number in named if number)]
        return " · ".join([*said, f"ค้างนานสุดวันที่ {self.oldest_day:,}"] if self.oldest_day else said)

    @property
    def oldest_day(self) -> int | None:
        """On which day the oldest stands, as its coordinator reads it: the day it was found is the first."""
        return None if self.oldest_days is None else self.oldest_days + 1

    @property
    def order(self) -> tuple[Any, ...]:
        """Worst first: most to correct for each project, then the oldest, then the most, then late ones."""
        return -self.share, -(self.oldest_days or 0), -self.to_fix, -self.late - self.silent, -self.note, self.name

    @property
    def direction(self) -> str:
        """More or less than seven days ago, by how many."""
        return direction(self.to_fix, self.before)


@dataclass(frozen=True)
class TrendNight:
    """One night of the trend; `height` of its bar in pixels, `block` the same as a character."""

    night: date
    open: int
    new: int
    resolved: int
    height: int
    block: str

    @property
    def label(self) -> str:
        """What stands above the bar."""
        return _brief(self.open)


def head_mail(facts: HeadFacts, night: date, form: Form) -> MailContent | None:
    """The summary of all agencies; None when nothing it says has changed since the reader was told.

    `told` holds a digest of the numbers and the notes; that the oldest finding grew older alone is no news, nor that a
    note is gone.
    """
    agencies, trend = agencies_in(facts.agencies), trend_in(facts.trend)
    digest, notes = _digest(agencies), [shown(note) for note in facts.notes]
    if facts.told is not None and facts.told.get("digest") == digest:
        is_noted = set(notes) <= set(facts.told.get("notes", ()))
        if is_noted and not any(a.new or a.resolved for a in agencies):
            return None
    rules, dimensions = _rules(facts.rules), _dimensions(facts.dimensions)
    now, before = _sum(a.to_fix for a in agencies), _before(agencies)
    most = max((a.share for a in agencies), default=Decimal(0))
    compared = [a for a in agencies if a.is_compared]
    written = compared[:_AGENCIES]
    way = direction(now, before)
    subject = (
        f"ค้างแก้ {now:,} รายการ" + (f" ({way})" if way else "") + f" · {_late(agencies, facts.late_projects)}"
        f" — สรุปคุณภาพรายงานความก้าวหน้า {thai_date(night.isoformat())}"
    )
    worst = written[0] if written and written[0].to_fix else None
    values = {
        "night": night,
        "subject": subject,
        "preheader": f"มากที่สุดต่อโครงการ: {worst.name} {worst.per_project}" if worst else "ไม่มีรายการค้าง",
        "totals": _totals(agencies, facts.late_projects),
        "to_fix": now,
        "direction": way,
        "agencies": [(a, _shares(a, most)) for a in written],
        "more_agencies": _more(len(compared) - len(written), "หน่วยงาน"),
        "done": _done([a for a in agencies if not a.is_compared]),
        "meanings": _MEANINGS,
        "trend": trend,
        "spark": "".join(each.block for each in trend),
        "rules": rules[:_RULES],
        "more_rules": _more(len(rules) - _RULES, "เรื่อง"),
        "dimensions": [(name, number, _percent(number, max(n for _, n in dimensions))) for name, number in dimensions],
        "notes": notes[:_NOTES],
        "more_notes": _more(len(notes) - _NOTES, "ข้อ"),
    }
    return MailContent(
        subject=subject,
        text=reflow(render("head.txt.j2", **values)),
        html=render("head.html.j2", **values),
        attachment_name=f"kaona-summary-{night.isoformat()}.xlsx",
        attachment_bytes=workbook(sheets_of(agencies, trend, rules, dimensions, notes)),
        told={**snapshot(night, [], []), "digest": digest, "notes": sorted(notes)},
    )


def direction(now: int, before: int | None) -> str:
    """Which way a number went, in one sign.

    >>> direction(5, 3), direction(3, 5), direction(3, 3), direction(3, None)
    ('↑2', '↓2', 'เท่าเดิม', '')
    """
    if before is None:
        return ""
    return f"↑{now - before:,}" if now > before else f"↓{before - now:,}" if now < before else "เท่าเดิม"


def agencies_in(frame: Frame) -> list[Agency]:
    """Rows of the facts as values, worst first."""
    found = [
        Agency(
            name=shown(str(cell(row["agency_name"]) or "ไม่ระบุหน่วยงาน")),
            projects=_whole(row["projects"]),
            block=_whole(row["open_block"]),
            check=_whole(row["open_check"]),
            note=_whole(row["open_note"]),
            new=_whole(row["new"]),
            resolved=_whole(row["resolved"]),
            late=_whole(row["late"]),
            silent=_whole(row["silent"]),
            oldest_days=_number(row["oldest_days"]),
            before=_number(row["open_before"]),
        )
        for row in frame.to_dict("records")
    ]
    return sorted(found, key=lambda agency: agency.order)


def trend_in(frame: Frame) -> list[TrendNight]:
    """The last nights in order, with the heights of their bars."""
    rows = sorted(
        (pd.Timestamp(r["night"]).date(), _whole(r["open"]), _whole(r["new"]), _whole(r["resolved"]))
        for r in frame.to_dict("records")
    )[-_NIGHTS:]
    most = max((row[1] for row in rows), default=0) or 1
    return [
        TrendNight(night, standing, new, resolved, max(2, standing * _BAR // most), _BLOCKS[standing * 7 // most])
        for night, standing, new, resolved in rows
    ]


def _rules(frame: Frame) -> list[tuple[str, int, int, int]]:
    """(title, findings, projects, agencies) of each rule, the most frequent first."""
    known = load_catalogue()
    found = []
    for row in frame.to_dict("records"):
        title = known[row["rule"]].title_th if row["rule"] in known else plain(str(row["rule"]))
        found.append((title, _whole(row["findings"]), _whole(row["projects"]), _whole(row["agencies"])))
    return sorted(found, key=lambda rule: (-rule[1], -rule[2], rule[0]))


def _dimensions(frame: Frame) -> list[tuple[str, int]]:
    """(name, open) of each dimension, the largest first."""
    rows = [(str(row["dimension"]), _whole(row["open"])) for row in frame.to_dict("records")]
    found = [(DIMENSION_TH.get(dimension, plain(dimension)), number) for dimension, number in rows]
    return sorted(found, key=lambda each: (-each[1], each[0]))


def _totals(agencies: Sequence[Agency], late: int | None) -> str:
    """The sums over all agencies in a line."""
    projects, new, resolved = (_sum(getattr(a, name) for a in agencies) for name in ("projects", "new", "resolved"))
    numbers = f"หน่วยงาน {len(agencies):,} · โครงการ {projects:,} · ใหม่ {new:,} · แก้แล้ว {resolved:,}"
    parts = f"ล่าช้า {_sum(a.late for a in agencies):,} · เงียบ {_sum(a.silent for a in agencies):,}"
    return f"{numbers} · {parts}" if late is None else f"{numbers} · {_late(agencies, late)} ({parts})"


def _late(agencies: Sequence[Agency], late: int | None) -> str:
    """Late and silent projects, each counted once; where that is not known the late ones."""
    return f"ล่าช้า {_sum(a.late for a in agencies):,} โครงการ" if late is None else f"ล่าช้าหรือเงียบ {late:,} โครงการ"


def _done(agencies: Sequence[Agency]) -> list[str]:
    """Agencies with nothing that somebody has to act on, in a line for each kind."""
    finished = sorted((a for a in agencies if a.resolved), key=lambda a: (-a.resolved, a.name))
    named = ", ".join(f"{a.name} (แก้แล้ว {a.resolved:,})" for a in finished[:_FINISHED])
    noted = sum(1 for a in agencies if not a.resolved and a.note)
    clean = len(agencies) - len(finished) - noted
    lines = [f"แก้ครบแล้ว: {named}{_more(len(finished) - _FINISHED, 'หน่วยงาน', ' และอีก ')}"] if finished else []
    lines += [f"อีก {noted:,} หน่วยงานมีเฉพาะเรื่องเพื่อทราบ"] if noted else []
    return [*lines, f"อีก {clean:,} หน่วยงานไม่มีรายการใด"] if clean else lines


def _more(number: int, unit: str, before: str = "") -> str:
    """How many are left out; nothing where none is."""
    return f"{before}{number:,} {unit}" if number > 0 else ""


def _before(agencies: Sequence[Agency]) -> int | None:
    """Open seven days ago in all; None where it is not known of every agency that has something open."""
    if not agencies or any(a.before is None for a in agencies):
        return None
    return _sum(a.before or 0 for a in agencies)


def _shares(agency: Agency, most: Decimal) -> tuple[int, int, int]:
    """Widths in percent of the bar, which shows the measure: block, check, and what is left."""
    if not agency.to_fix or not most:
        return 0, 0, 100
    width = max(2, int(agency.share * 100 / most))
    block = width * agency.block // agency.to_fix
    return block, width - block, 100 - width


def _brief(number: int) -> str:
    """A number for the narrow column of a chart.

    >>> _brief(999), _brief(1234), _brief(45678)
    ('999', '1.2k', '45k')
    """
    return str(number) if number < 1000 else f"{number // 100 / 10:.1f}k" if number < 10_000 else f"{number // 1000}k"


def _percent(number: int, of: int) -> int:
    return 0 if of == 0 else max(1 if number else 0, number * 100 // of)


def _digest(agencies: Sequence[Agency]) -> str:
    """What makes a summary news: all numbers of the agencies but the ages."""
    said = [[a.name, a.projects, a.block, a.check, a.note, a.late, a.silent] for a in sorted(agencies, key=str)]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()[:16]


def _sum(numbers: Any) -> int:
    return sum(numbers)


def _whole(value: Any) -> int:
    return _number(value) or 0


def _number(value: Any) -> int | None:
    value = cell(value)
    return None if value is None else int(value)
