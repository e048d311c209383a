"""Pull a source: list it, take in what is new or changed, and say of every file what became of it."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from extract.document import Rejection
from extract.rejection import Unreadable
from extract.sources import folder
from extract.sources.download import Fetched, download, part_key
from extract.sources.listed import (
    DEFAULT_LIMITS,
    Known,
    Limits,
    Listed,
    Pulled,
    SourceUnavailable,
    not_opened,
    refused,
    vanished,
)
from extract.sources.naming import display, local_path, masked, plain_uri, source_name
from extract.sources.packed import unpack
from extract.sources.remote import AnyRemote, Remote
from extract.sources.store import Archived, Store, fetched, is_of_machine, prepare, sweep

# refused for what the settings allow: tried again whenever they may be others
_BY_LIMIT = frozenset({"too_large", "archive_limit"})
_WITH_PORT = ("http", "https", "sftp", "ssh")
_ADDRESSES = "an address such as s3://bucket/folder, sftp://server:22/folder or https://server/folder/"
# so many files in a row that could not be fetched, and the source is left alone for the night
_GIVEN_UP_AFTER = 3


def list_files(
    uri: str, *, name: str | None = None, options: Mapping[str, Any] | None = None, limits: Limits = DEFAULT_LIMITS
) -> list[Listed]:
    """Every file below `uri`, sorted by its uri (`inbox/2563/a.pdf`: the source's name and the path in it).

    Hidden files and `*.part` are not listed. What must not be opened is listed with a rejection. Raises
    SourceUnavailable when the source is not there.
    """
    uri = plain_uri(uri)
    name, path = name or source_name(uri), local_path(uri)
    if path is not None:
        return _sorted(folder.list_folder(path, name, limits))
    return _sorted(remote_of(uri, name, options or {}, limits).listing())


def pull(
    uri: str,
    archive_dir: Path,
    *,
    known: Known | None = None,
    name: str | None = None,
    options: Mapping[str, Any] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> list[Pulled]:
    """Take every file below `uri` into the archive; one entry per file, sorted by uri. Archives are opened as folders.

    A file that is as in `known`, and whose bytes are still archived, is not opened again. `name`: what the source is
    shown by; `options`: how fsspec opens it.
    """
    uri, known = plain_uri(uri), known or {}
    name, path = name or source_name(uri), local_path(uri)
    sweep(archive_dir)
    before = _Before(known, archive_dir)
    with Store(archive_dir) as store:
        if path is not None:
            pulled = _pull_folder(_sorted(folder.list_folder(path, name, limits)), before, store, archive_dir, limits)
        else:
            remote = remote_of(uri, name, options or {}, limits)
            pulled = _pull_remote(remote, masked(uri), name, before, store, archive_dir, limits)
    return sorted(pulled, key=lambda file: file.uri)


def remote_of(uri: str, name: str, options: Mapping[str, Any], limits: Limits) -> Remote:
    """What speaks the language of a source on another machine. Raises SourceUnavailable when no language is known."""
    scheme = uri.partition("://")[0] if "::" not in uri else ""
    _check_address(uri.rpartition("::")[2], name)
    if scheme in ("http", "https"):
        from extract.sources.web import WebRemote

        return WebRemote(uri, name, options, limits)
    if scheme in ("s3", "s3a"):
        from extract.sources.s3 import S3Remote

        return S3Remote(uri, name, options, limits)
    if scheme in ("sftp", "ssh"):
        from extract.sources.sftp import SftpRemote

        return SftpRemote(uri, name, options, limits)
    return AnyRemote(uri, name, options, limits)


def _check_address(uri: str, name: str) -> None:
    from fsspec import available_protocols

    scheme = uri.partition("://")[0]
    if "://" in uri and scheme not in available_protocols():
        raise SourceUnavailable(
            f"{name}: {display(scheme)}:// is no kind of source that is known; "
            f"expected a folder, or {_ADDRESSES}; correct the setting `sources`"
        )
    if scheme not in _WITH_PORT:
        return
    try:
        _ = urlsplit(uri).port
    except ValueError:
        raise SourceUnavailable(
            f"{name}: its address cannot be understood, such as its port; "
            f"expected {_ADDRESSES}; correct the setting `sources`"
        ) from None


class _Before:
    """What the last run knew, and what of it is still true."""

    def __init__(self, known: Known, archive_dir: Path):
        self._known, self._archived = known, Archived(archive_dir)
        self._members: dict[str, list[Pulled]] = defaultdict(list)
        for file in known.values():
            if file.container:
                self._members[file.container].append(file)

    def of(self, file: Listed) -> list[Pulled] | None:
        """What a listed file gave, when it need not be opened again: itself, or the files of the archive it is."""
        members = self._members.get(file.uri)
        if members is not None:
            return self._opened(file, members)
        known = self._known.get(file.uri)
        if known is None or known.container or known.sha256 not in self._archived or not _is_same(file, known):
            return None
        return [Pulled(file.uri, file.size, file.mtime_ns, known.sha256, None, True, file.version)]

    def has(self, sha256: str) -> bool:
        return sha256 in self._archived

    def _opened(self, file: Listed, members: list[Pulled]) -> list[Pulled] | None:
        if not file.is_recognisable or not all(
            (m.container_size, m.mtime_ns, m.version) == (file.size, file.mtime_ns, file.version)
            and (m.sha256 in self._archived if m.rejection is None else m.rejection.code not in _BY_LIMIT)
            for m in members
        ):
            return None
        return [replace(member, is_unchanged=True) for member in members]


def _is_same(file: Listed, known: Pulled) -> bool:
    if (file.size, file.mtime_ns) != (known.size, known.mtime_ns):
        return False
    # what was pulled before versions were written down has none
    return file.version == known.version if file.version and known.version else bool(file.mtime_ns)


def _sorted(files: Iterable[Listed]) -> list[Listed]:
    return sorted(files, key=lambda file: (file.uri, file.locator))


def _as_listed(file: Listed, rejection: Rejection) -> Pulled:
    return Pulled(file.uri, file.size, file.mtime_ns, rejection=rejection, version=file.version)


# folders


def _pull_folder(files: list[Listed], before: _Before, store: Store, archive_dir: Path, limits: Limits) -> list[Pulled]:
    pulled: list[Pulled] = []
    waiting: list[Listed] = []
    for file in files:
        if file.rejection is not None:
            pulled.append(_as_listed(file, file.rejection))
        elif (same := before.of(file)) is not None:
            pulled += same
        else:
            waiting.append(file)
    for attempt in range(limits.attempts):
        if attempt and waiting:
            time.sleep(limits.wait_seconds * 2 ** (attempt - 1))  # for all files that are being written together
        changing = []
        for file in waiting:
            try:
                pulled += _taken(file, store, archive_dir, limits)
            except Unreadable as error:
                if error.code == "changed_while_read" and attempt + 1 < limits.attempts:
                    changing.append(file)
                else:
                    pulled.append(refused(file, error))
            except FileNotFoundError:
                pulled.append(refused(file, vanished()))
            except OSError as error:
                if is_of_machine(error):
                    raise
                pulled.append(refused(file, not_opened(type(error).__name__)))
        waiting = changing
    return pulled


def _taken(file: Listed, store: Store, archive_dir: Path, limits: Limits) -> list[Pulled]:
    if file.is_archive:
        with folder.opened(file) as stream:
            members = unpack(stream, file, limits, store, archive_dir)
        if members is not None:
            return members
    data = folder.read_file(file, limits.file_bytes)
    return [Pulled(file.uri, len(data), file.mtime_ns, store.add(data))]


# other machines


def _pull_remote(
    remote: Remote, place: str, name: str, before: _Before, store: Store, archive_dir: Path, limits: Limits
) -> list[Pulled]:
    pulled: list[Pulled] = []
    wanted: list[Listed] = []
    done = fetched(archive_dir)
    for file in _sorted(remote.listing()):
        sha256 = done.get(part_key(place, file)) if file.is_recognisable else None
        if file.rejection is not None:
            pulled.append(_as_listed(file, file.rejection))
        elif (same := before.of(file)) is not None:
            pulled += same
        elif sha256 is not None and before.has(sha256):
            pulled.append(Pulled(file.uri, file.size, file.mtime_ns, sha256, version=file.version))
        else:
            wanted.append(file)
    if wanted:
        prepare(archive_dir)
    failed = 0
    for outcome in _fetch_all(remote, place, wanted, archive_dir, limits):
        if outcome.path is None:
            failed += outcome.is_lost or outcome.is_refused
            pulled.append(refused(outcome.file, outcome.why or not_opened("not tried")))
        else:
            pulled += _received(outcome.file, outcome.path, store, archive_dir, limits)
    if failed and not any(file.sha256 for file in pulled):
        raise SourceUnavailable(
            f"{name}: not one of its files could be fetched ({failed} of {len(wanted)} tried in vain); "
            "expected files that can be read; check the source and its access"
        )
    return pulled


def _fetch_all(remote: Remote, place: str, files: list[Listed], archive_dir: Path, limits: Limits) -> Iterator[Fetched]:
    """Fetch files, several at once; each outcome in the order of the files. After some that fail in a row the others
    are not tried: a source that hangs would hold up the night by every one of them.
    """
    until = time.monotonic() + limits.source_seconds
    in_a_row = 0

    def fetch(file: Listed) -> Fetched:
        nonlocal in_a_row
        if in_a_row >= _GIVEN_UP_AFTER or time.monotonic() > until:
            return Fetched(file, why=_not_reached(), is_lost=True)
        outcome = download(remote, place, file, archive_dir, limits, until)
        in_a_row = in_a_row + 1 if outcome.is_lost else 0
        return outcome

    pool = ThreadPoolExecutor(limits.connections)
    try:
        yield from pool.map(fetch, files)
    finally:
        pool.shutdown(cancel_futures=True)


def _received(file: Listed, path: Path, store: Store, archive_dir: Path, limits: Limits) -> list[Pulled]:
    if file.is_archive:
        with path.open("rb") as stream:
            members = unpack(stream, file, limits, store, archive_dir)
        if members is not None:
            store.opened(path)
            return members
    size = path.stat().st_size
    return [Pulled(file.uri, size, file.mtime_ns, store.add_file(path), version=file.version)]


def _not_reached() -> Unreadable:
    return Unreadable(
        "not_reached",
        "it was not fetched, for the source gave no more answers or was too slow",
        "a source that answers",
        "look after the connection; the next run fetches it",
    )
