"""How sources are opened: options by the beginning of a URI, secrets from the environment or Prefect, never shown."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from extract.sources import SourceUnavailable
from flows.cli import settings_of
from flows.settings import CHECKOUT, Settings
from flows.source_options import options_of, unused_options


def settings(tmp_path: Path, **options: Any) -> Settings:
    return Settings(home=tmp_path, source_options=options)


def test_the_longer_beginning_has_the_last_word_and_ends_at_a_name(tmp_path: Path) -> None:
    made = settings(
        tmp_path, **{"s3://": {"key": "a", "anon": False}, "s3://exports/": {"key": "b"}, "s3://exp": {"key": "c"}}
    )
    assert options_of(made, "s3://exports/2563") == {"key": "b", "anon": False}
    assert options_of(made, "s3://exports-of-others/x") == {"key": "a", "anon": False}
    assert options_of(made, "zip://*::s3://exports/x.zip") == {"key": "b", "anon": False}
    assert options_of(made, str(tmp_path)) == {}


def test_the_example_of_the_handbook_is_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [example] = re.findall(r"```toml\n(sources = .*?)```", (CHECKOUT / "docs" / "operate.md").read_text("utf-8"), re.S)
    (tmp_path / "kaona.toml").write_text(example, "utf-8")
    monkeypatch.chdir(tmp_path)
    made = settings_of(tmp_path)
    for name in ("KEY", "SECRET", "AUTHORIZATION"):
        monkeypatch.setenv(f"EXPORTS_{name}", name)
    assert unused_options(made) == []
    assert [sorted(options_of(made, uri)) for uri in made.sources] == [
        [], ["endpoint_url", "key", "secret"], ["client_keys", "known_hosts"], ["headers"],
    ]  # fmt: skip


def test_who_signs_in_is_no_part_of_the_beginning(tmp_path: Path) -> None:
    made = settings(tmp_path, **{"sftp://export@host": {"password": "x"}})
    assert options_of(made, "sftp://host/drop") == options_of(made, "sftp://export:y@host/drop") == {"password": "x"}
    assert options_of(made, "sftp://host.evil.example/drop") == {}


def test_secrets_come_from_the_environment_also_inside_of_options(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPORT_TOKEN", "canary")
    made = settings(
        tmp_path, **{"https://host/": {"headers": {"Authorization": "env:EXPORT_TOKEN"}, "n": [1, "env:EXPORT_TOKEN"]}}
    )
    assert options_of(made, "https://host/export/") == {"headers": {"Authorization": "canary"}, "n": [1, "canary"]}
    monkeypatch.delenv("EXPORT_TOKEN")
    with pytest.raises(SourceUnavailable, match="export: the environment variable EXPORT_TOKEN is not set"):
        options_of(made, "https://host/export/")


def test_a_secret_block_of_prefect_that_cannot_be_read_names_itself(tmp_path: Path) -> None:
    """In a process of its own: Prefect looks at its environment once."""
    program = (
        "import sys; from pathlib import Path; from flows.settings import Settings; "
        "from flows.source_options import options_of; "
        "made = Settings(home=Path(sys.argv[1]), source_options={'s3://exports': {'secret': 'secret:export-secret'}}); "
        "options_of(made, 's3://exports/x')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        env={**os.environ, "PREFECT_API_URL": "http://127.0.0.1:9/api"}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    told = "x: the Secret block export-secret of Prefect cannot be read (its server does not answer)"
    assert told in done.stderr


@pytest.mark.soak
def test_a_secret_block_of_prefect_opens_a_source(tmp_path: Path) -> None:
    """With Prefect's own embedded server: starting it takes longer than all of the other tests."""
    from prefect.blocks.system import Secret
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        Secret(value="canary").save("export-secret", overwrite=True)
        made = settings(tmp_path, **{"s3://exports": {"secret": "secret:export-secret", "other": "secret:nobody"}})
        with pytest.raises(SourceUnavailable, match=r"Secret block nobody of Prefect cannot be read \(there is none\)"):
            options_of(made, "s3://exports/x")
        made = settings(tmp_path, **{"s3://exports": {"secret": "secret:export-secret"}})
        assert options_of(made, "s3://exports/x") == {"secret": "canary"}


def test_settings_from_a_file_and_the_environment_show_no_sources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kaona.toml").write_text(
        'sources = ["sftp://export:canary@host/drop"]\n[source_options."sftp://host/"]\npassword = "canary"\n', "utf-8"
    )
    made = settings_of(tmp_path)
    assert made.source_options == {"sftp://host/": {"password": "canary"}}
    assert "canary" not in repr(made)
    monkeypatch.setenv("KAONA_SOURCE_OPTIONS", '{"sftp://host/": {"password": "env:X"}}')
    assert settings_of(tmp_path).source_options == {"sftp://host/": {"password": "env:X"}}
