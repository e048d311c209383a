"""A history in one go: a source with one folder for each night, loaded in order and published once at the end.

The same as running each night by itself with --as-of, byte for byte, without sixty publications and sixty mails. Where
a night comes before one that is stored, all are decided again, once. A killed run goes on where it stopped.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from extract.dated_folders import DatedFolder, dated_folders
from extract.sources import Known, Pulled, pull, source_name
from flows import stages
from flows.archived_nights import write_night
from flows.delivery import is_current, listed_on, nights_of, remember, unfinished_before
from flows.history_loading import Loaded, NightLine, Say, load_nights, nights_run
from flows.night_notes import note_of, read_note, write_note
from flows.nightly import conclude, understand
from flows.nights_left import begin, is_set_aside, left_of
from flows.run import one_run
from flows.settings import Settings
from flows.source_options import options_of
from flows.summary import Summary, Watch
from flows.working_file import is_gone
from transform.source_nights import Asked

_Folders = Mapping[date, Sequence[tuple[str, DatedFolder]]]


@dataclass(frozen=True)
class History:
    """What became of a dated source: nights loaded now, those known before, what is no night, and what stands now.

    `summary`: of the last night; None where nothing was to be done.
    """

    nights: tuple[NightLine, ...]
    nights_known: int
    not_loaded: tuple[str, ...]
    summary: Summary | None

    def as_json(self) -> dict[str, Any]:
        """Plain values: the summary of the last night, and the nights beside it."""
        last = {"nothing_new": True} if self.summary is None else self.summary.as_json()
        return {
            **last,
            "nights": [asdict(night) for night in self.nights],
            "nights_known": self.nights_known,
            "not_loaded": list(self.not_loaded),
        }


def load_history(
    settings: Settings, until: date, watch: Watch, say: Say, *, called: str | None = None, accept_loss: bool = False
) -> History:
    """Load every dated folder of the sources up to a night, oldest first, and publish what then is known.

    `say` is told one line for each night and for everything that is none. `called`: what the source is called in
    places instead of its folder's name. Raises ValueError when no folder is named by a date, and what a night raises;
    then nothing was published, and the nights before it need not be loaded again.
    """
    with one_run(settings, until, watch) as record:
        folders, not_loaded = _folders(settings, until, called)
        for line in not_loaded:
            say(line)
        _renew_where_needed(settings, watch)
        left = unfinished_before(settings)
        pending = _pulled(settings, folders, watch, accept_loss)
        known = len(folders) - len(pending)
        if known:
            say(f"{known} nights are loaded with the same files")
        loaded = load_nights(settings, pending, watch, say, left=left_of(settings, left))
        if loaded is None and _is_published(settings):
            return History((), known, tuple(not_loaded), None)
        last = loaded or _last_again(settings, watch)
        record.summary = summary = conclude(settings, last.delivered, last.understood, watch)
        remember(settings, last.delivered, summary.as_json(), is_told=settings.write_mails and not watch.unsaid)
    return History(last.lines, known, tuple(not_loaded), summary)


def _folders(settings: Settings, until: date, called: str | None) -> tuple[_Folders, list[str]]:
    """Night → its folders with the name of their source, in order; and a line for what is not loaded."""
    nights: dict[date, list[tuple[str, DatedFolder]]] = defaultdict(list)
    not_loaded: list[str] = []
    for shown, uri in settings.named_sources(called):
        folders, told = dated_folders(uri, options_of(settings, uri))
        not_loaded += told
        for folder in folders:
            if folder.night <= until:
                nights[folder.night].append((shown, folder))
            else:
                not_loaded.append(f"{source_name(uri)}/{folder.name}: it lies after {until.isoformat()}; not loaded")
    if not nights:
        raise ValueError(
            f"{', '.join(source_name(uri) for uri in settings.source_uris)}: no folder in it is named by a date up to "
            f"{until.isoformat()}; expected one for each night, such as 2026-11-22, 20261122, 2569-11-22 or 2026/11/22"
        )
    return dict(sorted(nights.items())), not_loaded


def _renew_where_needed(settings: Settings, watch: Watch) -> None:
    from flows.rebuild import renew, renew_gone
    from load.warehouse import OtherTables, open_work

    if is_gone(settings):
        renew_gone(settings, watch)
    try:
        open_work(settings.home, memory_limit=settings.memory_limit).close()
    except OtherTables:
        watch.console.print("the working file is of another version of kaona: it is made again", highlight=False)
        renew(settings, watch)


def _pulled(settings: Settings, folders: _Folders, watch: Watch, accept_loss: bool) -> list[date]:
    """Copy what is new of every night into the archive; the nights that are not loaded as they stand, in order."""
    run = nights_run(settings)
    pending = []
    before: Known = {}
    with watch.progress("pulling", len(folders)) as step:
        for night, of_night in folders.items():
            note = read_note(settings, night)
            # a night holds most files of the night before, often with the same time of change
            listing, asked = _pull_night(settings, of_night, {**before, **note.known}, accept_loss)
            now = note_of(settings, listing, asked)
            is_loaded = note.state == "quiet" or (note.state == "loaded" and night in run)
            is_loaded |= note.state == "aside" and is_set_aside(settings.archive, night)
            if not is_loaded or note.digest != now.digest or (accept_loss and not note.is_loss_accepted):
                begin(settings, night)
                write_night(settings.archive, night, listing, asked)
                write_note(settings, night, now)
                pending.append(night)
            before = now.known
            step()
    return pending


def _pull_night(
    settings: Settings, folders: Sequence[tuple[str, DatedFolder]], known: Known, accept_loss: bool
) -> tuple[list[Pulled], list[Asked]]:
    """Everything that one night delivered; each place begins with the source's name, not with the date."""
    listing: list[Pulled] = []
    asked = []
    for name, folder in folders:
        listing += pull(
            folder.uri,
            settings.archive,
            known=known,
            name=name,
            options=options_of(settings, folder.uri),
            limits=settings.source_limits,
        )
        asked.append(Asked(name, settings.loss_limit, accept_loss))
    return sorted(listing, key=lambda p: p.uri), asked


def _is_published(settings: Settings) -> bool:
    """Whether what is published was made from the last night as it stands."""
    nights = nights_of(settings.archive)
    return bool(nights) and is_current(settings, listed_on(settings, nights[-1]))


def _last_again(settings: Settings, watch: Watch) -> Loaded:
    """The last night once more, where a killed run had loaded all and published nothing."""
    delivered = listed_on(settings, nights_of(settings.archive)[-1])
    readings = watch.timed(stages.read, settings, delivered, watch)
    return Loaded((), delivered, understand(settings, delivered, readings, watch.timed))
