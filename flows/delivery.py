"""The beginning of a night: what stands in the sources, what of it is new, and whether there is anything to do.

Cheap on purpose: a night with nothing new is recognised before pandas, Prefect or Great Expectations are imported.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from extract.fault_points import at
from extract.read import reader_version
from extract.sources import Pulled, SourceUnavailable, finish, pull
from flows import nights_left
from flows.archived_nights import identity, nights_of, read_list, read_night, read_whole_night, write_night
from flows.home_lock import AnotherRun, only_run
from flows.seen_files import as_entries, from_entries
from flows.settings import CHECKOUT, Settings
from flows.source_options import options_of
from flows.summary import is_summary
from flows.whole_files import write_whole
from transform.registers_used import RULES_VERSION
from transform.source_nights import Asked, source_of

__all__ = [
    "VERSION",
    "AnotherRun",
    "Delivered",
    "forget",
    "identity",
    "is_current",
    "is_untold",
    "listed_on",
    "nights_of",
    "nothing_new",
    "only_run",
    "pull_sources",
    "read_night",
    "registry_hash",
    "remember",
    "remember_reminder",
    "remember_told",
    "reminder_is_due",
]

# a change of this makes the next night do its work again even when no file is new
VERSION = "0.1.0"
_LAST = "last_night.json"
_SEEN = "pulled.json"
_REMINDER = "reminder.json"


@dataclass(frozen=True, slots=True)
class Delivered:
    """What the sources hold tonight: every file in order of uri. `digest` identifies listing, reader and registry.

    `standing`: what all runs of this night found, (place, hash); `asked`: the sources that any of them asked;
    `away`: why this run could not list a source that an earlier one of the night did, by its name.
    `unpulled`: files whose bytes none of them could fetch in the end; `unfinished`: nights that an earlier run had
    pulled and not loaded; `is_after_failure`: an earlier run did not come to its end; `is_earlier_list`: not all that
    the archive now knows of the night.
    """

    night: date
    run_id: str
    listing: tuple[Pulled, ...]
    digest: str
    standing: tuple[tuple[str, str], ...]
    asked: tuple[Asked, ...]
    away: Mapping[str, str] = field(default_factory=dict)
    unpulled: tuple[Pulled, ...] = ()
    unfinished: tuple[date, ...] = ()
    is_after_failure: bool = False
    is_earlier_list: bool = False


def pull_sources(settings: Settings, night: date, accept_loss: bool = False) -> Delivered:
    """Copy what is new into the archive and write down what stood where tonight.

    A source that cannot be listed is no empty source: it is set down with the reason, and the others go on. Raises
    extract.sources.SourceUnavailable when no source can be listed. `accept_loss`: what is missing is rightly gone.
    """
    seen = _seen(settings)
    listing: list[Pulled] = []
    asked: list[Asked] = []
    causes: list[SourceUnavailable] = []
    for name, source in settings.named_sources():
        if source == str(settings.home / "inbox"):
            Path(source).mkdir(parents=True, exist_ok=True)
        one = Asked(name, settings.loss_limit, accept_loss)
        try:
            listing += pull(
                source,
                settings.archive,
                known=seen,
                name=one.source,
                options=options_of(settings, source),
                limits=settings.source_limits,
            )
        except SourceUnavailable as error:
            causes.append(error)
            one = replace(one, unavailable=str(error), is_loss_accepted=False)
        asked.append(one)
    if causes and len(causes) == len(asked):
        raise causes[0]
    at("pull.archived")
    listing.sort(key=lambda p: p.uri)
    unlisted = {one.source for one in asked if one.unavailable is not None}
    kept = [file for uri, file in seen.items() if unlisted and source_of(uri) in unlisted]
    _write_seen(settings, [*listing, *kept])
    at("pull.seen")
    finish(settings.archive)
    unfinished, is_after_failure = unfinished_before(settings), nights_left.is_anything_left(settings)
    nights_left.begin(settings, night)
    at("pull.marked")
    write_night(settings.archive, night, listing, asked)
    at("pull.listed")
    whole = read_whole_night(settings.archive, night)
    found = delivered_of(settings, night, listing, whole)
    listed_before = {one.source for one in whole[1] if one.unavailable is None}
    away = {one.source: one.unavailable for one in asked if one.unavailable and one.source in listed_before}
    return replace(found, away=away, unfinished=unfinished, is_after_failure=is_after_failure)


def unfinished_before(settings: Settings) -> tuple[date, ...]:
    """Nights that runs before this one pulled and did not load, in order; also those that may be tried again."""
    nights_left.open_again(settings, program_of(settings))
    return nights_left.marked(settings)


def program_of(settings: Settings) -> str:
    """Identity of everything that decides besides the files: readers, rules, form and registers."""
    return hashlib.sha256(json.dumps(_deciding(settings)).encode()).hexdigest()


def _deciding(settings: Settings) -> list[str]:
    return [reader_version(settings.reading), VERSION, RULES_VERSION, registry_hash(settings)]


def delivered_of(
    settings: Settings, night: date, listing: Sequence[Pulled], whole: tuple[Sequence[Pulled], Sequence[Asked]]
) -> Delivered:
    """A listing with its identity. `whole`: what stood in the sources on the whole night, and which it asked."""
    found, asked = whole
    last = {p.uri: p for p in found}
    standing = tuple((p.uri, identity(p)) for p in found)
    rows = [[p.uri, identity(p)] for p in listing]
    sources = [[one.source, str(one.loss_limit), one.unavailable is None] for one in asked]
    inputs = json.dumps([rows, sources, *_deciding(settings), *settings.published_otherwise], ensure_ascii=False)
    digest = hashlib.sha256(inputs.encode()).hexdigest()
    unpulled = tuple(p for _, p in sorted(last.items()) if p.rejection is not None)
    run_id = f"{night.isoformat()}-{digest[:12]}"
    return Delivered(night, run_id, tuple(listing), digest, standing, tuple(asked), unpulled=unpulled)


def listed_on(settings: Settings, night: date) -> Delivered:
    """What the archive knows to have stood in the sources on a night."""
    whole = read_whole_night(settings.archive, night)
    return delivered_of(settings, night, whole[0], whole)


def listed_in(settings: Settings, night: date, text: str) -> Delivered:
    """The same of an earlier list of the night."""
    whole = read_list(text)
    return replace(delivered_of(settings, night, whole[0], whole), is_earlier_list=True)


def registry_hash(settings: Settings) -> str:
    """Identity of the declared form and the registers: other rules or corrections are something new."""
    files = [*sorted((CHECKOUT / "data" / "form").glob("*.toml")), *settings.register_files()]
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


# ---------------------------------------------------------------- nothing new


def nothing_new(settings: Settings, delivered: Delivered) -> dict[str, Any] | None:
    """Return the last night's summary when tonight brings nothing that was not loaded and published then; else None.

    None too after a run that did not come to its end. While a source is not believed each night is run: it is told
    again, and one day older. Of one night, once.
    """
    last = _read_json(settings, _LAST)
    if delivered.is_after_failure or last.get("digest") != delivered.digest or not settings.published.is_file():
        return None
    summary = last.get("summary")
    if not is_summary(summary) or delivered.night.isoformat() < str(summary.get("night")):
        return None  # the same files on an earlier night: then they were delivered earlier
    if last.get("is_late") and delivered.night.isoformat() != summary.get("night"):
        return None  # that night came late: others lie behind it, with other files
    if any(not source["is_believed"] for source in summary.get("sources", ())) and (
        delivered.night.isoformat() != summary.get("night") or any(one.is_loss_accepted for one in delivered.asked)
    ):
        return None
    return summary


def remember(settings: Settings, delivered: Delivered, summary: Mapping[str, Any], *, is_told: bool) -> None:
    """Write down, after publishing, what the published file is made from, and whether its readers were written to."""
    is_late = any(night > delivered.night for night in nights_of(settings.archive))
    found = {"digest": delivered.digest, "summary": summary, "is_told": is_told, "is_late": is_late}
    at("record.begun")
    _write_json(settings, _LAST, found)
    at("record.remembered")
    nights_left.finished(settings)


def is_current(settings: Settings, delivered: Delivered) -> bool:
    """Whether what is published was made from these files last, by this program."""
    return _read_json(settings, _LAST).get("digest") == delivered.digest and settings.published.is_file()


def is_untold(settings: Settings) -> bool:
    """Whether what is published was not written to all: the night ran without mails, or some could not be delivered."""
    return _read_json(settings, _LAST).get("is_told") is False


def remember_told(settings: Settings, is_told: bool = True) -> None:
    """Write down that what is published was written to everybody, or that it was not."""
    _write_json(settings, _LAST, _read_json(settings, _LAST) | {"is_told": is_told})


def reminder_is_due(settings: Settings, night: date) -> bool:
    """Whether the next reminder falls on this night or before it: known without opening the outbox."""
    return str(_read_json(settings, _REMINDER).get("on", "9999")) <= night.isoformat()


def remember_reminder(settings: Settings, on: date | None) -> None:
    """Write down when the next reminder is due, None for never."""
    _write_json(settings, _REMINDER, {} if on is None else {"on": on.isoformat()})


def forget(settings: Settings) -> None:
    """What is published is not what the last night made: the next run publishes again, even with nothing new."""
    (settings.home / "work" / _LAST).unlink(missing_ok=True)


def _seen(settings: Settings) -> dict[str, Pulled]:
    return from_entries(_read_json(settings, _SEEN).get("files", {}))


def _write_seen(settings: Settings, files: Sequence[Pulled]) -> None:
    _write_json(settings, _SEEN, {"files": as_entries(files)})


def _read_json(settings: Settings, name: str) -> dict[str, Any]:
    try:
        found = json.loads((settings.home / "work" / name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write_json(settings: Settings, name: str, content: Mapping[str, Any]) -> None:
    write_whole(settings.home / "work" / name, json.dumps(content, ensure_ascii=False, sort_keys=True))
