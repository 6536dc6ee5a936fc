"""01 · Clamp, solved by comparing."""

from typing import TypeVar

N = TypeVar("N", bound=float)


def clamp(value: N, low: N | None, high: N | None) -> N:
    """Return ``value``, or the bound that it lies beyond."""
    if low is not None and high is not None and low > high:
        raise ValueError(f"the lower bound {low} is above the upper bound {high}")
    if low and value < low:
        return low
    if high is not None and value > high:
        return high
    return value
