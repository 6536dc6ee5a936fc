"""Variant of completion_order."""

import asyncio
from dataclasses import dataclass


@dataclass(frozen=True)
class Ok:
    value: object


@dataclass(frozen=True)
class Failed:
    error: BaseException


@dataclass(frozen=True)
class Report:
    results: list

    @property
    def values(self):
        return [result.value for result in self.results if isinstance(result, Ok)]

    @property
    def failures(self):
        return {
            place: result.error
            for place, result in enumerate(self.results)
            if isinstance(result, Failed)
        }


class TooFewResults(Exception):
    def __init__(self, report, minimum):
        super().__init__(f"fewer than {minimum} of {len(report.results)} calls succeeded")
        self.report = report
        self.minimum = minimum


async def gather_partial(calls, *, timeout=None, max_concurrency=None):
    if timeout is not None and timeout <= 0:
        raise ValueError("timeout")
    if max_concurrency is not None and max_concurrency < 1:
        raise ValueError("max_concurrency")
    results = []
    running = set()
    waiting = iter(calls)
    try:
        for place, call in enumerate(waiting):
            if max_concurrency is not None:
                while len(running) >= max_concurrency:
                    await _some_end(running)
            running.add(asyncio.create_task(_keep(results, place, call, timeout)))
        while running:
            await _some_end(running)
    finally:
        for task in running:
            task.cancel()
        while running:
            try:
                await _some_end(running)
            except asyncio.CancelledError:
                pass
    return Report(results)


async def _some_end(running):
    done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    running -= done


async def _keep(results, place, call, timeout):
    inner = asyncio.create_task(_make(call))
    try:
        done, _ = await asyncio.wait([inner], timeout=timeout)
    except asyncio.CancelledError:
        inner.cancel()
        await asyncio.wait([inner])
        raise
    if not done:
        inner.cancel()
        await asyncio.wait([inner])
        if not inner.cancelled():
            inner.exception()
        results.append(Failed(TimeoutError("the call took too long")))
    elif inner.cancelled():
        results.append(Failed(asyncio.CancelledError()))
    elif inner.exception() is not None:
        results.append(Failed(inner.exception()))
    else:
        results.append(Ok(inner.result()))


async def _make(call):
    return await call()


def require(report, minimum):
    values = report.values
    if len(values) >= minimum:
        return values
    raise TooFewResults(report, minimum) from next(iter(report.failures.values()), None)
