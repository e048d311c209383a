"""The cheap part of `kaona doctor`, before every night: places to write into, and room on the disk."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path

from flows.operating.measures import free_bytes
from flows.settings import Settings
from transform.register_names import AGENCY_CODES, REGISTER_NAMES

GIVE_BACK = (
    "expected files of the user that runs kaona, a run by somebody else such as root leaves its own; "
    "chown -R this user over KAONA_HOME"
)
# what a night opens in its folders; a disk has a lost+found of root, and readers leave things beside what they read
_OPENED = {
    "work": ("*.json", "read", "staged", "spill", "publishing", "by_date", "unfinished", "data_docs", "rebuild-diff"),
    "archive": ("[0-9a-f][0-9a-f]", "incoming"),
    "nights": ("*.tsv",),
    "published": ("kaona.duckdb", "generations", "exports", "data_docs"),
}
_FOLDERS = {"generations", "exports", "read", "staged", "spill", "by_date", "unfinished", "incoming"}


class NotReady(RuntimeError):
    """A night cannot work here; nothing was begun. The message says what is missing and what to do."""


def require_ready(settings: Settings) -> None:
    """Raise NotReady when a folder takes no file, a file is somebody else's, registers are lost, or less than
    `min_free_mb` is free."""
    for name, folder in folders_of(settings).items():
        problem = cannot_write(folder)
        if problem:
            raise NotReady(
                f"{name}: {folder} cannot be written to ({problem}); expected a folder of this user on a disk that "
                "takes files; correct it or set KAONA_HOME, `kaona doctor` looks at the rest"
            )
    strange = of_others(settings)
    if strange:
        raise NotReady(f"{strange[0]}; {GIVE_BACK}")
    problem = lacking_registers(settings)
    if problem:
        raise NotReady(f"reference: {problem}")
    for name in ("work", "archive"):
        problem = too_little_room(settings, folders_of(settings)[name])
        if problem:
            raise NotReady(f"{name}: {problem}; make room, or set KAONA_MIN_FREE_MB lower")


def folders_of(settings: Settings) -> dict[str, Path]:
    """The folders a night writes into, by name."""
    return {
        "home": settings.home,
        "work": settings.home / "work",
        "archive": settings.archive,
        "nights": settings.archive / "nights",
        "published": settings.published.parent,
        "outbox": settings.outbox,
        "log": settings.log,
    }


def cannot_write(folder: Path) -> str:
    """Why no file can be made in a folder, which is made when it is not there; '' when one can."""
    trial = folder / f".trial-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        trial.write_bytes(b"kaona")
        trial.unlink()
    except OSError as error:
        with suppress(OSError):
            trial.unlink(missing_ok=True)
        return os.strerror(error.errno) if error.errno else type(error).__name__
    return ""


def of_others(settings: Settings) -> list[str]:
    """What this user cannot use of what a night opens: `PATH cannot be written to`, files and folders, by path."""
    folders = folders_of(settings)
    rewritten = {
        settings.home / "work" / "kaona.duckdb", settings.home / "work" / "run.lock",
        settings.outbox / "outbox.duckdb", settings.outbox / "delivery.lock",
        settings.log / "nights.jsonl", settings.log / "nights.lock",
    }  # fmt: skip
    inside = {p for name, patterns in _OPENED.items() for p in _entries(folders[name], patterns)}
    said = []
    for path in sorted(rewritten | inside):
        try:
            is_folder, is_there = path.is_dir(), path.exists()
        except PermissionError:
            said.append(f"{path} cannot be used")
            continue
        if path.name in _FOLDERS and is_there and not is_folder:
            said.append(f"{path} is no folder")
        elif is_folder and not os.access(path, os.R_OK | os.W_OK | os.X_OK):
            said.append(f"{path} cannot be used")
        elif path in rewritten and is_there and not os.access(path, os.R_OK | os.W_OK):
            said.append(f"{path} cannot be written to")
        elif not is_folder and is_there and not os.access(path, os.R_OK):
            said.append(f"{path} cannot be read")
    return said


def _entries(folder: Path, patterns: Sequence[str]) -> Iterator[Path]:
    with suppress(OSError), os.scandir(folder) as entries:
        yield from (Path(e.path) for e in entries if any(fnmatchcase(e.name, pattern) for pattern in patterns))


def lacking_registers(settings: Settings) -> str:
    """What is missing of the registers, and what to do; '' when nothing is.

    A folder that is not mounted, a file that an editor emptied on a full disk, or one saved as a workbook, would undo
    every correction and tell coordinators that their codes are in no register.
    """
    folder = settings.reference
    if not folder.is_dir():
        return f"{folder} is no folder; bring it back or set KAONA_REFERENCE"
    for path in (folder / name for name in REGISTER_NAMES):
        if path.exists() and not path.is_file():
            return f"{path} is no file; put the register there, or move it away"
        if path.is_file() and not path.stat().st_size:
            return f"{path} is empty; bring the register back (with its first line when nothing else is in it)"
    codes = folder / AGENCY_CODES
    if not codes.is_file():
        return f"{codes} is missing; data/reference of this version holds one"
    try:
        texts = settings.registers()
    except ValueError as error:
        return str(error)
    except OSError as error:
        return f"{folder}: a register cannot be read ({error.strerror}); let the user of kaona read it"
    if not texts[codes.name].partition("\n")[2].strip():
        return f"{codes} holds no code; data/reference of this version holds one with codes"
    return ""


def too_little_room(settings: Settings, folder: Path) -> str:
    """Why there is too little room for a night, '' when there is enough or nobody can tell."""
    free = free_bytes(folder)
    if free is None or free >= settings.min_free_mb * 1024 * 1024:
        return ""
    return f"{free // (1024 * 1024):,} MB are free where {folder} is, expected {settings.min_free_mb:,} MB or more"
