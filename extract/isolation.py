"""Reads many files so that no file can stop the others: PDFs in worker processes with a time and a memory limit.

concurrent.futures is not used: one dead worker costs all pending files, and recycling workers deadlocks (gh-115634).
"""

from __future__ import annotations

import multiprocessing
import resource
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, TimeoutError
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import chain

from pebble import ProcessExpired, ProcessPool

from extract.document import ReadResult, SourceFile
from extract.read import PDF, crashed, media_type_of, out_of_memory, read_bytes, rejected, timed_out
from extract.rejection import Unreadable

FILES_PER_WORKER = 50
"""A worker is replaced after this many files, so that nothing it leaks adds up; costs nothing measurable."""

_AHEAD_PER_WORKER = 4
_MEMORY_PER_BYTE = 4  # a worker that runs out of memory while it receives a file takes the whole pool with it


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may use."""

    seconds: float
    memory_bytes: int


def read_all(
    sources: Sequence[SourceFile],
    open_bytes: Callable[[SourceFile], bytes],
    *,
    workers: int,
    timeout_seconds: float = 20.0,
    memory_limit_bytes: int = 1024**3,
    on_result: Callable[[ReadResult], None] | None = None,
) -> Iterator[ReadResult]:
    """One result per source, in the order of `sources`, whatever happens to the workers.

    Dumps are read in this process. `workers=0` reads PDFs in this process too, without any limit. A file whose
    worker hangs, dies or runs out of memory is rejected with `reader_timeout`, `reader_crashed` or
    `reader_out_of_memory`; one that `open_bytes` cannot open with `not_in_archive`. `on_result` is told each result
    before it is yielded.
    """
    results = (
        _in_pool(sources, open_bytes, workers, Limits(timeout_seconds, memory_limit_bytes))
        if workers
        else (_read_here(source, open_bytes) for source in sources)
    )
    for result in results:
        if on_result is not None:
            on_result(result)
        yield result


def _in_pool(
    sources: Sequence[SourceFile], open_bytes: Callable[[SourceFile], bytes], workers: int, limits: Limits
) -> Iterator[ReadResult]:
    """Keep the workers busy a few files ahead of the one that is waited for, so that memory stays bounded."""
    pool: ProcessPool | None = None
    pending: deque[tuple[SourceFile, ReadResult | Future[ReadResult]]] = deque()
    try:
        for source in chain(sources, [None]):
            while pending and (source is None or len(pending) >= workers * _AHEAD_PER_WORKER):
                first, future = pending.popleft()
                try:
                    yield _outcome(first, future, limits)
                except BrokenProcessPool:
                    # what is too much for the pool itself; the files that only waited in it must not pay for it
                    yield _read_alone(first, open_bytes, limits)
            if source is None:
                break
            data = _open(source, open_bytes)
            if isinstance(data, ReadResult):
                pending.append((source, data))
            elif media_type_of(data) != PDF:
                pending.append((source, read_bytes(source, data)))
            elif len(data) * _MEMORY_PER_BYTE > limits.memory_bytes:
                pending.append((source, rejected(source, PDF, out_of_memory(source.uri))))
            else:
                if pool is None or not pool.active:
                    _stop(pool)
                    pool = _start_pool(workers, limits)
                pending.append((source, _schedule(pool, source, data, limits)))
    finally:
        _stop(pool)


def _read_alone(source: SourceFile, open_bytes: Callable[[SourceFile], bytes], limits: Limits) -> ReadResult:
    data = _open(source, open_bytes)
    if isinstance(data, ReadResult):
        return data
    pool = _start_pool(1, limits)
    try:
        return _outcome(source, _schedule(pool, source, data, limits), limits)
    except BrokenProcessPool:
        return rejected(source, PDF, crashed(source.uri, "its process could not receive it"))
    finally:
        _stop(pool)


def _schedule(pool: ProcessPool, source: SourceFile, data: bytes, limits: Limits) -> Future[ReadResult]:
    try:
        future: Future[ReadResult] = pool.schedule(read_bytes, args=(source, data), timeout=limits.seconds)
    except RuntimeError as error:  # the pool broke since it was last looked at
        future = Future()
        future.set_exception(BrokenProcessPool(str(error)))
    return future


def _stop(pool: ProcessPool | None) -> None:
    if pool is not None:
        pool.stop()  # type: ignore[no-untyped-call]
        pool.join()


def _start_pool(workers: int, limits: Limits) -> ProcessPool:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["extract.read"])
    return ProcessPool(
        max_workers=workers,
        max_tasks=FILES_PER_WORKER,
        initializer=limit_worker,
        initargs=(limits.memory_bytes,),
        context=context,
    )


def limit_worker(memory_limit_bytes: int) -> None:
    """Runs first in every worker: bound its memory, and leave Ctrl-C to the parent."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_limit_bytes, memory_limit_bytes))
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _outcome(source: SourceFile, pending: ReadResult | Future[ReadResult], limits: Limits) -> ReadResult:
    """Wait for one file; raises BrokenProcessPool when its pool is gone, which says nothing of the file."""
    if isinstance(pending, ReadResult):
        return pending
    try:
        return pending.result()
    except BrokenProcessPool:
        raise
    except TimeoutError:
        return rejected(source, PDF, timed_out(source.uri, limits.seconds))
    except ProcessExpired as error:
        return rejected(source, PDF, crashed(source.uri, f"its process ended with exit code {error.exitcode}"))
    except MemoryError:
        return rejected(source, PDF, out_of_memory(source.uri))
    except Exception as error:  # raised on the way to or from the worker
        return rejected(source, PDF, crashed(source.uri, type(error).__name__))


def _read_here(source: SourceFile, open_bytes: Callable[[SourceFile], bytes]) -> ReadResult:
    data = _open(source, open_bytes)
    return data if isinstance(data, ReadResult) else read_bytes(source, data)


def _open(source: SourceFile, open_bytes: Callable[[SourceFile], bytes]) -> bytes | ReadResult:
    try:
        return open_bytes(source)
    except OSError as error:
        missing = Unreadable(
            "not_in_archive",
            f"its bytes cannot be opened ({type(error).__name__})",
            f"sha256 {source.sha256} in the archive",
            "deliver the file again",
        )
        return rejected(source, "application/octet-stream", missing.rejection(source.uri))
