"""The archive: the bytes of every file that was ever delivered, each once, under their hash.

A file is whole there or not at all. Files of a night are put on the disk together: one after the other they would wait
for it twice each.
"""

from __future__ import annotations

import errno
import hashlib
import os
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

from extract.fault_points import at
from extract.half_made import gone_on_error

INCOMING = "incoming"
"""The folder in the archive for what is not whole yet."""

_JOURNAL = "fetched.tsv"
_HEX = frozenset("0123456789abcdef")
_AT_ONCE = 16
_BATCH_FILES, _BATCH_BYTES = 500, 64 * 1024 * 1024
_KEPT_DAYS = 14


def archive_path(archive_dir: Path, sha256: str) -> Path:
    """Where the archive keeps the bytes of `sha256`; ValueError for anything that is no hash."""
    if len(sha256) != 64 or not _HEX.issuperset(sha256):
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
    with Store(archive_dir) as store:
        return store.add(data)


class NotStored(Exception):
    """The archive itself cannot be written: no fault of any file, and nothing can be pulled."""


# faults of this machine, which no source is to blame for; whoever runs the night knows how limits are lifted
_LIMITS = (errno.EFBIG, errno.EMFILE, errno.ENFILE)
_OF_MACHINE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, *_LIMITS)


def is_of_machine(error: BaseException) -> bool:
    """Whether an error is of this machine's own disk or limits."""
    return isinstance(error, NotStored) or getattr(error, "errno", None) in _OF_MACHINE


@contextmanager
def _storing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _LIMITS:
            raise
        raise NotStored(
            f"archive: a file cannot be stored ({error.strerror or type(error).__name__}); "
            "expected room and the right to write there; free some space or correct archive_at"
        ) from error


class Archived:
    """Which bytes the archive holds, asked folder by folder: ten thousand questions cost a hundred look-ups."""

    def __init__(self, archive_dir: Path):
        self._root = os.fspath(archive_dir)
        self._folders: dict[str, frozenset[str]] = {}

    def __contains__(self, sha256: object) -> bool:
        first = str(sha256)[:2]
        held = self._folders.get(first)
        if held is None:
            try:
                held = frozenset(os.listdir(f"{self._root}/{first}"))  # noqa: PTH208 (names only, no paths)
            except OSError:
                held = frozenset()
            self._folders[first] = held
        return sha256 in held


class Store:
    """Takes in files and has all of them on the disk when it is left without an error; until then none counts."""

    def __init__(self, archive_dir: Path):
        self._archive = archive_dir
        self._parts: dict[str, Path] = {}
        self._fetched: list[tuple[str, str]] = []
        self._bytes = 0

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.settle()

    def add(self, data: bytes) -> str:
        """Take in these bytes; their hash."""
        sha256 = hashlib.sha256(data).hexdigest()
        if not self._holds(sha256, len(data)):
            with _storing():
                part = self._incoming() / f"{sha256}.part"
                with gone_on_error(part):
                    part.write_bytes(data)
            at("pull.part")
            self._take(sha256, part, len(data))
        return sha256

    def add_file(self, path: Path) -> str:
        """Take over a finished part; its hash. It is moved, and once on the disk written down as fetched."""
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        self._fetched.append((path.stem, sha256))
        size = path.stat().st_size
        if self._holds(sha256, size):
            path.unlink()
        else:
            part = self._incoming() / f"{sha256}.part"
            path.replace(part)
            at("pull.fetched")
            self._take(sha256, part, size)
        return sha256

    def settle(self) -> None:
        """Put what was taken in on the disk, then in its place."""
        parts, self._parts, self._bytes = self._parts, {}, 0
        if parts:
            with _storing():
                self._place(parts)
        fetched, self._fetched = self._fetched, []
        if fetched:
            with (incoming(self._archive) / _JOURNAL).open("a", encoding="ascii") as journal:
                journal.writelines(f"{key}\t{sha256}\n" for key, sha256 in fetched)

    def _place(self, parts: dict[str, Path]) -> None:
        targets = {sha256: archive_path(self._archive, sha256) for sha256 in parts}
        folders = sorted({target.parent for target in targets.values()})
        made = [folder for folder in folders if not folder.is_dir()]
        for folder in made:
            folder.mkdir(parents=True, exist_ok=True)
        _to_disk(parts.values())
        for sha256, part in parts.items():
            at("pull.on_disk")
            part.replace(targets[sha256])
        _to_disk([*folders, self._archive] if made else folders)

    def opened(self, path: Path) -> None:
        """An archive whose files were taken in: its part stays until the night has written down what it got."""
        self._fetched.append((path.stem, ""))

    def _holds(self, sha256: str, size: int) -> bool:
        if sha256 in self._parts:
            return True
        with suppress(OSError):
            return archive_path(self._archive, sha256).stat().st_size == size
        return False

    def _take(self, sha256: str, part: Path, size: int) -> None:
        self._parts[sha256] = part
        self._bytes += size
        if len(self._parts) >= _BATCH_FILES or self._bytes >= _BATCH_BYTES:
            self.settle()

    def _incoming(self) -> Path:
        return incoming(self._archive)


def incoming(archive_dir: Path) -> Path:
    """The folder for what is not whole yet; made when it is missing."""
    folder = archive_dir / INCOMING
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def fetched(archive_dir: Path) -> dict[str, str]:
    """What an earlier run fetched whole and could not write down any more: hashes by the names of their parts."""
    try:
        lines = (archive_dir / INCOMING / _JOURNAL).read_text(encoding="ascii").splitlines()
    except (OSError, ValueError):
        return {}
    return {key: sha256 for key, _, sha256 in (line.partition("\t") for line in lines) if len(sha256) == 64}


def finish(archive_dir: Path) -> None:
    """What was fetched is written down elsewhere: forget the list of it, and the archives that were opened."""
    journal = archive_dir / INCOMING / _JOURNAL
    with suppress(OSError, ValueError):
        for line in journal.read_text(encoding="ascii").splitlines():
            (archive_dir / INCOMING / f"{line.partition(chr(9))[0]}.part").unlink(missing_ok=True)
        journal.unlink()


def prepare(archive_dir: Path) -> None:
    """Make the archive's folder for what is fetched; NotStored when that is not possible."""
    with _storing():
        incoming(archive_dir)


def sweep(archive_dir: Path) -> None:
    """Remove what was begun two weeks ago and never finished."""
    folder = archive_dir / INCOMING
    if not folder.is_dir():
        return
    oldest = time.time() - _KEPT_DAYS * 86_400
    for path in folder.iterdir():
        with suppress(OSError):
            if path.stat().st_mtime < oldest:
                path.unlink()


def _to_disk(paths: Iterable[Path]) -> None:
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for _ in pool.map(_sync, paths):
            pass


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
