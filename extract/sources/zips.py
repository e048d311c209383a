"""ZIP archives: their entries by the names they were given, whatever wrote them."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from typing import IO, BinaryIO

from extract.sources.members import Member, name_of

MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
_UTF8, _ENCRYPTED = 0x800, 0x1
_UNIX = 3
_UNICODE_PATH = 0x7075
# an entry of the directory; its last number says where the file begins, unless that is told in an extra field
_ENTRY, _IN_ZIP64 = struct.Struct("<42xL"), 0xFFFFFFFF
# what tells a file of Office or OpenDocument, which is a ZIP too, from an archive
_OFFICE = ("[Content_Types].xml", "mimetype")


def is_office(archive: zipfile.ZipFile) -> bool:
    """Whether it is a file of Office or OpenDocument rather than an archive."""
    return any(info.filename in _OFFICE for info in archive.infolist()[:50])


def open_zip(stream: BinaryIO) -> zipfile.ZipFile:
    """The archive in these bytes; zipfile.BadZipFile and others when it is none.

    Also when it begins with another one: an archive of archives that was cut off has no directory of its own, and what
    Python finds is that of the last archive that stands whole inside it.
    """
    archive = zipfile.ZipFile(stream)
    if _begins_at(archive, stream) != 0:
        raise zipfile.BadZipFile("its directory is that of an archive inside it")
    return archive


def _begins_at(archive: zipfile.ZipFile, stream: BinaryIO) -> int:
    """How many bytes stand in front of the archive that the directory tells of."""
    if not archive.filelist:
        return archive.start_dir
    first = archive.filelist[0]
    stream.seek(archive.start_dir)
    entry = stream.read(_ENTRY.size)
    told = int(_ENTRY.unpack(entry)[-1])
    return first.header_offset - told if told != _IN_ZIP64 else 0


def members_of(archive: zipfile.ZipFile) -> Iterator[Member]:
    """Every entry that is no folder, in the order of the archive."""
    for info in archive.infolist():
        name = _name(info)
        mode = info.external_attr >> 16 if info.create_system == _UNIX else 0
        if name.endswith("/") or stat.S_ISDIR(mode):
            continue
        special = mode if stat.S_IFMT(mode) and not stat.S_ISREG(mode) else 0
        yield Member(
            name,
            info.file_size,
            info.compress_size,
            partial(_opened, archive, info),
            special,
            bool(info.flag_bits & _ENCRYPTED),
        )


def _opened(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> IO[bytes]:
    """Other ways of packing are unpacked by Python without a limit, and no export uses them."""
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise NotImplementedError("way of packing")
    return archive.open(info)


def _name(info: zipfile.ZipInfo) -> str:
    """The whole name, also behind a NUL; Windows programs of old write `\\` between folders."""
    name = info.orig_filename
    if not info.flag_bits & _UTF8:
        raw = name.encode("cp437")
        name = _unicode_path(info.extra, raw) or name_of(raw)
    return name.replace("\\", "/")


def _unicode_path(extra: bytes, raw: bytes) -> str | None:
    """The name in UTF-8 that Info-ZIP puts beside the old one; None when there is none for this name."""
    while len(extra) >= 4:
        kind, length = struct.unpack("<HH", extra[:4])
        field, extra = extra[4 : 4 + length], extra[4 + length :]
        if kind == _UNICODE_PATH and len(field) > 5 and struct.unpack("<L", field[1:5])[0] == zlib.crc32(raw):
            return field[5:].decode("utf-8", "replace")
    return None
