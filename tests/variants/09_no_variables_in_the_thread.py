"""Variant of no_context."""

import asyncio
import concurrent.futures
import functools
import inspect
import threading


def _is_async(func):
    while isinstance(func, functools.partial):
        func = func.func
    call = getattr(type(func), "__call__", None)
    return inspect.iscoroutinefunction(func) or inspect.iscoroutinefunction(call)


def async_safe(func, *, limit=None):
    if _is_async(func):
        raise TypeError("this is asynchronous already")
    if limit is not None and limit < 1:
        raise ValueError("limit has to be 1 or more")
    slots = {}

    def here():
        loop = asyncio.get_running_loop()
        for old in [known for known in slots if known.is_closed()]:
            del slots[old]
        if loop not in slots:
            slots[loop] = asyncio.Semaphore(limit)
        return slots[loop]

    async def wrapper(*args, **kwargs):
        loop = asyncio.get_running_loop()
        slot = None if limit is None else here()
        if slot is not None:
            await slot.acquire()
        future = loop.create_future()

        def finish(result, error):
            if slot is not None:
                slot.release()
            if future.done():
                return
            if error is None:
                future.set_result((result, None))
            else:
                future.set_result((None, error))

        def run():
            result = error = None
            try:
                result = func(*args, **kwargs)
            except BaseException as caught:
                error = caught
            try:
                loop.call_soon_threadsafe(finish, result, error)
            except RuntimeError:
                pass

        threading.Thread(target=run, daemon=True).start()
        result, error = await future
        try:
            if isinstance(error, StopIteration):
                raise RuntimeError("the function raised StopIteration") from error
            if error is not None:
                raise error
            return result
        finally:
            del error, future

    try:
        functools.update_wrapper(wrapper, func)
    except Exception:
        pass
    return wrapper
