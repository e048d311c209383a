"""What a mail writes out of a fold: which project, what is wrong, what each copy says, where, and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from expectations.folding import Fold
from expectations.items import Item, cell, plain
from expectations.mail_facts import Frame
from expectations.words import thai_date, without_phone
from transform.form import Form
from transform.thai import squash

_PLACES, _IDS, _LINES, _RAW = 3, 3, 8, 90
_CODES = 15  # of so many projects all codes are written
_BULLET = "• "
# one conflict between copies in one line, as expectations/conflicts.py tells it
_CONFLICT = re.compile(r"• (?P<label>[^“]*?): (?P<said>สำเนาที่ \d.*?)(?: → (?P<taken>.*))?")
_NEXT_COPY = re.compile(r" / (?=สำเนาที่ \d)")


@dataclass(frozen=True)
class Card:
    """One item of a mail in words. `tag`: whether it is new to the reader, or on which day it stands."""

    severity: str
    severity_th: str
    tag: str
    is_fresh: bool
    project_name: str
    project_code: str
    title: str
    sentence: str
    says: tuple[str, ...]
    where: tuple[str, ...]
    todo: str
    reference: str


class Printed:
    """What the copies of the latest deliveries print, by project and field."""

    def __init__(self, printed: Frame, form: Form) -> None:
        self._form = form
        self._rows: dict[tuple[str, str], list[tuple[int, str, int, int, int, str]]] = {}
        for row in printed.to_dict("records"):
            first = int(row["line_first"])
            last = int(cell(row["line_last"]) or first)
            raw = str(cell(row["raw"]) or "")
            at = int(row["copy_no"]), plain(str(row["file"])), int(row["page"]), first, last, raw
            self._rows.setdefault((str(row["project_code"]), str(row["field"])), []).append(at)

    def says(self, project_code: str, field: str | None) -> tuple[str, ...]:
        """One line for each different text, with the copies that print it; telephone numbers hidden."""
        by_text: dict[str, tuple[str, list[str]]] = {}
        for number, file, page, first, last, raw in sorted(self._rows.get((project_code, field or ""), ())):
            text = without_phone(field, plain(raw), self._form)
            shown = text if len(text) <= _RAW else f"{text[:_RAW]}…"
            lines = f"{first}–{last}" if last > first else f"{first}"
            place = f"สำเนาที่ {number} ({file} หน้า {page} บรรทัด {lines})"
            by_text.setdefault(squash(text), (shown, []))[1].append(place)
        return tuple(f"{', '.join(places)} พิมพ์ “{text}”" for text, places in by_text.values())


def cards_of(folds: Iterable[Fold], printed: Printed | None = None) -> list[Card]:
    """Folds written out, in their order. Without `printed` (the report has a column for it) each says its place."""
    return [_card(each, printed) for each in folds]


def tag_of(fold: Fold) -> str:
    """Whether the reader hears of it for the first time, again, or on which day it stands."""
    if all(item.state == "regressed" for item in fold.same) and fold.first.is_fresh:
        return "พบอีกครั้ง"
    return "ใหม่" if fold.first.is_fresh else f"ค้างวันที่ {max(item.day for item in fold.same)}"


def resolved_line(fold: Fold) -> str:
    """One line for what is resolved: which project, what it was, since when it is gone."""
    first, many = fold.first, len(fold.items)
    days = sorted(item.resolved_on for item in fold.same if item.resolved_on is not None)
    since = f" ({thai_date(days[-1].isoformat())})" if days else ""
    what = f"{first.title} — {first.label}" if many == 1 else f"{first.title} — {many:,} รายการ"
    codes = _codes(fold)
    return f"{_project(fold)}: {what}{since}" + (f" ได้แก่ {codes}" if codes else "")


def _card(fold: Fold, printed: Printed | None) -> Card:
    first, (head, *rest) = fold.first, fold.sentence
    projects = len(fold.projects)
    is_one_project = projects == 1
    if rest:
        says = _bullets(rest)
    else:
        says = () if fold.is_many or printed is None else printed.says(first.project_code, first.field)
    return Card(
        severity=first.severity,
        severity_th=first.severity_th,
        tag=tag_of(fold),
        is_fresh=first.is_fresh,
        project_name=first.project_name if is_one_project else f"{projects:,} โครงการ",
        project_code=first.project_code if is_one_project else "",
        title=first.title,
        sentence=head,
        says=says,
        where=_where(fold, () if printed is None else (head, *says)),
        todo=fold.todo,
        reference=_reference(fold),
    )


def _project(fold: Fold) -> str:
    if len(fold.projects) > 1:
        return f"{len(fold.projects):,} โครงการ"
    return f"{fold.first.project_code} {fold.first.project_name}".strip() or fold.first.file or "-"


def _codes(fold: Fold) -> str:
    """The codes of several projects in one line; nothing where they are too many."""
    return ", ".join(fold.projects) if 1 < len(fold.projects) <= _CODES else ""


def _bullets(lines: list[str]) -> tuple[str, ...]:
    """Evidence as a message tells it; one conflict alone copy by copy, of many lines the first ones."""
    found = _CONFLICT.fullmatch(lines[0]) if len(lines) == 1 else None
    if found is not None:
        taken = (f"→ {found['taken']}",) if found["taken"] else ()
        return (f"{found['label']}:", *(f"• {said}" for said in _NEXT_COPY.split(found["said"])), *taken)
    more = len(lines) - _LINES
    return tuple(lines) if more <= 0 else (*lines[:_LINES], f"และอีก {more:,} แห่งในไฟล์แนบ")


def _where(fold: Fold, said: tuple[str, ...]) -> tuple[str, ...]:
    """Where it stands; of many the first places, and how many there are; nothing where that was said already."""
    if not fold.is_many:
        is_said = any(f"({fold.first.file} หน้า" in line or fold.first.place in line for line in said)
        return () if fold.first.file and is_said else (fold.first.place,)
    projects = len(fold.projects)
    many = projects > 1
    places = [_place(item, with_project=many) for item in _spread(fold.same, by_project=many)]
    more = len(fold.same) - len(places)
    counted = f"{len(fold.same):,} แห่ง" + (f"ใน {projects:,} โครงการ" if many else "")
    codes = _codes(fold)
    head = (f"{counted} ได้แก่ {codes}", "เช่น") if codes else (f"{counted} เช่น" if more else counted,)
    return (*head, *(f"• {place}" for place in places))


def _spread(items: Iterable[Item], *, by_project: bool) -> list[Item]:
    """The first items, each of another project where there are several."""
    firsts: dict[str, Item] = {}
    for item in items:
        firsts.setdefault(item.project_code if by_project else item.finding_id, item)
        if len(firsts) == _PLACES:
            break
    return list(firsts.values())


def _place(item: Item, *, with_project: bool) -> str:
    report = "" if item.report_no is None else f" รายงานครั้งที่ {item.report_no}"
    project = f"{item.project_code} {item.project_name}".strip() if with_project else ""
    return f"{project}{report} ({item.place})".strip()


def _reference(fold: Fold) -> str:
    """Ids to answer with; of many the first ones."""
    more = len(fold.finding_ids) - _IDS
    return ", ".join(fold.finding_ids[:_IDS]) + (f" และอีก {more:,}" if more > 0 else "")
