"""12 · Retry with exponential backoff. The statement: `grader show 12`, or problems/12/README.md."""

from collections.abc import Callable, Iterator
from typing import Any, Literal, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


def backoff_delays(base: float, factor: float, cap: float) -> Iterator[float]:
    """Yield base, base * factor, base * factor**2 and so on, none above ``cap``, for ever."""
    raise NotImplementedError


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
    raise NotImplementedError
