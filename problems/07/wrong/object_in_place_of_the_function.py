"""Thinks an object that can be called is as good as a function."""

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


class Timed:
    """A function that is timed whenever it is called."""

    def __init__(self, function: Any, name: Any, clock: Any, sink: Any) -> None:
        functools.update_wrapper(self, function)
        self._function = function
        self._label = function.__qualname__ if name is None else name
        self._clock = clock
        self._emit = log if sink is None else sink

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        call = self._call_async if inspect.iscoroutinefunction(self._function) else self._call
        return call(args, kwargs)

    def _call(self, args: Any, kwargs: Any) -> Any:
        outcome = "error"
        start = self._now()
        try:
            result = self._function(*args, **kwargs)
            outcome = "ok"
            return result
        except asyncio.CancelledError:
            outcome = "cancelled"
            raise
        finally:
            self._record(start, outcome)

    async def _call_async(self, args: Any, kwargs: Any) -> Any:
        outcome = "error"
        start = self._now()
        try:
            result = await self._function(*args, **kwargs)
            outcome = "ok"
            return result
        except asyncio.CancelledError:
            outcome = "cancelled"
            raise
        finally:
            self._record(start, outcome)

    def _now(self) -> float:
        return time.perf_counter() if self._clock is None else self._clock()

    def _record(self, start: float, outcome: Any) -> None:
        timing = Timing(self._label, max(0.0, self._now() - start), outcome)
        with contextlib.suppress(Exception):
            self._emit(timing)


def timed(
    func: Callable[..., Any] | None = None,
    *,
    name: str | None = None,
    clock: Callable[[], float] | None = None,
    sink: Callable[[Timing], object] | None = None,
) -> Callable[..., Any]:
    """Decorate ``func`` so that every call of it leaves one record in ``sink``."""
    if func is None:
        return lambda function: Timed(function, name, clock, sink)
    return Timed(func, name, clock, sink)
