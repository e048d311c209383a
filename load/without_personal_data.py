"""What a file without personal data holds: the same tables and columns, and nothing that names a person.

Columns marked personal in data/form are empty. Of readings and decisions only those about people are; texts that can
quote a person (messages, grounds, doubts, unread lines) are empty throughout. Rows whose key is a name or a text about
people are left out. What people wrote into the form's own texts (a rationale, a status) stays: the form says it.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import duckdb

from load.schema import columns_sql, described, literal, quoted
from load.views import load_views, view_columns
from transform.form import Form, Table, load_form

LEFT_OUT = "left out of this file · เว้นไว้ในไฟล์นี้"
# A row of these is about one field of the form, and only what stands under people is left out.
_BY_FIELD = {
    "lineage.reading": ("raw", "value", "problem"),
    "lineage.decision": ("value",),
    "lineage.project_text": ("text",),
}
# not personal by themselves; a damaged name is read as a unit, and an error can quote the value it stumbled over
_CAN_QUOTE = {("main.project_person", "unit"), ("quality.expectation_result", "error")}


@lru_cache(maxsize=4)
def fields_about_people(form: Form) -> tuple[str, ...]:
    """Fields of every entry of the form that has a personal value: the printed line is the evidence of all of them."""
    found = {
        field.field
        for section in form.sections
        for entry in form.entries_of(section.id)
        if any(f.personal for f in entry.fields)
        for field in entry.fields
    }
    return tuple(sorted(found))


def select_without(table: Table, source: str) -> str:
    """SELECT of a table's rows with nothing in them that names a person."""
    form = load_form()
    about = ", ".join(literal(field) for field in fields_about_people(form))
    is_about = f"regexp_replace(field, '\\[[^\\]]*\\]', '[]', 'g') IN ({about})"
    by_field = _BY_FIELD.get(table.qualified, ())
    where = ""
    parts = []
    for column in table.columns:
        name = quoted(column.name)
        if column.name in by_field and column.name in table.key:
            where = f" WHERE NOT ({is_about})"
        elif column.name in by_field:
            name = f"CASE WHEN {is_about} THEN NULL ELSE {name} END AS {name}"
        elif is_left_out(table, column.name):
            if column.name in table.key:
                where = " WHERE false"
            else:
                name = f"CAST(NULL AS {column.type}) AS {name}"
        parts.append(name)
    return f"SELECT {', '.join(parts)} FROM {source}{where}"


def is_left_out(table: Table, name: str) -> bool:
    """Whether a column is empty throughout."""
    column = next(c for c in table.columns if c.name == name)
    if name in _BY_FIELD.get(table.qualified, ()):
        return False
    about = column.field in fields_about_people(load_form()) and not name.endswith("_title")
    return column.personal or about or (table.qualified, name) in _CAN_QUOTE


def say_so(con: duckdb.DuckDBPyConnection) -> None:
    """Let comments and data dictionary of the current database say what is not in it."""
    form = load_form()
    for table in form.tables.values():
        names = [c.name for c in table.columns if is_left_out(table, c.name)]
        names += [name for name in _BY_FIELD.get(table.qualified, ()) if name in table.column_names]
        if not names:
            continue
        note = f"[{columns_sql(names)}: {LEFT_OUT}]".replace('"', "")
        con.execute(f"COMMENT ON TABLE {table.qualified} IS {literal(f'{described(table.th, table.en)} {note}')}")
        for column in (c for c in table.columns if c.name in names):
            text = described(column.th, column.en, column.unit, is_personal=column.personal)
            where = f"{table.qualified}.{quoted(column.name)}"
            con.execute(f"COMMENT ON COLUMN {where} IS {literal(f'{text} [{LEFT_OUT}]')}")
    for view in load_views():
        for name, column in view_columns(con, view, form).items():
            if column.personal:
                text = described(column.th, column.en, column.unit, is_personal=True)
                where = f"main.{quoted(view.name)}.{quoted(name)}"
                con.execute(f"COMMENT ON COLUMN {where} IS {literal(f'{text} [{LEFT_OUT}]')}")
    en, th = LEFT_OUT.split(" · ")
    con.execute(
        "UPDATE main.data_dictionary SET description_th = description_th || $th, "
        "description_en = description_en || $en WHERE is_personal",
        {"th": f" [{th}]", "en": f" [{en}]"},
    )


def leaves_out_personal_data(path: Path) -> bool:
    """Whether a published file says that it holds no personal data."""
    with duckdb.connect(str(path), read_only=True) as con:
        row = con.execute(
            "SELECT comment FROM duckdb_tables() WHERE schema_name = 'main' AND table_name = 'dim_person'"
        ).fetchone()
    return row is not None and LEFT_OUT in str(row[0])
