"""tar archives, plain or packed by gzip."""

from __future__ import annotations

import gzip
import stat
import tarfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

from extract.rejection import Unreadable
from extract.sources.members import Member, Overfull, name_of

GZIP = b"\x1f\x8b"
_CHUNK = 1024 * 1024
_BLOCK = 512


def is_tar(head: bytes) -> bool:
    """Whether the first 512 bytes are the head of a tar archive: its checksum fits."""
    try:
        tarfile.TarInfo.frombuf(head[:_BLOCK], "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


def inflate(stream: BinaryIO, into: Path, limit: int) -> None:
    """Unpack gzip into a file; Overfull beyond the limit, EOFError and OSError for what is cut off or broken."""
    size = 0
    with gzip.GzipFile(fileobj=stream) as packed, into.open("wb") as plain:
        while chunk := packed.read(_CHUNK):
            size += len(chunk)
            if size > limit:
                raise Overfull(unpacks_to_more(limit))
            plain.write(chunk)


def unpacks_to_more(limit: int) -> Unreadable:
    """The archive holds more than it may."""
    return Unreadable(
        "archive_limit",
        f"the archive unpacks to more than {limit:,} bytes",
        "an export of forms",
        "deliver it in parts, or raise max_archive_mb",
    )


def too_many(limit: int) -> Unreadable:
    """The archive holds more files than it may."""
    return Unreadable(
        "archive_limit", f"the archive holds more than {limit:,} files", "an export of forms", "deliver it in parts"
    )


def open_tar(stream: BinaryIO) -> tarfile.TarFile:
    """The archive in these bytes; tarfile.TarError and others when it is none."""
    return tarfile.open(fileobj=stream, mode="r:", encoding="utf-8", errors="surrogateescape")


def members_of(archive: tarfile.TarFile, limit: int) -> Iterator[Member]:
    """Every entry that is no folder, in the order of the archive; Overfull when there are more than `limit`."""
    for number, info in enumerate(archive, start=1):
        if number > limit:
            raise Overfull(too_many(limit))
        if info.size < 0:
            raise tarfile.ReadError("a negative size")
        if info.isdir():
            continue
        name = name_of(info.name.encode("utf-8", "surrogateescape"))
        opening = cast("partial[BinaryIO]", partial(archive.extractfile, info))
        yield Member(name, info.size, info.size, opening, _mode(info))


def _mode(info: tarfile.TarInfo) -> int:
    if info.issym() or info.islnk():
        return stat.S_IFLNK
    if info.isfifo():
        return stat.S_IFIFO
    return 0 if info.isreg() and not info.issparse() else stat.S_IFCHR
