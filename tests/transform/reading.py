"""Reads texts as the night does, and compares what was read with the facts that were printed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

from data.samples.generator.dump import STYLE_1, STYLE_2, TITLE_LINE, Copy, copy_text
from data.samples.generator.expected import to_expected
from data.samples.generator.facts import Project, invent_project
from extract.document import Document, Line, Page, ReadResult, SourceFile
from extract.read import read_bytes
from transform.documents import as_document
from transform.form import load_form
from transform.night import FileReading, read_file, reconcile_night
from transform.records import Night
from transform.registers import Registers, read_registers

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
FORM = load_form()
NIGHT = date(2022, 3, 1)
TITLE = TITLE_LINE
STYLES = (STYLE_1, STYLE_2)
# one invented form that the tests damage and rearrange, and two others
PROJECT, OTHER, THIRD = (invent_project(Random(seed)) for seed in (5, 6, 8))
# what a document says about its files rather than about the project
_ABOUT_FILES = frozenset({"n_copies", "truncated_copies", "flags", "conflicts", "unread_lines", "raw"})


def printed(style: int, project: Project = PROJECT) -> str:
    """The project's form in one of the two layouts."""
    return copy_text(Copy(project, STYLES[style - 1]))


@lru_cache(maxsize=1)
def registers() -> Registers:
    files = {p.name: p.read_text(encoding="utf-8") for p in sorted((ROOT / "data" / "reference").iterdir())}
    return read_registers(files)


def document(text: str) -> Document:
    """A dump as the reader of dumps makes it."""
    lines = tuple(Line(1, number, line) for number, line in enumerate(text.split("\n"), start=1))
    return Document((Page(1, lines),), "text/plain", "utf-8")


def pages(*texts: str) -> Document:
    """A PDF of these pages."""
    return Document(
        tuple(
            Page(n, tuple(Line(n, number, line) for number, line in enumerate(text.split("\n"), start=1)))
            for n, text in enumerate(texts, start=1)
        ),
        "application/pdf",
    )


def read_document(printed: Document, name: str = "a.txt") -> FileReading:
    data = repr(printed).encode(errors="surrogatepass")
    source = SourceFile(hashlib.sha256(data).hexdigest(), name, NIGHT, len(data))
    return read_file(ReadResult(source, printed.media_type, "test", document=printed), FORM)


def read_text(text: str, name: str = "a.txt") -> FileReading:
    return read_document(document(text), name)


def read_path(path: Path) -> FileReading:
    data = path.read_bytes()
    source = SourceFile(hashlib.sha256(data).hexdigest(), path.name, NIGHT, len(data))
    return read_file(read_bytes(source, data), FORM)


def night_of(*files: FileReading) -> Night:
    return reconcile_night(NIGHT, files, registers(), FORM)


def documents(*files: FileReading) -> dict[str, dict[str, Any]]:
    """What `check --json` says of each project, without flags."""
    found = {}
    for delivery in night_of(*files).deliveries:
        found[delivery.project_code] = as_document(delivery, FORM, [], [])
    return found


def facts_of(text: str) -> dict[str, dict[str, Any]]:
    return documents(read_text(text))


def only(text: str) -> dict[str, Any]:
    """The one project of a dump."""
    found = facts_of(text)
    assert len(found) == 1, sorted(found)
    return next(iter(found.values()))


def unread(text: str) -> list[str]:
    return [line.text for line in read_text(text).outcome.unread]


def assert_reads(text: str, project: Project = PROJECT, unread_lines: tuple[str, ...] = ()) -> None:
    """The text gives exactly the project's facts, and leaves just these lines unread."""
    file = read_text(text)
    found = documents(file)
    assert list(found) == [project.code], (list(found), file.outcome.reason)
    assert differences(project, found[project.code]) == []
    assert [line.text.strip() for line in file.outcome.unread] == list(unread_lines)
    assert file.outcome.lines.total == len(text.split("\n"))


def differences(project: Project, found: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """(address, printed, read) of everything that was read differently; spaces do not count."""
    return list(compare(to_expected(project), found))


def compare(expected: Any, found: Any, address: str = "") -> Iterator[tuple[str, Any, Any]]:
    if isinstance(expected, dict) and isinstance(found, dict):
        for name in expected:
            if name not in _ABOUT_FILES:
                yield from compare(expected[name], found.get(name), f"{address}.{name}".strip("."))
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for n, (a, b) in enumerate(zip(expected, found, strict=True), start=1):
            yield from compare(a, b, f"{address}[{n}]")
    elif _bare(expected) != _bare(found):
        yield address, expected, found


def _bare(value: Any) -> Any:
    if isinstance(value, list):
        return [_bare(v) for v in value]
    return "".join(value.split()).replace("*", "") if isinstance(value, str) else value


def as_golden(*files: FileReading) -> dict[str, Any]:
    """Everything about some files that a change of the reader could change, with the place of each reading."""
    return {
        "files": {
            f.outcome.uri: {
                "status": f.outcome.status,
                "code": f.outcome.code,
                "lines": [f.outcome.lines.consumed, f.outcome.lines.furniture, f.outcome.lines.unread],
                "unread": [f"{u.page}:{u.line} {u.text}" for u in f.outcome.unread],
                "copies": [
                    {
                        "place": f"{c.page_first}:{c.line_first}-{c.page_last}:{c.line_last}",
                        "truncated": c.is_truncated,
                        "closed": c.is_closed,
                        "readings": [_shown(r) for r in c.readings],
                    }
                    for c in f.copies
                ],
            }
            for f in files
        },
        "documents": list(documents(*files).values()),
    }


def _shown(r: Any) -> str:
    e = r.evidence
    what = f"«cut» {e.raw}" if r.is_cut else f"«{r.problem}»" if r.problem else r.value
    return f"{e.page}:{e.line_first}-{e.line_last} {e.char_from}-{e.char_to} {r.field} = {what}"
