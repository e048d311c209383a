"""The form's own arithmetic: which readings of a value the rest of the form supports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from transform.addresses import report_of, row_key, split_row_key
from transform.dates import fiscal_year_of
from transform.doubts import with_voice
from transform.records import Reading
from transform.rules import Candidate

Readings = Mapping[str, Sequence[Reading]]
# reports are written up to this long after the last day of a project
_AFTER_THE_END = timedelta(days=365)


def supported_keys(
    address: str, candidates: Sequence[Candidate], by_field: Readings, rows: Sequence[str]
) -> frozenset[str]:
    """Keys of the candidates that fit the rest of the form; of an address without arithmetic, none.

    The amount spent is the sum, the maximum or the last of the amounts disbursed; the year is that of the first day; a
    report lies between its neighbours and not before the project or a year after it. Only what the copies agree on
    counts as the rest of the form. `rows` are the keys of its reports in printed order.
    """
    values = [c for c in candidates if c.is_value]
    if address == "budget_spent":
        amounts = _amounts(by_field, rows)
        return frozenset(c.key for c in values if amounts and Decimal(c.value or "") in _totals(amounts))
    if address == "fiscal_year_be":
        start = _agreed(by_field, "start_date")
        year = fiscal_year_of(date.fromisoformat(start)) if start else None
        return frozenset(c.key for c in values if year is not None and int(c.value or "") == year)
    if report_of(address) is not None and address.endswith(".disbursed_baht"):
        return _supported_amounts(address, values, by_field, rows)
    if report_of(address) is not None and address.endswith(".date"):
        return _supported_dates(address, values, by_field, rows)
    return frozenset()


def _supported_amounts(
    address: str, values: Sequence[Candidate], by_field: Readings, rows: Sequence[str]
) -> frozenset[str]:
    """Amounts with which the reports make up the amount spent."""
    spent = _agreed(by_field, "budget_spent")
    key = _row_of(address)
    if spent is None or key not in rows or Decimal(spent) == 0:
        return frozenset()
    before, after = rows[: rows.index(key)], rows[rows.index(key) + 1 :]
    left, right = _amounts(by_field, before), _amounts(by_field, after)
    if len(left) != len(before) or len(right) != len(after):
        return frozenset()
    return frozenset(c.key for c in values if Decimal(spent) in _totals([*left, Decimal(c.value or ""), *right]))


def _supported_dates(
    address: str, values: Sequence[Candidate], by_field: Readings, rows: Sequence[str]
) -> frozenset[str]:
    """Dates between those of the reports before and after; at the ends the period of the project bounds them."""
    key, numbers = _row_of(address), [split_row_key(row) for row in rows]
    if key not in rows or numbers != sorted(numbers):
        return frozenset()
    at = rows.index(key)
    before = _agreed(by_field, f"reports[{rows[at - 1]}].date" if at else "start_date")
    after = _agreed(by_field, f"reports[{rows[at + 1]}].date" if at + 1 < len(rows) else "end_date")
    first, last = _day(before), _day(after)
    if first is None or last is None:
        return frozenset()
    if at + 1 == len(rows):
        last += _AFTER_THE_END
    return frozenset(c.key for c in values if (day := _day(c.value)) is not None and first <= day <= last)


def _day(text: str | None) -> date | None:
    """The day that an ISO text names, None where it names none."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _row_of(address: str) -> str:
    row = report_of(address)
    return row_key(*row) if row is not None else ""


def _totals(amounts: Sequence[Decimal]) -> tuple[Decimal, Decimal, Decimal]:
    """What an amount spent can be of the amounts disbursed: whether these are cumulative is not known."""
    return sum(amounts, Decimal(0)), max(amounts), amounts[-1]


def _agreed(by_field: Readings, address: str) -> str | None:
    """The value of an address on which the copies agree."""
    values = {None if r.problem else r.value for r in with_voice(by_field.get(address, ()))}
    return values.pop() if len(values) == 1 else None


def _amounts(by_field: Readings, rows: Sequence[str]) -> list[Decimal]:
    """Disbursed amounts in printed order; none at all where the copies differ on one or do not print it."""
    values = [_agreed(by_field, f"reports[{key}].disbursed_baht") for key in rows]
    return [] if None in values else [Decimal(value) for value in values if value is not None]
