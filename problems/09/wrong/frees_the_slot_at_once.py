"""Thinks a slot is free as soon as nobody awaits the call any longer."""

import asyncio
import functools
import inspect
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")


def async_safe(
    func: Callable[..., T], *, limit: int | None = None
) -> Callable[..., Coroutine[Any, Any, T]]:
    """Return a coroutine function that runs ``func`` in a thread, in ``limit`` threads at most."""
    if _is_coroutine_function(func):
        raise TypeError(f"{func!r} is a coroutine function")
    if limit is not None and limit < 1:
        raise ValueError("limit must be at least 1")
    slots: WeakKeyDictionary[Any, asyncio.Semaphore] = WeakKeyDictionary()

    def run(args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
        try:
            return func(*args, **kwargs)
        except StopIteration as error:
            raise RuntimeError("StopIteration") from error

    @functools.wraps(func)
    async def wrapper(*args: Any, **kwargs: Any) -> T:
        loop = asyncio.get_running_loop()
        if limit is None:
            return await asyncio.to_thread(run, args, kwargs)
        async with slots.setdefault(loop, asyncio.Semaphore(limit)):
            return await asyncio.to_thread(run, args, kwargs)

    return wrapper


def _is_coroutine_function(func: Callable[..., Any]) -> bool:
    while isinstance(func, functools.partial):
        func = func.func
    return any(map(inspect.iscoroutinefunction, (func, type(func).__call__)))
