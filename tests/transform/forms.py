"""Hand-made copies of invented forms: what each copy prints, address by address, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from transform.candidates import reading_key
from transform.form import load_form
from transform.night import FileReading, reconcile_night
from transform.reconcile import Context, reconcile
from transform.records import Decision, Delivery, Evidence, FileOutcome, FormCopy, LineCount, Night, Reading
from transform.registers import AgencyCode, Contact, Correction, Registers
from transform.rules import count_corpus

FORM = load_form()
NIGHT = date(2026, 1, 5)
CODE = "50390000-9001"
REGISTERS = Registers(
    agency_codes=(AgencyCode("5039", "สำนักงานเขตวัฒนา", "VERIFIED"), AgencyCode("5036", "สำนักงานเขตจอมทอง", "VERIFIED")),
    departments=("สำนักการศึกษา", "สำนักการโยธา"),
    status_words={"reports.plan_status": ("เป็นไปตามแผน",)},
    contacts=(Contact("coordinator", "สมหมาย ใจงาม", "a@kaona.invalid"),),
)
REPORT = {"date": "2019-10-25", "status_text": "เริ่มงาน", "progress_pct": "10.00", "disbursed_baht": "0.00"}


@dataclass(frozen=True)
class Bad:
    """A printed text that is no well-formed value."""

    raw: str


@dataclass(frozen=True)
class Lost:
    """A text that lost letters before the file came."""

    raw: str


@dataclass(frozen=True)
class Cut:
    """A text that the end of the copy cut off."""

    raw: str


Printed = Mapping[str, str | Bad | Lost | Cut | None]
PLAIN: Printed = {
    "project_code": CODE,
    "project_name": "พัฒนาห้องสมุดชุมชน",
    "fiscal_year_be": "2563",
    "start_date": "2019-10-01",
    "end_date": "2020-09-30",
    "budget_received": "180000.00",
    "budget_spent": "0.00",
    "agency_path[1]": "สำนักงานเขตวัฒนา",
    "agency_path[2]": "ฝ่ายการศึกษา",
    "rationale": "เพราะชุมชนต้องการที่อ่านหนังสือ",
    "targets[1]": "เด็กในชุมชน 40 คน เข้าใช้ห้องสมุด",
    "reports[1].seq": "1",
    **{f"reports[1].{part}": value for part, value in REPORT.items()},
}


def reports(*rows: tuple[str, Mapping[str, str]]) -> dict[str, str]:
    """The addresses of section 2 from (row key, parts)."""
    found: dict[str, str] = {}
    for key, parts in rows:
        found[f"reports[{key}].seq"] = key.split("#")[0]
        found |= {f"reports[{key}].{part}": value for part, value in parts.items()}
    return found


def printed_copy(
    printed: Printed, ordinal: int = 1, *, sha: str = "a" * 64, uri: str | None = None, media_type: str = "text/plain",
    is_truncated: bool = False, is_closed: bool = True, night: date = NIGHT, project_code: str | None = "as printed",
    doubts: Mapping[str, str] | str | None = None,
) -> FormCopy:  # fmt: skip
    """One copy that prints these values, one to a line, in this order; `doubts`: of every value, or by address."""
    copy_id = f"{sha[:16]}-{ordinal}"
    readings = []
    rows: list[str] = []
    for line, (address, value) in enumerate(printed.items(), start=1):
        text = value.raw if isinstance(value, Bad | Lost | Cut) else value
        evidence = Evidence(1, line, line, 0, len(text or "-"), text or "-")
        seq = int(address[8:].split("]")[0].split("#")[0]) if address.startswith("reports[") else None
        plain = None if isinstance(value, Bad | Cut) else text
        problem = f"{text!r} is no value" if isinstance(value, Bad | Lost) else None
        readings.append(Reading(copy_id, address, seq, evidence, plain, problem, isinstance(value, Cut)))
        if address.endswith("].seq"):
            rows.append(address[8:-5])
    if rows:
        place = Evidence(1, 900, 901, 0, 9, "rows")
        readings.append(
            Reading(copy_id, "reports", None, place, None if is_truncated else ",".join(rows), None, is_truncated)
        )
    code = printed.get("project_code")
    return FormCopy(
        copy_id, sha, uri or f"inbox/{sha[:4]}.txt", media_type, night, ordinal, 1, 1, 1, 999,
        code if isinstance(code, str) else None,
        (code if isinstance(code, str) else None) if project_code == "as printed" else project_code,
        None, is_truncated, is_closed, tuple(r._replace(doubt=_doubt_at(r.field, doubts)) for r in readings),
    )  # fmt: skip


def _doubt_at(address: str, doubts: Mapping[str, str] | str | None) -> str | None:
    return doubts.get(address) if isinstance(doubts, Mapping) else doubts


def file_of(copies: Sequence[FormCopy], uri: str | None = None) -> FileReading:
    """A file that holds these copies."""
    first = copies[0]
    outcome = FileOutcome(
        first.source_sha256, uri or first.uri, first.night, first.media_type, 1, 1, "utf-8", "1", "read", None, None,
        LineCount(1, 0, 0), (),
    )  # fmt: skip
    return FileReading(outcome, tuple(copies))


def sha(n: int) -> str:
    """The hash of an invented file."""
    return f"{n:016x}" * 4


def copies_of(*printed: Printed) -> list[FormCopy]:
    """Copies of one dump that print these forms, one after the other."""
    return [printed_copy(p, n) for n, p in enumerate(printed, start=1)]


def context(registers: Registers = REGISTERS, others: Sequence[tuple[str, str, str]] = ()) -> Context:
    """Registers, and what other projects print: (project code, field address, text)."""
    rows = [(code, address, reading_key(_reading(text))) for code, address, text in others]
    return Context(FORM, registers, count_corpus(rows))


def _reading(text: str) -> Reading:
    return Reading("x", "x", None, Evidence(1, 1, 1, 0, 1, text), text)


def decided(*printed: Printed, given: Context | None = None) -> dict[str, Decision]:
    """The decisions on copies that print these forms, by address."""
    return by_address(reconcile(copies_of(*printed), given or context()))


def by_address(delivery: Delivery) -> dict[str, Decision]:
    return {d.field: d for d in delivery.decisions}


def between(address: str, *values: str | Bad | Lost | Cut | None, given: Context | None = None) -> Decision:
    """The decision on one address when the copies print these values there, and the same everywhere else."""
    base = {k: v for k, v in PLAIN.items() if k != address}
    return decided(*({**base, address: value} for value in values), given=given)[address]


def night_of(*files: FileReading, registers: Registers = REGISTERS) -> Night:
    return reconcile_night(NIGHT, files, registers, FORM)


def correction(address: str, printed: str, right: str) -> Registers:
    """The registers with one reviewed correction."""
    line = Correction(CODE, address, printed, right, "ตรวจกับต้นฉบับ", "ผู้ตรวจ", "2026-01-05")
    return Registers(REGISTERS.agency_codes, REGISTERS.departments, REGISTERS.status_words, (line,), REGISTERS.contacts)


def told(decision: Decision) -> tuple[str | None, str, str]:
    return decision.value, decision.rule, decision.confidence


def conflicts(decisions: dict[str, Decision]) -> set[str]:
    return {address for address, d in decisions.items() if d.is_conflict}
