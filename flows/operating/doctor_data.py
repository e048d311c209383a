"""Checks of what nights before left: the published file, the archive, an unfinished run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from extract.sources import archive_path, read_archived
from flows.archived_nights import nights_of, read_night
from flows.operating.findings import Check, Finding, judged
from flows.operating.queued import unfinished, waiting_mails
from flows.settings import Settings
from flows.working_file import is_filled, is_gone

_SAMPLE = 20
_NIGHTS = 31


def published_file(settings: Settings) -> Iterator[Finding]:
    """Readers can open what is published, and nobody writes into it."""
    from load.engine_check import opens

    path = settings.published
    log = path.with_name(path.name + ".wal")
    if log.exists():
        said = f"{log.name} stands beside it: somebody opened it for writing, and the next night will refuse to publish"
        yield Finding("published file", "FAIL", said, f"close that program and delete {log.name}")
    if not path.exists():
        yield Finding("published file", "ok", "nothing is published yet")
        return
    try:
        tables, views = opens(path)
    except Exception as error:  # whatever a damaged file does
        said = f"it cannot be read ({type(error).__name__})"
        yield Finding("published file", "FAIL", said, "`kaona rollback`, or `kaona run --rebuild` from the archive")
        return
    yield Finding("published file", "ok", f"{tables} tables, {views} views, {path.stat().st_size // 1024:,} kB")


def working_file(settings: Settings) -> Iterator[Finding]:
    """A night can open what the nights before it wrote; while one is at work it has it."""
    from load.warehouse import why_closed, work_path

    path = work_path(settings.home)
    problem = why_closed(path) if is_filled(path) else ""
    said = f"{path.stat().st_size // 1024:,} kB" if is_filled(path) else "there is none yet"
    if is_gone(settings):
        yield Finding("working file", "warning", "it is gone", "the next night makes it again from the archive")
        return
    yield judged(
        "working file", f"it cannot be opened ({problem})" if problem else said, fails=bool(problem),
        todo="give it to the user of kaona; where it is damaged, `kaona run --rebuild` makes it again from the archive",
    )  # fmt: skip


def outbox(settings: Settings) -> Iterator[Finding]:
    """Mails can be put in and sent."""
    broken = waiting_mails(settings).get("outbox_broken")
    yield judged(
        "outbox", broken or "it can be opened", fails=bool(broken), todo="until then no mail is written or sent"
    )


def archive_sample(settings: Settings) -> Iterator[Finding]:
    """Some files of the archive are still what their names say: the same ones each time, all over the archive."""
    wrong, count = [], 0
    for path in islice(_sample(settings.archive), _SAMPLE):
        count += 1
        try:
            read_archived(settings.archive, path.name)
        except OSError:
            wrong.append(path.name[:12])
    yield judged(
        "archive", f"{count} files looked at" + (f"; changed on disk: {', '.join(wrong)}" if wrong else ""),
        fails=bool(wrong), todo="restore them from a backup, and check the disk",
    )  # fmt: skip


def archive_lists(settings: Settings) -> Iterator[Finding]:
    """The lists of all nights are whole; of the last ones every file they name is in the archive."""
    damaged, missing = [], set()
    nights = nights_of(settings.archive)
    for night in nights:
        try:
            files = read_night(settings.archive, night)
        except (ValueError, OSError) as error:
            damaged.append(str(error))
            continue
        if night in nights[-_NIGHTS:]:
            hashes = {file.sha256 for file in files if file.sha256 is not None}
            missing |= {sha for sha in hashes if not archive_path(settings.archive, sha).is_file()}
    said = f"{len(nights)} nights"
    if damaged:
        said = damaged[0] + (f", and {len(damaged) - 1} more like it" if len(damaged) > 1 else "")
    yield judged("lists of nights", said, fails=bool(damaged), todo="until then nights that need them fail")
    if missing:
        first = min(missing)[:12]
        yield Finding(
            "lists of nights", "FAIL", f"{len(missing)} files that they name are not in the archive ({first} first)",
            "restore them from a backup: a rebuild would lose what they brought",
        )  # fmt: skip


def half_done(settings: Settings) -> Iterator[Finding]:
    """What a killed run left; the next one completes it."""
    left = unfinished(settings)
    yield judged(
        "half done", ", ".join(left) or "nothing", warns=bool(left), todo="`kaona run` completes it, when none runs now"
    )


def _sample(archive: Path) -> Iterator[Path]:
    """The first file of each folder of the archive: hashes spread them evenly, so that is a sample of all."""
    folders = sorted(p for p in archive.glob("[0-9a-f][0-9a-f]") if p.is_dir())
    for folder in folders[:: max(1, len(folders) // _SAMPLE)]:
        with os.scandir(folder) as entries:
            names = sorted(e.name for e in islice(entries, 1000) if len(e.name) == 64)
        yield from (folder / name for name in names[:1])


CHECKS: tuple[Check, ...] = (published_file, working_file, outbox, archive_sample, archive_lists, half_done)
