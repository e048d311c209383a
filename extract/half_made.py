"""Files that are being made: when they cannot be finished they go, and take no room that the next step needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def gone_on_error(*paths: Path) -> Iterator[None]:
    """Remove these files when the block fails, for whatever reason; one that is not there is no matter."""
    try:
        yield
    except BaseException:
        for path in paths:
            with suppress(OSError):
                path.unlink(missing_ok=True)
        raise
