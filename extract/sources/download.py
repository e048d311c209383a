"""A file of another machine, fetched into a part file: gone on with where it broke off, checked, and only then whole.

A part is named by where the file is and by its state (size, time, version): the next attempt and the next run find the
part of the same state, and one of another state is thrown away.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from extract.fault_points import at
from extract.rejection import Unreadable
from extract.sources.listed import (
    Limits,
    Listed,
    SourceUnavailable,
    not_opened,
    still_written,
    too_large,
    vanished,
)
from extract.sources.remote import NoPart, Permanent, Remote, Transfer
from extract.sources.store import incoming, is_of_machine


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole file in `path`, in the state that `file` says; or why there is none.

    `is_refused`: the source would not give it; `is_lost`: it could not, as often as it was asked.
    """

    file: Listed
    path: Path | None = None
    why: Unreadable | None = None
    is_refused: bool = False
    is_lost: bool = False


class _Wrong(Exception):
    """What arrived is not to be used; `is_kept`: more of it may still come."""

    def __init__(self, why: Unreadable, is_kept: bool = False):
        super().__init__(why.code)
        self.why, self.is_kept = why, is_kept


def part_key(place: str, file: Listed) -> str:
    """Names a state of a file: the same for the same state, and it begins alike for all states of one file."""
    return f"{_short(place, file.locator)}-{_short(str(file.size), str(file.mtime_ns), file.version)}"


def download(
    remote: Remote,
    place: str,
    file: Listed,
    archive_dir: Path,
    limits: Limits,
    until: float,
) -> Fetched:
    """Fetch one file. `place` names the source; `until`: when all of it must end (time.monotonic)."""
    until = min(until, time.monotonic() + limits.file_seconds)
    failed = Fetched(file, why=not_opened("not tried"))
    part: Path | None = None
    for attempt in range(limits.attempts):
        if attempt:
            seconds = limits.wait_seconds * 2 ** (attempt - 1)
            if time.monotonic() + seconds >= until:
                break
            time.sleep(seconds)
        try:
            if attempt:
                file = _now(remote, file)
            part = _part(archive_dir, place, file)
            _fetch(remote, file, part, limits, until)
            if not _now(remote, file).is_same_as(file):
                part.unlink()
                failed = Fetched(file, why=still_written())
                continue
            return Fetched(file, part)
        except NoPart:
            if part is not None:
                part.unlink(missing_ok=True)
            failed = Fetched(file, why=not_opened("no part of it"), is_lost=True)
        except Permanent as error:
            return Fetched(file, why=error.why, is_refused=True)
        except _Wrong as error:
            if part is not None and not error.is_kept:
                part.unlink(missing_ok=True)
            if error.why.code == "too_large":
                return Fetched(file, why=error.why)
            failed = Fetched(file, why=error.why, is_lost=error.is_kept)
        except Unreadable as error:
            failed = Fetched(file, why=error)
        except FileNotFoundError:
            return Fetched(file, why=vanished())
        except PermissionError:
            return Fetched(file, why=not_opened("PermissionError"), is_refused=True)
        except Exception as error:  # every file system has its own; its text may hold credentials
            if isinstance(error, SourceUnavailable) or is_of_machine(error):
                raise
            remote.reset()
            arrived = part.stat().st_size if part is not None and part.is_file() else 0
            why = _short_read(arrived, file.size) if arrived and file.size else not_opened(_kind(error))
            failed = Fetched(file, why=why, is_lost=True)
    return failed


def _now(remote: Remote, file: Listed) -> Listed:
    return replace(remote.state(file), uri=file.uri, is_archive=file.is_archive)


def _part(archive_dir: Path, place: str, file: Listed) -> Path:
    """The part file of this state; those of other states of the file are removed."""
    key = part_key(place, file)
    folder = incoming(archive_dir)
    for other in folder.glob(f"{key.partition('-')[0]}-*.part"):
        if other.name != f"{key}.part" or not file.is_recognisable:
            other.unlink(missing_ok=True)
    return folder / f"{key}.part"


def _fetch(remote: Remote, file: Listed, part: Path, limits: Limits, until: float) -> None:
    limit = limits.archive_bytes if file.is_archive else limits.file_bytes
    start = part.stat().st_size if part.is_file() else 0
    if file.size:
        start = min(start, file.size - 1)  # of a part that is whole already one byte, for the hashes told with it
    with remote.fetch(file, start) as transfer:
        size = _write(transfer, part, limit, until)
        expected = file.size or transfer.size
        if expected and size < expected:
            raise _Wrong(_short_read(size, expected), is_kept=True)
        if expected and size > expected:
            raise _Wrong(still_written())
        for name, told in sorted(transfer.digests.items()):
            if name in hashlib.algorithms_available and _digest(part, name) != told:
                raise _Wrong(_wrong_hash(name))


def _write(transfer: Transfer, part: Path, limit: int, until: float) -> int:
    """Add what arrives to the part; its size then."""
    with part.open("r+b" if part.is_file() else "wb") as out:
        out.truncate(transfer.start)
        out.seek(transfer.start)
        size = transfer.start
        for chunk in _checked(transfer.chunks):
            out.write(chunk)
            out.flush()
            at("pull.chunk")
            size += len(chunk)
            refusal = too_large(size, limit)
            if refusal:
                raise _Wrong(refusal)
            if time.monotonic() > until:
                raise TimeoutError("too slow")
    return size


def _checked(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The chunks; a checksum that the library itself finds wrong is told like one that is found here."""
    try:
        yield from chunks
    except Exception as error:
        if "hecksum" in type(error).__name__:
            raise _Wrong(_wrong_hash("checksum")) from error
        raise


def _digest(path: Path, name: str) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.new(name, usedforsecurity=False)).hexdigest()


def _short_read(arrived: int, size: int) -> Unreadable:
    return Unreadable(
        "short_read", f"{arrived:,} of {size:,} bytes arrived", "all of them", "the next run goes on from there"
    )


def _wrong_hash(name: str) -> Unreadable:
    return Unreadable(
        "wrong_hash",
        f"the bytes that arrived do not have the hash that the source tells ({name})",
        "the bytes of the source",
        "look after the connection; the next run fetches it again",
    )


def _kind(error: Exception) -> str:
    """What went wrong, in words that cannot hold an address or a password."""
    text = str(error)
    return text if text.startswith("HTTP ") and text[5:].isdecimal() else type(error).__name__


def _short(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()[:24]
