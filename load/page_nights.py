"""What the page says of nights: what changed since the deliveries before, and how quality goes on.

Asked of a published file. Values of personal fields are never fetched: such a change is only counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from load.page_projects import Row, rows
from transform.form import Form

LISTED = 100
NIGHTS = 60
# Kinds of fields whose change says something in a line of a table; texts are only counted.
_TELLING = ("baht", "date", "percent")

_CHANGES = """
CREATE OR REPLACE TEMP TABLE page_change AS
SELECT project_code, project_name, agency_code, agency_name, change, field, value_before, value_now,
       regexp_replace(field, '\\[[^\\]]*\\]', '', 'g') AS base, regexp_extract(field, '^reports\\[[^\\]]*\\]') AS report
FROM main.v_changes_since_last_night
"""

_TREND = f"""
WITH night AS (
  SELECT night, sum(files_new) AS files_new, sum(files_rejected) AS files_rejected, sum(projects) AS projects,
         sum(reports) AS reports, sum(conflicts) AS conflicts
  FROM quality.run GROUP BY night ORDER BY night DESC LIMIT {NIGHTS}
),
event AS (
  SELECT severity, night, count(*) FILTER (state IN ('new', 'regressed')) AS found,
         count(*) FILTER (state = 'resolved') AS gone
  FROM quality.finding_history WHERE state <> 'open' GROUP BY severity, night
)
SELECT n.*,
       coalesce(sum(e.found - e.gone) FILTER (e.severity = 'block'), 0) AS block,
       coalesce(sum(e.found - e.gone) FILTER (e.severity = 'check'), 0) AS "check",
       coalesce(sum(e.found - e.gone) FILTER (e.severity = 'note'), 0) AS note,
       coalesce(sum(e.found) FILTER (e.night = n.night AND e.severity <> 'note'), 0) AS found,
       coalesce(sum(e.gone) FILTER (e.night = n.night AND e.severity <> 'note'), 0) AS gone
FROM night AS n LEFT JOIN event AS e ON e.night <= n.night
GROUP BY ALL ORDER BY n.night
"""


@dataclass(frozen=True, slots=True)
class Changes:
    """The last night against each project's delivery before: counts, counts by field, and the telling values."""

    new_projects: int
    changed_projects: int
    new_reports: int
    withdrawn_reports: int
    fields: list[Row]
    listed: list[Row]
    telling: int


@dataclass(frozen=True, slots=True)
class Quality:
    """Standing findings by severity, the gravest rules, the nights in order, files that cannot be read, and sources
    that lost so many files that the loss is not believed yet.
    """

    open: dict[str, int]
    rules: list[Row]
    nights: list[Row]
    nights_in_all: int
    rejected: int
    doubted: list[Row]


def ask_changes(con: duckdb.DuckDBPyConnection, form: Form) -> Changes:
    """Ask a published file what the last night changed."""
    con.execute(_CHANGES)
    counts = rows(
        con,
        """
SELECT count(DISTINCT project_code) FILTER (change = 'new_project') AS new_projects,
       count(DISTINCT project_code) FILTER (change <> 'new_project') AS changed_projects,
       count(DISTINCT (project_code, report)) FILTER (change = 'added' AND base = 'reports.date') AS new_reports,
       count(DISTINCT (project_code, report)) FILTER (change = 'removed' AND base = 'reports.date') AS withdrawn_reports
FROM page_change
""",
    )[0]
    telling = [f.field for f in form.fields.values() if f.kind in _TELLING and not f.personal]
    where = "change = 'changed' AND base IN (SELECT unnest(?::VARCHAR[]))"
    order = "starts_with(field, 'reports'), base, agency_code, project_code, field"
    return Changes(
        **counts,
        fields=rows(
            con,
            "SELECT base, count(*) AS times, count(DISTINCT project_code) AS projects FROM page_change "
            "WHERE change = 'changed' GROUP BY base ORDER BY projects DESC, base",
        ),
        listed=rows(
            con,
            "SELECT project_code, project_name, agency_code, agency_name, field, value_before, value_now "
            f"FROM page_change WHERE {where} ORDER BY {order} LIMIT {LISTED}",
            [telling],
        ),
        telling=rows(con, f"SELECT count(*) AS n FROM page_change WHERE {where}", [telling])[0]["n"],
    )


def ask_quality(con: duckdb.DuckDBPyConnection) -> Quality:
    """Ask a published file how good its data are and were."""
    standing = rows(con, "SELECT severity, count(*) AS n FROM main.v_open_findings GROUP BY severity ORDER BY severity")
    found = {row["severity"]: row["n"] for row in standing}
    return Quality(
        open={severity: found.get(severity, 0) for severity in ("block", "check", "note")},
        rules=rows(
            con,
            "SELECT rule, severity, dimension, count(*) AS findings, count(DISTINCT project_code) AS projects, "
            "max(days_open) AS days_open FROM main.v_open_findings WHERE severity <> 'note' "
            "GROUP BY rule, severity, dimension ORDER BY findings DESC, rule",
        ),
        nights=rows(con, _TREND),
        nights_in_all=rows(con, "SELECT count(DISTINCT night) AS n FROM quality.run")[0]["n"],
        rejected=rows(con, "SELECT count(*) AS n FROM quality.rejected_file")[0]["n"],
        doubted=rows(
            con,
            "SELECT source, night, files_before, files_gone FROM lineage.source_night "
            "QUALIFY row_number() OVER (PARTITION BY source ORDER BY night DESC) = 1 AND NOT is_believed "
            "ORDER BY source",
        ),
    )
