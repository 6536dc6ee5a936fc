"""A class that decorates; the loop's own clock for coroutines; errors kept until the end."""

import asyncio
import functools
import inspect
import itertools
import math
import random
import time
from collections.abc import Callable, Iterator
from typing import Any, Literal, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


def backoff_delays(base: float, factor: float, cap: float) -> Iterator[float]:
    """Yield base, base * factor, base * factor**2 and so on, none above ``cap``, for ever."""
    return itertools.accumulate(
        itertools.repeat(factor), lambda delay, by: min(cap, delay * by), initial=min(cap, base)
    )


def retry(
    *,
    attempts: int = 3,
    base: float = 0.1,
    factor: float = 2.0,
    cap: float = 60.0,
    jitter: Literal["none", "full"] = "none",
    retry_on: tuple[type[BaseException], ...] = (Exception,),
    deadline: float | None = None,
    on_retry: Callable[[int, Exception, float], object] | None = None,
) -> Callable[[F], F]:
    """Return a decorator that calls a function, coroutine or not, again after it has failed."""
    return _Retry(attempts, (base, factor, cap), jitter, retry_on, deadline, on_retry)


class _Retry:
    def __init__(
        self,
        attempts: int,
        growth: tuple[float, float, float],
        jitter: str,
        retry_on: tuple[type[BaseException], ...],
        deadline: float | None,
        on_retry: Callable[[int, Exception, float], object] | None,
    ) -> None:
        base, factor, cap = growth
        self.attempts = attempts
        self.growth = growth
        self.draw = {"none": self._plain, "full": self._full}.get(jitter)
        self.retry_on = retry_on
        self.deadline = math.inf if deadline is None else deadline
        self.on_retry = on_retry or self._ignore
        self.random = random.Random()
        bad = attempts < 1 or min(base, cap) < 0 or factor < 1 or self.deadline <= 0
        if bad or self.draw is None:
            raise ValueError("bad options for retry")

    def __call__(self, func: Any) -> Any:
        """Decorate a function."""
        decorated = self._async(func) if inspect.iscoroutinefunction(func) else self._sync(func)
        return functools.wraps(func)(decorated)

    def _sync(self, func: Any) -> Any:
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            failures: list[BaseException] = []
            delays, end = backoff_delays(*self.growth), time.perf_counter() + self.deadline
            while len(failures) < self.attempts:
                try:
                    return func(*args, **kwargs)
                except self.retry_on as error:
                    failures.append(error)
                wait = self._wait(failures, delays, end - time.perf_counter())
                if wait is None:
                    break
                time.sleep(wait)
            try:
                raise failures[-1]
            finally:
                failures.clear()

        return wrapper

    def _async(self, func: Any) -> Any:
        async def wrapper(*args: Any, **kwargs: Any) -> Any:
            failures: list[BaseException] = []
            clock = asyncio.get_running_loop().time
            delays, end = backoff_delays(*self.growth), clock() + self.deadline
            while len(failures) < self.attempts:
                try:
                    return await func(*args, **kwargs)
                except self.retry_on as error:
                    failures.append(error)
                wait = self._wait(failures, delays, end - clock())
                if wait is None:
                    break
                await asyncio.sleep(wait)
            try:
                raise failures[-1]
            finally:
                failures.clear()

        return wrapper

    def _wait(
        self, failures: list[BaseException], delays: Iterator[float], left: float
    ) -> float | None:
        error = failures[-1]
        if not isinstance(error, Exception) or len(failures) == self.attempts:
            return None
        wait = self.draw(next(delays))
        if wait > left:
            return None
        self.on_retry(len(failures), error, wait)
        return wait

    def _plain(self, delay: float) -> float:
        return delay

    def _full(self, delay: float) -> float:
        return self.random.uniform(0, delay)

    def _ignore(self, attempt: int, error: Exception, delay: float) -> None:
        """Tell nobody."""
