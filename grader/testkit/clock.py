"""Virtual time: sleeping costs nothing, and every test sees the same seconds.

In a test file; ``clock`` must come before ``solution``, which may bind ``sleep=time.sleep``:

    @pytest.fixture
    def clock():
        with virtual_time() as clock:
            yield clock

    def test_waits_before_the_second_attempt(clock, solution):
        call(solution.retry_sync)
        expect("the seconds slept", clock.sleeps, [0.5])

    def test_the_loop_waits(clock, solution):
        started = clock.now
        run(solution.retry_async(), clock)
        expect("the seconds that passed", clock.now - started, 0.5)

Time jumps only where nobody is at work: every thread that began after the clock waits for another
one, sleeps in virtual time, or is idle in a pool.
"""

from __future__ import annotations

import asyncio
import builtins
import contextlib
import math
import selectors
import sys
import sysconfig
import threading
import time
import timeit
import weakref
from collections.abc import Callable, Coroutine, Iterator, Mapping
from concurrent.futures import thread as pools
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any, ClassVar

from grader.testkit.calls import Mismatch, lines
from grader.testkit.swallowed import T, told

SECOND = 1_000_000_000
# Clocks of different kinds differ, so that a solution which mixes them is found out.
START, PERF_COUNTER, WALL = 1_000 * SECOND, 500 * SECOND, 1_700_000_000 * SECOND
# How often a waiting thread looks up, in real seconds. Decides nothing.
SLICE = 0.002

_LIBRARY = tuple(sysconfig.get_paths()[key] for key in ("stdlib", "platstdlib"))
_GRADER = str(Path(__file__).parents[1])

_WAIT = threading.Condition.wait.__code__
_SELECT = selectors.DefaultSelector.select.__code__
# Python 3.13 joins without a helper.
_JOIN = getattr(threading.Thread, "_wait_for_tstate_lock", threading.Thread.join).__code__
_IDLE = pools._worker.__code__  # noqa: SLF001


@dataclass(frozen=True, slots=True, eq=False)
class _Wait:
    """A thread that waits until a moment of virtual time, or until it is awake before."""

    due: float
    is_awake: Callable[[], bool]


class VirtualClock:
    """Seconds that pass only when somebody sleeps, or when the test says so."""

    def __init__(self) -> None:
        # What was slept in time.sleep or timed out in Event.wait, and so blocked its thread.
        # asyncio.sleep is not in it: it only moves ``now``.
        self.sleeps: list[float] = []
        self._ns = START
        self._wall = WALL
        self._lock = threading.Lock()
        self._waits: dict[int, _Wait] = {}
        self._strangers = set(threading.enumerate()) - {threading.current_thread()}
        # From then on, what still runs sleeps in real time.
        self.is_over = False

    @property
    def now(self) -> float:
        """The seconds of ``time.monotonic`` and of the loop."""
        return self._ns / SECOND

    def advance(self, seconds: float) -> None:
        """Let time pass, or run back; no sleep is written down."""
        with self._lock:
            self._ns += _nanoseconds(seconds)

    def step_wall(self, seconds: float) -> None:
        """Set ``time.time`` only, as an administrator does: no duration may notice."""
        self._wall += _nanoseconds(seconds)

    def sleep(self, seconds: float, /) -> None:
        """Stand in for ``time.sleep``."""
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        self.wait(threading.Event(), seconds)

    def monotonic(self) -> float:
        return self.now

    def monotonic_ns(self) -> int:
        return self._ns

    def perf_counter(self) -> float:
        return self.perf_counter_ns() / SECOND

    def perf_counter_ns(self) -> int:
        return self._ns - PERF_COUNTER

    def time(self) -> float:
        return self.time_ns() / SECOND

    def time_ns(self) -> int:
        return self._ns + self._wall

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait for an event; where nobody is left to set it, at once.

        Beside threads that are at work it takes as long as in real time, but never longer.
        """
        due = self._ns + _nanoseconds(seconds)
        cap = time.monotonic() + seconds
        with self.waiting(due, event.is_set):
            while not event.is_set() and self._ns < due:
                if self.is_settled():
                    # Nobody is at work now, but somebody may have set it before.
                    if not event.is_set():
                        self.jump()
                elif time.monotonic() >= cap:
                    self._move_to(due)
                else:
                    # Not event.wait, which may be the stand-in that called us.
                    threading.Event.wait(event, SLICE)
        if not event.is_set():
            self.sleeps.append(seconds)
        return event.is_set()

    @contextlib.contextmanager
    def waiting(self, due: float, is_awake: Callable[[], bool]) -> Iterator[None]:
        """Count this thread as waiting until ``due`` nanoseconds, unless it is awake."""
        thread = threading.get_ident()
        self._waits[thread] = _Wait(due, is_awake)
        try:
            yield
        finally:
            del self._waits[thread]

    def jump(self) -> bool:
        """Move to the first moment that a thread waits for; tell whether there is one."""
        due = min((wait.due for wait in list(self._waits.values())), default=math.inf)
        if due != math.inf:
            self._move_to(int(due))
        return due != math.inf

    def is_settled(self, *, alone: bool = False) -> bool:
        """Tell whether no other thread is at work, nor, for ``alone``, sleeps.

        Looks twice: a thread that rests in the same wait both times rested in between, so there
        was a moment when all of them did.
        """
        if self.is_over or (alone and self._waits):
            return False
        first = self._rests()
        return None not in first and first == self._rests()

    def is_awaiting(self) -> bool:
        """Tell whether a thread waits with a real time-out, and so goes on by itself."""
        frames = [rest for rest in self._rests() if isinstance(rest, FrameType)]
        waits = [frame.f_locals for frame in frames if frame.f_code is _WAIT]
        return any(held.get("timeout") is not None for held in waits)

    def _move_to(self, due: int) -> None:
        with self._lock:
            self._ns = max(self._ns, due)

    def _rests(self) -> list[object]:
        """Return, for each other thread, in what it rests; None for one at work."""
        me = threading.current_thread()
        frames = sys._current_frames()  # noqa: SLF001  # the one way to see other threads
        # Our own would hold itself, and the test's variables, until the next collection.
        del frames[threading.get_ident()]
        others = [t for t in threading.enumerate() if t is not me and t not in self._strangers]
        return [self._rest(thread.ident or 0, frames) for thread in others]

    def _rest(self, thread: int, frames: Mapping[int, FrameType]) -> object:
        if wait := self._waits.get(thread):
            return None if wait.is_awake() or wait.due <= self._ns else wait
        frame = frames.get(thread)
        return None if frame is None else _rest_of(frame)


def _rest_of(frame: FrameType) -> object:
    """Return what tells this rest from the next one; None where the thread is at work."""
    held = frame.f_locals
    if frame.f_code is _IDLE:
        pool = held["executor_reference"]()
        is_ending = pool is None or pool._shutdown  # noqa: SLF001
        return None if _WatchedItem.queued or is_ending else (frame, _WatchedItem.latest)
    if frame.f_code is _WAIT:
        # A waiter that was notified is taken off the list at once, long before its thread runs.
        is_asleep = "waiter" in held and held["waiter"] in held["self"]._waiters  # noqa: SLF001
        return frame if is_asleep else None
    if frame.f_code is _JOIN:
        return frame if held["self"] in threading.enumerate() else None
    # A loop that has something to run asks for events without waiting.
    return frame if frame.f_code is _SELECT and held["timeout"] != 0 else None


class _WatchedItem(pools._WorkItem[Any]):  # noqa: SLF001
    """Work handed to a pool, seen from the handing over until a thread has begun it."""

    queued: ClassVar[set[weakref.ref[_WatchedItem]]] = set()
    latest: ClassVar[object] = None

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        # Weak: a pool that shuts down drops what has not begun.
        self.queued.add(weakref.ref(self, self.queued.discard))
        _WatchedItem.latest = object()

    def run(self, *args: Any) -> None:
        self.queued.discard(weakref.ref(self))
        super().run(*args)


@contextlib.contextmanager
def _watched_pools() -> Iterator[None]:
    # Between the queue and its work, a pool's thread cannot be told from an idle one by looking.
    before = pools._WorkItem  # noqa: SLF001
    vars(pools)["_WorkItem"] = _WatchedItem
    try:
        yield
    finally:
        vars(pools)["_WorkItem"] = before


@contextlib.contextmanager
def virtual_time() -> Iterator[VirtualClock]:
    """Give every import of ``time`` and ``threading`` outside of libraries a virtual clock.

    Modules that were loaded before keep the real one: request the clock before the solution, and
    import at the top of a test file. ``importlib.import_module("time")`` gives real time.
    """
    clock = VirtualClock()
    before = builtins.__import__
    builtins.__import__ = _importer(before, _stand_ins(clock))
    try:
        with _watched_pools():
            yield clock
    finally:
        builtins.__import__ = before
        clock.is_over = True


def run(coroutine: Coroutine[Any, Any, T], clock: VirtualClock) -> T:
    """Run a coroutine as ``asyncio.run`` does, on a loop that jumps instead of waiting."""
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(clock)) as runner:
        return told(runner.run(coroutine))


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time is a virtual clock.

    A thread at work for ever makes the test time out; where nothing is left that could wake the
    loop, a Mismatch names the tasks that wait.
    """

    def __init__(self, clock: VirtualClock) -> None:
        self._virtual_clock = clock
        super().__init__(_JumpingSelector(self, clock))

    def time(self) -> float:
        now = self._virtual_clock.now
        # A timer is due once it is less than this away: never, were it less than a float can tell.
        self._clock_resolution = max(1 / SECOND, 2 * math.ulp(now))
        return now

    def call_at(  # type: ignore[override]  # what is passed on needs no types
        self, when: float, callback: Callable[..., object], *args: Any, context: Any = None
    ) -> asyncio.TimerHandle:
        """Schedule a call; one at the end of all time is never due, and must not be jumped to."""
        if when == math.inf:
            return asyncio.TimerHandle(when, callback, args, self, context)
        return super().call_at(when, callback, *args, context=context)

    def run_forever(self) -> None:
        with _watched_pools():
            super().run_forever()

    def has_ready(self) -> bool:
        return bool(self._ready)  # type: ignore[attr-defined]

    def stuck(self) -> Mismatch:
        places = sorted({_place(task) for task in asyncio.all_tasks(self)})
        found = f"nothing is scheduled and no thread is at work; waiting: {', '.join(places)}"
        return Mismatch(lines(Checked="the event loop", Found=found, Expected="to come to an end"))


class _JumpingSelector(selectors.DefaultSelector):
    def __init__(self, loop: VirtualLoop, clock: VirtualClock) -> None:
        super().__init__()
        self._loop = loop
        self._clock = clock

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None and timeout <= 0:
            return super().select(0)
        # At least one nanosecond, or the loop might ask for ever.
        now = self._clock.monotonic_ns()
        due = math.inf if timeout is None else now + max(_nanoseconds(timeout), 1)
        with self._clock.waiting(due, self._loop.has_ready):
            while self._clock.monotonic_ns() < due:
                # In this order: a thread that comes to rest has called the loop before.
                is_settled = self._clock.is_settled()
                if events := super().select(0 if is_settled else SLICE):
                    return events
                if is_settled and not self._clock.jump():
                    # Beside the loop's own pipe there may be real sockets.
                    if len(self.get_map()) == 1 and not self._clock.is_awaiting():
                        raise self._loop.stuck()
                    return super().select(SLICE)
        return []


def _place(task: asyncio.Task[Any]) -> str:
    name = getattr(task.get_coro(), "__name__", task.get_name())
    codes = [f"{frame.f_code.co_filename}:{frame.f_lineno}" for frame in task.get_stack(limit=1)]
    return " at ".join([name, *(Path(code).name for code in codes if "test_hidden.py" not in code)])


def _nanoseconds(seconds: float) -> int:
    return round(seconds * SECOND)


def _importer(before: Callable[..., ModuleType], stand_ins: Mapping[str, ModuleType]) -> Any:
    def import_(name: str, *args: Any, **kwargs: Any) -> ModuleType:
        is_relative = any(args[3:]) or kwargs.get("level")
        if name in stand_ins and not is_relative:
            importer = args[0] if args else sys._getframe(1).f_globals  # noqa: SLF001
            if _is_learners(importer.get("__file__")):
                return stand_ins[name]
        return before(name, *args, **kwargs)

    return import_


def _is_learners(file: object) -> bool:
    if not isinstance(file, str) or file.startswith((*_LIBRARY, _GRADER)):
        return False
    return not {"site-packages", "dist-packages"} & set(Path(file).parts)


def _stand_ins(clock: VirtualClock) -> dict[str, ModuleType]:
    """Return the modules that a solution sees instead of the real ones."""
    names = ("sleep", "monotonic", "perf_counter", "time", "monotonic_ns", "perf_counter_ns")
    # Bound methods: as a class attribute, a plain function would be handed the instance.
    clocks = {name: getattr(clock, name) for name in (*names, "time_ns")}
    return {
        "time": _copy(time, **clocks),
        "timeit": _copy(timeit, default_timer=clock.perf_counter),
        "threading": _copy(threading, **_waiters(clock)),
    }


def _copy(module: ModuleType, **replaced: object) -> ModuleType:
    copy = ModuleType(module.__name__, module.__doc__)
    vars(copy).update(vars(module), **replaced)
    return copy


def _waiters(clock: VirtualClock) -> dict[str, type]:
    class Event(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            return super().wait() if timeout is None else clock.wait(self, timeout)

    class Condition(threading.Condition):
        def wait(self, timeout: float | None = None) -> bool:
            if timeout is None:
                return super().wait()
            is_notified = super().wait(0 if clock.is_settled(alone=True) else timeout)
            if not is_notified:
                clock.sleeps.append(timeout)
                clock.advance(timeout)
            return is_notified

        def wait_for(self, predicate: Callable[[], T], timeout: float | None = None) -> T:
            due = math.inf if timeout is None else clock.now + timeout
            while not (result := predicate()) and clock.now < due:
                self.wait(None if timeout is None else due - clock.now)
            return result

    return {"Event": Event, "Condition": Condition}
