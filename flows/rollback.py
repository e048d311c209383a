"""Going back one publication, under the lock of the night."""

from __future__ import annotations

from pathlib import Path

from flows.home_lock import only_run
from flows.settings import Settings
from flows.whole_files import write_whole


def mark_of_rollback(settings: Settings) -> Path:
    """The mark that readers see what was rolled back to; it goes when a run publishes."""
    return settings.home / "work" / "rolled_back"


def roll_back(settings: Settings) -> list[str]:
    """Put the publication before the current one in its place; what was done and what the next run will do, as lines.

    Raises load.generations.NoGeneration when there is none, flows.delivery.AnotherRun while a night runs.
    """
    from flows.delivery import forget
    from load import generations

    with only_run(settings):
        generations.require_generation(settings.home)
        forget(settings)
        write_whole(mark_of_rollback(settings), "")
        done = generations.roll_back(settings.home)
    withdrawn = f", kept as {done.withdrawn}" if done.withdrawn.exists() else ""
    return [
        f"rolled back: readers see the night of {_night(done.path)} again",
        f"  withdrawn   the night of {_night(done.withdrawn)}{withdrawn} until the next rollback",
        "  next run    `kaona run` publishes what the working warehouse holds, the withdrawn night included: first "
        "correct what was wrong (the source, a line in corrections.csv, a setting); after a change of the program or "
        "the registry use `kaona run --rebuild`",
    ]


def _night(path: Path) -> str:
    """The last night that a published file holds."""
    from load.publish import reading

    if not path.exists():
        return "-"
    with reading(path) as con:
        row = con.execute("SELECT max(night) FROM quality.run").fetchone()
    return str(row[0]) if row and row[0] else "-"
