"""One printed copy of the form → its readings, with every line of it accounted for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from extract.encodings import LOST
from transform.copies import Block, CopyText
from transform.form import Form
from transform.labels import Hit, find_labels, find_signature, is_item_mark, labels_of
from transform.lists import item_text, items_of, usual_items
from transform.lost_label import code_without_label
from transform.passage import BLANK, LIST_MARKS, PAGE_BREAK, Passage, Segment, join_wraps
from transform.records import Evidence, OnLine, Reading, reading_on_line
from transform.reports import read_reports
from transform.thai import is_placeholder
from transform.values import (
    SINGLE_LINE,
    Names,
    bullet_length,
    has_dotted_label,
    is_item_start,
    looks_like_label,
    values_of,
)

_HEAD = "1.1"
# what leads from a label to its value: separators, dressing, a dotted line to write on
_LEAD = re.compile(
    r"[\s*\\|:：︰﹕∶=;]*(?:[-–]?>\s*|(?<=[:：])[-–—](?:[ \t\u00a0]+|[ \t]*\n\s*(?=\S)))?"
    r"(?:(?:\.{2,}|…+|_{2,})(?=[^\s._…]))?"
)
# one word before a colon with spaces on both sides, as the form prints its labels
_LONE_LABEL = re.compile(r"[\s*]*[^\s:：]{2,30}\s+[:：]\s")
_MARK_ALONE = re.compile(rf"[{LIST_MARKS}\s*#|_]+")
# what parts two fields on one line
_BETWEEN_FIELDS = re.compile(r"[ \t]*(?:[,;|*•]+|\s[-–/]+|\s\(?[\d๐-๙]{1,2}[.)])[\s*]*$")
# the English half of a strategy's name, after its colon
_ENGLISH_AFTER = re.compile(r"[:：]\s*[A-Za-z][^:：\u0e00-\u0e7f]*$")
_LOST_DIGIT = re.compile(rf"[\d๐-๙]{LOST}|{LOST}[\d๐-๙]")
_NUMBER_FIRST = re.compile(rf"[^\d๐-๙{LOST}]*[\d๐-๙.]+(?![\d๐-๙.{LOST}])")
_DASH = re.compile(r"[-–—][ \t\u00a0]+(?=\S)")
_DOTTED_LINE = re.compile(r"(?<=[^\s.…_])(?:\.{3,}|…+|_{2,})\s*$")
_PRINTED_ORDER = attrgetter("evidence.page", "evidence.line_first", "evidence.char_from", "field")
_SIGNATURE_DOTS = " \t\r.…*\\"
_ROLE = re.compile(r"\((?:ผู้รับผิดชอบ[^()]*|[.…\s]*)\)")
# a line shorter than this was not broken at the width of the page
_FULL_LINE = 60
_PARAGRAPH_MARK = re.compile(r"^[☐❑□•]\s*")


@dataclass
class Parsed:
    """Readings of one copy, the places they were read from, and what says that the copy was cut."""

    readings: list[Reading] = field(default_factory=list)
    consumed: set[tuple[int, int]] = field(default_factory=set)
    is_closed: bool = False
    is_truncated: bool = False


def parse_copy(text: CopyText, copy_id: str, form: Form) -> Parsed:
    """Read one copy. Never raises on any text: what cannot be read is a problem on its reading or an unread line."""
    parsed = Parsed()
    last_rows_complete = True
    blocks = _merged(text.blocks)
    has_lost = LOST in "".join([s.text for block in blocks for s in block.segments])
    sections = {block.section.id for block in blocks if block.section is not None}
    for block in blocks:
        assert block.section is not None
        reads = block.section.reads
        if reads == "labels":
            _read_labels(block, copy_id, form, parsed)
        elif reads == "signature":
            _read_signature(block, copy_id, form, parsed)
        elif reads == "paragraphs":
            _read_paragraphs(block, copy_id, form, parsed)
        elif reads == "bullets":
            _read_bullets(block, copy_id, form, parsed)
        elif reads == "reports":
            rows = read_reports(block.passage, copy_id)
            parsed.readings.extend(rows.readings)
            parsed.consumed |= rows.consumed
            last_rows_complete = rows.is_complete
    if not any(r.field == "project_code" for r in parsed.readings):
        _read_lost_code(blocks, copy_id, parsed)
    if has_lost:
        parsed.readings = [_with_losses(r, form) for r in parsed.readings]
    parsed.is_closed = any(s.reads == "signature" and s.id in sections for s in form.sections)
    has_reports = any(s.reads == "reports" and s.id in sections for s in form.sections)
    is_complete = has_reports and last_rows_complete and not text.is_cut
    parsed.is_truncated = not parsed.is_closed and not is_complete
    return parsed


def _read_lost_code(blocks: Iterable[Block], copy_id: str, parsed: Parsed) -> None:
    """The code of a copy whose label for it cannot be recognised."""
    head = (s for b in blocks if b.section is not None and b.section.id == _HEAD for s in b.segments)
    reading = code_without_label((s for s in head if s.place not in parsed.consumed), copy_id)
    if reading is not None:
        parsed.readings.append(reading)
        parsed.consumed.add((reading.evidence.page, reading.evidence.line_first))


def _with_losses(reading: Reading, form: Form) -> Reading:
    """No code, number or date is read across characters that were lost; a text keeps their marks and is not sound."""
    raw = reading.evidence.raw
    is_whole = reading.field == "reports" or ".title" in reading.field  # what stands elsewhere in the same text
    if LOST not in raw or is_whole or reading.problem:
        return reading
    if reading.field.endswith("].seq") and not _LOST_DIGIT.search(raw):  # only its label lost letters
        return reading
    if reading.field.endswith(("_no", ".dimension")) and _NUMBER_FIRST.match(raw):  # the text behind it lost letters
        return reading
    is_typed = form.field_of(reading.field).policy in ("typed", "identity")
    problem = f"{raw!r} holds a character that was lost before the file came; expected it as printed on the form"
    return reading._replace(value=None if is_typed or not reading.value else reading.value, problem=problem)


def _merged(blocks: Sequence[Block]) -> list[Block]:
    """One block for each section: an unknown heading inside a section does not begin its lists and rows anew."""
    found: dict[str, Block] = {}
    for block in blocks:
        if block.section is None:
            continue
        before = found.get(block.section.id)
        if before is None:
            found[block.section.id] = block
        else:
            again = [s._replace(gap=PAGE_BREAK) if n == 0 else s for n, s in enumerate(block.segments)]
            found[block.section.id] = Block(block.section, (*before.segments, *again))
    return list(found.values())


def mark_cut(readings: Iterable[Reading], is_truncated: bool, *, keep_values: bool = False) -> tuple[Reading, ...]:
    """The readings in printed order; in a truncated copy the ones that end last are cut off: they are no reading.

    A status that is the last thing printed may go on behind the colon it ends at. `keep_values`: what they would say
    stays with them, for a copy that only others show to be cut.
    """
    ordered = sorted(readings, key=_PRINTED_ORDER)
    if not is_truncated or not ordered:
        return tuple(ordered)

    def end(r: Reading) -> tuple[int, int, int]:
        wraps = r.evidence.line_last < r.evidence.line_first  # over a page break the last line's number starts again
        return r.evidence.page + wraps, r.evidence.line_last, r.evidence.char_to

    last = max(end(r) for r in ordered)
    before = max((end(r) for r in ordered if r.field != "reports"), default=last)
    cut_wholes = {r.field for r in ordered if end(r) == last}

    def is_cut(r: Reading) -> bool:
        base, _, part = r.field.partition(".")
        may_go_on = base in cut_wholes and part in ("phone", "unit")  # an extension, the rest of น.ส.
        return end(r) == last or may_go_on or (end(r) == before and part == "status_text")

    return tuple(r._replace(value=r.value if keep_values else None, is_cut=True) if is_cut(r) else r for r in ordered)


# ---------------------------------------------------------------- label : value


class _Line(NamedTuple):
    """A line of labels and values by itself: (field, where, value, problem), and the lists it begins.

    `begins`: with a label that counts in this section. `is_open`: its last words may be a label's beginning.
    """

    begins: bool
    is_open: bool
    holds_label: bool
    values: tuple[tuple[str, OnLine, str | None, str | None], ...]
    lists: tuple[tuple[str, int], ...]


def _read_labels(block: Block, copy_id: str, form: Form, parsed: Parsed) -> None:
    """Every label of the block with its value. A line that begins with a label goes on until the next such line."""
    assert block.section is not None
    segments = block.segments
    line_of = _lines_of(block.section.id, form)
    lines = [line_of(segment.text) for segment in segments]
    seen: dict[str, int] = {}
    begin, count = 0, len(lines)
    while begin < count:
        line, end = lines[begin], begin + 1
        while end < count and (lines[end - 1].is_open or not lines[end].begins):
            end += 1
        if end > begin + 1 or not line.holds_label or any(base in seen for base, _ in line.lists):
            readings, consumed = _read_passage(Passage(segments[begin:end]), block.section.id, form, seen)
            parsed.consumed |= consumed
            parsed.readings.extend(r._replace(copy_id=copy_id) for r in readings)
        else:
            place = segments[begin][:3]
            parsed.consumed.add(place[:2])
            parsed.readings += [
                reading_on_line(copy_id, name, None, place, printed, value, problem)
                for name, printed, value, problem in line.values
            ]
            seen.update(line.lists)
        begin = end


@lru_cache(maxsize=64)
def _lines_of(section: str, form: Form) -> Callable[[str], _Line]:
    """What a line holds by itself in a section, by its text; many lines are printed by many copies and forms."""
    labels = labels_of(form)

    @lru_cache(maxsize=65536)
    def line_of(text: str) -> _Line:
        seen: dict[str, int] = {}
        line = text.rstrip()
        hits = labels.of_line(line)
        counts = hits and (hits[0].has_colon or hits[0].entry.section == section)
        readings, consumed = _read_passage(Passage([Segment(0, 0, 0, line)]), section, form, seen)
        return _Line(
            begins=bool(counts) and is_item_mark(line[: hits[0].start]),
            is_open=labels.open_tail(line) is not None,
            holds_label=bool(consumed),
            values=tuple((r.field, r.evidence[3:6], r.value, r.problem) for r in readings),
            lists=tuple(seen.items()),
        )

    return line_of


def _read_passage(
    passage: Passage, section: str, form: Form, seen: dict[str, int]
) -> tuple[list[Reading], set[tuple[int, int]]]:
    """Readings of the labels in a passage, and the places they were read from; `seen` counts lists that go on."""
    names = labels_of(form).names
    hits = find_labels(passage, section, form)
    readings: list[Reading] = []
    consumed: set[tuple[int, int]] = set()
    for n, hit in enumerate(hits):
        end = _before_mark(passage, hits[n + 1].start) if n + 1 < len(hits) else len(passage.raw)
        end = max(end, hit.value)
        start, stop = _value_span(passage, hit, names[id(hit.entry)], end)
        stop = _without_dots(passage.raw, start, stop)
        consumed |= passage.places(hit.start, stop if stop > start else hit.value)
        readings.extend(_entry_readings(passage, names[id(hit.entry)], start, stop, hit, "", seen))
    return readings, consumed


def _before_mark(passage: Passage, start: int) -> int:
    """Where the text before a label ends: a list mark or a sign between two fields is not part of it."""
    line = passage.line_start(start)
    if is_item_mark(passage.raw[line:start]):
        return line
    between = _BETWEEN_FIELDS.search(passage.raw, line, start)
    return between.start() if between else start


def _read_signature(block: Block, copy_id: str, form: Form, parsed: Parsed) -> None:
    """The certification: dots, or who signed; the role in parentheses is the form's."""
    passage = block.passage
    names = labels_of(form).names
    hits = find_signature(passage, form)
    parsed.consumed |= {s[:2] for s in block.segments if not _ROLE.sub("", s.text).strip(_SIGNATURE_DOTS)}
    for n, hit in enumerate(hits):
        end = hits[n + 1].start if n + 1 < len(hits) else len(passage.raw)
        line_end = passage.raw.find("\n", hit.value, end)
        stop = line_end if line_end >= 0 else end
        parsed.consumed |= passage.places(hit.start, max(stop, hit.value))
        parsed.readings.extend(_entry_readings(passage, names[id(hit.entry)], hit.value, stop, hit, copy_id, {}))


def _value_span(passage: Passage, hit: Hit, names: Names, end: int) -> tuple[int, int]:
    """Where the value of a label stands: up to the next label, a blank line, or a line that must be something else."""
    raw = passage.raw
    start = _LEAD.match(raw, hit.value, end).end()  # type: ignore[union-attr]  # it matches the empty text too
    if hit.entry.parser != "baht" and (dash := _DASH.match(raw, start, end)):
        start = dash.end()
    line_end = raw.find("\n", start, end)
    if line_end < 0:
        return start, end
    if hit.entry.parser in SINGLE_LINE:  # a number can be broken over the line end; other lines are not its
        whole = values_of(hit.entry.parser, names, raw[start:end])
        return (start, end) if whole and whole[0].problem is None else (start, line_end)
    first = passage.segment_at(start)
    is_listed = bullet_length(raw[passage.line_start(hit.start) : hit.start]) > 0
    stop = line_end
    for n in range(first + 1, len(passage.segments)):
        begin, segment, above = passage.starts[n], passage.segments[n], passage.segments[n - 1]
        if begin >= end or (segment.gap == BLANK and not (hit.entry.is_repeated and is_item_start(segment.text))):
            break
        is_cut_label = is_listed and bullet_length(segment.text) > 0  # each label has a mark; this one is not whole
        if start < stop and (is_cut_label or _MARK_ALONE.fullmatch(segment.text)):
            break
        # a line `words : …` after the end of a value is a label the form does not have; within a wrapped one it is text
        is_apart: object = segment.gap or len(above.text) < _FULL_LINE
        is_apart = is_apart or has_dotted_label(segment.text) or _LONE_LABEL.match(segment.text)
        is_english = hit.entry.parser == "strategy_issue" and _ENGLISH_AFTER.search(segment.text)
        if is_apart and not is_english and looks_like_label(raw[begin : min(end, begin + len(segment.text))]):
            break
        stop = min(end, begin + len(segment.text))
    return start, stop


def _without_dots(raw: str, start: int, stop: int) -> int:
    """Where a value ends that is printed on a dotted line."""
    dots = _DOTTED_LINE.search(raw, start, stop) if raw[start:stop].rstrip()[-1:] in ("…", ".", "_") else None
    return dots.start() if dots and dots.start() > start else stop


def _entry_readings(
    passage: Passage, names: Names, start: int, stop: int, hit: Hit, copy_id: str, seen: dict[str, int]
) -> Iterator[Reading]:
    whole = passage.evidence(start, stop) or passage.evidence(hit.start, hit.value)
    if whole is None:
        return
    entry, base = hit.entry, names[0]
    offset = seen.get(base, 0)
    position = start  # the parts of a value stand in their order; the same words can stand there twice
    for value in values_of(entry.parser, names, passage.raw[start:stop]):
        address = value.field
        if entry.is_repeated and entry.fields[0].is_list:  # a second ตัวชี้วัด line continues the list
            address = _shifted(address, base, offset)
            seen[base] = max(seen.get(base, 0), _ordinal(address, base))
        evidence = whole
        if value.part and (found := _find(passage.raw, value.part, position, stop)):
            position = found[1]
            evidence = passage.evidence(*found) or whole
        yield Reading(copy_id, address, None, evidence, value.value, value.problem)


def _find(raw: str, part: str, start: int, stop: int) -> tuple[int, int] | None:
    """Where a part of a value stands; a part that was broken over lines is found by its letters."""
    at = raw.find(part, start, stop)
    if at >= 0 and "\n" not in raw[start:stop]:
        return at, at + len(part)
    kept = [n for n in range(start, stop) if not raw[n].isspace()]
    bare = "".join(part.split())
    at = "".join(raw[n] for n in kept).find(bare)
    return (kept[at], kept[at + len(bare) - 1] + 1) if at >= 0 and bare else None


def _ordinal(address: str, base: str) -> int:
    return int(address[len(base) + 1 :].split("]")[0])


def _shifted(address: str, base: str, offset: int) -> str:
    return f"{base}[{_ordinal(address, base) + offset}]{address[len(base) + 1 :].split(']', 1)[1]}"


# ---------------------------------------------------------------- free text


def _read_paragraphs(block: Block, copy_id: str, form: Form, parsed: Parsed) -> None:
    """The rationale: one reading over all its lines; blank lines part paragraphs, wraps do not."""
    assert block.section is not None
    parsed.consumed |= {s[:2] for s in block.segments}
    passage = block.passage
    evidence = passage.evidence(0, len(passage.raw))
    if evidence is None:
        return
    groups: list[list[str]] = [[]]
    for segment in block.segments:
        if groups[-1] and (segment.gap or _PARAGRAPH_MARK.match(segment.text.lstrip())):
            groups.append([])
        groups[-1].append(segment.text)
    paragraphs = [_PARAGRAPH_MARK.sub("", join_wraps("\n".join(g))) for g in groups if g]
    text = "\n".join(p for p in paragraphs if p)
    name = form.entries_of(block.section.id)[0].fields[0].field
    parsed.readings.append(Reading(copy_id, name, None, evidence, None if is_placeholder(text) else text))


def _read_bullets(block: Block, copy_id: str, form: Form, parsed: Parsed) -> None:
    """Objectives and targets: one reading per list item; lines without a mark continue the item above."""
    assert block.section is not None
    base = form.entries_of(block.section.id)[0].fields[0].field
    parsed.consumed |= {s[:2] for s in block.segments}
    usual = usual_items(block.segments)
    if usual is not None:
        for ordinal, (segment, (printed, value)) in enumerate(zip(block.segments, usual, strict=True), start=1):
            parsed.readings.append(reading_on_line(copy_id, f"{base}[{ordinal}]", None, segment[:3], printed, value))
        return
    ordinal = 0
    for segments in items_of(block.segments):
        if len(segments) == 1:
            page, number, offset, text, _ = segments[0]
            start, raw, value = item_text(text)
            start += offset
            evidence = Evidence(page, number, number, start, start + len(raw), raw) if raw else None
        else:
            passage = Passage(segments)
            evidence = passage.evidence(0, len(passage.raw))
            value = join_wraps(passage.raw)
        if evidence is None or is_placeholder(value):
            continue
        ordinal += 1
        parsed.readings.append(Reading(copy_id, f"{base}[{ordinal}]", None, evidence, value))
