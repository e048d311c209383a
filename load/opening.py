"""Opening what is published, for reading. A module of its own: a quick question needs nothing else of the warehouse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

# DuckDB must never try to fetch an extension: it takes seconds, and servers have no network
OFFLINE: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


@contextmanager
def reading(
    path: Path, *, threads: int | None = None, hardened: bool = False, **config: Any
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a published file for reading, as it is on disk now. `hardened`: queries cannot touch other files, the
    network or the settings.

    It is attached to a connection of its own: DuckDB gives a second connection to a path the file that the first one
    of this process opened, though another file stands there by now. Raises FileNotFoundError naming the remedy when
    nothing was published yet.
    """
    if not path.exists():
        raise FileNotFoundError(f"{path}: nothing was published yet; run `kaona run` first")
    config = {**OFFLINE, **config}
    if threads is not None:
        config["threads"] = threads
    quoted = str(path).replace("'", "''")
    with duckdb.connect(config=config) as con:
        con.execute(f"ATTACH '{quoted}' AS kaona (READ_ONLY)")
        con.execute("USE kaona")
        if hardened:
            con.execute("SET enable_external_access = false")
            con.execute("SET lock_configuration = true")
        yield con
