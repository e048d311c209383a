"""Everything again from the archive, night by night: to prove what is published, or to replace it.

The archive holds the bytes of every file and the list of every night; nothing else is needed.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from flows import stages
from flows.delivery import Delivered, delivered_of, nights_of, only_run, read_night
from flows.nightly import Understood, conclude, understand
from flows.settings import Settings
from flows.summary import Summary, Watch


def rebuild_all(settings: Settings, watch: Watch) -> Summary:
    """Load every night of the archive into a new working file, then put it in the old one's place and publish it.

    Raises ValueError when the archive knows no night. Until the new file is complete the old one stands.
    """
    from load.warehouse import work_path

    with only_run(settings), TemporaryDirectory(prefix="rebuild-", dir=settings.home / "work") as folder:
        scratch = _scratch(settings, Path(folder))
        delivered, understood = replay(scratch, watch)
        work_path(scratch.home).replace(work_path(settings.home))
        return conclude(settings, delivered, understood, watch)


def verify_exports(settings: Settings) -> list[str]:
    """Names of exported files that a rebuild in a scratch folder does not give byte for byte; [] when all are equal."""
    watch = Watch(is_quiet=True)
    with TemporaryDirectory(prefix="verify-") as folder:
        scratch = _scratch(settings, Path(folder))
        replay(scratch, watch)
        stages.publish(scratch)
        made, published = (_exports(s) for s in (scratch, settings))
        names = sorted(set(made) | set(published))
        return [
            n for n in names if n not in made or n not in published or made[n].read_bytes() != published[n].read_bytes()
        ]


def _exports(settings: Settings) -> dict[str, Path]:
    return {p.name: p for p in (settings.published.parent / "exports").glob("*.parquet")}


def _scratch(settings: Settings, folder: Path) -> Settings:
    return settings.model_copy(update={"home": folder, "archive_at": settings.archive.resolve(), "write_mails": False})


def replay(settings: Settings, watch: Watch) -> tuple[Delivered, Understood]:
    """Read and load each night of the archive in order; what the last one gave."""
    nights = nights_of(settings.archive)
    if not nights:
        raise ValueError("the archive knows no night; run `kaona run` first")
    for when in nights:
        delivered = delivered_of(settings, when, read_night(settings.archive, when))
        understood = understand(settings, when, delivered, watch, watch.timed)
    return delivered, understood
