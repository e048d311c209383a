"""How much memory a night took, its own process and the largest of those it started, and what there is left."""

from __future__ import annotations

import resource
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

# macOS counts bytes, everybody else kilobytes
_PER_MB = 1024 * 1024 if sys.platform == "darwin" else 1024


def own_peak_mb() -> float:
    """Most memory this process ever had, MB."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _PER_MB, 1)


def children_peak_mb(pid: int) -> float:
    """Most memory the largest living descendant ever had, MB; 0 where the system does not say (no /proc).

    What getrusage says of children is of no use here: a child that was forked starts with its parent's peak.
    """
    return max((_peak_mb(child) for child in _descendants(pid)), default=0.0)


def available_mb() -> float | None:
    """Memory that can be had without swapping, MB; a container's limit counts. None where the system does not say."""
    found = [mb for mb in (_of_machine(), _of_container()) if mb is not None]
    return min(found) if found else None


def free_bytes(folder: Path) -> int | None:
    """Free space where a folder is, or would be."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


def _descendants(pid: int) -> Iterator[int]:
    for path in sorted(Path(f"/proc/{pid}/task").glob("*/children")):
        try:
            children = [int(child) for child in path.read_text().split()]
        except (OSError, ValueError):
            continue
        for child in children:
            yield child
            yield from _descendants(child)


def _peak_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return 0.0
    return next((round(int(line.split()[1]) / 1024, 1) for line in lines if line.startswith("VmHWM:")), 0.0)


def _of_machine() -> float | None:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("MemAvailable:")), None)


# where a limit of a container, what it uses and what of that can go at once are told, by cgroups version 2 and 1
_CGROUPS = (
    ("memory.max", "memory.current", "memory.stat", "inactive_file"),
    ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "memory/memory.stat", "total_inactive_file"),
)


def _of_container(place: Path = Path("/sys/fs/cgroup")) -> float | None:
    """What is left of a container's limit; files that are held only because there was room count as left."""
    for limit, used, stat, files in _CGROUPS:
        try:
            most, now = int((place / limit).read_text()), int((place / used).read_text())
            told = dict(line.split() for line in (place / stat).read_text().splitlines())
            return (most - now + int(told.get(files, 0))) / 1024 / 1024
        except (OSError, ValueError):  # another version, or no limit ("max")
            continue
    return None
