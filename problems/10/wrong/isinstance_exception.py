"""Thinks every error that ``gather`` collects is an ``Exception``."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import nullcontext
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


async def gather_partial(
    calls: Iterable[Callable[[], Awaitable[Any]]],
    *,
    timeout: float | None = None,
    max_concurrency: int | None = None,
) -> Report:
    """Run all calls at the same time and report how each of them ended."""
    _check_limits(timeout, max_concurrency)
    slots = nullcontext() if max_concurrency is None else asyncio.Semaphore(max_concurrency)

    async def run(call: Callable[[], Awaitable[Any]]) -> Any:
        async with slots, asyncio.timeout(timeout):
            return await call()

    found = await asyncio.gather(*map(run, calls), return_exceptions=True)
    return Report([Failed(item) if isinstance(item, Exception) else Ok(item) for item in found])


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
