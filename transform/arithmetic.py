"""The form's own arithmetic: which readings of a value the rest of the form supports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from transform.dates import fiscal_year_of
from transform.doubts import with_voice
from transform.records import Reading
from transform.rules import Candidate

Readings = Mapping[str, Sequence[Reading]]


def supported_keys(
    address: str, candidates: Sequence[Candidate], by_field: Readings, rows: Sequence[str]
) -> frozenset[str]:
    """Keys of the candidates that fit the rest of the form: spent = sum, maximum or last of the reports; year = start.

    Only what the copies agree on counts as the rest of the form. `rows` are the keys of its reports in printed order.
    """
    values = [c for c in candidates if c.is_value]
    if address == "budget_spent":
        amounts = _amounts(by_field, rows)
        totals = (sum(amounts), max(amounts), amounts[-1]) if amounts else ()
        return frozenset(c.key for c in values if Decimal(c.value or "") in totals)
    if address == "fiscal_year_be":
        starts = {r.value for r in with_voice(by_field.get("start_date", ())) if r.value}
        years = {fiscal_year_of(date.fromisoformat(start)) for start in starts}
        return frozenset(c.key for c in values if len(starts) == 1 and int(c.value or "") in years)
    return frozenset()


def _amounts(by_field: Readings, rows: Sequence[str]) -> list[Decimal]:
    """Disbursed amounts in printed order; none at all where the copies differ on one or do not print it."""
    amounts = []
    for key in rows:
        values = {r.value for r in with_voice(by_field.get(f"reports[{key}].disbursed_baht", ()))}
        if len(values) != 1:
            return []
        (value,) = values
        if value is None:
            return []
        amounts.append(Decimal(value))
    return amounts
