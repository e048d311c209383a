"""Steps of a large night in a process of their own: what they made goes back to the system with it.

Python gives memory back piece by piece, and keeps every piece in which something small lives on. After deciding ten
thousand files that is more than all that is still asked for; a process that ends gives back everything.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from typing import Any, NamedTuple, TypeVar, cast

from flows.forked import as_child

T = TypeVar("T")
R = TypeVar("R")

_END = ""


class _Elsewhere(Exception):
    """Where in the other process an error was raised: its cause here, as no traceback comes over."""

    def __str__(self) -> str:
        return f"\n{self.args[0]}"


@contextmanager
def apart(steps: T, within: Callable[[], AbstractContextManager[object]] = nullcontext) -> Iterator[T]:
    """Yield what is called like `steps` and calls them in a forked process, `within` what it opens for all of them.

    Methods are called without arguments, one at a time; what they return or raise comes over. The process is gone, and
    has closed what it opened, at the end. Where there is none to be had they are called here. Raises MemoryError when
    the system ended it.
    """
    try:
        process, end = _begun(steps, within)
    except OSError:
        with within():
            yield steps
        return
    other = _Other(process, end)
    try:
        yield cast(T, other)
        other.end()
    finally:
        process.kill()
        process.join()
        end.close()


def _begun(steps: object, within: Callable[[], AbstractContextManager[object]]) -> tuple[ForkProcess, Connection]:
    """The process, and this end of the pipe to it. Raises OSError when there is none to be had."""
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()
    with there:
        process = context.Process(target=_serve, args=(steps, within, there, here), name="kaona apart")
        try:
            process.start()
        except OSError:
            here.close()
            raise
    return process, here


def called(is_apart: bool, function: Callable[..., R], *arguments: Any) -> R:
    """What a call returns or raises. `is_apart`: it is made in a process of its own, and what it changes in the memory
    of this one is lost."""
    once = _Once(function, arguments)
    with apart(once) if is_apart else nullcontext(once) as there:
        return cast(R, there.call())


class _Once(NamedTuple):
    """One call, as a step."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]

    def call(self) -> Any:
        return self.function(*self.arguments)


class _Other:
    """The steps, as this process calls them."""

    def __init__(self, process: ForkProcess, end: Connection):
        self._process = process
        self._end = end

    def __getattr__(self, name: str) -> Callable[[], Any]:
        def step() -> Any:
            return self._asked(name)

        step.__name__ = name
        return step

    def end(self) -> None:
        """Let it close what it opened, and wait until it is gone."""
        self._asked(_END)
        self._process.join()

    def _asked(self, name: str) -> Any:
        try:
            self._end.send_bytes(name.encode())
            is_done, answer, where = pickle.loads(self._end.recv_bytes())
        except (EOFError, OSError):
            raise self._lost() from None
        if is_done:
            return answer
        raise answer from _Elsewhere(where)

    def _lost(self) -> Exception:
        self._process.join()
        code = self._process.exitcode or 0
        if code == -signal.SIGKILL:
            return MemoryError("a process of the night was killed, as a system does that has no memory left")
        name = signal.Signals(-code).name if code < 0 else f"code {code}"
        return ChildProcessError(f"a process of the night ended with {name}")


def _serve(
    steps: object, within: Callable[[], AbstractContextManager[object]], end: Connection, other: Connection
) -> None:
    """What the child does: one step after the other, until it is told that there are no more."""
    as_child()
    other.close()

    def serve() -> None:
        with within():
            while (name := _heard(end)) != _END:
                _say(end, _answer(getattr(steps, name)))

    _say(end, _answer(serve))


def _heard(end: Connection) -> str:
    try:
        return end.recv_bytes().decode()
    except (EOFError, OSError):  # nobody asks any more
        os._exit(1)


def _say(end: Connection, answer: bytes) -> None:
    try:
        end.send_bytes(answer)
    except OSError:  # nobody listens
        os._exit(1)


def _answer(step: Callable[[], Any]) -> bytes:
    try:
        return pickle.dumps((True, step(), ""), protocol=5)
    except Exception as error:
        return pickle.dumps((False, _portable(error), traceback.format_exc()), protocol=5)


def _portable(error: Exception) -> Exception:
    """The error, or its words where it does not come over as it is."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
