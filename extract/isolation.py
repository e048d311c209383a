"""Reads many files so that no file can stop the others: PDFs in worker processes with a time and a memory limit.

concurrent.futures is not used: one dead worker costs all pending files, and recycling workers deadlocks (gh-115634).
Small PDFs travel to a worker in batches, because a round trip takes as long as reading one. A batch that does not end
well says nothing of its files: each is then read again for itself, and only that counts.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import resource
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, TimeoutError
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace

from pebble import ProcessExpired, ProcessPool

from extract.document import ReadResult, SourceFile
from extract.options import DEFAULTS, Options
from extract.pdf.objects import names_forgotten
from extract.read import PDF, crashed, media_type_of, out_of_memory, read_bytes, rejected, timed_out
from extract.rejection import Unreadable

BATCHES_PER_WORKER = 25
"""A worker is replaced after this many batches, so that nothing it leaks adds up; costs nothing measurable."""

MAX_BATCH_FILES = 8
MAX_BATCH_BYTES = 256 * 1024
"""Eight PDFs of text; one of pictures, which OCR may read for many seconds, travels alone."""

_AHEAD_PER_WORKER = 3  # batches
_MEMORY_PER_BYTE = 4  # a worker that runs out of memory while it receives a file takes the whole pool with it
_PR_SET_PDEATHSIG = 1
_OUT_OF_MEMORY = "reader_out_of_memory"
_OF_THE_WORKER = (_OUT_OF_MEMORY, "reader_timeout", "reader_crashed")

_Open = Callable[[SourceFile], bytes]
_Read = Callable[[SourceFile, bytes, Options], ReadResult]
_File = tuple[SourceFile, bytes]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may use."""

    seconds: float
    memory_bytes: int


def read_all(
    sources: Sequence[SourceFile],
    open_bytes: _Open,
    *,
    workers: int,
    timeout_seconds: float = 20.0,
    memory_limit_bytes: int = 1024**3,
    options: Options = DEFAULTS,
    on_result: Callable[[ReadResult], None] | None = None,
) -> Iterator[ReadResult]:
    """One result per source, in the order of `sources`, whatever happens to the workers.

    Dumps are read in this process. `workers=0` reads PDFs in this process too, without any limit. A file whose
    worker hangs, dies or runs out of memory is rejected with `reader_timeout`, `reader_crashed` or
    `reader_out_of_memory`; one that `open_bytes` cannot open with `not_in_archive`. `on_result` is told each result
    before it is yielded.
    """
    if workers:
        limits = Limits(timeout_seconds, memory_limit_bytes)
        results = _Reading(open_bytes, workers, limits, options).results(sources)
    else:
        results = (_read_here(source, open_bytes, options) for source in sources)
    for result in results:
        if on_result is not None:
            on_result(result)
        yield result


@dataclass(slots=True)
class _Batch:
    """Sources that follow each other: results that are known, and files whose results are in `future`."""

    slots: list[ReadResult | _File] = field(default_factory=list)
    size: int = 0
    future: Future[list[ReadResult]] | None = None

    @property
    def files(self) -> list[_File]:
        return [slot for slot in self.slots if not isinstance(slot, ReadResult)]


class _Reading:
    """One run of read_all with workers."""

    def __init__(self, open_bytes: _Open, workers: int, limits: Limits, options: Options) -> None:
        self._open_bytes = open_bytes
        self._workers = workers
        self._limits = limits
        self._options = options
        self._pool: ProcessPool | None = None

    def results(self, sources: Sequence[SourceFile]) -> Iterator[ReadResult]:
        """Keep the workers busy a few batches ahead of the one that is waited for, so that memory stays bounded."""
        pending: deque[_Batch] = deque()
        try:
            for batch in self._batches(sources):
                self._send(batch)
                pending.append(batch)
                if len(pending) > self._workers * _AHEAD_PER_WORKER:
                    yield from self._outcomes(pending.popleft())
            while pending:
                yield from self._outcomes(pending.popleft())
        finally:
            _stop(self._pool)

    def _batches(self, sources: Sequence[SourceFile]) -> Iterator[_Batch]:
        """The sources in batches, in smaller ones when there are too few to share out."""
        most = max(1, min(MAX_BATCH_FILES, len(sources) // (self._workers * _AHEAD_PER_WORKER)))
        batch = _Batch()
        for source in sources:
            data = self._open(source)
            size = 0 if isinstance(data, ReadResult) else len(data)
            if batch.slots and (len(batch.slots) >= most or batch.size + size > MAX_BATCH_BYTES):
                yield batch
                batch = _Batch()
            batch.slots.append(data if isinstance(data, ReadResult) else (source, data))
            batch.size += size
        if batch.slots:
            yield batch

    def _open(self, source: SourceFile) -> bytes | ReadResult:
        """The bytes of a PDF, or the result where no worker is needed."""
        data = _open(source, self._open_bytes)
        if isinstance(data, ReadResult):
            return data
        if media_type_of(data) != PDF:
            return read_bytes(source, data, self._options)
        if len(data) * _MEMORY_PER_BYTE > self._limits.memory_bytes:
            return rejected(source, PDF, out_of_memory(source.uri), self._options)
        return data

    def _send(self, batch: _Batch) -> None:
        if batch.files:
            if self._pool is None or not self._pool.active:
                _stop(self._pool)
                self._pool = _start_pool(self._workers, self._limits)
            batch.future = self._schedule(self._pool, batch.files)

    def _schedule(self, pool: ProcessPool, files: list[_File]) -> Future[list[ReadResult]]:
        try:
            future: Future[list[ReadResult]] = pool.schedule(
                read_batch, args=(read_bytes, files, self._options), timeout=self._limits.seconds
            )
        except RuntimeError as error:  # the pool broke since it was last looked at
            future = Future()
            future.set_exception(BrokenProcessPool(str(error)))
        return future

    def _outcomes(self, batch: _Batch) -> Iterator[ReadResult]:
        read = self._read_results(batch.files, batch.future) if batch.future else iter(())
        for slot in batch.slots:
            yield slot if isinstance(slot, ReadResult) else next(read)

    def _read_results(self, files: list[_File], future: Future[list[ReadResult]]) -> Iterator[ReadResult]:
        """The results of the files of a batch; of one that did not end well, each file's when it is read for itself."""
        if len(files) > 1 and future.exception() is not None:
            singles = [_Batch([file]) for file in files]
            for single in singles:
                self._send(single)
            for single in singles:
                yield from self._outcomes(single)
            return
        for index, (source, _) in enumerate(files):
            yield self._without_second_reader(source, self._verdict(source, future, index))

    def _verdict(
        self, source: SourceFile, future: Future[list[ReadResult]], index: int = 0, *, has_own_worker: bool = False
    ) -> ReadResult:
        """What is to be said of a file: its result, or what it did to its worker, if it can have been no other."""
        try:
            result = future.result()[index]
        except TimeoutError:
            return rejected(source, PDF, timed_out(source.uri, self._limits.seconds), self._options)
        except ProcessExpired as error:
            return rejected(
                source, PDF, crashed(source.uri, f"its process ended with exit code {error.exitcode}"), self._options
            )
        except BrokenProcessPool:
            # too much for the pool itself, or the file only waited in it
            result = rejected(source, PDF, crashed(source.uri, "its process could not receive it"), self._options)
        except MemoryError:
            result = rejected(source, PDF, out_of_memory(source.uri), self._options)
        except Exception as error:  # raised on the way to or from the worker
            return rejected(source, PDF, crashed(source.uri, type(error).__name__), self._options)
        else:
            if result.rejection is None or result.rejection.code != _OUT_OF_MEMORY:
                return result
            # its worker may have been short of memory because of the files before
        return result if has_own_worker else self._read_alone(source)

    def _without_second_reader(self, source: SourceFile, verdict: ReadResult) -> ReadResult:
        """`verdict`, unless PDFium may have been what ended the worker: then the file is read without it."""
        failed = verdict.rejection is not None and verdict.rejection.code in _OF_THE_WORKER
        if not (failed and self._options.second_reader):
            return verdict
        alone = _Reading(self._open_bytes, 1, self._limits, self._options._replace(second_reader=False))
        result = alone._read_alone(source)
        if result.document is None:
            return result
        notes = (*result.document.notes, "the second reader ended its process: read without it")
        return replace(result, document=replace(result.document, notes=notes))

    def _read_alone(self, source: SourceFile) -> ReadResult:
        """Read a file in a worker of its own."""
        data = _open(source, self._open_bytes)
        if isinstance(data, ReadResult):
            return data
        pool = _start_pool(1, self._limits)
        try:
            return self._verdict(source, self._schedule(pool, [(source, data)]), has_own_worker=True)
        finally:
            _stop(pool)


def read_batch(read: _Read, files: Sequence[_File], options: Options) -> list[ReadResult]:
    """What a worker does: read some files, one after the other."""
    results = []
    for source, data in files:
        with names_forgotten():
            results.append(read(source, data, options))
    return results


def limit_worker(memory_limit_bytes: int) -> None:
    """Runs first in every worker: bound its memory, write no memory dump, and leave Ctrl-C to the parent.

    The fork server ends when the parent is gone, and the worker with it, whatever it is reading.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    resource.setrlimit(resource.RLIMIT_AS, (memory_limit_bytes, memory_limit_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _start_pool(workers: int, limits: Limits) -> ProcessPool:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["extract.read"])
    return ProcessPool(
        max_workers=workers,
        max_tasks=BATCHES_PER_WORKER,
        initializer=limit_worker,
        initargs=(limits.memory_bytes,),
        context=context,
    )


def _stop(pool: ProcessPool | None) -> None:
    if pool is not None:
        pool.stop()  # type: ignore[no-untyped-call]
        pool.join()


def _read_here(source: SourceFile, open_bytes: _Open, options: Options) -> ReadResult:
    data = _open(source, open_bytes)
    return data if isinstance(data, ReadResult) else read_batch(read_bytes, [(source, data)], options)[0]


def _open(source: SourceFile, open_bytes: _Open) -> bytes | ReadResult:
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
