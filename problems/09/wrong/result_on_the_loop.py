"""Thinks a pool alone makes a call asynchronous, even if `result()` waits on the loop."""

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
        raise TypeError(f"{func!r} is a coroutine function")
    pool = ThreadPoolExecutor(limit)

    def run(args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
        try:
            return func(*args, **kwargs)
        except StopIteration as error:
            raise RuntimeError("StopIteration") from error

    @functools.wraps(func)
    async def wrapper(*args: Any, **kwargs: Any) -> T:
        context = contextvars.copy_context()
        return pool.submit(context.run, run, args, kwargs).result()

    return wrapper


def _is_coroutine_function(func: Callable[..., Any]) -> bool:
    while isinstance(func, functools.partial):
        func = func.func
    return any(map(inspect.iscoroutinefunction, (func, type(func).__call__)))
