"""Thinks everything that a function can raise is an Exception."""

import asyncio
import contextvars
import functools
import inspect
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def async_safe(
    func: Callable[..., T], *, limit: int | None = None
) -> Callable[..., Coroutine[Any, Any, T]]:
    """Return a coroutine function that runs ``func`` in a thread, in ``limit`` threads at most."""
    if _is_coroutine_function(func):
        raise TypeError(f"{func!r} is a coroutine function")
    pool = None if limit is None else ThreadPoolExecutor(limit)

    def run(args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
        try:
            return func(*args, **kwargs)
        except StopIteration as error:
            raise RuntimeError("StopIteration") from error

    @functools.wraps(func)
    async def wrapper(*args: Any, **kwargs: Any) -> T:
        loop = asyncio.get_running_loop()
        context = contextvars.copy_context()
        future = loop.create_future()

        def deliver(method: Callable[[Any], None], outcome: Any) -> None:
            if not future.done():
                method(outcome)

        def work() -> None:
            try:
                result = context.run(run, args, kwargs)
            except Exception as error:
                loop.call_soon_threadsafe(deliver, future.set_exception, error)
            else:
                loop.call_soon_threadsafe(deliver, future.set_result, result)

        if pool is None:
            threading.Thread(target=work, daemon=True).start()
            return await future
        job = pool.submit(work)
        try:
            return await future
        finally:
            job.cancel()

    return wrapper


def _is_coroutine_function(func: Callable[..., Any]) -> bool:
    while isinstance(func, functools.partial):
        func = func.func
    return any(map(inspect.iscoroutinefunction, (func, type(func).__call__)))
