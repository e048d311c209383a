"""The beginning of a night: what stands in the sources, what of it is new, and whether there is anything to do.

Cheap on purpose: a night with nothing new is recognised before pandas, Prefect or Great Expectations are imported.
"""

from __future__ import annotations

import csv
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

from extract.document import Rejection
from extract.read import reader_version
from extract.sources import Pulled, pull
from flows.settings import CHECKOUT, Settings
from transform.registers_used import RULES_VERSION

# a change of this makes the next night do its work again even when no file is new
VERSION = "0.1.0"
_LAST = "last_night.json"
_SEEN = "pulled.json"
_NIGHT_COLUMNS = ("uri", "bytes", "source_sha256", "code", "message")


class AnotherRun(RuntimeError):
    """Another night holds the lock of this KAONA_HOME."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What the sources hold tonight: every file in order of uri. `digest` identifies listing, reader and registry."""

    night: date
    run_id: str
    listing: tuple[Pulled, ...]
    digest: str


def identity(pulled: Pulled) -> str:
    """The sha256 of a file's bytes; for a file that could not be pulled, of its place and the reason."""
    if pulled.sha256 is not None:
        return pulled.sha256
    code = pulled.rejection.code if pulled.rejection else ""
    return hashlib.sha256(f"not pulled\0{pulled.uri}\0{code}".encode()).hexdigest()


@contextmanager
def only_run(settings: Settings) -> Iterator[None]:
    """Hold the lock of this home; the kernel frees it when the process dies, however it dies.

    Raises AnotherRun at once when another night runs.
    """
    folder = settings.home / "work"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "run.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise AnotherRun("another kaona run is at work in this KAONA_HOME; wait for it to end") from error
        yield


def pull_sources(settings: Settings, night: date) -> Delivered:
    """Copy what is new into the archive and write down what stood where tonight.

    Raises extract.sources.SourceUnavailable when a source cannot be listed: that is not an empty source.
    """
    seen = _read_json(settings, _SEEN).get("files", {})
    known = {(uri, size, mtime): sha for uri, (size, mtime, sha) in seen.items()}
    listing: list[Pulled] = []
    names: dict[str, int] = {}
    for source in settings.source_uris:
        if source == str(settings.home / "inbox"):
            Path(source).mkdir(parents=True, exist_ok=True)
        found = pull(source, settings.archive, known=known, max_bytes=settings.max_file_mb * 1024 * 1024)
        listing += _told_apart(found, names)
    listing.sort(key=lambda p: p.uri)
    _write_json(settings, _SEEN, {"files": {p.uri: [p.size, p.mtime_ns, p.sha256] for p in listing if p.sha256}})
    write_night(settings.archive, night, listing)
    return delivered_of(settings, night, listing)


def delivered_of(settings: Settings, night: date, listing: Sequence[Pulled]) -> Delivered:
    """A listing with its identity."""
    rows = [[p.uri, identity(p)] for p in listing]
    program = [reader_version(settings.reading), VERSION, RULES_VERSION, registry_hash(settings)]
    inputs = json.dumps([rows, *program], ensure_ascii=False)
    digest = hashlib.sha256(inputs.encode()).hexdigest()
    return Delivered(night, f"{night.isoformat()}-{digest[:12]}", tuple(listing), digest)


def listed_on(settings: Settings, night: date) -> Delivered:
    """What the archive knows to have stood in the sources on a night."""
    return delivered_of(settings, night, read_night(settings.archive, night))


def _told_apart(found: list[Pulled], names: dict[str, int]) -> list[Pulled]:
    """Two sources whose folders share a name keep their files apart: the second one's are shown as `inbox~2/…`."""
    roots = {p.uri.split("/", 1)[0] for p in found}
    renamed = {}
    for root in sorted(roots):
        names[root] = names.get(root, 0) + 1
        renamed[root] = root if names[root] == 1 else f"{root}~{names[root]}"
    result = []
    for p in found:
        root, _, rest = p.uri.partition("/")
        uri = f"{renamed[root]}/{rest}" if rest else renamed[root]
        result.append(Pulled(uri, p.size, p.mtime_ns, p.sha256, p.rejection, p.is_unchanged))
    return result


def registry_hash(settings: Settings) -> str:
    """Identity of the declared form and the registers: other rules or corrections are something new."""
    files = [*sorted((CHECKOUT / "data" / "form").glob("*.toml")), *sorted(settings.reference.glob("*.?sv"))]
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


# ---------------------------------------------------------------- nothing new


def nothing_new(settings: Settings, delivered: Delivered) -> dict[str, Any] | None:
    """Return the last night's summary when tonight brings nothing that was not loaded and published then; else None."""
    last = _read_json(settings, _LAST)
    if last.get("digest") != delivered.digest or not settings.published.is_file():
        return None
    summary = last.get("summary")
    if not isinstance(summary, dict) or delivered.night.isoformat() < str(summary.get("night")):
        return None  # the same files on an earlier night: then they were delivered earlier
    return summary


def remember(settings: Settings, delivered: Delivered, summary: Mapping[str, Any]) -> None:
    """Write down, after publishing, what the published file is made from."""
    _write_json(settings, _LAST, {"digest": delivered.digest, "summary": summary})


def _read_json(settings: Settings, name: str) -> dict[str, Any]:
    try:
        found = json.loads((settings.home / "work" / name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write_json(settings: Settings, name: str, content: Mapping[str, Any]) -> None:
    path = settings.home / "work" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, sort_keys=True)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
