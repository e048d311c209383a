"""What waits in a home: files that no run has fetched, mails that were not sent, what a killed run left half done."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from flows.mail_files import store_path
from flows.settings import BANGKOK, Settings

_MB = 1024 * 1024


def waiting_files(settings: Settings) -> dict[str, Any]:
    """Files in local sources that no run has fetched yet; other sources are not asked, that is for `kaona doctor`."""
    from extract.sources import SourceUnavailable, list_files, source_name

    try:
        seen = json.loads((settings.home / "work" / "pulled.json").read_text(encoding="utf-8")).get("files", {})
    except (OSError, ValueError, AttributeError):
        seen = {}
    new, not_asked, unavailable, names = 0, 0, [], Counter[str]()
    for uri in settings.source_uris:
        own = source_name(uri)
        names[own] += 1
        if "://" in uri or "::" in uri:
            not_asked += 1
            continue
        shown = own if names[own] == 1 else f"{own}~{names[own]}"
        try:
            listed = list_files(uri, max_bytes=settings.max_file_mb * _MB)
        except SourceUnavailable:
            unavailable.append(shown)
            continue
        for file in listed:
            size_and_time = (seen.get(shown + file.uri.removeprefix(own)) or [None, None])[:2]
            new += file.rejection is None and size_and_time != [file.size, file.mtime_ns]
    return {
        "files_in_sources": new,
        "sources_not_asked": not_asked,
        "sources_unavailable": unavailable,
    }


def waiting_mails(settings: Settings) -> dict[str, Any]:
    """Mails by state; where the outbox is busy, only how many files wait in it."""
    from load.mail_store import UNSETTLED, counted

    found = counted(store_path(settings))
    if found is None:
        return {"mails_waiting": sum(1 for _ in settings.outbox.glob("*.eml")), "mails": None, "oldest_mail": None}
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
