"""How long the analysts' questions take on a million reports: `python tests/benchmarks/bench_questions.py [--projects 100000]`.

A thousand invented projects are loaded by kaona, repeated under other codes, and varied in SQL: amounts, dates, texts,
twice the reports, a second delivery of every fifth project, restatements, files that are gone. Each question is asked
three times with every column read; the fastest counts. `times` holds it against one pass over the reports (their
progress summed by project), so that the table says the same on a slower machine. Needs some 8 GB of disk.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from load.data_dictionary import refresh
from load.views import load_macros, load_views
from load.warehouse import open_work, work_path
from tests.benchmarks.stored import BASE_PROJECTS, TONIGHT, make_base, multiply

ONE_PASS = "SELECT project_code, sum(progress_pct) FROM main.fact_progress_report GROUP BY project_code"
ASKED = 3

# a project again, on a later night; every hundredth of these on the last one
_LATER = f"CASE WHEN hash(project_code) % 500 < 5 THEN DATE '{TONIGHT}' ELSE night + 20 END"
_SECOND = "hash(project_code) % 5 = 0"
# columns that a second delivery has of its own
_ANEW = {
    "night": _LATER,
    "delivery_id": f"project_code || '@' || CAST({_LATER} AS VARCHAR)",
    "copy_id": "left(md5(left(copy_id, 16)), 16) || substr(copy_id, 17)",
    "source_sha256": "md5(source_sha256) || md5(source_sha256 || '2')",
}
VARY = (
    # amounts of each project by half to one and a half times, spent never more than received by much
    *(
        f"UPDATE main.{table} SET budget_received_baht = CAST(budget_received_baht * (0.5 + (hash(project_code) % 1000) / 1000.0) AS DECIMAL(18,2)), "
        "budget_spent_baht = CAST(budget_received_baht * ((hash(project_code || 's') % 1100) / 1000.0) AS DECIMAL(18,2))"
        for table in ("dim_project", "fact_project_budget")
    ),
    "UPDATE main.dim_project SET start_date = start_date + CAST(hash(project_code) % 60 AS INTEGER)",
    # the same reports once more under the numbers that follow, 150 days later, and for every fifth project again
    *(
        f"""
        INSERT INTO main.fact_progress_report BY NAME
        SELECT r.* REPLACE (r.report_no + l.last AS report_no, r.printed_order + l.last AS printed_order, r.report_date + 150 AS report_date,
                            false AS is_latest, least(100, r.progress_pct + CAST(hash(r.project_code, r.report_no) % 30 AS DECIMAL(7,2)) - 4) AS progress_pct)
        FROM main.fact_progress_report AS r
        JOIN (SELECT project_code, max(report_no) AS last FROM main.fact_progress_report GROUP BY project_code) AS l USING (project_code)
        WHERE {which}"""
        for which in ("true", "hash(r.project_code) % 5 = 1 AND r.report_no <= l.last / 2")
    ),
    """
    UPDATE main.fact_progress_report AS r SET is_latest = r.report_no * 100 + r.occurrence = l.last,
      report_date = r.report_date + CAST(hash(r.project_code, r.report_no) % 28 AS INTEGER),
      status_text = r.status_text || ' (' || (hash(r.project_code, r.report_no) % 100000) || ')',
      disbursed_baht = CAST(r.disbursed_baht * (0.5 + (hash(r.project_code) % 1000) / 1000.0) AS DECIMAL(18,2))
    FROM (SELECT project_code, max(report_no * 100 + occurrence) AS last FROM main.fact_progress_report GROUP BY project_code) AS l
    WHERE l.project_code = r.project_code""",
    """
    UPDATE main.fact_progress_report SET fiscal_quarter = (month(report_date) + 2) % 12 // 3 + 1,
      fiscal_year_be = year(report_date) + 543 + CASE WHEN month(report_date) >= 10 THEN 1 ELSE 0 END""",
    # readings and decisions of every fifth project once more, on its second night
    *(
        f"INSERT INTO {table} BY NAME SELECT {kept} FROM (SELECT * REPLACE ("
        f"{', '.join(f'{sql} AS {c}' for c, sql in _ANEW.items() if c in columns)}) FROM {source})"
        for table, columns, kept, source in (
            ("lineage.source_file", ("night", "source_sha256"), "* EXCLUDE (project_code)",
             f"(SELECT f.*, c.project_code FROM lineage.source_file AS f JOIN (SELECT source_sha256, min(project_code) AS project_code "
             f"FROM lineage.form_copy WHERE {_SECOND} GROUP BY source_sha256) AS c USING (source_sha256))"),
            ("lineage.reading", ("night", "copy_id"), "* EXCLUDE (project_code)",
             f"(SELECT r.*, c.project_code FROM lineage.reading AS r JOIN lineage.form_copy AS c USING (copy_id) WHERE {_SECOND})"),
            ("lineage.form_copy", ("night", "copy_id", "source_sha256", "delivery_id"), "*", f"lineage.form_copy WHERE {_SECOND}"),
            ("lineage.decision", ("night", "delivery_id"), "*", f"lineage.decision WHERE {_SECOND}"),
        )
    ),
    f"INSERT INTO lineage.delivery BY NAME SELECT * REPLACE ({_LATER} AS night, {_ANEW['delivery_id']} AS delivery_id, true AS is_latest) "
    f"FROM lineage.delivery WHERE {_SECOND}",
    """
    UPDATE lineage.delivery AS d SET is_latest = d.night = l.night
    FROM (SELECT project_code, max(night) AS night FROM lineage.delivery GROUP BY project_code) AS l WHERE l.project_code = d.project_code""",
    "UPDATE main.dim_project AS p SET last_seen = d.night FROM lineage.delivery AS d WHERE d.project_code = p.project_code AND d.is_latest",
    # of a second delivery one value in forty is another one
    "UPDATE lineage.decision AS d SET value = d.value || '0' FROM main.dim_project AS p WHERE p.project_code = d.project_code "
    "AND d.night = p.last_seen AND d.night > p.first_seen AND d.value IS NOT NULL AND hash(d.project_code, d.field) % 40 = 0",
    f"INSERT INTO main.fact_project_budget SELECT project_code, last_seen, budget_received_baht + 1000, budget_spent_baht FROM main.dim_project WHERE {_SECOND}",
    # the history is what stands now, and one report in twenty as it was before
    "DELETE FROM main.fact_progress_report_history",
    """
    INSERT INTO main.fact_progress_report_history BY NAME
    SELECT r.* EXCLUDE (is_latest), CASE WHEN hash(r.project_code, r.report_no) % 20 = 0 THEN p.last_seen ELSE p.first_seen END AS valid_from, true AS is_current
    FROM main.fact_progress_report AS r JOIN main.dim_project AS p USING (project_code)""",
    """
    INSERT INTO main.fact_progress_report_history BY NAME
    SELECT h.* REPLACE (h.progress_pct + 1 AS progress_pct, p.first_seen AS valid_from, h.valid_from AS valid_to, false AS is_current)
    FROM main.fact_progress_report_history AS h JOIN main.dim_project AS p USING (project_code)
    WHERE h.valid_from > p.first_seen AND hash(h.report_no, h.project_code) % 2 = 0""",
    # the new files stand beside the old ones; a fiftieth of all is gone
    "INSERT INTO lineage.sighting SELECT uri, source_sha256, night, NULL FROM lineage.source_file "
    "WHERE source_sha256 NOT IN (SELECT source_sha256 FROM lineage.sighting)",
    f"UPDATE lineage.sighting SET gone_on = DATE '{TONIGHT}' WHERE hash(source_sha256) % 50 = 0",
)  # fmt: skip


def vary(con: duckdb.DuckDBPyConnection) -> None:
    """Make the repeated projects of a working warehouse differ, and give them twice the reports and more nights."""
    for statement in VARY:
        con.execute(statement)
    con.execute("CHECKPOINT")


def questions(con: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, str]]:
    """Every view and table macro whole, and look-ups of one project where a view is too long to be read."""
    code, text = con.execute(
        "SELECT min(project_code), max(project_code) FROM lineage.delivery WHERE NOT is_latest"
    ).fetchall()[0]
    day = con.execute("SELECT median(start_date)::DATE + 120 FROM main.dim_project").fetchall()[0][0]
    given = {
        "behind_schedule": "(75)",
        "no_progress_between": f"(DATE '{day}', DATE '{day}' + 30)",
        "silent_projects": f"(DATE '{day}', 60)",
        "changes_between": f"(DATE '{TONIGHT}' - 7, DATE '{TONIGHT}')",
        "history": f"('{code}')",
        "evidence": f"('{code}')",
    }
    for view in load_views():
        if view.name == "v_evidence":
            continue
        yield view.name, f"SELECT * FROM main.{view.name}"
    for macro in load_macros():
        if macro.is_table:
            yield macro.name + given[macro.name], f"SELECT * FROM main.{macro.name}{given[macro.name]}"
    for view in (
        "v_latest_report",
        "v_time_vs_progress",
        "v_silent_projects",
        "v_reporting_rhythm",
        "v_evidence",
        "v_conflicts",
        "v_open_findings",
    ):
        yield f"{view} of a project", f"SELECT * FROM main.{view} WHERE project_code = '{text}'"
    yield (
        "v_evidence, a field of a project",
        f"SELECT * FROM main.v_evidence WHERE project_code = '{text}' AND field = 'budget_received'",
    )
    yield "v_conflicts, the first five", "SELECT * FROM main.v_conflicts LIMIT 5"


def ask(con: duckdb.DuckDBPyConnection, sql: str) -> tuple[float, int]:
    """Seconds of the fastest of several askings with every column of every row read, and the number of rows."""
    fastest, rows = float("inf"), 0
    for _ in range(ASKED):
        started = time.perf_counter()
        found = con.execute(f"SELECT count(*), sum(hash(COLUMNS(*))::HUGEINT) FROM ({sql}) AS t").fetchall()
        fastest, rows = min(fastest, time.perf_counter() - started), int(found[0][0])
    return fastest, rows


def measure(path: Path) -> None:
    """Print the table for a working warehouse."""
    with duckdb.connect(str(path), read_only=True, config={"threads": 2, "memory_limit": "4GB"}) as con:
        for table in ("main.dim_project", "main.fact_progress_report", "lineage.decision", "lineage.reading"):
            print(f"{table:32}{con.execute(f'SELECT count(*) FROM {table}').fetchall()[0][0]:>12,} rows")
        unit, _ = ask(con, ONE_PASS)
        print(f"\n{'question':60}{'seconds':>9}{'times':>8}{'rows':>12}")
        print(f"{'one pass over the reports':60}{unit:>9.3f}{1:>8.1f}")
        for name, sql in questions(con):
            seconds, rows = ask(con, sql)
            print(f"{name:60}{seconds:>9.3f}{seconds / unit:>8.1f}{rows:>12,}", flush=True)


def main() -> None:
    """Build the warehouse in a folder that is removed afterwards, or in --home, and ask everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--projects", type=int, default=100_000, help="projects to store (default 100,000)")
    parser.add_argument("--home", type=Path, help="keep the warehouse here, and only ask when it is there already")
    given = parser.parse_args()
    with TemporaryDirectory() as scratch:
        home = given.home or Path(scratch) / "stored"
        if not work_path(home).exists():
            make_base(Path(scratch) / "base")
            multiply(Path(scratch) / "base", home, max(1, given.projects // BASE_PROJECTS))
            with closing(open_work(home, memory_limit="4GB")) as con:
                vary(con)
                refresh(con)
        measure(work_path(home))


if __name__ == "__main__":
    main()
