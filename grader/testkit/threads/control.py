"""Put threads, locks and sleeps under control: patched while a test runs, real again after it.

Must begin before the solution is loaded, so that a lock made at its import is under control too.
Queues, events, conditions, semaphores, barriers and executors are made of these parts.
"""

from __future__ import annotations

import _thread
import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Self
from unittest import mock

from grader.testkit.threads.actor import Actor
from grader.testkit.threads.scheduler import Abandoned, Scheduler

# What a thread that must end may take for it, in seconds, before nobody cares any more.
FAREWELL = 0.1

_new_lock = _thread.allocate_lock
_start, _join = threading.Thread.start, threading.Thread.join
_sleep, _time = time.sleep, time.monotonic


class ControlledLock:
    """A lock like any other; while a scheduler runs, who waits for it lets others run."""

    UNNAMED = "a lock"
    control: Control

    def __init__(self) -> None:
        self._lock = _new_lock()
        # How the solution calls it, once that is known; who has it, while a scheduler runs.
        self.label = self.UNNAMED
        self.owner: Actor | None = None

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        actor = self.control.here()
        if actor is None:
            return self._lock.acquire(blocking, timeout)
        if not blocking and timeout != -1:
            raise ValueError("can't specify a timeout for a non-blocking call")
        if timeout < 0 and timeout != -1:
            raise ValueError("timeout value must be a non-negative number")
        self.control.scheduler.enter(actor)
        return self._acquire(actor, blocking=blocking, timeout=None if timeout == -1 else timeout)

    def _acquire(self, actor: Actor, *, blocking: bool, timeout: float | None) -> bool:
        scheduler = self.control.scheduler
        while not self._lock.acquire(blocking=False):
            if not blocking:
                # At once, for who goes on without the lock; who tries for ever is a spinner.
                return False
            if not scheduler.wait(actor, self, timeout):
                return False
        self.owner = actor
        self.control.on_lock(actor, self, "takes")
        return True

    def release(self) -> None:
        self._lock.release()
        self.owner = None
        self.control.released(self)

    def locked(self) -> bool:
        return self._lock.locked()

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def __reduce__(self) -> str:
        raise TypeError("cannot pickle '_thread.lock' object")

    def _at_fork_reinit(self) -> None:
        self._lock = _new_lock()


class Control:
    """What the patched names share: the scheduler that runs, if any, and who hears of locks."""

    def __init__(self) -> None:
        self.scheduler: Scheduler
        self.on_lock: Callable[[Actor, ControlledLock, str], None] = lambda *_: None
        self.on_start: Callable[[], contextlib.AbstractContextManager[object]]
        self._is_running = False
        self._strangers: list[threading.Thread] = []
        # Actors by thread, to be joined; and those who are busy starting one.
        self._actors: dict[threading.Thread, Actor] = {}
        self._starting: set[Actor] = set()

    def here(self) -> Actor | None:
        """Return the actor that the calling thread is, if a scheduler runs it."""
        actor = self.scheduler.here() if self._is_running else None
        return None if actor in self._starting else actor

    @contextlib.contextmanager
    def running(self, scheduler: Scheduler) -> Iterator[None]:
        """Let ``scheduler`` rule; at the end, the threads that are left end."""
        scheduler.strangers = self._strangers
        self.scheduler, self._is_running = scheduler, True
        try:
            yield
        finally:
            self._is_running = False
            scheduler.close()
            for thread in self._actors:
                _join(thread, FAREWELL)
            self._actors.clear()

    def released(self, lock: ControlledLock) -> None:
        """Make ready who waits for the lock."""
        if not self._is_running:
            return
        self.scheduler.wake(lock)
        actor = self.here()
        if actor is not None:
            self.on_lock(actor, lock, "gives back")

    def start(self, thread: threading.Thread) -> None:
        """Start a thread; of one that an actor starts, the scheduler decides when it runs."""
        me = self.here()
        if me is None:
            _start(thread)
            self._strangers.append(thread)
        else:
            self.begin(me, thread, f"thread {len(self._actors) + 1}")

    def begin(self, me: Actor, thread: threading.Thread, name: str) -> Actor:
        """Start a thread under control; it waits for its turn."""
        scheduler, body = self.scheduler, thread.run
        actor = scheduler.add(name)

        def run() -> None:
            del thread.run
            with self.on_start():
                scheduler.act(actor, body)

        thread.run = run  # type: ignore[method-assign]
        # Starting waits, really, until the new thread is there.
        self._starting.add(me)
        try:
            _start(thread)
        except BaseException:
            actor.is_done = True
            raise
        finally:
            self._starting.discard(me)
        self._actors[thread] = actor
        return actor

    def join(self, thread: threading.Thread, timeout: float | None = None) -> None:
        """Wait for a thread to end."""
        me, target = self.here(), self._actors.get(thread)
        if me is not None and target is not None and me is not target:
            while not target.is_done:
                if not self.scheduler.wait(me, target, timeout):
                    return
        _join(thread, timeout)

    def time(self) -> float:
        """Return the seconds by which time-outs are reckoned."""
        return _time() if self.here() is None else self.scheduler.now

    def sleep(self, seconds: float) -> None:
        """Sleep; under a scheduler only as long as others run."""
        actor = self.here()
        if actor is None or seconds < 0:
            _sleep(seconds)
        else:
            self.scheduler.wait(actor, object(), float(seconds))


def _is_no_farewell(record: logging.LogRecord) -> bool:
    return not (record.exc_info and record.exc_info[0] is Abandoned)


@contextlib.contextmanager
def controlled() -> Iterator[Control]:
    """Patch what threads wait for, as long as the block runs."""
    control = Control()
    lock_class = type("lock", (ControlledLock,), {"control": control})

    # Functions, not bound methods: they must bind to the thread they are looked up on.
    replaced: tuple[tuple[Any, str, object], ...] = (
        (threading, "Lock", lock_class),
        (threading, "_allocate_lock", lock_class),
        # Python's own RLock, made of the lock above, instead of the one written in C.
        (threading, "_CRLock", None),
        (queue, "SimpleQueue", queue._PySimpleQueue),  # type: ignore[attr-defined]  # noqa: SLF001
        (threading.Thread, "start", lambda thread: control.start(thread)),  # noqa: PLW0108
        (threading.Thread, "join", lambda thread, timeout=None: control.join(thread, timeout)),
        (time, "sleep", control.sleep),
        # By these names ``wait_for`` and ``get`` know how much of a time-out is left.
        (threading, "_time", control.time),
        (queue, "time", control.time),
    )
    with contextlib.ExitStack() as stack:
        # A worker of a pool logs what ended it.
        pools = logging.getLogger("concurrent.futures")
        pools.addFilter(_is_no_farewell)
        stack.callback(pools.removeFilter, _is_no_farewell)
        for owner, name, replacement in replaced:
            stack.enter_context(mock.patch.object(owner, name, replacement))
        yield control
