"""How slow is this machine, beside the one that budgets of seconds were made for?"""

from __future__ import annotations

import time

# Seconds that ``_work`` takes there: one core of a shared two-core server, Python 3.11.
NOMINAL = 0.0034
TRIES = 10


def slowness() -> float:
    """Return how many times as long work takes here, now; never less than 1.

    The best of several tries, as the times that are held against a budget are the best of theirs.
    """
    return max(1.0, min(_time_of_work() for _ in range(TRIES)) / NOMINAL)


def _time_of_work() -> float:
    began = time.process_time()
    _work()
    return time.process_time() - began


class _Total:
    """Something with a method and an attribute, as in most programs."""

    def __init__(self) -> None:
        self.value = 0

    def add(self, number: int) -> int:
        self.value += number
        return self.value


def _work() -> None:
    total, values = _Total(), {}
    for number in range(40_000):
        values[number % 97] = total.add(number)
