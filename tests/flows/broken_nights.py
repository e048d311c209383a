"""A home with one night behind it and another before it, and that second night broken at a named point or a moment.

The second night brings all there is: a changed form, a new PDF, a dump twice, a file that is rejected; letters go out.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from data.samples.generator.dump import STYLE_1, Copy, dump_text
from extract import fault_points
from flows.settings import CHECKOUT, Settings
from tests.flows import warm
from tests.flows.conftest import FIRST, SAMPLES, SECOND, run, settings_in
from tests.flows.homes import copied, held_run
from tests.flows.mail_servers import Inbox, serving, to_server
from tests.flows.prefect_parts import environment
from tests.flows.test_nights import LIBRARY, later
from tests.flows.whole import Undisturbed, undisturbed_of

LISTED = 7
"""Files that stand in the inbox on the second night."""
_HANG = 120.0


@dataclass(frozen=True)
class Before:
    """The home after its first night, with the files of the second in its inbox; tests copy it."""

    home: Settings
    received: list[bytes] = field(default_factory=list)

    def copied(self, folder: Path, server: tuple[Inbox, int], **changes: object) -> Settings:
        """A copy that sends its mail to this server, which has got that of the first night."""
        inbox, port = server
        inbox.received[:0] = self.received
        return to_server(copied(self.home, folder, **changes), port)


def home_before(folder: Path) -> Before:
    """Make it."""
    home = settings_in(folder / "home")
    inbox = home.home / "inbox"
    inbox.mkdir(parents=True)
    for name in ("dump-utf16.txt", "empty.pdf"):
        shutil.copy(SAMPLES / name, inbox)
    (inbox / "library.txt").write_text(dump_text([Copy(LIBRARY, STYLE_1)]), encoding="utf-8")
    with serving() as (server, port):
        run(to_server(home, port), FIRST)
    for name in ("form-reportlab.pdf", "dump-cp874.txt", "broken.pdf"):
        shutil.copy(SAMPLES / name, inbox)
    shutil.copy(SAMPLES / "dump-cp874.txt", inbox / "twin.txt")
    (inbox / "library.txt").write_text(dump_text([Copy(later(LIBRARY), STYLE_1)]), encoding="utf-8")
    return Before(home, server.received)


def undisturbed(before: Before, folder: Path) -> Undisturbed:
    """What the second night comes to when nothing disturbs it."""
    with serving() as server:
        home = before.copied(folder, server)
        run(home, SECOND)
    return undisturbed_of(home)


def arguments(settings: Settings) -> list[str]:
    """What `kaona` is told to run the second night."""
    return ["run", "--no-prefect", "--home", str(settings.home), "--as-of", SECOND.isoformat()]


def command(settings: Settings) -> list[str]:
    """The whole command line."""
    return [sys.executable, "-m", "flows", *arguments(settings)]


def variables(settings: Settings) -> dict[str, str]:
    """The environment in which a command has what these settings say of mail and pages."""
    names = ("smtp_host", "smtp_port", "smtp_security", "write_page", "data_docs", "min_free_mb", "archive_at")
    return {f"KAONA_{n.upper()}": str(v) for n in names if (v := getattr(settings, n)) is not None}


def broken(
    settings: Settings, fault: str = "", under: Sequence[str] = (), **given_too: str
) -> subprocess.CompletedProcess[str]:
    """The second night in a process of its own, with a fault as extract/fault_points.py knows them; "": without one.

    `under`: what stands before the command (tests/ordinary_user.py); the process is a cold one then. `given_too`: more
    variables of the environment.
    """
    if not under:
        given = environment(**variables(settings), **{fault_points.VARIABLE: fault}, **given_too)
        return warm.ran(arguments(settings), given, settings.home.parent)
    return subprocess.run(
        [*under, *command(settings)], env=environment(**variables(settings), **{fault_points.VARIABLE: fault}),
        cwd=settings.home.parent, text=True, capture_output=True, timeout=_HANG, check=False,
    )  # fmt: skip


def killed_at(settings: Settings, point: str, number: int = 1) -> None:
    """The second night, killed as the kernel does it when it passes a point for the n-th time."""
    done = broken(settings, f"{point}:{number}:kill")
    assert done.returncode == -signal.SIGKILL, f"{point}:{number} was not passed: {done.stderr[-2000:]}"


def killed_after(settings: Settings, seconds: float) -> bool:
    """The second night, killed with all it has started after so long; whether it was still at work."""
    with Path(os.devnull).open("wb") as nowhere:
        night = warm.started(
            arguments(settings), environment(**variables(settings)), settings.home.parent, nowhere.fileno(),
            nowhere.fileno(), has_session=True,
        )  # fmt: skip
    time.sleep(seconds)
    was_at_work = night.poll() is None
    if was_at_work:
        os.killpg(night.pid, signal.SIGKILL)
    night.wait(_HANG)
    return was_at_work


def held_at(settings: Settings, point: str) -> AbstractContextManager[warm.Process]:
    """The second night standing at a point."""
    return held_run(settings, point, SECOND, **variables(settings))


def points_passed(settings: Settings) -> list[str]:
    """The points that the second night passes, in order, each as often as it does."""
    done = broken(settings, "*:1:tell")
    assert done.returncode == 0, done.stderr[-2000:]
    return re.findall(r"(?m)^fault point ([a-z_.]+)$", done.stderr)


def points_of_the_code() -> set[str]:
    """Every point that stands anywhere in the code."""
    rooms = ("extract", "transform", "expectations", "load", "flows")
    texts = (p.read_text(encoding="utf-8") for room in rooms for p in (CHECKOUT / room).rglob("*.py"))
    return {point for text in texts for point in re.findall(r'^ +at\("([a-z_.]+)"\)$', text, re.MULTILINE)}
