"""Goldens: plain JSON files under tests/golden that `make golden` (pytest --refresh-goldens) writes anew and shows as a diff."""

from __future__ import annotations

import difflib
import gc
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests import fault_table

# the same examples in every run, so that a red suite is red for everybody; look for new ones with
#   HYPOTHESIS_PROFILE=explore make test
settings.register_profile("steady", derandomize=True)
settings.register_profile("explore", derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

# whether Tesseract is on the machine must not decide what a test sees; the tests of OCR ask for it
os.environ.setdefault("KAONA_OCR", "false")
# drawing charts costs each night half a second; the tests of the pages ask for them
os.environ.setdefault("KAONA_WRITE_PAGE", "false")

# hundreds of processes are started, and each would compile kaona anew
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# a process that holds all libraries and all tests looks through a million objects for garbage again and again
gc.set_threshold(20_000, 20, 50)

GOLDENS = Path(__file__).parent / "golden"
_refreshed: list[str] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--refresh-goldens", action="store_true", help="write tests/golden/**.json anew and show what changed"
    )
    parser.addoption("--write-faults", action="store_true", help="write docs/faults.md anew from what this run did")


def pytest_configure(config: pytest.Config) -> None:
    fault_table.register(config)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A refresh runs only the tests that hold something to a golden."""
    if config.getoption("--refresh-goldens"):
        others = [item for item in items if "golden" not in getattr(item, "fixturenames", ())]
        items[:] = [item for item in items if item not in others]
        config.hook.pytest_deselected(items=others)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _refreshed:
        terminalreporter.section("goldens written anew")
        for diff in _refreshed:
            terminalreporter.write_line(diff)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, Any], None]:
    """`golden("reading/seed", value)` holds the value to tests/golden/reading/seed.json."""
    refresh = request.config.getoption("--refresh-goldens")

    def check(name: str, value: Any) -> None:
        path = GOLDENS / f"{name}.json"
        printed = json.dumps(value, ensure_ascii=False, indent=1) + "\n"
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        diff = "\n".join(
            difflib.unified_diff(
                before.splitlines(), printed.splitlines(), f"{name} (golden)", f"{name} (now)", lineterm="", n=1
            )
        )
        if refresh:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(printed, encoding="utf-8", newline="\n")
            if diff:
                _refreshed.append(diff)
        elif diff:
            pytest.fail(f"{diff}\n\nwhat is read has changed; when that is right: make golden", pytrace=False)

    return check
