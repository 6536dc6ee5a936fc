"""Reference for 09 · Sync function made async-safe."""

import asyncio
import contextvars
import functools
import inspect
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def async_safe(
    func: Callable[..., T], *, limit: int | None = None
) -> Callable[..., Coroutine[Any, Any, T]]:
    """Return a coroutine function that runs ``func`` in a thread, in ``limit`` threads at most."""
    if _is_coroutine_function(func):
        raise TypeError(f"{func!r} is a coroutine function: await it as it is")
    # The limit is the number of threads there are, so a slot cannot be free before its thread is.
    # It raises ValueError for a limit below 1. None is the loop's own pool.
    pool = None if limit is None else ThreadPoolExecutor(limit, thread_name_prefix="async_safe")

    def run(args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
        try:
            return func(*args, **kwargs)
        except StopIteration as error:
            # A future refuses it, or changes it, depending on the version of Python.
            raise RuntimeError(f"{func!r} raised StopIteration") from error

    @functools.wraps(func)
    async def call_in_thread(*args: Any, **kwargs: Any) -> T:
        context = contextvars.copy_context()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(pool, context.run, run, args, kwargs)

    return call_in_thread


def _is_coroutine_function(func: Callable[..., Any]) -> bool:
    while isinstance(func, functools.partial):
        func = func.func
    # An object is called by what its class says, a class by what type says.
    return any(map(inspect.iscoroutinefunction, (func, type(func).__call__)))
