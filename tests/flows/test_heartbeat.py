"""A sign of life while a night runs, and the URL that monitoring wants called."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from flows import run as flows_run
from flows.operating import heartbeat
from flows.operating.heartbeat import address_of, last_heartbeat
from flows.settings import Settings
from flows.summary import Summary, Watch
from tests.flows.conftest import FIRST, SECOND, run
from tests.flows.homes import copied, lines
from tests.flows.mail_servers import free_port

TOKEN = "canary-token-5521"


@contextmanager
def monitoring(status: int = 200, *, is_silent: bool = False) -> Iterator[tuple[list[tuple[str, str]], str]]:
    """A monitoring server on loopback: (path, body) of each call, and its address. A silent one never answers."""
    called: list[tuple[str, str]] = []
    is_over = threading.Event()

    class Server(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode("utf-8")
            called.append((self.path, body))
            if is_silent:
                is_over.wait(30)
                return
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield called, f"http://127.0.0.1:{server.server_port}/ping/{TOKEN}"
    finally:
        is_over.set()
        server.shutdown()
        server.server_close()


def with_url(settings: Settings, url: str) -> Settings:
    return settings.model_copy(update={"heartbeat_url": SecretStr(url)})


def test_a_stage_stands_in_the_heartbeat_while_it_runs(
    sample_night: tuple[Settings, Summary], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, seen = copied(sample_night[0], tmp_path), {}
    pull = flows_run.pull_sources

    def pull_sources(*arguments: Any) -> Any:
        seen.update(last_heartbeat(settings.home))
        return pull(*arguments)

    monkeypatch.setattr(flows_run, "pull_sources", pull_sources)
    run(settings)
    assert (seen["state"], seen["stage"], seen["night"]) == ("running", "pull sources", FIRST.isoformat())
    assert set(seen) >= {"pid", "since", "beat", "attempt", "started"}
    after = last_heartbeat(settings.home)
    assert (after["state"], after["attempt"]) == ("ok", lines(settings)[-1]["attempt"])


def test_it_goes_on_beating_within_a_long_stage(
    sample_night: tuple[Settings, Summary], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = copied(sample_night[0], tmp_path)
    monkeypatch.setattr(heartbeat, "_LOOK_SECONDS", 0.01)
    monkeypatch.setattr(heartbeat, "BEAT_SECONDS", 0.02)
    beats, is_enough = [], threading.Event()
    beat = heartbeat.Heartbeat.beat

    def counted(self: heartbeat.Heartbeat) -> None:
        beat(self)
        beats.append(last_heartbeat(settings.home)["step"])
        if {"title": "reading", "done": 1, "total": 3} in beats[:-3]:
            is_enough.set()

    def pull_sources(*_: Any) -> Any:
        with watch.progress("reading", 3) as step:
            step()
            assert is_enough.wait(20)
        raise RuntimeError("enough")

    monkeypatch.setattr(heartbeat.Heartbeat, "beat", counted)
    monkeypatch.setattr(flows_run, "pull_sources", pull_sources)
    watch = Watch(is_quiet=True)
    with pytest.raises(RuntimeError, match="enough"):
        flows_run.run_night(settings, SECOND, watch)
    assert last_heartbeat(settings.home)["state"] == "failed"


def test_the_url_is_called_at_the_start_and_at_a_good_end(
    sample_night: tuple[Settings, Summary], tmp_path: Path
) -> None:
    with monitoring() as (called, url):
        settings = with_url(copied(sample_night[0], tmp_path), url)
        run(settings, SECOND)
    [start, end] = called
    assert start == (f"/ping/{TOKEN}/start", "")
    assert end[0] == f"/ping/{TOKEN}"
    assert end[1].startswith(f"night {SECOND} nothing_new; 15 files: 0 new, 10 unchanged, 0 duplicate, 5 rejected")
    assert TOKEN not in json.dumps(lines(settings)) + json.dumps(last_heartbeat(settings.home))


@pytest.mark.fault(49)
def test_a_night_that_failed_is_told_without_people(
    sample_night: tuple[Settings, Summary], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pull_sources(*_: Any) -> None:
        raise RuntimeError("นาย สมมติ ทดสอบ cannot be listed")

    monkeypatch.setattr(flows_run, "pull_sources", pull_sources)
    with monitoring() as (called, url):
        settings = with_url(copied(sample_night[0], tmp_path), url)
        with pytest.raises(RuntimeError):
            run(settings, SECOND)
    assert called[-1] == (
        f"/ping/{TOKEN}/fail",
        f"night {SECOND} failed; in pull sources: RuntimeError: … cannot be listed",
    )


@pytest.mark.parametrize("kind", ["away", "answers 500", "silent"])
def test_monitoring_that_is_not_well_fails_no_night_and_its_address_is_not_told(
    kind: str,
    sample_night: tuple[Settings, Summary],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(heartbeat, "PING_SECONDS", 0.2)
    with monitoring(500, is_silent=kind == "silent") as (_, url):
        gone = f"http://127.0.0.1:{free_port()}/{TOKEN}"
        settings = with_url(copied(sample_night[0], tmp_path), gone if kind == "away" else url)
        assert flows_run.run_night(settings, FIRST, Watch()).nothing_new
    told = capsys.readouterr().err
    assert "the heartbeat URL was not told" in told
    assert TOKEN not in told + (settings.log / "nights.jsonl").read_text(encoding="utf-8")
    assert last_heartbeat(settings.home)["state"] == "ok"


def test_an_address_that_is_none_fails_no_night(sample_night: tuple[Settings, Summary], tmp_path: Path) -> None:
    assert run(with_url(copied(sample_night[0], tmp_path), "no address at all")).nothing_new
    assert address_of("https://x.example/a/", "start") == "https://x.example/a/start"
