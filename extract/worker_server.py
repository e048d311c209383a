"""The server that worker processes come from: it has imported what they need, and nothing else of this process."""

from __future__ import annotations

import sys
import threading
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext, ForkServerProcess
from multiprocessing.process import BaseProcess
from types import ModuleType
from typing import Any

FEW_BYTES = 10 * 1024 * 1024
"""With fewer bytes in all (some 400 dumps), dumps are read in this process before two workers would have started."""

_MAIN = threading.Lock()


def workers_with(finishing: str) -> ForkServerContext:
    """How workers are started that read, and finish what they read by a function of the module `finishing`."""
    context = _WithoutMain()
    context.set_forkserver_preload(["extract.read", finishing])
    return context


def get_ready(finishing: str) -> None:
    """Start the server: it imports while this process does something else."""
    workers_with(finishing)
    forkserver.ensure_running()


class _Worker(ForkServerProcess):
    """A process that does not import the parent's main module, be it a command of many imports or a prompt."""

    @staticmethod
    def _Popen(process_obj: BaseProcess) -> Any:
        with _MAIN:
            main = sys.modules["__main__"]
            sys.modules["__main__"] = ModuleType("__main__")
            try:
                return ForkServerProcess._Popen(process_obj)
            finally:
                sys.modules["__main__"] = main


class _WithoutMain(ForkServerContext):
    Process = _Worker
