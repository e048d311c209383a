"""Addresses of values: `budget_received`, `targets[2]`, `reports[3#2].date`. One grammar for every room."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

_ROW = re.compile(r"(\d+)(?:#(\d+))?")
_ORDINAL = re.compile(r"\[[^\]]*\]")
_ITEM = re.compile(r"\[(\d+)\]")
_REPORT = re.compile(r"reports\[(\d+)(?:#(\d+))?\]")


def row_key(number: int, occurrence: int) -> str:
    """Key of a report row; the second row that prints the same number is marked.

    >>> row_key(3, 1), row_key(3, 2)
    ('3', '3#2')
    """
    return str(number) if occurrence == 1 else f"{number}#{occurrence}"


def split_row_key(key: str) -> tuple[int, int]:
    """Return the number and occurrence of a row key.

    >>> split_row_key("3#2")
    (3, 2)
    """
    found = _ROW.fullmatch(key)
    if found is None:
        raise ValueError(f"{key!r} is no row of section 2; expected a number, or number#occurrence")
    return int(found[1]), int(found[2] or 1)


@lru_cache(maxsize=4096)
def report_of(address: str) -> tuple[int, int] | None:
    """Return the report row (number, occurrence) an address lies in, None outside section 2.

    >>> report_of("reports[3#2].date"), report_of("targets[1]")
    ((3, 2), None)
    """
    found = _REPORT.match(address)
    return (int(found[1]), int(found[2] or 1)) if found else None


def list_addresses(base: str, addresses: Iterable[str]) -> list[str]:
    """Return the item addresses of a list field among `addresses`, by ordinal.

    >>> list_addresses("targets", {"targets[10]", "targets[2]", "rationale", "targets[2].x"})
    ['targets[2]', 'targets[10]']
    """
    begin, found = len(base), {}
    for address in addresses:
        if address.startswith(base) and (item := _ITEM.fullmatch(address, begin)):
            found[int(item[1])] = address
    return [found[n] for n in sorted(found)]


@lru_cache(maxsize=4096)
def field_base(address: str) -> str:
    """An address without its ordinals: values of one field are compared over projects whatever their place.

    >>> field_base("reports[3#2].plan_status"), field_base("targets[1]")
    ('reports.plan_status', 'targets')
    """
    return _ORDINAL.sub("", address) if "[" in address else address
