"""Tasks that start one another by callbacks; timers cancel them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Ok:
    """A call that returned ``value``."""

    value: Any


@dataclass(frozen=True)
class Failed:
    """A call that ended with ``error``."""

    error: BaseException


@dataclass(frozen=True)
class Report:
    """How each call ended, in the order of the input."""

    results: list[Ok | Failed]

    @property
    def values(self) -> list[Any]:
        """The values of the calls that succeeded, in input order."""
        return [result.value for result in self.results if isinstance(result, Ok)]

    @property
    def failures(self) -> dict[int, BaseException]:
        """The errors of the calls that failed, by their position in the input, in input order."""
        numbered = enumerate(self.results)
        return {n: result.error for n, result in numbered if isinstance(result, Failed)}


class TooFewResults(Exception):
    """Fewer calls succeeded than were required."""

    def __init__(self, report: Report, minimum: int) -> None:
        super().__init__(f"fewer than {minimum} of {len(report.results)} calls succeeded")
        self.report = report
        self.minimum = minimum


class _Everything:
    def __init__(self, calls: list[Callable[[], Awaitable[Any]]], timeout: float | None) -> None:
        self.calls = calls
        self.results: dict[int, Ok | Failed] = {}
        self.loop = asyncio.get_running_loop()
        self.finished = self.loop.create_future()
        self._timeout = timeout
        self._next = 0
        self._running: set[asyncio.Future[Any]] = set()
        self._late: set[asyncio.Future[Any]] = set()
        self._is_aborted = False

    def start(self, count: int) -> None:
        if not self.calls:
            self.finished.set_result(None)
        for _ in range(min(count, len(self.calls))):
            self._start_next()

    async def abort(self) -> None:
        self._is_aborted = True
        for task in self._running:
            task.cancel()
        while self._running:
            await asyncio.wait(self._running)
            await asyncio.sleep(0)

    def _start_next(self) -> None:
        position = self._next
        if self._is_aborted or position == len(self.calls):
            return
        self._next += 1
        task = self.loop.create_task(_await(self.calls[position]))
        self._running.add(task)
        timer = None
        if self._timeout is not None:
            timer = self.loop.call_later(self._timeout, self._expire, task)

        def on_done(done: asyncio.Future[Any]) -> None:
            if timer is not None:
                timer.cancel()
            self._running.discard(done)
            self._settle(position, done)
            self._start_next()

        task.add_done_callback(on_done)

    def _expire(self, task: asyncio.Future[Any]) -> None:
        if task.cancel():
            self._late.add(task)

    def _settle(self, position: int, task: asyncio.Future[Any]) -> None:
        if task.cancelled():
            error = TimeoutError() if task in self._late else asyncio.CancelledError()
            self.results[position] = Failed(error)
        elif error := task.exception():
            self.results[position] = Failed(error)
        else:
            self.results[position] = Ok(task.result())
        if len(self.results) == len(self.calls) and not self.finished.done():
            self.finished.set_result(None)


async def _await(call: Callable[[], Awaitable[Any]]) -> Any:
    return await call()


async def gather_partial(
    calls: Iterable[Callable[[], Awaitable[Any]]],
    *,
    timeout: float | None = None,
    max_concurrency: int | None = None,
) -> Report:
    """Run all calls at the same time and report how each of them ended."""
    _check_limits(timeout, max_concurrency)
    everything = _Everything(list(calls), timeout)
    everything.start(max_concurrency or len(everything.calls))
    try:
        await everything.finished
    except asyncio.CancelledError:
        await everything.abort()
        raise
    return Report([everything.results[n] for n in range(len(everything.calls))])


def require(report: Report, minimum: int) -> list[Any]:
    """Return the values of ``report``, or raise TooFewResults if there are fewer than that."""
    values = report.values
    if len(values) < minimum:
        raise TooFewResults(report, minimum) from next(iter(report.failures.values()), None)
    return values


def _check_limits(timeout: float | None, max_concurrency: int | None) -> None:
    if timeout is not None and timeout <= 0:
        raise ValueError("timeout must be greater than 0")
    if max_concurrency is not None and max_concurrency < 1:
        raise ValueError("max_concurrency must be at least 1")
