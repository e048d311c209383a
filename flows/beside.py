"""What a child works out of a night while this process judges it: slow cross-checks, and conflicts in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from expectations.conflicts import Said, said_of
from expectations.crosschecks import SLOW, objected
from expectations.objections import Given
from flows.forked import cut, done_ahead, may_fork
from transform.form import load_form
from transform.records import Delivery

if TYPE_CHECKING:
    import pandas as pd

# a smaller night is judged as fast by one process
LEAST_PROJECTS = 400
# projects whose conflicts are handed over together
CHUNK = 50


class Beside(NamedTuple):
    """Asked for the rows of a rule, or for the conflicts of a delivery in words: what was worked out, or is now."""

    rows_of: Callable[[str], pd.DataFrame]
    said: Callable[[Delivery], Sequence[Said]]


@contextmanager
def beside(given: Given, deliveries: Sequence[Delivery], workers: int) -> Iterator[Beside]:
    """Begin to work out, in a child where there can be one, what the judgement of these deliveries will ask for."""
    form = load_form()
    places = {delivery.project_code: at for at, delivery in enumerate(deliveries)}
    chunks = cut(range(len(deliveries)), CHUNK)
    known: dict[int, dict[int, tuple[Said, ...]]] = {}

    def said_in(chunk: range) -> dict[int, tuple[Said, ...]]:
        return {at: said_of(deliveries[at], form, given.registers) for at in chunk}

    jobs: list[Callable[[], Any]] = [partial(objected, given, rule) for rule in SLOW]
    jobs += [partial(said_in, chunk) for chunk in chunks]
    is_alone = len(deliveries) < LEAST_PROJECTS or not may_fork(workers)
    with done_ahead(jobs, is_alone=is_alone) as done:

        def rows_of(rule: str) -> pd.DataFrame:
            return done(SLOW.index(rule)) if rule in SLOW else objected(given, rule)

        def said(delivery: Delivery) -> tuple[Said, ...]:
            number, at = divmod(places[delivery.project_code], CHUNK)
            if number not in known:
                known[number] = done(len(SLOW) + number)
            return known[number][number * CHUNK + at]

        yield Beside(rows_of, said)
