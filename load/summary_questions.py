"""What the summary for the head of the department is made of, asked of the working warehouse."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import pandas as pd


def agencies_compared(con: duckdb.DuckDBPyConnection, night: date, since: date | None) -> pd.DataFrame:
    """Each agency in numbers: agency_name, projects, open_block, open_check, open_note, new and resolved since a day
    (None: on this night only), oldest_days, open_before (block and check seven days ago; null: not known); by name.

    `new` counts what was found for the first time or again, notes left out, as `resolved` does: what stood then, and
    new, less resolved, is what stands. Muted findings count as open: they are known, not gone.
    """
    day = timedelta(days=1)
    return con.execute(
        """
WITH before AS (
  SELECT project_code, count(*) AS open FROM (
    SELECT h.project_code, h.state, h.severity FROM quality.finding_history AS h WHERE h.night <= $week_ago
    QUALIFY row_number() OVER (PARTITION BY h.finding_id ORDER BY h.night DESC) = 1
  ) AS b WHERE state <> 'resolved' AND severity <> 'note' GROUP BY project_code
),
known AS (SELECT coalesce(min(night) <= $week_ago, false) AS is_known FROM quality.finding_history),
counted AS (
  SELECT p.agency_name, f.severity, f.state, f.first_seen
  FROM main.dim_project AS p JOIN quality.finding AS f ON f.project_code = p.project_code
),
moved AS (
  SELECT p.agency_name, count(*) FILTER (WHERE h.state IN ('new', 'regressed')) AS new,
         count(*) FILTER (WHERE h.state = 'resolved') AS resolved
  FROM main.dim_project AS p JOIN quality.finding_history AS h ON h.project_code = p.project_code
  WHERE h.night > $since AND h.severity <> 'note' AND h.state <> 'open' GROUP BY p.agency_name
),
found AS (
  SELECT agency_name,
         count(*) FILTER (WHERE state <> 'resolved' AND severity = 'block') AS open_block,
         count(*) FILTER (WHERE state <> 'resolved' AND severity = 'check') AS open_check,
         count(*) FILTER (WHERE state <> 'resolved' AND severity = 'note') AS open_note,
         max(date_diff('day', first_seen, $night)) FILTER (WHERE state <> 'resolved' AND severity <> 'note')
           AS oldest_days
  FROM counted GROUP BY agency_name
),
agency AS (
  SELECT p.agency_name, count(*) AS projects, CAST(sum(coalesce(b.open, 0)) AS BIGINT) AS open_before
  FROM main.dim_project AS p LEFT JOIN before AS b ON b.project_code = p.project_code GROUP BY p.agency_name
)
SELECT a.agency_name, a.projects, coalesce(f.open_block, 0) AS open_block, coalesce(f.open_check, 0) AS open_check,
       coalesce(f.open_note, 0) AS open_note, coalesce(v.new, 0) AS new, coalesce(v.resolved, 0) AS resolved,
       f.oldest_days, CASE WHEN k.is_known THEN a.open_before END AS open_before
FROM agency AS a LEFT JOIN found AS f ON f.agency_name IS NOT DISTINCT FROM a.agency_name
LEFT JOIN moved AS v ON v.agency_name IS NOT DISTINCT FROM a.agency_name CROSS JOIN known AS k
ORDER BY a.agency_name
""",
        {"night": night, "since": since or night - day, "week_ago": night - 7 * day},
    ).df()


def findings_by_night(con: duckdb.DuckDBPyConnection, nights: int) -> pd.DataFrame:
    """night, open, new and resolved of the last nights, in order; findings of projects above note, as all numbers of
    the summary. Findings found again count as new.
    """
    return con.execute(
        """
WITH event AS (
  SELECT night, count(*) FILTER (WHERE state IN ('new', 'regressed')) AS new,
         count(*) FILTER (WHERE state = 'resolved') AS resolved
  FROM quality.finding_history WHERE severity <> 'note' AND project_code IS NOT NULL GROUP BY night
),
night AS (
  SELECT n.night, coalesce(e.new, 0) AS new, coalesce(e.resolved, 0) AS resolved
  FROM (SELECT DISTINCT night FROM quality.run) AS n LEFT JOIN event AS e ON e.night = n.night
)
SELECT night, open, new, resolved FROM (
  SELECT night, CAST(sum(new - resolved) OVER (ORDER BY night) AS BIGINT) AS open, new, resolved FROM night
  ORDER BY night DESC LIMIT ?
) ORDER BY night
""",
        [nights],
    ).df()


def open_by_rule(con: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """rule, findings, projects and agencies of what stands open above note in projects, most findings first."""
    return con.execute(
        "SELECT f.rule, count(*) AS findings, count(DISTINCT f.project_code) AS projects, "
        "count(DISTINCT p.agency_name) AS agencies FROM quality.finding AS f "
        "LEFT JOIN main.dim_project AS p ON p.project_code = f.project_code "
        "WHERE f.state <> 'resolved' AND f.severity <> 'note' AND f.project_code IS NOT NULL "
        "GROUP BY rule ORDER BY findings DESC, rule"
    ).df()


def open_by_dimension(con: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """dimension and open findings above note in projects, by dimension."""
    return con.execute(
        "SELECT dimension, count(*) AS open FROM quality.finding "
        "WHERE state <> 'resolved' AND severity <> 'note' AND project_code IS NOT NULL "
        "GROUP BY dimension ORDER BY dimension"
    ).df()


def remarks_on(con: duckdb.DuckDBPyConnection, night: date) -> pd.DataFrame:
    """What a night found of no project in particular, and what is not resolved: rule, message_th; by finding."""
    return con.execute(
        "SELECT rule, message_th FROM quality.finding WHERE project_code IS NULL AND state <> 'resolved' "
        "AND last_seen = $night ORDER BY finding_id",
        {"night": night},
    ).df()
