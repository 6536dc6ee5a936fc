"""A call is an object: an ordinary one is run, a coroutine's is awaited."""

import asyncio
import functools
import inspect
import logging
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Timing:
    """One call: what was called, how many seconds it took, how it ended. Given, and complete."""

    name: str
    seconds: float
    outcome: Literal["ok", "error", "cancelled"]


class Call:
    """One call of one function, to be run or awaited once."""

    def __init__(self, call: Callable[[], Any], tell: Callable[[float, float, Any], None]) -> None:
        self.call, self.tell = call, tell
        self.outcome = "error"

    def run(self, now: Callable[[], float]) -> Any:
        start = now()
        try:
            return self.note(self.call())
        except asyncio.CancelledError:
            self.outcome = "cancelled"
            raise
        finally:
            self.tell(start, now(), self.outcome)

    def wait(self, now: Callable[[], float]) -> "Awaited":
        return Awaited(self, now)

    def note(self, result: Any) -> Any:
        self.outcome = "ok"
        return result


@dataclass
class Awaited:
    """A call under way: what is awaited inside it goes straight to the event loop."""

    owner: Call
    now: Callable[[], float]

    def __await__(self) -> Generator[Any, Any, Any]:
        start = self.now()
        try:
            return self.owner.note((yield from self.owner.call().__await__()))
        except asyncio.CancelledError:
            self.owner.outcome = "cancelled"
            raise
        finally:
            self.owner.tell(start, self.now(), self.owner.outcome)


def timed(func: Any = None, *, name: Any = None, clock: Any = None, sink: Any = None) -> Any:
    def tell(label: str, start: float, end: float, outcome: Any) -> None:
        record = Timing(label, max(start, end) - start, outcome)
        if sink is None:
            logging.getLogger("shop").info(f"{record.name} {record.outcome} {record.seconds}")
            return
        try:
            sink(record)
        except Exception:
            logging.getLogger("shop").exception("no record of %s", label)

    def decorate(function: Any) -> Any:
        tell_of_it = functools.partial(tell, function.__qualname__ if name is None else name)

        def begin(args: Any, kwargs: Any) -> Any:
            return Call(functools.partial(function, *args, **kwargs), tell_of_it)

        def now() -> Any:
            return (time.perf_counter if clock is None else clock)()

        if inspect.iscoroutinefunction(function):

            async def wrapper(*args: Any, **kwargs: Any) -> Any:
                return await begin(args, kwargs).wait(now)

        else:

            def wrapper(*args: Any, **kwargs: Any) -> Any:
                return begin(args, kwargs).run(now)

        return functools.update_wrapper(wrapper, function)

    return decorate if func is None else decorate(func)
