"""`kaona status` and `kaona doctor`."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from flows.command_line import Home, Json, failures, settings_of
from flows.streams import write_lines


def status(
    nights: Annotated[int, typer.Option("--nights", min=0, help="How many of the last nights to list.")] = 7,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Tell the last nights, what is published, what waits and what is stale; 1 when something needs the operator."""
    from flows.operating.status import status_of
    from flows.operating.status_text import as_lines

    settings = settings_of(home)
    with failures():
        found = status_of(settings, nights)
    write_lines([json.dumps(found.as_json(), ensure_ascii=False)] if as_json else as_lines(found))
    if found.needs:
        raise typer.Exit(1)


def doctor(home: Home = None, as_json: Json = False) -> None:
    """Check everything a night needs, before it is needed; 1 when something fails. Nothing is fetched or sent."""
    from flows.operating.doctor import as_json as plain
    from flows.operating.doctor import as_lines, examine, of_wrong_settings
    from flows.wrong_settings import WrongSettings, settings_from

    try:
        report = examine(settings_from({} if home is None else {"home": home.resolve()}))
    except WrongSettings as error:
        report = of_wrong_settings(error)
    if as_json:
        write_lines([json.dumps({"checks": plain(report)}, ensure_ascii=False)])
    else:
        write_lines(as_lines(report))
    if any(one.state == "FAIL" for one in report):
        raise typer.Exit(1)
