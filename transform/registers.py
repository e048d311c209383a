"""Registers: what is known besides the forms. Values only; the files under data/reference are read by the flows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from transform import register_files
from transform.correction_lines import refuse_contradictions
from transform.dates import parse_date
from transform.refused_lines import Refused
from transform.register_files import Row, read_lines, read_rows, read_usable
from transform.thai import squash
from transform.values import code

# where corrections stand, as findings name it
CORRECTIONS_FILE = "data/reference/corrections.csv"


@dataclass(frozen=True, slots=True)
class AgencyCode:
    """First four digits of project codes and the agency they stand for; `status` VERIFIED, INFERRED or GUESS."""

    prefix: str
    agency: str
    status: str


@dataclass(frozen=True, slots=True)
class Correction:
    """A reviewed correction: for this project and field, where `printed` is read, `right` is meant.

    With a copy's id in place of the project, and the field project_code: this very copy is of the project `right`.
    `line` is where it stands in data/reference/corrections.csv.
    """

    project_code: str
    field: str
    printed: str
    right: str
    reason: str
    who: str
    when: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Contact:
    """Where mail goes: `kind` is coordinator, agency, default (what no other line covers) or head (the summary)."""

    kind: str
    name: str
    email: str
    line: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Mute:
    """Findings that are known and need not be told until a day: one finding, or those of a rule, perhaps of a project.

    `project_code`: also the beginning of codes, as `5039`.
    """

    line: int
    finding_id: str | None
    rule: str | None
    project_code: str | None
    until: date
    reason: str
    who: str
    when: date | None


@dataclass(frozen=True, slots=True)
class Division:
    """A section of a district office or a division of a department; `kind` is district or department."""

    name: str
    kind: str
    basis: str


@dataclass(frozen=True, slots=True)
class Strategy:
    """A text of the city's plan: its period (`2561-2565`), number (`7.2`) and level (issue, sub_issue or goal)."""

    plan_period: str
    number: str
    level: str
    text: str
    text_en: str
    basis: str


@dataclass(frozen=True, slots=True)
class Confusion:
    """Letters that scans and typing confuse, whichever way round; `kind` is harmless or likely_misprint.

    Either side may be several letters, `right` also none: a mark that is lost or too many. They only classify a
    difference (transform/confusions.py) and rewrite nothing.
    """

    left: str
    right: str
    kind: str


@dataclass(frozen=True)
class Registers:
    """All registers of one night. Empty registers are allowed: the rules that need them then decide nothing."""

    agency_codes: tuple[AgencyCode, ...] = ()
    departments: tuple[str, ...] = ()
    status_words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # field → known words
    corrections: tuple[Correction, ...] = ()
    contacts: tuple[Contact, ...] = ()
    people: tuple[str, ...] = ()
    divisions: tuple[Division, ...] = ()
    strategies: tuple[Strategy, ...] = ()
    confusions: tuple[Confusion, ...] = ()
    # learned from the forms: code prefix → agency as printed → projects of nights before this one
    learned_agencies: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    refused_corrections: tuple[Refused, ...] = ()
    mutes: tuple[Mute, ...] = ()
    # why lines of contacts.csv and mutes.csv cannot be used; they take part in no fact
    faults: tuple[str, ...] = ()

    @cached_property
    def agencies(self) -> tuple[str, ...]:
        """Every known agency name as a comparing key, longest first."""
        return _longest_first({squash(a.agency) for a in self.agency_codes} | self.department_keys)

    @cached_property
    def department_keys(self) -> frozenset[str]:
        """Known departments as comparing keys."""
        return frozenset(squash(d) for d in self.departments)

    @cached_property
    def division_keys(self) -> frozenset[str]:
        """Known divisions and sections as comparing keys; a guess is no knowledge."""
        return frozenset(squash(d.name) for d in self.divisions if d.basis != "GUESS")

    @cached_property
    def sections(self) -> tuple[str, ...]:
        """Sections of district offices (ฝ่าย…) as comparing keys, longest first: those that texts speak of."""
        return _longest_first(
            squash(d.name)
            for d in self.divisions
            if d.kind == "district" and d.basis != "GUESS" and d.name.startswith("ฝ่าย")
        )

    @cached_property
    def status_keys(self) -> Mapping[str, frozenset[str]]:
        """Known status words of each field as comparing keys."""
        return {name: frozenset(squash(w) for w in words) for name, words in self.status_words.items()}

    @cached_property
    def coordinator_keys(self) -> frozenset[str]:
        """Coordinators with an address for their mail, as comparing keys."""
        return frozenset(squash(c.name) for c in self.contacts if c.kind == "coordinator")

    @cached_property
    def people_keys(self) -> frozenset[str]:
        """Known people (contacts of coordinators and listed names) as comparing keys."""
        return self.coordinator_keys | {squash(p) for p in self.people}

    @cached_property
    def confusion_kinds(self) -> Mapping[tuple[str, str], str]:
        """What each standing confusion makes of a difference, by its two sides as comparing keys, both ways round."""
        found: dict[tuple[str, str], str] = {}
        for confusion in self.confusions:
            left, right = squash(confusion.left), squash(confusion.right)
            found[left, right] = found[right, left] = confusion.kind
        return found

    @cached_property
    def assigned_copies(self) -> Mapping[str, str]:
        """Copies that a reviewed line places: copy id → project code."""
        return {c.project_code: code(c.right) or "" for c in self.corrections if c.field == "project_code"}

    @cached_property
    def corrections_by_place(self) -> Mapping[tuple[str, str], tuple[Correction, ...]]:
        """Corrections by (project code, field address), in the order of the file."""
        found: dict[tuple[str, str], tuple[Correction, ...]] = {}
        for c in self.corrections:
            found[c.project_code, c.field] = (*found.get((c.project_code, c.field), ()), c)
        return found


def read_registers(files: Mapping[str, str]) -> Registers:
    """Build the registers from the texts under data/reference, by file name; a missing file is an empty register.

    Raises ValueError naming file, line and what was expected when a row is not well-formed. Lines of contacts.csv and
    mutes.csv that cannot be used are set aside in `faults`: they decide nothing, and must not stop a night.
    """
    contacts, no_contacts = read_usable(files, register_files.CONTACTS)
    contacts, second_contacts = _one_each(contacts)
    mutes, no_mutes = read_usable(files, register_files.MUTES)
    status: dict[str, tuple[str, ...]] = {}
    for row in read_rows(files, register_files.STATUS_WORDS):
        status[row["field"]] = (*status.get(row["field"], ()), row["word"])
    return Registers(
        agency_codes=tuple(
            AgencyCode(row["prefix"], row["agency"], row["status"])
            for row in read_rows(files, register_files.AGENCY_CODES)
        ),
        departments=tuple(row["name"] for row in read_rows(files, register_files.DEPARTMENTS)),
        status_words=status,
        corrections=_corrections(files),
        contacts=tuple(Contact(row["kind"], row["name"], row["email"], line) for line, row in contacts),
        mutes=tuple(_mute_of(line, row) for line, row in mutes),
        faults=(*no_contacts, *second_contacts, *no_mutes),
        people=tuple(row["name"] for row in read_rows(files, register_files.PEOPLE) if row["basis"] != "GUESS"),
        divisions=tuple(
            Division(row["name"], row["kind"], row["basis"]) for row in read_rows(files, register_files.DIVISIONS)
        ),
        strategies=tuple(_strategy(row) for row in read_rows(files, register_files.STRATEGIES)),
        confusions=tuple(
            Confusion(row["from"], row["to"], row["kind"]) for row in read_rows(files, register_files.CONFUSIONS)
        ),
    )


def _one_each(contacts: Sequence[tuple[int, Row]]) -> tuple[list[tuple[int, Row]], list[str]]:
    """The lines that say where mails go, and why others do not: a coordinator has one address, the first one."""
    first: dict[tuple[str, str], int] = {}
    used, faults = [], []
    for line, row in contacts:
        if row["kind"] in ("coordinator", "agency"):
            one = first.setdefault((row["kind"], squash(row["name"])), line)
            if one != line:
                faults.append(
                    f"data/reference/contacts.csv line {line}: line {one} names an address for them already; "
                    "expected one for each; keep one of the lines, the first is used until then"
                )
                continue
        used.append((line, row))
    return used, faults


def _mute_of(line: int, row: Row) -> Mute:
    until, when = parse_date(row["until"]), parse_date(row["when"])
    assert until is not None  # checked with the line
    what = row["finding_id"] or None, row["rule"] or None, row["project_code"] or None
    return Mute(line, *what, until, row["reason"], row["who"], when)


def _strategy(row: Row) -> Strategy:
    return Strategy(**{name: row[name] for name in register_files.STRATEGIES.columns})


def _corrections(files: Mapping[str, str]) -> tuple[Correction, ...]:
    """Corrections in the order of the file; a line that says the same again is one correction."""
    found: dict[tuple[str, str, str], Correction] = {}
    lines = list(read_lines(files, register_files.CORRECTIONS))
    refuse_contradictions(lines, register_files.CORRECTIONS.name)
    for line, row in lines:
        correction = Correction(**row, line=line)
        found.setdefault((correction.project_code, correction.field, squash(correction.printed)), correction)
    return tuple(found.values())


def _longest_first(keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(keys), key=lambda key: (-len(key), key)))
