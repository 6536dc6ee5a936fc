"""Thinks a sink comes on top of the log."""

import asyncio
import contextlib
import functools
import inspect
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Timing:
    """One call: what was called, how many seconds it took, how it ended. Given, and complete."""

    name: str
    seconds: float
    outcome: Literal["ok", "error", "cancelled"]


def log(timing: Timing) -> None:
    """Write a record to the log."""
    logger.info("%s: %s in %.6f s", timing.name, timing.outcome, timing.seconds)


def timed(
    func: Callable[..., Any] | None = None,
    *,
    name: str | None = None,
    clock: Callable[[], float] | None = None,
    sink: Callable[[Timing], object] | None = None,
) -> Callable[..., Any]:
    """Decorate ``func`` so that every call of it leaves one record in ``sink``."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        label = function.__qualname__ if name is None else name
        emit = log if sink is None else sink

        def now() -> float:
            return time.perf_counter() if clock is None else clock()

        def record(start: float, outcome: Any) -> None:
            timing = Timing(label, max(0.0, now() - start), outcome)
            with contextlib.suppress(Exception):
                if emit is not log:
                    log(timing)
                emit(timing)

        @functools.wraps(function)
        async def async_wrapper(*args: Any, **kwargs: Any) -> Any:
            outcome = "error"
            start = now()
            try:
                result = await function(*args, **kwargs)
                outcome = "ok"
                return result
            except asyncio.CancelledError:
                outcome = "cancelled"
                raise
            finally:
                record(start, outcome)

        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            outcome = "error"
            start = now()
            try:
                result = function(*args, **kwargs)
                outcome = "ok"
                return result
            except asyncio.CancelledError:
                outcome = "cancelled"
                raise
            finally:
                record(start, outcome)

        return async_wrapper if inspect.iscoroutinefunction(function) else wrapper

    return decorate if func is None else decorate(func)
