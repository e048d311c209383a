"""Everything again from the archive, night by night: to prove what is published, or to replace it.

The archive holds the bytes of every file and the list of every night; nothing else is needed.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from flows import stages
from flows.comparing import Told, compare, require_no_loss
from flows.delivery import Delivered, listed_on, nights_of
from flows.nightly import Understood, conclude, understand
from flows.nights_left import marks_left
from flows.operating.attempt import attempt
from flows.publishing import publish
from flows.setting_aside import Refused, loaded_or_refused
from flows.settings import Settings
from flows.summary import Summary, Watch


class Rebuilt(NamedTuple):
    """A rebuild: what it changes, and the summary of the last night; None where nothing was published."""

    told: Told
    summary: Summary | None


class Replayed(NamedTuple):
    """The last night that could be loaded, and those that could not, though no run had loaded them yet."""

    delivered: Delivered
    understood: Understood
    refused: Refused


def rebuild_all(settings: Settings, watch: Watch, *, accept_changes: bool = False, is_preview: bool = False) -> Rebuilt:
    """Load every night of the archive into a new working file, compare it with the old one, put it in its place and
    publish it.

    Raises ValueError when the archive knows no night, LossHeld when facts would be lost and `accept_changes` does not
    say that this is right. Until the new file is complete and compared the old one stands. `is_preview`: it stays.
    """
    with attempt(settings, watch, None, "rebuild") as record, scratch(settings, settings.home / "work") as aside:
        delivered, understood, refused = replay(aside, watch, marks_left(settings))
        told = watch.timed(compare, settings, aside, "What a rebuild from the archive changes")
        if is_preview:
            return Rebuilt(told, None)
        require_no_loss(told, is_accepted=accept_changes)
        stages.take_over(aside, settings, refused)
        record.summary = conclude(settings, delivered, understood, watch)
        return Rebuilt(told, record.summary)


def renew(
    settings: Settings, watch: Watch, tonight: date | None = None, title: str = "What another version of kaona changes"
) -> None:
    """Make a working file of another version, or a lost one, again from the archive; nothing is published, nobody is
    written to.

    Raises LossHeld when facts would be lost: `kaona run --rebuild --accept-changes` says that this is right.
    """
    with scratch(settings, settings.home / "work") as aside:
        refused = replay(aside, watch, marks_left(settings, tonight)).refused
        told = compare(settings, aside, title)
        for line in told.lines:
            watch.console.print(line, highlight=False, markup=False)
        require_no_loss(told, is_accepted=False, how="run `kaona run --rebuild --accept-changes`")
        stages.take_over(aside, settings, refused)


def renew_gone(settings: Settings, watch: Watch) -> None:
    """Make a working file that is gone again, before tonight is listed: an archive that lost something as well must not
    take it from the readers. Raises LossHeld then."""
    said = "the working file is gone: it is made again from the archive"
    watch.console.print(said, highlight=False, markup=False)
    renew(settings, watch, None, "What is lost with the working file")


def verify_exports(settings: Settings) -> list[str]:
    """Names of exported files that a rebuild in a scratch folder does not give byte for byte; [] when all are equal."""
    from load.exports import export

    watch = Watch(is_quiet=True)
    with scratch(settings) as aside:
        replay(aside, watch, marks_left(settings))
        publish(aside)
        made, published = _exports(aside.published.parent / "exports"), _exports(settings.published.parent / "exports")
        if settings.exports != "all":  # what is not written each night is compared too
            for found, home in ((made, aside), (published, settings)):
                folder = aside.home / "compared" / home.home.name
                export(home.published, folder, "parquet")
                found.update({name: path for name, path in _exports(folder).items() if name not in found})
        names = sorted(set(made) | set(published))
        return [
            n for n in names if n not in made or n not in published or made[n].read_bytes() != published[n].read_bytes()
        ]


def _exports(folder: Path) -> dict[str, Path]:
    return {p.name: p for p in folder.glob("*.parquet")}


@contextmanager
def scratch(settings: Settings, beside: Path | None = None) -> Iterator[Settings]:
    """Settings of a home of its own, with the same archive, that disappears with its files at the end.

    `beside`: a folder in which only one run works at a time; what killed ones left there goes.
    """
    for left in beside.glob("aside-*") if beside else ():
        shutil.rmtree(left, ignore_errors=True)
    with TemporaryDirectory(prefix="aside-", dir=beside) as folder:
        changes = {"home": Path(folder), "archive_at": settings.archive.resolve(), "write_mails": False}
        yield settings.model_copy(update=changes)


def replay(settings: Settings, watch: Watch, left: Mapping[date, str]) -> Replayed:
    """Read and load each night of the archive in order; what the last one gave.

    `left`: nights that no run loaded yet → their list as it was loaded last. One that its files forbid is left out.
    """
    nights = nights_of(settings.archive)
    if not nights:
        raise ValueError("the archive knows no night; run `kaona run` first")

    def load(delivered: Delivered) -> tuple[Delivered, Understood]:
        readings = watch.timed(stages.read, settings, delivered, watch)
        return delivered, understand(settings, delivered, readings, watch.timed)

    last, refused = None, Refused()
    for when in nights:
        last = loaded_or_refused(settings, listed_on(settings, when), load, left, refused) or last
    if last is None:
        raise next(iter(refused.values()))
    return Replayed(*last, refused)
