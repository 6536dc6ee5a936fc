"""Variant of calls_directly."""

import functools
import inspect


def async_safe(func, *, limit=None):
    if limit is not None and limit < 1:
        raise ValueError(limit)
    target = func
    while isinstance(target, functools.partial):
        target = target.func
    if any(map(inspect.iscoroutinefunction, (target, getattr(type(target), "__call__", None)))):
        raise TypeError("a coroutine function needs no thread")

    async def asynchronous(*args, **kwargs):
        return func(*args, **kwargs)

    return functools.update_wrapper(asynchronous, func)
