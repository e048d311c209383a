"""What a night tells the operator: counts, paths, seconds per stage."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from transform.source_nights import SourceTonight

T = TypeVar("T")


@dataclass(frozen=True)
class Files:
    """Input files by what became of them, adding up to `listed`. `duplicate`: the same bytes under another name."""

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
    lines += [f"    NOT WHOLE {_not_whole(source)}" for source in summary.sources if not source["is_believed"]]
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


def told(sources: Iterable[SourceTonight]) -> list[dict[str, Any]]:
    """The sources that were asked, as the summary names them; `unavailable` says why one could not be listed."""
    return [
        {
            "source": s.now.source,
            "files": s.now.files,
            "files_before": s.now.files_before,
            "files_gone": s.now.files_gone,
            "is_believed": s.now.is_believed,
            "unavailable": s.unavailable,
        }
        for s in sources
    ]


def _not_whole(source: dict[str, Any]) -> str:
    if source["unavailable"] is not None:
        return f"source {source['source']} could not be listed: {source['unavailable']}"
    return (
        f"source {source['source']} holds {source['files']} files, {source['files_before']} before: nothing of it "
        "counts as gone; check the export, or run `kaona run --accept-loss` if the loss is right"
    )


class Watch:
    """Seconds of each stage, and progress on a terminal (plain lines otherwise, nothing when quiet)."""

    def __init__(self, *, is_quiet: bool = False):
        self.seconds: dict[str, float] = {}
        self.stage = "start"
        self.run_id: str | None = None
        self.unsaid = 0  # letters that could not be written
        self.console = Console(stderr=True, quiet=is_quiet)

    def timed(self, function: Callable[..., T], *arguments: Any) -> T:
        """Call one stage and remember how long it took."""
        name = self.stage = function.__name__.replace("_", " ")
        started = time.monotonic()
        try:
            return function(*arguments)
        finally:
            self.seconds[name] = round(time.monotonic() - started, 2)
            if not self.console.is_terminal:
                self.console.print(f"{name}: {self.seconds[name]:.1f} s", highlight=False)

    @contextmanager
    def progress(self, title: str, total: int) -> Iterator[Callable[[], None]]:
        """Yield a function that counts one step; a bar is drawn on terminals only."""
        if not self.console.is_terminal or self.console.quiet or not total:
            yield lambda: None
            return
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self.console, transient=True) as bar:
            step = bar.add_task(title, total=total)
            yield lambda: bar.advance(step)


def write_lines(lines: Iterable[str]) -> None:
    """Print to standard output; results go there, progress goes to standard error."""
    for line in lines:
        sys.stdout.write(line + "\n")
