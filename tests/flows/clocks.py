"""A clock for all of kaona that says what a test wants; as a program, one night by such a clock.

`python clocks.py MOMENT WORDS…`: `kaona WORDS…` at that moment.
"""

from __future__ import annotations

import sys
from datetime import datetime, timedelta, tzinfo
from typing import Any

# what tells the time in a night, whenever it is imported
from flows import cli, due, mail_command, outbox, settings, summary
from flows.operating import heartbeat, status

TELLING = (due, mail_command, outbox, settings, summary, heartbeat, status)


def clock(start: datetime, step: timedelta = timedelta(0)) -> type[datetime]:
    """A datetime whose `now` is `start` when it is asked first, and `step` later each time after it."""

    class Clock(datetime):
        asked = 0

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            cls.asked += 1
            return (start + (cls.asked - 1) * step).astimezone(tz)

    return Clock


if __name__ == "__main__":
    found = clock(datetime.fromisoformat(sys.argv[1]))
    for module in TELLING:
        module.datetime = found  # type: ignore[attr-defined]
    sys.argv = ["kaona", *sys.argv[2:]]
    cli.main()
