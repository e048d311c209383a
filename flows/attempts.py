"""A night that is tried again when it failed of something that passes: a source away, a full disk, a busy machine.

Only where nobody waits at a terminal: under `kaona serve` and a worker. The deadline holds for all tries together.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date

from flows.delivery import AnotherRun
from flows.operating.safe_words import in_words
from flows.operating.stopping import stoppable
from flows.run import run_night
from flows.settings import Settings
from flows.summary import Summary, Watch


def passes(error: BaseException) -> bool:
    """Whether the same night may succeed some minutes later: not when a check forbids it, or a setting is wrong."""
    from flows.validating import NotPublished

    return isinstance(error, Exception) and not isinstance(error, (NotPublished, AnotherRun, ValueError))


def run_with_retries(
    settings: Settings, night: date, accept_loss: bool, say: Callable[[str], None], watch: Callable[[], Watch] = Watch
) -> Summary:
    """Run a night up to 1 + `retries` times; the lock is free between them. The operator has one letter, of the last.

    Raises what the last one raised, or the first that no wait can heal.
    """
    started = time.monotonic()
    wait = settings.retry_wait_minutes * 60
    left = settings.retries

    def will_retry(error: BaseException) -> bool:
        deadline = settings.night_deadline_seconds
        has_time = deadline is None or time.monotonic() - started + wait < deadline
        return left > 0 and has_time and passes(error)

    with stoppable(settings.night_deadline_seconds):
        while True:
            try:
                return run_night(settings, night, watch(), accept_loss, will_retry)
            except Exception as error:
                if not will_retry(error):
                    raise
                left -= 1
                tries = settings.retries - left + 1
                said = in_words(error, settings)
            say(f"{said}; try {tries} of {settings.retries + 1} in {settings.retry_wait_minutes:g} minutes")
            time.sleep(wait)
