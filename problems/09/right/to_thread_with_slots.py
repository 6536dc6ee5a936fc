"""Threads of `to_thread`; slots are handed on, in whatever loop, by whatever ends a call."""

import asyncio
import functools
import inspect
import threading
from collections import deque
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
    slots = None if limit is None else _Slots(limit)

    def run(release: Callable[[], None], args: Any, kwargs: Any) -> Any:
        try:
            return True, func(*args, **kwargs)
        except BaseException as error:
            return False, error
        finally:
            release()

    @functools.wraps(func)
    async def wrapper(*args: Any, **kwargs: Any) -> T:
        release = _nothing
        if slots is not None:
            await slots.acquire()
            release = slots.release
        # Shielded, or a call that the pool has not begun would be dropped together with its slot.
        task = asyncio.create_task(asyncio.to_thread(run, release, args, kwargs))
        is_result, outcome = await asyncio.shield(task)
        try:
            if is_result:
                return outcome
            raise outcome
        finally:
            # An error holds its frames: these must not hold the error.
            del outcome, task

    return wrapper


def _nothing() -> None: ...


class _Slots:
    def __init__(self, free: int) -> None:
        if free < 1:
            raise ValueError("limit must be at least 1")
        self._free = free
        self._waiting: deque[Any] = deque()
        self._lock = threading.Lock()

    async def acquire(self) -> None:
        loop = asyncio.get_running_loop()
        turn: Future[None] = Future()
        with self._lock:
            if self._free:
                self._free -= 1
                return
            self._waiting.append(turn)
        try:
            await asyncio.wrap_future(turn, loop=loop)
        except asyncio.CancelledError:
            # The turn may have come at the same moment: then it goes to the next.
            if not turn.cancelled():
                self.release()
            raise

    def release(self) -> None:
        with self._lock:
            while self._waiting:
                turn = self._waiting.popleft()
                if turn.set_running_or_notify_cancel():
                    break
            else:
                self._free += 1
                return
        turn.set_result(None)


def _is_coroutine_function(func: Callable[..., Any]) -> bool:
    while isinstance(func, functools.partial):
        func = func.func
    return any(map(inspect.iscoroutinefunction, (func, type(func).__call__)))
