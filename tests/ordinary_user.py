"""A program run as a user who is not root: root passes over modes, owners and the limit of processes."""

from __future__ import annotations

import os
import subprocess
from functools import lru_cache

import pytest

UID = 54321
# it may read what root may, for that is where a test's Python is; it writes what is its own
_READS = "-all,+dac_read_search"
_COMMAND = [
    "setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups",
    f"--inh-caps={_READS}", f"--ambient-caps={_READS}", f"--bounding-set={_READS}",
]  # fmt: skip


def as_ordinary_user() -> list[str]:
    """What stands before a command; nothing where nobody is root anyway. Skips the test where it cannot be had."""
    if os.getuid() != 0:
        return []
    if not _can_be_had():
        pytest.skip("root cannot run a program as another user here (setpriv)")
    return _COMMAND


@lru_cache(maxsize=1)
def _can_be_had() -> bool:
    try:
        done = subprocess.run([*_COMMAND, "id", "-u"], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return done.stdout.strip() == str(UID)
