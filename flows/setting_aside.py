"""A night that was left unloaded and that its own files forbid: set aside and told, so that later nights go on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeVar

from flows.delivery import Delivered, listed_in, program_of
from flows.nights_left import set_aside
from flows.operating.safe_words import safe_sentence
from flows.settings import Settings
from flows.summary import Watch
from flows.validating import NotPublished

T = TypeVar("T")
Refused = dict[date, Exception]
# what follows from a night's files and the program; anything else may go better the next time
_REFUSALS = (NotPublished, ValueError, ArithmeticError, LookupError, TypeError)


def loaded_or_refused(
    settings: Settings,
    delivered: Delivered,
    load: Callable[[Delivered], T],
    left: Mapping[date, str],
    refused: Refused,
) -> T | None:
    """What loading a night gives; of one that its files forbid, what it gives as it was loaded before, None where it
    never was.

    `left`: nights that may be refused → their list as it was loaded last; `refused` gets those that were. Raises what
    another night raises.
    """
    from load.warehouse import OtherTables

    night = delivered.night
    try:
        return load(delivered)
    except _REFUSALS as error:
        if night not in left or isinstance(error, OtherTables):
            raise
        refused[night] = error
    return load(listed_in(settings, night, left[night])) if left[night] else None


def set_all_aside(settings: Settings, refused: Refused, watch: Watch) -> None:
    """Set nights aside, now that a later one was loaded: so the program is not what is wrong. The operator is told by a
    line and a letter; a letter that fails stops nothing."""
    for night, error in sorted(refused.items()):
        told = set_aside(settings, night, error, program_of(settings))
        watch.console.print(safe_sentence(told, settings), highlight=False, markup=False)
        if not settings.write_mails:
            continue
        from flows.notices import operator_letter
        from flows.outbox import deposit

        try:
            deposit(settings, [operator_letter(night, "set aside", told, settings)], night)
            watch.letters_to_operator += 1
        except Exception as second:
            watch.console.print(f"the letter to the operator could not be written ({type(second).__name__})")
