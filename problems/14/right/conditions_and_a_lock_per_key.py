"""A Condition's lock for the value; a lock for each key, all of which a snapshot takes."""

import threading
from collections.abc import Callable
from contextlib import ExitStack
from operator import index


class SafeCounter:
    """An integer that any number of threads may count with."""

    def __init__(self, initial: int = 0) -> None:
        self._state = [initial]
        self._changed = threading.Condition()

    @property
    def value(self) -> int:
        """The value now."""
        return self._state[-1]

    def _update(self, change: Callable[[int], int]) -> tuple[int, int]:
        """Replace the value; return it as it was before and as it is now."""
        with self._changed:
            before = self._state[0]
            after = self._state[0] = change(before)
            self._changed.notify_all()
        return before, after

    def increment(self, n: int = 1) -> int:
        """Add ``n`` and return the new value."""
        step = index(n)
        return self._update(lambda value: value + step)[1]

    def decrement(self, n: int = 1) -> int:
        """Subtract ``n`` and return the new value."""
        step = index(n)
        return self._update(lambda value: value - step)[1]

    def reset(self) -> int:
        """Set the value to 0 and return what it was before."""
        return self._update(lambda _: 0)[0]

    def compare_and_set(self, expected: int, new: int) -> bool:
        """Set the value to ``new`` if it is ``expected``; tell whether it was."""
        before, _ = self._update(lambda value: new if value == expected else value)
        return before == expected

    def try_acquire(self, limit: int) -> bool:
        """Add 1 if the value is below ``limit``; tell whether it was."""
        before, after = self._update(lambda value: value + (value < limit))
        return after > before


class KeyedCounter:
    """A count for each key, from 0, that any number of threads may count with."""

    def __init__(self) -> None:
        self._locks: dict[str, threading.Lock] = {}
        self._counts: dict[str, int] = {}
        # For the keys themselves; taken before any lock of a key.
        self._keys = threading.Lock()

    def increment(self, key: str, n: int = 1) -> int:
        """Add ``n`` to the count of ``key`` and return the new count."""
        step = index(n)
        with self._keys:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            self._counts[key] = self._counts.get(key, 0) + step
            return self._counts[key]

    def snapshot(self) -> dict[str, int]:
        """Return a new dict of all keys and their counts at one moment."""
        with self._keys, ExitStack() as stack:
            for lock in self._locks.values():
                stack.enter_context(lock)
            return {key: self._counts[key] for key in self._counts}
