"""What a check of `kaona doctor` says."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from flows.settings import Settings

State = Literal["ok", "warning", "FAIL"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, how it is, and what to do when it is not well. Holds no secret."""

    name: str
    state: State
    said: str
    todo: str = ""
    seconds: float = 0.0


Check: TypeAlias = Callable[[Settings], Iterable[Finding]]


def judged(name: str, said: str, *, fails: bool = False, warns: bool = False, todo: str = "") -> Finding:
    """A finding that is well unless it fails or warns."""
    return Finding(name, "FAIL" if fails else "warning" if warns else "ok", said, todo if fails or warns else "")
