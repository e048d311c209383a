"""What docs/analyst.md shows is what the queries give on the bundled samples; `--refresh-goldens` writes it anew."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner

from flows.answers import aligned
from flows.cli import Failure, app
from flows.settings import CHECKOUT, Settings
from flows.summary import Summary
from load.dictionary import describe, query
from load.views import load_macros, load_views

PAGE = CHECKOUT / "docs" / "analyst.md"
EXAMPLE = re.compile(r"```sql\n(.*?)\n```\n(?:\n```text\n(.*?)```\n)?", re.S)


def shown(sql: str, settings: Settings) -> str:
    """A query of the page with its answer below, as the page shows it."""
    answer = "\n".join(aligned(*query(settings.published, sql)))
    return f"```sql\n{sql}\n```\n\n```text\n{answer}\n```\n"


def test_every_example_gives_what_the_page_shows(
    request: pytest.FixtureRequest,
    golden: Callable[[str, Any], None],
    sample_night: tuple[Settings, Summary],
) -> None:
    text = PAGE.read_text(encoding="utf-8")
    now = EXAMPLE.sub(lambda example: shown(example[1], sample_night[0]), text)
    assert len(EXAMPLE.findall(text)) >= 20
    if request.config.getoption("--refresh-goldens"):
        PAGE.write_text(now, encoding="utf-8", newline="\n")
    else:
        assert now == text


def test_the_page_has_all_twenty_questions_in_order() -> None:
    numbers = re.findall(r"^### (\d+)\. .+\?$", PAGE.read_text(encoding="utf-8"), re.M)
    assert numbers == [str(n) for n in range(1, 21)]


def test_the_page_names_nothing_that_is_not_in_the_file_and_every_question_that_takes_parameters(
    sample_night: tuple[Settings, Summary],
) -> None:
    text = PAGE.read_text(encoding="utf-8")
    names = {d.name for d in describe(sample_night[0].published)}
    assert set(re.findall(r"\b(?:v_\w+|dim_\w+|fact_\w+)", text)) <= names
    assert [m.name for m in load_macros() if m.is_table and f"{m.name}(" not in text] == []
    assert [v.name for v in load_views() if v.name not in text] == ["v_texts_of_many_projects"]


def asked(settings: Settings, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Any:
    monkeypatch.setenv("KAONA_HOME", str(settings.home))
    return CliRunner().invoke(app, ["sql", *arguments])


def test_the_command_prints_csv_json_and_the_meaning_of_columns(
    sample_night: tuple[Settings, Summary], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = sample_night[0]
    amount = (
        "SELECT project_code, budget_received_baht, budget_spent_baht FROM dim_project WHERE budget_spent_baht IS NULL"
    )
    assert asked(settings, monkeypatch, amount, "--csv").stdout == (
        "project_code,budget_received_baht,budget_spent_baht\n23000000-6854,815600.00,\n"
    )
    assert asked(settings, monkeypatch, amount, "--json").stdout == (
        '[{"project_code": "23000000-6854", "budget_received_baht": 815600.00, "budget_spent_baht": null}]\n'
    )
    meaning = asked(settings, monkeypatch, "--describe", "main.silent_projects(as_of, days)").stdout
    assert "silent_projects(as_of, days): ณ วันที่กำหนด" in meaning
    assert "days_silent" in meaning
    listed = json.loads(asked(settings, monkeypatch, "--json").stdout)
    assert {"name", "kind", "meaning"} == set(listed[0])
    assert {"table", "view", "macro"} == {row["kind"] for row in listed}


def test_a_name_that_is_not_there_is_answered_with_one_that_is(
    sample_night: tuple[Settings, Summary], monkeypatch: pytest.MonkeyPatch
) -> None:
    done = asked(sample_night[0], monkeypatch, "--describe", "v_silent_project")
    assert isinstance(done.exception, Failure)
    assert "is it v_silent_projects" in str(done.exception)
    assert asked(sample_night[0], monkeypatch, "--describe", "dim_project", "SELECT 1").exit_code == 2
    assert asked(sample_night[0], monkeypatch, "--csv", "--json", "SELECT 1").exit_code == 2
