"""A night unlike those before it: labels renamed on every form, a section nobody knows, amounts and days that are none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from data.samples.generator.dump import STYLE_1, Copy, dump_text
from flows.backfill import load_history
from flows.mail_files import parsed
from flows.outbox import body
from flows.settings import Settings
from flows.summary import Summary, Watch
from load.dictionary import query
from tests.flows.conftest import run, settings_in
from tests.flows.mail_servers import Inbox, serving, to_server
from tests.flows.test_nights import project
from tests.flows.whole import check_whole, undisturbed_of

FORMS = [project(seed, f"50390000-93{seed:02}", reports=1) for seed in range(1, 21)]
BEFORE, NIGHT = [date(2026, 11, day) for day in range(10, 15)], date(2026, 11, 22)
RENAMED = ("งบประมาณที่ได้รับ", "วงเงินตามสัญญา")
HEADING, BELOW = "**3. ปัญหาและอุปสรรค**", "ฝนตกหลายวัน งานจึงช้ากว่าแผน"
SECTION = project(31, "50390000-9431")
# what stands in place of amounts and percentages → code of the form
AMOUNTS = {"1e308": "50390000-9441", "9" * 400: "50390000-9442", "NaN": "50390000-9443", "inf": "50390000-9444",
           "-5,000": "50390000-9445", "99,999,999,999,999,999.99": "50390000-9446"}  # fmt: skip
DAY = project(32, "50390000-9447")
LISTED = 3 + len(AMOUNTS)


@dataclass(frozen=True)
class OddNight:
    """The home after the night, what the night said, and what the mail server took."""

    home: Settings
    summary: Summary
    server: Inbox

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        return query(self.home.published, sql)[1]

    def told(self, rule: str, code: str | None = None) -> list[tuple[object, ...]]:
        """(field, value) of the findings of a rule on this night."""
        whose = "project_code IS NULL" if code is None else f"project_code = '{code}'"
        return self.rows(f"SELECT field, value FROM quality.finding WHERE rule = '{rule}' AND {whose} ORDER BY ALL")


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OddNight]:
    """Five usual nights, loaded as a history, and then this one, run once."""
    folder = tmp_path_factory.mktemp("odd")
    for number, when in enumerate(BEFORE):
        usual = [
            replace(p, reports=(replace(p.reports[0], progress_pct=Decimal(number)), *p.reports[1:])) for p in FORMS
        ]
        put(folder / "export" / when.isoformat() / "forms.txt", printed(*usual))
    home = settings_in(folder / "home")
    past = home.model_copy(update={"sources": [str(folder / "export")], "write_mails": False})
    load_history(past, NIGHT, Watch(is_quiet=True), lambda line: None, called="inbox")
    inbox = folder / "home" / "inbox"
    put(inbox / "forms.txt", printed(*FORMS).replace(*RENAMED))
    put(inbox / "section.txt", printed(SECTION).replace("**1.3", f"{HEADING}\n\n{BELOW}\n\n**1.3", 1))
    put(inbox / "day.txt", value(value(printed(DAY), "เริ่มต้นโครงการ", "2563-13-45"), "สิ้นสุดโครงการ", "29/2/2563"))
    for number, (amount, code) in enumerate(AMOUNTS.items()):
        put(inbox / f"amount{number}.txt", of_amount(printed(project(33, code)), amount))
    with serving() as (server, port):
        made = to_server(home, port)
        yield OddNight(made, run(made, NIGHT), server)


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def printed(*projects: object) -> str:
    return dump_text([Copy(p, STYLE_1) for p in projects])  # type: ignore[arg-type]


def value(text: str, label: str, printed: str) -> str:
    """The form with another value behind a label."""
    return re.sub(rf"(?m)^{label} :.*$", f"{label} : {printed}", text)


def of_amount(text: str, amount: str) -> str:
    """The form with this amount for both budgets, and for amount and percentage of its first report."""
    for label in ("งบประมาณที่ได้รับ", "งบประมาณที่ใช้ไป"):
        text = value(text, label, f"{amount} บาท")
    text = re.sub(r"= [\d,.]+ %", f"= {amount} %", text, count=1)
    return re.sub(r"= [\d,.]+ บาท", f"= {amount} บาท", text, count=1)


@pytest.mark.fault(54)
def test_labels_renamed_on_every_form_are_counted_kept_and_told(night: OddNight) -> None:
    assert ("fill dim_project.budget_received_baht", "10.7") in night.told("fill_rate_unusual")
    kept = night.rows(f"SELECT count(*) FROM lineage.unread_line WHERE text LIKE '{RENAMED[1]}%'")
    assert kept == [(len(FORMS),)]
    codes = ", ".join(f"'{p.code}'" for p in FORMS)
    # what was known of the projects stays where the form says nothing of it any more
    assert night.rows(f"SELECT count(*), count(project_name) FROM dim_project WHERE project_code IN ({codes})") == [
        (20, 20)
    ]
    [head] = [
        m for m in map(parsed, night.server.received) if m["To"].addresses[0].addr_spec.startswith("strategy-head")
    ]
    assert "งบประมาณที่ได้รับ" in body(head)


@pytest.mark.fault(55)
def test_a_section_the_form_does_not_have_is_kept_and_told_and_the_rest_is_loaded(night: OddNight) -> None:
    assert night.told("unknown_heading", SECTION.code) == [(None, HEADING)]
    lines = f"SELECT text FROM lineage.unread_line WHERE text IN ('{HEADING}', '{BELOW}') ORDER BY ALL"
    assert night.rows(lines) == [(HEADING,), (BELOW,)]
    found = night.rows(f"SELECT project_name, rationale FROM dim_project WHERE project_code = '{SECTION.code}'")
    assert found == [(SECTION.name, "\n".join(SECTION.rationale))]
    assert night.rows(f"SELECT count(*) FROM fact_progress_report WHERE project_code = '{SECTION.code}'") == [(3,)]


@pytest.mark.fault(59)
@pytest.mark.parametrize(("amount", "code"), AMOUNTS.items(), ids=lambda text: text[:12])
def test_an_amount_that_is_none_is_no_value_and_a_finding_quotes_it(night: OddNight, amount: str, code: str) -> None:
    facts = night.rows(f"SELECT budget_received_baht, budget_spent_baht FROM dim_project WHERE project_code = '{code}'")
    kept = Decimal(-5000) if amount == "-5,000" else None  # a value that cannot be right is kept, and told
    assert facts == [(kept, kept)]
    quoted = {str(field): str(printed) for field, printed in night.told("value_not_well_formed", code)}
    assert quoted.pop("reports[1].progress_pct")[:50] == f"{amount} %"[:50]
    assert set(quoted) == (set() if kept else {"budget_received", "budget_spent", "reports[1].disbursed_baht"})
    assert {printed[:50] for printed in quoted.values()} <= {f"{amount} บาท"[:50]}
    if kept:
        assert len(night.told("column_out_of_range", code)) == 3


@pytest.mark.fault(59)
def test_no_sum_of_any_table_or_view_is_infinite_or_nothing(night: OddNight) -> None:
    with duckdb.connect(str(night.home.published), read_only=True) as con:
        columns = con.execute(
            "SELECT schema_name || '.' || table_name, column_name FROM duckdb_columns() WHERE NOT internal "
            "AND (data_type LIKE 'DECIMAL%' OR data_type IN ('DOUBLE', 'FLOAT'))"
        ).fetchall()
        assert len(columns) > 50
        wrong = [
            (table, column)
            for table, column in columns
            if con.execute(f'SELECT count(*) FILTER (NOT isfinite("{column}"::DOUBLE)) FROM {table}').fetchone() != (0,)
        ]
    assert wrong == []
    [(spent,)] = night.rows("SELECT sum(budget_spent_baht) FROM dim_project")
    assert spent == sum(p.budget_spent or 0 for p in (*FORMS, SECTION, DAY)) - 5000


@pytest.mark.fault(34)
def test_a_day_that_is_none_is_no_value_and_a_leap_day_of_the_other_era_is_one(night: OddNight) -> None:
    found = night.rows(f"SELECT start_date, end_date FROM dim_project WHERE project_code = '{DAY.code}'")
    assert found == [(None, date(2020, 2, 29))]
    assert night.told("value_not_well_formed", DAY.code) == [("start_date", "2563-13-45")]
    assert not [content for content in night.server.received if "3106" in body(parsed(content))]  # 2563 + 543


@pytest.mark.fault(34, 54, 55, 59)
def test_the_odd_night_is_whole_and_another_run_changes_nothing(night: OddNight) -> None:
    should = undisturbed_of(night.home)
    assert night.summary.files.new == LISTED
    check_whole(night.home, NIGHT, should, received=night.server.received, listed=LISTED, most_repeated=0)
