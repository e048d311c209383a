"""What a source offers and what came of it: the values that the rest of kaona knows sources by."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from extract.document import Rejection
from extract.rejection import Unreadable

MAX_FILE_BYTES = 100 * 1024 * 1024
_NO_SUCH_OPTION = re.compile(r"unexpected keyword argument '(\w{1,60})'")
# what an error's class means to whoever has to look for its cause; of two that fit, the first
_MEANING = (
    ("gaierror", "the name of its server is not known"),
    ("ConnectorDNSError", "the name of its server is not known"),
    ("CertificateError", "its certificate is not trusted"),
    ("ConnectionRefusedError", "nothing answers at its address and port"),
    ("EndpointConnectionError", "nothing answers at its address and port"),
    ("ClientConnectorError", "nothing answers at its address and port"),
    ("TimeoutError", "no answer in time"),
    ("PermissionError", "access is denied"),
    ("NoCredentialsError", "no key is given"),
)


class SourceUnavailable(Exception):
    """The source itself cannot be listed. That is not an empty source: nothing may be concluded from it."""


def not_there(name: str) -> SourceUnavailable:
    """A source that is no folder."""
    return SourceUnavailable(
        f"{name}: there is no such folder; expected a folder of PDFs and dumps; "
        "create it or correct the setting `sources`"
    )


def not_listed(
    name: str,
    error: Exception,
    expected: str = "a folder of PDFs and dumps",
    remedy: str = "check the setting `sources` and its access",
) -> SourceUnavailable:
    """A source that does not answer as it should. The error's own text is not told: it may hold credentials."""
    if (unknown := _NO_SUCH_OPTION.search(str(error))) is not None and isinstance(error, TypeError):
        return SourceUnavailable(
            f"{name}: source_options gives it {unknown[1]}, which sources of its kind do not know; "
            "expected an option of theirs; correct its name"
        )
    return SourceUnavailable(f"{name}: the source cannot be listed ({_what(error)}); expected {expected}; {remedy}")


def _what(error: Exception) -> str:
    classes = [cls.__name__ for cls in type(error).__mro__]
    means = next((words for ending, words in _MEANING if any(one.endswith(ending) for one in classes)), None)
    return classes[0] if means is None else f"{classes[0]}: {means}"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a source may ask of a night.

    `archive_bytes`: of a ZIP or tar archive, packed and unpacked. `attempts` for each file, with a wait before the next
    one that doubles from `wait_seconds`. `stall_seconds`: longest wait for an answer, and for the next bytes.
    `file_seconds`: one download on one night; what is there by then is kept and the next run goes on from it.
    `source_seconds`: all downloads from one source on one night. `connections`: files of a source fetched at once.
    """

    file_bytes: int = MAX_FILE_BYTES
    archive_bytes: int = 4096 * 1024 * 1024
    members: int = 50_000
    attempts: int = 4
    wait_seconds: float = 1.0
    stall_seconds: float = 30.0
    file_seconds: float = 900.0
    source_seconds: float = 7200.0
    connections: int = 4


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Listed:
    """A file the source offers: `uri` for people, `locator` for opening it, or why it must not be opened.

    `version` tells two states of a file apart where the source names them (an ETag); "" where it does not.
    `is_archive`: by its name a ZIP or tar archive, to be opened when its bytes are those of one.
    """

    uri: str
    locator: str
    size: int
    mtime_ns: int
    rejection: Rejection | None = None
    version: str = ""
    is_archive: bool = False

    @property
    def is_recognisable(self) -> bool:
        """Whether the source says enough to know that a file is the one it was."""
        return bool(self.mtime_ns or self.version)

    def is_same_as(self, other: Listed | Pulled) -> bool:
        """Whether both are one state of a file, as far as the source tells states apart."""
        return (self.size, self.mtime_ns, self.version) == (other.size, other.mtime_ns, other.version)


@dataclass(frozen=True, slots=True)
class Pulled:
    """A listed file, now in the archive as `sha256`; or `rejection`. `is_unchanged`: known before, not read again.

    `container`: the ZIP or tar archive it came out of, by its uri; `size`, `mtime_ns` and `version` of such a file are
    its own size and the time and version of that archive. `container_size` is how large that is.
    """

    uri: str
    size: int
    mtime_ns: int
    sha256: str | None = None
    rejection: Rejection | None = None
    is_unchanged: bool = False
    version: str = ""
    container: str = ""
    container_size: int = 0

    def __post_init__(self) -> None:
        if (self.sha256 is None) == (self.rejection is None):
            raise ValueError(f"{self.uri}: a pulled file has either a hash or a rejection, got neither or both")


Known = Mapping[str, Pulled]
"""What was pulled last, by uri: files that are as they were then are not opened again."""


def refused(file: Listed, why: Unreadable) -> Pulled:
    """A file that stays out, with the reason."""
    return Pulled(file.uri, file.size, file.mtime_ns, rejection=why.rejection(file.uri), version=file.version)


def too_large(size: int, limit: int) -> Unreadable | None:
    """Why a file of this size stays out; None for one within the limit."""
    if size <= limit:
        return None
    return Unreadable(
        "too_large", f"{size:,} bytes or more", f"at most {limit:,}", "deliver it in parts, or raise the size limit"
    )


def still_written() -> Unreadable:
    """The file is not finished: half of one state and half of another may not be read as a form."""
    return Unreadable(
        "changed_while_read",
        "it is still being written and is left for the next run",
        "a finished file",
        "deliver it under another name and rename it when it is complete",
    )


def not_opened(why: str) -> Unreadable:
    """The file could not be opened or fetched; `why` names the kind of fault and never quotes it."""
    return Unreadable(
        "cannot_open",
        f"it cannot be opened ({why})",
        "a file that can be read",
        "check the access to it; the next run tries again",
    )


def vanished() -> Unreadable:
    """The file was listed and is not there any more."""
    return Unreadable("vanished", "it was listed but is gone", "a file that can be read", "deliver the file again")
