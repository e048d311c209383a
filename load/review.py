"""What a person should look at: contested values, copies without a project, copies that were joined to one.

Everything comes with its readings and their places, and with ready-made lines for data/reference/corrections.csv.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from load.asked import addresses_of, field_of, project_of
from load.explain import Rule, rule_of
from load.publish import reading
from transform.correction_lines import TO_FILL_IN
from transform.corrections import as_compared
from transform.form import Form, load_form
from transform.identity import ANOTHERS_CODE
from transform.proposals import Difference, Line, differences
from transform.records import Evidence, Reading

_CODE = re.compile(r"\d{8}-\d{4}")
# a code that is misread differs by a digit or two from a known one; so many of the nearest are proposed
_MISREAD, _NEAREST = 2, 3


@dataclass(frozen=True, slots=True)
class CopyPlace:
    """A copy as a person finds it: file, which printing in the file, where it begins."""

    copy_id: str
    uri: str
    copy_no: int
    page: int
    line: int


@dataclass(frozen=True, slots=True)
class Contested:
    """A value that nothing decided: what is used now, by which rule, and each difference between its readings."""

    project_code: str
    project_name: str | None
    agency_code: str
    agency_name: str | None
    field: str
    th: str
    en: str
    value: str | None
    rule: Rule
    differences: tuple[Difference, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        """Ready-made lines, one for each reading that could be right."""
        return tuple(line for d in self.differences for option in d.options for line in option.lines)


@dataclass(frozen=True, slots=True)
class UnsureCopy:
    """A copy of no project, or (`project_code`) one that was joined to a project whose code it does not print."""

    place: CopyPlace
    printed_code: str | None
    project_code: str | None
    why: str | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """Everything to look at, by agency, project and field; the copies by file and place."""

    values: tuple[Contested, ...]
    unplaced: tuple[UnsureCopy, ...]
    joined: tuple[UnsureCopy, ...]
    copies: Mapping[str, CopyPlace]

    @property
    def lines(self) -> tuple[Line, ...]:
        """All ready-made lines, in the order in which they are shown."""
        of_values = tuple(line for value in self.values for line in value.lines)
        return of_values + tuple(line for copy in (*self.unplaced, *self.joined) for line in copy.lines)


def review(path: Path, project_codes: Collection[str] = (), agency: str | None = None) -> Review:
    """What is to be reviewed in the latest deliveries, of these projects and this agency only where they are named.

    Raises ValueError with the nearest known ones when a project is unknown.
    """
    form = load_form()
    with reading(path) as con:
        for code in project_codes:
            project_of(con, code)
        projects = _projects(con, sorted(set(project_codes)), agency)
        decided = _contested(con, form, sorted(projects))
        readings, places = _readings(con, decided)
        unplaced, joined = _unsure_copies(con)
        codes = [row[0] for row in con.execute("SELECT project_code FROM main.dim_project ORDER BY ALL").fetchall()]
    values = tuple(
        _value(form, code, projects[code], address, decided[code][address], readings[code, address])
        for code in sorted(projects, key=lambda c: (projects[c][1], c))
        for address in addresses_of(form, None, decided.get(code, ()))
    )
    without = [_unplaced(place, printed, why, codes) for place, printed, _, why in unplaced]
    is_all = not project_codes and agency is None
    return Review(
        values,
        tuple(c for c in without if is_all or any(line.right in projects for line in c.lines)),
        tuple(_joined(*copy) for copy in joined if copy[2] in projects),
        places,
    )


def _projects(
    con: duckdb.DuckDBPyConnection, codes: Sequence[str], agency: str | None
) -> dict[str, tuple[str | None, str, str | None]]:
    """Name, agency code and agency of each project that is looked at."""
    rows = con.execute(
        "SELECT project_code, project_name, agency_code, agency_name FROM main.dim_project "
        "WHERE (len(?::VARCHAR[]) = 0 OR project_code IN (SELECT unnest(?::VARCHAR[]))) "
        "AND agency_code = coalesce(?, agency_code)",
        [codes, codes, agency],
    ).fetchall()
    return {code: (name, agency_code, agency_name) for code, name, agency_code, agency_name in rows}


# ---------------------------------------------------------------- contested values

Decided = Mapping[str, Mapping[str, tuple[str | None, str]]]  # project code → field → value, rule


def _contested(con: duckdb.DuckDBPyConnection, form: Form, codes: Sequence[str]) -> Decided:
    """Contested values of the latest deliveries; a printed whole whose parts were decided one by one is none."""
    rows = con.execute(
        "SELECT d.project_code, d.field, d.value, d.rule FROM lineage.decision AS d "
        "JOIN main.dim_project AS p ON p.project_code = d.project_code "
        "AND d.delivery_id = p.project_code || '@' || strftime(p.last_seen, '%Y-%m-%d') "
        "WHERE d.confidence = 'contested' AND d.field <> 'project_code' "
        "AND d.project_code IN (SELECT unnest(?::VARCHAR[])) "
        "ORDER BY d.project_code, d.field",
        [codes],
    ).fetchall()
    found: dict[str, dict[str, tuple[str | None, str]]] = defaultdict(dict)
    for code, address, value, rule in rows:
        if not (_is_told_by_parts(form, address) and rule in ("parts", "ocr_only", "second_reader")):
            found[code][address] = value, rule
    return found


def _is_told_by_parts(form: Form, address: str) -> bool:
    field = field_of(form, address)
    return field is not None and field.policy == "whole" and field.field != "reports"


def _readings(
    con: duckdb.DuckDBPyConnection, decided: Decided
) -> tuple[Mapping[tuple[str, str], list[Reading]], dict[str, CopyPlace]]:
    """What the copies print for contested values, in the order of the copies; and where each copy begins."""
    places = [(code, address) for code, own in decided.items() for address in own]
    rows = con.execute(
        "SELECT e.project_code, e.field, e.copy_id, e.report_seq, e.page, e.line_first, e.line_last, e.char_from, "
        "e.char_to, e.raw, e.value, e.problem, e.is_cut, e.doubt, e.uri, e.ordinal, c.page_first, c.line_first "
        "FROM (SELECT unnest(?::VARCHAR[]) AS code, unnest(?::VARCHAR[]) AS field) AS p "
        "JOIN main.v_evidence AS e ON e.project_code = p.code AND e.field = p.field "
        "JOIN lineage.form_copy AS c ON c.copy_id = e.copy_id WHERE e.is_current "
        "ORDER BY e.project_code, e.field, e.is_truncated, e.uri, e.ordinal, e.page, e.line_first, e.char_from",
        [[code for code, _ in places], [address for _, address in places]],
    ).fetchall()
    found: dict[tuple[str, str], list[Reading]] = defaultdict(list)
    copies: dict[str, CopyPlace] = {}
    for code, address, copy_id, seq, page, first, last, start, end, raw, value, problem, is_cut, doubt, *copy in rows:
        evidence = Evidence(page, first, last, start, end, raw)
        found[code, address].append(Reading(copy_id, address, seq, evidence, value, problem, is_cut, doubt))
        copies[copy_id] = CopyPlace(copy_id, *copy)
    return found, copies


def _value(
    form: Form,
    code: str,
    project: tuple[str | None, str, str | None],
    address: str,
    decided: tuple[str | None, str],
    readings: Sequence[Reading],
) -> Contested:
    name, agency_code, agency_name = project
    value, rule = decided
    field = form.field_of(address)
    found = differences(code, address, field, as_compared(readings, field), value)
    return Contested(
        code, name, agency_code, agency_name, address, field.th, field.en, value, rule_of(rule), found
    )  # fmt: skip


# ---------------------------------------------------------------- copies

FoundCopy = tuple[CopyPlace, str | None, str | None, str | None]  # place, printed code, project, why


def _unsure_copies(con: duckdb.DuckDBPyConnection) -> tuple[list[FoundCopy], list[FoundCopy]]:
    """Copies without a project of files that no later one replaced; and copies joined, in latest deliveries.

    A copy that a reviewed line has placed is neither.
    """
    rows: list[tuple[Any, ...]] = con.execute(
        "SELECT c.copy_id, c.uri, c.ordinal, c.page_first, c.line_first, c.printed_code, c.project_code, "
        "c.identity_note FROM lineage.form_copy AS c "
        "LEFT JOIN main.dim_project AS p ON p.project_code = c.project_code "
        "LEFT JOIN lineage.correction AS k ON k.project_code = c.copy_id AND k.state = 'applied' "
        "WHERE k.line IS NULL AND (c.project_code IS NULL AND NOT EXISTS (FROM lineage.source_file AS s "
        "WHERE s.uri = c.uri AND s.night > c.night) "
        "OR c.project_code IS NOT NULL AND c.identity_note IS NOT NULL AND c.night = p.last_seen) "
        "ORDER BY c.uri, c.ordinal, c.copy_id"
    ).fetchall()
    found: list[FoundCopy] = [(CopyPlace(*row[:5]), *row[5:]) for row in rows]
    return [c for c in found if c[2] is None], [c for c in found if c[2] is not None]


def _unplaced(place: CopyPlace, printed: str | None, why: str | None, codes: Sequence[str]) -> UnsureCopy:
    """A copy of no project, with a line for each project it could be of, or one to fill in."""
    right = _could_be(printed, why, codes) or [TO_FILL_IN]
    return UnsureCopy(place, printed, None, why, tuple(_assigned(place, printed, code) for code in right))


def _joined(place: CopyPlace, printed: str | None, project_code: str | None, why: str | None) -> UnsureCopy:
    return UnsureCopy(place, printed, project_code, why, (_assigned(place, printed, project_code or TO_FILL_IN),))


def _assigned(place: CopyPlace, printed: str | None, code: str) -> Line:
    return Line(place.copy_id, "project_code", " ".join((printed or "-").split()) or "-", code)


def _could_be(printed: str | None, why: str | None, codes: Sequence[str]) -> list[str]:
    """Codes that are printed or named as the reason, then known ones at most two digits away, nearest first."""
    named = [*_CODE.findall(printed or ""), *_CODE.findall(why or "")]
    if why is not None and ANOTHERS_CODE in why:  # never propose the project that it was kept apart from
        named, codes = [], [code for code in codes if code not in named]
    text = "".join((printed or "").split())
    near = sorted(
        (sum(a != b for a, b in zip(text, code, strict=True)), code) for code in codes if len(code) == len(text)
    )
    return list(dict.fromkeys([*named, *(code for far, code in near if far <= _MISREAD)][: _NEAREST + len(named)]))
