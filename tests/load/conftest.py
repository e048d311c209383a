"""Hand-made nights: invented projects and people, shaped as transform.night hands them over."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from load.publish import Published, publish, published_path
from load.schema import create_tables
from load.views import create_views
from load.warehouse import apply_night, earlier_state, open_work, projects_of_night, work_path
from transform.form import load_form
from transform.records import Decision, Delivery, Evidence, FileOutcome, FormCopy, LineCount, Night, Reading, UnreadLine
from transform.tables import build_frames, frame_of

CODE, OTHER = "50390000-9901", "50390000-9902"
FIRST, SECOND = date(2026, 1, 5), date(2026, 1, 6)
SHA = "a" * 64

# address → (what copy 1 prints, what copy 2 prints, chosen, rule, confidence)
Values = Mapping[str, tuple[str, str, str | None, str, str]]


def agreed(text: str) -> tuple[str, str, str, str, str]:
    return text, text, text, "agreed", "agreed"


VALUES: Values = {
    "project_name": agreed("พัฒนาห้องสมุดชุมชน"),
    "fiscal_year_be": agreed("2563"),
    "start_date": agreed("2019-10-01"),
    "end_date": agreed("2020-09-30"),
    "budget_received": agreed("180000.00"),
    "budget_spent": agreed("0.01"),
    "agency_path[1]": agreed("สำนักงานเขตวัฒนา"),
    "agency_path[2]": agreed("ฝ่ายการศึกษา"),
    "responsible.name": agreed("สมหญิง ใจงาม"),
    "responsible.title": agreed("นาง"),
    "responsible.phone": agreed("7000"),
    "coordinator.name": ("สมชาย อีระทดสอบ", "สมชาย ธีระทดสอบ", "สมชาย ธีระทดสอบ", "name_statistics", "resolved"),
    "coordinator.title": agreed("นาย"),
    "coordinator.phone": agreed("1500"),
    "rationale": agreed("ย่อหน้าแรก\nย่อหน้าสอง"),
    "objectives[1]": agreed("เพื่อพัฒนา"),
    "targets[1]": agreed("=ครบ 36 ครั้ง/ปี"),
    "targets[2]": ("ดูแลการจัด", "ดูแลจัด", "ดูแลการจัด", "first_complete_copy", "contested"),
    "strategy.issue_no": agreed("7"),
    "strategy.issue_name": agreed("การบริหารจัดการเมืองมหานคร"),
    "strategy.sub_issue_no": agreed("7.2"),
    "strategy.indicators[1]": agreed("ร้อยละความสำเร็จ"),
    "strategy.indicators[1].dimension": agreed("2"),
    "reports": ("1,2", "1,2", "1,2", "agreed", "agreed"),
    "reports[1].date": agreed("2019-10-25"),
    "reports[1].status_text": agreed("กำลังดำเนินการ"),
    "reports[1].progress_pct": agreed("10.00"),
    "reports[1].disbursed_baht": agreed("0.00"),
    "reports[2].date": agreed("2019-11-25"),
    "reports[2].status_text": agreed("กำลังดำเนินการ"),
    "reports[2].progress_pct": agreed("25.50"),
    "reports[2].disbursed_baht": agreed("9999999999999999.99"),
}


def make_project(
    values: Values, code: str, night: date, sha: str, first_ordinal: int = 1
) -> tuple[tuple[FormCopy, ...], Delivery]:
    copies = []
    decisions = []
    readings: dict[str, list[Reading]] = {}
    for ordinal in (1, 2):
        copy_id = f"{sha[:16]}-{first_ordinal + ordinal - 1}"
        own = []
        for line, (address, printed) in enumerate(values.items(), start=1):
            seq = int(address[8]) if address.startswith("reports[") else None
            place = Evidence(
                1, line, line + printed[0].count("\n"), 4, 4 + len(printed[ordinal - 1]), f" {printed[ordinal - 1]} "
            )
            reading = Reading(copy_id, address, seq, place, printed[ordinal - 1])
            own.append(reading)
            readings.setdefault(address, []).append(reading)
        copies.append(
            FormCopy(
                copy_id, sha, f"inbox/{sha[:4]}.txt", "text/plain", night, first_ordinal + ordinal - 1, 1, 1, 1, 90, code, code,
                2563, False, True, tuple(own),
            )
        )  # fmt: skip
    for address, (one, two, chosen, rule, confidence) in values.items():
        seq = int(address[8]) if address.startswith("reports[") else None
        alternatives = tuple(dict.fromkeys((one, two)))
        decisions.append(
            Decision(
                code, f"{code}@{night}", address, seq, chosen, rule, confidence, rule != "first_complete_copy",  # type: ignore[arg-type]
                tuple(readings[address]), alternatives,
            )
        )  # fmt: skip
    decisions.append(
        Decision(code, f"{code}@{night}", "project_code", None, code, "agreed", "agreed", True, (), (code,))
    )
    return tuple(copies), Delivery(code, night, tuple(copies), tuple(decisions), ("reports[1]", "reports[2]"))


def make_file(sha: str, night: date, **changes: Any) -> FileOutcome:
    unread = (UnreadLine(1, 80, "บรรทัดใหม่"),)
    outcome = FileOutcome(
        sha, f"inbox/{sha[:4]}.txt", night, "text/plain", 2048, 1, "utf-8", "1", "read", None, None, LineCount(60, 29, 1), unread,
        ("first remark", "second remark"),
    )  # fmt: skip
    return replace(outcome, **changes)


REJECTED = make_file(
    "b" * 64, FIRST, media_type="application/pdf", pages=None, encoding=None, status="rejected", code="password_protected",
    reason="inbox/bbbb.txt: the file asks for a password; export it without one", lines=LineCount(0, 0, 0), unread=(), notes=(),
)  # fmt: skip


def make_night(
    night: date, projects: Mapping[str, Values], sha: str = SHA, files: tuple[FileOutcome, ...] = ()
) -> Night:
    copies: list[FormCopy] = []
    deliveries = []
    for n, (code, values) in enumerate(projects.items()):
        made, delivery = make_project(values, code, night, sha, 1 + 2 * n)
        copies += made
        deliveries.append(delivery)
    return Night(night, (make_file(sha, night), *files), tuple(copies), tuple(deliveries))


@dataclass
class Warehouse:
    """A KAONA_HOME with its writer's connection, and what a night needs beside its frames."""

    home: Path
    con: duckdb.DuckDBPyConnection

    def load(self, night: Night, **given: Any) -> None:
        codes = {d.project_code for d in night.deliveries} | set(projects_of_night(self.con, night.night))
        frames = given.pop("frames", None) or build_frames(night, earlier_state(self.con, codes, night.night))
        tables = load_form().tables
        run = frame_of(tables["run"], [{"run_id": f"{night.night}-1", "night": night.night, "code_version": "0"}])
        result = {
            "run_id": f"{night.night}-1", "suite": "dim_project", "expectation": "not_null", "target": "project_code", "severity": "block",
            "dimension": "completeness", "is_success": True, "rows_evaluated": 1, "rows_failed": 0,
        }  # fmt: skip
        finding = {
            "finding_id": f"{CODE}-coordinator", "rule": "copies_conflict", "dimension": "consistency", "severity": "check",
            "project_code": CODE, "field": "coordinator.name", "message_th": "สำเนาต่างกัน", "message_en": "copies differ",
            "first_seen": FIRST, "last_seen": night.night, "days_open": 0, "state": "new",
        }  # fmt: skip
        rest = {
            "standing": [(f.uri, f.source_sha256) for f in night.files],
            "run": run,
            "expectation_results": frame_of(tables["expectation_result"], [result]),
            "findings": frame_of(tables["finding"], [finding]),
            "register": REGISTER,
            "registers_used": frame_of(
                tables["register"], [{"name": "departments.csv", "sha256": "0" * 64, "entries": 1}]
            ),
        } | given
        apply_night(self.con, frames, night=night.night, **rest)

    def publish(self) -> Published:
        return publish(self.con, self.home)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.con.execute(sql).fetchall()

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        return {
            t.qualified: self.rows(f"SELECT * FROM {t.qualified} ORDER BY ALL") for t in load_form().tables.values()
        }


REGISTER = pd.DataFrame(
    {"prefix": ["5039", "5005"], "agency": ["สำนักงานเขตวัฒนา", "สำนักงานเขตสมมุติ"], "status": ["VERIFIED", "GUESS"]}
)


def second_values() -> Values:
    """The second night: budget revised, report 2 restated, a target gone."""
    values = {k: v for k, v in VALUES.items() if k != "targets[2]"}
    return {**values, "budget_received": agreed("200000.00"), "reports[2].progress_pct": agreed("60.00")}


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """The work file after one and after two nights, and (2) what readers open then; made once, copied by each test."""
    homes = {}
    for nights in (1, 2):
        home = tmp_path_factory.mktemp("loaded")
        warehouse = Warehouse(home, open_work(home))
        warehouse.load(make_night(FIRST, {CODE: VALUES}, files=(REJECTED,)))
        if nights == 2:
            warehouse.load(make_night(SECOND, {CODE: second_values()}, sha="c" * 64))
            warehouse.publish()
        warehouse.con.close()
        homes[nights] = home
    return homes


def copied(home: Path, to: Path) -> Iterator[Warehouse]:
    (to / "work").mkdir()
    shutil.copy(work_path(home), work_path(to))
    warehouse = Warehouse(to, open_work(to))
    yield warehouse
    warehouse.con.close()


@pytest.fixture
def one_night(loaded: dict[int, Path], tmp_path: Path) -> Iterator[Warehouse]:
    yield from copied(loaded[1], tmp_path)


@pytest.fixture
def two_nights(loaded: dict[int, Path], tmp_path: Path) -> Iterator[Warehouse]:
    yield from copied(loaded[2], tmp_path)


@pytest.fixture(scope="session")
def published(loaded: dict[int, Path]) -> Path:
    """The file readers open after two nights; no test changes it."""
    return published_path(loaded[2])


@pytest.fixture(scope="module")
def schema() -> Iterator[duckdb.DuckDBPyConnection]:
    """The published tables and views."""
    with duckdb.connect() as con:
        create_tables(con)
        create_views(con)
        yield con


@pytest.fixture
def empty(schema: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published tables and views, without a row; what a test writes is undone."""
    schema.begin()
    yield schema
    schema.rollback()
