"""Thinks a slot is given back after the call, in the line below it."""

import asyncio
import contextvars
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
    semaphores: WeakKeyDictionary[Any, asyncio.Semaphore] = WeakKeyDictionary()

    def run(args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
        try:
            return func(*args, **kwargs)
        except StopIteration as error:
            raise RuntimeError("StopIteration") from error

    @functools.wraps(func)
    async def wrapper(*args: Any, **kwargs: Any) -> T:
        if limit is None:
            return await asyncio.to_thread(run, args, kwargs)
        loop = asyncio.get_running_loop()
        semaphore = semaphores.setdefault(loop, asyncio.Semaphore(limit))
        await semaphore.acquire()
        context = contextvars.copy_context()
        future = loop.run_in_executor(None, context.run, run, args, kwargs)
        future.add_done_callback(lambda done: None if done.exception() else semaphore.release())
        return await asyncio.shield(future)

    return wrapper


def _is_coroutine_function(func: Callable[..., Any]) -> bool:
    while isinstance(func, functools.partial):
        func = func.func
    return any(map(inspect.iscoroutinefunction, (func, type(func).__call__)))
