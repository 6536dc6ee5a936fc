"""07 · Timing decorator, solved with one context manager inside two wrappers."""

import asyncio
import functools
import inspect
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Literal

logger = logging.getLogger(__name__)


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
    """Decorate ``func`` so that every call of it leaves one record in ``sink``."""
    if func is None:
        return functools.partial(timed, name=name, clock=clock, sink=sink)
    label = func.__qualname__ if name is None else name
    measured = functools.partial(_measured, label, clock, _log if sink is None else sink)

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        with measured():
            return func(*args, **kwargs)

    @functools.wraps(func)
    async def async_wrapper(*args: Any, **kwargs: Any) -> Any:
        with measured():
            return await func(*args, **kwargs)

    return async_wrapper if inspect.iscoroutinefunction(func) else wrapper


@contextmanager
def _measured(
    name: str, clock: Callable[[], float] | None, sink: Callable[[Timing], object]
) -> Iterator[None]:
    # Looked up here, not in a default: somebody may replace it after this module was imported.
    now = time.perf_counter if clock is None else clock
    outcome: Literal["ok", "error", "cancelled"] = "error"
    start = now()
    try:
        yield
        outcome = "ok"
    except asyncio.CancelledError:
        outcome = "cancelled"
        raise
    finally:
        timing = Timing(name, max(0.0, now() - start), outcome)
        with suppress(Exception):
            sink(timing)


def _log(timing: Timing) -> None:
    logger.info("%s: %s after %.6f s", timing.name, timing.outcome, timing.seconds)
