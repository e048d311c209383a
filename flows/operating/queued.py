"""What waits in a home: files that no run has fetched, mails that were not sent, what a killed run left half done."""

from __future__ import annotations

import json
from typing import Any

from flows.mail_files import store_path
from flows.operating.safe_words import safe
from flows.seen_files import from_entries
from flows.settings import BANGKOK, Settings


def waiting_files(settings: Settings) -> dict[str, Any]:
    """Files in local sources that no run has fetched yet; other sources are not asked, that is for `kaona doctor`."""
    from extract.sources import SourceUnavailable, list_files

    known = _known(settings)
    new, not_asked, unavailable = 0, 0, []
    for shown, uri in settings.named_sources():
        if "://" in uri or "::" in uri:
            not_asked += 1
            continue
        try:
            listed = list_files(uri, limits=settings.source_limits, name=shown)
        except SourceUnavailable:
            if uri != str(settings.home / "inbox"):  # the next night makes it
                unavailable.append(shown)
            continue
        for file in listed:
            new += file.rejection is None and known.get(file.uri) != (file.size, file.mtime_ns)
    return {
        "files_in_sources": new,
        "sources_not_asked": not_asked,
        "sources_unavailable": unavailable,
    }


def _known(settings: Settings) -> dict[str, tuple[int, int]]:
    """Size and time of change of what was fetched last, by place; of an archive as a whole."""
    try:
        found = json.loads((settings.home / "work" / "pulled.json").read_text(encoding="utf-8"))
        files = from_entries(found.get("files", {}))
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
    known = {uri: (file.size, file.mtime_ns) for uri, file in files.items() if not file.container}
    return known | {f.container: (f.container_size, f.mtime_ns) for f in files.values() if f.container}


def waiting_mails(settings: Settings) -> dict[str, Any]:
    """Mails by state; where the outbox is busy or broken, only how many files wait in it, and why it is broken."""
    from load.mail_store import UNSETTLED, counted

    broken = None
    try:
        found = counted(store_path(settings))
    except ValueError as error:
        found, broken = None, safe(str(error), settings)
    if found is None:
        files = sum(1 for _ in settings.outbox.glob("*.eml"))
        return {"mails_waiting": files, "mails": None, "oldest_mail": None, "outbox_broken": broken}
    oldest = min((at for state, _, at in found if state in UNSETTLED), default=None)
    return {
        "mails_waiting": sum(n for state, n, _ in found if state in UNSETTLED),
        "mails": {state: n for state, n, _ in found},
        "oldest_mail": None if oldest is None else oldest.astimezone(BANGKOK).isoformat(timespec="seconds"),
    }


def unfinished(settings: Settings) -> list[str]:
    """What a killed run left half done; the next run completes or removes it."""
    folders = (settings.home / "work", settings.archive, settings.archive / "nights", settings.published.parent)
    left = [p for folder in folders for pattern in ("*.part", "*.next", "aside-*") for p in folder.glob(pattern)]
    left += [p for p in (settings.home / "work" / "publishing",) if p.exists()]
    return sorted(f"{p.parent.name}/{p.name}" for p in left if p.stem != "heartbeat")
