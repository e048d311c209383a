"""What doctor takes for the memory that can be had."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.operating.measures import _of_container

MB = 1024 * 1024


@pytest.mark.parametrize(
    ("limit", "used", "stat", "files"),
    [
        ("memory.max", "memory.current", "memory.stat", "inactive_file"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "memory/memory.stat", "total_inactive_file"),
    ],
    ids=["version 2", "version 1"],
)
def test_what_a_container_may_still_have_counts_files_that_are_held_only_because_there_was_room(
    limit: str, used: str, stat: str, files: str, tmp_path: Path
) -> None:
    assert _of_container(tmp_path) is None
    (tmp_path / "memory").mkdir()
    (tmp_path / limit).write_text(f"{450 * MB}\n")
    (tmp_path / used).write_text(f"{440 * MB}\n")
    (tmp_path / stat).write_text(f"anon {100 * MB}\n{files} {300 * MB}\n")
    assert _of_container(tmp_path) == 310
    (tmp_path / limit).write_text("max\n")
    assert _of_container(tmp_path) is None
