"""Libraries that take seconds to import, imported while other processes work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread


@contextmanager
def importing(*imports: Callable[[], object]) -> Iterator[None]:
    """Import in a thread beside what this process waits for; all is there, or has failed, at the end.

    Whoever needs one imports it as ever, and hears then why it cannot be.
    """
    thread = Thread(target=_import, args=(imports,), name="imports", daemon=True)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def _import(imports: tuple[Callable[[], object], ...]) -> None:
    for each in imports:
        with suppress(Exception):
            each()
