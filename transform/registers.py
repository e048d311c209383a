"""Registers: what is known besides the forms. Values only; the files under data/reference are read by the flows."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from io import StringIO

from transform.form import load_form
from transform.thai import squash
from transform.values import correct


@dataclass(frozen=True, slots=True)
class AgencyCode:
    """First four digits of project codes and the agency they stand for; `status` VERIFIED, INFERRED or GUESS."""

    prefix: str
    agency: str
    status: str


@dataclass(frozen=True, slots=True)
class Correction:
    """A reviewed correction: for this project and field, where `printed` is read, `right` is meant."""

    project_code: str
    field: str
    printed: str
    right: str
    reason: str
    who: str
    when: str


@dataclass(frozen=True, slots=True)
class Contact:
    """Where mail for a coordinator or an agency goes; `kind` is coordinator, agency or default."""

    kind: str
    name: str
    email: str


@dataclass(frozen=True)
class Registers:
    """All registers of one night. Empty registers are allowed: the rules that need them then decide nothing."""

    agency_codes: tuple[AgencyCode, ...] = ()
    departments: tuple[str, ...] = ()
    status_words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # field → known words
    corrections: tuple[Correction, ...] = ()
    contacts: tuple[Contact, ...] = ()
    people: tuple[str, ...] = ()

    @cached_property
    def agencies(self) -> tuple[str, ...]:
        """Every known agency name as a comparing key, longest first."""
        names = {squash(a.agency) for a in self.agency_codes} | {squash(d) for d in self.departments}
        return tuple(sorted(names, key=lambda n: (-len(n), n)))

    @cached_property
    def status_keys(self) -> Mapping[str, frozenset[str]]:
        """Known status words of each field as comparing keys."""
        return {name: frozenset(squash(w) for w in words) for name, words in self.status_words.items()}

    @cached_property
    def people_keys(self) -> frozenset[str]:
        """Known people (contacts of coordinators and listed names) as comparing keys."""
        known = [*self.people, *(c.name for c in self.contacts if c.kind == "coordinator")]
        return frozenset(squash(p) for p in known)

    @cached_property
    def corrections_by_place(self) -> Mapping[tuple[str, str], tuple[Correction, ...]]:
        """Corrections by (project code, field address), in the order of the file."""
        found: dict[tuple[str, str], tuple[Correction, ...]] = {}
        for c in self.corrections:
            found[c.project_code, c.field] = (*found.get((c.project_code, c.field), ()), c)
        return found


def read_registers(files: Mapping[str, str]) -> Registers:
    """Build the registers from the texts under data/reference, by file name; a missing file is an empty register.

    Raises ValueError naming file, line and what was expected when a row is not well-formed: a register that is wrong
    in one line must not decide anything, and a correction that cannot be applied must not be passed over.
    """
    status: dict[str, tuple[str, ...]] = {}
    for place, row in _rows(files, "status_words.csv", ("field", "word")):
        if row["field"] not in load_form().fields:
            raise ValueError(f"{place}: {row['field']!r} is no field of the form; see data/form/progress.toml")
        status[row["field"]] = (*status.get(row["field"], ()), _filled(place, row, "word"))
    return Registers(
        agency_codes=tuple(
            _agency_code(place, row)
            for place, row in _rows(files, "agency_codes.tsv", ("prefix", "agency", "status"), "\t")
        ),
        departments=tuple(_filled(place, row, "name") for place, row in _rows(files, "departments.csv", ("name",))),
        status_words=status,
        corrections=_corrections(files),
        contacts=tuple(_contact(place, row) for place, row in _rows(files, "contacts.csv", ("kind", "name", "email"))),
    )


_CORRECTION = ("project_code", "field", "printed", "right", "reason", "who", "when")
_CODE = re.compile(r"[0-9]{8}-[0-9]{4}")
_PREFIX = re.compile(r"[0-9]{4}")
# kinds that values.correct takes as they stand, and what their columns hold
_PLAIN_KINDS = {"integer": re.compile(r"[0-9]{1,4}"), "dotted": re.compile(r"[0-9]{1,2}(\.[0-9]{1,2}){0,3}")}
_LIST_ITEM = re.compile(r"\[[1-9]\d*\]")
_ROW_ITEM = re.compile(r"reports\[[1-9]\d*(#[1-9]\d*)?\]\.[a-z_]+")

Place = str
Row = dict[str, str]


def _agency_code(place: Place, row: Row) -> AgencyCode:
    if not _PREFIX.fullmatch(row["prefix"]):
        raise ValueError(f"{place}: {row['prefix']!r} is no agency code; expected the first 4 digits of project codes")
    if row["status"] not in ("VERIFIED", "INFERRED", "GUESS"):
        raise ValueError(f"{place}: status {row['status']!r}; expected VERIFIED, INFERRED or GUESS")
    return AgencyCode(row["prefix"], _filled(place, row, "agency"), row["status"])


def _contact(place: Place, row: Row) -> Contact:
    if row["kind"] not in ("coordinator", "agency", "default"):
        raise ValueError(f"{place}: kind {row['kind']!r}; expected coordinator, agency or default")
    if row["email"].count("@") != 1 or any(c.isspace() for c in row["email"]):
        raise ValueError(f"{place}: {row['email']!r} is no mail address; expected name@host")
    return Contact(row["kind"], row["name"], row["email"])


def _corrections(files: Mapping[str, str]) -> tuple[Correction, ...]:
    found: dict[tuple[str, str, str], Correction] = {}
    for place, row in _rows(files, "corrections.csv", _CORRECTION):
        for column in ("printed", "reason", "who", "when"):
            _filled(place, row, column)
        if not _CODE.fullmatch(row["project_code"]):
            raise ValueError(
                f"{place}: {row['project_code']!r} is no project code; expected 8 digits, a dash and 4 digits"
            )
        _check_right(place, row["field"], row["right"])
        correction = Correction(**{column: row[column] for column in _CORRECTION})
        key = correction.project_code, correction.field, squash(correction.printed)
        if key in found and squash(found[key].right) != squash(correction.right):
            raise ValueError(
                f"{place}: {row['printed']!r} is already corrected to {found[key].right!r}; keep one of the lines"
            )
        found.setdefault(key, correction)
    return tuple(found.values())


def _check_right(place: Place, address: str, right: str) -> None:
    """Raise ValueError unless the address is a value that can be corrected, and `right` is one of its kind."""
    form = load_form()
    try:
        field = form.field_of(address)
    except KeyError as error:
        raise ValueError(f"{place}: {error.args[0]}") from None
    if field.policy in ("identity", "whole"):
        remedy = f"correct its parts ({field.field}.…)" if field.policy == "whole" else "correct the source document"
        raise ValueError(f"{place}: {address} as a whole cannot be corrected here; {remedy}")
    if field.field.startswith("reports.") and not _ROW_ITEM.fullmatch(address):
        raise ValueError(
            f"{place}: {address!r} names no report; expected for example reports[3].{field.field.split('.')[1]}"
        )
    base = next((f.field for f in form.fields.values() if f.is_list and field.field.startswith(f.field)), None)
    if base is not None and not _LIST_ITEM.match(address.removeprefix(base)):
        raise ValueError(f"{place}: {address!r} names no item of a list; expected for example {base}[1]")
    try:
        value = correct(field.kind, right)
    except ValueError as error:
        raise ValueError(f"{place}: {address}: {error}") from None
    shape = _PLAIN_KINDS.get(field.kind)
    if shape is not None and value is not None and not shape.fullmatch(value):
        raise ValueError(f"{place}: {address}: {right!r} is no number; expected digits such as 7 or 7.2")


def _filled(place: Place, row: Row, column: str) -> str:
    if not row[column]:
        raise ValueError(f"{place}: the column {column} is empty; every line must fill it")
    return row[column]


def _rows(
    files: Mapping[str, str], name: str, columns: tuple[str, ...], delimiter: str = ","
) -> Iterator[tuple[Place, Row]]:
    """Each row of a register with its place; lines count as an editor counts them."""
    reader = csv.DictReader(
        StringIO(files.get(name, "").removeprefix("\ufeff"), newline=""), delimiter=delimiter, strict=True
    )
    expected = f"expected the columns {', '.join(columns)}"
    try:
        missing = [c for c in columns if c not in (reader.fieldnames or columns)]
        if missing:
            raise ValueError(f"data/reference/{name} line 1: no column {', '.join(missing)}; {expected}")
        for row in reader:
            place = f"data/reference/{name} line {reader.line_num}"
            # DictReader puts what stands beyond the last column under None, and None where a column is missing
            if None in row or any(value is None for value in row.values()):
                given = sum(value is not None for key, value in row.items() if key is not None)
                given += len(row.get(None) or ())
                names = len(reader.fieldnames or ())
                raise ValueError(
                    f"{place}: {given} values where the head names {names} columns; {expected}, quote commas"
                )
            yield place, {column: row[column].strip() for column in columns}
    except csv.Error as error:
        raise ValueError(f"data/reference/{name} line {reader.line_num}: {error}; {expected}") from None
