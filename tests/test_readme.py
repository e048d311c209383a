"""What the README shows is what the commands print."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from flows.settings import CHECKOUT, Settings
from flows.summary import Summary
from tests.flows.conftest import sample_night  # noqa: F401 (a fixture)

README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```console\n\$ (kaona [^\n]+)\n(.*?)```", README, re.S)
_NIGHT = re.compile(r"\d{4}-\d\d-\d\d(?=\.|-[0-9a-f]{12}|$)|\d{1,2} \S+ 25\d\d", re.M)


def without_night(text: str) -> str:
    """The text without the night it was made on."""
    return _NIGHT.sub("NIGHT", text).rstrip("\n")


def test_the_two_commands_come_first() -> None:
    first = README.index("```console")
    assert README.index("$ make run") < README.index("$ make test") < README.index("```", first + 10)


@pytest.mark.parametrize(("command", "shown"), BLOCKS, ids=[c for c, _ in BLOCKS])
def test_a_command_prints_what_the_readme_shows(
    command: str,
    shown: str,
    sample_night: tuple[Settings, Summary],  # noqa: F811
    tmp_path: Path,
) -> None:
    env = {k: v for k, v in os.environ.items() if not k.startswith("KAONA_")}
    env |= {"KAONA_OCR": "false"}  # what the README shows does not ask for Tesseract
    env |= {"KAONA_HOME": str(sample_night[0].home), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-c", command], cwd=CHECKOUT, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert without_night(done.stdout) == without_night(shown)


def test_links_of_the_readme_lead_somewhere() -> None:
    missing = [target for target in re.findall(r"\]\(([^)#:]+)\)", README) if not (CHECKOUT / target).exists()]
    assert not missing
