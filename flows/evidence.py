"""What a night read and decided, slice by slice: it goes to disk at once, and what is asked later stays in memory.

Of decisions that somebody is told of, what each copy says rests on disk too until it is put into words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from flows.settings import Settings
from transform.at_rest import RestingPlace
from transform.brief import IsTold, NightInNumbers, in_brief, in_numbers
from transform.form import Form
from transform.records import FileOutcome, Night

if TYPE_CHECKING:
    import pandas as pd

    from load.staging import Staged

Slices = Generator[tuple[int, Night]]
# tables with dozens of rows for each copy
ON_DISK = ("reading", "decision")


class Reconciled(NamedTuple):
    """A night in brief; its lineage by table, of readings and decisions what checks ask; and all of these on disk."""

    night: Night
    lineage: dict[str, pd.DataFrame]
    staged: Mapping[str, Staged]

    def let_go(self, frames: dict[str, pd.DataFrame]) -> tuple[NightInNumbers, Mapping[str, Staged]]:
        """The checks are done with what they asked of the rows that are on disk: the night in numbers, and the rows."""
        for name in self.staged:
            del self.lineage[name], frames[name]
        return in_numbers(self.night), self.staged


def folder_of(settings: Settings) -> Path:
    """Where rows wait until the night is loaded."""
    return settings.home / "work" / "staged"


def at_rest(frames: Mapping[str, pd.DataFrame], folder: Path) -> tuple[dict[str, pd.DataFrame], dict[str, Staged]]:
    """The frames that loading asks about, at hand, and the rows of all others, written down until they are loaded."""
    from load.night import ASKED
    from load.staging import staging
    from transform.form import load_form

    form = load_form()
    held = {name: frame for name, frame in frames.items() if name in ASKED}
    with staging(folder, beside=True) as staged:
        for name in frames.keys() - held.keys():
            staged.add(form.tables[name], 0, frames[name])
        return held, {name: staged.rows(name) for name in frames if name not in held}


@contextmanager
def nothing_staged(settings: Settings) -> Iterator[None]:
    """Whatever becomes of the night, in the end nothing waits any more; a full disk is the fuller for it."""
    from load.staging import forget_staged

    try:
        yield
    finally:
        forget_staged(folder_of(settings))


def kept(
    when: date, files: tuple[FileOutcome, ...], slices: Slices, folder: Path, form: Form, is_told: IsTold
) -> Reconciled:
    """The night `when` with these files: what was read and decided is written down slice by slice, as they come."""
    import pandas as pd

    from expectations.asked import asked_of_decisions, asked_of_readings
    from load.staging import staging
    from transform.tables import lineage_frames

    parts: dict[str, dict[int, pd.DataFrame]] = defaultdict(dict)
    brief: dict[int, Night] = {}
    with (
        staging(folder) as staged,
        RestingPlace(folder / "told") as told,
        closing(slices),  # the processes that decide end with it
    ):
        for number, own in slices:
            frames = lineage_frames(own, form)
            for name in ON_DISK:
                staged.add(form.tables[name], number, frames[name])
            parts["reading"][number] = asked_of_readings(frames["reading"])
            parts["decision"][number] = asked_of_decisions(frames["decision"])
            parts["form_copy"][number] = frames["form_copy"]
            brief[number] = in_brief(own, is_told, told.put)
    lineage = lineage_frames(Night(when, files, (), ()), form)
    for name in list(parts):
        of_slices = parts.pop(name)
        lineage[name] = pd.concat([of_slices[number] for number in sorted(of_slices)], ignore_index=True)
        del of_slices
    lineage["form_copy"] = lineage["form_copy"].sort_values("copy_id", ignore_index=True)
    copies = sorted((c for own in brief.values() for c in own.copies), key=lambda c: (c.uri, c.ordinal, c.copy_id))
    deliveries = tuple(delivery for number in sorted(brief) for delivery in brief[number].deliveries)
    night = Night(when, files, tuple(copies), deliveries)
    return Reconciled(night, lineage, {name: staged.rows(name) for name in ON_DISK})
