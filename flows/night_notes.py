"""What is known of each night of a dated source: which files its folder held, and whether they are loaded.

One small file a night, `work/by_date/DATE.json`; the archive and the working file are what counts, these notes only
save work. Without them every file is read and hashed again, and found to be known.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

from extract.read import reader_version
from extract.sources import Known, Pulled
from flows.archived_nights import identity
from flows.seen_files import as_entries, from_entries
from flows.settings import Settings
from flows.whole_files import write_whole
from transform.source_nights import Asked

State = Literal["unknown", "pulled", "loaded", "quiet", "aside"]


@dataclass(frozen=True)
class Note:
    """A night's folders as they were pulled. `quiet`: they stood as the night before, which needs no loading; `aside`:
    it cannot be loaded (flows/nights_left.py)."""

    digest: str = ""
    state: State = "unknown"
    is_loss_accepted: bool = False
    files: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def known(self) -> Known:
        """Its files, by place."""
        return from_entries(self.files)


def note_of(settings: Settings, listing: Sequence[Pulled], asked: Sequence[Asked]) -> Note:
    """The note of a night that was just pulled."""
    rows = [[p.uri, identity(p)] for p in listing]
    sources = [[one.source, str(one.loss_limit)] for one in asked]
    # files that another reader refused are tried again
    text = json.dumps([rows, sources, reader_version(settings.reading)], ensure_ascii=False)
    is_accepted = any(one.is_loss_accepted for one in asked)
    return Note(hashlib.sha256(text.encode()).hexdigest(), "pulled", is_accepted, as_entries(listing))


def read_note(settings: Settings, night: date) -> Note:
    """What was noted of a night; an empty note where there is none."""
    try:
        found = json.loads(_path(settings, night).read_text(encoding="utf-8"))
        return Note(found["digest"], found["state"], found["is_loss_accepted"], found["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return Note()


def write_note(settings: Settings, night: date, note: Note) -> None:
    """Write a note, whole or not at all."""
    write_whole(_path(settings, night), json.dumps(vars(note), ensure_ascii=False, sort_keys=True))


def mark(settings: Settings, night: date, state: State) -> None:
    """Write down that a night of a dated source is loaded, needs no loading, or is set aside; of others nothing."""
    if _path(settings, night).is_file():
        write_note(settings, night, replace(read_note(settings, night), state=state))


def _path(settings: Settings, night: date) -> Path:
    return settings.home / "work" / "by_date" / f"{night.isoformat()}.json"
