"""Standard streams on which a night can rely: they are there, take any text, and stop nothing when they fail.

Started with `>&-`, a process gives the number of its output to the first file it opens, which may be a warehouse, and
every child writes there what it has to say. With another locale than UTF-8, Thai cannot be printed at all.
"""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TextIO

from flows.command_line import Failure

_ACTS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


class _Forgiving(io.FileIO):
    """What is said on the way of a night may get lost: on a full disk, on a terminal that has gone."""

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except OSError:
            return len(memoryview(data).cast("B"))


def prepare() -> None:
    """Make the three standard streams fit for a command, at its very beginning: what is open keeps its place."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            given = os.open(os.devnull, os.O_RDWR)  # the lowest number that is free, nearly always this one
            if given != number:
                os.dup2(given, number)
                os.close(given)
            os.set_inheritable(number, True)
    sys.stdout = _able(sys.stdout or io.TextIOWrapper(io.FileIO(1, "w", closefd=False), write_through=True))
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    said = io.BufferedWriter(_Forgiving(2, "w", closefd=False))
    sys.stderr = io.TextIOWrapper(said, encoding=encoding, errors="backslashreplace", line_buffering=True)


def _able(stream: TextIO) -> TextIO:
    """The stream; what its encoding lacks is printed by number."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
    return stream


def typed(argument: str) -> str:
    """What was typed, also where the locale is another one than that of the terminal."""
    return argument.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


class Unprinted(Failure):
    """Standard output does not take what there is to say."""


def write_lines(lines: Iterable[str]) -> None:
    """Print to standard output; results go there, progress goes to standard error. Raises Unprinted.

    A terminal is not sent what a document would have it do: colours, titles, text that runs backwards. A pipe gets all;
    who closes it (head, less) has seen enough.
    """
    is_terminal = sys.stdout.isatty()
    for line in lines:  # what making a line raises is no matter of standard output
        text = (_ACTS.sub("\ufffd", line) if is_terminal else line) + "\n"
        if not _is_taken(sys.stdout.write, text):
            return
    _is_taken(sys.stdout.flush)


def _is_taken(say: Callable[..., object], *text: str) -> bool:
    """Say it; whether somebody still listens. Raises Unprinted."""
    try:
        say(*text)
    except OSError as error:
        with Path(os.devnull).open("wb") as nowhere:  # what is left of it is not tried again
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            return False
        raise Unprinted(f"standard output takes nothing more ({error.strerror})") from error
    return True
