"""Two working files over the same archive, compared per file and per value: what another reader or rule set changes.

The old file says what is told today, the new one what would be told. Neither is written to; a file of an older
registry is compared as far as both have the columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

import duckdb

from load.comparison_sql import FILES, LATEST, LOSSES, TOTALS, VALUES, Query
from load.schema import columns_sql, literal, quoted
from transform.form import Table, load_form

# a name only: a module that holds the type itself makes DuckDB complain of leaks when a run under Prefect ends
Connection: TypeAlias = "duckdb.DuckDBPyConnection"
# tables that are compared; the two sides see them as old.NAME and new.NAME
_TABLES = ("source_file", "rejected_file", "form_copy", "reading", "decision", "delivery", "dim_project")
_ALSO = ("fact_progress_report", "register")
_OFFLINE: dict[str, Any] = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}


class NotComparable(ValueError):
    """One of the two files cannot be opened as a warehouse; the message names it."""


@dataclass(frozen=True, slots=True)
class Losses:
    """What the old file has and the new one lacks, of files and of the current state of projects."""

    files_rejected: int
    files_missing: int
    projects: int
    deliveries: int
    reports: int
    values: int

    @property
    def any(self) -> bool:
        """Whether something is lost."""
        return any(asdict(self).values())


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs, in numbers; every list is in a fixed order.

    `files`: (verdict, what, files), `values`: kind → values, `fields`: (field, gained, lost, changed, weighed
    otherwise), `rules`: (old rule, new rule, values), `causes`: (cause, values), `totals`: (fiscal year, measure, old,
    new), `readers`: (reader version, files of old, files of new), `registers`: names of those that decide otherwise,
    `not_compared`: columns that only one registry has.
    """

    files: tuple[tuple[str, str, int], ...]
    values: dict[str, int]
    fields: tuple[tuple[str, int, int, int, int], ...]
    rules: tuple[tuple[str | None, str | None, int], ...]
    causes: tuple[tuple[str, int], ...]
    totals: tuple[tuple[int | None, str, Any, Any], ...]
    readers: tuple[tuple[str, int, int], ...]
    registers: tuple[str, ...]
    losses: Losses
    not_compared: tuple[str, ...] = ()

    @property
    def is_equal(self) -> bool:
        """Whether both files say the same of every file and every value."""
        return not self.values and all(verdict == "equal" for verdict, _, _ in self.files)

    def files_by(self, verdict: str) -> int:
        """How many files are `better`, `worse`, `otherwise` or `equal`."""
        return sum(n for found, _, n in self.files if found == verdict)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The difference, and the connection that holds every differing row in `file_difference` and `value_difference`."""

    con: Connection
    difference: Difference

    def rows(self, sql: str) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
        """Names and rows of a query over the differing rows."""
        result = self.con.execute(sql)
        return tuple(column[0] for column in result.description or ()), result.fetchall()


@contextmanager
def compared(old: Path, new: Path, spill: Path, *, memory_limit: str = "2GB") -> Iterator[Comparison]:
    """Compare two working or published files, both closed; `spill` is a folder for what does not fit in memory.

    Raises NotComparable when one cannot be read.
    """
    config = _OFFLINE | {"temp_directory": str(spill), "memory_limit": memory_limit}
    with duckdb.connect(config=config) as con:
        not_compared = [*_attach(con, "old", old), *_attach(con, "new", new)]
        try:
            con.execute(FILES)
            con.execute(LATEST)
            con.execute(VALUES)
            found = _difference(con, tuple(sorted(set(not_compared))))
        except duckdb.Error as error:
            raise NotComparable(f"{old} and {new} cannot be compared ({error})") from error
        yield Comparison(con, found)


def _attach(con: Connection, side: str, path: Path) -> list[str]:
    """Let SQL see the tables of one file as SIDE.NAME with today's columns; columns that it lacks, which are empty."""
    try:
        con.execute(f"ATTACH {literal(str(path))} AS {side}_file (READ_ONLY)")
        present = {
            (schema, table, column)
            for schema, table, column in con.execute(
                "SELECT schema_name, table_name, column_name FROM duckdb_columns() WHERE database_name = ?",
                [f"{side}_file"],
            ).fetchall()
        }
    except duckdb.Error as error:
        raise NotComparable(f"{path}: it cannot be opened as a warehouse of kaona ({error})") from error
    if not present:
        raise NotComparable(f"{path}: it holds no table; expected a working or published file of kaona")
    con.execute(f"CREATE SCHEMA {side}")
    lacking = []
    for name in (*_TABLES, *_ALSO):
        table = load_form().tables[name]
        columns, missing = _columns(table, present)
        lacking += [f"{table.qualified}.{column}" for column in missing]
        source = (
            f"FROM {side}_file.{table.schema}.{quoted(name)}" if len(missing) < len(table.columns) else "WHERE false"
        )
        con.execute(f"CREATE VIEW {side}.{quoted(name)} AS SELECT {columns} {source}")
    return lacking


def _columns(table: Table, present: set[tuple[str, str, str]]) -> tuple[str, list[str]]:
    missing = [c.name for c in table.columns if (table.schema, table.name, c.name) not in present]
    selected = [
        f"CAST(NULL AS {c.type}) AS {quoted(c.name)}" if c.name in missing else columns_sql([c.name])
        for c in table.columns
    ]
    return ", ".join(selected), missing


def _difference(con: Connection, not_compared: tuple[str, ...]) -> Difference:
    def ask(sql: str) -> list[Any]:
        return con.execute(sql).fetchall()

    registers = ask(
        "SELECT coalesce(o.name, n.name) AS name FROM old.register AS o FULL JOIN new.register AS n ON n.name = o.name "
        "WHERE o.sha256 IS DISTINCT FROM n.sha256 ORDER BY name"
    )
    return Difference(
        files=tuple(ask(Query.FILES)),
        values=dict(ask(Query.KINDS)),
        fields=tuple(ask(Query.FIELDS)),
        rules=tuple(ask(Query.RULES)),
        causes=tuple(ask(Query.CAUSES)),
        totals=tuple(ask(TOTALS)),
        readers=tuple(ask(Query.READERS)),
        registers=tuple(name for (name,) in registers),
        losses=Losses(*_only(ask(LOSSES))),
        not_compared=not_compared,
    )


def _only(rows: Sequence[Sequence[int]]) -> Sequence[int]:
    (row,) = rows
    return row
