"""Registers the end of the call with an exit stack; the signature is set by hand."""

import asyncio
import contextlib
import functools
import inspect
import logging
import types
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Timing:
    """One call: what was called, how many seconds it took, how it ended. Given, and complete."""

    name: str
    seconds: float
    outcome: Literal["ok", "error", "cancelled"]


OUTCOMES: dict[type[BaseException], Any] = {asyncio.CancelledError: "cancelled"}


def perf_counter() -> float:
    import time

    return time.perf_counter()


def outcome_of(kind: type[BaseException] | None) -> Any:
    if kind is None:
        return "ok"
    return next((OUTCOMES[base] for base in kind.__mro__ if base in OUTCOMES), "error")


def timed(func: Any = None, *, name: Any = None, clock: Any = None, sink: Any = None) -> Any:
    if func is None:
        return lambda later: timed(later, name=name, clock=clock, sink=sink)
    read = perf_counter if clock is None else clock
    write = logging.getLogger("timing").info if sink is None else sink
    label = {None: func.__qualname__}.get(name, name)

    def end(start: float, kind: Any, error: Any, trace: Any) -> None:
        seconds = sorted((0.0, read() - start))[1]
        with contextlib.suppress(Exception):
            write(Timing(label, seconds, outcome_of(kind)))

    def call(args: Any, kwargs: Any) -> Any:
        with contextlib.ExitStack() as stack:
            stack.push(functools.partial(end, read()))
            return func(*args, **kwargs)

    async def call_async(args: Any, kwargs: Any) -> Any:
        async with contextlib.AsyncExitStack() as stack:
            stack.push(functools.partial(end, read()))
            return await func(*args, **kwargs)

    if inspect.iscoroutinefunction(func):

        async def replacement(*args: Any, **kwargs: Any) -> Any:
            return await call_async(args, kwargs)
    else:

        def replacement(*args: Any, **kwargs: Any) -> Any:
            return call(args, kwargs)

    assert isinstance(replacement, types.FunctionType)
    for attribute in ("__module__", "__name__", "__qualname__", "__doc__"):
        setattr(replacement, attribute, getattr(func, attribute))
    replacement.__dict__.update(vars(func))
    replacement.__signature__ = inspect.signature(func)
    return replacement
