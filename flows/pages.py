"""The stage of a night that writes the pages to look at, and where they stand."""

from __future__ import annotations

from pathlib import Path

from flows.settings import Settings
from flows.summary import Watch

_PAGES = ("index.html", "dictionary.html")


def pages(settings: Settings, watch: Watch) -> None:
    """Write index.html and dictionary.html beside the published file, of nothing but what it holds.

    When they are off or cannot be drawn, those of an earlier night go: they would stand beside a file that says
    something else. All is published and mailed by now, so a page that cannot be drawn is told and fails nothing.
    """
    if settings.write_page:
        from expectations.catalogue import load_catalogue
        from load.pages import write_pages

        try:
            write_pages(settings.published, {rule.id: rule.title_th for rule in load_catalogue().values()})
        except Exception as error:
            watch.console.print(
                f"the pages could not be drawn ({type(error).__name__}: {error}); all else of the night is published",
                highlight=False,
                markup=False,
            )
        else:
            return
    for name in _PAGES:
        settings.published.with_name(name).unlink(missing_ok=True)


def page_paths(settings: Settings) -> dict[str, Path]:
    """Where the page to look at stands, by the name that the summary gives it; nothing when there is none."""
    index = settings.published.with_name("index.html")
    return {"page": index} if index.is_file() else {}
