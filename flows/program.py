"""Which program this is, as far as what is read of a file depends on it."""

from __future__ import annotations

import hashlib
import platform
import sys
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from extract.options import Options
from extract.pdf import witness
from extract.read import reader_version
from flows.delivery import VERSION
from flows.settings import CHECKOUT
from transform.registers_used import RULES_VERSION


def program(options: Options) -> dict[str, str]:
    """What must be alike for two processes to make the same of the same bytes; each with a name for people."""
    return {
        "python": f"{platform.python_implementation()} {sys.version_info.major}.{sys.version_info.minor}",
        "kaona": f"{VERSION} rules {RULES_VERSION} code {_code()[:12]}",
        "reader": reader_version(options),
        "second reader": version("pypdfium2") if options.second_reader and witness.is_available() else "none",
    }


def identity_of(options: Options) -> str:
    """The program and what is asked of its readers, as one hash."""
    return hashlib.sha256(repr((program(options), tuple(options))).encode()).hexdigest()


@lru_cache(maxsize=1)
def _code() -> str:
    """Hash of the code that reads and of the declared form: a correction without a new version number counts too."""
    rooms = [CHECKOUT / "extract", CHECKOUT / "transform"]
    files = [path for room in rooms for path in room.rglob("*.py")] + list(_form().glob("*.toml"))
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.relative_to(CHECKOUT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _form() -> Path:
    return CHECKOUT / "data" / "form"
