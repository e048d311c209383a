"""Checks of places: folders that really take a file, one file system where files are renamed, room, hard links."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from flows.home_lock import is_running
from flows.operating.findings import Check, Finding, judged
from flows.operating.preflight import GIVE_BACK, folders_of, of_others
from flows.settings import Settings

_MB = 1024 * 1024
_FEW_INODES, _TOO_FEW_INODES = 100_000, 1_000


def folders(settings: Settings) -> Iterator[Finding]:
    """Each folder takes a file: written, brought to disk, renamed, removed."""
    for name, folder in folders_of(settings).items():
        problem = _trial(folder)
        yield judged(
            f"folder {name}", str(folder) + (f": {problem}" if problem else ""), fails=bool(problem),
            todo="give it to the user of kaona, on a disk that can be written, or set KAONA_HOME",
        )  # fmt: skip


def files(settings: Settings) -> Iterator[Finding]:
    """What is in the folders can be used by whoever runs this."""
    strange = of_others(settings)
    if strange:
        more = f", and {len(strange) - 1} more like it" if len(strange) > 1 else ""
        yield Finding("files", "FAIL", strange[0] + more, GIVE_BACK)


def _trial(folder: Path) -> str:
    trial, renamed = folder / f".doctor-{os.getpid()}.part", folder / f".doctor-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with trial.open("wb") as file:
            file.write(b"kaona")
            file.flush()
            os.fsync(file.fileno())
        trial.replace(renamed)
        renamed.unlink()
    except OSError as error:
        for left in (trial, renamed):
            with suppress(OSError):
                left.unlink(missing_ok=True)
        return os.strerror(error.errno) if error.errno else type(error).__name__
    return ""


def file_systems(settings: Settings) -> Iterator[Finding]:
    """Files are renamed into place only within one file system: those that a rename connects share theirs."""
    published = settings.published.parent
    pairs = (
        (published, published / "generations"), (published, published / "exports"),
        (settings.archive, settings.archive / "nights"), (settings.outbox, settings.outbox / "sent"),
    )  # fmt: skip
    split = [str(b) for a, b in pairs if b.exists() and a.exists() and a.stat().st_dev != b.stat().st_dev]
    yield judged(
        "file systems", "; ".join(f"{b} is another file system" for b in split) or "renames stay within one",
        fails=bool(split), todo="mount the whole folder, not a part of it",
    )  # fmt: skip
    yield _hard_links(published)


def _hard_links(published: Path) -> Finding:
    first, second = published / f".doctor-{os.getpid()}.a", published / f".doctor-{os.getpid()}.b"
    try:
        first.write_bytes(b"kaona")
        os.link(first, second)
    except OSError as error:
        said = f"not possible in {published.name} ({type(error).__name__})"
        return Finding("hard links", "warning", said, "generations are copied: each takes its whole size on disk")
    finally:
        for left in (first, second):
            with suppress(OSError):
                left.unlink(missing_ok=True)
    return Finding("hard links", "ok", "generations share their bytes")


def room(settings: Settings) -> Iterator[Finding]:
    """Free space against what a night takes: the next copy, the exports, and a second working file."""
    work, published = settings.home / "work" / "kaona.duckdb", settings.published
    exports = sum(p.stat().st_size for p in (published.parent / "exports").glob("*") if p.is_file())
    need = max(settings.min_free_mb * _MB, 3 * _size(work) + 2 * exports + _size(published))
    seen = set()
    for name in ("work", "published", "archive"):
        folder = folders_of(settings)[name]
        if not folder.is_dir() or (device := folder.stat().st_dev) in seen:
            continue
        seen.add(device)
        found = os.statvfs(folder)
        free = found.f_bavail * found.f_frsize
        yield judged(
            f"room for {name}", f"{free // _MB:,} MB free; a night may take {need // _MB:,} MB",
            fails=free < settings.min_free_mb * _MB, warns=free < need,
            todo=f"make room; below {settings.min_free_mb:,} MB (KAONA_MIN_FREE_MB) no night begins",
        )  # fmt: skip
        if found.f_files:
            yield judged(
                f"inodes for {name}", f"{found.f_favail:,} files can be made", fails=found.f_favail < _TOO_FEW_INODES,
                warns=found.f_favail < _FEW_INODES, todo="the archive takes one for each file: remove other files",
            )  # fmt: skip


def lock(settings: Settings) -> Iterator[Finding]:
    """Whether a night could begin now."""
    is_held = is_running(settings)
    yield judged(
        "lock",
        "a run is at work" if is_held else "free",
        warns=is_held,
        todo="`kaona status` says which and since when",
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


CHECKS: tuple[Check, ...] = (folders, files, file_systems, room, lock)
