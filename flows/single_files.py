"""Single documents again: those that are known are read with today's reader, others are delivered tonight.

A document is named by its place (`inbox/a.pdf`), by the beginning of its sha256, or by a path or URI. The nights that
it touches and those after them are decided again, and what changes is written down before it is published.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from extract.sources import MAX_FILE_BYTES, Pulled, SourceUnavailable, archive_path, list_files, pull
from flows import stages
from flows.archived_nights import write_night
from flows.comparing import GIVE_OPTION, LossHeld, Told, compare
from flows.delivery import Delivered, listed_on, remember_told
from flows.nightly import Understood, conclude, understand
from flows.nights_left import begin, finished, is_anything_left, marked
from flows.rebuild import renew_gone, scratch
from flows.replaying import all_nights, quiet_but_last, readings_of, replay_night
from flows.run import WrongUsage, one_run
from flows.settings import Settings
from flows.source_options import options_of
from flows.summary import Summary, Watch
from flows.working_file import is_gone

# documents from outside all sources stand here; no source of a night is called so
BY_HAND = "by-hand"
_PREFIX = re.compile(r"[0-9a-fA-F]{8,64}")


@dataclass(frozen=True)
class FilesRead:
    """What reading single documents changed, and the summary of the last night; None where nothing was published."""

    title: str
    told: Told
    summary: Summary | None


@dataclass(frozen=True)
class _Named:
    """Documents by what was said: hashes to read again, and (path or URI, place) of those that nobody knows."""

    again: frozenset[str]
    new: tuple[tuple[str, str], ...]


def read_files(
    settings: Settings,
    names: Sequence[str],
    night: date,
    watch: Watch,
    *,
    accept_changes: bool = False,
    is_preview: bool = False,
) -> FilesRead:
    """Read documents again, or deliver those that are not known tonight; compare, and publish.

    Raises WrongUsage for a name that nothing is known of, LossHeld when what is read again would lose facts and
    `accept_changes` does not say that this is right.
    """
    with one_run(settings, night, watch) as record:
        found = _read(settings, names, night, watch, accept_changes, is_preview)
        record.summary = found.summary
    if found.summary is None and not is_preview:
        raise LossHeld(found.told, GIVE_OPTION)
    return found


def _read(
    settings: Settings, names: Sequence[str], night: date, watch: Watch, accept_changes: bool, is_preview: bool
) -> FilesRead:
    if is_gone(settings):
        renew_gone(settings, watch)
    named = _named(settings, names)
    if named.new and named.again:  # what is held back must not leave a delivery half done
        raise WrongUsage(f"{named.new[0][1]} is new and others are known; deliver it by a command of its own")
    if named.new and is_preview:
        raise WrongUsage(
            f"--dry-run compares documents that are known; {named.new[0][1]} is not, `kaona check` shows what it says"
        )
    is_after_failure = is_anything_left(settings)
    if named.new:
        _deliver_tonight(settings, named, night, watch)
    title = f"{len(named.again)} documents read again, {len(named.new)} delivered"
    with _replayed(settings, named, night, watch) as (aside, delivered, understood):
        told = watch.timed(compare, settings, aside, title)
        is_held = bool(named.again and told.lost and not accept_changes)
        if is_preview or is_held:
            return FilesRead(title, told, None)
        understood = understood._replace(settled=stages.settled(settings, aside))
        stages.take_over(aside, settings)
    summary = conclude(settings, delivered, understood, watch)
    if not is_after_failure:
        finished(settings)
    if not settings.write_mails or watch.unsaid:
        remember_told(settings, False)
    return FilesRead(title, told, summary)


# --------------------------------------------------------------- which documents


def _named(settings: Settings, names: Sequence[str]) -> _Named:
    """Raises WrongUsage naming the nearest places when a name fits nothing, or several hashes."""
    from load.warehouse import open_work, places_known

    again: set[str] = set()
    new: dict[str, str] = {}
    with closing(open_work(settings.home, memory_limit=settings.memory_limit)) as con:
        places = places_known(con)
    hashes = frozenset(sha for found in places.values() for sha in found)
    for name in names:
        if name in places:
            again.update(_arrived(settings, name, places[name]))
        elif begins := _beginning(name, hashes):
            again.update(_arrived(settings, name, [begins]))
        elif path := _there(name):
            sha = _hash_of(path) if isinstance(path, Path) else None
            if sha in hashes:
                again.add(str(sha))
            else:
                new[str(path)] = _place(settings, path)
        else:
            raise WrongUsage(_unknown(name, places))
    return _Named(frozenset(again), tuple(sorted(new.items(), key=lambda n: n[1])))


def _arrived(settings: Settings, place: str, hashes: Sequence[str]) -> list[str]:
    """Those of the bytes known at a place that are in the archive."""
    found = [sha for sha in hashes if archive_path(settings.archive, sha).is_file()]
    if not found:
        raise WrongUsage(f"{place}: its bytes never arrived, so nothing can be read again; deliver the file")
    return found


def _beginning(name: str, hashes: frozenset[str]) -> str | None:
    """The only hash that begins so; None where none does."""
    if not _PREFIX.fullmatch(name):
        return None
    found = sorted(sha for sha in hashes if sha.startswith(name.lower()))
    if len(found) > 1:
        raise WrongUsage(
            f"{name}: {len(found)} documents begin so ({found[0][:16]}, {found[1][:16]} …); give more digits"
        )
    return found[0] if found else None


def _there(name: str) -> Path | str | None:
    """A file on this machine, or a document elsewhere; None where neither is."""
    if "://" not in name and "::" not in name:
        path = Path(name).expanduser()
        if path.is_dir():
            raise WrongUsage(f"{name}: a folder; --files takes single documents, --source a folder")
        return path.resolve() if path.is_file() else None
    try:
        return name if len(list_files(name)) == 1 else None
    except SourceUnavailable:
        return None


def _hash_of(path: Path) -> str | None:
    """The hash of a file's bytes; None for one that is too large to be a document."""
    if path.stat().st_size > MAX_FILE_BYTES:
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _place(settings: Settings, path: Path | str) -> str:
    """Where a document stands: in its source if it lies in one, else by hand with the folder that it came from."""
    if isinstance(path, str):
        head = path.partition("::")[0].split("?", 1)[0].rstrip("/")
        return "/".join([BY_HAND, *head.partition("://")[2].split("/")[-2:]])
    for shown, source in settings.named_sources():
        root = Path(source).expanduser().resolve()
        if "://" not in source and path.is_relative_to(root) and root.is_dir():
            return f"{shown}/{path.relative_to(root).as_posix()}"
    return f"{BY_HAND}/{path.parent.name}/{path.name}"


def _unknown(name: str, places: Mapping[str, Sequence[str]]) -> str:
    import difflib

    near = difflib.get_close_matches(name, sorted(places), n=3, cutoff=0.5)
    last = name.rsplit("/", 1)[-1]
    near += [p for p in sorted(places) if p.rsplit("/", 1)[-1] == last and p not in near][:3]
    return (
        f"{name}: no document is known by this name, and there is no such file; expected a place (inbox/a.pdf), at "
        f"least 8 digits of a sha256, a path or a URI. Nearest: {', '.join(near[:3]) or 'none'}"
    )


# --------------------------------------------------------------- reading them


def _deliver_tonight(settings: Settings, named: _Named, night: date, watch: Watch) -> None:
    """Copy documents that nobody knows into the archive as of tonight. No source is asked, so none looks shrunken."""
    listing: list[Pulled] = []
    for where, place in named.new:
        for pulled in pull(where, settings.archive, options=options_of(settings, where), limits=settings.source_limits):
            listing.append(replace(pulled, uri=place))
            if pulled.rejection is not None:
                watch.console.print(f"{place}: {pulled.rejection.message}", highlight=False, markup=False)
    begin(settings, night)
    write_night(settings.archive, night, listing)


@contextmanager
def _replayed(
    settings: Settings, named: _Named, night: date, watch: Watch
) -> Iterator[tuple[Settings, Delivered, Understood]]:
    """A home with the touched nights decided again, and what its last night says.

    Where only the last night is touched the present working file is copied, and that night runs in it once more.
    """
    from load.file_copy import copy_in_child
    from load.warehouse import nights_of_files, open_work, work_path

    with closing(open_work(settings.home, memory_limit=settings.memory_limit)) as con:
        touched = nights_of_files(con, named.again) | ({night} if named.new else set())
        con.execute("CHECKPOINT")
    touched |= set(marked(settings))
    nights = all_nights(settings)
    with scratch(settings, settings.home / "work") as aside:
        if touched == {nights[-1]}:
            work_path(aside.home).parent.mkdir(parents=True)
            copy_in_child(work_path(settings.home), work_path(aside.home))
            delivered = listed_on(settings, nights[-1])
            readings = readings_of(settings, aside, delivered, watch, named.again)
            yield aside, delivered, understand(aside, delivered, readings, watch.timed)
            return
        with watch.progress("nights", len(nights)) as step:
            for when in nights:
                own = quiet_but_last(watch, when, nights[-1])
                delivered, understood = replay_night(settings, aside, when, own, named.again)
                step()
        yield aside, delivered, understood
