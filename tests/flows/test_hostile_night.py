"""One night of hostile texts, looked at from every side: the file, its exports, mails, pages and commands."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from flows.cli import app
from flows.mail_files import parsed
from flows.outbox import body
from flows.rebuild import verify_exports
from flows.settings import Settings
from load.dictionary import query
from load.exports import export
from tests.flows.conftest import FIRST
from tests.flows.hostile_night import (
    ADDRESSES,
    CODES,
    FORMULAS,
    HEADERS,
    HTML,
    LIGATURES,
    LISTED,
    MARKS,
    SQL,
    TURNED,
    HostileNight,
    hostile_night,
)
from tests.flows.whole import check_whole, undisturbed_of
from tests.load.page_texts import Parsed

# what acts instead of being read: controls, separators of lines, turns, halves
_ACTS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
_HEADERS = {
    "Subject", "From", "To", "Date", "Message-ID", "List-Id", "List-Unsubscribe", "List-Help", "Auto-Submitted",
    "X-Auto-Response-Suppress", "MIME-Version", "Content-Type",
}  # fmt: skip


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileNight]:
    """The night, run once."""
    with hostile_night(tmp_path_factory.mktemp("hostile")) as made:
        yield made


@pytest.fixture(scope="module")
def exported(night: HostileNight, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its exports, as CSV and as workbooks."""
    folder = tmp_path_factory.mktemp("exported")
    with duckdb.connect(str(night.home.published), read_only=True) as con:
        export(con, folder, "csv")
        export(con, folder, "xlsx")
    return folder


def names(settings: Settings) -> dict[object, object]:
    return dict(query(settings.published, "SELECT project_code, project_name FROM dim_project")[1])


def pages(night: HostileNight) -> dict[str, str]:
    """Every page that the night made, and the HTML of every mail."""
    folder = night.home.published.parent
    found = {p.name: p.read_text(encoding="utf-8") for p in sorted(folder.rglob("*.html"))}
    assert {"index.html", "report.html", "dictionary.html"} < set(found)
    for number, content in enumerate(night.mails):
        html = parsed(content).get_body(("html",))
        assert html is not None
        found[f"mail {number}"] = html.get_content().replace("\r\n", "\n")
    return found


def told(*arguments: str, night: HostileNight) -> str:
    """What a command prints that ends well."""
    done = CliRunner().invoke(app, [*arguments, "--home", str(night.home.home)])
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.fault(33)
def test_text_bombs_are_facts_like_any_other_and_nothing_that_acts_is_published(night: HostileNight) -> None:
    found = names(night.home)
    assert night.summary.files.new == len(found) == LISTED
    assert found[CODES["marks"]] == re.sub("\u0e48+", "\u0e48", MARKS)  # a mark printed over itself is one mark
    assert found[CODES["ligatures"]] == LIGATURES  # NFKC would make eighteen letters of each
    assert found[CODES["turned"]] == "ศาลาexe.fdp 31m"
    assert found[CODES["halves"]] == "ศาลา\ufffdก \ufffd"
    assert re.fullmatch("ศาลา\ufffd+\ufdfa{18}\ufffd+ก", str(found[CODES["pdf"]]))
    with duckdb.connect(str(night.home.published), read_only=True) as con:
        columns = con.execute(
            "SELECT schema_name || '.' || table_name, column_name FROM duckdb_columns() "
            "WHERE data_type = 'VARCHAR' AND NOT internal"
        ).fetchall()
        assert len(columns) > 100
        for table, column in columns:
            for (value,) in con.execute(f'SELECT DISTINCT "{column}" FROM {table}').fetchall():
                is_fact = table.startswith(("main.dim_", "main.fact_", "main.project_"))  # evidence is as printed
                assert value is None or not (_ACTS if is_fact else _NO_TEXT).search(value), (table, column)


@pytest.mark.fault(33)
def test_no_text_makes_a_mail_that_no_server_takes_or_a_page_that_no_browser_shows(night: HostileNight) -> None:
    assert len(night.mails) > 5
    assert max(map(len, night.mails)) < 300_000
    assert {name: len(html) for name, html in pages(night).items() if len(html) > 400_000} == {}
    assert [name for name, html in pages(night).items() if _ACTS.search(html)] == []
    assert [content for content in night.mails if _ACTS.search(body(parsed(content)).replace("\r\n", "\n"))] == []


@pytest.mark.fault(33)
def test_a_terminal_is_not_sent_what_acts_and_a_pipe_gets_all(
    night: HostileNight, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    raw = query(night.home.published, "SELECT raw FROM lineage.reading WHERE raw LIKE '%exe.fdp%' LIMIT 1")[1]
    assert "\x9b31m" in str(raw[0][0])
    terminal, pipe = Terminal(), io.StringIO()
    for out in (terminal, pipe):
        monkeypatch.setattr("sys.stdout", out)
        app(["why", CODES["turned"], "--home", str(night.home.home)], standalone_mode=False)
        app(["review", "--home", str(night.home.home)], standalone_mode=False)
    assert not _ACTS.search(terminal.getvalue())
    assert TURNED in pipe.getvalue()


@pytest.mark.fault(43)
def test_no_name_or_text_makes_a_header(night: HostileNight) -> None:
    recipients = []
    for content in night.mails:
        message = parsed(content)
        assert not message.defects
        assert set(message.keys()) == _HEADERS
        assert len(message.keys()) == len(_HEADERS)
        [to] = message["To"].addresses
        recipients.append((to.display_name, to.addr_spec))
        assert not _ACTS.search(f"{message['Subject']}{to.display_name}")
    assert ('ศาลา "ก"', "progress-desk@kaona.invalid") in recipients
    assert "all@evil.invalid" in str(names(night.home)[CODES["headers"]])


@pytest.mark.fault(44)
def test_nobody_is_written_to_whose_address_stands_in_a_document_only(night: HostileNight) -> None:
    assert set(night.server.recipients) == {"progress-desk@kaona.invalid", "strategy-head@kaona.invalid"}
    assert len(night.server.recipients) == len(night.mails)
    found = names(night.home)
    assert [found[CODES[f"address{n}"]] for n in range(len(ADDRESSES))] == list(ADDRESSES)


def is_number(text: str) -> bool:
    """A dash alone is none, and does as little."""
    return bool(re.fullmatch(r"-?\d+(\.\d+)?|-", text))


@pytest.mark.fault(45)
def test_no_cell_of_an_export_runs_and_numbers_stay_numbers(night: HostileNight, exported: Path) -> None:
    assert {str(names(night.home)[CODES[f"formula{n}"]])[0] for n in range(len(FORMULAS))} >= set("=@+-")
    shown = set()
    for path in sorted(exported.glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            csv.field_size_limit(10**6)
            cells = {cell for row in csv.reader(file) for cell in row}
        assert [c for c in cells if c and c[0] in "=+-@\t\r＝＋－＠" and not is_number(c)] == [], path.name
        shown |= {cell for cell in cells if cell.startswith("'")}
    assert {"'=1+1", "'@SUM(A1)", "'-2+3+cmd"} < shown
    books = [*sorted(exported.glob("*.xlsx")), *(io.BytesIO(data) for data in attachments(night))]
    assert len(books) > 30
    kinds = {cell.data_type for book in books for sheet in load_workbook(book) for row in sheet for cell in row}
    assert "f" not in kinds
    assert {"s", "n"} <= kinds


def attachments(night: HostileNight) -> list[bytes]:
    found = [part for content in night.mails for part in parsed(content).iter_attachments()]
    return [bytes(part.get_payload(decode=True) or b"") for part in found]


@pytest.mark.fault(46)
def test_html_of_a_document_is_text_on_every_page_and_in_every_mail(night: HostileNight) -> None:
    shown = []
    for name, html in pages(night).items():
        page = Parsed(html)
        scripts = re.findall(r"<script\b.*?</script>", html, re.DOTALL)
        assert not [s for s in scripts if "alert(1)" in s], name
        assert "img" not in page.tags, name
        assert not [link for link in page.links if "evil.invalid" in link], name
        shown += [name] if HTML in page.text else []
    assert {"report.html"} < set(shown)
    assert [name for name in shown if name.startswith("mail")]


@pytest.mark.fault(47)
def test_sql_of_a_document_is_a_text_to_every_question(night: HostileNight) -> None:
    code = CODES["sql"]
    assert names(night.home)[code] == SQL
    tables = {name for (name,) in query(night.home.published, "SELECT table_name FROM duckdb_tables()")[1]}
    assert {"dim_project", "fact_progress_report", "reading", "finding"} <= tables
    asked = "SELECT value FROM quality.finding WHERE rule = 'unknown_heading' AND project_code = '50390000-9106'"
    assert query(night.home.published, asked)[1] == [(f"**3. {SQL}**",)]
    assert SQL in told("why", code, "project_name", night=night)
    assert SQL in told("sql", f"SELECT project_name FROM dim_project WHERE project_code = '{code}'", night=night)
    refused = CliRunner().invoke(app, ["why", SQL, "--home", str(night.home.home)])
    assert refused.exit_code == 1
    assert "no such project" in str(refused.exception)
    assert "50390000-9105" in told("review", night=night)
    assert names(night.home)[code] == SQL


@pytest.mark.fault(33, 43, 44, 45, 46, 47)
def test_a_hostile_night_is_whole_and_another_run_changes_nothing(night: HostileNight) -> None:
    should = undisturbed_of(night.home)
    assert len(should.mails) == len(night.mails)
    check_whole(night.home, FIRST, should, received=night.mails, listed=LISTED, most_repeated=0)
    assert verify_exports(night.home) == []
    assert HEADERS not in night.home.log.joinpath("nights.jsonl").read_text(encoding="utf-8")
