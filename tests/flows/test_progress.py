"""What a run shows: bars with the name of the stage on a terminal, plain lines elsewhere, nothing for `--json`."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from flows.settings import CHECKOUT
from flows.summary import Watch

# two stages, one of which counts; each waits until it was drawn
_RUN = """
import sys
from flows.summary import Watch

def read(watch):
    with watch.progress("reading", 5) as step:
        for _ in range(3):
            step()
        watch._bars and watch._bars.refresh()

def pull_sources(watch):
    watch._bars and watch._bars.refresh()

watch = Watch(is_quiet="--json" in sys.argv)
watch.timed(pull_sources, watch)
watch.timed(read, watch)
watch.console.print("a line of the night")
"""


def shown_on_a_terminal(*arguments: str) -> str:
    """What the run writes to a real terminal, 100 columns wide."""
    terminal, other = pty.openpty()
    env = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "CI")} | {"TERM": "xterm", "COLUMNS": "100"}
    process = subprocess.Popen([sys.executable, "-c", _RUN, *arguments], cwd=CHECKOUT, env=env, stderr=other)
    os.close(other)
    written = b""
    while True:
        try:
            part = os.read(terminal, 4096)
        except OSError:  # how Linux says that nobody has the other end any more
            break
        if not part:
            break
        written += part
    os.close(terminal)
    assert process.wait() == 0
    return written.decode("utf-8")


def test_a_terminal_shows_each_stage_and_what_is_counted_in_it() -> None:
    shown = shown_on_a_terminal()
    for word in ("pull sources", "reading", "3/5", "a line of the night"):
        assert word in shown
    assert "read: " not in shown  # no plain line of the stage beside its bar


def test_a_terminal_shows_nothing_for_json() -> None:
    assert shown_on_a_terminal("--json") == ""


def test_elsewhere_there_are_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    def read(watch: Watch) -> None:
        with watch.progress("reading", 2) as step:
            step()
            assert watch.step == ("reading", 1, 2)

    watch = Watch()
    watch.timed(read, watch)
    watch.timed(read, watch)
    assert capsys.readouterr().err.splitlines() == ["read: 0.0 s", "read: 0.0 s"]
    assert watch.step is None
    assert watch.stage == "read"


def test_a_stage_that_is_called_again_adds_up() -> None:
    watch = Watch(is_quiet=True)
    watch.seconds["again"] = 2.0

    def again() -> None:
        pass

    watch.timed(again)
    assert watch.seconds["again"] >= 2.0
