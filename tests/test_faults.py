"""The table of faults is complete, and docs/faults.md names exactly the tests that inject them."""

from __future__ import annotations

import re

from tests.fault_table import OPEN, PAGE, marked, rows


def test_the_rows_are_numbered_from_one_and_no_test_carries_another_number() -> None:
    assert list(rows()) == list(range(1, 66))
    assert set(marked()) <= set(rows())
    assert not [number for number, row in rows().items() if "not_applicable" in row and number in marked()]


def test_the_page_names_for_each_row_exactly_the_tests_that_carry_its_number() -> None:
    """When it is red: make faults, or `pytest tests/test_faults.py --write-faults` for the names alone."""
    lines = re.findall(r"(?m)^\| (\d+) \|(.*)", PAGE.read_text(encoding="utf-8"))
    named = {int(number): re.findall(r"`([\w/]+\.py::\w+)`", line) for number, line in lines}
    assert named == {number: marked().get(number, []) for number in rows()}
    assert {int(number) for number, line in lines if OPEN in line} == set(_open())


def test_every_row_has_a_test_or_a_reason() -> None:
    assert _open() == []


def _open() -> list[int]:
    tests = marked()
    return [number for number, row in rows().items() if number not in tests and "not_applicable" not in row]
