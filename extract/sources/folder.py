"""Folders of this machine: listed without opening anything, and each file read once, whole and unchanged."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from extract.rejection import Unreadable
from extract.sources.listed import Limits, Listed, SourceUnavailable, not_there, still_written, too_large
from extract.sources.naming import display, is_archive_name, shortened


def list_folder(folder: Path, name: str, limits: Limits) -> Iterator[Listed]:
    """Every file below a folder, or the one file that the path names, shown below `name`; hidden ones and `*.part` are
    left out.

    Links that leave the folder, pipes, devices and files above the limit come with a rejection. Raises
    SourceUnavailable when the folder, or one in it, cannot be listed.
    """
    root = folder.expanduser().resolve()
    if not root.exists():
        raise not_there(display(folder.name))
    if root.is_dir():
        yield from _below(root, str(root), name, limits)
        return
    file = _inspect(str(root), f"{name}/{display(root.name)}", root.lstat(), root.parent, limits)
    yield replace(file, uri=name) if file.is_archive else file


@contextmanager
def opened(file: Listed) -> Iterator[BinaryIO]:
    """The file for reading, never a link, pipe or device.

    Raises Unreadable at the end when it changed in the meantime: then what was read is worth nothing.
    """
    descriptor = os.open(file.locator, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(descriptor, "rb") as stream:  # noqa: PTH123 (a descriptor, not a path)
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise _not_regular(_kind(before.st_mode))
        yield stream
        after = os.fstat(descriptor)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise still_written()


def read_file(file: Listed, max_bytes: int) -> bytes:
    """The bytes of a file; Unreadable when it is too large or changes while it is read."""
    with opened(file) as stream:
        room = min(os.fstat(stream.fileno()).st_size, max_bytes) + 1  # room is made for all that is asked for
        data = stream.read(room)
        found = os.fstat(stream.fileno()).st_size
    refusal = too_large(len(data), max_bytes)
    if refusal:
        raise refusal
    if len(data) != found:
        raise still_written()
    return data


def _below(root: Path, folder: str, shown: str, limits: Limits) -> Iterator[Listed]:
    try:
        with os.scandir(folder) as entries:
            found = list(entries)
    except OSError as error:
        raise SourceUnavailable(
            f"{display(root.name)}: a folder in it cannot be listed ({error.strerror or type(error).__name__}: "
            f"{shortened(shown)}); expected to read all of it; correct its permissions, or move it out of the source"
        ) from error
    for entry in found:
        if entry.name.startswith("."):
            continue
        uri = f"{shown}/{display(entry.name)}"
        if entry.is_dir(follow_symlinks=False):
            yield from _below(root, entry.path, uri, limits)
        elif not entry.name.endswith(".part"):
            try:
                info = entry.stat(follow_symlinks=False)
            except OSError:
                continue  # it vanished while the folder was listed
            yield _inspect(entry.path, uri, info, root, limits)


def _inspect(path: str, uri: str, info: os.stat_result, root: Path, limits: Limits) -> Listed:
    """Look at a file without opening it: opening a pipe waits forever, a device never ends."""
    if stat.S_ISLNK(info.st_mode):
        try:
            target = Path(path).resolve(strict=True)
            info = target.lstat()
        except (OSError, RuntimeError):
            return _rejected(
                uri,
                path,
                Unreadable("link_outside_source", "a link to nowhere", "a file inside the source", "remove the link"),
            )
        if not target.is_relative_to(root):
            return _rejected(
                uri,
                path,
                Unreadable(
                    "link_outside_source",
                    "a link that leaves the source",
                    "a file inside the source",
                    "copy the file itself into the source",
                ),
            )
        path = str(target)
    if not stat.S_ISREG(info.st_mode):
        return _rejected(uri, path, _not_regular(_kind(info.st_mode)))
    is_archive = is_archive_name(uri)
    refusal = too_large(info.st_size, limits.archive_bytes if is_archive else limits.file_bytes)
    rejection = refusal.rejection(uri) if refusal else None
    return Listed(uri, path, info.st_size, info.st_mtime_ns, rejection, "", is_archive)


def _rejected(uri: str, path: str, refusal: Unreadable) -> Listed:
    return Listed(uri, path, 0, 0, refusal.rejection(uri))


def _not_regular(kind: str) -> Unreadable:
    return Unreadable("not_a_regular_file", f"a {kind}", "a file", "remove it from the source")


def _kind(mode: int) -> str:
    kinds = ((stat.S_ISDIR, "link to a folder"), (stat.S_ISFIFO, "pipe"), (stat.S_ISSOCK, "socket"))
    return next((name for test, name in kinds if test(mode)), "device")
