"""Reading on an existing Dask cluster: batches of hundreds of files, each guarded there as on this machine.

What a batch gives is a part file, the same that a local run writes: a batch that runs twice writes it twice. Workers
need this very kaona and must see the archive under the same path; one that does not see HOME/work sends what it read.
Nothing here fails a night: what the cluster did not read is left to the caller, with a line that says why.
"""

from __future__ import annotations

import logging
import multiprocessing
import pickle
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import copy_context
from dataclasses import dataclass
from importlib.metadata import version
from math import ceil
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any

from extract.document import SourceFile
from extract.options import Options
from extract.sources import archive_path
from flows.parts import name_of, write_part
from flows.program import identity_of, program
from flows.reading_limits import Limits, read_here

if TYPE_CHECKING:
    from distributed import Client

SECONDS_TO_CONNECT = 10.0
SECONDS_WITHOUT_WORKERS = 60.0
SMALLEST_BATCH = 25
BATCHES_PER_THREAD = 4  # so that one slow batch at the end does not keep all others waiting
_PATIENCE = 2.0  # seconds between two looks at the cluster


class NoCluster(RuntimeError):
    """The cluster cannot be used, or no more; the message says why."""


class OtherProgram(RuntimeError):
    """A worker is of another version."""


@dataclass(frozen=True)
class Batch:
    """Files to be read together, and where the part file goes. `token`: a file there by which a worker knows it."""

    sources: tuple[SourceFile, ...]
    limits: Limits
    folder: Path
    program: str
    token: str


Take = Callable[[Path], None]
Say = Callable[[str], None]


def read_on_cluster(
    address: str, sources: Sequence[SourceFile], limits: Limits, folder: Path, batch_files: int, take: Take, say: Say
) -> None:
    """Let the cluster at `address` read the files; `take` is told each part file, in the order of `sources`.

    Raises NoCluster, before or in between, when it cannot go on. A batch that could not be read is left out, and said.
    """
    try:
        import distributed  # noqa: F401
    except ImportError as error:
        raise NoCluster("pip install 'kaona[dask]'") from error
    folder.mkdir(parents=True, exist_ok=True)
    with _quiet(), NamedTemporaryFile(dir=folder, prefix="shared-", suffix=".tmp") as token:
        name = Path(token.name).name
        with _connected(address) as client:
            threads = _require_alike(client, limits, sources[0])
        size = min(batch_files, max(SMALLEST_BATCH, ceil(len(sources) / (threads * BATCHES_PER_THREAD))))
        program_id = identity_of(limits.options)
        batches = [
            Batch(tuple(sources[at : at + size]), limits, folder, program_id, name)
            for at in range(0, len(sources), size)
        ]
        work = _Work(deque(batches), take, say, ahead=2 * threads + 2)
        if _is_under_prefect():
            try:
                _as_flow(address, work)
            except NoCluster:
                raise
            except Exception as error:
                say(f"the batches are not told to Prefect any more ({type(error).__name__})")
        if work.todo:
            with _connected(address) as client:
                work.follow(lambda batch: client.submit(read_batch, batch, pure=False), client)


# ---------------------------------------------------------------- on a worker


def read_batch(batch: Batch) -> list[bytes] | None:
    """What a worker of the cluster does: read and parse the files in a guarded process of its own, write the part.

    Where it does not see the folder of the parts, what it read is returned. Raises OtherProgram.
    """
    if identity_of(batch.limits.options) != batch.program:
        raise OtherProgram(f"this worker is {program(batch.limits.options)}")
    # a nanny's worker is a daemon, and a daemon may start no process; ours end when they lose their parent
    multiprocessing.current_process()._config.pop("daemon", None)  # type: ignore[attr-defined]
    packed = list(read_here(batch.sources, batch.limits, workers=1))
    if not (batch.folder / batch.token).is_file():
        return packed
    write_part(batch.folder, batch.program, list(zip(batch.sources, packed, strict=True)))
    return None


def read_pickled(batch: bytes) -> list[bytes] | None:
    """The same for a Prefect task, which would walk through every file of what it is given."""
    asked: Batch = pickle.loads(batch)
    return read_batch(asked)


def about(options: Options, archive: Path, sha256: str) -> dict[str, str]:
    """What a process of the cluster is, for comparing."""
    is_seen = archive_path(archive, sha256).is_file()
    libraries = {"distributed": version("distributed")}
    return program(options) | libraries | {"archive": "seen" if is_seen else f"not seen at {archive}"}


# ---------------------------------------------------------------- on this machine


@dataclass
class _Work:
    """Batches that are still to be read, in order, and how many of them the cluster is given ahead."""

    todo: deque[Batch]
    take: Take
    say: Say
    ahead: int

    def __getstate__(self) -> dict[str, Any]:
        """Nothing: Prefect sends the flow along with each of its tasks, and with it all that the flow knows of."""
        return {}

    def follow(self, submit: Callable[[Batch], Any], client: Client) -> None:
        """Give the cluster its batches and take what comes. Raises NoCluster when it is gone."""
        given: deque[Any] = deque()
        alone_since: float | None = None
        while self.todo:
            while len(given) < min(self.ahead, len(self.todo)):
                given.append(submit(self.todo[len(given)]))
            try:
                packed = given[0].result(timeout=_PATIENCE)
            except TimeoutError:
                now = time.monotonic()
                alone_since = None if client.scheduler_info()["workers"] else alone_since or now
                if alone_since is not None and now - alone_since > SECONDS_WITHOUT_WORKERS:
                    raise NoCluster("all its workers are gone") from None
                continue
            except Exception as error:
                if client.status != "running":
                    raise NoCluster(f"its scheduler is gone ({type(error).__name__})") from None
                self.say(f"a batch of {len(self.todo[0].sources)} files failed on the cluster ({type(error).__name__})")
            else:
                self._taken(self.todo[0], packed)
            given.popleft()
            self.todo.popleft()

    def _taken(self, batch: Batch, packed: list[bytes] | None) -> None:
        path = batch.folder / name_of(batch.program, batch.sources)
        if packed is not None:
            path = write_part(batch.folder, batch.program, list(zip(batch.sources, packed, strict=True)))
        self.take(path)


def _as_flow(address: str, work: _Work) -> None:
    """Each batch as a task of Prefect's, in a flow of its own within the stage that reads."""
    from prefect import flow, task
    from prefect.cache_policies import NO_CACHE
    from prefect.context import FlowRunContext, TaskRunContext
    from prefect_dask import DaskTaskRunner

    runner = DaskTaskRunner(address=address, client_kwargs={"timeout": SECONDS_TO_CONNECT})
    read = task(name="read a batch", cache_policy=NO_CACHE, persist_result=False)(read_pickled)

    @flow(name="kaona reading", task_runner=runner, persist_result=False)
    def kaona_reading() -> None:
        running: Any = FlowRunContext.get()
        work.follow(lambda batch: read.submit(pickle.dumps(batch)), running.task_runner.client)

    def within_the_flow_only() -> None:
        # the task of the stage would be sent along too, and it holds the whole night
        TaskRunContext.__var__.set(None)  # type: ignore[arg-type]
        kaona_reading()

    copy_context().run(within_the_flow_only)


def _is_under_prefect() -> bool:
    """Whether this stage is a task of Prefect's, so that batches are told to it too."""
    if "prefect" not in sys.modules:
        return False
    from prefect.context import TaskRunContext

    return TaskRunContext.get() is not None


def _require_alike(client: Client, limits: Limits, sample: SourceFile) -> int:
    """How many files the cluster reads at once. Raises NoCluster unless all of it is this very kaona and sees the
    archive."""
    try:
        client.wait_for_workers(1, timeout=SECONDS_TO_CONNECT)
    except TimeoutError:
        raise NoCluster("it has no worker") from None
    asked = (limits.options, limits.archive, sample.sha256)
    own = about(*asked)
    try:
        client.run_on_scheduler(program, limits.options)
        others = client.run(about, *asked, on_error="return")
    except Exception as error:
        raise NoCluster(f"its scheduler does not know this kaona ({type(error).__name__})") from error
    for worker, found in others.items():
        if not isinstance(found, dict):
            raise NoCluster(f"worker {worker} does not know this kaona ({type(found).__name__})")
        for name, value in own.items():
            if found.get(name) != value:
                raise NoCluster(f"worker {worker} has {name} {found.get(name)}; expected {value}")
    threads: dict[str, int] = client.nthreads()
    return max(1, sum(threads.values()))


@contextmanager
def _connected(address: str) -> Iterator[Client]:
    from distributed import Client

    try:
        client = Client(address, timeout=SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise NoCluster(f"no scheduler answers at {address} ({type(error).__name__})") from None
    try:
        yield client
    finally:
        with suppress(Exception):
            client.close(timeout=_PATIENCE)


@contextmanager
def _quiet() -> Iterator[None]:
    """Dask tells at length what we say in a line."""
    logger = logging.getLogger("distributed")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(level)
