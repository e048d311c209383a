"""One night from the command: begin its record, pull, decide whether there is anything to do, run, remember."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from itertools import groupby

from extract.worker_server import FEW_BYTES, get_ready
from flows import nights_left
from flows.delivery import (
    Delivered,
    is_untold,
    nothing_new,
    pull_sources,
    remember,
    remember_told,
    reminder_is_due,
)
from flows.exhausted import told_clearly
from flows.operating.attempt import Attempt, NotReady, attempt
from flows.operating.safe_words import in_words
from flows.operating.stopping import DeadlinePassed, Stopped
from flows.settings import Settings
from flows.summary import Files, Summary, Watch
from flows.working_file import is_gone

# nights that there can be; from 2400 on a year is Buddhist
_FIRST_YEAR, _YEAR_LIMIT, _BUDDHIST_AHEAD = 1900, 2400, 543


class WrongUsage(ValueError):
    """The command was asked for something it cannot mean; the message says what was expected."""

    outcome = "refused"


def require_night(night: date) -> None:
    """Raises WrongUsage for a date that no night can have: its Buddhist year would reach every date column."""
    if _FIRST_YEAR <= night.year < _YEAR_LIMIT:
        return
    meant = night.year - _BUDDHIST_AHEAD
    hint = f"; a Buddhist year is {_BUDDHIST_AHEAD} ahead: {meant}-{night:%m-%d}" if meant >= _FIRST_YEAR else ""
    raise WrongUsage(f"night {night}: expected a date from {_FIRST_YEAR} to {_YEAR_LIMIT - 1}, Common Era{hint}")


def never(error: BaseException) -> bool:
    """Nobody waits: a failed night is not tried again by itself."""
    return False


def run_night(
    settings: Settings,
    night: date,
    watch: Watch,
    accept_loss: bool = False,
    will_retry: Callable[[BaseException], bool] = never,
) -> Summary:
    """Run one night now and return its summary. `accept_loss`: files that are missing tonight are rightly gone.

    Raises what made it fail; then nothing new is published, and the operator has a letter in the outbox, unless the
    night `will_retry`. Raises Stopped when it was asked to stop, with no letter: nothing has failed.
    """
    require_night(night)
    with one_run(settings, night, watch, will_retry) as record:
        record.summary = _run(settings, night, watch, accept_loss)
        return record.summary


@contextmanager
def one_run(
    settings: Settings, night: date, watch: Watch, will_retry: Callable[[BaseException], bool] = never
) -> Iterator[Attempt]:
    """Hold the lock of this home and keep the attempt's record; tell the operator what makes the block fail, unless it
    `will_retry`; send what waits in the outbox."""

    def tell(error: BaseException) -> None:
        if not will_retry(error):
            _tell_operator(settings, night, watch, error)
        _deliver(settings, watch)

    def last_words(stopped: Stopped) -> None:
        if isinstance(stopped, DeadlinePassed):
            tell(stopped)

    try:
        with attempt(settings, watch, night, last_words=last_words) as record:
            try:
                with told_clearly(watch):
                    yield record
            except WrongUsage:
                raise
            except (Exception, DeadlinePassed) as error:
                _show_why(settings, watch, error)
                tell(error)
                raise
            _deliver(settings, watch)
    except NotReady as error:
        tell(error)
        raise


def _run(settings: Settings, night: date, watch: Watch, accept_loss: bool) -> Summary:
    if is_gone(settings):
        from flows.rebuild import renew_gone

        renew_gone(settings, watch)
    delivered = watch.timed(pull_sources, settings, night, accept_loss)
    watch.run_id = delivered.run_id
    watch.files_listed, watch.bytes_listed = len(delivered.listing), sum(p.size for p in delivered.listing)
    watch.bytes_new = sum(p.size for p in delivered.listing if not p.is_unchanged)
    before = nothing_new(settings, delivered)
    if before is not None:
        nights_left.finished(settings, night)
        return _unchanged(delivered, before, watch, _remind(settings, night, watch))
    if settings.dask_scheduler is None and watch.bytes_new >= FEW_BYTES:
        get_ready("transform.packed")
    from load.warehouse import OtherTables

    try:
        summary = _whole_night(settings, night, delivered, watch)
    except OtherTables:
        from flows.rebuild import renew

        _say(watch, "the working file is of another version of kaona: it is made again from the archive")
        renew(settings, watch, night)
        summary = _whole_night(settings, night, delivered, watch)
    remember(settings, delivered, summary.as_json(), is_told=settings.write_mails and not watch.unsaid)
    return summary


def _whole_night(settings: Settings, night: date, delivered: Delivered, watch: Watch) -> Summary:
    if settings.use_prefect:
        from flows.under_prefect import night_under_prefect

        return night_under_prefect(settings, night, delivered, watch)
    from flows.nightly import night as run_plainly

    return run_plainly(settings, night, delivered, watch)


def _show_why(settings: Settings, watch: Watch, error: BaseException) -> None:
    """The Data Docs of a night that may not be published, beside the working file; what fails here hides nothing."""
    from flows.validating import NotPublished

    if not isinstance(error, NotPublished):
        return
    from flows.pages import data_docs

    try:
        data_docs(settings, error.validation, settings.home / "work")
    except Exception as second:
        _say(watch, f"the Data Docs could not be written ({in_words(second, settings)})")


def _tell_operator(settings: Settings, night: date, watch: Watch, error: BaseException) -> None:
    """A failed night goes to the operator, never to coordinators; what fails here does not hide why the night did."""
    if not settings.write_mails:
        return
    from flows.notices import operator_letter
    from flows.outbox import deposit

    try:
        deposit(settings, [operator_letter(night, watch.stage, error, settings, watch.run_id)], night)
        watch.letters_to_operator += 1
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
        watch.posted.update(d.outcome for d in outcomes)
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
        _say(watch, f"reminders could not be written ({in_words(error, settings)})")
        return 0


def _unchanged(delivered: Delivered, before: dict[str, object], watch: Watch, reminders: int) -> Summary:
    """The summary of a night that brought nothing new: the counts of what is published, no work done."""
    known = {k: v for k, v in before.items() if k not in ("files", "seconds", "mails", "night", "nothing_new")}
    listed = len(delivered.listing)
    refused = {one["uri"] for one in before.get("rejected", ())}  # type: ignore[attr-defined]
    rejected = sum(1 for pulled in delivered.listing if pulled.uri in refused)
    return Summary(
        **known,  # type: ignore[arg-type]
        night=delivered.night.isoformat(),
        nothing_new=True,
        files=Files(listed=listed, unchanged=listed - rejected, rejected=rejected),
        mails=reminders,
        seconds=dict(watch.seconds),
    )
