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
    """The package, imported the quick way unless it is there already. It alone holds stand-ins afterwards."""
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
        for stand_in in finder.stand_ins:
            finder.forget(stand_in)


class _Finder(MetaPathFinder):
    """Finds nothing of what is absent, and stand-ins for what comes later; for the imports of this thread only."""

    def __init__(self) -> None:
        self.stand_ins: list[ModuleType] = []
        self._later = set(LATER)
        self._thread = get_ident()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """What to import under a name; None leaves it to Python."""
        if get_ident() != self._thread:
            return None
        if fullname in ABSENT:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        return ModuleSpec(fullname, _StandIn(self)) if fullname in self._later else None

    def forget(self, stand_in: ModuleType) -> None:
        """Let the next import of its name find the real module."""
        name = stand_in.__name__
        self._later.discard(name)
        if sys.modules.get(name) is stand_in:
            del sys.modules[name]


class _StandIn(Loader):
    """Makes a module of which everything is asked of the real one."""

    def __init__(self, finder: _Finder) -> None:
        self._finder = finder

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """As any other module."""
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Put nothing into it but the way to the real one."""

        def ask(attribute: str) -> Any:
            if attribute.startswith("__"):  # the import system asks for some; they load nothing
                raise AttributeError(attribute)
            self._finder.forget(module)
            return getattr(importlib.import_module(module.__name__), attribute)

        module.__getattr__ = ask  # type: ignore[method-assign]
        self._finder.stand_ins.append(module)
