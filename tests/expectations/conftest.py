"""A small office of invented projects: forms that are in order, to be damaged one value at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from expectations import crosschecks
from expectations.findings import collect
from expectations.validate import FAILURE_COLUMNS, Validation, validate
from transform.addresses import report_of
from transform.form import load_form
from transform.records import Decision, Delivery, Evidence, FileOutcome, FormCopy, LineCount, Night, Reading
from transform.registers import AgencyCode, Confusion, Registers
from transform.tables import Earlier, build_frames, frame_of

CODE, NIGHT = "50390000-9001", date(2020, 3, 1)
REGISTERS = Registers(
    agency_codes=(
        AgencyCode("5039", "สำนักงานเขตวัฒนา", "VERIFIED"),
        AgencyCode("5005", "สำนักงานเขตปทุมวัน", "GUESS"),
        AgencyCode("5012", "สำนักงานเขตบางเขน", "VERIFIED"),
        AgencyCode("5018", "สํานักงานเขตบางกอกใหญ่", "VERIFIED"),
        AgencyCode("5019", "สำนักงานเขตบางกอกน้อย", "GUESS"),
        AgencyCode("5048", "สำนักงานเขตทวีวัฒนา", "VERIFIED"),
        AgencyCode("1000", "สำนักการโยธา", "VERIFIED"),
    ),
    status_words={"reports.plan_status": ("เป็นไปตามแผน",), "reports.target_status": ("เป็นไปตามเป้าหมาย",)},
    confusions=(
        Confusion("อ", "ธ", "likely_misprint"), Confusion("็", "๊", "likely_misprint"), Confusion("่", "", "likely_misprint"),
        Confusion("“", '"', "harmless"),
    ),
)  # fmt: skip
Frames = dict[str, pd.DataFrame]


def project(**changes: Any) -> dict[str, Any]:
    return {
        "project_code": CODE, "project_name": "โครงการตัวอย่าง", "fiscal_year_be": 2563,
        "start_date": date(2019, 10, 1), "end_date": date(2020, 9, 30),
        "budget_received_baht": Decimal("180000.00"), "budget_spent_baht": Decimal("30000.00"),
        "agency_name": "สำนักงานเขตวัฒนา", "division": "ฝ่ายการศึกษา", "section": "ฝ่ายการศึกษา",
        "responsible_name": "สมมติ ตัวอย่างดี", "responsible_unit": None, "responsible_phone": "7001",
        "coordinator_name": "ทดสอบ ระบบงาน", "coordinator_unit": None, "coordinator_phone": "1599",
        "rationale": "ข้อความตัวอย่าง", "strategy_issue_no": "7", "strategy_sub_issue_no": "7.2", "strategy_goal_no": "7.2.1",
        "agency_code": "5039", "first_seen": NIGHT, "last_seen": NIGHT, "copies": 2, "confidence": "agreed",
    } | changes  # fmt: skip


def report(number: int, order: int | None = None, **changes: Any) -> dict[str, Any]:
    return {
        "project_code": CODE, "report_no": number, "occurrence": 1, "printed_order": order or number,
        "report_date": date(2019, 10, 1) if number > 12 else date(2019 + (number + 8) // 12, (number + 8) % 12 + 1, 25),
        "status_text": "อยู่ระหว่างดำเนินการ", "progress_pct": Decimal(10 * number), "disbursed_baht": Decimal(10000 * number),
        "plan_status": "เป็นไปตามแผน", "target_status": "เป็นไปตามเป้าหมาย",
        "fiscal_year_be": 2563, "fiscal_quarter": 1, "confidence": "agreed",
    } | changes  # fmt: skip


def listed(ordinal: int, text: str, **changes: Any) -> dict[str, Any]:
    """One objective or target."""
    return {"project_code": CODE, "ordinal": ordinal, "text": text} | changes


def unread(line: int, text: str = "ข้อความแปลก", **changes: Any) -> dict[str, Any]:
    return {"source_sha256": "a" * 64, "page": 1, "line": line, "text": text} | changes


def decided(field: str, value: str | None = "ค่า", **changes: Any) -> dict[str, Any]:
    return {
        "project_code": CODE, "delivery_id": f"{CODE}@{NIGHT.isoformat()}", "field": field, "report_seq": None,
        "value": value, "rule": "agreed", "confidence": "agreed", "readings": 2, "distinct_readings": 1, "is_decidable": True,
    } | changes  # fmt: skip


def copied(ordinal: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "copy_id": f"{'a' * 16}-{ordinal}", "source_sha256": "a" * 64, "uri": "inbox/dump.txt", "night": NIGHT, "ordinal": ordinal,
        "page_first": 1, "line_first": 1 + 100 * (ordinal - 1), "page_last": 1, "line_last": 100 * ordinal,
        "printed_code": CODE, "project_code": CODE, "fiscal_year_be": 2563, "delivery_id": f"{CODE}@{NIGHT.isoformat()}",
        "is_truncated": False, "is_closed": True,
    } | changes  # fmt: skip


def build(**rows: list[dict[str, Any]]) -> Frames:
    """Frames of one project in order, with the rows of the named tables replaced."""
    tables = load_form().tables
    given: Mapping[str, list[dict[str, Any]]] = {
        "dim_project": [project()],
        "fact_progress_report": [report(1), report(2), report(3)],
        "project_indicator": [{"project_code": CODE, "ordinal": 1, "text": "ร้อยละความสำเร็จ", "dimension": 1}],
        "decision": [decided("responsible", "นายสมมติ ตัวอย่างดี"), decided("strategy.issue_name", "การบริหารจัดการ")],
        "form_copy": [copied(1), copied(2)],
        "project_objective": [listed(1, "เพื่อให้ทุกคนเข้าถึงงาน")],
        "project_target": [listed(1, "จัดงาน 3 ครั้ง")],
        "reading": [],
        "unread_line": [],
    } | rows
    return {name: frame_of(tables[name], made) for name, made in given.items()}


COPIES = {1: "dump-1.txt", 2: "dump-2.txt"}  # one copy in each file, unless a test says otherwise


def read(copy: int, field: str, value: str | None, line: int = 10, **changes: Any) -> Reading:
    row = report_of(field)
    evidence = Evidence(1, line, changes.pop("line_last", line), 0, 9, changes.pop("raw", value or "-"))
    return Reading(f"{copy}-1", field, row[0] if row else None, evidence, value, **changes)


def decide(field: str, *readings: Reading, value: str | None = None, rule: str = "agreed", **changes: Any) -> Decision:
    distinct = tuple(dict.fromkeys(r.value or "" for r in readings))
    confidence = {"agreed": "agreed", "first_complete_copy": "contested"}.get(rule, "resolved")
    chosen = value if value is not None else readings[0].value if readings else None
    made = Decision(
        CODE,
        "",
        field,
        readings[0].report_seq if readings else None,
        chosen,
        rule,
        confidence,
        True,
        readings,
        distinct,
    )
    return made._replace(**changes)


def night(decisions: Sequence[Decision] = (), day: date = NIGHT, code: str = CODE, **changes: Any) -> Night:
    """A night with one project in two copies; `decisions` come on top of those of a form in order."""
    base = {
        "project_name": "โครงการตัวอย่าง", "fiscal_year_be": "2563", "start_date": "2019-10-01", "end_date": "2020-09-30",
        "budget_received": "180000.00", "budget_spent": "30000.00", "agency_path[1]": "สำนักงานเขตวัฒนา",
        "responsible": "นายสมมติ ตัวอย่างดี โทร.7001", "responsible.name": "สมมติ ตัวอย่างดี", "responsible.phone": "7001",
        "coordinator.name": "ทดสอบ ระบบงาน", "strategy.issue_no": "7", "strategy.issue_name": "การบริหารจัดการ",
        "strategy.indicators[1]": "ร้อยละความสำเร็จ", "strategy.indicators[1].dimension": "1", "reports": "1",
        "reports[1].seq": "1", "reports[1].date": "2019-10-25", "reports[1].status_text": "อยู่ระหว่างดำเนินการ",
        "reports[1].progress_pct": "40.00", "reports[1].disbursed_baht": "30000.00",
        "reports[1].plan_status": "เป็นไปตามแผน", "reports[1].target_status": "เป็นไปตามเป้าหมาย",
    }  # fmt: skip
    standing = {
        f: decide(f, *(read(c, f, v, line) for c in COPIES)) for line, (f, v) in enumerate(base.items(), start=11)
    }
    given = {**standing, **{d.field: d for d in decisions}}
    decided_all = tuple(d._replace(project_code=code, delivery_id=f"{code}@{day}") for d in given.values())
    copies = tuple(
        FormCopy(
            f"{n}-1", str(n) * 64, f"inbox/{uri}", "text/plain", day, 1, 1, 5, 1, 99, code, code, 2563, n in changes.get("cut", ()), True,
            tuple(r for d in decided_all for r in d.readings if r.copy_id == f"{n}-1"),
        )
        for n, uri in COPIES.items()
    )  # fmt: skip
    files = tuple(
        FileOutcome(
            str(n) * 64,
            f"inbox/{uri}",
            day,
            "text/plain",
            9,
            1,
            "utf-8",
            "1",
            "read",
            None,
            None,
            LineCount(90, 9, 0),
            (),
        )
        for n, uri in COPIES.items()
    )
    delivery = Delivery(code, day, copies, decided_all, ("reports[1]",))
    return Night(day, (*files, *changes.get("files", ())), (*copies, *changes.get("copies", ())), (delivery,))


class Office:
    """The builders above, for tests (which cannot import a conftest)."""

    CODE, NIGHT, REGISTERS = CODE, NIGHT, REGISTERS
    project, report, decided, copied, build = map(staticmethod, (project, report, decided, copied, build))
    listed, unread = map(staticmethod, (listed, unread))
    read, decide, night = map(staticmethod, (read, decide, night))

    @staticmethod
    def objections(**rows: list[dict[str, Any]]) -> pd.DataFrame:
        return crosschecks.run(build(**rows), REGISTERS)

    @classmethod
    def flags(cls, **rows: list[dict[str, Any]]) -> list[str]:
        return crosschecks.flags(cls.objections(**rows)).get(CODE, [])

    @staticmethod
    def stored(night: Night, later: Night) -> Earlier:
        """What the warehouse holds after a night, of the projects that a later night touches."""
        touched = {d.project_code for d in later.deliveries}
        rows = [
            (d.project_code, pd.Timestamp(d.night), len(d.copies))
            for d in night.deliveries
            if d.project_code in touched
        ]
        decisions = build_frames(night, Earlier.nothing())["decision"]
        deliveries = pd.DataFrame(rows, columns=["project_code", "night", "copies"])
        return Earlier(decisions[decisions["project_code"].isin(touched)], deliveries)

    @staticmethod
    def findings(
        night: Night,
        previous: pd.DataFrame | None = None,
        *,
        with_columns: bool = False,
        earlier: Earlier | None = None,
        registers: Registers = REGISTERS,
    ) -> pd.DataFrame:
        """Findings of a night; Great Expectations is asked only where the failing columns matter."""
        form = load_form()
        frames = build_frames(night, earlier or Earlier.nothing())
        rows = crosschecks.run(frames, REGISTERS)
        if with_columns:
            verdict = validate(frames, rows, run_id="test")
        else:
            nothing = pd.DataFrame({name: pd.Series(dtype="str") for name in FAILURE_COLUMNS})
            verdict = Validation(frame_of(form.tables["expectation_result"], []), nothing, False, ())
        if previous is None:
            previous = frame_of(form.tables["finding"], [])
        return collect(night, frames, rows, verdict, previous, form, registers=registers)


@pytest.fixture(scope="session")
def office() -> type[Office]:
    return Office
