"""The table of faults: tests/faults.toml, the tests that carry `@pytest.mark.fault(number)`, and docs/faults.md made of both.

`pytest --write-faults` writes the page anew from what passed, failed or was skipped in that run (make faults).
"""

from __future__ import annotations

import ast
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "faults.md"
OPEN = "**open**"
_HEAD = """# Faults

What goes wrong on a server, what kaona makes of it, and the tests that do it for real: they kill, fill the disk, cut the line, poison the
document. Written by `make faults` from [tests/faults.toml](../tests/faults.toml) and from what the tests did in that run; do not edit.

After every fault: input files = loaded + unchanged + duplicate + rejected; the published file passes a full scan and is the old or the new one,
whole; running again changes nothing; no fact is lost or doubled; no mail is lost, and one that comes twice has the same Message-ID; the lock is free
([tests/flows/whole.py](../tests/flows/whole.py)).

A night can be broken at named points of every stage: `KAONA_FAULT=publish.renamed:1:kill kaona run` kills it there as the kernel would;
[extract/fault_points.py](../extract/fault_points.py) says what else it knows. `make soak` kills, stops and fails a night at all of them.

| # | fault | what happens | tests | result |
|--:|---|---|---|---|
"""
_WORST_FIRST = ("failed", "skipped", "passed")


def rows() -> dict[int, dict[str, str]]:
    """Number → fault, happens, and not_applicable where the fault cannot be."""
    found = tomllib.loads(Path(__file__).with_name("faults.toml").read_text(encoding="utf-8"))
    return {int(number): row for number, row in found.items()}


@lru_cache(maxsize=1)
def marked() -> dict[int, list[str]]:
    """Number → the tests that carry it, as file::name below tests/; read from their source, nothing is imported."""
    found: dict[int, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        for function in ast.walk(ast.parse(text)) if ".fault(" in text else ():
            if isinstance(function, ast.FunctionDef):
                for number in _numbers(function):
                    found[number].append(f"{path.relative_to(ROOT / 'tests').as_posix()}::{function.name}")
    return dict(found)


def _numbers(function: ast.FunctionDef) -> Iterator[int]:
    for mark in function.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.fault":
            yield from (ast.literal_eval(argument) for argument in mark.args)


def page(outcomes: Mapping[str, Counter[str]]) -> str:
    """docs/faults.md. `outcomes`: test → how many of its cases passed, failed or were skipped."""
    tests = marked()
    lines = []
    for number, row in rows().items():
        named = tests.get(number, [])
        together = sum((outcomes.get(test, Counter({"not run": 1})) for test in named), Counter[str]())
        result = ", ".join(f"{together[kind]} {kind}" for kind in (*_WORST_FIRST, "not run") if together[kind])
        if not named:
            result = f"cannot be: {row['not_applicable']}" if "not_applicable" in row else OPEN
        cells = (row["fault"], row["happens"], "<br>".join(f"`{test}`" for test in named), result)
        lines.append(f"| {number} | {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n")
    return _HEAD + "".join(lines)


class Outcomes:
    """What became of the tests in this run, also of those that pytest-xdist ran elsewhere."""

    def __init__(self) -> None:
        self._kinds: dict[str, Counter[str]] = defaultdict(Counter)
        self._broken: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A case counts once: by its call, or by a setup or teardown that went wrong."""
        test = report.nodeid.partition("[")[0].removeprefix("tests/")
        if report.when == "call" or report.outcome != "passed":
            if report.nodeid in self._broken:
                return
            self._broken.add(report.nodeid)
            self._kinds[test]["passed" if hasattr(report, "wasxfail") else report.outcome] += 1

    def pytest_sessionfinish(self) -> None:
        PAGE.write_text(page(self._kinds), encoding="utf-8", newline="\n")


def register(config: pytest.Config) -> None:
    """Write the page at the end of this run where that was asked for; a worker of pytest-xdist never does."""
    if config.getoption("--write-faults") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Outcomes())
