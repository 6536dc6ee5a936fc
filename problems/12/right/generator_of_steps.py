"""One generator decides; two drivers, one for each kind of function, do what it asks for."""

import asyncio
import functools
import inspect
import os
import random
import threading
import time
from collections.abc import Generator
from collections.abc import Callable, Iterator
from typing import Any, Literal, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

_draws = random.Random(int.from_bytes(os.urandom(16), "big"))


def backoff_delays(base: float, factor: float, cap: float) -> Iterator[float]:
    """Yield base, base * factor, base * factor**2 and so on, none above ``cap``, for ever."""
    delay = base
    while True:
        yield cap if delay > cap else delay
        if delay <= cap:
            delay *= factor


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

    def steps() -> Generator[float, BaseException, None]:
        """Take the error of each attempt, give the wait after it; end where nothing follows."""
        clock = time.monotonic_ns
        end = None if deadline is None else clock() + round(deadline * 1e9)
        error = yield 0.0
        for attempt, delay in zip(range(1, attempts), backoff_delays(base, factor, cap)):
            wait = _draws.uniform(0, delay) if jitter == "full" else delay
            if not isinstance(error, Exception) or not isinstance(error, retry_on):
                return
            if end is not None and clock() + wait * 1e9 > end:
                return
            if on_retry is not None:
                on_retry(attempt, error, wait)
            error = yield wait

    def next_wait(course: Generator[float, BaseException, None], error: BaseException) -> float:
        try:
            return course.send(error)
        except StopIteration:
            raise error from error.__cause__

    def decorate(func: Any) -> Any:
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            course = steps()
            next(course)
            while True:
                failure = None
                try:
                    return func(*args, **kwargs)
                except Exception as error:
                    failure = error
                threading.Event().wait(next_wait(course, failure))

        async def async_wrapper(*args: Any, **kwargs: Any) -> Any:
            course = steps()
            next(course)
            while True:
                failure = None
                try:
                    return await func(*args, **kwargs)
                except Exception as error:
                    failure = error
                loop, woken = asyncio.get_running_loop(), asyncio.Event()
                timer = loop.call_later(next_wait(course, failure), woken.set)
                try:
                    await woken.wait()
                finally:
                    timer.cancel()

        chosen = async_wrapper if inspect.iscoroutinefunction(func) else wrapper
        return functools.update_wrapper(chosen, func)

    return decorate
