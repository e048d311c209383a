"""Somebody asks who may not look into the home: one sentence names the place and who may, and doctor goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.command_line import not_allowed
from flows.settings import CHECKOUT

_, _, WHO_MAY = not_allowed(PermissionError()).partition("; ")
# everything is imported first: Python itself may lie where only root looks
ASKED = """
import os, sys
import flows.answers, flows.mail_command, flows.operating.doctor, flows.operating.status, flows.outbox, flows.rebuild
import flows.operating.status_text, flows.rollback, load.dictionary, load.explain, load.review, load.review_text
import flows.check, flows.operating.doctor_data
from flows.cli import main
if not os.geteuid():
    os.seteuid(65534)
main()
"""


@pytest.fixture
def shut(tmp_path: Path) -> Iterator[Path]:
    """A home that is another user's; root is nobody while it asks."""
    home = tmp_path / "home"
    (home / "published").mkdir(parents=True)
    home.chmod(0)
    yield home
    home.chmod(0o700)


def asked(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", ASKED, *words, *([] if words[0] == "check" else ["--home", str(home)])],
        env={**os.environ, "PYTHONPATH": str(CHECKOUT), "HOME": "/nonexistent"},
        cwd=CHECKOUT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


@pytest.mark.fault(14)
@pytest.mark.parametrize(
    "words",
    [("sql", "SELECT 1"), ("why", "50360000-3366"), ("review",), ("verify",), ("rollback",), ("status",),
     ("mail", "--show"), ("mail", "--status"), ("check", "{home}/inbox/a.pdf")],
)  # fmt: skip
def test_who_may_not_look_is_told_where_and_who_may(words: tuple[str, ...], shut: Path) -> None:
    done = asked(shut, *(word.format(home=shut) for word in words))
    assert done.returncode == 1, done.stderr
    assert done.stderr.startswith(f"kaona: {shut}"), done.stderr
    assert done.stderr.rstrip().endswith(f": Permission denied; {WHO_MAY}"), done.stderr


@pytest.mark.fault(14)
def test_doctor_names_what_it_may_not_look_at_and_looks_at_the_rest(shut: Path) -> None:
    done = asked(shut, "doctor")
    assert done.returncode == 1
    assert f"{shut}/archive/nights: Permission denied; not looked at; {WHO_MAY}" in done.stdout
    assert "itself broke (PermissionError" not in done.stdout
    assert done.stdout.count("ok      ") > 5
