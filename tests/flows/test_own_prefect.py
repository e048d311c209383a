"""Nights and `kaona serve` where no Prefect server is configured: their own one is killed, once and again."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from flows.operating.heartbeat import last_heartbeat
from flows.prefect_server import free_port
from flows.settings import Settings
from tests.extract.pdf_bytes import build_pdf, text_at
from tests.flows.broken_nights import LISTED, Before, command, variables
from tests.flows.conftest import SECOND, settings_in
from tests.flows.homes import copied
from tests.flows.prefect_parts import (
    NIGHTLY,
    Server,
    environment,
    home_with,
    own_servers,
    served,
    small_night,
    started,
    under_way,
    wait_for,
)
from tests.flows.test_dask import cluster_of
from tests.flows.whole import Undisturbed, check_published, check_whole, sha_of, tables_of

pytestmark = pytest.mark.soak


# ---------------------------------------------------------------- one night


@pytest.mark.fault(51)
def test_a_night_whose_own_server_is_killed_goes_on_and_no_stage_runs_twice(tmp_path: Path) -> None:
    done = small_night(tmp_path / "home", "", "second", "killed")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "CALLS first second third"
    assert done.stderr.count("the night goes on without it") == 1
    assert "Traceback" not in done.stderr


def ends_well_without_its_server(
    home: Settings, stage: str, then: Callable[[], object] = lambda: None, **changes: str
) -> None:
    """The second night as a flow; the server that it has started is killed in a stage."""
    words, log = [word for word in command(home) if word != "--no-prefect"], home.home.parent / "night.log"
    with started(words, environment(**variables(home), **changes), log) as night:
        wait_for(lambda: last_heartbeat(home.home).get("stage") == stage)
        [pid] = own_servers(night.pid)
        os.kill(pid, signal.SIGKILL)
        then()
        assert night.wait(150) == 0, log.read_text()
    assert log.read_text().count("the night goes on without it") == 1
    assert "Traceback" not in log.read_text()


@pytest.mark.fault(51)
@pytest.mark.parametrize("stage", ["read", "validate", "publish", "mail"])
def test_a_whole_night_whose_own_server_is_killed_is_published_all_the_same(
    before: Before, should: Undisturbed, tmp_path: Path, stage: str
) -> None:
    home = copied(before.home, tmp_path)
    was, old = tables_of(home.published), sha_of(home.published)
    ends_well_without_its_server(home, stage)
    assert check_published(home, was, old, should.tables)
    check_whole(home, SECOND, should, listed=LISTED)


@pytest.mark.fault(51)
def test_a_night_on_a_cluster_whose_prefect_dies_is_read_there_all_the_same(
    before: Before, should: Undisturbed, tmp_path: Path
) -> None:
    home = copied(before.home, tmp_path)
    gate = tmp_path / "gate"
    (home.home / "inbox" / "slow.pdf").write_bytes(build_pdf(text_at(50, 700, "slow")) + b"%!wait")
    with cluster_of(tmp_path, 1, gate) as (address, _):
        changes = {"KAONA_DASK_SCHEDULER": address, "KAONA_DASK_BATCH_FILES": "4"}
        ends_well_without_its_server(home, "read", then=gate.touch, **changes)
    (home.home / "inbox" / "slow.pdf").unlink()
    facts = tables_of(home.published)
    assert facts["main.dim_project"] == should.tables["main.dim_project"]
    assert facts["lineage.decision"] == should.tables["lineage.decision"]


# ---------------------------------------------------------------- kaona serve


def own_of_serve() -> Server:
    """The server that `kaona serve` starts itself, where none is configured."""
    return Server(f"http://127.0.0.1:{free_port()}/api")


def on_port(own: Server) -> dict[str, str]:
    return {"PREFECT_API_URL": "", "KAONA_PREFECT_PORT": own.url.split(":")[2].split("/")[0]}


def night_under_way(own: Server, home: Path) -> str:
    """A night that was asked of it once it answers, and has begun; the id of its run."""
    wait_for(lambda: answering(own) and own.deployment(NIGHTLY))
    run = own.trigger(NIGHTLY)
    wait_for(lambda: under_way(home))
    return run


def answering(server: Server) -> bool:
    try:
        return httpx.get(f"{server.url}/health", timeout=2.0).status_code == 200
    except httpx.HTTPError:
        return False


def test_serve_starts_its_own_server_and_a_kill_of_all_of_it_loses_no_night(tmp_path: Path) -> None:
    home, folder, own = home_with(tmp_path / "home"), tmp_path / "folder", own_of_serve()
    with served(own, home, folder, **on_port(own)) as serving:
        killed = night_under_way(own, home)
        os.killpg(serving.pid, signal.SIGKILL)  # serve, server and run
        serving.wait()
    wait_for(lambda: not under_way(home))
    (folder / "exports").mkdir()
    with served(own, home, folder, **on_port(own)):
        wait_for(lambda: answering(own) and own.run(killed)["state_type"] == "CRASHED")
        assert own.ended(own.trigger(NIGHTLY))["type"] == "COMPLETED"  # at once: nothing keeps a slot


@pytest.mark.fault(51)
def test_an_own_server_that_dies_under_serve_is_started_again_and_its_night_is_closed(tmp_path: Path) -> None:
    home, folder, own = home_with(tmp_path / "home"), tmp_path / "folder", own_of_serve()
    with served(own, home, folder, **on_port(own)) as serving:
        first = night_under_way(own, home)
        for number in (1, 2):  # it is kept up as long as it is served
            [pid] = own_servers(serving.pid)
            os.kill(pid, signal.SIGKILL)
            wait_for(lambda times=number: times_mended(tmp_path) == times)
            assert answering(own)
        (folder / "exports").mkdir()
        wait_for(lambda: not under_way(home))
        assert settings_in(home).published.is_file()
        assert own.ended(first)["type"] in ("COMPLETED", "CRASHED")  # by the run itself, or by the guard
        assert own.ended(own.trigger(NIGHTLY))["type"] == "COMPLETED"
        serving.send_signal(signal.SIGTERM)
        assert serving.wait(60) == 0
    assert own_servers(serving.pid) == []
    assert not answering(own)


def times_mended(folder: Path) -> int:
    return (folder / "serve.log").read_text().count("Prefect's server had died and was started again")
