"""15 · Memory-leak detector."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class LeakReport:
    """Whether a workload leaks, how much with each call, and where that was allocated."""

    leaking: bool
    bytes_per_call: float
    sites: list[tuple[str, int]]


def find_leaks(
    workload: Callable[[], object], *, warmup: int = 50, rounds: int = 5, calls: int = 50
) -> LeakReport:
    """Call ``workload`` in rounds and report whether memory grows in every one of them."""
    raise NotImplementedError


class HandlerRegistry:
    """Handlers that are called in turn and kept alive by others only."""

    def __init__(self) -> None:
        raise NotImplementedError

    def register(self, handler: Callable[[Any], object]) -> None:
        """Call ``handler`` with every event from now on, as long as it lives."""
        raise NotImplementedError

    def publish(self, event: object) -> list[object]:
        """Call every living handler with ``event`` and return what they returned, in order."""
        raise NotImplementedError
