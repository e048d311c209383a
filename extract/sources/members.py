"""A file in an archive: what it is called, and whether it may come out."""

from __future__ import annotations

import re
import stat
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from extract.rejection import Unreadable

# a name of a folder may be 255 bytes; what is longer in all than this is nobody's file name
LONGEST_NAME = 1024
_SHOWN = 120
# text shrinks to a twentieth; what shrinks to less than this is made to fill a disk
_MOST_PACKED, _PACKED_FROM = 250, 1024 * 1024
_DRIVE = re.compile(r"^[A-Za-z]:")
_THAI = re.compile("[ก-๛]")


class Overfull(Exception):
    """The archive as a whole asks for more than it may: nothing of it is taken. `why` says of what."""

    def __init__(self, why: Unreadable):
        super().__init__(why.code)
        self.why = why


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of an archive that is no folder. `mode`: its file type, 0 for a file; `open` gives its bytes."""

    name: str
    size: int
    packed: int
    open: Callable[[], IO[bytes]]
    mode: int = 0
    is_encrypted: bool = False

    @property
    def is_hidden(self) -> bool:
        """Whether it is one that a folder would not list either, or that a Mac adds."""
        parts = [part for part in self.name.split("/") if part not in (".", "..")]
        return any(p.startswith(".") or p == "__MACOSX" for p in parts) or self.name.endswith(".part")

    @property
    def shown(self) -> str:
        """The name below the archive's; too long ones are cut."""
        return self.name if len(self.name) <= LONGEST_NAME else self.name[:_SHOWN] + "…"

    def refusal(self) -> Unreadable | None:
        """Why it may not come out; None when it may."""
        if _is_unsafe(self.name):
            return Unreadable(
                "unsafe_name",
                "its name in the archive leads out of it",
                "a name below the archive",
                "pack it again without a path",
            )
        if len(self.name) > LONGEST_NAME:
            return Unreadable(
                "unsafe_name",
                f"its name in the archive has {len(self.name):,} characters",
                f"at most {LONGEST_NAME:,}",
                "give it a short name",
            )
        if self.mode:
            return Unreadable("not_a_regular_file", _kind(self.mode), "a file", "pack the file itself")
        if self.is_encrypted:
            return Unreadable(
                "encrypted_member",
                "it is encrypted in its archive",
                "an archive without a password",
                "pack it again without a password",
            )
        if self.size >= _PACKED_FROM and self.size > _MOST_PACKED * max(self.packed, 1):
            return Unreadable(
                "archive_limit", f"it is packed more than {_MOST_PACKED} to 1", "a form", "check who made this archive"
            )
        return None


def duplicate() -> Unreadable:
    """Two files of one archive have one name: nobody can say which is meant."""
    return Unreadable(
        "duplicate_name", "the archive holds several files of this name", "one of each name", "pack the right one alone"
    )


def nested() -> Unreadable:
    """An archive in an archive is not opened: such towers are how disks are filled."""
    return Unreadable(
        "nested_archive", "an archive inside an archive", "PDFs and dumps", "deliver the inner archive by itself"
    )


def name_of(raw: bytes) -> str:
    r"""The name that bytes of an archive stand for where it does not say in what letters.

    Windows in Thai writes cp874, a Mac UTF-8, DOS its own.

    >>> name_of("โครงการ.pdf".encode("cp874")), name_of("โครงการ.pdf".encode()), name_of(b"caf\x82.pdf")
    ('โครงการ.pdf', 'โครงการ.pdf', 'café.pdf')
    """
    for encoding in ("utf-8", "cp874"):
        try:
            name = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8" or _THAI.search(name):
            return name
    return raw.decode("cp437")


def _is_unsafe(name: str) -> bool:
    parts = name.split("/")
    return not name or "\0" in name or name.startswith("/") or ".." in parts or bool(_DRIVE.match(name))


def _kind(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "a link in an archive"
    return "a pipe" if stat.S_ISFIFO(mode) else "a device"
