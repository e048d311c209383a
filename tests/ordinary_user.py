"""What a test puts before a command: another user, for root passes over modes, owners and the limit of processes; and limits."""

from __future__ import annotations

import os
import shutil
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


def with_limits(**limits: int) -> list[str]:
    """What stands before a command that may have no more: `nofile`, `nproc`, `fsize` (bytes). Skips the test without."""
    if shutil.which("prlimit") is None:
        pytest.skip("there is no prlimit to set limits with")
    return ["prlimit", *(f"--{name}={most}" for name, most in limits.items())]


@lru_cache(maxsize=1)
def _can_be_had() -> bool:
    try:
        done = subprocess.run([*_COMMAND, "id", "-u"], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return done.stdout.strip() == str(UID)
