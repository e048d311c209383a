"""What the writer's warehouse knows of nights before tonight: projects beside their codes, texts that projects print.

Everything is asked for by night, so that a night loaded late, twice or again says the same.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

import duckdb
import pandas as pd

from transform.addresses import field_base
from transform.damaged_codes import codes_near
from transform.known_projects import Known, KnownProject, codes_asked, heads_of
from transform.marks import BESIDE_THE_CODE, district_of, marks_from
from transform.past import Asked, Past
from transform.sightings import is_detail
from transform.thai import squash

_BEFORE = "split_part(delivery_id, '@', 2) < ?"


def known_projects(
    con: duckdb.DuckDBPyConnection, night: date, printed: Sequence[str], damaged: Sequence[str] = ()
) -> Known:
    """The projects of earlier nights that tonight's codes can be, and the agencies that all earlier codes stand for.

    `printed`: readable codes; `damaged`: what stands where a code cannot be read.
    """
    rows = con.execute(
        f"SELECT DISTINCT project_code FROM lineage.decision WHERE field = 'project_code' AND {_BEFORE}",
        [night.isoformat()],
    ).fetchall()
    before = {row[0] for row in rows}
    codes = sorted({*codes_asked(printed, before), *(codes_near(damaged, before) if damaged else ())})
    heads = Counter(head for row in rows for head in heads_of(row[0]))
    return Known(_projects(con, night, codes), _agencies(con, night, printed) if rows else {}, heads)


def _projects(con: duckdb.DuckDBPyConnection, night: date, codes: Sequence[str]) -> dict[str, KnownProject]:
    """What each project's last delivery before tonight was decided to print beside its code."""
    if not codes:
        return {}
    rows = con.execute(
        f"""
        WITH last AS (
          SELECT project_code, max(delivery_id) AS delivery_id FROM lineage.decision
          WHERE field = 'project_code' AND {_BEFORE} AND project_code IN (SELECT unnest(?::VARCHAR[]))
          GROUP BY project_code
        )
        SELECT d.project_code, split_part(d.delivery_id, '@', 2), d.field, d.value
        FROM lineage.decision AS d JOIN last USING (project_code, delivery_id)
        WHERE d.value IS NOT NULL ORDER BY ALL
        """,
        [night.isoformat(), list(codes)],
    ).fetchall()
    beside: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    details: dict[str, dict[str, str]] = defaultdict(dict)
    for code, when, field, value in rows:
        if field in BESIDE_THE_CODE:
            beside[code, when][field] = value
        if is_detail(field):
            details[code][field] = value
    return {code: KnownProject(marks_from(own), when, details[code]) for (code, when), own in beside.items()}


def _agencies(con: duckdb.DuckDBPyConnection, night: date, tonight: Iterable[str]) -> dict[str, dict[str, int]]:
    """Code prefix → district → how many projects of earlier nights say so, but for those that `tonight` prints."""
    found: dict[str, dict[str, int]] = {}
    for prefix, names in agencies_before(con, night, tonight).items():
        districts = found.setdefault(prefix, {})
        for name, projects in names.items():
            districts[district_of(name)] = districts.get(district_of(name), 0) + projects
    return found


def agencies_before(con: duckdb.DuckDBPyConnection, night: date, tonight: Iterable[str]) -> dict[str, dict[str, int]]:
    """Code prefix → agency as printed → projects of earlier nights that are not delivered tonight."""
    rows = con.execute(
        "SELECT left(project_code, 4), value, count(DISTINCT project_code) FROM lineage.decision "
        f"WHERE field = 'agency_path[1]' AND value IS NOT NULL AND {_BEFORE} "
        "AND project_code NOT IN (SELECT unnest(?::VARCHAR[])) GROUP BY ALL ORDER BY ALL",
        [night.isoformat(), sorted(set(tonight))],
    ).fetchall()
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for prefix, name, projects in rows:
        found[prefix][name] = projects
    return dict(found)


def past_of(con: duckdb.DuckDBPyConnection, night: date, tonight: Iterable[str], asked: Asked) -> Past:
    """What earlier nights say to tonight's questions; projects delivered `tonight` do not vote for others here.

    Only what all copies of a project said is a vote: a value that votes once decided must not vote itself.
    """
    if not asked.own:
        return Past.nothing()
    return Past(_votes(con, night, sorted(set(tonight)), asked), _own(con, night, asked))


def _votes(
    con: duckdb.DuckDBPyConnection, night: date, tonight: Sequence[str], asked: Asked
) -> dict[tuple[str, str], int]:
    spelt = [(value, base, key) for (base, key), values in asked.spellings.items() for value in values]
    wanted = pd.DataFrame(spelt, columns=["value", "base", "text_key"], dtype="str")
    con.register("asked_texts", wanted)
    try:
        rows = con.execute(
            f"""
            SELECT a.base, a.text_key, count(DISTINCT d.project_code)
            FROM lineage.decision AS d JOIN asked_texts AS a ON a.value = d.value
            WHERE regexp_replace(d.field, '\\[[^\\]]*\\]', '', 'g') = a.base AND {_BEFORE}
              AND d.confidence IN ('agreed', 'single')
              AND d.project_code NOT IN (SELECT unnest(?::VARCHAR[]))
            GROUP BY ALL ORDER BY ALL
            """,
            [night.isoformat(), list(tonight)],
        ).fetchall()
    finally:
        con.unregister("asked_texts")
    return {(base, key): projects for base, key, projects in rows}


def _own(con: duckdb.DuckDBPyConnection, night: date, asked: Asked) -> dict[tuple[str, str], tuple[str, ...]]:
    """Keys of what each project's last delivery before tonight was decided to print, without contested values."""
    codes = sorted({code for code, _ in asked.own})
    rows = con.execute(
        f"""
        WITH last AS (
          SELECT project_code, max(delivery_id) AS delivery_id FROM lineage.decision
          WHERE {_BEFORE} AND project_code IN (SELECT unnest(?::VARCHAR[])) GROUP BY project_code
        )
        SELECT d.project_code, d.field, d.value FROM lineage.decision AS d JOIN last USING (project_code, delivery_id)
        WHERE d.value IS NOT NULL AND d.confidence <> 'contested' ORDER BY ALL
        """,
        [night.isoformat(), codes],
    ).fetchall()
    wanted = set(asked.own)
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for code, address, value in rows:
        place = code, field_base(address)
        if place in wanted:
            found[place].append(squash(value))
    return {place: tuple(dict.fromkeys(keys)) for place, keys in found.items()}
