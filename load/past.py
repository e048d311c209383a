"""What the writer's warehouse knows of nights before tonight: projects beside their codes, texts that projects print.

Everything is asked for by night, so that a night loaded late, twice or again says the same.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

import duckdb
import pandas as pd

from extract.fault_points import at
from transform.addresses import field_base
from transform.damaged_codes import codes_near
from transform.known_projects import Known, KnownProject, heads_of
from transform.marks import BESIDE_THE_CODE, district_of, marks_from
from transform.past import Asked, Past
from transform.sightings import is_detail
from transform.thai import squash

# heads of a code have a fixed length
_ANY_CODE = "50390000-3367"


def known_projects(
    con: duckdb.DuckDBPyConnection, night: date, printed: Sequence[str], damaged: Sequence[str] = ()
) -> Known:
    """The projects of earlier nights that tonight's codes can be, and the agencies that all earlier codes stand for.

    `printed`: readable codes; `damaged`: what stands where a code cannot be read.
    """
    codes = set(_delivered_near(con, night, printed))
    if damaged:
        codes.update(codes_near(damaged, _delivered_before(con, night)))
    heads = _heads(con, night)
    return Known(_projects(con, night, sorted(codes)), _agencies(con, night, printed) if heads else {}, heads)


def _delivered_before(con: duckdb.DuckDBPyConnection, night: date) -> list[str]:
    """Codes of all projects of earlier nights."""
    rows = con.execute(
        "SELECT DISTINCT project_code FROM lineage.delivery WHERE night < ? ORDER BY project_code", [night]
    ).fetchall()
    return [row[0] for row in rows]


def _delivered_near(con: duckdb.DuckDBPyConnection, night: date, printed: Sequence[str]) -> list[str]:
    """Codes of projects of earlier nights that are `printed`, or differ from one of these in one digit."""
    rows = con.execute(
        """
        WITH asked AS (SELECT unnest(?::VARCHAR[]) AS code),
        placed AS (SELECT code, unnest(range(length(code))) AS place FROM asked),
        near AS (
          SELECT left(code, place) || digit || substr(code, place + 2) AS code
          FROM placed, range(10) AS digits(digit) WHERE substr(code, place + 1, 1) BETWEEN '0' AND '9'
        )
        SELECT DISTINCT project_code FROM lineage.delivery
        WHERE night < ? AND project_code IN (SELECT code FROM near UNION ALL SELECT code FROM asked)
        ORDER BY project_code
        """,
        [list(printed), night],
    ).fetchall()
    return [row[0] for row in rows]


def _heads(con: duckdb.DuckDBPyConnection, night: date) -> Counter[str]:
    """How many codes of earlier nights begin alike (transform.known_projects.heads_of), counted by the database."""
    unit, block = (len(head) for head in heads_of(_ANY_CODE))
    rows = con.execute(
        f"SELECT unnest([left(project_code, {unit}), left(project_code, {block})]) AS head, count(*) "
        "FROM (SELECT DISTINCT project_code FROM lineage.delivery WHERE night < ?) GROUP BY head ORDER BY head",
        [night],
    ).fetchall()
    return Counter(dict(rows))


def _projects(con: duckdb.DuckDBPyConnection, night: date, codes: Sequence[str]) -> dict[str, KnownProject]:
    """What each project's last delivery before tonight was decided to print beside its code."""
    beside: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    details: dict[str, dict[str, str]] = defaultdict(dict)
    for code, when, field, value, _ in _last_decisions(con, night, codes):
        if field in BESIDE_THE_CODE:
            beside[code, when][field] = value
        if is_detail(field):
            details[code][field] = value
    return {code: KnownProject(marks_from(own), when, details[code]) for (code, when), own in beside.items()}


def _last_decisions(
    con: duckdb.DuckDBPyConnection, night: date, codes: Sequence[str]
) -> list[tuple[str, str, str, str, str]]:
    """What the last delivery of each project before tonight was decided to print, in a fixed order: code, its night
    (ISO), field, value, confidence."""
    if not codes:
        return []
    return con.execute(
        """
        WITH last AS (
          SELECT project_code, max(night) AS night FROM lineage.delivery
          WHERE night < ? AND project_code IN (SELECT unnest(?::VARCHAR[])) GROUP BY project_code
        )
        SELECT d.project_code, CAST(d.night AS VARCHAR), d.field, d.value, d.confidence
        FROM lineage.decision AS d JOIN last ON last.project_code = d.project_code AND last.night = d.night
        WHERE d.value IS NOT NULL ORDER BY ALL
        """,
        [night, list(codes)],
    ).fetchall()


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
        "SELECT agency_code, agency_name, count(DISTINCT project_code) FROM main.dim_project_history "
        "WHERE agency_name IS NOT NULL AND valid_from < ? "
        "AND project_code NOT IN (SELECT unnest(?::VARCHAR[])) GROUP BY ALL ORDER BY ALL",
        [night, sorted(set(tonight))],
    ).fetchall()
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for prefix, name, projects in rows:
        found[prefix][name] = projects
    return dict(found)


def past_of(con: duckdb.DuckDBPyConnection, night: date, tonight: Iterable[str], asked: Asked) -> Past:
    """What earlier nights say to tonight's questions; projects delivered `tonight` do not vote for others here.

    Only what all copies of a project said is a vote: a value that votes once decided must not vote itself.
    """
    at("reconcile.asked")
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
            """
            SELECT a.base, a.text_key, count(DISTINCT t.project_code)
            FROM lineage.project_text AS t JOIN asked_texts AS a ON a.value = t.text AND a.base = t.field
            WHERE t.first_night < ? AND t.project_code NOT IN (SELECT unnest(?::VARCHAR[]))
            GROUP BY ALL ORDER BY ALL
            """,
            [night, list(tonight)],
        ).fetchall()
    finally:
        con.unregister("asked_texts")
    return {(base, key): projects for base, key, projects in rows}


def _own(con: duckdb.DuckDBPyConnection, night: date, asked: Asked) -> dict[tuple[str, str], tuple[str, ...]]:
    """Keys of what each project's last delivery before tonight was decided to print, without contested values."""
    codes = sorted({code for code, _ in asked.own})
    wanted = set(asked.own)
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for code, _, address, value, confidence in _last_decisions(con, night, codes):
        place = code, field_base(address)
        if place in wanted and confidence != "contested":
            found[place].append(squash(value))
    return {place: tuple(dict.fromkeys(keys)) for place, keys in found.items()}
