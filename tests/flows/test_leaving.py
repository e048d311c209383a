"""A heavy process ends at once, and in order: threads, exit functions, output and exit code are as ever."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from flows.settings import CHECKOUT

PROGRAM = """
import atexit, sys, threading, time
from flows.leaving import leave
class Freed:
    def __del__(self):
        print("freed", file=sys.stderr)
held = Freed()
if {is_heavy}:
    sys.modules["pandas"] = sys
threading.Thread(target=lambda: (time.sleep(0.2), print("thread")), daemon=False).start()
threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
atexit.register(print, "atexit")
print("output", end=" ")
leave(7)
sys.exit(3)
"""


@pytest.mark.parametrize(("is_heavy", "code"), [(True, 7), (False, 3)])
def test_threads_end_exit_functions_run_and_output_arrives(is_heavy: bool, code: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(is_heavy=is_heavy)], cwd=CHECKOUT, capture_output=True, text=True, timeout=30
    )  # fmt: skip
    assert (done.returncode, done.stdout.split()) == (code, ["output", "thread", "atexit"])
    assert ("freed" in done.stderr) is not is_heavy


def test_an_end_to_which_nobody_listens_is_one_too() -> None:
    program = "import sys; sys.modules['pandas'] = sys; from flows.leaving import leave; print('x'); leave(4)"
    command = [sys.executable, "-c", program]
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=CHECKOUT, env=buffered, stdout=pipe, stderr=pipe) as process:
        assert process.stdout is not None
        process.stdout.close()
        _, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (4, b"")
