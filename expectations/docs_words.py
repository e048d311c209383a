"""How Data Docs speak of a check: its sentence in Thai, and a failing row with what may be shown of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from expectations.bounds import BOUND_RULES
from expectations.night_measures import name_of
from expectations.suites import Check
from expectations.words import HIDDEN, hide_phones, label_of, shortened
from transform.form import Column, Form, Table

# what an expectation of Great Expectations wants, in Thai; its own renderer says it in English
_WANTED: Mapping[str, str] = {
    "ExpectColumnValuesToNotBeNull": "ต้องมีค่า",
    "ExpectColumnValuesToBeUnique": "ต้องไม่ซ้ำกัน",
    "ExpectCompoundColumnsToBeUnique": "ต้องไม่ซ้ำกันทั้งชุด",
    "ExpectColumnValuesToBeOfType": "ต้องเป็นจำนวนทศนิยมที่แน่นอน",
    "ExpectColumnValuesToBeBetween": "ต้องอยู่ในช่วง {against}",
    "ExpectColumnValuesToMatchRegex": "ต้องอยู่ในรูปแบบที่กำหนด",
    "ExpectColumnValuesToBeInSet": "ต้องเป็นคำใดคำหนึ่งใน {against}",
    "ExpectNumberToNest": "ต้องอยู่ภายใต้{other}",
    "ExpectTableRowCountToBeBetween": "ต้องมีอย่างน้อย {against} แถว",
}
_NO_CLASS = "ไม่รู้จักการตรวจ {expectation}"


@dataclass(frozen=True)
class Words:
    """The sentence of a check, and the keys by which its failing rows are named."""

    thai: str
    keys: tuple[str, ...]

    def header(self, failing: Sequence[Mapping[str, Any]], judged: Column | None, show_values: bool) -> list[str]:
        """Names above the cells of `row`."""
        return [*self._named(failing[0]), *(_beside(failing[0], judged) if show_values else ())]

    def row(
        self, row: Mapping[str, Any], judged: Column | None, columns: Mapping[str, Column], show_values: bool
    ) -> list[str]:
        """A failing row as text: its keys, and the value in question where values are shown."""
        cells = [_masked(row[key], columns.get(key)) for key in self._named(row)]
        if show_values:
            cells += [_masked(row[name], judged) for name in _beside(row, judged)]
        return cells

    def _named(self, row: Mapping[str, Any]) -> list[str]:
        return [key for key in self.keys if key in row]


def words_of(check: Check, table: Table, form: Form) -> Words:
    """What Data Docs say of a check of this table."""
    keys = tuple(dict.fromkeys((*table.key, "project_code")))
    if check.is_crosscheck:
        return Words("", keys)  # its family says it in both languages
    if check.rule in BOUND_RULES:
        return Words(f"{name_of(check.target, form, 'th')}: คืนก่อน ๆ {check.against}", keys)
    other = check.arguments.get("column_B")
    said = _WANTED.get(check.expectation, _NO_CLASS).format(
        against=check.against or "-", expectation=check.expectation, other=_label(table, other, form) if other else ""
    )
    if check.when is not None and check.equals is None:
        said += f" เมื่อกรอก{_label(table, check.when, form)}"
    return Words(said, keys)


def _label(table: Table, name: str, form: Form) -> str:
    column = next(c for c in table.columns if c.name == name)
    return label_of(column.field, form) if column.field else column.th


def _beside(row: Mapping[str, Any], judged: Column | None) -> list[str]:
    return [name for name in ("value", "against") if name in row and judged is not None]


def _masked(value: Any, column: Column | None) -> str:
    if value is None or value is pd.NaT:
        return "–"
    if column is not None and column.personal:
        return HIDDEN
    if isinstance(value, pd.Timestamp):
        value = value.date()
    text = value.isoformat() if isinstance(value, date) else str(value)
    return hide_phones(shortened(text) or "") if isinstance(value, str) else text
