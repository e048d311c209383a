"""Data Docs read well without a network: whole in themselves, Thai, every failing row by its keys, people masked."""

import re
from html.parser import HTMLParser

import pytest

from expectations import crosschecks, validate
from expectations.catalogue import FAMILIES, load_catalogue
from expectations.suites import Check, checks_of
from transform.form import load_form

FORM = load_form()
ODD = 'ชื่อ <b>&amp; $column ${x} "q"</b>'


class Page(HTMLParser):
    """What a page names, and what it says."""

    def __init__(self, text):
        super().__init__()
        self.names, self.tags, self.said, self.ids = [], set(), [], []
        self.feed(text)
        self.text = " ".join(" ".join(self.said).split())

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.names += [value for name, value in attrs if name in ("src", "href", "srcset", "action", "data", "poster")]
        self.ids += [value for name, value in attrs if name == "id"]

    def handle_data(self, data):
        self.said.append(data)


@pytest.fixture(scope="module")
def write():
    from expectations.data_docs import write_data_docs

    return write_data_docs


@pytest.fixture
def judged(office):
    def judged(run_id="2020-03-01-abc", **rows):
        frames = office.build(**rows)
        return validate.validate(frames, crosschecks.run(frames, office.REGISTERS), run_id=run_id)

    return judged


@pytest.fixture
def spoilt(judged, office):
    """A verdict with a bad amount, a bad year, missing names, a status nobody knows."""
    projects = [
        office.project(fiscal_year_be=1066, coordinator_name=None, project_name=None),
        office.project(project_code="50390000-9002", budget_received_baht=None),
    ]
    return judged(dim_project=projects, fact_progress_report=[office.report(1), office.report(2, plan_status=ODD)])


def read(folder):
    return {path.name: Page(path.read_text(encoding="utf-8")) for path in sorted(folder.iterdir())}


def test_the_pages_name_nothing_outside_themselves(write, spoilt, tmp_path):
    write(spoilt, tmp_path / "docs", FORM, show_values=True)
    for name, page in read(tmp_path / "docs").items():
        local = [n for n in page.names if not re.fullmatch(r"[\w.]+\.html|#[\w-]+", n)]
        assert local == [], name
        assert not page.tags & {"script", "link", "img", "iframe", "object", "embed", "form"}
        raw = (tmp_path / "docs" / name).read_text(encoding="utf-8")
        assert not re.search(r"(?i)https?:|//\w|url\(|@import|expression\(", raw), name


def test_every_link_leads_to_a_page_or_a_place_that_is_there(write, spoilt, tmp_path):
    index = write(spoilt, tmp_path / "docs", FORM, show_values=True)
    assert index == tmp_path / "docs" / "index.html"
    pages = read(tmp_path / "docs")
    assert set(pages) == {"index.html", *(f"{suite}.html" for suite in spoilt.results["suite"])}
    for page in pages.values():
        assert all(n[1:] in page.ids if n.startswith("#") else n in pages for n in page.names)
        assert len(set(page.ids)) == len(page.ids)


def test_the_pages_speak_thai_and_name_each_failing_row_by_its_keys(write, spoilt, office, tmp_path):
    write(spoilt, tmp_path / "docs", FORM, show_values=True)
    pages = read(tmp_path / "docs")
    projects = pages["dim_project.html"].text
    assert "โครงการ สถานะปัจจุบัน" in projects
    assert "ต้องอยู่ในช่วง 2500 – 2642" in projects
    assert "1066" in projects
    failing = spoilt.failures[spoilt.failures["suite"] == "dim_project"]
    assert projects.count(office.CODE) == (failing["project_code"] == office.CODE).sum()
    assert projects.count("50390000-9002") == (failing["project_code"] == "50390000-9002").sum() > 0
    assert "project_code report_no occurrence 50390000-9001 2 1" in pages["fact_progress_report.html"].text


def test_every_rule_and_every_family_is_said_in_thai_and_english(write, spoilt, tmp_path):
    write(spoilt, tmp_path / "docs", FORM, show_values=True)
    said = " ".join(page.text for page in read(tmp_path / "docs").values())
    for rule in load_catalogue().values():
        if rule.frame:
            assert rule.title_th in said
            assert rule.title_en in said
    assert "values must lie under strategy_issue_no" in said
    assert "expect_" not in said  # nothing is called by the name of its class in the code
    from expectations import expectation_classes

    assert all(getattr(expectation_classes, family).about_th in said for family in FAMILIES)


def failing_names(office):
    """A name and a name of a project that fail a check of their own: one personal, the other not."""

    def with_patterns(table, rows_due=0):
        extra = [
            Check(
                "ExpectColumnValuesToMatchRegex",
                column,
                "column_bad_format",
                "check",
                {"column": column, "regex": "^x$"},
            )
            for column in ("coordinator_name", "responsible_phone", "project_name")
        ]
        return [*checks_of(table, rows_due), *(extra if table.name == "dim_project" else [])]

    return with_patterns


@pytest.mark.fault(49)
def test_values_of_people_are_masked_and_others_stand(write, judged, office, monkeypatch, tmp_path):
    monkeypatch.setattr(validate, "checks_of", failing_names(office))
    verdict = judged(dim_project=[office.project(project_name=f"{ODD} โทร. 02 245 4743", responsible_phone="70019")])
    write(verdict, tmp_path / "docs", FORM, show_values=True)
    page = read(tmp_path / "docs")["dim_project.html"]
    assert "ทดสอบ ระบบงาน" not in page.text
    assert "70019" not in page.text
    assert page.text.count("50390000-9001 •••") == 2
    assert f"50390000-9001 {' '.join(ODD.split())} โทร. •••" in page.text  # as printed, though it looks like markup


def test_no_value_stands_anywhere_when_values_are_not_to_be_shown(write, judged, office, monkeypatch, tmp_path):
    monkeypatch.setattr(validate, "checks_of", failing_names(office))
    verdict = judged(dim_project=[office.project(project_name="ชื่อเฉพาะ", fiscal_year_be=1066)])
    write(verdict, tmp_path / "docs", FORM, show_values=False)
    raw = "".join(p.read_text(encoding="utf-8") for p in (tmp_path / "docs").iterdir())
    for value in ("ชื่อเฉพาะ", "1066", "ทดสอบ ระบบงาน", "7001"):
        assert value not in raw
    assert "50390000-9001" in raw


def test_what_an_exception_quotes_is_a_value_too(write, office, tmp_path, monkeypatch):
    def quoting(table, rows_due=0):
        bad = Check(
            "ExpectColumnValuesToBeBetween",
            "rationale",
            "column_out_of_range",
            "note",
            {"column": "rationale", "min_value": 5},
        )
        return [*checks_of(table, rows_due), *([bad] if table.name == "dim_project" else [])]  # fmt: skip

    monkeypatch.setattr(validate, "checks_of", quoting)
    frames = office.build()
    verdict = validate.validate(frames, crosschecks.run(frames, office.REGISTERS), run_id="x")
    error = verdict.results.set_index("target").loc["rationale", "error"]
    assert verdict.is_blocked
    write(verdict, tmp_path / "shown", FORM, show_values=True)
    write(verdict, tmp_path / "hidden", FORM, show_values=False)
    shown, hidden = (read(tmp_path / name) for name in ("shown", "hidden"))
    assert " ".join(error.split()) in shown["dim_project.html"].text
    assert "คืนนี้ไม่เผยแพร่" in shown["index.html"].text
    assert "ตรวจไม่ได้" in hidden["dim_project.html"].text
    raw = "".join(p.read_text(encoding="utf-8") for p in (tmp_path / "hidden").iterdir())
    assert error[:30] not in raw
    assert "Traceback" not in raw


def test_the_same_verdict_gives_the_same_bytes_whatever_the_order_of_rows(write, judged, office, tmp_path):
    rows = [office.report(3, plan_status="?"), office.report(1, disbursed_baht=None, plan_status="?"), office.report(2)]
    for name, given in (("a", rows), ("b", rows[::-1])):
        write(judged(fact_progress_report=given), tmp_path / name, FORM, show_values=True)
    a, b = ({p.name: p.read_bytes() for p in (tmp_path / name).iterdir()} for name in ("a", "b"))
    assert a == b


def test_new_pages_take_the_place_of_old_ones_and_leave_nothing_half_made(write, judged, tmp_path):
    folder = tmp_path / "published" / "data_docs"
    folder.mkdir(parents=True)
    (folder / "of_an_earlier_version.html").write_text("x")
    (tmp_path / "published" / "data_docs.next").mkdir()  # of a run that was killed
    write(judged(), folder, FORM, show_values=True)
    assert [p.name for p in (tmp_path / "published").iterdir()] == ["data_docs"]
    assert not (folder / "of_an_earlier_version.html").exists()
    assert sum(p.stat().st_size for p in folder.iterdir()) < 400_000


@pytest.mark.parametrize("point", ["docs.built", "docs.away"])
def test_what_cannot_be_finished_leaves_nothing_half_made(write, judged, tmp_path, monkeypatch, point):
    def full(passed):
        if passed == point:
            raise OSError("no space left")

    monkeypatch.setattr("expectations.data_docs.at", full)
    folder = tmp_path / "published" / "data_docs"
    folder.mkdir(parents=True)
    with pytest.raises(OSError, match="no space left"):
        write(judged(), folder, FORM, show_values=True)
    assert {p.name for p in (tmp_path / "published").iterdir()} <= {"data_docs"}
