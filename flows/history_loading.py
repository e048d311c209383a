"""Nights of a history into the working file: behind what is stored one after the other, else all nights once more."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from flows import stages
from flows.delivery import Delivered, listed_on
from flows.night_notes import mark
from flows.nightly import Understood, understand
from flows.nights_left import loaded
from flows.replaying import all_nights, quiet_but_last, replay_listed
from flows.setting_aside import Refused, loaded_or_refused, set_all_aside
from flows.settings import Settings
from flows.summary import Watch
from flows.whole_files import write_whole

Say = Callable[[str], None]
Load = Callable[[Delivered], tuple[Delivered, Understood]]
_NONE: Mapping[date, str] = MappingProxyType({})
_ASIDE = "backfill"


@dataclass(frozen=True)
class NightLine:
    """One night of the history in numbers. `is_quiet`: it held the same files as the night before it."""

    night: str
    files: int
    new: int
    rejected: int
    forms: int
    conflicts: int
    findings: int
    is_quiet: bool = False

    def as_text(self) -> str:
        """One line for a terminal."""
        if self.is_quiet:
            return f"night {self.night}  {self.files} files: as the night before"
        return (
            f"night {self.night}  {self.files} files: {self.new} new, {self.rejected} rejected; "
            f"{self.forms} forms, {self.conflicts} values on which copies differ, {self.findings} findings"
        )


@dataclass(frozen=True)
class Loaded:
    """The nights that were loaded now, and what the last night of all says."""

    lines: tuple[NightLine, ...]
    delivered: Delivered
    understood: Understood


def load_nights(
    settings: Settings,
    nights: Sequence[date],
    watch: Watch,
    say: Say,
    *,
    left: Mapping[date, str] = _NONE,
    tonight: date | None = None,
) -> Loaded | None:
    """Load nights whose files are in the archive, in order; None where there is nothing to do.

    `left`: nights that an earlier run did not load → their list as it was loaded last (flows/nights_left.py). They are
    loaded too; one that its files forbid is set aside behind a night that is loaded. `tonight`: whose result is
    wanted; else that of the last. Raises what another night raises; those before it are loaded, or stand ready for the
    next run.
    """
    nights = sorted({*nights, *left})
    is_due = stages.is_decided_otherwise(settings)
    if not nights and not is_due:
        return None
    others = [night for night in all_nights(settings) if night not in nights]
    stored = nights_run(settings)
    if not nights or is_due or any(night > nights[0] for night in (*others, *stored)):
        return _all_again(settings, nights, watch, say, left, tonight)
    return _one_after_the_other(settings, nights, watch, say, left, tonight)


def nights_run(settings: Settings) -> set[date]:
    """Nights that the working file holds, also those that brought nothing."""
    from load.warehouse import nights_run as ask
    from load.warehouse import open_work

    with closing(open_work(settings.home, memory_limit=settings.memory_limit)) as con:
        return ask(con)


def _one_after_the_other(
    settings: Settings, nights: Sequence[date], watch: Watch, say: Say, left: Mapping[date, str], tonight: date | None
) -> Loaded:
    """Nights behind all that are stored go straight into the working file."""
    lines: list[NightLine] = []
    last: tuple[Delivered, Understood] | None = None
    wanted = last
    refused, left = Refused(), {n: before for n, before in left.items() if n != (tonight or nights[-1])}
    with watch.progress("nights", len(nights)) as step:
        for night in nights:
            delivered = listed_on(settings, night)
            step()
            if last is not None and night != tonight and _is_quiet(delivered, last):
                lines.append(_line(delivered, None))
                mark(settings, night, "quiet")
                loaded(settings, night)
            else:
                own = quiet_but_last(watch, night, tonight or nights[-1])

                def load(one: Delivered, own: Watch = own) -> tuple[Delivered, Understood]:
                    readings = own.timed(stages.read, settings, one, own)
                    return one, understand(settings, one, readings, own.timed)

                with _named(night, say):
                    found = loaded_or_refused(settings, delivered, load, left, refused)
                if found is None:
                    continue
                last = found
                wanted = found if tonight in (None, night) else wanted
                lines.append(_line(*last))
                mark(settings, night, "loaded")
            say(lines[-1].as_text())
    if wanted is None:
        raise ValueError("expected nights to load, got none")
    _set_aside(settings, refused, watch)
    return Loaded(tuple(lines), *wanted)


def _set_aside(settings: Settings, refused: Refused, watch: Watch) -> None:
    set_all_aside(settings, refused, watch)
    for night in refused:
        mark(settings, night, "aside")


def _is_quiet(delivered: Delivered, last: tuple[Delivered, Understood]) -> bool:
    """Whether a night stands as the one before it, whose sources were all believed; such a night is not run."""
    return delivered.digest == last[0].digest and all(s.now.is_believed for s in last[1].verdict.sources)


def _all_again(
    settings: Settings,
    pending: Sequence[date],
    watch: Watch,
    say: Say,
    left: Mapping[date, str],
    tonight: date | None,
) -> Loaded:
    """Every night in order into a new working file, once, and that one in the place of the present one.

    What is complete of it stands in work/backfill: a run that was killed goes on with it where nothing else changed.
    """
    aside = _aside(settings)
    nights = all_nights(settings)
    basis = {"present": _present(settings), "nights": {n.isoformat(): listed_on(settings, n).digest for n in nights}}
    done = _done_before(aside, basis, None if tonight in (None, nights[-1]) else tonight)
    lines: list[NightLine] = []
    wanted = tonight or nights[-1]
    refused, left = Refused(), {night: before for night, before in left.items() if night != wanted}
    if others := len(nights) - len(pending):
        say(f"{others} nights that are stored are decided again with them, once")
    if done:
        say(f"{len(done)} nights were completed by a run that did not come to its end")
    with watch.progress("nights", len(nights)) as step:
        for night in nights:
            if night.isoformat() not in done or night == wanted:
                own = quiet_but_last(watch, night, wanted)

                def load(one: Delivered, own: Watch = own) -> tuple[Delivered, Understood]:
                    return one, replay_listed(settings, aside, one, own)

                with _named(night, say):
                    found = loaded_or_refused(settings, listed_on(settings, night), load, left, refused)
                done.append(night.isoformat())
                if not refused:  # which nights those are is not written down
                    _write_done(aside, basis, done)
                if found is not None and night == wanted:
                    delivered, understood = found
                if found is not None and night in pending:
                    lines.append(_line(*found))
                    say(lines[-1].as_text())
            step()
    understood = understood._replace(settled=stages.settled(settings, aside))
    stages.take_over(aside, settings, refused)
    for line in lines:
        mark(settings, date.fromisoformat(line.night), "loaded")
    _set_aside(settings, refused, watch)
    shutil.rmtree(aside.home)
    return Loaded(tuple(lines), delivered, understood)


@contextmanager
def _named(night: date, say: Say) -> Iterator[None]:
    try:
        yield
    except BaseException:
        say(f"night {night.isoformat()} could not be loaded; those before it need not be loaded again")
        raise


def _present(settings: Settings) -> list[int]:
    """What tells one working file from another: its place on disk, size and time of change."""
    from load.warehouse import work_path

    info = work_path(settings.home).stat()
    return [info.st_ino, info.st_size, info.st_mtime_ns]


def _aside(settings: Settings) -> Settings:
    home = settings.home / "work" / _ASIDE
    return settings.model_copy(update={"home": home, "archive_at": settings.archive.resolve(), "write_mails": False})


def _done_before(aside: Settings, basis: Mapping[str, Any], late: date | None) -> list[str]:
    """Nights that a killed run had completed from the same present file, archive and registers; [] begins anew.

    `late`: a night whose result is wanted though others lie behind it, so they cannot be there yet.
    """
    try:
        found = json.loads((aside.home / "done.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        found = None
    done = found.get("nights") if isinstance(found, dict) and found.get("basis") == basis else None
    if isinstance(done, list) and (late is None or late.isoformat() not in done):
        return done
    shutil.rmtree(aside.home, ignore_errors=True)
    (aside.home / "work").mkdir(parents=True)
    return []


def _write_done(aside: Settings, basis: Mapping[str, Any], nights: Sequence[str]) -> None:
    write_whole(aside.home / "done.json", json.dumps({"basis": basis, "nights": list(nights)}))


def _line(delivered: Delivered, understood: Understood | None) -> NightLine:
    if understood is None:
        return NightLine(delivered.night.isoformat(), len(delivered.listing), 0, 0, 0, 0, 0, is_quiet=True)
    numbers = understood.numbers
    files = [f for f in numbers.files if f.night == delivered.night]
    return NightLine(
        delivered.night.isoformat(),
        len(delivered.listing),
        sum(1 for f in files if f.status == "read"),
        sum(1 for f in files if f.status == "rejected"),
        numbers.projects,
        numbers.conflicts,
        int((understood.verdict.findings["state"] != "resolved").sum()),
    )
