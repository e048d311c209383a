"""Findings as a page or a mail shows them: in words, in order, with nothing in them that could act."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from expectations.catalogue import SEVERITY_ORDER, load_catalogue
from expectations.lifecycle import Finding, findings_in
from expectations.phrases import remedy
from expectations.words import hide_phones, label_of, thai_date
from transform.form import Form

SEVERITY_TH: Mapping[str, str] = {"block": "ต้องแก้", "check": "ควรตรวจ", "note": "เพื่อทราบ"}
DIMENSION_TH: Mapping[str, str] = {
    "completeness": "ความครบถ้วน", "validity": "ความถูกต้องของค่า", "consistency": "ความสอดคล้อง",
    "uniqueness": "ความไม่ซ้ำ", "timeliness": "ความทันเวลา",
}  # fmt: skip
STATE_TH: Mapping[str, str] = {"new": "ใหม่", "regressed": "พบอีกครั้ง", "open": "ยังค้าง", "resolved": "แก้ไขแล้ว"}
_RANK: Mapping[str, int] = {severity: rank for rank, severity in enumerate(SEVERITY_ORDER)}
_LONGEST_NAME = 300
_T = TypeVar("_T")
_TEMPLATES = Path(__file__).with_name("templates")
# by Unicode category: controls and separators of lines, invisible format characters, halves of characters
_SHOWN_AS = {"Cc": " ", "Zl": " ", "Zp": " ", "Cf": "", "Cs": "�"}


@dataclass(frozen=True)
class Item:
    """One finding in words."""

    finding_id: str
    rule: str
    severity: str
    state: str
    title: str
    field: str | None
    label: str
    message: tuple[str, ...]
    todo: str
    project_code: str
    project_name: str
    report_no: int | None
    file: str
    page: int | None
    line: int | None
    day: int
    first_seen: date
    is_fresh: bool
    resolved_on: date | None = None

    @property
    def severity_th(self) -> str:
        """Severity in Thai."""
        return SEVERITY_TH[self.severity]

    @property
    def state_th(self) -> str:
        """State in Thai; an open one says on which day it stands."""
        return f"{STATE_TH[self.state]} (วันที่ {self.day})" if self.state == "open" else STATE_TH[self.state]

    @property
    def place(self) -> str:
        """File, page and line, as far as known."""
        if not self.file:
            return "-"
        page = "" if self.page is None else f" หน้า {self.page}"
        return f"{self.file}{page}" + ("" if self.line is None else f" บรรทัด {self.line}")

    @property
    def urgency(self) -> tuple[int, bool]:
        """The gravest come first; of these the new."""
        return _RANK[self.severity], not self.is_fresh

    @property
    def order(self) -> tuple[Any, ...]:
        """Order among the items of one project that are as urgent: older first; then by rule, as the file has them."""
        place = self.file, self.page or 0, self.line or 0
        return self.first_seen, self.project_code, self.rule, self.report_no or 0, *place, self.label, self.finding_id


def most_urgent_first(things: Iterable[_T], item: Callable[[_T], Item], group: Callable[[_T], str]) -> list[_T]:
    """Things by what is most urgent; of these the group (the project) with the oldest first, its things together."""
    found = [(item(thing), group(thing), thing) for thing in things]
    oldest: dict[tuple[tuple[int, bool], str], date] = {}
    for each, own, _ in found:
        key = each.urgency, own
        oldest[key] = min(each.first_seen, oldest.get(key, each.first_seen))
    found.sort(key=lambda x: (x[0].urgency, oldest[x[0].urgency, x[1]], x[1], x[0].order))
    return [thing for _, _, thing in found]


def in_order(items: Iterable[Item]) -> list[Item]:
    """Items as a list shows them: most urgent first, those of a project together."""
    return most_urgent_first(items, lambda item: item, lambda item: item.project_code)


def items_of(findings: pd.DataFrame, names: Mapping[str, str], form: Form) -> list[Item]:
    """Rows of quality.finding in words, most urgent first. `names`: project name by code.

    New is what tonight found for the first time or again; days are counted to the last night that found it.
    """
    return in_order(
        item_of(f, names, form, f.last_seen, is_fresh=f.state in ("new", "regressed")) for f in findings_in(findings)
    )


def item_of(finding: Finding, names: Mapping[str, str], form: Form, night: date, *, is_fresh: bool) -> Item:
    """One finding in words, its days counted to `night`."""
    rule = load_catalogue()[finding.rule]
    return Item(
        finding_id=finding.finding_id, rule=finding.rule, severity=finding.severity, state=finding.state,
        title=rule.title_th, field=finding.field, label=label_of(finding.field, form),
        todo=remedy(finding.rule, finding.value, rule.todo_th),
        message=tuple(map(shown, finding.message_th.split("\n"))),
        project_code=plain(finding.project_code or ""),
        project_name=shown(names.get(finding.project_code or "", "")),
        report_no=finding.report_no, file=plain((finding.uri or "").rsplit("/", 1)[-1]), page=finding.page,
        line=finding.line, day=(night - finding.first_seen).days + 1, first_seen=finding.first_seen, is_fresh=is_fresh,
        resolved_on=finding.resolved_on,
    )  # fmt: skip


def cell(value: Any) -> Any:
    """A cell of a frame as a Python value; None for every kind of null."""
    return None if value is None or value is pd.NaT or (not isinstance(value, str) and pd.isna(value)) else value


@lru_cache(maxsize=4096)
def _shown_as(character: str) -> str:
    return _SHOWN_AS.get(unicodedata.category(character), character)


def plain(text: str) -> str:
    """The text without characters that act instead of being read: controls, direction marks, lone surrogates.

    >>> plain("ชื่อ\\r\\nBcc: x@y\\u202e\\x00 จบ")
    'ชื่อ Bcc: x@y จบ'
    """
    if not text.isprintable():  # what acts is never printable
        text = "".join(map(_shown_as, text))
    return " ".join(text.split())


@lru_cache(maxsize=2048)  # names of projects and files stand in many findings
def shown(text: str) -> str:
    """The text as a page or a mail may show it: plain, telephone numbers hidden."""
    return hide_phones(plain(text))


def project_names(projects: pd.DataFrame) -> dict[str, str]:
    """Names by code, cut where no name is so long; a project without a name has an empty one."""
    pairs = zip(projects["project_code"], projects["project_name"], strict=True)
    return {code: "" if pd.isna(name) else _cut(str(name)) for code, name in pairs}


def _cut(name: str) -> str:
    """A damaged document makes pages of one name; a mail that repeats it at each finding is one no server takes."""
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"


def render(template: str, **values: Any) -> str:
    """Fill a template; everything in an HTML one is escaped, and a name it does not know is an error."""
    return _environment().get_template(template).render(**values)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    """Templates and their filters; a night writes hundreds of mails with the same few."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=lambda name: name is None or ".html" in name,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["thai_date"] = lambda day: thai_date(day.isoformat())
    environment.filters["grouped"] = lambda number: f"{number:,}"
    return environment
