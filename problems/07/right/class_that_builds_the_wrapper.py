"""A small class keeps the settings and builds the wrapper; another one stands for a call."""

from __future__ import annotations

import asyncio
import functools
import inspect
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal


@dataclass(frozen=True)
class Timing:
    """One call: what was called, how many seconds it took, how it ended. Given, and complete."""

    name: str
    seconds: float
    outcome: Literal["ok", "error", "cancelled"]


def timed(
    func: Callable[..., Any] | None = None,
    *,
    name: str | None = None,
    clock: Callable[[], float] | None = None,
    sink: Callable[[Timing], object] | None = None,
) -> Callable[..., Any]:
    timer = Timer(name, clock, sink)
    return timer.wrap if func is None else timer.wrap(func)


@dataclass
class Timer:
    name: str | None
    clock: Callable[[], float] | None
    sink: Callable[[Timing], object] | None

    def wrap(self, func: Callable[..., Any]) -> Callable[..., Any]:
        name = self.name
        if name is None:
            name = func.__qualname__
        build = self._coroutine if inspect.iscoroutinefunction(func) else self._function
        return functools.update_wrapper(build(func, name), func)

    def _function(self, func: Callable[..., Any], name: str) -> Callable[..., Any]:
        return lambda *args, **kwargs: Call(self, name).run(func, args, kwargs)

    def _coroutine(self, func: Callable[..., Any], name: str) -> Callable[..., Any]:
        async def wrapper(*args: Any, **kwargs: Any) -> Any:
            with Call(self, name):
                return await func(*args, **kwargs)

        return wrapper

    def now(self) -> float:
        return time.perf_counter() if self.clock is None else self.clock()

    def report(self, timing: Timing) -> None:
        if self.sink is None:
            logging.getLogger("timings").log(logging.INFO, "%s", timing)
        else:
            self.sink(timing)


class Call:
    def __init__(self, timer: Timer, name: str) -> None:
        self.timer, self.name = timer, name
        self.started = timer.now()

    def run(self, func: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        with self:
            return func(*args, **kwargs)

    def __enter__(self) -> Call:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        seconds = max(self.timer.now() - self.started, 0)
        outcome: Literal["ok", "error", "cancelled"] = "ok"
        if error is not None:
            outcome = "cancelled" if isinstance(error, asyncio.CancelledError) else "error"
        try:
            self.timer.report(Timing(self.name, seconds, outcome))
        except Exception as failure:
            logging.getLogger("timings").debug("the sink failed: %r", failure)
