"""A counter that loses updates and one that does not: the interleaver tells them apart first."""

from __future__ import annotations

import threading


class UnlockedCounter:
    """Loses an update when a switch comes between its read and its write."""

    def __init__(self) -> None:
        self.value = 0

    def increment(self) -> None:
        self.value += 1


class LockedCounter(UnlockedCounter):
    """Loses none."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()

    def increment(self) -> None:
        with self._lock:
            self.value += 1


def increment(counter: UnlockedCounter) -> None:
    """Increment either."""
    counter.increment()
