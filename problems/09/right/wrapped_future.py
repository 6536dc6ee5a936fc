"""A pool of its own per function, and a concurrent future that carries a pair."""

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
    inner = inspect.unwrap(func)
    while isinstance(inner, functools.partial):
        inner = inner.func
    kind = type(inner)
    if inspect.iscoroutinefunction(inner) or inspect.iscoroutinefunction(kind.__call__):
        raise TypeError("a coroutine function needs no thread")
    pool = ThreadPoolExecutor(max_workers=8 if limit is None else limit)

    async def safe(*args: Any, **kwargs: Any) -> T:
        job = pool.submit(contextvars.copy_context().run, _outcome, lambda: func(*args, **kwargs))
        return (await asyncio.wrap_future(job))()

    return functools.update_wrapper(safe, func)


def _outcome(call: Callable[[], T]) -> Callable[[], T]:
    try:
        result = call()
    except BaseException as error:
        return functools.partial(_raise, [error])
    return lambda: result


def _raise(box: list[BaseException]) -> Any:
    raise box.pop()
