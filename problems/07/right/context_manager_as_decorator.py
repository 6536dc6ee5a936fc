"""Lets the context managers of the standard library decorate: they wrap the function themselves."""

import inspect
import logging
import time
from asyncio import CancelledError
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Timing:
    """One call: what was called, how many seconds it took, how it ended. Given, and complete."""

    name: str
    seconds: float
    outcome: Literal["ok", "error", "cancelled"]


def timed(func: Any = None, *, name: Any = None, clock: Any = None, sink: Any = None) -> Any:
    @contextmanager
    def span(label: str) -> Any:
        def finish(outcome: Any) -> None:
            took = read() - start
            try:
                tell(Timing(label, took if took > 0 else 0.0, outcome))
            except Exception:
                pass

        read = clock if clock is not None else (lambda: time.perf_counter())
        tell = sink if sink is not None else log
        start = read()
        try:
            yield
        except CancelledError:
            finish("cancelled")
            raise
        except BaseException:
            finish("error")
            raise
        else:
            finish("ok")

    @asynccontextmanager
    async def async_span(label: str) -> Any:
        with span(label):
            yield

    def decorate(target: Any) -> Any:
        manager = async_span if inspect.iscoroutinefunction(target) else span
        return manager(target.__qualname__ if name is None else name)(target)

    if func is None:
        return decorate
    return decorate(func)


def log(timing: Timing) -> None:
    logging.info("call %r ended %s, %.3f ms", timing.name, timing.outcome, timing.seconds * 1e3)
