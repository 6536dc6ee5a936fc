"""What stays behind is named; what may stay is not."""

from __future__ import annotations

import asyncio
import gc
import threading
import warnings
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from grader.testkit.calls import Mismatch
from grader.testkit.leftovers import Watched, alive, expect_dead, no_leftovers, watch

REPEATS = 20
BRIEF = 0.01


async def work() -> None:
    await asyncio.sleep(0)


async def fail() -> None:
    raise KeyError("lost")


async def awaits_its_tasks() -> None:
    await asyncio.gather(work(), work())


async def cancels_and_awaits() -> None:
    task = asyncio.create_task(work())
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def retrieves_errors() -> None:
    await asyncio.gather(fail(), fail(), return_exceptions=True)


async def uses_threads_of_the_loop() -> None:
    await asyncio.to_thread(int)


async def starts_a_thread_that_ends() -> None:
    threading.Thread(target=int).start()


async def forgets_a_task() -> None:
    asyncio.create_task(work())  # noqa: RUF006  # that is what it does wrong


async def cancels_without_awaiting() -> None:
    asyncio.create_task(work()).cancel()


async def forgets_to_await() -> None:
    _ = work()


async def forgets_to_await_in_a_cycle() -> None:
    cycle: list[Any] = [work()]
    cycle.append(cycle)


async def loses_an_error() -> None:
    task = asyncio.create_task(fail())
    await asyncio.wait([task])


@pytest.fixture(autouse=True, scope="module")
def small_heap() -> Iterator[None]:
    """As in a worker of the engine, what was there before is not collected again and again."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


GOOD = [
    awaits_its_tasks,
    cancels_and_awaits,
    retrieves_errors,
    uses_threads_of_the_loop,
    starts_a_thread_that_ends,
]
BAD = {
    forgets_a_task: "pending task work",
    cancels_without_awaiting: "pending task work",
    forgets_to_await: "coroutine 'work' was never awaited",
    forgets_to_await_in_a_cycle: "coroutine 'work' was never awaited",
    loses_an_error: r"Task exception was never retrieved: KeyError\('lost'\)",
}
Sample = Callable[[], Coroutine[Any, Any, None]]


def judge(sample: Sample) -> None:
    async def main() -> None:
        with no_leftovers():
            await sample()

    asyncio.run(main())


@pytest.mark.parametrize("sample", GOOD)
def test_a_coroutine_that_cleans_up_is_accepted(sample: Sample) -> None:
    for _ in range(REPEATS):
        judge(sample)


@pytest.mark.parametrize(("sample", "named"), BAD.items())
def test_a_coroutine_that_leaves_something_is_rejected(sample: Sample, named: str) -> None:
    for _ in range(REPEATS):
        with pytest.raises(Mismatch, match=f"Found      {named}\n"):
            judge(sample)


@pytest.mark.parametrize("sample", [forgets_to_await, loses_an_error])
def test_around_a_whole_run_all_but_tasks_are_seen(sample: Sample) -> None:
    with pytest.raises(Mismatch), no_leftovers():
        asyncio.run(sample())


def test_everything_that_is_left_is_named_in_order() -> None:
    async def sample() -> None:
        await forgets_to_await()
        await forgets_a_task()

    with pytest.raises(Mismatch, match=r"Found      coroutine 'work' .*, pending task work\n"):
        judge(sample)


def test_what_was_there_before_is_not_accused() -> None:
    async def main() -> None:
        before = asyncio.create_task(asyncio.Event().wait())
        with no_leftovers():
            await work()
        before.cancel()

    asyncio.run(main())


def test_a_thread_that_goes_on_is_named() -> None:
    end = threading.Event()

    with pytest.raises(Mismatch, match="Found      thread waiter\n"), no_leftovers(patience=BRIEF):
        (thread := threading.Thread(target=end.wait, name="waiter")).start()

    end.set()
    thread.join()


def test_daemon_threads_and_pools_may_stay() -> None:
    end = threading.Event()
    pool = ThreadPoolExecutor(1)

    with no_leftovers(patience=60.0):
        (thread := threading.Thread(target=end.wait, daemon=True)).start()
        pool.submit(end.wait)

    end.set()
    thread.join()
    pool.shutdown()


def test_an_error_in_the_block_is_not_hidden_by_what_it_left() -> None:
    async def sample() -> None:
        await forgets_a_task()
        raise KeyError("first")

    with pytest.raises(KeyError, match="first"):
        judge(sample)


def test_other_warnings_go_where_they_would() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with no_leftovers():
            warnings.warn("beware", UserWarning, stacklevel=1)

    assert [str(warning.message) for warning in caught] == ["beware"]


def test_what_is_held_is_named_and_what_is_dropped_is_not() -> None:
    for _ in range(REPEATS):
        held, dropped = Watched("held"), Watched("dropped")
        refs = watch(held, dropped)

        del dropped

        assert alive(refs) == ["held"]


def test_a_cycle_is_not_alive() -> None:
    class Node:
        def __init__(self) -> None:
            self.me = self

    gc.disable()
    try:
        expect_dead(watch(Node()))
    finally:
        gc.enable()


def test_what_is_alive_is_said_with_its_story() -> None:
    user = Watched("the user")

    with pytest.raises(Mismatch, match="Checked    after the request\nFound      the user\n"):
        expect_dead(watch(user), "after the request")


def test_a_bound_method_lives_as_long_as_its_owner() -> None:
    class Owner:
        def method(self) -> None: ...

    owner = Owner()
    refs = watch(owner.method)
    assert len(alive(refs)) == 1

    del owner

    expect_dead(refs)
