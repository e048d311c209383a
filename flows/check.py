"""`kaona check`: read files and show what was read, in doubt and unread, without loading anything."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from extract.document import SourceFile
from extract.isolation import read_all
from flows.settings import Settings, tonight
from flows.stages import registers_of
from transform.documents import as_document
from transform.form import Form, load_form
from transform.night import FileReading, reconcile_night
from transform.packed import read_and_pack, unpacked
from transform.records import SECOND_READER, Night, Reading, UnreadLine
from transform.registers import Registers

Json = dict[str, Any]


def check_files(settings: Settings, paths: Sequence[Path]) -> Json:
    """Read each file by itself and return the object that `check --json` prints."""
    form, registers = load_form(), registers_of(settings)
    names = Counter(p.name for p in paths)
    contents = {p.name if names[p.name] == 1 else str(p): p.read_bytes() for p in paths}
    sources = [
        SourceFile(hashlib.sha256(data).hexdigest(), uri, tonight(), len(data)) for uri, data in contents.items()
    ]
    results = read_all(
        sources,
        lambda source: contents[source.uri],
        workers=min(settings.workers, len(sources)),
        timeout_seconds=settings.file_timeout_seconds,
        memory_limit_bytes=settings.worker_memory_mb * 1024 * 1024,
        options=settings.reading,
        finish=read_and_pack,
    )
    return {"files": [_file(unpacked(result), registers, form) for result in results]}


def _file(reading: FileReading, registers: Registers, form: Form) -> Json:
    outcome = reading.outcome
    night = reconcile_night(outcome.night, [reading], registers, form)
    flags = _flags(night, registers) if night.deliveries else {}
    first = {c.project_code: c.ordinal for c in sorted(night.copies, key=lambda c: -c.ordinal)}
    deliveries = sorted(night.deliveries, key=lambda d: first[d.project_code])
    unread = _unread_by_project(night, outcome.unread)
    return {
        "file": outcome.uri,
        "status": outcome.status,
        "reason": outcome.reason,
        "code": outcome.code,
        "encoding": outcome.encoding,
        "pages": outcome.pages,
        "lines": {
            "consumed": outcome.lines.consumed,
            "furniture": outcome.lines.furniture,
            "unread": outcome.lines.unread,
        },
        "unread_lines": [{"page": u.page, "line": u.line, "text": u.text.strip()} for u in outcome.unread],
        "problems": _problems(reading),
        "documents": [
            as_document(d, form, flags.get(d.project_code, []), unread.get(d.project_code, [])) for d in deliveries
        ],
    }


def _problems(reading: FileReading) -> list[Json]:
    """What is printed where a value should stand and is none or doubtful, in printed order.

    Text recognised in pictures is doubtful as a whole: the flag `read_by_ocr` says so.
    """
    return [
        {
            "field": r.field,
            "page": r.evidence.page,
            "line": r.evidence.line_first,
            "text": r.evidence.raw,
            "problem": problem,
        }
        for copy in reading.copies
        for r in copy.readings
        if (problem := _problem(r)) is not None and not r.is_cut
    ]


def _problem(reading: Reading) -> str | None:
    if reading.problem is not None or not (reading.doubt or "").startswith(SECOND_READER):
        return reading.problem
    return f"another PDF reader sees {(reading.doubt or '').removeprefix(SECOND_READER)!r} here; see what is printed"


def _flags(night: Night, registers: Registers) -> dict[str, list[str]]:
    """The findings that the cross-checks make of one file's documents."""
    from expectations import crosschecks
    from transform.tables import Earlier, build_frames

    return crosschecks.flags(crosschecks.run(build_frames(night, Earlier.nothing()), registers))


def _unread_by_project(night: Night, unread: Sequence[UnreadLine]) -> dict[str, list[UnreadLine]]:
    """Unread lines under the project in whose copy they stand; lines outside every copy belong to the file only."""
    found: dict[str, list[UnreadLine]] = {}
    for line in unread:
        for copy in night.copies:
            inside = (copy.page_first, copy.line_first) <= (line.page, line.line) <= (copy.page_last, copy.line_last)
            if inside and copy.project_code is not None:
                found.setdefault(copy.project_code, []).append(line)
                break
    return found


def as_lines(result: Json) -> list[str]:
    """The same for a terminal: each file, its documents, what is in doubt, what was not read."""
    lines: list[str] = []
    for file in result["files"]:
        if file["status"] == "rejected":
            lines.append(f"{file['file']}   rejected: {file['reason']}")
            continue
        counted = file["lines"]
        documents = file["documents"]
        lines.append(
            f"{file['file']}   {sum(counted.values())} lines · {_count(len(documents), 'project')} · "
            f"printed {_count(sum(d['n_copies'] for d in documents), 'time')}"
        )
        for document in documents:
            lines += _document_lines(document)
        lines += [
            f"in doubt        {p['field']} page {p['page']} line {p['line']}: {p['problem']}" for p in file["problems"]
        ]
        lines.append(f"lines unaccounted       {counted['unread']} of {sum(counted.values())}")
        lines += [f"  page {u['page']} line {u['line']}: {u['text']}" for u in file["unread_lines"]]
    return lines


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _document_lines(document: Json) -> list[str]:
    reports = document["reports"]
    latest = f" · {reports[-1]['progress_pct']} %" if reports and reports[-1]["progress_pct"] is not None else ""
    counted = _count(len(reports), "report") + latest
    lines = [
        f"project {document['project_code']}   FY {document['fiscal_year_be']} · {counted}",
        f"  {document['project_name']}",
    ]
    for conflict in document["conflicts"]:
        verdict = f"kept by {conflict['rule']}" if conflict["decidable"] else "contested"
        lines.append(f"  copies differ   {conflict['field']}: {' ≠ '.join(conflict['readings'])}   {verdict}")
    for truncated in document["truncated_copies"]:
        lines.append(f"  copy {truncated} is cut short")
    if document["flags"]:
        lines.append(f"  flags           {', '.join(document['flags'])}")
    return lines
