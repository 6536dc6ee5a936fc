"""What a solution leaves behind: tasks, coroutines, noise, threads, objects.

async def main():
    with no_leftovers():
        await solution.fetch_all_async(ids, client, limit=3)

def test_a_request_keeps_nothing(solution):
    refs = watch(user := Watched("the user"))
    call(solution.handle, user)
    del user
    expect_dead(refs)
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import threading
import time
import warnings
import weakref
from collections.abc import Iterable, Iterator
from concurrent.futures import thread as pools
from types import MethodType
from typing import Any

from grader.testkit.calls import Mismatch, lines
from grader.text import safe_repr, shorten

PATIENCE = 5.0
UNAWAITED = "coroutine '.*' was never awaited"


@contextlib.contextmanager
def no_leftovers(*, patience: float = PATIENCE) -> Iterator[None]:
    """Fail if the block leaves tasks, un-awaited coroutines, asyncio's complaints or threads.

    Tasks are seen only from inside of a coroutine: ``asyncio.run`` sweeps them away at its end.
    Complaints that come while a loop closes are seen only from around ``asyncio.run``.
    Daemon threads and threads of pools may stay; others get ``patience`` seconds to end.
    """
    # What earlier code left for the collector is not this block's.
    gc.collect()
    tasks, threads = _tasks(), set(threading.enumerate())
    with _complaints() as complaints, _never_awaited() as coroutines:
        yield
        gc.collect()
    left = [f"pending task {_task_name(task)}" for task in _tasks() - tasks]
    left += coroutines + complaints
    left += [f"thread {t.name}" for t in _outliving(set(threading.enumerate()) - threads, patience)]
    if left:
        found = ", ".join(sorted(left))
        raise Mismatch(lines(Checked="what is left behind", Found=found, Expected="nothing"))


class Watched:
    """A value that can be seen to die; equal to itself only."""

    __slots__ = ("__weakref__", "name")

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


def watch(*values: object) -> list[weakref.ref[Any]]:
    """Return weak references; a bound method counts as alive as long as its owner is."""
    return [weakref.WeakMethod(v) if isinstance(v, MethodType) else weakref.ref(v) for v in values]


def alive(refs: Iterable[weakref.ref[Any]]) -> list[str]:
    """Return, in words, what is still alive after a garbage collection.

    What is dead already needs none, and a collection takes long in a process with a framework.
    A test keeps values alive as well: by its variables, also that of a loop, by an exception that
    it caught, by a ``Called``.
    """
    refs = list(refs)
    if any(ref() is not None for ref in refs):
        gc.collect()
    return [safe_repr(value) for ref in refs if (value := ref()) is not None]


def expect_dead(refs: Iterable[weakref.ref[Any]], what: str = "what is still alive") -> None:
    """Fail, naming them, if any of the watched values is still alive."""
    if names := alive(refs):
        raise Mismatch(lines(Checked=what, Found=", ".join(names), Expected="nothing"))


def _tasks() -> set[asyncio.Task[Any]]:
    try:
        return asyncio.all_tasks()
    except RuntimeError:  # no loop runs in this thread
        return set()


def _task_name(task: asyncio.Task[Any]) -> str:
    return getattr(task.get_coro(), "__qualname__", None) or task.get_name()


@contextlib.contextmanager
def _complaints() -> Iterator[list[str]]:
    """Collect what asyncio logs as an error, such as an exception that was never retrieved."""
    found: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            text = record.getMessage().splitlines()
            cause = record.exc_info[1] if record.exc_info else None
            found.append(text[0] + (f": {safe_repr(cause, 80)}" if cause else ""))

    logger, collector = logging.getLogger("asyncio"), Collector(logging.ERROR)
    propagate = logger.propagate
    logger.addHandler(collector)
    # pytest keeps what is logged, and with an error all that its frames hold.
    logger.propagate = False
    try:
        yield found
    finally:
        logger.propagate = propagate
        logger.removeHandler(collector)


@contextlib.contextmanager
def _never_awaited() -> Iterator[list[str]]:
    """Collect the coroutines that were never awaited; other warnings go where they would."""
    found: list[str] = []
    caught: list[warnings.WarningMessage] = []
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.filterwarnings("always", UNAWAITED, RuntimeWarning)
            yield found
    finally:
        for warning in caught:
            text = str(warning.message)
            if warning.category is RuntimeWarning and "was never awaited" in text:
                found.append(shorten(text, 120))
            else:
                warnings.showwarning(
                    warning.message, warning.category, warning.filename, warning.lineno
                )


def _outliving(threads: set[threading.Thread], patience: float) -> list[threading.Thread]:
    """Return the threads that are still alive after ``patience`` seconds."""
    ends_at = time.monotonic() + patience
    foreign = [thread for thread in threads if not _is_allowed(thread)]
    for thread in foreign:
        thread.join(max(0.0, ends_at - time.monotonic()))
    return [thread for thread in foreign if thread.is_alive()]


def _is_allowed(thread: threading.Thread) -> bool:
    # Pools: threads that Python ends at exit. FastAPI runs its sync endpoints in anyio's.
    is_pooled = thread in pools._threads_queues  # noqa: SLF001
    return thread.daemon or is_pooled or type(thread).__module__.startswith("anyio.")
