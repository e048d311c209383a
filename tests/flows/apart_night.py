"""A small night that is understood in a process of its own, as only large ones are: `python apart_night.py HOME NIGHT`."""

from __future__ import annotations

import sys

from flows import large
from flows.cli import main

if __name__ == "__main__":
    _, HOME, NIGHT = sys.argv
    large.LEAST_FILES = large.LEAST_BYTES = 1
    sys.argv = ["kaona", "run", "--home", HOME, "--no-prefect", "--as-of", NIGHT]
    main()
