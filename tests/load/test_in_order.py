"""Rows in the order of their key: the same as by one sort, whatever the memory, and within it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from load import in_order
from load.exports import export_beside
from load.in_order import ROW_GROUP, InTurn, Size, insert_in_order, memory_of, size_of
from load.publish import publish
from load.storage import write_in_order
from load.warehouse import open_work, work_path
from tests.load.conftest import Warehouse

# rationales of 6 kB fill a row group, and with it the memory, before a sort looks at what it holds
ROWS, LETTERS, MEMORY = 22_000, 2_000, "128MB"


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as connection:
        yield connection


@contextmanager
def small_pieces(most: int = 12) -> Iterator[None]:
    """As if there were room for a few bytes only: pieces, and pieces of pieces."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(in_order, "_VECTOR", 1)
        patch.setattr(in_order, "_SORT_BYTES", most)
        patch.setattr(in_order, "_RUN_BYTES", most)
        patch.setattr(in_order, "_MOST_PIECES", 3)
        yield


def inserted(con: duckdb.DuckDBPyConnection, key: Sequence[str]) -> tuple[list[Any], list[Any]]:
    """The rows of `given` as one sort orders them, and in the order in which they were inserted."""
    rows = "SELECT * FROM given"
    con.execute(f"CREATE OR REPLACE TABLE made AS {rows} LIMIT 0")
    texts = [name for name, type_, *_ in con.execute("DESCRIBE made").fetchall() if type_ == "VARCHAR"]
    with small_pieces():
        insert_in_order(con, "made", rows, key, size_of(con, rows, texts))
    return con.execute(f"{rows} ORDER BY {', '.join(key)}").fetchall(), con.execute("FROM made").fetchall()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.text(alphabet="กขาิa'\\0 ", max_size=4), st.integers(0, 3)), max_size=60, unique=True))
def test_rows_in_pieces_are_the_rows_of_one_sort(con: duckdb.DuckDBPyConnection, rows: list[tuple[str, int]]) -> None:
    con.execute("CREATE OR REPLACE TABLE given (name VARCHAR NOT NULL, n INTEGER NOT NULL)")
    if rows:
        con.executemany("INSERT INTO given VALUES (?, ?)", rows)
    expected, found = inserted(con, ("name", "n"))
    assert found == expected


@pytest.mark.parametrize("type_", ["DATE", "INTEGER", "VARCHAR"])
def test_the_key_may_be_of_any_type_and_one_value_of_it_may_have_most_rows(
    con: duckdb.DuckDBPyConnection, type_: str
) -> None:
    value = {"DATE": "DATE '2026-01-01' + CAST(i % 5 AS INTEGER)", "INTEGER": "i % 5", "VARCHAR": "'ก' || i % 5"}[type_]
    con.execute(
        f"CREATE TABLE given AS SELECT CAST(CASE WHEN i < 90 THEN {value.replace('i % 5', '2')} ELSE {value} END "
        f"AS {type_}) AS day, hash(i) AS n, repeat('ข', 9) AS text FROM range(120) t(i)"
    )
    expected, found = inserted(con, ("day", "n"))
    assert found == expected
    assert not con.execute("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall(), "pieces are dropped"


@pytest.mark.parametrize(
    ("size", "pieces", "group"),
    [
        (Size(0, 0), 1, ROW_GROUP),
        (Size(5, 500), 1, ROW_GROUP),
        (Size(5_555, 36_000_000), 1, 4_096),
        (Size(22_220, 145_000_000), 3, 4_096),
        (Size(664_524, 220_000_000), 2, 100_352),
        (Size(10, 10**10), 1, ROW_GROUP),
        (Size(9_000, 10**10), 199, 2_048),
    ],
)
def test_few_or_short_rows_are_sorted_in_one_go_and_long_ones_in_pieces(size: Size, pieces: int, group: int) -> None:
    assert size.pieces == pieces
    assert size.rows_of_group == group


# ---------------------------------------------------------------- within a limit that one sort does not keep


def wide(home: Path) -> Path:
    """A warehouse whose projects have rationales of 6 kB: 132 MB of text in few rows."""
    with open_work(home) as con:
        con.execute(
            "INSERT INTO main.dim_project (project_code, rationale) SELECT format('{:08}-{:05}', hash(i) % 100000000, i),"
            f" repeat('ก', {LETTERS}) || i FROM range({ROWS}) t(i)"
        )
    return home


def test_what_does_not_fit_into_the_memory_is_exported_and_written_anew_all_the_same(tmp_path: Path) -> None:
    home = wide(tmp_path / "home")
    with open_work(home, memory_limit=MEMORY) as con:
        con.execute("SET threads = 1")
        with pytest.raises(duckdb.OutOfMemoryException):  # else this test shows nothing
            con.execute("CREATE TEMP TABLE one_sort AS FROM main.dim_project ORDER BY project_code")
        export_beside(con, tmp_path / "exports", "facts")
        write_in_order(con, tmp_path / "anew.duckdb")
    with duckdb.connect(str(tmp_path / "anew.duckdb"), read_only=True) as con:
        exported, rewritten = (
            con.execute(f"SELECT project_code, strlen(rationale) FROM {rows}").fetchall()
            for rows in (f"'{tmp_path / 'exports' / 'dim_project.parquet'}'", "main.dim_project")
        )
    assert len(exported) == ROWS
    assert exported == sorted(exported)
    assert rewritten == exported


def test_pieces_do_not_depend_on_the_memory(two_nights: Warehouse, tmp_path: Path) -> None:
    found = []
    for memory, name in (("64MB", "small"), ("1GB", "large")):
        two_nights.con.execute(f"SET memory_limit = '{memory}'")
        with small_pieces(2_000):
            paths = export_beside(two_nights.con, tmp_path / name, "all")
        found.append({path.name: path.read_bytes() for path in paths})
    assert found[0] == found[1]
    assert len(found[0]) > 20


def test_a_file_that_is_copied_and_has_no_memory_for_its_check_blames_no_disk(
    two_nights: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_memory(*_: object) -> None:
        raise duckdb.OutOfMemoryException("Out of Memory Error: could not allocate block of size 256.0 KiB")

    monkeypatch.setattr("load.copy_check._scan", no_memory)
    with pytest.raises(duckdb.OutOfMemoryException, match="could not allocate"):
        publish(two_nights.con, two_nights.home)
    assert work_path(two_nights.home).exists()


# ---------------------------------------------------------------- several threads


def test_threads_take_what_fits_beside_the_others_and_each_work_once() -> None:
    sizes = {f"work {n}": Size(1, 10 * (n % 7)) for n in range(40)}
    turns, under_way, most, done = InTurn(sizes, 1_000), [0], [0], []
    lock, begun = threading.Lock(), threading.Barrier(4)

    def thread() -> None:
        begun.wait(10)
        for name, size in turns:
            with lock:
                under_way[0] += size.memory
                most[0] = max(most[0], under_way[0])
            time.sleep(0.001)
            with lock:
                under_way[0] -= size.memory
                done.append(name)

    threads = [threading.Thread(target=thread) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)
    assert sorted(done) == sorted(sizes)
    assert most[0] <= 1_000


def test_two_go_together_where_both_fit() -> None:
    turns = InTurn({"one": Size(1, 10), "other": Size(1, 10)}, 1_000)
    first, second = iter(turns), iter(turns)
    assert {next(first)[0], next(second)[0]} == {"one", "other"}
    assert next(first, None) is next(second, None) is None


def test_what_is_larger_than_all_there_is_goes_alone_and_an_error_lets_the_others_go_on() -> None:
    turns = InTurn({"huge": Size(1, 10**9), "small": Size(1, 1)}, 100)
    huge, small = iter(turns), iter(turns)
    assert next(huge)[0] == "huge"
    waiting = threading.Thread(target=lambda: next(small))
    waiting.start()
    waiting.join(0.05)
    assert waiting.is_alive(), "nothing fits beside it"
    huge.close()  # type: ignore[attr-defined]
    waiting.join(10)
    assert not waiting.is_alive()


def test_the_memory_of_a_connection_is_read_from_its_setting() -> None:
    for said, bytes_ in (("256MiB", 256 * 1024**2), ("2GiB", 2 * 1024**3), ("512KiB", 512 * 1024)):
        with duckdb.connect(config={"memory_limit": said}) as con:
            assert memory_of(con) == bytes_
