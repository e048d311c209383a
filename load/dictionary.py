"""What the published warehouse holds, in its own comments, and questions to it that can only read."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import duckdb

from load.publish import reading
from load.schema import SCHEMAS


@dataclass(frozen=True, slots=True)
class DescribedColumn:
    """A published column with its comment."""

    name: str
    type: str
    comment: str


@dataclass(frozen=True, slots=True)
class Described:
    """A published table or view: what one row is or which question it answers, and its columns in order."""

    schema: str
    name: str
    kind: Literal["table", "view"]
    comment: str
    columns: tuple[DescribedColumn, ...]

    @property
    def qualified(self) -> str:
        """Name as a query writes it: schema main needs none."""
        return self.name if self.schema == "main" else f"{self.schema}.{self.name}"


def describe(path: Path) -> tuple[Described, ...]:
    """Tables and views of a published file with their comments: main before lineage and quality, views after tables."""
    with reading(path) as con:
        relations = con.execute(
            "SELECT schema_name, table_name, 'table', coalesce(comment, '') FROM duckdb_tables() WHERE NOT internal "
            "UNION ALL "
            "SELECT schema_name, view_name, 'view', coalesce(comment, '') FROM duckdb_views() WHERE NOT internal"
        ).fetchall()
        found = con.execute(
            "SELECT schema_name, table_name, column_name, data_type, coalesce(comment, '') FROM duckdb_columns() "
            "WHERE NOT internal ORDER BY schema_name, table_name, column_index"
        ).fetchall()
    columns: dict[tuple[str, str], list[DescribedColumn]] = defaultdict(list)
    for schema, relation, name, data_type, comment in found:
        columns[schema, relation].append(DescribedColumn(name, data_type, comment))
    described = [Described(s, n, kind, comment, tuple(columns[s, n])) for s, n, kind, comment in relations]
    return tuple(sorted(described, key=lambda d: (SCHEMAS.index(d.schema), d.kind, d.name)))


def query(path: Path, sql: str) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
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
                f"{path.name}: the query cannot run: {error}; `kaona sql` without a query lists tables and columns"
            ) from error
