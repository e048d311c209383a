"""Reading on a real Dask cluster: a scheduler and two worker processes with nannies, which lose what they lose."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from distributed import Client
from rich.console import Console

from extract.document import SourceFile
from extract.sources import archive, read_archived
from flows import cluster, program, reading
from flows.parts import name_of
from flows.program import identity_of
from flows.reading import part_folder, read_files
from flows.reading_limits import Limits
from flows.settings import CHECKOUT, Settings
from flows.summary import Summary, Watch
from tests.extract.pdf_bytes import build_pdf, text_at
from tests.flows.conftest import FIRST, SAMPLES, run, settings_in
from tests.flows.test_night import exports_of
from tests.flows.test_reading import archived
from tests.flows.told_worker import GATE, read_as_told_there
from tests.flows.whole import check_accounts, check_whole, undisturbed_of


def until(happened: Callable[[], Any], what: str) -> Any:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if found := happened():
            return found
        time.sleep(0.02)
    pytest.fail(f"not within a minute: {what}")


@contextmanager
def cluster_of(folder: Path, workers: int, gate: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Address and scheduler of a cluster on loopback, in processes of its own."""
    environment = dict(
        os.environ,
        PYTHONPATH=str(CHECKOUT),
        DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="1",
        **{GATE: str(gate)},
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    common = ["--host", "127.0.0.1", "--no-dashboard"]
    with ExitStack() as stack:

        def start(name: str, *arguments: str) -> subprocess.Popen[bytes]:
            log = stack.enter_context((folder / f"{name}.log").open("wb"))
            command = [sys.executable, "-m", f"distributed.cli.dask_{name.partition('-')[0]}", *arguments, *common]
            process = subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log)
            stack.callback(process.wait)
            stack.callback(process.terminate)
            return process

        scheduler = start("scheduler", "--port", address.rpartition(":")[2])
        for number in range(workers):
            start(f"worker-{number}", address, "--nthreads", "1", "--preload", "tests.flows.told_worker", "--local-directory", str(folder))  # fmt: skip
        with Client(address, timeout=60, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=60)
        yield address, scheduler


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("gate") / "open"


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory, gate: Path) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("dask")
    with cluster_of(folder, 2, gate) as (address, _):
        yield address


class Said(Watch):
    """What the night says, as text."""

    def __init__(self) -> None:
        super().__init__()
        self.console = Console(file=open(os.devnull, "w"), record=True, width=500)  # noqa: SIM115, PTH123

    @property
    def text(self) -> str:
        return self.console.export_text(clear=False)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files that this machine reads."""
    names: list[str] = []
    read_here = reading.read_here

    def noted(sources: Any, *arguments: Any) -> Any:
        names.extend(source.uri for source in sources)
        return read_here(sources, *arguments)

    monkeypatch.setattr(reading, "read_here", noted)
    return names


def home(path: Path, address: str | None, **changes: object) -> Settings:
    return settings_in(path, dask_scheduler=address, dask_batch_files=4, **changes)


def told(settings: Settings, **orders: str) -> list[SourceFile]:
    """The samples, and among them PDFs that make their reader do something; in order of names."""
    sources = archived(settings)
    for name, order in orders.items():
        data = build_pdf(text_at(50, 700, name)) + f"%!{order}".encode()
        sources.append(SourceFile(archive(settings.archive, data), f"inbox/{name}.pdf", FIRST, len(data)))
    return sorted(sources, key=lambda s: s.uri)


def read_locally(tmp_path: Path, settings: Settings, sources: list[SourceFile], monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr("extract.isolation.read_bytes", read_as_told_there)
    return read_files(home(tmp_path / "local", None, archive_at=settings.archive), sources, Watch(is_quiet=True))


def test_a_night_on_a_cluster_publishes_what_a_night_on_this_machine_does(
    dask: str, tmp_path: Path, sample_night: tuple[Settings, Summary], here: list[str]
) -> None:
    settings = home(tmp_path / "home", dask)
    shutil.copytree(SAMPLES, settings.home / "inbox")
    run(settings)
    assert here == [], "the workers read everything"
    assert exports_of(settings) == exports_of(sample_night[0])
    assert not part_folder(settings).exists()


def test_a_worker_killed_at_work_is_replaced_and_its_batch_read_by_another(
    dask: str, gate: Path, tmp_path: Path, here: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = home(tmp_path / "home", dask)
    sources = told(settings, e="wait", f="wait", g="wait", z="wait")
    gate.unlink(missing_ok=True)
    monkeypatch.setenv(GATE, str(gate))
    said, found = Said(), []
    reader = threading.Thread(target=lambda: found.extend(read_files(settings, sources, said)))
    with Client(dask, set_as_default=False) as client:
        before = client.run(os.getpid)
        reader.start()
        until(lambda: all(client.processing().values()), "both workers have batches")
        victim = next(iter(before.values()))
        readers = until(lambda: children_of(victim), "the worker has started its reader")
        os.kill(victim, signal.SIGKILL)
        until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in readers), "its reader ends with it")
        gate.touch()
        reader.join(120)
        client.wait_for_workers(2, timeout=60)
        assert victim not in client.run(os.getpid).values()
    assert here == [], said.text
    assert found == read_locally(tmp_path, settings, sources, monkeypatch)


def children_of(pid: int) -> list[int]:
    """Processes below a process, at any depth."""
    below: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            below.setdefault(int(stat.read_text().rsplit(")", 1)[1].split()[1]), []).append(int(stat.parent.name))
        except OSError:
            continue
    found = below.get(pid, [])
    return [*found, *(deeper for child in found for deeper in children_of(child))]


@pytest.mark.fault(57)
def test_a_file_that_ends_its_reader_or_the_whole_worker_costs_only_itself(
    dask: str, tmp_path: Path, here: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("extract.isolation.read_bytes", read_as_told_there)
    settings = home(tmp_path / "home", dask)
    sources = told(settings, e="die", z="slay")
    said = Said()
    files = read_files(settings, sources, said)
    codes = {file.outcome.uri: file.outcome.code for file in files}
    assert codes["inbox/e.pdf"] == codes["inbox/z.pdf"] == "reader_crashed"
    assert here == [source.uri for source in sources[-1 - (len(sources) - 1) % 4 :]], "only the last batch"
    assert "failed on the cluster (KilledWorker)" in said.text
    assert files == read_locally(tmp_path, settings, sources, monkeypatch)
    (settings.home / "inbox").mkdir()
    for source in sources:
        (settings.home / source.uri).write_bytes(read_archived(settings.archive, source.sha256))
    check_accounts(settings, run(settings), len(sources))
    check_whole(settings, FIRST, undisturbed_of(settings), listed=len(sources))


@pytest.mark.soak
def test_when_the_scheduler_dies_the_rest_is_read_here(
    tmp_path: Path, here: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "dask"
    folder.mkdir()
    settings = home(tmp_path / "home", None)
    sources = told(settings, z="wait")
    monkeypatch.setenv(GATE, str(folder / "gate"))
    said, found = Said(), []
    with cluster_of(folder, 1, folder / "gate") as (address, scheduler):
        alone = settings.model_copy(update={"dask_scheduler": address})
        monkeypatch.setattr("extract.isolation.read_bytes", read_as_told_there)
        reader = threading.Thread(target=lambda: found.extend(read_files(alone, sources, said)))
        reader.start()
        names = [name_of(identity_of(settings.reading), sources[at : at + 4]) for at in range(0, len(sources) - 4, 4)]
        until(lambda: all((part_folder(settings) / name).is_file() for name in names), "all but the last batch is done")
        scheduler.kill()
        (folder / "gate").touch()
        reader.join(120)
    assert "its scheduler is gone" in said.text
    assert set(here) <= {source.uri for source in sources[-8:]}
    assert here[-1] == sources[-1].uri
    assert found == read_locally(tmp_path, settings, sources, monkeypatch)


def test_workers_that_do_not_see_the_home_send_what_they_read(
    dask: str, tmp_path: Path, here: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = home(tmp_path / "home", dask)
    sources = archived(settings)
    real = cluster.Batch
    monkeypatch.setattr(cluster, "Batch", lambda *fields: real(*fields[:-1], "a file that is not there"))
    written: list[Path] = []
    write_part = cluster.write_part
    monkeypatch.setattr(cluster, "write_part", lambda *a: written.append(write_part(*a)) or written[-1])
    files = read_files(settings, sources, Watch(is_quiet=True))
    assert here == []
    assert sorted(written) == sorted(part_folder(settings).glob("*.part"))
    assert files == read_locally(tmp_path, settings, sources, monkeypatch)


def refusal(settings: Settings, here: list[str]) -> str:
    """What is said of a cluster that is not used; everything is read here."""
    sources, said = archived(settings), Said()
    assert len(read_files(settings, sources, said)) == len(sources)
    assert here == [source.uri for source in sources]
    return said.text


def test_workers_of_another_version_are_not_used(
    dask: str, tmp_path: Path, here: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "VERSION", "9.9.9")
    text = refusal(home(tmp_path / "home", dask), here)
    assert "the Dask cluster is not used: worker tcp://127.0.0.1:" in text
    assert "expected 9.9.9 rules" in text


def test_workers_that_do_not_see_the_archive_are_not_used(
    dask: str, tmp_path: Path, here: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = home(tmp_path / "home", dask)
    seen_here = cluster.program(settings.reading) | {"distributed": version("distributed"), "archive": "seen"}
    limits = Limits(tmp_path / "elsewhere", 1.0, 2**30, settings.reading)
    with Client(dask, set_as_default=False) as client:
        there = client.run(cluster.about, settings.reading, limits.archive, archived(settings)[0].sha256)
        monkeypatch.setattr(cluster, "about", lambda *_: seen_here)
        client.run = lambda *_, **__: there
        with pytest.raises(cluster.NoCluster, match=r"has archive not seen at .*elsewhere; expected seen"):
            cluster._require_alike(client, limits, archived(settings)[0])


def test_a_batch_is_not_read_by_another_program(tmp_path: Path) -> None:
    settings = home(tmp_path / "home", None)
    batch = cluster.Batch(tuple(archived(settings)), Limits.of(settings), part_folder(settings), "another", "")
    with pytest.raises(cluster.OtherProgram):
        cluster.read_batch(batch)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "no address"])
def test_without_a_scheduler_everything_is_read_here(
    tmp_path: Path, here: list[str], address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "SECONDS_TO_CONNECT", 1.0)
    assert f"no scheduler answers at {address}" in refusal(home(tmp_path / "home", address), here)


UNDER_PREFECT = """
import sys
from pathlib import Path
from prefect import flow, task
from prefect.client.orchestration import get_client
from prefect.testing.utilities import prefect_test_harness
from flows import reading
from flows.summary import Watch
from tests.flows.conftest import settings_in
from tests.flows.test_reading import archived

settings = settings_in(Path(sys.argv[1]), dask_scheduler=sys.argv[2], dask_batch_files=4)
reading.read_here = lambda sources, *_: [sys.exit(f"{source.uri} is read on this machine") for source in sources]

@flow
def night():
    task(name="read", persist_result=False)(lambda: reading.read_files(settings, archived(settings), Watch()) and None)()

with prefect_test_harness(server_startup_timeout=120):
    night()
    with get_client(sync_client=True) as client:
        print(*sorted(f"{run.name.rpartition('-')[0]}:{run.state_name}" for run in client.read_task_runs()), sep="|")
"""


@pytest.mark.soak  # half a minute of computing for one more server
def test_under_prefect_each_batch_is_a_task(dask: str, tmp_path: Path) -> None:
    environment = dict(os.environ, PYTHONPATH=str(CHECKOUT), PREFECT_HOME=str(tmp_path / "prefect"))
    environment |= {"DO_NOT_TRACK": "1", "PREFECT_LOGGING_LEVEL": "ERROR", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
    command = [sys.executable, "-c", UNDER_PREFECT, str(tmp_path / "home"), dask]
    done = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, timeout=240)
    batches = -(-len(list(SAMPLES.iterdir())) // 4)
    assert done.returncode == 0, done.stderr
    runs = ["kaona reading:Completed", "read:Completed", *["read a batch:Completed"] * batches]
    assert sorted(done.stdout.strip().split("|")) == sorted(runs), done.stderr
