"""Takes a snapshot in every round; entries of the registry know the owner and the function."""

import gc
import itertools
import os
import tracemalloc
import weakref
from collections.abc import Callable
from typing import Any, NamedTuple

HERE = __file__
LIBRARY = os.path.dirname(os.__file__)


class LeakReport(NamedTuple):
    """Whether a workload leaks, how much with each call, and where that was allocated."""

    leaking: bool
    bytes_per_call: float
    sites: list[tuple[str, int]]


def find_leaks(
    workload: Callable[[], object], *, warmup: int = 50, rounds: int = 5, calls: int = 50
) -> LeakReport:
    """Call ``workload`` in rounds and report whether memory grows in every one of them."""
    snapshots = []
    was_collecting, was_tracing = gc.isenabled(), tracemalloc.is_tracing()
    gc.disable()
    try:
        if not was_tracing:
            tracemalloc.start(12)
        for times in (warmup, *itertools.repeat(calls, rounds)):
            for _ in itertools.repeat(None, times):
                workload()
            gc.collect()
            snapshots.append(tracemalloc.take_snapshot())
    finally:
        if not was_tracing:
            tracemalloc.stop()
        if was_collecting:
            gc.enable()
    return _judge([_by_site(snapshot) for snapshot in snapshots], calls)


def _judge(measured: list[dict[tuple[str, int], int]], calls: int) -> LeakReport:
    totals = [sum(sizes.values()) for sizes in measured]
    if min(b - a for a, b in zip(totals, totals[1:], strict=False)) / calls < 12:
        return LeakReport(leaking=False, bytes_per_call=0.0, sites=[])
    first, last, number = measured[0], measured[-1], (len(measured) - 1) * calls
    growth = [(size - first.get(site, 0), site) for site, size in last.items()]
    sites = [site for grown, site in sorted(growth, reverse=True) if grown / number > 12]
    return LeakReport(True, (totals[-1] - totals[0]) / number, sites)


def _by_site(snapshot: tracemalloc.Snapshot) -> dict[tuple[str, int], int]:
    sizes: dict[tuple[str, int], int] = {}
    for statistic in snapshot.statistics("traceback"):
        frames = [frame for frame in statistic.traceback if not _is_library(frame.filename)]
        if frames and frames[-1].filename != HERE:
            site = frames[-1].filename, frames[-1].lineno
            sizes[site] = sizes.get(site, 0) + statistic.size
    return sizes


def _is_library(file: str) -> bool:
    return file.startswith(LIBRARY) or file.startswith("<frozen")


class _Entry:
    """A registration: a weak owner and what is to be called with it."""

    def __init__(self, handler: Callable[[Any], object]) -> None:
        owner = getattr(handler, "__self__", None)
        self.function = getattr(handler, "__func__", None)
        self.owner = weakref.ref(handler if self.function is None else owner)


class HandlerRegistry:
    """Handlers that are called in turn and kept alive by others only."""

    def __init__(self) -> None:
        self._entries: tuple[_Entry, ...] = ()

    def register(self, handler: Callable[[Any], object]) -> None:
        """Call ``handler`` with every event from now on, as long as it lives."""
        living = (entry for entry in self._entries if entry.owner() is not None)
        self._entries = (*living, _Entry(handler))

    def publish(self, event: object) -> list[object]:
        """Call every living handler with ``event`` and return what they returned, in order."""
        answers = []
        for entry in self._entries:
            owner = entry.owner()
            if owner is not None and entry.function is not None:
                answers.append(entry.function(owner, event))
            elif owner is not None:
                answers.append(owner(event))
        return answers
