"""Libraries that take seconds to import, imported while other processes work."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread


@contextmanager
def importing(*names: str) -> Iterator[None]:
    """Import modules in a thread beside what this process waits for; they are there, or have failed, at the end.

    Whoever needs one imports it as ever, and hears then why it cannot be.
    """
    thread = Thread(target=_import, args=(names,), name="imports", daemon=True)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def _import(names: tuple[str, ...]) -> None:
    for name in names:
        with suppress(Exception):
            importlib.import_module(name)
