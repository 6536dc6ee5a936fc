"""Thinks what is still allocated is still in use."""

import os
import tracemalloc
import weakref
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from types import MethodType
from typing import Any

NOISE = 10.0  # bytes per call
FRAMES = 16
STANDARD_LIBRARY = os.path.dirname(os.__file__)

Site = tuple[str, int]


@dataclass(frozen=True)
class LeakReport:
    """Whether a workload leaks, how much with each call, and where that was allocated."""

    leaking: bool
    bytes_per_call: float
    sites: list[Site]


def find_leaks(
    workload: Callable[[], object], *, warmup: int = 50, rounds: int = 5, calls: int = 50
) -> LeakReport:
    """Call ``workload`` in rounds and report whether memory grows in every one of them."""
    with _tracing():
        _repeat(workload, warmup)
        before = tracemalloc.take_snapshot()
        sizes = [_traced()]
        for _ in range(rounds):
            _repeat(workload, calls)
            sizes.append(_traced())
        noise = NOISE * calls
        if any(end - start < noise for start, end in pairwise(sizes)):
            return LeakReport(False, 0.0, [])
        after = tracemalloc.take_snapshot()

    grown = _grown_by_site(before, after)
    sites = [site for site, size in grown.most_common() if size >= noise * rounds]
    return LeakReport(True, (sizes[-1] - sizes[0]) / (rounds * calls), sites)


class HandlerRegistry:
    """Handlers that are called in turn and kept alive by others only."""

    def __init__(self) -> None:
        self._refs: list[weakref.ref[Any]] = []

    def register(self, handler: Callable[[Any], object]) -> None:
        """Call ``handler`` with every event from now on, as long as it lives."""
        is_method = isinstance(handler, MethodType)
        ref = weakref.WeakMethod(handler) if is_method else weakref.ref(handler)
        self._refs = [*(old for old in self._refs if old() is not None), ref]

    def publish(self, event: object) -> list[object]:
        """Call every living handler with ``event`` and return what they returned, in order."""
        return [handler(event) for ref in self._refs if (handler := ref()) is not None]


@contextmanager
def _tracing() -> Iterator[None]:
    """Trace allocations inside the block; outside of it all is as it was."""
    if tracemalloc.is_tracing():
        yield
        return
    tracemalloc.start(FRAMES)
    try:
        yield
    finally:
        tracemalloc.stop()


def _repeat(workload: Callable[[], object], times: int) -> None:
    """Call ``workload`` a number of times."""
    for _ in range(times):
        workload()


def _traced() -> int:
    """Return the bytes that are allocated now."""
    return tracemalloc.get_traced_memory()[0]


def _grown_by_site(before: tracemalloc.Snapshot, after: tracemalloc.Snapshot) -> Counter[Site]:
    """Return how much more memory each line holds, but for the lines of this file."""
    grown: Counter[Site] = Counter()
    for difference in after.compare_to(before, "traceback"):
        grown[_site(difference.traceback)] += difference.size_diff
    return Counter({site: size for site, size in grown.items() if site[0] != __file__})


def _site(traceback: tracemalloc.Traceback) -> Site:
    """Return the innermost line that does not belong to the standard library."""
    for frame in reversed(traceback):
        if not frame.filename.startswith((STANDARD_LIBRARY, "<frozen ")):
            return frame.filename, frame.lineno
    return traceback[-1].filename, traceback[-1].lineno
