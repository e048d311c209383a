"""A comparison as people read it: a folder with a page, every difference as Parquet and CSV, and the numbers as JSON.

The folder quotes values, personal data among them: it belongs beside the working file. The lines for a terminal name
files, places and rules, and values only of fields that are numbers, dates or codes.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from load.comparison import Comparison, Difference, Losses
from load.schema import literal, quoted
from transform.form import load_form
from transform.workbooks import ACTS

INDEX, SUMMARY = "index.html", "summary.json"
_TABLES = {"files": "file_difference", "values": "value_difference"}
# rows of each kind that the page shows, and examples on a terminal
_ON_PAGE, _EXAMPLES, _FIELDS = 200, 5, 8
# a person's data is never one of these, and no text that could quote one
_SHOWN_POLICIES = frozenset({"identity", "typed"})
_LOSSES = {
    "files_rejected": ("file newly rejected", "files newly rejected"),
    "files_missing": ("file missing", "files missing"),
    "projects": ("project gone", "projects gone"),
    "deliveries": ("delivery fewer", "deliveries fewer"),
    "reports": ("report fewer", "reports fewer"),
    "values": ("value lost", "values lost"),
}


def write_report(comparison: Comparison, folder: Path, title: str) -> Path:
    """Write the folder anew and return its page; a killed run leaves at most `NAME.next` beside it."""
    building = folder.with_name(folder.name + ".next")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    for name, table in _TABLES.items():
        comparison.con.execute(f"COPY (FROM {table}) TO {literal(str(building / f'{name}.parquet'))} (FORMAT parquet)")
        _write_csv(comparison, table, building / f"{name}.csv")
    summary = json.dumps(as_json(comparison.difference), ensure_ascii=False, indent=1)
    (building / SUMMARY).write_text(summary + "\n", encoding="utf-8")
    (building / INDEX).write_text(_page(comparison, title), encoding="utf-8", newline="\n")
    shutil.rmtree(folder, ignore_errors=True)
    building.replace(folder)
    return folder / INDEX


def as_json(difference: Difference) -> dict[str, Any]:
    """The numbers as plain values; amounts as text."""
    found: dict[str, Any] = json.loads(json.dumps(asdict(difference), default=str))
    return found


def as_lines(comparison: Comparison) -> list[str]:
    """The difference as a few lines for a terminal, without personal data."""
    d = comparison.difference
    if d.is_equal:
        return [f"  compared   {d.files_by('equal')} files and all values: nothing differs"]
    verdicts = ", ".join(f"{d.files_by(v)} {v}" for v in ("better", "worse", "otherwise", "equal"))
    lines = [f"  files      {verdicts}"]
    lines += [f"    {verdict:<9} {count} {what}" for verdict, what, count in d.files if verdict != "equal"]
    lines.append(f"  values     {_values(d)}")
    lines += [f"    {line}" for line in _fields(d)]
    if d.causes:
        lines.append("  because    " + ", ".join(f"{cause}: {n}" for cause, n in d.causes))
    if len(d.readers) > 1:
        lines.append("  readers    " + ", ".join(f"{v}: {old} → {new} files" for v, old, new in d.readers))
    if d.registers:
        lines.append(f"  registers  {', '.join(d.registers)}")
    lines += [f"  BE {year or '?':<8} {measure} {old} → {new}" for year, measure, old, new in totals(d) if old != new]
    lines += [f"    {line}" for line in _examples(comparison)]
    if d.losses.any:
        lines.append(f"  LOST       {told(d.losses)}")
    return lines


def told(losses: Losses) -> str:
    """What is lost, in words.

    >>> told(Losses(1, 0, 0, 0, 12, 0))
    '1 file newly rejected, 12 reports fewer'
    """
    counts = asdict(losses)
    return ", ".join(f"{n:,} {_LOSSES[name][n != 1]}" for name, n in counts.items() if n)


def totals(difference: Difference) -> Iterator[tuple[int | None, str, str, str]]:
    """The sums by fiscal year as people read them: year, measure, old, new."""
    for year, measure, old, new in difference.totals:
        yield year, measure, _number(measure, old), _number(measure, new)


def _number(measure: str, value: Decimal) -> str:
    return f"{value:,.2f}" if measure.endswith("_baht") else f"{value:,.0f}"


def _values(d: Difference) -> str:
    kinds = ("gained", "lost", "changed", "weighed")
    return ", ".join(f"{d.values.get(k, 0):,} {k}{' otherwise' if k == 'weighed' else ''}" for k in kinds)


def _fields(d: Difference) -> Iterator[str]:
    for field, *counts in d.fields[:_FIELDS]:
        told_counts = zip(counts, ("gained", "lost", "changed", "weighed otherwise"), strict=True)
        yield f"{field:<28} " + ", ".join(f"{n:,} {kind}" for n, kind in told_counts if n)
    if len(d.fields) > _FIELDS:
        yield f"and {len(d.fields) - _FIELDS} more fields"


def _examples(comparison: Comparison) -> Iterator[str]:
    """The first differences of each kind, worst first; values of numbers, dates and codes only."""
    names = "project_code, field, old_value, new_value, old_rule, new_rule, new_uri, new_page, new_line, "
    names += "old_uri, old_page, old_line"
    for kind in ("lost", "changed", "gained"):
        _, rows = comparison.rows(
            f"SELECT {names} FROM value_difference WHERE kind = '{kind}' ORDER BY project_code, field LIMIT {_EXAMPLES}"
        )
        for code, field, old, new, old_rule, new_rule, *places in rows:
            place = places[:3] if kind != "lost" and places[0] else places[3:]
            where = f"  {place[0]} p.{place[1]} line {place[2]}" if place[0] else ""
            values = f"  {old or '-'} → {new or '-'}" if is_shown(field) else ""
            rules = f"  ({old_rule or '-'} → {new_rule or '-'})" if old_rule != new_rule else ""
            yield f"{kind:<8} {code} {field}{values}{rules}{where}"


def is_shown(field: str) -> bool:
    """Whether values of this field may stand where personal data may not.

    >>> is_shown("reports[3].date"), is_shown("coordinator.phone"), is_shown("rationale"), is_shown("unknown")
    (True, False, False, False)
    """
    try:
        found = load_form().field_of(field)
    except KeyError:
        return False
    return found.policy in _SHOWN_POLICIES and not found.personal


# --------------------------------------------------------------- the folder


def _write_csv(comparison: Comparison, table: str, path: Path) -> None:
    """UTF-8 with BOM for spreadsheets; a text that one would run as a formula begins with an apostrophe."""
    acts = ", ".join(literal(act) for act in ACTS)
    described = comparison.con.execute(f"DESCRIBE {table}").fetchall()
    columns = [
        f"CASE WHEN left({quoted(name)}, 1) IN ({acts}) THEN '''' || {quoted(name)} ELSE {quoted(name)} END "
        f"AS {quoted(name)}"
        if data_type == "VARCHAR"
        else quoted(name)
        for name, data_type, *_ in described
    ]
    part = path.with_suffix(".part")
    comparison.con.execute(
        f"COPY (SELECT {', '.join(columns)} FROM {table}) TO {literal(str(part))} (FORMAT csv, HEADER)"
    )
    with path.open("wb") as target, part.open("rb") as source:
        target.write(b"\xef\xbb\xbf")
        shutil.copyfileobj(source, target)
    part.unlink()


def _page(comparison: Comparison, title: str) -> str:
    d = comparison.difference
    shown = (
        "project_code, field, night, old_value, new_value, old_rule, new_rule, old_confidence, new_confidence, cause, "
        "old_uri, old_page, old_line, new_uri, new_page, new_line"
    )
    examples: dict[str, Sequence[Any]] = {
        kind: comparison.rows(
            f"SELECT {shown} FROM value_difference WHERE kind = '{kind}' ORDER BY project_code, night, field "
            f"LIMIT {_ON_PAGE}"
        )[1]
        for kind in ("lost", "changed", "gained", "weighed")
    }
    names = (
        "verdict, what, uri, night, old_status, new_status, old_code, new_code, old_encoding, new_encoding, old_pages, "
        "new_pages, old_copies, new_copies, old_reports, new_reports, old_values_read, new_values_read, "
        "old_lines_unread, new_lines_unread"
    )
    files = comparison.rows(f"SELECT {names} FROM file_difference LIMIT {_ON_PAGE}")[1]
    page: str = _template().render(
        title=title,
        d=d,
        lost=told(d.losses),
        values=_values(d),
        totals=list(totals(d)),
        files=files,
        n_files=sum(n for verdict, _, n in d.files if verdict != "equal"),
        examples=examples,
        most=_ON_PAGE,
    )
    return page


@lru_cache(maxsize=1)
def _template() -> Any:
    folder = Path(__file__).with_name("templates")
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("comparison.html.j2")
