"""What changed in a reader's projects since their last mail, in words: before and after, reports that are new."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from expectations.items import plain, shown
from expectations.words import label_of, with_unit
from transform.addresses import report_of
from transform.form import Form

_LONGEST = 60
# the same change in so many reports of a project is told as one
_LEAST_REPORTS = 3
_NOTHING, _UNREADABLE = "ไม่มี", "อ่านไม่ได้"
# a change of coordinator is told without names: another coordinator's name is no matter of this mail
_UNNAMED = "coordinator"


class Changed(NamedTuple):
    """One value of one project as two nights after each other have it; `night` is the later one."""

    project_code: str
    field: str
    night: datetime
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Unreadable:
    """Where something is printed that is no value, by project and address: now, and when the reader was last told."""

    now: Collection[tuple[str, str]] = ()
    before: Collection[tuple[str, str]] = ()


@dataclass(frozen=True)
class Change:
    """One value of one project before and after, or one report that is new.

    `of`: the name of the field without the number of the report that it stands in, `report_no`. `said`: what happened,
    without a name; `times`: of how many changes the line speaks.
    """

    project_code: str
    project_name: str
    label: str
    before: str
    after: str
    said: str
    of: str | None = None
    report_no: int | None = None
    times: int = 1

    @property
    def line(self) -> str:
        """The change in a line."""
        return f"{self.label}: {self.said}" if self.said else self.label


def changes_in(
    changes: Iterable[Changed], names: Mapping[str, str], form: Form, unreadable: Unreadable | None = None
) -> list[Change]:
    """Changes of own projects by project and field of the form, several of one value as one; what came back is none."""
    ends: dict[tuple[str, str], list[tuple[datetime, str | None, str | None]]] = {}
    for each in changes:
        if each.project_code in names:
            ends.setdefault((each.project_code, each.field), []).append((each.night, each.before, each.after))
    order = {name: position for position, name in enumerate(form.fields)}
    told: dict[tuple[str, str], tuple[str | None, str | None]] = {}
    for key, rows in ends.items():
        rows.sort(key=lambda at: (at[0], at[1] or "", at[2] or ""))
        before, after = rows[0][1], rows[-1][2]
        if before != after and not _is_hidden(key[1], form):
            told[key] = before, after
    keys = sorted(told, key=lambda key: (key[0], *_position(key[1], order, form)))
    return _with_new_reports(keys, told, names, form, unreadable or Unreadable())


def told_together(changes: Iterable[Change]) -> list[Change]:
    """Changes in their order, the same one in many reports of a project as one that names the reports."""
    alike: dict[tuple[str | None, ...], list[Change]] = {}
    for n, change in enumerate(changes):
        same = (change.project_code, change.of, change.said) if change.of else (str(n),)
        alike.setdefault(same, []).append(change)
    found: list[Change] = []
    for group in alike.values():
        found += group if len(group) < _LEAST_REPORTS else [_of_reports(group)]
    return found


def _of_reports(group: list[Change]) -> Change:
    numbers = ", ".join(str(number) for number in sorted({c.report_no for c in group if c.report_no is not None}))
    return replace(group[0], label=f"{group[0].of} ของรายงานครั้งที่ {numbers}", times=len(group))


def _with_new_reports(
    keys: list[tuple[str, str]],
    told: Mapping[tuple[str, str], tuple[str | None, str | None]],
    names: Mapping[str, str],
    form: Form,
    unreadable: Unreadable,
) -> list[Change]:
    """Changes in words; the values of a report of which nothing was there before are one change."""
    rows: dict[tuple[str, object], list[tuple[str, str]]] = {}
    for key in keys:
        rows.setdefault((key[0], report_of(key[1]) or key[1]), []).append(key)
    found = []
    for (code, row), those in rows.items():
        name = shown(names[code])
        if isinstance(row, tuple) and all(told[key][0] is None and key not in unreadable.before for key in those):
            parts = [_named(key[1], told[key][1], form) for key in those if not key[1].endswith(".seq")]
            label = f"รายงานครั้งที่ {row[0]}" + (f" (แถวที่ {row[1]})" if row[1] > 1 else "")
            after = " · ".join(parts)
            found.append(Change(plain(code), name, f"{label} (ใหม่)", _NOTHING, after, after))
            continue
        for key in those:
            label = label_of(key[1], form)
            before = _value(key[1], told[key][0], form, _UNREADABLE if key in unreadable.before else _NOTHING)
            after = _value(key[1], told[key][1], form, _UNREADABLE if key in unreadable.now else _NOTHING)
            if before == after:
                continue  # they differ in what no mail shows: a telephone number, blanks
            is_long = max(len(before), len(after)) > _LONGEST
            said = "แก้ไขข้อความ" if is_long else f"{before} → {after}"
            if key[1].startswith(_UNNAMED):
                before, after, said = "", "", "เปลี่ยนแล้ว"
            of, report_no = (None, None) if not isinstance(row, tuple) or is_long else (_name(key[1], form), row[0])
            found.append(Change(plain(code), name, label, before, after, said, of, report_no))
    return found


def _position(field: str, order: Mapping[str, int], form: Form) -> tuple[int, int, int, str]:
    """The report rows last and in order of their numbers, all else as the form prints it."""
    try:
        place = order.get(form.field_of(field).field, len(order))
    except KeyError:
        place = len(order)
    row = report_of(field) or (0, 0)
    return row[0], row[1], place, field


def _is_hidden(field: str, form: Form) -> bool:
    """Whether nothing but digits that no mail shows would be told."""
    try:
        return form.field_of(field).kind == "phone"
    except KeyError:
        return False


def _value(field: str, value: str | None, form: Form, absent: str = _NOTHING) -> str:
    return absent if value is None else with_unit(field, plain(value), form)


def _name(field: str, form: Form) -> str:
    """Name of a value of a report, without the number of the report."""
    return label_of(f"reports.{field.rsplit('.', 1)[-1]}", form)


def _named(field: str, value: str | None, form: Form) -> str:
    """A value of a new report with its name."""
    text = _value(field, value, form)
    return f"{_name(field, form)} {text if len(text) <= _LONGEST else text[:_LONGEST] + '…'}"
