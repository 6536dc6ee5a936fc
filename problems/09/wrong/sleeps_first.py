"""Thinks `asyncio.sleep(0)` before the call gives the loop its chance."""

import asyncio
import functools
import inspect
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def async_safe(
    func: Callable[..., T], *, limit: int | None = None
) -> Callable[..., Coroutine[Any, Any, T]]:
    """Return a coroutine function that runs ``func`` in a thread, in ``limit`` threads at most."""
    if _is_coroutine_function(func):
        raise TypeError(f"{func!r} is a coroutine function")
    if limit is not None and limit < 1:
        raise ValueError("limit must be at least 1")

    @functools.wraps(func)
    async def wrapper(*args: Any, **kwargs: Any) -> T:
        await asyncio.sleep(0)
        return func(*args, **kwargs)

    return wrapper


def _is_coroutine_function(func: Callable[..., Any]) -> bool:
    while isinstance(func, functools.partial):
        func = func.func
    return any(map(inspect.iscoroutinefunction, (func, type(func).__call__)))
