"""Preloaded by the Dask workers of test_dask.py: a file's last line can make its reader do what no file should."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

from extract import isolation
from extract.document import ReadResult, SourceFile
from extract.options import Options
from tests.extract.hostile import read_as_told

GATE = "GATE_OF_THIS_TEST"
WORKER = "PID_OF_THE_WORKER"


def read_as_told_there(source: SourceFile, data: bytes, options: Options) -> ReadResult:
    """`wait`: until the test opens the gate. `slay`: end the worker of the cluster, not only its reader."""
    order = data[-40:].rpartition(b"%!")[2].strip()
    if order == b"wait" and GATE in os.environ:  # a reader of this machine waits for nothing
        while not Path(os.environ[GATE]).exists():
            time.sleep(0.02)
    if order == b"slay":
        for pid in (os.environ.get(WORKER), os.getpid()):  # a reader of this machine ends itself only
            if pid is not None:
                os.kill(int(pid), signal.SIGKILL)
    return read_as_told(source, data, options)


def dask_setup(_worker: Any) -> None:
    """Called by Dask in each worker."""
    os.environ[WORKER] = str(os.getpid())
    isolation.read_bytes = read_as_told_there
