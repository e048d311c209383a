"""A folder of a home on a disk of its own (tmpfs), which can be filled, enlarged or made one that only reads."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_LARGE = 256 * 1024 * 1024


class SmallDisk:
    """What is mounted at a place."""

    def __init__(self, place: Path):
        self._place = place

    def leave(self, free: int) -> None:
        """Let it have so many bytes free and no more."""
        usage = shutil.disk_usage(self._place)
        self._remount(f"size={usage.used + free}")

    def grow(self) -> None:
        """Room for everything again."""
        self._remount(f"size={_LARGE}")

    def _remount(self, options: str) -> None:
        _mount("-o", f"remount,{options}", str(self._place))


@contextmanager
def on_small_disk(place: Path) -> Iterator[SmallDisk]:
    """A folder with all that is in it on a disk of its own; skips the test where this user may mount none."""
    aside = place.with_name(place.name + " aside")
    place.rename(aside)
    place.mkdir()
    if _mount("-t", "tmpfs", "-o", f"size={_LARGE}", "tmpfs", str(place), is_required=False):
        pytest.skip("this user may not mount a disk")
    try:
        shutil.copytree(aside, place, symlinks=True, dirs_exist_ok=True)
        yield SmallDisk(place)
    finally:
        _unmount(place)


@contextmanager
def read_only(place: Path) -> Iterator[None]:
    """A folder on a disk that only reads; skips the test where this user may mount none."""
    if _mount("--bind", str(place), str(place), is_required=False):
        pytest.skip("this user may not mount a disk")
    try:
        _mount("-o", "remount,bind,ro", str(place))
        yield
    finally:
        _unmount(place)


def _mount(*arguments: str, is_required: bool = True) -> int:
    try:
        done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    except OSError:
        return 1
    assert done.returncode == 0 or not is_required, done.stderr
    return done.returncode


def _unmount(place: Path) -> None:
    subprocess.run(["umount", "-l", str(place)], check=True)
