"""The loop's pool with a copied context; a semaphore per loop that the end of the thread releases."""

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

    def in_thread(args: Any, kwargs: Any) -> Any:
        loop = asyncio.get_running_loop()
        context = contextvars.copy_context()
        call = functools.partial(context.run, _translated, func, args, kwargs)
        return loop.run_in_executor(None, call)

    @functools.wraps(func)
    async def wrapper(*args: Any, **kwargs: Any) -> T:
        if limit is None:
            return await in_thread(args, kwargs)
        loop = asyncio.get_running_loop()
        semaphore = semaphores.setdefault(loop, asyncio.Semaphore(limit))
        await semaphore.acquire()
        future = in_thread(args, kwargs)
        future.add_done_callback(lambda _: semaphore.release())
        try:
            return await asyncio.shield(future)
        finally:
            del future

    return wrapper


def _translated(func: Callable[..., T], args: Any, kwargs: Any) -> T:
    try:
        return func(*args, **kwargs)
    except StopIteration as stop:
        error = RuntimeError("StopIteration in a thread")
        error.__cause__ = stop
    raise error


def _is_coroutine_function(func: Callable[..., Any]) -> bool:
    while isinstance(func, functools.partial):
        func = func.func
    return any(map(inspect.iscoroutinefunction, (func, type(func).__call__)))
