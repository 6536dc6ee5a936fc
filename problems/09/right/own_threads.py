"""A daemon thread for each call; whoever ends starts the next that waits."""

import asyncio
import contextlib
import contextvars
import functools
import inspect
import threading
from collections.abc import Callable, Coroutine
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
    crowd = _Crowd(limit)

    @functools.wraps(func)
    async def wrapper(*args: Any, **kwargs: Any) -> T:
        call = _Call(functools.partial(func, *args, **kwargs))
        crowd.enter(call)
        try:
            return await call.future
        except asyncio.CancelledError:
            crowd.leave(call)
            raise
        finally:
            del call

    return wrapper


class _Call:
    def __init__(self, work: Callable[[], Any]) -> None:
        self.loop = asyncio.get_running_loop()
        self.future = self.loop.create_future()
        self.work = functools.partial(contextvars.copy_context().run, work)

    def run(self) -> None:
        try:
            self.tell(self.future.set_result, self.work())
        except StopIteration as stop:
            error = RuntimeError("StopIteration")
            error.__cause__ = stop
            self.tell(self.future.set_exception, error)
            del error
        except BaseException as error:
            self.tell(self.future.set_exception, error)

    def tell(self, method: Callable[[Any], None], outcome: Any) -> None:
        def deliver() -> None:
            if not self.future.done():
                method(outcome)

        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(deliver)


class _Crowd:
    def __init__(self, limit: int | None) -> None:
        self.limit = float("inf") if limit is None else limit
        self.running = 0
        self.waiting: list[_Call] = []
        self.lock = threading.Lock()

    def enter(self, call: _Call) -> None:
        with self.lock:
            self.waiting.append(call)
            self._start()

    def leave(self, call: _Call) -> None:
        with self.lock:
            if call in self.waiting:
                self.waiting.remove(call)

    def _start(self) -> None:
        while self.waiting and self.running < self.limit:
            self.running += 1
            threading.Thread(target=self._work, args=[self.waiting.pop(0)], daemon=True).start()

    def _work(self, call: _Call) -> None:
        call.run()
        with self.lock:
            self.running -= 1
            self._start()


def _is_coroutine_function(func: Callable[..., Any]) -> bool:
    while isinstance(func, functools.partial):
        func = func.func
    return any(map(inspect.iscoroutinefunction, (func, type(func).__call__)))
