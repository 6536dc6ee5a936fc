"""A living loop and a blocked one, calls that overlap and calls that do not: never mixed up."""

from __future__ import annotations

import asyncio
import functools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from grader.testkit.calls import Mismatch
from grader.testkit.clock import VirtualClock, run
from grader.testkit.liveness import InFlight, LoopGate, Rendezvous

REPEATS = 50
BRIEF = 0.01
Function = Callable[[], Any]

POOL = ThreadPoolExecutor(8)


async def by_to_thread(function: Function) -> Any:
    return await asyncio.to_thread(function)


async def by_executor(function: Function) -> Any:
    return await asyncio.get_running_loop().run_in_executor(None, function)


async def by_own_pool(function: Function) -> Any:
    return await asyncio.wrap_future(POOL.submit(function))


async def late_to_thread(function: Function) -> Any:
    for _ in range(20):
        await asyncio.sleep(0)
    return await asyncio.to_thread(function)


async def by_thread(function: Function) -> Any:
    loop = asyncio.get_running_loop()
    future = loop.create_future()

    def target() -> None:
        loop.call_soon_threadsafe(future.set_result, function())

    threading.Thread(target=target, daemon=True).start()
    return await future


async def directly(function: Function) -> Any:
    return function()


async def after_turns(function: Function) -> Any:
    for _ in range(20):
        await asyncio.sleep(0)
    return function()


async def by_call_soon(function: Function) -> Any:
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    loop.call_soon(lambda: future.set_result(function()))
    return await future


async def by_result(function: Function) -> Any:
    return POOL.submit(function).result()


async def eagerly(function: Function) -> Any:
    result = function()
    return await asyncio.to_thread(lambda: result)


GOOD = [by_to_thread, by_executor, by_own_pool, late_to_thread, by_thread]
BAD = [directly, after_turns, by_call_soon, by_result, eagerly]


def judge_gate(wrap: Callable[[Function], Any], patience: float) -> None:
    async def main() -> None:
        gate = LoopGate(patience=patience)
        await wrap(gate.wait)
        gate.expect_alive()

    asyncio.run(main())


def judge_overlap(wrap: Callable[[Function], Any], patience: float) -> None:
    async def main() -> None:
        meeting = Rendezvous(2, patience=patience)
        await asyncio.gather(wrap(meeting.meet), wrap(meeting.meet))
        meeting.expect_met()

    asyncio.run(main())


@pytest.mark.parametrize("judge", [judge_gate, judge_overlap])
@pytest.mark.parametrize("wrap", GOOD)
def test_a_wrapper_that_keeps_the_loop_alive_is_accepted(judge: Any, wrap: Any) -> None:
    for _ in range(REPEATS):
        judge(wrap, 60.0)


@pytest.mark.parametrize("judge", [judge_gate, judge_overlap])
@pytest.mark.parametrize("wrap", BAD)
def test_a_wrapper_that_blocks_the_loop_is_rejected(judge: Any, wrap: Any) -> None:
    for _ in range(REPEATS // 5):
        with pytest.raises(Mismatch):
            judge(wrap, BRIEF)


@pytest.mark.parametrize("wrap", [directly, after_turns, by_call_soon, eagerly])
def test_a_call_on_the_loops_own_thread_is_rejected_without_patience(wrap: Any) -> None:
    # Would take a minute each time.
    for _ in range(REPEATS):
        with pytest.raises(Mismatch, match="Found      blocked"):
            judge_gate(wrap, 60.0)


async def test_a_gate_that_nobody_waited_at_proves_nothing() -> None:
    gate = LoopGate()

    with pytest.raises(Mismatch, match="the function was never called"):
        gate.expect_alive()


async def test_a_gate_says_to_each_call_whether_the_loop_lived() -> None:
    gate = LoopGate()

    assert await asyncio.to_thread(gate.wait) is True
    assert gate.wait() is False
    assert gate.reports == [True, False]


def test_a_gate_of_a_closed_loop_stays_closed() -> None:
    async def main() -> LoopGate:
        return LoopGate()

    gate = asyncio.run(main())
    thread = threading.Thread(target=gate.wait)
    thread.start()
    thread.join()

    assert gate.reports == [False]


def test_a_gate_works_on_a_virtual_loop() -> None:
    async def main(wrap: Callable[[Function], Any]) -> list[bool]:
        gate = LoopGate(patience=60)
        await wrap(gate.wait)
        return gate.reports

    clock = VirtualClock()
    for _ in range(REPEATS):
        assert run(main(by_to_thread), clock) == [True]
        assert run(main(directly), clock) == [False]


def test_tasks_that_run_at_once_meet() -> None:
    async def main() -> Rendezvous:
        meeting = Rendezvous(3)
        assert await asyncio.gather(*(meeting.meet_async() for _ in range(10))) == [True] * 10
        return meeting

    for _ in range(REPEATS):
        meeting = asyncio.run(main())
        meeting.expect_met()
        assert meeting.arrived == 3


def test_tasks_below_the_number_do_not_meet_and_cost_no_time_on_a_virtual_loop() -> None:
    async def main() -> None:
        meeting = Rendezvous(3)
        limit = asyncio.Semaphore(2)

        async def call() -> bool:
            async with limit:
                return await meeting.meet_async()

        assert await asyncio.gather(*(call() for _ in range(10))) == [False] * 10
        meeting.expect_met()

    for _ in range(REPEATS):
        with pytest.raises(Mismatch, match="Found      2\nExpected   3 calls"):
            run(main(), VirtualClock())


def test_calls_one_after_another_in_threads_do_not_meet_on_a_virtual_loop_either() -> None:
    async def main() -> list[bool]:
        meeting = Rendezvous(2, patience=BRIEF)
        return [await asyncio.to_thread(meeting.meet) for _ in range(2)]

    assert run(main(), VirtualClock()) == [False, False]


def test_a_thread_and_a_task_can_meet() -> None:
    async def main() -> None:
        meeting = Rendezvous(2)
        await asyncio.gather(asyncio.to_thread(meeting.meet), meeting.meet_async())
        meeting.expect_met()

    for _ in range(REPEATS):
        asyncio.run(main())


async def test_a_task_that_was_cancelled_is_not_there_any_more() -> None:
    meeting = Rendezvous(2)
    first = asyncio.create_task(meeting.meet_async())
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first

    second = asyncio.create_task(meeting.meet_async())
    await asyncio.sleep(0)

    assert not second.done()
    assert await meeting.meet_async()
    assert await second


def test_only_the_first_that_waits_in_vain_takes_its_time() -> None:
    meeting = Rendezvous(2, patience=BRIEF)
    assert meeting.meet() is False
    meeting.patience = 60.0

    assert meeting.meet() is False
    assert meeting.arrived == 1


def test_the_peak_of_what_is_in_flight_is_counted_in_tasks() -> None:
    async def main(limit: asyncio.Semaphore) -> None:
        async def call() -> None:
            async with limit:
                with in_flight:
                    await asyncio.sleep(1)

        await asyncio.gather(*(call() for _ in range(10)))

    in_flight = InFlight()
    run(main(asyncio.Semaphore(4)), VirtualClock())

    assert (in_flight.peak, in_flight.now) == (4, 0)


def test_the_peak_of_what_is_in_flight_is_counted_in_threads() -> None:
    for _ in range(REPEATS):
        in_flight, meeting = InFlight(), Rendezvous(4)

        def call(in_flight: InFlight = in_flight, meet: Function = meeting.meet) -> None:
            with in_flight:
                meet()

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda call: call(), [functools.partial(call)] * 8))

        assert (in_flight.peak, in_flight.now) == (4, 0)


def test_a_call_that_fails_is_not_in_flight_any_more() -> None:
    in_flight = InFlight()

    with pytest.raises(KeyError), in_flight:
        raise KeyError

    assert (in_flight.peak, in_flight.now) == (1, 0)
