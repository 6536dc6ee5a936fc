"""Variant of clock_imported_by_name."""

import asyncio
import functools
import inspect
import logging
from time import perf_counter
from dataclasses import dataclass
from typing import Literal

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Timing:
    name: str
    seconds: float
    outcome: Literal["ok", "error", "cancelled"]


def timed(func=None, *, name=None, clock=None, sink=None):
    if func is None:
        return lambda f: timed(f, name=name, clock=clock, sink=sink)
    label = func.__qualname__ if name is None else name

    def read():
        now = clock if clock is not None else perf_counter
        return now()

    def leave(start, outcome):
        record = Timing(label, max(0, read() - start), outcome)
        if sink is None:
            log.info("%s took %.6f s: %s", record.name, record.seconds, record.outcome)
            return
        try:
            sink(record)
        except Exception:
            pass

    if inspect.iscoroutinefunction(func):

        @functools.wraps(func)
        async def wrapper(*args, **kwargs):
            start = read()
            try:
                result = await func(*args, **kwargs)
            except asyncio.CancelledError:
                leave(start, "cancelled")
                raise
            except BaseException:
                leave(start, "error")
                raise
            leave(start, "ok")
            return result

    else:

        @functools.wraps(func)
        def wrapper(*args, **kwargs):
            start = read()
            try:
                result = func(*args, **kwargs)
            except asyncio.CancelledError:
                leave(start, "cancelled")
                raise
            except BaseException:
                leave(start, "error")
                raise
            leave(start, "ok")
            return result

    return wrapper
