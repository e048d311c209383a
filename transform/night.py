"""The order of a night's pure work: documents → copies → readings → projects. No I/O, no clock, no order of inputs."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from operator import itemgetter

from extract.document import Document, ReadResult
from transform.at_rest import opened
from transform.copies import CopyText, SplitDocument, split
from transform.doubts import overlooked, unread_pages, with_doubts
from transform.form import Form
from transform.identity import recognise
from transform.known_projects import Known
from transform.parse import Parsed, mark_cut, parse_copy
from transform.projects import Deciding, Projects, in_turn
from transform.reconcile import Context
from transform.records import FileOutcome, FormCopy, LineCount, Night, UnreadLine
from transform.registers import Registers
from transform.sightings import Sighting, sighting_of
from transform.thai import normalize
from transform.witnesses import witnesses_of

# hexadecimal digits of the file's hash that make a copy's id
_ID_DIGITS = 16


@dataclass(frozen=True, slots=True)
class FileReading:
    """One file after reading and parsing: what became of it, and the copies found in it."""

    outcome: FileOutcome
    copies: tuple[FormCopy, ...] = ()


def read_file(result: ReadResult, form: Form) -> FileReading:
    """Cut a read file into copies and parse them; a text that is not this form is rejected with the reason."""
    if result.document is None:
        assert result.rejection is not None
        return FileReading(_outcome(result, result.rejection.code, result.rejection.message))
    text = split(result.document, form)
    if text.landmarks < form.minimum_landmarks or not text.copies:
        return FileReading(_outcome(result, "not_a_form", _not_a_form(result, form, text.landmarks)))
    copies = []
    consumed: set[tuple[int, int]] = set()
    ends = [cut.last[0] for cut in text.copies]
    missed = zip(overlooked(result.document, ends), unread_pages(result.document, ends), strict=True)
    prints = _prints(result.document, text)
    for cut, printed, (not_seen, not_read) in zip(text.copies, prints, missed, strict=True):
        copy_id = f"{result.source.sha256[:_ID_DIGITS]}-{cut.ordinal}"
        parsed = parse_copy(cut, copy_id, form)
        consumed |= parsed.consumed
        parsed.readings = with_doubts(parsed.readings, result.document)
        copy = _copy(result, cut, copy_id, parsed, printed)
        is_whole = not (not_seen or not_read)
        copies.append(copy if is_whole else replace(copy, overlooked=not_seen, unread_pages=not_read))
    return FileReading(_read_outcome(result, result.document, text, consumed), tuple(copies))


def _prints(document: Document, text: SplitDocument) -> list[str]:
    """The hash of what each copy prints, line by line, without running titles and blank lines; one for each copy."""
    lines = [line for line in document.lines() if line.place not in text.furniture]
    prints, at = [], 0
    for cut in text.copies:
        while at < len(lines) and lines[at].place < cut.first:
            at += 1
        end = at
        while end < len(lines) and lines[end].place <= cut.last:
            end += 1
        printed = "\n".join([stripped for line in lines[at:end] if (stripped := line.text.strip())])
        content = f"{document.media_type}\n{printed}".encode("utf-8", "surrogatepass")
        prints.append(hashlib.sha256(content).hexdigest()[:_ID_DIGITS])
        at = end
    return prints


def _copy(result: ReadResult, cut: CopyText, copy_id: str, parsed: Parsed, print_sha: str) -> FormCopy:
    readings = mark_cut(parsed.readings, parsed.is_truncated)
    codes = [r for r in parsed.readings if r.field == "project_code"]
    years = [r for r in readings if r.field == "fiscal_year_be" and r.value]
    return FormCopy(
        copy_id=copy_id,
        source_sha256=result.source.sha256,
        uri=result.source.uri,
        media_type=result.media_type,
        night=result.source.night,
        ordinal=cut.ordinal,
        page_first=cut.first[0],
        line_first=cut.first[1],
        page_last=cut.last[0],
        line_last=cut.last[1],
        printed_code=codes[0].evidence.raw if codes else None,
        project_code=next((r.value for r in readings if r.field == "project_code" and r.value), None),
        fiscal_year_be=int(years[0].value) if years and years[0].value else None,
        is_truncated=parsed.is_truncated,
        is_closed=parsed.is_closed,
        readings=readings,
        print_sha=print_sha,
    )


def _not_a_form(result: ReadResult, form: Form, landmarks: int) -> str:
    return (
        f"{result.source.uri}: only {landmarks} of the form's headings and titles were found, expected at least "
        f"{form.minimum_landmarks} of «{form.th}»; take the file out of the source or describe its layout in data/form"
    )


def _outcome(result: ReadResult, code: str, reason: str) -> FileOutcome:
    lines = sum(1 for _ in result.document.lines()) if result.document else 0
    return FileOutcome(
        source_sha256=result.source.sha256,
        uri=result.source.uri,
        night=result.source.night,
        media_type=result.media_type,
        size=result.source.size,
        pages=len(result.document.pages) if result.document else None,
        encoding=result.document.encoding if result.document else None,
        reader_version=result.reader_version,
        status="rejected",
        code=code,
        reason=reason,
        lines=LineCount(0, 0, lines),
        unread=(),
    )


def _read_outcome(
    result: ReadResult, document: Document, text: SplitDocument, consumed: set[tuple[int, int]]
) -> FileOutcome:
    """Every line is consumed by a field, furniture of the form, or listed as unread."""
    unread = []
    furniture = 0
    for line in document.lines():
        if line.place in consumed:
            continue
        if line.place in text.furniture or not any(map(str.isalnum, normalize(line.text))):
            furniture += 1
        else:
            unread.append(UnreadLine(line.page, line.number, line.text))
    return replace(
        _outcome(result, "", ""),
        status="read",
        code=None,
        reason=None,
        lines=LineCount(len(consumed), furniture, len(unread)),
        unread=tuple(unread),
        notes=document.notes,
    )


def reconcile_night(night: date, files: Iterable[FileReading], registers: Registers, form: Form) -> Night:
    """Recognise the copies of each project among all of the night's files and decide every field, as on a first night.

    The same bytes under two names are one file, known by the first name in order; the order of the files is free.
    """
    recognised = recognise_night(look_at(files), registers, Known.nothing())
    witnesses = witnesses_of(recognised.groups, form)
    context = Context(form, registers, witnesses.corpus, language=witnesses.language)
    slices = [own for _, own in sorted(decide_night(night, recognised, context), key=itemgetter(0))]
    return Night(
        night,
        tuple(file.outcome for file in recognised.files),
        tuple(sorted((copy for own in slices for copy in own.copies), key=lambda c: (c.uri, c.ordinal, c.copy_id))),
        tuple(delivery for own in slices for delivery in own.deliveries),
    )


@dataclass(frozen=True)
class Seen:
    """What recognition needs of a night's files: each content once, in order of names, with a sighting of each copy.

    `printed`: the readable codes that copies print, `damaged`: what others print where it should stand; sorted.
    """

    files: tuple[FileReading, ...]
    sightings: tuple[Sighting, ...]
    printed: tuple[str, ...]
    damaged: tuple[str, ...]


def look_at(files: Iterable[FileReading]) -> Seen:
    """Open each copy once, and keep what recognition goes by."""
    listed = _distinct(files)
    sightings, printed, damaged = [], set(), set()
    for copy in (opened(copy) for file in listed for copy in file.copies):
        sightings.append(sighting_of(copy))
        codes = [r.value for r in copy.readings if r.field == "project_code" and r.value]
        printed.update(codes)
        if copy.printed_code and not codes:
            damaged.add(copy.printed_code)
    return Seen(tuple(listed), tuple(sightings), tuple(sorted(printed)), tuple(sorted(damaged)))


@dataclass(frozen=True)
class Recognised:
    """A night's files in order of names, the copies of each project by code, and the copies of no project."""

    files: tuple[FileReading, ...]
    groups: Mapping[str, tuple[FormCopy, ...]]
    without_project: tuple[FormCopy, ...]


def recognise_night(seen: Seen, registers: Registers, known: Known) -> Recognised:
    """Which project each copy of a night is of; `known` is what earlier nights know of their codes."""
    copies = recognise((copy for file in seen.files for copy in file.copies), registers, known, seen.sightings)
    groups: dict[str, list[FormCopy]] = defaultdict(list)
    for copy in copies:
        if copy.project_code is not None:
            groups[copy.project_code].append(copy)
    complete = {code: tuple(_with_truncation(groups[code])) for code in sorted(groups)}
    return Recognised(seen.files, complete, tuple(c for c in copies if c.project_code is None))


def decide_night(
    night: date, recognised: Recognised, context: Context, deciding: Deciding = in_turn
) -> Generator[tuple[int, Night]]:
    """Decide every field of every project of a night, in slices: some projects with their copies, and no files; last
    the copies of no project. Each with its number, in whatever order `deciding` comes to them.
    """
    projects = Projects(tuple(recognised.groups.values()), context)
    for number, deliveries in deciding(projects):
        yield number, Night(night, (), tuple(c for d in deliveries for c in d.copies), deliveries)
    yield len(projects.slices), Night(night, (), recognised.without_project, ())


def _distinct(files: Iterable[FileReading]) -> list[FileReading]:
    """Each content once, in the order of names."""
    by_content: dict[str, FileReading] = {}
    for file in sorted(files, key=lambda f: (f.outcome.uri, f.outcome.source_sha256)):
        by_content.setdefault(file.outcome.source_sha256, file)
    return list(by_content.values())


def _with_truncation(copies: Sequence[FormCopy]) -> list[FormCopy]:
    """A copy without the closing block that prints fewer reports than another copy of its delivery was cut short."""
    if all(copy.is_truncated or copy.is_closed for copy in copies):  # nearly always
        return list(copies)
    most = max(_rows(c) for c in copies)
    checked = []
    for copy in copies:
        is_truncated = copy.is_truncated or (not copy.is_closed and _rows(copy) < most)
        if is_truncated and not copy.is_truncated:
            readings = mark_cut(copy.readings, True, keep_values=True)
            copy = replace(copy, is_truncated=True, is_cut_beside=True, readings=readings)
        checked.append(copy)
    return checked


def _rows(copy: FormCopy) -> int:
    return sum(1 for r in copy.readings if r.field.startswith("reports[") and r.field.endswith("].seq"))
