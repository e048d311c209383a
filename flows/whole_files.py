"""Small files that are there whole or not at all, also when their writer is killed."""

from __future__ import annotations

import os
from pathlib import Path

from extract.fault_points import at
from extract.half_made import gone_on_error


def write_whole(path: Path, text: str, *, waits: bool = True) -> None:
    """Put a text in the place of what a file held, by one rename. `waits`: until it is on disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with gone_on_error(part):
        with part.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
            if waits:
                file.flush()
                os.fsync(file.fileno())
                at("whole.part")
        part.replace(path)
