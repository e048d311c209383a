"""The archive's own list of nights: what stood where, and which sources were asked. A rebuild needs nothing else.

One file a night, `archive/nights/DATE.tsv`, one line for each file that was found; below them a line for each source
that was asked, so that an empty one can be told from one that nobody asked. Such lines have the source's name as place
and one of SOURCE_LINES as code. A night on which only single files were loaded asked none, and says so.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path

from extract.document import Rejection
from extract.sources import Pulled
from flows.whole_files import write_whole
from transform.source_nights import BELIEVE_ALL, Asked, source_of

_LIST, ASIDE = ".tsv", ".set-aside"
COLUMNS = ("uri", "bytes", "source_sha256", "code", "message")
_Line = tuple[str, str, str, str, str]
# message: the part it may lose at once; nothing; why it could not be listed; nothing (single files were loaded)
ASKED, ACCEPTED, UNAVAILABLE, NONE_ASKED = SOURCE_LINES = (
    "source", "loss accepted", "source unavailable", "no source asked",
)  # fmt: skip


def identity(pulled: Pulled) -> str:
    """The sha256 of a file's bytes; for a file that could not be pulled, of its place and the reason."""
    if pulled.sha256 is not None:
        return pulled.sha256
    code = pulled.rejection.code if pulled.rejection else ""
    return hashlib.sha256(f"not pulled\0{pulled.uri}\0{code}".encode()).hexdigest()


def replaced(standing: Iterable[tuple[str, str]], files: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Hashes of those files (place, hash) that another file took the place of on the same night: they were delivered
    again. `standing` of a night, in the order of its list."""
    last = dict(standing)
    stand = set(last.values())
    return frozenset(sha for uri, sha in files if uri in last and sha not in stand)


def write_night(archive: Path, night: date, listing: Sequence[Pulled], asked: Sequence[Asked] = ()) -> None:
    """Write down what stood where on a night, in the order of finding; other bytes in a place stand below those before.

    Of a source it keeps that it was listed in any run and that its loss was accepted in any; the last limit counts.
    """
    folder = archive / "nights"
    folder.mkdir(parents=True, exist_ok=True)
    lines = _lines(archive, night)
    seen = _files_in(lines)
    last = {p.uri: identity(p) for p in seen}
    new = [p for p in listing if last.get(p.uri) != identity(p)]
    found = {(p.uri, identity(p)) for p in new}
    together = [*(p for p in seen if (p.uri, identity(p)) not in found), *new]
    sources = {one.source: one for one in _asked_in(lines)}
    for one in asked:
        sources[one.source] = _joined(sources.get(one.source), one)
    text = StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerow(COLUMNS)
    for p in together:
        code, message = (p.rejection.code, p.rejection.message) if p.rejection else ("", "")
        writer.writerow((p.uri, p.size, p.sha256 or "", code, message))
    for name in sorted(sources):
        for code, message in _told(sources[name]):
            writer.writerow((name, 0, "", code, message))
    if not sources:
        writer.writerow(("", 0, "", NONE_ASKED, ""))
    write_whole(folder / f"{night.isoformat()}.tsv", text.getvalue())


def _joined(before: Asked | None, now: Asked) -> Asked:
    if before is None:
        return now
    is_accepted = before.is_loss_accepted or now.is_loss_accepted
    unavailable = now.unavailable if before.unavailable is not None else None
    return Asked(now.source, now.loss_limit, is_accepted, unavailable)


def _told(one: Asked) -> Iterator[tuple[str, str]]:
    yield ASKED, str(one.loss_limit)
    if one.is_loss_accepted:
        yield ACCEPTED, ""
    if one.unavailable is not None:
        yield UNAVAILABLE, one.unavailable


def read_night(archive: Path, night: date) -> list[Pulled]:
    """What stood in the sources on a night, of one place last what stood there last; [] for a night not run."""
    return _files_in(_lines(archive, night))


def read_asked(archive: Path, night: date) -> list[Asked]:
    """The sources that a night asked, by name.

    A night of before this was written down asked the sources of its files, and every loss was believed.
    """
    return _asked_of(_lines(archive, night))


def read_whole_night(archive: Path, night: date) -> tuple[list[Pulled], list[Asked]]:
    """What stood in the sources on a night, and which of them it asked; the list is read once."""
    lines = _lines(archive, night)
    return _files_in(lines), _asked_of(lines)


def read_list(text: str) -> tuple[list[Pulled], list[Asked]]:
    """The same of a night's list that is kept elsewhere."""
    lines = _lines_in(StringIO(text, newline=""))
    return _files_in(lines), _asked_of(lines)


def _files_in(lines: Sequence[_Line]) -> list[Pulled]:
    return [
        Pulled(uri, int(size), 0, sha256 or None, Rejection(code, message) if code else None, is_unchanged=True)
        for uri, size, sha256, code, message in lines
        if code not in SOURCE_LINES
    ]


def _asked_of(lines: Sequence[_Line]) -> list[Asked]:
    if any(line[3] in (ASKED, NONE_ASKED) for line in lines):
        return _asked_in(lines)
    return [Asked(name, BELIEVE_ALL) for name in sorted({source_of(line[0]) for line in lines})]


def _asked_in(lines: Sequence[_Line]) -> list[Asked]:
    of: dict[str, dict[str, str]] = {code: {} for code in SOURCE_LINES}
    for uri, _, _, code, message in lines:
        if code in of:
            of[code][uri] = message
    return [
        Asked(name, Decimal(limit), name in of[ACCEPTED], of[UNAVAILABLE].get(name))
        for name, limit in sorted(of[ASKED].items())
    ]


def _lines(archive: Path, night: date) -> list[_Line]:
    return lines_of(archive / "nights" / f"{night.isoformat()}.tsv")


def lines_of(path: Path) -> list[_Line]:
    """The lines of a night's list, without its head; [] where there is none. Raises ValueError for one that is not
    whole: whatever it lost stood on that night."""
    if not path.is_file():
        return []
    try:
        with path.open(encoding="utf-8", newline="") as file:
            lines = _lines_in(file)
        if not lines:
            raise ValueError("it is empty")
    except ValueError as error:
        raise ValueError(
            f"archive/nights/{path.name}: it is no whole list of a night ({error}); expected a line for each file and "
            "source; restore it from the backup, or move it away if the night may be forgotten"
        ) from error
    return lines


def _lines_in(text: Iterable[str]) -> list[_Line]:
    lines = csv.reader(text, delimiter="\t")
    next(lines, None)
    return [_line(line, number) for number, line in enumerate(lines, start=2)]


def _line(line: Sequence[str], number: int) -> _Line:
    if len(line) != len(COLUMNS) or not line[1].isdecimal():
        raise ValueError(f"line {number} has {len(line)} columns or no size")
    uri, size, sha256, code, message = line
    return uri, size, sha256, code, message


def nights_of(archive: Path) -> list[date]:
    """Every night the archive knows, in order."""
    return [night for night, _ in dated(archive / "nights", _LIST)]


def dated(folder: Path, suffix: str) -> list[tuple[date, Path]]:
    """The files of a folder that are called by a night, in order; others that somebody put there are passed over."""
    found = []
    for path in folder.glob(f"*{suffix}"):
        with suppress(ValueError):
            if (night := date.fromisoformat(path.stem)).isoformat() == path.stem:
                found.append((night, path))
    return sorted(found)


def strays(archive: Path) -> list[str]:
    """Names of what stands among the lists of nights and is none, in order."""
    folder = archive / "nights"
    ours = {path for kind in (_LIST, ASIDE) for _, path in dated(folder, kind)}
    left = (p for p in folder.glob("*") if p not in ours)
    return sorted(p.name for p in left if not p.name.startswith(".") and p.suffix not in (".part", ".next"))
