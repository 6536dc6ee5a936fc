"""Thinks what only reads needs no lock."""

import threading


class SafeCounter:
    """An integer that any number of threads may count with."""

    def __init__(self, initial: int = 0) -> None:
        self._value = initial
        self._lock = threading.Lock()

    @property
    def value(self) -> int:
        """The value now."""
        with self._lock:
            return self._value

    def increment(self, n: int = 1) -> int:
        """Add ``n`` and return the new value."""
        _require_int(n)
        with self._lock:
            self._value += n
            return self._value

    def decrement(self, n: int = 1) -> int:
        """Subtract ``n`` and return the new value."""
        return self.increment(-n)

    def reset(self) -> int:
        """Set the value to 0 and return what it was before."""
        with self._lock:
            before, self._value = self._value, 0
            return before

    def compare_and_set(self, expected: int, new: int) -> bool:
        """Set the value to ``new`` if it is ``expected``; tell whether it was."""
        with self._lock:
            if self._value != expected:
                return False
            self._value = new
            return True

    def try_acquire(self, limit: int) -> bool:
        """Add 1 if the value is below ``limit``; tell whether it was."""
        with self._lock:
            if self._value >= limit:
                return False
            self._value += 1
            return True


class KeyedCounter:
    """A count for each key, from 0, that any number of threads may count with."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._lock = threading.Lock()

    def increment(self, key: str, n: int = 1) -> int:
        """Add ``n`` to the count of ``key`` and return the new count."""
        _require_int(n)
        with self._lock:
            count = self._counts.get(key, 0) + n
            self._counts[key] = count
            return count

    def snapshot(self) -> dict[str, int]:
        """Return a new dict of all keys and their counts at one moment."""
        return {key: count for key, count in self._counts.items()}


def _require_int(n: int) -> None:
    """Raise TypeError unless ``n`` is an int."""
    if not isinstance(n, int):
        raise TypeError(f"n must be an int, not {type(n).__name__}")
