"""The pages beside the published file: index.html for who decides, dictionary.html for who asks.

Each is one file that loads nothing from outside, made only of what the published file says: the same file gives the
same bytes. They name no person.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from extract.fault_points import at
from load import page_charts as charts
from load.page_nights import Changes, ask_changes, ask_quality
from load.page_projects import LATE_POINTS, SILENT_DAYS, Projects, Row, ask_projects, rows
from load.page_words import field_words, millions, percent, report_words, thai_day, value_words, whole
from load.publish import reading
from transform.form import Form, load_form

INDEX, DICTIONARY = "index.html", "dictionary.html"
_TEMPLATES = Path(__file__).with_name("templates")
_UNITS = {"baht": " (บาท)", "percent": " (ร้อยละ)"}
# among fewer, one large project is no reason to doubt its amount
_FEW_PROJECTS = 10
_AGENCIES, _RULES, _NIGHTS = 300, 12, 14
_KINDS = (("view", "มุมมอง (คำถามที่ถามบ่อย) · Views"), ("macro", "แมโคร · Macros"), ("table", "ตาราง · Tables"))


def write_pages(published: Path, rule_titles: Mapping[str, str] | None = None) -> Path:
    """Write both pages beside a published file and return the path of index.html; each appears by one rename.

    They link to the quality report where one stands beside the file (it names people, so it does not always).
    `rule_titles`: Thai titles of the rules of findings; a rule without one is shown by its id.
    Raises FileNotFoundError when nothing was published.
    """
    has_report = published.with_name("report.html").is_file()
    with reading(published) as con:
        pages = {
            INDEX: index_html(con, rule_titles or {}, has_report=has_report),
            DICTIONARY: dictionary_html(con, has_report=has_report),
        }
    for name, text in pages.items():
        part = published.with_name(name + ".part")
        try:
            part.write_text(text, encoding="utf-8", newline="\n")
            at("pages.part")
            part.replace(published.with_name(name))
        finally:
            part.unlink(missing_ok=True)
    return published.with_name(INDEX)


def index_html(con: duckdb.DuckDBPyConnection, rule_titles: Mapping[str, str], *, has_report: bool = False) -> str:
    """The page to look at, in Thai: the answer first, then who and how much, what changed, how good the data are."""
    form = load_form()
    projects, changes, quality = ask_projects(con), ask_changes(con, form), ask_quality(con)
    trouble = [a for a in projects.agencies if a["late"] or a["silent"]]
    return _render(
        "index.html.j2",
        has_report=has_report,
        as_of=projects.scope.as_of,
        last_delivery=projects.scope.last_delivery,
        late_points=LATE_POINTS,
        silent_days=SILENT_DAYS,
        few_projects=_FEW_PROJECTS,
        projects=projects,
        agencies=projects.agencies[:_AGENCIES],
        agencies_charted=charts.AGENCIES,
        trouble=len(trouble),
        charted=min(len(trouble), charts.AGENCIES),
        changes=_in_words(changes, form),
        quality=quality,
        rules=[{**r, "title": rule_titles.get(r["rule"], r["rule"])} for r in quality.rules[:_RULES]],
        nights_listed=_NIGHTS,
        charts=_drawn(projects, charts.findings_by_night(quality) if len(quality.nights) > 1 else None, bool(trouble)),
    )


def _drawn(projects: Projects, quality: dict[str, Any] | None, has_trouble: bool) -> dict[str, Markup | None]:
    wanted = {
        "time": charts.time_and_work(projects) if projects.matrix else None,
        "late": charts.late_by_agency(projects.agencies) if has_trouble else None,
        "money": charts.money_by_agency(projects.agencies) if projects.agencies else None,
        "quarters": charts.money_by_quarter(projects.quarters) if projects.quarters else None,
        "quality": quality,
    }
    return {name: Markup(charts.draw(name, spec)) if spec else None for name, spec in wanted.items()}


def _in_words(changes: Changes, form: Form) -> dict[str, Any]:
    """Changes with fields and values named as a person says them."""
    listed = [
        {
            **row,
            "name": field_words(row["field"], form) + _UNITS.get(form.field_of(row["field"]).kind, ""),
            "report": report_words(row["field"]),
            "before": value_words(row["value_before"], form.field_of(row["field"]).kind),
            "now": value_words(row["value_now"], form.field_of(row["field"]).kind),
        }
        for row in changes.listed
    ]
    fields = [{**row, "name": field_words(row["base"], form)} for row in changes.fields]
    return {
        "new_projects": changes.new_projects,
        "changed_projects": changes.changed_projects,
        "new_reports": changes.new_reports,
        "withdrawn_reports": changes.withdrawn_reports,
        "fields": fields,
        "listed": listed,
        "telling": changes.telling,
    }


def dictionary_html(con: duckdb.DuckDBPyConnection, *, has_report: bool = False) -> str:
    """The data dictionary, in Thai and English: views first, as they answer questions, then tables."""
    described = rows(
        con,
        "FROM main.data_dictionary ORDER BY schema_name <> 'main', schema_name, relation_name, position, column_name",
    )
    relations: dict[tuple[str, str], dict[str, Any]] = {}
    for row in described:
        key = (row["schema_name"], row["relation_name"])
        if row["position"] == 0:
            relations[key] = _relation(row)
        else:
            relations[key]["columns"].append(row)
    groups = [(title, [r for r in relations.values() if r["kind"] == kind]) for kind, title in _KINDS]
    return _render(
        "dictionary.html.j2",
        has_report=has_report,
        relations=relations,
        columns=sum(len(r["columns"]) for r in relations.values()),
        groups=[(title, members) for title, members in groups if members],
    )


def _relation(row: Row) -> dict[str, Any]:
    schema, name = row["schema_name"], row["relation_name"]
    return {
        "name": name if schema == "main" else f"{schema}.{name}",
        "anchor": f"{schema}.{name}",
        "kind": row["kind"],
        "parameters": row["data_type"] if row["kind"] == "macro" else None,
        "th": row["description_th"],
        "en": row["description_en"],
        "columns": [],
    }


def _render(name: str, **values: Any) -> str:
    css, script = (Markup((_TEMPLATES / part).read_text(encoding="utf-8")) for part in ("page.css", "tables.js"))
    # what a document prints can neither run nor load anything, even if it were let through
    allowed = b64encode(sha256(script.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{allowed}'; "
        "base-uri 'none'; form-action 'none'"
    )
    return _environment().get_template(name).render(css=css, script=script, policy=Markup(policy), **values)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(day=thai_day, whole=whole, millions=millions, percent=percent)
    return environment
