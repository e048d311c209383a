"""Settings that no night can use: a wrong usage that names the place and shows no value."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from flows import cli
from tests.flows.conftest import settings_in


@pytest.mark.parametrize(
    ("toml", "variables", "said"),
    [
        (b'sources = ["/x"\n', {}, "kaona.toml: it is no TOML (Unclosed array"),
        (b"\xff\xfe", {}, "kaona.toml: it is no text in UTF-8"),
        (b"", {"KAONA_SOURCES": "/srv/secret"}, "setting sources: KAONA_SOURCES is no JSON; write a list as"),
    ],
    ids=["toml", "encoding", "no json"],
)
def test_settings_that_cannot_be_read_are_a_wrong_usage_everywhere_and_no_value_is_shown(
    toml: bytes, variables: dict[str, str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kaona.toml").write_bytes(toml)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    for command in ("run", "status", "serve"):
        done = CliRunner().invoke(cli.app, [command])
        assert (done.exit_code, said in done.stderr) == (2, True), done.stderr
        assert "/srv/secret" not in done.output
    done = CliRunner().invoke(cli.app, ["doctor"])
    assert done.exit_code == 1
    assert done.output.startswith("FAIL")
    assert "kaona.toml or the KAONA_* variable" in done.output


@pytest.mark.parametrize(
    ("name", "value"),
    [("MEMORY_LIMIT", "much"), ("MEMORY_LIMIT", "-1"), ("STALE_HOURS", "inf"), ("NIGHT_DEADLINE_MINUTES", "nan"),
     ("MAIL_MAX_AGE_DAYS", "1e300"), ("SMTP_PORT", "70000")],
)  # fmt: skip
def test_numbers_that_no_night_can_use_are_a_wrong_usage(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"KAONA_{name}", value)
    done = CliRunner().invoke(cli.app, ["status"])
    assert (done.exit_code, f"setting {name.lower()}: " in done.stderr) == (2, True)


@pytest.mark.parametrize("value", ["256MB", "1gb", "2G", "1.5GiB", "80%", "100 mb"])
def test_a_memory_limit_is_written_as_duckdb_takes_it(value: str, tmp_path: Path) -> None:
    with duckdb.connect(config={"memory_limit": settings_in(tmp_path, memory_limit=value).memory_limit}) as con:
        assert con.execute("SELECT current_setting('memory_limit')").fetchone()
