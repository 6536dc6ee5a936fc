"""An iterator of attempts, each a context manager, that both kinds of wrapper walk over."""

from __future__ import annotations

import asyncio
import functools
import inspect
import random
import time
from dataclasses import dataclass, field
from types import TracebackType
from collections.abc import Callable, Iterator
from typing import Any, Literal, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


def backoff_delays(base: float, factor: float, cap: float) -> Iterator[float]:
    """Yield base, base * factor, base * factor**2 and so on, none above ``cap``, for ever."""
    exponent = 0
    while True:
        try:
            delay = base * factor**exponent
        except OverflowError:
            delay = cap if base else 0.0
        yield min(delay, cap)
        exponent += 1


@dataclass
class Attempts:
    """The attempts of one call: go on with the next one until an attempt is not in vain."""

    limit: int
    delays: Iterator[float]
    is_jittered: bool
    retry_on: tuple[type[BaseException], ...]
    deadline: float | None
    on_retry: Callable[[int, Exception, float], object] | None
    number: int = 0
    delay: float | None = 0.0
    started: float = field(default_factory=time.monotonic)

    def __iter__(self) -> Iterator[Attempts]:
        while self.delay is not None:
            self.number += 1
            yield self

    def __enter__(self) -> None:
        self.delay = None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if not isinstance(error, Exception) or not isinstance(error, self.retry_on):
            return False
        if self.number >= self.limit:
            return False
        delay = next(self.delays)
        if self.is_jittered:
            delay *= random.Random().random()
        if self.deadline is not None and self.elapsed + delay > self.deadline:
            return False
        if self.on_retry is not None:
            self.on_retry(self.number, error, delay)
        self.delay = delay
        return True

    @property
    def elapsed(self) -> float:
        """The seconds since the call began."""
        return time.monotonic() - self.started


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
    if attempts < 1 or base < 0 or factor < 1 or cap < 0:
        raise ValueError("attempts, base, factor or cap is too small")
    if jitter not in ("none", "full"):
        raise ValueError(f"unknown jitter {jitter!r}")
    if deadline is not None and deadline <= 0:
        raise ValueError("deadline must be positive")

    def begin() -> Attempts:
        delays = backoff_delays(base, factor, cap)
        return Attempts(attempts, delays, jitter == "full", retry_on, deadline, on_retry)

    def decorate(func: Any) -> Any:
        @functools.wraps(func)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            for attempt in begin():
                if attempt.delay:
                    time.sleep(attempt.delay)
                with attempt:
                    return func(*args, **kwargs)

        @functools.wraps(func)
        async def async_wrapper(*args: Any, **kwargs: Any) -> Any:
            for attempt in begin():
                await asyncio.sleep(attempt.delay or 0)
                with attempt:
                    return await func(*args, **kwargs)

        return async_wrapper if inspect.iscoroutinefunction(func) else wrapper

    return decorate
