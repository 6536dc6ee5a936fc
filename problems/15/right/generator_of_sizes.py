"""Measures in a generator, which closes what it opened; the registry clears out at times."""

import gc
import sysconfig
import tracemalloc
import weakref
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from types import MethodType
from typing import Any

STANDARD_LIBRARY = sysconfig.get_path("stdlib")
# Snapshots are compared line by line, without those of the measurement itself.
OTHERS = (
    tracemalloc.Filter(False, __file__),
    tracemalloc.Filter(False, tracemalloc.__file__),
)


@dataclass(frozen=True)
class LeakReport:
    """Whether a workload leaks, how much with each call, and where that was allocated."""

    leaking: bool
    bytes_per_call: float = 0.0
    sites: list[tuple[str, int]] = field(default_factory=list)


def find_leaks(
    workload: Callable[[], object], *, warmup: int = 50, rounds: int = 5, calls: int = 50
) -> LeakReport:
    """Call ``workload`` in rounds and report whether memory grows in every one of them."""
    number = rounds * calls
    measured = list(snapshots(workload, [warmup] + [calls] * rounds))
    leaking, total = True, 0
    for earlier, later in pairwise(measured):
        grown = sum(diff.size_diff for diff in later.compare_to(earlier, "filename"))
        leaking = leaking and grown / calls > 14
        total += grown
    if not leaking:
        return LeakReport(False)
    sites: defaultdict[tuple[str, int], float] = defaultdict(float)
    for diff in measured[-1].compare_to(measured[0], "traceback"):
        sites[place(diff.traceback)] += diff.size_diff / number
    found = [site for site, size in sites.items() if size > 14 and site[0] != __file__]
    return LeakReport(True, total / number, sorted(found, key=lambda site: -sites[site]))


def snapshots(workload: Callable[[], object], steps: list[int]) -> Iterator[tracemalloc.Snapshot]:
    """Give a snapshot after each number of calls, tracing from before the first."""
    was_tracing = tracemalloc.is_tracing()
    if not was_tracing:
        tracemalloc.start(20)
    try:
        for times in steps:
            for _ in range(times):
                workload()
            gc.collect()
            yield tracemalloc.take_snapshot().filter_traces(OTHERS)
    finally:
        if not was_tracing:
            tracemalloc.stop()


def place(traceback: tracemalloc.Traceback) -> tuple[str, int]:
    """Return the last line of the traceback that is not in the standard library."""
    found = ("", 0)
    for frame in traceback:
        if not frame.filename.startswith(STANDARD_LIBRARY):
            found = frame.filename, frame.lineno
    return found


class HandlerRegistry:
    """Handlers that are called in turn, held as weak references that are cleared out at times."""

    def __init__(self) -> None:
        self._refs: list[weakref.ref[Any]] = []
        self._added = 0

    def register(self, handler: Callable[[Any], object]) -> None:
        """Call ``handler`` with every event from now on, as long as it lives."""
        if isinstance(handler, MethodType):
            self._refs.append(weakref.WeakMethod(handler))
        else:
            self._refs.append(weakref.ref(handler))
        self._added += 1
        if self._added == 64:
            self._added = 0
            self._clear_out()

    def publish(self, event: object) -> list[object]:
        """Call every living handler with ``event`` and return what they returned, in order."""
        living = [handler for ref in self._refs if (handler := ref()) is not None]
        return [handler(event) for handler in living]

    def _clear_out(self) -> None:
        self._refs = [ref for ref in self._refs if ref() is not None]
