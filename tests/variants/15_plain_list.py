"""Variant of strong_list."""

import gc
import os
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

LIBRARY = os.path.dirname(os.path.abspath(os.__file__)) + os.sep


@dataclass(frozen=True, slots=True)
class LeakReport:
    """Whether a workload leaks, how much with each call, and where that was allocated."""

    leaking: bool
    bytes_per_call: float
    sites: list[tuple[str, int]]


class Meter:
    """Traces as long as it is open, and notes the growth since the last reading."""

    def __enter__(self) -> "Meter":
        self.started = not tracemalloc.is_tracing()
        if self.started:
            tracemalloc.start(30)
        return self

    def __exit__(self, *exc: object) -> None:
        if self.started:
            tracemalloc.stop()

    def begin(self) -> None:
        gc.collect()
        self.before = tracemalloc.take_snapshot()
        self.smallest = float("inf")
        self.total = 0.0
        self.last = tracemalloc.get_traced_memory()[0]

    def read(self) -> None:
        gc.collect()
        now = tracemalloc.get_traced_memory()[0]
        grown, self.last = now - self.last, now
        self.smallest = min(self.smallest, grown)
        self.total += grown

    def grown(self) -> dict[tuple[str, int], int]:
        """Return the bytes that stayed, by the line that allocated them."""
        sizes: dict[tuple[str, int], int] = {}
        after = tracemalloc.take_snapshot()
        for sign, snapshot in ((-1, self.before), (1, after)):
            for statistic in snapshot.statistics("traceback"):
                lines = [(frame.filename, frame.lineno) for frame in statistic.traceback]
                own = [line for line in lines if not line[0].startswith(LIBRARY)]
                site = (own or lines)[-1]
                sizes[site] = sizes.get(site, 0) + sign * statistic.size
        return sizes


def find_leaks(
    workload: Callable[[], object], *, warmup: int = 50, rounds: int = 5, calls: int = 50
) -> LeakReport:
    """Call ``workload`` in rounds and report whether memory grows in every one of them."""
    with Meter() as meter:
        for _ in range(warmup):
            workload()
        meter.begin()
        for _ in range(rounds):
            for _ in range(calls):
                workload()
            meter.read()
        if meter.smallest < 8 * calls:
            return LeakReport(False, 0.0, [])
        grown = meter.grown()
    number = rounds * calls
    sites = [site for site in grown if grown[site] >= 8 * number and site[0] != __file__]
    sites.sort(key=grown.__getitem__, reverse=True)
    return LeakReport(True, meter.total / number, sites)


class HandlerRegistry:
    """Handlers that are called in turn."""

    def __init__(self) -> None:
        self.handlers: list[Callable[[Any], object]] = []

    def register(self, handler: Callable[[Any], object]) -> None:
        """Call ``handler`` with every event from now on."""
        self.handlers.append(handler)

    def publish(self, event: object) -> list[object]:
        """Call every handler with ``event`` and return what they returned, in order."""
        return [handler(event) for handler in tuple(self.handlers)]
