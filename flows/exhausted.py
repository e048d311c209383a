"""What there was no more of when a night failed (room, files, processes, memory, a whole file), and what to do."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from flows.summary import Watch

# what there is no more of → numbers of the system's errors, what DuckDB and Python say of it, what to do
_OUT_OF = {
    "room on the disk": ((errno.ENOSPC, errno.EDQUOT), ("no space left on device", "quota exceeded"), "make room"),
    "room in a file": ((errno.EFBIG,), ("file too large",), "allow larger ones (ulimit -f, LimitFSIZE)"),
    "open files": (
        (errno.EMFILE, errno.ENFILE), ("too many open files",), "allow more (ulimit -n, LimitNOFILE)"
    ),
    "processes and threads": (
        (errno.EAGAIN,), ("start new thread", "temporarily unavailable"), "allow more (ulimit -u, TasksMax)"
    ),
    "memory for DuckDB": ((), ("outofmemoryexception",), "allow it more (KAONA_MEMORY_LIMIT)"),
    "memory": ((errno.ENOMEM,), ("memoryerror",), "allow more (ulimit -v, MemoryMax) or give the machine more"),
}  # fmt: skip
_LIBRARIES = ("duckdb", "_duckdb")
_OF_DAMAGE = ("not a valid duckdb database file", "corrupt database file", "could not read enough bytes")


class Exhausted(RuntimeError):
    """The machine, not the input, kept a night from its end."""


class Damaged(RuntimeError):
    """The working file is no DuckDB file any more, or not all of it."""


@contextmanager
def told_clearly(watch: Watch) -> Iterator[None]:
    """Raise Exhausted or Damaged from what the system or DuckDB raises of that; all else as it is."""
    try:
        yield
    except Exception as error:
        if _is_damage(error):
            raise Damaged(
                f"the working file work/kaona.duckdb cannot be read in stage {watch.stage} ({_first_line(error)}); "
                "what is published is whole, check the disk, then make it again from the archive: kaona run --rebuild"
            ) from error
        words = _words(error)
        if words is None:
            raise
        what, remedy = words
        raise Exhausted(
            f"out of {what} in stage {watch.stage} ({_first_line(error)}); "
            f"what is published is whole, {remedy} and run again"
        ) from error


def _is_damage(error: Exception) -> bool:
    is_of_library = type(error).__module__.partition(".")[0] in _LIBRARIES
    said = str(error).lower()
    return is_of_library and "published" not in said and any(phrase in said for phrase in _OF_DAMAGE)


def _words(error: Exception) -> tuple[str, str] | None:
    """What ran out and what to do, None for any other error, and for one of kaona's own, which says so itself."""
    is_of_library = type(error).__module__.partition(".")[0] in _LIBRARIES
    if not (is_of_library or isinstance(error, (OSError, MemoryError)) or type(error) is RuntimeError):
        return None
    number = getattr(error, "errno", None)
    said = "" if number is not None else f"{type(error).__name__}: {error}".lower()
    for what, (numbers, phrases, remedy) in _OUT_OF.items():
        if number in numbers or any(phrase in said for phrase in phrases):
            return what, remedy
    return None


def _first_line(error: Exception) -> str:
    """The error in one line: DuckDB goes on with advice for those who write SQL."""
    said = str(error).partition("\n")[0]
    return f"{type(error).__name__}: {said}" if said else type(error).__name__
