"""A night that does not come to its end by itself: `python stuck_night.py HOME HOW`, without Prefect.

HOW: `python`: in Python; `native`: in a C function that no signal interrupts; `native-alone`: in one that lets no other
thread run; `worker`: as in real life, a worker is reading a PDF; `afterwards`: in Python, and what it leaves to be
done hangs as well.
"""

from __future__ import annotations

import ctypes
import sys
import time
from typing import Any

from extract import isolation
from flows import nightly
from flows.cli import main
from flows.operating import stopping
from tests.extract.hostile import read_as_told


def read(*arguments: Any) -> None:
    print("STUCK", flush=True)
    if HOW in ("python", "afterwards"):
        time.sleep(600)
    library = ctypes.PyDLL(None) if HOW == "native-alone" else ctypes.CDLL(None)
    mutex = ctypes.create_string_buffer(128)
    library.pthread_mutex_lock(mutex)
    library.pthread_mutex_lock(mutex)  # waits for itself


if __name__ == "__main__":
    _, HOME, HOW = sys.argv
    if HOW == "worker":
        isolation.read_bytes = read_as_told
    else:
        nightly.stages.read = read  # type: ignore[assignment]
    if HOW.startswith("native"):
        stopping._SECONDS_AFTER_DEADLINE = stopping._SECONDS_FOR_THE_WATCHER = 0.5
    if HOW == "afterwards":
        stopping._SECONDS_AFTER_SIGNAL = stopping._SECONDS_FOR_LAST_WORDS_OF_A_SIGNAL = 0.5
    if HOW == "native-alone":
        stopping._SECONDS_FOR_LAST_WORDS = 0.5
    sys.argv = ["kaona", "run", "--home", HOME, "--no-prefect"]
    main()
