"""Reads many files so that no file can stop the others: in worker processes with a time and a memory limit.

concurrent.futures is not used: one dead worker costs all pending files, and recycling workers deadlocks (gh-115634).
Small files travel to a worker in batches, because a round trip takes as long as reading one. A batch that does not end
well says nothing of its files: each is then read again for itself, and only that counts. What comes after reading is
done by the worker too (`finish`), under the same limits, so that the parent only receives results.
"""

from __future__ import annotations

import gc
import os
import resource
import select
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, TimeoutError
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from types import FrameType
from typing import Any, Generic, TypeVar

from pebble import ProcessExpired, ProcessPool

from extract.document import ReadResult, Rejection, SourceFile
from extract.options import DEFAULTS, Options
from extract.pdf.objects import names_forgotten
from extract.read import PDF, TEXT, crashed, media_type_of, out_of_memory, read_bytes, rejected, timed_out
from extract.rejection import Unreadable
from extract.with_parent import end_with_parent
from extract.worker_server import FEW_BYTES, workers_with
from extract.workers import started, stop

BATCHES_PER_WORKER = 100
"""A worker is replaced after this many batches, so that nothing it leaks adds up; each starts with empty caches."""

MAX_BATCH_FILES = 16
MAX_BATCH_BYTES = 512 * 1024
"""Sixteen PDFs of text; one of pictures, which OCR may read for many seconds, travels alone."""

MAX_BYTES_HERE = 1024 * 1024
"""A larger dump is always read in a worker, under its limits; so is every PDF."""

_AHEAD_PER_WORKER = 3  # batches
_MEMORY_PER_BYTE = 4  # a worker that runs out of memory while it receives a file takes the whole pool with it
_SECONDS_BETWEEN_LOOKS = 2.0
_OUT_OF_MEMORY = "reader_out_of_memory"
OF_THE_WORKER = (_OUT_OF_MEMORY, "reader_timeout", "reader_crashed")
"""Codes that say what a file did to its process, not what is in it."""

T = TypeVar("T")
_Open = Callable[[SourceFile], bytes]
_Read = Callable[[SourceFile, bytes, Options], ReadResult]
_Finish = Callable[[ReadResult], T]
_File = tuple[SourceFile, bytes]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may use."""

    seconds: float
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class _Finished(Generic[T]):
    """What `finish` made of a document."""

    value: T


_Outcome = ReadResult | _Finished[T]  # a file that is rejected comes as it is, so that it can be read again


def read_all(
    sources: Sequence[SourceFile],
    open_bytes: _Open,
    *,
    workers: int,
    timeout_seconds: float = 20.0,
    memory_limit_bytes: int = 1024**3,
    options: Options = DEFAULTS,
    finish: _Finish[Any] | None = None,
    on_result: Callable[[Any], None] | None = None,
) -> Iterator[Any]:
    """One result per source, in the order of `sources`, whatever happens to the workers: what `finish`, a function of
    a module, makes of its ReadResult, or that itself.

    With few bytes in all, dumps are read in this process; `workers=0` reads everything here, without any limit. A file
    whose worker hangs, dies or runs out of memory, also while it is finished, is rejected with `reader_timeout`,
    `reader_crashed` or `reader_out_of_memory`; one that `open_bytes` cannot open with `not_in_archive`. `on_result` is
    told each result before it is yielded. Raises NoWorkers where the system has no process for them.
    """
    finish = finish or as_read
    outcomes: Iterator[_Outcome[Any]]
    if workers:
        limits = Limits(timeout_seconds, memory_limit_bytes)
        outcomes = _Reading(open_bytes, finish, workers, limits, options).outcomes_of(sources)
    else:
        outcomes = (_read_here(source, open_bytes, finish, options) for source in sources)
    for outcome in outcomes:
        result = outcome.value if isinstance(outcome, _Finished) else finish(outcome)
        if on_result is not None:
            on_result(result)
        yield result


def as_read(result: ReadResult) -> ReadResult:
    """Nothing comes after reading."""
    return result


@dataclass(slots=True)
class _Batch(Generic[T]):
    """Sources that follow each other: outcomes that are known, and files whose outcomes are in `future`."""

    slots: list[_Outcome[T] | _File] = field(default_factory=list)
    size: int = 0
    future: Future[list[_Outcome[T]]] | None = None

    @property
    def files(self) -> list[_File]:
        return [slot for slot in self.slots if isinstance(slot, tuple)]


class _Reading(Generic[T]):
    """One run of read_all with workers."""

    def __init__(
        self,
        open_bytes: _Open,
        finish: _Finish[T],
        workers: int,
        limits: Limits,
        options: Options,
        note: str | None = None,
    ) -> None:
        self._open_bytes = open_bytes
        self._finish = finish
        self._workers = workers
        self._limits = limits
        self._options = options
        self._note = note
        self._pool: ProcessPool | None = None

    def outcomes_of(self, sources: Sequence[SourceFile]) -> Iterator[_Outcome[T]]:
        """Keep the workers busy a few batches ahead of the one that is waited for, so that memory stays bounded."""
        pending: deque[_Batch[T]] = deque()
        try:
            for batch in self._batches(sources):
                self._send(batch)
                pending.append(batch)
                if len(pending) > self._workers * _AHEAD_PER_WORKER:
                    yield from self._outcomes(pending.popleft())
            while pending:
                yield from self._outcomes(pending.popleft())
        finally:
            stop(self._pool)

    def _batches(self, sources: Sequence[SourceFile]) -> Iterator[_Batch[T]]:
        """The sources in batches, in smaller ones when there are too few to share out."""
        most = max(1, min(MAX_BATCH_FILES, len(sources) // (self._workers * _AHEAD_PER_WORKER)))
        are_few = sum(source.size for source in sources) < FEW_BYTES
        batch = _Batch[T]()
        for source in sources:
            slot = self._slot(source, are_few)
            size = len(slot[1]) if isinstance(slot, tuple) else 0
            if batch.slots and (len(batch.slots) >= most or batch.size + size > MAX_BATCH_BYTES):
                yield batch
                batch = _Batch()
            batch.slots.append(slot)
            batch.size += size
        if batch.slots:
            yield batch

    def _slot(self, source: SourceFile, are_few: bool) -> _Outcome[T] | _File:
        """The file for a worker, or its outcome where no worker is needed."""
        data = _open(source, self._open_bytes)
        if isinstance(data, ReadResult):
            return data
        media_type = media_type_of(data)
        if media_type != PDF and (media_type != TEXT or (are_few and len(data) <= MAX_BYTES_HERE)):
            return _read_one(read_bytes, self._finish, (source, data), self._options)
        if len(data) * _MEMORY_PER_BYTE > self._limits.memory_bytes:
            return rejected(source, media_type, out_of_memory(source.uri), self._options)
        return source, data

    def _send(self, batch: _Batch[T]) -> None:
        if batch.files:
            if self._pool is None or not self._pool.active:
                stop(self._pool)
                self._pool = started(self._start_pool(self._workers))
            batch.future = self._schedule(self._pool, batch.files)

    def _schedule(self, pool: ProcessPool, files: list[_File]) -> Future[list[_Outcome[T]]]:
        try:
            future: Future[list[_Outcome[T]]] = pool.schedule(
                read_batch,
                args=(read_bytes, self._finish, files, self._options, self._note),
                timeout=self._limits.seconds,
            )
        except RuntimeError as error:  # the pool broke since it was last looked at
            future = Future()
            future.set_exception(BrokenProcessPool(str(error)))
        return future

    def _outcomes(self, batch: _Batch[T]) -> Iterator[_Outcome[T]]:
        read = self._read_outcomes(batch.files, batch.future) if batch.future else iter(())
        for slot in batch.slots:
            yield next(read) if isinstance(slot, tuple) else slot

    def _read_outcomes(self, files: list[_File], future: Future[list[_Outcome[T]]]) -> Iterator[_Outcome[T]]:
        """The outcomes of a batch's files; of one that did not end well, each file's when it is read for itself."""
        if len(files) > 1 and future.exception() is not None:
            singles = [_Batch[T]([file]) for file in files]
            for single in singles:
                self._send(single)
            for single in singles:
                yield from self._outcomes(single)
            return
        for index, file in enumerate(files):
            yield self._without_second_reader(file, self._verdict(file, future, index))

    def _verdict(
        self, file: _File, future: Future[list[_Outcome[T]]], index: int = 0, *, has_own_worker: bool = False
    ) -> _Outcome[T]:
        """What is to be said of a file: its outcome, or what it did to its worker, if it can have been no other."""
        source, _ = file
        try:
            outcome = future.result()[index]
        except TimeoutError:
            return self._rejected(file, timed_out(source.uri, self._limits.seconds))
        except ProcessExpired as error:
            return self._rejected(file, crashed(source.uri, f"its process ended with exit code {error.exitcode}"))
        except BrokenProcessPool:
            # too much for the pool itself, or the file only waited in it
            outcome = self._rejected(file, crashed(source.uri, "its process could not receive it"))
        except MemoryError:
            outcome = self._rejected(file, out_of_memory(source.uri))
        except Exception as error:  # raised on the way to or from the worker
            return self._rejected(file, crashed(source.uri, type(error).__name__))
        else:
            if isinstance(outcome, _Finished) or _code(outcome) != _OUT_OF_MEMORY:
                return outcome
            # its worker may have been short of memory because of the files before
        return outcome if has_own_worker else self._read_alone(file)

    def _rejected(self, file: _File, rejection: Rejection) -> ReadResult:
        source, data = file
        return rejected(source, media_type_of(data), rejection, self._options)

    def _without_second_reader(self, file: _File, verdict: _Outcome[T]) -> _Outcome[T]:
        """`verdict`, unless PDFium may have been what ended the worker: then the file is read without it."""
        if isinstance(verdict, _Finished) or verdict.media_type != PDF:
            return verdict
        if not (_code(verdict) in OF_THE_WORKER and self._options.second_reader):
            return verdict
        options = self._options._replace(second_reader=False)
        note = "the second reader ended its process: read without it"
        alone = _Reading(self._open_bytes, self._finish, 1, self._limits, options, note)
        return alone._read_alone(file)

    def _read_alone(self, file: _File) -> _Outcome[T]:
        """Read a file in a worker of its own."""
        pool = started(self._start_pool(1))
        try:
            return self._verdict(file, self._schedule(pool, [file]), has_own_worker=True)
        finally:
            stop(pool)

    def _start_pool(self, workers: int) -> ProcessPool:
        return ProcessPool(
            max_workers=workers,
            max_tasks=BATCHES_PER_WORKER,
            initializer=limit_worker,
            initargs=(self._limits.memory_bytes, os.getpid()),
            context=workers_with(self._finish.__module__),
        )


def read_batch(
    read: _Read, finish: _Finish[T], files: Sequence[_File], options: Options, note: str | None = None
) -> list[_Outcome[T]]:
    """What a worker does: read some files, one after the other. `note`: is added to what is said of each document."""
    return [_read_one(read, finish, file, options, note) for file in files]


def limit_worker(memory_limit_bytes: int, night: int | None = None) -> None:
    """Runs first in every worker: bound its memory, write no memory dump, and leave Ctrl-C to the parent.

    It ends within seconds when the process of the `night` is gone, whatever it is reading; and with the fork server,
    which waits for its last worker.
    """
    end_with_parent()
    if sys.platform == "linux" and night is not None:
        _end_with(night)
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    limit = memory_limit_bytes if most == resource.RLIM_INFINITY else min(memory_limit_bytes, most)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(50_000, 20, 50)  # what a document is made of is no garbage


def _end_with(night: int) -> None:
    """Look every few seconds whether a process is still there; a timer, since a thread would take address space."""
    try:
        there = os.pidfd_open(night)
    except ProcessLookupError:
        os._exit(1)

    def look(number: int, frame: FrameType | None) -> None:
        if select.select([there], [], [], 0)[0]:
            os._exit(1)

    signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, _SECONDS_BETWEEN_LOOKS, _SECONDS_BETWEEN_LOOKS)


def _read_one(read: _Read, finish: _Finish[T], file: _File, options: Options, note: str | None = None) -> _Outcome[T]:
    """A document, finished; or why there is none, also when finishing it fails."""
    source, data = file
    with names_forgotten():
        result = read(source, data, options)
        if result.document is None:
            return result
        if note is not None:
            result = replace(result, document=replace(result.document, notes=(*result.document.notes, note)))
        try:
            return _Finished(finish(result))
        except MemoryError:
            return rejected(source, result.media_type, out_of_memory(source.uri), options)
        except Exception as error:  # a fault of kaona's own: it costs this file, which is kept and tried again
            return rejected(source, result.media_type, crashed(source.uri, type(error).__name__), options)


def _code(result: ReadResult) -> str | None:
    return result.rejection.code if result.rejection else None


def _read_here(source: SourceFile, open_bytes: _Open, finish: _Finish[T], options: Options) -> _Outcome[T]:
    data = _open(source, open_bytes)
    return data if isinstance(data, ReadResult) else _read_one(read_bytes, finish, (source, data), options)


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
