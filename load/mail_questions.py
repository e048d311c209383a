"""What the mails of a night are made of, asked of the working warehouse: whose projects, what stands, what is late.

Everything is asked as of a night, not of today, so that the same warehouse gives the same mails.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import duckdb
import pandas as pd

from load.schema import columns_sql, registered, typed_frame
from transform.form import load_form
from transform.lateness import BEHIND_POINTS, SILENT_DAYS


def projects_and_coordinators(con: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """project_code, project_name, agency_name, coordinator_name of every project, by code."""
    sql = "SELECT project_code, project_name, agency_name, coordinator_name FROM main.dim_project ORDER BY project_code"
    return con.execute(sql).df().astype("str")


def standing_findings(con: duckdb.DuckDBPyConnection, without_rules: Iterable[str] = ()) -> pd.DataFrame:
    """finding_id, project_code and state of all findings, by id; small columns only, for whoever compares them."""
    sql = (
        "SELECT finding_id, project_code, state FROM quality.finding "
        "WHERE rule NOT IN (SELECT unnest(?::VARCHAR[])) ORDER BY finding_id"
    )
    return con.execute(sql, [sorted(without_rules)]).df().astype("str")


def findings_of(con: duckdb.DuckDBPyConnection, finding_ids: Iterable[str]) -> pd.DataFrame:
    """Rows of quality.finding of these ids, by id."""
    table = load_form().tables["finding"]
    sql = (
        f"SELECT {columns_sql(table.column_names)} FROM quality.finding "
        "WHERE finding_id IN (SELECT unnest(?::VARCHAR[])) ORDER BY finding_id"
    )
    return typed_frame(con.execute(sql, [sorted(set(finding_ids))]).df(), table)


def mutes_of(con: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """finding_id, until, reason, by of every finding that a line of mutes.csv means or meant, by id and day."""
    return con.execute(
        """
SELECT finding_id, until, reason, who AS "by" FROM (
  SELECT f.finding_id, m.until, m.reason, m.who FROM quality.finding AS f
  JOIN quality.mute AS m ON m.finding_id = f.finding_id
  UNION ALL
  SELECT f.finding_id, m.until, m.reason, m.who FROM quality.finding AS f
  JOIN quality.mute AS m ON m.rule = f.rule AND (m.project_code IS NULL OR starts_with(f.project_code, m.project_code))
) AS muted ORDER BY ALL
"""
    ).df()


def late_on(con: duckdb.DuckDBPyConnection, night: date) -> pd.DataFrame:
    """Projects that are late or silent on a night, a row for each kind, by code and kind.

    project_code, kind (ended_unfinished: past the last day below 100 %; behind: more than 20 points of time ahead of
    progress; silent: started, unfinished, no report for 31 days; missing: no file of it in the sources any more), days
    since then, progress_pct, time_elapsed_pct, since.
    """
    return con.execute(
        """
WITH state AS (
  SELECT p.project_code, p.start_date, p.end_date, r.report_date, coalesce(r.progress_pct, 0) AS pct, r.progress_pct,
         CASE WHEN p.end_date >= p.start_date THEN CAST(
           100.0 * (greatest(-1, date_diff('day', p.start_date, least($night, p.end_date))) + 1)
           / (date_diff('day', p.start_date, p.end_date) + 1) AS DECIMAL(7,2)) END AS time_elapsed_pct
  FROM main.dim_project AS p
  LEFT JOIN main.fact_progress_report AS r ON r.project_code = p.project_code AND r.is_latest
),
late AS (
  SELECT project_code, 'ended_unfinished' AS kind, end_date AS since, progress_pct, time_elapsed_pct FROM state
  WHERE pct < 100 AND end_date < $night
  UNION ALL
  SELECT project_code, 'behind', start_date + CAST(floor(CAST(pct + $behind AS DOUBLE) / 100
           * (date_diff('day', start_date, end_date) + 1)) AS INTEGER), progress_pct, time_elapsed_pct FROM state
  WHERE pct < 100 AND end_date >= $night AND time_elapsed_pct > pct + $behind
  UNION ALL
  SELECT project_code, 'silent', coalesce(report_date, start_date), progress_pct, time_elapsed_pct FROM state
  WHERE pct < 100 AND coalesce(start_date <= $night, true)
    AND date_diff('day', coalesce(report_date, start_date), $night) > $silent
  UNION ALL
  SELECT m.project_code, 'missing', m.missing_since, s.progress_pct, s.time_elapsed_pct
  FROM main.v_missing_projects AS m JOIN state AS s ON s.project_code = m.project_code
)
SELECT project_code, kind, CAST(date_diff('day', since, $night) AS INTEGER) AS days, progress_pct, time_elapsed_pct,
       since
FROM late ORDER BY project_code, kind
""",
        {"night": night, "behind": BEHIND_POINTS, "silent": SILENT_DAYS},
    ).df()


def next_lateness(con: duckdb.DuckDBPyConnection, night: date) -> date | None:
    """The next day after a night on which time alone makes some project late or silent; None when none will be."""
    row = con.execute(
        """
WITH state AS (
  SELECT p.start_date, p.end_date, coalesce(r.progress_pct, 0) AS pct, coalesce(r.report_date, p.start_date) AS heard
  FROM main.dim_project AS p
  LEFT JOIN main.fact_progress_report AS r ON r.project_code = p.project_code AND r.is_latest
  WHERE coalesce(r.progress_pct, 0) < 100
)
SELECT min(day) FROM (
  SELECT end_date + 1 AS day FROM state
  UNION ALL SELECT greatest(heard + CAST($silent + 1 AS INTEGER), start_date) FROM state
  UNION ALL SELECT start_date + CAST(floor(CAST(pct + $behind AS DOUBLE) / 100
    * (date_diff('day', start_date, end_date) + 1)) AS INTEGER) FROM state
    WHERE end_date >= start_date AND pct + $behind < 100
) WHERE day > $night
""",
        {"night": night, "behind": BEHIND_POINTS, "silent": SILENT_DAYS},
    ).fetchone()
    return None if row is None else row[0]


def changes_since(
    con: duckdb.DuckDBPyConnection, since: Mapping[str, date], night: date, fields: Iterable[str]
) -> pd.DataFrame:
    """What the forms of some projects say otherwise than on the night each was told of last, by project and field.

    `since`: project code → that night; `fields`: base names of the fields that are told. project_code, field,
    report_no, before, after, night (of the delivery that says so).
    """
    asked = pd.DataFrame({"project_code": list(since), "told": pd.to_datetime(list(since.values()))})
    with registered(con, {"asked_change": asked}):
        return con.execute(
            """
WITH pair AS (
  SELECT d.project_code, max(d.night) AS night_now, max(d.night) FILTER (WHERE d.night <= a.told) AS night_before
  FROM lineage.delivery AS d JOIN asked_change AS a ON a.project_code = d.project_code
  WHERE d.night <= $night GROUP BY d.project_code
),
side AS (
  SELECT project_code, night_now AS night, true AS is_now, night_now FROM pair WHERE night_before < night_now
  UNION ALL SELECT project_code, night_before, false, night_now FROM pair WHERE night_before < night_now
),
told AS (
  SELECT d.project_code, d.field, any_value(d.report_seq) AS report_no, max(s.night_now) AS night,
         max(d.value) FILTER (WHERE NOT s.is_now) AS before, max(d.value) FILTER (WHERE s.is_now) AS after
  FROM lineage.decision AS d JOIN side AS s ON s.project_code = d.project_code AND s.night = d.night
  WHERE regexp_replace(d.field, '\\[[^\\]]*\\]', '', 'g') IN (SELECT unnest($fields::VARCHAR[]))
  GROUP BY d.project_code, d.field
)
SELECT project_code, field, report_no, before, after, night FROM told WHERE before IS DISTINCT FROM after
ORDER BY project_code, field
""",
            {"night": night, "fields": sorted(fields)},
        ).df()


def printed_for(con: duckdb.DuckDBPyConnection, places: Iterable[tuple[str, str]]) -> pd.DataFrame:
    """What each copy of the latest delivery prints for these (project code, field), by project, field and copy.

    project_code, field, copy_no (copies as a person counts them: by file, then by place in it), file (its name),
    page, line_first, line_last, raw.
    """
    asked = pd.DataFrame(sorted(set(places)), columns=["project_code", "field"], dtype="str")
    with registered(con, {"asked_place": asked}):
        return con.execute(
            """
WITH copy AS (
  SELECT c.copy_id, c.project_code, c.uri, c.night,
         row_number() OVER (PARTITION BY c.project_code ORDER BY c.uri, c.ordinal, c.copy_id) AS copy_no
  FROM lineage.form_copy AS c
  JOIN lineage.delivery AS d ON d.project_code = c.project_code AND d.night = c.night AND d.is_latest
  WHERE c.project_code IN (SELECT project_code FROM asked_place)
)
SELECT a.project_code, a.field, CAST(c.copy_no AS INTEGER) AS copy_no, regexp_extract(c.uri, '[^/]*$') AS file,
       r.page, r.line_first, r.line_last, r.raw
FROM asked_place AS a
JOIN copy AS c ON c.project_code = a.project_code
JOIN lineage.reading AS r ON r.copy_id = c.copy_id AND r.field = a.field AND r.night = c.night
ORDER BY ALL
"""
        ).df()


def delivered_on(con: duckdb.DuckDBPyConnection, night: date) -> pd.DataFrame:
    """What a night's delivery was to each project: project_code, kind (new, changed or unchanged), by code."""
    return con.execute(
        """
SELECT d.project_code, CASE WHEN p.first_seen = $night THEN 'new' WHEN h.project_code IS NOT NULL THEN 'changed'
                            WHEN r.project_code IS NOT NULL THEN 'changed' ELSE 'unchanged' END AS kind
FROM lineage.delivery AS d
JOIN main.dim_project AS p ON p.project_code = d.project_code
LEFT JOIN main.dim_project_history AS h ON h.project_code = d.project_code AND h.valid_from = $night
LEFT JOIN (
  SELECT DISTINCT project_code FROM main.fact_progress_report_history WHERE valid_from = $night OR valid_to = $night
) AS r ON r.project_code = d.project_code
WHERE d.night = $night ORDER BY d.project_code
""",
        {"night": night},
    ).df()


def rejected_on(con: duckdb.DuckDBPyConnection, night: date) -> int:
    """How many files of a night could not be read."""
    row = con.execute("SELECT count(*) FROM quality.rejected_file WHERE night = ?", [night]).fetchone()
    return int(row[0]) if row else 0


def last_night(con: duckdb.DuckDBPyConnection) -> date | None:
    """The last night that is stored; None before the first."""
    row = con.execute("SELECT as_of FROM main.v_as_of").fetchone()
    return None if row is None else row[0]
