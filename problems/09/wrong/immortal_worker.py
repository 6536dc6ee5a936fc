"""Thinks a worker of one's own needs no end."""

import asyncio
import contextvars
import functools
import inspect
import queue
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
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
    jobs: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def run(args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
        try:
            return func(*args, **kwargs)
        except StopIteration as error:
            raise RuntimeError("StopIteration") from error

    def work() -> None:
        while True:
            future, context, args, kwargs = jobs.get()
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(context.run(run, args, kwargs))
                except BaseException as error:
                    future.set_exception(error)
            del future, context, args, kwargs

    for _ in range(limit or 4):
        threading.Thread(target=work).start()

    @functools.wraps(func)
    async def wrapper(*args: Any, **kwargs: Any) -> T:
        future: Future[T] = Future()
        jobs.put((future, contextvars.copy_context(), args, kwargs))
        return await asyncio.wrap_future(future)

    return wrapper


def _is_coroutine_function(func: Callable[..., Any]) -> bool:
    while isinstance(func, functools.partial):
        func = func.func
    return any(map(inspect.iscoroutinefunction, (func, type(func).__call__)))
