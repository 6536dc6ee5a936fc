"""Runs the calls in a TaskGroup, each of which catches its own errors."""

import asyncio
import sys
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
        return [r.value for r in self.results if isinstance(r, Ok)]

    @property
    def failures(self) -> dict[int, BaseException]:
        """The errors of the calls that failed, by their position in the input, in input order."""
        return {i: r.error for i, r in enumerate(self.results) if isinstance(r, Failed)}


class TooFewResults(Exception):
    """Fewer calls succeeded than were required."""

    def __init__(self, report: Report, minimum: int) -> None:
        super().__init__(f"fewer than {minimum} of {len(report.results)} calls succeeded")
        self.report = report
        self.minimum = minimum


async def gather_partial(
    calls: Iterable[Callable[[], Awaitable[Any]]],
    *,
    timeout: float | None = None,
    max_concurrency: int | None = None,
) -> Report:
    if timeout is not None and timeout <= 0:
        raise ValueError("timeout")
    if max_concurrency is not None and max_concurrency < 1:
        raise ValueError("max_concurrency")
    semaphore = asyncio.Semaphore(max_concurrency or sys.maxsize)

    async def one(call):
        async with semaphore:
            try:
                return Ok(await asyncio.wait_for(call(), timeout))
            except (Exception, asyncio.CancelledError) as error:
                return Failed(error)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(call)) for call in calls]
    return Report([task.result() for task in tasks])


def require(report: Report, minimum: int) -> list[Any]:
    if len(report.values) >= minimum:
        return report.values
    raise TooFewResults(report, minimum) from next(iter(report.failures.values()), None)
