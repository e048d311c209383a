"""Take out of an environment what only development needs: `python needed.py [extra,extra]` uninstalls it.

requirements.lock pins everything with its hash, tests and linters too; a server runs without them.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable
from importlib import metadata

from packaging.requirements import Requirement

_TOOLS = {"pip", "setuptools", "wheel"}


def needed(package: str, extras: Iterable[str] = ()) -> set[str]:
    """Names of a package and of all that it needs with these extras, as far as they are installed."""
    found: set[tuple[str, str]] = set()
    waiting = [(plain(package), extra) for extra in ("", *extras)]
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in found:
            continue
        found.add((name, extra))
        try:
            texts = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue
        for text in texts:
            one = Requirement(text)
            if one.marker is None or one.marker.evaluate({"extra": extra}):
                waiting += [(plain(one.name), wanted) for wanted in ("", *one.extras)]
    return {name for name, _ in found}


def plain(name: str) -> str:
    """One spelling for a name: `Foo.Bar_baz` and `foo-bar-baz` are the same package."""
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    kept = needed("kaona", [extra for extra in " ".join(sys.argv[1:]).replace(",", " ").split() if extra]) | _TOOLS
    surplus = sorted({plain(found.metadata["Name"]) for found in metadata.distributions()} - kept)
    if surplus:
        subprocess.run([sys.executable, "-m", "pip", "uninstall", "--quiet", "--yes", *surplus], check=True)
    print(f"{len(kept)} packages kept at most, {len(surplus)} uninstalled")
