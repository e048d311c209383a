"""Files that were pulled, as they are written down: what of them is as it was need not be opened again.

By uri: [size, mtime_ns, sha256], then perhaps the version that the source names; of files out of an archive also its
uri, its size, and the code and message of what was rejected.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from extract.document import Rejection
from extract.sources import Pulled

_LATER = ("", "", 0, "", "")  # version, archive, its size, code, message


def as_entries(files: Iterable[Pulled]) -> dict[str, list[Any]]:
    """Files with a hash, and all that came out of an archive, as JSON can hold them."""
    entries: dict[str, list[Any]] = {}
    for file in files:
        entry = [file.size, file.mtime_ns, file.sha256]
        if file.container:
            why = file.rejection or Rejection("", "")
            entries[file.uri] = [*entry, file.version, file.container, file.container_size, why.code, why.message]
        elif file.sha256 is not None:
            entries[file.uri] = [*entry, file.version] if file.version else entry
    return entries


def from_entries(entries: Mapping[str, Sequence[Any]]) -> dict[str, Pulled]:
    """The files again, by uri; {} when that is not what was written: they are looked at anew then."""
    try:
        return {uri: _file(uri, *entry) for uri, entry in entries.items()}
    except (AttributeError, TypeError):
        return {}


def _file(uri: str, size: int, mtime_ns: int, sha256: str | None, *more: Any) -> Pulled:
    if not (isinstance(size, int) and isinstance(mtime_ns, int) and isinstance(sha256, str | None)):
        raise TypeError(f"{uri}: expected size, time and hash")
    later: tuple[Any, ...] = (*more, *_LATER[len(more) :])
    version, container, container_size, code, message = later
    why = Rejection(code, message) if sha256 is None else None
    return Pulled(uri, size, mtime_ns, sha256, why, False, version, container, container_size)
