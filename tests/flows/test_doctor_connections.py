"""What `kaona doctor` asks of others: sources, mail server, Dask, Prefect, monitoring; nothing of theirs changes."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from flows.operating import doctor_connections
from flows.settings import Settings
from tests.flows.conftest import settings_in
from tests.flows.mail_servers import PASSWORD, USER, free_port, serving, to_server, wanting_login
from tests.flows.test_doctor import said
from tests.flows.test_heartbeat import TOKEN, monitoring, with_url


def test_a_source_that_cannot_be_listed_fails_and_an_empty_one_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    settings = settings_in(tmp_path / "home", sources=[str(tmp_path / "gone"), str(tmp_path / "empty")])
    found = said(settings, doctor_connections.sources)
    assert {name: state for name, (state, _) in found.items()} == {"source gone": "FAIL", "source empty": "warning"}
    assert said(settings_in(tmp_path / "home"), doctor_connections.sources)["source inbox"][0] == "warning"


def test_options_that_fit_no_source_are_told_without_what_they_say(tmp_path: Path) -> None:
    options = {"s3://export": {"key": "canary"}, "s3://user:canary@exports": {"key": "canary"}}
    settings = settings_in(tmp_path, sources=["s3://exports/2569"], source_options=options)
    assert said(settings, doctor_connections.source_options) == {
        "source_options": ("warning", "no source begins with s3://export")
    }


@pytest.mark.parametrize(
    ("address", "state", "told"),
    [
        ("tcp://:8786", "FAIL", "its address has no host and port"),
        ("scheduler", "FAIL", "its address has no host and port"),
        (None, "warning", "it cannot be reached (ConnectionRefusedError)"),
    ],
)
def test_a_dask_scheduler_that_cannot_be_asked_is_told(
    address: str | None, state: str, told: str, tmp_path: Path
) -> None:
    settings = settings_in(tmp_path, dask_scheduler=address or f"tcp://127.0.0.1:{free_port()}")
    assert said(settings, doctor_connections.dask) == {"dask scheduler": (state, told)}
    with socket.create_server(("127.0.0.1", 0)) as there:
        settings = settings_in(tmp_path, dask_scheduler=f"127.0.0.1:{there.getsockname()[1]}")
        assert said(settings, doctor_connections.dask)["dask scheduler"][0] == "ok"


def test_the_mail_server_is_asked_and_nothing_is_sent(tmp_path: Path, certificates: tuple[Path, Path]) -> None:
    authority, pair = certificates
    with serving("starttls", pair, **wanting_login(auth_require_tls=True)) as (inbox, port):
        login = {"smtp_user": USER, "smtp_password": SecretStr(PASSWORD), "smtp_ca_file": authority}
        settings = to_server(settings_in(tmp_path), port, smtp_security="starttls", **login)
        assert said(settings, doctor_connections.mail_server) == {
            "mail server": ("ok", "it answers over STARTTLS, logged in")
        }
        wrong = settings.model_copy(update={"smtp_password": SecretStr("canary-wrong-1")})
        state, told = said(wrong, doctor_connections.mail_server)["mail server"]
        assert (state, "canary" in told) == ("FAIL", False)
        assert inbox.received == []
        half = settings.model_copy(update={"smtp_password": None})
        assert said(half, doctor_connections.mail_server)["mail login"] == (
            "warning", "nobody logs in: KAONA_SMTP_PASSWORD is not set"
        )  # fmt: skip


def _away(port: int) -> str:
    return f"http://127.0.0.1:{port}/{TOKEN}"


@pytest.mark.parametrize(
    ("address", "state"),
    [(_away, "warning"), (lambda _: f"ftp://x/{TOKEN}", "FAIL"), (lambda _: TOKEN, "FAIL")],
    ids=["away", "no web address", "no address"],
)
def test_a_heartbeat_url_that_is_not_well_is_told_without_it(
    address: Callable[[int], str], state: str, tmp_path: Path
) -> None:
    settings = with_url(settings_in(tmp_path), address(free_port()))
    found = said(settings, doctor_connections.heartbeat_url)["heartbeat url"]
    assert found[0] == state
    assert TOKEN not in str(found)


def test_monitoring_is_reached_and_not_called(tmp_path: Path) -> None:
    with monitoring() as (called, url):
        assert said(with_url(settings_in(tmp_path), url), doctor_connections.heartbeat_url)["heartbeat url"][0] == "ok"
    assert called == []


def test_a_prefect_server_that_is_configured_and_away_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", f"http://user:{TOKEN}@127.0.0.1:{free_port()}/api")
    found: dict[str, Any] = said(Settings(home=tmp_path), doctor_connections.prefect_api)
    assert found["prefect api"][0] == "warning"
    assert TOKEN not in str(found)
    with socket.create_server(("127.0.0.1", 0)):
        assert said(settings_in(tmp_path), doctor_connections.prefect_api)["prefect api"][0] == "ok"
