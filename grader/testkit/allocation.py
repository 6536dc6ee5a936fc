"""Does calling a function again and again take more and more memory? By slope, not by size.

    growth(lambda: registry.publish("event")).expect_none("publish('event')")

Tracing begins before the warm-up: memory that was allocated earlier could be freed, or replaced,
without being seen. What grows in every round leaks; a cache that fills up, or garbage that the
collector frees, does not.
"""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass

from grader.testkit.calls import Mismatch, lines

# Bytes a call below which nothing grows: the noise is below 1, the smallest object has 16.
NOISE = 8.0


@dataclass(frozen=True, slots=True)
class Growth:
    """The bytes by which memory grew with each call, on average, round by round."""

    per_call: tuple[float, ...]

    @property
    def is_leak(self) -> bool:
        """Whether memory grew in every round."""
        return min(self.per_call) > NOISE

    def expect_none(self, what: str) -> None:
        """Fail if memory grew in every round."""
        if self.is_leak:
            found = f"{min(self.per_call):.0f} bytes more with each call, in every round"
            raise Mismatch(lines(Checked=f"memory while {what} is repeated", Found=found,
                                 Expected="a size that levels off"))  # fmt: skip


def growth(
    function: Callable[[], object], *, warm_up: int = 200, rounds: int = 5, calls: int = 50
) -> Growth:
    """Call ``function`` a number of times in each round, and measure what stays allocated.

    The warm-up must be long enough for caches to fill. Tracing and collection are afterwards as
    they were before.
    """
    was_tracing, was_collecting = tracemalloc.is_tracing(), gc.isenabled()
    if not was_tracing:
        tracemalloc.start(1)
    gc.disable()
    # There before the first measurement, so that noting the figures allocates nothing.
    sizes = [0] * (rounds + 1)
    try:
        _repeat(function, warm_up)
        sizes[0] = _traced()
        for index in range(1, rounds + 1):
            _repeat(function, calls)
            sizes[index] = _traced()
    finally:
        if was_collecting:
            gc.enable()
        if not was_tracing:
            tracemalloc.stop()
    return Growth(tuple((sizes[i + 1] - sizes[i]) / calls for i in range(rounds)))


def _repeat(function: Callable[[], object], times: int) -> None:
    for _ in range(times):
        function()


def _traced() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]
