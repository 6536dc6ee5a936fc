"""Turns how a call ended into a value first, records it, and only then returns or raises."""

import asyncio
import inspect
import logging
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import WRAPPER_ASSIGNMENTS, partial, wraps
from typing import Any, Literal


@dataclass(frozen=True)
class Timing:
    """One call: what was called, how many seconds it took, how it ended. Given, and complete."""

    name: str
    seconds: float
    outcome: Literal["ok", "error", "cancelled"]


def log(timing: Timing) -> None:
    text = f"{timing.outcome:>9} {timing.seconds:9.4f} s {timing.name}"
    logging.getLogger("kata.timings").info(text)


class Ended:
    """How one call ended: with a value, or with an error."""

    def __init__(self, value: Any = None, error: Any = None) -> None:
        self.value, self.error = value, error

    @property
    def outcome(self) -> Any:
        match self.error:
            case None:
                return "ok"
            case asyncio.CancelledError():
                return "cancelled"
        return "error"

    def unwrap(self) -> Any:
        try:
            if self.error is not None:
                raise self.error
            return self.value
        finally:
            # An error that holds a frame that holds the error would wait for the collector.
            del self.error


def timed(func: Any = None, *, name: Any = None, clock: Any = None, sink: Any = None) -> Any:
    if func is None:
        return partial(timed, name=name, clock=clock, sink=sink)

    def finish(start: Any, end: Any, ended: Ended) -> Any:
        record = Timing(
            name=getattr(func, "__qualname__") if name is None else name,
            seconds=0.0 if end < start else end - start,
            outcome=ended.outcome,
        )
        with suppress(Exception):
            (log if sink is None else sink)(record)
        return ended.unwrap()

    if inspect.iscoroutinefunction(func):

        async def wrapper(*args: Any, **kwargs: Any) -> Any:
            now = clock if clock is not None else time.perf_counter
            start = now()
            try:
                ended = Ended(await func(*args, **kwargs))
            except BaseException as error:
                ended = Ended(error=error)
            return finish(start, now(), ended)

    else:

        def wrapper(*args: Any, **kwargs: Any) -> Any:
            now = clock if clock is not None else time.perf_counter
            start = now()
            try:
                ended = Ended(func(*args, **kwargs))
            except BaseException as error:
                ended = Ended(error=error)
            return finish(start, now(), ended)

    return wraps(func, assigned=WRAPPER_ASSIGNMENTS)(wrapper)
