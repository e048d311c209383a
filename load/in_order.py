"""Rows in the order of their key, sorted piece by piece where one sort would not fit into little memory.

DuckDB puts a sort on disk once it outgrows the memory limit. It looks at that once in a row group, and long texts have
filled the memory by then (four columns of texts of 6 kB: 22,000 rows need 190 MB); and it holds a block of every run
that it merges, so that ten gigabytes do not fit however short the texts are. Pieces are ranges of the first column of
the key. Where they end follows from the rows alone, never from a setting, so what is written of them is the same too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from threading import Condition
from typing import Generic, NamedTuple, TypeVar
from uuid import uuid4

import duckdb

from load.schema import literal, quoted
from transform.form import Table

T = TypeVar("T")
# DuckDB's own, and the most rows of one in a Parquet file
ROW_GROUP = 122_880
_VECTOR = 2_048
# what may be held of the rows of one row group: as a part of a sort, and as a part of a Parquet file
_RUN_BYTES = 48 * 1024 * 1024
_GROUP_BYTES = 32 * 1024 * 1024
# what may be sorted in one go when its texts are short: two of them within the memory that is delivered
_SORT_BYTES = 120 * 1024 * 1024
# how often a text is held while it is sorted and written, and what a row takes besides
_TIMES_HELD, _ROW_BYTES = 3, 200
# each piece looks at all rows once; more pieces are made of pieces
_MOST_PIECES = 16


class Size(NamedTuple):
    """How many rows, and the bytes of their texts."""

    rows: int
    bytes: int

    @property
    def pieces(self) -> int:
        """In how many pieces the rows are sorted; what DuckDB reads at once anyway is one."""
        if self.rows <= _VECTOR:
            return 1
        whole = -(-self.bytes // _SORT_BYTES)
        in_a_group = self.bytes * min(ROW_GROUP, self.rows) // self.rows
        return max(whole, -(-self.bytes // _RUN_BYTES) if in_a_group > _RUN_BYTES else 1)

    @property
    def memory(self) -> int:
        """About what sorting and writing them needs at most, in bytes."""
        return min(_TIMES_HELD * self.bytes + self.rows * _ROW_BYTES, _SORT_BYTES)

    @property
    def rows_of_group(self) -> int:
        """How many rows a row group of a Parquet file holds."""
        if self.rows <= _VECTOR:
            return ROW_GROUP
        fitting = _GROUP_BYTES * self.rows // max(1, self.bytes)
        return max(_VECTOR, min(ROW_GROUP, fitting // _VECTOR * _VECTOR))


class InTurn(Generic[T]):
    """Work that several threads take from, the largest first; what does not fit beside the others waits.

    `memory` is what all may use together, in bytes; whoever is alone takes whatever comes.
    """

    def __init__(self, work: Mapping[T, Size], memory: int):
        self._left = dict(sorted(work.items(), key=lambda item: -item[1].bytes))
        self._free = memory
        self._busy = 0
        self._changed = Condition()

    def __iter__(self) -> Iterator[tuple[T, Size]]:
        """What one thread takes, one after the other; each is its own until it asks for the next."""
        while (taken := self._take()) is not None:
            try:
                yield taken
            finally:
                self._put_back(taken[1].memory)

    def _take(self) -> tuple[T, Size] | None:
        with self._changed:
            while self._left:
                fitting = (item for item in self._left.items() if item[1].memory <= self._free or not self._busy)
                if (taken := next(fitting, None)) is not None:
                    del self._left[taken[0]]
                    self._free -= taken[1].memory
                    self._busy += 1
                    return taken
                self._changed.wait()
        return None

    def _put_back(self, memory: int) -> None:
        with self._changed:
            self._free += memory
            self._busy -= 1
            self._changed.notify_all()


def memory_of(con: duckdb.DuckDBPyConnection) -> int:
    """The most memory that a connection's database may use, in bytes."""
    (said,) = con.execute("SELECT current_setting('memory_limit')").fetchone() or ("0 bytes",)
    number, unit = said.split()
    return int(float(number) * 1024 ** ("bytes", "KiB", "MiB", "GiB", "TiB").index(unit))


def size_of(con: duckdb.DuckDBPyConnection, rows: str, texts: Iterable[str]) -> Size:
    """Size of the rows that a SELECT gives; `texts`: their columns of texts."""
    bytes_ = " + ".join(f"coalesce(sum(strlen({quoted(name)})), 0)" for name in texts)
    found = con.execute(f"SELECT count(*), {bytes_ or 0} FROM ({rows})").fetchone() or (0, 0)
    return Size(int(found[0]), int(found[1]))


def size_of_table(con: duckdb.DuckDBPyConnection, table: Table, rows: str, most: Mapping[str, int]) -> Size:
    """Size of the rows of a table, or of a SELECT with its columns. `most`: how many rows tables have at most, by
    name: of a small one nobody asks more.
    """
    if (small := most.get(table.qualified, _VECTOR + 1)) <= _VECTOR:
        return Size(small, 0)
    return size_of(con, rows, (c.name for c in table.columns if c.type == "VARCHAR"))


def most_rows(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many rows the tables of the current database have, or had: deleted ones count still."""
    return dict(
        con.execute(
            "SELECT schema_name || '.' || table_name, estimated_size FROM duckdb_tables() "
            "WHERE database_name = current_database()"
        ).fetchall()
    )


def pieces_of(con: duckdb.DuckDBPyConnection, rows: str, column: str, size: Size) -> list[str]:
    """The rows as SELECTs, each of a range of `column`: sorted one after the other they are sorted by it."""
    ranges = _ranges(con, rows, column, size) if size.pieces > 1 else ["true"]
    return [f"SELECT * FROM ({rows}) WHERE {where}" for where in ranges]


def insert_in_order(con: duckdb.DuckDBPyConnection, target: str, rows: str, key: Sequence[str], size: Size) -> None:
    """Append what the SELECT `rows` gives, `size` of it, to the table `target` in the order of the columns of `key`."""
    pieces = pieces_of(con, rows, key[0], size)
    for piece in pieces:
        if size.pieces <= _MOST_PIECES or len(pieces) == 1:
            con.execute(f"INSERT INTO {target} {piece} ORDER BY {', '.join(map(quoted, key))}")
        else:
            _by_way_of_a_table(con, target, piece, key)


def _by_way_of_a_table(con: duckdb.DuckDBPyConnection, target: str, rows: str, key: Sequence[str]) -> None:
    """Append rows that are too many still: on their own they are looked at once for each of their pieces."""
    name = quoted(f"piece of {uuid4().hex}")
    con.execute(f"CREATE TEMP TABLE {name} AS {rows}")
    own = f"SELECT * FROM temp.{name}"
    try:
        texts = [column for column, type_, *_ in con.execute(f"DESCRIBE {own}").fetchall() if type_ == "VARCHAR"]
        insert_in_order(con, target, own, key, size_of(con, own, texts))
    finally:
        con.execute(f"DROP TABLE temp.{name}")


def _ranges(con: duckdb.DuckDBPyConnection, rows: str, column: str, size: Size) -> list[str]:
    """Conditions on the first column of a key, each for about as many of the rows; rows of one value stay together."""
    step = -(-size.rows // min(size.pieces, _MOST_PIECES))
    name = quoted(column)
    found = con.execute(
        f"SELECT CAST(value AS VARCHAR), typeof(value) FROM ("
        f"SELECT value, sum(n) OVER (ORDER BY value ROWS UNBOUNDED PRECEDING) - n AS before "
        f"FROM (SELECT {name} AS value, count(*) AS n FROM ({rows}) GROUP BY ALL)) "
        f"QUALIFY before // {step} <> lag(before // {step}, 1, 0) OVER (ORDER BY value) ORDER BY value"
    ).fetchall()
    bounds = [f"CAST({literal(value)} AS {type_})" for value, type_ in found]
    from_here = ["true", *(f"{name} >= {bound}" for bound in bounds)]
    up_to = [*(f"{name} < {bound}" for bound in bounds), "true"]
    return [f"{low} AND {high}" for low, high in zip(from_here, up_to, strict=True)]
