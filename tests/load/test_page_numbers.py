"""The numbers of the page: who is late or silent, how much, what the last night changed, which findings stand."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from load.page_nights import ask_changes, ask_quality
from load.page_projects import LATE_POINTS, SILENT_DAYS, ask_projects
from load.pages import index_html
from load.publish import reading
from tests.load.conftest import SECOND
from tests.load.page_texts import TONIGHT, Parsed, add_project, answer
from transform.form import load_form


def test_late_is_unfinished_and_far_enough_behind_time(empty: duckdb.DuckDBPyConnection) -> None:
    add_project(empty, "50390000-0001", progress=Decimal(50 - LATE_POINTS))  # half of the time is over
    add_project(empty, "50390000-0002", progress=Decimal(50 - LATE_POINTS) + Decimal("0.01"))
    add_project(empty, "50390000-0003")
    add_project(empty, "50390000-0004", end_date=None, progress=0)
    add_project(empty, "50390000-0005", end_date=TONIGHT - timedelta(days=1), progress=100)
    add_project(empty, "50390000-0006", end_date=TONIGHT - timedelta(days=1), progress=70)
    found = ask_projects(empty)
    assert [p["project_code"] for p in found.late] == ["50390000-0003", "50390000-0006", "50390000-0001"]
    assert (found.numbers["late"], found.numbers["late_past_end"]) == (3, 1)
    assert (found.numbers["finished"], found.numbers["undated"]) == (1, 1)
    assert sum(cell["projects"] for cell in found.matrix) == 5


def test_silent_is_unfinished_without_a_report_for_more_than_the_longest_month(
    empty: duckdb.DuckDBPyConnection,
) -> None:
    for number, days in enumerate((SILENT_DAYS, SILENT_DAYS + 1), start=1):
        add_project(empty, f"50390000-000{number}", progress=40, reported=TONIGHT - timedelta(days=days))
    add_project(empty, "50390000-0003", progress=100, reported=TONIGHT - timedelta(days=60))
    add_project(empty, "50390000-0004")
    # a file that stands unchanged brings no new delivery; its project is not silent for that
    add_project(empty, "50390000-0005", progress=40, last_seen=TONIGHT - timedelta(days=2))
    found = ask_projects(empty)
    assert [(p["project_code"], p["days_silent"]) for p in found.silent] == [
        ("50390000-0004", 99),
        ("50390000-0002", 32),
    ]
    assert (found.numbers["silent"], found.numbers["without_report"]) == (2, 1)


@pytest.mark.parametrize(
    ("projects", "year"),
    [
        ({2569: 3, 2568: 9}, 2569),
        ({2569: 1, 2568: 11}, 2568),
        ({2568: 2}, 2568),
        ({2565: 2, 2563: 1}, None),
        ({2571: 4}, None),
    ],
)
def test_the_page_is_of_the_fiscal_year_that_is_under_way(
    empty: duckdb.DuckDBPyConnection, projects: dict[int, int], year: int | None
) -> None:
    for fiscal_year, count in projects.items():
        for number in range(count):
            add_project(empty, f"50390000-{fiscal_year % 100}{number:02}", fiscal_year_be=fiscal_year)
    found = ask_projects(empty)
    assert found.scope.year == year
    assert found.numbers["projects"] == projects.get(year or 0, sum(projects.values()))
    assert {y["fiscal_year_be"]: y["projects"] for y in found.years} == projects
    assert found.everything["projects"] == sum(projects.values())


def test_amounts_that_are_missing_are_counted_and_no_part_of_the_share(empty: duckdb.DuckDBPyConnection) -> None:
    add_project(empty, "50390000-0001")
    add_project(empty, "50390000-0002", budget_spent_baht=None)
    numbers = ask_projects(empty).numbers
    assert (numbers["received"], numbers["spent"]) == (Decimal(2_000_000), Decimal(250_000))
    assert (numbers["spent_missing"], numbers["received_missing"]) == (1, 0)
    assert numbers["spent_pct"] == Decimal("25.0")
    text = Parsed(index_html(empty, {})).text
    assert "ไม่รวม 1 โครงการที่ไม่มีตัวเลข" in text
    # 0.25 of 2 million is not 25 %: a reader who divides must see why
    assert "(ร้อยละ 25.0 ของโครงการที่มีตัวเลขครบ)" in text


def test_a_sum_that_one_project_makes_up_is_doubted_aloud(empty: duckdb.DuckDBPyConnection) -> None:
    for number in range(10):
        add_project(empty, f"50390000-000{number}")
    assert "โปรดตรวจ" not in Parsed(index_html(empty, {})).text
    add_project(empty, "50390000-0010", budget_spent_baht=Decimal(9_999_999_999))
    text = Parsed(index_html(empty, {})).text
    assert "ยอดงบประมาณที่ใช้ไปเกินครึ่งมาจากโครงการเดียว คือ 50390000-0010 ซึ่งพิมพ์ไว้ 10,000.0 ล้านบาท" in text
    assert "ใช้เกินที่ได้รับ 1 โครงการ" in text
    assert text.count("โปรดตรวจ") == 1


def test_the_last_night_is_told_by_what_it_changed(published: Path) -> None:
    with reading(published) as con:
        found = ask_changes(con, load_form())
    assert (found.new_projects, found.changed_projects, found.new_reports) == (0, 1, 0)
    assert {f["base"] for f in found.fields} == {"budget_received", "reports.progress_pct"}
    assert [(c["field"], c["value_before"], c["value_now"]) for c in found.listed] == [
        ("budget_received", "180000.00", "200000.00"),
        ("reports[2].progress_pct", "25.50", "60.00"),
    ]
    assert found.telling == 2


def test_time_goes_on_when_nights_bring_no_new_form(empty: duckdb.DuckDBPyConnection) -> None:
    later = TONIGHT + timedelta(days=40)
    add_project(empty, "50390000-0001", progress=40)
    assert ask_projects(empty).numbers["silent"] == 0
    empty.execute("INSERT INTO quality.run (run_id, night) VALUES ('x', ?)", [later])
    found = ask_projects(empty)
    assert (found.scope.as_of, found.scope.last_delivery, found.numbers["silent"]) == (later, TONIGHT, 1)
    text = Parsed(index_html(empty, {})).text
    assert "ข้อมูล ณ คืนวันที่ 10 เม.ย. 2569 · แบบใหม่ล่าสุดได้รับคืนวันที่ 1 มี.ค. 2569" in text


def test_projects_whose_files_are_gone_still_count_and_are_told(empty: duckdb.DuckDBPyConnection) -> None:
    for number in (1, 2):
        code = f"50390000-000{number}"
        add_project(empty, code)
        empty.execute(
            "INSERT INTO lineage.form_copy (copy_id, source_sha256, uri, night, project_code, delivery_id) "
            "VALUES ($c, $c, 'inbox/a.txt', $n, $c, $c);",
            {"c": code, "n": TONIGHT},
        )
        empty.execute(
            "INSERT INTO lineage.delivery (delivery_id, project_code, night, is_latest) VALUES ($c, $c, $n, true)",
            {"c": code, "n": TONIGHT},
        )
    empty.execute("INSERT INTO lineage.sighting VALUES ('inbox/a.txt', '50390000-0001', $n, NULL)", {"n": TONIGHT})
    html = index_html(empty, {})
    assert answer(html)["โครงการ"] == "2"
    assert "มี 1 โครงการที่ไม่มีไฟล์อยู่ในแหล่งข้อมูลแล้ว" in html


def test_quarters_add_up_in_both_meanings_of_an_amount(empty: duckdb.DuckDBPyConnection) -> None:
    add_project(empty, "50390000-0001")
    for number, quarter, year, baht in ((1, 1, 2569, 300), (2, 1, 2569, 500), (3, 2, 2569, 900), (4, 3, 2568, 7)):
        empty.execute(
            "INSERT INTO main.fact_progress_report (project_code, report_no, occurrence, disbursed_baht, fiscal_year_be, "
            "fiscal_quarter, is_latest) VALUES ('50390000-0001', ?, 1, ?, ?, ?, false)",
            [number, baht, year, quarter],
        )
    found = ask_projects(empty)
    told = [(q["fiscal_quarter"], q["reports"], q["per_report"], q["cumulative"]) for q in found.quarters]
    assert told == [(1, 2, 800, 500), (2, 1, 900, 400)]
    assert found.reports_elsewhere == 1
    assert "ไม่รวมรายงาน 1 ฉบับ" in index_html(empty, {})


def test_findings_stand_from_the_night_they_are_found_to_the_night_they_are_resolved(
    empty: duckdb.DuckDBPyConnection,
) -> None:
    nights = [TONIGHT - timedelta(days=3), TONIGHT - timedelta(days=1), TONIGHT]
    for night in nights:
        empty.execute("INSERT INTO quality.run (run_id, night) VALUES (?, ?)", [str(night), night])
    for finding, severity, told in (
        ("a", "check", {0: "new", 1: "resolved"}),
        ("b", "block", {0: "new", 1: "open", 2: "open"}),
        ("c", "check", {2: "new"}),
        ("d", "note", {1: "new"}),
    ):
        for number, state in told.items():
            row = [finding, severity, nights[0], nights[number], state]
            columns = "finding_id, rule, severity, first_seen, last_seen, state, days_open"
            empty.execute(
                f"INSERT INTO quality.finding_history ({columns}, night) VALUES (?, 'r', ?, ?, ?, ?, 0, ?)",
                [*row, nights[number]],
            )
        empty.execute(f"INSERT INTO quality.finding ({columns}) VALUES (?, 'r', ?, ?, ?, ?, 0)", row)
    found = ask_quality(empty)
    told_nights = [(n["night"], n["block"], n["check"], n["note"], n["found"], n["gone"]) for n in found.nights]
    assert told_nights == [(nights[0], 1, 1, 0, 2, 0), (nights[1], 1, 0, 1, 0, 1), (nights[2], 1, 1, 1, 1, 0)]
    assert found.open == {"block": 1, "check": 1, "note": 1}


def test_a_source_stands_warned_of_while_its_loss_is_not_believed(empty: duckdb.DuckDBPyConnection) -> None:
    add_project(empty, "50390000-0001")
    for night, source, before, gone, is_believed in (
        (SECOND, "<b>inbox", 100, 90, False),
        (SECOND, "mended", 50, 40, False),
        (TONIGHT, "mended", 50, 0, True),
    ):
        empty.execute(
            "INSERT INTO lineage.source_night (night, source, files, files_before, files_gone, is_believed) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            [night, source, before - gone, before, gone, is_believed],
        )
    html = index_html(empty, {})
    assert html.count('<p class="warning">') == 1
    assert "แหล่งข้อมูล <b>inbox คืนวันที่ 6 ม.ค. 2569 มีไฟล์หายไป 90 จาก 100 ไฟล์" in Parsed(html).text
