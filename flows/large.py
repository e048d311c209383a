"""What is large enough to be done in a process of its own (flows/apart.py): a smaller night leaves little behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.forked import may_fork
from flows.settings import Settings

if TYPE_CHECKING:
    from flows.stages import Readings

LEAST_FILES = 1_000
LEAST_BYTES = 16 * 1024 * 1024


def is_large(settings: Settings, readings: Readings) -> bool:
    """Whether a night is: what is decided and judged of it, and then loaded."""
    return len(readings.new) + len(readings.before) >= LEAST_FILES and may_fork(settings.workers)


def is_much_stored(settings: Settings) -> bool:
    """Whether the working file is: what is published of it, and told."""
    from load.warehouse import work_path

    path = work_path(settings.home)
    return path.exists() and path.stat().st_size >= LEAST_BYTES and may_fork(settings.workers)
