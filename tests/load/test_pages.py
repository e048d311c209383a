"""The pages beside the published file, held to queries on that file. What they look like is checked by eye."""

from __future__ import annotations

import re
import shutil
from base64 import b64encode
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest

from flows.pages import page_paths, pages
from flows.settings import Settings
from load.data_dictionary import refresh
from load.page_charts import draw, money_by_agency
from load.page_nights import ask_changes, ask_quality
from load.page_projects import LATE_POINTS, LISTED, SILENT_DAYS, ask_projects
from load.pages import DICTIONARY, INDEX, dictionary_html, index_html, write_pages
from load.publish import published_path, reading
from load.schema import create_tables
from load.views import create_views
from load.warehouse import open_work
from tests.load.conftest import CODE, FIRST, SECOND, VALUES, Warehouse, agreed, make_night, second_values
from transform.form import load_form

TONIGHT = date(2026, 3, 1)
MOST_BYTES = 1_500_000


class Parsed(HTMLParser):
    """Ids, links, the text of each id's element, and the numbers of the answer."""

    def __init__(self, html: str):
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.tags: list[str] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.add(value or "")
            elif name in ("href", "src", "action", "data", "srcset", "poster"):
                self.links.append(value or "")

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @cached_property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


def answer(html: str) -> dict[str, str]:
    """The large numbers by their names."""
    return dict(re.findall(r'<span class="name">([^<]*)</span><strong>([^<]*)</strong>', html))


@pytest.fixture
def empty() -> Iterator[duckdb.DuckDBPyConnection]:
    """The published tables and views, without a row."""
    with duckdb.connect() as con:
        create_tables(con)
        create_views(con)
        yield con


def add_project(con: duckdb.DuckDBPyConnection, code: str, **values: object) -> None:
    """A project of fiscal year 2569 that is half over tonight; a report of it when `progress` and `reported` are given."""
    start, end = TONIGHT - timedelta(days=99), TONIGHT + timedelta(days=100)
    row = {
        "project_code": code, "project_name": "พัฒนาห้องสมุด", "fiscal_year_be": 2569, "agency_code": code[:4], "agency_name": "สำนักงานเขตวัฒนา",
        "start_date": start, "end_date": end, "budget_received_baht": Decimal(1_000_000), "budget_spent_baht": Decimal(250_000),
        "first_seen": TONIGHT, "last_seen": TONIGHT, "copies": 2, "confidence": "agreed",
    }  # fmt: skip
    progress, reported = values.pop("progress", None), values.pop("reported", TONIGHT)
    row |= values
    marks = ", ".join("?" * len(row))
    con.execute(f"INSERT INTO main.dim_project ({', '.join(row)}) VALUES ({marks})", list(row.values()))
    if progress is not None:
        con.execute(
            "INSERT INTO main.fact_progress_report (project_code, report_no, occurrence, report_date, progress_pct, "
            "disbursed_baht, fiscal_year_be, fiscal_quarter, is_latest) VALUES (?, 1, 1, ?, ?, 100, 2569, 2, true)",
            [code, reported, progress],
        )


@pytest.fixture(scope="module")
def written(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both pages of the two nights, beside a copy of their file."""
    copy = tmp_path_factory.mktemp("pages") / "kaona.duckdb"
    shutil.copy(published, copy)
    return write_pages(copy, {"copies_conflict": "สำเนาไม่ตรงกัน"})


def test_the_large_numbers_are_those_of_the_published_tables(written: Path) -> None:
    with reading(written.with_name("kaona.duckdb")) as con:
        count, received, spent = con.execute(
            "SELECT count(*), sum(budget_received_baht), sum(budget_spent_baht) FROM main.dim_project"
        ).fetchone()  # type: ignore[misc]
        standing = con.execute("SELECT count(*) FROM v_open_findings WHERE severity <> 'note'").fetchone()
        rejected = con.execute("SELECT count(*) FROM quality.rejected_file").fetchone()
    found = answer(written.read_text(encoding="utf-8"))
    assert found["โครงการ"] == f"{count}"
    assert found["งบประมาณที่ได้รับ"] == f"{received / 1_000_000:.2f}" == "0.20"
    assert found["งบประมาณที่ใช้ไป"] == f"{spent / 1_000_000:.2f}"
    assert found["ข้อสังเกตคุณภาพที่ค้าง"] == f"{standing[0]}"  # type: ignore[index]
    assert found["ไฟล์ที่อ่านไม่ได้"] == f"{rejected[0]}" == "1"  # type: ignore[index]


def test_every_section_and_chart_is_there_and_says_which_night_it_is_of(written: Path) -> None:
    page = Parsed(written.read_text(encoding="utf-8"))
    sections = {"answer", "time", "money", "late", "silent", "changes", "quality", "notes"}
    figures = {"chart-time", "chart-late", "chart-money", "chart-quarters", "chart-quality"}
    assert sections | figures <= page.ids
    assert "ข้อมูล ณ คืนวันที่ 6 ม.ค. 2569" in page.text
    assert page.tags.count("svg") == len(figures)


def test_links_lead_to_places_on_the_page_and_to_pages_beside_it(written: Path) -> None:
    page = Parsed(written.read_text(encoding="utf-8"))
    assert {"report.html", "dictionary.html"} <= set(page.links)
    assert {link for link in page.links if not link.startswith("#")} == {"report.html", "dictionary.html"}
    assert {link[1:] for link in page.links if link.startswith("#")} <= page.ids


@pytest.mark.parametrize("name", [INDEX, DICTIONARY])
def test_nothing_is_loaded_from_outside(written: Path, name: str) -> None:
    html = written.with_name(name).read_text(encoding="utf-8")
    assert not re.search(r"https?://|@import|<link|<iframe|<img|\bsrc\s*=|//[a-z0-9-]+\.", html.replace("// ", ""))
    assert set(re.findall(r"url\(([^)]?)", html)) <= {"#"}
    assert "default-src 'none'" in html


@pytest.mark.parametrize("name", [INDEX, DICTIONARY])
def test_the_policy_lets_the_page_run_its_own_script_and_no_other(written: Path, name: str) -> None:
    html = written.with_name(name).read_text(encoding="utf-8")
    (script,) = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    assert f"script-src 'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" in html


def test_the_same_file_gives_the_same_bytes(written: Path) -> None:
    before = {name: written.with_name(name).read_bytes() for name in (INDEX, DICTIONARY)}
    write_pages(written.with_name("kaona.duckdb"), {"copies_conflict": "สำเนาไม่ตรงกัน"})
    assert before == {name: written.with_name(name).read_bytes() for name in before}
    assert sorted(p.name for p in written.parent.iterdir()) == [DICTIONARY, INDEX, "kaona.duckdb"]


def test_the_page_names_no_person_and_no_telephone(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path, open_work(tmp_path))
    people = {"coordinator.name": agreed("มานะ ชูสมมุติ"), "responsible.phone": agreed("0899999991")}
    warehouse.load(make_night(FIRST, {CODE: VALUES}))
    warehouse.load(make_night(SECOND, {CODE: {**second_values(), **people}}, sha="c" * 64))
    warehouse.publish()
    warehouse.con.close()
    html = write_pages(published_path(tmp_path)).read_text(encoding="utf-8")
    assert "ผู้ประสานงาน" in html  # that it changed is said
    for person in ("มานะ", "ชูสมมุติ", "ธีระทดสอบ", "ใจงาม", "0899999991"):
        assert person not in html


HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>'\"{{ 7*7 }}&amp;"


def test_what_documents_print_is_shown_and_never_run(empty: duckdb.DuckDBPyConnection) -> None:
    add_project(empty, CODE, project_name=HOSTILE, agency_name=HOSTILE)
    add_project(empty, "50390000-9903", project_name="=HYPERLINK(1)", agency_name=HOSTILE, progress=0)
    empty.execute("INSERT INTO main.dim_agency (agency_code, agency_name) VALUES ('5039', ?)", [HOSTILE])
    html = index_html(empty, {})
    page = Parsed(html)
    assert page.tags.count("script") == 1
    assert "img" not in page.tags
    assert HOSTILE in page.text
    assert "=HYPERLINK(1)" in page.text
    chart = draw("x", money_by_agency(ask_projects(empty).agencies))
    assert "<script" not in chart
    assert "<img" not in chart


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


def test_what_an_amount_of_a_report_means_is_left_open(written: Path) -> None:
    text = Parsed(written.read_text(encoding="utf-8")).text
    assert "ถ้าตัวเลขเป็นรายครั้ง" in text
    assert "ถ้าตัวเลขเป็นยอดสะสม" in text


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


def test_an_amount_that_changed_is_shown_with_its_unit(written: Path) -> None:
    text = Parsed(written.read_text(encoding="utf-8")).text
    assert "งบประมาณที่ได้รับ (บาท) 180,000 200,000" in text
    assert "ความก้าวหน้าของงาน (ร้อยละ) รายงานครั้งที่ 2 25.5 60" in text


def test_findings_stand_from_the_night_they_are_seen_to_the_night_they_are_gone(
    empty: duckdb.DuckDBPyConnection,
) -> None:
    nights = [TONIGHT - timedelta(days=3), TONIGHT - timedelta(days=1), TONIGHT]
    for night in nights:
        empty.execute("INSERT INTO quality.run (run_id, night) VALUES (?, ?)", [str(night), night])
    for finding, severity, first, last, state in (
        ("a", "check", nights[0], nights[0], "resolved"),
        ("b", "block", nights[0], nights[2], "open"),
        ("c", "check", nights[2], nights[2], "new"),
        ("d", "note", nights[1], nights[1], "new"),
    ):
        empty.execute(
            "INSERT INTO quality.finding (finding_id, rule, severity, first_seen, last_seen, state, days_open) "
            "VALUES (?, 'r', ?, ?, ?, ?, 0)",
            [finding, severity, first, last, state],
        )
    found = ask_quality(empty)
    told = [(n["night"], n["block"], n["check"], n["note"], n["found"], n["gone"]) for n in found.nights]
    assert told == [(nights[0], 1, 1, 0, 2, 0), (nights[1], 1, 0, 1, 0, 1), (nights[2], 1, 1, 1, 1, 0)]
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


def test_a_warehouse_without_a_project_has_a_page_that_says_so(empty: duckdb.DuckDBPyConnection) -> None:
    page = Parsed(index_html(empty, {}))
    assert "ยังไม่มีแบบที่อ่านได้สักฉบับ" in page.text
    assert {"answer", "time", "money", "late", "silent", "changes", "quality"} <= page.ids
    assert "svg" not in page.tags


def test_a_hundred_thousand_projects_stay_a_page(empty: duckdb.DuckDBPyConnection) -> None:
    empty.execute(
        "INSERT INTO main.dim_project BY NAME SELECT printf('%04d0000-%04d', i % 80, i // 80) AS project_code, "
        "repeat('โครงการพัฒนาคุณภาพชีวิต ', 6) AS project_name, 2569 AS fiscal_year_be, printf('%04d', i % 80) AS agency_code, "
        "'สำนักงานเขตสมมุติ ' || i % 80 AS agency_name, DATE '2025-10-01' AS start_date, DATE '2026-09-30' AS end_date, "
        "12345678.90 AS budget_received_baht, 2345678.90 AS budget_spent_baht, DATE '2026-03-01' AS first_seen, "
        "DATE '2026-03-01' AS last_seen, 'agreed' AS confidence FROM range(100000) AS t(i)"
    )
    html = index_html(empty, {})
    assert len(html.encode()) < MOST_BYTES
    assert answer(html)["โครงการ"] == "100,000"
    assert (
        f"แสดง {LISTED} จาก 100,000 รายการ อีก {100_000 - LISTED:,} รายการดูได้ใน <code>v_time_vs_progress</code>" in html
    )


def test_the_dictionary_has_every_column_of_the_published_file(empty: duckdb.DuckDBPyConnection) -> None:
    refresh(empty)
    html = dictionary_html(empty)
    page = Parsed(html)
    columns = empty.execute(
        "SELECT schema_name, relation_name, column_name, description_th, description_en FROM main.data_dictionary"
    ).fetchall()
    assert len(columns) > 400
    for schema, relation, column, th, en in columns:
        assert f"{schema}.{relation}" in page.ids
        assert th in page.text
        assert en in page.text
        assert not column or f"<code>{column}</code>" in html
    personal = empty.execute("SELECT count(*) FROM main.data_dictionary WHERE is_personal").fetchone()
    assert html.count('<span class="tag personal">') == personal[0] > 0  # type: ignore[index]
    assert html.count("<section data-relation") == len({(c[0], c[1]) for c in columns})


def test_a_night_writes_the_pages_unless_they_are_switched_off(published: Path, tmp_path: Path) -> None:
    (tmp_path / "published").mkdir()
    shutil.copy(published, published_path(tmp_path))
    off = Settings(home=tmp_path, write_page=False)  # type: ignore[call-arg]
    pages(off)
    assert page_paths(off) == {}
    assert not (tmp_path / "published" / INDEX).exists()
    on = Settings(home=tmp_path, write_page=True)  # type: ignore[call-arg]
    pages(on)
    assert page_paths(on)["page"].read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert (tmp_path / "published" / DICTIONARY).exists()
