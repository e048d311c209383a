"""Nights once more, in order, into another working file: what was read before is taken from the present one.

A file belongs to the first night that lists it, as in a rebuild; but its bytes are read only where nobody read them
yet, or where they are asked for again. Memory holds one night.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import date

from extract.document import SourceFile
from extract.read import reader_version
from flows import stages
from flows.delivery import Delivered, identity, listed_on, nights_of
from flows.nightly import Understood, understand
from flows.reading import read_files
from flows.settings import Settings
from flows.stages import Readings
from flows.summary import Watch

_QUIET = Watch(is_quiet=True)


def all_nights(settings: Settings) -> list[date]:
    """Every night that the archive or the working file knows, in order."""
    from load.warehouse import nights_stored, open_work

    with closing(open_work(settings.home, memory_limit=settings.memory_limit)) as con:
        stored = nights_stored(con)
    return sorted({*stored, *nights_of(settings.archive)})


def replay_night(
    settings: Settings, aside: Settings, night: date, watch: Watch, again: frozenset[str] = frozenset()
) -> tuple[Delivered, Understood]:
    """Load one night into the working file of `aside`, which holds the nights before it.

    `again`: hashes of files whose bytes are read though the present file knows what they say.
    """
    delivered = listed_on(settings, night)
    return delivered, replay_listed(settings, aside, delivered, watch, again)


def replay_listed(
    settings: Settings, aside: Settings, delivered: Delivered, watch: Watch, again: frozenset[str] = frozenset()
) -> Understood:
    """The same of a list that is at hand."""
    readings = readings_of(settings, aside, delivered, watch, again)
    return understand(aside, delivered, readings, watch.timed)


def readings_of(
    settings: Settings, aside: Settings, delivered: Delivered, watch: Watch, again: frozenset[str] = frozenset()
) -> Readings:
    """What a night's files say: new to `aside` and known here, read again, or read for the first time."""
    from load.warehouse import known_files, open_work

    version = reader_version(settings.reading)
    with closing(open_work(aside.home, memory_limit=settings.memory_limit)) as con:
        found = known_files(con, (identity(p) for p in delivered.listing))
    # an earlier night brought them; what an older reader refused there is tried again
    brought = {
        sha for sha, k in found.items()
        if k.night != delivered.night and (k.status == "read" or k.reader_version == version)
    }  # fmt: skip
    arrived = [p for p in delivered.listing if p.rejection is None]
    here = [p for p in arrived if identity(p) not in brought]
    taken = replace(delivered, listing=tuple(p for p in here if identity(p) not in again))
    read = stages.read(settings, taken, watch)
    asked = {
        p.sha256: SourceFile(p.sha256, p.uri, delivered.night, p.size) for p in here if p.sha256 in again and p.sha256
    }
    anew = read_files(settings, list(asked.values()), watch)
    kept = tuple(f for f in read.before if f.outcome.source_sha256 not in brought | again)
    unchanged = read.unchanged + len(arrived) - len(here)
    return Readings((*read.new, *anew), kept, unchanged, read.duplicate)


def quiet_but_last(watch: Watch, night: date, last: date) -> Watch:
    """Sixty nights say nothing stage by stage; the last one does, as any night."""
    return watch if night == last else _QUIET
