"""Whether a night that was due has been run: what `kaona serve` needs to make up for one that was missed.

Kept in HOME/work/nightly.json, apart from Prefect, which forgets or is away. HOME/work/nightly.lock is held by the one
process that runs a served night, also while it waits to try again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from flows.file_lock import held
from flows.home_lock import AnotherRun
from flows.settings import BANGKOK, Settings
from flows.whole_files import write_whole

_FILE = "nightly.json"
_MOST_DATES = 1000  # Prefect gives no more at once, the earliest first
_LOOKING_BACK = (timedelta(hours=12), timedelta(days=8), timedelta(days=31))


@contextmanager
def only_served(settings: Settings) -> Iterator[None]:
    """Hold the lock of served nights; it dies with the process. Raises AnotherRun at once when one is under way."""
    said = "another night of this KAONA_HOME is under way, or waits to be tried again"
    with held(settings.home / "work" / "nightly.lock", lambda: AnotherRun(said)):
        yield


def is_served_now(settings: Settings) -> bool:
    """Whether a served night is under way, or waits to be tried again."""
    try:
        with only_served(settings):
            return False
    except AnotherRun:
        return True


def remember_end(settings: Settings) -> None:
    """A served night has come to its end, good or bad; one that was stopped or killed has not."""
    _remember(settings, "ended")


def remember_served(settings: Settings) -> None:
    """`kaona serve` has run here: nights are due from now on."""
    if not _read(settings):
        _remember(settings, "served")


def is_missed(settings: Settings, due: datetime) -> bool:
    """Whether the night that was due then has not come to its end since, though nights were due."""
    known = _read(settings)
    first = min(known.values(), default=None)
    return first is not None and first <= due and known.get("ended", first) < due


def last_due(settings: Settings, now: datetime | None = None) -> datetime | None:
    """When the last night was due, looking back a month; None when none was."""
    import asyncio

    now = now or datetime.now(BANGKOK)
    schedule = _schedule(settings)
    for back in _LOOKING_BACK:
        found: list[datetime] = asyncio.run(schedule.get_dates(n=_MOST_DATES, start=now - back, end=now))
        if found:
            return max(found)
    return None


def check_cron(settings: Settings) -> None:
    """Raise ValueError when `cron` is no schedule."""
    _schedule(settings)


def _schedule(settings: Settings) -> Any:
    from prefect.server.schemas.schedules import CronSchedule

    try:
        return CronSchedule(cron=settings.cron, timezone="Asia/Bangkok")
    except ValueError as error:
        raise ValueError(
            f"setting cron: {settings.cron!r} is no schedule; expected minute hour day month weekday, for example "
            '"0 2 * * *" for 02:00 each night, Asia/Bangkok; correct kaona.toml or KAONA_CRON'
        ) from error


def _remember(settings: Settings, what: str) -> None:
    known = {name: moment.isoformat() for name, moment in _read(settings).items()}
    write_whole(settings.home / "work" / _FILE, json.dumps({**known, what: datetime.now(BANGKOK).isoformat()}))


def _read(settings: Settings) -> dict[str, datetime]:
    try:
        found = json.loads((settings.home / "work" / _FILE).read_text(encoding="utf-8"))
        return {str(name): datetime.fromisoformat(moment) for name, moment in found.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}
