from __future__ import annotations

import stat
import struct
import subprocess
import sys
import time

import duckdb
import pytest

from load.generations import keep_current
from load.publish import PublishRefused, generations, publish, published_path
from tests.load.conftest import CODE, OTHER, SECOND, VALUES, agreed, make_night, second_values

READER = """
import sys, time, duckdb
path, seen = sys.argv[1], []
while not sys.stdin in __import__('select').select([sys.stdin], [], [], 0)[0]:
    with duckdb.connect(path, read_only=True) as con:
        row = con.execute("SELECT max(budget_received_baht), count(*) FROM dim_project").fetchone()
        both = con.execute("SELECT max(budget_received_baht) FROM fact_project_budget").fetchone()
    assert row[1] == 1 and both[0] >= row[0], (row, both)
    seen.append(int(row[0]))
    time.sleep(0.01)
print(len(seen), len(set(seen)))
"""


def test_the_published_file_holds_what_the_writer_holds(two_nights):
    published = two_nights.publish()
    assert published.bytes == published.path.stat().st_size
    expected = two_nights.dump()
    assert published.tables == {table: len(rows) for table, rows in expected.items()}
    with duckdb.connect(str(published.path), read_only=True) as con:
        assert {t: con.execute(f"SELECT * FROM {t} ORDER BY ALL").fetchall() for t in expected} == expected


def test_only_the_finished_file_is_left(two_nights):
    path = two_nights.publish().path
    assert sorted(p.name for p in path.parent.iterdir()) == ["kaona.duckdb"]


def test_duckdb_1_2_can_open_the_file(two_nights):
    # bytes 8-11 are the magic word, the next eight the storage version: 65 is DuckDB 1.2, and 1.x refuses those above 68
    header = two_nights.publish().path.read_bytes()[:20]
    assert (header[8:12], struct.unpack("<Q", header[12:20])[0]) == (b"DUCK", 65)


def test_nobody_can_write_to_the_published_file(two_nights):
    path = two_nights.publish().path
    assert stat.S_IMODE(path.stat().st_mode) == 0o444


def test_the_published_tables_keep_their_year_guard(two_nights, tmp_path):
    copy = tmp_path / "copy.duckdb"
    copy.write_bytes(two_nights.publish().path.read_bytes())
    with duckdb.connect(str(copy)) as con, pytest.raises(duckdb.ConstraintException, match="2400"):
        con.execute("UPDATE dim_project SET start_date = DATE '2562-10-01'")


@pytest.mark.fault(37)
def test_a_reader_in_another_process_never_waits_and_never_sees_half_a_night(two_nights):
    path = two_nights.publish().path
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        time.sleep(0.5)
        for n in range(5):
            values = {**VALUES, "budget_received": agreed(f"{300000 + n}.00")}
            two_nights.load(make_night(SECOND, {CODE: values}, sha="c" * 64))
            two_nights.publish()
            time.sleep(0.1)
        out, _ = reader.communicate("stop\n", timeout=30)
    finally:
        reader.kill()
        reader.wait()
    assert reader.returncode == 0
    queries, states = map(int, out.split())
    assert queries >= 5
    assert states >= 3


@pytest.mark.fault(37)
def test_a_reader_that_holds_the_old_file_keeps_the_old_night(two_nights):
    path = two_nights.publish().path
    with duckdb.connect(str(path), read_only=True) as held:
        two_nights.load(make_night(SECOND, {OTHER: VALUES, CODE: second_values()}, sha="c" * 64))
        assert two_nights.publish().tables["main.dim_project"] == 2
        assert held.execute("SELECT count(*) FROM dim_project").fetchone() == (1,)
    with duckdb.connect(str(path), read_only=True) as fresh:
        assert fresh.execute("SELECT count(*) FROM dim_project").fetchone() == (2,)


def test_two_generations_before_the_current_one_are_kept(two_nights):
    contents = []
    for n in range(4):
        two_nights.load(make_night(SECOND, {CODE: {**VALUES, "budget_received": agreed(f"{n}.00")}}, sha="c" * 64))
        contents.append(two_nights.publish().path.read_bytes())
    kept = generations(two_nights.home)
    assert [p.read_bytes() for p in kept] == contents[1:3]


@pytest.mark.fault(38)
def test_a_stray_log_at_the_target_is_refused_and_the_old_file_stands(two_nights):
    path = two_nights.publish().path
    before = path.read_bytes()
    log = path.with_name("kaona.duckdb.wal")
    log.write_bytes(b"left by someone")
    with pytest.raises(PublishRefused, match=r"kaona\.duckdb\.wal.*delete the \.wal file"):
        two_nights.publish()
    assert path.read_bytes() == before
    log.unlink()
    two_nights.publish()


def test_a_half_built_file_of_a_killed_run_is_replaced(two_nights):
    target = published_path(two_nights.home)
    target.parent.mkdir()
    target.with_name("kaona.duckdb.next").write_bytes(b"half")
    target.with_name("kaona.duckdb.next.wal").write_bytes(b"half")
    two_nights.publish()
    assert sorted(p.name for p in target.parent.iterdir()) == ["kaona.duckdb"]


def test_a_repeated_key_in_the_warehouse_is_never_published(two_nights):
    path = two_nights.publish().path
    before = path.read_bytes()
    two_nights.con.execute("INSERT INTO project_target SELECT * FROM project_target")
    with pytest.raises(PublishRefused, match=r"main\.project_target holds .*more than once"):
        two_nights.publish()
    assert path.read_bytes() == before


def test_a_crash_between_keeping_and_renaming_does_no_harm(two_nights):
    two_nights.publish()
    keep_current(two_nights.home)
    two_nights.publish()
    assert [p.parent.name for p in generations(two_nights.home)] == ["000001"]


def test_the_writer_goes_on_working_after_publishing(two_nights):
    publish(two_nights.con, two_nights.home)
    assert two_nights.con.execute("SELECT current_database()").fetchone() == ("kaona",)
    two_nights.load(make_night(SECOND, {CODE: VALUES}, sha="c" * 64))
