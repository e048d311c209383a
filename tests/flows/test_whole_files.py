"""A small file is there whole or not at all, and nothing stands beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.whole_files import write_whole


def test_a_file_that_cannot_be_finished_leaves_the_old_one_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: str) -> None:
        raise OSError("no space left")

    write_whole(tmp_path / "a.json", "old")
    monkeypatch.setattr("flows.whole_files.at", full)
    with pytest.raises(OSError, match="no space left"):
        write_whole(tmp_path / "a.json", "new")
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("a.json", "old")]
