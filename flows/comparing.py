"""Before other facts are published: what they change, written down, and held back when something would be lost."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.settings import Settings
from flows.working_file import is_filled

DIFFERENCE = "rebuild-diff"
GIVE_OPTION = "give --accept-changes"


@dataclass(frozen=True)
class Told:
    """What differs: lines for a terminal (no personal data), the numbers, the page; `lost` is "" when nothing is."""

    lines: tuple[str, ...]
    numbers: dict[str, Any]
    page: Path | None
    lost: str
    is_equal: bool = False


class LossHeld(RuntimeError):
    """Facts would be lost; nothing was published. The message says what, where the difference lies, and `how` to say
    that this is right."""

    def __init__(self, told: Told, how: str):
        self.told = told
        super().__init__(
            f"nothing was published, because it would lose {told.lost}; look at {_shown(told.page)}, then either put "
            f"right what reads worse, or {how} if the change is right"
        )


def compare(settings: Settings, new: Settings, title: str) -> Told:
    """Compare the working file (or, when it cannot be read, what is published) with another home's and write it down.

    The report is HOME/work/rebuild-diff. Without anything to compare with, it says so.
    """
    from load.comparison import NotComparable
    from load.warehouse import OtherTables, open_work, work_path

    candidates = [path for path in (work_path(settings.home), settings.published) if is_filled(path)]
    reasons: list[str] = []
    for old in candidates:
        try:
            if old == work_path(settings.home):  # what a killed night left in the log belongs to it
                with suppress(OtherTables):  # of another registry: compared as far as both have the columns
                    open_work(settings.home, memory_limit=settings.memory_limit).close()
            return compare_files(settings, old, work_path(new.home), settings.home / "work" / DIFFERENCE, title)
        except (NotComparable, OSError, RuntimeError) as error:
            reasons.append(str(error))
        except Exception as error:
            if type(error).__module__.partition(".")[0] not in ("duckdb", "_duckdb"):
                raise
            reasons.append(f"{old.name}: it cannot be opened ({type(error).__name__})")
    why = reasons[-1] if reasons else "there is no working file yet"
    return Told((f"  compared   with nothing: {why}",), {}, None, "")


def compare_files(settings: Settings, old: Path, new: Path, folder: Path, title: str) -> Told:
    """Compare two closed warehouse files and write the report into a folder."""
    from load.comparison import compared
    from load.comparison_report import as_json, as_lines, told, write_report

    with compared(old, new, settings.home / "work" / "spill", memory_limit=settings.memory_limit) as comparison:
        page = write_report(comparison, folder, title)
        lines = (*as_lines(comparison), f"  difference {_shown(page)}")
        d = comparison.difference
        return Told(lines, as_json(d), page, told(d.losses), d.is_equal)


def require_no_loss(told: Told, *, is_accepted: bool, how: str = GIVE_OPTION) -> None:
    """Raise LossHeld when facts would be lost and nobody said that this is right."""
    if told.lost and not is_accepted:
        raise LossHeld(told, how)


def _shown(path: Path | None) -> str:
    from flows.stages import shown

    return "" if path is None else shown(path)
