"""The analysts' questions as views and macros of the warehouse, each with comments in Thai and English.

They are declared by theme in load/views/*.toml: what each answers, its SQL, and the columns that no table describes.
The SQL is what DuckDB 1.2 and every later client understands. Calculated amounts are CAST: versions give them other
types, and an older client refuses a view whose columns are of another type than its own.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb

from load.schema import described, literal, quoted
from transform.form import Column, Form, Table, load_form

FOLDER = Path(__file__).with_name("views")
# in the order in which they can be created: a view may use those of the themes before it
THEMES = ("calendar", "progress", "money", "reporting", "programmes", "evidence", "quality")


@dataclass(frozen=True, slots=True)
class View:
    """A published view: the question it answers, its SQL, and the columns that no table describes."""

    name: str
    th: str
    en: str
    sql: str
    columns: Mapping[str, Mapping[str, Any]]

    @property
    def comment(self) -> str:
        """The question, in Thai and English."""
        return described(self.th, self.en)

    @property
    def source(self) -> str:
        """What stands after FROM to see its columns."""
        return f"main.{self.name}"


@dataclass(frozen=True, slots=True)
class Macro:
    """A published macro: a question with parameters (a table) or a small function (`expression`, one value)."""

    name: str
    th: str
    en: str
    parameters: tuple[str, ...]  # each as "name TYPE"; DuckDB itself keeps only the names
    example: str
    sql: str
    is_table: bool
    columns: Mapping[str, Mapping[str, Any]]

    @property
    def comment(self) -> str:
        """The question, in Thai and English."""
        return described(self.th, self.en)

    @property
    def signature(self) -> str:
        """Name and parameters as a query writes them.

        >>> Macro("be_year", "ปี", "year", ("d DATE",), "be_year(current_date)", "year(d)", False, {}).signature
        'be_year(d)'
        """
        return f"{self.name}({', '.join(p.split()[0] for p in self.parameters)})"

    @property
    def source(self) -> str:
        """What stands after FROM to see its columns."""
        return f"main.{self.example}" if self.is_table else f"(SELECT {self.example} AS {self.name})"

    @property
    def kind(self) -> str:
        """How COMMENT ON calls it."""
        return "MACRO TABLE" if self.is_table else "MACRO"

    def create(self) -> str:
        """Return the CREATE statement."""
        body = f"TABLE {self.sql}" if self.is_table else f"({self.sql})"
        return f"CREATE MACRO main.{self.signature} AS {body}"


@lru_cache(maxsize=1)
def _declared() -> tuple[View | Macro, ...]:
    """Every view and macro in the order in which they can be created: as written, theme after theme."""
    found: list[View | Macro] = []
    for theme in THEMES:
        text = (FOLDER / f"{theme}.toml").read_text(encoding="utf-8")
        declared = tomllib.loads(text)
        views = {
            v["name"]: View(v["name"], v["th"], v["en"], v["sql"].strip(), v.get("columns", {}))
            for v in declared["view"]
        }
        macros = {m["name"]: _macro(m) for m in declared.get("macro", ())}
        # TOML keeps views and macros apart; the text says which came first
        found += sorted((*views.values(), *macros.values()), key=lambda one: text.index(f'\nname = "{one.name}"\n'))
    return tuple(found)


def _macro(declared: Mapping[str, Any]) -> Macro:
    sql = declared.get("sql") or declared["expression"]
    return Macro(
        declared["name"], declared["th"], declared["en"], tuple(declared["parameters"]), declared["example"],
        sql.strip(), "sql" in declared, declared.get("columns", {}),
    )  # fmt: skip


def load_views() -> tuple[View, ...]:
    """Views in the order in which they can be created."""
    return tuple(one for one in _declared() if isinstance(one, View))


def load_macros() -> tuple[Macro, ...]:
    """Macros in the order in which they can be created."""
    return tuple(one for one in _declared() if isinstance(one, Macro))


def create_views(con: duckdb.DuckDBPyConnection, form: Form | None = None) -> None:
    """Create every view and macro in the connection's current database, with comments on them and on views' columns.

    A column that a view passes on from a table keeps the table's comment; `columns` in load/views/*.toml describes the
    rest. Raises ValueError naming view and column when neither does.
    """
    for one in _declared():
        if isinstance(one, Macro):
            con.execute(one.create())
            con.execute(f"COMMENT ON {one.kind} main.{one.name} IS {literal(one.comment)}")
            continue
        con.execute(f"CREATE VIEW main.{one.name} AS {one.sql}")
        con.execute(f"COMMENT ON VIEW main.{one.name} IS {literal(one.comment)}")
        for name, column in view_columns(con, one, form).items():
            comment = described(column.th, column.en, column.unit, is_personal=column.personal)
            con.execute(f"COMMENT ON COLUMN main.{one.name}.{quoted(name)} IS {literal(comment)}")


def drop_views(con: duckdb.DuckDBPyConnection) -> None:
    """Drop every view and macro of the connection's current database, also those that are declared no more."""
    here = "database_name = current_database() AND NOT internal"
    for (view,) in con.execute(f"SELECT view_name FROM duckdb_views() WHERE {here}").fetchall():
        con.execute(f"DROP VIEW main.{quoted(view)}")
    for macro, kind in con.execute(
        f"SELECT DISTINCT function_name, function_type FROM duckdb_functions() WHERE {here} "
        "AND function_type IN ('macro', 'table_macro')"
    ).fetchall():
        con.execute(f"DROP MACRO {'TABLE ' if kind == 'table_macro' else ''}main.{quoted(macro)}")


def view_columns(con: duckdb.DuckDBPyConnection, one: View | Macro, form: Form | None = None) -> dict[str, Column]:
    """Columns of a created view or macro in order, by name: what its TOML says, else the table column of that name.

    Raises ValueError naming view and column when neither describes it. A small function has one column, its value.
    """
    known = _column_by_name((form or load_form()).tables.values())
    rows = con.execute(f"DESCRIBE SELECT * FROM {one.source}").fetchall()
    if isinstance(one, Macro) and not one.is_table:
        return {one.name: Column(one.name, rows[0][1], one.th, one.en)}
    return dict(_described_columns(one, rows, known))


def _described_columns(
    one: View | Macro, rows: Iterable[tuple[Any, ...]], known: Mapping[str, Column]
) -> Iterator[tuple[str, Column]]:
    for name, data_type, *_ in rows:
        own, passed_on = one.columns.get(name), known.get(name)
        if own is not None:
            # a column of a personal name stays personal under a description of its own, unless that says otherwise
            personal = own.get("personal", passed_on is not None and passed_on.personal)
            yield name, Column(name, data_type, own["th"], own["en"], own.get("unit"), personal=personal)
        elif passed_on is not None:
            yield name, replace(passed_on, type=data_type)
        else:
            table = "macro" if isinstance(one, Macro) else "view"
            raise ValueError(f"load/views: {one.name}.{name} has no description; add it under [{table}.columns]")


def _column_by_name(tables: Iterable[Table]) -> dict[str, Column]:
    """Every column name with the first table column that has it."""
    columns: dict[str, Column] = {}
    for table in tables:
        for column in table.columns:
            columns.setdefault(column.name, column)
    return columns
