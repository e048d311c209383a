"""Publications before the current one, and the way back to them.

Each stands in `published/generations/NUMBER/` as it stood in `published/`: the readers' file, exports, manifest and
pages, under second names of the same bytes (hard links). Everything in `published/` is replaced by renames and never
written to, so what a generation names stays as it was.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from extract.fault_points import at
from load.copy_check import damage_of
from load.storage import next_to, published_path, sync

KEPT_GENERATIONS = 2
_RESTORING = "restoring"
_WITHDRAWN = "withdrawn"
_BUILDING, _DROPPED = "next", "dropped"
# what a rollback has put back and only has to clear away: until that is done another call belongs to the same rollback
_RESTORED = "restored"


class NoGeneration(RuntimeError):
    """There is nothing to go back to."""


@dataclass(frozen=True, slots=True)
class RolledBack:
    """Where the readers' file is that readers see again, and where the withdrawn one is kept."""

    path: Path
    withdrawn: Path


def generations(home: Path) -> tuple[Path, ...]:
    """Readers' files before the current one, oldest first."""
    files = [generation / published_path(home).name for generation in _numbered(home)]
    return tuple(path for path in files if path.exists())


def withdrawn_path(home: Path) -> Path:
    """Place of the file that the latest rollback took away."""
    return _folder(home) / _WITHDRAWN / published_path(home).name


def keep_current(home: Path) -> None:
    """Give what is published now a second name, before it is replaced; nothing when it has one already."""
    current = published_path(home)
    if not current.exists():
        return
    kept = generations(home)
    if kept and kept[-1].samefile(current):  # a run that was killed before the rename had kept it
        return
    numbers = [int(folder.name) for folder in _numbered(home)]
    number = max(numbers, default=0) + 1
    _link_publication(current.parent, _folder(home) / f"{number:06d}")


def let_go(home: Path, keep: int) -> None:
    """Remove all but the latest generations."""
    kept = generations(home)
    stay = {path.parent for path in kept[max(0, len(kept) - keep) :]}
    for folder in _numbered(home):
        if folder not in stay:  # also one that lost its file
            _drop(folder)


def drop_publication(path: Path) -> None:
    """Remove a generation or the withdrawn publication, by the place of its file."""
    _drop(path.parent)


def require_generation(home: Path) -> None:
    """Raise NoGeneration when there is nothing to go back to that is whole, and no rollback to complete."""
    if _is_under_way(home):
        return
    kept = generations(home)
    if kept and (why := damage_of(kept[-1])):
        raise NoGeneration(
            f"{kept[-1]}: this generation cannot be read back ({why}), what is published stays; check the disk, then "
            f"delete the folder {kept[-1].parent.name} to go back to the one before, or run `kaona run --rebuild`"
        )
    if not kept:
        raise NoGeneration(
            f"{_folder(home)}: there is no generation to go back to; the setting keep_generations says how many stay, "
            "and `kaona run --rebuild` makes the warehouse anew from the archive"
        )


def roll_back(home: Path) -> RolledBack:
    """Put the generation before the current one in its place, with all that stands beside the file.

    The readers' file changes by one rename. Killed at any point, another call completes it, and so does publishing.
    Raises NoGeneration. The file that is taken away is kept until the next rollback.
    """
    current, folder = published_path(home), _folder(home)
    require_generation(home)
    if not _is_under_way(home):
        kept = generations(home)
        _drop(folder / _WITHDRAWN)
        if current.exists():
            _link_publication(current.parent, folder / _WITHDRAWN)
        kept[-1].parent.rename(folder / _RESTORING)
        sync(folder)
    finish_rollback(home)
    return RolledBack(current, withdrawn_path(home))


def finish_rollback(home: Path) -> None:
    """Complete a rollback that was killed on its way, and remove what any other killed run left half made."""
    published, restoring, restored = published_path(home).parent, _folder(home) / _RESTORING, _folder(home) / _RESTORED
    for half_made in (_BUILDING, _DROPPED, _RESTORED):
        shutil.rmtree(_folder(home) / half_made, ignore_errors=True)
    if not restoring.is_dir():
        return
    wanted = {path.relative_to(restoring) for path in _parts(restoring)}
    # the readers' file first; what it must not stand beside goes last
    for part in sorted(wanted, key=lambda p: (p != Path(published_path(home).name), p)):
        _restore(restoring / part, published / part)
    for path in list(_parts(published)):
        if path.relative_to(published) not in wanted:
            path.unlink()
    sync(published)
    restoring.rename(restored)
    shutil.rmtree(restored)


def _is_under_way(home: Path) -> bool:
    return any((_folder(home) / name).is_dir() for name in (_RESTORING, _RESTORED))


def _folder(home: Path) -> Path:
    return published_path(home).parent / "generations"


def _numbered(home: Path) -> list[Path]:
    """The folders of generations, oldest first, whatever is in them."""
    folder = _folder(home)
    found = folder.iterdir() if folder.is_dir() else ()
    return [path for _, path in sorted((int(p.name), p) for p in found if re.fullmatch(r"[0-9]+", p.name))]


def _parts(publication: Path) -> Iterator[Path]:
    """The files of one publication: the readers' file, manifest, pages, exports and Data Docs."""
    for pattern in ("kaona.duckdb", "manifest.json", "*.html", "exports/*", "data_docs/*"):
        yield from sorted(p for p in publication.glob(pattern) if p.is_file() and p.suffix != ".next")


def _link_publication(publication: Path, target: Path) -> None:
    building = target.with_name(_BUILDING)
    _drop(building)
    for path in _parts(publication):
        named = building / path.relative_to(publication)
        named.parent.mkdir(parents=True, exist_ok=True)
        _link(path, named)
    sync(building)
    at("publish.linked")
    building.rename(target)
    sync(target.parent)


def _link(path: Path, named: Path) -> None:
    try:
        os.link(path, named)
    except OSError:  # a file system without hard links
        shutil.copy2(path, named)


def _restore(kept: Path, target: Path) -> None:
    if target.exists() and target.samefile(kept):
        return  # renaming one name of a file to another of its names would leave both
    building = next_to(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    _link(kept, building)
    building.replace(target)


def _drop(folder: Path) -> None:
    """Remove a folder at once: what is half removed never bears a generation's name."""
    gone = folder.with_name(_DROPPED)
    shutil.rmtree(gone, ignore_errors=True)
    if folder.is_dir():
        folder.rename(gone)
        shutil.rmtree(gone)
