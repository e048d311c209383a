"""The form and the warehouse tables as data: one registry that everything else is generated from.

`data/form/progress.toml` declares what is printed on the form, `data/form/warehouse.toml` what is published.
This module turns them into frozen objects and answers the questions the rooms ask: which labels are there,
which column does a field go to, what is a table's key.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as default
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal

Policy = Literal["identity", "typed", "register", "status", "name", "text", "long_text", "item", "whole"]
Reads = Literal["nothing", "labels", "paragraphs", "bullets", "reports", "signature"]

FORM_FOLDER = Path(__file__).resolve().parents[1] / "data" / "form"
EXPECTED = frozenset({"required", "unique", "regex", "min", "max", "set", "required_when", "nests_in"})
_ORDINAL = re.compile(r"\[[^\]]*\]")


@dataclass(frozen=True, slots=True)
class Field:
    """One value of the form: how it is typed, reconciled, published and described."""

    field: str
    kind: str
    policy: Policy
    section: str
    label: str
    th: str
    en: str
    table: str | None = None
    column: str | None = None
    type: str | None = None
    unit: str | None = None
    expect: Mapping[str, Any] = default(default_factory=dict, hash=False)
    severity: str = "check"
    is_list: bool = False
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """Something printed under a heading: its labels, the parser that reads it, the fields it yields."""

    section: str
    labels: tuple[str, ...]
    parser: str
    is_repeated: bool
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of the form in printed order, with every wording seen."""

    id: str
    order: int
    headings: tuple[str, ...]
    reads: Reads
    th: str
    en: str


@dataclass(frozen=True, slots=True)
class Column:
    """A published column: SQL type, descriptions, and the field of the form it holds (None for derived ones)."""

    name: str
    type: str
    th: str
    en: str
    unit: str | None = None
    field: str | None = None
    personal: bool = False
    expect: Mapping[str, Any] = default(default_factory=dict, hash=False)
    severity: str = "check"


@dataclass(frozen=True, slots=True)
class Table:
    """A published table: what one row is, its key, its columns in order."""

    schema: str
    name: str
    th: str
    en: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def qualified(self) -> str:
        """Name with its schema, as SQL writes it."""
        return f"{self.schema}.{self.name}"

    @property
    def column_names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)


@dataclass(frozen=True, eq=False)
class Form:
    """The whole registry."""

    id: str
    version: str
    th: str
    en: str
    titles: tuple[str, ...]
    furniture: tuple[str, ...]
    minimum_landmarks: int
    sections: tuple[Section, ...]
    entries: tuple[Entry, ...]
    tables: Mapping[str, Table]

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """Every field by its word, in the order of the form."""
        return {f.field: f for entry in self.entries for f in entry.fields}

    @cached_property
    def lists(self) -> tuple[tuple[Field, tuple[Field, ...]], ...]:
        """The lists of items, each with the fields that stand beside its items."""
        lists = [f for f in self.fields.values() if f.is_list and f.policy == "item"]
        return tuple((f, tuple(d for d in self.fields.values() if d.field.startswith(f"{f.field}."))) for f in lists)

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Where each field stands in the order of the form."""
        return {name: place for place, name in enumerate(self.fields)}

    @cached_property
    def heads(self) -> Mapping[str, str]:
        """The first field of the entry that each field is printed in."""
        return {f.field: entry.fields[0].field for entry in self.entries for f in entry.fields}

    def field_of(self, address: str) -> Field:
        """Return the registry's field behind an address: `targets[2]` → targets, `reports[3].date` → reports.date.

        Raises KeyError naming the address when the form has no such field.
        """
        found = self._by_address.get(address)
        if found is None:
            base = _ORDINAL.sub("", address)
            if base not in self.fields:
                raise KeyError(f"{address}: the form has no such field; see data/form/progress.toml")
            found = self._by_address[address] = self.fields[base]
        return found

    @cached_property
    def _by_address(self) -> dict[str, Field]:
        return dict(self.fields)

    def entries_of(self, section_id: str) -> tuple[Entry, ...]:
        """Entries printed under one heading."""
        return tuple(entry for entry in self.entries if entry.section == section_id)

    def columns_of(self, table: str) -> Iterator[Field]:
        """Fields published in one table, in the order of the form."""
        return (f for f in self.fields.values() if f.table == table)


@lru_cache(maxsize=4)
def load_form(folder: Path = FORM_FOLDER) -> Form:
    """Read the registry of one layout of the form (the bundled one unless a folder is named).

    Raises KeyError or ValueError naming the entry when the declaration is inconsistent.
    """
    declared = tomllib.loads((folder / "progress.toml").read_text(encoding="utf-8"))
    warehouse = tomllib.loads((folder / "warehouse.toml").read_text(encoding="utf-8"))
    head = declared["form"]
    entries = tuple(_entry(e) for e in declared["entry"])
    sections = tuple(
        Section(s["id"], order, tuple(s["headings"]), s["reads"], s["th"], s["en"])
        for order, s in enumerate(declared["section"])
    )
    return Form(
        id=head["id"],
        version=head["version"],
        th=head["th"],
        en=head["en"],
        titles=tuple(head["titles"]),
        furniture=tuple(head["furniture"]),
        minimum_landmarks=head["minimum_landmarks"],
        sections=sections,
        entries=entries,
        tables=_tables(warehouse, [f for e in entries for f in e.fields]),
    )


def _entry(declared: Mapping[str, Any]) -> Entry:
    labels = tuple(declared.get("labels", ()))
    fields = []
    for value in declared["value"]:
        options = {k: v for k, v in value.items() if k not in ("field", "kind", "policy")}
        fields.append(
            Field(
                field=value["field"],
                kind=value["kind"],
                policy=value["policy"],
                section=declared["section"],
                label=labels[0] if labels else value["th"],
                **options,
            )
        )
    return Entry(declared["section"], labels, declared["parser"], declared.get("is_repeated", False), tuple(fields))


def _tables(warehouse: Mapping[str, Any], fields: list[Field]) -> dict[str, Table]:
    tables: dict[str, Table] = {}
    for declared in warehouse["table"]:
        name = declared["name"]
        columns: list[Column] = []
        for item in declared["columns"]:
            columns = _with_columns(columns, item, name, fields, tables, warehouse["shared"])
        key = declared["key"]
        missing = [k for k in key if k not in {c.name for c in columns}]
        if missing:
            raise ValueError(f"data/form/warehouse.toml: key {missing} of {name} is no column of it")
        _check_expected(name, columns)
        columns.sort(key=lambda c: key.index(c.name) if c.name in key else len(key))
        tables[name] = Table(
            declared.get("schema", "main"), name, declared["th"], declared["en"], tuple(key), tuple(columns)
        )
    unknown = sorted({f.table for f in fields if f.table} - set(tables))
    if unknown:
        raise ValueError(f"data/form/progress.toml: fields name tables that warehouse.toml does not declare: {unknown}")
    return tables


def _with_columns(
    columns: list[Column],
    item: str | Mapping[str, Any],
    table: str,
    fields: list[Field],
    tables: Mapping[str, Table],
    shared: Mapping[str, Any],
) -> list[Column]:
    """Columns after one item of the declaration: a column, `#shared`, `@fields`, `@table NAME` or `-NAME`."""
    if not isinstance(item, str):
        return [*columns, Column(**item)]
    if item == "@fields":
        return columns + [_column_of(f) for f in fields if f.table == table]
    if item.startswith("@table "):
        return columns + list(tables[item.removeprefix("@table ")].columns)
    if item.startswith("-"):
        return [c for c in columns if c.name != item[1:]]
    if item.startswith("#"):
        return [*columns, Column(name=item[1:], **shared[item[1:]])]
    raise ValueError(f"data/form/warehouse.toml: {table}: {item!r} is no column, #shared, @fields, @table or -NAME")


def _check_expected(table: str, columns: list[Column]) -> None:
    names = {c.name for c in columns}
    for column in columns:
        unknown = sorted(set(column.expect) - EXPECTED)
        if unknown:
            raise ValueError(f"{column.name} of {table}: expect {unknown} is none of {', '.join(sorted(EXPECTED))}")
        for other in (column.expect[kind] for kind in ("required_when", "nests_in") if kind in column.expect):
            if other not in names:
                raise ValueError(f"{column.name} of {table} expects something of {other!r}, which is no column of it")


def _column_of(f: Field) -> Column:
    if f.column is None or f.type is None:
        raise ValueError(f"data/form/progress.toml: {f.field} names a table but no column and type")
    return Column(f.column, f.type, f.th, f.en, f.unit, f.field, f.personal, f.expect, f.severity)
