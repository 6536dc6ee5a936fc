"""A decorator sends every call to a pool of one thread."""

import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def one_at_a_time(method: Callable[..., Any]) -> Callable[..., Any]:
    """Run a method on the pool of its instance; wait for what it returns or raises."""

    @functools.wraps(method)
    def run(self: Any, *args: Any, **kwargs: Any) -> Any:
        return self._pool.submit(method, self, *args, **kwargs).result()

    return run


class SafeCounter:
    """An integer that any number of threads may count with."""

    def __init__(self, initial: int = 0) -> None:
        self._value = initial
        self._pool = ThreadPoolExecutor(1)

    @property
    @one_at_a_time
    def value(self) -> int:
        """The value now."""
        return self._value

    @one_at_a_time
    def increment(self, n: int = 1) -> int:
        """Add ``n`` and return the new value."""
        return self._add(n)

    @one_at_a_time
    def decrement(self, n: int = 1) -> int:
        """Subtract ``n`` and return the new value."""
        return self._add(-n)

    @one_at_a_time
    def reset(self) -> int:
        """Set the value to 0 and return what it was before."""
        before = self._value
        self._value = 0
        return before

    @one_at_a_time
    def compare_and_set(self, expected: int, new: int) -> bool:
        """Set the value to ``new`` if it is ``expected``; tell whether it was."""
        if self._value == expected:
            self._value = new
            return True
        return False

    @one_at_a_time
    def try_acquire(self, limit: int) -> bool:
        """Add 1 if the value is below ``limit``; tell whether it was."""
        if self._value < limit:
            self._value += 1
            return True
        return False

    def _add(self, n: int) -> int:
        if type(n) is not int:
            raise TypeError("n must be an int")
        self._value += n
        return self._value


class KeyedCounter:
    """A count for each key, from 0, that any number of threads may count with."""

    def __init__(self) -> None:
        self._counters: dict[str, int] = {}
        self._pool = ThreadPoolExecutor(1)

    @one_at_a_time
    def increment(self, key: str, n: int = 1) -> int:
        """Add ``n`` to the count of ``key`` and return the new count."""
        if type(n) is not int:
            raise TypeError("n must be an int")
        self._counters[key] = self._counters.get(key, 0) + n
        return self._counters[key]

    @one_at_a_time
    def snapshot(self) -> dict[str, int]:
        """Return a new dict of all keys and their counts at one moment."""
        return {**self._counters}
