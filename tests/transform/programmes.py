"""Forms of one programme in several districts, their copies, and what earlier nights know of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tests.transform.forms import PLAIN, REGISTERS, REPORT, printed_copy, reports, sha
from transform.identity import recognise
from transform.known_projects import Known, KnownProject, heads_of
from transform.marks import marks_of
from transform.records import FormCopy
from transform.registers import Registers
from transform.sightings import details_of

NAME, DISTRICT, BEFORE = "พัฒนาคุณภาพเครือข่ายห้องสมุดชุมชน", "สำนักงานเขตวัฒนา", "2026-01-04"


def form(code: Any, **changes: Any) -> dict[str, Any]:
    """A form of the programme; keywords: name, district, year, start, budget, first (date of report 1); None for none."""
    printed = {
        **PLAIN, "project_code": code, "project_name": changes.get("name", NAME), "agency_path[1]": changes.get("district", DISTRICT),
        "fiscal_year_be": changes.get("year", "2563"), "budget_received": changes.get("budget", "180000.00"),
        "start_date": changes.get("start", "2019-10-01"),
    }  # fmt: skip
    printed |= reports(("1", REPORT | {"date": changes.get("first", "2019-10-25")}))
    return {k: v for k, v in printed.items() if v is not None}


def cut(code: Any, **changes: Any) -> dict[str, Any]:
    """What is left of a form that ends after its agency."""
    whole = form(code, **changes)
    return {k: v for k, v in whole.items() if k in ("project_code", "project_name", "fiscal_year_be", "agency_path[1]")}


def copies(*forms: Mapping[str, Any], file: int = 1, **more: Any) -> list[FormCopy]:
    """The forms as copies of one file."""
    return [copy_of(f, n, file, **more) for n, f in enumerate(forms, start=1)]


def copy_of(printed: Mapping[str, Any], ordinal: int, file: int, **more: Any) -> FormCopy:
    """One copy of a file, with what stands where its code should."""
    copy = printed_copy(printed, ordinal, sha=sha(file), uri=f"inbox/{file}.txt", **more)
    return replace(copy, printed_code=next((r.evidence.raw for r in copy.readings if r.field == "project_code"), None))


def known_of(*forms: Mapping[str, Any], others: Sequence[str] = (), agencies: Mapping[str, Any] | None = None) -> Known:
    """What the night before knows: the projects of these forms, and the codes of `others` beside them."""
    projects = {}
    for copy in copies(*forms, file=99):
        projects[copy.printed_code or ""] = KnownProject(marks_of(copy), BEFORE, details_of(copy))
    heads = Counter(head for code in (*projects, *others) for head in heads_of(code))
    return Known(projects, agencies or {}, heads)


def recognised(
    found: Sequence[FormCopy], known: Known | None = None, registers: Registers = REGISTERS
) -> list[str | None]:
    """The projects of the copies, in the order given."""
    by_id = {c.copy_id: c for c in recognise(found, registers, known)}
    return [by_id[c.copy_id].project_code for c in found]


def notes(found: Sequence[FormCopy], known: Known | None = None, registers: Registers = REGISTERS) -> list[str]:
    """Why the copies are of the project they are of, "" where it is their printed code."""
    by_id = {c.copy_id: c for c in recognise(found, registers, known)}
    return [by_id[c.copy_id].identity_note or "" for c in found]
