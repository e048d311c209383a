"""The stage of a night that writes the pages to look at, and where they stand."""

from __future__ import annotations

from pathlib import Path

from flows.settings import Settings


def pages(settings: Settings) -> None:
    """Write index.html and dictionary.html beside the published file, of nothing but what it holds; none when off."""
    if not settings.write_page:
        return
    from expectations.catalogue import load_catalogue
    from load.pages import write_pages

    write_pages(settings.published, {rule.id: rule.title_th for rule in load_catalogue().values()})


def page_paths(settings: Settings) -> dict[str, Path]:
    """Where the page to look at stands, by the name that the summary gives it; nothing when it is off."""
    return {"page": settings.published.with_name("index.html")} if settings.write_page else {}
