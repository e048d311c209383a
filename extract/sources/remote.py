"""Sources on other machines, whatever fsspec has a name for: what they offer, and a file's bytes from any place in it.

Kinds that can do more than read from the start have modules of their own (web, s3, sftp).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from extract.rejection import Unreadable
from extract.sources.listed import Limits, Listed, SourceUnavailable, not_listed, not_there, too_large
from extract.sources.naming import display, is_archive_name, last_name

T = TypeVar("T")
# small enough to arrive within the wait on a slow line
CHUNK = 256 * 1024
_VERSIONS = ("ETag", "etag", "md5", "md5Hash", "content_md5", "checksum", "generation")
_TIMES = ("mtime", "LastModified", "last_modified", "updated", "modified", "modify", "created")


@dataclass(frozen=True, slots=True)
class Transfer:
    """The bytes of a file from `start` on, which may be 0 though more was asked for; `size`: of the whole file, 0 when
    the source does not say. `digests`: what the source says its hashes are, in hexadecimal, by their name in hashlib.
    """

    start: int
    chunks: Iterator[bytes]
    size: int = 0
    digests: Mapping[str, str] = field(default_factory=dict)


class Remote(Protocol):
    """A source on another machine. Every call ends: an answer, or an error of any kind within the limits' times."""

    def listing(self) -> list[Listed]:
        """Every file; SourceUnavailable when they cannot be listed."""

    def state(self, file: Listed) -> Listed:
        """The file as it is now; FileNotFoundError when it is gone."""

    def fetch(self, file: Listed, start: int) -> AbstractContextManager[Transfer]:
        """Its bytes from there on."""

    def reset(self) -> None:
        """Forget the connection: it may be dead."""


class Permanent(Exception):
    """An answer that another attempt would get again; `why` is the reason to give."""

    def __init__(self, why: Unreadable):
        super().__init__(why.code)
        self.why = why


class NoPart(Exception):
    """The source cannot begin in the middle of a file: the part that is there is of no use."""


class AnyRemote:
    """What fsspec can open, read through its ordinary interface."""

    def __init__(self, uri: str, name: str, options: Mapping[str, Any], limits: Limits):
        self._uri, self._name, self._options, self._limits = uri, name, dict(options), limits
        self._made: tuple[Any, str] | None = None

    def connected(self) -> tuple[Any, str]:
        """The file system and where the source stands in it."""
        if self._made is None:
            import fsspec

            self._made = fsspec.core.url_to_fs(self._uri, **{"skip_instance_cache": True, **self._options})
        return self._made

    def listing(self) -> list[Listed]:
        """Every file below the source."""
        name = self._name
        try:
            found = bounded(self._found, self._limits.file_seconds)
        except SourceUnavailable:
            raise
        except ImportError as error:
            kind = self._uri.partition("://")[0]
            raise SourceUnavailable(
                f"{name}: a package for sources of this kind is missing ({error.name or kind}); "
                "expected what fsspec asks for such addresses; install it beside kaona"
            ) from error
        except Exception as error:  # every file system has its own
            raise not_listed(name, error) from error
        if found is None:
            raise not_there(name)
        root = self.connected()[1]
        return [file for locator, info in found.items() if (file := self._seen(locator, root, info)) is not None]

    def _seen(self, locator: str, root: str, info: Mapping[str, Any]) -> Listed | None:
        """One entry of a listing; None for what is not listed."""
        inside = locator.removeprefix(root).strip("/")
        size = int(info.get("size") or 0)
        return listed(self._name, locator, inside, size, mtime_ns(info), version(info), self._limits)

    def state(self, file: Listed) -> Listed:
        """The file as it is now."""
        info = bounded(lambda: self.connected()[0].info(file.locator), self._limits.stall_seconds)
        return Listed(file.uri, file.locator, int(info.get("size") or 0), mtime_ns(info), None, version(info))

    @contextmanager
    def fetch(self, file: Listed, start: int) -> Iterator[Transfer]:
        """Its bytes from there on; NoPart where the file system cannot go to a place."""
        seconds = self._limits.stall_seconds
        opened = bounded(lambda: self.connected()[0].open(file.locator, "rb"), seconds)
        try:
            if start:
                try:
                    bounded(lambda: opened.seek(start), seconds)
                except (OSError, NotImplementedError, ValueError) as error:
                    raise NoPart from error
            yield Transfer(start, _chunks(lambda: bounded(lambda: opened.read(CHUNK), seconds)))
        finally:
            opened.close()

    def reset(self) -> None:
        """Forget the connection: it may be dead."""
        self._made = None

    def _found(self) -> dict[str, dict[str, Any]] | None:
        filesystem, root = self.connected()
        found: dict[str, dict[str, Any]] = filesystem.find(root, detail=True)
        return found if found or filesystem.exists(root) else None


def listed(
    name: str, locator: str, inside: str, size: int, changed_ns: int, state: str, limits: Limits
) -> Listed | None:
    """One file of a source; None for hidden ones and parts. `inside`: its path below the source, "" for the one file
    that the source is.
    """
    own = last_name(locator)
    parts = inside.split("/") if inside else ([] if is_archive_name(own) else [own])
    if any(part.startswith(".") and part not in (".", "..") for part in parts) or inside.endswith((".part", "/")):
        return None
    shown, is_archive = "/".join([name, *(display(part) for part in parts)]), is_archive_name(own)
    refusal = too_large(size, limits.archive_bytes if is_archive else limits.file_bytes)
    if not {".", ".."}.isdisjoint(parts):
        refusal = Unreadable("unsafe_name", "its path leads out of the source", "a path below it", "rename it")
    rejection = refusal.rejection(shown) if refusal else None
    return Listed(shown, locator, size, changed_ns, rejection, state, is_archive)


def mtime_ns(info: Mapping[str, Any]) -> int:
    """When a file changed last; 0 when the source does not say."""
    for key in _TIMES:
        value = info.get(key)
        if isinstance(value, datetime):
            value = value.timestamp()
        if isinstance(value, int | float):
            return round(value * 1_000_000) * 1_000
    return 0


def version(info: Mapping[str, Any]) -> str:
    """What the source calls the state of a file; "" when it does not."""
    return next((str(info[key]) for key in _VERSIONS if info.get(key)), "")


def bounded(call: Callable[[], T], seconds: float) -> T:
    """Call, and wait for so long; TimeoutError then. What hangs is left behind and does not hold up the end."""
    outcome: list[tuple[bool, Any]] = []

    def run() -> None:
        try:
            outcome.append((True, call()))
        except BaseException as error:
            outcome.append((False, error))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if not outcome:
        raise TimeoutError(f"no answer in {seconds:g} seconds")
    is_done, value = outcome[0]
    if not is_done:
        raise value
    return value  # type: ignore[no-any-return]


def _chunks(read: Callable[[], bytes]) -> Iterator[bytes]:
    while chunk := read():
        yield chunk
