"""One attempt of a night as a line of the log: what came of it, in numbers, times, versions and sizes.

Nothing of a document is in it: no person, no text of a form, no address.
"""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from extract.read import reader_version
from flows.delivery import VERSION, registry_hash
from flows.operating.measures import free_bytes, own_peak_mb
from flows.operating.night_log import Outcome, Record
from flows.operating.safe_words import safe
from flows.settings import Settings
from flows.summary import Summary, Watch

PACKAGES = ("prefect", "great-expectations", "duckdb", "pandas", "pdfminer.six")


def outcome_of(error: BaseException | None, summary: Summary | None) -> Outcome:
    """What became of an attempt. An error may say so itself, by an attribute `outcome`."""
    if error is None:
        return "nothing_new" if summary is not None and summary.nothing_new else "complete"
    said = getattr(error, "outcome", None)
    if said in ("blocked", "refused", "stopped"):
        return said  # type: ignore[no-any-return]
    return "failed" if isinstance(error, Exception) else "stopped"


def told_of(error: BaseException | None, settings: Settings) -> dict[str, str] | None:
    """Class and message of an error, as a log may hold them."""
    if error is None:
        return None
    return {"class": type(error).__name__, "message": safe(str(error), settings)}


def numbers_of(summary: Summary | None, watch: Watch, settings: Settings) -> Record:
    """Counts of a night; null where it did not get so far."""
    files = None if summary is None else summary.files
    is_counted = files is not None
    return {
        "files": {
            "listed": watch.files_listed if files is None else files.listed,
            "loaded": files.new if files else None,
            "unchanged": files.unchanged if files else None,
            "duplicate": files.duplicate if files else None,
            "rejected": files.rejected if files else None,
        },
        "rejected_by_code": _by_code(summary.rejected) if summary is not None else None,
        **{name: getattr(summary, name) if is_counted else None for name in _COUNTED},
        "findings": summary.findings if summary is not None else None,
        "mails": _mails(summary, watch, settings),
        "sources": [
            {**source, "unavailable": None if source["unavailable"] is None else safe(source["unavailable"], settings)}
            for source in (summary.sources if summary is not None else ())
        ],
    }


_COUNTED = ("forms", "copies", "projects", "reports", "conflicts")


def _by_code(rejected: list[dict[str, str]]) -> dict[str, int]:
    return dict(sorted(Counter(one["code"] for one in rejected).items()))


def _mails(summary: Summary | None, watch: Watch, settings: Settings) -> dict[str, int]:
    """Mails written, sent and given up by this attempt, and how many wait after it."""
    return {
        "written": (summary.mails if summary is not None else 0) + watch.letters_to_operator,
        "sent": watch.posted["sent"],
        "waiting": sum(1 for _ in settings.outbox.glob("*.eml")),
        "failed": watch.posted["refused"] + watch.posted["expired"],
    }


def measures_of(settings: Settings, watch: Watch, children_mb: float) -> Record:
    """What an attempt took and left: seconds, bytes, memory, free disk."""
    return {
        "seconds": dict(watch.seconds),
        "bytes": {
            "listed": watch.bytes_listed,
            "new": watch.bytes_new,
            "published": _size(settings.published),
            "free": free_bytes(settings.home),
        },
        "memory_mb": {"parent": own_peak_mb(), "largest_child": children_mb or None},
    }


def versions_of(settings: Settings) -> Record:
    """Versions of everything that decides what a night gives; nothing is imported for it."""
    versions = {"kaona": VERSION, "python": platform.python_version()}
    versions |= {name: version_of(name) or "not installed" for name in PACKAGES}
    try:
        registry = registry_hash(settings)
    except OSError as error:
        registry = f"not readable ({type(error).__name__})"
    return {"versions": {**versions, "reader": reader_version(settings.reading), "registry": registry}}


def version_of(package: str) -> str | None:
    """Version of an installed package, None where there is none."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def line_of(record: Mapping[str, Any]) -> str:
    """A record in one line, for the heartbeat URL."""
    files, error = record.get("files") or {}, record.get("error") or {}
    words = [f"night {record.get('night') or '-'} {record.get('outcome')}"]
    if error:
        words.append(f"in {record.get('stage')}: {error.get('class')}: {error.get('message')}")
    elif files.get("loaded") is not None:
        words.append(
            f"{files['listed']} files: {files['loaded']} new, {files['unchanged']} unchanged, "
            f"{files['duplicate']} duplicate, {files['rejected']} rejected; {record.get('projects')} projects, "
            f"{record.get('seconds_in_all')} s"
        )
    return "; ".join(words)


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None
