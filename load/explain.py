"""Why a published value is what it is: every reading of it, the rule that chose, and what it was on earlier nights."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb

from load.asked import addresses_of, field_of, project_of
from load.publish import reading
from transform.form import FORM_FOLDER, Form, load_form
from transform.records import OCR, SECOND_READER


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of reconciling, in words."""

    id: str
    th: str
    en: str
    change_th: str
    change_en: str


@dataclass(frozen=True, slots=True)
class Witness:
    """What one copy says, and where it says it. `is_chosen`: it says the chosen value; `doubt`: of its reader."""

    copy_id: str
    copy_no: int
    uri: str
    page: int
    line_first: int
    line_last: int
    raw: str
    value: str | None
    problem: str | None
    is_cut: bool
    doubt: str | None
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A line of data/reference/corrections.csv that applied: where `printed` was read, `right` is meant."""

    line: int
    printed: str
    right: str
    reason: str
    who: str
    when: str


@dataclass(frozen=True, slots=True)
class Past:
    """What was chosen on one night, and where it stands first; None where no reading says it as it was chosen."""

    night: date
    value: str | None
    rule: str
    confidence: str
    uri: str | None = None
    page: int | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Explained:
    """One value: what was chosen by which rule, the readings it was chosen from, and its history, newest night first.

    `rule` is None where the form has such a field and no copy of the latest delivery prints it.
    """

    field: str
    th: str
    en: str
    column: str | None
    value: str | None
    rule: Rule | None
    confidence: str | None
    is_decidable: bool | None
    is_correction: bool
    is_conflict: bool
    readings: tuple[Witness, ...]
    history: tuple[Past, ...]
    grounds: str | None = None
    corrections: tuple[Reviewed, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """A project as of its latest delivery, and the values that were asked about, in the order of the form."""

    project_code: str
    project_name: str | None
    night: date
    fields: tuple[Explained, ...]


@lru_cache(maxsize=1)
def load_rules(path: Path = FORM_FOLDER / "rules.toml") -> Mapping[str, Rule]:
    """Rules by id, in their fixed order."""
    return {rule["id"]: Rule(**rule) for rule in tomllib.loads(path.read_text(encoding="utf-8"))["rule"]}


def why(path: Path, project_code: str, field: str | None = None) -> Explanation:
    """Explain one value of a project, a group of them, or (None) all.

    `field` is an address (`targets[1]`), a group (`coordinator`, `reports[3]`, `targets`) or a published column
    (`budget_received_baht`). Raises ValueError with the nearest known ones when the project or the field is unknown.
    """
    form = load_form()
    with reading(path) as con:
        project = project_of(con, project_code)
        decisions = _decisions(con, project_code)
        addresses = addresses_of(form, field, decisions)
        witnesses = _witnesses(con, project_code, addresses)
        places = _places(con, project_code, addresses)
        reviewed = _reviewed(con, project_code)
    name, night = project
    fields = tuple(
        replace(
            _explained(form, address, decisions.get(address, []), witnesses, places, night),
            corrections=tuple(reviewed.get(address, ())),
        )
        for address in addresses
    )
    return Explanation(project_code, name, night, fields)


def _decisions(con: duckdb.DuckDBPyConnection, code: str) -> dict[str, list[tuple[Any, ...]]]:
    """Decisions of every field, newest night first: night, value, rule, confidence, decidable, readings, grounds."""
    rows = con.execute(
        "SELECT field, night, value, rule, confidence, is_decidable, "
        "distinct_readings, grounds FROM lineage.decision WHERE project_code = ? ORDER BY field, night DESC",
        [code],
    ).fetchall()
    found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for field, *rest in rows:
        found[field].append(tuple(rest))
    return found


def _witnesses(con: duckdb.DuckDBPyConnection, code: str, addresses: Sequence[str]) -> dict[str, list[Witness]]:
    rows = con.execute(
        "SELECT field, copy_id, ordinal, uri, page, line_first, line_last, raw, value, problem, is_cut, doubt, "
        "is_chosen FROM main.v_evidence WHERE project_code = ? AND is_current AND copy_id IS NOT NULL "
        "AND field IN (SELECT unnest(?::VARCHAR[])) "
        "ORDER BY field, is_truncated, uri, ordinal, page, line_first, char_from",
        [code, list(addresses)],
    ).fetchall()
    found: dict[str, list[Witness]] = defaultdict(list)
    for field, *rest in rows:
        found[field].append(Witness(*rest))
    return found


def _places(
    con: duckdb.DuckDBPyConnection, code: str, addresses: Sequence[str]
) -> dict[tuple[str, date], tuple[str, int, int]]:
    """(field, night) → file, page and line of the first reading that says what was chosen then."""
    rows = con.execute(
        "SELECT field, night, uri, page, line_first FROM main.v_evidence WHERE project_code = ? AND is_chosen "
        "AND field IN (SELECT unnest(?::VARCHAR[])) "
        "ORDER BY field, night, is_truncated, uri, ordinal, page, line_first, char_from",
        [code, list(addresses)],
    ).fetchall()
    found: dict[tuple[str, date], tuple[str, int, int]] = {}
    for field, night, *place in rows:
        found.setdefault((field, night), tuple(place))
    return found


def _reviewed(con: duckdb.DuckDBPyConnection, code: str) -> dict[str, list[Reviewed]]:
    """Corrections that apply to the latest delivery, by field; those that place a copy are about the code."""
    rows = con.execute(
        'SELECT field, line, printed, "right", reason, who, "when" FROM lineage.correction '
        "WHERE state = 'applied' AND (project_code = $code OR (field = 'project_code' AND \"right\" = $code)) "
        "ORDER BY line",
        {"code": code},
    ).fetchall()
    found: dict[str, list[Reviewed]] = defaultdict(list)
    for field, *rest in rows:
        found[field].append(Reviewed(*rest))
    return found


def _explained(
    form: Form,
    address: str,
    decided: Sequence[tuple[Any, ...]],
    witnesses: Mapping[str, Sequence[Witness]],
    places: Mapping[tuple[str, date], tuple[str, int, int]],
    night: date,
) -> Explained:
    field = field_of(form, address)
    current = decided[0] if decided and decided[0][0] == night else None
    _, value, rule, confidence, is_decidable, distinct, grounds = current or (night, None, None, None, None, 0, None)
    return Explained(
        field=address,
        th=field.th if field else address,
        en=field.en if field else address,
        column=f"{field.table}.{field.column}" if field and field.table else None,
        value=value,
        rule=rule_of(rule) if rule else None,
        confidence=confidence,
        is_decidable=is_decidable,
        is_correction=rule == "correction",
        is_conflict=distinct > 1,
        readings=tuple(witnesses.get(address, ())),
        history=tuple(Past(*row[:4], *places.get((address, row[0]), ())) for row in decided),
        grounds=grounds,
    )


def rule_of(id: str) -> Rule:
    """A rule in words, also one that rules.toml does not describe."""
    nowhere = "data/form/rules.toml does not describe this rule"
    return load_rules().get(id) or Rule(id, nowhere, nowhere, nowhere, nowhere)


def as_json(explanation: Explanation) -> dict[str, Any]:
    """Return the explanation as plain JSON values; dates ISO."""

    def plain(value: Any) -> Any:
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, dict):
            return {k: plain(v) for k, v in value.items()}
        return [plain(v) for v in value] if isinstance(value, (list, tuple)) else value

    result: dict[str, Any] = plain(asdict(explanation))
    return result


def as_text(explanation: Explanation) -> str:
    """Return the explanation for a terminal: the value, each reading with its place, the rule, what was before.

    Where several values are explained, the rule is told in words for those on which copies disagree.
    """
    lines = [
        f"{explanation.project_code}  {explanation.project_name or ''}".rstrip(),
        f"latest delivery {explanation.night.isoformat()}",
    ]
    for field in explanation.fields:
        in_words = len(explanation.fields) == 1 or field.is_conflict or field.is_correction
        lines += [
            "",
            f"{field.field}  {field.th} · {field.en}",
            *(f"  {line}" for line in _field_lines(field, in_words)),
        ]
    return "\n".join(lines)


def _field_lines(field: Explained, in_words: bool) -> list[str]:
    if field.rule is None:
        return ["value    – no copy of the latest delivery prints it", *_history_lines(field)]
    doubt = "" if field.is_decidable else ", undecided"
    lines = [f"value    {_shown(field.value)}   ({field.confidence}{doubt})"]
    if field.column:
        lines.append(f"column   {field.column}")
    for reviewed in field.corrections:
        lines += [
            f"reviewed {reviewed.who} {reviewed.when}: {_shown(reviewed.printed)} → {_shown(reviewed.right or None)}",
            f"         {reviewed.reason} (data/reference/corrections.csv line {reviewed.line})",
        ]
    for i, witness in enumerate(field.readings):
        lines.append(f"{'readings' if i == 0 else '':<9}{'✓' if witness.is_chosen else ' '} {_witness_line(witness)}")
    lines.append(f"rule     {field.rule.id}" + (f": {field.rule.th}" if in_words else ""))
    if in_words:
        lines.append(f"         {field.rule.en}")
    if field.grounds:
        first, *more = field.grounds.split("\n")
        lines += [f"grounds  {first}", *(f"         {line}" for line in more)]
    if in_words:
        lines += [f"changes  {field.rule.change_th}", f"         {field.rule.change_en}"]
    return lines + _history_lines(field)


def _witness_line(witness: Witness) -> str:
    place = f"{witness.uri} copy {witness.copy_no} p.{witness.page} L{witness.line_first}"
    if witness.line_last != witness.line_first:
        place += f"-{witness.line_last}"
    remarks = ["cut off by the end of the copy" if witness.is_cut else witness.problem, _doubt_in_words(witness.doubt)]
    return f"{place}: {_shown(witness.raw)}" + "".join(f" ({remark})" for remark in remarks if remark)


def _doubt_in_words(doubt: str | None) -> str | None:
    if doubt is None or doubt == OCR:
        return doubt and "recognised in a picture"
    return f"another PDF reader sees {doubt.removeprefix(SECOND_READER)}"


def _history_lines(field: Explained) -> list[str]:
    """Nights on which the value became what it was, newest first; nothing when it never changed."""
    older = (*field.history[1:], None)[: len(field.history)]
    changes = [past for past, old in zip(field.history, older, strict=True) if old is None or old.value != past.value]
    if len(changes) < 2 and field.rule is not None:
        return []
    lines = [f"from {past.night.isoformat()}  {_shown(past.value)}  ({past.rule}{_read_at(past)})" for past in changes]
    return [f"{'history' if i == 0 else '':<9}{line}" for i, line in enumerate(lines)]


def _read_at(past: Past) -> str:
    return f"; {past.uri} p.{past.page} L{past.line}" if past.uri else ""


def _shown(text: str | None) -> str:
    """Return a text on one line; – for none."""
    return "–" if text is None else " ⏎ ".join(part.strip() for part in text.split("\n") if part.strip())
