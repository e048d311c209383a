"""A source with one folder for each night, named by its date: which nights it holds, and what in it is no night.

Nothing is guessed: what has no date for a name is told, never loaded. Folders are `2026-11-22`, `20261122`,
`2569-11-22` (a year from 2400 on is Buddhist) or nested `2026/11/22`; Thai digits are digits.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import fsspec

from extract.sources import source_name
from extract.sources.listed import not_listed

_BUDDHIST_FROM, _BUDDHIST_AHEAD = 2400, 543
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{4})(\d{2})(\d{2})")
_YEAR, _PART = re.compile(r"\d{4}"), re.compile(r"\d{1,2}")


Options = Mapping[str, Any]
NO_OPTIONS: Options = {}


@dataclass(frozen=True, slots=True)
class DatedFolder:
    """A folder that holds what one night delivered; `name` is where it stands in the source, `2569/11/22`."""

    night: date
    name: str
    uri: str


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    uri: str
    is_folder: bool
    is_link: bool


def date_of_name(name: str) -> date | None:
    """The night that a folder's name says, None when it is no date.

    >>> date_of_name("2026-11-22"), date_of_name("25691122") == date_of_name("๒๕๖๙-๑๑-๒๒")
    (datetime.date(2026, 11, 22), True)
    >>> date_of_name("2567-02-29"), date_of_name("2569-02-29"), date_of_name("2026-11-22 copy")
    (datetime.date(2024, 2, 29), None, None)
    """
    found = _DATE.fullmatch(name.strip())
    return None if found is None else _date(*(part for part in found.groups() if part is not None))


def _date(year: str, month: str, day: str) -> date | None:
    """The year is converted before the date is built: 29/2/2567 is a real day."""
    number = int(year)
    try:
        return date(number - _BUDDHIST_AHEAD if number >= _BUDDHIST_FROM else number, int(month), int(day))
    except ValueError:
        return None


def dated_folders(uri: str, options: Options = NO_OPTIONS) -> tuple[list[DatedFolder], list[str]]:
    """The nights of a source in order, and a line for everything in it that is none. `options`: how fsspec opens it.

    Raises SourceUnavailable when it cannot be listed, ValueError when two folders are of the same night.
    """
    own = source_name(uri)
    folders: list[DatedFolder] = []
    told: list[str] = []
    for entry in _entries(uri, options):
        if not entry.is_folder:
            told.append(f"{own}/{entry.name}: a {_kind(entry)} beside the dated folders is of no night; not loaded")
        elif night := date_of_name(entry.name):
            folders.append(DatedFolder(night, entry.name, entry.uri))
        elif _YEAR.fullmatch(entry.name):
            folders += _nested(own, entry, told, options)
        else:
            told.append(_no_date(f"{own}/{entry.name}"))
    by_night: dict[date, list[str]] = defaultdict(list)
    for folder in folders:
        by_night[folder.night].append(folder.name)
    twice = {night: names for night, names in by_night.items() if len(names) > 1}
    if twice:
        night, names = min(twice.items())
        raise ValueError(
            f"{own}: {' and '.join(sorted(names))} are both the night of {night.isoformat()}; "
            "expected one folder for each night; put their files together or rename one"
        )
    return sorted(folders, key=lambda f: f.night), told


def _nested(own: str, year: _Entry, told: list[str], options: Options) -> Iterator[DatedFolder]:
    """The days in a folder of a year, YYYY/MM/DD."""
    for month in _entries(year.uri, options):
        name = f"{year.name}/{month.name}"
        if not (month.is_folder and _PART.fullmatch(month.name) and 1 <= int(month.name) <= 12):
            told.append(_no_date(f"{own}/{name}"))
            continue
        for day in _entries(month.uri, options):
            night = _date(year.name, month.name, day.name) if _PART.fullmatch(day.name) else None
            if day.is_folder and night:
                yield DatedFolder(night, f"{name}/{day.name}", day.uri)
            else:
                told.append(_no_date(f"{own}/{name}/{day.name}"))


def _no_date(place: str) -> str:
    return f"{place}: its name is no date; expected 2026-11-22, 20261122, 2569-11-22 or 2026/11/22; not loaded"


def _kind(entry: _Entry) -> str:
    return "link" if entry.is_link else "file"


def _entries(uri: str, options: Options) -> list[_Entry]:
    """What stands directly in a folder, hidden names left out, by name. Links to folders are not followed."""
    try:
        filesystem, root = fsspec.core.url_to_fs(uri, **options)
        listed = filesystem.ls(root, detail=True)
    except Exception as error:  # every file system has its own; its text may hold credentials
        expected = "a folder with one folder for each night"
        raise not_listed(source_name(uri), error, expected, "check the name and its access") from error
    found = []
    for info in listed:
        name = str(info["name"]).rstrip("/").rsplit("/", 1)[-1]
        if name and not name.startswith(".") and str(info["name"]).strip("/") != str(root).strip("/"):
            is_link = bool(info.get("islink"))
            found.append(_Entry(name, _inside(uri, name), info["type"] == "directory" and not is_link, is_link))
    return sorted(found, key=lambda entry: entry.name)


def _inside(uri: str, name: str) -> str:
    """The URI of a folder in another one; in `zip://a::file.zip` the path stands in front of `::`.

    >>> _inside("s3://b/history/", "2026"), _inside("zip://::h.zip", "2026"), _inside("zip://a::h.zip", "2026")
    ('s3://b/history/2026', 'zip://2026::h.zip', 'zip://a/2026::h.zip')
    """
    head, chained, rest = uri.partition("::")
    return f"{head if head.endswith('://') else head.rstrip('/') + '/'}{name}{chained}{rest}"
