"""The files under data/reference: their columns, and what each line must hold. A wrong line is refused with its place.

A register that is wrong in one line must not decide anything, and a correction that cannot be applied must not be
passed over: every error is a ValueError naming file, line and what was expected. Values in, rows out; no I/O.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from typing import Any

from transform.correction_lines import check_line
from transform.dates import parse_date
from transform.form import load_form
from transform.mailboxes import mailbox
from transform.thai import squash

Place = str
Row = Mapping[str, str]
# how sure a line is: read on a form, general knowledge, or a guess that decides nothing
BASES = ("VERIFIED", "INFERRED", "GUESS")
LEVELS = ("issue", "sub_issue", "goal")


@dataclass(frozen=True)
class RegisterFile:
    """One register: the columns every line has, those it may have, what a line must hold, and what it claims.

    `claim`: of what a line speaks, what it says of it, and that in words. No two lines say different things of one.
    """

    name: str
    columns: tuple[str, ...]
    check: Callable[[Place, Row], None]
    optional: tuple[str, ...] = ()
    claim: Callable[[Row], tuple[object, str, str]] | None = None


def read_rows(files: Mapping[str, str], register: RegisterFile) -> Iterator[Row]:
    """Each line of a register as a row of stripped texts, checked; none when the file is missing.

    Columns that the register does not name are free; an optional column that the file lacks is empty.
    """
    return (row for _, row in read_lines(files, register))


def read_lines(files: Mapping[str, str], register: RegisterFile) -> Iterator[tuple[int, Row]]:
    """The same with the number of each line."""
    claimed: dict[object, tuple[str, str]] = {}
    for place, row in _rows(files, register):
        register.check(place, row)
        if register.claim is not None:
            about, claim, said = register.claim(row)
            before, said_before = claimed.setdefault(about, (claim, said))
            if before != claim:
                raise ValueError(f"{place}: {said_before}; keep one of the lines")
        yield int(place.rpartition(" ")[2]), row


def read_usable(files: Mapping[str, str], register: RegisterFile) -> tuple[list[tuple[int, Row]], list[str]]:
    """The lines that can be used, with their numbers, and why the others cannot (place, what was expected).

    For files that say who is told what: a wrong line in them takes part in no fact, and must not stop a night. Only a
    quote that is never closed, or a head without a column, ends the reading.
    """
    usable: list[tuple[int, Row]] = []
    faults: list[str] = []
    try:
        for place, row in _records(files, register):
            try:
                checked = _shaped(place, row, register)
                register.check(place, checked)
            except ValueError as error:
                faults.append(str(error))
            else:
                usable.append((int(place.rpartition(" ")[2]), checked))
    except ValueError as error:
        faults.append(f"{error}; of this file nothing more is used")
    return usable, faults


def _rows(files: Mapping[str, str], register: RegisterFile) -> Iterator[tuple[Place, Row]]:
    """Each row with its place; lines count as an editor counts them."""
    return ((place, _shaped(place, row, register)) for place, row in _records(files, register))


def _records(files: Mapping[str, str], register: RegisterFile) -> Iterator[tuple[Place, dict[Any, Any]]]:
    """What stands on each line, with its place; its columns are not looked at yet."""
    name, columns = register.name, register.columns
    text = StringIO(files.get(name, "").removeprefix("\ufeff"), newline="")
    reader = csv.DictReader(text, delimiter="\t" if name.endswith(".tsv") else ",", strict=True)
    expected = f"expected the columns {', '.join(columns)}"
    try:
        missing = [c for c in columns if c not in (reader.fieldnames or columns)]
        if missing:
            raise ValueError(f"data/reference/{name} line 1: no column {', '.join(missing)}; {expected}")
        for row in reader:
            yield f"data/reference/{name} line {reader.line_num}", row
    except csv.Error as error:
        raise ValueError(f"data/reference/{name} line {reader.line_num}: {error}; {expected}") from None


def _shaped(place: Place, row: Mapping[Any, Any], register: RegisterFile) -> Row:
    """A record as a row of the register's columns.

    DictReader puts what stands beyond the last column under None, and None where a column is missing.
    """
    if None in row or any(value is None for value in row.values()):
        given = sum(value is not None for key, value in row.items() if key is not None)
        given += len(row.get(None) or ())
        names = sum(key is not None for key in row)
        raise ValueError(
            f"{place}: {given} values where the head names {names} columns; "
            f"expected the columns {', '.join(register.columns)}, quote commas"
        )
    return {column: row.get(column, "").strip() for column in (*register.columns, *register.optional)}


# ---------------------------------------------------------------- what a line must hold

_PREFIX = re.compile(r"[0-9]{4}")
_PERIOD = re.compile(r"(25[0-9]{2})-(25[0-9]{2})")
_NUMBER = re.compile(r"[1-9][0-9]?(\.[1-9][0-9]?){0,2}")


def plan_period(fiscal_year_be: int) -> str:
    """The five-year plan a fiscal year falls in.

    >>> plan_period(2563), plan_period(2566), plan_period(2560)
    ('2561-2565', '2566-2570', '2556-2560')
    """
    first = fiscal_year_be - (fiscal_year_be - 2561) % 5
    return f"{first}-{first + 4}"


def _filled(place: Place, row: Row, *columns: str) -> None:
    for column in columns:
        if not row[column]:
            raise ValueError(f"{place}: the column {column} is empty; every line must fill it")


def _one_of(place: Place, row: Row, column: str, known: tuple[str, ...]) -> None:
    if row[column] not in known:
        raise ValueError(f"{place}: {column} {row[column]!r}; expected {', '.join(known[:-1])} or {known[-1]}")


def _basis(place: Place, row: Row) -> None:
    """A file may lack the column; where it has one, each line says how sure it is."""
    if row["basis"]:
        _one_of(place, row, "basis", BASES)


def _agency_code(place: Place, row: Row) -> None:
    if not _PREFIX.fullmatch(row["prefix"]):
        raise ValueError(f"{place}: {row['prefix']!r} is no agency code; expected the first 4 digits of project codes")
    _one_of(place, row, "status", BASES)
    _filled(place, row, "agency")


def _department(place: Place, row: Row) -> None:
    _filled(place, row, "name")
    _basis(place, row)


def _status_word(place: Place, row: Row) -> None:
    if row["field"] not in load_form().fields:
        raise ValueError(f"{place}: {row['field']!r} is no field of the form; see data/form/progress.toml")
    _filled(place, row, "word")
    _basis(place, row)


def _contact(place: Place, row: Row) -> None:
    _one_of(place, row, "kind", ("coordinator", "agency", "default", "head"))
    if mailbox(row["email"]) is None:
        raise ValueError(f"{place}: the column email holds no mail address; expected name@host")


def _person(place: Place, row: Row) -> None:
    _filled(place, row, "name")
    _one_of(place, row, "role", ("coordinator", "responsible"))
    _one_of(place, row, "basis", BASES)


def _division(place: Place, row: Row) -> None:
    _filled(place, row, "name")
    _one_of(place, row, "kind", ("district", "department"))
    _one_of(place, row, "basis", BASES)


def _strategy(place: Place, row: Row) -> None:
    years = _PERIOD.fullmatch(row["plan_period"])
    if years is None or plan_period(int(years[1])) != row["plan_period"]:
        raise ValueError(f"{place}: {row['plan_period']!r} is no plan period; expected 2561-2565, 2566-2570, …")
    _one_of(place, row, "level", LEVELS)
    parts = LEVELS.index(row["level"]) + 1
    if not _NUMBER.fullmatch(row["number"]) or row["number"].count(".") + 1 != parts:
        example = ("7", "7.2", "7.2.1")[parts - 1]
        raise ValueError(f"{place}: {row['number']!r} is no number of a {row['level']}; expected for example {example}")
    _filled(place, row, "text")
    _one_of(place, row, "basis", BASES)


def _confusion(place: Place, row: Row) -> None:
    _filled(place, row, "from")
    _one_of(place, row, "kind", ("harmless", "likely_misprint"))
    _one_of(place, row, "basis", BASES)
    left, right = squash(row["from"]), squash(row["to"])
    if left.isdigit() and right.isdigit():
        raise ValueError(f"{place}: two digits are never a standing confusion; which number is meant is substantive")
    if left == right and row["kind"] != "harmless":
        raise ValueError(f"{place}: {row['from']!r} and {row['to']!r} are the same after normalisation: harmless")


def _correction(place: Place, row: Row) -> None:
    _filled(place, row, "printed", "reason", "who", "when")
    check_line(place, row)


def _mute(place: Place, row: Row) -> None:
    _filled(place, row, "until", "reason", "who")
    if bool(row["finding_id"]) == bool(row["rule"]):
        raise ValueError(f"{place}: expected either a finding_id (from a mail) or a rule; project_code narrows a rule")
    for column in ("until", "when"):
        try:
            parse_date(row[column])
        except ValueError as error:
            raise ValueError(f"{place}: {column}: {error}") from error
    if parse_date(row["until"]) is None:
        raise ValueError(f"{place}: until: {row['until']!r} is no day; what is muted must come back one day")


# ---------------------------------------------------------------- the files


def _division_claim(row: Row) -> tuple[object, str, str]:
    return squash(row["name"]), row["kind"], f"{row['name']!r} is already a division of the kind {row['kind']}"


def _strategy_claim(row: Row) -> tuple[object, str, str]:
    """A number may have several wordings, and each wording one in English."""
    about = row["plan_period"], row["number"], squash(row["text"])
    return about, row["text_en"], f"{row['number']} {row['text']!r} is already {row['text_en']!r} in English"


def _confusion_claim(row: Row) -> tuple[object, str, str]:
    """A pair is one line, whichever way round."""
    pair = frozenset((row["from"], row["to"]))
    return pair, row["kind"], f"{row['from']!r} and {row['to']!r} are already {row['kind']}"


def _correction_claim(row: Row) -> tuple[object, str, str]:
    about = row["project_code"], row["field"], squash(row["printed"])
    return about, squash(row["right"]), f"{row['printed']!r} is already corrected to {row['right']!r}"


AGENCY_CODES = RegisterFile("agency_codes.tsv", ("prefix", "agency", "status"), _agency_code)
DEPARTMENTS = RegisterFile("departments.csv", ("name",), _department, ("basis",))
DIVISIONS = RegisterFile("divisions.csv", ("name", "kind", "basis"), _division, ("note",), _division_claim)
STATUS_WORDS = RegisterFile("status_words.csv", ("field", "word"), _status_word, ("basis",))
STRATEGIES = RegisterFile(
    "strategies.csv",
    ("plan_period", "number", "level", "text", "text_en", "basis"),
    _strategy,
    ("note",),
    _strategy_claim,
)
CONFUSIONS = RegisterFile("confusions.csv", ("from", "to", "kind", "basis"), _confusion, ("note",), _confusion_claim)
CONTACTS = RegisterFile("contacts.csv", ("kind", "name", "email"), _contact)
MUTES = RegisterFile("mutes.csv", ("finding_id", "rule", "project_code", "until", "reason", "who", "when"), _mute)
PEOPLE = RegisterFile("people.csv", ("name", "role", "basis"), _person, ("note",))
CORRECTIONS = RegisterFile(
    "corrections.csv",
    ("project_code", "field", "printed", "right", "reason", "who", "when"),
    _correction,
    claim=_correction_claim,
)
