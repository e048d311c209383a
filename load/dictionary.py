"""What the published warehouse holds, in its own comments, and questions to it that can only read."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

import duckdb

from load.publish import reading
from load.schema import SCHEMAS

Answer = tuple[tuple[str, ...], list[tuple[Any, ...]]]
_KINDS = ("table", "view", "macro")


@dataclass(frozen=True, slots=True)
class DescribedColumn:
    """A published column with its comment."""

    name: str
    type: str
    comment: str


@dataclass(frozen=True, slots=True)
class Described:
    """A published table, view or macro: what one row is or which question it answers, and its columns in order."""

    schema: str
    name: str
    kind: Literal["table", "view", "macro"]
    comment: str
    columns: tuple[DescribedColumn, ...]
    parameters: tuple[str, ...] = ()

    @property
    def qualified(self) -> str:
        """Name as a query writes it: schema main needs none, a macro has its parameters."""
        name = self.name if self.schema == "main" else f"{self.schema}.{self.name}"
        return f"{name}({', '.join(self.parameters)})" if self.kind == "macro" else name


def describe(path: Path) -> tuple[Described, ...]:
    """Tables, views and macros of a published file with their comments: by schema, main first, then in that order."""
    with reading(path) as con:
        relations = con.execute(
            "SELECT schema_name, table_name, 'table', coalesce(comment, ''), []::VARCHAR[] FROM duckdb_tables() "
            "WHERE NOT internal UNION ALL "
            "SELECT schema_name, view_name, 'view', coalesce(comment, ''), []::VARCHAR[] FROM duckdb_views() "
            "WHERE NOT internal UNION ALL "
            "SELECT DISTINCT schema_name, function_name, 'macro', coalesce(comment, ''), parameters "
            "FROM duckdb_functions() WHERE NOT internal AND function_type IN ('macro', 'table_macro')"
        ).fetchall()
        # a macro's columns have no comments of their own; the dictionary has them
        found = con.execute(
            "SELECT schema_name, table_name, column_name, data_type, coalesce(comment, ''), column_index AS place "
            "FROM duckdb_columns() WHERE NOT internal UNION ALL "
            "SELECT schema_name, relation_name, column_name, data_type, "
            "description_th || ' · ' || description_en || coalesce(' [' || unit || ']', ''), position "
            "FROM main.data_dictionary WHERE kind = 'macro' AND position > 0 "
            "ORDER BY schema_name, table_name, place"
        ).fetchall()
    columns: dict[tuple[str, str], list[DescribedColumn]] = defaultdict(list)
    for schema, relation, name, data_type, comment, _ in found:
        columns[schema, relation].append(DescribedColumn(name, data_type, comment))
    described = [
        Described(s, n, kind, text, tuple(columns[s, n]), tuple(given)) for s, n, kind, text, given in relations
    ]
    return tuple(sorted(described, key=lambda d: (SCHEMAS.index(d.schema), _KINDS.index(d.kind), d.name)))


def listing(path: Path) -> Answer:
    """What there is to query: name, kind and meaning of every table, view and macro."""
    return ("name", "kind", "meaning"), [(d.qualified, d.kind, d.comment) for d in describe(path)]


def meaning(path: Path, name: str) -> Answer:
    """Columns of a table, view or macro with type and meaning; the first row, without a column, is about itself.

    Raises ValueError naming what is spelt like it when there is none of the name.
    """
    wanted = name.split("(")[0].strip().removeprefix("main.").lower()
    described = {d.qualified.split("(")[0]: d for d in describe(path)}
    if wanted not in described:
        near = get_close_matches(wanted, described, n=3) or [n for n in described if wanted and wanted in n][:3]
        hint = f"; is it {' or '.join(near)}?" if near else ""
        raise ValueError(f"{path.name}: there is no table, view or macro {name}{hint} `kaona sql` lists all")
    found = described[wanted]
    about = ("", found.kind, f"{found.qualified}: {found.comment}")
    return ("column", "type", "meaning"), [about, *((c.name, c.type, c.comment) for c in found.columns)]


def query(path: Path, sql: str) -> Answer:
    """Columns and rows that a query gives on a published file. It can read nothing else and change nothing.

    Raises ValueError with DuckDB's explanation when the query cannot run.
    """
    with reading(path, hardened=True) as con:
        try:
            result = con.execute(sql)
            columns = tuple(column[0] for column in result.description or ())
            return columns, result.fetchall() if columns else []
        except duckdb.Error as error:
            raise ValueError(
                f"{path.name}: the query cannot run: {error}; `kaona sql` without a query lists what there is"
            ) from error
