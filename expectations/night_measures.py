"""Measures of a night's forms: how many there are, how much stands on each, how often each printed field is filled."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Literal

import pandas as pd

from transform.form import Column, Form
from transform.records import Night
from transform.tables import frame_of

# a tally is a mean of what comes in bursts: most forms have little of it, some a lot
Kind = Literal["count", "mean", "tally", "share", "fill"]
TABLE = "night_measure"
FILLED = "fill "
STEP = Decimal("0.000001")
# tables whose printed columns are measured, each on forms: a form's reports fail together
FILLED_TABLES = ("dim_project", "fact_progress_report")
# measure → what it is, its name in Thai and English
QUANTITIES: Mapping[str, tuple[Kind, str, str]] = {
    "projects": ("count", "จำนวนโครงการที่ส่งแบบ", "Projects delivered"),
    "copies_per_project": ("mean", "จำนวนสำเนาต่อโครงการ", "Copies of each project"),
    "reports_per_project": ("mean", "จำนวนรายงานต่อโครงการ", "Progress reports of each project"),
    "conflicts_per_form": ("tally", "จำนวนค่าที่สำเนาไม่ตรงกันต่อแบบ", "Values on which the copies of a form differ"),
    "unread_lines_per_form": ("tally", "จำนวนบรรทัดที่ไม่ได้อ่านต่อแบบ", "Unread lines of each form"),
    "files_rejected": ("share", "สัดส่วนไฟล์ที่อ่านไม่ได้", "Share of files that could not be read"),
}


def measured(night: Night, frames: Mapping[str, pd.DataFrame], form: Form) -> pd.DataFrame:
    """Rows of quality.night_measure: every measure of the forms delivered tonight, and on how many forms or files.

    `frames` are those of transform.tables.build_frames. Nothing is measured of a night without forms.
    """
    forms = len(night.deliveries)
    if not forms:
        return frame_of(form.tables[TABLE], [])
    reports = sum(len(d.report_addresses) for d in night.deliveries)
    conflicts = sum(1 for d in night.deliveries for x in d.decisions if x.is_conflict)
    unread = sum(f.lines.unread for f in night.files if f.status == "read")
    rejected = sum(1 for f in night.files if f.status == "rejected")
    found: list[tuple[str, float, int]] = [
        ("projects", forms, forms),
        ("copies_per_project", sum(len(d.copies) for d in night.deliveries) / forms, forms),
        ("reports_per_project", reports / forms, forms),
        ("conflicts_per_form", conflicts / forms, forms),
        ("unread_lines_per_form", unread / forms, forms),
        ("files_rejected", rejected / len(night.files) if night.files else 0, len(night.files)),
    ]
    for name in FILLED_TABLES:
        rows = delivered(frames, name)
        with_rows = int(rows["project_code"].nunique())
        for column in printed_columns(form, name):
            if with_rows:
                found.append((f"{FILLED}{name}.{column.name}", float(rows[column.name].notna().mean()), with_rows))
    made = [
        {"night": night.night, "measure": name, "value": Decimal(str(value)).quantize(STEP, ROUND_HALF_EVEN), "of": of}
        for name, value, of in sorted(found)
    ]
    return frame_of(form.tables[TABLE], made)


def printed_columns(form: Form, table: str) -> list[Column]:
    """Columns of a table that the form prints, without those of its key."""
    declared = form.tables[table]
    return [c for c in declared.columns if c.field is not None and c.name not in declared.key]


def delivered(frames: Mapping[str, pd.DataFrame], name: str) -> pd.DataFrame:
    """The rows of a frame that are of projects delivered tonight: the frame itself, nearly always."""
    frame, codes = frames[name], frames["decision"]["project_code"]
    own = frame["project_code"].isin(codes)
    return frame if own.all() else frame[own]


def kind_of(measure: str) -> Kind:
    """What a measure is, by its name."""
    return "fill" if measure.startswith(FILLED) else QUANTITIES[measure][0]


def name_of(measure: str, form: Form, language: str) -> str:
    """Name of a measure as a person says it."""
    if not measure.startswith(FILLED):
        return QUANTITIES[measure][1 if language == "th" else 2]
    table, _, name = measure.removeprefix(FILLED).partition(".")
    column = next(c for c in form.tables[table].columns if c.name == name)
    return column.th if language == "th" else column.en


def spoken_measure(kind: Kind, value: Decimal) -> str:
    """A measure as a person reads it: shares in percent, means with two decimals.

    >>> spoken_measure("fill", Decimal("0.956")), spoken_measure("mean", Decimal("2.5"))
    ('95.6', '2.5')
    >>> spoken_measure("share", Decimal("0.03")), spoken_measure("count", Decimal(1040))
    ('3 %', '1,040')
    """
    if kind == "share":
        return f"{_plain(100 * value, 1)} %"
    return _plain(100 * value, 1) if kind == "fill" else _plain(value, 2)


def _plain(value: Decimal, places: int) -> str:
    text = f"{value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
