"""The warehouse as SQL, generated from the registry: tables, checks, and a comment on every table and column.

There are no primary or foreign keys: they make a load 1.4 to 3 times slower and bloat the file. Keys are checked
instead, on every frame before it is loaded and over the whole file before it is published.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, cast

import duckdb
import pandas as pd

from transform.form import Column, Form, Table, load_form

SCHEMAS = ("main", "lineage", "quality")
# A Buddhist year that was taken for a Christian one lies past 2400; nothing of the form does.
YEAR_LIMIT = 2400
PERSONAL = "personal data · ข้อมูลส่วนบุคคล"
# In the storage version that 1.x clients read, one text above 4 kB leaves a whole row group of a column uncompressed;
# with zstd the file is nine times smaller.
LONG_TEXTS = frozenset({"raw", "value", "text", "rationale", "grounds", "message_th", "message_en"})


def quoted(name: str) -> str:
    """Return an identifier as SQL writes it.

    >>> quoted("date")
    '"date"'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as an SQL literal.

    >>> literal("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def columns_sql(names: Iterable[str]) -> str:
    """Identifiers as a comma-separated list."""
    return ", ".join(quoted(name) for name in names)


def described(th: str, en: str, unit: str | None = None, *, is_personal: bool = False) -> str:
    """Return the comment of a table or column.

    >>> described("งบประมาณที่ได้รับ", "Budget received", "baht")
    'งบประมาณที่ได้รับ · Budget received [baht]'
    >>> described("ชื่อ-สกุล", "Name", is_personal=True)
    'ชื่อ-สกุล · Name [personal data · ข้อมูลส่วนบุคคล]'
    """
    return f"{th} · {en}" + (f" [{unit}]" if unit else "") + (f" [{PERSONAL}]" if is_personal else "")


def table_ddl(table: Table) -> str:
    """CREATE TABLE with key columns NOT NULL and the year guard on every DATE."""
    parts = [_column_ddl(column, table.key) for column in table.columns]
    return f"CREATE TABLE {table.qualified} (\n  " + ",\n  ".join(parts) + "\n)"


def _column_ddl(column: Column, key: tuple[str, ...]) -> str:
    name = quoted(column.name)
    parts = [name, column.type]
    if column.type == "VARCHAR" and column.name in LONG_TEXTS:
        parts.append("USING COMPRESSION zstd")
    if column.name in key:
        parts.append("NOT NULL")
    if column.type == "DATE":
        parts.append(f"CHECK (year({name}) < {YEAR_LIMIT})")
    return " ".join(parts)


def table_comments(table: Table) -> Iterator[str]:
    """COMMENT statements of a table and its columns."""
    yield f"COMMENT ON TABLE {table.qualified} IS {literal(described(table.th, table.en))}"
    for column in table.columns:
        text = literal(described(column.th, column.en, column.unit, is_personal=column.personal))
        yield f"COMMENT ON COLUMN {table.qualified}.{quoted(column.name)} IS {text}"


@contextmanager
def registered(con: duckdb.DuckDBPyConnection, frames: Mapping[str, pd.DataFrame]) -> Iterator[None]:
    """Let SQL see frames under their names, for the time of a block. An error in it stays the error that is raised,
    though DuckDB refuses to forget a name in a transaction that has failed."""
    for name, frame in frames.items():
        con.register(name, frame)
    try:
        yield
    except BaseException:
        for name in frames:
            with suppress(duckdb.Error):
                con.unregister(name)
        raise
    for name in frames:
        con.unregister(name)


def create_tables(con: duckdb.DuckDBPyConnection, form: Form | None = None) -> None:
    """Create every schema, table and comment in the connection's current database, which has none of them yet."""
    tables = (form or load_form()).tables.values()
    for schema in SCHEMAS[1:]:
        con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    for table in tables:
        con.execute(table_ddl(table))
        for statement in table_comments(table):
            con.execute(statement)


def table_differences(con: duckdb.DuckDBPyConnection, form: Form | None = None) -> list[str]:
    """How the tables of the current database differ from the registry; empty when they are the same."""
    found: dict[str, dict[str, str]] = {}
    rows = con.execute(
        "SELECT schema_name || '.' || table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE database_name = current_database() AND NOT internal ORDER BY ALL"
    ).fetchall()
    for table, column, data_type in rows:
        found.setdefault(table, {})[column] = data_type
    differences = []
    for declared in (form or load_form()).tables.values():
        wanted = {c.name: c.type for c in declared.columns}
        present = found.get(declared.qualified, {})
        differences += [
            f"{declared.qualified}.{name}: {present.get(name, 'missing')}, registry says {wanted.get(name, 'none')}"
            for name in sorted(set(wanted) | set(present))
            if wanted.get(name) != present.get(name)
        ]
    return differences


_FRAME_TYPES = {"INTEGER": "Int64", "BIGINT": "Int64", "BOOLEAN": "boolean", "DATE": "datetime64[us]", "VARCHAR": "str"}


def typed_frame(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Give a frame read from a table the types of `transform.tables.frame_of`. Not for tables with amounts."""
    return frame.astype(cast(Any, {c.name: _FRAME_TYPES[c.type] for c in table.columns}))
