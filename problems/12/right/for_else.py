"""A loop over the delays, whose else is the last attempt; draws from the system's randomness."""

import asyncio
import inspect
from functools import wraps
from itertools import islice
from random import SystemRandom
from time import monotonic, sleep
from collections.abc import Callable, Iterator
from typing import Any, Literal, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


def backoff_delays(base: float, factor: float, cap: float) -> Iterator[float]:
    """Yield base, base * factor, base * factor**2 and so on, none above ``cap``, for ever."""
    while base < cap:
        yield base
        if base * factor == base:
            break
        base *= factor
    while True:
        yield min(base, cap)


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

    def waits() -> Iterator[tuple[int, float]]:
        for attempt, delay in enumerate(islice(backoff_delays(base, factor, cap), attempts - 1), 1):
            wait = SystemRandom().random() * delay if jitter == "full" else delay
            yield attempt, wait

    def tell(attempt: int, error: BaseException, wait: float) -> None:
        if not isinstance(error, Exception):
            raise error
        if on_retry:
            on_retry(attempt, error, wait)

    def decorate(func: Any) -> Any:
        if inspect.iscoroutinefunction(func):

            @wraps(func)
            async def decorated(*args: Any, **kwargs: Any) -> Any:
                start = monotonic()
                for attempt, wait in waits():
                    try:
                        return await func(*args, **kwargs)
                    except retry_on as error:
                        if deadline is not None and monotonic() + wait > start + deadline:
                            raise
                        tell(attempt, error, wait)
                        await asyncio.sleep(wait)
                else:
                    return await func(*args, **kwargs)
        else:

            @wraps(func)
            def decorated(*args: Any, **kwargs: Any) -> Any:
                start = monotonic()
                for attempt, wait in waits():
                    try:
                        return func(*args, **kwargs)
                    except retry_on as error:
                        if deadline is not None and monotonic() + wait > start + deadline:
                            raise
                        tell(attempt, error, wait)
                        sleep(wait)
                else:
                    return func(*args, **kwargs)

        return decorated

    return decorate
