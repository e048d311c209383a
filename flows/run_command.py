"""`kaona run` in its four ways: tonight, a history by date, single documents again, everything again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flows.run import WrongUsage, require_night, run_night
from flows.settings import Settings
from flows.summary import Summary, Watch, as_text

Say = Callable[[str], None]


@dataclass(frozen=True)
class Asked:
    """What the command line said."""

    night: date
    by_date: bool = False
    called: str | None = None
    files: tuple[str, ...] = ()
    rebuild: bool = False
    is_preview: bool = False
    accept_changes: bool = False
    accept_loss: bool = False


@dataclass(frozen=True)
class Answer:
    """What to print: lines for people, or one object."""

    lines: list[str]
    as_json: dict[str, Any] = field(default_factory=dict)


def run_asked(settings: Settings, asked: Asked, watch: Watch, say: Say) -> Answer:
    """Do what was asked; `say` is told what is worth a line before the end. Raises WrongUsage and what nights raise."""
    _require_sense(asked)
    require_night(asked.night)
    if asked.by_date:
        return _history(settings, asked, watch, say)
    if asked.files:
        from flows.single_files import read_files

        read = read_files(
            settings,
            asked.files,
            asked.night,
            watch,
            accept_changes=asked.accept_changes,
            is_preview=asked.is_preview,
        )
        return _changed(read.told.lines, read.told.numbers, read.summary, read.title)
    if asked.rebuild:
        from flows.rebuild import rebuild_all

        rebuilt = rebuild_all(settings, watch, accept_changes=asked.accept_changes, is_preview=asked.is_preview)
        return _changed(rebuilt.told.lines, rebuilt.told.numbers, rebuilt.summary, "rebuilt from the archive")

    summary = run_night(settings, asked.night, watch, asked.accept_loss)
    return Answer([as_text(summary)], summary.as_json())


def _require_sense(asked: Asked) -> None:
    ways = {"--by-date": asked.by_date, "--files": bool(asked.files), "--rebuild": asked.rebuild}
    chosen = [name for name, is_chosen in ways.items() if is_chosen]
    if len(chosen) > 1:
        raise WrongUsage(f"{' and '.join(chosen)} exclude each other")
    if asked.rebuild and asked.accept_loss:
        raise WrongUsage("--rebuild and --accept-loss exclude each other; a rebuild takes each night as it was")
    if asked.files and asked.accept_loss:
        raise WrongUsage("--files and --accept-loss exclude each other; single documents say nothing of a source")
    if asked.called is not None and not asked.by_date:
        raise WrongUsage("--called is for --by-date")
    if asked.called is not None and ("/" in asked.called or not asked.called.strip()):
        raise WrongUsage(f"--called {asked.called!r}: expected one name without /, such as inbox")
    if (asked.is_preview or asked.accept_changes) and not (asked.rebuild or asked.files):
        raise WrongUsage("--dry-run and --accept-changes are for --rebuild and --files")
    if asked.is_preview and asked.accept_changes:
        raise WrongUsage("--dry-run and --accept-changes exclude each other")


def _history(settings: Settings, asked: Asked, watch: Watch, say: Say) -> Answer:
    from flows.backfill import load_history

    history = load_history(settings, asked.night, watch, say, called=asked.called, accept_loss=asked.accept_loss)
    if history.summary is None:
        return Answer(["nothing new: every dated folder is loaded as it stands, and published"], history.as_json())
    new, rejected = (sum(getattr(n, name) for n in history.nights) for name in ("new", "rejected"))
    total = (
        f"{len(history.nights)} nights loaded: {new} files new, {rejected} rejected; what stands after the last one:"
    )
    return Answer([total, as_text(history.summary)], history.as_json())


def _changed(lines: tuple[str, ...], numbers: dict[str, Any], summary: Summary | None, title: str) -> Answer:
    if summary is None:
        return Answer(
            [f"{title}: what would change; nothing was published", *lines], {"difference": numbers, "published": False}
        )
    return Answer([f"{title}: what changed", *lines, as_text(summary)], summary.as_json() | {"difference": numbers})
