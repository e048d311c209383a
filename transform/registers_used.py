"""Which registers the stored nights were decided with: other ones make every night decided again."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping
from io import StringIO

# rules of recognising and reconciling; raised when a change of code decides stored nights differently
RULES_VERSION = "2"
RULES = "rules of kaona"


def register_hashes(files: Mapping[str, str]) -> dict[str, tuple[str, int]]:
    """Register name → (hash of what it says, number of entries), sorted; with the version of the rules themselves.

    Line ends do not count, nor who is told what: of the contacts only the coordinators' names decide something, of the
    mutes nothing.

    >>> old, new = ({"contacts.csv": f"kind,name,email\\ncoordinator,ก ข,{m}@kaona.invalid\\n"} for m in "ab")
    >>> register_hashes(old) == register_hashes(new)
    True
    """
    found = {RULES: (hashlib.sha256(RULES_VERSION.encode()).hexdigest(), 1)}
    for name in sorted(set(files) - {"mutes.csv"}):
        lines = [line for line in files[name].removeprefix("\ufeff").splitlines() if line.strip()]
        said = _who(lines) if name == "contacts.csv" else lines
        entries = len(said) if name == "contacts.csv" else max(0, len(lines) - 1)
        found[name] = hashlib.sha256("\n".join(said).encode()).hexdigest(), entries
    return found


def _who(lines: list[str]) -> list[str]:
    rows = csv.DictReader(StringIO("\n".join(lines)))
    return sorted(f"{row.get('name')}" for row in rows if row.get("kind") == "coordinator")
