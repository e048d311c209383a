"""Nights whose files are in the archive and whose load did not come to its end: marked, made up for, or set aside.

`work/unfinished/DATE.pulled` is written before the list of a night is, and becomes DATE.loaded when the night is in the
working file; it goes when what is published holds it and the next night may rely on that. It holds the list as it was
loaded last, so that a second run of a night can be taken back alone.

A night that a check forbids is set aside: its list is `archive/nights/DATE.set-aside`, with the reason as its first
line, and no night of the archive, so whatever goes through the nights passes it over. Another program or other
registers open it again.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from io import StringIO
from pathlib import Path

from extract.fault_points import at
from flows.archived_nights import ASIDE, COLUMNS, dated, lines_of, nights_of
from flows.settings import Settings
from flows.whole_files import write_whole

_PULLED, _LOADED = ".pulled", ".loaded"
_REASON = "set aside"


@dataclass(frozen=True)
class SetAside:
    """A night that is kept out. `alone`: how many of its files stand on no later night."""

    night: date
    files: int
    alone: int


class NightSetAside(RuntimeError):
    """A night was set aside; the others go on without it."""

    outcome = "set aside"

    def __init__(self, night: date, error: Exception, alone: int):
        self.night = night
        self.blocking = getattr(error, "blocking", ())
        super().__init__(
            f"the night of {night} is set aside, it cannot be loaded: {error}; its files come in with the first later "
            f"night on which they stand ({alone} stand on none); it is tried again when kaona, data/form or "
            "data/reference change"
        )


# ---------------------------------------------------------------- marks


def begin(settings: Settings, night: date) -> None:
    """Mark a night as unfinished; to be called before its list is written."""
    path = _mark(settings, night, _PULLED)
    if not path.exists():
        listed = _list(settings.archive, night)
        write_whole(path, listed.read_text(encoding="utf-8") if listed.is_file() else "")
    _mark(settings, night, _LOADED).unlink(missing_ok=True)


def loaded(settings: Settings, night: date) -> None:
    """The night is in the working file."""
    at("load.committed")
    path = _mark(settings, night, _PULLED)
    if path.exists():
        path.replace(path.with_suffix(_LOADED))
    at("load.marked")


def all_loaded(settings: Settings, without: Collection[date] = ()) -> None:
    """Every night of the archive is in the working file `without` these."""
    for night in marked(settings):
        if night not in without:
            loaded(settings, night)


def finished(settings: Settings, night: date | None = None) -> None:
    """What is published holds the night; None: all nights that are loaded. Of a quiet night too."""
    if night is not None:
        _mark(settings, night, _PULLED).unlink(missing_ok=True)
    for path in (settings.home / "work" / "unfinished").glob(f"{night or '*'}{_LOADED}"):
        path.unlink(missing_ok=True)


def marked(settings: Settings) -> tuple[date, ...]:
    """Nights that were pulled and not loaded, in order."""
    return tuple(night for night, _ in dated(_folder(settings), _PULLED))


def is_anything_left(settings: Settings) -> bool:
    """Whether a run before this one did not come to its end, or nobody looked yet whether one did not."""
    return not _checked(settings).exists() or any(dated(_folder(settings), state) for state in (_PULLED, _LOADED))


def loaded_before(settings: Settings, night: date) -> str:
    """The list of a night as it was loaded last; "" where it never was."""
    try:
        return _mark(settings, night, _PULLED).read_text(encoding="utf-8")
    except OSError:
        return ""


def never_loaded(settings: Settings) -> list[date]:
    """Nights of the archive that the working file does not know though they brought something, in order.

    Asked where there are no marks to tell: of a home of before there were any, and of a working file that is new.
    """
    from flows.delivery import listed_on
    from load.runs import quiet_counts
    from load.warehouse import nights_run, open_work, work_path

    if _checked(settings).exists() and work_path(settings.home).exists():
        return []
    with closing(open_work(settings.home, memory_limit=settings.memory_limit)) as con:
        run = nights_run(con)
        others = [night for night in nights_of(settings.archive) if night not in run]
        found = [n for n in others if quiet_counts(con, n, listed_on(settings, n).standing) is None]
    write_whole(_checked(settings), "")
    return found


# ---------------------------------------------------------------- set aside


def set_aside(settings: Settings, night: date, error: Exception, program: str) -> NightSetAside:
    """Keep a night out until the program or a register is another one; a run of it that was loaded stays.

    Safe to be killed at any point: the mark goes last.
    """
    path = _list(settings.archive, night)
    aside = path.with_suffix(ASIDE)
    lines = dict.fromkeys([*_files_aside(aside), *lines_of(path)])
    text = StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerows([COLUMNS, ("", 0, program, _REASON, " ".join(str(error).split())), *lines])
    write_whole(aside, text.getvalue())
    before = loaded_before(settings, night)
    if before:
        write_whole(path, before)
    else:
        path.unlink(missing_ok=True)
    _mark(settings, night, _PULLED).unlink(missing_ok=True)
    return NightSetAside(night, error, _alone(settings.archive, night, aside))


def open_again(settings: Settings, program: str) -> None:
    """Nights that another program, or other registers, had set aside are unfinished once more."""
    for night, aside in dated(settings.archive / "nights", ASIDE):
        first = next(iter(lines_of(aside)), None)
        if first is not None and first[3] == _REASON and first[2] == program:
            continue
        path = _list(settings.archive, night)
        lines = dict.fromkeys([*lines_of(path), *_files_aside(aside)])
        begin(settings, night)
        text = StringIO()
        csv.writer(text, delimiter="\t", lineterminator="\n").writerows([COLUMNS, *lines])
        write_whole(path, text.getvalue())
        aside.unlink()


def nights_set_aside(archive: Path) -> Iterator[SetAside]:
    """Nights that are kept out, in order."""
    for night, aside in dated(archive / "nights", ASIDE):
        files = {line[2] for line in _files_aside(aside) if line[2]}
        yield SetAside(night, len(files), _alone(archive, night, aside))


def is_set_aside(archive: Path, night: date) -> bool:
    """Whether a night, or a run of it, is kept out."""
    return _list(archive, night).with_suffix(ASIDE).is_file()


def _alone(archive: Path, night: date, aside: Path) -> int:
    """How many files that are kept out with a night stand on it alone."""
    left = {line[2] for line in _files_aside(aside) if line[2]}
    for other in nights_of(archive):
        if other >= night and left:
            left -= {line[2] for line in lines_of(_list(archive, other))}
    return len(left)


def _files_aside(aside: Path) -> list[tuple[str, str, str, str, str]]:
    return [line for line in lines_of(aside) if line[3] != _REASON]


def marks_left(settings: Settings, tonight: date | None = None) -> Mapping[date, str]:
    """Nights that were pulled and not loaded → their list as it was loaded last; without tonight."""
    return {night: loaded_before(settings, night) for night in marked(settings) if night != tonight}


def left_of(settings: Settings, unfinished: Collection[date], tonight: date | None = None) -> Mapping[date, str]:
    """Nights to make up for → their list as it was loaded last, in order; without tonight.

    `unfinished`: those that were marked before tonight was.
    """
    known = set(nights_of(settings.archive))
    for night in set(unfinished) - known - {tonight}:
        finished(settings, night)  # killed before it had a list
    nights = {*(set(unfinished) & set(marked(settings))), *never_loaded(settings)}
    return {night: loaded_before(settings, night) for night in sorted((nights & known) - {tonight})}


def _list(archive: Path, night: date) -> Path:
    return archive / "nights" / f"{night.isoformat()}.tsv"


def _folder(settings: Settings) -> Path:
    return settings.home / "work" / "unfinished"


def _checked(settings: Settings) -> Path:
    return _folder(settings) / "checked"


def _mark(settings: Settings, night: date, state: str) -> Path:
    return _folder(settings) / f"{night.isoformat()}{state}"
