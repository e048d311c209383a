"""The status as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flows.operating.night_log import Record
from flows.operating.status import Status


def as_lines(status: Status) -> Iterator[str]:
    """The last nights, one line each, then what stands and what waits, and last what needs somebody."""
    yield f"{status.home}   {status.now}"
    yield from _running(status.running)
    yield _columns("night", "ended", "outcome", "listed", "new", "rejected", "projects", "seconds")
    for record in status.nights:
        yield from _night(record)
    if not status.nights:
        yield "  (no night is in the log)"
    if status.published is None:
        yield "published   nothing yet"
    else:
        p = status.published
        yield (
            f"published   {p.at}, {p.hours_ago:,.1f} hours ago: night {p.night or '-'}, {_n(p.projects)} projects, "
            f"{_n(p.reports)} reports, {p.megabytes:,} MB; {p.generations} generations behind it"
        )
    yield from _queued(status.queued)
    free = "unknown" if status.free_mb is None else f"{status.free_mb:,} MB"
    yield f"disk        {free} free"
    for need in status.needs:
        yield f"LOOK        {need}"
    if not status.needs:
        yield "all is well"


def _running(running: dict[str, Any] | None) -> Iterator[str]:
    if running is None:
        return
    step = running.get("step") or {}
    counted = f" {step['done']:,}/{step['total']:,}" if step else ""
    yield (
        f"RUNNING     {running.get('kind')} {running.get('night') or '-'}, process {running.get('pid')}: stage "
        f"{running.get('stage')}{counted} since {running.get('since')}, last sign of life {running.get('beat')}"
    )


def _night(record: Record) -> Iterator[str]:
    files = record.get("files") or {}
    ended = str(record.get("ended") or "")[:16].replace("T", " ")
    name = f"{record.get('outcome')}" + ("*" if record.get("kind") == "rebuild" else "")
    numbers = (files.get("listed"), files.get("loaded"), files.get("rejected"), record.get("projects"))
    listed, new, rejected, projects = (_n(n) for n in numbers)
    seconds = record.get("seconds_in_all")
    took = "-" if seconds is None else f"{seconds:,.1f}"
    night = record.get("night") or "-"
    yield _columns(night, ended, name, listed, new, rejected, projects, took)
    error = record.get("error")
    if error:
        yield f"           in {record.get('stage')}: {error.get('class')}: {error.get('message')}"


def _columns(night: str, ended: str, outcome: str, *numbers: str) -> str:
    return f"{night:<11}{ended:<18}{outcome:<12}" + "".join(f"{number:>9}" for number in numbers)


def _queued(queued: dict[str, Any]) -> Iterator[str]:
    asked = f" ({queued['sources_not_asked']} remote sources not asked)" if queued["sources_not_asked"] else ""
    yield f"queued      {queued['files_in_sources']:,} files in the sources not fetched yet{asked}"
    mails = queued["mails"]
    others = "" if not mails else "  " + "  ".join(f"{state} {n:,}" for state, n in mails.items())
    yield f"            {queued['mails_waiting']:,} mails wait{others}"
    kept_out = queued.get("kept_out")
    if kept_out:
        yield "            kept out of the facts: " + ", ".join(f"{n:,} {kind}s" for kind, n in kept_out.items())
    for name in queued["unfinished"]:
        yield f"            half done: {name}"


def _n(number: int | None) -> str:
    return "-" if number is None else f"{number:,}"
