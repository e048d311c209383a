"""`kaona doctor`: everything a night needs, looked at before it is needed. Nothing is fetched, sent or loaded.

Each check stands alone: one that breaks or does not end is a FAIL of that check, and the others go on.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from flows.command_line import not_allowed
from flows.operating import doctor_connections, doctor_data, doctor_folders, doctor_machine, doctor_settings
from flows.operating.findings import Check, Finding
from flows.operating.safe_words import safe, safe_sentence
from flows.settings import Settings

if TYPE_CHECKING:
    from flows.wrong_settings import WrongSettings

CHECK_SECONDS = 60.0


def checks() -> Sequence[Check]:
    """All checks: the machine first, then places, settings, data, and last what others have to answer."""
    rooms = (doctor_machine, doctor_folders, doctor_settings, doctor_data, doctor_connections)
    return tuple(check for room in rooms for check in room.CHECKS)


def examine(settings: Settings, chosen: Iterable[Check] | None = None, seconds: float = CHECK_SECONDS) -> list[Finding]:
    """What each check says, in their order."""
    return [
        finding for check in (checks() if chosen is None else chosen) for finding in _said(check, settings, seconds)
    ]


def of_wrong_settings(error: WrongSettings) -> list[Finding]:
    """What there is to say when the settings themselves are wrong: nothing else can be looked at with them."""
    return [Finding(name, "FAIL", said, "correct kaona.toml or the KAONA_* variable") for name, said in error.problems]


def as_lines(report: Sequence[Finding]) -> Iterator[str]:
    """One line for each finding, with what to do behind what is not well."""
    for one in report:
        todo = f"; {one.todo}" if one.todo and one.state != "ok" else ""
        yield f"{one.state:<8}{one.name:<22} {one.said}{todo}"
    bad, odd = (sum(1 for one in report if one.state == state) for state in ("FAIL", "warning"))
    yield f"{len(report)} checks: {bad} failed, {odd} warnings" if bad or odd else f"{len(report)} checks: all well"


def _said(check: Check, settings: Settings, seconds: float) -> list[Finding]:
    """The findings of one check, within its time; it is left behind when it does not end."""
    name = check.__name__.strip("_").replace("_", " ")
    found: list[Finding] = []

    def look() -> None:
        try:
            for finding in check(settings):
                found.append(finding)
        except PermissionError as error:
            said, _, todo = safe_sentence(PermissionError(not_allowed(error)), settings).partition("; ")
            found.append(Finding(name, "FAIL", said, f"not looked at; {todo}"))
        except Exception as error:
            said = f"the check itself broke ({type(error).__name__}: {safe(str(error), settings)})"
            found.append(Finding(name, "FAIL", said, "correct what it names; else report it"))

    started = time.monotonic()
    thread = threading.Thread(target=look, name=f"kaona doctor {name}", daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        return [*found, Finding(name, "FAIL", f"no answer within {seconds:g} s", "see what it waits for", seconds)]
    took = round(time.monotonic() - started, 2)
    return [replace(finding, seconds=took) for finding in found]


def as_json(report: Sequence[Finding]) -> list[dict[str, Any]]:
    """Plain values."""
    return [asdict(one) for one in report]
