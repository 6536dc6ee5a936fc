"""14 · Thread-safe counter. The statement: `grader show 14`, or problems/14/README.md."""


class SafeCounter:
    """An integer that any number of threads may count with."""

    def __init__(self, initial: int = 0) -> None:
        raise NotImplementedError

    @property
    def value(self) -> int:
        """The value now."""
        raise NotImplementedError

    def increment(self, n: int = 1) -> int:
        """Add ``n`` and return the new value."""
        raise NotImplementedError

    def decrement(self, n: int = 1) -> int:
        """Subtract ``n`` and return the new value."""
        raise NotImplementedError

    def reset(self) -> int:
        """Set the value to 0 and return what it was before."""
        raise NotImplementedError

    def compare_and_set(self, expected: int, new: int) -> bool:
        """Set the value to ``new`` if it is ``expected``; tell whether it was."""
        raise NotImplementedError

    def try_acquire(self, limit: int) -> bool:
        """Add 1 if the value is below ``limit``; tell whether it was."""
        raise NotImplementedError


class KeyedCounter:
    """A count for each key, from 0, that any number of threads may count with."""

    def __init__(self) -> None:
        raise NotImplementedError

    def increment(self, key: str, n: int = 1) -> int:
        """Add ``n`` to the count of ``key`` and return the new count."""
        raise NotImplementedError

    def snapshot(self) -> dict[str, int]:
        """Return a new dict of all keys and their counts at one moment."""
        raise NotImplementedError
