"""ZIP and tar archives as folders: each file in one is a file of the source, `inbox/export.zip/a.pdf`.

Nothing is written under a name from the archive, and nothing is unpacked without limit. One bad file leaves the others;
what is wrong with the archive itself is told once, and then nothing of it is taken.
"""

from __future__ import annotations

import io
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO

from extract.rejection import Unreadable
from extract.sources import tars, zips
from extract.sources.listed import Limits, Listed, Pulled, too_large
from extract.sources.members import Member, Overfull, duplicate, nested
from extract.sources.naming import display, is_archive_name
from extract.sources.store import Store, incoming, is_of_machine

# the directory of a ZIP is read in one piece, as are long names in a tar
_MOST_AT_ONCE = 16 * 1024 * 1024
_CHUNK = 1024 * 1024


def unpack(stream: BinaryIO, file: Listed, limits: Limits, store: Store, archive_dir: Path) -> list[Pulled] | None:
    """The files of an archive, stored; None when the bytes are no archive but a file like any other.

    Always at least one entry: an archive that is broken, empty or asks for too much is one rejection under its own uri.
    """
    try:
        with _members(stream, file, limits, archive_dir) as found:
            if found is None:
                return None
            pulled = list(_taken(list(found), file, limits, store))
    except Overfull as error:
        return [_rejected(file, error.why)]
    except Exception as error:  # zipfile and tarfile raise many kinds for broken archives
        if is_of_machine(error):
            raise
        return [_rejected(file, _broken(type(error).__name__))]
    return pulled or [_rejected(file, _empty())]


@contextmanager
def _members(stream: BinaryIO, file: Listed, limits: Limits, archive_dir: Path) -> Iterator[Iterable[Member] | None]:
    head = stream.read(512)
    stream.seek(0)
    if head.startswith(zips.MAGIC):
        with zips.open_zip(_Measured.over(stream)) as archive:
            if len(archive.infolist()) > limits.members:
                raise Overfull(tars.too_many(limits.members))
            yield None if zips.is_office(archive) else zips.members_of(archive)
    elif head.startswith(tars.GZIP):
        with tempfile.TemporaryDirectory(prefix="unpack-", dir=incoming(archive_dir)) as folder:
            plain = Path(folder) / "tar"
            tars.inflate(stream, plain, limits.archive_bytes)
            with plain.open("rb") as inner, _members(inner, file, limits, archive_dir) as found:
                yield found
    elif tars.is_tar(head):
        with tars.open_tar(_Measured.over(stream)) as tar:
            yield tars.members_of(tar, limits.members)
    else:
        yield None


def _taken(members: list[Member], file: Listed, limits: Limits, store: Store) -> Iterator[Pulled]:
    members = [member for member in members if not member.is_hidden]
    if sum(max(member.size, 0) for member in members if not member.mode) > limits.archive_bytes:
        raise Overfull(tars.unpacks_to_more(limits.archive_bytes))
    times = Counter(member.name for member in members)
    for name, member in {member.name: member for member in members}.items():
        uri = f"{file.uri}/{display(member.shown)}"
        try:
            refusal = member.refusal() or too_large(member.size, limits.file_bytes)
            if refusal or times[name] > 1:
                raise refusal or duplicate()
            data = _bytes_of(member, limits)
            if is_archive_name(name) and _is_packed(data):
                raise nested()
        except Unreadable as error:
            yield _member(file, uri, member.size, error)
        else:
            yield _member(file, uri, len(data), store.add(data))


def _bytes_of(member: Member, limits: Limits) -> bytes:
    try:
        with member.open() as stream:
            data = b"".join(_read(stream, limits.file_bytes + 1))
    except Exception as error:  # a wrong checksum, a way of packing that is not known, bytes that are missing
        raise _broken_member(type(error).__name__) from error
    refusal = too_large(len(data), limits.file_bytes)
    if refusal:
        raise refusal
    if len(data) != member.size:
        raise _broken_member("ShortRead")
    return data


def _read(stream: IO[bytes], most: int) -> Iterator[bytes]:
    while most > 0 and (chunk := stream.read(min(_CHUNK, most))):
        most -= len(chunk)
        yield chunk


def _is_packed(data: bytes) -> bool:
    if data.startswith(zips.MAGIC):
        try:
            with zips.open_zip(io.BytesIO(data)) as archive:
                return not zips.is_office(archive)
        except Exception:
            return True
    return data.startswith(tars.GZIP) or tars.is_tar(data[:512])


def _member(file: Listed, uri: str, size: int, became: str | Unreadable) -> Pulled:
    sha256, rejection = (became, None) if isinstance(became, str) else (None, became.rejection(uri))
    return Pulled(
        uri, size, file.mtime_ns, sha256, rejection, version=file.version, container=file.uri, container_size=file.size
    )


def _rejected(file: Listed, why: Unreadable) -> Pulled:
    return _member(file, file.uri, file.size, why)


def _broken(what: str) -> Unreadable:
    return Unreadable(
        "broken_archive", f"the archive is damaged or cut off ({what})", "a whole archive", "pack and deliver it again"
    )


def _broken_member(what: str) -> Unreadable:
    return Unreadable(
        "broken_member", f"it cannot be unpacked ({what})", "a whole file in the archive", "pack and deliver it again"
    )


def _empty() -> Unreadable:
    return Unreadable("empty_archive", "an archive without files", "PDFs and dumps in it", "deliver it again")


class _Measured(io.RawIOBase):
    """A file of which nobody reads very much at once: archives say themselves how long their directories are."""

    def __init__(self, stream: BinaryIO):
        self._stream = stream

    @classmethod
    def over(cls, stream: BinaryIO) -> BinaryIO:
        return cls(stream)  # type: ignore[return-value]

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= _MOST_AT_ONCE:
            data = self._stream.read(_MOST_AT_ONCE + 1)
            if len(data) > _MOST_AT_ONCE:
                raise Overfull(tars.unpacks_to_more(_MOST_AT_ONCE))
            return data
        return self._stream.read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True
