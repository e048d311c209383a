"""Rows on their way to the warehouse, on disk: what is too much to be held until a night is loaded.

DuckDB holds what a transaction inserts piece by piece outside of its memory limit (half a gigabyte for the readings of
ten thousand files); what one statement takes from Parquet files it writes on.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import duckdb
import pandas as pd

from extract.fault_points import at
from load.prepared import casts, prepared_frame
from load.schema import columns_sql, literal, typed_frame
from transform.form import Table

# a name only, as in load/warehouse.py
Connection: TypeAlias = "duckdb.DuckDBPyConnection"
# for one slice at a time
_MEMORY_LIMIT = "256MB"


@dataclass(frozen=True)
class Staged:
    """Rows of one table in Parquet files, one for a slice; they are there until the night is loaded.

    `refused`: codes of projects whose rows do not count.
    """

    name: str
    paths: tuple[Path, ...]
    refused: tuple[str, ...] = ()

    @property
    def relation(self) -> str:
        """The rows as DuckDB reads them, slice by slice."""
        rows = f"read_parquet([{', '.join(literal(str(path)) for path in self.paths)}])"
        if not self.refused:
            return rows
        return f"(FROM {rows} WHERE project_code NOT IN ({', '.join(map(literal, self.refused))}))"

    def without(self, codes: Iterable[str]) -> Staged:
        """The same without decisions on these projects; what was read of them stays, as evidence."""
        return replace(self, refused=tuple(codes)) if self.name == "decision" else self

    def slices(self, con: Connection, table: Table) -> Iterator[pd.DataFrame]:
        """The rows of one slice after the other."""
        for path in self.paths:
            rows = replace(self, paths=(path,)).relation
            yield typed_frame(con.execute(f"SELECT {columns_sql(table.column_names)} FROM {rows}").df(), table)


class Staging:
    """Files written slice by slice, in whatever order the slices come."""

    def __init__(self, con: Connection, folder: Path):
        self._con = con
        self._folder = folder
        self._paths: dict[tuple[str, int], Path] = {}

    def add(self, table: Table, number: int, frame: pd.DataFrame) -> None:
        """Write the rows of one slice. Raises ValueError as loading them would (load/prepared.py)."""
        if frame.empty:
            return
        path = self._folder / f"{table.name}-{number:06}.parquet"
        self._con.register("slice", prepared_frame(table, frame))
        try:
            self._con.execute(f"COPY (SELECT {casts(table)} FROM slice) TO {literal(str(path))}")
        finally:
            self._con.unregister("slice")
        at("reconcile.staged")
        self._paths[table.name, number] = path

    def rows(self, name: str) -> Staged:
        """What was written of a table, in the order of the slices."""
        return Staged(name, tuple(path for (table, _), path in sorted(self._paths.items()) if table == name))


def forget_staged(folder: Path) -> None:
    """Remove what a night, or a run that was killed, has left there."""
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def staging(folder: Path, *, beside: bool = False) -> Iterator[Staging]:
    """An empty folder, and what writes into it; `beside` what was staged there before."""
    if not beside:
        forget_staged(folder)
    folder.mkdir(parents=True, exist_ok=beside)
    con = duckdb.connect(config={"threads": 1, "memory_limit": _MEMORY_LIMIT})
    try:
        yield Staging(con, folder)
    finally:
        con.close()
