"""The questions of a comparison. `old` and `new` hold the tables of the two files; the answers are temporary tables.

A file that both read is worse when it gives fewer copies, values or reports, better when it gives more, or leaves
fewer lines unread; one that gives other values in the same number is otherwise.
"""

from __future__ import annotations

_READ = """
SELECT c.source_sha256, count(DISTINCT c.copy_id) AS copies,
  count(*) FILTER (WHERE r.value IS NOT NULL AND NOT r.is_cut) AS values_read,
  count(*) FILTER (WHERE r.field LIKE 'reports[%].seq') AS reports,
  bit_xor(hash(r.copy_id, r.field, r.value, r.problem, r.is_cut, r.page, r.line_first)) AS content
FROM {side}.form_copy AS c LEFT JOIN {side}.reading AS r ON r.copy_id = c.copy_id GROUP BY c.source_sha256
"""
_SIDE = """
SELECT f.source_sha256, f.uri, f.night, f.status, j.code, f.encoding, f.pages, f.reader_version, f.lines_consumed,
  f.lines_unread, coalesce(r.copies, 0) AS copies, coalesce(r.values_read, 0) AS values_read,
  coalesce(r.reports, 0) AS reports, coalesce(r.content, 0) AS content
FROM {side}.source_file AS f LEFT JOIN {side}.rejected_file AS j ON j.source_sha256 = f.source_sha256
LEFT JOIN ({read}) AS r ON r.source_sha256 = f.source_sha256
"""
_MEASURES = (
    "status",
    "code",
    "encoding",
    "pages",
    "lines_consumed",
    "lines_unread",
    "copies",
    "values_read",
    "reports",
)
_PAIRS = ", ".join(f"o.{m} AS old_{m}, n.{m} AS new_{m}" for m in (*_MEASURES, "reader_version"))
_SAME = " AND ".join(f"o.{m} IS NOT DISTINCT FROM n.{m}" for m in (*_MEASURES, "content"))


def _side(side: str) -> str:
    return _SIDE.format(side=side, read=_READ.format(side=side))


FILES = f"""
CREATE TEMP TABLE file_pair AS
SELECT coalesce(n.uri, o.uri) AS uri, coalesce(n.night, o.night) AS night,
  coalesce(n.source_sha256, o.source_sha256) AS source_sha256,
  CASE
    WHEN o.source_sha256 IS NULL THEN 'only in the new one'
    WHEN n.source_sha256 IS NULL THEN 'only in the old one'
    WHEN o.status = 'rejected' AND n.status = 'read' THEN 'newly readable'
    WHEN o.status = 'read' AND n.status = 'rejected' THEN 'newly rejected'
    WHEN {_SAME} THEN 'the same'
    WHEN o.status = 'rejected' THEN 'rejected for another reason'
    ELSE concat_ws(', ',
      CASE WHEN n.copies <> o.copies THEN if(n.copies > o.copies, 'more copies', 'fewer copies') END,
      CASE WHEN n.values_read <> o.values_read
        THEN if(n.values_read > o.values_read, 'more values', 'fewer values') END,
      CASE WHEN n.reports <> o.reports THEN if(n.reports > o.reports, 'more reports', 'fewer reports') END,
      CASE WHEN n.lines_unread <> o.lines_unread
        THEN if(n.lines_unread > o.lines_unread, 'more unread lines', 'fewer unread lines') END,
      CASE WHEN n.content <> o.content AND n.values_read = o.values_read THEN 'other values or places' END,
      CASE WHEN n.encoding IS DISTINCT FROM o.encoding THEN 'another encoding' END,
      CASE WHEN n.pages IS DISTINCT FROM o.pages THEN 'another number of pages' END,
      CASE WHEN n.content = o.content AND n.lines_consumed <> o.lines_consumed THEN 'lines counted otherwise' END)
  END AS what, {_PAIRS},
  (n.copies > o.copies OR n.values_read > o.values_read OR n.reports > o.reports OR n.lines_unread < o.lines_unread)
    AS is_more,
  (n.copies < o.copies OR n.values_read < o.values_read OR n.reports < o.reports OR n.lines_unread > o.lines_unread)
    AS is_less
FROM ({_side("old")}) AS o FULL JOIN ({_side("new")}) AS n ON n.source_sha256 = o.source_sha256;
CREATE TEMP TABLE file_verdict AS
SELECT CASE
    WHEN what IN ('only in the new one', 'newly readable') THEN 'better'
    WHEN what IN ('only in the old one', 'newly rejected') THEN 'worse'
    WHEN what = 'the same' THEN 'equal'
    WHEN is_more AND NOT is_less THEN 'better'
    WHEN is_less AND NOT is_more THEN 'worse'
    ELSE 'otherwise'
  END AS verdict, * EXCLUDE (is_more, is_less) FROM file_pair;
CREATE TEMP TABLE file_difference AS FROM file_verdict WHERE verdict <> 'equal'
ORDER BY array_position(['worse', 'otherwise', 'better'], verdict), what, uri, source_sha256;
DROP TABLE file_pair;
"""

_LATEST = """
CREATE TEMP TABLE {side}_latest AS
SELECT d.project_code, d.field, d.value FROM {side}.decision AS d
JOIN (SELECT project_code, max(night) AS night FROM {side}.delivery GROUP BY project_code) AS l
ON l.project_code = d.project_code AND l.night = d.night;
"""
LATEST = _LATEST.format(side="old") + _LATEST.format(side="new")

# where a decided value stands: the first reading that says it, else the first one of the field; and what all said
_PLACES = """
CREATE TEMP TABLE {side}_place AS
SELECT v.delivery_id, v.field,
  first({{'uri': c.uri, 'page': r.page, 'line': r.line_first}}
    ORDER BY r.value IS DISTINCT FROM v.{side}_value, c.uri, c.ordinal, r.page, r.line_first) AS place,
  bit_xor(hash(r.copy_id, r.page, r.line_first, r.value, r.problem, r.is_cut)) AS said
FROM value_pair AS v JOIN {side}.form_copy AS c ON c.delivery_id = v.delivery_id
JOIN {side}.reading AS r ON r.copy_id = c.copy_id AND r.field = v.field
GROUP BY v.delivery_id, v.field;
"""
VALUES = f"""
CREATE TEMP TABLE value_pair AS
SELECT coalesce(n.delivery_id, o.delivery_id) AS delivery_id, coalesce(n.project_code, o.project_code) AS project_code,
  coalesce(n.night, o.night) AS night, coalesce(n.field, o.field) AS field,
  coalesce(n.report_seq, o.report_seq) AS report_seq,
  CASE
    WHEN o.value IS NOT DISTINCT FROM n.value THEN 'weighed'
    WHEN o.value IS NULL THEN 'gained'
    WHEN n.value IS NULL THEN 'lost'
    ELSE 'changed'
  END AS kind,
  o.value AS old_value, n.value AS new_value, o.rule AS old_rule, n.rule AS new_rule,
  o.confidence AS old_confidence, n.confidence AS new_confidence,
  if(o.delivery_id IS NULL, NOT EXISTS (FROM old.delivery AS d WHERE d.delivery_id = n.delivery_id),
    n.delivery_id IS NULL AND NOT EXISTS (FROM new.delivery AS d WHERE d.delivery_id = o.delivery_id)) AS is_one_sided
FROM old.decision AS o FULL JOIN new.decision AS n ON n.delivery_id = o.delivery_id AND n.field = o.field
WHERE o.value IS DISTINCT FROM n.value
  OR (o.delivery_id IS NOT NULL AND n.delivery_id IS NOT NULL
      AND (o.rule IS DISTINCT FROM n.rule OR o.confidence IS DISTINCT FROM n.confidence));
{_PLACES.format(side="old")}{_PLACES.format(side="new")}
CREATE TEMP TABLE value_difference AS
SELECT v.kind, v.project_code, v.field, v.report_seq, v.night, v.old_value, v.new_value, v.old_rule, v.new_rule,
  v.old_confidence, v.new_confidence,
  CASE
    WHEN v.is_one_sided THEN 'a delivery that only one has'
    WHEN (coalesce(v.old_rule, '') = 'correction') <> (coalesce(v.new_rule, '') = 'correction') THEN 'a correction'
    WHEN o.said IS DISTINCT FROM n.said THEN 'read otherwise'
    WHEN EXISTS (FROM old.register AS a FULL JOIN new.register AS b ON a.name = b.name
      WHERE a.sha256 IS DISTINCT FROM b.sha256) THEN 'registers or rules'
    ELSE 'what stands beside it'
  END AS cause,
  o.place.uri AS old_uri, o.place.page AS old_page, o.place.line AS old_line,
  n.place.uri AS new_uri, n.place.page AS new_page, n.place.line AS new_line
FROM value_pair AS v LEFT JOIN old_place AS o ON o.delivery_id = v.delivery_id AND o.field = v.field
LEFT JOIN new_place AS n ON n.delivery_id = v.delivery_id AND n.field = v.field
ORDER BY array_position(['lost', 'changed', 'gained', 'weighed'], v.kind), v.project_code, v.night, v.field;
DROP TABLE value_pair;
"""

_BASE = r"regexp_replace(field, '\[[^\]]*\]', '', 'g')"


class Query:
    """Counts over the differing rows."""

    FILES = "SELECT verdict, what, count(*) FROM file_verdict GROUP BY ALL ORDER BY ALL"
    KINDS = "SELECT kind, count(*) FROM value_difference GROUP BY kind ORDER BY kind"
    FIELDS = (
        f"SELECT {_BASE} AS base, "
        + ", ".join(f"count(*) FILTER (WHERE kind = '{k}')" for k in ("gained", "lost", "changed", "weighed"))
        + " FROM value_difference GROUP BY base ORDER BY count(*) DESC, base"
    )
    RULES = (
        "SELECT old_rule, new_rule, count(*) AS n FROM value_difference WHERE old_rule IS DISTINCT FROM new_rule "
        "GROUP BY ALL ORDER BY n DESC, old_rule, new_rule"
    )
    CAUSES = "SELECT cause, count(*) AS n FROM value_difference GROUP BY cause ORDER BY n DESC, cause"
    READERS = (
        "SELECT reader_version, count(*) FILTER (WHERE side = 'old'), count(*) FILTER (WHERE side = 'new') FROM ("
        "SELECT 'old' AS side, reader_version FROM old.source_file UNION ALL SELECT 'new', reader_version "
        "FROM new.source_file) GROUP BY reader_version ORDER BY reader_version"
    )


_TOTALS = """
SELECT p.fiscal_year_be, count(*) AS projects, sum(coalesce(r.reports, 0)) AS reports,
  sum(p.budget_received_baht) AS budget_received_baht, sum(p.budget_spent_baht) AS budget_spent_baht,
  sum(r.disbursed_baht) AS disbursed_baht
FROM {side}.dim_project AS p LEFT JOIN (
  SELECT project_code, count(*) AS reports, sum(disbursed_baht) AS disbursed_baht
  FROM {side}.fact_progress_report GROUP BY project_code) AS r ON r.project_code = p.project_code
GROUP BY p.fiscal_year_be
"""
_SUMS = ("projects", "reports", "budget_received_baht", "budget_spent_baht", "disbursed_baht")
TOTALS = (
    f"WITH o AS ({_TOTALS.format(side='old')}), n AS ({_TOTALS.format(side='new')}), "
    "pair AS (SELECT coalesce(n.fiscal_year_be, o.fiscal_year_be) AS fiscal_year, "
    + ", ".join(f"o.{s} AS old_{s}, n.{s} AS new_{s}" for s in _SUMS)
    + " FROM o FULL JOIN n ON n.fiscal_year_be IS NOT DISTINCT FROM o.fiscal_year_be) "
    + " UNION ALL ".join(
        f"SELECT fiscal_year, '{s}' AS measure, CAST(coalesce(old_{s}, 0) AS DECIMAL(38, 2)) AS before, "
        f"CAST(coalesce(new_{s}, 0) AS DECIMAL(38, 2)) AS after FROM pair"
        for s in _SUMS
    )
    + f" ORDER BY fiscal_year NULLS LAST, array_position({list(_SUMS)}, measure)"
)

_FEWER = """
SELECT coalesce(sum(greatest(o.n - coalesce(n.n, 0), 0)), 0)
FROM (SELECT project_code, count(*) AS n FROM old.{table} GROUP BY project_code) AS o
LEFT JOIN (SELECT project_code, count(*) AS n FROM new.{table} GROUP BY project_code) AS n
ON n.project_code = o.project_code
"""
LOSSES = f"""
SELECT
  (SELECT count(*) FROM file_difference WHERE what = 'newly rejected'),
  (SELECT count(*) FROM file_difference WHERE what = 'only in the old one'),
  (SELECT count(*) FROM old.dim_project AS o ANTI JOIN new.dim_project AS n ON n.project_code = o.project_code),
  CAST(({_FEWER.format(table="delivery")}) AS BIGINT),
  CAST(({_FEWER.format(table="fact_progress_report")}) AS BIGINT),
  (SELECT count(*) FROM old_latest AS o LEFT JOIN new_latest AS n
   ON n.project_code = o.project_code AND n.field = o.field
   WHERE o.value IS NOT NULL AND n.value IS NULL
   AND o.project_code IN (SELECT project_code FROM new.dim_project))
"""
