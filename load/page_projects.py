"""What the page says of projects: how many, how much, who is late or silent. Asked of a published file's views.

Everything is counted in the database and comes out in a total order. Nothing about persons is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb

# Percentage points by which work may stay behind time before a project counts as late.
LATE_POINTS = 20
# Coordinators report monthly; the longest month and no more.
SILENT_DAYS = 31
# A new fiscal year is shown as soon as it has this part of the projects of the year before.
_YEAR_HAS_BEGUN = Decimal("0.1")
LISTED = 200
QUARTERS = 8

_Con = duckdb.DuckDBPyConnection
Row = dict[str, Any]

_PROJECTS = f"""
CREATE OR REPLACE TEMP TABLE page_project AS
SELECT t.project_code, t.project_name, t.fiscal_year_be, t.agency_code,
       coalesce(a.agency_name, t.agency_name, t.agency_code) AS agency_name, a.thai_order,
       t.time_elapsed_pct, t.progress_pct, t.behind_pct, t.report_date, p.end_date,
       p.budget_received_baht, p.budget_spent_baht, p.confidence = 'contested' AS is_contested,
       coalesce(t.progress_pct >= 100, false) AS is_finished,
       NOT is_finished AND coalesce(t.behind_pct >= {LATE_POINTS}, false) AS is_late,
       NOT is_finished AND coalesce(p.end_date < t.as_of, false) AS is_past_end,
       s.days_silent,
       s.project_code IS NOT NULL AND coalesce(s.days_silent > {SILENT_DAYS}, true) AS is_silent,
       t.time_elapsed_pct IS NULL AS is_undated
FROM main.v_time_vs_progress AS t
JOIN main.dim_project AS p ON p.project_code = t.project_code
LEFT JOIN (SELECT project_code, max(days_silent) AS days_silent FROM main.v_silent_projects GROUP BY project_code) AS s
  ON s.project_code = t.project_code
LEFT JOIN main.dim_agency AS a ON a.agency_code = t.agency_code
"""

# A share of what was received is only right over projects that print both amounts.
_COUNTS = """
count(*) AS projects, sum(budget_received_baht) AS received, sum(budget_spent_baht) AS spent,
count(*) FILTER (budget_spent_baht > budget_received_baht) AS overspent,
max(budget_received_baht) AS largest_received, arg_max(project_code, budget_received_baht) AS largest_received_code,
max(budget_spent_baht) AS largest_spent, arg_max(project_code, budget_spent_baht) AS largest_spent_code,
count(*) - count(budget_received_baht) AS received_missing, count(*) - count(budget_spent_baht) AS spent_missing,
CAST(100 * sum(budget_spent_baht) FILTER (budget_received_baht IS NOT NULL)
     / nullif(sum(budget_received_baht) FILTER (budget_spent_baht IS NOT NULL), 0) AS DECIMAL(18,1)) AS spent_pct,
count(*) FILTER (is_finished) AS finished, count(*) FILTER (is_late) AS late,
count(*) FILTER (is_late AND is_past_end) AS late_past_end, count(*) FILTER (is_silent) AS silent,
count(*) FILTER (report_date IS NULL) AS without_report, count(*) FILTER (is_undated) AS undated,
count(*) FILTER (is_contested) AS contested
"""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which projects the page is about: those of one fiscal year, or all when none is under way (year None).

    Time is counted up to `as_of`, the last night that was processed; the last new form came on `last_delivery`.
    """

    as_of: date | None
    last_delivery: date | None
    year: int | None

    @property
    def where(self) -> str:
        """The condition in SQL."""
        return "true" if self.year is None else f"fiscal_year_be = {self.year}"

    @property
    def until(self) -> str:
        """The condition in SQL for this and earlier years."""
        return "true" if self.year is None else f"fiscal_year_be <= {self.year}"


@dataclass(frozen=True, slots=True)
class Projects:
    """Answers about projects. `numbers` and the lists are of the scope, `years` of everything, `quarters` up to it."""

    scope: Scope
    numbers: Row
    everything: Row
    years: list[Row]
    matrix: list[Row]
    agencies: list[Row]
    quarters: list[Row]
    reports_elsewhere: int
    missing: int
    late: list[Row]
    silent: list[Row]


def ask_projects(con: _Con) -> Projects:
    """Ask a published file everything the page says of projects."""
    con.execute(_PROJECTS)
    scope = _scope(con)
    return Projects(
        scope=scope,
        numbers=rows(con, f"SELECT {_COUNTS} FROM page_project WHERE {scope.where}")[0],
        everything=rows(con, f"SELECT {_COUNTS} FROM page_project")[0],
        years=rows(
            con,
            f"SELECT fiscal_year_be, {_COUNTS} FROM page_project GROUP BY fiscal_year_be "
            "ORDER BY fiscal_year_be DESC NULLS LAST",
        ),
        matrix=_matrix(con, scope),
        agencies=_agencies(con, scope),
        quarters=_quarters(con, scope),
        reports_elsewhere=rows(
            con,
            "SELECT CAST(coalesce(sum(reports), 0) AS BIGINT) AS n FROM main.v_budget_by_agency_quarter "
            f"WHERE fiscal_quarter IS NULL AND {scope.until}",
        )[0]["n"],
        missing=rows(con, f"SELECT count(*) AS n FROM main.v_missing_projects WHERE {scope.where}")[0]["n"],
        late=_listed(con, scope, "is_late", "behind_pct DESC, end_date, project_code"),
        silent=_listed(con, scope, "is_silent", "days_silent DESC NULLS LAST, project_code"),
    )


def rows(con: _Con, sql: str, parameters: list[Any] | None = None) -> list[Row]:
    """Rows of a query by column name."""
    cursor = con.execute(sql, parameters)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _scope(con: _Con) -> Scope:
    """The fiscal year of the last night, or the one before while that has hardly begun; all when there is neither."""
    now = rows(con, "SELECT as_of, last_delivery, fiscal_year_be FROM main.v_as_of")[0]
    nights, current = (now["as_of"], now["last_delivery"]), now["fiscal_year_be"]
    if now["last_delivery"] is None:
        return Scope(*nights, None)
    counted = {
        row["fiscal_year_be"]: row["projects"]
        for row in rows(
            con,
            "SELECT fiscal_year_be, count(*) AS projects FROM page_project "
            "WHERE fiscal_year_be IN (?, ?) GROUP BY fiscal_year_be ORDER BY fiscal_year_be",
            [current, current - 1],
        )
    }
    if not counted:
        return Scope(*nights, None)
    has_begun = counted.get(current, 0) >= _YEAR_HAS_BEGUN * counted.get(current - 1, 0) and current in counted
    return Scope(*nights, current if has_begun else current - 1)


def _matrix(con: _Con, scope: Scope) -> list[Row]:
    """Unfinished and finished projects by quarter of their time and of their work; 4 is 100 % and more."""
    return rows(
        con,
        f"""
SELECT CAST(greatest(0, least(4, floor(time_elapsed_pct / 25))) AS INTEGER) AS time_step,
       CAST(greatest(0, least(4, floor(coalesce(progress_pct, 0) / 25))) AS INTEGER) AS work_step,
       count(*) AS projects, count(*) FILTER (is_late) AS late
FROM page_project WHERE {scope.where} AND NOT is_undated
GROUP BY time_step, work_step ORDER BY time_step, work_step
""",
    )


def _agencies(con: _Con, scope: Scope) -> list[Row]:
    """Agencies of the scope, those with most money first, with what is found about their projects."""
    return rows(
        con,
        f"""
SELECT g.*, coalesce(f.findings, 0) AS findings FROM (
  SELECT agency_code, any_value(agency_name) AS agency_name, any_value(thai_order) AS thai_order, {_COUNTS}
  FROM page_project WHERE {scope.where} GROUP BY agency_code
) AS g
LEFT JOIN (
  SELECT p.agency_code, count(*) AS findings
  FROM main.v_open_findings AS f JOIN page_project AS p ON p.project_code = f.project_code
  WHERE f.severity <> 'note' AND {scope.where} GROUP BY p.agency_code
) AS f ON f.agency_code = g.agency_code
ORDER BY received DESC NULLS LAST, g.agency_code
""",
    )


def _quarters(con: _Con, scope: Scope) -> list[Row]:
    """What was disbursed in the last fiscal quarters, up to the scope's year, in both meanings of a printed amount."""
    return rows(
        con,
        f"""
SELECT * FROM (
  SELECT fiscal_year_be, fiscal_quarter, sum(reports) AS reports,
         sum(disbursed_if_per_report_baht) AS per_report, sum(raised_if_cumulative_baht) AS cumulative
  FROM main.v_budget_by_agency_quarter WHERE fiscal_quarter IS NOT NULL AND {scope.until}
  GROUP BY fiscal_year_be, fiscal_quarter ORDER BY fiscal_year_be DESC, fiscal_quarter DESC LIMIT {QUARTERS}
) AS q ORDER BY fiscal_year_be, fiscal_quarter
""",
    )


def _listed(con: _Con, scope: Scope, condition: str, order: str) -> list[Row]:
    return rows(
        con,
        "SELECT project_code, project_name, agency_code, agency_name, thai_order, end_date, time_elapsed_pct, "
        "progress_pct, behind_pct, report_date, days_silent, is_past_end, budget_received_baht "
        f"FROM page_project WHERE {scope.where} AND {condition} ORDER BY {order} LIMIT {LISTED}",
    )
