"""Findings as a page or a mail shows them: in words, in order, with nothing in them that could act."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from expectations.catalogue import SEVERITY_ORDER, load_catalogue
from expectations.lifecycle import Finding, findings_in
from expectations.words import hide_phones, label_of, thai_date
from transform.form import Form

SEVERITY_TH: Mapping[str, str] = {"block": "ต้องแก้", "check": "ควรตรวจ", "note": "เพื่อทราบ"}
STATE_TH: Mapping[str, str] = {"new": "ใหม่", "regressed": "พบอีกครั้ง", "open": "ยังค้าง", "resolved": "แก้ไขแล้ว"}
_TEMPLATES = Path(__file__).with_name("templates")
_BLANKS = re.compile(r"\s+")
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
    label: str
    message: tuple[str, ...]
    todo: str
    project_code: str
    project_name: str
    report_no: int | None
    file: str
    page: int | None
    line: int | None
    days_open: int
    first_seen: date

    @property
    def severity_th(self) -> str:
        """Severity in Thai."""
        return SEVERITY_TH[self.severity]

    @property
    def state_th(self) -> str:
        """State in Thai; an open one says on which day it stands."""
        return f"{STATE_TH[self.state]} (วันที่ {self.days_open + 1})" if self.state == "open" else STATE_TH[self.state]

    @property
    def place(self) -> str:
        """File, page and line, as far as known."""
        if not self.file:
            return "-"
        page = "" if self.page is None else f" หน้า {self.page}"
        return f"{self.file}{page}" + ("" if self.line is None else f" บรรทัด {self.line}")

    @property
    def order(self) -> tuple[Any, ...]:
        """Gravest first, then by project, rule and report, as they stand in the file."""
        rank = {severity: n for n, severity in enumerate(SEVERITY_ORDER)}[self.severity]  # type: ignore[index]
        place = self.file, self.page or 0, self.line or 0
        return rank, self.project_code, self.rule, self.report_no or 0, *place, self.label, self.finding_id


def items_of(findings: pd.DataFrame, names: Mapping[str, str], form: Form) -> list[Item]:
    """Rows of quality.finding in words, gravest first. `names`: project name by code."""
    return sorted((_item(f, names, form) for f in findings_in(findings)), key=lambda item: item.order)


def _item(finding: Finding, names: Mapping[str, str], form: Form) -> Item:
    rule = load_catalogue()[finding.rule]
    return Item(
        finding_id=finding.finding_id, rule=finding.rule, severity=finding.severity, state=finding.state,
        title=rule.title_th, label=label_of(finding.field, form), todo=rule.todo_th,
        message=tuple(hide_phones(plain(line)) for line in finding.message_th.split("\n")),
        project_code=plain(finding.project_code or ""),
        project_name=hide_phones(plain(names.get(finding.project_code or "", ""))),
        report_no=finding.report_no, file=plain((finding.uri or "").rsplit("/", 1)[-1]), page=finding.page,
        line=finding.line, days_open=finding.days_open, first_seen=finding.first_seen,
    )  # fmt: skip


def plain(text: str) -> str:
    """The text without characters that act instead of being read: controls, direction marks, lone surrogates.

    >>> plain("ชื่อ\\r\\nBcc: x@y\\u202e\\x00 จบ")
    'ชื่อ Bcc: x@y จบ'
    """
    return _BLANKS.sub(" ", "".join(_SHOWN_AS.get(unicodedata.category(c), c) for c in text)).strip()


def project_names(projects: pd.DataFrame) -> dict[str, str]:
    """Names by code; a project without a name has an empty one."""
    pairs = zip(projects["project_code"], projects["project_name"], strict=True)
    return {code: "" if pd.isna(name) else str(name) for code, name in pairs}


def by_project(items: Iterable[Item]) -> list[tuple[str, str, list[Item]]]:
    """Items of each project, (code, name, items), in the order in which projects first appear."""
    groups: dict[tuple[str, str], list[Item]] = {}
    for item in items:
        groups.setdefault((item.project_code, item.project_name), []).append(item)
    return [(code, name, found) for (code, name), found in groups.items()]


def render(template: str, **values: Any) -> str:
    """Fill a template; everything in an HTML one is escaped, and a name it does not know is an error."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=lambda name: name is None or ".html" in name,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["thai_date"] = lambda day: thai_date(day.isoformat())
    return environment.get_template(template).render(**values)
