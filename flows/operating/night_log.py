"""HOME/log/nights.jsonl: one line for every attempt of a night, whatever became of it; nothing else writes there.

A line is there whole or not at all: what a killed writer or a full disk left half written is cut off by the next
append, and no reader stumbles over it. The log stays bounded: at 4 MB it becomes nights.1.jsonl, three old ones stay.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from flows.file_lock import held

NAME = "nights.jsonl"
MAX_BYTES = 4 * 1024 * 1024
KEPT = 3
_WAIT_SECONDS = 5.0

Record = dict[str, Any]
# complete: published. nothing_new: nothing to do. blocked: a check refused to publish. refused: another run held the
# lock. stopped: by a signal or a deadline. killed: it never ended; the next run writes its line. failed: all else.
Outcome = Literal["complete", "nothing_new", "blocked", "refused", "stopped", "killed", "failed"]
GOOD: tuple[Outcome, ...] = ("complete", "nothing_new")


def append(folder: Path, record: Mapping[str, Any]) -> None:
    """Add one line, in one write, and wait until it is on disk. An attempt that is in the log already is not added.

    Raises OSError, with the log as it was, when it cannot be written.
    """
    line = (json.dumps(record, ensure_ascii=False) + "\n").encode("utf-8", "replace")
    # a run that is refused writes its line while the night goes on
    with held(folder / "nights.lock", lambda: BlockingIOError("another run writes into the log"), _WAIT_SECONDS):
        path = folder / NAME
        if any(one.get("attempt") == record.get("attempt") for one in read(folder, 20)):
            return
        if path.exists() and path.stat().st_size + len(line) > MAX_BYTES:
            _rotate(folder)
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            _mend(descriptor)
            whole = os.fstat(descriptor).st_size
            try:
                if os.write(descriptor, line) != len(line):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
                os.fsync(descriptor)
            except OSError:
                os.ftruncate(descriptor, whole)
                raise
        finally:
            os.close(descriptor)


def read(folder: Path, last: int) -> list[Record]:
    """The last so many records, oldest first. What is no whole line is passed over; no log is an empty one."""
    found: list[Record] = []
    for path in (folder / NAME, *(_old(folder, number) for number in range(1, KEPT + 1))):
        try:
            lines = path.read_bytes().splitlines()
        except OSError:
            continue
        found = [*_records(lines[-(last + 1) :] if len(lines) > last else lines), *found]
        if len(found) >= last:
            break
    return found[-last:]


def _records(lines: list[bytes]) -> Iterator[Record]:
    for line in lines:
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict):
            yield record


def _mend(descriptor: int) -> None:
    """Cut off a last line that is not whole; one that only lacks its end gets it."""
    size = os.fstat(descriptor).st_size
    tail = os.pread(descriptor, MAX_BYTES, max(0, size - MAX_BYTES))
    if not tail or tail.endswith(b"\n"):
        return
    torn = tail.rpartition(b"\n")[2]
    if list(_records([torn])):
        os.write(descriptor, b"\n")
    else:
        os.ftruncate(descriptor, size - len(torn))


def _old(folder: Path, number: int) -> Path:
    return folder / f"nights.{number}.jsonl"


def _rotate(folder: Path) -> None:
    for number in range(KEPT, 1, -1):
        if _old(folder, number - 1).exists():
            _old(folder, number - 1).replace(_old(folder, number))
    (folder / NAME).replace(_old(folder, 1))
