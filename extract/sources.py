"""Where files come from: each one is read once, hashed, and kept in the archive under its hash.

Names from outside are shown, never used as paths. What cannot be pulled is listed with its reason, never skipped
silently. Sources are folders, or anything fsspec has a name for (s3://, sftp://, https:// …).
"""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

import fsspec

from extract.document import Rejection
from extract.rejection import Unreadable

MAX_FILE_BYTES = 100 * 1024 * 1024

_CHUNK = 1024 * 1024
_ATTEMPTS = 3

Known = Mapping[tuple[str, int, int], str]
"""(uri, size, mtime_ns) of files pulled before → their sha256."""


class SourceUnavailable(Exception):
    """The source itself cannot be listed. That is not an empty source: nothing may be concluded from it."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A file the source offers: `uri` for people, `locator` for opening it, or why it must not be opened."""

    uri: str
    locator: str
    size: int
    mtime_ns: int
    rejection: Rejection | None = None


@dataclass(frozen=True, slots=True)
class Pulled:
    """A listed file, now in the archive as `sha256`; or `rejection`. `is_unchanged`: known before, not read again."""

    uri: str
    size: int
    mtime_ns: int
    sha256: str | None = None
    rejection: Rejection | None = None
    is_unchanged: bool = False

    def __post_init__(self) -> None:
        if (self.sha256 is None) == (self.rejection is None):
            raise ValueError(f"{self.uri}: a pulled file has either a hash or a rejection, got neither or both")


def list_files(uri: str, *, max_bytes: int = MAX_FILE_BYTES) -> list[Listed]:
    """Every file below `uri`, sorted by its uri (`inbox/2563/a.pdf`: the source's last name and the path in it).

    Hidden files and `*.part` are not listed. Links that leave the source, pipes, devices and files above `max_bytes`
    are listed with a rejection. Raises SourceUnavailable when the source is not there.
    """
    folder = _local_path(uri)
    found = _list_folder(folder, max_bytes) if folder is not None else _list_remote(uri, max_bytes)
    return sorted(found, key=lambda file: (file.uri, file.locator))


def pull(
    uri: str,
    archive_dir: Path,
    *,
    known: Known | None = None,
    max_bytes: int = MAX_FILE_BYTES,
    retry_wait_seconds: float = 0.5,
) -> list[Pulled]:
    """Copy every file below `uri` into the archive; one entry per listed file, sorted by uri.

    A file whose (uri, size, mtime_ns) is in `known`, and whose bytes are still archived, is not opened again.
    """
    read = _read_local if _local_path(uri) is not None else _read_remote(uri)
    return [
        _pull_one(file, archive_dir, known or {}, read, max_bytes, retry_wait_seconds)
        for file in list_files(uri, max_bytes=max_bytes)
    ]


def source_name(uri: str) -> str:
    """The name a source is shown by: the first part of the `uri` of each of its files, also when it holds none."""
    folder = _local_path(uri)
    if folder is None:
        return _last_name(uri)
    root = folder.expanduser().resolve()
    return _display(root.parent.name) if root.is_file() else root.name


def archive_path(archive_dir: Path, sha256: str) -> Path:
    """Where the archive keeps the bytes of `sha256`; ValueError for anything that is no hash."""
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise ValueError(f"archive: {sha256!r} is no sha256; expected 64 hexadecimal digits")
    return archive_dir / sha256[:2] / sha256


def read_archived(archive_dir: Path, sha256: str) -> bytes:
    """The archived bytes of `sha256`; OSError when they are not there or no longer what their name says."""
    data = archive_path(archive_dir, sha256).read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise OSError(f"archive: the bytes of {sha256} have changed on disk; expected its own hash; restore them")
    return data


def archive(archive_dir: Path, data: bytes) -> str:
    """Store `data` once under its sha256, whole or not at all, and return the hash."""
    sha256 = hashlib.sha256(data).hexdigest()
    target = archive_path(archive_dir, sha256)
    if target.is_file() and target.stat().st_size == len(data):
        return sha256
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return sha256


_Read = Callable[[Listed, int], bytes]


def _pull_one(
    file: Listed, archive_dir: Path, known: Known, read: _Read, max_bytes: int, wait_seconds: float
) -> Pulled:
    pulled = Pulled(file.uri, file.size, file.mtime_ns, rejection=file.rejection or _PENDING)
    if file.rejection is not None:
        return pulled
    sha256 = known.get((file.uri, file.size, file.mtime_ns)) if file.mtime_ns else None
    if sha256 is not None and archive_path(archive_dir, sha256).is_file():
        return replace(pulled, sha256=sha256, rejection=None, is_unchanged=True)
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(wait_seconds * 2 ** (attempt - 1))
        try:
            data = read(file, max_bytes)
        except Unreadable as error:
            pulled = replace(pulled, rejection=error.rejection(file.uri))
            if error.code not in ("changed_while_read", "short_read"):
                break
        except FileNotFoundError:
            pulled = replace(pulled, rejection=_refuse("vanished", "it was listed but is gone").rejection(file.uri))
            break
        except Exception as error:  # every file system has its own; its text may hold credentials
            found = f"it cannot be opened ({type(error).__name__})"
            pulled = replace(pulled, rejection=_refuse("cannot_open", found).rejection(file.uri))
        else:
            return replace(pulled, sha256=archive(archive_dir, data), rejection=None, size=len(data))
    return pulled


_PENDING = Rejection("cannot_open", "not opened yet")


def _refuse(
    code: str, found: str, expected: str = "a file that can be read", remedy: str = "deliver the file again"
) -> Unreadable:
    return Unreadable(code, found, expected, remedy)


# folders


def _local_path(uri: str) -> Path | None:
    if uri.startswith(("file://", "local://")):
        return Path(uri.split("://", 1)[1])
    return Path(uri) if "://" not in uri and "::" not in uri else None


def _list_folder(folder: Path, max_bytes: int) -> Iterator[Listed]:
    root = folder.expanduser().resolve()
    if not root.exists():
        raise SourceUnavailable(
            f"{folder.name}: there is no such folder; expected a folder of PDFs and dumps; "
            "create it or correct the setting `sources`"
        )
    if not root.is_dir():
        yield _inspect(root, f"{_display(root.parent.name)}/{_display(root.name)}", root.parent, max_bytes)
        return

    def cannot_list(error: OSError) -> None:
        raise SourceUnavailable(
            f"{folder.name}: a folder in it cannot be listed ({type(error).__name__}); "
            "expected to read all of it; correct its permissions"
        ) from error

    for place, folders, names in os.walk(root, onerror=cannot_list, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        links = [name for name in folders if Path(place, name).is_symlink()]
        for name in sorted([*names, *links]):
            if name.startswith(".") or name.endswith(".part"):
                continue
            path = Path(place, name)
            shown = PurePosixPath(root.name, *(_display(part) for part in path.relative_to(root).parts))
            yield _inspect(path, str(shown), root, max_bytes)


def _inspect(path: Path, uri: str, root: Path, max_bytes: int) -> Listed:
    """Look at a file without opening it: opening a pipe waits forever, a device never ends."""
    try:
        info = path.lstat()
        if stat.S_ISLNK(info.st_mode):
            target = path.resolve(strict=True)
            if not target.is_relative_to(root):
                refusal = _refuse(
                    "link_outside_source",
                    "a link that leaves the source",
                    "a file inside the source",
                    "copy the file itself into the source",
                )
                return Listed(uri, str(path), 0, 0, refusal.rejection(uri))
            path, info = target, target.lstat()
    except (OSError, RuntimeError):
        refusal = _refuse("link_outside_source", "a link to nowhere", "a file inside the source", "remove the link")
        return Listed(uri, str(path), 0, 0, refusal.rejection(uri))
    if not stat.S_ISREG(info.st_mode):
        refusal = _refuse("not_a_regular_file", f"a {_kind(info.st_mode)}", "a file", "remove it from the source")
        return Listed(uri, str(path), 0, 0, refusal.rejection(uri))
    too_large = _too_large(info.st_size, max_bytes)
    return Listed(uri, str(path), info.st_size, info.st_mtime_ns, too_large.rejection(uri) if too_large else None)


def _read_local(file: Listed, max_bytes: int) -> bytes:
    descriptor = os.open(file.locator, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(descriptor, "rb") as opened:  # noqa: PTH123 (a descriptor, not a path)
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise _refuse("not_a_regular_file", f"a {_kind(before.st_mode)}", "a file", "remove it from the source")
        data = opened.read(max_bytes + 1)
        after = os.fstat(descriptor)
    too_large = _too_large(len(data), max_bytes)
    if too_large:
        raise too_large
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(data) != after.st_size:
        raise _refuse(
            "changed_while_read",
            "it is still being written",
            "a finished file",
            "deliver it under another name and rename it when it is complete",
        )
    return data


def _kind(mode: int) -> str:
    kinds = ((stat.S_ISDIR, "link to a folder"), (stat.S_ISFIFO, "pipe"), (stat.S_ISSOCK, "socket"))
    return next((name for test, name in kinds if test(mode)), "device")


# everything else


def _list_remote(uri: str, max_bytes: int) -> Iterator[Listed]:
    try:
        filesystem, root = fsspec.core.url_to_fs(uri)
        found: dict[str, dict[str, Any]] = filesystem.find(root, detail=True)
        is_missing = not found and not filesystem.exists(root)
    except Exception as error:  # every file system has its own
        raise SourceUnavailable(
            f"{_last_name(uri)}: the source cannot be listed ({type(error).__name__}); "
            "expected a folder of PDFs and dumps; check the setting `sources` and its access"
        ) from error
    if is_missing:
        raise SourceUnavailable(
            f"{_last_name(uri)}: there is no such folder; expected a folder of PDFs and dumps; "
            "correct the setting `sources`"
        )
    for locator, info in found.items():
        inside = locator.removeprefix(root).strip("/") or _last_name(locator)
        parts = [part for part in inside.split("/") if part not in ("", ".", "..")]
        if not parts or any(part.startswith(".") for part in parts) or parts[-1].endswith(".part"):
            continue
        shown = "/".join([_last_name(uri), *(_display(part) for part in parts)])
        size = int(info.get("size") or 0)
        too_large = _too_large(size, max_bytes)
        yield Listed(shown, locator, size, _mtime_ns(info), too_large.rejection(shown) if too_large else None)


def _read_remote(uri: str) -> _Read:
    def read(file: Listed, max_bytes: int) -> bytes:
        filesystem, _ = fsspec.core.url_to_fs(uri)
        chunks: list[bytes] = []
        size = 0
        with filesystem.open(file.locator, "rb") as opened:
            while chunk := opened.read(_CHUNK):
                chunks.append(chunk)
                size += len(chunk)
                too_large = _too_large(size, max_bytes)
                if too_large:
                    raise too_large
        if file.size and size != file.size:
            raise _refuse(
                "short_read",
                f"{size:,} of {file.size:,} bytes arrived",
                "all of them",
                "try again when the source is reachable",
            )
        return b"".join(chunks)

    return read


def _mtime_ns(info: Mapping[str, Any]) -> int:
    """When the file changed last; 0 when the source does not say, and the file is then always read again."""
    for key in ("mtime", "LastModified", "last_modified", "updated", "created"):
        value = info.get(key)
        if isinstance(value, datetime):
            return int(value.timestamp() * 1_000_000) * 1_000
        if isinstance(value, int | float):
            return int(value * 1_000_000_000)
    return 0


def _last_name(uri: str) -> str:
    return (
        _display(uri.split("::", 1)[0].split("://", 1)[-1].split("?", 1)[0].rstrip("/").rsplit("/", 1)[-1]) or "source"
    )


def _display(name: str) -> str:
    """A file name as people may see it: one line, valid Unicode."""
    text = name.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(character if character.isprintable() else f"\\x{ord(character):02x}" for character in text)


def _too_large(size: int, max_bytes: int) -> Unreadable | None:
    if size <= max_bytes:
        return None
    return Unreadable(
        "too_large", f"{size:,} bytes or more", f"at most {max_bytes:,}", "deliver it in parts, or raise the size limit"
    )
