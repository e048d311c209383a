"""What all commands share: their common options, settings from the command line, and failures as one sentence."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from flows.operating.safe_words import safe_sentence
from flows.operating.stopping import Stopped
from flows.settings import Settings
from flows.wrong_settings import WrongSettings, settings_from

mistakes = Console(stderr=True, highlight=False, soft_wrap=True)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
Home = Annotated[Path | None, typer.Option("--home", help="KAONA_HOME: inbox, archive, work, published, outbox.")]


_BY_WHOM = "expected a user who may use it: run this as the user that runs the nights, or give that user the file"


class Failure(Exception):
    """A command that could not do its work; the message says what was read, what was expected, what to do."""


def settings_of(home: Path | None = None, **changes: Any) -> Settings:
    """Settings from environment and kaona.toml, with what the command line says; wrong ones are a wrong usage."""
    given = {k: v for k, v in changes.items() if v is not None}
    if home is not None:
        given["home"] = home.resolve()
    try:
        return settings_from(given)
    except WrongSettings as error:
        for name, said in error.problems:
            mistakes.print(f"kaona: {name}: {said}; see kaona.toml and KAONA_* variables", markup=False)
        raise typer.Exit(2) from error


def not_allowed(error: PermissionError) -> str:
    """What somebody else than the user of kaona reads, or that user where somebody else left a file."""
    return f"{error.filename or 'a file'}: {error.strerror or 'Permission denied'}; {_BY_WHOM}"


@contextmanager
def failures(settings: Settings | None = None) -> Iterator[None]:
    """Turn what a command may run into into one clear sentence; with KAONA_DEBUG set, the traceback stays.

    `settings`: of a command that runs by itself. Away from a terminal its sentence ends in a journal or in cron's mail:
    there it names no person, no telephone number and no password; the letter to the operator holds all of it.
    """
    try:
        yield
    except (typer.Exit, Failure, BrokenPipeError):
        raise
    except Stopped as stopped:
        raise Failure(str(stopped)) from None
    except Exception as error:
        if os.environ.get("KAONA_DEBUG"):
            raise
        what = PermissionError(not_allowed(error)) if isinstance(error, PermissionError) else error
        sentence = str(what) if settings is None or sys.stderr.isatty() else safe_sentence(what, settings)
        told = isinstance(error, (ValueError, RuntimeError, PermissionError))
        told = told or type(error).__module__.startswith("extract")
        raise Failure(sentence if told else f"{type(error).__name__}: {sentence}") from error
