"""The end of a command whose process holds a whole night: what it holds goes with the process, not piece by piece."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from contextlib import suppress

# with it come a million objects, which Python would look through and free one by one: a second after every night
_HEAVY = "pandas"


def leave(exit_code: int) -> None:
    """End this process here when it is a heavy one, and return when it is not.

    What an orderly end does for others is done: threads that are no daemons come to their end, functions registered
    with atexit are called, output is flushed. KAONA_DEBUG leaves it all to Python, as profilers need it.
    """
    if _HEAVY not in sys.modules or os.environ.get("KAONA_DEBUG"):
        return
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # whoever read it has gone
            stream.flush()
    os._exit(exit_code)
