"""Whether the working file is there. A module of its own: a quiet night needs nothing else of the warehouse."""

from __future__ import annotations

from pathlib import Path

from flows.archived_nights import nights_of
from flows.settings import Settings


def is_filled(path: Path) -> bool:
    """Whether a file is there and not empty: DuckDB takes an empty one for a warehouse that never held anything."""
    return path.is_file() and path.stat().st_size > 0


def is_gone(settings: Settings) -> bool:
    """Whether something is published, the archive knows nights, and the working file of both is lost."""
    is_there = is_filled(settings.home / "work" / "kaona.duckdb")
    return not is_there and settings.published.is_file() and bool(nights_of(settings.archive))
