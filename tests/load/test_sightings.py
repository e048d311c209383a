"""lineage.sighting answers what stood where on every night, whatever came, went, was doubted or run twice."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from load.schema import table_ddl
from load.sightings import judge_sources, record_sightings
from transform.form import load_form
from transform.source_nights import Asked, source_of

START = date(2026, 1, 5)
Standing = set[tuple[str, str]]
PLACES = [f"{source}/{name}.txt" for source in ("north", "south") for name in range(7)]


@pytest.fixture
def con() -> Iterable[duckdb.DuckDBPyConnection]:
    with closing(bare()) as opened:
        yield opened


def bare() -> duckdb.DuckDBPyConnection:
    """A database with the tables it takes and nothing else."""
    opened = duckdb.connect()
    opened.execute("CREATE SCHEMA lineage")
    for name in ("sighting", "source_night", "source_file"):
        opened.execute(table_ddl(load_form().tables[name]))
    return opened


def record(
    con: duckdb.DuckDBPyConnection,
    night: date,
    standing: Iterable[tuple[str, str]],
    asked: Iterable[Asked],
    rejected: Iterable[str] = (),
) -> dict[str, bool]:
    """Record a night; source → whether it is believed."""
    judged = judge_sources(con, night, list(standing), list(asked), dict.fromkeys(rejected, "rejected"))
    record_sightings(con, night, standing, judged)
    return {s.now.source: s.now.is_believed for s in judged}


def stood_on(con: duckdb.DuckDBPyConnection, night: date) -> Standing:
    sql = "SELECT uri, source_sha256 FROM lineage.sighting WHERE seen_from <= $n AND (gone_on IS NULL OR gone_on > $n)"
    return set(con.execute(sql, {"n": night}).fetchall())


listings = st.dictionaries(st.sampled_from(PLACES), st.sampled_from("abc"))
asked_sources = st.lists(
    st.builds(
        Asked,
        st.sampled_from(("north", "south")),
        st.sampled_from((Decimal("0.2"), Decimal("0.5"), Decimal(1))),
        st.booleans(),
        st.sampled_from((None, None, "it is away")),
    ),
    unique_by=lambda one: one.source,
)
nights = st.lists(st.tuples(listings, asked_sources, st.integers(0, 2)), max_size=6)


@settings(max_examples=25, deadline=None)
@given(nights)
def test_the_intervals_tell_what_stood_where_on_every_night(
    sequence: list[tuple[dict[str, str], list[Asked], int]],
) -> None:
    """The model says it night by night; the table keeps intervals. A night may be run again, with more each time."""
    expected: dict[date, Standing] = {}
    before: Standing = set()
    with closing(bare()) as con:
        for number, (listing, asked, repeats) in enumerate(sequence):
            night = START + timedelta(days=number)
            listed = {one.source for one in asked if one.unavailable is None}
            standing = sorted((uri, sha) for uri, sha in listing.items() if source_of(uri) in listed)
            for part in range(repeats):  # earlier runs of this night found less
                record(con, night, standing[: part * 2], asked)
            believed = record(con, night, standing, asked)
            places = {uri for uri, _ in standing}
            kept = {row for row in before if not believed.get(source_of(row[0])) and row[0] not in places}
            before = expected[night] = kept | set(standing)
        assert {night: stood_on(con, night) for night in expected} == expected
        once = con.execute("FROM lineage.sighting ORDER BY ALL").fetchall()
        told = con.execute("FROM lineage.source_night ORDER BY ALL").fetchall()
        if sequence:
            record(con, night, standing, asked)
        assert con.execute("FROM lineage.sighting ORDER BY ALL").fetchall() == once
        assert con.execute("FROM lineage.source_night ORDER BY ALL").fetchall() == told


def files(*numbers: int, source: str = "north") -> list[tuple[str, str]]:
    return [(f"{source}/{n}.txt", "a") for n in numbers]


def test_a_source_is_compared_with_the_last_night_that_was_believed(con: duckdb.DuckDBPyConnection) -> None:
    days = [START + timedelta(days=n) for n in range(4)]
    asked = [Asked("north")]
    found = [record(con, day, files(*range(n)), asked)["north"] for day, n in zip(days, (10, 8, 7, 9), strict=True)]
    assert found == [True, False, False, True]
    rows = con.execute("SELECT files, files_before, files_gone FROM lineage.source_night ORDER BY night").fetchall()
    assert rows == [(10, None, None), (8, 10, 2), (7, 10, 3), (9, 10, 1)]
    assert {uri for uri, _ in stood_on(con, days[2])} == {uri for uri, _ in files(*range(10))}


def test_a_quiet_night_leaves_no_row(con: duckdb.DuckDBPyConnection) -> None:
    for day in range(3):
        record(con, START + timedelta(days=day), files(1, 2), [Asked("north")])
    assert con.execute("SELECT night FROM lineage.source_night").fetchall() == [(START,)]


def test_of_few_files_only_all_are_a_loss(con: duckdb.DuckDBPyConnection) -> None:
    found = [
        record(con, START + timedelta(days=day), files(*range(n)), [Asked("north")])["north"]
        for day, n in enumerate((4, 1, 0))
    ]
    assert found == [True, True, False]


def test_what_was_replaced_is_gone_even_where_the_source_is_not_believed(con: duckdb.DuckDBPyConnection) -> None:
    record(con, START, files(*range(5)), [Asked("north")])
    record(con, START + timedelta(days=1), [("north/0.txt", "b")], [Asked("north")])
    assert con.execute("SELECT uri, source_sha256 FROM lineage.sighting WHERE gone_on IS NOT NULL").fetchall() == [
        ("north/0.txt", "a")
    ]


@pytest.mark.fault(58)
def test_a_source_of_which_nothing_can_be_read_is_as_an_empty_one_and_takes_no_place(
    con: duckdb.DuckDBPyConnection,
) -> None:
    north, whole = [Asked("north")], files(0, 1)
    poison = [("north/0.txt", "x"), ("north/1.txt", "y")]
    record(con, START, whole, north)
    assert record(con, START + timedelta(days=1), poison, north, "xy") == {"north": False}
    assert stood_on(con, START + timedelta(days=1)) == {*whole, *poison}
    assert record(con, START + timedelta(days=2), whole, north) == {"north": True}
    assert stood_on(con, START + timedelta(days=2)) == set(whole)


@pytest.mark.fault(58)
def test_a_source_of_which_something_can_be_read_is_believed(con: duckdb.DuckDBPyConnection) -> None:
    north = [Asked("north")]
    assert record(con, START, [("north/0.txt", "x"), ("north/1.txt", "y")], north, "xy") == {"north": True}
    assert record(con, START + timedelta(days=1), files(0, 1), north) == {"north": True}
    more = [*files(0, 1), ("north/2.txt", "x"), ("north/3.txt", "y")]
    assert record(con, START + timedelta(days=2), more, north, "xy") == {"north": True}


def test_a_night_before_the_last_recorded_one_changes_nothing(con: duckdb.DuckDBPyConnection) -> None:
    record(con, START + timedelta(days=1), files(1), [Asked("north")])
    record(con, START, files(2), [Asked("north")])
    assert stood_on(con, START + timedelta(days=2)) == set(files(1))
