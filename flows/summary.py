"""What a night tells the operator: counts, paths, seconds per stage."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any, TypeGuard, TypeVar

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn, TimeElapsedColumn
from rich.text import Text

from flows.settings import BANGKOK
from transform.source_nights import SourceTonight

T = TypeVar("T")


@dataclass(frozen=True)
class Files:
    """Input files by what became of them, adding up to `listed`.

    `new`: contents read for the first time; `duplicate`: the same new bytes under another name; `rejected`: found
    unreadable tonight, or, when nothing is new, still there. What was rejected before by the same reader is unchanged.
    """

    listed: int = 0
    new: int = 0
    unchanged: int = 0
    duplicate: int = 0
    rejected: int = 0


@dataclass(frozen=True)
class Summary:
    """One night in numbers, as `kaona run --json` prints it."""

    night: str
    run_id: str
    nothing_new: bool
    files: Files
    forms: int
    copies: int
    projects: int
    reports: int
    conflicts: int
    findings: dict[str, int]
    mails: int
    rejected: list[dict[str, str]]
    paths: dict[str, str]
    seconds: dict[str, float] = field(default_factory=dict)
    sources: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def is_summary(found: object) -> TypeGuard[dict[str, Any]]:
    """Whether this is a summary as it was written down, and not what became of one on a disk."""
    if not isinstance(found, dict) or not {f.name for f in fields(Summary)} <= set(found):
        return False
    of = {"sources": "is_believed", "rejected": "uri"}
    lists = [(found[name], key) for name, key in of.items()]
    return all(isinstance(rows, list) and all(isinstance(r, dict) and key in r for r in rows) for rows, key in lists)


def as_text(summary: Summary) -> str:
    """The summary as a few lines for a terminal."""
    f = summary.files
    lines = [
        f"night {summary.night}" + ("   nothing new: what is published stays as it is" if summary.nothing_new else "")
    ]
    lines.append(
        f"  files      {f.listed} listed: {f.new} new, {f.unchanged} unchanged, "
        f"{f.duplicate} duplicate, {f.rejected} rejected"
    )
    for source in summary.sources:
        if not source["is_believed"]:
            lines.append(f"    NOT WHOLE {_not_whole(source)}")
        else:
            lines += [f"    LOOK AT   {said}" for said in worth_a_look(source)]
    for rejected in summary.rejected:
        lines.append(f"    rejected {rejected['code']:<22} {rejected['reason']}")
    lines.append(f"  forms      {summary.forms} in {summary.copies} copies; {summary.projects} projects stored")
    lines.append(f"  reports    {summary.reports}   values on which copies differ: {summary.conflicts}")
    found = "  ".join(f"{severity} {count}" for severity, count in summary.findings.items())
    lines.append(f"  findings   {found}   mails {summary.mails}")
    lines += [f"  {name:<10} {path}" for name, path in summary.paths.items()]
    if summary.seconds:
        lines.append(
            "  seconds    " + "  ".join(f"{stage} {seconds:.1f}" for stage, seconds in summary.seconds.items())
        )
    return "\n".join(lines)


def told(sources: Iterable[SourceTonight], away: Mapping[str, str]) -> list[dict[str, Any]]:
    """The sources that were asked, as the summary names them; `unavailable` says why one could not be listed, `unread`
    how many of its files came or stand there of which not one can be read, `unreadable` how many fewer can be read.
    `away`: why this run could not list one that an earlier run of the night did, which is believed all the same."""
    return [
        {
            "source": s.now.source,
            "files": s.now.files,
            "files_before": s.now.files_before,
            "files_gone": s.now.files_gone,
            "is_believed": s.now.is_believed,
            "unavailable": s.unavailable or away.get(s.now.source),
            "unread": s.unread,
            "unreadable": s.unreadable,
        }
        for s in sources
    ]


def _not_whole(source: dict[str, Any]) -> str:
    if source["unavailable"] is not None:
        return f"source {source['source']} could not be listed: {source['unavailable']}"
    if source.get("unreadable"):
        return (
            f"source {source['source']} holds {source['unreadable']} fewer files that can be read than before: their "
            "forms count as there; check the export, or run `kaona run --accept-loss` if they are rightly gone"
        )
    if source.get("unread"):
        return (
            f"source {source['source']} holds {source['unread']} files and not one can be read: nothing counts as gone"
            "; check the export, or run `kaona run --accept-loss` if its forms are rightly gone"
        )
    return (
        f"source {source['source']} holds {source['files']} files, {source['files_before']} before: nothing of it "
        "counts as gone; check the export, or run `kaona run --accept-loss` if the loss is right"
    )


def worth_a_look(source: dict[str, Any]) -> Iterator[str]:
    """What the summary says of a source that is believed: that this run could not list it again, or that it brought
    files of which not one can be read, beside others that can."""
    name = source["source"]
    if source["unavailable"] is not None:
        why = source["unavailable"]
        yield f"source {name} could not be listed this time, an earlier run of the night counts: {why}"
    if source.get("unread"):
        yield f"source {name} brought {source['unread']} files and not one can be read; check the export"


class _Counted(ProgressColumn):
    """How many of how many, for what is counted."""

    def render(self, task: Task) -> Text:
        return Text("" if task.total is None else f"{int(task.completed):,}/{int(task.total):,}")


class Watch:
    """Seconds of each stage, and progress on a terminal (plain lines otherwise, nothing when quiet).

    It also holds what the night's record tells and no stage returns.
    """

    def __init__(self, *, is_quiet: bool = False):
        self.seconds: dict[str, float] = {}
        self.stage = "start"
        self.since: str | None = None  # when the stage began
        self.step: tuple[str, int, int] | None = None  # title, done, total
        self.on_stage: Callable[[], None] = lambda: None
        self.run_id: str | None = None
        self.unsaid = 0  # letters that could not be written
        self.files_listed: int | None = None
        self.bytes_listed: int | None = None
        self.bytes_new: int | None = None
        self.posted: Counter[str] = Counter()  # mails by what became of them
        self.letters_to_operator = 0
        self.console = Console(stderr=True, quiet=is_quiet)
        self._bars: Progress | None = None

    def begins(self, stage: str) -> None:
        """A stage begins: whoever asks what the night is doing is told so."""
        self.stage = stage
        self.since = datetime.now(BANGKOK).isoformat(timespec="milliseconds")
        self.on_stage()

    def timed(self, function: Callable[..., T], *arguments: Any) -> T:
        """Call one stage and remember how long it took."""
        name = function.__name__.replace("_", " ")
        self.begins(name)
        started = time.monotonic()
        try:
            with self._bar(name, None):
                return function(*arguments)
        finally:
            took = time.monotonic() - started
            self.seconds[name] = round(self.seconds.get(name, 0.0) + took, 2)  # a rebuild calls a stage every night
            if not self.console.is_terminal:
                self.console.print(f"{name}: {took:.1f} s", highlight=False)

    @contextmanager
    def progress(self, title: str, total: int) -> Iterator[Callable[[], None]]:
        """Yield a function that counts one step; a bar is drawn on terminals only."""
        self.step = (title, 0, total)
        try:
            with self._bar(title, total) as advance:

                def step() -> None:
                    if self.step is not None:
                        self.step = (title, self.step[1] + 1, total)
                    advance()

                yield step
        finally:
            self.step = None

    @contextmanager
    def _bar(self, title: str, total: int | None) -> Iterator[Callable[[], None]]:
        """One line of a terminal: a stage, or within it what is counted. All lines are of one display."""
        if not self.console.is_terminal or self.console.quiet or total == 0:
            yield lambda: None
            return
        is_outermost = self._bars is None
        if self._bars is None:
            columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), _Counted(), TimeElapsedColumn())
            self._bars = Progress(*columns, console=self.console, transient=True)
            self._bars.start()
        bars = self._bars
        line = bars.add_task(title, total=total)
        try:
            yield lambda: bars.advance(line)
        finally:
            bars.remove_task(line)
            if is_outermost:
                bars.stop()
                self._bars = None
