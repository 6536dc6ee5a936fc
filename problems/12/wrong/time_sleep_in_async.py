"""Thinks a wait is a wait."""

import functools
import inspect
import random
import time
from collections.abc import Callable, Iterator
from typing import Any, Literal, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

_random = random.Random()


def backoff_delays(base: float, factor: float, cap: float) -> Iterator[float]:
    """Yield base, base * factor, base * factor**2 and so on, none above ``cap``, for ever."""
    delay = base
    while True:
        yield min(cap, delay)
        delay = min(cap, delay * factor)


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

    def decorate(func: Any) -> Any:
        def is_final(error: BaseException, attempt: int) -> bool:
            return attempt == attempts or not isinstance(error, Exception)

        def is_too_late(started: float, delay: float) -> bool:
            return deadline is not None and time.monotonic() - started + delay > deadline

        def jittered(delay: float) -> float:
            return _random.uniform(0, delay) if jitter == "full" else delay

        @functools.wraps(func)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            started = time.monotonic()
            delays = backoff_delays(base, factor, cap)
            for attempt in range(1, attempts + 1):
                try:
                    return func(*args, **kwargs)
                except retry_on as error:
                    delay = jittered(next(delays))
                    if is_final(error, attempt) or is_too_late(started, delay):
                        raise
                    if on_retry is not None:
                        on_retry(attempt, error, delay)
                time.sleep(delay)
            raise AssertionError("unreachable")

        @functools.wraps(func)
        async def async_wrapper(*args: Any, **kwargs: Any) -> Any:
            started = time.monotonic()
            delays = backoff_delays(base, factor, cap)
            for attempt in range(1, attempts + 1):
                try:
                    return await func(*args, **kwargs)
                except retry_on as error:
                    delay = jittered(next(delays))
                    if is_final(error, attempt) or is_too_late(started, delay):
                        raise
                    if on_retry is not None:
                        on_retry(attempt, error, delay)
                time.sleep(delay)
            raise AssertionError("unreachable")

        return async_wrapper if inspect.iscoroutinefunction(func) else wrapper

    return decorate
