"""The pages beside the published file, held to queries on that file. What they look like is checked by eye."""

from __future__ import annotations

import re
import shutil
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import duckdb
import pytest

from flows.pages import page_paths, pages
from flows.settings import CHECKOUT, Settings
from flows.summary import Watch
from load.page_charts import draw, money_by_agency
from load.page_projects import LISTED, ask_projects
from load.pages import DICTIONARY, INDEX, index_html, write_pages
from load.publish import published_path, reading
from load.views import load_views
from tests.load.conftest import CODE, FIRST, SECOND
from tests.load.page_texts import Parsed, add_project, answer

MOST_BYTES = 1_500_000


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
    assert {link for link in page.links if not link.startswith("#")} == {"dictionary.html"}  # no report stands there
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


@pytest.mark.fault(49)
def test_the_page_names_no_person_and_no_telephone(empty: duckdb.DuckDBPyConnection) -> None:
    people = {"coordinator_name": "มานะ ชูสมมุติ", "responsible_name": "สมหญิง ใจงาม", "responsible_phone": "0899999991"}
    add_project(empty, CODE, last_seen=SECOND, **people)
    for night, name, phone in ((FIRST, "สมชาย ธีระทดสอบ", "7000"), (SECOND, "มานะ ชูสมมุติ", "0899999991")):
        empty.execute(
            "INSERT INTO lineage.delivery (delivery_id, project_code, night, is_latest) VALUES ($d, $c, $n, $n = $last)",
            {"d": f"{CODE}@{night}", "c": CODE, "n": night, "last": SECOND},
        )
        for field, value in (("coordinator.name", name), ("responsible.phone", phone)):
            empty.execute(
                "INSERT INTO lineage.decision (project_code, delivery_id, night, field, value) VALUES (?, ?, ?, ?, ?)",
                [CODE, f"{CODE}@{night}", night, field, value],
            )
    html = index_html(empty, {})
    assert "ผู้ประสานงาน" in html  # that it changed is said
    for person in ("มานะ", "ชูสมมุติ", "ธีระทดสอบ", "ใจงาม", "0899999991"):
        assert person not in html


HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>'\"{{ 7*7 }}&amp;"


@pytest.mark.fault(46)
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


def test_what_an_amount_of_a_report_means_is_left_open(written: Path) -> None:
    text = Parsed(written.read_text(encoding="utf-8")).text
    assert "ถ้าตัวเลขเป็นรายครั้ง" in text
    assert "ถ้าตัวเลขเป็นยอดสะสม" in text


def test_an_amount_that_changed_is_shown_with_its_unit(written: Path) -> None:
    text = Parsed(written.read_text(encoding="utf-8")).text
    assert "งบประมาณที่ได้รับ (บาท) 180,000 200,000" in text
    assert "ความก้าวหน้าของงาน (ร้อยละ) รายงานครั้งที่ 2 25.5 60" in text


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


def test_the_dictionary_has_every_column_of_the_published_file(written: Path) -> None:
    html = written.with_name(DICTIONARY).read_text(encoding="utf-8")
    page = Parsed(html)
    with reading(written.with_name("kaona.duckdb")) as con:
        columns = con.execute(
            "SELECT schema_name, relation_name, column_name, description_th, description_en FROM main.data_dictionary"
        ).fetchall()
        personal = con.execute("SELECT count(*) FROM main.data_dictionary WHERE is_personal").fetchone()
    assert len(columns) > 400
    for schema, relation, column, th, en in columns:
        assert f"{schema}.{relation}" in page.ids
        assert th in page.text
        assert en in page.text
        assert not column or f"<code>{column}</code>" in html
    assert html.count('<span class="tag personal">') == personal[0] > 0  # type: ignore[index]
    assert '<h3><code>be_year</code> <span class="quiet">(d DATE)</span></h3>' in html
    assert html.count("<section data-relation") == len({(c[0], c[1]) for c in columns})


def test_views_that_the_page_sends_to_exist() -> None:
    template = CHECKOUT / "load" / "templates" / "index.html.j2"
    named = set(re.findall(r"\bv_[a-z_]+", template.read_text(encoding="utf-8")))
    assert "v_time_vs_progress" in named
    assert named <= {view.name for view in load_views()}


def test_a_night_writes_the_pages_unless_they_are_switched_off(published: Path, tmp_path: Path) -> None:
    (tmp_path / "published").mkdir()
    shutil.copy(published, published_path(tmp_path))
    off = Settings(home=tmp_path, write_page=False)  # type: ignore[call-arg]
    pages(off, Watch(is_quiet=True))
    assert page_paths(off) == {}
    assert not (tmp_path / "published" / INDEX).exists()
    on = Settings(home=tmp_path, write_page=True)  # type: ignore[call-arg]
    pages(on, Watch(is_quiet=True))
    assert page_paths(on)["page"].read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert (tmp_path / "published" / DICTIONARY).exists()


def test_the_pages_link_to_the_report_where_one_stands_beside_the_file(published: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(published, tmp_path))
    copy.with_name("report.html").write_text("รายงาน", encoding="utf-8")
    write_pages(copy)
    for name in (INDEX, DICTIONARY):
        assert "report.html" in Parsed(copy.with_name(name).read_text(encoding="utf-8")).links


def test_pages_that_cannot_be_drawn_are_told_fail_nothing_and_leave_no_old_ones(
    published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "published").mkdir()
    shutil.copy(published, published_path(tmp_path))
    (tmp_path / "published" / INDEX).write_text("of an earlier night", encoding="utf-8")

    def broken(*_: object) -> None:
        raise ZeroDivisionError("a chart of nothing")

    monkeypatch.setattr("load.pages.write_pages", broken)
    settings = Settings(home=tmp_path, write_page=True)  # type: ignore[call-arg]
    pages(settings, Watch())
    assert "a chart of nothing" in capsys.readouterr().err
    assert page_paths(settings) == {}


def test_a_page_that_cannot_be_finished_leaves_nothing_half_made(
    published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: str) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("load.pages.at", full)
    shutil.copy(published, tmp_path)
    with pytest.raises(OSError, match="no space left"):
        write_pages(tmp_path / published.name)
    assert [p.name for p in tmp_path.iterdir()] == [published.name]
