"""Virtual time: nothing is waited for, and every run sees the same seconds."""

from __future__ import annotations

import asyncio
import builtins
import contextlib
import gc
import math
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from grader.solution import Solution
from grader.testkit.calls import Mismatch
from grader.testkit.clock import VirtualClock, run, virtual_time

Load = Callable[..., ModuleType]
REPEATS = 50

# Each of them calls a sleep of ten seconds in ``nap()``.
WAYS_TO_SLEEP = {
    "module": "import time\ndef nap(): time.sleep(10)",
    "alias": "import time as t\ndef nap(): t.sleep(10)",
    "name": "from time import sleep\ndef nap(): sleep(10)",
    "star": "from time import *\ndef nap(): sleep(10)",
    "local_import": "def nap():\n    import time\n    time.sleep(10)",
    "dunder": "def nap(): __import__('time').sleep(10)",
    "default": "import time\ndef nap(sleep=time.sleep): sleep(10)",
    "class_attribute": (
        "import time\nclass Napper:\n    sleep = time.sleep\ndef nap(): Napper().sleep(10)"
    ),
    "event": "import threading\ndef nap(): threading.Event().wait(10)",
    "condition": (
        "from threading import Condition\n"
        "def nap():\n    with Condition() as _, (c := Condition()): c.wait(10)"
    ),
    "condition_wait_for": (
        "from threading import Condition\n"
        "def nap():\n    with (c := Condition()): c.wait_for(lambda: False, 10)"
    ),
}


@pytest.fixture
def clock() -> Iterator[VirtualClock]:
    with virtual_time() as clock:
        yield clock


@pytest.fixture
def load(tmp_path: Path) -> Iterator[Load]:
    """Load a source text as the plugin loads a solution."""
    with contextlib.ExitStack() as stack:

        def load(source: str, **submodules: str) -> ModuleType:
            path = tmp_path / ("p99_naps" if submodules else "p99_naps.py")
            if submodules:
                path.mkdir()
                for name, text in submodules.items():
                    (path / f"{name}.py").write_text(text)
            (path / "__init__.py" if submodules else path).write_text(source)
            solution = Solution(path, "p99_naps", lambda _: False)
            stack.callback(solution.unload)
            return solution.load()

        yield load


@pytest.mark.parametrize("source", WAYS_TO_SLEEP.values(), ids=WAYS_TO_SLEEP)
def test_a_solution_sleeps_in_virtual_time_however_it_got_its_sleep(
    clock: VirtualClock, load: Load, source: str
) -> None:
    started = clock.now

    load(source).nap()

    assert clock.now - started == 10
    assert clock.sleeps == [10]


def test_a_submodule_of_a_package_sleeps_in_virtual_time(clock: VirtualClock, load: Load) -> None:
    package = load("from .inner import nap", inner=WAYS_TO_SLEEP["name"])

    package.nap()

    assert clock.sleeps == [10]


def test_a_submodule_that_is_named_time_is_the_solutions_own(
    clock: VirtualClock, load: Load
) -> None:
    package = load("from . import time\nfrom .time import ZONE", time="ZONE = 'UTC'")

    assert package.time.ZONE == package.ZONE == "UTC"


@pytest.mark.parametrize("name", ["monotonic", "perf_counter", "time"])
def test_every_clock_goes_on_by_what_was_slept(clock: VirtualClock, load: Load, name: str) -> None:
    module = load(
        f"import time\ndef measure():\n"
        f"    a, b = time.{name}(), time.{name}_ns()\n"
        f"    time.sleep(0.25)\n"
        f"    return time.{name}() - a, time.{name}_ns() - b"
    )

    assert module.measure() == (0.25, 250_000_000)


def test_a_default_timer_is_virtual_too(clock: VirtualClock, load: Load) -> None:
    module = load("from timeit import default_timer")
    started = module.default_timer()

    clock.advance(3)

    assert module.default_timer() - started == 3


def test_a_duration_between_two_kinds_of_clock_makes_no_sense(clock: VirtualClock) -> None:
    assert len({clock.monotonic(), clock.perf_counter(), clock.time()}) == 3


def test_a_step_of_the_wall_clock_moves_no_other(clock: VirtualClock) -> None:
    wall, now = clock.time(), clock.now

    clock.step_wall(-3600)

    assert clock.time() - wall == -3600
    assert clock.now == now == clock.monotonic()


def test_what_was_slept_adds_up_without_rounding(clock: VirtualClock) -> None:
    started = clock.monotonic_ns()

    for _ in range(1_000):
        clock.sleep(0.1)

    assert clock.monotonic_ns() - started == 100_000_000_000


def test_a_negative_sleep_is_refused_as_the_real_one_does(clock: VirtualClock) -> None:
    with pytest.raises(ValueError, match="non-negative"):
        clock.sleep(-1)


def test_libraries_and_this_test_keep_real_time(clock: VirtualClock) -> None:
    assert time.sleep is not clock.sleep
    # Imported for the first time while the clock is installed, it would keep a false time.
    library: dict[str, object] = {"__file__": contextlib.__file__}
    exec("import time", library)  # noqa: S102  # stands for a library's file
    assert library["time"] is time


def test_imports_are_as_before_once_the_clock_is_gone() -> None:
    before = builtins.__import__

    with virtual_time(), virtual_time():
        assert builtins.__import__ is not before

    assert builtins.__import__ is before


def test_what_still_sleeps_once_the_clock_is_gone_does_not_spin(load: Load) -> None:
    with virtual_time() as clock:
        module = load("import time\ndef nap(): time.sleep(0.01)")
    started = time.monotonic()

    module.nap()

    assert clock.sleeps == [0.01]
    assert time.monotonic() - started >= 0.01


def test_an_event_that_another_thread_sets_in_time_is_seen(clock: VirtualClock, load: Load) -> None:
    module = load(
        "import threading, time\n"
        "def wait():\n"
        "    event = threading.Event()\n"
        "    def setter():\n"
        "        time.sleep(2)\n"
        "        event.set()\n"
        "    threading.Thread(target=setter).start()\n"
        "    return event.wait(5)"
    )
    for _ in range(REPEATS):
        started = clock.now

        assert module.wait() is True
        assert clock.now - started == 2


def test_an_event_that_another_thread_sets_too_late_is_not_seen(
    clock: VirtualClock, load: Load
) -> None:
    module = load(
        "import threading, time\n"
        "def wait():\n"
        "    event = threading.Event()\n"
        "    def setter():\n"
        "        time.sleep(5)\n"
        "        event.set()\n"
        "    (thread := threading.Thread(target=setter)).start()\n"
        "    seen = event.wait(2), time.monotonic()\n"
        "    thread.join()\n"
        "    return seen"
    )
    for _ in range(REPEATS):
        started = clock.now

        seen, at = module.wait()

        assert (seen, at - started, clock.now - started) == (False, 2, 5)


def test_threads_that_sleep_at_once_sleep_side_by_side(clock: VirtualClock, load: Load) -> None:
    module = load(
        "import threading, time\n"
        "def naps():\n"
        "    ends = []\n"
        "    def nap(seconds):\n"
        "        time.sleep(seconds)\n"
        "        ends.append(seconds)\n"
        "    threads = [threading.Thread(target=nap, args=(s,)) for s in (3, 1, 2)]\n"
        "    [t.start() for t in threads]\n"
        "    [t.join() for t in threads]\n"
        "    return ends"
    )
    for _ in range(REPEATS):
        started = clock.now

        assert module.naps() == [1, 2, 3]
        assert clock.now - started == 3


def test_a_sleep_that_holds_what_others_need_ends_all_the_same(
    clock: VirtualClock, load: Load
) -> None:
    module = load(
        "import threading, time\n"
        "def hold():\n"
        "    lock = threading.Lock()\n"
        "    def need():\n"
        "        with lock: pass\n"
        "    with lock:\n"
        "        (thread := threading.Thread(target=need)).start()\n"
        "        time.sleep(0.01)\n"
        "    thread.join()"
    )

    module.hold()

    assert clock.sleeps == [0.01]


def test_a_loop_jumps_over_a_sleep_and_blocks_nobody(clock: VirtualClock) -> None:
    started = clock.now

    run(asyncio.sleep(10), clock)

    assert clock.now - started == 10
    assert clock.sleeps == []


def test_a_blocking_sleep_in_a_coroutine_is_written_down(clock: VirtualClock, load: Load) -> None:
    module = load("import time\nasync def nap(): time.sleep(10)")

    run(module.nap(), clock)

    assert clock.sleeps == [10]


def test_tasks_wake_up_in_the_order_of_time(clock: VirtualClock) -> None:
    order: list[float] = []

    async def nap(seconds: float) -> None:
        await asyncio.sleep(seconds)
        order.append(seconds)

    async def main() -> float:
        async with asyncio.TaskGroup() as group:
            for seconds in (0.3, 0.1, 1e6, 0.2):
                group.create_task(nap(seconds))
        await asyncio.gather(nap(2), nap(1))
        return asyncio.get_running_loop().time()

    started = clock.now
    ended = run(main(), clock)

    assert order == [0.1, 0.2, 0.3, 1e6, 1, 2]
    assert ended == clock.now == started + 1e6 + 2


@pytest.mark.parametrize("seconds", [0.5, 1e-9, 1e8])
def test_a_time_out_cancels_at_its_moment(clock: VirtualClock, seconds: float) -> None:
    async def main() -> float:
        started = clock.now
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(seconds):
                await asyncio.sleep(math.inf)
        return clock.now - started

    assert run(main(), clock) == pytest.approx(seconds)


def test_what_ends_before_its_time_out_is_not_cancelled(clock: VirtualClock) -> None:
    async def main() -> str:
        return await asyncio.wait_for(asyncio.sleep(1, "done"), 1.001)

    assert run(main(), clock) == "done"


def test_a_cancelled_task_ends_at_once(clock: VirtualClock) -> None:
    async def main() -> float:
        task = asyncio.create_task(asyncio.sleep(10))
        await asyncio.sleep(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return clock.now

    assert run(main(), clock) == clock.now == 1_001


def by_to_thread(pool: ThreadPoolExecutor, work: Callable[[], Any]) -> Any:
    return asyncio.to_thread(work)


def by_executor(pool: ThreadPoolExecutor, work: Callable[[], Any]) -> Any:
    return asyncio.get_running_loop().run_in_executor(pool, work)


def by_own_pool(pool: ThreadPoolExecutor, work: Callable[[], Any]) -> Any:
    return asyncio.wrap_future(pool.submit(work))


async def by_thread(pool: ThreadPoolExecutor, work: Callable[[], Any]) -> Any:
    loop = asyncio.get_running_loop()
    future = loop.create_future()

    def target() -> None:
        result = work()
        loop.call_soon_threadsafe(future.set_result, result)

    threading.Thread(target=target, daemon=True).start()
    return await future


WAYS_TO_THREAD = [by_to_thread, by_executor, by_own_pool, by_thread]


@pytest.mark.parametrize("offload", WAYS_TO_THREAD)
def test_the_loop_never_jumps_while_a_thread_works(
    clock: VirtualClock, offload: Callable[..., Any]
) -> None:
    def work() -> int:
        return sum(range(5_000))

    async def main() -> None:
        with ThreadPoolExecutor(1) as pool:
            for _ in range(REPEATS):
                async with asyncio.timeout(1e-6):
                    await asyncio.gather(offload(pool, work), offload(pool, work))

    started = clock.now
    run(main(), clock)

    assert clock.now == started


@pytest.mark.parametrize("offload", WAYS_TO_THREAD)
@pytest.mark.parametrize("patience", [None, 30.0], ids=["for_ever", "bounded"])
def test_the_loop_jumps_while_a_thread_waits_for_it(
    clock: VirtualClock, offload: Callable[..., Any], patience: float | None
) -> None:
    async def main() -> None:
        with ThreadPoolExecutor(1) as pool:
            for _ in range(REPEATS):
                gate = threading.Event()
                future = asyncio.ensure_future(offload(pool, lambda gate=gate: gate.wait(patience)))
                await asyncio.sleep(1)
                gate.set()
                # The thread is at work from here on, though it may not have noticed yet.
                assert await asyncio.wait_for(future, 1e-6) is True

    started = clock.now
    run(main(), clock)

    assert clock.now - started == REPEATS


def test_a_sleep_in_a_thread_and_one_on_the_loop_keep_their_order(
    clock: VirtualClock, load: Load
) -> None:
    module = load(
        "import time\ndef nap(seconds):\n    time.sleep(seconds)\n    return time.monotonic()"
    )

    async def on_loop(seconds: float) -> float:
        await asyncio.sleep(seconds)
        return clock.now

    async def main() -> list[float]:
        naps = [asyncio.to_thread(module.nap, 2), on_loop(1), asyncio.to_thread(module.nap, 3)]
        started = clock.now
        return [ended - started for ended in await asyncio.gather(*naps, on_loop(4))]

    for _ in range(REPEATS):
        assert run(main(), clock) == [2, 1, 3, 4]


def test_a_call_from_a_thread_wakes_the_loop_before_it_jumps(clock: VirtualClock) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        for _ in range(REPEATS):
            woken = asyncio.Event()
            thread = threading.Thread(target=loop.call_soon_threadsafe, args=(woken.set,))
            thread.start()
            async with asyncio.timeout(1e-6):
                await woken.wait()

    started = clock.now
    run(main(), clock)

    assert clock.now == started


async def waits_for_an_event() -> None:
    await asyncio.Event().wait()


async def sleeps_for_ever() -> None:
    await asyncio.sleep(math.inf)


@pytest.mark.parametrize("stuck", [waits_for_an_event, sleeps_for_ever])
def test_a_loop_that_waits_for_nothing_says_so(
    clock: VirtualClock, stuck: Callable[[], Any]
) -> None:
    with pytest.raises(Mismatch, match=rf"waiting: {stuck.__name__} at test_clock.py:\d+\n"):
        run(stuck(), clock)


def test_an_idle_pool_keeps_no_stuck_loop_alive(clock: VirtualClock) -> None:
    async def main() -> None:
        await asyncio.to_thread(int)
        await waits_for_an_event()

    with pytest.raises(Mismatch, match="no thread is at work"):
        run(main(), clock)


def test_a_loop_waits_for_a_thread_that_gives_up_by_itself(clock: VirtualClock) -> None:
    async def main() -> bool:
        return await asyncio.to_thread(threading.Event().wait, 0.01)

    assert run(main(), clock) is False


def test_a_second_run_goes_on_where_the_first_ended(clock: VirtualClock) -> None:
    run(asyncio.sleep(1), clock)
    run(asyncio.sleep(1), clock)

    assert clock.now == 1_002


def test_an_error_passes_through_a_run(clock: VirtualClock) -> None:
    async def fail() -> None:
        raise KeyError("k")

    with pytest.raises(KeyError, match="k"):
        run(fail(), clock)


def test_looking_at_threads_leaves_nothing_to_collect(clock: VirtualClock) -> None:
    gc.collect()
    gc.disable()
    try:
        clock.sleep(1)

        assert gc.collect() == 0
    finally:
        gc.enable()
