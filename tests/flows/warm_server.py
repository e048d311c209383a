"""A process that has imported what a night needs, and makes a child for each command that it is told (warm.py).

The child is what `python -m flows …` is once its imports are done: a process of its own, with the environment, folder,
output and fault points that were asked for, killed and ended like any other.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import sys
import time
from typing import Any

_ROOMS = ("extract", "transform", "expectations", "load", "flows")
# what needs Prefect or a cluster is imported by the few nights that ask for it, like in any process
_NOT_HERE = ("flows.under_prefect", "flows.serve", "flows.deployment", "flows.artifacts", "flows.cluster", "flows.__main__")  # fmt: skip
_LIBRARIES = ("great_expectations", "pandas", "duckdb", "jinja2", "xlsxwriter", "pdfminer.high_level", "smtplib")


def import_everything() -> None:
    """Import every module of kaona but those, and the libraries that functions import."""
    for name in _LIBRARIES:
        importlib.import_module(name)
    for room in _ROOMS:
        for module in pkgutil.walk_packages(importlib.import_module(room).__path__, f"{room}."):
            if module.name not in _NOT_HERE:
                importlib.import_module(module.name)
    assert "prefect" not in sys.modules


def next_command(control: socket.socket) -> dict[str, Any] | None:
    """In a child: the command it is to run. In the server: None, when nobody can tell it any more."""
    children: dict[int, tuple[int, socket.socket]] = {}
    while True:
        for ready in select.select([control, *children], [], [])[0]:
            if ready is not control:
                pid, told = children.pop(ready)
                os.close(ready)
                told.send(str(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])).encode())
                told.close()
                continue
            message, descriptors, _, _ = socket.recv_fds(control, 1 << 18, 3)
            if not message:
                return None
            pid = os.fork()
            if pid == 0:
                control.close()
                for descriptor in (*children, descriptors[2]):
                    os.close(descriptor)
                return {**json.loads(message), "output": descriptors[:2]}
            told = socket.socket(fileno=descriptors[2])
            told.send(str(pid).encode())
            children[os.pidfd_open(pid)] = (pid, told)
            for descriptor in descriptors[:2]:
                os.close(descriptor)


def become(command: dict[str, Any]) -> None:
    """Be the process that was asked for."""
    from extract import fault_points
    from flows.prefect_server import _die_with_parent

    if command["has_session"]:
        os.setsid()
    _die_with_parent()  # which also leaves Ctrl-C to the parent
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, descriptor in enumerate(command["output"], 1):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.chdir(command["folder"])
    os.environ.clear()
    os.environ.update(command["environment"])
    time.tzset()
    sys.argv = ["kaona", *command["arguments"]]
    here = fault_points.asked_for(os.environ)
    for module in list(sys.modules.values()):
        if getattr(module, "at", None) is fault_points.nothing:
            module.at = here  # type: ignore[attr-defined]


def main() -> None:
    """Serve the socket whose number is the argument; in a child, run kaona."""
    control = socket.socket(fileno=int(sys.argv[1]))
    import_everything()
    control.send(b"ready")
    command = next_command(control)
    if command is not None:
        become(command)
        from flows.cli import main as kaona

        kaona()


if __name__ == "__main__":
    main()
