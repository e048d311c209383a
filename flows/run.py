"""One night from the command: lock, pull, decide whether there is anything to do, run, remember."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import groupby

from flows.delivery import (
    Delivered,
    is_untold,
    nothing_new,
    only_run,
    pull_sources,
    remember,
    remember_told,
    reminder_is_due,
)
from flows.settings import Settings
from flows.summary import Files, Summary, Watch


class WrongUsage(ValueError):
    """The command was asked for something it cannot mean; the message says what was expected."""


def run_night(settings: Settings, night: date, watch: Watch, accept_loss: bool = False) -> Summary:
    """Run one night now and return its summary. `accept_loss`: files that are missing tonight are rightly gone.

    Raises what made it fail; then nothing new is published, and the operator has a letter in the outbox.
    """
    with attempt(settings, night, watch):
        return _run(settings, night, watch, accept_loss)


@contextmanager
def attempt(settings: Settings, night: date, watch: Watch) -> Iterator[None]:
    """Hold the lock of this home; tell the operator what makes the block fail; send what waits in the outbox."""
    with only_run(settings):
        try:
            yield
        except WrongUsage:
            raise
        except Exception as error:
            _show_why(settings, watch, error)
            _tell_operator(settings, night, watch, error)
            raise
        finally:
            _deliver(settings, watch)


def _run(settings: Settings, night: date, watch: Watch, accept_loss: bool) -> Summary:
    delivered = watch.timed(pull_sources, settings, night, accept_loss)
    watch.run_id = delivered.run_id
    before = nothing_new(settings, delivered)
    if before is not None:
        return _unchanged(delivered, before, watch, _remind(settings, night, watch))
    from load.warehouse import OtherTables

    try:
        summary = _whole_night(settings, night, delivered, watch)
    except OtherTables:
        from flows.rebuild import renew

        _say(watch, "the working file is of another version of kaona: it is made again from the archive")
        renew(settings, watch)
        summary = _whole_night(settings, night, delivered, watch)
    remember(settings, delivered, summary.as_json(), is_told=settings.write_mails and not watch.unsaid)
    return summary


def _whole_night(settings: Settings, night: date, delivered: Delivered, watch: Watch) -> Summary:
    summary = _with_prefect(settings, night, delivered, watch) if settings.use_prefect else None
    if summary is None:
        from flows.nightly import night as run_plainly

        summary = run_plainly(settings, night, delivered, watch)
    return summary


def _show_why(settings: Settings, watch: Watch, error: Exception) -> None:
    """The Data Docs of a night that may not be published, beside the working file; what fails here hides nothing."""
    from flows.validating import NotPublished

    if not isinstance(error, NotPublished):
        return
    from flows.pages import data_docs

    try:
        data_docs(settings, error.validation, settings.home / "work")
    except Exception as second:
        _say(watch, f"the Data Docs could not be written ({type(second).__name__}: {second})")


def _tell_operator(settings: Settings, night: date, watch: Watch, error: Exception) -> None:
    """A failed night goes to the operator, never to coordinators; what fails here does not hide why the night did."""
    if not settings.write_mails:
        return
    from flows.notices import operator_letter
    from flows.outbox import deposit

    try:
        deposit(settings, [operator_letter(night, watch.stage, error, settings, watch.run_id)], night)
    except Exception as second:
        _say(watch, f"the letter to the operator could not be written ({type(second).__name__})")


def _deliver(settings: Settings, watch: Watch) -> None:
    """Send what waits when a mail server is set; what it does not take stays in the outbox. Never fails the night."""
    if settings.smtp_host is None or not settings.write_mails:
        return
    from flows.outbox import deliver
    from flows.readers import BOX, COORDINATOR

    try:
        outcomes = deliver(settings)
        if any(d.outcome in ("refused", "expired") and d.kind in (BOX, COORDINATOR, "head") for d in outcomes):
            remember_told(settings, False)  # the next night writes to them again, though nothing is new
        told = [(d.outcome, d.answer, d.file.name) for d in outcomes if d.answer]
        for (outcome, answer), alike in groupby(sorted(told), key=lambda t: t[:2]):
            names = [name for _, _, name in alike]
            _say(watch, f"mail {names[0] if len(names) == 1 else f'({len(names)})'} {outcome}: {answer}")
    except Exception as error:
        is_ours = isinstance(error, (RuntimeError, ValueError))
        _say(watch, f"mails stay in the outbox: {error if is_ours else type(error).__name__}")


def _say(watch: Watch, line: str) -> None:
    watch.console.print(line, highlight=False, markup=False)


def _remind(settings: Settings, night: date, watch: Watch) -> int:
    """Letters of a night with nothing new: reminders, and what a night without mails left unsaid; how many.

    Fails nothing.
    """
    if not settings.write_mails:
        return 0
    untold = is_untold(settings)
    if not untold and not reminder_is_due(settings, night):
        return 0
    try:
        from flows.mailing import remind
        from flows.stages import registers_of

        written = remind(settings, registers_of(settings), night, watch, with_head=untold)
        remember_told(settings, not watch.unsaid)
        return len(written)
    except Exception as error:
        _say(watch, f"reminders could not be written ({type(error).__name__}: {error})")
        return 0


def _unchanged(delivered: Delivered, before: dict[str, object], watch: Watch, reminders: int) -> Summary:
    """The summary of a night that brought nothing new: the counts of what is published, no work done."""
    known = {k: v for k, v in before.items() if k not in ("files", "seconds", "mails", "night", "nothing_new")}
    listed = len(delivered.listing)
    rejected = len(before.get("rejected", ()))  # type: ignore[arg-type]
    return Summary(
        **known,  # type: ignore[arg-type]
        night=delivered.night.isoformat(),
        nothing_new=True,
        files=Files(listed=listed, unchanged=listed - rejected, rejected=rejected),
        mails=reminders,
        seconds=dict(watch.seconds),
    )


def prefect_environment(settings: Settings) -> dict[str, str]:
    """Settings of Prefect that a district office needs: state under KAONA_HOME, no telemetry, time to start, quiet."""
    return {
        "PREFECT_HOME": str(settings.home / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_SERVER_LEVEL": "ERROR",
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",  # the command itself says what failed
        "PREFECT_CLIENT_MAX_RETRIES": "2",
    }


def _with_prefect(settings: Settings, night: date, delivered: Delivered, watch: Watch) -> Summary | None:
    """Run as a Prefect flow; None when Prefect itself could not, and the night must be run without it.

    Errors of the night itself are raised. A night is safe to run again at every point, so when Prefect's server goes
    away in the middle the same night simply runs again without it.
    """
    for name, value in prefect_environment(settings).items():
        os.environ.setdefault(name, value)
    from flows.nightly import as_flow

    try:
        return as_flow(settings, night, delivered, watch)
    except Exception as error:
        if not _is_of_prefect(error):
            raise
        watch.console.print(f"Prefect is away ({type(error).__name__}); the night goes on without it", highlight=False)
        watch.seconds.clear()
        return None


def _is_of_prefect(error: BaseException) -> bool:
    """Whether the error came from Prefect or its connection, not from a stage of the night."""
    chain: list[BaseException] = []
    while error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__ or error
    modules = {type(e).__module__.split(".")[0] for e in chain}
    return bool(modules & {"prefect", "httpx", "httpcore", "sqlite3", "sqlalchemy"}) or any(
        "API" in str(e) and isinstance(e, RuntimeError) for e in chain
    )
