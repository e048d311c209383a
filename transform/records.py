"""What passes between the rooms: copies, readings, decisions, projects of one night. Values only, no behaviour.

What a night holds by the million (readings, their evidence, decisions) are named tuples: they are made three times as
fast.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from transform.brief import ValuePlaces

Confidence = Literal["agreed", "resolved", "single", "contested"]
# weakest last: the class of a record is the weakest of its values
CONFIDENCE_ORDER: tuple[Confidence, ...] = ("agreed", "resolved", "single", "contested")


# Reading.doubt: the text was recognised in a picture; another PDF reader sees something else (which follows)
OCR = "ocr"
SECOND_READER = "second reader: "


def delivery_id_of(project_code: str, night: date) -> str:
    """Return the name of what a project delivers on one night: its code and the night, ISO."""
    return f"{project_code}@{night.isoformat()}"


class Evidence(NamedTuple):
    """Where a text stands: page; lines on it from 1; characters in first and last line from 0, end exclusive."""

    page: int
    line_first: int
    line_last: int
    char_from: int
    char_to: int
    raw: str

    @property
    def place(self) -> tuple[int, int, int]:
        """Sorts readings in printed order."""
        return self.page, self.line_first, self.char_from


class Reading(NamedTuple):
    """What one copy says for one field.

    `value` is canonical text (ISO date, plain decimal, repaired text), None for a placeholder or when `problem`
    says why the text is not a well-formed value; a text that lost letters has both. `is_cut`: the end of the copy cut
    it off, so it is no reading. `doubt`: why the file's own reader doubts it (transform/doubts.py), None nearly always.
    `printed_field`: the address under which its copy prints it, where another one was given to it since; else None.
    """

    copy_id: str
    field: str
    report_seq: int | None
    evidence: Evidence
    value: str | None
    problem: str | None = None
    is_cut: bool = False
    doubt: str | None = None
    printed_field: str | None = None

    def at(self, field: str) -> Reading:
        """Return the same reading under another address, or under its own again."""
        printed = self.printed_field or self.field
        return self._replace(field=field, printed_field=None if printed == field else printed)


_DOUBT = attrgetter("doubt")
# what was read on a line: from and to within the line, and the text as printed
OnLine = tuple[int, int, str]
_new = tuple.__new__  # a named tuple's own constructor spends half its time on passing arguments on


def reading_on_line(
    copy_id: str,
    field: str,
    report_seq: int | None,
    place: tuple[int, int, int],
    printed: OnLine,
    value: str | None,
    problem: str | None = None,
) -> Reading:
    """A reading that stands on one line; `place` is page, line, and the character at which the line's text begins."""
    page, line, offset = place
    start, end, raw = printed
    evidence = _new(Evidence, (page, line, line, start + offset, end + offset, raw))
    return _new(Reading, (copy_id, field, report_seq, evidence, value, problem, False, None, None))


class UnreadLine(NamedTuple):
    """A line that no field, heading or furniture accounts for."""

    page: int
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class LineCount:
    """Lines of a file by what became of them; the three add up to all lines of the file."""

    consumed: int
    furniture: int
    unread: int

    @property
    def total(self) -> int:
        """All lines of the file."""
        return self.consumed + self.furniture + self.unread


@dataclass(frozen=True, slots=True)
class FormCopy:
    """One printed copy of the form in a file, with everything read from it.

    `printed_code` is what stands there; `project_code` the project it was recognised as, None when that cannot be told.
    `is_closed`: the closing certification was printed. `identity_note` says why a copy belongs to no project, or to
    one whose code it does not print; None where the printed code is the project's. `overlooked`: typed values that
    another PDF reader sees on its pages and kaona does not, one to a line behind their page (`2 180,000`).
    `unread_pages`: numbers of its pages that are pictures of which nothing was read (`2, 3`). `print_sha`: hash of its
    printed lines without running titles; copies with the same one are one printing, delivered more than once.
    `is_cut_beside`: only the other copies of its delivery show that it is cut short; by itself it looks whole.
    """

    copy_id: str
    source_sha256: str
    uri: str
    media_type: str
    night: date
    ordinal: int
    page_first: int
    line_first: int
    page_last: int
    line_last: int
    printed_code: str | None
    project_code: str | None
    fiscal_year_be: int | None
    is_truncated: bool
    is_closed: bool
    readings: Sequence[Reading]
    identity_note: str | None = None
    overlooked: str | None = None
    unread_pages: str | None = None
    print_sha: str | None = None
    is_cut_beside: bool = False

    @property
    def witness(self) -> str:
        """Who speaks: copies printed alike to the letter are one witness, however often they are delivered."""
        return self.print_sha or self.copy_id

    @property
    def is_ocr(self) -> bool:
        """Whether text of this copy was recognised in a picture."""
        return OCR in map(_DOUBT, self.readings)

    @property
    def delivery_id(self) -> str | None:
        """Copies of one project on one night are one delivery and are reconciled together."""
        return delivery_id_of(self.project_code, self.night) if self.project_code else None


class Decision(NamedTuple):
    """The chosen value of one field of one delivery, and why.

    `readings` are the readings compared, in the order of their copies; `alternatives` the distinct values they
    hold after lossless normalisation, in the same order, as a person would write them. `is_decidable` is False where
    only the fixed order of copies chose. `grounds`: what spoke for it (transform/answers.py). In a delivery in
    brief the readings are at rest.
    """

    project_code: str
    delivery_id: str
    field: str
    report_seq: int | None
    value: str | None
    rule: str
    confidence: Confidence
    is_decidable: bool
    readings: Sequence[Reading]
    alternatives: tuple[str, ...]
    grounds: str | None = None

    @property
    def is_conflict(self) -> bool:
        """Whether the copies differ in more than spaces, digits, marks and lost units."""
        return len(self.alternatives) > 1


@dataclass(frozen=True, slots=True)
class Delivery:
    """One project on one night: its copies in their fixed order, and a decision for every field any copy prints.

    `report_addresses` are the rows of section 2 in printed order (`reports[3]`, a second row of the same number
    `reports[3#2]`). `places` stands in a delivery in brief, which has no longer all of its decisions
    (transform/brief.py).
    """

    project_code: str
    night: date
    copies: tuple[FormCopy, ...]
    decisions: tuple[Decision, ...]
    report_addresses: tuple[str, ...]
    places: ValuePlaces | None = None

    @property
    def delivery_id(self) -> str:
        """Project code and night."""
        return delivery_id_of(self.project_code, self.night)


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one source file: read or rejected, with every line accounted for."""

    source_sha256: str
    uri: str
    night: date
    media_type: str
    size: int
    pages: int | None
    encoding: str | None
    reader_version: str
    status: Literal["read", "rejected"]
    code: str | None
    reason: str | None
    lines: LineCount
    unread: tuple[UnreadLine, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Night:
    """Everything one night says: its files, its copies (also those without a project) and its reconciled deliveries."""

    night: date
    files: tuple[FileOutcome, ...]
    copies: tuple[FormCopy, ...]
    deliveries: tuple[Delivery, ...]
