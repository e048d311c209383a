"""A published file without personal data: not in any value, not in any byte."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from load.publish import publish
from tests.load.conftest import Warehouse

PERSONAL = ("สมชาย", "ธีระทดสอบ", "อีระทดสอบ", "สมหญิง", "ใจงาม", "1500", "7000")


def values(con: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, str]]:
    columns = con.execute(
        "SELECT schema_name || '.' || table_name, column_name FROM duckdb_columns() "
        "WHERE NOT internal AND data_type = 'VARCHAR' AND table_name NOT LIKE 'v\\_%' ESCAPE '\\'"
    ).fetchall()
    for table, column in columns:
        for (value,) in con.execute(f'SELECT "{column}" FROM {table} WHERE "{column}" IS NOT NULL').fetchall():
            yield f"{table}.{column}", value


def test_no_name_and_no_telephone_number_is_left_in_any_column_or_byte(two_nights: Warehouse) -> None:
    path = publish(two_nights.con, two_nights.home, personal_data=False).path
    with duckdb.connect(str(path), read_only=True) as con:
        found = {(where, p) for where, value in values(con) for p in PERSONAL[:5] if p in value}
        assert found == set()
        assert con.execute("SELECT count(*) FROM dim_project WHERE responsible_phone IS NOT NULL").fetchall() == [(0,)]
        assert con.execute("SELECT count(*) > 0 FROM lineage.decision WHERE value IS NOT NULL").fetchall() == [(True,)]
        for (view,) in con.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall():
            con.execute(f"SELECT * FROM {view}").fetchall()
    content = path.read_bytes()
    assert [p for p in PERSONAL[:5] if p.encode() in content] == []


def test_the_file_says_that_it_leaves_them_out_and_the_writers_file_keeps_them(two_nights: Warehouse) -> None:
    path = publish(two_nights.con, two_nights.home, personal_data=False).path
    with duckdb.connect(str(path), read_only=True) as con:
        (comment,) = con.execute("SELECT comment FROM duckdb_tables() WHERE table_name = 'dim_person'").fetchall()[0]
        assert "left out of this file" in comment
    assert two_nights.rows("SELECT count(*) > 0 FROM dim_person") == [(True,)]


def test_with_them_the_names_are_there(two_nights: Warehouse) -> None:
    path = publish(two_nights.con, two_nights.home).path
    with duckdb.connect(str(path), read_only=True) as con:
        assert {p for _, value in values(con) for p in PERSONAL[:5] if p in value} >= {"สมหญิง", "ใจงาม"}
