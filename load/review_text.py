"""A review for people and programs: text for a terminal, lines to paste, one JSON object. Pure formatting."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from typing import Any

from load.review import Contested, CopyPlace, Review, UnsureCopy
from transform.correction_lines import TO_FILL_IN
from transform.difference_kinds import Kind
from transform.proposals import Difference, Line, Option
from transform.records import OCR, SECOND_READER, Reading

_COLUMNS = ("project_code", "field", "printed", "right", "reason", "who", "when")
_KINDS: Mapping[Kind, str] = {
    "no_value": "ไม่เป็นค่าตามรูปแบบ · no well-formed value",
    "lost_letters": "ตัวอักษรหาย (�) · letters are lost (�)",
    "picture": "อ่านจากภาพเท่านั้น · only recognised in a picture",
    "second_reader": "ตัวอ่าน PDF อีกตัวเห็นต่างออกไป · another PDF reader sees something else",
    "digits": "ตัวเลขต่างกัน · digits differ",
    "wording": "ถ้อยคำต่างกัน · other wording",
    "missing": "บางสำเนาขาดข้อความ · text that a copy lacks",
    "letters": "ตัวอักษรต่างกัน · a letter or two differ",
    "marks": "วรรณยุกต์หรือสระต่างกัน · only marks differ",
}
_HOW = (
    "✓ is used now. Paste the line under the reading that is right into data/reference/corrections.csv, fill in "
    f"reason and who (and {TO_FILL_IN} or � where it stands): an unfinished line is refused."
)


def as_csv(review: Review, day: str) -> str:
    """The ready-made lines of corrections.csv with their head; reason and who are for the person who decides."""
    return _csv([_COLUMNS, *(_cells(line, day) for line in review.lines)]).rstrip("\n")


def as_json(review: Review, day: str) -> dict[str, Any]:
    """The review as plain JSON values; every line as an object with the columns of corrections.csv."""
    return {
        "summary": {
            "values": len(review.values),
            "projects": len({v.project_code for v in review.values}),
            "copies_without_project": len(review.unplaced),
            "copies_to_confirm": len(review.joined),
        },
        "values": [_value_json(v, review.copies, day) for v in review.values],
        "copies_without_project": [_copy_json(c, day) for c in review.unplaced],
        "copies_to_confirm": [_copy_json(c, day) for c in review.joined],
    }


def as_text(review: Review, day: str) -> str:
    """The review for a terminal: what is open in one line, then each value with its readings and their lines."""
    if not (review.values or review.unplaced or review.joined):
        return "nothing to review: no value is contested, and every copy has its project"
    lines = [_summary(review), _HOW]
    agency = project = None
    for value in review.values:
        if value.agency_code != agency:
            agency = value.agency_code
            lines += ["", f"── {agency} {value.agency_name or ''}".rstrip()]
        if value.project_code != project:
            project = value.project_code
            lines += ["", f"{project}  {value.project_name or ''}".rstrip()]
        lines += [f"  {line}" for line in _value_lines(value, review.copies, day)]
    for title, copies in (
        ("copies without a project", review.unplaced),
        ("copies joined to a project, to be confirmed", review.joined),
    ):
        if copies:
            lines += ["", f"── {title}", *(line for copy in copies for line in _copy_lines(copy, day))]
    return "\n".join(lines)


def _summary(review: Review) -> str:
    counts = (
        f"{_count(len(review.values), 'contested value')} of "
        f"{_count(len({v.project_code for v in review.values}), 'project')}",
        f"{_count(len(review.unplaced), 'copy', 'copies')} without a project",
        f"{_count(len(review.joined), 'joined copy', 'joined copies')} to confirm",
    )
    return " · ".join(counts)


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _value_lines(value: Contested, copies: Mapping[str, CopyPlace], day: str) -> Iterator[str]:
    yield f"{value.field}  {value.th} · {value.en}   ({value.rule.id})"
    for difference in value.differences:
        yield f"  {_KINDS[difference.kind]}"
        for option in difference.options:
            yield from (f"  {line}" for line in _option_lines(option, copies, day))
    if not value.lines:
        yield "  no line can correct this: correct the source document, or deliver it again"


def _option_lines(option: Option, copies: Mapping[str, CopyPlace], day: str) -> Iterator[str]:
    yield f"{'✓' if option.is_used else '·'} {_one_line(option.text) or '–'}"
    for reading in option.readings:
        yield f"    {_place(copies[reading.copy_id], reading)}"
    for line in option.lines:
        yield from (f"    {row}" for row in _csv([_cells(line, day)])[:-1].split("\n"))


def _place(copy: CopyPlace, reading: Reading) -> str:
    where = reading.evidence
    lines = f"L{where.line_first}" + (f"-{where.line_last}" if where.line_last != where.line_first else "")
    remarks = [r for r in (reading.problem, _doubt(reading.doubt)) if r]
    return f"{copy.uri} copy {copy.copy_no} p.{where.page} {lines}" + "".join(f" ({r})" for r in remarks)


def _doubt(doubt: str | None) -> str | None:
    if doubt is None or doubt == OCR:
        return doubt and "recognised in a picture"
    return f"another PDF reader sees {doubt.removeprefix(SECOND_READER)}"


def _copy_lines(copy: UnsureCopy, day: str) -> Iterator[str]:
    place = copy.place
    yield ""
    said = f"prints {copy.printed_code or 'no code'}" + (f" → {copy.project_code}" if copy.project_code else "")
    yield f"{place.uri} copy {place.copy_no} p.{place.page} L{place.line}: {said}"
    if copy.why:
        yield f"  {copy.why}"
    yield from (f"    {row}" for row in _csv([_cells(line, day) for line in copy.lines])[:-1].split("\n"))


def _cells(line: Line, day: str) -> tuple[str, ...]:
    return (*line, "", "", day)


def _csv(rows: Sequence[Sequence[str]]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _one_line(text: str) -> str:
    return " ⏎ ".join(part.strip() for part in text.split("\n") if part.strip())


# ---------------------------------------------------------------- JSON


def _value_json(value: Contested, copies: Mapping[str, CopyPlace], day: str) -> dict[str, Any]:
    return {
        "project_code": value.project_code, "project_name": value.project_name, "agency_code": value.agency_code,
        "agency_name": value.agency_name, "field": value.field, "th": value.th, "en": value.en, "value": value.value,
        "rule": value.rule.id, "differences": [_difference_json(d, copies, day) for d in value.differences],
    }  # fmt: skip


def _difference_json(difference: Difference, copies: Mapping[str, CopyPlace], day: str) -> dict[str, Any]:
    options = [
        {
            "text": option.text,
            "is_used": option.is_used,
            "readings": [_reading_json(r, copies[r.copy_id]) for r in option.readings],
            "lines": [_line_json(line, day) for line in option.lines],
        }
        for option in difference.options
    ]
    return {"kind": difference.kind, "options": options}


def _reading_json(reading: Reading, copy: CopyPlace) -> dict[str, Any]:
    where = reading.evidence
    return {
        "copy_id": reading.copy_id, "uri": copy.uri, "copy_no": copy.copy_no, "page": where.page,
        "line_first": where.line_first, "line_last": where.line_last, "raw": where.raw, "value": reading.value,
        "problem": reading.problem, "doubt": reading.doubt,
    }  # fmt: skip


def _copy_json(copy: UnsureCopy, day: str) -> dict[str, Any]:
    place = copy.place
    return {
        "copy_id": place.copy_id, "uri": place.uri, "copy_no": place.copy_no, "page": place.page, "line": place.line,
        "printed_code": copy.printed_code, "project_code": copy.project_code, "why": copy.why,
        "lines": [_line_json(line, day) for line in copy.lines],
    }  # fmt: skip


def _line_json(line: Line, day: str) -> dict[str, str]:
    return dict(zip(_COLUMNS, _cells(line, day), strict=True))
