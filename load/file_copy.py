"""Copy a file's bytes: shared blocks where the file system can, else inside the kernel, else plainly; then to disk.

Run as a program of its own (`python file_copy.py FROM TO`). DuckDB guards its file by a POSIX lock, and the kernel
drops every such lock of a process that opens the file a second time and closes it: the warehouse would stand open to
other writers while we work on it.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

_FICLONE = 0x40049409  # ioctl of btrfs, xfs, bcachefs, ocfs2: the copy shares its blocks until one of both changes


def copy_in_child(source: Path, target: Path) -> None:
    """Copy by a process of its own, so that the locks of this one on `source` stay. Raises OSError with the reason."""
    command = [sys.executable, "-I", "-S", str(Path(__file__)), str(source), str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise OSError(done.stderr.strip() or f"copying {source} ended with {done.returncode}")


def copy(source: Path, target: Path) -> None:
    """Copy all bytes to `target`, which must not exist yet, and wait until they are on disk."""
    with source.open("rb") as original, target.open("xb") as made:
        if not (_cloned(original.fileno(), made.fileno()) or _copied_in_kernel(original.fileno(), made.fileno())):
            made.seek(0)
            made.truncate()
            original.seek(0)
            shutil.copyfileobj(original, made, 4 * 1024 * 1024)
        made.flush()
        os.fsync(made.fileno())


def _cloned(original: int, made: int) -> bool:
    try:
        fcntl.ioctl(made, _FICLONE, original)
    except OSError:
        return False
    return True


def _copied_in_kernel(original: int, made: int) -> bool:
    if not hasattr(os, "copy_file_range"):
        return False
    left = os.fstat(original).st_size
    try:
        while left:
            written = os.copy_file_range(original, made, left)
            if not written:
                return False
            left -= written
    except OSError as error:
        if error.errno == errno.ENOSPC:  # no space left: copying another way would only find that again
            raise
        return False
    return True


if __name__ == "__main__":
    try:
        copy(Path(sys.argv[1]), Path(sys.argv[2]))
    except OSError as failure:
        sys.exit(str(failure))
