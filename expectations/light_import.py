"""Great Expectations without what it imports for databases, clouds and charts that nobody here asks it about.

Its import takes three seconds, more than a small night. Two thirds of that are drivers, which it does without where
they are not installed, and libraries of statistics and charts, which are loaded here when something of them is asked.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from threading import get_ident
from types import ModuleType
from typing import Any

# installed for others (Prefect, S3), and optional for Great Expectations
ABSENT = frozenset({"sqlalchemy", "boto3", "botocore"})
LATER = frozenset({"altair", "scipy.stats"})


def great_expectations() -> ModuleType:
    """The package, imported the quick way unless it is there already."""
    with _light():
        return importlib.import_module("great_expectations")


@contextmanager
def _light() -> Iterator[None]:
    finder = _Finder()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _Finder(MetaPathFinder):
    """Finds nothing of what is absent, and stand-ins for what comes later; for the imports of this thread only."""

    def __init__(self) -> None:
        self._thread = get_ident()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """What to import under a name; None leaves it to Python."""
        if get_ident() != self._thread:
            return None
        if fullname in ABSENT:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        return ModuleSpec(fullname, _StandIn(), is_package=True) if fullname in LATER else None


class _StandIn(Loader):
    """Makes a module that becomes the real one when something of it is asked for."""

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """As any other module."""
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Put nothing into it but the way to the real one."""

        def ask(attribute: str) -> Any:
            if attribute.startswith("__"):  # the import system asks for some; they load nothing
                raise AttributeError(attribute)
            return getattr(_real(module), attribute)

        module.__getattr__ = ask  # type: ignore[method-assign]


def _real(stand_in: ModuleType) -> ModuleType:
    """The module that a stand-in stands for; whoever holds the stand-in finds everything in it from now on."""
    name = stand_in.__name__
    finders = [finder for finder in sys.meta_path if isinstance(finder, _Finder)]
    for finder in finders:
        sys.meta_path.remove(finder)
    try:
        if sys.modules.get(name) is stand_in:
            del sys.modules[name]
        real = importlib.import_module(name)
    finally:
        sys.meta_path[:0] = finders
    stand_in.__dict__.update(real.__dict__)
    return real
