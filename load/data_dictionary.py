"""The data dictionary as a table, `main.data_dictionary`: generated from the registry, never written by hand."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from load.schema import columns_sql, described, literal, registered
from load.transaction import transaction
from load.views import FOLDER as VIEWS_FOLDER
from load.views import Macro, View, create_views, drop_views, load_macros, load_views, view_columns
from transform.form import FORM_FOLDER, Column, Form, Table, load_form


def refresh(con: duckdb.DuckDBPyConnection, form: Form | None = None) -> None:
    """Give the connection's current database, whose tables exist, today's views, macros and dictionary.

    The comment on the dictionary ends with the hash of the declarations it was made from: while they are the same,
    nothing is done.
    """
    form = form or load_form()
    table = form.tables["data_dictionary"]
    comment = f"{described(table.th, table.en)} [{_declared()}]"
    found = con.execute(
        "SELECT comment FROM duckdb_tables() WHERE database_name = current_database() "
        "AND schema_name = $schema AND table_name = $name",
        {"schema": table.schema, "name": table.name},
    ).fetchall()
    if found and found[0][0] == comment:
        return
    with transaction(con):
        drop_views(con)
        create_views(con, form)
        _fill(con, form)
        con.execute(f"COMMENT ON TABLE {table.qualified} IS {literal(comment)}")


@lru_cache(maxsize=1)
def _declared() -> str:
    """Short hash of what is declared: the form, the tables, the views and macros, and how they become SQL."""
    files = [*FORM_FOLDER.glob("*.toml"), *VIEWS_FOLDER.glob("*.toml"), *Path(__file__).parent.glob("*.py")]
    digest = hashlib.sha256()
    for path in sorted(files, key=lambda p: (p.parent.name, p.name)):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def _fill(con: duckdb.DuckDBPyConnection, form: Form) -> None:
    rows = dictionary_rows(con, form)
    table = form.tables["data_dictionary"]
    frame = pd.DataFrame(rows, columns=list(table.column_names))
    names = columns_sql(table.column_names)
    casts = ", ".join(f"CAST({columns_sql([c.name])} AS {c.type})" for c in table.columns)
    con.execute(f"DELETE FROM {table.qualified}")
    with registered(con, {"dictionary_rows": frame}):
        con.execute(f"INSERT INTO {table.qualified} ({names}) SELECT {casts} FROM dictionary_rows ORDER BY ALL")


def dictionary_rows(con: duckdb.DuckDBPyConnection, form: Form) -> list[dict[str, Any]]:
    """One row for each table, view and macro, and for each of their columns; the value of a small function is one."""
    rows: list[dict[str, Any]] = []
    for table in form.tables.values():
        rows.append(_relation(table.schema, table.name, "table", table.th, table.en))
        rows += [_column(form, table, position, c) for position, c in enumerate(table.columns, start=1)]
    questions: tuple[View | Macro, ...] = (*load_views(), *load_macros())
    for one in questions:
        kind = "macro" if isinstance(one, Macro) else "view"
        rows.append(_relation("main", one.name, kind, one.th, one.en, _parameters(one)))
        shape = Table("main", one.name, one.th, one.en, (), tuple(view_columns(con, one, form).values()))
        rows += [_column(form, shape, position, c, kind) for position, c in enumerate(shape.columns, start=1)]
    return rows


def _parameters(one: View | Macro) -> str | None:
    """How a macro is called, with the types of its parameters."""
    return f"({', '.join(one.parameters)})" if isinstance(one, Macro) else None


def _relation(schema: str, name: str, kind: str, th: str, en: str, data_type: str | None = None) -> dict[str, Any]:
    return {
        "schema_name": schema, "relation_name": name, "column_name": "", "kind": kind, "position": 0,
        "data_type": data_type, "description_th": th, "description_en": en, "is_key": False, "is_personal": False,
    }  # fmt: skip


def _column(form: Form, table: Table, position: int, column: Column, kind: str = "table") -> dict[str, Any]:
    field = form.fields.get(column.field) if column.field else None
    return {
        "schema_name": table.schema, "relation_name": table.name, "column_name": column.name, "kind": kind,
        "position": position, "data_type": column.type, "unit": column.unit,
        "description_th": column.th, "description_en": column.en,
        "is_key": column.name in table.key, "is_personal": column.personal,
        "form_section": field.section if field else None, "form_label": field.label if field else None,
    }  # fmt: skip
