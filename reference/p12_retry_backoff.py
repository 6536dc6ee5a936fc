"""12 · Retry with exponential backoff, solved with one object that each call keeps its count in."""

import asyncio
import functools
import inspect
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

# Not the module's generator, which one seed would make alike on all servers, nor one with a state
# of its own, which a fork would copy.
_random = random.SystemRandom()


def backoff_delays(base: float, factor: float, cap: float) -> Iterator[float]:
    """Yield base, base * factor, base * factor**2 and so on, none above ``cap``, for ever."""
    delay = min(cap, base)
    while True:
        yield delay
        # Capped before it is multiplied again, it cannot overflow, which factor**n does.
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
    policy = _Policy(attempts, base, factor, cap, jitter, deadline, on_retry)

    def decorate(func: Any) -> Any:
        @functools.wraps(func)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            course = _Course(policy)
            while True:
                try:
                    return func(*args, **kwargs)
                except retry_on as error:
                    delay = course.delay_after(error)
                    if delay is None:
                        raise
                time.sleep(delay)

        @functools.wraps(func)
        async def async_wrapper(*args: Any, **kwargs: Any) -> Any:
            course = _Course(policy)
            while True:
                try:
                    return await func(*args, **kwargs)
                except retry_on as error:
                    delay = course.delay_after(error)
                    if delay is None:
                        raise
                await asyncio.sleep(delay)

        return async_wrapper if inspect.iscoroutinefunction(func) else wrapper

    return decorate


@dataclass(frozen=True)
class _Policy:
    """What holds for all calls of a decorated function."""

    attempts: int
    base: float
    factor: float
    cap: float
    jitter: str
    deadline: float | None
    on_retry: Callable[[int, Exception, float], object] | None

    def __post_init__(self) -> None:
        if self.attempts < 1:
            raise ValueError(f"attempts must be at least 1, not {self.attempts}")
        if self.base < 0 or self.cap < 0:
            raise ValueError("base and cap must not be negative")
        if self.factor < 1:
            raise ValueError(f"factor must be at least 1, not {self.factor}")
        if self.jitter not in {"none", "full"}:
            raise ValueError(f"jitter must be 'none' or 'full', not {self.jitter!r}")
        if self.deadline is not None and self.deadline <= 0:
            raise ValueError(f"deadline must be greater than 0, not {self.deadline}")


class _Course:
    """How far one call has come."""

    def __init__(self, policy: _Policy) -> None:
        self._policy = policy
        self._started = time.monotonic()
        self._delays = backoff_delays(policy.base, policy.factor, policy.cap)
        self._failures = 0

    def delay_after(self, error: BaseException) -> float | None:
        """Return how long to wait after ``error``; None if the call is to end with it."""
        self._failures += 1
        if self._failures == self._policy.attempts or not isinstance(error, Exception):
            return None
        delay = next(self._delays)
        if self._policy.jitter == "full":
            delay = _random.uniform(0, delay)
        if self._passes_deadline(delay):
            return None
        if self._policy.on_retry is not None:
            self._policy.on_retry(self._failures, error, delay)
        return delay

    def _passes_deadline(self, delay: float) -> bool:
        deadline = self._policy.deadline
        return deadline is not None and time.monotonic() - self._started + delay > deadline
