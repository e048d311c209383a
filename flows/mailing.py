"""The stage of a night that writes to people: coordinators, the head of the department, the operator."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from extract.fault_points import at
from flows.apart import called
from flows.delivery import remember_reminder
from flows.large import is_much_stored
from flows.letters import Letter
from flows.notices import head_letters, operator_letter, reference_letter, sources_letter
from flows.operating.safe_words import in_words
from flows.outbox import deposit, told_before, withdraw
from flows.readers import BOX, COORDINATOR, Tonight
from flows.settings import Settings
from flows.summary import Watch
from transform.registers import Registers

if TYPE_CHECKING:
    from flows.stages import Settled
    from flows.validating import Verdict
    from load.warehouse import Connection

# letters of this very night that say what was so then, and of the last night that is stored
_OF_THE_NIGHT = ("operator", "sources", "reference")
_OF_THE_LAST = (COORDINATOR, BOX, "head")


def mail(
    settings: Settings,
    registers: Registers,
    night: date,
    verdict: Verdict,
    settled: Settled | None,
    watch: Watch,
) -> list[Path]:
    """Put one letter for each reader with something new into the outbox; the files that now wait there.

    Everything is published by now: letters that cannot be written are told to the operator and fail nothing; what they
    would have said is told on the next night, whatever it brings. Where much is stored a process of its own writes.
    """
    if not settings.write_mails:
        return []
    arguments = (settings, registers, night, verdict, settled, watch.run_id)
    try:
        written, said, unsaid = called(is_much_stored(settings), _heard, *arguments)
        watch.unsaid += unsaid
        for line in said:
            _say(watch, line)
        return written
    except Exception as error:
        watch.unsaid += 1
        _say(watch, f"the mails could not be written ({in_words(error, settings)}); all else is published")
        try:
            return deposit(settings, [operator_letter(night, "mail", error, settings, watch.run_id)], night)
        except Exception as second:  # the outbox itself is what is broken
            _say(watch, f"nor could the letter to the operator ({in_words(second, settings)})")
            return []


def _heard(
    settings: Settings,
    registers: Registers,
    night: date,
    verdict: Verdict,
    settled: Settled | None,
    run_id: str | None,
) -> tuple[list[Path], list[str], int]:
    """The files, what the operator is told at once, and how many letters could not be written."""
    own = Watch(is_quiet=True)
    own.run_id, lines = run_id, StringIO()
    own.console = Console(file=lines, width=10_000)
    return _write(settings, registers, night, verdict, settled, own), lines.getvalue().splitlines(), own.unsaid


def _write(
    settings: Settings, registers: Registers, night: date, verdict: Verdict, settled: Settled | None, watch: Watch
) -> list[Path]:
    from load.mail_questions import last_night
    from load.warehouse import open_work

    with closing(open_work(settings.home, memory_limit=settings.memory_limit)) as con:
        last = max(night, last_night(con) or night)  # after a night that came late, readers hear of the last one
        told = told_before(settings, last)
        tonight = Tonight.asked(con, last, told, registers, settings)
        gone = None if settled is None else settled.findings
        letters, failed = tonight.letters(con, gone)
        letters += head_letters(con, last, tonight.late, told, gone, registers, settings)
        own = [sources_letter(night, verdict.sources, settings), reference_letter(night, verdict.findings, settings)]
        waits = _deposited(con, settings, letters, last, registers)
    of_the_night = [letter for letter in own if letter is not None] + _unwritten(failed, night, settings, watch)
    at("mail.written")
    keep = {(letter.kind, letter.recipient) for letter in (*letters, *of_the_night)}
    withdraw(settings, last, (*_OF_THE_LAST, *(_OF_THE_NIGHT if night == last else ())), keep)
    if night != last:
        withdraw(settings, night, _OF_THE_NIGHT, keep)
    return sorted({*waits, *(deposit(settings, of_the_night, night) if of_the_night else ())})


def _unwritten(failed: Sequence[Exception], night: date, settings: Settings, watch: Watch) -> list[Letter]:
    """The letter to the operator about letters that could not be written; [] when there are none."""
    if not failed:
        return []
    watch.unsaid += len(failed)
    first = f"{type(failed[0]).__name__}: {failed[0]}"
    _say(watch, f"{len(failed)} letters could not be written ({in_words(failed[0], settings)}); all else is published")
    error = RuntimeError(f"{len(failed)} letters could not be written; the first: {first}")
    return [operator_letter(night, "mail", error, settings, watch.run_id)]


def remind(settings: Settings, registers: Registers, night: date, watch: Watch, *, with_head: bool) -> list[Path]:
    """The letters of a night that brought nothing new: to whoever was told of open findings long enough ago, whose mute
    is over, whose project is late by now, or who has not heard of what stands.

    `with_head`: nobody may have heard of it, the head too.
    """
    from load.warehouse import open_work

    with closing(open_work(settings.home, memory_limit=settings.memory_limit)) as con:
        told = told_before(settings, night)
        tonight = Tonight.asked(con, night, told, registers, settings)
        letters, failed = tonight.letters(con, None)
        if with_head:
            letters += head_letters(con, night, tonight.late, told, None, registers, settings)
        waits = _deposited(con, settings, letters, night, registers)
    unwritten = _unwritten(failed, night, settings, watch)
    return sorted({*waits, *(deposit(settings, unwritten, night) if unwritten else ())})


def _deposited(
    con: Connection, settings: Settings, letters: Sequence[Letter], night: date, registers: Registers
) -> list[Path]:
    """Put letters into the outbox, and write down on which night there is something to say though nothing is new."""
    from load.mail_questions import next_lateness

    waits = deposit(settings, letters, night)
    day, week = timedelta(days=1), timedelta(days=settings.reminder_days)
    told = told_before(settings, night + day).values()
    dates = [t.night + week for t in told if t.findings or t.late] if settings.reminder_days else []
    # one whose day is past and who got no letter has nothing to be reminded of
    later = [d for d in dates if d > night] or ([night + week] if dates else [])
    later += [mute.until + day for mute in registers.mutes if mute.until >= night]
    becoming_late = next_lateness(con, night)
    later += [] if becoming_late is None else [becoming_late]
    remember_reminder(settings, min(later, default=None))
    return waits


def _say(watch: Watch, line: str) -> None:
    watch.console.print(line, highlight=False, markup=False)
